"""Data frames that hold arrays: a text's words, or a whole packet of numbers, is one cell of bytes.

A cell of bytes is moved by copying it, where a list of numbers is taken apart and put together
again for each row; joining 300,000 pairs with their texts takes a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import daft
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from filrouge.compare.runs import Int64Array

Array = NDArray[Any]


def packed(values: Array, offsets: Int64Array) -> pa.LargeBinaryArray:
    """One cell of bytes for each slice of `values`; nothing is copied.

    Args:
        values: any type, shape (n,), contiguous.
        offsets: int64, shape (slices + 1,): where each slice begins.
    """
    size = values.dtype.itemsize
    buffers = [None, pa.py_buffer(np.ascontiguousarray(offsets * size)), pa.py_buffer(values)]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), offsets.size - 1, buffers)


def slices_of(cells: Any, dtype: Any) -> tuple[Array, Int64Array]:
    """The numbers in a column of cells, end to end, and where each cell's begin; shape (cells + 1,)."""
    column = arrow(cells)
    if not len(column):
        return np.zeros(0, dtype), np.zeros(1, np.int64)
    _validity, begins, data = column.buffers()
    ends = np.frombuffer(begins, np.int64)[column.offset : column.offset + len(column) + 1]
    size = np.dtype(dtype).itemsize
    if data is None:
        return np.zeros(0, dtype), np.zeros(len(column) + 1, np.int64)
    # Copied: a column that was cut may begin at any byte, and for arrays that must not be written to, kernels
    # would be compiled once more.
    values = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]].copy()
    return values.view(dtype), (ends - ends[0]) // size


def arrow(column: Any) -> Any:
    """A column as one Arrow array."""
    array = column.to_arrow() if isinstance(column, daft.Series) else column
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def numbers(column: Any) -> Array:
    """A column of numbers as an array."""
    out: Array = arrow(column).to_numpy(zero_copy_only=False)
    return out


def frame(columns: dict[str, Any], rows: int) -> daft.DataFrame:
    """A data frame of these columns, `rows` in each part."""
    table = pa.table(columns)
    parts = [table.slice(k, rows) for k in range(0, max(table.num_rows, 1), rows)]
    return daft.from_arrow(parts)


def packets(bucket: Array, buckets: int, *columns: Array) -> list[dict[str, Any]]:
    """The rows of some arrays by bucket: for each bucket that has any, its number and its bytes of each array."""
    order = np.argsort(bucket, kind="stable")
    ends = np.cumsum(np.bincount(bucket, minlength=buckets))
    out = []
    sorted_columns = [column[order] for column in columns]
    for k in np.flatnonzero(np.diff(ends, prepend=0)).tolist():
        part = slice(int(ends[k - 1]) if k else 0, int(ends[k]))
        cells = {f"c{c}": column[part].tobytes() for c, column in enumerate(sorted_columns)}
        out.append({"bucket": k, **cells})
    return out


def packet_type(columns: int) -> Any:
    """The type of what `packets` makes, a list for each row."""
    cells = {f"c{c}": daft.DataType.binary() for c in range(columns)}
    return daft.DataType.list(daft.DataType.struct({"bucket": daft.DataType.int32(), **cells}))


def first_row(found: list[dict[str, Any]], rows: int) -> list[list[dict[str, Any]]]:
    """All that was found in a batch in its first row: a function on batches gives back as many rows as it got."""
    return [found, *([] for _ in range(rows - 1))]


def unpacked(packets_of: daft.DataFrame, column: str, columns: int) -> daft.DataFrame:
    """One row for each packet: `bucket`, `c0`, `c1`, ..."""
    rows = packets_of.select(column).explode(column).where(daft.col(column).not_null())
    fields = ["bucket", *(f"c{c}" for c in range(columns))]
    return rows.select(*(daft.col(column).get(name).alias(name) for name in fields))


def joined_cells(cells: Any, dtype: Any) -> Array:
    """The numbers in all cells of a column, end to end."""
    return slices_of(cells, dtype)[0]


def cells_of(table: pa.Table, dtypes: Sequence[tuple[str, Any]]) -> Iterable[tuple[Array, ...]]:
    """The arrays in each row of a table, by the names and types of its columns of cells."""
    columns = [table[name].to_pylist() for name, _ in dtypes]
    for row in zip(*columns, strict=True):
        yield tuple(np.frombuffer(cell, dtype) for cell, (_, dtype) in zip(row, dtypes, strict=True))


Work = Callable[..., Any]


def on_batches(returns: daft.DataType, rows: int | None = None) -> Callable[[Work], Any]:
    """A function from Arrow columns to a column, as a function on columns of a data frame.

    What it needs beside the columns it may hold itself: it goes to the workers with it.
    """
    # In the process that has the columns: kernels let go of the interpreter, and nothing is copied to another.
    made: Callable[[Work], Any] = daft.func.batch(return_dtype=returns, batch_size=rows, use_process=False)
    return made


def by_place(texts: Array, parts: int, among: int) -> Array:
    """Which of so many parts each text of `among` is in, parts being equal stretches."""
    return texts.astype(np.int64) * parts // max(among, 1)
