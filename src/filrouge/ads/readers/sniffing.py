"""Which character parts the columns of a table, and whether its first row names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from filrouge.ads.columns import is_known_header
from filrouge.ads.readers.records import Record, any_field_size, records
from filrouge.errors import NoHeader, WrongDelimiter

if TYPE_CHECKING:
    from filrouge.ads.columns import Columns

DELIMITERS: Final = (",", "\t", ";", "|")
_SAMPLE: Final = 1 << 18
_ROWS: Final = 100
#: Nobody calls a column by more letters than these.
_LONGEST_NAME: Final = 80
_MOST_WORDS: Final = 5
_MOST_DIGITS: Final = 6
_NAMES_SHOWN: Final = 60
#: What Excel writes above a table whose delimiter is not the reader's.
_EXCEL: Final = re.compile(rb'\s*"?sep=([,;|\t])"?\s*?\r?\n', re.I)
_VALUE: Final = re.compile(
    r"\s*(?:[+$€£]?[\d\s().,:/-]*\d[\d\s().,:/-]*|https?://.*|\d{4}-\d\d-\d\d.*|[^@\s]+@[^@\s]+)\s*"
)


class Layout(NamedTuple):
    """How a table is laid out. `sample`: its first data records, the last possibly cut."""

    data: bytes  # from the header on
    delimiter: str
    header: list[str]
    sample: list[Record]

    def cells(self, place: int) -> list[str]:
        """The values of one column in the sample."""
        return [record.fields[place] for record in self.sample if place < len(record.fields)]

    def mean_lengths(self) -> list[float]:
        """The mean length of the values of each column, in characters, in the sample."""
        sums = [0] * len(self.header)
        for record in self.sample:
            for place, value in enumerate(record.fields[: len(sums)]):
                sums[place] += len(value)
        return [total / max(len(self.sample), 1) for total in sums]


def layout_of(label: str, data: bytes, wanted: Columns) -> Layout:
    """The layout of a table of UTF-8 text.

    Raises:
        WrongDelimiter: the header is one column, and of several names.
        NoHeader: the first row is an ad.
    """
    told = ""
    if excel := _EXCEL.match(data):
        told, data = excel[1].decode(), data[excel.end() :]
    if data[:1] in (b"\r", b"\n", b" ", b"\t"):
        data = _without_blank_lines(data)
    sample = data[:_SAMPLE]
    with any_field_size():
        tried = {each: list(islice(records(sample, each), _ROWS)) for each in (told or DELIMITERS)}
        delimiter = told or max(DELIMITERS, key=lambda each: _fitness(tried[each]))
        rows = tried[delimiter]
        if not rows or len(rows[0].fields) < 2:
            delimiter = _unused_character(data)
            rows = list(islice(records(sample, delimiter), _ROWS))
    header = [name.strip() for name in rows[0].fields] if rows else []
    _check_header(label, header, wanted)
    return Layout(data, delimiter, header, rows[1:])


def _without_blank_lines(data: bytes) -> bytes:
    """`data` without the blank lines above the header; a tab or a space may begin a header that is none."""
    blank = re.match(rb"(?:[ \t]*(?:\r\n|\r|\n))*", data)
    return data[blank.end() :] if blank else data


def _fitness(rows: Sequence[Record]) -> tuple[bool, float, int]:
    """How well a delimiter fits: columns at all; known names and rows of the header's length; columns."""
    if not rows or len(rows[0].fields) < 2:
        return False, 0.0, 0
    header = rows[0].fields
    known = sum(is_known_header(name) for name in header)
    agreeing = sum(len(row.fields) == len(header) and not row.trouble for row in rows[1:])
    return True, min(known, 3) + 2 * agreeing / max(len(rows) - 1, 1), len(header)


def _unused_character(data: bytes) -> str:
    """A delimiter for a table of one column: a character that is not in it."""
    unused = (chr(byte) for byte in (0x1F, 0x1E, 0x1D, 0x1C, *range(1, 9)) if bytes([byte]) not in data)
    return next(unused, ",")


def _check_header(label: str, header: Sequence[str], wanted: Columns) -> None:
    known = sum(is_known_header(name) for name in header)
    named = {name for name in vars(wanted).values() if name is not None}
    if named & set(header):
        return
    shown = " | ".join(header)[:_NAMES_SHOWN]
    if len(header) == 1:
        pieces = [piece for piece in re.split(r"[^\w ]+|\s+", header[0]) if piece]
        if (
            not _is_one_name(header[0])
            and len(pieces) > 1
            and len(header[0]) <= 4 * _LONGEST_NAME
            and sum(is_known_header(piece) for piece in pieces) > max(1, len(pieces) // 2)
        ):
            raise WrongDelimiter(label, shown)
        if _is_value(header[0]) or (not known and len(pieces) > 3):
            raise NoHeader(label, shown)
        return
    values = sum(_is_value(name) for name in header)
    if (values and not known) or (values and known < 2 and values >= known):
        raise NoHeader(label, shown)


def _is_one_name(name: str) -> bool:
    """Whether a header of several words is one name, such as `Ad text`: no mark parts them."""
    return is_known_header(name) and re.fullmatch(r"[\w ]+", name) is not None and len(name.split()) <= 2


def _is_value(cell: str) -> bool:
    """Whether a cell of the first row is what stands under a header rather than in one."""
    if len(cell.split()) > _MOST_WORDS or sum(map(str.isdigit, cell)) > _MOST_DIGITS:
        return True
    return len(cell) > _LONGEST_NAME or "\n" in cell.strip() or _VALUE.fullmatch(cell) is not None
