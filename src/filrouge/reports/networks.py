"""The files about networks: what other programs open, and what scripts read."""

from __future__ import annotations

import json
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
    dataset = findings.read.sources[0].sha256[:12] if findings.read.sources else ""
    write_ftm(
        folder / "ftm.jsonl",
        nodes,
        edges,
        dataset=f"filrouge-{dataset}",
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


def graph_tables(findings: Findings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The nodes (clusters, single ads, identifiers) and edges of the networks that are shown."""
    found = findings.networks
    graph, networks, units = found.graph, found.networks, found.units
    shown = networks.of_unit
    label = np.concatenate([shown, np.full(graph.nodes - graph.units, -1, np.int32)])
    # An identifier goes with the network of those who hold it.
    to_identifier = graph.b >= graph.units
    np.maximum.at(label, graph.b[to_identifier], label[graph.a[to_identifier]])
    nodes_shown = np.flatnonzero(label >= 0)
    spans = (
        found.presence.group_by("unit").agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    )  # fmt: skip
    agency = pl.DataFrame({"unit": units.of, "agency": findings.read.ads["agency"]}).group_by("unit")
    agencies = agency.agg(pl.col("agency").n_unique().alias("agencies"))
    names = [node_name(findings, node) for node in nodes_shown.tolist()]
    is_unit = nodes_shown < graph.units
    nodes = (
        pl.DataFrame(
            {
                "unit": np.where(is_unit, nodes_shown, -1).astype(np.int32),
                "id": [name for name, _label, _kind in names],
                "label": [label for _name, label, _kind in names],
                "kind": [kind for _name, _label, kind in names],
                "network": [networks.name(rank) for rank in label[nodes_shown].tolist()],
                "ads": np.where(is_unit, units.ads[np.minimum(nodes_shown, graph.units - 1)], 0),
            },
            schema_overrides={"id": pl.String, "label": pl.String, "kind": pl.String, "network": pl.String},
        )
        .join(spans, on="unit", how="left", maintain_order="left")
        .join(
            agencies.with_columns(pl.col("agencies").cast(pl.Int64)),
            on="unit",
            how="left",
            maintain_order="left",
        )
        .drop("unit")
        .unique("id", keep="first", maintain_order=True)
    )
    ends = dict(zip(nodes_shown.tolist(), (name for name, _label, _kind in names), strict=True))
    kept = np.flatnonzero((label[graph.a] >= 0) & (label[graph.a] == label[graph.b]) & (graph.bits > 0))
    cut = {(link.a, link.b) for link in found.partition.possible}
    rows = [
        (
            ends[int(graph.a[k])],
            ends[int(graph.b[k])],
            graph.kind[k],
            round(float(graph.bits[k]), 2),
            (int(graph.a[k]), int(graph.b[k])) in cut,
        )
        for k in kept.tolist()
    ]
    schema = {
        "source": pl.String,
        "target": pl.String,
        "kind": pl.String,
        "bits": pl.Float64,
        "possible": pl.Boolean,
    }
    return nodes, pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("source") != pl.col("target"))


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
