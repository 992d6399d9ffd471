"""Tokens of scripts: made by a person for some of what they may do, shown once, ended at any time."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework import access
from filrouge.casework.access import Permission
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.casework.models import ApiToken, User, now
from filrouge.i18n import _

PREFIX: Final = "frt_"
"""How tokens begin, so that programs which look for leaked secrets know one."""
LONGEST: Final = timedelta(days=366)
_MINUTE: Final = timedelta(minutes=1)


def make(
    db: Session, user: User, *, name: str, scopes: Collection[Permission], days: int
) -> tuple[str, ApiToken]:
    """A new token, and its row; only this once can it be read.

    Raises:
        Refused: if it has no name or no scope, more scope than its owner, or would last for more than a year.
    """
    if not name.strip():
        raise Refused(_("Say what the token is for: later you will want to know which one to end."))
    if not scopes:
        raise Refused(_("Choose what the token may be used for."))
    if not set(scopes) <= set(access.permissions(user)):
        raise Refused(_("A token may do no more than you."))
    if not 0 < days <= LONGEST.days:
        raise Refused(_("A token lasts for 1 to 366 days."))
    value = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        digest=_digest(value), user=user, name=name.strip()[:100], expires=now() + timedelta(days=days),
        scopes=sorted(scope.value for scope in scopes),
    )  # fmt: skip
    db.add(token)
    db.flush()
    note(db, user, "token.made", subject=f"token:{token.id}", scopes=token.scopes, days=days)
    return value, token


def find(db: Session, value: str) -> ApiToken | None:
    """The token, if it may still be used and its owner may still come in."""
    token = db.scalar(select(ApiToken).where(ApiToken.digest == _digest(value)))
    if token is None or token.ended is not None or token.expires < now() or not token.user.active:
        return None
    return token


def is_stale(token: ApiToken) -> bool:
    """Whether it has to be written that it is in use."""
    return token.seen is None or now() - token.seen > _MINUTE


def scopes_of(token: ApiToken) -> frozenset[Permission]:
    """What a token may be used for now: what it was made for, and its owner may still do."""
    return frozenset(Permission(scope) for scope in token.scopes) & frozenset(access.permissions(token.user))


def of(db: Session, user: User) -> Sequence[ApiToken]:
    """The tokens of a person that may be used, the newest first."""
    return db.scalars(
        select(ApiToken)
        .where(ApiToken.user_id == user.id, ApiToken.ended.is_(None), ApiToken.expires > now())
        .order_by(ApiToken.id.desc())
    ).all()


def end(db: Session, user: User, token_id: int) -> None:
    """End a token of one's own; nothing if there is none of that number."""
    token = db.get(ApiToken, token_id)
    if token is not None and token.user_id == user.id and token.ended is None:
        token.ended = now()
        note(db, user, "token.ended", subject=f"token:{token.id}")


def end_all(db: Session, by: User, user: User) -> None:
    """End all tokens of a person: somebody else may have them, or may be the one who made them."""
    for token in of(db, user):
        token.ended = now()
        note(db, by, "token.ended", subject=f"token:{token.id}")


def _digest(value: str) -> str:
    return sha256(value.encode()).hexdigest()
