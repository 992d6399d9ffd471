"""Columns of a table as fields of a block, and back: strings end to end, few values by number, small steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.corpus.blocks import from_planes, planes

_NULL: Final = 0xFFFF_FFFF


def strings(values: pl.Series) -> list[bytes]:
    """Strings that mostly differ: their sizes in bytes, and all of them end to end."""
    sizes = values.str.len_bytes().fill_null(_NULL).to_numpy()
    joined: str = values.str.join("").item() or ""
    return [planes(sizes), joined.encode()]


class Strings:
    """What `strings` wrote, read one by one."""

    def __init__(self, sizes: memoryview, chars: memoryview) -> None:
        size = from_planes(sizes, np.uint32)
        self._null = size == _NULL
        self._ends = np.cumsum(np.where(self._null, 0, size), dtype=np.int64)
        self._sizes = size
        self._chars = chars

    def __len__(self) -> int:
        """How many there are."""
        return self._ends.size

    def at(self, places: Sequence[int] | NDArray[np.int64]) -> list[str | None]:
        """Those at the places."""
        chars, null = self._chars, self._null[places].tolist()
        ends = self._ends[places]
        begins = (ends - self._sizes[places]).tolist()
        return [
            None if no else str(chars[begin:end], "utf-8")
            for begin, end, no in zip(begins, ends.tolist(), null, strict=True)
        ]


def few(values: pl.Series) -> list[bytes]:
    """Values of which there are few different ones (strings, numbers, null): which, and all of them."""
    table: dict[Any, int] = {}
    number = [table.setdefault(v, len(table)) for v in values.to_list()]
    return [planes(np.array(number, np.uint32)), json.dumps(list(table), ensure_ascii=False).encode()]


def read_few(numbers: memoryview, table: memoryview) -> tuple[NDArray[np.uint32], list[Any]]:
    """What `few` wrote: which value each is, and the values."""
    return from_planes(numbers, np.uint32), json.loads(bytes(table))


def steps(values: NDArray[np.int64]) -> bytes:
    """Numbers that mostly lie near the one before them."""
    return planes(np.diff(values, prepend=np.int64(0)))


def read_steps(field: memoryview) -> NDArray[np.int64]:
    """What `steps` wrote."""
    return np.cumsum(from_planes(field, np.int64), dtype=np.int64)
