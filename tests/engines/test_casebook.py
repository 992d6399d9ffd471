"""What a reader of one case sees: its own ads alone, masked until opened."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from filrouge.ads.synthetic import synthesise
from filrouge.ads.tokens import SLOT_KINDS
from filrouge.corpus.errors import UnknownAdNumber
from filrouge.corpus.results import network_of
from filrouge.corpus.workspace import Workspace
from filrouge.engines.casebook import Casebook, UnknownCluster, UnknownNetwork
from filrouge.engines.ingest import ingest
from filrouge.engines.masking import is_pseudonym
from filrouge.engines.recall import Recalled, recall
from filrouge.engines.run import run
from filrouge.networks.languages import LANGUAGES
from filrouge.networks.ties import TYING_KINDS

SECRET = b"k" * 32


@pytest.fixture(scope="module")
def two_cases(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two thirds of the ads are of the case "a", the others of "b"; clusters and networks hold ads of both."""
    folder = tmp_path_factory.mktemp("two")
    made = synthesise(1500, 11, 0.3).ads.with_row_index()
    patch = pytest.MonkeyPatch()
    patch.setattr("filrouge.corpus.keys.secrets.token_bytes", random.Random(5).randbytes)
    ws = Workspace.init(folder / "ws", secret=SECRET)
    for case, of in (("a", pl.col("index") % 3 > 0), ("b", pl.col("index") % 3 == 0)):
        made.filter(of).drop("index").write_csv(folder / f"{case}.csv")
        ingest(ws.refreshed(), [str(folder / f"{case}.csv")], case=case)
    run(ws.refreshed())
    patch.undo()
    return ws.refreshed()


@pytest.fixture(scope="module", params=["a", "b"])
def book(two_cases: Workspace, request: pytest.FixtureRequest) -> Casebook:
    return Casebook(two_cases, request.param)


def own(book: Casebook) -> set[int]:
    return set(book.ws.ads(["case"]).filter(pl.col("case") == book.case)["ad"].to_list())


def test_a_lead_counts_the_case_s_own_ads(book: Casebook) -> None:
    assert book.leads.height > 10
    assert set(book.ads["ad"].to_list()) == own(book)
    for lead in book.leads.iter_rows(named=True):
        mine = book.ads.filter(pl.col(lead["kind"]) == lead["id"])
        assert lead["ads"] == mine.height
        assert (
            lead["agencies"]
            == mine["agency"]
            .value_counts()
            .sort("count", "agency", descending=[True, False])["agency"]
            .to_list()
        )
        assert lead["first"] == mine["posted"].min().date()
        assert lead["signs"]
        assert book.why(lead["kind"], lead["id"])


def test_dossiers_hold_the_case_s_own_ads(book: Casebook) -> None:
    mine = own(book)
    for id in book.leads.filter(pl.col("kind") == "network")["id"].head(5).to_list():
        dossier = book.network(id)
        assert set(dossier.members["ad"].to_list()) <= mine
        dated = dossier.members.drop_nulls("posted").height
        assert dossier.timeline["ads"].sum() == dated <= dossier.lead["ads"] == dossier.members.height
        for brief in dossier.clusters:
            cluster = book.cluster(brief.id)
            assert {member.ad for member in cluster.members} <= mine
            assert cluster.ads >= brief.ads


def test_the_ad_of_another_case_is_unknown(book: Casebook) -> None:
    other = next(iter(set(book.ws.ads(["row"])["ad"].to_list()) - own(book)))
    known = next(iter(own(book)))
    for ask in (lambda: book.ad(other), lambda: book.tie(known, other), lambda: book.ad(10**9)):
        with pytest.raises(UnknownAdNumber):
            ask()
    with pytest.raises(UnknownCluster):
        book.cluster(10**6)
    with pytest.raises(UnknownNetwork):
        book.network(-1)


# -- beside what the run itself found -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def one_case(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("one")
    synthesise(1500, 12, 0.3).ads.write_csv(folder / "ads.csv")
    patch = pytest.MonkeyPatch()
    patch.setattr("filrouge.corpus.keys.secrets.token_bytes", random.Random(6).randbytes)
    ws = Workspace.init(folder / "ws", secret=SECRET)
    ingest(ws, [str(folder / "ads.csv")], case="a")
    run(ws.refreshed())
    patch.undo()
    return ws.refreshed()


