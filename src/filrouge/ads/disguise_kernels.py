"""The loops that count a corpus's plain words and, by them, join the parts of disguised ones."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.token_kernels import BANGED, BASE, IS_DIGIT, SINGLE, SPACED, scramble

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

_LONGEST: Final = 24  # letters of a spelled word
_MOST_PARTS: Final = 8
_READ_AS_L: Final = 0x6C


@njit(cache=True, nogil=True)
def slot_of(slots: U64, key: np.uint64) -> int:
    """Where a key lies in an open-addressing table of 2^k slots, or the empty slot where it would."""
    mask = np.uint64(len(slots) - 1)
    at = key & mask
    while slots[at] != np.uint64(0) and slots[at] != key:
        at = (at + np.uint64(1)) & mask
    return int(at)


@njit(cache=True, nogil=True)
def count_plain_words(key: U64, offsets: I64, link_word: I32) -> tuple[U64, I64]:
    """Keys of the words that stand in no chain, and in how many texts each is seen."""
    size = 1 << 12
    slots = np.zeros(size, np.uint64)
    counts = np.zeros(size, np.int64)
    seen = np.full(size, -1, np.int32)
    used = 0
    link = 0
    for i in range(len(offsets) - 1):
        for t in range(offsets[i], offsets[i + 1]):
            if link < len(link_word) and link_word[link] == t:
                link += 1
                continue
            at = slot_of(slots, key[t])
            if slots[at] == np.uint64(0):
                slots[at] = key[t]
                used += 1
            if seen[at] != i:
                seen[at] = i
                counts[at] += 1
            if 2 * used > size:
                wider = np.zeros(2 * size, np.uint64)
                wider_counts = np.zeros(2 * size, np.int64)
                wider_seen = np.full(2 * size, -1, np.int32)
                for k in range(size):
                    if slots[k] != np.uint64(0):
                        at = slot_of(wider, slots[k])
                        wider[at] = slots[k]
                        wider_counts[at] = counts[k]
                        wider_seen[at] = seen[k]
                slots = wider
                counts = wider_counts
                seen = wider_seen
                size *= 2
    keep = slots != np.uint64(0)
    return slots[keep], counts[keep]


@njit(cache=True, nogil=True)
def lookup_table(keys: U64, counts: I64) -> tuple[U64, I64]:
    """An open-addressing table of counts by key."""
    size = 16
    while size < 2 * len(keys):
        size *= 2
    slots = np.zeros(size, np.uint64)
    values = np.zeros(size, np.int64)
    for k in range(len(keys)):
        at = slot_of(slots, keys[k])
        slots[at] = keys[k]
        values[at] = counts[k]
    return slots, values


@njit(cache=True, nogil=True)
def join_disguised(
    key: U64, start: I32, end: I32, kind: U8, offsets: I64,
    word: I32, poly: U64, size: I32, first: U32, last: U32, gap: U8, bits: U8,
    slots: U64, counts: I64, total: float,
) -> tuple[U64, I32, I32, U8, I64]:  # fmt: skip
    """The words of `token_kernels.split` with the parts of disguised words joined.

    Parts that touch (`mas*sage`) are joined when the whole is a word of more texts than the rarest part is.
    Three letters and more that are spelled out (`c a l l n o w`) are cut into words by Viterbi: known words
    cost their code length in bits, unknown ones more, so that a run of nothing known stays one word.
    """
    gone = np.zeros(len(key), np.bool_)
    n = len(word)
    out_key = key.copy()
    out_end = end.copy()
    out_kind = kind.copy()
    powers = np.empty(256, np.uint64)
    powers[0] = np.uint64(1)
    for k in range(1, 256):
        powers[k] = powers[k - 1] * BASE
    unknown = np.log2(total + 2.0) + 3.0
    i = 0
    while i < n:
        chain_end = i + 1
        while chain_end < n and gap[chain_end] != 0:
            chain_end += 1
        while i < chain_end:
            # Touching parts, the longest join first.
            most = i + 1
            touching_single = bits[i] & SINGLE != 0
            while most < chain_end and most < i + _MOST_PARTS and bits[most] & SPACED == 0:
                touching_single = touching_single and bits[most] & SINGLE != 0
                most += 1
            joined_to = i
            joined_key = np.uint64(0)
            if most > i + 1 and not touching_single:
                for z in range(most, i + 1, -1):
                    rarest = np.int64(1 << 62)
                    bang = False
                    half = False
                    for k in range(i, z):
                        at = slot_of(slots, key[word[k]])
                        rarest = min(rarest, counts[at])
                        if k > i and bits[k] & BANGED != 0:
                            bang = True
                            half = bits[k] & SINGLE != 0 or bits[k - 1] & SINGLE != 0
                    for variant in range(2 if bang else 1):
                        h = poly[i]
                        tail = last[i]
                        for k in range(i + 1, z):
                            if bang and variant == 0 and bits[k] & BANGED != 0 and tail != _READ_AS_L:
                                h = h * BASE + np.uint64(_READ_AS_L)
                                tail = np.uint32(_READ_AS_L)
                            extra = poly[k]
                            length = size[k]
                            if first[k] == tail:
                                length -= 1
                                if length < 256:
                                    extra = extra - np.uint64(first[k]) * powers[length]
                            if length < 256:
                                h = h * powers[length] + extra
                            tail = last[k]
                        candidate = scramble(h)
                        known = counts[slot_of(slots, candidate)]
                        # "k!ss": a lone letter beside the sign is no word, so the sign is a letter.
                        if known > rarest or (known == 0 and half and z == i + 2 and variant == 0):
                            joined_to = z
                            joined_key = candidate
                            break
                    if joined_to > i:
                        break
            if joined_to > i:
                out_key[word[i]] = joined_key
                out_kind[word[i]] = 0
                out_end[word[i]] = end[word[joined_to - 1]]
                for k in range(i + 1, joined_to):
                    gone[word[k]] = True
                i = joined_to
                continue
            # Spelled letters: as far as the gaps stay alike; a narrower gap belongs to the next word.
            run = i + 1
            if bits[i] & SINGLE != 0:
                while run < chain_end and bits[run] & SINGLE != 0 and gap[run] == gap[min(i + 1, run)]:
                    run += 1
                if run < chain_end and run > i + 1 and bits[run] & SINGLE != 0 and gap[run] < gap[i + 1]:
                    run -= 1
            letters = 0
            for k in range(i, run):
                if bits[k] & IS_DIGIT == 0:
                    letters += 1
            if run - i < 3 or letters < 2:
                i = run
                continue
            length = run - i
            best = np.full(length + 1, np.inf)
            back = np.zeros(length + 1, np.int32)
            best_key = np.zeros(length + 1, np.uint64)
            best[0] = 0.0
            for a in range(length):
                h = np.uint64(0)
                tail = np.uint32(0)
                digits = 0
                for b in range(a, min(length, a + _LONGEST)):
                    if first[i + b] != tail:
                        h = h * BASE + np.uint64(first[i + b])
                        tail = first[i + b]
                    if bits[i + b] & IS_DIGIT != 0:
                        digits += 1
                    if b == a and digits == 1:
                        candidate = key[word[i + b]]
                        cost = 10.0
                    else:
                        candidate = scramble(h)
                        known = counts[slot_of(slots, candidate)]
                        if known > 0:
                            cost = np.log2((total + 1.0) / known) + (6.0 if a == b else 0.0)
                        else:
                            cost = unknown + 3.0 * (b - a + 1) + 9.0 * digits
                    if best[a] + cost < best[b + 1]:
                        best[b + 1] = best[a] + cost
                        back[b + 1] = a
                        best_key[b + 1] = candidate
            b = length
            while b > 0:
                a = back[b]
                out_key[word[i + a]] = best_key[b]
                if b > a + 1:
                    out_kind[word[i + a]] = 0
                out_end[word[i + a]] = end[word[i + b - 1]]
                for k in range(a + 1, b):
                    gone[word[i + k]] = True
                b = a
            i = run
    out_at = np.zeros(len(offsets), np.int64)
    out_start = start.copy()
    t = 0
    for i in range(len(offsets) - 1):
        for k in range(offsets[i], offsets[i + 1]):
            if not gone[k]:
                out_key[t] = out_key[k]
                out_start[t] = start[k]
                out_end[t] = out_end[k]
                out_kind[t] = out_kind[k]
                t += 1
        out_at[i + 1] = t
    return out_key[:t], out_start[:t], out_end[:t], out_kind[:t], out_at
