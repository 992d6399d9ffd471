"""Plain graph work on whole arrays: components, and the ties of one pair put together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.runs import Int32Array

BoolArray = NDArray[np.bool_]
Float64Array = NDArray[np.float64]


def components(count: int, a: Int32Array, b: Int32Array) -> Int32Array:
    """The smallest node of each node's component; int32, shape (count,)."""
    root = np.arange(count, dtype=np.int32)
    while True:
        one, other = root[a], root[b]
        apart = one != other
        if not apart.any():
            return root
        # The larger root of each tie hangs on the smallest that it meets; then all paths are shortened.
        a, b, one, other = a[apart], b[apart], one[apart], other[apart]
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(shorter := root[root], root):
            root = shorter


def combine(
    a: Int32Array, b: Int32Array, bits: Float64Array
) -> tuple[Int32Array, Int32Array, Float64Array, NDArray[np.int64]]:
    """Each pair once, the smaller node first, in order; loops are gone.

    Returns:
        low, high, int32; net, the sum of bits; ties, how many speak for it, int64.
    """
    low, high = np.minimum(a, b), np.maximum(a, b)
    # Sorted by their bits, too, so that a sum of floats does not depend on the order of the ties.
    order = np.lexsort((bits, high, low))
    order = order[low[order] != high[order]]
    low, high, bits = low[order], high[order], bits[order]
    first = np.flatnonzero((np.diff(low, prepend=-1) != 0) | (np.diff(high, prepend=-1) != 0))
    if first.size == 0:
        return low, high, bits, np.zeros(0, np.int64)
    net = np.add.reduceat(bits, first)
    ties = np.add.reduceat((bits > 0).astype(np.int64), first)
    return low[first], high[first], net, ties
