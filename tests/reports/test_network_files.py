"""The files about networks: all written, all readable, of one mind, and safe to open."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest

from filrouge.ads.columns import Columns
from filrouge.ads.synthetic import synthesise
from filrouge.engines.local import analyse
from filrouge.progress import Silent
from filrouge.reports.exports.ftm import entity_id, write_ftm
from filrouge.reports.exports.graph import i2_links, write_graphml
from filrouge.reports.findings import compare_files
from filrouge.reports.networks import NETWORK_FILES, graph_tables

EVIL = '=HYPERLINK("http://evil.example")'
TEXT = (
    "Hot stone treatment for tired shoulders in a cedar cabin by the river. Robes are warm, the lamp is low, and "
    "nobody will hurry you out afterwards. Ask for {} at {} or telegram @cedar_cabin_spa <b>&amp;</b>"
)
PHONES = ("416 555 0111", "514 555 0163", "902 555 0129")
GRAPHML, GEXF = "{http://graphml.graphdrawing.org/xmlns}", "{http://gexf.net/1.3}"


def ads_file(folder: Path) -> Path:
    """Synthetic ads, and an organisation whose ids, agency and places a spreadsheet would take for formulas."""
    path = folder / "ads.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("id", "text", "agency", "posted", "location"))
        for i, text, agency, posted, place in (
            synthesise(600, 11, 0.3).ads.select("id", "text", "agency", "posted", "location").iter_rows()
        ):
            out.writerow((i, text, agency, posted.strftime("%Y-%m-%d %H:%M") if posted else "", place))
        for k in range(9):
            name = ("Anna", "Julie", "Laura")[k % 3]
            out.writerow(
                (f"{EVIL}{k}", TEXT.format(name, PHONES[k % 3]), "@SUM(A1)", f"2026-02-{k + 1:02d}",
                 "Toronto, ON" if k % 2 else "Halifax, NS")
            )  # fmt: skip
        for k in range(5):
            out.writerow(
                (f"solo-{k}", "Two students with a van move sofas on Sunday mornings, piano too. 613 555 0190",
                 "quayside", f"2026-03-{k + 1:02d}", "Ottawa, ON")
            )  # fmt: skip
    return path


def run(source: Path, out: Path, jobs: int = 1) -> Path:
    compare_files([str(source)], out, columns=Columns(), jobs=jobs, language="en", progress=Silent())
    return out


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ads_file(tmp_path_factory.mktemp("ads"))


@pytest.fixture(scope="module")
def found(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(source, tmp_path_factory.mktemp("found") / "out")


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text(encoding="utf-8"), newline="")))


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def networks_of_the_graph(path: Path) -> set[str]:
    return set(re.findall(r"N\d{4,}", path.read_text(encoding="utf-8")))


def test_all_network_files_are_written(found: Path) -> None:
    for name in NETWORK_FILES:
        assert (found / name).stat().st_size > 0, name


def test_every_table_parses_and_every_row_has_all_columns(found: Path) -> None:
    for name in NETWORK_FILES:
        if not name.endswith(".csv"):
            continue
        rows = list(csv.reader(StringIO((found / name).read_text(encoding="utf-8"), newline="")))
        assert len(rows) > 1, name
        assert {len(row) for row in rows} == {len(rows[0])}, name


def test_the_graphs_are_well_formed_and_their_edges_join_their_nodes(found: Path) -> None:
    for name, space in (("graph.graphml", GRAPHML), ("graph.gexf", GEXF)):
        root = ElementTree.parse(found / name).getroot()
        nodes = [node.get("id") for node in root.iter(f"{space}node")]
        edges = [(edge.get("source"), edge.get("target")) for edge in root.iter(f"{space}edge")]
        assert nodes, name
        assert edges, name
        assert len(nodes) == len(set(nodes)), name
        assert {end for edge in edges for end in edge} <= set(nodes), name


def test_both_graphs_say_the_same(found: Path) -> None:
    counts = []
    for name, space in (("graph.graphml", GRAPHML), ("graph.gexf", GEXF)):
        root = ElementTree.parse(found / name).getroot()
        counts.append([len(list(root.iter(f"{space}{what}"))) for what in ("node", "edge")])
    assert counts[0] == counts[1]
    assert counts[0][1] == len(table(found / "i2_links.csv"))


def test_the_itineraries_are_geojson(found: Path) -> None:
    about = json.loads((found / "itineraries.geojson").read_text(encoding="utf-8"))
    assert about["type"] == "FeatureCollection"
    assert about["features"]
    for feature in about["features"]:
        assert feature["type"] == "Feature"
        points = feature["geometry"]["coordinates"]
        for lon, lat in [points] if feature["geometry"]["type"] == "Point" else points:
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90


def test_the_entities_have_an_id_and_a_schema_and_refer_to_what_is_there(found: Path) -> None:
    entities = lines(found / "ftm.jsonl")
    assert entities
    ids = [entity["id"] for entity in entities]
    assert len(ids) == len(set(ids))
    for entity in entities:
        assert entity["schema"]
        for values in entity["properties"].values():
            assert isinstance(values, list)


def test_the_names_of_networks_agree_across_files(found: Path) -> None:
    records = lines(found / "networks.jsonl")
    names = [record["network"] for record in records]
    assert names == [f"N{k + 1:04d}" for k in range(len(names))]
    members = table(found / "network_members.csv")
    assert {row["network"] for row in members} == set(names)
    for name in ("graph.graphml", "graph.gexf"):
        assert networks_of_the_graph(found / name) == set(names)
    itineraries = networks_of_the_graph(found / "itineraries.geojson")
    assert itineraries
    assert itineraries <= set(names)
    assert {row["network"] for row in table(found / "indicators.csv")} - {""} <= set(names)
    run_record = json.loads((found / "run.json").read_text(encoding="utf-8"))
    assert run_record["counts"]["networks"] == len(names)


def test_the_numbers_of_ads_agree_and_an_ad_is_in_one_network(found: Path) -> None:
    members = table(found / "network_members.csv")
    ids = [(row["id"], row["agency"]) for row in members]
    assert len(ids) == len(set(ids))
    for record in lines(found / "networks.jsonl"):
        mine = [row for row in members if row["network"] == record["network"]]
        assert len(mine) == record["ads"]
        assert {row["cluster"] for row in mine if row["cluster"]} == set(record["clusters"])
        assert sorted(row["id"].lstrip("'") for row in mine if not row["cluster"]) == sorted(
            str(ad).lstrip("'") for ad in record["single_ads"]
        )


def test_the_cluster_of_a_member_is_the_one_of_clusters_csv(found: Path) -> None:
    clusters = {row["id"]: row["cluster"] for row in table(found / "clusters.csv")}
    for row in table(found / "network_members.csv"):
        assert clusters[row["id"]] == row["cluster"]


def test_only_ranked_networks_have_members_and_an_independent_is_in_no_file(found: Path) -> None:
    assert all(record["signs"] for record in lines(found / "networks.jsonl"))
    assert any(row["id"] == "solo-0" and row["cluster"] for row in table(found / "clusters.csv"))
    for name in NETWORK_FILES:
        written = (found / name).read_text(encoding="utf-8")
        assert "solo-" not in written, name
        assert "6135550190" not in written, name


def test_the_planted_organisation_is_in_every_file_about_it(found: Path) -> None:
    rows = [row for row in table(found / "network_members.csv") if EVIL in row["id"]]
    assert len(rows) == 9
    (network,) = {row["network"] for row in rows}
    (record,) = [r for r in lines(found / "networks.jsonl") if r["network"] == network]
    assert len(record["identifiers"]["phone"]) == 3
    assert network in networks_of_the_graph(found / "graph.graphml")


def test_an_identifier_of_two_networks_is_tied_to_both(source: Path, tmp_path: Path) -> None:
    findings = analyse([str(source)], columns=Columns(), jobs=1, progress=Silent())
    found = findings.networks
    first, second = (int(np.flatnonzero(found.networks.of_unit == rank)[0]) for rank in (0, 1))
    graph = found.graph
    row = {"kind": "url", "value": "both.example", "turn": 1}
    shared = replace(
        graph,
        nodes=graph.nodes + 1,
        a=np.append(graph.a, [first, second]).astype(np.int32),
        b=np.append(graph.b, [graph.nodes] * 2).astype(np.int32),
        bits=np.append(graph.bits, [3.0, 3.0]),
        kind=[*graph.kind, "url", "url"],
        identifier=np.append(graph.identifier, [graph.identifiers.height] * 2).astype(np.int32),
        pair=np.append(graph.pair, [-1, -1]).astype(np.int32),
        identifiers=pl.concat([graph.identifiers, pl.DataFrame([row], schema=graph.identifiers.schema)]),
    )
    nodes, edges = graph_tables(replace(findings, networks=replace(found, graph=shared)))
    node = "url:both.example"
    (networks,) = nodes.filter(pl.col("id") == node)["network"].to_list()
    assert networks == ["N0001", "N0002"]
    voices = {found.networks.unit_name(unit) for unit in (first, second)}
    links = i2_links(nodes, edges).filter(pl.col("entity_2_id") == node)
    assert set(links["entity_1_label"]) == voices
    write_graphml(tmp_path / "graph.graphml", nodes, edges)
    assert ">N0001; N0002</data>" in (tmp_path / "graph.graphml").read_text(encoding="utf-8")
    write_ftm(tmp_path / "ftm.jsonl", nodes, edges, dataset="test")
    parts = [one for one in lines(tmp_path / "ftm.jsonl") if one["schema"] == "UnknownLink"]
    account = entity_id("test", "node", node)
    held_by = [one for one in parts if account in one["properties"]["object"]]
    assert len(held_by) == 4  # two voices, two networks


def test_formulas_are_neutralised_in_every_table(found: Path) -> None:
    harmless = re.compile(r"[+-]?\d[\d.,]*(e[+-]?\d+)?\Z")
    evil = 0
    for name in NETWORK_FILES:
        if not name.endswith(".csv"):
            continue
        for row in csv.reader(StringIO((found / name).read_text(encoding="utf-8"), newline="")):
            for cell in row:
                evil += "HYPERLINK" in cell or "@SUM" in cell
                assert not (cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not harmless.match(cell)), (
                    name,
                    cell,
                )
    assert evil >= 18


def without_times(path: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(path.rglob("*")):
        if file.is_file() and file.name not in ("run.json", "report.html"):
            yield str(file.relative_to(path)), file.read_bytes()


def test_two_runs_are_equal_byte_for_byte_whatever_the_jobs(
    source: Path, found: Path, tmp_path: Path
) -> None:
    again = run(source, tmp_path / "again", jobs=2)
    one, other = dict(without_times(found)), dict(without_times(again))
    assert set(NETWORK_FILES) <= set(one)
    assert one.keys() == other.keys()
    for name, data in one.items():
        assert data == other[name], name


@pytest.mark.parametrize("text", ["Bikes mended while you wait, 416 555 0123", "?"])
def test_a_corpus_of_one_ad_gives_files_that_parse(tmp_path: Path, text: str) -> None:
    source = tmp_path / "one.csv"
    source.write_text(f'id,text,agency\n1,"{text}",site\n', encoding="utf-8")
    found = run(source, tmp_path / "out")
    assert lines(found / "networks.jsonl") == []
    assert table(found / "network_members.csv") == []
    for name in ("graph.graphml", "graph.gexf"):
        ElementTree.parse(found / name)
    assert json.loads((found / "itineraries.geojson").read_text(encoding="utf-8"))["features"] == []
    for name in NETWORK_FILES:
        if name.endswith(".csv"):
            assert (found / name).read_text(encoding="utf-8").strip(), name
