"""Whom new texts meet among those that are known: pairs that share telling runs of words, without looking at old pairs again.

`candidates.candidate_pairs` looks at a corpus whole. Here the runs of the new texts are put into a table, and the known
texts pass by it once a level: their cost is a look into a table for each word.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.candidates import ALWAYS_LISTED, CONTEXT, FEWEST_BITS, LONGEST_RUN, NEIGHBOURS
from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array, dense_ids

SHORTEST = 3
"""Words of the runs that are looked for first."""


@njit(cache=True, nogil=True)
def _hashed(a: np.uint64, b: np.uint64) -> np.uint64:  # pragma: no cover
    h = a * np.uint64(0x9E3779B97F4A7C15) + b + np.uint64(1)
    h ^= h >> np.uint64(30)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    return h ^ (h >> np.uint64(27))


@njit(cache=True, nogil=True)
def _triple_keys(words: Int32Array, begin: int, end: int, out: UInt64Array) -> None:  # pragma: no cover
    """Write the hash of the three words that end at each place of one text; 0 where there are not three."""
    for t in range(begin, end):
        if t < begin + 2:
            out[t - begin] = np.uint64(0)
            continue
        two = _hashed(np.uint64(words[t - 2]), np.uint64(words[t - 1]))
        out[t - begin] = _hashed(two, np.uint64(words[t])) | np.uint64(1)


@dataclass(frozen=True)
class _Runs:
    """The runs of one length that new texts hold.

    Attributes:
        slots, numbers: an open table from the hash of a run to its number; number -1 for a free slot.
        bits: a bit for each hash's low part: most runs of old texts are told from it alone.
        found: how many runs there are.
    """

    slots: UInt64Array
    numbers: Int32Array
    bits: NDArray[np.uint8]
    found: int

    @property
    def arrays(self) -> tuple[UInt64Array, Int32Array, NDArray[np.uint8]]:
        return self.slots, self.numbers, self.bits


def _runs_of(keys: UInt64Array) -> tuple[_Runs, Int32Array]:
    """The table of the runs, and the number of each key; -1 for 0."""
    told = np.flatnonzero(keys)
    numbers = np.full(keys.size, -1, np.int32)
    numbers[told], found = dense_ids(keys[told])
    of_run = np.zeros(found, np.uint64)
    of_run[numbers[told]] = keys[told]
    size = 1 << max(int(2 * found).bit_length(), 4)
    return _Runs(*_table(of_run, size, max(size // 2, 64)), found), numbers


@njit(cache=True, nogil=True)
def _table(keys: UInt64Array, size: int, room: int) -> tuple[UInt64Array, Int32Array, NDArray[np.uint8]]:  # pragma: no cover
    slots = np.zeros(size, np.uint64)
    numbers = np.full(size, -1, np.int32)
    bits = np.zeros(room, np.uint8)
    mask = np.uint64(size - 1)
    for k in range(keys.size):
        slot = (keys[k] >> np.uint64(17)) & mask
        while numbers[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = keys[k]
        numbers[slot] = k
        low = keys[k] % np.uint64(8 * room)
        bits[low >> np.uint64(3)] |= np.uint8(1) << np.uint8(low & np.uint64(7))
    return slots, numbers, bits


@njit(cache=True, nogil=True)
def _number(key, slots, numbers, bits):  # type: ignore[no-untyped-def]  # pragma: no cover
    low = key % np.uint64(8 * bits.size)
    if not (bits[low >> np.uint64(3)] >> np.uint8(low & np.uint64(7))) & np.uint8(1):
        return np.int32(-1)
    mask = np.uint64(slots.size - 1)
    slot = (key >> np.uint64(17)) & mask
    while numbers[slot] >= 0:
        if slots[slot] == key:
            return numbers[slot]
        slot = (slot + np.uint64(1)) & mask
    return np.int32(-1)


@njit(cache=True, nogil=True)
def _level(ids, common, length, slots, numbers, bits, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The numbers of the runs twice as long as `ids`, where both halves are too common; -1 elsewhere."""
    for t in range(ids.size):
        out[t] = -1
        if t >= length and ids[t] >= 0 and ids[t - length] >= 0 and common[ids[t]] and common[ids[t - length]]:
            key = _hashed(np.uint64(ids[t - length]), np.uint64(ids[t])) | np.uint64(1)
            out[t] = _number(key, slots, numbers, bits)


