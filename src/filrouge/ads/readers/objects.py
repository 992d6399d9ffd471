"""Ads as JSON: an object per line, or one list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from filrouge.ads.columns import choose_columns
from filrouge.ads.readers.encodings import decode
from filrouge.ads.readers.part import Content, Part
from filrouge.ads.schema import Reject
from filrouge.errors import BrokenFile, NoAds
from filrouge.i18n import _

if TYPE_CHECKING:
    import polars as pl

#: Rows whose lengths tell which column is the text, where no header does.
_SAMPLE: Final = 1000


@dataclass
class _Column:
    """Values of one key, for the rows that have it: each row may bring keys of its own."""

    rows: list[int] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


#: Numbers stay as they are written: an id of 1e5 is no 100000.0.
_DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_BETWEEN: Final = " \t\r\n,"


def _loads(text: str | bytes) -> Any:
    return _DECODER.decode(text if isinstance(text, str) else text.decode())


def read_objects(content: Content, clean: bool) -> Part:
    """The ads of a file of JSON. `row` counts the objects, blank lines not among them.

    Raises:
        BrokenFile: it is a list and not even its first item is valid.
        NoAds: no object is in it.
        UnknownColumn, NoTextColumn: as they say.
    """
    name = content.origin.name
    columns: dict[str, _Column] = {}
    rejects: list[Reject] = []
    rows: list[int] = []
    for row, (value, why, mended) in enumerate(_values(content, clean), start=1):
        if why or not isinstance(value, dict):
            rejects.append(Reject(name, row, "", why or _("not a JSON object ({…})")))
            continue
        if mended:
            rejects.append(Reject(name, row, "", _("bytes that are not UTF-8 were read as Windows-1252")))
        rows.append(row)
        for key, item in value.items():
            if item is not None:
                column = columns.setdefault(key, _Column())
                column.rows.append(row)
                column.values.append(item if isinstance(item, str) else _written(item))
    if not columns:
        raise NoAds([content.origin.label], len(rejects), rejects[0].reason if rejects else "")
    headers = list(columns)

    def mean_lengths() -> Sequence[float]:
        sampled = max(min(len(rows), _SAMPLE), 1)
        return [sum(map(len, columns[key].values[:_SAMPLE])) / sampled for key in headers]

    def cells(place: int) -> Sequence[str]:
        return columns[headers[place]].values[:_SAMPLE]

    guessed = choose_columns(content.origin.label, headers, content.wanted, mean_lengths, cells)
    chosen = {name: columns[headers[place]] for name, place in guessed.positions.items()}
    return Part(_frame(rows, chosen), guessed, rejects)


def first_objects(content: Content, clean: bool, most: int) -> tuple[list[str], list[list[str]]]:
    """The keys of the first objects of a file, and their values as they are written, by key; "" where there is none."""
    found = [value for value, why, _mended in islice(_values(content, clean), 4 * most) if not why]
    objects = [value for value in found if isinstance(value, dict)][:most]
    keys = list(dict.fromkeys(key for value in objects for key in value))
    return keys, [
        [item if isinstance(item := value.get(key, ""), str) else _written(item) for key in keys]
        for value in objects
    ]


def _written(item: Any) -> str:
    """A value that is no string, as JSON writes it."""
    if isinstance(item, bool):
        return "true" if item else "false"
    return json.dumps(item, ensure_ascii=False)


_Found = tuple[Any, str, bool]


def _values(content: Content, clean: bool) -> Iterator[_Found]:
    """The values of the file with what is wrong with each, and whether stray bytes in it were mended."""
    if content.data.lstrip().startswith(b"["):
        return _items(content)
    whole = _whole(content)
    return _lines(content, clean) if whole is None else iter([(value, "", False) for value in whole])


def _lines(content: Content, clean: bool) -> Iterator[_Found]:
    data, at = content.data, 0
    if content.truncated:
        # The last line broke off somewhere; that is told for the file.
        data = data[: data.rfind(b"\n") + 1]
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        line = data[at:end]
        at = end
        if not line.strip():
            continue
        mended = False
        text: str | bytes = line
        if not clean:
            text, mended = decode(line)
        try:
            yield _loads(text), "", mended
        except (ValueError, RecursionError) as trouble:
            yield None, _("not valid JSON ({why})").format(why=_why(trouble)), mended


def _items(content: Content) -> Iterator[_Found]:
    """The items of one list, as far as it is whole."""
    text = decode(content.data)[0]
    at = text.index("[") + 1
    read = 0
    while True:
        while at < len(text) and text[at] in _BETWEEN:
            at += 1
        if text[at : at + 1] == "]":
            return
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as trouble:
            why = _why(trouble)
            if not read:
                raise BrokenFile(content.origin.label, _("not valid JSON ({why})").format(why=why)) from None
            yield None, _("not valid JSON ({why}); the rest was not read").format(why=why), False
            return
        read += 1
        yield value, "", False


def _why(trouble: Exception) -> str:
    if isinstance(trouble, json.JSONDecodeError):
        return f"{trouble.msg}: {trouble.lineno}:{trouble.colno}"
    return str(trouble) or type(trouble).__name__


def _whole(content: Content) -> list[Any] | None:
    """The objects of a file that is one JSON object; None if it has a value per line.

    Such an object holds one list of objects, or is itself the only one.
    """
    first, _end, rest = content.data.partition(b"\n")
    try:
        _loads(decode(first)[0])
    except (ValueError, RecursionError):
        pass
    else:
        if rest.strip():
            return None
    try:
        value = _loads(decode(content.data)[0])
    except (ValueError, RecursionError):
        return None
    lists = _lists_in(value)
    return lists[0] if len(lists) == 1 else [value]


def _lists_in(value: Any) -> list[list[Any]]:
    """The lists of objects that an object holds."""
    if not isinstance(value, dict):
        return []
    return [
        item
        for item in value.values()
        if isinstance(item, list) and item and all(isinstance(x, dict) for x in item)
    ]


def _frame(rows: list[int], columns: dict[str, _Column]) -> pl.DataFrame:
    import polars as pl

    frame = pl.DataFrame({"row": pl.Series(rows, dtype=pl.Int64)})
    for name, column in columns.items():
        if column.rows == rows:
            values = _strings(column.values)
            frame = frame.with_columns(values.alias(name))
        else:
            some = pl.DataFrame(
                {"row": pl.Series(column.rows, dtype=pl.Int64), name: _strings(column.values)}
            )
            frame = frame.join(some, on="row", how="left", maintain_order="left")
    return frame


def _strings(values: list[str]) -> pl.Series:
    """The strings as a column; halves of surrogate pairs, which JSON can write, are replaced."""
    import polars as pl

    try:
        return pl.Series(values, dtype=pl.String)
    except UnicodeEncodeError:
        whole = [
            value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") for value in values
        ]
        return pl.Series(whole, dtype=pl.String)
