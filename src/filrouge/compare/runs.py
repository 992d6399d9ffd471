"""Word runs as dense numbers: what every later step counts, weighs and looks up."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
UInt64Array = NDArray[np.uint64]
Float32Array = NDArray[np.float32]


FIRST_SLOTS = 1 << 16


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
def _pair_keys(
    left: Int32Array, right: Int32Array, offsets: Int64Array, back: int
) -> UInt64Array:  # pragma: no cover
    keys = np.empty(right.size, np.uint64)
    for ad in range(offsets.size - 1):
        for t in range(offsets[ad], offsets[ad + 1]):
            before = left[t - 1] + 1 if t - back >= offsets[ad] else 0
            keys[t] = (np.uint64(before) << np.uint64(32)) | np.uint64(right[t] + 1)
    return keys


def longer_runs(
    shorter: Int32Array, words: Int32Array, offsets: Int64Array, length: int
) -> tuple[Int32Array, int]:
    """Number the runs of `length` words that end at each word.

    A run that would reach over the beginning of its ad is the run of what there is.

    Args:
        shorter: the numbers of the runs of `length - 1` words, shape (words,).
        words: the numbers of the words, shape (words,).
        offsets: where each ad begins, shape (ads + 1,).
        length: words in a run, 2 or more.

    Returns:
        The numbers, shape (words,), and how many different ones there are.
    """
    return dense_ids(_pair_keys(shorter, words, offsets, 1))
