"""Bridges: single ties that alone hold two parts of a network together.

Source: Tarjan, A note on finding the bridges of a graph (Information Processing Letters 1974).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.runs import Int32Array
from filrouge.networks.communities import combined
from filrouge.networks.edges import BoolArray, components


@dataclass(frozen=True)
class Possible:
    """A link that hangs on one weak tie, and was cut: the two parts are possibly one.

    Attributes:
        a, b: the ends of the tie.
        bits: of the tie.
        smaller: units of the smaller part, when it was cut.
    """

    a: int
    b: int
    bits: float
    smaller: int


def cut_weak_bridges(
    count: int,
    a: Int32Array,
    b: Int32Array,
    bits: Any,
    *,
    below: float,
    is_unit: BoolArray | None = None,
) -> tuple[Int32Array, list[Possible]]:
    """Cut the bridges that hang on one tie of fewer than `below` bits.

    A bridge is a tie whose loss alone parts units from units. The weakest is cut first; a tie that parts
    nothing any more, once another was cut, stays.

    Returns:
        int32, shape (count,): the part of each node (its smallest node); and the links that were cut,
        weakest first.
    """
    unit = np.ones(count, bool) if is_unit is None else np.asarray(is_unit, bool)
    low, high, total = combined(a, b, bits)
    low, high, total = low[total > 0], high[total > 0], total[total > 0]
    weak = bridges(count, low, high)
    is_bridge = np.zeros(low.size, bool)
    is_bridge[weak] = True
    weak = weak[total[weak] < below]
    weak = weak[np.argsort(total[weak], kind="stable")]
    # What no bridge parts is one block; blocks and bridges are a forest.
    block = components(count, low[~is_bridge], high[~is_bridge])
    neighbours: dict[int, set[int]] = {}
    for k in np.flatnonzero(is_bridge).tolist():
        i, j = int(block[low[k]]), int(block[high[k]])
        neighbours.setdefault(i, set()).add(j)
        neighbours.setdefault(j, set()).add(i)
    held = np.bincount(block, weights=unit, minlength=count).astype(int)
    kept = np.ones(low.size, bool)
    links: list[Possible] = []
    for k in weak.tolist():
        i, j = int(block[low[k]]), int(block[high[k]])
        sides = (_units_beyond(i, j, neighbours, held), _units_beyond(j, i, neighbours, held))
        if min(sides) > 0:
            neighbours[i].discard(j)
            neighbours[j].discard(i)
            kept[k] = False
            links.append(Possible(int(low[k]), int(high[k]), float(total[k]), min(sides)))
    return components(count, low[kept], high[kept]), links


def _units_beyond(start: int, closed: int, neighbours: dict[int, set[int]], held: NDArray[np.int64]) -> int:
    """Units that are reached from block `start` without going to block `closed`."""
    seen, waiting, units = {start, closed}, [start], 0
    while waiting:
        block = waiting.pop()
        units += int(held[block])
        for other in neighbours.get(block, ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return units


def bridges(count: int, a: Int32Array, b: Int32Array) -> NDArray[np.int64]:
    """Numbers of the ties that are on no circle. Several ties between one pair are a circle."""
    ties_of: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for tie, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        ties_of[i].append((j, tie))
        ties_of[j].append((i, tie))
    # When each node was first seen (-1: not yet), and the first seen that it and those after it lead back to.
    seen = [-1] * count
    lowest = [0] * count
    found: list[int] = []
    clock = 0
    for root in range(count):
        if seen[root] >= 0:
            continue
        seen[root] = lowest[root] = clock
        clock += 1
        path = [(root, -1, iter(ties_of[root]))]
        while path:
            i, came_by, waiting = path[-1]
            for j, tie in waiting:
                if tie == came_by:
                    continue
                if seen[j] < 0:
                    seen[j] = lowest[j] = clock
                    clock += 1
                    path.append((j, tie, iter(ties_of[j])))
                    break
                lowest[i] = min(lowest[i], seen[j])
            else:
                path.pop()
                if path:
                    up = path[-1][0]
                    lowest[up] = min(lowest[up], lowest[i])
                    if lowest[i] > seen[up]:
                        found.append(came_by)
    return np.array(sorted(found), np.int64)
