"""A workspace: the ads that a unit holds, read as they are now or as they were on a past day."""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from filrouge.corpus.batches import Batch
from filrouge.corpus.blocks import BlockName, open_block, seal_block
from filrouge.corpus.errors import AlreadyAWorkspace, KeyDestroyed, OnlyAView
from filrouge.corpus.files import Files, IsThere
from filrouge.corpus.formats import described, new_description, write_description
from filrouge.corpus.keys import (
    SECRET_BYTES,
    VARIABLE,
    DataKey,
    KeyRing,
    cipher_from,
    default_key_file,
    read_secret,
    secret_from,
    write_secret,
)
from filrouge.corpus.ledger import Ledger, Snapshot, who
from filrouge.corpus.ledger import as_of as _as_of
from filrouge.corpus.opening import Fields, Opened
from filrouge.corpus.packs import Packs
from filrouge.corpus.reading import Opener, Words, all_words, some_words, texts_of
from filrouge.corpus.tables import SCHEMAS, ConcurrentWrite, Tables
from filrouge.corpus.view import Block, View

AsOf = str | int | date | datetime


class Workspace:
    """A fixed view of a workspace; `refreshed` gives a newer one.

    Example:
        ```python
        ws = Workspace.init("unit")
        with ws.begin("ingest") as batch:
            batch.add_chunk(sealed)
            batch.commit()
        ads = ws.refreshed().ads(["agency", "posted"])
        ```

    Attributes:
        id: of the workspace.
        snapshot: the last one that this view holds.
        fixed: whether it is a view of the past.
        files, tables, ledger, ring: the parts of the workspace; for the modules beside this one.
    """

    def __init__(
        self, files: Files, workspace: str, secret: bytes, origin: str, ledger: Ledger,
        rows: Sequence[Snapshot], snapshot: Snapshot, fixed: bool,
    ) -> None:  # fmt: skip
        self.id = workspace
        self.files = files
        self.tables = Tables(files)
        self.ledger = ledger
        self.snapshot = snapshot
        self.ring = KeyRing(files, workspace, secret, origin)
        self._secret = secret
        self._origin = origin
        self._rows = list(rows)
        self.fixed = fixed

    # -- making and opening -------------------------------------------------------------------------------

    @classmethod
    def init(
        cls,
        where: str | Path,
        *,
        key_file: Path | None = None,
        secret: bytes | None = None,
        options: dict[str, str] | None = None,
    ) -> Workspace:
        """Make a workspace, and its key unless there is one.

        One whose making was cut off is finished.

        Args:
            where: a folder, or the URL of an object store such as s3://bucket/prefix.
            key_file: where its key lies or is to be written; else FILROUGE_KEY, else a file named after the
                workspace in the user's configuration.
            secret: the key itself, 32 bytes; nothing is written then.
            options: of the object store, where the environment does not say them.

        Raises:
            AlreadyAWorkspace: if one is there.
        """
        files = Files(where, options)
        files.make()
        about = new_description(uuid.uuid4().hex)
        try:
            write_description(files, about, new=True)
        except IsThere:
            about = described(files)
        workspace: str = about["id"]
        tables = Tables(files)
        ledger = Ledger(tables)
        ledger.make()
        if ledger.rows():
            raise AlreadyAWorkspace(files.where)
        if secret is None:
            path = key_file or default_key_file(workspace)
            if not path.exists() and not (key_file is None and os.environ.get(VARIABLE)):
                write_secret(secrets.token_bytes(SECRET_BYTES), path)
            secret, origin = read_secret(files.where, workspace, key_file)
        else:
            origin = "secret"
        KeyRing(files, workspace, secret, origin).make_pepper()
        for name, schema in SCHEMAS.items():
            tables.make(name, schema)
        try:
            ledger.append(
                [], batch=uuid.uuid4().hex, kind="init", by=who(), digest=sha256(b"").hexdigest(), details={}
            )
        except ConcurrentWrite as e:
            raise AlreadyAWorkspace(files.where) from e
        return cls.open(where, secret=secret, options=options)

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        key_file: Path | None = None,
        secret: bytes | None = None,
        as_of: AsOf | None = None,
        options: dict[str, str] | None = None,
    ) -> Workspace:
        """Open a workspace as it is now, or `as_of` a snapshot's number, the end of a day, or a time.

        Raises:
            NoWorkspace, MissingKey, WrongKey, NoSuchSnapshot, DamagedTable: what a person can see to.
        """
        files = Files(where, options)
        about = described(files)
        workspace: str = about["id"]
        origin = "secret"
        if secret is None:
            secret, origin = read_secret(files.where, workspace, key_file)
        ledger = Ledger(Tables(files))
        rows = ledger.rows()
        snapshot = rows[-1] if as_of is None else _as_of(rows, as_of)
        found = cls(files, workspace, secret, origin, ledger, rows, snapshot, as_of is not None)
        _ = found.pepper  # a wrong key is told at once
        return found

    def refreshed(self) -> Workspace:
        """The workspace as it is now; a view of the past stays what it is."""
        rows = self.ledger.rows()
        return self._with(rows, self.snapshot if self.fixed else rows[-1])

    def at(self, as_of: AsOf) -> Workspace:
        """The same workspace as of a snapshot's number, the end of a day, or a time."""
        found = self._with(self._rows, _as_of(self._rows, as_of))
        found.fixed = True
        return found

    def _with(self, rows: Sequence[Snapshot], snapshot: Snapshot) -> Workspace:
        return Workspace(
            self.files, self.id, self._secret, self._origin, self.ledger, rows, snapshot, self.fixed
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Goes to worker processes of the same person as a view of the same snapshot."""
        return _reopened, (self.files, self._secret, self.snapshot.seq, self.fixed)

    @cached_property
    def pepper(self) -> bytes:
        """What makes the pseudonyms of this workspace its own, 32 bytes."""
        return self.ring.pepper

    def secret_for(self, purpose: str) -> bytes:
        """32 bytes that only the owner of this workspace can make, always the same for one purpose."""
        return secret_from(self._secret, self.id, purpose)

    # -- reading ------------------------------------------------------------------------------------------

    def snapshots(self) -> list[Snapshot]:
        """All snapshots of this view, the oldest first."""
        return self._rows[: self.snapshot.seq + 1]

    def rows(self) -> list[Snapshot]:
        """All rows of the ledger as they are now."""
        return self.ledger.rows()

    @cached_property
    def view(self) -> View:
        """The rows of this view's batches."""
        # What is destroyed is destroyed in the past too.
        return View(self.tables, self.snapshots(), self.destroyed_keys(self._rows))

    @cached_property
    def opener(self) -> Opener:
        """Opens blocks."""
        return Opener(self.id, Packs(self.files), self.ring)

    def table(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows of a table, in the order of their snapshots; with `seq`, and `ad` where there is `n`.

        Raises:
            KeyError: if nobody ever wrote to such a table, see `has`; or it has no such column.
        """
        return self.view.table(name, columns)

    def has(self, name: str) -> bool:
        """Whether a table has visible rows."""
        return not self.view.files(name).is_empty()

    def ads(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The ads that can be read, by ascending `ad`: their number, which nothing ever changes.

        Args:
            columns: some of `tables.SCHEMAS["ads"]`; all if None.
        """
        wanted = None if columns is None else list(dict.fromkeys([*columns, "ad"]))
        gone = self.view.destroyed
        if not gone:
            return self.table("ads", wanted)
        # Rows of destroyed ads may be there still for a moment.
        frame = self.table("ads", None if wanted is None else list(dict.fromkeys([*wanted, "key_id"])))
        frame = frame.filter(~pl.col("key_id").is_in(list(gone)))
        return frame if columns is None or "key_id" in columns else frame.drop("key_id")

    def words(self, ads: NDArray[np.int64] | None = None) -> Words:
        """The words of all ads that can be read, by ascending number, or of `ads` in the order given.

        Raises:
            UnknownAdNumber: if one of them is not there, or was destroyed.
        """
        if ads is None:
            return all_words(self.view.blocks, self.opener)
        return some_words(self.view.blocks, self.opener, np.asarray(ads, np.int64))

    def texts(self, ads: NDArray[np.int64], *, marks: bool = True, words: bool = True) -> Opened:
        """Ads in the clear, in the order given.

        Args:
            ads: numbers of ads, shape (n,).
            marks: whether words, identifiers, places and names are wanted too; their tables are empty if not.
            words: whether words are, where marks are.

        Raises:
            UnknownAdNumber: if one of them is not there, or was destroyed.
        """
        return texts_of(self.view.blocks, self.opener, np.asarray(ads, np.int64), marks, words)

    def holders(self, pseudonyms: NDArray[np.uint64]) -> pl.DataFrame:
        """The ads that carry some identifiers: ad, kind (index in SLOT_KINDS), pseudonym."""
        wanted = pl.Series("pseudonym", np.unique(pseudonyms))
        rows = self.table("identifiers", ["ad", "kind", "pseudonym"])
        return rows.filter(pl.col("pseudonym").is_in(wanted.implode())).select("ad", "kind", "pseudonym")

    def held(self, ad_keys: pl.Series) -> pl.Series:
        """Boolean, which of some ads (see `pseudonyms.ad_keys`) are in this view already."""
        if not ad_keys.len():
            return pl.Series("held", [], pl.Boolean)
        ours = self.view.table("ads", ["ad_key"])["ad_key"]
        return ad_keys.is_in(ours.implode()).alias("held")

    def rejects(self) -> pl.DataFrame:
        """The rejected rows: file, row, field, reason; the reason is null where its key was destroyed."""
        rows = self.table("rejects")
        batches = {row.seq: row.batch for row in self._rows}
        names = self.table("sources", ["source", "name"]).rename({"name": "file"})
        reasons = [
            self._opened_reason(sealed, key_id, batches[seq])
            for sealed, key_id, seq in rows.select("reason", "key_id", "seq").iter_rows()
        ]
        rows = rows.with_columns(pl.Series("reason", reasons, pl.String))
        return rows.join(names, on=["seq", "source"], how="left", maintain_order="left").select(
            "file", "row", "field", "reason", "seq"
        )

    # -- what is gone -------------------------------------------------------------------------------------

    @staticmethod
    def destroyed_keys(rows: Iterable[Snapshot]) -> set[str]:
        """The ids of the keys that rows of the ledger say are destroyed."""
        return {k["key_id"] for row in rows for k in row.details.get("destroyed_keys", [])}

    def destroyed(self) -> pl.DataFrame:
        """What was destroyed: seq, at, by, why, case, month, key_id ("" for single ads), ads (how many)."""
        schema: dict[str, Any] = {
            "seq": pl.Int64, "at": pl.Datetime("us", "UTC"), "by": pl.String, "why": pl.String,
            "case": pl.String, "month": pl.String, "key_id": pl.String, "ads": pl.Int64,
        }  # fmt: skip
        rows: list[tuple[Any, ...]] = []
        for row in self._rows:
            why = row.details.get("why", "")
            for key in row.details.get("destroyed_keys", []):
                count = sum(key["ads"].values())
                rows.append((row.seq, row.at, row.by, why, key["case"], key["month"], key["key_id"], count))
            singles = sum(len(ads) for ads in row.details.get("destroyed_ads", {}).values())
            if singles:
                rows.append((row.seq, row.at, row.by, why, "", "", "", singles))
        return pl.DataFrame(rows, schema=schema, orient="row")

    def unreadable(self) -> int:
        """How many ads of this view cannot be read any more, because they were destroyed since."""
        mine = {row.batch for row in self.snapshots()}
        count = 0
        for row in self._rows:
            for key in row.details.get("destroyed_keys", []):
                count += sum(n for batch, n in key["ads"].items() if batch in mine)
            count += sum(len(a) for b, a in row.details.get("destroyed_ads", {}).items() if b in mine)
        return count

    # -- writing ------------------------------------------------------------------------------------------

    def begin(self, kind: str, *, by: str | None = None) -> Batch:
        """Begin to write; nothing is seen of it before `Batch.commit`.

        Args:
            kind: "ingest", "run", ...
            by: who writes; else the user of this machine.

        Raises:
            OnlyAView: if this is a view of the past.
        """
        if self.fixed:
            raise OnlyAView(self.snapshot.seq)
        return Batch(self, kind, by)

    def derived(self, name: str) -> Path:
        """A folder on this machine for what can be made again: "index" or "model"."""
        folder = self.beside(name)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def beside(self, name: str) -> Path:
        """Where `derived` puts a folder, which may not be there yet."""
        if self.files.folder is not None:
            return self.files.folder / name
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return Path(cache) / "filrouge" / self.id / name

    def cipher(self, purpose: str) -> AESGCM:
        """What seals and opens, for one purpose, what lies beside the tables of this workspace."""
        return cipher_from(self._secret, self.id, purpose)

    # -- for the modules beside this one ------------------------------------------------------------------

    def ad_keys_of(self, batches: Iterable[str]) -> pl.DataFrame:
        """The keys of the ads of some batches."""
        listed = self.tables.listed("ads").filter(pl.col("batch").is_in(list(batches)))
        return self.tables.read("ads", listed["path"].to_list(), ["ad_key"])

    def fields_of(self, row: Mapping[str, Any], batch: str, sealed: bytes | None = None) -> Fields:
        """The fields of the block of a row of the table of blocks."""
        names = ("chunk", "block", "part", "key_id", "pack", "offset", "length")
        return self.opener.fields(Block(batch, *(row[name] for name in names)), sealed)

    def seal_reason(self, reason: str, key: DataKey, batch: str) -> bytes:
        """A sentence about a rejected row, sealed."""
        name = BlockName(self.id, batch, 0, 0, "reason")
        return seal_block([reason.encode()], name, key.cipher)

    def _opened_reason(self, sealed: bytes, key_id: str, batch: str) -> str | None:
        try:
            cipher = self.ring.get(key_id).cipher
        except KeyDestroyed:
            return None
        return bytes(open_block(sealed, BlockName(self.id, batch, 0, 0, "reason"), cipher)[0]).decode()


def _reopened(files: Files, secret: bytes, seq: int, fixed: bool) -> Workspace:
    found = Workspace.open(files.where, secret=secret, as_of=seq, options=files.options)
    found.fixed = fixed
    return found