@njit(cache=True, nogil=True)
def _ids_of_text(words, begin, end, tables, common, depth, ids, longer):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The numbers of the runs of level `depth` (0: three words) of one text, in the first of the two rooms."""
    size = end - begin
    keys = np.empty(size, np.uint64)
    _triple_keys(words, begin, end, keys)
    for t in range(size):
        ids[t] = -1 if keys[t] == 0 else _number(keys[t], tables[0][0], tables[0][1], tables[0][2])
    length = SHORTEST
    for level in range(depth):
        table = tables[level + 1]
        _level(ids[:size], common[level], length, table[0], table[1], table[2], longer)
        ids[:size] = longer[:size]
        length *= 2


@njit(cache=True, nogil=True)
def _holders(words, offsets, first, last, tables, common, depth, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """In how many of the texts from `first` to `last` each run of a level occurs."""
    counts = np.zeros(found, np.int32)
    met = np.full(found, -1, np.int32)
    longest = 1
    for text in range(first, last):
        longest = max(longest, offsets[text + 1] - offsets[text])
    ids, longer = np.empty(longest, np.int32), np.empty(longest, np.int32)
    for text in range(first, last):
        _ids_of_text(words, offsets[text], offsets[text + 1], tables, common, depth, ids, longer)
        for t in range(offsets[text + 1] - offsets[text]):
            if ids[t] >= 0 and met[ids[t]] != text:
                met[ids[t]] = text
                counts[ids[t]] += 1
    return counts


@njit(cache=True, nogil=True)
def _listed(  # type: ignore[no-untyped-def]  # pragma: no cover
    words, offsets, first, last, tables, common, depth, used, begins, postings
):
    """Put the texts from `first` to `last` on the lists of the runs that are used; `begins` is moved on."""
    met = np.full(used.size, -1, np.int32)
    longest = 1
    for text in range(first, last):
        longest = max(longest, offsets[text + 1] - offsets[text])
    ids, longer = np.empty(longest, np.int32), np.empty(longest, np.int32)
    for text in range(first, last):
        begin, end = offsets[text], offsets[text + 1]
        _ids_of_text(words, begin, end, tables, common, depth, ids, longer)
        for t in range(end - begin):
            run = ids[t]
            if run < 0 or not used[run] or met[run] == text:
                continue
            met[run] = text
            # What follows the run: copies go on with the same words and so come to stand side by side.
            follows = np.uint64(0)
            for k in range(1, CONTEXT + 1):
                if begin + t + k < end:
                    follows = _hashed(follows, np.uint64(words[begin + t + k]))
            postings[begins[run]] = (follows & np.uint64(0xFFFFFFFF00000000)) | np.uint64(text)
            begins[run] += 1


@njit(cache=True, nogil=True)
def _met(begins, ends, postings, first_new, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the pairs of each new text on a list with the known and new ones that stand near it there."""
    low = np.uint64(0xFFFFFFFF)
    count = 0
    for run in range(begins.size):
        begin, end = begins[run], ends[run]
        if end - begin > 2:
            postings[begin:end].sort()
        for k in range(begin, end):
            one = postings[k] & low
            for step in range(1, NEIGHBOURS + 1):
                if k + step >= end:
                    break
                other = postings[k + step] & low
                if one < first_new and other < first_new:
                    continue
                out[count] = (min(one, other) << np.uint64(32)) | max(one, other)
                count += 1
    return count


