"""Work dealt to threads: kernels let go of the interpreter, so threads are cores. Results are in order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


def in_order(work: Callable[[int], T], count: int, threads: int) -> list[T]:
    """What `work` makes of 0, 1, ... count - 1, in that order, made by so many threads.

    One thread is this one: to start others takes longer than many a search's step.
    """
    if threads == 1 or count < 2:
        return [work(k) for k in range(count)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(count)))


def even_cuts(count: int, together: int) -> NDArray[np.int64]:
    """Where to cut `count` things into shares of at most `together`: shape (shares + 1,), from 0 to `count`."""
    return np.append(np.arange(0, count, together), count).astype(np.int64)


def shares_of(sizes: NDArray[np.integer], together: int) -> list[slice]:
    """Things of these sizes in shares that each hold about `together`; one share, if there is nothing."""
    cuts = cuts_at(np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]), together).tolist()
    return [slice(a, b) for a, b in pairwise(cuts)] or [slice(0, 0)]


def cuts_at(begins: NDArray[np.int64], together: int) -> NDArray[np.int64]:
    """Where to cut slices so that each share holds about `together`, and no slice is cut: shape (shares + 1,).

    Args:
        begins: where each slice begins, and where the last one ends.
        together: what a share holds, and more only if one slice alone does.
    """
    last = begins.size - 1
    marks = np.searchsorted(begins, np.arange(together, int(begins[-1]), together))
    return np.unique(np.concatenate([[0], np.minimum(marks, last), [last]])).astype(np.int64)
