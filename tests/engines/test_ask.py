"""A workspace that is asked."""

from __future__ import annotations

import random
import shutil
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filrouge.ads.schema import ads_schema
from filrouge.corpus.indexing import index_folder
from filrouge.corpus.pseudonyms import token_pseudonyms
from filrouge.corpus.results import Membership
from filrouge.corpus.workspace import Workspace
from filrouge.engines.asking import Cuts, question_of
from filrouge.engines.ingest import ingest
from filrouge.engines.opened import open_index
from filrouge.engines.plain_words import known_words
from filrouge.engines.prepare import prepare
from filrouge.engines.stored import Stretch, stretches

SECRET = bytes(range(32))
SUBJECTS = (
    "my brother",
    "our crew",
    "the old team",
    "a patient teacher",
    "this small shop",
    "one careful driver",
)
DEEDS = (
    "repairs bicycles", "tunes pianos", "waters gardens", "frames pictures", "sharpens knives", "binds books",
    "walks large dogs", "sews curtains", "stacks firewood", "bakes rye bread", "polishes floors",
)  # fmt: skip
PLACES = (
    "behind the mill",
    "near the north gate",
    "under the arches",
    "beside the fire hall",
    "above the pharmacy",
)
MOODS = (
    "with a steady hand",
    "before the first frost",
    "without any hurry",
    "for a fair price",
    "while you wait",
)
SPEECH = (SUBJECTS, DEEDS, PLACES, MOODS)


def rare(chance: random.Random) -> str:
    return "".join(chance.choice(("bra", "ked", "lom", "nuv", "pir", "sot", "tig", "wex")) for _ in range(4))


def ad_text(chance: random.Random, sentences: int = 5) -> str:
    said = [[*map(chance.choice, SPEECH), rare(chance), rare(chance)] for _ in range(sentences)]
    return ". ".join(" ".join(words) for words in said)


def template(chance: random.Random) -> str:
    return ad_text(chance, 4) + ". call {phone}"


def written(folder, name, texts):
    posted = datetime(2026, 1, 5, 9)
    frame = pl.DataFrame(
        {
            "id": [f"{name}-{k}" for k in range(len(texts))],
            "text": texts,
            "agency": "northboard",
            "posted": posted,
            "location": "Boston, MA",
        }
    )
    frame.write_csv(folder / f"{name}.csv")
    return str(folder / f"{name}.csv")


TEMPLATES = [template(random.Random(k)) for k in range(6)]
FIRST = [t.format(phone=f"(617) 555-01{10 * k + j:02d}") for k, t in enumerate(TEMPLATES) for j in range(5)]
FIRST += [ad_text(random.Random(100 + k)) for k in range(200)]
FIRST += [FIRST[3]] * 3
SECOND = [
    TEMPLATES[0].format(phone="(617) 555-0199"),
    "knits warm hats for sailors, ask at the lighthouse",
    *(ad_text(random.Random(900 + k)) for k in range(20)),
]


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked")
    ws = Workspace.init(folder / "ws", secret=SECRET)
    for name, texts in (("first", FIRST), ("second", SECOND)):
        ingest(ws.refreshed(), [written(folder, name, texts)], case="case")
        open_index(ws.refreshed(), merge=False)
    return ws.refreshed()


@pytest.fixture(scope="module")
def index(ws):
    return open_index(ws, merge=False)


def test_the_index_has_a_segment_for_each_ingest(ws):
    manifest = index_folder(ws).manifest()
    assert len(manifest.segments) == 2
    assert sum(segment.ads for segment in manifest.segments) == len(FIRST) + len(SECOND)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.integers(0, len(FIRST) + len(SECOND) - 1))
def test_a_text_equal_to_one_in_the_index_comes_first(index, k):
    text = [*FIRST, *SECOND][k]
    hits = index.nearest(text, 8)
    assert hits[0].equal
    assert hits[0].tied
    assert {hit.ad for hit in hits if hit.equal} >= {
        hit for hit, other in enumerate([*FIRST, *SECOND]) if other == text
    }


def test_equal_texts_are_all_listed(index):
    hits = index.nearest(FIRST[3], 20)
    assert [hit.ad for hit in hits if hit.equal and "0103" in "".join(s.text for s in hit.stretches)] == [
        3,
        230,
        231,
        232,
    ]
    # With another phone the words are the same still: those come before what is only near.
    assert {hit.ad for hit in hits if hit.equal} == {0, 1, 2, 3, 4, 230, 231, 232, 233}


