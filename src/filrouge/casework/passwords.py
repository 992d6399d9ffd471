"""Passwords: which are good enough, hashing them, and making one for somebody else to use once."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from filrouge.casework.errors import WeakPassword

LEAST_LENGTH: Final = 12
"""Characters of a password; ASVS 5.0, 6.2.1 asks for 8, and recommends 15."""
MOST_LENGTH: Final = 256
LEAST_GUESSES: Final = 3
"""Of the scale of zxcvbn, 0 to 4: 3 withstands whoever steals the hashes of slow hashing, says its paper."""
LOOKED_AT: Final = 72
"""Characters that zxcvbn is shown; it takes much longer for more."""
HOUSE: Final = ("filrouge", "fil rouge", "workbench", "password", "mot de passe")
"""Words that are easily guessed here, and count for nothing."""
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Those that nobody mixes up when they read them aloud."""
_HASHER = PasswordHasher()


def check_strength(password: str, *about: str) -> None:
    """Refuse a password that is too short, too long, in common use, or made of what is known of the person.

    Args:
        about: the person's login, name and the like.

    Raises:
        WeakPassword: then.

    Source: D. L. Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016.
    """
    from zxcvbn import zxcvbn

    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        raise WeakPassword(LEAST_LENGTH)
    low = password.lower()
    if any(word and len(word) > 2 and word.lower() in low for word in about):
        raise WeakPassword(LEAST_LENGTH)
    for word in HOUSE:
        low = low.replace(word, "")
    if len(low.strip()) < LEAST_LENGTH // 2:
        raise WeakPassword(LEAST_LENGTH)
    known = [word for text in (*about, *HOUSE) for word in (text, *text.split()) if word]
    if zxcvbn(password[:LOOKED_AT], user_inputs=known)["score"] < LEAST_GUESSES:
        raise WeakPassword(LEAST_LENGTH)


def one_time_password() -> str:
    """A password that is read out to somebody, who changes it: about 79 bits, in groups of four letters."""
    return "-".join("".join(secrets.choice(_LETTERS) for _letter in range(4)) for _group in range(4))


def hashed(password: str) -> str:
    """The hash of a password, by argon2id."""
    return _HASHER.hash(password)


def verified(digest: str, password: str) -> bool:
    """Whether a password has this hash."""
    try:
        return _HASHER.verify(digest, password[:MOST_LENGTH])
    except (VerificationError, InvalidHashError):
        return False


def is_old(digest: str) -> bool:
    """Whether a hash was made with less work than is now usual."""
    return _HASHER.check_needs_rehash(digest)


@cache
def of_nobody() -> str:
    """A hash that no password has, to take as long for who is not there."""
    return _HASHER.hash(secrets.token_urlsafe(32))
