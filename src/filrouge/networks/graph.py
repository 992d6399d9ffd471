"""The graph of voices and identifiers, and the networks in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.compare.runs import Int32Array
from filrouge.networks.bridges import Possible, cut_weak_bridges
from filrouge.networks.communities import find_communities
from filrouge.networks.learning import KINDS
from filrouge.networks.units import TYING
from filrouge.networks.weighing import PASSED_ON, SEARCHED, Weighed

Float64Array = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

IDENTIFIER: Final = "identifier"
"""The kind of an edge between a unit and what it holds, before the identifier's own kind is known."""
CUT: Final = 0.5
"""Share of log2(units) that a join must exceed: an identifier that more than the root of all units hold ties none."""
WEAK: Final = 0.6
"""Share of log2(units) below which one tie alone holds nothing together; the two parts are possibly one.

Cautious weights count 0.8 of an identifier's bits, so with more than 0.8 no phone would hold two voices together,
however rare it is."""


@dataclass(frozen=True)
class Graph:
    """Units, then identifiers, as nodes; ties as edges.

    Attributes:
        nodes: how many there are; the first `units` of them are units.
        a, b: int32, shape (edges,): the ends of each edge.
        bits: float64, shape (edges,).
        kind: per edge the kind of tie: one of `KINDS`, or "" for a pair with several.
        identifier: int32, shape (edges,): which identifier it runs through (a row of `identifiers`), -1 for none.
        pair: int32, shape (edges,): which pair of the weighed ones it is, -1 for none.
        identifiers: `kind`, `value`, `turn`, in the order of their nodes.
    """

    nodes: int
    units: int
    a: Int32Array
    b: Int32Array
    bits: Float64Array
    kind: list[str]
    identifier: Int32Array
    pair: Int32Array
    identifiers: pl.DataFrame

    @property
    def is_unit(self) -> BoolArray:
        """bool, shape (nodes,)."""
        return np.arange(self.nodes) < self.units

    @property
    def scale(self) -> float:
        """log2 of how many units there are: what finding one among them all is worth."""
        return float(np.log2(max(self.units, 2)))


@dataclass(frozen=True)
class Partition:
    """The networks of a graph.

    Attributes:
        label: int32, shape (nodes,): the network of each node, -1 for none; the largest first.
        possible: links that hang on one weak tie, and were cut.
        largest_component: units of the largest component before any cut.
        cut_bits: what a join had to exceed.
    """

    label: Int32Array
    possible: list[Possible]
    largest_component: int
    cut_bits: float


def claims(weighed: Weighed, bits: Float64Array, kinds: list[str]) -> Float64Array:
    """What the joint model makes of so many bits of one kind alone, shape (ties,)."""
    rows = np.zeros((bits.size, len(KINDS)))
    column = np.array([KINDS.index(kind) for kind in kinds], np.int64)
    rows[np.arange(bits.size), column] = bits
    out: Float64Array = weighed.model.parts(rows)[np.arange(bits.size), column]
    return out


def graph_of(weighed: Weighed) -> Graph:
    """The graph of all ties: identifiers are nodes, so that a star of h holders has h edges, not h²."""
    units, held = weighed.units.count, weighed.held
    several = held.filter(pl.col("unit").n_unique().over("kind", "value") > 1)
    identifiers = several.select("kind", "value", "turn").unique().sort("kind", "value", "turn")
    numbered = identifiers.with_row_index("node").with_columns(pl.col("node").cast(pl.Int32))
    stars = several.join(numbered, on=["kind", "value", "turn"], maintain_order="left")
    star_bits = claims(weighed, stars["bits"].to_numpy(), stars["kind"].to_list())
    worth = stars.select("node").with_columns(bits=pl.Series(star_bits)).unique("node", maintain_order=True)
    next_turn = (
        numbered.join(worth, on="node", maintain_order="left")
        .with_columns(after=pl.col("node").shift(-1).over("kind", "value"))
        .drop_nulls("after")
    )
    total, through = weighed.model.total(weighed.bits), _through_identifiers(weighed)
    # A search has its price for what speaks for one hand; it makes nothing speak against.
    search = np.where(total > 0, SEARCHED * np.log2(max(units, 2)), 0.0)
    direct = total - np.where(through > 0, through + weighed.model.start, search)
    other = np.array([k for k, kind in enumerate(KINDS) if kind not in TYING])
    more = (weighed.bits[:, other] != 0).any(axis=1) & ((through > 0) | (direct > 0) | (total < 0))
    pairs = np.flatnonzero(more).astype(np.int32)
    names = np.array([KINDS[k] for k in other])
    strongest = (
        names[np.abs(weighed.bits[np.ix_(pairs, other)]).argmax(axis=1)].tolist() if pairs.size else []
    )
    none = np.full(pairs.size, -1, np.int32)
    return Graph(
        nodes=units + identifiers.height,
        units=units,
        a=_joined(stars["unit"], next_turn["node"] + units, weighed.a[pairs]),
        b=_joined(stars["node"] + units, next_turn["after"] + units, weighed.b[pairs]),
        bits=np.concatenate([star_bits, PASSED_ON * next_turn["bits"].to_numpy(), direct[pairs]]),
        kind=[*stars["kind"].to_list(), *next_turn["kind"].to_list(), *strongest],
        identifier=_joined(stars["node"], next_turn["node"], none),
        pair=np.concatenate([np.full(stars.height + next_turn.height, -1, np.int32), pairs]),
        identifiers=identifiers,
    )


def _through_identifiers(weighed: Weighed) -> Float64Array:
    """Bits of each pair that already run through the identifiers that both hold."""
    rows = np.zeros_like(weighed.bits)
    for kind in TYING:
        rows[:, KINDS.index(kind)] = weighed.bits[:, KINDS.index(kind)]
    some = rows.any(axis=1)
    return np.where(some, weighed.model.total(rows) - weighed.model.start, 0.0)


def _joined(*parts: pl.Series | Int32Array) -> Int32Array:
    return np.concatenate([np.asarray(part) for part in parts]).astype(np.int32)


def networks_of(graph: Graph) -> Partition:
    """The networks: communities of the graph, without the bridges that hang on one weak tie."""
    cut = CUT * graph.scale
    found = find_communities(
        graph.nodes,
        graph.a,
        graph.b,
        graph.bits,
        ads_count=graph.units,
        cut_bits=cut,
        is_unit=graph.is_unit,
    )
    inside = (found.labels[graph.a] >= 0) & (found.labels[graph.a] == found.labels[graph.b])
    part, possible = cut_weak_bridges(
        graph.nodes,
        graph.a[inside],
        graph.b[inside],
        graph.bits[inside],
        below=WEAK * graph.scale,
        is_unit=graph.is_unit,
    )
    part = np.where(found.labels >= 0, part, -1).astype(np.int32)
    return Partition(_numbered(part, graph.is_unit), possible, found.largest_component, cut)


def _numbered(part: Int32Array, unit: BoolArray) -> Int32Array:
    """The parts of two units and more, numbered by their size and then by their first node."""
    held = np.bincount(part[unit & (part >= 0)], minlength=part.size)
    kept = np.flatnonzero(held > 1)
    number = np.full(part.size, -1, np.int32)
    number[kept[np.lexsort((kept, -held[kept]))]] = np.arange(kept.size, dtype=np.int32)
    return np.where(part >= 0, number[np.maximum(part, 0)], -1).astype(np.int32)
