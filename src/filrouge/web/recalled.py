"""What was searched for a moment ago, so that one can come back to what was found: in memory alone, never on a disk."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

FOR: Final = 15 * 60.0
"""Seconds."""
KEPT: Final = 500
"""Searches of all people together."""


@dataclass(frozen=True)
class Search:
    """What a form asked for: the text, and what was chosen about how to search with it.

    Attributes:
        name: by which a page speaks of this search without repeating its text.
    """

    text: str
    how: str
    split: str
    name: str = field(default_factory=lambda: secrets.token_hex(8))


class Recalled:
    """The last search of each session in each case."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: OrderedDict[tuple[int, int], tuple[float, Search]] = OrderedDict()

    def keep(self, session: int, case: int, search: Search) -> None:
        """Keep a search for a short while, instead of the one before."""
        with self._guard:
            self._sweep()
            self._kept[session, case] = (time.monotonic(), search)
            self._kept.move_to_end((session, case))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def of(self, session: int, case: int) -> Search | None:
        """The last search, if it was not long ago."""
        with self._guard:
            self._sweep()
            found = self._kept.get((session, case))
            return found[1] if found else None

    def forget(self, session: int, case: int) -> None:
        """Forget it."""
        with self._guard:
            self._kept.pop((session, case), None)

    def _sweep(self) -> None:
        oldest = time.monotonic() - FOR
        while self._kept and next(iter(self._kept.values()))[0] < oldest:
            self._kept.popitem(last=False)
