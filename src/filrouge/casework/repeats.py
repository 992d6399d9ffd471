"""Requests that a script repeats since it did not hear the answer: they are done once, and answered twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from filrouge.casework.errors import Refused
from filrouge.casework.models import ApiRepeat, now
from filrouge.i18n import _

KEPT: Final = timedelta(hours=24)
"""How long an answer is kept for somebody who asks again."""


def answered(db: Session, token: int, key: str, request: str) -> dict[str, Any] | None:
    """What a script was answered when it sent this request before; None if it did not.

    Args:
        db: a transaction of `Database.writing`, so that a repeat waits for the first.
        token: its number.
        key: what the script calls the request.
        request: SHA-256 of what it asks.

    Raises:
        Refused: if it called another request so.
    """
    db.execute(delete(ApiRepeat).where(ApiRepeat.at < now() - KEPT))
    row = db.scalar(select(ApiRepeat).where(ApiRepeat.token_id == token, ApiRepeat.key == key))
    if row is None:
        return None
    if row.request != request:
        raise Refused(_("This Idempotency-Key was used for another request. Take a new one for each."))
    return row.answer


def keep(db: Session, token: int, key: str, request: str, answer: dict[str, Any]) -> None:
    """Keep an answer, in the transaction of what it tells of."""
    db.add(ApiRepeat(token_id=token, key=key, request=request, answer=answer))
    db.flush()
