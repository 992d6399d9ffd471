"""What other programs read: Gephi's graph files, links for i2, FollowTheMoney, GeoJSON."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import ftm_schema
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.reports.exports.ftm import entity_id, write_ftm
from filrouge.reports.exports.geojson import write_geojson
from filrouge.reports.exports.graph import (
    LEAST_WEIGHT,
    DanglingEdge,
    i2_links,
    write_gexf,
    write_graphml,
    write_i2_links,
)
from filrouge.reports.exports.text import plain_text, xml_text

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
GEXF = "{http://gexf.net/1.3}"
AWKWARD = 'tidy "rooms" & <more>\x00\x0b\r\n\té\U0001f33f\ufffe'
"""A label with all that XML has trouble with."""


def nodes() -> pl.DataFrame:
    few = [
        ("C0001", AWKWARD, "cluster", "N0001", 3, ["x", "y & z"], date(2026, 1, 1), date(2026, 3, 1)),
        ("phone:+16045550123", "=1+1", "identifier", "N0001", 3, ["x"], date(2026, 1, 5), date(2026, 2, 1)),
        ("ad:a <1>", None, "ad", None, 1, [], date(2026, 3, 2), date(2026, 3, 2)),
        ("email:rooms@example.com", "rooms@example.com", "identifier", "N0001", 1, None, None, None),
        ("url:example.com/x", "example.com/x", "identifier", "N0001", 1, None, None, None),
        ("handle:telegram:rooms", "rooms", "identifier", "N0001", 1, None, None, None),
        ("payment:interac:rooms@example.com", "rooms", "identifier", "N0001", 1, None, None, None),
        ("payment:cashapp:rooms", "rooms", "identifier", "N0001", 1, None, None, None),
        ("payment:iban:GB82WEST12345698765432", "iban", "identifier", None, 1, None, None, None),
        (
            "payment:bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "btc",
            "identifier",
            None,
            1,
            None,
            None,
            None,
        ),
    ]
    return pl.DataFrame(
        few,
        schema={
            "id": pl.String, "label": pl.String, "kind": pl.String, "network": pl.String, "ads": pl.Int32,
            "agencies": pl.List(pl.String), "first": pl.Date, "last": pl.Date,
        },
        orient="row",
    )  # fmt: skip


def edges() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "source": ["C0001", "C0001", "C0001"],
            "target": ["phone:+16045550123", "phone:+16045550123", "ad:a <1>"],
            "kind": ["phone", "text", "text"],
            "bits": [12.5, -3.0, float("nan")],
            "possible": [False, True, False],
        },
        schema_overrides={"bits": pl.Float32},
    )


def attributes_of_graphml(element: ElementTree.Element, names: dict[str, str]) -> dict[str, str]:
    return {names[data.attrib["key"]]: data.text or "" for data in element.iter(f"{GRAPHML}data")}


def test_graphml_says_of_every_node_and_edge_what_the_tables_say(tmp_path: Path) -> None:
    write_graphml(tmp_path / "g.graphml", nodes(), edges())
    root = ElementTree.parse(tmp_path / "g.graphml").getroot()
    assert root.tag == f"{GRAPHML}graphml"
    keys = {key.attrib["id"]: key.attrib["attr.name"] for key in root.iter(f"{GRAPHML}key")}
    types = {key.attrib["id"]: key.attrib["attr.type"] for key in root.iter(f"{GRAPHML}key")}
    assert types["n_ads"] == "int"
    assert types["e_bits"] == types["e_weight"] == "double"
    assert types["e_possible"] == "boolean"
    first, *others = root.iter(f"{GRAPHML}node")
    assert attributes_of_graphml(first, keys) == {
        "label": 'tidy "rooms" & <more>\ufffd\ufffd\r\n\té\U0001f33f\ufffd',
        "key": "C0001", "kind": "cluster", "network": "N0001", "ads": "3", "agencies": "x; y & z",
        "first": "2026-01-01", "last": "2026-03-01",
    }  # fmt: skip
    assert attributes_of_graphml(others[1], keys)["key"] == "ad:a <1>"
    ties = list(root.iter(f"{GRAPHML}edge"))
    assert [(e.attrib["source"], e.attrib["target"]) for e in ties] == [
        ("n0", "n1"),
        ("n0", "n1"),
        ("n0", "n2"),
    ]
    assert [attributes_of_graphml(e, keys) for e in ties] == [
        {"kind": "phone", "bits": "12.5", "possible": "false", "weight": "12.5"},
        {"kind": "text", "bits": "-3.0", "possible": "true", "weight": str(LEAST_WEIGHT)},
        {"kind": "text", "possible": "false", "weight": str(LEAST_WEIGHT)},
    ]


def test_graphml_keeps_to_its_schema(tmp_path: Path) -> None:
    write_graphml(tmp_path / "g.graphml", nodes(), edges())
    root = ElementTree.parse(tmp_path / "g.graphml").getroot()
    token = re.compile(r"[\w.:-]+")  # xs:NMTOKEN
    assert [child.tag for child in root][-1] == f"{GRAPHML}graph"  # keys come first
    for element in root.iter():
        for name in ("id", "source", "target", "key"):
            assert token.fullmatch(element.attrib.get(name, "x")), element.attrib
    declared = {key.attrib["id"] for key in root.iter(f"{GRAPHML}key")}
    assert {data.attrib["key"] for data in root.iter(f"{GRAPHML}data")} <= declared
    assert len({n.attrib["id"] for n in root.iter(f"{GRAPHML}node")}) == nodes().height


def test_gexf_says_of_every_node_and_edge_what_the_tables_say(tmp_path: Path) -> None:
    write_gexf(tmp_path / "g.gexf", nodes(), edges())
    root = ElementTree.parse(tmp_path / "g.gexf").getroot()
    assert (root.tag, root.attrib["version"]) == (f"{GEXF}gexf", "1.3")
    graph = root.find(f"{GEXF}graph")
    assert graph is not None
    assert graph.attrib["mode"] == "dynamic"
    assert [child.tag.removeprefix(GEXF) for child in graph] == ["attributes", "attributes", "nodes", "edges"]
    titles = {a.attrib["id"]: (a.attrib["title"], a.attrib["type"]) for a in root.iter(f"{GEXF}attribute")}
    assert titles["node_ads"] == ("ads", "integer")
    assert titles["edge_possible"] == ("possible", "boolean")
    first, second, third, *_others = root.iter(f"{GEXF}node")
    assert first.attrib == {
        "id": "C0001", "label": 'tidy "rooms" & <more>\ufffd\ufffd\r\n\té\U0001f33f\ufffd',
        "start": "2026-01-01", "end": "2026-03-01",
    }  # fmt: skip
    assert {v.attrib["for"]: v.attrib["value"] for v in second.iter(f"{GEXF}attvalue")} == {
        "node_kind": "identifier", "node_network": "N0001", "node_ads": "3", "node_agencies": "x",
        "node_first": "2026-01-05", "node_last": "2026-02-01",
    }  # fmt: skip
    assert third.attrib["label"] == "ad:a <1>"
    ties = [dict(e.attrib) for e in root.iter(f"{GEXF}edge")]
    assert [(e["id"], e["weight"], e["kind"]) for e in ties] == [
        ("0", "12.5", "phone"), ("1", str(LEAST_WEIGHT), "text"), ("2", str(LEAST_WEIGHT), "text"),
    ]  # fmt: skip


def test_a_graph_without_days_is_a_static_one_and_an_empty_graph_is_a_graph(tmp_path: Path) -> None:
    write_gexf(tmp_path / "g.gexf", nodes().drop("first", "last"), edges())
    assert 'mode="static"' in (tmp_path / "g.gexf").read_text("utf-8")
    write_gexf(tmp_path / "e.gexf", nodes().clear(), edges().clear())
    write_graphml(tmp_path / "e.graphml", nodes().clear(), edges().clear())
    for name in ("e.gexf", "e.graphml"):
        assert not list(ElementTree.parse(tmp_path / name).iter(f"{GEXF}node"))


@settings(deadline=None, max_examples=40)
@given(label=st.text(max_size=30), name=st.text(min_size=1, max_size=10))
def test_whatever_an_ad_holds_the_graph_is_well_formed(
    tmp_path_factory: pytest.TempPathFactory, label: str, name: str
) -> None:
    folder = tmp_path_factory.mktemp("graph")
    label, name = (text.encode("utf-8", "replace").decode() for text in (label, name))
    one = nodes().head(1).with_columns(id=pl.lit(name), label=pl.lit(label))
    tie = edges().head(1).with_columns(source=pl.lit(name), target=pl.lit(name), kind=pl.lit(label))
    write_graphml(folder / "g.graphml", one, tie)
    write_gexf(folder / "g.gexf", one, tie)
    node = next(ElementTree.parse(folder / "g.gexf").iter(f"{GEXF}node"))
    assert node.attrib["label"] == plain_text(label or name)
    assert next(ElementTree.parse(folder / "g.graphml").iter(f"{GRAPHML}data")) is not None


def test_an_edge_that_leads_nowhere_and_a_name_given_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DanglingEdge, match="nobody"):
        write_gexf(tmp_path / "g", nodes(), edges().with_columns(target=pl.lit("nobody")))
    with pytest.raises(DanglingEdge, match="nobody"):
        write_ftm(tmp_path / "g", nodes(), edges().with_columns(source=pl.lit("nobody")), dataset="demo")
    assert not list(tmp_path.iterdir())
    with pytest.raises(DanglingEdge, match="C0001"):
        write_graphml(tmp_path / "g", pl.concat([nodes(), nodes()]), edges())


def test_networkx_reads_both_files_alike(tmp_path: Path) -> None:
    networkx = pytest.importorskip("networkx")
    write_graphml(tmp_path / "g.graphml", nodes(), edges())
    write_gexf(tmp_path / "g.gexf", nodes(), edges())
    graphml = networkx.read_graphml(tmp_path / "g.graphml")
    gexf = networkx.read_gexf(tmp_path / "g.gexf", version="1.3")
    assert len(graphml) == len(gexf) == nodes().height
    for graph, key in ((graphml, "key"), (gexf, None)):
        found = {(d[key] if key else n): d["ads"] for n, d in graph.nodes(data=True)}
        assert found == dict(nodes().select("id", "ads").iter_rows())
        assert sorted(w for _a, _b, w in graph.edges(data="weight")) == [0.01, 0.01, 12.5]


def test_links_for_i2_hold_both_ends_and_never_say_confirmed() -> None:
    links = i2_links(nodes(), edges())
    assert links.columns == [
        "entity_1_type", "entity_1_label", "entity_1_id", "entity_2_type", "entity_2_label", "entity_2_id",
        "link_type", "strength", "bits", "first", "last",
    ]  # fmt: skip
    assert links["strength"].to_list() == ["Unconfirmed", "Tentative", "Unconfirmed"]
    # The ad is of a day after the cluster's last: the two have no day in common.
    assert links.select("first", "last").rows() == [
        ("2026-01-05", "2026-02-01"), ("2026-01-05", "2026-02-01"), (None, None),
    ]  # fmt: skip


def test_no_label_is_run_as_a_formula(tmp_path: Path) -> None:
    write_i2_links(tmp_path / "i2_links.csv", nodes(), edges())
    with (tmp_path / "i2_links.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["entity_2_label"] == "'=1+1"
    assert rows[0]["entity_2_id"] == "phone:+16045550123"


def ftm(tmp_path: Path, **more: Any) -> list[dict[str, Any]]:
    count = write_ftm(tmp_path / "ftm.jsonl", nodes(), edges(), dataset="demo", **more)
    lines = (tmp_path / "ftm.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == count
    return [json.loads(line) for line in lines]


def ads() -> pl.DataFrame:
    return pl.DataFrame(
        {"id": ["a <1>", "b"], "text": ["Clean rooms\x00", "no"], "agency": ["site", "site"],
         "posted": [datetime(2026, 3, 2, 8), None], "location": ["Hamilton, ON", ""]}
    )  # fmt: skip


def test_entities_hold_only_what_their_schema_knows(tmp_path: Path) -> None:
    forms = {"date": r"\d{4}-\d\d-\d\d", "entity": r"[0-9a-f]{40}", "phone": r"\+\d+", "email": r"\S+@\S+",
             "url": r"https?://\S+"}  # fmt: skip
    entities = ftm(tmp_path, ads=ads(), networks=[{"network": "N0001", "summary": "three ads"}])
    ids = {entity["id"] for entity in entities}
    assert len(ids) == len(entities)
    for entity in entities:
        known = ftm_schema.PROPERTIES[entity["schema"]]
        assert set(ftm_schema.REQUIRED[entity["schema"]]) <= set(entity["properties"])
        for name, values in entity["properties"].items():
            assert values
            assert all(isinstance(value, str) and value and "\0" not in value for value in values)
            assert all(re.fullmatch(forms.get(known[name], r"(?s).+"), value) for value in values), name
            assert known[name] != "entity" or set(values) <= ids


def test_nobody_is_called_a_person_a_company_or_a_suspect(tmp_path: Path) -> None:
    for entity in ftm(tmp_path, ads=ads()):
        assert not {"LegalEntity", "Person"} & set(ftm_schema.IS_A[entity["schema"]])
        assert not {"topics", "owner", "holder"} & set(entity["properties"])


def test_each_thing_becomes_what_it_is(tmp_path: Path) -> None:
    entities = {e["id"]: e for e in ftm(tmp_path, ads=ads())}
    of = {node: entities[entity_id("demo", "node", node)] for node in nodes()["id"]}
    assert {node: entity["schema"] for node, entity in of.items()} == {
        "C0001": "Note", "phone:+16045550123": "UserAccount", "ad:a <1>": "PlainText",
        "email:rooms@example.com": "UserAccount", "url:example.com/x": "HyperText",
        "handle:telegram:rooms": "UserAccount", "payment:interac:rooms@example.com": "UserAccount",
        "payment:cashapp:rooms": "UserAccount", "payment:iban:GB82WEST12345698765432": "BankAccount",
        "payment:bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "CryptoWallet",
    }  # fmt: skip
    assert of["ad:a <1>"]["properties"]["bodyText"] == ["Clean rooms\ufffd"]
    assert of["ad:a <1>"]["properties"]["publishedAt"] == ["2026-03-02"]
    assert of["phone:+16045550123"]["properties"]["phone"] == ["+16045550123"]
    assert of["handle:telegram:rooms"]["properties"]["service"] == ["telegram"]
    assert of["payment:interac:rooms@example.com"]["properties"]["email"] == ["rooms@example.com"]
    assert entities[entity_id("demo", "network", "N0001")]["schema"] == "Note"
    possible = [e for e in entities.values() if e["properties"].get("status")]
    assert [e["properties"]["role"] for e in possible] == [["text"]]


def test_the_same_thing_has_the_same_id_in_every_run_and_another_in_another_set() -> None:
    assert entity_id("demo", "node", "C0001") == hashlib.sha1(b"demonode\x1fC0001").hexdigest()
    assert entity_id("other", "node", "C0001") != entity_id("demo", "node", "C0001")


def test_followthemoney_loses_nothing_of_it(tmp_path: Path) -> None:
    package = pytest.importorskip("followthemoney")
    for entity in ftm(tmp_path, ads=ads(), networks=[{"network": "N0002", "first": date(2026, 1, 1)}]):
        proxy = package.model.get_proxy(entity, cleaned=False)
        proxy.schema.validate(entity)
        for name, values in entity["properties"].items():
            assert sorted(proxy.get(name)) == sorted(set(values))


def features() -> Iterator[dict[str, Any]]:
    yield {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-79.87, 43.26]},
        "properties": {"n": "a\x00"},
    }
    yield {"type": "Feature", "geometry": None, "properties": {}}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_geojson_is_json_and_a_feature_a_line(tmp_path: Path, count: int) -> None:
    some = list(features())[:count]
    write_geojson(tmp_path / "i.geojson", {"type": "FeatureCollection", "features": some})
    read = json.loads((tmp_path / "i.geojson").read_text("utf-8"))
    assert read["type"] == "FeatureCollection"
    assert len(read["features"]) == count
    assert not count or read["features"][0]["properties"] == {"n": "a\ufffd"}


def test_geojson_without_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="FeatureCollection"):
        write_geojson(tmp_path / "i.geojson", {"type": "Feature"})
    lost = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [float("nan"), 0.0]},
        "properties": {},
    }
    with pytest.raises(ValueError):
        write_geojson(tmp_path / "i.geojson", {"type": "FeatureCollection", "features": [lost]})


@given(st.text())
def test_text_for_xml_is_read_back_as_it_was_but_for_what_xml_forbids(text: str) -> None:
    element = ElementTree.fromstring(f'<a b="{xml_text(text)}">{xml_text(text)}</a>')
    assert element.attrib["b"] == (element.text or "") == plain_text(text)
