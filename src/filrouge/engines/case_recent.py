"""What was made for a page a moment ago, for the next who opens the same one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")
MOST: Final = 128
"""Dossiers that are kept: the people of a case look at the same strongest leads."""


class Recent:
    """The last things that were made, by what they are of; for many threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._guard = Lock()

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, or gave lately. Nobody may change it."""
        with self._guard:
            if key in self._made:
                self._made.move_to_end(key)
                return cast(T, self._made[key])
        made = make()
        with self._guard:
            self._made[key] = made
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return made
