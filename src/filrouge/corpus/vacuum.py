"""Clearing away what nothing points to: batches that were never finished, files that were replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import polars as pl
from deltalake.exceptions import DeltaError

from filrouge.corpus.batches import LIVE
from filrouge.corpus.errors import CannotStore
from filrouge.corpus.ledger import TABLE as LEDGER
from filrouge.corpus.packs import FOLDER as PACKS
from filrouge.corpus.retention import finish
from filrouge.corpus.tables import ConcurrentWrite
from filrouge.corpus.workspace import Workspace

LIMIT: Final = timedelta(days=1)
"""What was written later than this ago may belong to somebody who is still writing."""
LEDGER_FILES: Final = 100
"""Above this many files the ledger is written into one."""
_BATCH: Final = re.compile(r"^(?:packs/(\w+)\.pack|live/(\w+)\.json|tables/\w+/batch=(\w+)/[^/]+)$")


@dataclass(frozen=True)
class Cleared:
    """What was cleared away, or would be.

    Attributes:
        files: their paths in the workspace.
        bytes: how many they had.
        finished: destructions that had been cut off and were carried out.
        writing: batches that somebody seems to be writing now, and which were left alone.
    """

    files: list[str]
    bytes: int
    finished: int
    writing: int


@dataclass(frozen=True)
class _File:
    path: str
    bytes: int
    written: datetime


def vacuum(ws: Workspace, *, older_than: timedelta = LIMIT, dry_run: bool = False) -> Cleared:
    """Clear away what nothing points to.

    Args:
        ws: the workspace.
        older_than: leave alone what was written, or belongs to a batch that was, later than this ago.
        dry_run: only say what would be cleared away.
    """
    finished = 0 if dry_run else finish(ws)
    # The files first and the ledger then: what is committed in between is no orphan.
    files = list(_all_files(ws))
    batches = {row.batch for row in ws.rows()}
    until = datetime.now(UTC) - older_than
    orphans: dict[str, list[_File]] = {}
    for file in files:
        batch = _batch_of(file.path)
        if batch and batch not in batches:
            orphans.setdefault(batch, []).append(file)
    old = {b: mine for b, mine in orphans.items() if max(f.written for f in mine) < until}
    gone = [f for mine in old.values() for f in mine]
    named: dict[str, set[str]] = {}
    gone += [f for f in files if f.written < until and _is_left_over(ws, f, batches, named)]
    if not dry_run:
        _out_of_tables(ws, set(old))
        for file in gone:
            ws.files.delete(file.path)
        for path in _unfinished_writes(ws, until):
            path.unlink(missing_ok=True)
        _tidy_logs(ws)
    return Cleared([f.path for f in gone], sum(f.bytes for f in gone), finished, len(orphans) - len(old))


def _all_files(ws: Workspace) -> Iterator[_File]:
    for folder in (PACKS, LIVE, "tables"):
        for path, size, written in ws.files.list(folder):
            yield _File(path, size, written)


def _batch_of(path: str) -> str | None:
    found = _BATCH.match(path)
    return next(name for name in found.groups() if name) if found else None


def _is_left_over(ws: Workspace, file: _File, batches: set[str], named: dict[str, set[str]]) -> bool:
    """Whether it is a file of a finished batch, or of the ledger, that the log of its table does not name.

    `named` keeps what the logs name, so that each is read once.
    """
    parts = file.path.split("/", 2)
    if parts[0] == LIVE:
        return _batch_of(file.path) in batches
    if parts[0] != "tables" or not file.path.endswith(".parquet") or "/_delta_log/" in file.path:
        return False
    if parts[1] != LEDGER and _batch_of(file.path) not in batches:
        return False
    if parts[1] not in named:
        named[parts[1]] = set(ws.tables.listed(parts[1])["path"].to_list())
    return parts[2] not in named[parts[1]]


def _out_of_tables(ws: Workspace, batches: set[str]) -> None:
    for table in ws.tables.names():
        if table != LEDGER and batches:
            mine = ws.tables.listed(table).filter(pl.col("batch").is_in(list(batches)))
            ws.tables.commit(table, removes=list(mine.select("path", "bytes").iter_rows()))


def _unfinished_writes(ws: Workspace, until: datetime) -> Iterator[Path]:
    """What a killed writer leaves beside a file: its name, "#" and a number."""
    if ws.files.folder is None:
        return
    for path in ws.files.folder.rglob("*#*"):
        if not re.search(r"#\d+$", path.name) or not path.is_file():
            continue
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < until:
            yield path


def _tidy_logs(ws: Workspace) -> None:
    with suppress(ConcurrentWrite):  # somebody writes to it; another time
        ws.ledger.compact(LEDGER_FILES)
    for table in ws.tables.names():
        try:
            ws.tables.log(table).cleanup_metadata()
        except (DeltaError, OSError) as e:
            raise CannotStore(f"tables/{table}", str(e).splitlines()[0]) from e
