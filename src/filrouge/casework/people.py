"""Accounts: making them, and checking a password."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from filrouge.casework import passwords
from filrouge.casework.access import Role
from filrouge.casework.audit import note
from filrouge.casework.database import Database
from filrouge.casework.errors import Refused, TakenName
from filrouge.casework.models import User, now
from filrouge.casework.passwords import check_strength
from filrouge.i18n import _

BEFORE_WAITING: Final = 5
"""Wrong passwords or codes in a row that are heard without a pause."""
LONGEST_WAIT: Final = timedelta(minutes=15)
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


def nobody_yet(db: Session) -> bool:
    """Whether there is no account, so that whoever comes first makes that of the administrator."""
    return not db.scalar(select(func.count()).select_from(User))


def make_user(
    db: Session,
    by: User | str,
    *,
    login: str,
    name: str,
    role: Role,
    password: str,
    email: str = "",
    language: str = "",
) -> User:
    """A new account.

    Raises:
        TakenName: if the login is in use.
        WeakPassword: see `check_strength`.
        Refused: if the login is none.
    """
    login = as_login(login)
    if db.scalar(select(User).where(User.login == login)):
        raise TakenName(login)
    name = " ".join(name.split())[:100] or login
    if password:
        check_strength(password, login, name)
    user = User(
        login=login, name=name, role=role.value, email=email.strip()[:200], language=language,
        password=passwords.hashed(password) if password else "",
    )  # fmt: skip
    db.add(user)
    db.flush()
    note(db, by, "user.made", subject=f"user:{user.id}", role=role.value)
    return user


def as_login(typed: str) -> str:
    """A login as it is kept: in small letters.

    Raises:
        Refused: if it cannot be one.
    """
    login = typed.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise Refused(
            _(
                "A login is what the person types to sign in: up to 64 small letters, digits and . _ @ + -, "
                "for example a.tremblay."
            )
        )
    return login


def set_password(db: Session, by: User, user: User, password: str) -> None:
    """Give a person the password that they chose.

    Raises:
        WeakPassword: see `check_strength`.
    """
    check_strength(password, user.login, user.name)
    if user.password and passwords.verified(user.password, password):
        raise Refused(_("The new password must be another one than the present."))
    user.password, user.must_change, user.password_until = passwords.hashed(password), False, None
    user.failures, user.locked_until = 0, None
    note(db, by, "user.password", subject=f"user:{user.id}")


def with_password(database: Database, login: str, password: str) -> User | None:
    """The person with this login and password; None if there is none, or they must wait.

    It takes as long for a login that nobody has. After some wrong passwords in a row there is a pause that doubles.
    Nobody waits while the password is hashed.
    """
    login = login.strip().lower()
    with database.session() as db:
        user = db.scalar(select(User).where(User.login == login))
        digest = user.password if user is not None and user.active and user.password else ""
    right = passwords.verified(digest or passwords.of_nobody(), password)
    anew = passwords.hashed(password) if right and passwords.is_old(digest) else ""
    with database.writing() as db:
        user = db.scalar(select(User).where(User.login == login))
        if user is None or not user.active or not user.password:
            note(db, "", "signin.failed", reason="unknown")
            return None
        if is_locked(user):
            note(db, user, "signin.failed", subject=f"user:{user.id}", reason="locked")
            return None
        if not right or user.password != digest:
            count_failure(db, user, "password")
            return None
        if user.password_until is not None and user.password_until < now():
            note(db, user, "signin.failed", subject=f"user:{user.id}", reason="expired")
            return None
        if user.totp is None:
            # With a second factor, wrong codes go on counting until a right one comes.
            forget_failures(user)
        user.password = anew or digest
        return user


def is_locked(user: User) -> bool:
    """Whether no attempt of theirs is heard at present."""
    return user.locked_until is not None and user.locked_until > now()


def count_failure(db: Session, user: User, what: str) -> None:
    """Note a wrong password or code; after some in a row there is a pause, twice as long each time."""
    user.failures += 1
    over = user.failures - BEFORE_WAITING
    if over >= 0:
        user.locked_until = now() + min(timedelta(seconds=30 * 2 ** min(over, 10)), LONGEST_WAIT)
    note(db, user, "signin.failed", subject=f"user:{user.id}", reason=what)


def forget_failures(user: User) -> None:
    """What was wrong before no longer counts: the person is here."""
    user.failures, user.locked_until = 0, None
