"""What the report says of networks beyond their records: gathered from the findings, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from filrouge.networks.waterfall import waterfall
from filrouge.reports.html.network_drawings import Link, Node
from filrouge.reports.html.networks import DRAWN_NETWORKS, NetworksFound, PairTie
from filrouge.reports.networks import edges_of_networks, node_name

if TYPE_CHECKING:
    from filrouge.engines.local import Findings

DRAWN_NODES: Final = 40
DRAWN_TIES: Final = 10
"""Pairs of voices of a network whose evidence is drawn."""


def networks_found(findings: Findings, indicators: pl.DataFrame, book: pl.DataFrame) -> NetworksFound:
    """All that the report says of networks.

    Args:
        findings: of the run.
        indicators: see `reports.networks.indicators_table`.
        book: see `networks.disguises.disguise_book`.
    """
    networks = findings.networks.networks
    drawn = min(len(networks.records), DRAWN_NETWORKS)
    names = [networks.name(rank) for rank in range(drawn)]
    rows = indicators.filter(pl.col("network").is_in(names))
    of_network: dict[str, list[dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        of_network.setdefault(row["network"], []).append(row)
    return NetworksFound(
        records=networks.records,
        others=networks.others,
        graphs=dict(zip(names, _graphs(findings, drawn), strict=True)),
        ties=dict(zip(names, _ties(findings, drawn), strict=True)),
        indicators=of_network,
        places=_places(findings.networks.presence),
        disguises=list(book.iter_rows(named=True)),
    )


def _places(presence: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of each place that has them."""
    known = presence.drop_nulls(["latitude", "longitude"]).unique("place", keep="first", maintain_order=True)
    return {
        place: (lat, lon) for place, lat, lon in known.select("place", "latitude", "longitude").iter_rows()
    }


def _by_network(of_a: np.ndarray, of_b: np.ndarray, drawn: int) -> list[np.ndarray]:
    """For each network that is drawn, the numbers of the ties within it."""
    inside = np.flatnonzero((of_a >= 0) & (of_a == of_b) & (of_a < drawn))
    order = inside[np.argsort(of_a[inside], kind="stable")]
    counts = np.bincount(of_a[order], minlength=drawn)
    return np.split(order, np.cumsum(counts)[:-1]) if drawn else []


def _ties(findings: Findings, drawn: int) -> list[list[PairTie]]:
    """The pairs of voices with most bits, and what each kind of evidence says of them."""
    found = findings.networks
    weighed, of_unit = found.weighed, found.networks.of_unit
    total = weighed.model.total(weighed.bits)
    out = []
    for pairs in _by_network(of_unit[weighed.a], of_unit[weighed.b], drawn):
        strongest = pairs[np.lexsort((pairs, -total[pairs]))][:DRAWN_TIES]
        out.append(
            [
                PairTie(
                    found.networks.unit_name(int(weighed.a[k])),
                    found.networks.unit_name(int(weighed.b[k])),
                    [(part["kind"], part["bits"]) for part in waterfall(weighed, int(k))],
                )
                for k in strongest
                if total[k] > 0
            ]
        )
    return out


def _graphs(findings: Findings, drawn: int) -> list[tuple[list[Node], list[Link]]]:
    """The strongest ties of each network, as far as they join no more than `DRAWN_NODES`."""
    found = findings.networks
    graph, of_unit = found.graph, found.networks.of_unit
    edges = edges_of_networks(graph, of_unit)
    edge, network = edges["edge"].to_numpy(), edges["network"].to_numpy()
    out = []
    for rank in range(drawn):
        ties = edge[network == rank]
        ties = ties[graph.bits[ties] > 0]
        ties = ties[np.lexsort((ties, -graph.bits[ties]))]
        out.append(_drawn(findings, ties.tolist()))
    return out


def _drawn(findings: Findings, ties: Sequence[int]) -> tuple[list[Node], list[Link]]:
    graph = findings.networks.graph
    nodes: dict[int, Node] = {}

    def node(number: int) -> Node:
        name, label, kind = node_name(findings, number)
        if kind != "identifier":
            return Node(name, label, kind)
        kind, _colon, value = name.partition(":")
        return Node(name, value, kind)

    links = []
    for tie in ties:
        ends = (int(graph.a[tie]), int(graph.b[tie]))
        new = [end for end in dict.fromkeys(ends) if end not in nodes]
        if len(nodes) + len(new) > DRAWN_NODES:
            continue
        for end in new:
            nodes[end] = node(end)
        a, b = nodes[ends[0]].name, nodes[ends[1]].name
        links.append(Link(a, b, graph.kind[tie], float(graph.bits[tie])))
    return list(nodes.values()), links
