"""The Delta tables of a workspace: what they hold, and how rows of a batch are written, replaced and read.

Every table is partitioned by `batch`. The files are written here, so their bytes are known and can be proved;
deltalake keeps the log. Delta has no unsigned numbers: they lie there as signed ones of the same bits, and the
log says which they are.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any, Final

import polars as pl
from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, CommitProperties, RemoveAction, Transaction

from filrouge.corpus.errors import CannotStore, DamagedTable
from filrouge.corpus.files import Files, NotThere

BATCH: Final = "batch"
_PACKED: Final = 9
"""zstd's level for the files of tables; numbers of keys hardly pack, so more effort gains nothing."""
_TRIES: Final = 100
"""So often a writer tries again when others write to the same log in the same moment."""
_DELTA: Final[dict[pl.DataType, str]] = {
    pl.Int8(): "byte", pl.Int16(): "short", pl.Int32(): "integer", pl.Int64(): "long",
    pl.UInt8(): "short", pl.UInt16(): "integer", pl.UInt32(): "long", pl.UInt64(): "long",
    pl.Float32(): "float", pl.Float64(): "double", pl.Boolean(): "boolean", pl.String(): "string",
    pl.Binary(): "binary", pl.Date(): "date", pl.Datetime("us"): "timestamp_ntz",
}  # fmt: skip
_STORED: Final[dict[str, pl.DataType]] = {
    "UInt8": pl.Int16(), "UInt16": pl.Int32(), "UInt32": pl.Int64(), "UInt64": pl.Int64(),
}  # fmt: skip
_UNSIGNED: Final[dict[str, pl.DataType]] = {
    "UInt8": pl.UInt8(), "UInt16": pl.UInt16(), "UInt32": pl.UInt32(), "UInt64": pl.UInt64(),
}  # fmt: skip

SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "sources": {
        "source": pl.Int32, "name": pl.String, "sha256": pl.String, "bytes": pl.Int64, "rows": pl.Int64,
        "received_at": pl.Datetime("us"), "receiver": pl.String, "case": pl.String, "guessed": pl.String,
        "notes": pl.String,
    },
    "rejects": {
        "source": pl.Int32, "row": pl.Int64, "field": pl.String, "key_id": pl.String, "reason": pl.Binary,
    },
    "blocks": {
        "chunk": pl.Int32, "block": pl.Int32, "part": pl.String, "key_id": pl.String, "first_n": pl.Int64,
        "span": pl.Int32, "ads": pl.Int32, "words": pl.Int64, "pack": pl.String, "offset": pl.Int64,
        "length": pl.Int64, "sha256": pl.Binary,
    },
    "ads": {
        "n": pl.Int64, "ad_key": pl.Binary, "case": pl.String, "key_id": pl.String, "chunk": pl.Int32,
        "block": pl.Int32, "place": pl.Int32, "source": pl.Int32, "row": pl.Int64, "agency": pl.String,
        "posted": pl.Datetime("us"), "location": pl.String, "text_key": pl.UInt64,
    },
    "identifiers": {"n": pl.Int64, "kind": pl.UInt8, "pseudonym": pl.UInt64},
}  # fmt: skip
"""The tables that every ingest writes. A run's tables take the columns of what is first written to them."""


@dataclass(frozen=True)
class TableFile:
    """One file of a table: `path` within the table's folder, `sha256` of its bytes."""

    table: str
    path: str
    rows: int
    bytes: int
    sha256: str

    def row(self) -> list[Any]:
        """The same as the ledger keeps it."""
        return [self.table, self.path, self.rows, self.bytes, self.sha256]


class ConcurrentWrite(Exception):
    """Another writer was first."""


