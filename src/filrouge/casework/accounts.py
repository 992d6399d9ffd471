"""Seeing to the accounts of others: roles, ways back in, who no longer comes in, who comes from elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from filrouge.casework import factors, passwords, people, sessions, tokens
from filrouge.casework.access import Role
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.casework.models import User, now
from filrouge.i18n import _

ONE_TIME_FOR: Final = timedelta(hours=72)
"""How long a password that was read out may be used."""


def everybody(db: Session) -> list[User]:
    """All accounts: those who wait first, then those who come in, by name."""
    return list(db.scalars(select(User).order_by(User.waiting.desc(), User.active.desc(), User.name)))


def make(db: Session, by: User, *, login: str, name: str, role: Role, email: str = "") -> tuple[User, str]:
    """A new account, and the password with which its person comes in once.

    Raises:
        TakenName, Refused: see `people.make_user`.
    """
    user = people.make_user(db, by, login=login, name=name, role=role, password="", email=email)
    return user, give_password(db, by, user)


def give_password(db: Session, by: User, user: User) -> str:
    """A password to come in with once, for a person who forgot theirs; their sessions and tokens end."""
    password = passwords.one_time_password()
    user.password, user.must_change = passwords.hashed(password), True
    user.password_until = now() + ONE_TIME_FOR
    people.forget_failures(user)
    sessions.end_all(db, user)
    tokens.end_all(db, by, user)
    note(db, by, "user.password_given", subject=f"user:{user.id}")
    return password


def change(db: Session, by: User, user: User, *, name: str, email: str, role: Role) -> None:
    """Another name or role; with another role all sessions end.

    Raises:
        Refused: if nobody would be administrator any more.
    """
    if user.role != role.value:
        if user.role == Role.ADMINISTRATOR:
            _keep_one_administrator(db, user)
        note(db, by, "user.role", subject=f"user:{user.id}", before=user.role, after=role.value)
        user.role = role.value
        sessions.end_all(db, user)
    name, email = " ".join(name.split())[:100] or user.login, email.strip()[:200]
    if (name, email) != (user.name, user.email):
        user.name, user.email = name, email
        note(db, by, "user.changed", subject=f"user:{user.id}")


def deactivate(db: Session, by: User, user: User) -> None:
    """Let somebody no more come in; what they did stays theirs.

    Raises:
        Refused: if nobody would be administrator any more.
    """
    if not user.active:
        return
    if user.role == Role.ADMINISTRATOR:
        _keep_one_administrator(db, user)
    user.active = False
    sessions.end_all(db, user)
    tokens.end_all(db, by, user)
    note(db, by, "user.deactivated", subject=f"user:{user.id}")


def activate(db: Session, by: User, user: User) -> None:
    """Let somebody come in: again, or at last."""
    if user.active:
        return
    note(db, by, "user.admitted" if user.waiting else "user.activated", subject=f"user:{user.id}")
    user.active, user.waiting = True, False


def unlock(db: Session, by: User, user: User) -> None:
    """End the pause after wrong passwords."""
    people.forget_failures(user)
    note(db, by, "user.unlocked", subject=f"user:{user.id}")


def reset_factor(db: Session, by: User, user: User) -> None:
    """Take the second factor of somebody who lost it away; their sessions and tokens end."""
    factors.remove(db, by, user)
    sessions.end_all(db, user)
    tokens.end_all(db, by, user)


def from_elsewhere(
    db: Session, *, issuer: str, subject: str, name: str, email: str, role: Role | None
) -> User:
    """The account of somebody whom an OpenID provider vouches for, by issuer and subject alone.

    Names and addresses can change hands at a provider, so that they find no account. Who is new waits until an
    administrator lets them in, unless the house gives newcomers a role.
    """
    key = f"{issuer} {subject}"
    user = db.scalar(select(User).where(User.subject == key))
    if user is not None:
        return user
    login = _free_login(db, email.partition("@")[0] or name or "person")
    user = User(
        login=login, name=" ".join(name.split())[:100] or login, role=(role or Role.PARTNER).value, email=email[:200],
        subject=key, active=role is not None, waiting=role is None, offered=True,
    )  # fmt: skip
    db.add(user)
    db.flush()
    note(db, "", "user.came", subject=f"user:{user.id}", role=user.role, waiting=user.waiting)
    return user


def _free_login(db: Session, wanted: str) -> str:
    base = "".join(c for c in wanted.lower() if c.isascii() and (c.isalnum() or c in "._-"))[:40].lstrip(
        "._-"
    )
    base, number = base or "person", 1
    login = base
    while db.scalar(select(User.id).where(User.login == login)):
        number += 1
        login = f"{base}-{number}"
    return login


def _keep_one_administrator(db: Session, leaving: User) -> None:
    others = db.scalar(
        select(func.count())
        .select_from(User)
        .where(User.role == Role.ADMINISTRATOR.value, User.active, User.id != leaving.id)
    )
    if not others:
        raise Refused(
            _(
                "This is the last administrator. Make another one first: without one nobody could make accounts."
            )
        )
