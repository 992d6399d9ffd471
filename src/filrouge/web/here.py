"""Who asks, in which case, and whether they may: the gate that every request goes through.

A route says what it needs by the type of its first argument, `here: Annotated[Here, allowed(Permission.READ)]`, or
that it needs nothing by `public()`. One that says neither is refused when the application starts.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from filrouge import i18n
from filrouge.casework import access, blind, factors, held_back, sessions, wrong_joins
from filrouge.casework.access import Permission
from filrouge.casework.audit import note
from filrouge.casework.cases import cases_of
from filrouge.casework.errors import CaseClosed, PastOnly
from filrouge.casework.models import Case, DeskState, SignedIn, User, now
from filrouge.i18n import _
from filrouge.web import cookies
from filrouge.web.forms import check_form, check_origin, own_path, whole_number
from filrouge.web.house import House
from filrouge.web.limits import SEARCHES
from filrouge.web.navigation import rooms_of
from filrouge.web.render import rendered, shown_day, shown_time

if TYPE_CHECKING:
    from filrouge.casework.judging import Board
    from filrouge.engines.ask import SearchIndex
    from filrouge.engines.case_apart import Apart
    from filrouge.engines.casebook import Casebook

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_security = logging.getLogger("filrouge.security")
_TOO_LONG: Final = re.compile(r"[+-]?[0-9_]{19,}")
_WHO_ONE_IS: Final = ("/account/second-factor", "/account/confirm", "/signout")
"""Pages for who has to set up a second factor first."""


class SignInFirst(Exception):
    """Nobody is signed in, or the second factor is missing; `to` is where to go."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


