"""Evidence packages as the people of this house ask for them, keep them for a week, and hand them over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework import audit, jobs
from filrouge.casework.audit import note
from filrouge.casework.cases import belonging
from filrouge.casework.database import Database
from filrouge.casework.errors import Refused
from filrouge.casework.models import AuditEntry, Case, Job, MadePackage, User, now
from filrouge.casework.spool import Spool
from filrouge.casework.trail import UNREADABLE
from filrouge.corpus.workspace import Workspace
from filrouge.i18n import _

PACKAGE: Final = "package"
FOLDER: Final = "packages"
KEPT_FOR: Final = timedelta(days=7)
"""After so long the file is deleted; it can be made again."""
LONGEST: Final = 300
"""Characters of what a person types: for whom, why."""
_SHOWN: Final = 100
_STAYS_IN: Final = ("meeting.", "survivor.", "hook.", "notice.")
"""How the actions begin of which no package tells: they name other cases, people who asked for their own ads, and hosts
of this house, to who leads the case alone."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants packaged, and on which terms.

    Attributes:
        of, numbers: "network" or "cluster" and its id, or "ads" and their numbers.
        opened: whether identifiers, names and texts stand in the clear, for the `reason`.
        seq: the snapshot that is packaged, and `as_of` which day that is; None for today.
    """

    of: str
    numbers: tuple[int, ...]
    language: str
    recipient: str
    purpose: str
    seq: int
    opened: bool = False
    reason: str = ""
    as_of: date | None = None


def ask(db: Session, by: User, case: Case, asked: Asked) -> MadePackage:
    """Have a package made.

    Args:
        db: a transaction of `Database.writing`.
        by: who wants it. case: whose ads it holds.
        asked: what, and on which terms.

    Raises:
        Refused: if it is not said for whom and why, or why it is open.
    """
    recipient, purpose, reason = (
        " ".join(said.split()) for said in (asked.recipient, asked.purpose, asked.reason)
    )
    if len(recipient) < 2 or len(purpose) < 5:
        raise Refused(
            _("Say for whom the package is and why they get it: both stand on every page of its report.")
        )
    if asked.opened and len(reason) < 5:
        raise Refused(_("Opening texts and identifiers needs a reason, which the audit trail keeps."))
    if max(len(recipient), len(purpose), len(reason)) > LONGEST:
        raise Refused(_("Say it in at most {most} characters.").format(most=LONGEST))
    row = MadePackage(
        case_id=case.id, user_id=by.id, made=now().replace(microsecond=0), of=asked.of, numbers=list(asked.numbers),
        language=asked.language, opened=asked.opened, reason=reason if asked.opened else "", recipient=recipient,
        purpose=purpose, as_of=asked.as_of, seq=asked.seq,
    )  # fmt: skip
    db.add(row)
    db.flush()
    entry = note(
        db, by, "package.asked", case=case, subject=f"package:{row.id}", what=name_of(row), snapshot=row.seq,
        recipient=recipient, purpose=purpose, text="open" if row.opened else "masked",
        **({"reason": row.reason} if row.opened else {}), **({"as_of": row.as_of.isoformat()} if row.as_of else {}),
    )  # fmt: skip
    row.audit_seq = entry.seq
    _start(db, by, case, row)
    return row


def make_again(db: Session, by: User, case: Case, row: MadePackage) -> Job:
    """Have the file of a package made once more, byte for byte, after it was deleted or could not be made.

    Raises:
        Refused: if it is there, or is being made.
    """
    if row.stored or (row.job is not None and row.job.state in jobs.OPEN):
        raise Refused(_("This package is there, or is being made."))
    note(db, by, "package.asked_again", case=case, subject=f"package:{row.id}")
    return _start(db, by, case, row)


def made(
    db: Session,
    row: MadePackage,
    *,
    name: str,
    sha256: str,
    bytes: int,
    signed_by: str,
    ads: int,
    stored: str,
) -> None:
    """Write down that the file of a package is there."""
    if row.sha256 and row.sha256 != sha256:
        note(
            db,
            "",
            "package.differs",
            case=row.case_id,
            subject=f"package:{row.id}",
            before=row.sha256,
            sha256=sha256,
        )
    row.name, row.sha256, row.bytes, row.signed_by, row.ads = name, sha256, bytes, signed_by, ads
    row.stored, row.gone, row.keep_until = stored, None, now() + KEPT_FOR
    note(
        db, row.user or "", "package.made", case=row.case_id, subject=f"package:{row.id}", sha256=sha256,
        bytes=bytes, signed_by=signed_by, recipient=row.recipient,
    )  # fmt: skip


def fetched(db: Session, by: User, row: MadePackage) -> None:
    """Write down that somebody took the file along."""
    row.fetched += 1
    note(
        db, by, "package.fetched", case=row.case_id, subject=f"package:{row.id}", sha256=row.sha256,
        recipient=row.recipient,
    )  # fmt: skip


def forget(db: Session, by: User | str, row: MadePackage) -> str:
    """Write down that the file is deleted; gives its name, for who deletes it once that is written."""
    stored, row.stored, row.gone = row.stored, "", now()
    note(db, by, "package.deleted", case=row.case_id, subject=f"package:{row.id}")
    return stored


def of_case(db: Session, case: Case) -> Sequence[MadePackage]:
    """The packages of a case, the newest first."""
    rows = select(MadePackage).where(MadePackage.case_id == case.id).order_by(MadePackage.id.desc())
    return db.scalars(rows.limit(_SHOWN)).unique().all()


def one_of(db: Session, case: Case, number: int) -> MadePackage | None:
    """A package of a case; None if it has none of that number."""
    return belonging(db, case, MadePackage, number)


def name_of(row: MadePackage) -> str:
    """What a package is of, as its file is named: N12, C345, A17-18."""
    if row.of == "ads":
        return "A" + "-".join(map(str, sorted(row.numbers)[:4])) + ("-etc" if len(row.numbers) > 4 else "")
    return ("N" if row.of == "network" else "C") + str(row.numbers[0])


def extract(db: Session, case: Case, until: int, held: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The audit trail of a case as it goes along with a package: the entries of the case alone, up to one of them.

    Each has its own digest and the one before it in the whole trail, so that who has the trail can prove that nothing
    was changed, though entries of other cases lie between. What is for the leaders of the case alone is not among them.

    Args:
        db: a transaction. case: whose entries.
        until: the number of the last entry.
        held: subjects of which the person who asks may not learn yet.
    """
    rows = db.execute(
        select(AuditEntry.seq, AuditEntry.action, AuditEntry.subject)
        .where(AuditEntry.case_id == case.id, AuditEntry.seq <= until)
        .order_by(AuditEntry.seq)
    )
    wanted = [row.seq for row in rows if row.subject not in held and not row.action.startswith(_STAYS_IN)]
    return [_row_of(seq, entry) for seq, entry in audit.as_they_stand(db, wanted)]


