"""Joins and moves of `communities`, compiled: no function here knows what a unit stands for."""

from __future__ import annotations

from math import lgamma

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.runs import Int32Array

BoolArray = NDArray[np.bool_]
Float64Array = NDArray[np.float64]

APART = 1e6
"""More bits than any evidence has; what must stay apart has a thousand times as many against it."""
LN2 = float(np.log(2.0))
LEAST_GAIN = 1e-6
"""Less is rounding."""


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


@njit(cache=True, nogil=True)
def gain(net, ties, size_a, size_b, cut):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bits that are left for one hand when two parts are joined.

    `net`, the sum of bits between them; less the choice of `ties` among all their pairs; less the
    prior, `cut`, which is for a pair of units: the smaller part has as many chances to belong to the
    larger as that has units. A part without a unit is an identifier, and costs nothing.
    """
    if size_a == 0 or size_b == 0:
        return net
    pairs = float(size_a) * float(size_b)
    choice = 0.0
    m = min(float(ties), pairs)
    if pairs > m:
        choice = (lgamma(pairs + 1.0) - lgamma(m + 1.0) - lgamma(pairs - m + 1.0)) / LN2
    return net - choice + np.log2(float(max(size_a, size_b))) - cut


@njit(cache=True, nogil=True)
def _slot(keys, key):  # type: ignore[no-untyped-def]  # pragma: no cover
    mask = keys.size - 1
    h = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64((h >> np.uint64(20)) & np.uint64(mask))
    while keys[at] >= 0 and keys[at] != key:
        at = (at + 1) & mask
    return at


@njit(cache=True, nogil=True)
def _push(heap, where, size, value, item):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A heap whose top has the largest value; of equals the smallest item."""
    at = size
    while at > 0:
        up = (at - 1) // 2
        if heap[up] > value or (heap[up] == value and where[up] <= item):
            break
        heap[at] = heap[up]
        where[at] = where[up]
        at = up
    heap[at] = value
    where[at] = item
    return size + 1