@pytest.fixture(scope="module")
def found(one_case: Workspace) -> Recalled:
    return recall(one_case)


def test_of_one_case_leads_are_the_networks_that_the_run_found(one_case: Workspace, found: Recalled) -> None:
    book, networks = Casebook(one_case, "a"), found.findings.networks.networks
    id_of = dict(
        zip(found.findings.networks.of_ad.tolist(), network_of(one_case, found.ads).tolist(), strict=True)
    )
    assert set(book.leads["id"].to_list()) == {id_of[rank] for rank in range(len(networks.shown))}
    assert book.leads["kind"].unique().to_list() == ["network"]
    languages = found.findings.networks.language
    for rank, record in enumerate(networks.records):
        lead = book.lead("network", id_of[rank])
        assert lead is not None
        assert lead["strength"] == pytest.approx(record["strength"], abs=0.011)
        assert sorted(lead["signs"]) == sorted(record["signs"])
        dossier = book.network(id_of[rank])
        assert {r.code: r.count for r in dossier.reasons if r.kind == "sign"} == record["signs"]
        assert dossier.strength_parts == record["strength_parts"]
        assert lead["ads"] == record["ads"]
        assert lead["agencies"] == list(record["agencies"])
        assert lead["places"] == list(record["places"])[:6]
        assert lead["n_places"] == len(record["places"])
        assert lead["identifiers"] == sum(len(values) for values in record["identifiers"].values())
        assert (str(lead["first"]), str(lead["last"])) == (record["first"], record["last"])
        spoken = {LANGUAGES[k] for k in languages[networks.ads_of(rank)].tolist() if k >= 0}
        assert set(lead["languages"]) == spoken
    strengths = book.leads["strength"].to_list()
    assert strengths == sorted(strengths, reverse=True)


def test_of_one_case_ties_are_those_that_the_run_weighed(one_case: Workspace, found: Recalled) -> None:
    book, weighed = Casebook(one_case, "a"), found.findings.networks.weighed
    heads = found.findings.networks.units.head
    cluster = found.cluster[heads]
    total, claimed = weighed.model.total(weighed.bits), weighed.model.bounded(weighed.bits)
    pairs: dict[Any, tuple[float, float]] = {}
    of_unit = found.findings.networks.networks.of_unit
    for k, (a, b) in enumerate(zip(weighed.a.tolist(), weighed.b.tolist(), strict=True)):
        if of_unit[a] != of_unit[b] or of_unit[a] < 0:
            continue
        ends = [
            (int(cluster[unit]), -1 if cluster[unit] >= 0 else int(found.ads[heads[unit]])) for unit in (a, b)
        ]
        key = tuple(sorted(ends))
        if key not in pairs or total[k] > pairs[key][0]:
            pairs[key] = float(total[k]), float(claimed[k])
    seen = 0
    for id in book.leads["id"].head(30).to_list():
        dossier = book.network(id)
        for tie in dossier.ties:
            ends = [(c, -1 if c >= 0 else ad) for c, ad in ((tie.one, tie.one_ad), (tie.other, tie.other_ad))]
            if (known := pairs.get(tuple(sorted(ends)))) is None:
                continue
            seen += 1
            # Bits of each kind are kept in hundredths.
            assert tie.bits == pytest.approx(known[0], abs=0.06)
            assert tie.claimed == pytest.approx(known[1], abs=0.06)
            assert sum(bits for _kind, bits in tie.parts) == pytest.approx(tie.bits, abs=0.06)
            if tie.one >= 0 and tie.other >= 0:
                sheet = book.tie_of_clusters(tie.one, tie.other)
                assert sheet.total == pytest.approx(tie.bits, abs=0.02)
                assert sheet.waterfall == tie.parts
                assert sheet.strangers is not None
                assert sheet.strangers.strangers > 100
    assert seen > 20


def test_what_holds_a_network_together_is_told_without_values(one_case: Workspace, found: Recalled) -> None:
    book, networks = Casebook(one_case, "a"), found.findings.networks.networks
    id_of = dict(
        zip(found.findings.networks.of_ad.tolist(), network_of(one_case, found.ads).tolist(), strict=True)
    )
    told = 0
    for rank, record in enumerate(networks.records):
        held, kept = record.get("holds_together"), book.network(id_of[rank]).holds_together
        if held is None:
            assert kept is None
            continue
        assert kept is not None
        told += len(held["without"])
        assert kept["fewest_bits"] == held["fewest_bits"]
        assert [(w["kind"], w["parts"], w["alone"]) for w in kept["without"]] == [
            (w["kind"], w["parts"], w["alone"]) for w in held["without"]
        ]
        for one in kept["without"]:
            assert one["identifier"] is None or is_pseudonym(one["identifier"])
        assert all(
            re.fullmatch(r"C\d+|ad:\d+|\w+:[0-9a-z]{8}", end) for ends in kept["fewest"] for end in ends
        )
    assert told > 20


