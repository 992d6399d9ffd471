"""Plain graph work, compiled: components, ties of one pair put together, sorting by node."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
Float64Array = NDArray[np.float64]


@njit(cache=True, nogil=True)
def components(count, a, b):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The smallest node of each node's component; int32, shape (count,)."""
    parent = np.arange(count).astype(np.int32)
    for k in range(a.size):
        i = a[k]
        j = b[k]
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        while parent[j] != j:
            parent[j] = parent[parent[j]]
            j = parent[j]
        if i < j:
            parent[j] = i
        else:
            parent[i] = j
    for i in range(count):
        root = i
        while parent[root] != root:
            root = parent[root]
        parent[i] = root
    return parent


@njit(cache=True, nogil=True)
def sorted_by(keys, count, order):  # type: ignore[no-untyped-def]  # pragma: no cover
    """`order`, sorted by keys from 0 to count - 1; equals stay as they were."""
    start = np.zeros(count + 1, np.int64)
    for k in order:
        start[keys[k] + 1] += 1
    for i in range(count):
        start[i + 1] += start[i]
    out = np.empty(order.size, np.int64)
    for k in order:
        out[start[keys[k]]] = k
        start[keys[k]] += 1
    return out


@njit(cache=True, nogil=True)
def combine(count, a, b, bits):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Each pair once, the smaller node first, in order; loops are gone.

    Returns:
        low, high, int32; net, the sum of bits; ties, how many speak for it, int64.
    """
    low = np.minimum(a, b)
    high = np.maximum(a, b)
    order = np.flatnonzero(low != high)
    order = sorted_by(low, count, sorted_by(high, count, order))
    out_low = np.empty(order.size, np.int32)
    out_high = np.empty(order.size, np.int32)
    net = np.empty(order.size, np.float64)
    ties = np.empty(order.size, np.int64)
    pairs = 0
    begin = 0
    while begin < order.size:
        first = order[begin]
        end = begin + 1
        while end < order.size and low[order[end]] == low[first] and high[order[end]] == high[first]:
            end += 1
        total = bits[first]
        found = 1 if total > 0 else 0
        if end > begin + 1:
            # Sorted, so that a sum of floats does not depend on the order of the ties.
            values = np.sort(bits[order[begin:end]])
            total = values.sum()
            found = 0
            for value in values:
                if value > 0:
                    found += 1
        out_low[pairs] = low[first]
        out_high[pairs] = high[first]
        net[pairs] = total
        ties[pairs] = found
        pairs += 1
        begin = end
    return out_low[:pairs], out_high[:pairs], net[:pairs], ties[:pairs]
