"""Coming in and going out: the first administrator, signing in, signing out, the language."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from filrouge import i18n
from filrouge.casework import factors, people, sessions
from filrouge.casework.access import Permission, Role
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.casework.models import SignedIn, User
from filrouge.i18n import LANGUAGES, _
from filrouge.web import cookies
from filrouge.web.agents import agent_name
from filrouge.web.forms import check_form, own_path
from filrouge.web.gate import allowed, public, who_by_cookie
from filrouge.web.here import Here
from filrouge.web.house import house_of
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
    house.limits.count("signin.address", address_of(request))
    try:
        with house.database.writing() as db:
            if not people.nobody_yet(db):
                return RedirectResponse("/sign-in", 303)
            user = people.make_user(
                db, "", login=login, name=name, role=Role.ADMINISTRATOR, password=password,
                language=i18n.language(),
            )  # fmt: skip
            value, _session = sessions.begin(db, user, agent=_agent(request))
    except Refused as wrong:
        return bare_page(request, "signin/welcome.html", 400, wrong=str(wrong), login=login, name=name)
    return signed_in(request, user, value)


@router.get("/sign-in")
def sign_in_page(request: Request, _nobody: Nobody) -> Response:
    """The page for signing in."""
    with house_of(request).database.session() as db:
        if people.nobody_yet(db):
            return RedirectResponse("/welcome", 303)
    return _sign_in_page(request)


@router.post("/sign-in")
def sign_in(
    request: Request, _nobody: Nobody, login: Annotated[str, Form()], password: Annotated[str, Form()]
) -> Response:
    """Sign in with a password; who has a second factor is asked for it next."""
    house = house_of(request)
    house.limits.count("signin.address", address_of(request))
    house.limits.count("signin.login", login.strip().lower()[:64])
    user = people.with_password(house.database, login, password)
    if user is None:
        wrong = _(
            "The login or the password is not right, or there were too many attempts: then wait a while."
        )
        return _sign_in_page(request, 401, wrong=wrong, login=login)
    return begin_session(request, user, passed=user.totp is None)


@router.get("/sign-in/code")
def code_page(request: Request, _nobody: Nobody) -> Response:
    """The page for the code of the second factor."""
    half = _half(request)
    if half is None:
        return RedirectResponse("/sign-in", 303)
    return bare_page(request, "signin/code.html", csrf=half.csrf)


@router.post("/sign-in/code")
async def give_code(request: Request, _nobody: Nobody) -> Response:
    """Take the code of the second factor."""
    half = await run_in_threadpool(_half, request)
    if half is None:
        return RedirectResponse("/sign-in", 303)
    await check_form(request, half, secure=house_of(request).settings.secure)
    code = str((await request.form()).get("code", ""))
    return await run_in_threadpool(_with_code, request, half, code)


def _with_code(request: Request, half: SignedIn, code: str) -> Response:
    house = house_of(request)
    house.limits.count("signin.login", half.user.login)
    with house.database.writing() as db:
        right = factors.passes(db, house.settings.workspace, db.get_one(User, half.user_id), code)
    if not right:
        wrong = _("That code is not right, or was used already. Wait for the next one.")
        return bare_page(request, "signin/code.html", 401, wrong=wrong, csrf=half.csrf)
    return begin_session(request, half.user)


def _half(request: Request) -> SignedIn | None:
    """The session that lacks its second factor."""
    with house_of(request).database.session() as db:
        found = who_by_cookie(request, db)
        return found[1] if found is not None and not found[1].passed else None


@router.post("/signout")
def sign_out(here: Anybody) -> Response:
    """End the session."""
    assert here.session is not None
    with here.writing() as db:
        sessions.end(db, here.session.id)
        note(db, here.user, "signin.ended", subject=f"user:{here.user.id}")
    answer = RedirectResponse("/sign-in", 303)
    cookies.forget(answer, cookies.SESSION, here.house.settings.secure)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.post("/language")
def choose_language(
    request: Request,
    _nobody: Nobody,
    lang: Annotated[str, Form()],
    next_: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Speak another language from now on."""
    answer = RedirectResponse(own_path(next_) or "/", 303)
    if lang in LANGUAGES:
        _set_language(answer, lang, house_of(request).settings.secure)
    return answer


# -- sessions that begin ------------------------------------------------------------------------------------------


def address_of(request: Request) -> str:
    """Where a request comes from, as far as it is known."""
    return request.client.host if request.client else ""


def begin_session(request: Request, user: User, *, passed: bool = True, quiet: bool = False) -> Response:
    """Begin a session in this browser, and end the one that was there.

    Args:
        passed: whether no second factor is missing.
        quiet: whether the next page has to come from here, since a cookie that goes to nobody else is not sent along
            when another site leads to us.
    """
    house = house_of(request)
    with house.database.writing() as db:
        before = who_by_cookie(request, db)
        if before is not None:
            sessions.end(db, before[1].id)
        sessions.sweep(db)
        user = db.get_one(User, user.id)
        value, _session = sessions.begin(db, user, passed=passed, agent=_agent(request))
        if passed:
            note(db, user, "signin.done", subject=f"user:{user.id}")
    return signed_in(request, user, value, passed=passed, quiet=quiet)


def signed_in(
    request: Request, user: User, value: str, *, passed: bool = True, quiet: bool = False
) -> Response:
    """The answer that gives a session's cookie, and leads on."""
    secure = house_of(request).settings.secure
    path = "/sign-in/code"
    if passed:
        path = (
            "/account/second-factor" if not user.offered and user.password and not user.must_change else "/"
        )
    answer = bare_page(request, "signin/come_in.html", to=path) if quiet else RedirectResponse(path, 303)
    cookies.put(answer, cookies.SESSION, value, secure)
    if user.language in LANGUAGES:
        _set_language(answer, user.language, secure)
    return answer


def _sign_in_page(request: Request, status: int = 200, **data: Any) -> Response:
    provider = house_of(request).settings.oidc
    elsewhere = (provider.label or provider.issuer) if provider else ""
    return bare_page(request, "signin/sign_in.html", status, elsewhere=elsewhere, **data)


def _agent(request: Request) -> str:
    return agent_name(request.headers.get("user-agent", ""))


def _set_language(answer: Response, language: str, secure: bool) -> None:
    cookies.put(answer, cookies.LANGUAGE, language, secure, seconds=YEAR)
