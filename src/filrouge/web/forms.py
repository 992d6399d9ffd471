"""Forms that come back: whether they are ours, and where they lead."""

from __future__ import annotations

import logging
import re
from datetime import date, datetime
from hmac import compare_digest
from typing import Final, NoReturn
from urllib.parse import urlsplit

from fastapi import HTTPException, Request

from filrouge.casework.models import SignedIn

_security = logging.getLogger("filrouge.security")
_OWN: Final = re.compile(r"/(?:[\w.-][\w./-]*)?(?:\?[\w.=&%-]*)?", re.ASCII)


def whole_number(text: object, digits: int = 15) -> int | None:
    """The number that a form or an address brings; None if it is none, or has more digits than it may."""
    # Of ASCII alone: to Python, the 2 of m² is a digit as well, and no number.
    return int(text) if isinstance(text, str) and re.fullmatch(rf"[0-9]{{1,{digits}}}", text) else None


def own_path(text: str) -> str:
    """A path of this application that a form or a cookie brings; "" for an address of anybody else's."""
    return text if _OWN.fullmatch(text) else ""


def day_of(text: str) -> date | None:
    """A day that a form sends, 2026-11-27; None if it is none."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        return None


def check_origin(request: Request, *, secure: bool) -> None:
    """Refuse what a page of somebody else made the browser send.

    Raises:
        HTTPException: 403, then.
    """
    origin = request.headers.get("origin")
    if origin:
        told = urlsplit(origin)
        wrong_scheme = secure and told.scheme != "https"
        if told.netloc != request.headers.get("host") or wrong_scheme:
            _refuse("a form of another site")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        _refuse("a form of another site")


async def check_form(request: Request, session: SignedIn, *, secure: bool, streaming: bool = False) -> None:
    """Refuse a form that comes from a page of somebody else, or without the token of its session.

    Args:
        request: of the form.
        session: whose token it must bring.
        secure: whether browsers reach the application by https.
        streaming: whether the route reads the form by `uploads.received`, which seeks the token in its first field.

    Raises:
        HTTPException: 403, then.
    """
    check_origin(request, secure=secure)
    sent = request.headers.get("x-csrf-token")
    if sent is None and streaming:
        return
    if sent is None:
        sent = (await request.form()).get("csrf")  # type: ignore[assignment]
    if not isinstance(sent, str) or not compare_digest(sent.encode(), session.csrf.encode()):
        _refuse("a form without its token")


def _refuse(what: str) -> NoReturn:
    _security.warning("refused: %s", what)
    raise HTTPException(403)
