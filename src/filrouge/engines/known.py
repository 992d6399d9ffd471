"""Which ads a workspace holds already, by the keys they are known by."""

from __future__ import annotations

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

U64 = NDArray[np.uint64]


class KnownAds:
    """A set of keys of ads: of 4 million, 128 MB. Keys are keyed hashes, so any bytes serve as the place in a table."""

    def __init__(self) -> None:
        self._size = 0
        self._slots = np.zeros((1 << 12, 2), np.uint64)

    def __len__(self) -> int:
        """How many there are."""
        return self._size

    def add(self, keys: pl.Series) -> NDArray[np.bool_]:
        """Add keys (Binary, 16 bytes each); which of them were new, the first of equal ones alone."""
        halves = np.frombuffer(b"".join(keys.to_list()), np.uint64).reshape(-1, 2)
        size = len(self._slots)
        while 2 * (self._size + len(halves)) > size:
            size *= 2
        if size > len(self._slots):
            self._slots = _widened(self._slots, size)
        new = _add(self._slots, halves)
        self._size += int(new.sum())
        return new


@njit(cache=True, nogil=True)
def _add(slots: U64, halves: U64) -> NDArray[np.bool_]:
    mask = np.uint64(len(slots) - 1)
    new = np.zeros(len(halves), np.bool_)
    for k in range(len(halves)):
        # A key of nothing but zeros would look like an empty slot; hashes are none.
        one, two = halves[k, 0], halves[k, 1] | np.uint64(1)
        at = one & mask
        while slots[at, 1] != np.uint64(0) and not (slots[at, 0] == one and slots[at, 1] == two):
            at = (at + np.uint64(1)) & mask
        if slots[at, 1] == np.uint64(0):
            slots[at, 0] = one
            slots[at, 1] = two
            new[k] = True
    return new


@njit(cache=True, nogil=True)
def _widened(slots: U64, size: int) -> U64:
    wider = np.zeros((size, 2), np.uint64)
    mask = np.uint64(size - 1)
    for k in range(len(slots)):
        if slots[k, 1] != np.uint64(0):
            at = slots[k, 0] & mask
            while wider[at, 1] != np.uint64(0):
                at = (at + np.uint64(1)) & mask
            wider[at, 0] = slots[k, 0]
            wider[at, 1] = slots[k, 1]
    return wider
