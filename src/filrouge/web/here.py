"""A request of somebody who may make it: in which case they are, what they may see of it, how they are answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from filrouge import i18n
from filrouge.casework import access, blind, held_back, sessions, wrong_joins
from filrouge.casework.access import Permission
from filrouge.casework.audit import note
from filrouge.casework.errors import PastOnly
from filrouge.casework.models import Case, DeskState, SignedIn, User, now
from filrouge.i18n import _
from filrouge.web import cookies
from filrouge.web.forms import own_path
from filrouge.web.house import House
from filrouge.web.navigation import rooms_of
from filrouge.web.render import rendered, shown_day, shown_time

if TYPE_CHECKING:
    from filrouge.casework.judging import Board
    from filrouge.engines.ask import SearchIndex
    from filrouge.engines.case_apart import Apart
    from filrouge.engines.case_past import Numbers
    from filrouge.engines.casebook import Casebook


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

    @cached_property
    def numbers(self) -> Numbers:
        """By which numbers the case knows snapshots; asked for before a transaction, since it may take a while."""
        return self.house.desk.numbers(self.the_case.name)

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
            "session_lasts": sessions.lasts(self.session) if self.session else None,
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