@njit(cache=True, nogil=True)
def _pop(heap, where, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    size -= 1
    value = heap[size]
    item = where[size]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        other = down + 1
        if other < size and (
            heap[other] > heap[down] or (heap[other] == heap[down] and where[other] < where[down])
        ):
            down = other
        if value > heap[down] or (value == heap[down] and item <= where[down]):
            break
        heap[at] = heap[down]
        where[at] = where[down]
        at = down
    heap[at] = value
    where[at] = item
    return size


@njit(cache=True, nogil=True)
def _joined(count, size, left, right, net, ties, cut):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Join parts, the best join first, while there is one that gains; into which each part went.

    Args:
        count: parts.
        size: units of each part; overwritten.
        left, right, net, ties: per pair of parts with evidence between them; overwritten.
    """
    edges = left.size
    into = np.arange(count).astype(np.int32)
    room = 16
    while room < 4 * edges:
        room *= 2
    keys = np.full(room, -1, np.int64)
    record = np.empty(room, np.int32)
    used = 0
    alive = np.ones(edges, np.bool_)
    # Each part's ties as a chain, two links for each tie: 2 * k and 2 * k + 1.
    head = np.full(count, -1, np.int64)
    tail = np.full(count, -1, np.int64)
    following = np.full(2 * edges, -1, np.int64)
    degree = np.zeros(count, np.int64)
    for k in range(edges):
        at = _slot(keys, np.int64(min(left[k], right[k])) * count + max(left[k], right[k]))
        keys[at] = np.int64(min(left[k], right[k])) * count + max(left[k], right[k])
        record[at] = k
        used += 1
        for side in range(2):
            part = left[k] if side == 0 else right[k]
            link = 2 * k + side
            if head[part] < 0:
                head[part] = link
            else:
                following[tail[part]] = link
            tail[part] = link
            degree[part] += 1
    heap = np.empty(max(2 * edges, 16), np.float64)
    where = np.empty(heap.size, np.int32)
    more = True
    while more:
        more = False
        filled = 0
        for k in range(edges):
            if alive[k]:
                value = gain(net[k], ties[k], size[left[k]], size[right[k]], cut)
                if value > LEAST_GAIN:
                    filled = _push(heap, where, filled, value, k)
        while filled > 0:
            value = heap[0]
            k = where[0]
            filled = _pop(heap, where, filled)
            if not alive[k]:
                continue
            now = gain(net[k], ties[k], size[left[k]], size[right[k]], cut)
            if now <= LEAST_GAIN:
                continue
            if now < value - LEAST_GAIN:
                # It was worth more when it was put here: it waits for its turn.
                filled = _push(heap, where, filled, now, k)
                continue
            more = True
            keep = left[k]
            lose = right[k]
            if degree[keep] < degree[lose]:
                keep, lose = lose, keep
            alive[k] = False
            into[lose] = keep
            size[keep] += size[lose]
            link = head[lose]
            while link >= 0:
                after = following[link]
                tie = link // 2
                if alive[tie]:
                    other = right[tie] if left[tie] == lose else left[tie]
                    key = np.int64(min(keep, other)) * count + max(keep, other)
                    if 2 * (used + 1) > keys.size:
                        wider = np.full(2 * keys.size, -1, np.int64)
                        wider_record = np.empty(wider.size, np.int32)
                        used = 0
                        for s in range(keys.size):
                            if keys[s] >= 0 and alive[record[s]]:
                                at = _slot(wider, keys[s])
                                wider[at] = keys[s]
                                wider_record[at] = record[s]
                                used += 1
                        keys = wider
                        record = wider_record
                    at = _slot(keys, key)
                    if keys[at] >= 0 and alive[record[at]]:
                        alive[tie] = False
                        tie = record[at]
                        net[tie] += net[link // 2]
                        ties[tie] += ties[link // 2]
                    else:
                        if keys[at] < 0:
                            keys[at] = key
                            used += 1
                        record[at] = tie
                        if left[tie] == lose:
                            left[tie] = keep
                        else:
                            right[tie] = keep
                        following[link] = -1
                        if head[keep] < 0:
                            head[keep] = link
                        else:
                            following[tail[keep]] = link
                        tail[keep] = link
                        degree[keep] += 1
                    value = gain(net[tie], ties[tie], size[left[tie]], size[right[tie]], cut)
                    if value > LEAST_GAIN:
                        if filled == heap.size:
                            heap = np.concatenate((heap, np.empty(heap.size, np.float64)))
                            where = np.concatenate((where, np.empty(where.size, np.int32)))
                        filled = _push(heap, where, filled, value, tie)
                link = after
    for i in range(count):
        root = i
        while into[root] != root:
            root = into[root]
        into[i] = root
    return into


def join_parts(
    label: Int32Array, a: Int32Array, b: Int32Array, bits: Float64Array, unit: BoolArray, cut: float
) -> Int32Array:
    """Join the communities of `label` while the evidence between two of them gains.

    Args:
        label: int32, shape (nodes,).
        a, b, bits: the ties, each pair once.
        unit: bool, shape (nodes,).
        cut: bits.

    Returns:
        int32, shape (nodes,): a node of the community that each node is in now.
    """
    name, part = np.unique(label, return_inverse=True)
    part = part.astype(np.int32)
    left, right, net, ties = combine(name.size, part[a], part[b], bits)
    size = np.bincount(part, weights=unit, minlength=name.size).astype(np.int64)
    into: Int32Array = _joined(name.size, size, left, right, net, ties, float(cut))
    now: Int32Array = name[into[part]].astype(np.int32)
    return now


@njit(cache=True, nogil=True)
def move_units(label, starts, columns, bits, unit, cut):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Move each node to the community with which it gains most, or to none if it loses with every one.

    `label` is changed. Returns how many moved.
    """
    count = label.size
    size = np.zeros(count, np.int64)
    held = np.zeros(count, np.int64)
    for i in range(count):
        held[label[i]] += 1
        if unit[i]:
            size[label[i]] += 1
    empty = 0
    net = np.zeros(count, np.float64)
    ties = np.zeros(count, np.int64)
    met = np.empty(count, np.int32)
    moved = 0
    for i in range(count):
        found = 0
        for t in range(starts[i], starts[i + 1]):
            c = label[columns[t]]
            if ties[c] == 0 and net[c] == 0.0:
                met[found] = c
                found += 1
            net[c] += bits[t]
            if bits[t] > 0:
                ties[c] += 1
        here = label[i]
        own = 1 if unit[i] else 0
        stays = gain(net[here], ties[here], size[here] - own, own, cut) if size[here] > own else 0.0
        best = max(stays, 0.0)
        target = here
        for f in range(found):
            c = met[f]
            if c != here and ties[c] > 0:
                value = gain(net[c], ties[c], size[c], own, cut)
                if value > best + LEAST_GAIN:
                    best = value
                    target = c
        for f in range(found):
            net[met[f]] = 0.0
            ties[met[f]] = 0
        if best == 0.0 and stays < -LEAST_GAIN:
            # As many labels as nodes, and this one is not alone: one label is free.
            while held[empty % count] > 0:
                empty += 1
            target = empty % count
        if target != here:
            held[here] -= 1
            held[target] += 1
            size[here] -= own
            size[target] += own
            label[i] = target
            moved += 1
    return moved
