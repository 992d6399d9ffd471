"""What every answer carries, and which language a request is answered in: middleware that knows no rooms."""

from __future__ import annotations

from collections.abc import Sequence
from http.cookies import SimpleCookie
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from filrouge.i18n import LANGUAGES, _, speaking

LANGUAGE_COOKIE: Final = "lang"
CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
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
UPLOADS: Final = "/files"
"""How the paths end that take files in."""


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
    """Refuses requests for a host that is none of ours, and forms that are far too big."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app = app
        self.hosts = {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host = headers.get("host", "").lower()
            name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
            if "*" not in self.hosts and name not in self.hosts:
                await PlainTextResponse(_("This host is not known here."), 400)(scope, receive, send)
                return
            size = headers.get("content-length", "0")
            if not size.isdigit() or (int(size) > LARGEST_FORM and not scope["path"].endswith(UPLOADS)):
                await PlainTextResponse(_("That is too big."), 413)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class Speaking:
    """Answers in the language of the cookie, else the first of the browser's that we speak."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with speaking(asked_language(Headers(scope=scope))):
            await self.app(scope, receive, send)


def asked_language(headers: Headers) -> str:
    """The language that a request asks for."""
    cookie = SimpleCookie(headers.get("cookie", "")).get(LANGUAGE_COOKIE)
    if cookie is not None and cookie.value in LANGUAGES:
        return cookie.value
    for part in headers.get("accept-language", "").split(","):
        wanted = part.split(";")[0].strip().lower()[:2]
        if wanted in LANGUAGES:
            return wanted
    return "en"
