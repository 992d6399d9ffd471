"""What a case says of itself, its members, how long it keeps its ads, closing it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException
from sqlalchemy.orm import Session
from starlette.responses import Response

from filrouge.casework import cases
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.models import Case, User
from filrouge.i18n import _
from filrouge.web.forms import day_of, whole_number
from filrouge.web.gate import allowed
from filrouge.web.here import Here, role_name

router: Final = APIRouter()
SeeingTo = Annotated[Here, allowed(Permission.SEE_TO_CASES)]


@router.get("/cases/{case_id}/settings")
def settings(here: SeeingTo) -> Response:
    """The page."""
    return _page(here)


@router.post("/cases/{case_id}/settings")
def change(
    here: SeeingTo,
    purpose: Annotated[str, Form()],
    authority: Annotated[str, Form()],
    title: Annotated[str, Form()] = "",
) -> Response:
    """Another title, purpose or authority."""
    try:
        with here.writing() as db:
            case = _case(here, db)
            cases.change_case(db, here.user, case, title=title, purpose=purpose, authority=authority)
    except Refused as wrong:
        return _page(here, 400, str(wrong))
    return here.go(_at(here), _("The case was changed. The trail keeps what it said before."))


@router.post("/cases/{case_id}/settings/keep-until")
def keep_until(here: SeeingTo, day: Annotated[str, Form()], reason: Annotated[str, Form()] = "") -> Response:
    """Keep the ads longer, or shorter."""
    wanted = day_of(day)
    try:
        if wanted is None:
            raise Refused(_("The day until which the ads are kept cannot be read: write it as 2026-12-31."))
        with here.writing() as db:
            cases.keep_until(db, here.user, _case(here, db), wanted, reason)
    except Refused as wrong:
        return _page(here, 400, str(wrong))
    return here.go(_at(here), _("The day until which the ads are kept was changed."))


@router.post("/cases/{case_id}/members")
def add_chosen(here: SeeingTo, user: Annotated[str, Form()] = "") -> Response:
    """Add the person that was chosen."""
    return _add(here, whole_number(user, 9) or 0)


@router.post("/cases/{case_id}/members/{user_id}/add")
def add(here: SeeingTo, user_id: int) -> Response:
    """Add a person: undoes their removal."""
    return _add(here, user_id)


@router.post("/cases/{case_id}/members/{user_id}/remove")
def remove(here: SeeingTo, user_id: int) -> Response:
    """Remove a member."""
    try:
        with here.writing() as db:
            user = _person(db, user_id)
            cases.remove_member(db, here.user, _case(here, db), user)
    except Refused as wrong:
        return _page(here, 400, str(wrong))
    said = _("{name} no longer works on this case.").format(name=user.name)
    if user.id == here.user.id:
        return here.go("/cases", said)
    return here.go(_at(here), said, undo=(f"/cases/{here.the_case.id}/members/{user_id}/add", _("Undo")))


@router.post("/cases/{case_id}/close")
def close(here: SeeingTo) -> Response:
    """Close the case."""
    with here.writing() as db:
        cases.close_case(db, here.user, _case(here, db))
    return here.go(
        _at(here), _("The case was closed."), undo=(f"/cases/{here.the_case.id}/reopen", _("Undo"))
    )


@router.post("/cases/{case_id}/reopen")
def reopen(here: SeeingTo) -> Response:
    """Open a closed case again."""
    with here.writing() as db:
        cases.reopen_case(db, here.user, _case(here, db))
    return here.go(_at(here), _("The case is open again."))


def _add(here: Here, user_id: int) -> Response:
    try:
        with here.writing() as db:
            user = _person(db, user_id)
            cases.add_member(db, here.user, _case(here, db), user)
    except Refused as wrong:
        return _page(here, 400, str(wrong))
    return here.go(_at(here), _("{name} works on this case now.").format(name=user.name))


def _page(here: Here, status: int = 200, wrong: str = "") -> Response:
    with here.reading() as db:
        case = _case(here, db)
        others = cases.who_may_join(db, case)
        maker = db.get_one(User, case.made_by)
    return here.page(
        "cases/settings.html", status, about=case, members=sorted(case.members, key=lambda m: m.user.name),
        others=[(user.id, f"{user.name} ({role_name(user.role)})") for user in others], maker=maker, wrong=wrong,
        role_name=role_name,
    )  # fmt: skip


def _at(here: Here) -> str:
    return f"/cases/{here.the_case.id}/settings"


def _case(here: Here, db: Session) -> Case:
    return db.get_one(Case, here.the_case.id)


def _person(db: Session, user_id: int) -> User:
    user = db.get(User, user_id)
    if user is None or not user.active:
        raise HTTPException(404)
    return user
