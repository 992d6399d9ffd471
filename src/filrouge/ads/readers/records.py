"""Records of a table whose quoting may be broken: what can be read is read, what cannot is told.

Python's csv module reads a file with one unclosed quote as one field to its end. Here a record that goes
wrong is given up at the end of its first line, and reading goes on at the next.
"""

from __future__ import annotations

import contextlib
import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from filrouge.ads.readers.encodings import decode

#: How often the whole file may be read in vain, looking for the end of quotes that have none.
_PATIENCE = 20
#: Lines that a quote may span after that.
_SHORT_OF_PATIENCE = 50


@dataclass(frozen=True)
class Record:
    """One record. `trouble`: "" or "unclosed" (a quote that never ends) or "quotes" (within a field).

    `mended`: some of its bytes were not UTF-8 and were read as Windows-1252.
    """

    fields: list[str]
    trouble: str = ""
    mended: bool = False


_LONE = re.compile(r"\r(?!\n)")


def _mark(data: bytes) -> str:
    """A character to put for returns that end no line, which csv refuses; "" where there are none."""
    if data.count(b"\r") == data.count(b"\r\n"):
        return ""
    return next((chr(code) for code in range(0xE000, 0xF900) if chr(code).encode() not in data), "")


class _Lines:
    """Lines of `data` as text, from any place on."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        # Only files of old Macs end lines so; elsewhere a lone return is part of a line.
        self._end = b"\n" if b"\n" in data else b"\r"
        self.mark = _mark(data) if self._end == b"\n" else ""
        self.at = 0
        self.taken = 0
        self.most = sys.maxsize
        self.mended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.at >= len(self._data) or self.taken >= self.most:
            raise StopIteration
        end = self._data.find(self._end, self.at) + 1 or len(self._data)
        line, mended = decode(self._data[self.at : end])
        if self.mark and "\r" in line:
            line = _LONE.sub(self.mark, line)
        self.at = end
        self.taken += 1
        self.mended |= mended
        return line


@contextlib.contextmanager
def any_field_size() -> Iterator[None]:
    """Let csv read fields of any size; its limit is one for the whole process."""
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def records(data: bytes, delimiter: str) -> Iterator[Record]:
    """All records of `data`, the header too; blank lines are none. Within `any_field_size`.

    A record over several lines has as many fields as the first record, else its quote is not closed.
    """
    lines = _Lines(data)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    patience = _PATIENCE * (max(data.count(b"\n"), data.count(b"\r")) + 50)
    expected = 0
    while True:
        start, lines.taken, lines.mended = lines.at, 0, False
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unclosed = lines.taken > 1 or "end of data" in str(error)
        else:
            if lines.taken == 1 or not expected or len(fields) == expected:
                if fields:
                    expected = expected or len(fields)
                    yield Record(_with_returns(fields, lines.mark), mended=lines.mended)
                continue
            unclosed = True
        patience -= lines.taken
        lines.most = sys.maxsize if patience > 0 else _SHORT_OF_PATIENCE
        lines.at, lines.taken, lines.mended = start, 0, False
        fields = _leniently(next(lines), delimiter)
        expected = expected or len(fields)
        yield Record(_with_returns(fields, lines.mark), "unclosed" if unclosed else "quotes", lines.mended)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)


def _leniently(line: str, delimiter: str) -> list[str]:
    """The fields of one line that breaks the rules of quoting."""
    body = line.rstrip("\r\n")
    try:
        return next(csv.reader([body], delimiter=delimiter), [])
    except csv.Error:
        return [body]


def _with_returns(fields: list[str], mark: str) -> list[str]:
    return [field.replace(mark, "\r") for field in fields] if mark else fields