@pytest.mark.parametrize("k", range(len(TEMPLATES)))
def test_a_changed_copy_leads_to_its_template(index, k):
    sentences = TEMPLATES[k].format(phone="+1 202 555 0177").split(". ")
    changed = ". ".join([*sentences[1:], sentences[0]]).replace("the ", "teh ", 1)
    hits = index.nearest(changed, 5)
    assert {hit.ad // 5 for hit in hits} <= {k, 46}
    assert all(hit.tied and not hit.equal for hit in hits)
    assert any(stretch.common for stretch in hits[0].stretches)
    assert "".join(stretch.text for stretch in hits[0].stretches) in {*FIRST, *SECOND}


def test_strangers_are_not_tied(index):
    assert not any(
        hit.tied
        for hit in index.nearest(
            "Nobody here has ever offered hot air balloon rides over the desert at dawn."
        )
    )


def test_a_text_without_words_is_near_nothing(index):
    assert index.nearest("…") == []
    assert index.by_words("…") == []


def test_who_names_a_phone_finds_who_carries_it(index):
    hits = index.nearest("who is 617-555-0112 ?", 3)
    assert hits[0].ad == 7
    assert [(s.kind, s.holders) for s in hits[0].shared] == [("phone", 1)]
    assert "0112" not in hits[0].shared[0].value
    assert [hit.ad for hit in index.by_identifier("(617) 555-0112")] == [7]
    assert index.by_identifier("(617) 555-0188") == []


def test_words_are_sought_all_of_them_or_some_or_as_a_phrase(index):
    assert [hit.ad for hit in index.by_words("sailors hats")] == [234]
    assert index.by_words("sailors zeppelins") == []
    assert index.by_words("sailors zeppelins", every=False)[0].ad == 234
    assert [hit.ad for hit in index.by_words('"hats for sailors"')] == [234]
    assert index.by_words('"sailors for hats"') == []
    newest = [hit.ad for hit in index.by_words("bicycles", top=50)]
    assert newest == sorted(newest, reverse=True)


def test_ads_near_a_held_one(index):
    hits = index.near_ads(6, 4)
    assert {hit.ad for hit in hits} == {5, 7, 8, 9}


def test_a_past_day_knows_nothing_of_what_came_later(ws):
    then = open_index(ws.at(1), merge=False)
    assert {hit.ad for hit in then.nearest(SECOND[0], 30)} <= set(range(len(FIRST)))
    assert then.by_words("sailors") == []
    assert then.by_identifier("(617) 555-0199") == []
    assert then.ads == len(FIRST)


def test_ads_of_the_cluster_come_after_those_that_are_weighed(ws, monkeypatch):
    monkeypatch.setattr("filrouge.engines.ask.WEIGHED", 2)
    membership = Membership(np.array([9, 9, 9, 9, 9, -1]), np.array([50, 40, 60, 30, 20, 0], np.float32))
    index = open_index(ws, membership=membership, merge=False)
    changed = TEMPLATES[0].format(phone="x").replace("the ", "teh ", 1)
    hits = index.nearest(changed, 9)
    assert {0, 1, 2, 3, 4} <= {hit.ad for hit in hits}
    assert {hit.cluster for hit in hits if hit.ad < 5} == {"9"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "call",
                "(617) 555-0123",
                "rachel",
                "ask for Rachel",
                "in Boston",
                "c a l l",
                "m*s",
                "$80",
                "rachel@example.org",
                "@rachel_boston",
                "été",
                "👍",
                "open 24/7",
                "25 yo",
            ]
        ),
        max_size=8,
    ).map(" ".join)
)
def test_a_question_has_the_words_that_an_ad_would_have(ws, text):
    vocabulary = known_words(ws)
    blank = {name: [None] for name in ads_schema()}
    ad = pl.DataFrame({**blank, "text": [text], "location": [""]}, schema=ads_schema())
    tokens = prepare(ad, vocabulary).tokens
    wanted = token_pseudonyms(tokens.key, tokens.kind, ws.pepper)
    assert np.array_equal(question_of(text, ws.pepper, vocabulary).keys, wanted)


def test_what_is_destroyed_is_not_found_and_not_in_the_files(tmp_path):
    retention = pytest.importorskip("filrouge.corpus.retention")
    ws = Workspace.init(tmp_path / "ws", secret=SECRET)
    ingest(ws, [written(tmp_path, "kept", FIRST[:20])], case="kept")
    ingest(ws.refreshed(), [written(tmp_path, "other", SECOND)], case="other")
    before = open_index(ws.refreshed(), merge=False)
    retention.destroy(ws.refreshed(), case="other", by="tester", why="the case is closed")
    assert before.by_words("sailors") == []
    after = open_index(ws.refreshed(), merge=False)
    assert after.by_words("sailors") == []
    assert sum(segment.ads for segment in index_folder(ws).manifest().segments) == 20
    assert after.nearest(FIRST[3])[0].equal


