"""The tokens of one's scripts."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from filrouge.casework import tokens
from filrouge.casework.access import Permission, permissions
from filrouge.casework.errors import Refused
from filrouge.casework.models import User
from filrouge.i18n import _
from filrouge.web.gate import allowed
from filrouge.web.here import Here

router: Final = APIRouter()
Anybody = Annotated[Here, allowed(Permission.ENTER)]
Shown = Annotated[Here, allowed(Permission.ENTER, again=True)]


@router.get("/account/tokens")
def page(here: Anybody) -> Response:
    """One's tokens."""
    return _page(here)


@router.post("/account/tokens")
def make(
    here: Shown,
    name: Annotated[str, Form()] = "",
    days: Annotated[int, Form()] = 90,
    scope: Annotated[list[str], Form()] = [],  # noqa: B006
) -> Response:
    """Make one, and show it this once."""
    known = [Permission(one) for one in scope if one in list(Permission)]
    try:
        with here.writing() as db:
            value, _token = tokens.make(
                db, db.get_one(User, here.user.id), name=name, scopes=known, days=days
            )
    except Refused as wrong:
        return _page(here, 400, wrong=str(wrong))
    return _page(here, made=value)


@router.post("/account/tokens/{token}/end")
def end(here: Anybody, token: int) -> Response:
    """End one."""
    with here.writing() as db:
        tokens.end(db, here.user, token)
    return here.go("/account/tokens", _("The token was ended: nothing that uses it comes in any more."))


def _page(here: Here, status: int = 200, *, made: str = "", wrong: str = "") -> Response:
    with here.reading() as db:
        mine = list(tokens.of(db, here.user))
    may = [(scope.value, scope_name(scope)) for scope in Permission if scope in permissions(here.user)]
    return here.page(
        "account/tokens.html", status, tokens=mine, scopes=may, scope_names=dict(may), made=made, wrong=wrong
    )


def scope_name(scope: Permission) -> str:
    """What a token may be used for, in words."""
    return {
        Permission.ENTER: _("list one's cases"),
        Permission.READ: _("read masked ads, clusters and networks; search"),
        Permission.OPEN: _("open texts and identifiers, with a reason"),
        Permission.BRING: _("bring files and compare"),
        Permission.JUDGE: _("labels, notes, watches"),
        Permission.CONFIRM: _("second opinions"),
        Permission.PACKAGE: _("evidence packages"),
        Permission.LEAD: _("what other cases may know; the trail of a case"),
        Permission.ASSIST: _("requests of survivors"),
        Permission.TIP: _("answer tips"),
        Permission.MAKE_CASES: _("make cases"),
        Permission.SEE_TO_CASES: _("members of cases, how long ads are kept, closing"),
        Permission.MANAGE_PEOPLE: _("read who has an account"),
        Permission.AUDIT: _("read the audit trail"),
    }[scope]
