"""Pages from templates: the environment, and what every template can say."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date, format_time
from jinja2 import Environment, PackageLoader, StrictUndefined

from filrouge import __version__, i18n
from filrouge.i18n import _, decimals, ngettext, number

_token: ContextVar[str] = ContextVar("csrf_token", default="")
HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"


def shown_day(day: date | datetime | None, width: str = "medium") -> str:
    """A day as the language writes it; "" for none."""
    return format_date(day, width, locale=i18n.language()) if day else ""


def shown_time(moment: datetime | None, width: str = "short") -> str:
    """A day and a time in UTC, as the language writes them; "" for none.

    The month has its name: in 04/12 people of two countries read two days. `width` is that of the hour.
    """
    if moment is None:
        return ""
    language = i18n.language()
    return _("{day}, {hour} UTC").format(
        day=format_date(moment, "medium", locale=language), hour=format_time(moment, width, locale=language)
    )


@cache
def static(name: str) -> str:
    """The address of a file that the application serves, which changes when the file does."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


@cache
def environment() -> Environment:
    """The templates. What they lack is an error, not an empty place."""
    env = Environment(
        loader=PackageLoader("filrouge.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(_, ngettext, newstyle=False)  # type: ignore[attr-defined]
    env.globals.update(
        _=_,
        ngettext=ngettext,
        number=number,
        decimals=decimals,
        version=__version__,
        static=static,
        # Asked for, not handed down: so the components are made once, not anew for every page (a fifth of its time).
        csrf_token=_token.get,
    )
    env.filters.update(day=shown_day, time=shown_time, number=number)
    return env


def rendered(template: str, data: dict[str, Any]) -> str:
    """A template filled in, in the language spoken now."""
    before = _token.set(data.get("csrf") or "")
    try:
        return environment().get_template(template).render(data)
    finally:
        _token.reset(before)
