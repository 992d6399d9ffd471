"""What is destroyed cannot be read any more, by nobody, in no view; the rest is as it was."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made import chunk_of, made_ads, made_chunk
from made_workspace import added, ingested, new_workspace, opened, sealed_for
from polars.testing import assert_frame_equal

import filrouge.corpus.retention as retention
from filrouge.corpus.errors import DestroyedMeanwhile, KeyDestroyed, OnlyAView, UnknownAdNumber
from filrouge.corpus.retention import destroy, finish
from filrouge.corpus.vacuum import vacuum
from filrouge.corpus.verify import verify
from filrouge.corpus.workspace import Workspace


@pytest.fixture
def two_cases(tmp_path: Path) -> Workspace:
    """300 ads of the case "north", then 700 of "south", and a run that says something of each ad."""
    ws = new_workspace(tmp_path)
    added(ws, 300, 1, "north")
    added(ws, 700, 2, "south")
    with ws.begin("run") as batch:
        batch.write("membership", pl.DataFrame({"ad": np.arange(1000), "cluster": np.arange(1000) % 7}))
        batch.commit()
    return ws.refreshed()


def everything(ws: Workspace) -> tuple:
    ads = ws.ads().drop("seq")
    opened = ws.texts(ads["ad"].to_numpy())
    words = ws.words()
    return ads, opened, words


def sealed_bytes(ws: Workspace, ads: list[int]) -> list[bytes]:
    """The blocks in which some ads lie, as they lie on the disk."""
    blocks = ws.view.blocks
    at = {int(k) for k in blocks.of(np.array(ads))[0]}
    found = [b for k in at for b in (blocks.words[k], blocks.texts[k], blocks.marks[k])]
    return [ws.opener._packs.read(b.pack, [b.offset], [b.length])[0] for b in found]


def on_disk(ws: Workspace) -> bytes:
    return b"".join(p.read_bytes() for p in Path(ws.files.where).rglob("*") if p.is_file())


def assert_same_but_for(ws: Workspace, before: tuple, gone: set[int]) -> None:
    ads, opened_before, words_before = before
    kept = [ad for ad in ads["ad"].to_list() if ad not in gone]
    now = ws.ads().drop("seq")
    assert_frame_equal(now, ads.filter(pl.col("ad").is_in(kept)))
    opened_now = ws.texts(np.array(kept, np.int64))
    places = [k for k, ad in enumerate(ads["ad"].to_list()) if ad not in gone]
    assert_frame_equal(opened_now.ads, opened_before.ads[places])
    to = pl.DataFrame({"ad": np.array(places, np.int32), "to": np.arange(len(places), dtype=np.int32)})
    for name in ("identifiers", "places", "names", "located"):
        was = to.join(getattr(opened_before, name), on="ad", maintain_order="left_right").drop("ad")
        was = was.rename({"to": "ad"}).select(getattr(opened_now, name).columns)
        assert_frame_equal(getattr(opened_now, name), was)
    words = ws.words()
    assert words.ad.tolist() == kept
    assert set(np.unique(words.words)) == set(range(words.keys.size))
    w, b = words, words_before
    for k, place in enumerate(places):
        mine = w.keys[w.words[w.offsets[k] : w.offsets[k + 1]]]
        was = b.keys[b.words[b.offsets[place] : b.offsets[place + 1]]]
        assert (mine == was).all()
    t, u = opened_now.tokens, opened_before.tokens
    for k, place in enumerate(places):
        for name in ("key", "start", "end", "kind"):
            here, there = slice(*t.offsets[k : k + 2]), slice(*u.offsets[place : place + 2])
            assert (getattr(t, name)[here] == getattr(u, name)[there]).all()


def test_all_ads_of_a_case_are_destroyed(two_cases: Workspace) -> None:
    ws = two_cases
    before = everything(ws)
    blocks = sealed_bytes(ws, [0, 299])
    keys = {k: ws.ring.get(k) for k in ws.ring.ids()}
    done = destroy(ws, case="north", by="Dana", why="order 12")
    now = ws.refreshed()
    assert (done.ads, done.snapshot) == (300, now.snapshot)
    assert_same_but_for(now, before, set(range(300)))
    disk = on_disk(now)
    assert not any(block in disk for block in blocks)
    assert now.table("membership")["ad"].to_list() == list(range(300, 1000))
    assert now.table("identifiers")["ad"].min() >= 300
    for key in keys.values():
        if key.case == "north":
            now.ring.forget()
            with pytest.raises(KeyDestroyed):
                now.ring.get(key.key_id)
            grave = json.loads((Path(now.files.where) / "keys" / f"{key.key_id}.gone").read_bytes())
            assert (grave["by"], grave["why"]) == ("Dana", "order 12")
    assert verify(now) == []


def test_views_of_the_past_say_how_much_of_them_is_gone(two_cases: Workspace) -> None:
    ws = two_cases
    destroy(ws, case="north", by="Dana", why="order 12")
    destroy(ws, ads=[500, 501])
    past = opened(ws.files.where, as_of=1)
    assert (past.ads().height, past.unreadable()) == (0, 300)
    assert opened(ws.files.where, as_of=3).unreadable() == 302
    now = ws.refreshed()
    assert now.unreadable() == 302
    assert now.destroyed()["ads"].sum() == 302
    assert set(now.destroyed()["by"]) >= {"Dana"}
    with pytest.raises(UnknownAdNumber):
        past.texts(np.array([5]))


def test_ads_older_than_a_day_are_destroyed_by_the_month(two_cases: Workspace) -> None:
    ws = two_cases
    before = everything(ws)
    months = ws.ads(["posted"]).select("ad", pl.col("posted").dt.strftime("%Y-%m").fill_null("2026-03"))
    gone = set(months.filter(pl.col("posted") == "2026-01")["ad"].to_list())
    assert 0 < len(gone) < 1000
    assert destroy(ws, older_than=date(2026, 1, 31)).snapshot is None, "January is not over"
    assert destroy(ws, older_than=date(2026, 2, 1), dry_run=True).ads == len(gone)
    assert ws.refreshed().ads().height == 1000
    assert destroy(ws, older_than=date(2026, 2, 1)).ads == len(gone)
    assert_same_but_for(ws.refreshed(), before, gone)
    assert verify(ws) == []


def test_single_ads_are_destroyed_and_their_neighbours_stay(two_cases: Workspace) -> None:
    ws = two_cases
    before = everything(ws)
    gone = [0, 7, 8, 299, 300, 650, 999]
    blocks = sealed_bytes(ws, gone)
    destroy(ws, ads=gone, why="asked for by the person")
    now = ws.refreshed()
    assert_same_but_for(now, before, set(gone))
    assert not any(block in on_disk(now) for block in blocks)
    assert verify(now) == []
    with pytest.raises(UnknownAdNumber):
        now.words(np.array([7]))
    with pytest.raises(UnknownAdNumber):
        destroy(now, ads=[7])
    more = [1, 9, 301, 651, 652]
    destroy(now, ads=more)
    assert_same_but_for(now.refreshed(), before, {*gone, *more})
    assert verify(now) == []


def test_all_ads_of_a_block_one_by_one(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    added(ws, 40, 1)
    added(ws, 30, 2)
    before = everything(ws.refreshed())
    destroy(ws, ads=range(40))
    assert_same_but_for(ws.refreshed(), before, set(range(40)))
    assert verify(ws) == []
    assert len(list((tmp_path / "packs").iterdir())) == 1


def test_words_that_only_a_destroyed_ad_had_are_gone(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    ads = made_ads(40)
    alone = ads["row"] == 4
    ingested(
        ws,
        made_chunk(
            ads.with_columns(
                text=pl.col("text") + pl.when(alone).then(pl.lit(" Quorble.")).otherwise(pl.lit(""))
            )
        ),
    )
    words = ws.refreshed().words()
    counts = np.bincount(words.words)
    rare = int(np.flatnonzero(counts[words.words] == 1)[0])
    ad = int(np.searchsorted(words.offsets, rare, side="right")) - 1
    assert ws.refreshed().texts(np.array([ad])).ads["row"][0] == 4
    alone = words.keys[words.words[rare]]
    destroy(ws, ads=[ad])
    now = ws.refreshed()
    assert not np.isin(alone, now.words().keys).any()
    kept = np.concatenate(
        [now.opener.remembered(k, lambda f: np.frombuffer(f[0], np.uint64)) for k in now.view.blocks.keys]
    )
    assert not np.isin(alone, kept).any()


def test_what_comes_afterwards_gets_a_key_of_its_own(two_cases: Workspace) -> None:
    ws = two_cases
    old = set(ws.ads(["key_id", "case"]).filter(pl.col("case") == "north")["key_id"])
    destroy(ws, case="north")
    added(ws.refreshed(), 300, 1, "north")
    now = ws.refreshed()
    assert now.ads().height == 1000
    assert now.ads(["ad"])["ad"].max() == 1299, "numbers are never used again"
    assert old.isdisjoint(now.ads(["key_id"])["key_id"])
    assert verify(now) == []


def test_nobody_adds_ads_under_a_key_that_was_destroyed_meanwhile(two_cases: Workspace) -> None:
    ws = two_cases
    with ws.begin("ingest") as batch:
        batch.add_chunk(sealed_for(batch, ws, chunk_of(300, 9, "late.csv"), case="north"))
        destroy(ws, case="north")
        with pytest.raises(DestroyedMeanwhile):
            batch.commit()
    with ws.begin("run") as run:
        run.write("membership", pl.DataFrame({"ad": np.arange(300, 1000), "cluster": np.arange(700)}))
        destroy(ws, ads=[400])
        with pytest.raises(DestroyedMeanwhile):
            run.commit()
    assert ws.refreshed().ads().height == 699
    assert verify(ws) == []


STEPS = ("ring.destroy", "tables.commit", "_blank", "_forget_derived", "files.erase")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("what", [{"case": "north"}, {"ads": [5, 600]}], ids=["case", "single"])
def test_a_destruction_that_was_cut_off_is_carried_out(
    two_cases: Workspace, step: str, what: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = two_cases
    before = everything(ws)
    ledger = ws.snapshot.seq

    class CutOff(BaseException):
        pass

    def cut(*_: object, **__: object) -> None:
        raise CutOff

    with monkeypatch.context() as patch:
        if step.startswith("_"):
            patch.setattr(retention, step, cut)
        elif step == "ring.destroy":
            patch.setattr("filrouge.corpus.keys.KeyRing.destroy", cut)
        elif step == "files.erase":
            patch.setattr("filrouge.corpus.files.Files.erase", cut)
        else:
            real = type(ws.tables).commit

            def commit(self: object, name: str, *args: object, **more: object) -> None:
                if name == "membership":
                    raise CutOff
                real(self, name, *args, **more)

            patch.setattr("filrouge.corpus.tables.Tables.commit", commit)
        if step == "ring.destroy" and "ads" in what:
            destroy(ws, **what)
        else:
            with pytest.raises(CutOff):
                destroy(ws, **what)
            assert any("cut off" in finding.what for finding in verify(ws))
    assert ws.refreshed().snapshot.seq == ledger + 1
    vacuum(ws)
    assert verify(ws) == []
    gone = set(range(300)) if "case" in what else {5, 600}
    assert_same_but_for(ws.refreshed(), before, gone)
    assert finish(ws) == 0


def test_a_destruction_that_was_cut_off_before_the_ledger_did_nothing(
    two_cases: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = two_cases
    before = everything(ws)

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("filrouge.corpus.ledger.Ledger.append", cut)
        with pytest.raises(KeyboardInterrupt):
            destroy(ws, ads=[5])
    assert_same_but_for(ws.refreshed(), before, set())
    assert verify(ws) == []


def test_the_past_destroys_nothing_and_something_must_be_named(two_cases: Workspace) -> None:
    with pytest.raises(OnlyAView):
        destroy(two_cases.at(1), case="north")
    with pytest.raises(ValueError):
        destroy(two_cases)
    with pytest.raises(ValueError):
        destroy(two_cases, case="north", ads=[1])


def test_traces_that_can_be_made_again_are_forgotten(two_cases: Workspace) -> None:
    trace = two_cases.derived("index") / "words.npy"
    trace.write_bytes(b"words")
    destroy(two_cases, ads=[1])
    assert not trace.exists()
