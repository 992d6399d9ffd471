"""Who copied whom: the family tree of a network's templates by what it costs to write one with another.

Each template is written once: alone, or with an older one beside it. The tree that writes them all in
the fewest bits is the cheapest account of who copied whom; it says nothing of a template that gains
nothing by another, which then begins a family of its own.

Sources: Chu & Liu (Scientia Sinica 1965) and Edmonds (J. Res. Nat. Bureau of Standards 1967), minimum-cost
arborescence; the cost is the description length of `compare.align`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.align import pair_bits
from filrouge.compare.runs import Float32Array, Int32Array

Float64Array = NDArray[np.float64]
LEAST_COPY: Final = 1.0
"""Bits that a copy saves at least, less the cost of naming its parent."""
RELATIONS: Final = ("same hand", "imitation", "agency form", "unknown")


@dataclass(frozen=True)
class Use:
    """Who used a template where and when, as far as its ads tell.

    Attributes:
        first: day (any one count of days), None if unknown.
        identifiers: those of its ads, without those of agencies.
        presences: (agency, place) pairs of its ads, "" for what they do not say.
        form: the agency whose own form it may be, see `Groups.form_of`; "" for none.
    """

    first: float | None = None
    identifiers: frozenset[str] = frozenset()
    presences: frozenset[tuple[str, str]] = frozenset()
    form: str = ""

    @property
    def agencies(self) -> frozenset[str]:
        """Agencies of its ads."""
        return frozenset(agency for agency, _ in self.presences if agency)


@dataclass(frozen=True)
class Descent:
    """One template's origin.

    Attributes:
        template: its number.
        parent: of which it was copied; -1 if it was written alone.
        bits: saved by the copying, less the cost of naming the parent; 0 without parent.
        relation: one of `RELATIONS`; "" without parent.
        shared: the identifiers that speak for one hand.
    """

    template: int
    parent: int
    bits: float
    relation: str
    shared: tuple[str, ...] = ()


def encoding_costs(
    templates: Sequence[Int32Array], prices: Sequence[Float32Array], threads: int = 1
) -> tuple[Float64Array, Float64Array]:
    """What templates cost alone, and what is saved with another beside.

    Args:
        templates: the word numbers of each; -1 for a word that is in no other.
        prices: bits to spell out each word.
        threads: how many to use.

    Returns:
        float64, shape (templates,), and float64, shape (templates, templates): [i, j] is saved on j
        by having i beside it; 0 on the diagonal.
    """
    count = len(templates)
    alone = np.array([float(np.sum(price)) for price in prices], np.float64)
    saved = np.zeros((count, count))
    if count < 2:
        return alone, saved
    sizes = np.array([words.size for words in templates], np.int64)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    # Numbers from 0 without gaps: the kernel has room for each word.
    flat = np.concatenate(list(templates)).astype(np.int64)
    words = np.unique(flat, return_inverse=True)[1].astype(np.int32)
    words[flat < 0] = -1
    i, j = np.nonzero(~np.eye(count, dtype=bool))
    saved[i, j] = pair_bits(
        i.astype(np.int32),
        j.astype(np.int32),
        words,
        np.concatenate(list(prices)).astype(np.float32),
        offsets,
        threads,
    )
    return alone, saved


def cheapest_tree(alone: Float64Array, cost: Float64Array) -> Int32Array:
    """The parents that write everything in the fewest bits.

    Args:
        alone: shape (n,), cost of a node as a root.
        cost: shape (n, n): [i, j], cost of j under i; inf where it cannot be.

    Returns:
        int32, shape (n,): the parent of each, -1 for a root. Of equal costs the root, then the first.
    """
    count = alone.size
    if count == 0:
        return np.zeros(0, np.int32)
    # One root above them all, node 0, makes a forest one tree.
    full = np.full((count + 1, count + 1), np.inf)
    full[0, 1:] = alone
    full[1:, 1:] = cost
    np.fill_diagonal(full, np.inf)
    return (_arborescence(full)[1:] - 1).astype(np.int32)


def _arborescence(cost: Float64Array) -> NDArray[np.int64]:
    """Parents of the cheapest arborescence from node 0 (its own parent is 0); `cost[i, j]` of i above j."""
    n = cost.shape[0]
    parent: NDArray[np.int64] = np.argmin(cost, axis=0)
    parent[0] = 0
    circle = _circle(parent)
    if circle.size == 0:
        return parent
    inside = np.zeros(n, bool)
    inside[circle] = True
    outer = np.flatnonzero(~inside)
    small = np.full((outer.size + 1, outer.size + 1), np.inf)
    small[:-1, :-1] = cost[np.ix_(outer, outer)]
    # Into the circle: what it costs more to enter at a node than to stay on the circle there.
    enter = cost[np.ix_(outer, circle)] - cost[parent[circle], circle][None, :]
    small[:-1, -1] = enter.min(axis=1)
    entered = circle[enter.argmin(axis=1)]
    leave = cost[np.ix_(circle, outer)]
    small[-1, :-1] = leave.min(axis=0)
    left = circle[leave.argmin(axis=0)]
    inner = _arborescence(small)
    out: NDArray[np.int64] = parent.copy()
    for k, node in enumerate(outer.tolist()):
        above = int(inner[k])
        out[node] = left[k] if above == outer.size else outer[above]
    source = int(inner[-1])
    out[entered[source]] = outer[source]
    out[0] = 0
    return out


def _circle(parent: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nodes of one circle among the parents, in no order; empty if there is none."""
    state = np.zeros(parent.size, np.int64)
    state[0] = -1
    for start in range(1, parent.size):
        path = []
        node = start
        while state[node] == 0:
            state[node] = start
            path.append(node)
            node = int(parent[node])
        if state[node] == start:
            return np.array(path[path.index(node) :], np.int64)
        state[path] = -1
    return np.zeros(0, np.int64)


