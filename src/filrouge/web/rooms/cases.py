"""The list of cases, and making one."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from filrouge.casework import cases, sessions
from filrouge.casework.access import Permission, Role, permissions
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.casework.models import SignedIn, now
from filrouge.i18n import _
from filrouge.web.forms import day_of, whole_number
from filrouge.web.gate import allowed
from filrouge.web.here import Here, role_name

router: Final = APIRouter()
Anybody = Annotated[Here, allowed(Permission.ENTER)]
Maker = Annotated[Here, allowed(Permission.MAKE_CASES)]
Reader = Annotated[Here, allowed(Permission.READ)]
Opener = Annotated[Here, allowed(Permission.OPEN, budget="opening")]


@router.get("/cases")
def list_cases(here: Anybody) -> Response:
    """One's cases; all of them, as names and purposes, for who sees to cases without reading them."""
    with here.reading() as db:
        closed = cases.closed_cases_of(db, here.user)
        sees_to_all = here.may(Permission.MANAGE_PEOPLE)
        everything = cases.all_cases(db) if sees_to_all else []
    return here.page(
        "cases/list.html", can_make=here.may(Permission.MAKE_CASES), closed=closed, sees_to_all=sees_to_all,
        everything=everything, can_see_to=Permission.SEE_TO_CASES in permissions(here.user), role_name=role_name,
    )  # fmt: skip


@router.get("/cases/new")
def new_case_page(here: Maker) -> Response:
    """The page for a new case."""
    return _new_page(here, 200, {})


@router.post("/cases/new")
def make_case(
    here: Maker,
    name: Annotated[str, Form()],
    purpose: Annotated[str, Form()],
    authority: Annotated[str, Form()],
    keep_until: Annotated[str, Form()],
    title: Annotated[str, Form()] = "",
    supervisor: Annotated[str, Form()] = "",
) -> Response:
    """Make a case, with its maker as its first member if they may see ads, else with a supervisor that they choose."""
    given = {
        "name": name,
        "title": title,
        "purpose": purpose,
        "authority": authority,
        "keep_until": keep_until,
        "supervisor": supervisor,
    }
    day, held = day_of(keep_until), here.house.desk.names()
    try:
        if day is None:
            raise Refused(_("The day until which the ads are kept cannot be read: write it as 2026-12-31."))
        with here.writing() as db:
            first = (
                [here.user]
                if cases.works_on_ads(here.user)
                else cases.as_first(db, whole_number(supervisor, 9))
            )
            case = cases.make_case(
                db, here.user, name=name, title=title, purpose=purpose, authority=authority, keep_until=day,
                members=first, held=held,
            )  # fmt: skip
    except Refused as wrong:
        return _new_page(here, 400, given, str(wrong))
    reads = cases.works_on_ads(here.user)
    return here.go(f"/cases/{case.id}" if reads else f"/cases/{case.id}/settings", _("The case was made."))


def _new_page(here: Here, status: int, given: dict[str, str], wrong: str = "") -> Response:
    choose = not cases.works_on_ads(here.user)
    with here.reading() as db:
        supervisors = (
            [user for user in cases.who_may_join(db) if user.role == Role.SUPERVISOR] if choose else []
        )
    return here.page(
        "cases/new.html", status, given=given, wrong=wrong, choose=choose,
        supervisors=[("", _("Later")), *((user.id, user.name) for user in supervisors)],
    )  # fmt: skip


@router.post("/cases/{case_id}/as-of")
def look_at_past(here: Reader, day: Annotated[str, Form()] = "") -> Response:
    """Read the case as of the end of a day; without a day, as it is."""
    assert here.session is not None
    wanted = day_of(day)
    if day.strip() and wanted is None:
        raise Refused(_("That day cannot be read: write it as 2026-12-31."))
    if wanted is not None and wanted >= now().date():
        wanted = None
    if wanted is not None:
        here.house.desk.view(wanted)  # says so if there was nothing yet
    with here.writing() as db:
        session = db.get_one(SignedIn, here.session.id)
        sessions.set_as_of(db, session, here.the_case, wanted)
        note(db, here.user, "case.as_of", case=here.case, day=wanted.isoformat() if wanted else "today")
    return here.go(f"/cases/{here.the_case.id}")


@router.post("/cases/{case_id}/open")
def open_ads(
    here: Opener, reason: Annotated[str, Form()], next_: Annotated[str, Form(alias="next")] = ""
) -> Response:
    """Show texts and identifiers of the case in the clear for a while."""
    assert here.session is not None
    why = " ".join(reason.split())
    if len(why) < 5:
        raise Refused(_("Opening texts and identifiers needs a reason, which the audit trail keeps."))
    with here.writing() as db:
        session = db.get_one(SignedIn, here.session.id)
        sessions.open_for(db, session, here.the_case, why)
        note(db, here.user, "case.opened", case=here.case, reason=why)
    return here.go(back(here, next_))


@router.post("/cases/{case_id}/mask")
def mask_ads(here: Reader, next_: Annotated[str, Form(alias="next")] = "") -> Response:
    """Mask them again."""
    assert here.session is not None
    with here.writing() as db:
        session = db.get_one(SignedIn, here.session.id)
        sessions.close_again(db, session, here.the_case)
        note(db, here.user, "case.masked", case=here.case)
    return here.go(back(here, next_))


def back(here: Here, path: str) -> str:
    """The page of this case that the form was on."""
    base = f"/cases/{here.the_case.id}"
    return path if path == base or path.startswith(base + "/") else base
