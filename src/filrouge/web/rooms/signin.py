"""Coming in and going out: the first administrator, signing in, signing out, the language."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from filrouge import i18n
from filrouge.casework import people, sessions
from filrouge.casework.access import Permission, Role
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.i18n import LANGUAGES, _
from filrouge.web.headers import LANGUAGE_COOKIE
from filrouge.web.here import Here, allowed, house_of, public
from filrouge.web.keeping import COOKIE, session_cookie
from filrouge.web.render import rendered

router: Final = APIRouter()
Nobody = Annotated[None, public()]
Anybody = Annotated[Here, allowed(Permission.ENTER)]
YEAR: Final = 365 * 24 * 3600


def bare_page(request: Request, template: str, status: int = 200, **data: Any) -> HTMLResponse:
    """A page for who is not signed in."""
    return HTMLResponse(
        rendered(template, {"lang": i18n.language(), "path": request.url.path, **data}), status
    )


@router.get("/")
def start(here: Anybody) -> Response:
    """The page to begin with: the first of one's cases, or the list of them."""
    return here.go(f"/cases/{here.cases[0].id}" if len(here.cases) == 1 else "/cases")


@router.get("/welcome")
def welcome(request: Request, _nobody: Nobody) -> Response:
    """The first run: make the administrator."""
    with house_of(request).database.session() as db:
        if not people.nobody_yet(db):
            return RedirectResponse("/sign-in", 303)
    return bare_page(request, "signin/welcome.html")


@router.post("/welcome")
def make_first(
    request: Request,
    _nobody: Nobody,
    login: Annotated[str, Form()],
    password: Annotated[str, Form()],
    name: Annotated[str, Form()] = "",
) -> Response:
    """Make the administrator, and sign them in."""
    house = house_of(request)
    try:
        with house.database.writing() as db:
            if not people.nobody_yet(db):
                return RedirectResponse("/sign-in", 303)
            user = people.make_user(
                db, "", login=login, name=name, role=Role.ADMINISTRATOR, password=password,
                language=i18n.language(),
            )  # fmt: skip
            value, _session = sessions.begin(db, user)
    except Refused as wrong:
        return bare_page(request, "signin/welcome.html", 400, wrong=str(wrong), login=login, name=name)
    return _signed_in(request, value, "/cases")


@router.get("/sign-in")
def sign_in_page(request: Request, _nobody: Nobody) -> Response:
    """The page for signing in."""
    with house_of(request).database.session() as db:
        if people.nobody_yet(db):
            return RedirectResponse("/welcome", 303)
    return bare_page(request, "signin/sign_in.html")


@router.post("/sign-in")
def sign_in(
    request: Request, _nobody: Nobody, login: Annotated[str, Form()], password: Annotated[str, Form()]
) -> Response:
    """Sign in with a password."""
    house = house_of(request)
    with house.database.writing() as db:
        user = people.with_password(db, login, password)
        if user is not None:
            sessions.sweep(db)
            value, _session = sessions.begin(db, user)
            note(db, user, "signin.done", subject=f"user:{user.id}")
    if user is None:
        wrong = _(
            "The login or the password is not right, or there were too many attempts: then wait a while."
        )
        return bare_page(request, "signin/sign_in.html", 401, wrong=wrong, login=login)
    answer = _signed_in(request, value, "/")
    if user.language in LANGUAGES:
        _set_language(answer, user.language, house.settings.secure)
    return answer


@router.post("/signout")
def sign_out(here: Anybody) -> Response:
    """End the session."""
    assert here.session is not None
    with here.writing() as db:
        sessions.end(db, here.session.id)
        note(db, here.user, "signin.ended", subject=f"user:{here.user.id}")
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/language")
def choose_language(
    request: Request,
    _nobody: Nobody,
    lang: Annotated[str, Form()],
    next_: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Speak another language from now on."""
    # Only a page of ours: "//elsewhere" would be another host.
    ours = next_.startswith("/") and not next_.startswith(("//", "/\\"))
    answer = RedirectResponse(next_ if ours else "/", 303)
    if lang in LANGUAGES:
        _set_language(answer, lang, house_of(request).settings.secure)
    return answer


def _signed_in(request: Request, value: str, path: str) -> Response:
    answer = RedirectResponse(path, 303)
    answer.headers.append("set-cookie", session_cookie(value, house_of(request).settings.secure))
    return answer


def _set_language(answer: Response, language: str, secure: bool) -> None:
    answer.set_cookie(
        LANGUAGE_COOKIE, language, max_age=YEAR, httponly=True, samesite="strict", secure=secure
    )
