"""The files about networks: what other programs open, and what scripts read."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from filrouge.guide.indicators import load_indicators
from filrouge.networks.disguises import disguise_book
from filrouge.networks.indicators import observe
from filrouge.networks.movement import itineraries_geojson
from filrouge.reports.exports.ftm import write_ftm
from filrouge.reports.exports.geojson import write_geojson
from filrouge.reports.exports.graph import write_gexf, write_graphml, write_i2_links
from filrouge.reports.tables import write_csv

if TYPE_CHECKING:
    from filrouge.engines.local import Findings
    from filrouge.networks.graph import Graph

NETWORK_FILES = (
    "networks.jsonl", "network_members.csv", "graph.graphml", "graph.gexf", "i2_links.csv",
    "itineraries.geojson", "ftm.jsonl", "indicators.csv", "disguises.csv",
)  # fmt: skip


def write_networks(
    folder: Path, findings: Findings, clusters: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write all of `NETWORK_FILES`.

    Args:
        folder: where to.
        findings: of the run.
        clusters: per ad the name of its cluster, "" for none.

    Returns:
        The tables of indicators.csv and disguises.csv, for the report.
    """
    networks = findings.networks.networks
    with (folder / "networks.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for record in networks.records:
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
    write_csv(folder / "network_members.csv", members_table(findings, clusters))
    nodes, edges = graph_tables(findings)
    write_graphml(folder / "graph.graphml", nodes, edges)
    write_gexf(folder / "graph.gexf", nodes, edges)
    write_i2_links(folder / "i2_links.csv", nodes, edges)
    write_geojson(folder / "itineraries.geojson", itineraries(findings))
    # Two sets of files are never one dataset, though they begin with the same file.
    sources = sha256("".join(source.sha256 for source in findings.read.sources).encode()).hexdigest()
    write_ftm(
        folder / "ftm.jsonl",
        nodes,
        edges,
        dataset=f"filrouge-{sources[:12]}",
        networks=networks.records,
        ads=findings.read.ads,
    )
    indicators = indicators_table(findings)
    write_csv(folder / "indicators.csv", indicators)
    book = disguise_book(findings.read.ads, findings.identifiers)
    write_csv(folder / "disguises.csv", book)
    return indicators, book


def members_table(findings: Findings, clusters: pl.Series) -> pl.DataFrame:
    """`id`, `agency`, `cluster`, `network`: the ads of the networks that are shown."""
    of_ad, networks = findings.networks.of_ad, findings.networks.networks
    inside = np.flatnonzero(of_ad >= 0)
    names = [networks.name(rank) for rank in of_ad[inside].tolist()]
    ads = findings.read.ads.select("id", "agency")[inside]
    return ads.with_columns(clusters.gather(inside).alias("cluster"), pl.Series("network", names, pl.String))


def edges_of_networks(graph: Graph, shown: np.ndarray) -> pl.DataFrame:
    """Which edges run within which network that is shown; an identifier is in each whose voices hold it.

    Args:
        graph: of all ties.
        shown: the rank of each unit's network, -1 for none.

    Returns:
        `edge` and `network` (its rank), Int32, in the order of both. An edge through an identifier is in the
        network of its voice, one between two identifiers in each network that both are in.
    """
    edges = pl.DataFrame({"edge": np.arange(graph.a.size, dtype=np.int32), "a": graph.a, "b": graph.b})
    unit_a, unit_b = graph.a < graph.units, graph.b < graph.units
    of_a = shown[np.where(unit_a, graph.a, 0)]
    of_b = shown[np.where(unit_b, graph.b, 0)]
    with_network = edges.with_columns(network=pl.Series(of_a, dtype=pl.Int32))
    direct = with_network.filter(pl.Series(unit_a & unit_b & (of_a >= 0) & (of_a == of_b)))
    held = with_network.filter(pl.Series(unit_a & ~unit_b & (of_a >= 0)))
    within = held.select(pl.col("b").alias("node"), "network").unique()
    between = (
        edges.filter(pl.Series(~unit_a & ~unit_b))
        .join(within.rename({"node": "a"}), on="a")
        .join(within.rename({"node": "b"}), on=["b", "network"])
    )
    columns = ("edge", "network")
    found = pl.concat([direct.select(columns), held.select(columns), between.select(columns)])
    return found.sort("edge", "network")


def graph_tables(findings: Findings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The nodes (clusters, single ads, identifiers) and edges of the networks that are shown."""
    found = findings.networks
    graph, units, shown = found.graph, found.units, found.networks.of_unit
    edges = edges_of_networks(graph, shown)
    spans = found.presence.group_by("unit").agg(
        pl.col("day").min().alias("first"), pl.col("day").max().alias("last")
    )
    agencies = (
        pl.DataFrame({"unit": units.of, "agency": findings.read.ads["agency"]})
        .group_by("unit")
        .agg(pl.col("agency").n_unique().cast(pl.Int64).alias("agencies"))
    )
    networks = _networks_of_nodes(findings, edges)
    number = networks["node"].to_numpy()
    is_unit = number < graph.units
    names = [node_name(findings, node) for node in number.tolist()]
    nodes = (
        networks.with_columns(
            pl.Series("unit", np.where(is_unit, number, -1).astype(np.int32)),
            pl.Series("id", [name for name, _label, _kind in names], pl.String),
            pl.Series("label", [label for _name, label, _kind in names], pl.String),
            pl.Series("kind", [kind for _name, _label, kind in names], pl.String),
            pl.Series("ads", np.where(is_unit, units.ads[np.minimum(number, graph.units - 1)], 0)),
        )
        .join(spans, on="unit", how="left", maintain_order="left")
        .join(agencies, on="unit", how="left", maintain_order="left")
        .select("id", "label", "kind", "network", "ads", "first", "last", "agencies")
        .unique("id", keep="first", maintain_order=True)
    )
    ends = dict(zip(number.tolist(), (name for name, _label, _kind in names), strict=True))
    kept = edges["edge"].unique().sort().to_numpy()
    cut = {(link.a, link.b) for link in found.partition.possible}
    rows = [
        (
            ends[int(graph.a[k])],
            ends[int(graph.b[k])],
            graph.kind[k],
            round(float(graph.bits[k]), 2),
            (int(graph.a[k]), int(graph.b[k])) in cut,
        )
        for k in kept[graph.bits[kept] > 0].tolist()
    ]
    schema = {
        "source": pl.String,
        "target": pl.String,
        "kind": pl.String,
        "bits": pl.Float64,
        "possible": pl.Boolean,
    }
    return nodes, pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("source") != pl.col("target"))


def _networks_of_nodes(findings: Findings, edges: pl.DataFrame) -> pl.DataFrame:
    """`node` and `network` (names): every unit that is shown, and the identifiers that such units hold."""
    graph, networks = findings.networks.graph, findings.networks.networks
    units = np.flatnonzero(networks.of_unit >= 0)
    of_units = pl.DataFrame({"node": units, "network": networks.of_unit[units]})
    through = edges.with_columns(node=pl.Series(graph.b[edges["edge"].to_numpy()].astype(np.int64)))
    of_identifiers = through.filter(pl.col("node") >= graph.units).select("node", "network").unique()
    names = pl.Series("name", [networks.name(rank) for rank in range(len(networks.shown))], pl.String)
    return (
        pl.concat([of_units, of_identifiers])
        .sort("node", "network")
        .with_columns(network=pl.lit(names).gather("network"))
        .group_by("node", maintain_order=True)
        .agg("network")
    )


def node_name(findings: Findings, node: int) -> tuple[str, str, str]:
    """The id of a node of the graph, its label and its kind: "cluster", "ad" or "identifier"."""
    graph, networks = findings.networks.graph, findings.networks.networks
    if node < findings.networks.units.clusters:
        name = networks.unit_name(node)
        return name, name, "cluster"
    if node < graph.units:
        name = networks.unit_name(node)
        return f"ad:{name}", name, "ad"
    kind, value, turn = graph.identifiers.row(node - graph.units)
    return f"{kind}:{value}" + (f" ({turn})" if turn > 1 else ""), value, "identifier"


def itineraries(findings: Findings) -> dict[str, Any]:
    """The itineraries of the networks that are shown, as GeoJSON."""
    found = findings.networks
    shown = np.flatnonzero(found.networks.of_unit >= 0)
    names = [found.networks.name(rank) for rank in found.networks.of_unit[shown].tolist()]
    members = pl.DataFrame(
        {"unit": shown.astype(np.int32), "network": names}, schema={"unit": pl.Int32, "network": pl.String}
    )
    return itineraries_geojson(found.presence, members)


def indicators_table(findings: Findings) -> pl.DataFrame:
    """A row for each indicator seen in a network or in one of its clusters."""
    found = findings.networks
    seen = observe(
        load_indicators(),
        findings.read.ads,
        found.units.of,
        found.of_ad,
        findings.identifiers,
        findings.located,
        findings.names,
        listed=findings.listed,
    )
    of_network = [
        found.networks.name(n) if of == "network" else "" for of, n in seen.select("of", "number").iter_rows()
    ]
    of_cluster = [
        found.networks.unit_name(n) if of == "cluster" else ""
        for of, n in seen.select("of", "number").iter_rows()
    ]
    words = [
        "; ".join(f"{word['value']} ({word['ads']})" for word in row or []) for row in seen["words"].to_list()
    ]
    return seen.select(
        pl.Series("network", of_network, pl.String),
        pl.Series("cluster", of_cluster, pl.String),
        "indicator",
        "ads",
        pl.col("share").round(4),
        pl.Series("words", words, pl.String),
        *(pl.col(f"{name}_strangers").round(4) for name in ("share", "lift", "low", "high")),
        *(pl.col(f"{name}_independents").round(4) for name in ("share", "lift", "low", "high")),
        "tells_nothing",
    )
