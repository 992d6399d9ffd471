"""Cookies: by what names they go, and who may read them."""

from __future__ import annotations

from typing import Final, Literal

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response

SESSION: Final = "filrouge"
LANGUAGE: Final = "lang"
FLASH: Final = "flash"


def named(name: str, secure: bool) -> str:
    """The name under which a cookie goes.

    With https browsers take one called __Host-… from this host alone, and never from a page without https.
    """
    return f"__Host-{name}" if secure else name


def sent(headers: Headers, name: str, secure: bool) -> str | None:
    """What a browser sent as this cookie."""
    # Not `http.cookies`: one cookie of another program on this host that it cannot read would hide all.
    return cookie_parser(headers.get("cookie", "")).get(named(name, secure))


def put(
    answer: Response, name: str, value: str, secure: bool, *, seconds: int | None = None,
    samesite: Literal["strict", "lax"] = "strict",
) -> None:  # fmt: skip
    """Give a browser a cookie that no script can read and that goes to nobody else."""
    answer.set_cookie(
        named(name, secure), value, max_age=seconds, httponly=True, samesite=samesite, secure=secure
    )


def forget(answer: Response, name: str, secure: bool) -> None:
    """Take a cookie away."""
    answer.delete_cookie(named(name, secure), secure=secure, httponly=True, samesite="strict")


def header(name: str, value: str, secure: bool) -> str:
    """The header that gives a cookie, for who has no answer to put it on."""
    answer = Response()
    put(answer, name, value, secure)
    return answer.headers["set-cookie"]
