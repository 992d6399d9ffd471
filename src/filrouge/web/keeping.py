"""Middleware that keeps sessions alive: writes that one is in use, and turns its token when it is time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from filrouge.casework import sessions
from filrouge.web import cookies

if TYPE_CHECKING:
    from filrouge.web.house import House


class KeepsSessions:
    """Looks after the session of each answered request whose gate found one that it is time to look after."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app = app
        self.house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        secure = self.house.settings.secure

        async def looked_after(message: Message) -> None:
            stale: int | None = getattr(Request(scope).state, "stale_session", None)
            if message["type"] == "http.response.start" and stale is not None:
                headers = MutableHeaders(scope=message)
                # Who has just signed in or out got a cookie, or lost it.
                ours = cookies.named(cookies.SESSION, secure) + "="
                if not any(said.startswith(ours) for said in headers.getlist("set-cookie")):
                    turned = await run_in_threadpool(self._touched, stale)
                    if turned:
                        headers.append("set-cookie", cookies.header(cookies.SESSION, turned, secure))
            await send(message)

        await self.app(scope, receive, looked_after)

    def _touched(self, session: int) -> str | None:
        try:
            with self.house.database.writing() as db:
                return sessions.touch(db, session)
        except OperationalError:
            # A disk that is full must not keep people from reading; the next request tries again.
            return None
