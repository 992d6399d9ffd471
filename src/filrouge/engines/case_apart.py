"""What people of a case keep apart though a run put it together: taken out of its tables before anything is counted.

An ad that is out of its cluster is in no cluster and no network. A cluster that is out of its network stands alone. Of
two clusters that are kept apart in one network, each keeps the voices that hang more strongly on it than on the other:
ties are put together again from the strongest down, and one that would join the two is left out (Kruskal 1956, with
pairs that must not meet). The part of most ads keeps the network; what nothing recorded ties to either stays with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from filrouge.engines.case_tables import NONE, CaseTables, Int64Array, at_least_two

if TYPE_CHECKING:
    from filrouge.engines.remembered import Remembered, Ties

Pairs = frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Apart:
    """What is kept apart in a case, by ids.

    Attributes:
        ads: ads that are no part of a cluster: (ad, cluster).
        clusters: clusters that are no part of a network: (cluster, network).
        pairs: clusters that are not in one network: (cluster, cluster).
        of_ads: ads that are not in one cluster nor network: (ad, ad).
        networks: networks of which nothing belongs together.
    """

    ads: Pairs = frozenset()
    clusters: Pairs = frozenset()
    pairs: Pairs = frozenset()
    of_ads: Pairs = frozenset()
    networks: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return sum(map(len, (self.ads, self.clusters, self.pairs, self.of_ads, self.networks)))


NOTHING = Apart()


def kept_apart(tables: CaseTables, known: Remembered, apart: Apart) -> CaseTables:
    """The tables of a case in which what is kept apart is apart."""
    if not apart:
        return tables
    tables = _without_ads(tables, apart)
    network, cluster = tables.network_of_unit, tables.cluster_of_unit
    off = np.isin(network, list(apart.networks)) & (network >= 0)
    for one, other in apart.clusters:
        off |= (cluster == one) & (network == other)
    tables = _off(tables, off)
    pairs = _pairs_of_units(tables, apart)
    return _off(tables, _parted(tables, known, pairs)) if pairs else tables


def _without_ads(tables: CaseTables, apart: Apart) -> CaseTables:
    """Without ads in clusters that they are no part of; of two ads of one cluster the one that it saves less is out."""
    number, cluster = tables.number, tables.ads["cluster"].to_numpy()
    bits = tables.ads["bits"].to_numpy()
    out = np.zeros(number.size, bool)
    for ad, of in apart.ads:
        row = int(tables.at(np.array([ad], np.int64))[0])
        if row >= 0 and cluster[row] == of:
            out[row] = True
    for one, other in apart.of_ads:
        a, b = (int(row) for row in tables.at(np.array([one, other], np.int64)))
        if a >= 0 and b >= 0 and cluster[a] >= 0 and cluster[a] == cluster[b] and not (out[a] or out[b]):
            out[a if (bits[a], -number[a]) < (bits[b], -number[b]) else b] = True
    if not out.any():
        return tables
    touched = frozenset(np.unique(cluster[out]).tolist()) - {NONE}
    split = frozenset(np.unique(tables.ads["network"].to_numpy()[out]).tolist()) - {NONE}
    left = at_least_two(np.where(out, NONE, cluster))
    network = at_least_two(np.where(out, NONE, tables.ads["network"].to_numpy()))
    return replace(
        tables,
        ads=tables.ads.with_columns(
            pl.Series("cluster", left, pl.Int64),
            pl.Series("network", network, pl.Int64),
            pl.Series("bits", np.where(left >= 0, bits, 0), pl.Float32),
        ),
        # What runs recorded of these counted the ads that are out.
        mixed=tables.mixed | touched,
        mixed_networks=tables.mixed_networks | split,
        split=tables.split | split,
    )


def _off(tables: CaseTables, units: np.ndarray) -> CaseTables:
    """The tables where some voices are in no network."""
    if not units.any():
        return tables
    split = frozenset(np.unique(tables.network_of_unit[units]).tolist()) - {NONE}
    left = tables.without_networks(units, tables.split | split)
    return replace(left, loose=left.loose | tables.loose, mixed_networks=tables.mixed_networks | split)


def _pairs_of_units(tables: CaseTables, apart: Apart) -> list[tuple[int, int]]:
    """The voices that must not meet: rows of `CaseTables.units`, of one network each."""
    cluster, network = tables.cluster_of_unit, tables.network_of_unit
    found: set[tuple[int, int]] = set()
    for one, other in apart.pairs:
        for a in np.flatnonzero(cluster == one).tolist():
            found.update((a, b) for b in np.flatnonzero(cluster == other).tolist())
    for one, other in apart.of_ads:
        rows = tables.at(np.array([one, other], np.int64))
        if (rows >= 0).all():
            found.add(tuple(tables.units.of[rows].tolist()))
    return sorted((a, b) for a, b in found if a != b and network[a] >= 0 and network[a] == network[b])


def _parted(tables: CaseTables, known: Remembered, pairs: list[tuple[int, int]]) -> np.ndarray:
    """Which voices leave their network so that no pair is in one."""
    network, size = tables.network_of_unit, tables.units.ads
    off = np.zeros(tables.units.count, bool)
    ties = known.ties(tables)
    for one in sorted({int(network[a]) for a, _b in pairs}):
        inside = np.flatnonzero(network == one)
        here = [(a, b) for a, b in pairs if network[a] == one]
        part = _parts(inside, here, _edges(tables, inside, ties))
        meant = {part[unit] for pair in here for unit in pair}
        ads = {p: sum(int(size[u]) for u in inside.tolist() if part[u] == p) for p in meant}
        stays = max(meant, key=lambda p: (ads[p], -p))
        off[[u for u in inside.tolist() if part[u] in meant and part[u] != stays]] = True
    return off


def _edges(tables: CaseTables, inside: Int64Array, ties: Ties) -> list[tuple[float, int, int]]:
    """What ties voices of a network, the strongest first: bits, and both."""
    among = np.zeros(tables.units.count, bool)
    among[inside] = True
    rows = ties.touching(inside)
    rows = rows[among[ties.a[rows]] & among[ties.b[rows]] & ~ties.possible[rows]]
    bits = ties.bits[rows].sum(axis=1)
    edges = [
        (float(weight), int(a), int(b))
        for weight, a, b in zip(bits, ties.a[rows], ties.b[rows], strict=True)
        if weight > 0
    ]
    held = tables.held_by(inside).sort("kind", "value", "unit")
    for _value, some in held.group_by("kind", "value", maintain_order=True):
        holders = some["unit"].unique(maintain_order=True).to_list()
        edges += [(float(some["bits"][0]), holders[0], other) for other in holders[1:]]
    return sorted(edges, key=lambda edge: (-edge[0], edge[1], edge[2]))


def _parts(
    inside: Iterable[int], pairs: list[tuple[int, int]], edges: list[tuple[float, int, int]]
) -> dict[int, int]:
    """The part of each voice, by its least voice: edges join from the strongest down, but never a pair."""
    root = {int(unit): int(unit) for unit in inside}

    def find(unit: int) -> int:
        while root[unit] != unit:
            root[unit] = root[root[unit]]
            unit = root[unit]
        return unit

    for _bits, a, b in edges:
        x, y = find(a), find(b)
        if x != y and not any({find(one), find(other)} == {x, y} for one, other in pairs):
            root[max(x, y)] = min(x, y)
    return {unit: find(unit) for unit in root}
