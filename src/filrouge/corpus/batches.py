"""A batch: what is written together, and seen by all at once or by nobody."""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from filrouge.corpus.chunks import SealedChunk
from filrouge.corpus.errors import DestroyedMeanwhile
from filrouge.corpus.keys import DataKey
from filrouge.corpus.ledger import Snapshot, canonical, who
from filrouge.corpus.packs import PackWriter
from filrouge.corpus.resealing import without
from filrouge.corpus.tables import SCHEMAS, ConcurrentWrite, TableFile

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

LIVE: Final = "live"
"""Folder of one small file for each batch that is being written, so that nobody clears it away."""
_PULSE: Final = 60.0
_FULL: Final = 500_000
"""Rows of a table that are gathered before they are written."""
Check = Callable[["Workspace", "Batch"], None]


class Batch:
    """Rows, blocks and sources on their way into a workspace; see `Workspace.begin`.

    Use it as a context: left by an error, or without `commit`, it leaves nothing behind.
    """

    def __init__(self, workspace: Workspace, kind: str, by: str | None = None) -> None:
        self.id: str = uuid.uuid4().hex
        self.kind = kind
        self.ads = 0
        self.dropped = 0
        self._workspace = workspace
        self._by = by or who()
        self._known = workspace.rows()
        self._compared = 0
        self._checked = len(self._known)
        self._names_ads = False
        self._pack = PackWriter(workspace.files, self.id)
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self._files: list[TableFile] = []
        self._committed: list[TableFile] = []
        self._schemas: dict[str, pl.Schema] = {}
        self._key_ids: set[str] = set()
        self._sources: dict[str, int] = {}
        self._source_rows: dict[int, dict[str, Any]] = {}
        self._pulsed = 0.0
        self._open = True
        self._pulse()

    def __enter__(self) -> Batch:
        """The batch itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """What was not committed is cleared away."""
        self.abandon()

    def keys(self, case: str, months: Iterable[str]) -> dict[str, DataKey]:
        """A key for each month ("YYYY-MM") of a case; new ones where there is none."""
        return self._workspace.ring.for_months(case, months, self._workspace.destroyed_keys(self._known))

    def add_chunk(self, chunk: SealedChunk) -> int:
        """Take a sealed chunk, and return the place in the batch of its first ad."""
        self._pulse()
        first, at = self.ads, self._pack.append(chunk.pack)
        self._key_ids |= set(chunk.blocks["key_id"].to_list())
        numbers = {
            name: self._source(name) for name in chunk.ads["source"].unique(maintain_order=True).to_list()
        }
        self._gather(
            "ads",
            chunk.ads.with_columns(
                pl.col("n") + first, pl.col("source").replace_strict(numbers, return_dtype=pl.Int32)
            ),
        )
        self._gather("identifiers", chunk.identifiers.with_columns(pl.col("n") + first))
        self._gather(
            "blocks",
            chunk.blocks.with_columns(
                pl.col("first_n") + first, pl.col("offset") + at, pl.lit(self.id).alias("pack")
            ),
        )
        self.ads += chunk.ads.height
        return first

    def add_sources(self, sources: pl.DataFrame) -> None:
        """Take what is known of the files: `name` as the ads say it, and any columns of the table "sources"."""
        for row in sources.iter_rows(named=True):
            self._source_rows[self._source(row["name"])] = row

    def add_rejects(self, rejects: pl.DataFrame, key: DataKey) -> None:
        """Take rejected rows (`filrouge.ads.schema.rejects_schema`); the reasons, which quote the ads, are sealed."""
        reasons = [
            self._workspace.seal_reason(reason, key, self.id) for reason in rejects["reason"].to_list()
        ]
        numbers = [self._source(name) for name in rejects["file"].to_list()]
        self._key_ids.add(key.key_id)
        self._gather(
            "rejects",
            rejects.select(
                pl.Series("source", numbers, pl.Int32), "row", "field", pl.lit(key.key_id).alias("key_id"),
                pl.Series("reason", reasons, pl.Binary),
            ),
        )  # fmt: skip

    def write(self, table: str, frame: pl.DataFrame) -> None:
        """Write rows of any table; one that nobody wrote to before takes the columns of the frame.

        A column `ad` holds numbers of ads: its rows go when those ads are destroyed.
        """
        self._pulse()
        self._names_ads |= "ad" in frame.columns
        self._gather(table, frame)

    def commit(self, details: Mapping[str, Any] | None = None, check: Check | None = None) -> Snapshot:
        """Make all of it part of the workspace, and return the snapshot.

        Ads that the workspace holds already are dropped, also those that somebody else added since the batch
        began; `dropped` says how many.

        Args:
            details: what the ledger is to say of the batch.
            check: called with the workspace as it is now, and this batch, each time before the row is tried;
                it may raise to give up.

        Raises:
            DestroyedMeanwhile: if a key of the batch, or an ad that it may write of, was destroyed.
        """
        self._flush_all()
        self._pack.finish()
        while True:
            self._known = self._workspace.rows()
            self._refuse_what_was_destroyed()
            if self._drop_held():
                self._pack.finish()
            if check is not None:
                check(self._workspace.refreshed(), self)
            self._into_tables()
            try:
                row = self._workspace.ledger.append(
                    self._known, batch=self.id, kind=self.kind, by=self._by, digest=content_digest(self._files),
                    details={**(details or {}), **self._details()},
                )  # fmt: skip
            except ConcurrentWrite:
                continue
            break
        self._open = False
        self._pack.close(keep=True)
        self._workspace.files.delete(f"{LIVE}/{self.id}.json")
        return row

    def abandon(self) -> None:
        """Clear away what was written, unless it was committed."""
        if not self._open:
            return
        self._open = False
        # An error may come after the row was written: then all of this is part of the workspace.
        kept = any(row.batch == self.id for row in self._workspace.rows())
        self._pack.close(keep=kept)
        if kept:
            return
        tables = self._workspace.tables
        for name in {f.table for f in self._committed}:
            tables.commit(name, removes=[(f.path, f.bytes) for f in self._committed if f.table == name])
        for file in self._files:
            tables.drop(file.table, file.path)
        self._workspace.files.delete(f"{LIVE}/{self.id}.json")

    def _refuse_what_was_destroyed(self) -> None:
        """Rows about ads may be about ads that were destroyed since they were read."""
        since = self._known[self._checked :]
        self._checked = len(self._known)
        gone = self._workspace.destroyed_keys(since) & self._key_ids
        if gone or (self._names_ads and any(row.kind == "retention" for row in since)):
            raise DestroyedMeanwhile(self.kind)

    def _source(self, name: str) -> int:
        return self._sources.setdefault(name, len(self._sources))

    def _gather(self, table: str, frame: pl.DataFrame) -> None:
        schema = SCHEMAS.get(table)
        if schema is not None:
            frame = frame.select(pl.col(c).cast(dtype) for c, dtype in schema.items())
        waiting = self._waiting.setdefault(table, [])
        waiting.append(frame)
        # The table of blocks stays at hand until the end, for blocks that are sealed again.
        if table != "blocks" and sum(f.height for f in waiting) >= _FULL:
            self._flush(table)

    def _flush(self, table: str) -> None:
        waiting = self._waiting.pop(table, [])
        frame = pl.concat(waiting) if waiting else pl.DataFrame()
        if frame.height or table not in SCHEMAS:
            self._put(table, frame)

    def _put(self, table: str, frame: pl.DataFrame) -> None:
        number = sum(f.table == table for f in self._files)
        self._schemas[table] = frame.schema
        name = f"part-{number:05d}-{uuid.uuid4().hex[:8]}.parquet"
        self._files.append(self._workspace.tables.put(table, frame, f"batch={self.id}", name))
        self._pulse()

    def _flush_all(self) -> None:
        if self._sources:
            self._waiting["sources"] = [self._source_frame()]
        for table in list(self._waiting):
            if table != "blocks":
                self._flush(table)

    def _source_frame(self) -> pl.DataFrame:
        now = datetime.now(UTC).replace(tzinfo=None)
        rows = [
            {"received_at": now, **self._source_rows.get(number, {}), "source": number, "name": name}
            for name, number in self._sources.items()
        ]
        schema = SCHEMAS["sources"]
        return pl.DataFrame([{c: row.get(c) for c in schema} for row in rows], schema=schema)

    def _blocks(self) -> pl.DataFrame:
        waiting = self._waiting.get("blocks", [])
        return pl.concat(waiting) if waiting else pl.DataFrame(schema=SCHEMAS["blocks"])

    def _drop_held(self) -> bool:
        """Take out ads that the workspace holds by now, or that stand in the batch twice."""
        if not self.ads:
            return False
        mine = self._own("ads", ["n", "ad_key", "chunk", "block", "place"])
        others = [row.batch for row in self._known[self._compared :] if row.ads]
        self._compared = len(self._known)
        twice = mine.filter(~pl.col("ad_key").is_first_distinct())
        held = [twice["n"]]
        if others:
            theirs = self._workspace.ad_keys_of(others)
            held.append(mine.join(theirs, on="ad_key", how="semi")["n"])
        gone = mine.join(pl.concat(held).unique().to_frame(), on="n", how="semi")
        if gone.is_empty():
            return False
        self._take_out(gone)
        self.dropped += gone.height
        return True

    def _take_out(self, gone: pl.DataFrame) -> None:
        where: dict[tuple[int, int], list[int]] = {}
        for chunk, block, place in gone.select("chunk", "block", "place").iter_rows():
            where.setdefault((chunk, block), []).append(place)
        blocks = self._blocks()
        fresh, old = without(
            blocks, where, workspace=self._workspace.id, batch=self.id, pack=self.id, keys=self._workspace.ring,
            opened=lambda row: self._workspace.fields_of(row, self.id, self._pack.read(row["offset"], row["length"])),
            append=self._pack.append,
        )  # fmt: skip
        for offset, length in old.select("offset", "length").iter_rows():
            self._pack.blank(offset, length)
        self._waiting["blocks"] = [pl.concat([blocks.join(old, on=["offset"], how="anti"), fresh])]
        for table in ("ads", "identifiers"):
            self._replace(table, self._own(table).join(gone, on="n", how="anti", maintain_order="left"))

    def _own(self, table: str, columns: list[str] | None = None) -> pl.DataFrame:
        paths = [f.path for f in self._files if f.table == table]
        return self._workspace.tables.read(table, paths, columns)

    def _replace(self, table: str, frame: pl.DataFrame) -> None:
        old = [f for f in self._files if f.table == table]
        self._files = [f for f in self._files if f.table != table]
        self._put(table, frame)
        there = [f for f in old if f in self._committed]
        if there:
            self._workspace.tables.commit(table, removes=[(f.path, f.bytes) for f in there])
            self._committed = [f for f in self._committed if f not in there]
        for f in old:
            self._workspace.tables.drop(table, f.path)

    def _into_tables(self) -> None:
        """Tell the tables' logs of the files; without a row in the ledger nobody reads them."""
        if self._waiting.get("blocks"):
            stored = [f for f in self._files if f.table == "blocks"]
            if not stored:
                self._put("blocks", self._blocks())
            elif stored[0].rows != self._blocks().height or self.dropped:
                self._replace("blocks", self._blocks())
        for name in sorted({f.table for f in self._files} - {f.table for f in self._committed}):
            adds = [f for f in self._files if f.table == name]
            if not self._workspace.tables.exists(name):
                self._workspace.tables.make(name, self._schemas[name])
            self._workspace.tables.commit(name, adds)
            self._committed += adds

    def _details(self) -> dict[str, Any]:
        first = max((row.first_ad + row.ads for row in self._known), default=0)
        sealed = sha256(b"".join(self._blocks()["sha256"].to_list())).hexdigest()
        return {
            "first_ad": first, "ads": self.ads, "dropped": self.dropped,
            "files": sorted(f.row() for f in self._files),
            "pack": {"bytes": self._pack.size, "digest": sealed},
        }  # fmt: skip

    def _pulse(self) -> None:
        """Say that this batch is being written."""
        if time.monotonic() - self._pulsed < _PULSE and self._pulsed:
            return
        self._pulsed = time.monotonic()
        about = {"kind": self.kind, "by": self._by, "host": socket.gethostname(), "process": os.getpid()}
        self._workspace.files.put(f"{LIVE}/{self.id}.json", json.dumps(about).encode())


def content_digest(files: Iterable[TableFile]) -> str:
    """SHA-256 over all that a batch wrote; the table of blocks holds those of the blocks."""
    return sha256(canonical(sorted(f.row() for f in files)).encode()).hexdigest()
