"""A workspace is written to in batches, and read as it is or as it was."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made import chunk_of
from made_workspace import SECRET, added, ingested, new_workspace, opened, sealed_for
from polars.testing import assert_frame_equal

from filrouge.ads.schema import rejects_frame
from filrouge.corpus.errors import (
    AlreadyAWorkspace,
    NoSuchSnapshot,
    NoWorkspace,
    OnlyAView,
    UnknownAdNumber,
)
from filrouge.corpus.ledger import as_of
from filrouge.corpus.pseudonyms import ad_keys, identifier_pseudonym, token_pseudonyms
from filrouge.corpus.workspace import Workspace


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three batches of ads; nobody writes to it."""
    ws = new_workspace(tmp_path_factory.mktemp("three"))
    ingested(ws, chunk_of(1300, 1), chunk_of(300, 2))
    added(ws, 300, 3)
    added(ws, 40, 4)
    return ws.refreshed()


def test_a_new_workspace_is_empty_and_has_its_first_snapshot(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path / "unit")
    assert [s.kind for s in ws.snapshots()] == ["init"]
    assert ws.ads().height == 0
    words = ws.words()
    assert (words.ad.size, words.words.size, words.keys.size, words.offsets.tolist()) == (0, 0, 0, [0])
    assert ws.texts(np.zeros(0, np.int64)).ads.height == 0
    assert ws.holders(np.zeros(0, np.uint64)).height == 0
    with pytest.raises(UnknownAdNumber):
        ws.words(np.array([0]))


def test_a_workspace_is_made_once(tmp_path: Path) -> None:
    new_workspace(tmp_path)
    with pytest.raises(AlreadyAWorkspace):
        new_workspace(tmp_path)
    with pytest.raises(NoWorkspace):
        opened(tmp_path / "elsewhere")


