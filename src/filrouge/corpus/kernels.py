"""Hot loops of the corpus: pseudonyms, the vocabulary of a chunk, positions of words. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

UInt8Array = NDArray[np.uint8]
UInt16Array = NDArray[np.uint16]
UInt32Array = NDArray[np.uint32]
UInt64Array = NDArray[np.uint64]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]

ESCAPE = 255
"""The code of a number that one byte cannot hold; it stands in the array of wide ones."""


@njit(cache=True, nogil=True, inline="always")
def _left(x: np.uint64, bits: int) -> np.uint64:
    return np.uint64((x << np.uint64(bits)) | (x >> np.uint64(64 - bits)))


@njit(cache=True, nogil=True, inline="always")
def _round(
    a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    a = np.uint64(a + b)
    b = _left(b, 13) ^ a
    a = _left(a, 32)
    c = np.uint64(c + d)
    d = _left(d, 16) ^ c
    a = np.uint64(a + d)
    d = _left(d, 21) ^ a
    c = np.uint64(c + b)
    b = _left(b, 17) ^ c
    c = _left(c, 32)
    return a, b, c, d


@njit(cache=True, nogil=True)
def sip_hash(words: UInt64Array, k0: np.uint64, k1: np.uint64) -> np.uint64:
    """SipHash-2-4 of `words` as little-endian bytes. Source: Aumasson & Bernstein 2012."""
    a = np.uint64(k0 ^ np.uint64(0x736F6D6570736575))
    b = np.uint64(k1 ^ np.uint64(0x646F72616E646F6D))
    c = np.uint64(k0 ^ np.uint64(0x6C7967656E657261))
    d = np.uint64(k1 ^ np.uint64(0x7465646279746573))
    for m in words:
        d = np.uint64(d ^ m)
        for _ in range(2):
            a, b, c, d = _round(a, b, c, d)
        a = np.uint64(a ^ m)
    last = np.uint64(((words.size * 8) & 255) << 56)
    d = np.uint64(d ^ last)
    for _ in range(2):
        a, b, c, d = _round(a, b, c, d)
    a = np.uint64(a ^ last)
    c = np.uint64(c ^ np.uint64(0xFF))
    for _ in range(4):
        a, b, c, d = _round(a, b, c, d)
    return np.uint64(a ^ b ^ c ^ d)


@njit(cache=True, nogil=True)
def sip_hash_each(words: UInt64Array, k0: np.uint64, k1: np.uint64) -> UInt64Array:
    """SipHash-2-4 of each word by itself."""
    out = np.empty(words.size, np.uint64)
    for i in range(words.size):
        out[i] = sip_hash(words[i : i + 1], k0, k1)
    return out


@njit(cache=True, nogil=True)
def sip_hash_runs(words: UInt64Array, offsets: Int64Array, k0: np.uint64, k1: np.uint64) -> UInt64Array:
    """SipHash-2-4 of each run of words, those of run i at `offsets[i]` to `offsets[i + 1]`."""
    out = np.empty(offsets.size - 1, np.uint64)
    for i in range(out.size):
        out[i] = sip_hash(words[offsets[i] : offsets[i + 1]], k0, k1)
    return out


@njit(cache=True, nogil=True)
def distinct(keys: UInt64Array) -> tuple[Int64Array, Int32Array, Int64Array]:
    """The different keys: where each stands first, which of them each key is, and how often each stands."""
    size = 1024
    slots = np.full(size, -1, np.int32)
    first = np.empty(512, np.int64)
    counts = np.empty(512, np.int64)
    number = np.empty(keys.size, np.int32)
    found = 0
    for i in range(keys.size):
        at = (keys[i] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
        at &= np.uint64(size - 1)
        while slots[at] >= 0 and keys[first[slots[at]]] != keys[i]:
            at = (at + np.uint64(1)) & np.uint64(size - 1)
        if slots[at] < 0:
            if found * 2 >= size:
                # The table is half full: twice as large, and filled anew.
                size *= 2
                slots = np.full(size, -1, np.int32)
                first = np.concatenate((first, np.empty(first.size, np.int64)))
                counts = np.concatenate((counts, np.empty(counts.size, np.int64)))
                for k in range(found):
                    at = (keys[first[k]] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
                    at &= np.uint64(size - 1)
                    while slots[at] >= 0:
                        at = (at + np.uint64(1)) & np.uint64(size - 1)
                    slots[at] = k
                at = (keys[i] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
                at &= np.uint64(size - 1)
                while slots[at] >= 0:
                    at = (at + np.uint64(1)) & np.uint64(size - 1)
            slots[at] = found
            first[found] = i
            counts[found] = 0
            found += 1
        number[i] = slots[at]
        counts[slots[at]] += 1
    return first[:found].copy(), number, counts[:found].copy()


@njit(cache=True, nogil=True)
def usual_lengths(words: Int32Array, start: Int32Array, end: Int32Array, found: int) -> UInt8Array:
    """Per word the length in which it mostly stands (at most 255), by a majority vote in one pass.

    Source: Boyer & Moore 1991. A word without a majority gets any of its lengths, which is only longer to write.
    """
    usual = np.zeros(found, np.int32)
    votes = np.zeros(found, np.int32)
    for i in range(words.size):
        w, length = words[i], end[i] - start[i]
        if votes[w] == 0:
            usual[w] = length
        votes[w] += 1 if usual[w] == length else -1
    return np.minimum(usual, 255).astype(np.uint8)


@njit(cache=True, nogil=True)
def written_positions(
    words: Int32Array, start: Int32Array, end: Int32Array, offsets: Int64Array, usual: UInt8Array
) -> tuple[UInt8Array, UInt8Array, Int32Array]:
    """Positions of words as small numbers: the gap before each, and 0 for a usual length.

    Returns:
        gaps, shape (T,); lengths, shape (T,); what was too wide for a byte, in the order of reading.
    """
    gaps = np.empty(words.size, np.uint8)
    lengths = np.empty(words.size, np.uint8)
    wide = np.empty(16, np.int32)
    wider = 0
    for ad in range(offsets.size - 1):
        last = 0
        for i in range(offsets[ad], offsets[ad + 1]):
            if wider + 2 > wide.size:
                wide = np.concatenate((wide, np.empty(wide.size, np.int32)))
            gap, length = start[i] - last, end[i] - start[i]
            last = end[i]
            if 0 <= gap < ESCAPE:
                gaps[i] = gap
            else:
                gaps[i] = ESCAPE
                wide[wider] = gap
                wider += 1
            if length == usual[words[i]]:
                lengths[i] = 0
            elif 0 <= length < ESCAPE - 1:
                lengths[i] = length + 1
            else:
                lengths[i] = ESCAPE
                wide[wider] = length
                wider += 1
    return gaps, lengths, wide[:wider].copy()


@njit(cache=True, nogil=True)
def read_positions(
    words: UInt32Array,
    offsets: Int64Array,
    gaps: UInt8Array,
    lengths: UInt8Array,
    wide: Int32Array,
    usual: UInt8Array,
) -> tuple[Int32Array, Int32Array]:
    """What `written_positions` wrote, as start and end of each word, shape (T,)."""
    start = np.empty(words.size, np.int32)
    end = np.empty(words.size, np.int32)
    wider = 0
    for ad in range(offsets.size - 1):
        last = 0
        for i in range(offsets[ad], offsets[ad + 1]):
            gap, length = np.int32(gaps[i]), np.int32(lengths[i]) - 1
            if gap == ESCAPE:
                gap = wide[wider]
                wider += 1
            if length < 0:
                length = np.int32(usual[words[i]])
            elif length == ESCAPE - 1:
                length = wide[wider]
                wider += 1
            start[i] = last + gap
            end[i] = start[i] + length
            last = end[i]
    return start, end


@njit(cache=True, nogil=True)
def ranges(begins: Int64Array, sizes: Int64Array) -> Int64Array:
    """The places of runs end to end: `begins[0]`, `begins[0] + 1`, ... then those of the next run."""
    out = np.empty(sizes.sum(), np.int64)
    at = 0
    for i in range(begins.size):
        for k in range(sizes[i]):
            out[at] = begins[i] + k
            at += 1
    return out


@njit(cache=True, nogil=True)
def translate(words: UInt16Array, numbers: Int32Array, out: Int32Array, used: UInt8Array) -> None:
    """`numbers` of each word into `out`, marking those that occur in `used`."""
    for i in range(words.size):
        n = numbers[words[i]]
        out[i] = n
        used[n] = 1
