"""What `sealing` wrote, read again: the fields of an open block as arrays and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.schema import ads_schema
from filrouge.ads.tokens import KIND_BITS, Tokens
from filrouge.corpus.blocks import from_planes
from filrouge.corpus.columns import Strings, read_few, read_steps
from filrouge.corpus.kernels import Int32Array, Int64Array, UInt8Array, UInt64Array, ranges, read_positions
from filrouge.corpus.sealing import MARK_COLUMNS

Fields = Sequence[memoryview]

TABLED: Final = 20_000
"""Ads that are collected before they are put into tables: to make these of each block takes longer."""

MARK_SCHEMA = {
    "identifiers": {
        "ad": pl.Int32, "kind": pl.String, "value": pl.String, "start": pl.Int32, "end": pl.Int32
    },
    "places": {
        "ad": pl.Int32, "value": pl.String, "place": pl.Int32, "lat": pl.Float64, "lon": pl.Float64,
        "country": pl.String, "start": pl.Int32, "end": pl.Int32,
    },
    "names": {"ad": pl.Int32, "value": pl.String, "start": pl.Int32, "end": pl.Int32},
    "located": {"ad": pl.Int32, "value": pl.String},
}  # fmt: skip


@dataclass(frozen=True)
class OpenKeys:
    """Part "keys": pseudonyms of words by number, and the usual length of each."""

    pseudonyms: UInt64Array
    usual: UInt8Array


@dataclass(frozen=True)
class OpenWords:
    """Part "words".

    `places`: which ads of the block are in it, None if all; `offsets`: the words of the k-th of them lie at
    `offsets[k]` to `offsets[k + 1]`; `words`: numbers among the keys (uint16 or uint32), shape (T,); `order`: by what
    the text of each is ordered, 0 where it was sealed before that was kept.
    """

    places: NDArray[np.uint16] | None
    offsets: Int64Array
    words: NDArray[Any]
    order: UInt64Array


@dataclass(frozen=True)
class Opened:
    """Ads in the clear. In all tables `ad` is the place of the ad in the order asked for.

    Attributes:
        ads: the columns of `ads_schema`, and `ad`, here the number in the workspace.
        tokens: their words; `key` holds pseudonyms.
        identifiers: ad, kind, value, start, end.
        places: ad, value, place, lat, lon, country, start, end.
        names: ad, value, start, end.
        located: ad, value.
    """

    ads: pl.DataFrame
    tokens: Tokens
    identifiers: pl.DataFrame
    places: pl.DataFrame
    names: pl.DataFrame
    located: pl.DataFrame


def read_keys(fields: Fields) -> OpenKeys:
    """The part "keys"."""
    return OpenKeys(np.frombuffer(fields[0], np.uint64), np.frombuffer(fields[1], np.uint8))


def read_words(fields: Fields) -> OpenWords:
    """The part "words"."""
    sizes = from_planes(fields[1], np.uint32)
    offsets = np.zeros(sizes.size + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    dtype = np.uint16 if fields[2][0] == 2 else np.uint32
    order = np.frombuffer(fields[4], np.uint64) if len(fields) > 4 else np.zeros(sizes.size, np.uint64)
    return OpenWords(read_places(fields), offsets, np.frombuffer(fields[3], dtype), order)


def read_places(fields: Fields) -> NDArray[np.uint16] | None:
    """Which ads of a block are still in it; None if all."""
    return from_planes(fields[0], np.uint16) if len(fields[0]) else None


class Gathering:
    """Collects the ads of one block after another, and hands them out as tables.

    Attributes:
        columns: of the ads, as in `ads_schema`; `posted` in microseconds of UTC, None if unknown.
    """

    def __init__(self) -> None:
        self._numbers: list[Int64Array] = []
        self.columns: dict[str, list[Any]] = _empty(ads_schema())
        self._marks: dict[str, dict[str, list[Any]]] = {name: _empty(of) for name, of in MARK_SCHEMA.items()}
        self._tokens: list[Tokens] = []
        # As tables, what came before takes a fifth of the memory.
        self._tabled = 0
        self._ads_tables: list[pl.DataFrame] = []
        self._marks_tables: dict[str, list[pl.DataFrame]] = {name: [] for name in MARK_SCHEMA}

    def add(
        self,
        numbers: Int64Array,
        rows: Int64Array,
        texts: Fields,
        marks: Fields | None = None,
        words: OpenWords | None = None,
        keys: OpenKeys | None = None,
    ) -> None:
        """Take ads of one block: their numbers in the workspace, and in which rows of the block they are.

        Args:
            numbers, rows: shape (n,); the rows ascending, each once.
            texts, marks: the parts of the block; without marks the tables of what was found in the texts are empty.
            words, keys: without them the ads have no words.
        """
        self._numbers.append(numbers)
        before = self._tabled + len(self.columns["id"])
        self.add_texts(texts, rows)
        if marks is not None:
            if words is not None and keys is not None:
                self.add_words(marks, words, keys, rows)
            place = np.full(int(rows.max(initial=0)) + 1, -1, np.int32)
            place[rows] = np.arange(before, before + rows.size)
            self._take_marks(marks, place)
        if len(self.columns["id"]) >= TABLED:
            self._table()

    def opened(self, place: Int64Array | None = None) -> Opened:
        """All that was collected; the k-th ad at `place[k]`, if that is given."""
        if place is not None and not self._tabled:
            return self._few(place)
        self._table()
        numbers = np.concatenate([*self._numbers, np.zeros(0, np.int64)])
        ads = pl.concat(self._ads_tables).with_columns(pl.Series("ad", numbers))
        marks = {name: pl.concat(tables) for name, tables in self._marks_tables.items()}
        tokens = self.words()
        if place is None:
            return Opened(ads, tokens, **marks)
        order = np.argsort(place)
        marks = {name: _moved(frame, place) for name, frame in marks.items()}
        return Opened(ads[order], reordered(tokens, order), **marks)

    def _few(self, place: Int64Array) -> Opened:
        """The same of ads that are in no table yet: lists are put in order, which of few is many times faster."""
        order = np.argsort(place)
        columns = {name: _ordered(values, order) for name, values in self.columns.items()}
        ads = _frame(columns, ads_schema()).with_columns(
            pl.Series("ad", np.concatenate(self._numbers)[order])
        )
        marks = {}
        for name, found in self._marks.items():
            moved = place[np.array(found["ad"], np.int64)]
            by_place = np.argsort(moved, kind="stable")
            there = {column: _ordered(values, by_place) for column, values in found.items()}
            marks[name] = _frame({**there, "ad": moved[by_place].tolist()}, MARK_SCHEMA[name])
        return Opened(ads, reordered(self.words(), order), **marks)

    def words(self) -> Tokens:
        """The words of all ads that were collected, in the order in which they came."""
        return joined(self._tokens, self._tabled + len(self.columns["id"]))

    def _table(self) -> None:
        """Make tables of what was collected since the last."""
        self._tabled += len(self.columns["id"])
        self._ads_tables.append(_frame(self.columns, ads_schema()))
        self.columns = _empty(ads_schema())
        for name, of in MARK_SCHEMA.items():
            self._marks_tables[name].append(_frame(self._marks[name], of))
            self._marks[name] = _empty(of)

    def add_texts(self, fields: Fields, rows: Int64Array) -> None:
        """Take the columns of ads of one block, from its part "texts"."""
        for k, name in enumerate(("id", "text", "image")):
            self.columns[name] += Strings(fields[1 + 2 * k], fields[2 + 2 * k]).at(rows)
        for k, name in enumerate(("agency", "location", "source")):
            number, table = read_few(fields[7 + 2 * k], fields[8 + 2 * k])
            self.columns[name] += [table[i] for i in number[rows].tolist()]
        posted = read_steps(fields[13])[rows].tolist()
        unknown = np.unpackbits(np.frombuffer(fields[14], np.uint8))[rows]
        if unknown.any():
            posted = [None if no else at for at, no in zip(posted, unknown.tolist(), strict=True)]
        self.columns["posted"] += posted
        self.columns["row"] += read_steps(fields[15])[rows].tolist()

    def add_words(self, fields: Fields, words: OpenWords, keys: OpenKeys, rows: Int64Array) -> None:
        """Take the words of ads of one block, and where they stand in the text, from its part "marks".

        `rows`: ascending, each once.
        """
        gaps, lengths = (np.frombuffer(f, np.uint8) for f in fields[1:3])
        wide = np.frombuffer(fields[3], np.int32)
        # Each position leans on those before it, and on none behind.
        offsets = words.offsets[: int(rows.max(initial=-1)) + 2]
        number = words.words[: offsets[-1]]
        start, end = read_positions(number.astype(np.uint32), offsets, gaps, lengths, wide, keys.usual)
        if rows.size != offsets.size - 1:
            sizes = np.diff(offsets)[rows]
            at = ranges(offsets[:-1][rows], sizes)
            start, end, number = start[at], end[at], number[at]
            offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        key = keys.pseudonyms[number]
        self._tokens.append(Tokens(key, start, end, offsets, (key & np.uint64(KIND_BITS)).astype(np.uint8)))

    def _take_marks(self, fields: Fields, place: Int32Array) -> None:
        at = 4
        for name, columns in MARK_COLUMNS.items():
            into = self._marks[name]
            row = from_planes(fields[at], np.uint16)
            ad = np.where(row < place.size, place[np.minimum(row, place.size - 1)], -1)
            at += 1
            keep = np.flatnonzero(ad >= 0)
            into["ad"] += ad[keep].tolist()
            starts: Int32Array = np.zeros(0, np.int32)
            for column, how in columns.items():
                if how == "few":
                    number, table = read_few(fields[at], fields[at + 1])
                    into[column] += [table[i] for i in number[keep].tolist()]
                    at += 2
                elif how == "strings":
                    into[column] += Strings(fields[at], fields[at + 1]).at(keep)
                    at += 2
                else:
                    numbers = from_planes(fields[at], np.int32)[keep]
                    starts = numbers if how == "start" else starts
                    into[column] += (numbers if how == "start" else starts + numbers).tolist()
                    at += 1


def _empty(columns: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [] for name in columns}


def _frame(columns: dict[str, list[Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([_series(name, columns[name], dtype) for name, dtype in schema.items()])


def _ordered(values: list[Any], order: Int64Array) -> list[Any]:
    return [values[k] for k in order.tolist()]


def _moved(frame: pl.DataFrame, place: Int64Array) -> pl.DataFrame:
    """What was found in the ads when the k-th of them stands at `place[k]`."""
    moved = place[frame["ad"].to_numpy()]
    order = np.argsort(moved, kind="stable")
    return frame[order].with_columns(pl.Series("ad", moved[order].astype(np.int32)))


def _series(name: str, values: list[Any], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    if dtype == pl.Datetime:
        return pl.Series(name, values, pl.Int64).cast(dtype)
    return pl.Series(name, values, dtype, strict=False)


def joined(parts: Sequence[Tokens], ads: int) -> Tokens:
    """Tokens of one block after another; where there are none, `ads` ads without words."""
    if not parts:
        nothing, none = np.zeros(0, np.int32), np.zeros(0, np.uint8)
        return Tokens(np.zeros(0, np.uint64), nothing, nothing, np.zeros(ads + 1, np.int64), none)
    firsts = np.cumsum([0] + [p.key.size for p in parts])
    offsets = [p.offsets[1:] + first for p, first in zip(parts, firsts)]
    return Tokens(
        np.concatenate([p.key for p in parts]),
        np.concatenate([p.start for p in parts]),
        np.concatenate([p.end for p in parts]),
        np.concatenate([np.zeros(1, np.int64), *offsets]),
        np.concatenate([p.kind for p in parts]),
    )


def reordered(tokens: Tokens, order: Int64Array) -> Tokens:
    """The words of the ads in another order, some perhaps more than once, or not at all."""
    sizes = np.diff(tokens.offsets)[order]
    at = ranges(tokens.offsets[:-1][order], sizes)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Tokens(tokens.key[at], tokens.start[at], tokens.end[at], offsets, tokens.kind[at])
