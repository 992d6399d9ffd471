"""What holds a network together: its weakest cut, and what is left without a kind of tie.

Every function takes one network's own graph: nodes from 0, ties with their bits. Identifiers may be
nodes (see `communities.with_identifiers`); a cut counts only if units stand on both sides of it.

Sources: Stoer & Wagner, A simple min-cut algorithm (J. ACM 1997); Padberg & Rinaldi, An efficient
algorithm for the minimum capacity cut problem (Math. Programming 1990), for the ties that no least cut
crosses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from filrouge.compare.runs import Int32Array, Int64Array
from filrouge.networks.bridges import bridges
from filrouge.networks.communities import combined, find_communities
from filrouge.networks.edges import BoolArray, Float64Array, components

EXACT_NODES = 800
"""Up to so many nodes (after ties that no least cut can cross are closed) the least cut is exact."""
MOST_IDENTIFIERS = 100
"""Identifiers that are left out in turn: those with most bits."""


@dataclass(frozen=True)
class LeastCut:
    """The ties whose loss splits a network, and have the fewest bits of all that do.

    Attributes:
        bits: their sum.
        a, b: the ties, int32.
        side: bool, shape (count,): the nodes of the smaller part.
        exact: whether it is proved to be the least; else it is the least that was found.
    """

    bits: float
    a: Int32Array
    b: Int32Array
    side: BoolArray
    exact: bool


@dataclass(frozen=True)
class Without:
    """What remains of a network when some of its ties are left out.

    Attributes:
        kind: of the ties left out.
        identifier: the one left out, as it was given; -1 where the whole kind was.
        parts: networks of two units and more that remain (1: still one).
        alone: units that are in none of them.
        largest: units in the largest part.
        labels: int32, shape (count,), -1 for alone.
    """

    kind: str
    identifier: int
    parts: int
    alone: int
    largest: int
    labels: Int32Array

    @property
    def holds(self) -> bool:
        """Whether all units are still in one network."""
        return self.parts == 1 and self.alone == 0


def _stoer_wagner(weight: Float64Array, units: Int64Array) -> tuple[float, BoolArray, float]:
    """Least cut of a dense graph; `weight` is overwritten.

    Returns:
        The least cut with a unit on both sides and its side, and the least cut of any kind.
    """
    n = weight.shape[0]
    member = np.eye(n, dtype=bool)
    gone = np.zeros(n, bool)
    held = units.copy()
    best = any_best = np.inf
    side = np.zeros(n, bool)
    for left in range(n, 1, -1):
        reach = np.where(gone, -np.inf, 0.0)
        before = last = -1
        for _ in range(left):
            before, last = last, int(reach.argmax())
            value = float(reach[last])
            reach += weight[last]
            reach[last] = -np.inf
        any_best = min(any_best, value)
        if value < best and 0 < held[last] < units.sum():
            best, side = value, member[last].copy()
        weight[before] += weight[last]
        weight[:, before] = weight[before]
        weight[before, before] = 0.0
        member[before] |= member[last]
        held[before] += held[last]
        gone[last] = True
    return best, side, any_best


def least_cut(
    count: int, a: Int32Array, b: Int32Array, bits: Any, *, is_unit: BoolArray | None = None
) -> LeastCut | None:
    """The ties with the fewest bits whose loss splits the network.

    Args:
        count: nodes of the network.
        a, b, bits: its ties; evidence against (negative bits) holds nothing together and is left out.
        is_unit: which nodes are units; all, if it is not given.

    Returns:
        None if there are fewer than two units. A network that is in parts already has an empty cut.
    """
    unit = np.ones(count, bool) if is_unit is None else np.asarray(is_unit, bool)
    if int(unit.sum()) < 2:
        return None
    low, high, total = combined(a, b, bits)
    low, high, total = low[total > 0], high[total > 0], total[total > 0]
    whole = components(count, low, high)
    with_units = np.unique(whole[unit])
    if with_units.size > 1:
        sides = [whole == c for c in with_units]
        return _cut(min(sides, key=lambda s: int((s & unit).sum())), low, high, total, unit, True)
    side, bound = _single(count, low, high, total, unit)
    part = _closed(count, low, high, total, unit, bound)
    nodes = int(part.max()) + 1
    if nodes == 1:
        return _cut(side, low, high, total, unit, True)
    held = np.bincount(part, weights=unit, minlength=nodes).astype(np.int64)
    if nodes > EXACT_NODES:
        for edge in bridges(nodes, part[low], part[high]).tolist():
            kept = np.arange(low.size) != edge
            rest = components(count, low[kept], high[kept])
            other = rest == rest[low[edge]]
            if total[edge] < bound and 0 < int((other & unit).sum()) < int(unit.sum()):
                side, bound = other, float(total[edge])
        return _cut(side, low, high, total, unit, False)
    weight = np.zeros((nodes, nodes))
    np.add.at(weight, (part[low], part[high]), total)
    weight += weight.T
    np.fill_diagonal(weight, 0.0)
    best, found, least = _stoer_wagner(weight, held)
    # A cut that sets an identifier apart splits no units, but may hide the least that does.
    exact = bool(least >= min(best, bound) - 1e-9)
    if best < bound:
        side = found[part]
    return _cut(side, low, high, total, unit, exact)


def _single(
    count: int, low: Int32Array, high: Int32Array, total: Float64Array, unit: BoolArray
) -> tuple[BoolArray, float]:
    """The unit that is held by the fewest bits: a cut to begin with."""
    degree = np.bincount(low, total, count) + np.bincount(high, total, count)
    least = int(np.flatnonzero(unit)[np.argmin(degree[unit])])
    side = np.zeros(count, bool)
    side[least] = True
    # What hangs on this unit alone goes with it.
    kept = (low != least) & (high != least)
    rest = components(count, low[kept], high[kept])
    for c in np.unique(rest).tolist():
        if not unit[rest == c].any():
            side |= rest == c
    crossing = side[low] != side[high]
    return side, float(total[crossing].sum())


def _closed(
    count: int, low: Int32Array, high: Int32Array, total: Float64Array, unit: BoolArray, bound: float
) -> Int32Array:
    """Number the nodes so that no cut below `bound` is lost: what only dearer cuts part has one number."""
    part = np.arange(count, dtype=np.int32)
    while True:
        nodes = int(part.max()) + 1
        a, b, bits = combined(part[low], part[high], total)
        degree = np.bincount(a, bits, nodes) + np.bincount(b, bits, nodes)
        identifier = np.bincount(part, weights=unit, minlength=nodes) == 0
        close = bits >= bound
        # An identifier goes with the neighbour that has half of it and more: each cut is the less for it.
        close |= identifier[a] & (2 * bits >= degree[a]) | identifier[b] & (2 * bits >= degree[b])
        if not close.any():
            return part
        merged = components(nodes, a[close], b[close])
        part = np.unique(merged, return_inverse=True)[1].astype(np.int32)[part]


def _cut(
    side: BoolArray, low: Int32Array, high: Int32Array, total: Float64Array, unit: BoolArray, exact: bool
) -> LeastCut:
    crossing = side[low] != side[high]
    if 2 * int((side & unit).sum()) > int(unit.sum()):
        side = ~side
    return LeastCut(float(total[crossing].sum()), low[crossing], high[crossing], side, exact)


def without(
    count: int,
    a: Int32Array,
    b: Int32Array,
    bits: Any,
    kinds: Sequence[str],
    identifiers: Int32Array,
    *,
    cut_bits: float,
    is_unit: BoolArray | None = None,
) -> list[Without]:
    """The network again with each kind of tie left out, and with each identifier.

    Args:
        count: nodes of the network.
        a, b, bits: its ties, one row for each part of the evidence of a pair: what a pair has is the sum
            of its rows, so a kind can be left out.
        kinds: per row: "phone", "text", "movement", …
        identifiers: int32, per row: which identifier it is (numbered within the network), -1 for none.
        cut_bits: the cut by which the network was found.
        is_unit: which nodes are units; all, if it is not given.

    Returns:
        First the kinds in order of their names, then at most `MOST_IDENTIFIERS` identifiers, those
        with most bits first.
    """
    worth = np.asarray(bits, np.float64)
    kind = np.asarray(kinds, str)
    unit = np.ones(count, bool) if is_unit is None else np.asarray(is_unit, bool)

    def rest(left_out: BoolArray, name: str, identifier: int) -> Without:
        keep = ~left_out
        found = find_communities(
            count, a[keep], b[keep], worth[keep], ads_count=2, cut_bits=cut_bits, is_unit=unit
        )
        return Without(
            kind=name,
            identifier=identifier,
            parts=found.communities,
            alone=int((unit & (found.labels < 0)).sum()),
            largest=found.largest_community,
            labels=found.labels,
        )

    out = [rest(kind == name, name, -1) for name in np.unique(kind[worth > 0]).tolist()]
    named = identifiers >= 0
    if named.any():
        held = np.bincount(identifiers[named], np.maximum(worth[named], 0.0))
        present = np.flatnonzero(held > 0)
        most = present[np.argsort(-held[present], kind="stable")][:MOST_IDENTIFIERS]
        for number in most.tolist():
            rows = identifiers == number
            out.append(rest(rows, str(kind[rows][0]), number))
    return out
