"""Word runs as dense numbers: what every later step counts, weighs and looks up."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.shares import in_order

Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
UInt64Array = NDArray[np.uint64]
Float32Array = NDArray[np.float32]


FIRST_SLOTS = 1 << 16
TOGETHER = 1 << 25
"""Words whose runs one table holds: more words are numbered by several tables, each for a part of the runs."""
MOST_PARTS = 16
LOCAL_BITS = 27
"""Bits of a run's number within its part; the part is above them."""
WORD_BITS = 21
"""Bits of a word's number, where three of them fit into one key."""


@njit(cache=True, nogil=True)
def mixed(a: np.uint64, b: np.uint64) -> np.uint64:  # pragma: no cover
    """A hash of two numbers in their order; what a run leaves for the next hangs on it.

    Source: the finalizer of SplitMix64, Steele, Lea & Flood (OOPSLA 2014).
    """
    h = a * np.uint64(0x9E3779B97F4A7C15) + b
    h ^= h >> np.uint64(29)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(32)
    h *= np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(29))


@njit(cache=True, nogil=True)
def _numbered(keys: UInt64Array, ids: Int32Array, slots: int) -> int:  # pragma: no cover
    """Write the number of each key into `ids`; how many different ones there are."""
    shift = np.uint64(29)
    multiplier = np.uint64(0x9E3779B97F4A7C15)
    table = np.empty(slots, np.uint64)
    numbers = np.full(slots, -1, np.int32)
    mask = np.uint64(slots - 1)
    found = 0
    for i in range(keys.size):
        key = keys[i]
        slot = key * multiplier
        slot = (slot ^ (slot >> shift)) & mask
        while numbers[slot] >= 0 and table[slot] != key:
            slot = (slot + np.uint64(1)) & mask
        if numbers[slot] >= 0:
            ids[i] = numbers[slot]
            continue
        table[slot] = key
        numbers[slot] = found
        ids[i] = found
        found += 1
        if 2 * found > slots:
            # A table that grows with what it holds stays in the cache as long as it can.
            larger = np.empty(4 * slots, np.uint64)
            theirs = np.full(4 * slots, -1, np.int32)
            mask = np.uint64(4 * slots - 1)
            for old in range(slots):
                if numbers[old] >= 0:
                    slot = table[old] * multiplier
                    slot = (slot ^ (slot >> shift)) & mask
                    while theirs[slot] >= 0:
                        slot = (slot + np.uint64(1)) & mask
                    larger[slot] = table[old]
                    theirs[slot] = numbers[old]
            table = larger
            numbers = theirs
            slots = 4 * slots
    return found


def dense_ids(keys: UInt64Array) -> tuple[Int32Array, int]:
    """Number equal keys alike, in the order in which they first appear.

    Args:
        keys: shape (n,).

    Returns:
        The numbers, shape (n,), from 0, and how many different ones there are.
    """
    ids = np.empty(keys.size, np.int32)
    return ids, int(_numbered(keys, ids, FIRST_SLOTS))


