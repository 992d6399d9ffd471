"""Background jobs: asked for by a person, worked on by another process, seen by all members of the case.

The row of a job is the truth about it. A worker that is killed leaves a row that says "running" and a heart that no
longer beats: the job is then queued again, as often as its kind allows. So every kind must be such that doing it
again is safe, as taking files in and comparing are.

Example:
    ```python
    with here.writing() as db:
        job = jobs.start(db, "run", here.case, here.user, anew=False)
    ```
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from filrouge.casework.audit import note
from filrouge.casework.cases import belonging
from filrouge.casework.database import DATABASE, after_commit
from filrouge.casework.errors import NotThere, Refused
from filrouge.casework.models import Case, Job, User, now
from filrouge.i18n import _, language, speaking

if TYPE_CHECKING:
    from filrouge.casework.database import Database
    from filrouge.casework.work import Workshop
    from filrouge.corpus.workspace import Workspace

SILENT_FOR: Final = timedelta(seconds=30)
"""After so long without a beat of its heart a worker is taken to be dead."""


class State(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN: Final = (State.QUEUED, State.RUNNING)
"""States from which something will still come."""


@dataclass(frozen=True)
class Kind:
    """What can be done in the background.

    Attributes:
        name: as `Job.kind` has it.
        work: does it, and gives the result: numbers, no data.
        title: what it is called, in the language spoken.
        alone: whether only one job of such kinds is worked on at a time.
        tries: how often it is begun before it is given up.
    """

    name: str
    work: Callable[[Job, Workshop], dict[str, Any]]
    title: Callable[[], str]
    alone: bool = False
    tries: int = 3


KINDS: Final[dict[str, Kind]] = {}
"""The kinds of jobs by name; `kind` puts them in."""
LOOKS: Final[list[Callable[[Database, Workspace], None]]] = []
"""What workers do now and then, between jobs: quick; `looking` puts it in."""
AFTER: Final[dict[str, Callable[[Session, Job, Workshop], None]]] = {}
"""What is written together with the end of a job that was done; `afterwards` puts it in."""

AGAIN: Final[dict[str, Callable[[Session, Job, User], Job]]] = {}
"""How jobs of a kind are begun once more, where somebody keeps their number; `beginning_again` puts it in."""


def kind(
    name: str, title: Callable[[], str], *, alone: bool = False, tries: int = 3
) -> Callable[[Callable[[Job, Workshop], dict[str, Any]]], Callable[[Job, Workshop], dict[str, Any]]]:
    """Marks the function that does jobs of a kind: `(job, workshop) -> result`."""

    def put_in(
        work: Callable[[Job, Workshop], dict[str, Any]],
    ) -> Callable[[Job, Workshop], dict[str, Any]]:
        KINDS[name] = Kind(name, work, title, alone, tries)
        return work

    return put_in


def afterwards(
    name: str,
) -> Callable[[Callable[[Session, Job, Workshop], None]], Callable[[Session, Job, Workshop], None]]:
    """Marks what is to be written in the transaction in which a job of a kind becomes done: `(db, job, workshop)`."""

    def put_in(after: Callable[[Session, Job, Workshop], None]) -> Callable[[Session, Job, Workshop], None]:
        AFTER[name] = after
        return after

    return put_in


def beginning_again(
    name: str,
) -> Callable[[Callable[[Session, Job, User], Job]], Callable[[Session, Job, User], Job]]:
    """Marks what begins a job of a kind once more, and tells the new one to who waits for it: `(db, job, user)`."""

    def put_in(begin: Callable[[Session, Job, User], Job]) -> Callable[[Session, Job, User], Job]:
        AGAIN[name] = begin
        return begin

    return put_in


CHORES: Final[list[Callable[[Database, Workspace], None]]] = []
"""What workers do now and then unasked; `chore` puts it in."""


def chore(work: Callable[[Database, Workspace], None]) -> Callable[[Database, Workspace], None]:
    """Marks what is to be done every hour by whoever works: `(database, workspace)`; it must be quick."""
    CHORES.append(work)
    return work


def looking(look: Callable[[Database, Workspace], None]) -> Callable[[Database, Workspace], None]:
    """Marks what workers do every few seconds, and after each run: `(database, workspace)`. It must be quick."""
    LOOKS.append(look)
    return look


def title(job: Job) -> str:
    """What a job is called, in the language spoken."""
    return KINDS[job.kind].title() if job.kind in KINDS else job.kind


# -- what people do -------------------------------------------------------------------------------------------


def start(
    db: Session,
    kind: str,
    case: Case | None,
    user: User | None,
    *,
    closed_too: bool = False,
    **arguments: Any,
) -> Job:
    """Have something done in the background, as soon as this transaction is written.

    Args:
        db: a transaction of `Database.writing`.
        kind: what; see `KINDS`.
        case: in which case; None for what is of no case.
        user: who asks for it; None for the program itself.
        closed_too: whether it may be done in a closed case: it changes nothing there.
        arguments: for the one who does it; JSON, and no data: they are kept.

    Raises:
        Refused: if the case is closed.
    """
    if case is not None and case.closed is not None and not closed_too:
        raise Refused(_("This case is closed: nothing is taken in or written in it any more."))
    job = Job(
        kind=kind, case_id=case.id if case else None, user_id=user.id if user else None, arguments=arguments,
        language=language(), state=State.QUEUED, result={},
    )  # fmt: skip
    db.add(job)
    db.flush()
    db.refresh(job, ["user"])
    note(db, user or "", "job.started", case=case, subject=f"job:{job.id}", kind=kind)
    _send(db, job.id)
    return job


def cancel(db: Session, job: Job, user: User) -> None:
    """Ask for a job to be given up; nothing if it is over. What works on it stops at its next step."""
    if job.state == State.QUEUED:
        job.state, job.ended = State.CANCELLED, now()
    elif job.state == State.RUNNING and job.stop is None:
        job.stop = now()
    else:
        return
    note(db, user, "job.cancelled", case=job.case_id, subject=f"job:{job.id}", kind=job.kind)


def again(db: Session, job: Job, user: User) -> Job:
    """Have done again what failed or was cancelled, as a new job.

    Raises:
        Refused: if it is still under way, or done.
    """
    if job.state not in (State.FAILED, State.CANCELLED):
        raise Refused(_("Only what failed or was cancelled can be tried again."))
    return AGAIN.get(job.kind, begun_again)(db, job, user)


def begun_again(db: Session, job: Job, user: User) -> Job:
    """The same job once more, as a new one."""
    case = db.get(Case, job.case_id) if job.case_id is not None else None
    return start(db, job.kind, case, user, **job.arguments)


def of_case(db: Session, case: Case, *, most: int = 50) -> Sequence[Job]:
    """The jobs of a case, the newest first."""
    return db.scalars(select(Job).where(Job.case_id == case.id).order_by(Job.id.desc()).limit(most)).all()


def one_of_case(db: Session, case: Case, number: int) -> Job:
    """A job of a case.

    Raises:
        NotThere: if there is none of that number.
    """
    job = belonging(db, case, Job, number)
    if job is None:
        raise NotThere
    return job


def under_way(db: Session, case: Case) -> int:
    """How many jobs of a case are not over."""
    return len(db.scalars(select(Job.id).where(Job.case_id == case.id, Job.state.in_(OPEN))).all())


# -- what workers do ------------------------------------------------------------------------------------------


def new_worker() -> str:
    """A name for a worker of this process."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def claim(db: Session, number: int, worker: str) -> Job | None:
    """The job, which is now this worker's; None if it is not to be had now.

    Args:
        db: a transaction of `Database.writing`, so that two workers do not take one job.
        number: of the job.
        worker: see `new_worker`.
    """
    job = db.get(Job, number)
    if job is None or job.state != State.QUEUED or job.kind not in KINDS:
        return None
    if KINDS[job.kind].alone:
        others = [name for name, other in KINDS.items() if other.alone]
        busy = select(Job.id).where(Job.kind.in_(others), Job.state == State.RUNNING).limit(1)
        if db.scalar(busy) is not None:
            return None
    job.state, job.worker, job.beat = State.RUNNING, worker, now()
    job.begun = job.begun or now()
    job.attempts += 1
    job.stage, job.done, job.of = "", 0, None
    return job


