"""Which rows of a table have some values of a column, without looking through all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]


class RowsBy:
    """The rows of a table by the values of one column.

    Args:
        values: of each row.
    """

    def __init__(self, values: NDArray[Any]) -> None:
        self._order: Int64Array = np.argsort(values, kind="stable").astype(np.int64)
        self._sorted = values[self._order]

    def of(self, wanted: NDArray[Any]) -> Int64Array:
        """The rows that have one of some different values: value after value, ascending within each."""
        first = np.searchsorted(self._sorted, wanted)
        sizes = np.searchsorted(self._sorted, wanted, side="right") - first
        at = np.repeat(first - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))
        out: Int64Array = self._order[at]
        return out
