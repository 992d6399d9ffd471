"""The gate that every request goes through: who asks, in which case, and whether they may.

A route says what it needs by the type of its first argument, `here: Annotated[Here, allowed(Permission.READ)]`, or
that it needs nothing by `public()`. One that says neither is refused when the application starts.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.orm import Session

from filrouge.casework import access, factors, sessions
from filrouge.casework.access import Permission
from filrouge.casework.cases import cases_of
from filrouge.casework.errors import CaseClosed
from filrouge.casework.models import Case, DeskState, SignedIn, User
from filrouge.web import cookies
from filrouge.web.forms import check_form, check_origin, own_path, whole_number
from filrouge.web.here import Here
from filrouge.web.house import House, house_of
from filrouge.web.limits import SEARCHES

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_security = logging.getLogger("filrouge.security")
_TOO_LONG: Final = re.compile(r"[+-]?[0-9_]{19,}")
_PAGES_FOR: Final[dict[str, tuple[str, ...]]] = {
    "/sign-in/code": (),
    "/account/password": ("/account/password", "/account/here", "/signout"),
    "/account/second-factor": ("/account/second-factor", "/account/confirm", "/account/here", "/signout"),
}
"""What is open to who has a step to take first, by its page: what begins so."""


class SignInFirst(Exception):
    """Nobody is signed in, or the second factor is missing; `to` is where to go."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


def allowed(
    permission: Permission, *, again: bool = False, budget: str | None = None, streaming: bool = False
) -> Any:
    """Lets a request through if its person may do this: in the case of the path's `case_id`, if it has one.

    Who is not signed in is sent to sign in. A case of others is not told from one that is not there (404); what the
    role does not allow is refused (403). What changes anything must bring the token of its session.

    Args:
        permission: what is needed.
        again: whether the person must have shown who they are a short while ago; they are asked to, if not.
        budget: what is counted in `limits.BUDGETS` by person, beside the number of all requests.
        streaming: the token of a form may also be its first field, if the route reads it by `uploads.received`.
    """

    def person(request: Request) -> Here:
        return _person(request, permission, again, budget)

    # Not `Annotated`: annotations are text here, and `person` is a name of this function alone.
    async def gate(request: Request, here: Here = Depends(person)) -> Here:  # noqa: B008
        if request.method not in SAFE and here.session is not None:
            await check_form(request, here.session, secure=here.house.settings.secure, streaming=streaming)
        return here

    gate.guard = permission  # type: ignore[attr-defined]
    return Depends(gate)


def public() -> Any:
    """Marks a route that anybody may call, signed in or not; but no page of somebody else's may make them call it."""

    def nobody(request: Request) -> None:
        if request.method not in SAFE:
            check_origin(request, secure=house_of(request).settings.secure)

    nobody.guard = None  # type: ignore[attr-defined]
    return Depends(nobody)


def _person(request: Request, permission: Permission, again: bool, budget: str | None) -> Here:
    house = house_of(request)
    with house.database.session() as db:
        who: Callable[[Request, Session], tuple[User, SignedIn | None] | None] = request.app.state.who
        found = who(request, db)
        if found is None:
            raise SignInFirst("/sign-in")
        user, session = found
        _step_before(request, house, user, session)
        case = case_of(request, db)
        let_through(request, user, permission, case, budget)
        if again and session is not None and not sessions.is_fresh(session):
            raise SignInFirst(f"/account/confirm?next={quote(_page_of(request))}")
        return come_in(request, db, user, session, case)


def come_in(request: Request, db: Session, user: User, session: SignedIn | None, case: Case | None) -> Here:
    """A request of somebody who may make it, with what they set for the case."""
    state = db.get(DeskState, (session.id, case.id)) if session is not None and case is not None else None
    return Here(request, house_of(request), user, session, case, state, cases_of(db, user))


def let_through(
    request: Request, user: User, permission: Permission, case: Case | None, budget: str | None = None
) -> None:
    """What holds for people and their scripts alike: how often, whether allowed, whether the case is open.

    Raises:
        HTTPException: 429, 404 for a case of others, 403 for what the role does not allow.
        CaseClosed: for what would change a closed case.
    """
    limits = house_of(request).limits
    limits.count("requests", str(user.id))
    if budget is None and request.method not in SAFE and request.url.path.endswith(SEARCHES):
        budget = "searching"
    if budget is not None:
        limits.count(budget, str(user.id))
    wrong = access.refusal(user, permission, case)
    if wrong is not None:
        _security.warning(
            "refused: user %d, %s, %s %s", user.id, permission.value, request.method, request.url.path
        )
        raise HTTPException(404 if wrong.hidden else 403)
    closed = case is not None and case.closed is not None
    if closed and request.method not in SAFE and permission in access.NOT_IN_CLOSED:
        raise CaseClosed


def _step_before(request: Request, house: House, user: User, session: SignedIn | None) -> None:
    """Send on who has to do something else first: give a code, choose a password, set up a second factor."""
    step = None if session is None else next_step(house, user, session)
    if step is not None and not request.url.path.startswith(_PAGES_FOR[step]):
        raise SignInFirst(step)


def next_step(house: House, user: User, session: SignedIn) -> str | None:
    """The page of what a person has to do before they come in; None for who has come all the way."""
    if not session.passed:
        return "/sign-in/code"
    if user.must_change:
        return "/account/password"
    if user.totp is None and factors.is_required(user, house.settings.second_factor):
        return "/account/second-factor"
    return None


def _page_of(request: Request) -> str:
    """The page to come back to: this one, or that on which the form was."""
    if request.method in SAFE:
        return own_path(request.url.path)
    return own_path(urlsplit(request.headers.get("referer", "")).path)


def case_of(request: Request, db: Session) -> Case | None:
    """The case that the path names by its `case_id`; None if it names none.

    Raises:
        HTTPException: 404 if there is no such case, or if any number of the path is more than a table can hold.
    """
    for value in request.path_params.values():
        if _TOO_LONG.fullmatch(str(value)):
            raise HTTPException(404)
    if "case_id" not in request.path_params:
        return None
    number = whole_number(request.path_params["case_id"], 9)
    case = db.get(Case, number) if number is not None else None
    if case is None:
        raise HTTPException(404)
    return case


def who_by_cookie(request: Request, db: Session) -> tuple[User, SignedIn] | None:
    """The person of the session that the cookie names."""
    secure = house_of(request).settings.secure
    value = cookies.sent(request.headers, cookies.SESSION, secure)
    found = sessions.find(db, value) if value else None
    # For `KeepsSessions`, which need not look for it once more.
    request.state.stale_session = found.id if found is not None and sessions.is_stale(found) else None
    return (found.user, found) if found else None


def guards(app: FastAPI) -> dict[tuple[str, str], Permission | None]:
    """What each route asks for, by method and path; None for those that anybody may call.

    Raises:
        RuntimeError: if a route says neither.
    """
    found: dict[tuple[str, str], Permission | None] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            continue
        said = [d.call for d in route.dependant.dependencies if hasattr(d.call, "guard")]
        if len(said) != 1:
            raise RuntimeError(f"route {context.path}: it must say allowed(...) or public(), once")
        for method in sorted(context.methods or ()):
            found[method, str(context.path)] = said[0].guard  # type: ignore[union-attr]
    return found
