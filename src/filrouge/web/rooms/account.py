"""One's own account: the password, the second factor, the sessions, and showing again who one is."""

from __future__ import annotations

import io
from typing import Annotated, Any, Final

import segno
from fastapi import APIRouter, Form, HTTPException
from markupsafe import Markup
from starlette.responses import Response

from filrouge.casework import factors, people, sessions
from filrouge.casework.access import Permission
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.casework.models import SignedIn, User
from filrouge.i18n import _
from filrouge.web import cookies
from filrouge.web.forms import own_path
from filrouge.web.gate import allowed
from filrouge.web.here import Here

router: Final = APIRouter()
Anybody = Annotated[Here, allowed(Permission.ENTER)]
Shown = Annotated[Here, allowed(Permission.ENTER, again=True)]
"""Who has shown a short while ago who they are."""


@router.get("/account")
def account(here: Anybody) -> Response:
    """The account."""
    with here.reading() as db:
        living = sessions.of_user(db, here.user)
    return here.page("account/account.html", living=living, mine=_session(here).id)


@router.get("/account/here")
def still_here(_here: Anybody) -> Response:
    """Says that the person is there: like any request, it keeps the session alive. No content."""
    return Response(status_code=204)


@router.post("/account/sessions/{session_id}/end")
def end_session(here: Shown, session_id: int) -> Response:
    """End one of one's sessions."""
    with here.writing() as db:
        found = db.get(SignedIn, session_id)
        if found is None or found.user_id != here.user.id:
            raise HTTPException(404)
        sessions.end(db, session_id)
        note(db, here.user, "signin.ended", subject=f"user:{here.user.id}")
    return here.go("/account", _("The session was ended: that browser is signed out."))


@router.post("/account/sessions/end-others")
def end_others(here: Shown) -> Response:
    """End all of one's sessions but this one."""
    with here.writing() as db:
        sessions.end_all(db, here.user, but=_session(here).id)
        note(db, here.user, "signin.ended_others", subject=f"user:{here.user.id}")
    return here.go("/account", _("All other browsers are signed out."))


# -- showing again who one is -------------------------------------------------------------------------------------


@router.get("/account/confirm")
def confirm_page(here: Anybody, next: str = "/account") -> Response:
    """The page that asks again for the password."""
    return here.page("account/confirm.html", to=own_path(next) or "/account")


@router.post("/account/confirm")
def confirm(
    here: Anybody,
    password: Annotated[str, Form()],
    code: Annotated[str, Form()] = "",
    next_: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Take the password again, and a code from who has a second factor, before what is sensitive."""
    to = own_path(next_) or "/account"
    here.house.limits.count("signin.login", here.user.login)
    user = people.with_password(here.house.database, here.user.login, password)
    with here.writing() as db:
        right = user is not None and (
            user.totp is None
            or factors.passes(db, here.house.settings.workspace, db.get_one(User, user.id), code)
        )
        if right:
            value = sessions.renew(db, db.get_one(SignedIn, _session(here).id))
            note(db, here.user, "signin.again", subject=f"user:{here.user.id}")
    if not right:
        wrong = _(
            "That is not right, or was used already; or there were too many attempts: then wait a while."
        )
        return here.page("account/confirm.html", 401, to=to, wrong=wrong)
    answer = here.go(to)
    here.set_cookie(answer, cookies.SESSION, value)
    return answer


# -- the password -------------------------------------------------------------------------------------------------


@router.get("/account/password")
def password_page(here: Anybody) -> Response:
    """The page for a new password."""
    if not here.user.password:
        raise HTTPException(404)
    return here.page("account/password.html")


@router.post("/account/password")
def change_password(here: Anybody, current: Annotated[str, Form()], new: Annotated[str, Form()]) -> Response:
    """Take a new password, and end the other sessions."""
    here.house.limits.count("signin.login", here.user.login)
    user = people.with_password(here.house.database, here.user.login, current)
    if user is None:
        return here.page("account/password.html", 400, wrong=_("The present password is not right."))
    try:
        with here.writing() as db:
            user = db.get_one(User, user.id)
            people.set_password(db, user, user, new)
            sessions.end_all(db, user, but=_session(here).id)
    except Refused as wrong:
        return here.page("account/password.html", 400, wrong=str(wrong))
    said = _("Your password was changed. Other sessions of yours were ended.")
    return here.go("/account" if user.offered else "/account/second-factor", said)


# -- the second factor --------------------------------------------------------------------------------------------


@router.get("/account/second-factor")
def factor_page(here: Shown) -> Response:
    """The page that sets up a second factor, or says that there is one."""
    if not here.user.password:
        raise HTTPException(404)
    if here.user.totp is not None:
        return here.page("account/factor.html", required=_required(here))
    return _setting_up(here)


@router.post("/account/second-factor")
def set_factor(here: Shown, code: Annotated[str, Form()]) -> Response:
    """Take the second factor that is being set up, and show the recovery codes this once."""
    ws = here.house.settings.workspace
    here.house.limits.count("signin.login", here.user.login)
    with here.writing() as db:
        session = db.get_one(SignedIn, _session(here).id)
        codes = factors.confirm(db, ws, session, code)
        if codes is not None:
            session.user.offered = True
            sessions.end_all(db, session.user, but=session.id)
    if codes is None:
        return _setting_up(
            here, 400, wrong=_("That code is not right. Enter the one that your app shows now.")
        )
    return here.page("account/codes.html", codes=codes)


@router.post("/account/second-factor/later")
def not_now(here: Anybody) -> Response:
    """Go on without a second factor; it is not offered again by itself."""
    with here.writing() as db:
        db.get_one(User, here.user.id).offered = True
    return here.go("/")


@router.post("/account/second-factor/codes")
def new_codes(here: Shown) -> Response:
    """Make new recovery codes, and show them this once."""
    if here.user.totp is None:
        raise HTTPException(404)
    with here.writing() as db:
        codes = factors.new_recovery_codes(db, db.get_one(User, here.user.id))
    return here.page("account/codes.html", codes=codes)


@router.post("/account/second-factor/remove")
def remove_factor(here: Shown) -> Response:
    """Take the second factor away."""
    if _required(here):
        raise Refused(_("In this house your role needs a second factor. You can set up another one instead."))
    with here.writing() as db:
        user = db.get_one(User, here.user.id)
        factors.remove(db, user, user)
        user.offered = True
        sessions.end_all(db, user, but=_session(here).id)
    return here.go("/account", _("You sign in with your password alone from now on."), kind="warn")


def _setting_up(here: Here, status: int = 200, **data: Any) -> Response:
    with here.writing() as db:
        secret = factors.begin(here.house.settings.workspace, db.get_one(SignedIn, _session(here).id))
    drawn = io.BytesIO()
    said = factors.address(secret, here.user, "filrouge")
    # Classes instead of colours: the page's own style gives them.
    segno.make(said, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, svgclass="qr", lineclass=None, title=None
    )
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return here.page(
        "account/factor_new.html", status, qr=Markup(drawn.getvalue().decode()), secret=groups, said=said,
        required=_required(here), **data,
    )  # fmt: skip


def _required(here: Here) -> bool:
    return factors.is_required(here.user, here.house.settings.second_factor)


def _session(here: Here) -> SignedIn:
    assert here.session is not None
    return here.session
