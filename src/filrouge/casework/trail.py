"""Reading the audit trail: by person, action, case and day; and proving with the ledger that no end was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from filrouge.casework import audit
from filrouge.casework.audit import Broken
from filrouge.casework.models import AuditEntry

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

KIND: Final = "trail"
"""Of the rows of the ledger that keep the head of the trail."""
UNREADABLE: Final = "unreadable"
"""Stands in files as the action of an entry of which only the number can be read."""


@dataclass(frozen=True)
class Unreadable:
    """An entry of which no more than its number can be read: what else stands there, nobody wrote."""

    seq: int


@dataclass(frozen=True)
class Wanted:
    """Which entries are wanted; what is None, all of it.

    Attributes:
        actor: a login; "" for the program itself.
        action: a code, or the part of it before the dot.
        case: the number of a case.
        since, until: days, both included.
        after: only entries with a greater number.
    """

    actor: str | None = None
    action: str | None = None
    case: int | None = None
    since: date | None = None
    until: date | None = None
    after: int = 0

    def of(self, query: Select[AuditEntry]) -> Select[AuditEntry]:
        """The query, with these limits."""
        if self.after:
            query = query.where(AuditEntry.seq > self.after)
        if self.actor is not None:
            query = query.where(AuditEntry.actor == self.actor)
        if self.action is not None:
            exact = AuditEntry.action == self.action
            query = query.where(exact | AuditEntry.action.startswith(f"{self.action}.", autoescape=True))
        if self.case is not None:
            query = query.where(AuditEntry.case_id == self.case)
        if self.since is not None:
            query = query.where(AuditEntry.at >= datetime.combine(self.since, time.min, UTC))
        if self.until is not None:
            after = datetime.combine(self.until, time.min, UTC) + timedelta(days=1)
            query = query.where(AuditEntry.at < after)
        return query


def count(db: Session, wanted: Wanted) -> int:
    """How many entries there are of those wanted."""
    found = wanted.of(select(AuditEntry)).subquery()
    return db.scalar(select(func.count()).select_from(found)) or 0


def page(db: Session, wanted: Wanted, *, first: int = 0, most: int = 50) -> list[AuditEntry | Unreadable]:
    """Some of the entries, the latest first."""
    return list(_read(db, _numbers(wanted).order_by(AuditEntry.seq.desc()).offset(first).limit(most)))


def first(db: Session, wanted: Wanted, most: int) -> list[AuditEntry | Unreadable]:
    """Some of the entries, the earliest first."""
    return list(_read(db, _numbers(wanted).order_by(AuditEntry.seq).limit(most)))


def entries(db: Session, wanted: Wanted) -> Iterator[AuditEntry | Unreadable]:
    """All of them, the earliest first, a thousand at a time."""
    yield from _read(db, _numbers(wanted).order_by(AuditEntry.seq))


def _numbers(wanted: Wanted) -> Select[Any]:
    return wanted.of(select(AuditEntry)).with_only_columns(AuditEntry.seq)


def _read(db: Session, numbers: Select[Any]) -> Iterator[AuditEntry | Unreadable]:
    for seq, entry in audit.as_they_stand(db, db.scalars(numbers).all()):
        yield entry if entry is not None else Unreadable(seq)


def actors(db: Session, case: int | None = None) -> list[str]:
    """Who did anything, by login."""
    query = select(AuditEntry.actor).distinct().order_by(AuditEntry.actor)
    return list(db.scalars(query if case is None else query.where(AuditEntry.case_id == case)))


def actions(db: Session, case: int | None = None) -> list[str]:
    """What was done, by code."""
    query = select(AuditEntry.action).distinct().order_by(AuditEntry.action)
    return list(db.scalars(query if case is None else query.where(AuditEntry.case_id == case)))


# -- the head, noted elsewhere ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """The digest of the last entry when it was noted: in which snapshot of the ledger, how many entries there were."""

    snapshot: int
    entries: int
    digest: str


def note_head(db: Session, ws: Workspace, by: str) -> Head:
    """Write the head of the trail into the ledger of the workspace, which is a chain of its own.

    Whoever cuts the end of the trail off, or writes all of it anew, would have to write the ledger anew, too.
    """
    number, digest = audit.head(db)
    with ws.begin(KIND, by=by) as batch:
        row = batch.commit({"entries": number, "head": digest})
    return Head(row.seq, number, digest)


def noted_heads(ws: Workspace) -> list[Head]:
    """The heads that the ledger keeps, the first first."""
    return [
        Head(row.seq, int(row.details["entries"]), str(row.details["head"]))
        for row in ws.rows()
        if row.kind == KIND
    ]


def verify(db: Session, ws: Workspace) -> list[Broken]:
    """Where the trail is not as it was written, or not what the ledger says that it was."""
    found = list(audit.verify(db))
    for head in noted_heads(ws):
        if head.entries == 0:
            continue
        digest = db.scalar(select(AuditEntry.digest).where(AuditEntry.seq == head.entries))
        if digest is None:
            found.append(Broken(head.entries, "cut"))
        elif digest != head.digest:
            found.append(Broken(head.entries, "ledger"))
    return found