class Tables:
    """All tables of a workspace."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def make(self, name: str, schema: Mapping[str, Any], partitioned: bool = True) -> None:
        """Make a table, unless it is there."""
        fields = []
        for column, dtype in schema.items():
            known = dtype() if isinstance(dtype, type) else dtype
            if known not in _DELTA:
                raise TypeError(f"table {name}, column {column}: a table cannot hold {dtype}")
            unsigned = {"filrouge": str(known)} if str(known) in _UNSIGNED else None
            fields.append(Field(column, PrimitiveType(_DELTA[known]), nullable=True, metadata=unsigned))
        if partitioned:
            fields.append(Field(BATCH, PrimitiveType("string"), nullable=True))
        try:
            DeltaTable.create(
                self._uri(name), Schema(fields), mode="ignore", partition_by=[BATCH] if partitioned else None,
                # No smallest and largest values in the log: they would be words of ads in the clear.
                configuration={"delta.dataSkippingNumIndexedCols": "0"},
                storage_options=self._options(),
            )  # fmt: skip
        except DeltaError as e:
            # Another process may have made it in this moment.
            if self.exists(name):
                return
            raise CannotStore(self._uri(name), _first_line(e)) from e
        except OSError as e:
            raise CannotStore(self._uri(name), _first_line(e)) from e

    def exists(self, name: str) -> bool:
        """Whether there is such a table."""
        return next(iter(self._files.list(f"tables/{name}/_delta_log")), None) is not None

    def log(self, name: str) -> DeltaTable:
        """The table as its log says now.

        Raises:
            NotThere: if there is no such table.
            DamagedTable: if its log cannot be read.
        """
        try:
            return DeltaTable(self._uri(name), storage_options=self._options())
        except TableNotFoundError as e:
            raise NotThere(name) from e
        except (DeltaError, OSError, ValueError) as e:
            raise DamagedTable(self._uri(name), _first_line(e)) from e

    def put(self, name: str, frame: pl.DataFrame, folder: str, file: str) -> TableFile:
        """Write rows as a file of a table; nobody sees them before `commit`."""
        content = io.BytesIO()
        stored = frame.select(_to_store(c, frame.schema[c]) for c in frame.columns)
        stored.write_parquet(content, compression="zstd", compression_level=_PACKED, statistics=False)
        raw = content.getvalue()
        path = f"{folder}/{file}" if folder else file
        self._files.put(self.path(name, path), raw)
        return TableFile(name, path, frame.height, len(raw), sha256(raw).hexdigest())

    def commit(
        self,
        name: str,
        adds: Iterable[TableFile] = (),
        removes: Sequence[tuple[str, int]] = (),
        log: DeltaTable | None = None,
        transaction: tuple[str, int] | None = None,
    ) -> None:
        """Take files into a table and others out, at once.

        Args:
            name: the table.
            adds: files that were `put`.
            removes: path and size of each file to take out; the files stay until they are deleted.
            log: what the writer knew of the table, for `transaction`.
            transaction: a name and number that only one writer who knew no more than `log` can take.

        Raises:
            ConcurrentWrite: if another took the transaction.
            CannotStore: if it cannot be written.
        """
        log = log or self.log(name)
        now = int(time.time() * 1000)
        actions: list[AddAction | RemoveAction] = [
            AddAction(f.path, f.bytes, _partition(f.path), now, True, json.dumps({"numRecords": f.rows}))
            for f in adds
        ]
        actions += [
            RemoveAction(path, True, deletion_timestamp=now, partition_values=_partition(path), size=size)
            for path, size in removes
        ]
        if not actions:
            return
        properties = CommitProperties(
            app_transactions=[Transaction(*transaction)] if transaction else None, max_commit_retries=_TRIES
        )
        partitions = list(log.metadata().partition_columns)
        for tried in count(1):
            try:
                log.create_write_transaction(
                    actions, "append", log.schema(), partitions or None, commit_properties=properties
                )
                break
            except CommitFailedError as e:
                if "oncurrent transaction" not in str(e):
                    raise CannotStore(self._uri(name), _first_line(e)) from e
                if transaction:
                    raise ConcurrentWrite from e
                if tried == _TRIES:
                    raise CannotStore(self._uri(name), _first_line(e)) from e
                # Another took files of its own out since. What this writes follows from nothing that it read there.
                log = self.log(name)
            except (DeltaError, OSError) as e:
                raise CannotStore(self._uri(name), _first_line(e)) from e
        self._settle(name)

    def listed(self, name: str, log: DeltaTable | None = None) -> pl.DataFrame:
        """The files of a table as its log says: path, bytes, rows, batch; none where there is no table."""
        nothing = {"path": pl.String, "bytes": pl.Int64, "rows": pl.Int64, "batch": pl.String}
        try:
            log = log or self.log(name)
        except NotThere:
            return pl.DataFrame(schema=nothing)
        found = pl.DataFrame(log.get_add_actions(flatten=True))
        if found.is_empty():
            return pl.DataFrame(schema=nothing)
        batch = pl.col(f"partition.{BATCH}") if f"partition.{BATCH}" in found.columns else pl.lit("")
        return found.select(
            "path",
            pl.col("size_bytes").alias("bytes"),
            pl.col("num_records").alias("rows"),
            batch.alias("batch"),
        )

    def read(self, name: str, paths: Sequence[str], columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows of some files of a table, in the order of the files.

        Raises:
            NotThere: if one of them is not there (any more).
            DamagedTable: if one cannot be read.
        """
        log = self.log(name)
        parted = log.metadata().partition_columns
        kinds = {
            f.name: str((f.metadata or {}).get("filrouge", ""))
            for f in log.schema().fields
            if f.name not in parted
        }
        wanted = list(kinds) if columns is None else list(columns)
        for column in wanted:
            if column not in kinds:
                raise KeyError(f"the table {name} has no column {column}; it has {', '.join(kinds)}")
        schema = {f.name: _STORED_AS[str(f.type.type)] for f in log.schema().fields if f.name in wanted}
        if not paths:
            return pl.DataFrame(schema={c: _UNSIGNED.get(kinds[c], schema[c]) for c in wanted})
        try:
            frame = self._scan(name, paths, wanted)
        except (pl.exceptions.PolarsError, OSError) as e:
            if isinstance(e, FileNotFoundError) or "No such file" in str(e):
                raise NotThere(name) from e
            raise DamagedTable(self._uri(name), _first_line(e)) from e
        return frame.select(
            pl.col(c).reinterpret(signed=False) if kinds[c] == "UInt64"
            else pl.col(c).cast(_UNSIGNED[kinds[c]]) if kinds[c] else pl.col(c)
            for c in wanted
        )  # fmt: skip

    def drop(self, name: str, path: str) -> None:
        """Delete a file of a table that its log does not name (any more)."""
        self._files.delete(self.path(name, path))

    def path(self, name: str, path: str) -> str:
        """The path within the workspace of a file of a table."""
        return f"tables/{name}/{path}"

    def names(self) -> list[str]:
        """The tables that are there, by name."""
        found = {path.split("/")[1] for path, _, _ in self._files.list("tables") if path.count("/") > 1}
        return sorted(found)

    def _scan(self, name: str, paths: Sequence[str], columns: list[str]) -> pl.DataFrame:
        folder = self._files.folder
        if folder is not None:
            whole: list[Any] = [str(folder / self.path(name, p)) for p in paths]
        else:
            whole = [io.BytesIO(self._files.get(self.path(name, p))) for p in paths]
        return pl.scan_parquet(whole, hive_partitioning=False, glob=False).select(columns).collect()

    def _settle(self, name: str) -> None:
        folder = self._files.folder
        if folder is not None:
            logs = sorted((folder / "tables" / name / "_delta_log").glob("*.json"))[-2:]
            self._files.settle(*(str(log.relative_to(folder)) for log in logs))

    def _uri(self, name: str) -> str:
        return self._files.uri(f"tables/{name}")

    def _options(self) -> dict[str, str] | None:
        return self._files.options or None


_STORED_AS: Final[dict[str, pl.DataType]] = {
    name: dtype for dtype, name in _DELTA.items() if str(dtype) not in _UNSIGNED
}


def _to_store(column: str, dtype: pl.DataType) -> pl.Expr:
    kind = str(dtype)
    if kind == "UInt64":
        return pl.col(column).reinterpret(signed=True)
    return pl.col(column).cast(_STORED[kind]) if kind in _STORED else pl.col(column)


def _partition(path: str) -> dict[str, str | None]:
    return {BATCH: path.split("/")[0].removeprefix("batch=")} if "/" in path else {}


def _first_line(e: BaseException) -> str:
    return (str(e).splitlines() or [type(e).__name__])[0]
