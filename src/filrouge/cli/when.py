"""Days and spans of time as people write them on a command line."""

from __future__ import annotations

import re
from datetime import date, timedelta

import click

from filrouge.i18n import _

_SPAN = re.compile(r"^(\d{1,5})([hdmy])$")


def day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A day: written as such, or as how long ago it is (90d, 24m, 2y). For the `callback` of an option."""
    if value is None:
        return None
    text = value.strip().lower()
    span = _SPAN.match(text)
    try:
        if span and span[2] != "h":
            return _ago(date.today(), int(span[1]), span[2])
        return date.fromisoformat(text)
    except (ValueError, OverflowError) as e:
        raise click.BadParameter(
            _("“{value}” is no day. Write 2026-05-31, or how long ago: 90d, 24m (months) or 2y.").format(
                value=value
            ),
            ctx,
            param,
        ) from e


def span(ctx: click.Context, param: click.Parameter, value: str) -> timedelta:
    """A span of time in hours or days (12h, 7d). For the `callback` of an option."""
    found = _SPAN.match(value.strip().lower())
    if found is None or found[2] not in "hd":
        raise click.BadParameter(
            _("“{value}” is no span of time. Write 12h or 7d.").format(value=value), ctx, param
        )
    return timedelta(**{"hours" if found[2] == "h" else "days": int(found[1])})


def _ago(today: date, count: int, unit: str) -> date:
    if unit == "d":
        return today - timedelta(days=count)
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    # The 31st of a month that has 30 days is its 30th: never later than what was asked for.
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(today.day, (following - timedelta(days=1)).day))
