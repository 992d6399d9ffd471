"""What a reader sees of a workspace: the rows of its batches, and the places of their blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.corpus.errors import DamagedTable, UnknownAdNumber
from filrouge.corpus.files import NotThere
from filrouge.corpus.kernels import Int32Array, Int64Array
from filrouge.corpus.ledger import Snapshot
from filrouge.corpus.tables import Tables


@dataclass(frozen=True)
class Block:
    """Where one sealed block lies, and what it is."""

    batch: str
    chunk: int
    block: int
    part: str
    key_id: str
    pack: str
    offset: int
    length: int


class View:
    """The rows of the batches of some snapshots; the same for ever, but for what is destroyed."""

    def __init__(self, tables: Tables, rows: Sequence[Snapshot], destroyed: Iterable[str]) -> None:
        self._tables = tables
        self.rows = list(rows)
        self.destroyed = frozenset(destroyed)
        self._at = {row.batch: k for k, row in enumerate(rows)}
        self._seq = np.array([row.seq for row in rows], np.int64)
        self._first = np.array([row.first_ad for row in rows], np.int64)

    def table(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The visible rows, in the order of their snapshots; with `seq`, and `ad` where there is `n`."""
        for again in (False, True):
            files = self.files(name)
            wanted = None if columns is None else [c for c in columns if c not in ("ad", "seq")]
            if wanted is not None and "ad" in (columns or ()) and "n" not in wanted:
                wanted = ["n", *wanted]
            try:
                if files.is_empty() and not self._tables.exists(name):
                    raise KeyError(f"there is no table {name}")
                frame = self._tables.read(name, files["path"].to_list(), wanted)
                break
            except NotThere as e:
                # Rows may be destroyed between the look at the log and the reading.
                if again:
                    raise DamagedTable(name, "a file of it is missing") from e
        at = files["at"].to_numpy()
        seq = np.repeat(self._seq[at], files["rows"].to_numpy())
        frame = frame.with_columns(pl.Series("seq", seq))
        if "n" in frame.columns:
            ad = np.repeat(self._first[at], files["rows"].to_numpy()) + frame["n"].to_numpy()
            frame = frame.with_columns(pl.Series("ad", ad))
        return frame if columns is None else frame.select(list(dict.fromkeys([*columns, "seq"])))

    def files(self, name: str) -> pl.DataFrame:
        """The files of the visible rows of a table: path, bytes, rows, batch, at (which snapshot of the view)."""
        listed = self._tables.listed(name)
        at = [self._at.get(batch, -1) for batch in listed["batch"].to_list()]
        return listed.with_columns(pl.Series("at", at, pl.Int64)).filter(pl.col("at") >= 0).sort("at", "path")

    @cached_property
    def blocks(self) -> Blocks:
        """The blocks of the ads that can be read."""
        frame = self.table("blocks")
        batch = pl.Series("batch", [row.batch for row in self.rows], pl.String)
        at = np.searchsorted(self._seq, frame["seq"].to_numpy())
        frame = frame.with_columns(
            batch.gather(at), (pl.col("first_n") + pl.Series(self._first[at])).alias("first_ad")
        )
        return Blocks(frame.filter(~pl.col("key_id").is_in(list(self.destroyed)), pl.col("ads") > 0))


class Blocks:
    """The blocks of a view: which ads each holds, and which keys its words are numbered among."""

    def __init__(self, frame: pl.DataFrame) -> None:
        parts = {
            part: frame.filter(pl.col("part") == part).sort("first_ad")
            for part in ("keys", "words", "texts", "marks")
        }
        words = parts["words"]
        self.first: Int64Array = words["first_ad"].to_numpy()
        self.span: Int64Array = words["span"].to_numpy().astype(np.int64)
        self.ads: Int64Array = words["ads"].to_numpy().astype(np.int64)
        self.sizes: Int64Array = words["words"].to_numpy()
        self.words = _listed(words)
        self.texts = _listed(parts["texts"])
        self.marks = _listed(parts["marks"])
        self.keys = _listed(parts["keys"])
        group = {(k.batch, k.chunk, k.key_id): at for at, k in enumerate(self.keys)}
        self.group: Int32Array = np.array([group[b.batch, b.chunk, b.key_id] for b in self.words], np.int32)
        if not len(self.words) == len(self.texts) == len(self.marks):
            raise DamagedTable("blocks", "parts of blocks are missing")

    def of(self, ads: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Which block each ad is in, and its place there.

        Raises:
            UnknownAdNumber: if no block holds one of them.
        """
        at = np.searchsorted(self.first, ads, side="right") - 1
        if ads.size and not self.first.size:
            raise UnknownAdNumber(int(ads[0]))
        place = ads - self.first[at] if ads.size else ads
        wrong = (at < 0) | (place >= self.span[at]) if ads.size else np.zeros(0, bool)
        if wrong.any():
            raise UnknownAdNumber(int(ads[wrong][0]))
        return at, place

    def numbers(self, block: int, places: NDArray[np.uint16] | None) -> Int64Array:
        """The numbers of the ads in a block."""
        if places is None:
            return np.arange(self.first[block], self.first[block] + self.span[block])
        numbers: Int64Array = self.first[block] + places.astype(np.int64)
        return numbers


def rows_at(wanted: Int64Array, places: NDArray[np.uint16] | None, first: int) -> Int64Array:
    """In which rows of a block the ads at `wanted` places are.

    Raises:
        UnknownAdNumber: if one of them was taken out; `first` is the number of the ad at place 0.
    """
    if places is None:
        return wanted
    rows = np.searchsorted(places, wanted).astype(np.int64)
    there = rows < places.size
    there[there] = places[rows[there]] == wanted[there]
    if not there.all():
        raise UnknownAdNumber(first + int(wanted[~there][0]))
    return rows


def _listed(frame: pl.DataFrame) -> list[Block]:
    columns = ("batch", "chunk", "block", "part", "key_id", "pack", "offset", "length")
    return [Block(*row) for row in frame.select(columns).iter_rows()]
