"""How the data files of a package are written: one way for each form, so that the bytes are always the same."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from filrouge.reports.tables import neutralised


def json_bytes(value: Any) -> bytes:
    """A JSON file that a person can read."""
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def lines_bytes(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A file of JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows).encode()


def csv_bytes(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """A CSV file: RFC 4180, UTF-8, formulas neutralised as in all our tables.

    Values that are lists or objects are written as JSON; None is nothing.
    """
    texts = {column: [_cell(row.get(column)) for row in rows] for column in columns}
    frame = neutralised(pl.DataFrame(texts, schema=dict.fromkeys(columns, pl.String)))
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(columns)
    table.writerows([cell or "" for cell in row] for row in frame.iter_rows())
    return out.getvalue().encode()


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)
