"""Several processes write and read at once, and some of them are killed."""

from __future__ import annotations

import importlib
import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from made import chunk_of
from made_workspace import added, new_workspace, opened, sealed_for

from filrouge.corpus.ledger import Ledger
from filrouge.corpus.tables import ConcurrentWrite
from filrouge.corpus.vacuum import vacuum
from filrouge.corpus.verify import verify

HERE = Path(__file__).parent
SRC = HERE.parent.parent / "src"
KILLS = int(os.environ.get("FILROUGE_KILLS", "3"))
"""Each takes some seconds; set the variable to try more."""


def writer(where: Path, source: str, count: int, seed: int, batches: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(HERE / "writers.py"), str(where), source, str(count), str(seed), str(batches)],
        stdout=subprocess.PIPE, text=True, cwd=HERE, env={"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


def assert_whole(where: Path, batches: dict[int, int]) -> None:
    """Each batch is there whole (seed to number of ads), and nothing twice."""
    ws = opened(where)
    assert verify(ws) == []
    ads = ws.ads(["ad_key", "seq"])
    assert ads["ad_key"].n_unique() == ads.height == sum(batches.values())
    words = ws.words()
    assert words.ad.tolist() == ads["ad"].to_list()
    assert ws.texts(words.ad).ads.height == ads.height


def test_two_processes_add_different_files(tmp_path: Path) -> None:
    new_workspace(tmp_path)
    running = [writer(tmp_path, f"{name}.csv", 60, seed, 4) for name, seed in (("a", 100), ("b", 200))]
    assert [p.communicate()[0].count("done") for p in running] == [4, 4]
    assert [p.returncode for p in running] == [0, 0]
    assert_whole(tmp_path, dict.fromkeys([*range(100, 104), *range(200, 204)], 60))
    assert [s.seq for s in opened(tmp_path).snapshots()] == list(range(9))


def test_two_processes_add_the_same_file(tmp_path: Path) -> None:
    new_workspace(tmp_path)
    running = [writer(tmp_path, "same.csv", 60, 100, 3) for _ in range(2)]
    out = [p.communicate()[0] for p in running]
    assert [p.returncode for p in running] == [0, 0]
    assert_whole(tmp_path, dict.fromkeys(range(100, 103), 60))
    assert "done" in out[0]
    assert "done" in out[1]


def test_a_reader_sees_whole_batches_only_and_never_less(tmp_path: Path) -> None:
    new_workspace(tmp_path)
    running = writer(tmp_path, "a.csv", 60, 100, 5)
    seen = [0]
    view = opened(tmp_path)
    while running.poll() is None:
        now = opened(tmp_path)
        count = now.ads(["ad"]).height
        assert count == now.words().ad.size
        assert count % 60 == 0
        assert count >= seen[-1]
        assert view.ads(["ad"]).height == 0
        seen.append(count)
    running.communicate()
    assert opened(tmp_path).ads(["ad"]).height == 300


def test_a_snapshot_is_the_same_for_ever(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    added(ws, 60, 1)
    first = opened(tmp_path)
    before = first.words()
    added(ws, 60, 2)
    again = opened(tmp_path, as_of=1)
    assert again.words().words.tobytes() == before.words.tobytes()
    assert again.snapshot == first.snapshot
    assert again.ads().equals(first.ads())


def test_of_two_who_want_one_number_one_is_turned_away(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    one, two = Ledger(ws.tables), Ledger(ws.tables)
    known = one.rows()
    two.rows()
    row = {"kind": "note", "by": "x", "digest": "", "details": {}}
    assert one.append(known, batch="a", **row).seq == 1
    with pytest.raises(ConcurrentWrite):
        two.append(known, batch="b", **row)
    assert two.append(two.rows(), batch="b", **row).seq == 2
    assert len(list((tmp_path / "tables" / "ledger").glob("*.parquet"))) == 3


def test_whoever_is_turned_away_tries_again_with_new_numbers(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    with ws.begin("ingest") as late:
        late.add_chunk(sealed_for(late, ws, chunk_of(60, 2)))
        calls = []

        def meanwhile(now: object, batch: object) -> None:
            if not calls:
                added(opened(tmp_path), 60, 1)
            calls.append(now)

        snapshot = late.commit(check=meanwhile)
    assert len(calls) == 2
    assert (snapshot.seq, snapshot.first_ad) == (2, 60)
    assert opened(tmp_path).ads()["ad"].to_list() == list(range(120))


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_writer_killed_at_any_moment_leaves_the_old_state_or_the_new(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    new_workspace(tmp_path)
    added(opened(tmp_path), 60, 1)
    killed = writer(tmp_path, "a.csv", 700, 100, 4)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "ready\n"
    # The first batch is prepared, sealed and written within the first seconds; then one follows another.
    told = 0
    if chance.random() < 0.7:
        while told < chance.randrange(1, 4):
            killed.stdout.readline()
            told += 1
    time.sleep(chance.uniform(0, 1.2 if told == 0 else 0.4))
    killed.kill()
    done = told + sum(line.startswith("done") for line in killed.communicate()[0].splitlines())
    there = len(opened(tmp_path).snapshots()) - 2
    assert done <= there <= done + 1, "what was told to be done is there"
    assert_whole(tmp_path, {1: 60, **dict.fromkeys(range(100, 100 + there), 700)})
    # The same again, to the end: nothing twice, nothing missing.
    again = writer(tmp_path, "a.csv", 700, 100, 4)
    dropped = [
        int(line.split()[-1]) for line in again.communicate()[0].splitlines() if line.startswith("done")
    ]
    assert again.returncode == 0
    assert dropped == [700] * there + [0] * (4 - there)
    assert_whole(tmp_path, {1: 60, **dict.fromkeys(range(100, 104), 700)})
    vacuum(opened(tmp_path))
    assert_whole(tmp_path, {1: 60, **dict.fromkeys(range(100, 104), 700)})


class Killed(BaseException):
    """Stands for the end of the process: nothing runs after it."""


STEPS = (
    "filrouge.corpus.files.Files.put",
    "filrouge.corpus.files.Files.delete",
    "filrouge.corpus.packs.PackWriter.append",
    "filrouge.corpus.packs.PackWriter.finish",
    "filrouge.corpus.packs.PackWriter.close",
    "filrouge.corpus.tables.Tables.commit",
)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_writer_killed_between_any_two_steps_leaves_the_old_state_or_the_new(
    tmp_path: Path, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = new_workspace(tmp_path)
    added(ws, 60, 1)
    # Some of what is written is held already, so blocks are sealed again too.
    chunks = [chunk_of(60, 1, "made-1.csv"), chunk_of(60, 2)]
    steps = 0
    for kill_at in range(1, 100):
        count = 0

        def counted(step: object, kill_at: int = kill_at) -> object:
            def call(*args: object, **named: object) -> object:
                nonlocal count
                count += 1
                if count == kill_at and not after:
                    raise Killed
                back = step(*args, **named)
                if count == kill_at and after:
                    raise Killed
                return back

            return call

        batch = None
        with monkeypatch.context() as patch:
            for step in STEPS:
                patch.setattr(step, counted(_found(step)))
            try:
                batch = opened(tmp_path).begin("ingest")  # no `with`: a killed process clears nothing away
                for number, chunk in enumerate(chunks):
                    batch.add_chunk(sealed_for(batch, ws, chunk, number))
                batch.commit()
            except Killed:
                pass
            else:
                steps = kill_at
        if batch is not None and batch._pack._file is not None:
            batch._pack._file.close()
        there = len(opened(tmp_path).snapshots()) - 2
        if there:
            break
        assert_whole(tmp_path, {1: 60})
    assert kill_at > 10
    assert there == 1
    assert_whole(tmp_path, {1: 60, 2: 60})
    vacuum(opened(tmp_path), older_than=timedelta())
    assert_whole(tmp_path, {1: 60, 2: 60})
    assert len(list((tmp_path / "packs").iterdir())) == 2
    assert not list((tmp_path / "live").iterdir())
    assert steps in (0, kill_at)


def _found(path: str) -> object:
    module, kind, name = path.rsplit(".", 2)
    return getattr(getattr(importlib.import_module(module), kind), name)


def test_a_batch_is_written_though_another_took_its_own_files_out_in_that_moment(tmp_path: Path) -> None:
    new_workspace(tmp_path)
    tables = opened(tmp_path).tables
    rows = opened(tmp_path).ads().head(0)
    tables.make("ads", rows.schema)
    theirs, mine = (tables.put("ads", rows, "batch=" + name, "part.parquet") for name in ("theirs", "mine"))
    tables.commit("ads", [theirs])
    known = tables.log("ads")
    tables.commit("ads", removes=[(theirs.path, theirs.bytes)])
    tables.commit("ads", [mine], log=known)
    assert tables.listed("ads")["path"].to_list() == [mine.path]
