"""One's own account."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from filrouge.casework import people, sessions
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.models import User
from filrouge.i18n import _
from filrouge.web.here import Here, allowed

router: Final = APIRouter()
Anybody = Annotated[Here, allowed(Permission.ENTER)]


@router.get("/account")
def account(here: Anybody) -> Response:
    """The account."""
    return here.page("account/account.html")


@router.get("/account/password")
def password_page(here: Anybody) -> Response:
    """The page for a new password."""
    return here.page("account/password.html")


@router.post("/account/password")
def change_password(here: Anybody, current: Annotated[str, Form()], new: Annotated[str, Form()]) -> Response:
    """Take a new password, and end the other sessions."""
    assert here.session is not None
    try:
        with here.writing() as db:
            user = people.with_password(db, here.user.login, current)
            if user is not None:
                people.set_password(db, user, db.get_one(User, user.id), new)
                sessions.end_all(db, user, but=here.session.id)
    except Refused as wrong:
        return here.page("account/password.html", 400, wrong=str(wrong))
    if user is None:
        return here.page("account/password.html", 400, wrong=_("The present password is not right."))
    return here.go("/account", _("Your password was changed. Other sessions of yours were ended."))
