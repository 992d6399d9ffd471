"""Wrong joins: what a run put together and a person keeps apart, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.casework.models import Case, User, WrongJoin, WrongJoinEntry
from filrouge.i18n import _

WHATS: Final = ("ad", "cluster", "pair", "ads", "network")
DONE: Final = ("told", "corrected", "note")
"""What may be written about one later."""
LONGEST: Final = 2_000


@dataclass(frozen=True)
class Decision:
    """A wrong join that stands: `one` and `other` are kept apart; see `models.WrongJoin`."""

    what: str
    one: int
    other: int


def report(db: Session, by: User, case: Case, decision: Decision, *, seq: int, text: str = "") -> WrongJoin:
    """Report a wrong join; where it stands already, nothing is reported twice.

    Raises:
        Refused: if it names no join.
    """
    if decision.what not in WHATS or decision.one < 0 or (decision.what != "network" and decision.other < 0):
        raise Refused(_("A wrong join names two things that were joined."))
    if decision.what in ("pair", "ads") and decision.one == decision.other:
        raise Refused(_("A wrong join names two things that were joined."))
    one, other = decision.one, decision.other
    if decision.what in ("pair", "ads") and one > other:
        one, other = other, one
    found = db.scalar(
        select(WrongJoin).where(
            WrongJoin.case_id == case.id,
            WrongJoin.what == decision.what,
            WrongJoin.one == one,
            WrongJoin.other == other,
        )
    )
    if found is None:
        found = WrongJoin(case_id=case.id, what=decision.what, one=one, other=other, seq=seq, told=[])
        db.add(found)
        db.flush()
    elif stands(found):
        return found
    _add(db, by, case, found, "reported", text)
    return found


def undo(db: Session, by: User, case: Case, join_id: int, text: str = "") -> WrongJoin:
    """Say that a join was right after all; the register keeps both.

    Raises:
        Refused: if there is none that stands.
    """
    found = of_case(db, case, join_id)
    if not stands(found):
        raise Refused(_("This was taken back already."))
    _add(db, by, case, found, "undone", text)
    return found


def write(db: Session, by: User, case: Case, join_id: int, kind: str, text: str) -> WrongJoin:
    """Write what was done about it.

    Raises:
        Refused: if nothing is said.
    """
    found = of_case(db, case, join_id)
    if kind not in DONE or not text.strip():
        raise Refused(_("Write in a few words what was done."))
    _add(db, by, case, found, kind, text)
    return found


def of_case(db: Session, case: Case, join_id: int) -> WrongJoin:
    """A wrong join of a case.

    Raises:
        Refused: if there is none of that number.
    """
    found = db.get(WrongJoin, join_id)
    if found is None or found.case_id != case.id:
        raise Refused(_("There is no such wrong join in this case."))
    return found


def stands(join: WrongJoin) -> bool:
    """Whether it is kept apart now."""
    last = [entry.kind for entry in join.told if entry.kind in ("reported", "undone")]
    return bool(last) and last[-1] == "reported"


def register(db: Session, case: Case) -> list[WrongJoin]:
    """All that were ever reported, the newest first."""
    return list(
        db.scalars(select(WrongJoin).where(WrongJoin.case_id == case.id).order_by(WrongJoin.id.desc()))
    )


def decisions(db: Session, case: Case) -> frozenset[Decision]:
    """What is kept apart in a case."""
    rows = db.scalars(select(WrongJoin).where(WrongJoin.case_id == case.id))
    return frozenset(Decision(row.what, row.one, row.other) for row in rows if stands(row))


def last_entry(db: Session, case: Case) -> int:
    """A number that grows with each thing written: what was read before it is no more true after."""
    return (
        db.scalar(
            select(func.max(WrongJoinEntry.id))
            .join(WrongJoin, WrongJoin.id == WrongJoinEntry.join_id)
            .where(WrongJoin.case_id == case.id, WrongJoinEntry.kind.in_(("reported", "undone")))
        )
        or 0
    )


def _add(db: Session, by: User, case: Case, join: WrongJoin, kind: str, text: str) -> None:
    said = text.strip()
    if len(said) > LONGEST:
        raise Refused(_("The note is too long: {most} characters at most.").format(most=LONGEST))
    join.told.append(WrongJoinEntry(user_id=by.id, kind=kind, text=said))
    db.flush()
    note(
        db, by, f"wrong_join.{kind}", case=case, subject=f"wrong_join:{join.id}", what=join.what, one=join.one,
        other=join.other,
    )  # fmt: skip
