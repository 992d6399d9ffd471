"""Networks: which units (voices) one hand holds together, by the evidence between them in bits.

The question is asked of two parts at a time: are they one hand? Joining costs `cut` bits, the prior
odds against. Evidence is the net sum of bits between the parts, less what looking at many pairs
supplies by itself: a stranger pair reaches b bits with a chance of at most 2**-b (the likelihood
ratio's own bound), so m ties among n_a * n_b pairs reach their sum with a chance of at most
C(n_a * n_b, m) * 2**-sum. Ties that were never observed count neither for nor against, which is
why no community is asked to be dense: an identifier's star is as good as a clique.

Three steps. *Cores*: Leiden on the ties above the cut, with a constant Potts model whose resolution is the
cut, so that within a core any two parts hold together by a whole cut for each pair of units. *Joins*:
the two parts that gain most become one, until no join gains. *Moves*: a unit that gains more with
another community goes there; what is then not connected falls apart.

Sources: Traag, Waltman & van Eck, From Louvain to Leiden (Scientific Reports 2019); Traag, Van Dooren &
Nesterov, Narrow scope for resolution-limit-free community detection (Phys. Rev. E 2011), for the Potts
model; Bansal, Blum & Chawla, Correlation clustering (Machine Learning 2004), for signed evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.runs import Int32Array
from filrouge.networks.edges import BoolArray, Float64Array, combine, components
from filrouge.networks.joins import APART, join_parts, move_units

SEED = 20_260_301
SWEEPS = 4
"""Rounds of moves; each is followed by joins."""


@dataclass(frozen=True)
class Communities:
    """A partition of the units, and what to know of it.

    Attributes:
        labels: int32, shape (count,): the community of each node, -1 for one with no other unit.
            Numbered by size, the largest first; equals by their first node.
        cut_bits: what a join had to exceed.
        largest_component: units in the largest component of all positive ties, before any cut.
        largest_community: units in the largest community.
        communities: how many there are of two units and more.
    """

    labels: Int32Array
    cut_bits: float
    largest_component: int
    largest_community: int
    communities: int


def prior_cost(ads_count: int, unit_ads: Int32Array | None = None) -> float:
    """Bits against one hand before anything is seen: -log2 of the chance that two ads share one.

    Args:
        ads_count: ads of the corpus.
        unit_ads: ads of each unit, where known. Two ads drawn at random are of one unit with a chance
            of sum(n * n) / ads**2, and what the text alone shows is the least that hands hold.

    Returns:
        log2(ads_count), less log2 of the number of ads beside which an ad stands in its own unit.
    """
    ads = max(ads_count, 2)
    if unit_ads is None or unit_ads.size == 0:
        return float(np.log2(ads))
    sizes = unit_ads.astype(np.float64)
    others = max(ads - sizes.sum(), 0.0)
    return max(float(np.log2(ads) - np.log2(max((np.square(sizes).sum() + others) / ads, 1.0))), 1.0)


def with_identifiers(
    count: int,
    a: Int32Array,
    b: Int32Array,
    bits: Any,
    holder: Int32Array,
    identifier: Int32Array,
    identifier_bits: Any,
) -> tuple[int, Int32Array, Int32Array, Float64Array, BoolArray]:
    """Put the identifiers into the graph as nodes of their own: a star of h ties, not h * (h - 1) / 2.

    Args:
        count: units.
        a, b, bits: ties between units.
        holder, identifier: who holds what; identifiers are numbered from 0.
        identifier_bits: per holding; what it is worth to share this identifier.

    Returns:
        How many nodes there are now (units first), both ends and bits of all ties, and which nodes
        are units: `is_unit` of `find_communities`.
    """
    hubs = int(identifier.max()) + 1 if identifier.size else 0
    nodes = count + hubs
    return (
        nodes,
        np.concatenate([a, holder]).astype(np.int32),
        np.concatenate([b, identifier + count]).astype(np.int32),
        np.concatenate([bits, identifier_bits]).astype(np.float64),
        np.arange(nodes) < count,
    )


def combined(a: Int32Array, b: Int32Array, bits: Any) -> tuple[Int32Array, Int32Array, Float64Array]:
    """Each pair once, the smaller node first, in order, its bits summed; loops and zeros are gone."""
    low, high, total, _ = combine(ids(a), ids(b), np.asarray(bits, np.float64))
    kept = total != 0.0
    return low[kept], high[kept], total[kept]


def ids(nodes: Any) -> Int32Array:
    """Node numbers, int32."""
    return np.ascontiguousarray(nodes, np.int32)


def adjacency(
    count: int, a: Int32Array, b: Int32Array, bits: Float64Array
) -> tuple[NDArray[np.int64], Int32Array, Float64Array]:
    """Compressed rows of the symmetric matrix of ties: where each begins, neighbours, bits."""
    rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.lexsort((columns, rows))
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))]).astype(np.int64)
    return starts, columns[order], np.concatenate([bits, bits])[order]


def cores(count: int, a: Int32Array, b: Int32Array, bits: Float64Array, cut: float) -> Int32Array:
    """Leiden with a constant Potts model of resolution `cut`; int32, shape (count,).

    A core in which any two are held against each other is given up: the joins decide with both sides
    of the evidence.
    """
    import graspologic_native

    label = np.arange(count, dtype=np.int32)
    # The ties that hold by themselves; without one no core begins.
    use = bits > cut
    if not use.any():
        return label
    nodes = np.unique(np.concatenate([a[use], b[use]]))
    place = np.full(count, -1, np.int32)
    place[nodes] = np.arange(nodes.size, dtype=np.int32)
    starts, columns, data = adjacency(nodes.size, place[a[use]], place[b[use]], bits[use])
    _, found = graspologic_native.leiden_csr(
        starts, columns, data, int(nodes.size), resolution=float(cut), use_modularity=False, seed=SEED
    )
    core = np.array([found[i] for i in range(nodes.size)], np.int32)
    first = np.full(int(core.max()) + 1, count, np.int32)
    np.minimum.at(first, core, nodes.astype(np.int32))
    label[nodes] = first[core]
    bad = np.zeros(count, bool)
    against = (bits < 0) & (label[a] == label[b])
    bad[label[a[against]]] = True
    return np.where(bad[label], np.arange(count, dtype=np.int32), label).astype(np.int32)


def find_communities(
    count: int,
    a: Int32Array,
    b: Int32Array,
    bits: Any,
    *,
    ads_count: int,
    cut_bits: float | None = None,
    is_unit: BoolArray | None = None,
    apart: tuple[Int32Array, Int32Array] | None = None,
) -> Communities:
    """Find the communities of a graph of ties.

    Args:
        count: nodes.
        a, b: the ends of each tie, shape (ties,); in any order, and a pair may come more than once.
        bits: shape (ties,), total evidence of each; negative speaks against one hand.
        ads_count: ads of the corpus, for the prior cost of a join.
        cut_bits: what a join must exceed instead of `prior_cost(ads_count)`.
        is_unit: which nodes are units; the others are identifiers, whose joining costs nothing, so
            that a star through an identifier weighs what its ties weigh. All, if it is not given.
        apart: pairs that must not be in one community, whatever else speaks for it.

    Raises:
        ValueError: if a tie leads to no node, or its bits are no number.
    """
    worth = np.asarray(bits, np.float64)
    if a.size and (min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= count):
        raise ValueError("a tie leads to a node that does not exist")
    if np.isnan(worth).any():
        raise ValueError("bits of a tie are not a number")
    cut = prior_cost(ads_count) if cut_bits is None else float(cut_bits)
    unit = np.ones(count, bool) if is_unit is None else np.asarray(is_unit, bool)
    worth = np.clip(worth, -APART, APART)
    if apart is not None:
        a = np.concatenate([a, apart[0]])
        b = np.concatenate([b, apart[1]])
        worth = np.concatenate([worth, np.full(apart[0].size, -1e3 * APART)])
    low, high, total = combined(a, b, worth)
    positive = total > 0
    whole = components(count, low[positive], high[positive])
    label = cores(count, low, high, total, cut)
    starts, columns, data = adjacency(count, low, high, total)
    label = join_parts(label, low, high, total, unit, cut)
    for _ in range(SWEEPS):
        label, moved = move_units(label, starts, columns, data, unit, cut)
        if not moved:
            break
        same = positive & (label[low] == label[high])
        label = components(count, low[same], high[same])
        label = join_parts(label, low, high, total, unit, cut)
    same = positive & (label[low] == label[high])
    label = components(count, low[same], high[same])
    labels, sizes = _numbered(label, unit)
    return Communities(
        labels=labels,
        cut_bits=cut,
        largest_component=int(np.bincount(whole[unit]).max(initial=0)),
        largest_community=int(sizes[0]) if sizes.size else min(int(unit.sum()), 1),
        communities=int(sizes.size),
    )


def communities(
    count: int,
    a: Int32Array,
    b: Int32Array,
    bits: Any,
    *,
    ads_count: int,
    cut_bits: float | None = None,
    is_unit: BoolArray | None = None,
    apart: tuple[Int32Array, Int32Array] | None = None,
) -> Int32Array:
    """The labels of `find_communities`: int32, shape (count,), -1 for a node with no other unit."""
    return find_communities(
        count, a, b, bits, ads_count=ads_count, cut_bits=cut_bits, is_unit=is_unit, apart=apart
    ).labels


def _numbered(label: Int32Array, unit: BoolArray) -> tuple[Int32Array, NDArray[np.int64]]:
    """Labels of the communities with two units and more, the largest first; and their sizes in units."""
    _, first, place = np.unique(label, return_index=True, return_inverse=True)
    sizes = np.bincount(place[unit], minlength=first.size)
    order = np.lexsort((first, -sizes))
    order = order[sizes[order] > 1]
    number = np.full(first.size, -1, np.int32)
    number[order] = np.arange(order.size, dtype=np.int32)
    return number[place].astype(np.int32), sizes[order]
