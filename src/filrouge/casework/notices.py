"""Notices: that there are alerts, told by e-mail or to another program; tried again until they are through."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework import access, jobs
from filrouge.casework.access import Permission
from filrouge.casework.audit import note
from filrouge.casework.cases import belonging
from filrouge.casework.database import Database
from filrouge.casework.errors import Refused
from filrouge.casework.models import (
    Case,
    Hook,
    Job,
    MailWish,
    Notice,
    User,
    WatchAlert,
    WatchMuted,
    now,
)
from filrouge.casework.outside import NotSent, Outside, call, checked_url, mail
from filrouge.casework.work import Workshop
from filrouge.i18n import LANGUAGES, _, speaking

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

NOTICE: Final = "notice"
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
"""How long it waits after each time that something could not be sent; then it is given up."""
SHOWN: Final = 20


def outside_of(options: dict[str, Any]) -> Outside:
    """Where to something may be sent: as the options say, or else the environment."""
    given = options.get("outside")
    return given if isinstance(given, Outside) else Outside.of(os.environ)


# -- what people set ----------------------------------------------------------------------------------------------


def wish_mail(db: Session, user: User, case: Case, *, wanted: bool) -> None:
    """Let a person be told by e-mail of a case's alerts, or not."""
    row = db.get(MailWish, (case.id, user.id))
    if wanted and row is None:
        db.add(MailWish(case_id=case.id, user_id=user.id))
    elif not wanted and row is not None:
        db.delete(row)


def set_hook(db: Session, by: User, case: Case, outside: Outside, url: str) -> Hook | None:
    """Let another program be told of a case's alerts, with a new key; or no more, if there is no address.

    Raises:
        Refused: if the address may not be called.
    """
    row = db.get(Hook, case.id)
    if not url.strip():
        if row is not None:
            # The row stays, so that a key is never used twice.
            row.url = ""
            note(db, by, "hook.removed", case=case)
        return None
    url = checked_url(outside, url)
    if row is None:
        row = Hook(case_id=case.id, url=url, turn=0)
        db.add(row)
    row.url, row.turn = url, (row.turn or 0) + 1
    note(db, by, "hook.set", case=case, host=url.split("/")[2])
    return row


def key_of(ws: Workspace, hook: Hook) -> str:
    """The key with which what goes to a hook is signed, in hex."""
    return ws.secret_for(f"webhook {hook.case_id} {hook.turn}").hex()


def hook_of(db: Session, case: Case) -> Hook | None:
    """Where another program is told of a case's alerts."""
    row = db.get(Hook, case.id)
    return row if row is not None and row.url else None


def is_mailed(db: Session, user: User, case: Case) -> bool:
    """Whether a person wants to be told by e-mail of a case's alerts."""
    return db.get(MailWish, (case.id, user.id)) is not None


def shown(hook: Hook | None, *, leads: bool) -> str:
    """The address that is called, for who leads the case; for others its host alone. "" for none."""
    if hook is None:
        return ""
    return hook.url if leads else hook.url.split("/")[2]


def of_case(db: Session, case: Case) -> Sequence[Notice]:
    """The newest notices of a case."""
    rows = select(Notice).where(Notice.case_id == case.id).order_by(Notice.id.desc()).limit(SHOWN)
    return db.scalars(rows).unique().all()


def try_again(db: Session, by: User, case: Case, number: int) -> Notice:
    """Send a notice again that was given up, or now one that waits."""
    notice = belonging(db, case, Notice, number)
    if notice is None or notice.state == "sent":
        raise Refused(_("This notice is not waiting."))
    notice.state, notice.due, notice.tries = "waiting", now(), 0
    note(db, by, "notice.tried_again", case=case, subject=f"notice:{notice.id}")
    return notice


# -- what workers do ----------------------------------------------------------------------------------------------


def write(db: Session, case: Case, raised: Sequence[WatchAlert]) -> list[Notice]:
    """Write down who is to be told of alerts that were raised just now; they are sent soon after."""
    if not raised:
        return []
    found = []
    wishes = db.scalars(select(MailWish.user_id).where(MailWish.case_id == case.id)).all()
    for user in db.scalars(select(User).where(User.id.in_(wishes))):
        silent = set(db.scalars(select(WatchMuted.watch_id).where(WatchMuted.user_id == user.id)))
        count = sum(alert.watch_id not in silent for alert in raised)
        # Who works on the case no more is told of it no more.
        if count and user.email and access.may(user, Permission.READ, case):
            found.append(Notice(case_id=case.id, user_id=user.id, kind="mail", count=count))
    if hook_of(db, case) is not None:
        found.append(Notice(case_id=case.id, kind="hook", count=len(raised)))
    db.add_all(found)
    return found


