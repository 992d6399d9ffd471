"""Looking, after each run, for new ads that match what a case watches.

A run may come of a job, or of a command on this machine: workers look at the number of the last run every few
seconds, and a case whose watches have not seen it gets a job.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework import jobs, notices, watches, wrong_joins
from filrouge.casework.database import Database
from filrouge.casework.jobs import State
from filrouge.casework.lineage import Lineage
from filrouge.casework.models import Case, Job, Watch, WatchAlert
from filrouge.casework.work import Workshop
from filrouge.corpus.results import events, last_run
from filrouge.corpus.workspace import Workspace
from filrouge.engines.casebook import Casebook
from filrouge.i18n import N_, _

if TYPE_CHECKING:
    from filrouge.engines.ask import SearchIndex

WATCH: Final = "watch"
MOST_ADS: Final = 10_000
"""Ads of one alert."""
USUAL: Final = 32
"""An identifier that more than 1 ad in so many of the case carries makes no text known by it."""
FEW: Final = 3


@jobs.looking
def look(database: Database, ws: Workspace) -> None:
    """Have the new ads of those cases looked at whose watches have not seen the last run."""
    with database.session() as db:
        if db.scalar(_active().limit(1)) is None:
            return
    run = last_run(ws.refreshed())
    if run is None:
        return
    with database.session() as db:
        if not _behind(db, run.seq):
            return
    with database.writing() as db:
        for case in _behind(db, run.seq):
            jobs.start(db, WATCH, case, None, run=run.seq)


@jobs.kind(WATCH, lambda: _("Looking for what is watched"))
def work(job: Job, workshop: Workshop) -> dict[str, Any]:
    """Look at the new ads of a case."""
    ws = workshop.workspace
    run = last_run(ws)
    assert run is not None
    through = int(run.details["through"])
    with workshop.database.session() as db:
        case = db.get_one(Case, job.case_id)
        rows = [watch for watch in watches.of_case(db, case) if watch.run < run.seq]
        apart = wrong_joins.apart(db, case, Lineage.of(ws))
    workshop.progress.stage(N_("Watches"), len(rows))
    book = Casebook(ws, case.name, jobs=workshop.cores, apart=apart)
    found: dict[int, list[int]] = {}
    looks: dict[int, Looking] = {}
    for watch in rows:
        # Those made at one time look at the same ads.
        here = looks.setdefault(watch.through, Looking(book, watch.through, through, workshop.cores))
        found[watch.id] = here.matching(watch)
        workshop.progress.advance()
    with workshop.database.writing() as db:
        raised = [
            alert
            for watch in rows
            if (alert := _raised(db, watch.id, run.seq, through, found[watch.id])) is not None
        ]
        notices.write(db, case, raised)
    return {"watches": len(rows), "alerts": len(raised)}


def _raised(db: Session, watch_id: int, run: int, through: int, ads: list[int]) -> WatchAlert | None:
    watch = db.get(Watch, watch_id)
    # Another worker may have looked, or somebody deleted it meanwhile.
    if watch is None or watch.run >= run or watch.deleted is not None:
        return None
    watch.run, watch.through = run, max(through, watch.through)
    if not ads:
        return None
    alert = WatchAlert(watch_id=watch.id, case_id=watch.case_id, run=run, ads=ads, watch=watch)
    db.add(alert)
    db.flush()
    return alert


@dataclass
class Looking:
    """The new ads of a case.

    Attributes:
        book: of the case whose ads are looked at; in which clusters and networks they are, its readers see.
        after: ads of later snapshots are new; until: those that the last run has seen.
        cores: that may be used.
    """

    book: Casebook
    after: int
    until: int
    cores: int = 1

    @property
    def ws(self) -> Workspace:
        """The view."""
        return self.book.ws

    @cached_property
    def ads(self) -> np.ndarray:
        """The numbers of the new ads, ascending."""
        seq = pl.col("seq")
        return self._held.filter(seq > self.after, seq <= self.until)["ad"].sort().to_numpy()

    @cached_property
    def index(self) -> SearchIndex:
        """The index, of which only the new ads are seen."""
        from filrouge.engines.opened import open_index

        seen = np.zeros(int(self.ads.max(initial=-1)) + 1, bool)
        seen[self.ads] = True
        return open_index(self.ws, among=seen, jobs=self.cores)

    @cached_property
    def _held(self) -> pl.DataFrame:
        return self.ws.ads(["case", "seq"]).filter(pl.col("case") == self.book.case)

    def matching(self, watch: Watch) -> list[int]:
        """The new ads that match a watch, ascending."""
        if not self.ads.size:
            return []
        if watch.kind in (watches.CLUSTER, watches.NETWORK):
            found = self._of_lead(watch.kind, watch.number, watch.made_at)
        elif watch.kind == watches.IDENTIFIER:
            found = self._carriers(watch.pseudonyms)
        else:
            found = self._near(watch)
        return sorted(found)[-MOST_ADS:]

    def _of_lead(self, of: str, number: int, since: int) -> set[int]:
        # As pages show it, so that an alert never tells of what people of the case keep apart.
        ids = list(became(self.ws, of, number, since))
        inside = self.book.ads.filter(pl.col(of).is_in(ids))["ad"].to_list()
        return set(inside) & set(self.ads.tolist())

    def _carriers(self, pseudonyms: Sequence[str], *, most: int | None = None) -> set[int]:
        numbers = [int(one.partition(":")[2], 16) for one in pseudonyms]
        if not numbers:
            return set()
        rows = self.ws.holders(np.array(numbers, np.uint64)).join(
            self._held.select("ad"), on="ad", how="semi"
        )
        if most is not None:
            rare = rows.group_by("pseudonym").agg(pl.col("ad").n_unique()).filter(pl.col("ad") <= most)
            rows = rows.join(rare.select("pseudonym"), on="pseudonym", how="semi")
        return set(rows["ad"].to_list()) & set(self.ads.tolist())

    def _near(self, watch: Watch) -> set[int]:
        text = watches.opened(self.ws, watch).text
        if not text:
            return set()
        if watch.kind == watches.WORDS:
            return set(self.index.holding(text, MOST_ADS).ads.tolist())
        ranked = self.index.ranked(self.index.question(text), 1_000)
        near = set(ranked.ads[ranked.tied | ranked.equal].tolist())
        return near | self._carriers(watch.pseudonyms, most=max(self._held.height // USUAL, FEW))


def became(ws: Workspace, of: str, number: int, since: int) -> set[int]:
    """A cluster or network, and what it was merged into or split up into after a snapshot."""
    told = events(ws).filter(
        pl.col("of") == of, pl.col("seq") > since, pl.col("kind").is_in(["merged", "split"])
    )
    found = {number}
    for kind, id_, other in told.sort("seq", maintain_order=True).select("kind", "id", "other").iter_rows():
        if kind == "merged" and id_ in found and other >= 0:
            found.add(other)
        elif kind == "split" and other in found:
            found.add(id_)
    return found


def _active() -> Any:
    return (
        select(Watch.id)
        .join(Case, Case.id == Watch.case_id)
        .where(Watch.deleted.is_(None), Case.closed.is_(None))
    )


def _behind(db: Session, run: int) -> list[Case]:
    """The cases whose watches have not seen a run, and for which nobody looks, or tried to."""
    late = select(Watch.case_id).where(Watch.deleted.is_(None), Watch.run < run)
    found = db.scalars(select(Case).where(Case.id.in_(late), Case.closed.is_(None))).unique().all()
    tried = select(Job).where(Job.kind == WATCH, Job.state.in_((*jobs.OPEN, State.FAILED, State.CANCELLED)))
    busy = {
        job.case_id
        for job in db.scalars(tried).unique()
        if job.state in jobs.OPEN or job.arguments.get("run") == run
    }
    return [case for case in found if case.id not in busy]