def _row_of(seq: int, entry: AuditEntry | None) -> dict[str, Any]:
    """An entry as it goes along; of one that was changed from outside and cannot be read, that it is one."""
    if entry is None:
        nothing = dict.fromkeys(("at", "by", "action", "subject", "details", "before", "digest"), "")
        return {"number": seq, **nothing, "action": UNREADABLE}
    return {
        "number": seq, "at": audit.told(entry.at), "by": entry.actor, "action": entry.action,
        "subject": entry.subject, "details": json.dumps(entry.details, sort_keys=True, ensure_ascii=False),
        "before": entry.before, "digest": entry.digest,
    }  # fmt: skip


@jobs.chore
def sweep(database: Database, ws: Workspace) -> None:
    """Delete the files that were kept long enough, and those of which no row tells: of work that was cut off."""
    spool = Spool(ws, FOLDER)
    late = select(MadePackage).where(MadePackage.stored != "", MadePackage.keep_until < now())
    with database.session() as db:
        is_late = db.scalars(late.limit(1)).first() is not None
    if is_late:
        with database.writing() as db:
            gone = [forget(db, "", row) for row in db.scalars(late).unique()]
        for stored in gone:
            spool.delete(stored)
    with database.session() as db:
        known = set(db.scalars(select(MadePackage.stored).where(MadePackage.stored != "")))
    spool.sweep(known)


@jobs.beginning_again(PACKAGE)
def _made_again(db: Session, job: Job, user: User) -> Job:
    """The row knows of the new job, so that its file is not made by two at once."""
    row = db.get_one(MadePackage, job.arguments["package"])
    return make_again(db, user, db.get_one(Case, row.case_id), row)


def _start(db: Session, by: User, case: Case, row: MadePackage) -> Job:
    row.job = jobs.start(db, PACKAGE, case, by, closed_too=True, package=row.id)
    return row.job
