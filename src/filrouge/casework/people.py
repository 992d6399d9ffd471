"""Accounts: making them, and checking a password."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from filrouge.casework.access import Role
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused, TakenName, WeakPassword
from filrouge.casework.models import User, now
from filrouge.i18n import _

LEAST_LENGTH: Final = 12
"""Characters of a password; ASVS 5.0, 6.2.1 asks for 8, and recommends 15."""
MOST_LENGTH: Final = 256
BEFORE_WAITING: Final = 5
"""Wrong passwords in a row that are heard without a pause."""
LONGEST_WAIT: Final = timedelta(minutes=15)
_HASHER: Final = PasswordHasher()


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
    """
    login = login.strip().lower()
    if not login:
        raise Refused(_("A login is needed: what the person types to sign in."))
    if db.scalar(select(User).where(User.login == login)):
        raise TakenName(login)
    if password:
        check_strength(password, login)
    user = User(
        login=login, name=name.strip() or login, role=role.value, email=email, language=language,
        password=_HASHER.hash(password) if password else "",
    )  # fmt: skip
    db.add(user)
    db.flush()
    note(db, by, "user.made", subject=f"user:{user.id}", role=role.value)
    return user


def check_strength(password: str, login: str = "") -> None:
    """Refuse a password that is too short, too long, in common use, or the login itself.

    Raises:
        WeakPassword: then.
    """
    low = password.lower()
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH or len(set(low)) < 5:
        raise WeakPassword(LEAST_LENGTH)
    if login and login in low:
        raise WeakPassword(LEAST_LENGTH)


def set_password(db: Session, by: User, user: User, password: str, *, must_change: bool = False) -> None:
    """Give a person a new password; their sessions end elsewhere.

    Raises:
        WeakPassword: see `check_strength`.
    """
    check_strength(password, user.login)
    user.password, user.must_change = _HASHER.hash(password), must_change
    user.failures, user.locked_until = 0, None
    note(db, by, "user.password", subject=f"user:{user.id}")


def with_password(db: Session, login: str, password: str) -> User | None:
    """The person with this login and password; None if there is none, or they must wait.

    It takes as long for a login that nobody has. After some wrong passwords in a row there is a pause that doubles.
    """
    user = db.scalar(select(User).where(User.login == login.strip().lower()))
    known = user is not None and user.active and bool(user.password)
    right = _verified(user.password if user and known else _of_nobody(), password)
    if user is None or not known:
        note(db, "", "signin.failed", reason="unknown")
        return None
    if user.locked_until and user.locked_until > now():
        note(db, user, "signin.failed", subject=f"user:{user.id}", reason="locked")
        return None
    if not right:
        user.failures += 1
        over = user.failures - BEFORE_WAITING
        if over >= 0:
            user.locked_until = now() + min(timedelta(seconds=30 * 2 ** min(over, 10)), LONGEST_WAIT)
        note(db, user, "signin.failed", subject=f"user:{user.id}", reason="password")
        return None
    user.failures, user.locked_until = 0, None
    if _HASHER.check_needs_rehash(user.password):
        user.password = _HASHER.hash(password)
    return user


@cache
def _of_nobody() -> str:
    return _HASHER.hash("nobody has this password")


def _verified(digest: str, password: str) -> bool:
    try:
        return _HASHER.verify(digest, password[:MOST_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