@jobs.looking
def look(database: Database, ws: Workspace) -> None:
    """Have the notices sent that are due."""
    with database.session() as db:
        if not _due(db):
            return
    with database.writing() as db:
        for case_id in {notice.case_id for notice in _due(db)}:
            busy = select(Job.id).where(Job.kind == NOTICE, Job.case_id == case_id, Job.state.in_(jobs.OPEN))
            if db.scalar(busy.limit(1)) is None:
                jobs.start(db, NOTICE, db.get(Case, case_id), None, closed_too=True)


@jobs.kind(NOTICE, lambda: _("Telling of alerts"))
def work(job: Job, workshop: Workshop) -> dict[str, Any]:
    """Send the notices of a case that are due; one that cannot be sent is tried again later."""
    outside = outside_of(workshop.options)
    with workshop.database.session() as db:
        waiting = [notice.id for notice in _due(db) if notice.case_id == job.case_id]
    sent = 0
    for number in waiting:
        workshop.progress.check()
        trouble = _send(workshop, outside, number)
        sent += not trouble
        with workshop.database.writing() as db:
            _told(db, number, trouble)
    return {"sent": sent, "waiting": len(waiting) - sent}


def _send(workshop: Workshop, outside: Outside, number: int) -> str:
    """Send a notice; "" or why that was not possible."""
    with workshop.database.session() as db:
        notice = db.get_one(Notice, number)
        case, hook = db.get_one(Case, notice.case_id), db.get(Hook, notice.case_id)
        user = notice.user
        wanted = user is not None and access.may(user, Permission.READ, case)
    try:
        if notice.kind == "mail":
            if user is None or not wanted or not user.email:
                return "unwanted"
            with speaking(user.language or LANGUAGES[0]):
                mail(outside, user.email, case.id, notice.count)
        else:
            if hook is None or not hook.url:
                return "unwanted"
            said = {
                "case": case.id,
                "alerts": notice.count,
                "notice": notice.id,
                "link": outside.link(f"/cases/{case.id}/watches"),
            }
            stamp = now().strftime("%Y-%m-%dT%H:%M:%SZ")
            call(outside, hook.url, key_of(workshop.workspace, hook), said, stamp)
    except NotSent as trouble:
        return trouble.code
    return ""


def _told(db: Session, number: int, trouble: str) -> None:
    notice = db.get(Notice, number)
    if notice is None or notice.state != "waiting":
        return
    notice.trouble, notice.tries = trouble, notice.tries + 1
    if not trouble:
        notice.state = "sent"
    elif trouble == "unwanted" or notice.tries > len(WAITS):
        notice.state = "failed"
    else:
        notice.due = now() + WAITS[notice.tries - 1]
        return
    note(
        db, "", f"notice.{notice.state}", case=notice.case_id, subject=f"notice:{notice.id}", kind=notice.kind,
        count=notice.count, **({"trouble": trouble} if trouble else {}),
    )  # fmt: skip


def _due(db: Session) -> Sequence[Notice]:
    return db.scalars(select(Notice).where(Notice.state == "waiting", Notice.due <= now())).unique().all()


def trouble_in_words(code: str) -> str:
    """Why a notice was not sent."""
    word, _colon, rest = code.partition(":")
    return {
        "": "",
        "off": _("No mail server is set: ask the administrator."),
        "address": _("The mail server does not take this address."),
        "no_tls": _("The mail server does not encrypt (STARTTLS), so nothing is sent through it."),
        "certificate": _("The certificate of the other server cannot be trusted."),
        "refused_us": _("The mail server did not accept our name and password."),
        "unreachable": _("The other server could not be reached."),
        "answer": _("The other server answered {status}.").format(status=rest),
        "not_allowed": _("The administrator does not allow this host any more."),
        "unwanted": _("It is not wanted any more."),
    }.get(word, code)