def test_a_workspace_whose_making_was_cut_off_is_finished(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    log = tmp_path / "tables" / "ledger" / "_delta_log"
    (log / "00000000000000000001.json").unlink()
    again = new_workspace(tmp_path)
    assert again.id == ws.id
    assert added(again, 20).seq == 1


def test_nothing_is_seen_before_the_commit_and_everything_after(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    with ws.begin("ingest") as batch:
        batch.add_chunk(sealed_for(batch, ws, chunk_of(300)))
        assert opened(tmp_path).ads().height == 0
        batch.commit({"note": "first"})
    assert ws.ads().height == 0, "a view stays what it is"
    now = ws.refreshed()
    assert now.ads().height == 300
    assert now.snapshot.details["note"] == "first"
    assert (now.snapshot.first_ad, now.snapshot.ads) == (0, 300)


def test_a_batch_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    before = {p for p in tmp_path.rglob("*") if p.is_file() and "keys" not in p.parts}

    def no(now: Workspace, batch: object) -> None:
        raise RuntimeError

    with ws.begin("ingest") as batch:
        batch.add_chunk(sealed_for(batch, ws, chunk_of(300)))
        with pytest.raises(RuntimeError):
            batch.commit(check=no)
    assert {p for p in tmp_path.rglob("*") if p.is_file() and "keys" not in p.parts} == before
    assert ws.refreshed().snapshot.seq == 0


def test_numbers_of_ads_go_on_from_batch_to_batch(three: Workspace) -> None:
    ads = three.ads()
    assert ads["ad"].to_list() == list(range(1940))
    assert ads["seq"].to_list() == [1] * 1600 + [2] * 300 + [3] * 40
    assert ads["key_id"].n_unique() == 3
    assert set(three.ads(["agency"]).columns) >= {"agency", "ad"}
    assert three.table("sources")["name"].to_list() == ["made.csv", "made-3.csv", "made-4.csv"]


def test_words_of_all_ads_are_theirs(three: Workspace) -> None:
    words = three.words()
    assert words.ad.tolist() == list(range(1940))
    assert (np.diff(words.keys.astype(object)) > 0).all()
    assert set(np.unique(words.words)) == set(range(words.keys.size))
    chunk = chunk_of(40, 4, "made-4.csv")
    hidden = token_pseudonyms(chunk.tokens.key, chunk.tokens.kind, three.pepper)
    rows = three.ads(["row", "seq"]).filter(pl.col("seq") == 3)
    for ad, row in rows.select("ad", "row").iter_rows():
        mine = words.keys[words.words[words.offsets[ad] : words.offsets[ad + 1]]]
        t = chunk.tokens.offsets
        assert (mine == hidden[t[row - 1] : t[row]]).all()


def test_words_of_some_ads_are_those_of_all(three: Workspace) -> None:
    every = three.words()
    some = np.array([1939, 0, 700, 1601, 700, 12])
    found = three.words(some)
    assert found.ad.tolist() == some.tolist()
    for k, ad in enumerate(some.tolist()):
        mine = found.keys[found.words[found.offsets[k] : found.offsets[k + 1]]]
        assert (mine == every.keys[every.words[every.offsets[ad] : every.offsets[ad + 1]]]).all()
    assert set(np.unique(found.words)) == set(range(found.keys.size))


def test_texts_come_in_the_order_asked_for(three: Workspace) -> None:
    some = np.array([1939, 0, 700, 1601, 700])
    found = three.texts(some)
    assert found.ads["ad"].to_list() == some.tolist()
    one_by_one = [three.texts(np.array([ad])) for ad in some]
    for k, alone in enumerate(one_by_one):
        assert_frame_equal(found.ads[k : k + 1], alone.ads)
        for name in ("identifiers", "places", "names", "located"):
            mine = getattr(found, name).filter(pl.col("ad") == k).with_columns(ad=pl.lit(0, pl.Int32))
            assert_frame_equal(mine, getattr(alone, name))
        here = slice(*found.tokens.offsets[k : k + 2])
        assert (found.tokens.key[here] == alone.tokens.key).all()
        assert (found.tokens.start[here] == alone.tokens.start).all()
    only = three.texts(some, marks=False)
    assert_frame_equal(only.ads, found.ads)
    assert only.identifiers.height == 0
    clear = three.ads(["agency", "posted", "location", "row"])[some]
    assert_frame_equal(found.ads.select(clear.columns[:4]), clear.select(clear.columns[:4]))


def test_who_carries_an_identifier_is_found(three: Workspace) -> None:
    phone = three.texts(np.array([5])).identifiers.filter(pl.col("kind") == "phone")["value"][0]
    found = three.holders(np.array([identifier_pseudonym("phone", phone, three.pepper)], np.uint64))
    everyone = three.texts(np.arange(1940)).identifiers
    assert found["ad"].to_list() == everyone.filter(pl.col("value") == phone)["ad"].unique().sort().to_list()


def test_the_past_is_read_by_number_day_and_time(three: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = three.snapshots()
    assert three.at(2).ads().height == 1900
    assert three.at("1").words().ad.size == 1600
    assert three.at(rows[2].at).snapshot.seq == 2
    assert three.at(datetime.now()).snapshot.seq == 3
    assert three.at(datetime.now().astimezone().date()).snapshot.seq == 3
    assert three.at(rows[2].at.isoformat()).snapshot.seq == 2
    assert three.at(0).ads().height == 0
    for wrong in (17, "17", "1999-01-01", "yesterday", datetime(2001, 1, 1)):
        with pytest.raises(NoSuchSnapshot):
            three.at(wrong)
    with pytest.raises(OnlyAView):
        three.at(2).begin("ingest")


def test_the_end_of_a_day_is_meant(three: Workspace) -> None:
    day = datetime(2026, 5, 31).astimezone()
    rows = [
        type(three.snapshot)(seq=k, at=(day + timedelta(hours=h)).astimezone(UTC), **_other(three))
        for k, h in enumerate((0, 23, 24))
    ]
    assert as_of(rows, "2026-05-31").seq == 1
    assert as_of(rows, day.date()).seq == 1


def _other(ws: Workspace) -> dict:
    return {
        n: getattr(ws.snapshot, n)
        for n in ("kind", "by", "code", "details", "batch", "format", "prev", "digest")
    }


def test_the_ledger_is_a_chain(three: Workspace) -> None:
    rows = three.snapshots()
    assert [r.prev for r in rows[1:]] == [r.fingerprint() for r in rows[:-1]]


def test_what_is_held_already_is_known(three: Workspace) -> None:
    ads = chunk_of(300, 3, "made-3.csv").ads
    keys = ad_keys(ads, three.pepper)
    assert three.held(keys).all()
    assert not three.at(1).held(keys).any()
    other = ads.with_columns(pl.col("text") + " Also on Sundays.")
    assert not three.held(ad_keys(other, three.pepper)).any()


def test_an_ad_twice_in_a_batch_or_added_meanwhile_is_held_once(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    with ws.begin("ingest") as late:
        late.add_chunk(sealed_for(late, ws, chunk_of(300, 5, "a.csv")))
        late.add_chunk(sealed_for(late, ws, chunk_of(20, 6, "b.csv"), 1))
        added(ws, 20, 6)
        mixed = chunk_of(300, 5, "a.csv")
        late.add_chunk(sealed_for(late, ws, mixed, 2))
        late.commit()
        assert late.dropped == 320
    now = ws.refreshed()
    ads = now.ads()
    assert ads.height == 320
    assert ads["ad_key"].n_unique() == 320
    words = now.words()
    assert words.ad.tolist() == ads["ad"].to_list()
    found = now.texts(words.ad)
    assert_frame_equal(found.ads.select("row", "agency", "ad"), ads.select("row", "agency", "ad"))
    assert now.table("identifiers")["ad"].is_in(ads["ad"].implode()).all()


def test_tables_of_runs_take_the_columns_of_what_is_written(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    added(ws, 20)
    frame = pl.DataFrame(
        {"ad_of": [3, 4], "key": pl.Series([2**64 - 1, 5], dtype=pl.UInt64), "bits": [1.5, None]}
    )
    with ws.begin("run") as batch:
        batch.write("membership", frame)
        batch.commit()
    now = ws.refreshed()
    assert now.has("membership")
    assert not now.at(1).has("membership")
    assert not now.has("nothing")
    assert_frame_equal(now.table("membership").drop("seq"), frame)
    assert now.table("membership", ["bits"]).columns == ["bits", "seq"]
    with pytest.raises(KeyError):
        ws.refreshed().table("nothing")


def test_why_rows_were_rejected_is_sealed(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    rejects = rejects_frame([("a.csv", 7, "posted", "no date: last Tuesday")])
    with ws.begin("ingest") as batch:
        batch.add_rejects(rejects, batch.keys("case", ["2026-03"])["2026-03"])
        batch.add_sources(pl.DataFrame({"name": ["a.csv"], "rows": [0], "notes": ["x"]}))
        batch.commit()
    assert ws.refreshed().rejects().drop("seq").rows() == rejects.rows()
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"Tuesday" not in file.read_bytes()


def test_no_word_of_an_ad_lies_in_the_workspace(three: Workspace) -> None:
    for file in Path(three.files.where).rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for word in (b"bicycles", b"Rachel", b"+1514555", b"(514)"):
                assert word not in content, file


def test_a_view_travels_to_other_processes(three: Workspace) -> None:
    there = pickle.loads(pickle.dumps(three.at(2)))
    assert there.snapshot.seq == 2
    assert there.ads().height == 1900


def test_a_table_is_read_by_others_through_the_log(three: Workspace) -> None:
    found = pl.scan_delta(str(Path(three.files.where) / "tables" / "ads")).collect()
    assert found.height == 1940
    assert "batch" in found.columns


def test_the_secret_is_kept_out_of_sight(three: Workspace) -> None:
    assert SECRET.hex() not in repr(three)
    assert "key=" not in repr(three.ring.for_months("case", ["2026-01"]))


@pytest.mark.parametrize("words", [True, False])
def test_many_ads_are_read_as_few_are(three: Workspace, monkeypatch: pytest.MonkeyPatch, words: bool) -> None:
    ads = np.random.default_rng(5).permutation(three.ads()["ad"].to_numpy())
    few, in_order = three.texts(ads), three.texts(np.sort(ads))
    monkeypatch.setattr("filrouge.corpus.opening.TABLED", 100)
    for asked, before in ((ads, few), (np.sort(ads), in_order)):
        many = three.texts(asked, words=words)
        for table in ("ads", "identifiers", "places", "names", "located"):
            assert_frame_equal(getattr(many, table), getattr(before, table))
        assert many.tokens.key.size == (before.tokens.key.size if words else 0)
        assert (np.diff(many.tokens.offsets) == np.diff(before.tokens.offsets) * words).all()
        if words:
            assert (many.tokens.key == before.tokens.key).all()
