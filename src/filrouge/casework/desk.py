"""The workspace as the people of this house read it: kept fresh, and opened once for all who look at the same view."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from filrouge.corpus.workspace import Workspace

if TYPE_CHECKING:
    from filrouge.casework.lineage import Lineage
    from filrouge.casework.meetings import Touching
    from filrouge.engines.ask import SearchIndex
    from filrouge.engines.case_apart import Apart
    from filrouge.engines.case_past import Numbers, Step
    from filrouge.engines.casebook import Casebook

T = TypeVar("T")
LOOKED_AFTER: Final = 2.0
"""Seconds for which the ledger is taken to be as it was."""
KEPT: Final = 24
"""Casebooks and indexes that are kept open."""


class Desk:
    """A workspace, opened for many readers.

    What is read of it is kept by view and case: the first reader of a new snapshot waits, the others find it ready.

    Attributes:
        read: when somebody last read in a case, by its name; seconds of `time.monotonic`.
    """

    def __init__(self, ws: Workspace, *, jobs: int = 1) -> None:
        self.jobs = jobs
        self._now = ws
        self.read: dict[str, float] = {}
        self._looked = time.monotonic()
        self._guard = threading.Lock()
        self._kept: OrderedDict[tuple[Any, ...], Future[Any]] = OrderedDict()

    def view(self, as_of: date | None = None) -> Workspace:
        """The workspace as it is now, or as it was at the end of a day.

        Raises:
            NoSuchSnapshot: if there was none yet.
        """
        with self._guard:
            if time.monotonic() - self._looked > LOOKED_AFTER:
                fresh = self._now.refreshed()
                if fresh.rows()[-1].seq != self._now.snapshot.seq:
                    self._now = fresh
                self._looked = time.monotonic()
            now = self._now
        if as_of is None:
            return now
        return self._once(("view", as_of, now.snapshot.seq), lambda: now.at(as_of))

    def look_again(self) -> None:
        """Look at the ledger at the next reading: something was written."""
        with self._guard:
            self._looked = -LOOKED_AFTER

    def names(self) -> frozenset[str]:
        """The names of the cases of which the workspace holds ads, or held some."""
        return frozenset(self.view().table("sources", ["case"])["case"])

    def casebook(
        self, case: str, as_of: date | None = None, *, opened: bool = False, apart: Apart | None = None,
        ahead: bool = False,
    ) -> Casebook:  # fmt: skip
        """What a reader of a case may see; masked unless opened.

        Args:
            case: its name.
            as_of: a day of the past; None for now.
            opened: whether texts and identifiers are in the clear.
            apart: what its people keep apart though a run put it together.
            ahead: whether it is made before anybody reads it.
        """
        from filrouge.engines.casebook import Casebook

        if not ahead:
            self.read[case] = time.monotonic()
        ws = self.view(as_of)
        key = ("casebook", case, self._state(ws, as_of))
        # What is reckoned for all readers is reckoned by the first, since a casebook has no lock of its own.
        book = self._once(key, lambda: Casebook(ws, case, jobs=self.jobs).warmed())
        if apart:
            whole = book
            book = self._once((*key, apart), lambda: whole.with_apart(apart).warmed())
        return book.opened_with(opened)

    def index(self, case: str, as_of: date | None = None) -> SearchIndex:
        """The search index, of which only the ads of a case are seen."""
        from filrouge.engines.opened import open_index

        ws = self.view(as_of)
        key = ("index", case, self._state(ws, as_of))
        return self._once(key, lambda: open_index(ws, among=case, jobs=self.jobs))

    def touching(self) -> Touching:
        """Which cases have ads in which networks and clusters, as of now."""
        from filrouge.casework.meetings import touching

        ws = self.view()
        return self._once(("touching", self._state(ws, None)), lambda: touching(ws))

    def steps(self, case: str) -> tuple[Step, ...]:
        """The snapshots that changed something for a case, the newest first, as of now."""
        from filrouge.engines.case_past import steps_of

        ws = self.view()
        return self._once(
            ("steps", case, self._state(ws, None)), lambda: tuple(steps_of(self.casebook(case)))
        )

    def numbers(self, case: str) -> Numbers:
        """By which numbers readers of a case know these."""
        from filrouge.engines.case_past import Numbers

        return Numbers(tuple(step.seq for step in reversed(self.steps(case))))

    def lineage(self) -> Lineage:
        """What became of clusters and networks, as of now."""
        from filrouge.casework.lineage import Lineage

        ws = self.view()
        return self._once(("lineage", self._state(ws, None)), lambda: Lineage.of(ws))

    def _state(self, ws: Workspace, as_of: date | None) -> tuple[Any, ...]:
        # What was destroyed since changes views of the past, too.
        return ws.snapshot.seq, as_of, self._now.snapshot.seq

    def _once(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` gives, made by the first who asks; the others wait for it."""
        with self._guard:
            found = self._kept.get(key)
            if found is None:
                mine: Future[Any] = Future()
                self._kept[key] = mine
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
        if found is not None:
            return cast(T, found.result())
        try:
            made = make()
        except BaseException as e:
            with self._guard:
                self._kept.pop(key, None)
            mine.set_exception(e)
            raise
        mine.set_result(made)
        return made