def lineage(alone: Float64Array, saved: Float64Array, uses: Sequence[Use]) -> list[Descent]:
    """The family tree of templates, and what each copy means.

    Args:
        alone, saved: see `encoding_costs`.
        uses: of each template; a copy is not older than what it was copied from.

    Returns:
        One for each template, in order.
    """
    count = len(uses)
    # To copy is to say of which: the choice of one among them all, or of none.
    naming = float(np.log2(count + 1)) if count else 0.0
    cost = np.asarray(alone, np.float64)[None, :] - np.asarray(saved, np.float64) + naming
    first = np.array([np.nan if use.first is None else use.first for use in uses], np.float64)
    if count:
        cost[first[:, None] > first[None, :]] = np.inf
    # What saves next to nothing is no copy.
    cost[np.asarray(alone, np.float64)[None, :] - cost < LEAST_COPY] = np.inf
    parent = cheapest_tree(np.asarray(alone, np.float64), cost)
    out = []
    for j, i in enumerate(parent.tolist()):
        if i < 0:
            out.append(Descent(j, -1, 0.0, ""))
        else:
            shared = tuple(sorted(uses[i].identifiers & uses[j].identifiers))
            out.append(Descent(j, i, float(saved[i, j]) - naming, relation(uses[i], uses[j]), shared))
    return out


def relation(parent: Use, copy: Use) -> str:
    """What a copy means: "same hand", "imitation", "agency form" or "unknown".

    - A shared identifier: same hand. It outweighs the rest, for a form has no phone of its own.
    - An agency of both, whose form one of the two may be: its form.
    - Other agencies only: imitation, or a template that was bought; the text cannot tell which.
    - Else the ads do not tell: strangers, too, are on one agency in one town at one time.
    """
    if parent.identifiers & copy.identifiers:
        return "same hand"
    if {parent.form, copy.form} & parent.agencies & copy.agencies:
        return "agency form"
    if parent.agencies and copy.agencies and not parent.agencies & copy.agencies:
        return "imitation"
    return "unknown"
