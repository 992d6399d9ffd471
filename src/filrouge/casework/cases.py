"""Cases: made with a purpose and an authority, worked on by members."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework.access import Permission, Role, permissions
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused, TakenName
from filrouge.casework.models import Case, Member, User, now
from filrouge.i18n import _


class _OfCase(Protocol):
    @property
    def case_id(self) -> int | None: ...


_Row = TypeVar("_Row", bound=_OfCase)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def belonging(db: Session, case: Case, kind: type[_Row], number: int) -> _Row | None:
    """The row of that number of what belongs to a case; None if there is none, or it belongs to another."""
    row = db.get(kind, number) if 0 < number < 1 << 31 else None
    return row if row is not None and row.case_id == case.id else None


def make_case(
    db: Session, by: User, *, name: str, title: str, purpose: str, authority: str, keep_until: date,
    members: Sequence[User] = (), held: Collection[str] = (),
) -> Case:  # fmt: skip
    """A new case.

    Args:
        name: short, as files and commands write it: small letters, digits, - and _.
        title: what people call it.
        purpose: what it is for. authority: by which law or mandate.
        keep_until: when its ads have to go.
        members: who works on it.
        held: names under which the workspace holds ads. Who makes the case of one reads them, so that it takes an
            administrator, who sees no ads, to give them to somebody.

    Raises:
        TakenName: if there is such a case, or it is not for this person to make.
        Refused: if something is missing.
    """
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise Refused(
            _("The short name of a case is made of small letters, digits, - and _: for example harbour-2026.")
        )
    _must_say_why(purpose, authority)
    _must_be_future(keep_until)
    if db.scalar(select(Case).where(Case.name == name)) or (name in held and works_on_ads(by)):
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


def as_first(db: Session, number: int | None) -> list[User]:
    """The supervisor who is the first member of a case whose maker sees no ads; nobody if the number is of no one."""
    user = db.get(User, number) if number is not None else None
    return [user] if user is not None and user.active and user.role == Role.SUPERVISOR else []


def works_on_ads(user: User) -> bool:
    """Whether a person's role lets them work on a case at all."""
    return Permission.READ in permissions(user)


def add_member(db: Session, by: User, case: Case, user: User) -> None:
    """Let a person work on a case; nothing if they do.

    Raises:
        Refused: if their role sees no ads.
    """
    if not works_on_ads(user):
        raise Refused(_("{name} cannot be a member: that role sees no ads.").format(name=user.name))
    if all(member.user_id != user.id for member in case.members):
        case.members.append(Member(user_id=user.id, user=user))
        note(db, by, "case.member_added", case=case, subject=f"user:{user.id}")


def remove_member(db: Session, by: User, case: Case, user: User) -> None:
    """Let a person no more work on a case; nothing if they do not.

    Raises:
        Refused: if its last supervisor would go by the hand of a supervisor.
    """
    supervisors = [m.user_id for m in case.members if m.user.role == Role.SUPERVISOR and m.user.active]
    if supervisors == [user.id] and by.role != Role.ADMINISTRATOR:
        raise Refused(
            _("{name} is the last supervisor of this case. Add another one first.").format(name=user.name)
        )
    for member in list(case.members):
        if member.user_id == user.id:
            case.members.remove(member)
            note(db, by, "case.member_removed", case=case, subject=f"user:{user.id}")


def change_case(db: Session, by: User, case: Case, *, title: str, purpose: str, authority: str) -> None:
    """Another title, purpose or authority; the trail keeps those of before.

    Raises:
        Refused: if something is missing.
    """
    told = {"title": title.strip() or case.name, "purpose": purpose.strip(), "authority": authority.strip()}
    _must_say_why(told["purpose"], told["authority"])
    before = {name: getattr(case, name) for name, value in told.items() if getattr(case, name) != value}
    if before:
        for name, value in told.items():
            setattr(case, name, value)
        note(db, by, "case.changed", case=case, subject=f"case:{case.id}", before=before)


def keep_until(db: Session, by: User, case: Case, day: date, reason: str) -> None:
    """Keep the ads of a case longer, or shorter.

    Raises:
        Refused: if there is no reason, or the day is past.
    """
    if len(reason.split()) < 2:
        raise Refused(_("Say in a few words why the ads are kept until another day."))
    _must_be_future(day)
    if day != case.keep_until:
        note(
            db, by, "case.keep_until", case=case, subject=f"case:{case.id}", before=case.keep_until.isoformat(),
            after=day.isoformat(), reason=" ".join(reason.split()),
        )  # fmt: skip
        case.keep_until = day


def close_case(db: Session, by: User, case: Case) -> None:
    """Close a case: it can be read, and nothing in it be changed."""
    if case.closed is None:
        case.closed = now()
        note(db, by, "case.closed", case=case, subject=f"case:{case.id}")


def reopen_case(db: Session, by: User, case: Case) -> None:
    """Open a closed case again."""
    if case.closed is not None:
        case.closed = None
        note(db, by, "case.reopened", case=case, subject=f"case:{case.id}")


def all_cases(db: Session) -> list[Case]:
    """All cases, the open ones first, by title."""
    return list(db.scalars(select(Case).order_by(Case.closed.is_not(None), Case.title)).unique())


def closed_cases_of(db: Session, user: User) -> list[Case]:
    """The closed cases that a person worked on, by title."""
    rows = db.scalars(
        select(Case)
        .join(Member)
        .where(Member.user_id == user.id, Case.closed.is_not(None))
        .order_by(Case.title)
    )
    return list(rows.unique())


def who_may_join(db: Session, case: Case | None = None) -> list[User]:
    """The people whose role sees ads and who are not in a case yet, by name."""
    inside = {member.user_id for member in case.members} if case else set()
    found = db.scalars(select(User).where(User.active).order_by(User.name))
    return [user for user in found if user.id not in inside and works_on_ads(user)]


def _must_say_why(purpose: str, authority: str) -> None:
    if not purpose.strip() or not authority.strip():
        raise Refused(_("A case needs a purpose and a legal authority: without them no data may be held."))


def _must_be_future(day: date) -> None:
    if day <= now().date():
        raise Refused(_("The day until which the ads are kept must lie in the future."))


def cases_of(db: Session, user: User) -> list[Case]:
    """The open cases that a person works on, by title."""
    rows = db.scalars(
        select(Case).join(Member).where(Member.user_id == user.id, Case.closed.is_(None)).order_by(Case.title)
    )
    return list(rows.unique())