def meetings(
    words: Int32Array, offsets: Int64Array, first_new: int, threads: int = 1
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Pairs of a new text and any other that share at least one telling run of words.

    A run tells as in `candidates.candidate_pairs`; the texts are paired as there, but for those pairs that are both known.

    Args:
        words: word numbers of all texts, the known ones first.
        offsets: where each text begins, shape (texts + 1,).
        first_new: the number of the first new text.
        threads: how many to use; the result is the same.

    Returns:
        The first and the second text of each pair (first < second), and how many telling runs proposed it, sorted.
    """
    texts = offsets.size - 1
    most = max(ALWAYS_LISTED, int(texts / 2**FEWEST_BITS))
    new = slice(int(offsets[first_new]), int(offsets[texts]))
    keys = np.zeros(new.stop - new.start, np.uint64)
    _keys_of_new(words, offsets, first_new, keys)
    bounds = np.linspace(0, texts, threads + 1).astype(np.int64)
    tables: list[tuple[Any, ...]] = []
    common: list[NDArray[np.bool_]] = []
    found_pairs: list[UInt64Array] = []
    length, depth = SHORTEST, 0
    with ThreadPoolExecutor(threads) as pool:
        while True:
            runs, ids = _runs_of(keys)
            tables.append(runs.arrays)
            given = (tuple(tables), tuple(common) or (np.zeros(0, np.bool_),), depth)
            counts = list(
                pool.map(lambda b: _holders(words, offsets, *b, *given, runs.found), pairwise(bounds))  # noqa: B023
            )
            df = np.sum(counts, axis=0, dtype=np.int64)
            used = (df >= 2) & (df <= most)
            found_pairs.append(_pairs_on_lists(words, offsets, bounds, given, counts, used, first_new, pool))
            if length == LONGEST_RUN or not (df > most).any():
                break
            common.append(df > most)
            keys = _longer_keys(ids, offsets[first_new:] - new.start, common[-1], length)
            length, depth = 2 * length, depth + 1
    proposed = np.concatenate(found_pairs)
    proposed.sort()
    begins = np.flatnonzero(np.diff(proposed, prepend=~proposed[:1])) if proposed.size else np.zeros(0, np.int64)
    pairs = proposed[begins]
    times = np.diff(begins, append=proposed.size).astype(np.int32)
    return (pairs >> np.uint64(32)).astype(np.int32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32), times


def _pairs_on_lists(words, offsets, bounds, given, counts, used, first_new, pool):  # type: ignore[no-untyped-def]
    sizes = np.where(used, np.sum(counts, axis=0, dtype=np.int64), 0)
    begins = np.cumsum(sizes) - sizes
    postings = np.empty(int(sizes.sum()), np.uint64)
    waiting, at = [], begins.copy()
    for (first, last), own in zip(pairwise(bounds), counts, strict=True):
        waiting.append(pool.submit(_listed, words, offsets, first, last, *given, used, at.copy(), postings))
        at += np.where(used, own, 0)
    for done in waiting:
        done.result()
    out = np.empty(NEIGHBOURS * postings.size, np.uint64)
    return out[: _met(begins, begins + sizes, postings, np.uint64(first_new), out)].copy()


@njit(cache=True, nogil=True)
def _keys_of_new(words, offsets, first_new, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    base = offsets[first_new]
    for text in range(first_new, offsets.size - 1):
        _triple_keys(words, offsets[text], offsets[text + 1], out[offsets[text] - base : offsets[text + 1] - base])


@njit(cache=True, nogil=True)
def _longer_keys(ids, offsets, common, length):  # type: ignore[no-untyped-def]  # pragma: no cover
    keys = np.zeros(ids.size, np.uint64)
    for text in range(offsets.size - 1):
        for t in range(offsets[text] + length, offsets[text + 1]):
            left, right = ids[t - length], ids[t]
            if left >= 0 and right >= 0 and common[left] and common[right]:
                keys[t] = _hashed(np.uint64(left), np.uint64(right)) | np.uint64(1)
    return keys
