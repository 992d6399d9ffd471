"""A search among the ads of one case: those of other cases neither appear nor count, and push nothing out."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filrouge.corpus.results import Membership
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ingest import ingest
from filrouge.engines.masking import carriers_of, pseudonym
from filrouge.engines.opened import open_index
from filrouge.engines.run import run
from filrouge.engines.sight import seen_ads

SECRET = bytes(range(32))
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "juniper")


def said(chance: random.Random) -> str:
    made = ["".join(chance.choice(("bra", "ked", "lom", "nuv", "pir")) for _ in range(4)) for _ in range(6)]
    return " ".join(chance.choice(WORDS) + " " + word for word in made) + " tunes pianos near the mill"


COMMON = said(random.Random(1)) + " and waters gardens while you wait"
PHONES = {"mine": "(617) 555-0101", "theirs": "(617) 555-0144", "both": "(617) 555-0122"}


def texts(case: str, n: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    # Of what both cases hold the other one holds fifty times as much, and word for word.
    copies = 40 if case == "theirs" else 3
    rows = [f"{COMMON} {said(chance) if case == 'mine' else ''} call {PHONES['both']}" for _ in range(copies)]
    rows += [f"{said(chance)} call {PHONES[case]}" for _ in range(4)]
    return rows + [said(chance) for _ in range(n)]


def written(folder: Path, case: str, rows: list[str]) -> str:
    path = folder / f"{case}.csv"
    pl.DataFrame(
        {"id": [f"{case}-{k}" for k in range(len(rows))], "text": rows, "agency": "northboard",
         "posted": "2026-01-05 09:00", "location": "Boston, MA"}
    ).write_csv(path)  # fmt: skip
    return str(path)


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("among")
    ws = Workspace.init(folder / "ws", secret=SECRET)
    for case, n, seed in (("theirs", 60, 2), ("mine", 30, 3)):
        ingest(ws.refreshed(), [written(folder, case, texts(case, n, seed))], case=case)
    run(ws.refreshed())
    return ws.refreshed()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same ads of the one case, where there is no other."""
    folder = tmp_path_factory.mktemp("alone")
    ws = Workspace.init(folder / "ws", secret=SECRET)
    ingest(ws.refreshed(), [written(folder, "mine", texts("mine", 30, 3))], case="mine")
    return ws.refreshed()


def ids(hits) -> list[str]:
    return [hit.id for hit in hits]


def test_only_the_case_s_ads_appear_and_all_of_them_do(ws):
    index = open_index(ws, merge=False, among="mine")
    for ask in (index.nearest, index.by_words, lambda t, n: index.by_words(t, n, every=False)):
        found = ids(ask("tunes pianos near the mill and waters gardens while you wait", 50))
        assert found
        assert all(id.startswith("mine-") for id in found)
    assert set(ids(index.nearest(COMMON, 3))) == {"mine-0", "mine-1", "mine-2"}


def test_what_others_hold_pushes_nothing_out(ws, monkeypatch):
    monkeypatch.setattr("filrouge.engines.ask.WEIGHED", 3)
    monkeypatch.setattr("filrouge.compare.lookup.MOST_LISTED", 60)
    index = open_index(ws, merge=False, among="mine")
    assert set(ids(index.nearest(COMMON, 3))) == {"mine-0", "mine-1", "mine-2"}


def test_a_word_is_as_rare_as_it_is_among_all(tmp_path):
    """A word that more ads of others hold than the case has ads is no usual word for that."""
    chance = random.Random(5)
    usual = [f"to you of {said(chance)}" for _ in range(200)]
    theirs = [f"{text} telescopes" if k % 4 == 0 else text for k, text in enumerate(usual)]
    ws = Workspace.init(tmp_path / "ws", secret=SECRET)
    mine = ["telescopes", *usual[:10]]
    for case, rows in (("theirs", theirs), ("mine", mine)):
        ingest(ws.refreshed(), [written(tmp_path, case, rows)], case=case)
    index = open_index(ws.refreshed(), merge=False, among="mine")
    assert ids(index.by_words("to you of telescopes", 1, every=False)) == ["mine-0"]


def test_identifiers_count_as_if_the_case_were_alone(ws, alone):
    index, other = open_index(ws, merge=False, among="mine"), open_index(alone, merge=False)
    for name, phone in PHONES.items():
        here, there = index.by_identifier(phone), other.by_identifier(phone)
        assert sorted(ids(here)) == sorted(ids(there))
        assert [(s.holders, s.bits) for hit in here for s in hit.shared] == [
            (s.holders, s.bits) for hit in there for s in hit.shared
        ]
        assert bool(here) == (name != "theirs")


def test_a_pseudonym_leads_to_the_case_s_ads_alone(ws):
    shared = open_index(ws, merge=False).by_identifier(PHONES["both"], 60)[0].shared[0]
    words = pseudonym(shared.kind, int(shared.value, 16))
    assert shared.holders == 43
    mine = carriers_of(ws, words, 60, case="mine")
    assert {hit.id for hit in mine} == {"mine-0", "mine-1", "mine-2"}
    assert mine[0].shared[0].holders == 3
    assert carriers_of(ws, words, 60, case="nobody's") == []


def test_an_ad_of_another_case_leads_nowhere(ws):
    index = open_index(ws, merge=False, among="mine")
    seen = seen_ads(ws, "mine")
    assert index.near_ads(int(np.flatnonzero(~seen)[0])) == []
    assert index.near_ads(int(np.flatnonzero(seen)[0]))


def test_a_cluster_of_which_the_case_holds_one_ad_is_none(ws):
    number = ws.ads(["case"])
    mine, theirs = (number.filter(pl.col("case") == case)["ad"].to_numpy() for case in ("mine", "theirs"))
    cluster = np.full(number.height, -1, np.int64)
    cluster[[*theirs[:5], mine[0]]] = 7
    cluster[[*theirs[5:9], mine[1], mine[2]]] = 8
    member = Membership(cluster, np.full(number.height, 50, np.float32))
    hits = open_index(ws, merge=False, membership=member, among="mine").nearest(COMMON, 3)
    assert {hit.id: hit.cluster for hit in hits} == {"mine-0": "", "mine-1": "8", "mine-2": "8"}


def test_a_case_without_ads_holds_nothing(ws):
    index = open_index(ws, merge=False, among="nobody's")
    assert index.ads == 0
    assert index.nearest(COMMON) == index.by_words("pianos") == index.by_identifier(PHONES["both"]) == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    share=st.integers(0, 2**32 - 1),
    text=st.sampled_from([COMMON, "tunes pianos near the mill", PHONES["both"]]),
)
def test_among_any_ads_none_but_these_appear(ws, share, text):
    seen = np.random.default_rng(share).random(200) < 0.3
    index = open_index(ws, merge=False, among=seen)
    for hits in (
        index.nearest(text, 20),
        index.by_words(text, 20, every=False),
        index.by_identifier(text, 20),
    ):
        assert all(hit.ad < seen.size and seen[hit.ad] for hit in hits)
        assert all(s.holders <= seen.sum() for hit in hits for s in hit.shared)
