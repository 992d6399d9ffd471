"""Joins and moves of `communities`, compiled: no function here knows what a unit stands for."""

from __future__ import annotations

from math import lgamma

import numpy as np
from numba import njit

from filrouge.compare.runs import Int32Array
from filrouge.networks.graph_kernels import BoolArray, Float64Array, combine

APART = 1e6
"""More bits than any evidence has; what must stay apart has a thousand times as many against it."""
LN2 = float(np.log(2.0))
LEAST_GAIN = 1e-6
"""Less is rounding."""


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
def _joined(  # type: ignore[no-untyped-def]  # pragma: no cover
    count, size, left, right, net, ties, via, via_id, via_bits, nodes, cut
):
    """Join parts, the best join first, while there is one that gains; into which each part went.

    Args:
        count: parts.
        size: units of each part; overwritten.
        left, right, net, ties: per pair of parts with evidence between them, without that of
            identifiers; overwritten.
        via, via_id, via_bits: the identifiers that a pair shares: which pair, which identifier, bits.
            Twenty voices of one part that hold an identifier of the other share it once, not twenty times.
        nodes: identifiers are numbered below it.
        cut: bits.
    """
    chain = np.full(left.size, -1, np.int64)
    chained = np.full(via.size, -1, np.int64)
    for e in range(via.size):
        chained[e] = chain[via[e]]
        chain[via[e]] = e
        net[via[e]] += via_bits[e]
        ties[via[e]] += 1
    mark = np.full(nodes, -1, np.int64)
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
                        gone = tie
                        tie = record[at]
                        net[tie] += net[gone]
                        ties[tie] += ties[gone]
                        e = chain[tie]
                        while e >= 0:
                            mark[via_id[e]] = e
                            e = chained[e]
                        e = chain[gone]
                        while e >= 0:
                            further = chained[e]
                            known = mark[via_id[e]]
                            if known >= 0:
                                net[tie] -= min(via_bits[known], via_bits[e])
                                ties[tie] -= 1
                                via_bits[known] = max(via_bits[known], via_bits[e])
                            else:
                                chained[e] = chain[tie]
                                chain[tie] = e
                            e = further
                        e = chain[tie]
                        while e >= 0:
                            mark[via_id[e]] = -1
                            e = chained[e]
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
    shared = (unit[a] != unit[b]) & (bits > 0) & (part[a] != part[b])
    left, right, net, ties = combine(name.size, part[a], part[b], np.where(shared, 0.0, bits))
    key = left.astype(np.int64) * name.size + right
    one, other, worth = part[a[shared]], part[b[shared]], bits[shared]
    which = np.minimum(one, other).astype(np.int64) * name.size + np.maximum(one, other)
    via = np.searchsorted(key, which)
    identifier = np.where(unit[a[shared]], b[shared], a[shared])
    # The best tie of each identifier between two parts.
    order = np.lexsort((-worth, identifier, via))
    via, identifier, worth = via[order], identifier[order], worth[order]
    first = np.ones(via.size, bool)
    first[1:] = (via[1:] != via[:-1]) | (identifier[1:] != identifier[:-1])
    via, identifier, worth = via[first], identifier[first], worth[first]
    size = np.bincount(part, weights=unit, minlength=name.size).astype(np.int64)
    into: Int32Array = _joined(
        name.size, size, left, right, net, ties, via, identifier, worth, label.size, float(cut)
    )
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
