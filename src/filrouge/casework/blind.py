"""Second opinions: on what they are wanted, who may give them, and what is held back from who was asked.

Whoever takes a task sees the ads and the template. Until they have said what they think, neither the first opinion
nor anything that the machine made of it (bits, strength, rank, signs) reaches them on any page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework.access import Permission, may
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.casework.models import BlindTask, Case, Opinion, SeenLead, User, now
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.casework.lineage import What
    from filrouge.casework.verdicts import Judged


def wanted(db: Session, case: Case) -> frozenset[What]:
    """On what a second opinion is wanted and not given yet, whether somebody is at it or not."""
    rows = db.execute(
        select(BlindTask.of, BlindTask.number).where(
            BlindTask.case_id == case.id, BlindTask.done.is_(None), BlindTask.withdrawn.is_(None)
        )
    )
    return frozenset((of, number) for of, number in rows)


def held_back(db: Session, user: User, case: Case) -> frozenset[What]:
    """What is held back from a person in a case: what they are asked about just now."""
    rows = db.execute(
        select(BlindTask.of, BlindTask.number).where(
            BlindTask.case_id == case.id,
            BlindTask.user_id == user.id,
            BlindTask.done.is_(None),
            BlindTask.withdrawn.is_(None),
        )
    )
    return frozenset((of, number) for of, number in rows)


def current(db: Session, user: User, case: Case) -> list[BlindTask]:
    """The tasks that a person has taken and not answered yet."""
    return list(
        db.scalars(
            select(BlindTask)
            .where(
                BlindTask.case_id == case.id,
                BlindTask.user_id == user.id,
                BlindTask.done.is_(None),
                BlindTask.withdrawn.is_(None),
            )
            .order_by(BlindTask.id)
        )
    )


def offered(db: Session, user: User, case: Case) -> list[BlindTask]:
    """The tasks that a person may take: those on what they never said anything of, and were never asked about.

    Those come first whose page the person has not opened yet, then the oldest.
    """
    if not may(user, Permission.CONFIRM, case):
        return []
    free = db.scalars(
        select(BlindTask)
        .where(
            BlindTask.case_id == case.id,
            BlindTask.user_id.is_(None),
            BlindTask.done.is_(None),
            BlindTask.withdrawn.is_(None),
        )
        .order_by(BlindTask.id)
    ).all()
    said = {
        (of, number)
        for of, number in db.execute(
            select(Opinion.of, Opinion.number).where(Opinion.case_id == case.id, Opinion.user_id == user.id)
        )
    }
    asked = {
        (of, number)
        for of, number in db.execute(
            select(BlindTask.of, BlindTask.number).where(
                BlindTask.case_id == case.id, BlindTask.user_id == user.id
            )
        )
    }
    seen = _seen(db, user, case)
    some = [task for task in free if (task.of, task.number) not in said | asked]
    return sorted(some, key=lambda task: ((task.of, task.number) in seen, task.id))


def take(db: Session, user: User, case: Case, what: What | None = None) -> BlindTask:
    """Take the next task, or that on a given cluster or network.

    Raises:
        Refused: if there is none for this person.
    """
    mine, free = current(db, user, case), offered(db, user, case)
    if what is not None:
        mine, free = ([task for task in some if (task.of, task.number) == what] for some in (mine, free))
    if mine:
        return mine[0]
    if not free:
        raise Refused(_("No second opinion is wanted of you just now."))
    task = free[0]
    task.user_id, task.taken = user.id, now()
    task.seen_before = (task.of, task.number) in _seen(db, user, case)
    note(db, user, "second_opinion.taken", case=case, subject=f"task:{task.id}")
    return task


def give_up(db: Session, user: User, case: Case, task: BlindTask) -> None:
    """Write that a task came back unanswered; see `judging.hand_back`."""
    task.withdrawn = now()
    note(db, user, "second_opinion.handed_back", case=case, subject=f"task:{task.id}")
    db.flush()


def own_task(db: Session, user: User, case: Case, task_id: int) -> BlindTask | None:
    """A task that a person has taken and not answered; None if there is none of that number."""
    return next((task for task in current(db, user, case) if task.id == task_id), None)


def finish(task: BlindTask, said: Opinion) -> None:
    """Write that a task is answered."""
    task.done, task.opinion_id = now(), said.id


def look_after(db: Session, case: Case, one: Judged) -> None:
    """Ask for a second opinion where one is wanted, and no more where it is not.

    One that somebody has taken stays: being taken from the desk would tell what the first judge did.
    """
    rows = db.scalars(
        select(BlindTask).where(
            BlindTask.case_id == case.id,
            BlindTask.of == one.of,
            BlindTask.number == one.number,
            BlindTask.done.is_(None),
            BlindTask.withdrawn.is_(None),
        )
    ).all()
    wants = one.wants_second(case.id)
    if wants and not rows:
        db.add(BlindTask(case_id=case.id, of=one.of, number=one.number))
    elif not wants:
        for task in rows:
            if task.user_id is None:
                task.withdrawn = now()
    db.flush()


def _seen(db: Session, user: User, case: Case) -> set[What]:
    return {
        (of, number)
        for of, number in db.execute(
            select(SeenLead.of, SeenLead.number).where(
                SeenLead.user_id == user.id, SeenLead.case_id == case.id
            )
        )
    }
