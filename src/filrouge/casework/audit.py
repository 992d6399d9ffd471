"""The audit trail: who did what, when and why, as a chain in which every entry proves all before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from filrouge.casework.database import lock
from filrouge.casework.models import AuditEntry, Case, User, now

CIRCUMSTANCES: Final = "filrouge.circumstances"
"""Under this name a transaction has details of every entry that is written in it, such as by which token."""
BEGINNING: Final = "0" * 64
"""What the first entry has before it."""
_AT_ONCE: Final = 1_000


def note(
    db: Session,
    actor: User | str,
    action: str,
    *,
    case: Case | int | None = None,
    subject: str = "",
    **details: Any,
) -> AuditEntry:
    """Write to the trail, in the transaction of what is noted: both are written, or neither.

    Args:
        db: the transaction. No other one writes to the trail until it ends.
        actor: who; "" for the program itself.
        action: a short code, "thing.done".
        case: in which case.
        subject: what it was done to, by number: "network:12". Never words of an ad, nor an identifier.
        details: what else must be known, such as the reason that was given.
    """
    lock(db)
    last, before = _last(db)
    entry = AuditEntry(
        seq=last + 1,
        at=now().replace(microsecond=0),
        actor=actor if isinstance(actor, str) else actor.login,
        action=action,
        case_id=case.id if isinstance(case, Case) else case,
        subject=subject,
        details={**details, **db.info.get(CIRCUMSTANCES, {})},
        before=before,
        digest="",
    )
    entry.digest = digest_of(entry)
    db.add(entry)
    db.flush()
    return entry


def fields(entry: AuditEntry) -> dict[str, Any]:
    """What the digest of an entry is made of, as it is told to others."""
    return {
        "seq": entry.seq,
        "at": told(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "case": entry.case_id,
        "subject": entry.subject,
        "details": entry.details,
        "before": entry.before,
    }


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 over the `fields` of an entry, the digest before it among them: as JSON, keys in order, UTF-8."""
    said = json.dumps(fields(entry), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(said.encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class Broken:
    """Where the chain is not as it was written: the entry's number, and "missing", "altered" or "linked"."""

    seq: int
    what: str


def verify(db: Session) -> Iterator[Broken]:
    """The places where the trail is not as it was written; none if all is well."""
    expected, before = 1, BEGINNING
    numbers = db.scalars(select(AuditEntry.seq).order_by(AuditEntry.seq)).all()
    for seq, entry in as_they_stand(db, numbers):
        if seq != expected:
            yield Broken(expected, "missing")
        elif entry is not None and entry.before != before:
            yield Broken(seq, "linked")
        if entry is None or digest_of(entry) != entry.digest or entry.at.microsecond:
            yield Broken(seq, "altered")
        expected, before = seq + 1, entry.digest if entry is not None else ""


def as_they_stand(db: Session, numbers: Sequence[int]) -> Iterator[tuple[int, AuditEntry | None]]:
    """Entries by their numbers, in that order; None for one that cannot even be read any more."""
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        try:
            found = {
                entry.seq: entry for entry in db.scalars(select(AuditEntry).where(AuditEntry.seq.in_(some)))
            }
        except (ValueError, TypeError):
            found = {seq: entry for seq in some if (entry := _readable(db, seq)) is not None}
        for seq in some:
            entry = found.get(seq)
            yield seq, entry if entry is not None and isinstance(entry.details, dict) else None


def _readable(db: Session, seq: int) -> AuditEntry | None:
    try:
        return db.get(AuditEntry, seq)
    except (ValueError, TypeError):
        return None


def head(db: Session) -> tuple[int, str]:
    """How many entries there are, and the digest of the last: noted elsewhere, it shows if the end was cut off."""
    count = db.scalar(select(func.count()).select_from(AuditEntry)) or 0
    return count, _last(db)[1]


def _last(db: Session) -> tuple[int, str]:
    """The number and the digest of the last entry, even of one of which nothing else can be read."""
    last = db.execute(
        select(AuditEntry.seq, AuditEntry.digest).order_by(AuditEntry.seq.desc()).limit(1)
    ).first()
    return (last.seq, last.digest) if last is not None else (0, BEGINNING)


def told(at: datetime) -> str:
    """A time as digests are made of it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
