"""What every answer carries, and which language a request is answered in: middleware that knows no rooms."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from filrouge.casework.work import where
from filrouge.i18n import LANGUAGES, _, speaking
from filrouge.web import cookies

CONTENT_POLICY: Final = (
    "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # A form that is posted needs its origin told to us, and to nobody else.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SECURE: Final = "max-age=63072000; includeSubDomains"
LARGEST_FORM: Final = 4 * 1024 * 1024
"""Bytes of a request that brings no files."""
LARGEST_UPLOAD: Final = 8 * 1024 * 1024 * 1024
"""Bytes of one that does."""
UPLOADS: Final = "/files"
"""How the paths end that take files in."""
_HOST: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")
"""A name and perhaps a port, and nothing else: addresses that we give to others are made of it."""
_log = logging.getLogger("filrouge.web")
_security = logging.getLogger("filrouge.security")


class SafeHeaders:
    """Puts the security headers on every answer; what is no vendored script or style is not stored anywhere."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self.secure:
                    headers["Strict-Transport-Security"] = SECURE
                headers.setdefault("Cache-Control", "no-store")
                headers.append("Vary", "Cookie")
            await send(message)

        await self.app(scope, receive, with_headers)


class KnownHost:
    """Refuses requests for a host that is none of ours, and those that are far too big."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app = app
        self.hosts = {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            told = _HOST.fullmatch(headers.get("host", "").lower())
            if told is None or ("*" not in self.hosts and told["name"] not in self.hosts):
                _security.warning("refused: a host that is none of ours")
                await PlainTextResponse(_("This host is not known here."), 400)(scope, receive, send)
                return
            most = LARGEST_UPLOAD if scope["path"].endswith(UPLOADS) else LARGEST_FORM
            size = headers.get("content-length", "0")
            if not (size.isascii() and size.isdigit()) or int(size) > most:
                _security.warning("refused: a request that is too big")
                await PlainTextResponse(_("That is too big."), 413)(scope, receive, send)
                return
            receive = _counted(receive, most)
        await self.app(scope, receive, send)


def _counted(receive: Receive, most: int) -> Receive:
    """Receives a body that did not say its length, up to so many bytes."""
    got = 0

    async def next_message() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise HTTPException(413, _("That is too big."))
        return message

    return next_message


class Faults:
    """Turns what nobody expected into an answer, and one line of the log without its words: they may be of an ad.

    Without it the server would write the words of the exception to its log.
    """

    def __init__(self, app: ASGIApp, told: Callable[[Request, str], Response], raising: bool = False) -> None:
        self.app = app
        self.told = told
        self.raising = raising

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or self.raising:
            await self.app(scope, receive, send)
            return
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noticed)
        except Exception as trouble:
            number = secrets.token_hex(4)
            _log.error("fault %s: %s at %s", number, type(trouble).__name__, where(trouble))
            if begun:
                # The browser must see that the answer is cut off; the server logs this sentence only.
                raise RuntimeError(f"an answer was cut off by fault {number}") from None
            await self.told(Request(scope), number)(scope, receive, send)


class Speaking:
    """Answers in the language of the cookie, else the first of the browser's that we speak."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with speaking(asked_language(Headers(scope=scope), self.secure)):
            await self.app(scope, receive, send)


def asked_language(headers: Headers, secure: bool) -> str:
    """The language that a request asks for."""
    chosen = cookies.sent(headers, cookies.LANGUAGE, secure)
    if chosen in LANGUAGES:
        return chosen
    for part in headers.get("accept-language", "").split(","):
        wanted = part.split(";")[0].strip().lower()[:2]
        if wanted in LANGUAGES:
            return wanted
    return "en"
