"""Bridges: single ties that alone hold two parts of a network together.

Source: Tarjan, A note on finding the bridges of a graph (Information Processing Letters 1974).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.runs import Int32Array
from filrouge.networks.communities import combined
from filrouge.networks.graph_kernels import BoolArray, components


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
    low, high, total = combined(count, a, b, bits)
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


@njit(cache=True, nogil=True)
def _bridge_kernel(count, starts, columns, edge_of):  # type: ignore[no-untyped-def]  # pragma: no cover
    seen = np.full(count, -1, np.int64)
    lowest = np.zeros(count, np.int64)
    by = np.full(count, -1, np.int64)
    at = starts[:-1].copy()
    stack = np.empty(count, np.int64)
    out = np.zeros(edge_of.size, np.bool_)
    clock = 0
    for root in range(count):
        if seen[root] >= 0:
            continue
        depth = 1
        stack[0] = root
        seen[root] = lowest[root] = clock
        clock += 1
        while depth > 0:
            i = stack[depth - 1]
            if at[i] < starts[i + 1]:
                edge = edge_of[at[i]]
                j = columns[at[i]]
                at[i] += 1
                if edge == by[i]:
                    continue
                if seen[j] >= 0:
                    lowest[i] = min(lowest[i], seen[j])
                else:
                    by[j] = edge
                    seen[j] = lowest[j] = clock
                    clock += 1
                    stack[depth] = j
                    depth += 1
            else:
                depth -= 1
                if depth > 0:
                    up = stack[depth - 1]
                    lowest[up] = min(lowest[up], lowest[i])
                    if lowest[i] > seen[up]:
                        out[by[i]] = True
    return out


def bridges(count: int, a: Int32Array, b: Int32Array) -> NDArray[np.int64]:
    """Numbers of the ties that are on no circle. Several ties between one pair are a circle."""
    rows = np.concatenate([a, b]).astype(np.int64)
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))]).astype(np.int64)
    numbers = np.arange(a.size)
    edge_of = np.concatenate([numbers, numbers])[order]
    columns = np.concatenate([b, a])[order]
    found: NDArray[np.bool_] = _bridge_kernel(count, starts, columns, edge_of)
    return np.flatnonzero(found[: a.size])
