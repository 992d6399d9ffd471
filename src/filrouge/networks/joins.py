"""Joins and moves of `communities`: no function here knows what a unit stands for.

Plain Python: there are few ties in a network, and tens of thousands in a corpus.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import cycle
from math import lgamma, log, log2

import numpy as np

from filrouge.compare.runs import Int32Array, Int64Array
from filrouge.networks.edges import BoolArray, Float64Array, combine

APART = 1e6
"""More bits than any evidence has; what must stay apart has a thousand times as many against it."""
LN2 = log(2.0)
LEAST_GAIN = 1e-6
"""Less is rounding."""


def gain(net: float, ties: int, size_a: int, size_b: int, cut: float) -> float:
    """Bits that are left for one hand when two parts are joined.

    `net`, the sum of bits between them; less the choice of `ties` among all their pairs; less the
    prior, `cut`, which is for a pair of units: the smaller part has as many chances to belong to the
    larger as that has units. A part without a unit is an identifier, and costs nothing.
    """
    if size_a == 0 or size_b == 0:
        return net
    pairs = size_a * size_b
    m = min(ties, pairs)
    choice = (lgamma(pairs + 1.0) - lgamma(m + 1.0) - lgamma(pairs - m + 1.0)) / LN2 if pairs > m else 0.0
    return net - choice + log2(max(size_a, size_b)) - cut


@dataclass(slots=True)
class _Between:
    """The evidence between two parts.

    Attributes:
        net: bits.
        ties: how many speak for one hand.
        shared: the bits of each identifier that they share. Twenty voices of one part that hold an identifier
            of the other share it once, not twenty times.
    """

    net: float
    ties: int
    shared: dict[int, float]

    def add(self, other: _Between) -> None:
        self.net += other.net
        self.ties += other.ties
        for identifier, bits in other.shared.items():
            known = self.shared.get(identifier)
            if known is None:
                self.shared[identifier] = bits
            else:
                self.net -= min(known, bits)
                self.ties -= 1
                self.shared[identifier] = max(known, bits)


def _joined(size: list[int], between: list[dict[int, _Between]], cut: float) -> list[int]:
    """Join parts, the best join first, while there is one that gains; into which each part went.

    Args:
        size: units of each part; overwritten.
        between: of each part, the evidence between it and its neighbours; overwritten.
        cut: bits.
    """
    into = list(range(len(size)))
    heap: list[tuple[float, int, int, int]] = []

    def offer(one: int, other: int) -> tuple[float, int, int, int]:
        tie = between[one][other]
        value = gain(tie.net, tie.ties, size[one], size[other], cut)
        # Of equal gains that of the largest parts goes first: a chain of equal ties becomes one part, wherever
        # it is begun. Rounded, for equals must not differ by what a sum of floats leaves.
        return -round(value, 6), -(size[one] + size[other]), min(one, other), max(one, other)

    def put(one: int, other: int) -> None:
        offered = offer(one, other)
        if offered[0] < 0:
            heappush(heap, offered)

    for one, ties in enumerate(between):
        for other in ties:
            if one < other:
                put(one, other)
    while heap:
        offered = heappop(heap)
        _, _, keep, lose = offered
        if lose not in between[keep] or offered != offer(keep, lose):
            continue
        if len(between[keep]) < len(between[lose]):
            keep, lose = lose, keep
        into[lose] = keep
        size[keep] += size[lose]
        gone, between[lose] = between[lose], {}
        del gone[keep], between[keep][lose]
        for other, tie in gone.items():
            del between[other][lose]
            known = between[keep].get(other)
            if known is None:
                between[keep][other] = between[other][keep] = tie
            else:
                known.add(tie)
        for other in between[keep]:
            put(keep, other)
    for part, root in enumerate(into):
        while into[root] != root:
            root = into[root]
        into[part] = root
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
    between: list[dict[int, _Between]] = [{} for _ in range(name.size)]

    def put(one: int, other: int, tie: _Between) -> None:
        known = between[one].get(other)
        if known is None:
            between[one][other] = between[other][one] = tie
        else:
            known.add(tie)

    plain = combine(part[a[~shared]], part[b[~shared]], bits[~shared])
    for one, other, net, ties in zip(*(column.tolist() for column in plain), strict=True):
        put(one, other, _Between(net, ties, {}))
    identifier = np.where(unit[a[shared]], b[shared], a[shared])
    ends = (part[a[shared]], part[b[shared]], identifier, bits[shared])
    for one, other, which, worth in zip(*(column.tolist() for column in ends), strict=True):
        put(one, other, _Between(worth, 1, {which: worth}))
    size = np.bincount(part, weights=unit, minlength=name.size).astype(np.int64).tolist()
    into = np.array(_joined(size, between, float(cut)), np.int64)
    now: Int32Array = name[into[part]].astype(np.int32)
    return now


def move_units(
    label: Int32Array,
    starts: Int64Array,
    columns: Int32Array,
    bits: Float64Array,
    unit: BoolArray,
    cut: float,
) -> tuple[Int32Array, int]:
    """Move each node to the community with which it gains most, or to none if it loses with every one.

    Args:
        label: int32, shape (nodes,).
        starts, columns, bits: rows of the symmetric matrix of ties, see `communities.adjacency`.
        unit: bool, shape (nodes,).
        cut: bits.

    Returns:
        The labels now, and how many nodes moved.
    """
    of = label.tolist()
    held = np.bincount(label, minlength=label.size).tolist()
    size = np.bincount(label, weights=unit, minlength=label.size).astype(np.int64).tolist()
    first, neighbours, worth, own_units = starts.tolist(), columns.tolist(), bits.tolist(), unit.tolist()
    # As many labels as nodes: while one is not alone, a label is free.
    free = cycle(range(label.size))
    moved = 0
    for i, here in enumerate(of):
        if first[i] == first[i + 1]:
            continue
        own = int(own_units[i])
        net: dict[int, float] = defaultdict(float)
        ties: dict[int, int] = defaultdict(int)
        for t in range(first[i], first[i + 1]):
            community = of[neighbours[t]]
            net[community] += worth[t]
            ties[community] += worth[t] > 0
        stays = gain(net[here], ties[here], size[here] - own, own, cut) if size[here] > own else 0.0
        best, target = max(stays, 0.0), here
        for community, speak_for in ties.items():
            if community != here and speak_for:
                value = gain(net[community], speak_for, size[community], own, cut)
                if value > best + LEAST_GAIN:
                    best, target = value, community
        if best == 0.0 and stays < -LEAST_GAIN:
            target = next(label for label in free if not held[label])
        if target != here:
            held[here] -= 1
            held[target] += 1
            size[here] -= own
            size[target] += own
            of[i] = target
            moved += 1
    return np.array(of, np.int32), moved
