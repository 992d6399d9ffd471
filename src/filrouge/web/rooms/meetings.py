"""Deconfliction: other cases that touch this one's networks; and the one page that answers a tip."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException
from starlette.responses import Response

from filrouge.casework.access import Permission
from filrouge.casework.meetings import (
    Level,
    Meeting,
    allow,
    as_told,
    holders_by_case,
    meetings,
    met,
    tell_tip,
)
from filrouge.casework.models import Case
from filrouge.i18n import _
from filrouge.web.gate import allowed
from filrouge.web.here import Here

router: Final = APIRouter()
Leader = Annotated[Here, allowed(Permission.LEAD)]
Reader = Annotated[Here, allowed(Permission.READ)]
Asker = Annotated[Here, allowed(Permission.TIP)]
LONGEST: Final = 500
"""Characters of a question."""


@router.get("/cases/{case_id}/meetings")
def page(here: Reader) -> Response:
    """The cases that touch this one: all for its supervisors, for its members what both sides allow."""
    with here.reading() as db:
        found = meetings(db, here.house.desk, here.the_case)
    leads = here.may(Permission.LEAD)
    return here.page(
        "meetings/list.html",
        leads=leads,
        meetings=[_view(one) for one in as_told(found, leads=leads)],
        levels=[(level.value, level_in_words(level)) for level in Level],
        base=f"/cases/{here.the_case.id}",
    )


@router.post("/cases/{case_id}/meetings")
def choose(here: Leader, other: Annotated[int, Form()], level: Annotated[str, Form()]) -> Response:
    """Say what the members of another case may know of this one."""
    here.must_be_today()
    if level not in list(Level):
        raise HTTPException(422)
    with here.reading() as db:
        met(db, here.house.desk, here.the_case, other)
    with here.writing() as db:
        allow(db, here.user, here.the_case, db.get_one(Case, other), Level(level))
    return here.go(
        f"/cases/{here.the_case.id}/meetings",
        _("It was written down what the other case's members may know."),
    )


@router.get("/tip")
def tip_page(here: Asker) -> Response:
    """The page that answers a tip."""
    return here.page("meetings/tip.html", answer=None)


@router.post("/tip")
def answer_tip(here: Asker, text: Annotated[str, Form()] = "") -> Response:
    """Yes or no, and who may tell: one entry of the trail, nothing else."""
    if not text.strip() or len(text) > LONGEST:
        wrong = _("Write one phone number, e-mail address, account or link.")
        return here.page("meetings/tip.html", 400, answer=None, wrong=wrong)
    ws = here.house.desk.view()
    counts = holders_by_case(ws, text)
    with here.writing() as db:
        answer = tell_tip(db, here.user, text, counts, ws.pepper)
    return here.page("meetings/tip.html", answer=answer)


def _view(one: Meeting) -> dict[str, object]:
    return {
        "id": one.other.id,
        "networks": one.networks,
        "clusters": one.clusters,
        "people": ", ".join(user.name for user in one.people) or _("nobody: ask the administrator"),
        "mine": one.mine.value,
        "theirs": level_in_words(one.theirs),
        "both": level_in_words(one.both),
    }


def level_in_words(level: Level) -> str:
    """What another case may know, in words."""
    return {
        Level.NOTHING: _("nothing"),
        Level.EXISTS: _("that the case exists, and whom to ask"),
        Level.WHERE: _("also in which networks and clusters both have ads"),
    }[level]
