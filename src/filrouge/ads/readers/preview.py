"""What a file seems to be, from its beginning: its columns, its first rows, and which column would become what."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from filrouge.ads.columns import Columns, GuessedColumns, choose_columns
from filrouge.ads.readers.encodings import as_utf8, wide_encoding
from filrouge.ads.readers.finishing import finish
from filrouge.ads.readers.kinds import Kind, binary_kind, kind_of, looks_binary
from filrouge.ads.readers.objects import first_objects
from filrouge.ads.readers.opening import beginning, label_of, printable
from filrouge.ads.readers.parquet import first_rows
from filrouge.ads.readers.part import Content, Origin
from filrouge.ads.readers.reading import read_content
from filrouge.ads.readers.sniffing import layout_of
from filrouge.ads.schema import Reject
from filrouge.errors import AmbiguousColumn, FilrougeError, NoTextColumn, UnknownColumn

if TYPE_CHECKING:
    import polars as pl

ENOUGH: Final = 1 << 20
"""Bytes of a file, unpacked, that a preview looks at."""
WHOLE: Final = 32 << 20
"""Bytes up to which a Parquet file is previewed: what it holds is said at its end."""
_ROWS: Final = 8
_SHOWN: Final = 400


@dataclass(frozen=True)
class Preview:
    """What the beginning of a file says.

    Attributes:
        kind: what the file is; "" if that could not be told.
        headers: its columns; empty for pages and archives, which have none.
        rows: the cells of the first rows, by header, each cut off after some characters.
        guessed: which header would become which field; None where there are none, or it could not be decided.
        ads: the ads of the beginning, as `ads_schema` has them; None if they could not be read.
        rejects: what of the beginning would not be taken as it stands.
        notes: sentences for the person.
        trouble: why it could not be read, or no column be chosen; None if all is well.
        whole: whether the beginning is all.
    """

    kind: Kind | str
    headers: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    guessed: GuessedColumns | None = None
    ads: pl.DataFrame | None = None
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    trouble: FilrougeError | None = None
    whole: bool = True


def preview(name: str, data: bytes, columns: Columns, *, whole: bool) -> Preview:
    """What the file `name` seems to be.

    Args:
        name: as the person calls it.
        data: its bytes, or the first of them.
        columns: the columns that the person named.
        whole: whether these are all.
    """
    start = beginning(data, ENOUGH)
    unpacked = start[:64] != data[:64]
    try:
        parquet = start.startswith(b"PAR1") and whole and len(data) <= WHOLE
        if parquet and not unpacked:
            start = data
        all_there = (whole and len(start) < ENOUGH) or (parquet and not unpacked)
        origin = Origin(name, printable(name), label_of(name))
        content = Content(origin, start, columns, truncated=not all_there)
        return _previewed(content, all_there)
    except FilrougeError as trouble:
        return Preview("", trouble=trouble, whole=whole)


def _previewed(content: Content, whole: bool) -> Preview:
    kind = _kind(content)
    headers, rows = _cells(content, kind)
    seen: dict[str, Any] = {"kind": kind, "headers": headers, "rows": rows, "whole": whole}
    try:
        part = read_content(content)
        ads, guessed, lines = finish(part, content.origin.path, "")
    except (UnknownColumn, AmbiguousColumn, NoTextColumn) as trouble:
        return Preview(guessed=_without(headers, rows, content), trouble=trouble, **seen)
    except FilrougeError as trouble:
        return Preview(trouble=trouble, **seen)
    rejects = part.rejects + lines
    if kind == "json" and not whole:
        # Where the beginning ends, an object is cut in two.
        rejects = [line for line in rejects if line.field or line.row <= ads.height]
    return Preview(guessed=guessed, ads=ads, rejects=rejects, notes=part.notes, **seen)


def _kind(content: Content) -> Kind:
    data, path = content.data, content.origin.path
    if binary_kind(data):
        return "table"  # the reader says what is wrong
    kind = kind_of(data, path)
    if kind in ("parquet", "warc", "page") or (looks_binary(data) and not wide_encoding(data)):
        return kind
    return kind_of(as_utf8(content.origin.label, data).data, path)


def _cells(content: Content, kind: Kind) -> tuple[list[str], list[list[str]]]:
    """The columns of a file and the cells of its first rows, as they are written."""
    data, label = content.data, content.origin.label
    if kind in ("page", "warc") or binary_kind(data) or (looks_binary(data) and kind != "parquet"):
        return [], []
    if kind == "parquet":
        headers, found = first_rows(label, data, _ROWS)
    elif kind == "json":
        text = as_utf8(label, data)
        again = Content(content.origin, text.data, content.wanted, content.truncated)
        headers, found = first_objects(again, text.clean, _ROWS)
    else:
        layout = layout_of(label, as_utf8(label, data).data, content.wanted)
        headers = layout.header
        found = [record.fields[: len(headers)] for record in islice(layout.sample, _ROWS)]
    return headers, [[_cut(cell) for cell in row] + [""] * (len(headers) - len(row)) for row in found]


def _cut(cell: str) -> str:
    return cell if len(cell) <= _SHOWN else cell[:_SHOWN] + "…"


def _without(headers: list[str], rows: list[list[str]], content: Content) -> GuessedColumns | None:
    """What would be guessed if the person had named nothing."""
    lengths = [sum(len(row[place]) for row in rows) / max(len(rows), 1) for place in range(len(headers))]
    try:
        return choose_columns(
            content.origin.label,
            headers,
            Columns(),
            lambda: lengths,
            lambda place: [row[place] for row in rows],
        )
    except FilrougeError:
        return None
