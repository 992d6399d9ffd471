"""Comparing in the background: what is new in the workspace with all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework import jobs
from filrouge.casework.jobs import State
from filrouge.casework.models import Case, Job, User
from filrouge.casework.work import Workshop
from filrouge.corpus.results import last_run
from filrouge.corpus.workspace import Workspace
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot

RUN = "run"


def start_run(db: Session, case: Case, user: User, *, anew: bool = False) -> Job:
    """Have the new ads compared; the run that waits already, if one does, will find them too.

    Args:
        db: a transaction of `Database.writing`.
        case: in which case it is asked for; a run is of the whole workspace.
        anew: compare all ads with each other.
    """
    waiting = select(Job).where(Job.kind == RUN, Job.state == State.QUEUED, Job.case_id == case.id)
    for job in db.scalars(waiting).unique():
        if bool(job.arguments.get("anew")) == anew:
            return job
    return jobs.start(db, RUN, case, user, anew=anew)


def is_behind(ws: Workspace, case: str | None = None) -> bool:
    """Whether ads came, or were destroyed, that no run has seen; of one case, or of any.

    What is told to readers of a case is of that case alone: they are not to learn that others work, too.
    """
    last = last_run(ws)
    through = int(last.details["through"]) if last is not None else -1
    rows = ws.snapshots()
    if case is None:
        return any(row.kind == "ingest" or _destroyed(row) for row in rows if row.seq > through)
    own = set(ws.table("sources", ["seq", "case"]).filter(pl.col("case") == case)["seq"].to_list())
    batches = {row.batch for row in rows if row.seq in own}
    return any(
        row.seq in own
        or any(key["case"] == case for key in row.details.get("destroyed_keys", []))
        or not batches.isdisjoint(row.details.get("destroyed_ads", {}))
        for row in rows
        if row.seq > through
    )


def _destroyed(row: Snapshot) -> bool:
    return bool(row.details.get("destroyed_keys") or row.details.get("destroyed_ads"))


@jobs.kind(RUN, lambda: _("Comparing"), alone=True)
def work(job: Job, workshop: Workshop) -> dict[str, Any]:
    """Compare what is new with all of the workspace."""
    from filrouge.engines.run import run

    found = run(
        workshop.workspace,
        anew=bool(job.arguments.get("anew")),
        jobs=workshop.cores,
        progress=workshop.progress,
    )
    # Counts of the whole workspace are not for the members of one case.
    return {"snapshot": found.snapshot.seq if found.snapshot else None}
