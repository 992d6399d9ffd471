"""What scripts do about wrong leads, and about other cases that touch one's own."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from filrouge.casework import meetings, wrong_joins
from filrouge.casework.access import Permission
from filrouge.casework.meetings import Meeting
from filrouge.casework.models import Case, User, WrongJoin
from filrouge.casework.wrong_joins import Decision
from filrouge.web.api.entry import Judging, Leading, Reading
from filrouge.web.api.said import CASE_AS_IT_IS, WRITES_IN_CASE, Row, routes
from filrouge.web.api.shapes_of_work import (
    Allowed,
    JoinEntry,
    JoinEntryOut,
    MeetingOut,
    WrongJoinIn,
    WrongJoinOut,
)
from filrouge.web.judged import newest_seq

router: Final = routes("wrong leads and meetings")


@router.get("/cases/{case_id}/wrong-leads", **CASE_AS_IT_IS)
def wrong_leads(here: Reading) -> list[WrongJoinOut]:
    """All wrong joins that were ever reported, the newest first, and what was done about each."""
    book = here.casebook
    with here.reading() as db:
        return [_join(row) for row in wrong_joins.register(db, here.the_case, book)]


@router.post("/cases/{case_id}/wrong-leads", status_code=201, **WRITES_IN_CASE)
def report(here: Judging, join: WrongJoinIn) -> WrongJoinOut:
    """Report a wrong join: it is kept apart from now on, in the whole case. What stands is not reported twice."""
    decision = Decision(join.what, join.one, join.other)
    wrong_joins.must_be_of_case(here.whole_casebook, here.held, decision)
    seq = newest_seq(here)

    def act(db: Session) -> WrongJoinOut:
        return _fresh(db, wrong_joins.report(db, here.user, here.the_case, decision, seq=seq, text=join.text))

    return here.once(WrongJoinOut, act, join)


@router.post("/cases/{case_id}/wrong-leads/{join}/undo", **WRITES_IN_CASE)
def put_together(here: Judging, join: Row) -> WrongJoinOut:
    """Say that a join was right after all; the register keeps both."""

    def act(db: Session) -> WrongJoinOut:
        return _fresh(db, wrong_joins.undo(db, here.user, here.the_case, join))

    return here.once(WrongJoinOut, act)


@router.post("/cases/{case_id}/wrong-leads/{join}/entries", status_code=201, **WRITES_IN_CASE)
def write(here: Judging, join: Row, entry: JoinEntry) -> WrongJoinOut:
    """Write what was done about a wrong join."""

    def act(db: Session) -> WrongJoinOut:
        return _fresh(db, wrong_joins.write(db, here.user, here.the_case, join, entry.kind, entry.text))

    return here.once(WrongJoinOut, act, entry)


@router.get("/cases/{case_id}/meetings", **CASE_AS_IT_IS)
def cases_that_meet(here: Reading) -> list[MeetingOut]:
    """Other cases that touch this one's leads: all for its supervisors, for its members what both sides allow."""
    leads = here.may(Permission.LEAD)
    with here.reading() as db:
        found = meetings.meetings(db, here.house.desk, here.the_case)
    return [_meeting(one, leads) for one in meetings.as_told(found, leads=leads)]


@router.put("/cases/{case_id}/meetings/{other}", status_code=204, **CASE_AS_IT_IS)
def let_know(here: Leading, other: Row, allowed: Allowed) -> None:
    """Say what the members of another case may know of this one."""
    here.must_be_today()
    with here.reading() as db:
        meetings.met(db, here.house.desk, here.the_case, other)
    with here.writing() as db:
        meetings.allow(db, here.user, here.the_case, db.get_one(Case, other), allowed.level)


def _fresh(db: Session, row: WrongJoin) -> WrongJoinOut:
    for entry in row.told:
        entry.user = db.get_one(User, entry.user_id)
    return _join(row)


def _join(row: WrongJoin) -> WrongJoinOut:
    return WrongJoinOut(
        id=row.id, what=row.what, one=row.one, other=row.other, stands=wrong_joins.stands(row),
        entries=[
            JoinEntryOut(kind=entry.kind, by=entry.user.name, at=entry.at, text=entry.text) for entry in row.told
        ],
    )  # fmt: skip


def _meeting(one: Meeting, leads: bool) -> MeetingOut:
    return MeetingOut(
        other=one.other.id,
        networks=list(one.networks),
        clusters=list(one.clusters),
        ask=[user.name for user in one.people],
        mine=one.mine if leads else None,
        theirs=one.theirs if leads else None,
        both=one.both,
    )
