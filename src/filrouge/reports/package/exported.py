"""The graph of a package for other programs: FollowTheMoney, GraphML, CSV, GeoJSON."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from filrouge.networks.movement import itineraries_geojson, presences
from filrouge.reports.exports.ftm import write_ftm
from filrouge.reports.exports.geojson import write_geojson
from filrouge.reports.exports.graph import write_graphml
from filrouge.reports.package.data import Data
from filrouge.reports.package.what import Network
from filrouge.reports.package.written import csv_bytes

_NODES = ("id", "label", "kind", "network", "ads", "agencies", "first", "last")
_EDGES = ("source", "target", "kind", "bits", "possible")


def exports(data: Data) -> dict[str, bytes]:
    """The content of each file of `exports/` by its name."""
    nodes, edges = nodes_of(data), edges_of(data)
    out = {
        "exports/nodes.csv": csv_bytes(
            nodes.with_columns(pl.col("network").list.join("; ")).to_dicts(), _NODES
        ),
        "exports/edges.csv": csv_bytes(edges.to_dicts(), _EDGES),
    }
    with tempfile.TemporaryDirectory() as folder:
        graph, entities, places = (Path(folder) / name for name in ("graph", "ftm", "places"))
        write_graphml(graph, nodes, edges)
        write_geojson(places, _itinerary(data))
        named = [{"network": data.found.what.name}] if isinstance(data.found.what, Network) else []
        write_ftm(
            entities,
            nodes,
            edges,
            dataset=f"filrouge-{data.found.ws.id[:12]}",
            networks=named,
            ads=_texts(data),
        )
        out["exports/graph.graphml"] = graph.read_bytes()
        out["exports/itinerary.geojson"] = places.read_bytes()
        out["exports/ftm.jsonl"] = entities.read_bytes()
    return out


def nodes_of(data: Data) -> pl.DataFrame:
    """Voices and the identifiers that they hold; see `reports.exports.graph`."""
    network = [data.found.what.name] if isinstance(data.found.what, Network) else []
    by_ad = {row["ad"]: row for row in data.ads}
    rows: list[tuple[Any, ...]] = []
    for voice in data.ties.voices:
        mine = [by_ad[ad] for ad in voice["ads"]] or [by_ad[voice["head"]]]
        days = sorted(row["posted"][:10] for row in mine if row["posted"])
        kind = "cluster" if voice["cluster"] else "ad"
        rows.append(
            (
                _node(data, voice["voice"]), voice["voice"], kind, network, len(voice["ads"]),
                len({row["agency"] for row in mine}), days[0] if days else None, days[-1] if days else None,
            )
        )  # fmt: skip
    for identifier in sorted({row["other"] for row in data.ties.edges if row["type"] == "holds"}):
        rows.append((_node(data, identifier), _label(identifier), "identifier", network, 0, None, None, None))
    schema: dict[str, Any] = {
        "id": pl.String, "label": pl.String, "kind": pl.String, "network": pl.List(pl.String), "ads": pl.Int64,
        "agencies": pl.Int64, "first": pl.String, "last": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def edges_of(data: Data) -> pl.DataFrame:
    """The ties for one hand between them; see `reports.exports.graph`."""
    there = set(nodes_of(data)["id"].to_list())
    rows = [
        (
            _node(data, row["one"]),
            _node(data, row["other"]),
            row["kind"],
            round(row["bits"], 2),
            row["possible"],
        )
        for row in data.ties.edges
        if row["bits"] > 0
    ]
    schema = {
        "source": pl.String, "target": pl.String, "kind": pl.String, "bits": pl.Float64, "possible": pl.Boolean,
    }  # fmt: skip
    return pl.DataFrame([row for row in rows if {row[0], row[1]} <= there], schema=schema, orient="row")


def _node(data: Data, name: str) -> str:
    """The id of a node: an identifier's is without the number of its first owner, that of an ad says so."""
    if "#" in name:
        value, _sign, turn = name.rpartition("#")
        return value if turn == "1" else f"{value} ({turn})"
    return f"ad:{name}" if name.startswith("A") else name


def _label(identifier: str) -> str:
    value, _sign, _turn = identifier.rpartition("#")
    return value.partition(":")[2]


def _texts(data: Data) -> pl.DataFrame:
    """The texts of the voices that are single ads, by the name of the voice."""
    single = [row for row in data.ads if row["voice"].startswith("A")]
    columns = {"id": "voice", "text": "text", "agency": "agency", "posted": "posted", "location": "location"}
    rows = {name: [row[column] for row in single] for name, column in columns.items()}
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))


def _itinerary(data: Data) -> dict[str, Any]:
    found = data.found
    holders = pl.DataFrame({"ad": found.members, "unit": found.voices.of[found.members]})
    presence = presences(holders, found.findings.read.ads, found.findings.located)
    members = pl.DataFrame({"unit": found.units, "network": [found.what.name] * found.units.size})
    return itineraries_geojson(presence, members)
