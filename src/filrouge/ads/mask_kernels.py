"""The loop that chooses among spans that overlap, compiled by Numba."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

I64 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def first_come(ad: I64, start: I64, end: I64) -> NDArray[np.bool_]:
    """Which spans overlap none that was kept before them in the same ad; `ad` ascends, and none is empty if kept."""
    keep = np.zeros(len(ad), np.bool_)
    # What was kept of the present ad, by where it begins: as it does not overlap, its ends ascend too.
    begins = np.empty(len(ad), np.int64)
    ends = np.empty(len(ad), np.int64)
    n = 0
    for k in range(len(ad)):
        if k > 0 and ad[k] != ad[k - 1]:
            n = 0
        a, b = start[k], end[k]
        at = n
        while at > 0 and begins[at - 1] >= b:
            at -= 1
        if a < b and (at == 0 or ends[at - 1] <= a):
            for j in range(n, at, -1):
                begins[j] = begins[j - 1]
                ends[j] = ends[j - 1]
            begins[at] = a
            ends[at] = b
            n += 1
            keep[k] = True
    return keep
