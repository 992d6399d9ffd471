"""The trail of all that was done: of the house for auditors, of a case for its supervisors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlalchemy import select
from starlette.responses import Response, StreamingResponse

from filrouge.casework import audit, trail
from filrouge.casework.access import Permission
from filrouge.casework.models import AuditEntry, Case, User
from filrouge.casework.trail import Unreadable, Wanted
from filrouge.i18n import _, ngettext, number
from filrouge.reports.trail import action_in_words, as_csv, broken_in_words
from filrouge.web.forms import day_of, whole_number
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.trail_words import Known, details_in_words, subject_in_words

router: Final = APIRouter()
Auditor = Annotated[Here, allowed(Permission.AUDIT)]
Leader = Annotated[Here, allowed(Permission.LEAD)]
ON_A_PAGE: Final = 50


class Asked:
    """What the address asks for: numbers, codes and days, no names."""

    def __init__(
        self, who: str = "", action: str = "", of: str = "", since: str = "", until: str = "", page: str = ""
    ) -> None:
        self.who = whole_number(who, 9)
        self.action = (
            action if action.replace(".", "").replace("_", "").isalnum() and action.isascii() else ""
        )
        self.of = whole_number(of, 9)
        self.since, self.until = day_of(since), day_of(until)
        self.page = max(1, whole_number(page, 9) or 1)

    def said(self) -> dict[str, str]:
        """The same as an address says it, without the page."""
        told: dict[str, int | str | date | None] = {
            "who": self.who, "action": self.action, "of": self.of, "since": self.since, "until": self.until,
        }  # fmt: skip
        return {name: str(value) for name, value in told.items() if value not in (None, "")}


def _asked(here: Here) -> Asked:
    given = here.request.query_params
    return Asked(**{name: given.get(name, "") for name in ("who", "action", "of", "since", "until", "page")})


@router.get("/audit")
def house_trail(here: Auditor) -> Response:
    """The trail of the house."""
    return _page(here, _asked(here))


@router.get("/audit/csv")
def house_csv(here: Auditor) -> Response:
    """The same as a file."""
    return _csv(here, _asked(here))


@router.post("/audit/verify")
def verify(here: Auditor) -> Response:
    """Work out the chain again."""
    with here.reading() as db:
        broken = trail.verify(db, here.house.settings.workspace.refreshed())
        count, digest = audit.head(db)
    here.note("audit.verified", broken=len(broken), entries=count, head=digest)
    result = {
        "broken": [broken_in_words(one) for one in broken],
        "entries": count,
        "digest": digest,
        "heads": trail.noted_heads(here.house.settings.workspace.refreshed()),
    }
    return _page(here, _asked(here), verified=result)


@router.post("/audit/note")
def note_head(here: Auditor) -> Response:
    """Write the head of the trail into the ledger of the workspace."""
    with here.reading() as db:
        head = trail.note_head(db, here.house.settings.workspace.refreshed(), here.user.login)
    here.house.desk.look_again()
    said = _("The head of the trail is in snapshot {number} of the ledger now.")
    return here.go("/audit", said.format(number=number(head.snapshot)))


@router.get("/cases/{case_id}/audit")
def case_trail(here: Leader) -> Response:
    """The trail of a case."""
    return _page(here, _asked(here))


@router.get("/cases/{case_id}/audit/csv")
def case_csv(here: Leader) -> Response:
    """The same as a file."""
    return _csv(here, _asked(here))


def _wanted(here: Here, asked: Asked) -> Wanted:
    actor = None
    if asked.who is not None:
        with here.reading() as db:
            user = db.get(User, asked.who)
        actor = user.login if user else ""
    return Wanted(
        actor=actor,
        action=asked.action or None,
        case=here.the_case.id if here.case else asked.of,
        since=asked.since,
        until=asked.until,
    )


def _page(here: Here, asked: Asked, verified: dict[str, Any] | None = None) -> Response:
    wanted = _wanted(here, asked)
    with here.reading() as db:
        count = trail.count(db, wanted)
        pages = max(1, -(-count // ON_A_PAGE))
        page = min(asked.page, pages)
        entries = trail.page(db, wanted, first=(page - 1) * ON_A_PAGE, most=ON_A_PAGE)
        of_case = here.the_case.id if here.case else None
        logins = set(trail.actors(db, of_case))
        acted_on = select(User.id, User.name).where(User.id.in_(_accounts(entries)))
        accounts = {row.id: row.name for row in db.execute(acted_on)}
        users = [user for user in db.scalars(select(User).order_by(User.name)) if user.login in logins]
        cases = list(db.scalars(select(Case).order_by(Case.title)).unique()) if here.case is None else []
        codes = trail.actions(db, of_case)
    base = f"/cases/{here.the_case.id}/audit" if here.case else "/audit"
    said = asked.said()
    total = ngettext("{count} entry", "{count} entries", count).format(count=number(count))
    names = {user.login: user.name for user in users}
    known = Known(names, accounts, {case.id: case.title for case in cases})
    return here.page(
        "trail/trail.html", rows=[_row(entry, known) for entry in entries], asked=asked,
        users=[(user.id, user.name) for user in users],
        titles=known.cases, codes=[(code, action_in_words(code)) for code in codes],
        page=page, pages=pages, total=total, verified=verified, base=base, filters=len(said),
        pager=f"{base}?{urlencode({**said, 'page': ''})}{{page}}", csv=f"{base}/csv?{urlencode(said)}",
    )  # fmt: skip


def _accounts(entries: list[AuditEntry | Unreadable]) -> set[int]:
    """The numbers of the accounts to which something was done."""
    subjects = [entry.subject for entry in entries if isinstance(entry, AuditEntry)]
    numbers = [subject.removeprefix("user:") for subject in subjects if subject.startswith("user:")]
    return {int(number) for number in numbers if number.isdecimal() and len(number) < 10}


def _row(entry: AuditEntry | Unreadable, known: Known) -> dict[str, Any]:
    """An entry as the page shows it: all in words; of one that cannot be read, the number alone."""
    if isinstance(entry, Unreadable):
        return {"seq": entry.seq, "readable": False}
    return {
        "seq": entry.seq,
        "readable": True,
        "at": entry.at,
        "who": known.people.get(entry.actor, entry.actor) or "filrouge",
        "action": action_in_words(entry.action),
        "case": known.cases.get(entry.case_id, "") if entry.case_id else "",
        "subject": subject_in_words(entry.subject, known),
        "details": details_in_words(entry.action, entry.details, known),
    }


def _csv(here: Here, asked: Asked) -> Response:
    wanted = _wanted(here, asked)
    here.note("audit.exported", filters=asked.said())
    database = here.house.database

    def lines() -> Iterator[str]:
        yield "\ufeff"  # spreadsheets take it for UTF-8 by this mark
        with database.session() as db:
            yield from as_csv(trail.entries(db, wanted))

    headers = {"Content-Disposition": 'attachment; filename="trail.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)
