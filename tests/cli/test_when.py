"""Days and spans of time as people write them."""

from __future__ import annotations

from datetime import date, timedelta

import click
import pytest

import filrouge.cli.when as when

PARAM = click.Option(["--older-than"])
CONTEXT = click.Context(click.Command("retention"))


@pytest.mark.parametrize(
    ("today", "count", "unit", "then"),
    [
        (date(2026, 3, 31), 1, "m", date(2026, 2, 28)),
        (date(2026, 1, 15), 1, "m", date(2025, 12, 15)),
        (date(2026, 1, 31), 24, "m", date(2024, 1, 31)),
        (date(2024, 2, 29), 1, "y", date(2023, 2, 28)),
        (date(2026, 12, 31), 1, "m", date(2026, 11, 30)),
        (date(2026, 3, 1), 90, "d", date(2025, 12, 1)),
        (date(2026, 12, 15), 12, "m", date(2025, 12, 15)),
    ],
)
def test_how_long_ago(today: date, count: int, unit: str, then: date) -> None:
    assert when._ago(today, count, unit) == then


def test_a_day_may_be_written_as_such() -> None:
    assert when.day(CONTEXT, PARAM, " 2026-05-31 ") == date(2026, 5, 31)
    assert when.day(CONTEXT, PARAM, None) is None


@pytest.mark.parametrize(("text", "span"), [("12h", timedelta(hours=12)), ("7D", timedelta(days=7))])
def test_spans(text: str, span: timedelta) -> None:
    assert when.span(CONTEXT, PARAM, text) == span


@pytest.mark.parametrize("text", ["7", "7m", "-7d", "a week", ""])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="12h or 7d"):
        when.span(CONTEXT, PARAM, text)
