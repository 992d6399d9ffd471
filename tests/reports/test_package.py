"""Evidence packages: what stands in them, and what must not."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from package_unit import files_of, made_workspace, packaged, shared_networks, terms

from filrouge.corpus.results import NoRunYet, membership, network_of
from filrouge.corpus.workspace import Workspace
from filrouge.engines.case_apart import Apart
from filrouge.engines.casebook import Casebook
from filrouge.networks.ties import TYING_KINDS
from filrouge.reports.package.make import Made, package
from filrouge.reports.package.verify import check
from filrouge.reports.package.what import Ads, Cluster, Network, NothingToPackage, TooManyAds

PSEUDONYM = re.compile(r"\b(?:phone|email|url|handle|payment|name|word):[0-9a-z]{8}\b")


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return made_workspace(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def network(ws: Workspace) -> int:
    return shared_networks(ws)[0]


@pytest.fixture(scope="module")
def masked(ws: Workspace, network: int) -> Made:
    return packaged(ws, Network(network))


@pytest.fixture(scope="module")
def opened(ws: Workspace, network: int) -> Made:
    return packaged(ws, Network(network), opened="file 26-114")


def rows_of(made: Made, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files_of(made.content)[name].decode(), newline="")))


def lines_of(made: Made, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in files_of(made.content)[name].decode().splitlines()]


def numbers_of(ws: Workspace, network: int, case: str) -> set[int]:
    ads = ws.ads(["case"]).filter(pl.col("case") == case)["ad"].to_numpy()
    return set(ads[network_of(ws, ads) == network].tolist())


def test_the_same_snapshot_and_terms_give_the_same_bytes(ws: Workspace, network: int, masked: Made) -> None:
    again = package(Casebook(ws, "harbour"), Network(network), terms(), jobs=2)
    assert again.sha256 == masked.sha256
    assert again.content == masked.content


def test_a_later_view_as_of_the_snapshot_gives_the_same_bytes(
    ws: Workspace, network: int, masked: Made
) -> None:
    with ws.begin("opened") as batch:
        batch.commit({"why": "something else"})
    later = ws.refreshed()
    assert later.snapshot.seq > ws.snapshot.seq
    assert packaged(later, Network(network)).sha256 != masked.sha256
    assert packaged(later.at(ws.snapshot.seq), Network(network)).content == masked.content


def test_the_time_of_making_is_in_what_is_said_of_the_making_alone(
    ws: Workspace, network: int, masked: Made
) -> None:
    other = packaged(ws, Network(network), made_at=terms().made_at.replace(hour=13))
    one, two = files_of(masked.content), files_of(other.content)
    assert one.keys() == two.keys()
    assert {name for name in one if one[name] != two[name]} <= {
        "manifest.json", "manifest.sig", "custody.csv", "report.pdf", "report.docx", "README.md",
    }  # fmt: skip


def test_a_package_agrees_with_itself(masked: Made, opened: Made, tmp_path: Path) -> None:
    for made in (masked, opened):
        path = tmp_path / made.name
        path.write_bytes(made.content)
        assert check(path) == []


def test_clusters_and_ads_can_be_packaged_as_well(ws: Workspace, network: int, tmp_path: Path) -> None:
    mine = sorted(numbers_of(ws, network, "harbour"))
    cluster = next(int(c) for c in membership(ws).of(np.array(mine)) if c >= 0)
    for what in (Cluster(cluster), Ads(tuple(mine[:3])), Ads((mine[0],))):
        made = packaged(ws, what)
        (tmp_path / "p.zip").write_bytes(made.content)
        assert check(tmp_path / "p.zip") == []
        held = {int(row["ad"]) for row in rows_of(made, "ads.csv") if row["member"] == "true"}
        if isinstance(what, Ads):
            assert held == set(what.ads)
        else:
            assert {row["cluster"] for row in rows_of(made, "ads.csv") if row["member"] == "true"} == {
                f"C{cluster}"
            }


def test_the_ads_are_those_of_the_case_and_no_other(
    ws: Workspace, network: int, masked: Made, opened: Made
) -> None:
    mine, others = (numbers_of(ws, network, case) for case in ("harbour", "market"))
    assert mine
    assert others
    assert {int(row["ad"]) for row in rows_of(masked, "ads.csv") if row["member"] == "true"} == mine
    foreign = ws.texts(np.array(sorted(others)), marks=False).ads
    for name, content in files_of(opened.content).items():
        for row in foreign.iter_rows(named=True):
            assert row["text"].encode() not in content, name
            assert f'"{row["id"]}"'.encode() not in content, name
        assert b"market" not in content, name
        assert b"elmercado" not in content, name


def test_what_is_no_network_to_readers_of_the_case_is_not_packaged(ws: Workspace) -> None:
    ads = ws.ads(["case"]).filter(pl.col("case") == "harbour")["ad"].to_numpy()
    seen = set(Casebook(ws, "harbour").ads["network"])
    unseen = set(network_of(ws, ads).tolist()) - seen
    assert unseen
    for number in unseen:
        with pytest.raises(NothingToPackage):
            packaged(ws, Network(number))


def test_what_people_of_the_case_keep_apart_is_apart_in_its_packages(
    ws: Workspace, network: int, masked: Made
) -> None:
    book = Casebook(ws, "harbour")
    cluster = book.network(network).clusters[0].id
    gone = set(book.ads.filter(pl.col("cluster") == cluster)["ad"])
    apart = book.with_apart(Apart(clusters=frozenset({(cluster, network)})))
    made = package(apart, Network(network), terms())
    before, left = (
        {int(row["ad"]) for row in rows_of(one, "ads.csv") if row["member"] == "true"}
        for one in (masked, made)
    )
    assert before - left == gone
    assert left < before
    assert made.manifest["what"]["joins_kept_apart"] == 1
    assert "joins_kept_apart" not in masked.manifest["what"]


def test_what_runs_said_of_a_network_of_several_cases_is_not_told(
    ws: Workspace, network: int, masked: Made
) -> None:
    told = [row for row in rows_of(masked, "history.csv") if row["name"] == f"N{network}"]
    assert {row["event"] for row in told} == {"ads came in"}
    own = next(
        number
        for number in sorted(set(Casebook(ws, "harbour").ads["network"]) - {-1})
        if not numbers_of(ws, number, "market")
    )
    assert "began" in {row["event"] for row in rows_of(packaged(ws, Network(own)), "history.csv")}


def test_counts_are_those_of_the_case(ws: Workspace, masked: Made) -> None:
    parameters = json.loads(files_of(masked.content)["evidence/parameters.json"])
    assert parameters["counts"]["ads"] == ws.ads(["case"]).filter(pl.col("case") == "harbour").height
    assert parameters["text"]["reach"]["ads"] == parameters["counts"]["ads"]


def test_rows_of_the_ledger_that_concern_others_keep_their_place_and_tell_nothing(masked: Made) -> None:
    ledger = lines_of(masked, "ledger.jsonl")
    assert [row["seq"] for row in ledger] == list(range(len(ledger)))
    by_kind = {row.get("kind"): row for row in ledger}
    assert "details" in by_kind["ingest"]
    assert [sorted(row) for row in ledger[2:]] == [["fingerprint", "seq"]] * len(ledger[2:])


def test_a_masked_package_holds_no_identifier(ws: Workspace, masked: Made) -> None:
    ads = np.array([int(row["ad"]) for row in rows_of(masked, "ads.csv")])
    held = ws.texts(ads).identifiers.filter(pl.col("kind").is_in(TYING_KINDS))
    assert held.height > 5
    files = files_of(masked.content)
    for name, content in files.items():
        text = content.decode("utf-8", "ignore")
        digits = re.sub(r"[^\d\n]", "", text) if name.startswith(("ads", "timeline", "exports")) else text
        for kind, value in held.select("kind", "value").unique().iter_rows():
            assert value not in text, (name, kind)
            if kind == "phone":
                assert value[-10:] not in digits, (name, value)


def test_a_masked_package_shows_no_name_that_was_recognised(ws: Workspace, masked: Made) -> None:
    rows = lines_of(masked, "ads.jsonl")
    held = ws.texts(np.array([row["ad"] for row in rows]))
    raw = held.ads["text"].to_list()
    written = {
        raw[ad][start:end].lower() for ad, start, end in held.names.select("ad", "start", "end").iter_rows()
    }
    assert written
    shown = (
        " ".join(row["text"] for row in rows) + files_of(masked.content)["evidence/templates.jsonl"].decode()
    )
    assert not written & set(re.findall(r"\w+", shown.lower()))


def test_a_word_that_is_masked_in_one_ad_is_masked_in_all(masked: Made) -> None:
    texts = {row["ad"]: row["text"] for row in lines_of(masked, "ads.jsonl")}
    hidden: dict[int, set[bool]] = {}
    for row in lines_of(masked, "evidence/words.jsonl"):
        for word, (start, end) in zip(row["words"], row["spans"], strict=True):
            said = texts[row["ad"]][start:end]
            hidden.setdefault(word, set()).add(bool(PSEUDONYM.search(said)))
    assert {True} in hidden.values()
    assert {True, False} not in hidden.values()


def test_an_open_package_says_what_the_ads_say_and_why_it_may(ws: Workspace, opened: Made) -> None:
    rows = lines_of(opened, "ads.jsonl")
    raw = ws.texts(np.array([row["ad"] for row in rows])).ads["text"].to_list()
    assert [row["text"] for row in rows] == raw
    said = opened.manifest["terms"]
    assert (said["text"], said["reason_for_opening"]) == ("open", "file 26-114")
    assert not PSEUDONYM.search(files_of(opened.content)["evidence/holdings.csv"].decode())


def test_masked_and_open_packages_have_the_same_bits(masked: Made, opened: Made) -> None:
    for name in ("evidence/ties_voices.jsonl", "evidence/ties_ads.jsonl"):
        one, two = (
            [(t["one"], t["other"], t["parts"], t["total"]) for t in lines_of(m, name)]
            for m in (masked, opened)
        )
        assert sorted(one, key=str) == sorted(two, key=str)


def test_each_span_is_where_its_word_stands(opened: Made) -> None:
    texts = {row["ad"]: row["text"] for row in lines_of(opened, "ads.jsonl")}
    spelled: dict[int, set[str]] = {}
    for row in lines_of(opened, "evidence/words.jsonl"):
        for word, (start, end) in zip(row["words"], row["spans"], strict=True):
            spelled.setdefault(word, set()).add(re.sub(r"\W", "", texts[row["ad"]][start:end]).lower())
    # A word that is disguised, and what stands for phones and prices, has several spellings; most have one.
    assert np.mean([len(found) == 1 for found in spelled.values()]) > 0.6


def test_the_manifest_says_what_it_was_made_from(ws: Workspace, network: int, masked: Made) -> None:
    said = masked.manifest
    assert said["what"] == {"kind": "network", "name": f"N{network}", "id": network}
    assert said["case"] == "harbour"
    assert said["workspace"] == ws.id
    assert (said["snapshot"]["seq"], said["snapshot"]["fingerprint"]) == (
        ws.snapshot.seq,
        ws.snapshot.fingerprint(),
    )
    assert said["terms"]["recipient"] == "Crown prosecutor"
    assert said["terms"]["made_at"] == "2026-06-04T12:00:00Z"
    assert masked.name == f"filrouge-N{network}-s{ws.snapshot.seq}.zip"


def test_the_sources_are_those_of_the_ads(masked: Made) -> None:
    used = {(row["source"], row["source_sha256"]) for row in rows_of(masked, "ads.csv")}
    assert {(row["name"], row["sha256"]) for row in rows_of(masked, "sources.csv")} == used
    steps = [row["what"] for row in rows_of(masked, "custody.csv")]
    assert steps[-1] == "packaged"
    assert {"received", "ingested", "compared"} <= set(steps)


def test_the_audit_extract_is_what_the_caller_hands_over(ws: Workspace, network: int) -> None:
    audit = ({"at": "2026-06-01", "actor": "R. Lee", "action": "opened"}, {"at": "2026-06-02", "hash": "ab"})
    made = packaged(ws, Network(network), audit=audit)
    assert lines_of(made, "audit.jsonl") == list(audit)
    assert rows_of(made, "audit.csv")[1] == {"at": "2026-06-02", "actor": "", "action": "", "hash": "ab"}


def test_other_programs_read_the_exports(masked: Made) -> None:
    networkx = pytest.importorskip("networkx")
    files = files_of(masked.content)
    graph = networkx.parse_graphml(files["exports/graph.graphml"].decode())
    assert graph.number_of_nodes() == len(rows_of(masked, "exports/nodes.csv"))
    assert graph.number_of_edges() == len(rows_of(masked, "exports/edges.csv"))
    assert json.loads(files["exports/itinerary.geojson"])["type"] == "FeatureCollection"
    schemas = {json.loads(line)["schema"] for line in files["exports/ftm.jsonl"].decode().splitlines()}
    assert {"Note", "UnknownLink"} <= schemas
    assert not schemas & {"Person", "LegalEntity"}


def test_what_the_case_does_not_hold_cannot_be_packaged(ws: Workspace, network: int) -> None:
    foreign = min(numbers_of(ws, network, "market"))
    mine = min(numbers_of(ws, network, "harbour"))
    for what in (Network(10**6), Cluster(10**6), Ads((foreign,)), Ads((mine, foreign)), Ads(())):
        with pytest.raises(NothingToPackage):
            packaged(ws, what)


def test_too_much_for_one_package_is_refused(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filrouge.reports.package.gather.MOST_ADS", 1)
    with pytest.raises(TooManyAds):
        packaged(ws, Network(shared_networks(ws)[0]))


def test_nothing_is_packaged_before_a_run(tmp_path: Path) -> None:
    empty = Workspace.init(tmp_path / "unit", secret=bytes(32))
    with pytest.raises(NoRunYet):
        packaged(empty, Network(0))


def test_a_package_of_the_past_holds_what_was_there_then(ws: Workspace, network: int) -> None:
    with pytest.raises(NoRunYet):
        packaged(ws.at(1), Network(network))