def word_by_word(raw: str, start: np.ndarray, end: np.ndarray, common: np.ndarray) -> tuple[Stretch, ...]:
    """The same, a word at a time."""
    pieces: list[tuple[str, bool]] = []
    at = 0

    def add(text: str, is_common: bool) -> None:
        if not text:
            return
        if pieces and pieces[-1][1] == is_common:
            pieces[-1] = (pieces[-1][0] + text, is_common)
        else:
            pieces.append((text, is_common))

    before = False
    for first, last, is_common in zip(start.tolist(), end.tolist(), common.tolist(), strict=True):
        add(raw[at:first], before and is_common)
        add(raw[max(at, first) : last], is_common)
        at, before = max(at, last), is_common
    add(raw[at:], False)
    return tuple(Stretch(text, is_common) for text, is_common in pieces)


@given(
    st.lists(
        st.tuples(st.text(" ab", max_size=3), st.text("xy", min_size=1, max_size=3), st.booleans()),
        max_size=8,
    )
)
def test_stretches_are_the_text(pieces):
    raw, start, end, common = "", [], [], []
    for gap, word, is_common in pieces:
        start.append(len(raw + gap))
        raw += gap + word
        end.append(len(raw))
        common.append(is_common)
    cut = stretches(raw, np.array(start, np.int32), np.array(end, np.int32), np.array(common, bool))
    assert "".join(stretch.text for stretch in cut) == raw
    assert cut == word_by_word(raw, np.array(start), np.array(end), np.array(common, bool))


def test_the_index_is_built_again_where_it_is_missing(ws, index):
    for path in index_folder(ws).folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    again = open_index(ws, merge=False)
    for text in (FIRST[0], SECOND[1], "bicycles by the mill"):
        assert [(hit.ad, hit.equal) for hit in again.nearest(text)] == [
            (hit.ad, hit.equal) for hit in index.nearest(text)
        ]


def test_after_a_run_its_prices_and_templates_decide(tmp_path):
    from filrouge.engines.kept import read_kept
    from filrouge.engines.run import run

    ws = Workspace.init(tmp_path / "ws", secret=SECRET)
    ingest(ws, [written(tmp_path, "first", FIRST)], case="case")
    run(ws.refreshed())
    ws = ws.refreshed()
    kept = read_kept(ws, ws.snapshot.batch)
    assert kept is not None
    index = open_index(ws, merge=False)
    # What two ads of the run need is enough for a plain copy; a search decides by what its own strangers reach.
    assert index.cuts.plain == kept.reach.pair
    assert index.cuts.near >= index.cuts.plain
    sentences = TEMPLATES[2].format(phone="x").split(". ")
    hits = index.nearest(". ".join([sentences[0], *sentences[2:]]), 5)
    assert {hit.ad for hit in hits if hit.tied} == {10, 11, 12, 13, 14}
    assert len({hit.cluster for hit in hits}) == 1
    assert hits[0].cluster


def test_what_strangers_reach_in_a_search_is_measured_once(tmp_path, monkeypatch):
    from filrouge.engines.ask import SearchIndex
    from filrouge.engines.run import run

    ws = Workspace.init(tmp_path / "ws", secret=SECRET)
    ingest(ws, [written(tmp_path, "first", FIRST)], case="case")
    run(ws.refreshed())
    ws = ws.refreshed()
    index = open_index(ws, merge=False)
    reached = index_folder(ws).manifest().reached
    assert reached is not None
    assert len(reached.near) == len(reached.claimed) == 2
    monkeypatch.setattr(SearchIndex, "as_stranger", None)  # so that measuring again would fail
    assert open_index(ws, merge=False).cuts == index.cuts


def test_a_plain_copy_needs_less_than_a_text_of_which_little_is_the_same():
    cuts = Cuts(near=60.0, plain=40.0)
    bits = np.array([61.0, 50.0, 50.0, 39.0], np.float32)
    whole = np.array([500.0, 90.0, 110.0, 39.0], np.float32)
    assert cuts.tie(bits, whole).tolist() == [True, True, False, False]


@pytest.mark.parametrize("key", range(3))
def test_a_piece_of_an_ad_finds_it_whatever_the_key(tmp_path, key):
    """The index keeps a few runs of each ad, by its key's chance, and of a template with many copies hardly any."""
    ads = [TEMPLATES[k % 6].format(phone=f"(617) 555-{1000 + k}") for k in range(72)]
    ads += [ad_text(random.Random(2_000 + k), 30) for k in range(40)]
    ads += [ad_text(random.Random(3_000 + k)) for k in range(500)]
    ws = Workspace.init(tmp_path / "ws", secret=bytes([key]) * 32)
    ingest(ws, [written(tmp_path, "long", ads)], case="case")
    index = open_index(ws.refreshed(), merge=False)
    for k in [*range(6), *range(72, 112)]:
        for sentence in ads[k].split(". ")[:2]:
            assert any(sentence in ads[hit.ad] for hit in index.nearest(sentence, 40))
            assert k < 6 or k in [hit.ad for hit in index.nearest(sentence, 5)]
