"""Cases: made with a purpose and an authority, worked on by members."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework.audit import note
from filrouge.casework.errors import Refused, TakenName
from filrouge.casework.models import Case, Member, User, now
from filrouge.i18n import _

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def make_case(
    db: Session, by: User, *, name: str, title: str, purpose: str, authority: str, keep_until: date,
    members: Sequence[User] = (),
) -> Case:  # fmt: skip
    """A new case.

    Args:
        name: short, as files and commands write it: small letters, digits, - and _.
        title: what people call it.
        purpose: what it is for. authority: by which law or mandate.
        keep_until: when its ads have to go.
        members: who works on it.

    Raises:
        TakenName: if there is such a case.
        Refused: if something is missing.
    """
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise Refused(
            _("The short name of a case is made of small letters, digits, - and _: for example harbour-2026.")
        )
    if not purpose.strip() or not authority.strip():
        raise Refused(_("A case needs a purpose and a legal authority: without them no data may be held."))
    if keep_until <= now().date():
        raise Refused(_("The day until which the ads are kept must lie in the future."))
    if db.scalar(select(Case).where(Case.name == name)):
        raise TakenName(name)
    case = Case(
        name=name, title=title.strip() or name, purpose=purpose.strip(), authority=authority.strip(),
        keep_until=keep_until, made_by=by.id,
    )  # fmt: skip
    case.members = [Member(user_id=user.id, user=user) for user in dict.fromkeys(members)]
    db.add(case)
    db.flush()
    note(
        db, by, "case.made", case=case, subject=f"case:{case.id}", keep_until=keep_until.isoformat(),
        members=[user.login for user in dict.fromkeys(members)],
    )  # fmt: skip
    return case


def add_member(db: Session, by: User, case: Case, user: User) -> None:
    """Let a person work on a case; nothing if they do."""
    if all(member.user_id != user.id for member in case.members):
        case.members.append(Member(user_id=user.id, user=user))
        note(db, by, "case.member_added", case=case, subject=f"user:{user.id}")


def remove_member(db: Session, by: User, case: Case, user: User) -> None:
    """Let a person no more work on a case; nothing if they do not."""
    for member in list(case.members):
        if member.user_id == user.id:
            case.members.remove(member)
            note(db, by, "case.member_removed", case=case, subject=f"user:{user.id}")


def cases_of(db: Session, user: User) -> list[Case]:
    """The open cases that a person works on, by title."""
    rows = db.scalars(
        select(Case).join(Member).where(Member.user_id == user.id, Case.closed.is_(None)).order_by(Case.title)
    )
    return list(rows.unique())
