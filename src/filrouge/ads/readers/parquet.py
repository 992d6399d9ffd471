"""Ads from a Parquet file."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filrouge.ads.columns import choose_columns
from filrouge.ads.readers.part import Content, Part
from filrouge.errors import BrokenFile, TooBig
from filrouge.i18n import _

if TYPE_CHECKING:
    import polars as pl

_MAGIC: Final = b"PAR1"
_REASON_LENGTH: Final = 100
_SAMPLE: Final = 1000
#: Rows of a file from somewhere; and bytes that a row takes at least when it is read.
_MOST_ROWS: Final = 20_000_000
_LEAST: Final = 64
#: Less than a footer and its length.
_SHORTEST: Final = 12


def read_parquet(content: Content) -> Part:
    """The ads of a Parquet file; only the columns that are needed are read.

    Raises:
        BrokenFile: it cannot be read to its end, where Parquet keeps what its columns are.
        UnknownColumn, NoTextColumn: as they say.
    """
    import polars as pl

    label = content.origin.label
    if len(content.data) < _SHORTEST or not content.data.endswith(_MAGIC):
        raise BrokenFile(label, _("its end is missing"))
    headers = list(_read(label, content.data, n_rows=0).columns)

    def mean_lengths() -> Sequence[float]:
        sample = _read(label, content.data, n_rows=_SAMPLE)
        return [
            int(series.str.len_chars().sum()) / max(sample.height, 1) if series.dtype == pl.String else 0.0
            for series in sample
        ]

    def cells(place: int) -> Sequence[str]:
        sample = _read(label, content.data, columns=[headers[place]], n_rows=_SAMPLE)
        return _written(sample.to_series(), False).fill_null("").to_list()

    guessed = choose_columns(label, headers, content.wanted, mean_lengths, cells)
    places = guessed.positions
    if content.most is not None:
        _check_size(label, content)
    frame = _read(label, content.data, columns=[headers[place] for place in sorted(set(places.values()))])
    written = [
        _written(frame[headers[place]], name == "posted").alias(name) for name, place in places.items()
    ]
    rows = pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True).alias("row")
    return Part(pl.DataFrame([rows, *written]), guessed)


def first_rows(label: str, data: bytes, most: int) -> tuple[list[str], list[list[str]]]:
    """The columns of a Parquet file, and the first rows, as strings.

    Raises:
        BrokenFile: it cannot be read.
    """
    if len(data) < _SHORTEST or not data.endswith(_MAGIC):
        raise BrokenFile(label, _("its end is missing"))
    frame = _read(label, data, n_rows=most)
    columns = [_written(series, False).fill_null("").to_list() for series in frame]
    return frame.columns, [list(row) for row in zip(*columns, strict=True)]


def _check_size(label: str, content: Content) -> None:
    """Refuse a file that a few bytes make huge: a value may be written once for a billion rows.

    Raises:
        TooBig: then.
    """
    import polars as pl

    assert content.most is not None
    with _silence():
        try:
            rows = int(pl.scan_parquet(io.BytesIO(content.data)).select(pl.len()).collect().item())
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as trouble:
            raise BrokenFile(label, type(trouble).__name__) from trouble
    if rows > _MOST_ROWS or rows > content.most // _LEAST:
        raise TooBig(label, content.most)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Nothing on standard error: there Rust writes a trace for each panic, before Python hears of it."""
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _read(
    label: str, data: bytes, *, columns: list[str] | None = None, n_rows: int | None = None
) -> pl.DataFrame:
    import polars as pl

    try:
        with _silence():
            return pl.read_parquet(io.BytesIO(data), columns=columns, n_rows=n_rows)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as trouble:
        # What polars does not expect in a file is a panic, which Python sees as no Exception.
        why = " ".join(str(trouble).split())[:_REASON_LENGTH] or type(trouble).__name__
        raise BrokenFile(label, why) from trouble


def _written(series: pl.Series, is_date: bool) -> pl.Series:
    """The values as strings, or as moments in UTC where they are dates already."""
    import polars as pl

    if is_date and isinstance(series.dtype, pl.Datetime):
        if series.dtype.time_zone is not None:
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return series.cast(pl.Datetime("us"))
    if is_date and series.dtype == pl.Date:
        return series.cast(pl.Datetime("us"))
    if series.dtype == pl.Binary:
        values = [
            None if value is None else bytes(value).decode("utf-8", "replace") for value in series.to_list()
        ]
        return pl.Series(series.name, values, dtype=pl.String)
    try:
        return series.cast(pl.String, strict=False)
    except pl.exceptions.PolarsError:
        values = [None if value is None else str(value) for value in series.to_list()]
        return pl.Series(series.name, values, dtype=pl.String)
