"""The ledger: one row makes a batch part of the workspace, and each row proves the one before it.

A batch may write to any number of tables; nobody sees any of it until its row is in the ledger. The rows have
numbers, and of two writers who want the same number one is turned away and looks again: so there are no locks
and nobody waits. What a workspace was at any time is the rows up to a number.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final

import polars as pl

from filrouge import __version__
from filrouge.corpus.errors import DamagedTable, NoSuchSnapshot
from filrouge.corpus.files import NotThere
from filrouge.corpus.tables import ConcurrentWrite, Tables

FORMAT: Final = 1
"""Of a workspace; raised when files of it change their meaning."""
TABLE: Final = "ledger"
SCHEMA: Final[dict[str, Any]] = {
    "seq": pl.Int64, "batch": pl.String, "kind": pl.String, "at": pl.Datetime("us"), "by": pl.String,
    "code": pl.String, "format": pl.Int32, "prev": pl.String, "digest": pl.String, "details": pl.String,
}  # fmt: skip
NONE_BEFORE: Final = "0" * 64


@dataclass(frozen=True)
class Snapshot:
    """One row of the ledger: what was added, when and by whom.

    Attributes:
        seq: its number; the workspace as of this snapshot is everything up to it.
        at: when, in UTC.
        kind: "init", "ingest", "run", "retention", ...
        by: who, as the system knows the person.
        code: version of filrouge.
        details: what the writer says of it; for ads `first_ad` and `ads`; `files` with their fingerprints.
        batch: its id.
        format: of the workspace when it was written.
        prev: fingerprint of the row before.
        digest: fingerprint of all that the batch holds.
    """

    seq: int
    at: datetime
    kind: str
    by: str
    code: str
    details: Mapping[str, Any] = field(repr=False)
    batch: str
    format: int
    prev: str = field(repr=False)
    digest: str = field(repr=False)

    @property
    def ads(self) -> int:
        """How many places it has in the row of ad numbers."""
        return int(self.details.get("ads", 0))

    @property
    def first_ad(self) -> int:
        """The number of its first ad."""
        return int(self.details.get("first_ad", 0))

    def fingerprint(self) -> str:
        """SHA-256 of the row, which the next row holds."""
        said = [
            self.seq, self.batch, self.kind, self.at.astimezone(UTC).isoformat(), self.by, self.code,
            self.format, self.prev, self.digest, canonical(self.details),
        ]  # fmt: skip
        return sha256(canonical(said).encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON in the one way in which it is signed and kept."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def who() -> str:
    """The person at the keyboard, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class Ledger:
    """The ledger of a workspace."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._read: dict[str, list[Snapshot]] = {}

    def make(self) -> None:
        """Make the table, unless it is there."""
        self._tables.make(TABLE, SCHEMA, partitioned=False)

    def rows(self) -> list[Snapshot]:
        """All rows, the oldest first.

        Raises:
            DamagedTable: if they cannot be read, or one is missing.
        """
        return self._rows()[0]

    def append(
        self,
        known: Sequence[Snapshot],
        *,
        batch: str,
        kind: str,
        by: str,
        digest: str,
        details: Mapping[str, Any],
    ) -> Snapshot:
        """Add a row after those that the writer knows.

        Raises:
            ConcurrentWrite: if there are others by now; nothing was added.
        """
        rows, log = self._rows()
        if len(rows) != len(known):
            raise ConcurrentWrite
        last = rows[-1] if rows else None
        # Clocks of machines differ; the ledger's time does not go back.
        at = max(datetime.now(UTC), last.at) if last else datetime.now(UTC)
        row = Snapshot(
            seq=last.seq + 1 if last else 0, at=at, kind=kind, by=by, code=__version__,
            details=json.loads(canonical(details)), batch=batch, format=FORMAT,
            prev=last.fingerprint() if last else NONE_BEFORE, digest=digest,
        )  # fmt: skip
        file = self._tables.put(TABLE, _frame([row]), "", f"{row.seq:08d}-{batch}.parquet")
        try:
            self._tables.commit(TABLE, [file], log=log, transaction=(TABLE, row.seq))
        except ConcurrentWrite:
            self._tables.drop(TABLE, file.path)
            raise
        return row

    def compact(self, more_than: int) -> None:
        """Write the rows into one file where they lie in many, so that the ledger opens fast."""
        rows, log = self._rows()
        listed = self._tables.listed(TABLE, log)
        if listed.height <= more_than:
            return
        file = self._tables.put(TABLE, _frame(rows), "", f"{rows[-1].seq:08d}-all.parquet")
        self._tables.commit(
            TABLE, [file], list(listed.select("path", "bytes").iter_rows()), log=log,
            transaction=(TABLE, rows[-1].seq),
        )  # fmt: skip

    def _rows(self) -> tuple[list[Snapshot], Any]:
        try:
            log = self._tables.log(TABLE)
        except NotThere as e:
            raise DamagedTable(TABLE, "it is not there") from e
        listed = self._tables.listed(TABLE, log)
        paths = listed["path"].to_list()
        sizes = dict(listed.select("path", "rows").iter_rows())
        fresh = [p for p in paths if p not in self._read]
        if fresh:
            try:
                frame = self._tables.read(TABLE, fresh)
            except NotThere as e:
                raise DamagedTable(TABLE, "a file of it is missing") from e
            found = [_snapshot(row) for row in frame.iter_rows(named=True)]
            first = 0
            for path in fresh:
                self._read[path] = found[first : first + sizes[path]]
                first += sizes[path]
        known = {row.seq: row for path in paths for row in self._read[path]}
        rows = [known[seq] for seq in sorted(known)]
        if [row.seq for row in rows] != list(range(len(rows))):
            raise DamagedTable(TABLE, "a row is missing")
        return rows, log


def _snapshot(row: Mapping[str, Any]) -> Snapshot:
    try:
        details = json.loads(row["details"])
    except ValueError as e:
        raise DamagedTable(TABLE, f"row {row['seq']}") from e
    return Snapshot(**{**row, "details": details, "at": row["at"].replace(tzinfo=UTC)})


def _frame(rows: Sequence[Snapshot]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (r.seq, r.batch, r.kind, r.at.astimezone(UTC).replace(tzinfo=None), r.by, r.code, r.format, r.prev,
             r.digest, canonical(r.details))
            for r in rows
        ],
        schema=SCHEMA, orient="row",
    )  # fmt: skip


def as_of(rows: Sequence[Snapshot], asked: str | int | date | datetime) -> Snapshot:
    """The last snapshot up to a number, the end of a day, or a time.

    Days, and times that name no zone, are those of this machine's zone.

    Raises:
        NoSuchSnapshot: if there was none by then.
    """
    until = last_moment(asked)
    if isinstance(until, int):
        found = [row for row in rows if row.seq == until]
    else:
        found = [] if until is None else [row for row in rows if row.at <= until]
    if not found:
        first, last = (f"{row.seq} ({row.at.astimezone():%Y-%m-%d %H:%M})" for row in (rows[0], rows[-1]))
        raise NoSuchSnapshot(str(asked), first, last)
    return found[-1]


def last_moment(asked: str | int | date | datetime) -> int | datetime | None:
    """What `as_of` is asked for: a snapshot's number, or the last moment that belongs to it; None for no such thing."""
    if isinstance(asked, str):
        if asked.strip().isdecimal():
            return int(asked)
        try:
            asked = date.fromisoformat(asked.strip())
        except ValueError:
            try:
                asked = datetime.fromisoformat(str(asked).strip())
            except ValueError:
                return None
    if isinstance(asked, int):
        return asked
    try:
        if not isinstance(asked, datetime):
            asked = datetime.combine(asked + timedelta(days=1), time()) - timedelta(microseconds=1)
        return asked.astimezone(UTC)
    except (ValueError, OverflowError):
        return None  # a day of the year 1 or 9999, which no time of another zone can be
