"""Work dealt to threads: kernels let go of the interpreter, so threads are cores. Results are in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
A = TypeVar("A")
FEW: Final = 4
"""Pieces of work that this thread does sooner than it can ask for help."""
_HELPERS: Final = min(os.cpu_count() or 1, 4) - 1


def in_order(work: Callable[[int], T], count: int, threads: int) -> list[T]:
    """What `work` makes of 0, 1, ... count - 1, in that order, made by so many threads.

    One thread is this one: to start others takes longer than many a search's step.
    """
    if threads == 1 or count < 2:
        return [work(k) for k in range(count)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(count)))


@cache
def _standing_by() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(_HELPERS, 1), thread_name_prefix="helping")


# A process that is forked has no threads but its own: it calls for others.
os.register_at_fork(after_in_child=_standing_by.cache_clear)


def with_help(work: Callable[[A], T], things: Sequence[A]) -> list[T]:
    """What `work` makes of each of a few things, in that order, while somebody waits.

    Threads that stand by take their part, as far as they have nothing else to do: many who ask at once do not wait for
    each other's help.
    """
    left = deque(enumerate(things))
    made: dict[int, T] = {}

    def go_on() -> None:
        while left:
            try:
                k, thing = left.popleft()
            except IndexError:  # another thread took the last
                return
            made[k] = work(thing)

    try:
        helpers = [_standing_by().submit(go_on) for _ in range(_HELPERS)] if len(things) >= FEW else []
    except RuntimeError:  # the interpreter ends, or the system gives no more threads
        left.clear()
        return [work(thing) for thing in things]
    try:
        go_on()
    finally:
        left.clear()
        begun = [helper for helper in helpers if not helper.cancel()]
        for helper in begun:
            helper.exception()
    for helper in begun:
        helper.result()
    return [made[k] for k in range(len(things))]


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
