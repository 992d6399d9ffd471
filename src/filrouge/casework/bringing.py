"""Taking a file in, in the background: its ads go into the workspace, and then they are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework import comparing, jobs
from filrouge.casework.database import Database
from filrouge.casework.errors import Refused
from filrouge.casework.files import INGEST, columns_of, in_plain_words, put_away, sweep
from filrouge.casework.models import BroughtFile, Case, Job, now
from filrouge.casework.spool import Spool
from filrouge.casework.work import Workshop
from filrouge.corpus.workspace import Workspace
from filrouge.errors import FilrougeError
from filrouge.i18n import _

MOST_UNPACKED: Final = 4_000_000_000
"""Bytes that a file may have when it is unpacked."""


@dataclass(frozen=True)
class OneFile:
    """A shelf with one file of the spool, see `ads.readers.opening.Shelf`."""

    spool: Spool
    spooled: str
    length: int
    most: int = MOST_UNPACKED

    def read(self, name: str) -> bytes:
        """All bytes of the file."""
        return self.spool.read(self.spooled)

    def size(self, name: str) -> int:
        """How many those are."""
        return self.length


@jobs.kind(INGEST, lambda: _("Taking a file in"))
def work(job: Job, workshop: Workshop) -> dict[str, Any]:
    """Take the ads of a brought file into the workspace; what an attempt before did is not done twice."""
    from filrouge.engines.ingest import ingest

    with workshop.database.session() as db:
        file = db.get(BroughtFile, job.arguments["file"])
        case = db.get(Case, job.case_id)
    if file is None or case is None or not file.spooled:
        raise Refused(_("This file does not wait any more. Bring it again if it is needed."))
    ws = workshop.workspace
    done = _done_before(ws, case, file, job)
    if done is not None:
        return done
    person = job.user
    try:
        found = ingest(
            ws,
            [file.name],
            case=case.name,
            columns=columns_of(file),
            receiver=f"{person.name} ({person.login})" if person else "",
            jobs=workshop.cores,
            progress=workshop.progress,
            shelf=OneFile(Spool(ws), file.spooled, file.bytes),
        )
    except FilrougeError as trouble:
        raise Refused(in_plain_words(trouble)) from trouble
    fields: dict[str, int] = {}
    for line in found.rejects:
        fields[line.field] = fields.get(line.field, 0) + 1
    return {
        "file": file.id,
        "snapshot": found.snapshot.seq if found.snapshot else None,
        "read": found.read,
        "added": found.added,
        "held": found.held,
        "rejects": len(found.rejects),
        "fields": fields,
    }


@jobs.afterwards(INGEST)
def after(db: Session, job: Job, workshop: Workshop) -> None:
    """The file is there: it goes from the spool, and what is new is compared once no other file is on its way."""
    file = db.get(BroughtFile, job.arguments["file"])
    if file is not None:
        put_away(db, Spool(workshop.workspace), file, "taken")
    case = db.get(Case, job.case_id)
    others = select(Job.id).where(
        Job.kind == INGEST, Job.case_id == job.case_id, Job.state.in_(jobs.OPEN), Job.id != job.id
    )
    if case is None or job.user is None or case.closed is not None or db.scalar(others.limit(1)):
        return
    if comparing.is_behind(workshop.workspace):
        comparing.start_run(db, case, job.user)


@jobs.chore
def tidy(database: Database, ws: Workspace) -> None:
    """Put away the files that waited too long."""
    with database.writing() as db:
        sweep(db, Spool(ws))


def _done_before(ws: Workspace, case: Case, file: BroughtFile, job: Job) -> dict[str, Any] | None:
    """What an attempt at this job wrote before it was killed; None if it wrote nothing."""
    begun = job.begun or now()
    mine = ws.table("sources", ["seq", "sha256", "case", "received_at", "rows"]).filter(
        (pl.col("case") == case.name)
        & (pl.col("sha256") == file.sha256)
        & (pl.col("received_at") >= begun.replace(tzinfo=None))
    )
    if mine.is_empty():
        return None
    seq, read = int(mine["seq"][-1]), int(mine["rows"][-1])
    row = next(row for row in ws.snapshots() if row.seq == seq)
    added = int(row.details["ads"]) - int(row.details["dropped"])
    fields = ws.table("rejects", ["seq", "field"]).filter(pl.col("seq") == seq).group_by("field").len()
    return {
        "file": file.id,
        "snapshot": seq,
        "read": read,
        "added": added,
        "held": read - added,
        "rejects": int(fields["len"].sum()),
        "fields": dict(fields.iter_rows()),
    }
