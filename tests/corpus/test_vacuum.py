"""What nothing points to is cleared away; what somebody may be writing is not."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from made import chunk_of
from made_workspace import added, new_workspace, opened, sealed_for

from filrouge.corpus.batches import Batch
from filrouge.corpus.vacuum import vacuum
from filrouge.corpus.verify import verify
from filrouge.corpus.workspace import Workspace

NOW = timedelta()


def files_of(folder: Path) -> set[str]:
    return {
        str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and "_delta_log" not in p.parts
    }


def left_behind(ws: Workspace) -> Batch:
    """A batch whose writer was killed just before the row in the ledger."""
    batch = ws.begin("ingest")
    batch.add_chunk(sealed_for(batch, ws, chunk_of(300, 7)))
    batch._flush_all()
    batch._pack.finish()
    batch._into_tables()
    batch._pack._file.close()
    return batch


def age(folder: Path, batch: str, hours: float) -> None:
    then = time.time() - hours * 3600
    for path in folder.rglob("*"):
        if batch in str(path) and path.is_file():
            os.utime(path, (then, then))


def test_what_a_killed_writer_left_is_cleared_when_it_is_old(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    added(ws, 40, 1)
    before = files_of(tmp_path)
    batch = left_behind(ws)
    assert opened(tmp_path).ads().height == 40
    assert verify(opened(tmp_path)) == []
    young = vacuum(ws)
    assert (young.files, young.writing) == ([], 1)
    age(tmp_path, batch.id, 30)
    planned = vacuum(ws, dry_run=True)
    assert files_of(tmp_path) - before - {p for p in files_of(tmp_path) if p.startswith("keys/")} == set(
        planned.files
    )
    done = vacuum(ws)
    assert done.files == planned.files
    assert done.bytes > 10_000
    assert {p for p in files_of(tmp_path) if not p.startswith("keys/")} == {
        p for p in before if not p.startswith("keys/")
    }
    assert verify(opened(tmp_path)) == []
    assert vacuum(ws).files == []


def test_a_batch_that_is_being_written_is_left_alone_however_long_it_takes(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    with ws.begin("ingest") as batch:
        batch.add_chunk(sealed_for(batch, ws, chunk_of(300, 7)))
        batch._flush_all()
        age(tmp_path, batch.id, 30)
        batch._pulsed -= 100  # a minute later the writer says that it is there
        batch.add_chunk(sealed_for(batch, ws, chunk_of(40, 8), 1))
        assert vacuum(ws).files == []
        batch.commit()
    assert opened(tmp_path).ads().height == 340
    assert verify(opened(tmp_path)) == []


def test_what_a_write_that_was_cut_off_left_is_cleared(tmp_path: Path) -> None:
    ws = new_workspace(tmp_path)
    added(ws, 40, 1)
    stray = tmp_path / "keys" / "0011.json#1"
    stray.write_bytes(b"{")
    marker = tmp_path / "live" / f"{ws.refreshed().snapshot.batch}.json"
    marker.write_bytes(b"{}")
    put = ws.tables.put(
        "ads", ws.table("ads").drop("seq", "ad"), f"batch={ws.refreshed().snapshot.batch}", "y.parquet"
    )
    vacuum(ws)
    assert stray.exists()
    vacuum(ws, older_than=NOW)
    assert not stray.exists()
    assert not marker.exists()
    assert not (tmp_path / "tables" / "ads" / put.path).exists()
    assert opened(tmp_path).ads().height == 40


def test_a_long_ledger_becomes_one_file_and_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filrouge.corpus.vacuum.LEDGER_FILES", 5)
    ws = new_workspace(tmp_path)
    for _ in range(7):
        with ws.begin("note") as batch:
            batch.commit()
    rows = ws.refreshed().snapshots()
    reader = opened(tmp_path)
    vacuum(ws, older_than=NOW)
    assert ws.tables.listed("ledger").height == 1
    assert opened(tmp_path).snapshots() == rows
    assert reader.refreshed().snapshots() == rows
    added(ws, 40, 1)
    vacuum(ws, older_than=NOW)
    assert len(opened(tmp_path).snapshots()) == len(rows) + 1
    assert len(list((tmp_path / "tables" / "ledger").glob("*.parquet"))) == 2
    assert verify(opened(tmp_path)) == []