def beat(db: Session, number: int, worker: str, stage: str, done: int, of: int | None) -> bool | None:
    """Say that a job is worked on, and how far it is; whether it is to stop, None if it is no longer this worker's."""
    said = (
        update(Job)
        .where(Job.id == number, Job.worker == worker, Job.state == State.RUNNING)
        .values(beat=now(), stage=stage, done=done, of=of)
        .returning(Job.stop)
    )
    rows = db.execute(said).all()
    return rows[0][0] is not None if rows else None


def mine(db: Session, number: int, worker: str) -> Job | None:
    """The job, if this worker works on it."""
    job = db.get(Job, number)
    return job if job is not None and job.worker == worker and job.state == State.RUNNING else None


def end(
    db: Session,
    job: Job,
    state: State,
    *,
    result: dict[str, Any] | None = None,
    message: str = "",
    fault: str = "",
) -> None:
    """Write down how a job ended."""
    job.state, job.ended, job.message, job.fault = state, now(), message, fault
    if result is not None:
        job.result = result
    note(
        db, "", f"job.{state.value}", case=job.case_id, subject=f"job:{job.id}", kind=job.kind,
        **({"fault": fault} if fault else {}),
    )  # fmt: skip


def put_back(db: Session, job: Job) -> None:
    """Give a job back that its worker could not end, since it has to end itself; that is no try of it."""
    job.state, job.worker, job.beat = State.QUEUED, "", None
    job.attempts -= 1
    _send(db, job.id)


def requeue_lost(db: Session, *, moment: datetime | None = None) -> list[int]:
    """Queue the jobs again whose worker died; give those up that were begun too often.

    Returns:
        The numbers of the jobs that wait now.
    """
    moment = moment or now()
    found = []
    for job in db.scalars(select(Job).where(Job.state == State.RUNNING)).unique():
        silent = job.beat is None or moment - job.beat > SILENT_FOR
        if not silent and not _is_dead(job.worker):
            continue
        tries = KINDS[job.kind].tries if job.kind in KINDS else 1
        if job.stop is not None:
            end(db, job, State.CANCELLED)
        elif job.attempts >= tries:
            with speaking(job.language):
                end(db, job, State.FAILED, message=_(
                    "The work on this ended abruptly, {times} times: perhaps for want of memory. Nothing was changed. "
                    "Bring less at once, or ask the administrator to look at the machine."
                ).format(times=job.attempts))  # fmt: skip
        else:
            job.state, job.worker, job.beat = State.QUEUED, "", None
            _send(db, job.id)
            found.append(job.id)
    return found


def waiting(db: Session) -> Sequence[int]:
    """The numbers of the jobs that wait, the oldest first."""
    return db.scalars(select(Job.id).where(Job.state == State.QUEUED).order_by(Job.id)).all()


def _is_dead(worker: str) -> bool:
    """Whether a worker is known to be dead: one of this machine whose process is gone."""
    host, process, _token = worker.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _send(db: Session, number: int) -> None:
    """Send the number of a job once this transaction is written."""
    database = db.info.get(DATABASE)
    if database is not None:
        after_commit(db, lambda: database.queue.send(number))
