"""Requests that a script repeats since it did not hear the answer: they are done once, and answered twice.

Answers lie sealed under a key of the workspace: they may tell what lies sealed elsewhere, such as the names of watches.
"""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from filrouge.casework import jobs
from filrouge.casework.database import Database
from filrouge.casework.errors import Refused
from filrouge.casework.models import ApiRepeat, now
from filrouge.corpus.keys import seal, unseal
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

KEPT: Final = timedelta(hours=24)
"""How long an answer is kept for somebody who asks again."""


def named(ws: Workspace, method: str, path: str, body: Any) -> str:
    """The keyed hash of a request: what it asks may be somebody's number, of which a plain hash is soon guessed."""
    told = json.dumps([method, path, body], sort_keys=True).encode()
    return hmac.new(ws.secret_for("requests of scripts"), told, sha256).hexdigest()


def answered(db: Session, ws: Workspace, token: int, key: str, request: str) -> dict[str, Any] | None:
    """What a script was answered when it sent this request before; None if it did not.

    Args:
        db: a transaction of `Database.writing`, so that a repeat waits for the first.
        ws: whose key seals answers.
        token: its number.
        key: what the script calls the request.
        request: the keyed hash of what it asks, of `named`.

    Raises:
        Refused: if it called another request so.
    """
    _sweep(db)
    row = db.scalar(select(ApiRepeat).where(ApiRepeat.token_id == token, ApiRepeat.key == key))
    if row is None:
        return None
    if row.request != request:
        raise Refused(_("This Idempotency-Key was used for another request. Take a new one for each."))
    kept = bytes.fromhex(row.answer["sealed"])
    return dict(json.loads(unseal(ws.cipher("repeats"), kept, _bound(token, request))))


def keep(db: Session, ws: Workspace, token: int, key: str, request: str, answer: dict[str, Any]) -> None:
    """Keep an answer, in the transaction of what it tells of."""
    kept = seal(ws.cipher("repeats"), json.dumps(answer).encode(), _bound(token, request))
    db.add(ApiRepeat(token_id=token, key=key, request=request, answer={"sealed": kept.hex()}))
    db.flush()


@jobs.chore
def tidy(database: Database, _ws: Workspace) -> None:
    """Delete the answers that were kept long enough, whether or not a script asks again."""
    with database.writing() as db:
        _sweep(db)


def _sweep(db: Session) -> None:
    db.execute(delete(ApiRepeat).where(ApiRepeat.at < now() - KEPT))


def _bound(token: int, request: str) -> bytes:
    # An answer opens for the request that it was given to.
    return f"token:{token} {request}".encode()