@njit(cache=True, nogil=True)
def _numbered_part(shorter, words, offsets, bits, part, parts, ids, slots):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Number the runs whose hash falls to `part`, into `ids`, with the part above; where each first stands.

    A run is its last word, in the low `bits` of its key, and the number of the shorter run before it above. If `bits`
    are few enough for three words, the two words before are put there, and `shorter` is not looked at.
    """
    multiplier = np.uint64(0x9E3779B97F4A7C15)
    shift = np.uint64(29)
    one = np.uint64(1)
    # A key and its number beside each other, so that a look-up is one way to the memory.
    table = np.zeros((slots, 2), np.uint64)
    mask = np.uint64(slots - 1)
    mine = np.uint64(part)
    others = np.uint64(parts - 1)
    above = np.int32(part << LOCAL_BITS)
    width = np.uint64(bits)
    three = 3 * bits < 64
    two_words = (one << (width + width)) - one
    room = 1 << 12
    first = np.empty(room, np.int64)
    found = 0
    for ad in range(offsets.size - 1):
        before = np.uint64(0)
        for t in range(offsets[ad], offsets[ad + 1]):
            key = (before << width) | np.uint64(words[t] + 1)
            before = key & two_words if three else np.uint64(shorter[t] + 1)
            hashed = key * multiplier
            if (hashed >> np.uint64(58)) & others != mine:
                continue
            slot = (hashed ^ (hashed >> shift)) & mask
            while table[slot, 0] != np.uint64(0) and table[slot, 0] != key:
                slot = (slot + one) & mask
            if table[slot, 0] != np.uint64(0):
                ids[t] = above | np.int32(table[slot, 1])
                continue
            table[slot, 0] = key
            table[slot, 1] = np.uint64(found)
            ids[t] = above | np.int32(found)
            if found == room:
                room *= 2
                longer = np.empty(room, np.int64)
                longer[:found] = first
                first = longer
            first[found] = t
            found += 1
            if 2 * found > slots:
                # A table that grows with what it holds stays in the cache as long as it can.
                larger = np.zeros((4 * slots, 2), np.uint64)
                mask = np.uint64(4 * slots - 1)
                for old in range(slots):
                    if table[old, 0] != np.uint64(0):
                        hashed = table[old, 0] * multiplier
                        slot = (hashed ^ (hashed >> shift)) & mask
                        while larger[slot, 0] != np.uint64(0):
                            slot = (slot + one) & mask
                        larger[slot, 0] = table[old, 0]
                        larger[slot, 1] = table[old, 1]
                table = larger
                slots *= 4
    return first[:found].copy()


@njit(cache=True, nogil=True)
def _in_order(firsts, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The rank of each place among all places (of which there are `size`), and the places in order."""
    marked = np.zeros(size, np.uint8)
    for t in firsts:
        marked[t] = 1
    blocks = np.zeros((size >> 8) + 2, np.int64)
    for block in range(blocks.size - 1):
        count = 0
        for t in range(block << 8, min((block + 1) << 8, size)):
            count += marked[t]
        blocks[block + 1] = blocks[block] + count
    rank = np.empty(firsts.size, np.int32)
    ordered = np.empty(firsts.size, np.int64)
    for k in range(firsts.size):
        t = firsts[k]
        at = blocks[t >> 8]
        for before in range((t >> 8) << 8, t):
            at += marked[before]
        rank[k] = at
        ordered[at] = t
    return rank, ordered


@njit(cache=True, nogil=True)
def _renumbered(ids, rank, bases, begin, end):  # type: ignore[no-untyped-def]  # pragma: no cover
    low = np.int32((1 << LOCAL_BITS) - 1)
    for t in range(begin, end):
        ids[t] = rank[bases[ids[t] >> LOCAL_BITS] + (ids[t] & low)]


def runs_of_three(
    words: Int32Array, offsets: Int64Array, found: int, threads: int = 1
) -> tuple[Int32Array, Int64Array]:
    """Number the runs of three words that end at each word, in the order in which they first appear.

    A run that would reach over the beginning of its ad is the run of what there is.

    Args:
        words: the numbers of the words, shape (words,).
        offsets: where each ad begins, shape (ads + 1,).
        found: how many different words there are.
        threads: how many threads to use; the result is the same.

    Returns:
        The numbers, shape (words,), and for each different one the word where it first stands.
    """
    if found < 1 << WORD_BITS:
        return _numbered_runs(words[:0], words, offsets, WORD_BITS, threads)
    pairs, _met = _numbered_runs(words, words, offsets, 32, threads)
    return _numbered_runs(pairs, words, offsets, 32, threads)


def _numbered_runs(
    shorter: Int32Array, words: Int32Array, offsets: Int64Array, bits: int, threads: int
) -> tuple[Int32Array, Int64Array]:
    """The runs of one word more than `shorter`, or of three, see `_numbered_part`."""
    ids = np.empty(words.size, np.int32)
    parts = 1
    while parts < MOST_PARTS and parts * TOGETHER < words.size:
        parts *= 2
    firsts: list[Int64Array] = in_order(
        lambda k: _numbered_part(shorter, words, offsets, bits, k, parts, ids, FIRST_SLOTS), parts, threads
    )
    if parts == 1:
        return ids, firsts[0]
    bases = np.cumsum([0, *(first.size for first in firsts)])
    rank, first = _in_order(np.concatenate(firsts), words.size)
    cuts = np.linspace(0, words.size, threads + 1).astype(np.int64)
    in_order(lambda k: _renumbered(ids, rank, bases, cuts[k], cuts[k + 1]), threads, threads)
    return ids, first
