"""The second factor: a code of six digits that an app shows for half a minute, or a recovery code.

The secret lies sealed under a key made of the workspace's own, so that who copies the database alone has no codes.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from filrouge.casework import people
from filrouge.casework.access import Role
from filrouge.casework.audit import note
from filrouge.casework.models import SignedIn, User, now
from filrouge.corpus.keys import cipher_from, seal, unseal

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

STEP: Final = 30
"""Seconds for which a code is shown; RFC 6238."""
EARLIER_OR_LATER: Final = 1
"""Steps by which the clocks may differ."""
RECOVERY_CODES: Final = 8
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
OFFERED, LEADERS, EVERYBODY = "offered", "leaders", "everybody"
"""What a house can ask for: of nobody, of administrators and supervisors, of all."""


def is_required(user: User, house: str) -> bool:
    """Whether a person has to have a second factor here; who signs in elsewhere has theirs there."""
    if not user.password:
        return False
    return house == EVERYBODY or (house == LEADERS and user.role in (Role.ADMINISTRATOR, Role.SUPERVISOR))


# -- setting it up ------------------------------------------------------------------------------------------------


def begin(ws: Workspace, session: SignedIn) -> str:
    """The secret that is being set up in a session, in base32: made now, or that of before."""
    if session.pending is not None:
        return _opened(ws, session.pending, session.user_id)
    secret = pyotp.random_base32()
    session.pending = _sealed(ws, secret, session.user_id)
    return secret


def address(secret: str, user: User, house: str) -> str:
    """What the QR code says: an otpauth:// address."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.login, issuer_name=house)


def confirm(db: Session, ws: Workspace, session: SignedIn, code: str) -> list[str] | None:
    """Take what is being set up as the person's second factor, if the code shows that their app has it.

    Returns:
        The recovery codes, which are shown this once; None if the code is not right.
    """
    if session.pending is None:
        return None
    step = _step_of(_opened(ws, session.pending, session.user_id), code, after=0)
    if step is None:
        return None
    user = session.user
    user.totp, user.totp_step, session.pending = session.pending, step, None
    note(db, user, "factor.set", subject=f"user:{user.id}")
    return new_recovery_codes(db, user)


def new_recovery_codes(db: Session, user: User) -> list[str]:
    """New recovery codes; those of before are worth nothing. Each has 120 bits, so a plain hash of it is enough."""
    codes = ["-".join(_letters(4) for _group in range(6)) for _code in range(RECOVERY_CODES)]
    user.recovery = [_digest(code) for code in codes]
    note(db, user, "factor.codes", subject=f"user:{user.id}")
    return codes


def remove(db: Session, by: User, user: User) -> None:
    """Take the second factor away."""
    user.totp, user.totp_step, user.recovery, user.offered = None, 0, [], False
    note(db, by, "factor.removed", subject=f"user:{user.id}")


# -- using it -----------------------------------------------------------------------------------------------------


def passes(db: Session, ws: Workspace, user: User, code: str) -> bool:
    """Whether a person's code is right: that of their app, once, or a recovery code, once."""
    if people.is_locked(user) or not user.active:
        note(db, user, "signin.failed", subject=f"user:{user.id}", reason="locked")
        return False
    if user.totp is not None:
        step = _step_of(_opened(ws, user.totp, user.id), code, after=user.totp_step)
        if step is not None:
            user.totp_step = step
            people.forget_failures(user)
            return True
    digest = _digest(code)
    left = [kept for kept in user.recovery if not compare_digest(kept, digest)]
    if len(left) < len(user.recovery):
        user.recovery = left
        people.forget_failures(user)
        note(db, user, "factor.recovery_used", subject=f"user:{user.id}", left=len(left))
        return True
    people.count_failure(db, user, "code")
    return False


def _step_of(secret: str, code: str, *, after: int) -> int | None:
    """The time step whose code this is; None if it is none, or not later than the one of before."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        return None
    app, present = pyotp.TOTP(secret), int(now().timestamp()) // STEP
    for step in range(present - EARLIER_OR_LATER, present + EARLIER_OR_LATER + 1):
        if compare_digest(app.generate_otp(step), typed) and step > after:
            return step
    return None


def _sealed(ws: Workspace, secret: str, user_id: int) -> bytes:
    return seal(_cipher(ws), secret.encode(), _bound(user_id))


def _opened(ws: Workspace, content: bytes, user_id: int) -> str:
    try:
        return unseal(_cipher(ws), content, _bound(user_id)).decode()
    except InvalidTag:
        # A database that came to another workspace: no code is right, and recovery codes still are.
        return pyotp.random_base32()


def _cipher(ws: Workspace) -> AESGCM:
    return cipher_from(ws.pepper, ws.id, "second factors")


def _bound(user_id: int) -> bytes:
    # A sealed secret opens for its own person only.
    return f"user:{user_id}".encode()


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _letter in range(count))


def _digest(code: str) -> str:
    typed = "".join(letter for letter in code.lower() if letter.isalnum())
    return sha256(typed.encode()).hexdigest()