def test_clusters_make_leads_where_no_networks_were_sought_and_no_text_is_opened(
    one_case: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = Workspace.init(tmp_path / "ws", secret=SECRET)
    synthesise(1500, 12, 0.3).ads.write_csv(tmp_path / "ads.csv")
    ingest(ws, [str(tmp_path / "ads.csv")], case="a")
    run(ws.refreshed(), networks=False)
    book = Casebook(ws.refreshed(), "a")
    for name in ("texts", "words"):
        monkeypatch.setattr(Workspace, name, lambda *_args, **_more: pytest.fail("a text was opened"))
    assert book.leads.height > 20
    assert book.leads["kind"].unique().to_list() == ["cluster"]
    held = ws.refreshed().table("identifiers", ["ad", "kind", "pseudonym"])
    for lead in book.leads.iter_rows(named=True):
        mine = book.ads.filter(pl.col("cluster") == lead["id"])["ad"]
        assert lead["ads"] == mine.len()
        # Without its service a handle is no sign, nor is a name that no run read.
        assert set(lead["signs"]) <= {"phone", "email"}
        for sign in lead["signs"]:
            of_kind = held.filter(
                pl.col("ad").is_in(mine.implode()), pl.col("kind") == SLOT_KINDS.index(sign)
            )
            assert of_kind["pseudonym"].n_unique() > 1
    monkeypatch.undo()
    dossier = book.cluster(int(book.leads["id"][0]))
    assert dossier.reasons
    assert any(segment.slot for segment in dossier.template)


# -- what is masked, and what is opened -----------------------------------------------------------------------


def every_text(thing: Any) -> Iterator[str]:
    """All strings in a dossier, however deep."""
    if isinstance(thing, str):
        yield thing
    elif is_dataclass(thing):
        yield from every_text([getattr(thing, field.name) for field in fields(thing)])
    elif isinstance(thing, pl.DataFrame):
        yield from every_text(thing.to_dicts())
    elif isinstance(thing, dict):
        yield from every_text([*thing.keys(), *thing.values()])
    elif isinstance(thing, list | tuple):
        for one in thing:
            yield from every_text(one)


def everything(book: Casebook) -> list[str]:
    said: list[str] = list(every_text(book.leads))
    for id in book.leads["id"].head(12).to_list():
        network = book.network(id)
        said += every_text([network, book.why("network", id)])
        for brief in network.clusters[:2]:
            cluster = book.cluster(brief.id)
            said += every_text(cluster)
            members = [member.ad for member in cluster.members]
            said += every_text([book.ad(members[0]), book.tie(members[0], members[-1])])
        if len(network.clusters) > 1:
            said += every_text(book.tie_of_clusters(network.clusters[0].id, network.clusters[1].id))
    return said


def test_nothing_that_names_anybody_is_shown_until_it_is_opened(one_case: Workspace) -> None:
    book = Casebook(one_case, "a")
    opened = one_case.texts(book.ads["ad"].to_numpy())
    texts = opened.ads["text"].to_list()
    named = opened.identifiers.filter(pl.col("kind").is_in(TYING_KINDS))
    values = set(named["value"].unique().to_list())
    # Sites of agencies have the agency's name in them, which is no secret.
    values |= {texts[ad][a:b] for ad, a, b in named.select("ad", "start", "end").iter_rows()}
    written = {texts[ad][a:b] for ad, a, b in opened.names.select("ad", "start", "end").iter_rows()}
    shown = everything(book)
    together = "\n".join(shown)
    assert not [value for value in values if value in together]
    assert not [name for name in written if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", together)]
    clear = everything(book.opened_with(True))
    assert len(clear) == pytest.approx(len(shown), rel=0.2)
    seen = "\n".join(clear)
    assert sum(value in seen for value in values) > 20
    assert any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", seen) for name in written)
    # The opened casebook shows what it names by pseudonyms still, for linking.
    first = next(i for i in book.opened_with(True).network(int(book.leads["id"][0])).identifiers)
    assert first.shown in values
    assert is_pseudonym(first.pseudonym)


def test_an_opened_text_is_the_very_text(one_case: Workspace) -> None:
    book = Casebook(one_case, "a", opened=True)
    for lead in book.leads.head(5).iter_rows(named=True):
        brief = book.network(lead["id"]).clusters[0]
        for member in book.cluster(brief.id).members:
            raw = one_case.texts(np.array([member.ad]), marks=False).ads["text"][0]
            assert "".join(piece.text for piece in member.stretches if not piece.lost) == raw
            assert book.ad(member.ad).text == raw


def test_a_cluster_of_which_one_ad_is_here_has_no_line_and_takes_no_other_s(
    one_case: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Casebook(one_case, "a")
    lead = next(lead for lead in book.leads["id"] if len(book.network(lead).clusters) >= 3)
    whole = book.network(lead).clusters
    assert all(brief.template for brief in whole[:3])
    tables, cluster_of_unit = book._tables, book._tables.cluster_of_unit
    parts, every = {brief.id for brief in whole[:2]}, tables.rows_of_units
    one_each = lambda units: every(units)[:1] if cluster_of_unit[units[0]] in parts else every(units)  # noqa: E731
    units = np.array([np.flatnonzero(cluster_of_unit == brief.id)[0] for brief in whole[:3]])
    monkeypatch.setattr(type(tables), "rows_of_units", lambda _tables, units: one_each(units))
    assert [brief.template for brief in book._briefs(units)] == ["", "", whole[2].template]


def test_all_members_are_on_some_page_once(one_case: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Casebook(one_case, "a")
    largest = book.ads.filter(pl.col("cluster") >= 0)["cluster"].value_counts().sort("count")["cluster"][-1]
    monkeypatch.setattr("filrouge.engines.casebook.PAGE", 5)
    monkeypatch.setattr("filrouge.engines.casebook.DRAWN_FROM", 7)
    first = book.cluster(largest)
    # Seven from all over it, and the rest of the page.
    assert first.opened == 8
    ads = [m.ad for page in range(1, first.pages + 1) for m in book.cluster(largest, page).members]
    assert sorted(ads) == book.ads.filter(pl.col("cluster") == largest)["ad"].to_list()
    assert book.cluster(largest, 10**6).page == first.pages
    assert book.cluster(largest, -3).page == 1


@pytest.mark.parametrize("wrong", [-1, 10**7, 2**62])
def test_wrong_numbers_are_told(one_case: Workspace, wrong: int) -> None:
    book = Casebook(one_case, "a")
    with pytest.raises(UnknownCluster):
        book.cluster(wrong)
    with pytest.raises(UnknownCluster):
        book.why("cluster", wrong)
    with pytest.raises(UnknownNetwork):
        book.network(wrong)
    with pytest.raises(UnknownAdNumber):
        book.ad(wrong)


def test_a_case_of_no_ads_and_a_workspace_of_no_run_are_empty(one_case: Workspace, tmp_path: Path) -> None:
    empty = Casebook(one_case, "nobody's")
    assert empty.leads.is_empty()
    assert empty.ads.is_empty()
    assert empty.leads.schema == Casebook(one_case, "a").leads.schema
    fresh = Casebook(Workspace.init(tmp_path / "ws", secret=SECRET), "a")
    assert fresh.leads.is_empty()
    synthesise(40, 12, 0.3).ads.write_csv(tmp_path / "ads.csv")
    ingest(fresh.ws, [str(tmp_path / "ads.csv")], case="a")
    book = Casebook(fresh.ws.refreshed(), "a")
    assert book.leads.is_empty()
    sheet = book.tie(0, 1)
    assert (sheet.same_cluster, sheet.checked, sheet.strangers) == (False, False, None)
    assert book.ad(3).text


def test_an_ad_beside_itself_and_the_other_way_round(one_case: Workspace) -> None:
    book = Casebook(one_case, "a")
    ads = book.ads.filter(pl.col("cluster") >= 0)["ad"].head(6).to_list()
    for one, other in zip(ads[::2], ads[1::2], strict=True):
        here, there = book.tie(one, other), book.tie(other, one)
        assert here.total == there.total
        assert (here.one, here.other) == (there.other, there.one)
    assert book.tie(ads[0], ads[0]).same_cluster
