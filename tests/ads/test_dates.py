"""Dates as exports write them."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.ads.dates import SHAPES, read_dates


def moment(written: str) -> datetime | None:
    return read_dates(pl.Series([written])).posted.to_list()[0]  # type: ignore[no-any-return]


NOON_AND_FIVE = datetime(2026, 1, 3, 14, 5)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-01-03T14:05:00Z", NOON_AND_FIVE),
        ("2026-01-03T14:05:00.250-05:00", datetime(2026, 1, 3, 19, 5, 0, 250_000)),
        ("2026-01-03 14:05:00 +0100", datetime(2026, 1, 3, 13, 5)),
        ("2026-01-03 14:05", NOON_AND_FIVE),
        ("2026-01-03", datetime(2026, 1, 3)),
        ("2026/1/3", datetime(2026, 1, 3)),
        ("20260103T140500Z", NOON_AND_FIVE),
        ("20260103", datetime(2026, 1, 3)),
        ("1767449100", NOON_AND_FIVE),
        ("1767449100000", NOON_AND_FIVE),
        ("1767449100.5", NOON_AND_FIVE),
        ("03.01.2026 14:05", NOON_AND_FIVE),
        ("25/12/2025", datetime(2025, 12, 25)),
        ("12/25/2025", datetime(2025, 12, 25)),
        ("12/25/25 2:05 PM", datetime(2025, 12, 25, 14, 5)),
        ("3 janv. 2026", datetime(2026, 1, 3)),
        ("1er août 2026 à 14 h 05", datetime(2026, 8, 1, 14, 5)),
        ("samedi 3 janvier 2026", datetime(2026, 1, 3)),
        ("le 3 FÉVRIER 2026", datetime(2026, 2, 3)),
        ("3 de enero de 2026", datetime(2026, 1, 3)),
        ("3 de febrero de 2026 a las 14:05", datetime(2026, 2, 3, 14, 5)),
        ("January 3, 2026", datetime(2026, 1, 3)),
        ("Jan 3 2026 5:04 PM", datetime(2026, 1, 3, 17, 4)),
        ("Jan 3, 2026, 12:04 a.m.", datetime(2026, 1, 3, 0, 4)),
        ("Sat, 03 Jan 2026 14:05:00 GMT", NOON_AND_FIVE),
        ("Sat Jan  3 14:05:00 2026", NOON_AND_FIVE),
        ("03/Jan/2026:14:05:00 +0000", NOON_AND_FIVE),
        ("  2026-01-03\t", datetime(2026, 1, 3)),
    ],
)
def test_a_date_is_read_however_it_is_written(written: str, expected: datetime) -> None:
    assert moment(written) == expected


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2026-02-30", "2026-13-01", "31/04/2026", "2026-01-03 25:00", "0001-01-01",
     "9999-01-01", "99999999999999999999", "604 555 0123", "12", "٢٠٢٦-٠١-٠٣", "2026-01-03T14:05:00.٢"],
)  # fmt: skip
def test_what_no_calendar_has_is_no_date(written: str) -> None:
    assert moment(written) is None


def test_dates_that_decide_the_order_decide_it_for_the_others() -> None:
    day = read_dates(pl.Series(["03/04/2026", "25/12/2026"]))
    assert day.order == "day first"
    assert day.posted.to_list() == [datetime(2026, 4, 3), datetime(2026, 12, 25)]
    month = read_dates(pl.Series(["03/04/2026", "12/25/2026"]), prefer_day_first=True)
    assert month.order == "month first"
    assert month.posted.to_list() == [datetime(2026, 3, 4), datetime(2026, 12, 25)]


def test_where_no_date_decides_the_order_the_language_does() -> None:
    doubtful = pl.Series(["03/04/2026"])
    assert read_dates(doubtful, prefer_day_first=True).posted.to_list() == [datetime(2026, 4, 3)]
    assert read_dates(doubtful, prefer_day_first=False).posted.to_list() == [datetime(2026, 3, 4)]


def test_an_order_that_decides_nothing_is_not_told() -> None:
    assert read_dates(pl.Series(["05/05/2026", "25/12/2026", "2026-01-03"])).order == ""


def test_an_impossible_order_is_mended_for_that_date_alone() -> None:
    read = read_dates(pl.Series(["25/12/2026", "26/12/2026", "12/27/2026", "01/02/2026"]))
    assert read.posted.to_list()[2:] == [datetime(2026, 12, 27), datetime(2026, 2, 1)]


def test_many_ways_may_stand_in_one_column_and_keep_their_rows() -> None:
    written = ["2026-01-03", None, "3 janv. 2026", "never", "2026-01-03", "1767449100"]
    day = datetime(2026, 1, 3)
    assert read_dates(pl.Series(written)).posted.to_list() == [day, None, day, None, day, NOON_AND_FIVE]


def test_a_column_of_no_dates_has_the_type_of_dates() -> None:
    for values in ([], [None], ["x"]):
        read = read_dates(pl.Series(values, dtype=pl.String))
        assert read.posted.dtype == pl.Datetime("us")
        assert len(read.posted) == len(values)


def test_each_shape_reads_its_own_example() -> None:
    for example in SHAPES:
        for written in example.split(" or "):
            assert moment(written) is not None, written


@given(st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30)))
def test_what_python_writes_is_read_back(when: datetime) -> None:
    assert moment(when.isoformat()) == when
    second = when.replace(microsecond=0)
    assert moment(second.strftime("%Y%m%dT%H%M%SZ").rjust(16, "0")) == second
    assert moment(second.strftime("%d.%m.%Y %H:%M:%S")) == second
    assert moment(second.strftime("%B %d, %Y %I:%M:%S %p")) == second


@given(st.text(max_size=60) | st.from_regex(r"[0-9:/., TZapm+-]{6,30}", fullmatch=True))
def test_no_text_breaks_the_reading(written: str) -> None:
    read = moment(written)
    assert read is None or 1970 <= read.year <= 2100
