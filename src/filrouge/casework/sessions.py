"""Sessions of browsers: begun at sign-in, turned to a new token now and then, ended by idleness or age."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from filrouge.casework.models import Case, DeskState, SignedIn, User, now

IDLE: Final = timedelta(minutes=60)
OLDEST: Final = timedelta(hours=12)
TURNED_AFTER: Final = timedelta(minutes=15)
OPENED_FOR: Final = timedelta(minutes=30)
"""How long ads stay opened for a given reason."""
CHECKED_FOR: Final = timedelta(minutes=15)
"""How long who has shown who they are may do what is sensitive."""
HALF_FOR: Final = timedelta(minutes=10)
"""How long a session waits for its second factor."""
WARNED: Final = timedelta(minutes=5)
"""How long before a session ends its person is told so (WCAG 2.2.1 asks for 20 seconds)."""
_MINUTE: Final = timedelta(minutes=1)


def begin(db: Session, user: User, *, passed: bool = True, agent: str = "") -> tuple[str, SignedIn]:
    """A new session, and the value of its cookie.

    Args:
        passed: whether no second factor is missing.
        agent: the browser, as its owner knows it.
    """
    value = secrets.token_urlsafe(32)
    session = SignedIn(
        token=_digest(value), user=user, csrf=secrets.token_urlsafe(32), passed=passed, agent=agent[:60]
    )
    if passed:
        user.signed_in = now()
    db.add(session)
    db.flush()
    return value, session


def of_user(db: Session, user: User) -> list[SignedIn]:
    """The sessions of a person that live, the last used first."""
    moment = now()
    found = db.scalars(
        select(SignedIn)
        .where(
            SignedIn.user_id == user.id,
            SignedIn.passed,
            SignedIn.seen > moment - IDLE,
            SignedIn.made > moment - OLDEST,
        )
        .order_by(SignedIn.seen.desc())
    )
    return list(found)


def is_fresh(session: SignedIn) -> bool:
    """Whether the person showed a short while ago who they are."""
    return now() - session.checked < CHECKED_FOR


def find(db: Session, value: str) -> SignedIn | None:
    """The session that a cookie names, if it lives and its person may still come in."""
    # The token before the last turn is good for a minute: requests that were under way carry it.
    digest = _digest(value)
    found = db.scalar(select(SignedIn).where(or_(SignedIn.token == digest, SignedIn.before == digest)))
    if found is None or not found.user.active:
        return None
    moment = now()
    if found.token != digest and moment - found.turned > _MINUTE:
        return None
    if moment - found.seen > IDLE or moment - found.made > (OLDEST if found.passed else HALF_FOR):
        return None
    return found


def lasts(session: SignedIn) -> dict[str, int]:
    """For how many seconds a session lives: without use, in all, and how long before its end that is told."""
    # The time of last use is written once a minute.
    return {
        "idle": int((IDLE - _MINUTE).total_seconds()),
        "left": max(int((session.made + OLDEST - now()).total_seconds()), 0),
        "warning": int(WARNED.total_seconds()),
    }


def is_stale(session: SignedIn) -> bool:
    """Whether its time of last use has to be written again, or its token be turned."""
    return now() - session.seen > _MINUTE or needs_turn(session)


def needs_turn(session: SignedIn) -> bool:
    """Whether it is time for a new token."""
    return now() - session.turned > TURNED_AFTER


def touch(db: Session, session_id: int) -> str | None:
    """Write that a session is in use; the new value of its cookie, if it was time to turn it."""
    session = db.get(SignedIn, session_id)
    if session is None:
        return None
    session.seen = now()
    if not needs_turn(session):
        return None
    value = secrets.token_urlsafe(32)
    session.before, session.token, session.turned = session.token, _digest(value), now()
    return value


def renew(db: Session, session: SignedIn) -> str:
    """The person has shown again who they are: another token, and the one of before is worth nothing."""
    value = secrets.token_urlsafe(32)
    session.before, session.token = "", _digest(value)
    session.turned = session.checked = now()
    return value


def end(db: Session, session_id: int) -> None:
    """End a session."""
    db.execute(delete(SignedIn).where(SignedIn.id == session_id))


def end_all(db: Session, user: User, *, but: int | None = None) -> None:
    """End all sessions of a person, but one."""
    db.execute(delete(SignedIn).where(SignedIn.user_id == user.id, SignedIn.id != (but or -1)))


def sweep(db: Session) -> None:
    """Delete what has ended."""
    db.execute(delete(SignedIn).where(or_(SignedIn.seen < now() - IDLE, SignedIn.made < now() - OLDEST)))


def desk_of(db: Session, session: SignedIn, case: Case) -> DeskState:
    """What a session has set for a case; a new row if nothing yet."""
    state = db.get(DeskState, (session.id, case.id))
    if state is None:
        state = DeskState(session_id=session.id, case_id=case.id)
        db.add(state)
    return state


def set_as_of(db: Session, session: SignedIn, case: Case, day: date | None) -> None:
    """Read a case as of a day from now on; None: as it is."""
    desk_of(db, session, case).as_of = day


def open_for(db: Session, session: SignedIn, case: Case, reason: str) -> None:
    """Show ads of a case in the clear for a while."""
    state = desk_of(db, session, case)
    state.opened_until, state.reason = now() + OPENED_FOR, reason


def close_again(db: Session, session: SignedIn, case: Case) -> None:
    """Mask ads of a case again."""
    state = desk_of(db, session, case)
    state.opened_until, state.reason = None, ""


def _digest(value: str) -> str:
    return sha256(value.encode()).hexdigest()
