"""What visitors would wait for, made before they come: charts when the application starts, casebooks after each run.

Whatever is written to the workspace makes casebooks anew. After a run those of all cases are made, as far as they can
be kept; after anything else, such as a package that was made, those that somebody read a short while ago.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from filrouge.casework import wrong_joins
from filrouge.casework.desk import KEPT
from filrouge.casework.models import Case
from filrouge.corpus.results import last_run
from filrouge.i18n import LANGUAGES, speaking
from filrouge.web import drawings

if TYPE_CHECKING:
    from filrouge.web.house import House

LOOKED: Final = 2.0
"""Seconds between two looks at the workspace."""
RECENT: Final = 15 * 60.0
"""Seconds for which a case that was read is taken to be read on."""
MOST: Final = KEPT // 4
"""Cases that are made ready: the desk keeps up to four things of each."""
_log = logging.getLogger("filrouge.web")


class Warmer:
    """Looks at the workspace now and then, on a thread of its own, and makes ready what changed."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen = -1
        self._run = -1
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="warming", daemon=True)

    def start(self) -> None:
        """Begin to, in the background."""
        self._thread.start()

    def end(self) -> None:
        """Stop soon: what is being made is made to its end."""
        self._ending.set()

    def look(self) -> list[str]:
        """Make ready what changed since the last look; gives the names of the cases that were made ready."""
        view = self._house.desk.view()
        seq = view.snapshot.seq
        if seq == self._seen:
            return []
        run = last_run(view)
        latest = run.seq if run is not None else -1
        done: list[str] = []
        for name in self._wanted(all_of_them=self._seen < 0 or latest != self._run):
            # What is written meanwhile is looked at next time; nobody waits for what nobody will read.
            if self._ending.is_set() or self._house.desk.view().snapshot.seq != seq:
                return done
            self._make_ready(name)
            done.append(name)
        self._seen, self._run = seq, latest
        return done

    def _wanted(self, *, all_of_them: bool) -> list[str]:
        """The cases that are to be made ready, those that were read last first."""
        read = self._house.desk.read
        with self._house.database.session() as db:
            names = list(db.scalars(select(Case.name).where(Case.closed.is_(None)).order_by(Case.id)))
        now = time.monotonic()
        wanted = [name for name in names if all_of_them or now - read.get(name, -RECENT) < RECENT]
        return sorted(wanted, key=lambda name: -read.get(name, 0.0))[:MOST]

    def _make_ready(self, name: str) -> None:
        desk = self._house.desk
        with self._house.database.session() as db:
            case = db.scalars(select(Case).where(Case.name == name)).unique().one()
            apart = wrong_joins.apart(db, case, desk.lineage())
        desk.casebook(name, apart=apart, ahead=True)
        desk.index(name)

    def _work(self) -> None:
        try:
            for language in LANGUAGES:
                with speaking(language):
                    drawings.prepare()
        except Exception as trouble:
            _log.warning("not warmed: %s", type(trouble).__name__)
        while not self._ending.is_set():
            try:
                self.look()
            except Exception as trouble:
                # Whoever opens the page meets the same trouble, and is told.
                _log.warning("not warmed: %s", type(trouble).__name__)
            self._ending.wait(LOOKED)