@dataclass
class Here:
    """A request of a person who may make it.

    Attributes:
        user: who asks. session: of their browser; None for a token of the API.
        case: in which case; None outside cases. state: what the session has set for the case.
        cases: all open cases of the person.
    """

    request: Request
    house: House
    user: User
    session: SignedIn | None
    case: Case | None
    state: DeskState | None
    cases: list[Case]

    # -- the case ---------------------------------------------------------------------------------------------

    @property
    def the_case(self) -> Case:
        """The case, on a route that has one."""
        assert self.case is not None
        return self.case

    @property
    def as_of(self) -> date | None:
        """The day as of which the case is read; None for now."""
        return self.state.as_of if self.state else None

    @property
    def opened(self) -> bool:
        """Whether the person has opened this case's ads, with a reason, a short while ago."""
        until = self.state.opened_until if self.state else None
        return until is not None and until > now() and access.may(self.user, Permission.OPEN, self.case)

    @cached_property
    def casebook(self) -> Casebook:
        """What may be seen of the case's ads, clusters and networks: but what the person is to judge blind."""
        return held_back.without(self.whole_casebook, self.held)

    @cached_property
    def whole_casebook(self) -> Casebook:
        """The same, nothing held back: for what no page shows."""
        return self.house.desk.casebook(self.the_case.name, self.as_of, opened=self.opened, apart=self.apart)

    @cached_property
    def apart(self) -> Apart:
        """What the people of the case keep apart though a run put it together."""
        with self.reading() as db:
            return wrong_joins.apart(db, self.the_case, self.board.lineage, self._until)

    @cached_property
    def held(self) -> frozenset[tuple[str, int]]:
        """The clusters and networks on which the person was asked for a second opinion, and has not given it."""
        with self.reading() as db:
            return blind.held_back(db, self.user, self.the_case)

    @cached_property
    def board(self) -> Board:
        """What was judged in the case."""
        with self.reading() as db:
            return self.house.boards.board(db, self.the_case, self.house.desk.view(self.as_of), self._until)

    @property
    def _until(self) -> datetime | None:
        return datetime.combine(self.as_of, time.max, UTC) if self.as_of else None

    @cached_property
    def index(self) -> SearchIndex:
        """The search index over the case's ads."""
        return self.house.desk.index(self.the_case.name, self.as_of)

    def may(self, permission: Permission) -> bool:
        """Whether the person may do something here."""
        return access.may(self.user, permission, None if permission in access.OUTSIDE_CASES else self.case)

    def must_be_today(self) -> None:
        """Refuse to write while the past is looked at.

        Raises:
            PastOnly: then.
        """
        if self.as_of is not None:
            raise PastOnly

    # -- the database -----------------------------------------------------------------------------------------

    def reading(self) -> AbstractContextManager[Session]:
        """A transaction for reading people's data."""
        return self.house.database.session()

    def writing(self) -> AbstractContextManager[Session]:
        """A transaction for writing; short, since others wait for it."""
        return self.house.database.writing()

    def note(self, action: str, subject: str = "", **details: Any) -> None:
        """Write to the trail what the person did here, in a transaction of its own."""
        with self.writing() as db:
            note(db, self.user, action, case=self.case, subject=subject, **self.circumstances(details))

    def circumstances(self, details: dict[str, Any]) -> dict[str, Any]:
        """Details of an entry of the trail, with the day as of which the case is read."""
        return {**details, **({"as_of": self.as_of.isoformat()} if self.as_of else {})}

    # -- answers ----------------------------------------------------------------------------------------------

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of a page."""
        headers = self.request.headers
        return headers.get("HX-Request") == "true" and headers.get("HX-Request-Type", "partial") == "partial"

    def page(self, template: str, status: int = 200, /, **data: Any) -> HTMLResponse:
        """A page, with all that the skeleton shows of who, where and when."""
        answer = HTMLResponse(rendered(template, {**self._around(), **data}), status)
        if self._cookie(cookies.FLASH) is not None and not self.partial:
            cookies.forget(answer, cookies.FLASH, self.house.settings.secure)
        return answer

    def part(self, template: str, status: int = 200, /, **data: Any) -> HTMLResponse:
        """A part of a page, for htmx; the same names are there."""
        return self.page(template, status, **data)

    def go(
        self, path: str, said: str = "", kind: str = "good", undo: tuple[str, str] | None = None
    ) -> Response:
        """Go on to another page of ours, which says what was done.

        Args:
            path: of the page.
            said: a sentence; no words of ads, since it travels in a cookie.
            kind: "good", "info", "warn", "bad".
            undo: where the form that undoes it posts to, and what its button says.
        """
        answer: Response
        if self.request.headers.get("HX-Request") == "true":
            answer = Response(status_code=204, headers={"HX-Redirect": path})
        else:
            answer = RedirectResponse(path, 303)
        if said:
            told = quote(json.dumps([kind, said, undo]))
            self.set_cookie(answer, cookies.FLASH, told, seconds=60)
        return answer

    def set_cookie(self, answer: Response, name: str, value: str, *, seconds: int | None = None) -> None:
        """A cookie that scripts cannot read and that goes to nobody else."""
        cookies.put(answer, name, value, self.house.settings.secure, seconds=seconds)

    def _cookie(self, name: str) -> str | None:
        return cookies.sent(self.request.headers, name, self.house.settings.secure)

    def _around(self) -> dict[str, Any]:
        state, user = self.state, self.user
        case_path = f"/cases/{self.case.id}" if self.case else ""
        opened = self.opened
        return {
            "here": self,
            "lang": i18n.language(),
            "path": self.request.url.path,
            "csrf": self.session.csrf if self.session else "",
            "user": {"name": user.name, "role": user.role, "role_name": role_name(user.role)},
            "case": {"id": self.case.id, "name": self.case.title} if self.case else None,
            "cases": [{"id": case.id, "name": case.title} for case in self.cases],
            "rooms": rooms_of(self),
            "as_of": shown_day(self.as_of, "long") if self.as_of else None,
            "as_of_action": f"{case_path}/as-of",
            "opened": {"until": shown_time(state.opened_until), "reason": state.reason}
            if opened and state
            else None,
            "opened_action": f"{case_path}/mask",
            "practice_workspace": self.house.practice is not None,
            "flashes": list(_flashes(self._cookie(cookies.FLASH))),
        }


def _flashes(told: str | None) -> Iterator[dict[str, Any]]:
    if not told:
        return
    try:
        kind, text, undo = json.loads(unquote(told))
        action, label = (str(undo[0]), str(undo[1])) if undo else ("", "")
    except (ValueError, TypeError, LookupError):
        return
    # Another program on this host may have put the cookie there.
    if kind in ("good", "info", "warn", "bad") and (not undo or own_path(action)):
        button = {"action": action, "label": label, "fields": {}}
        yield {"kind": kind, "text": str(text), "undo": button if undo else None}


def role_name(role: str) -> str:
    """A role in words."""
    return {
        "analyst": _("analyst"),
        "supervisor": _("supervisor"),
        "partner": _("partner"),
        "auditor": _("auditor"),
        "administrator": _("administrator"),
    }[role]


def house_of(request: Request) -> House:
    """The application's house."""
    house: House = request.app.state.house
    return house


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
        case = case_named(request, db)
        let_through(request, user, permission, case, budget)
        if again and session is not None and not sessions.is_fresh(session):
            raise SignInFirst(f"/account/confirm?next={quote(_page_of(request))}")
        state = db.get(DeskState, (session.id, case.id)) if session is not None and case else None
        return Here(request, house, user, session, case, state, cases_of(db, user))


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
    if session is None:
        return
    path = request.url.path
    if not session.passed:
        raise SignInFirst("/sign-in/code")
    if user.must_change:
        if path not in ("/account/password", "/signout"):
            raise SignInFirst("/account/password")
        return
    lacks = user.totp is None and factors.is_required(user, house.settings.second_factor)
    if lacks and not path.startswith(_WHO_ONE_IS):
        raise SignInFirst("/account/second-factor")


def _page_of(request: Request) -> str:
    """The page to come back to: this one, or that on which the form was."""
    if request.method in SAFE:
        return own_path(request.url.path)
    return own_path(urlsplit(request.headers.get("referer", "")).path)


def case_named(request: Request, db: Session) -> Case | None:
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


def day_of(text: str) -> date | None:
    """A day that a form sends, 2026-11-27; None if it is none."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        return None
