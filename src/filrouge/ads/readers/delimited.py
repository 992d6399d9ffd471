"""Tables of text: CSV, TSV, and parted by semicolons or bars.

A file whose quoting is regular and whose rows are all of one length, which numpy finds out in a glance at
its quotes, delimiters and line ends, is read by polars. Any other is read record by record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.columns import GuessedColumns, choose_columns
from filrouge.ads.readers.part import Content, Part
from filrouge.ads.readers.records import any_field_size, records
from filrouge.ads.readers.sniffing import Layout, layout_of
from filrouge.ads.schema import Reject
from filrouge.errors import BrokenFile
from filrouge.i18n import _, ngettext

if TYPE_CHECKING:
    import polars as pl

_STEP: Final = 1 << 24
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
#: Columns at the end of a row that a person may have left out.
_MAY_BE_MISSING: Final = 2
_REASON_LENGTH: Final = 40


def read_delimited(content: Content, clean: bool) -> Part:
    """The ads of a table; `clean`: all of it is valid UTF-8.

    Raises:
        BrokenFile, NoHeader, WrongDelimiter, UnknownColumn, AmbiguousColumn, NoTextColumn: as they say.
    """
    data = content.data
    if content.truncated:
        # The last line broke off somewhere; it must not pass for a short ad.
        data = data[: data.rfind(b"\n") + 1]
        if not data.strip():
            raise BrokenFile(content.origin.label, _("it breaks off in its first row"))
    layout = layout_of(content.origin.label, data, content.wanted)
    guessed = choose_columns(
        content.origin.label, layout.header, content.wanted, layout.mean_lengths, layout.cells
    )
    rows = _regular_rows(layout) if clean else None
    if rows is not None:
        frame = _read_regular(layout, guessed, rows)
        if frame is not None:
            return Part(frame, guessed)
    return _read_carefully(content.origin.name, layout, guessed)


def _positions(buffer: NDArray[np.uint8], byte: int) -> NDArray[np.int64]:
    """Where `byte` is, in steps that keep the working memory small."""
    found = [
        np.flatnonzero(buffer[start : start + _STEP] == byte) + start
        for start in range(0, buffer.size, _STEP)
    ]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _regular_rows(layout: Layout) -> int | None:
    """How many data rows the table has if it is regular, else None.

    Regular: a quote opens only at the begin of a field and closes only at its end, or is doubled; no return
    stands alone outside quotes; every row has as many fields as the header, and none is blank.
    """
    buffer = np.frombuffer(layout.data, np.uint8)
    delimiter = ord(layout.delimiter)
    quotes = _positions(buffer, _QUOTE)
    if quotes.size % 2:
        return None
    opening, closing = quotes[0::2], quotes[1::2]
    if quotes.size:
        before = buffer[np.maximum(opening - 1, 0)]
        doubled = np.concatenate([[False], opening[1:] == closing[:-1] + 1])
        begins = (opening == 0) | (before == delimiter) | (before == _NEWLINE) | doubled
        after = buffer[np.minimum(closing + 1, buffer.size - 1)]
        ends = (closing == buffer.size - 1) | (after == delimiter) | (after == _NEWLINE) | (after == _RETURN)
        ends[:-1] |= doubled[1:]
        if not (begins.all() and ends.all()):
            return None

    def outside(byte: int) -> NDArray[np.int64]:
        places = _positions(buffer, byte)
        return places[np.searchsorted(quotes, places) % 2 == 0] if quotes.size else places

    newlines = outside(_NEWLINE)
    if b"\r" in layout.data:
        returns = outside(_RETURN)
        if returns.size and (returns[-1] == buffer.size - 1 or (buffer[returns + 1] != _NEWLINE).any()):
            return None
    else:
        returns = np.zeros(0, np.int64)
    row_ends = newlines
    if not newlines.size or newlines[-1] != buffer.size - 1:
        row_ends = np.append(newlines, buffer.size)
    starts = np.concatenate([[0], row_ends[:-1] + 1])
    # A blank line is empty or holds a return alone.
    if (row_ends - starts < 1).any() or np.isin(starts, returns).any():
        return None
    delimiters = outside(delimiter)
    fields = np.diff(np.searchsorted(delimiters, row_ends), prepend=0) + 1
    return row_ends.size - 1 if (fields == len(layout.header)).all() else None


def _read_regular(layout: Layout, guessed: GuessedColumns, rows: int) -> pl.DataFrame | None:
    """The chosen columns by polars; None if it sees another number of rows."""
    import polars as pl

    chosen = sorted(set(guessed.positions.values()))
    try:
        frame = pl.read_csv(
            layout.data,
            separator=layout.delimiter,
            infer_schema=False,
            columns=chosen,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != rows:
        return None
    at = {place: frame.columns[order] for order, place in enumerate(chosen)}
    return frame.select(
        pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias("row"),
        *(pl.col(at[place]).fill_null("").alias(name) for name, place in guessed.positions.items()),
    )


def _read_carefully(name: str, layout: Layout, guessed: GuessedColumns) -> Part:
    """The chosen columns record by record, with a line for each that is not as it should be."""
    import polars as pl

    expected = len(layout.header)
    places = guessed.positions
    rows: list[int] = []
    values: dict[str, list[str]] = {field: [] for field in places}
    rejects: list[Reject] = []
    # After a broken record, what follows may be the rest of it: a row must be whole to be believed again.
    wary = False
    with any_field_size():
        every = records(layout.data, layout.delimiter)
        next(every, None)
        for row, record in enumerate(every, start=1):
            fields = record.fields
            if len(fields) > expected and not any(fields[expected:]):
                fields = fields[:expected]
            why = _why_not(record.trouble, fields, expected, places["text"], wary)
            if why:
                rejects.append(Reject(name, row, "", why))
                wary = bool(record.trouble) or len(fields) < expected
                continue
            wary = False
            if record.mended:
                mended = _("bytes that are not UTF-8 were read as Windows-1252")
                rejects.append(Reject(name, row, "", mended))
            if len(fields) < expected:
                why = _("{fields}; the missing ones are taken as empty")
                rejects.append(Reject(name, row, "", why.format(fields=_counted(fields, expected))))
                fields = fields + [""] * (expected - len(fields))
            rows.append(row)
            for field, place in places.items():
                values[field].append(fields[place])
    frame = pl.DataFrame(
        {"row": rows, **values}, schema={"row": pl.Int64, **dict.fromkeys(values, pl.String)}
    )
    return Part(frame, guessed, rejects)


def _why_not(trouble: str, fields: list[str], expected: int, text: int, wary: bool) -> str:
    """Why a record is no row of the table; "" if it is one."""
    if trouble == "unclosed":
        begin = " ".join(" ".join(fields).split())[:_REASON_LENGTH]
        return _("a quote is opened and not closed (“{begin}…”)").format(begin=begin)
    if len(fields) == expected:
        return ""
    if trouble:
        return _("a quote stands within a field and is not doubled")
    few = len(fields) < expected
    if few and not wary and expected - len(fields) <= _MAY_BE_MISSING and len(fields) > text:
        return ""
    return _counted(fields, expected)


def _counted(fields: list[str], expected: int) -> str:
    found = ngettext(
        "{found} field where the header has {expected}",
        "{found} fields where the header has {expected}",
        len(fields),
    )
    return found.format(found=len(fields), expected=expected)
