"""Wrong joins: what a run put together and a person keeps apart, and what was done about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework.audit import note
from filrouge.casework.cases import belonging
from filrouge.casework.errors import NotThere, Refused
from filrouge.casework.held_back import HeldBack, must_show
from filrouge.casework.models import Case, User, WrongJoin, WrongJoinEntry
from filrouge.engines.case_apart import Apart
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.casework.lineage import Lineage, What
    from filrouge.engines.casebook import Casebook

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


def must_be_of_case(book: Casebook, held: Collection[What], decision: Decision) -> None:
    """Refuse to report what the case does not hold, or what is held back from the person.

    Args:
        book: of the case, with nothing held back.
        held: what is held back.
        decision: what is to be reported.

    Raises:
        NotThere, HeldBack: then.
    """
    of_what = _named(decision)
    if not of_what:
        raise NotThere
    for column, number in of_what:
        if number < 0 or number not in book.ads[column]:
            raise NotThere
        if (column, number) in held:
            raise HeldBack


def _named(decision: Decision) -> tuple[What, ...]:
    """The ads, clusters and networks that it names."""
    one, other = decision.one, decision.other
    return {
        "ad": (("ad", one), ("cluster", other)),
        "cluster": (("cluster", one), ("network", other)),
        "pair": (("cluster", one), ("cluster", other)),
        "ads": (("ad", one), ("ad", other)),
        "network": (("network", one),),
    }.get(decision.what, ())


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
    found = belonging(db, case, WrongJoin, join_id)
    if found is None:
        raise Refused(_("There is no such wrong join in this case."))
    return found


def stands(join: WrongJoin, until: datetime | None = None) -> bool:
    """Whether it is kept apart now, or was at a time."""
    told = [entry for entry in join.told if until is None or entry.at <= until]
    last = [entry.kind for entry in told if entry.kind in ("reported", "undone")]
    return bool(last) and last[-1] == "reported"


def register(db: Session, case: Case, book: Casebook) -> list[WrongJoin]:
    """All that were ever reported, the newest first; not what tells of something that is held back from the person.

    Args:
        db: a transaction.
        case: which.
        book: of the case, as `held_back.without` gives it.
    """
    rows = db.scalars(select(WrongJoin).where(WrongJoin.case_id == case.id).order_by(WrongJoin.id.desc()))
    return [row for row in rows if not _is_held_back(book, Decision(row.what, row.one, row.other))]


def _is_held_back(book: Casebook, decision: Decision) -> bool:
    try:
        for column, number in _named(decision):
            must_show(book, "ads" if column == "ad" else column, [number])
    except HeldBack:
        return True
    return False


def apart(db: Session, case: Case, lineage: Lineage, until: datetime | None = None) -> Apart:
    """What is kept apart in a case, by the ids of today: what was merged since is what it was merged into.

    Args:
        db: a transaction.
        case: which.
        lineage: what became of ids.
        until: what was reported later is not known; None for now.
    """
    found: dict[str, set[tuple[int, int]]] = {what: set() for what in WHATS}
    for row in db.scalars(select(WrongJoin).where(WrongJoin.case_id == case.id)):
        if stands(row, until):
            found[row.what].add(today(row, lineage))
    return Apart(
        ads=frozenset(found["ad"]),
        clusters=frozenset(found["cluster"]),
        pairs=frozenset((one, other) for one, other in found["pair"] if one != other),
        of_ads=frozenset(found["ads"]),
        networks=frozenset(one for one, _none in found["network"]),
    )


def known_by(asked: datetime, as_of: date | None = None) -> datetime:
    """The last moment whose wrong joins a package knows, so that it comes out the same however late it is made.

    Args:
        asked: when it was asked for: who makes it again knows the second.
        as_of: the day of the past that it is made of.
    """
    return datetime.combine(as_of, time.max, UTC) if as_of else asked.replace(microsecond=999_999)


def today(join: WrongJoin, lineage: Lineage) -> tuple[int, int]:
    """The ids of today of what is kept apart; the same twice where a run has put two clusters into one."""
    kinds = {"ad": ("", "cluster"), "cluster": ("cluster", "network"), "pair": ("cluster", "cluster"),
             "ads": ("", ""), "network": ("network", "")}[join.what]  # fmt: skip
    one, other = (
        lineage.now((kind, number))[1] if kind else number
        for kind, number in zip(kinds, (join.one, join.other), strict=True)
    )
    return one, other


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
