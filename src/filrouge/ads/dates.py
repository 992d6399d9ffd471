"""When an ad was posted, from whatever way of writing a date its file has.

The ways are data: `SHAPES` are regular expressions that part a date into named pieces, and one step makes
moments of the pieces. A whole column is read at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

#: Months by the letters that tell them apart, in English, French and Spanish, without accents.
MONTHS: Final[Mapping[str, int]] = {
    name: month
    for month, names in enumerate(
        (
            "jan january janv janvier ene enero",
            "feb february fev fevr fevrier febrero",
            "mar march mars marzo",
            "apr april avr avril abr abril",
            "may mai mayo",
            "jun june juin junio",
            "jul july juil juillet julio",
            "aug august aou aout ago agosto",
            "sep sept september septembre septiembre set setiembre",
            "oct october octobre octubre",
            "nov november novembre noviembre",
            "dec december decembre dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}

#: Hours ahead of UTC of the zones that dates are written with (those of RFC 2822 and of Canada's east).
ZONES: Final[Mapping[str, float]] = {
    "z": 0, "utc": 0, "ut": 0, "gmt": 0, "nst": -3.5, "ndt": -2.5, "ast": -4, "adt": -3, "est": -5, "edt": -4,
    "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2,
}  # fmt: skip

_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_ZONE = (
    r"(?:\s*(?P<zone>" + "|".join(sorted(ZONES, key=len, reverse=True)) + r"|(?:utc|gmt)?[+-]\d\d(?::?\d\d)?)"
)
_ZONE += r"(?:\s*\([a-z .]+\))?)?"
_TIME = (
    r"(?:(?:\s*t\s*|\s*,?\s+(?:at |a las |a l[ae] |a |@ ?)?|\s*-\s+|:)"
    r"(?P<hour>\d{1,2})\s*[:h]\s*(?P<minute>\d\d)?(?:[:m]\s*(?P<second>\d\d))?s?(?:[.,](?P<fraction>\d+))?"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?" + _ZONE + r")?"
)
_WEEKDAY = r"(?:[a-z]{2,9}\.?,?\s+)?(?:le |el |the )?"
_YEAR = r"(?P<year>\d{4})"

#: How dates are written: lower case, accents taken off. `one` and `two` are a day and a month in an order
#: that only the whole file can tell.
SHAPES: Final = {
    "2026-01-03T14:05:00Z": rf"^{_YEAR}[-/.](?P<number>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}$",
    "20260103T140500Z": (
        rf"^{_YEAR}(?P<number>\d\d)(?P<day>\d\d)(?:t?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?{_ZONE})?$"
    ),
    "1767449100 or 1767449100000": r"^(?P<epoch>\d{9,10}|\d{12,13}|\d{15,16})(?:\.\d+)?$",
    "03.01.2026 14:05": rf"^(?P<day>\d{{1,2}})\.(?P<number>\d{{1,2}})\.{_YEAR}{_TIME}$",
    "03/01/2026 2:05 pm": rf"^(?P<one>\d{{1,2}})[-/](?P<two>\d{{1,2}})[-/](?P<year>\d{{4}}|\d\d){_TIME}$",
    "Sat, 3 janv. 2026 14 h 05": (
        rf"^{_WEEKDAY}(?P<day>\d{{1,2}})(?:er|st|nd|rd|th|o)?[\s./-]*(?:de |of )?{_MONTH}"
        rf"[\s,/-]*(?:del? )?{_YEAR}{_TIME}$"
    ),
    "January 3, 2026 5:04 PM": (
        rf"^{_WEEKDAY}{_MONTH}[\s-]*(?P<day>\d{{1,2}})(?:er|st|nd|rd|th)?[\s,-]+{_YEAR}{_TIME}$"
    ),
    # What `date` and C's asctime write.
    "Sat Jan  3 14:05:00 2026": (
        rf"^{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
        rf"{_ZONE}\s+{_YEAR}$"
    ),
}

#: A date out of these years is a number that happens to look like one.
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2099

_ACCENTS = dict(zip("áàâäéèêëíìîïóòôöúùûüñçº\u00a0\u202f’", "aaaaeeeeiiiioooouuuunco  '", strict=True))
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Dates:
    """A column of dates as it was understood.

    Attributes:
        posted: `pl.Datetime("us")`; in UTC where a zone is written; null where nothing or no date is written.
        order: "day first" or "month first" where dates such as 03/04/2026 had to be decided, else "".
    """

    posted: pl.Series
    order: str = ""


def read_dates(written: pl.Series, *, prefer_day_first: bool = False) -> Dates:
    """Read a column of dates, each in whichever of `SHAPES` it is written.

    Args:
        written: strings.
        prefer_day_first: how to read 03/04/2026 if no date of the column, such as 25/12/2026, decides it.
    """
    import polars as pl

    frame = pl.DataFrame({"written": written}).with_row_index("at")
    # The same moment often stands beside many ads, and the shapes are the costly part.
    distinct = frame.group_by("written", maintain_order=True).agg(pl.len().alias("times"))
    moments, order = _moments(distinct["written"], distinct["times"].to_numpy(), prefer_day_first)
    known = distinct.select("written", posted=pl.Series(moments).cast(pl.Datetime("us")))
    posted = frame.join(known, on="written", how="left", nulls_equal=True, maintain_order="left")["posted"]
    return Dates(posted.alias("posted"), order)


def _moments(
    written: pl.Series, times: NDArray[np.generic], prefer_day_first: bool
) -> tuple[NDArray[np.datetime64], str]:
    import polars as pl

    result = np.full(len(written), "NaT", "datetime64[us]")
    left = pl.DataFrame({"written": written}).with_row_index("at").drop_nulls()
    left = left.with_columns(pl.col("written").str.strip_chars().str.to_lowercase())
    left = left.filter((pl.col("written").str.len_bytes() >= 6) & (pl.col("written").str.len_bytes() <= 80))
    parted = []
    plain = False
    for shape in SHAPES.values():
        if not left.height:
            break
        if "<month>" in shape and not plain:
            left = left.with_columns(
                pl.col("written").str.replace_many(list(_ACCENTS), list(_ACCENTS.values()))
                .str.replace_all(r"[\u0300-\u036f]", "")
            )  # fmt: skip
            plain = True
        # `\d` would be any script's digit, which no cast reads.
        pieces = left.select(
            "at", pl.col("written").str.extract_groups(shape.replace(r"\d", "[0-9]"))
        ).unnest("written")
        key = "epoch" if "<epoch>" in shape else "year"
        found = pieces[key].is_not_null()
        parted.append(pieces.filter(found))
        left = left.filter(~found)
    if not parted:
        return result, ""
    every = pl.concat(parted, how="diagonal")
    at = every["at"].to_numpy()
    day_first, order = _order(every, times[at], prefer_day_first)
    result[at] = _assembled(every, day_first)
    return result, order


def _ints(pieces: pl.DataFrame, name: str, default: int) -> _Ints:
    import polars as pl

    if name not in pieces.columns:
        return np.full(pieces.height, default, np.int64)
    return pieces[name].cast(pl.Int64, strict=False).fill_null(default).to_numpy().astype(np.int64)


def _order(
    pieces: pl.DataFrame, times: NDArray[np.generic], prefer_day_first: bool
) -> tuple[NDArray[np.bool_], str]:
    """Whether the day stands before the month, date by date, and what was decided for the doubtful ones."""
    one, two = _ints(pieces, "one", 0), _ints(pieces, "two", 0)
    day_first, month_first = one > 12, two > 12
    doubtful = (one > 0) & ~day_first & ~month_first
    votes = int(times[day_first].sum()) - int(times[month_first].sum())
    decision = votes > 0 or (votes == 0 and prefer_day_first)
    # 05/05/2026 is the same day either way.
    matters = bool((doubtful & (one != two)).any())
    order = ("day first" if decision else "month first") if matters else ""
    return day_first | (doubtful & decision), order


def _assembled(pieces: pl.DataFrame, day_first: NDArray[np.bool_]) -> NDArray[np.datetime64]:
    """Moments of the pieces of dates; NaT for those that no calendar has."""
    import polars as pl

    year = _ints(pieces, "year", 0)
    if "year" in pieces.columns:
        short = (pieces["year"].str.len_bytes() == 2).fill_null(False).to_numpy()
        year = np.where(short, np.where(year < 70, year + 2000, year + 1900), year)
    one, two = _ints(pieces, "one", 0), _ints(pieces, "two", 0)
    month, day = _ints(pieces, "number", 0), _ints(pieces, "day", 0)
    if "month" in pieces.columns:
        named = (
            pieces["month"]
            .replace_strict(dict(MONTHS), default=0, return_dtype=pl.Int64)
            .fill_null(0)
            .to_numpy()
        )
        month = np.where(named > 0, named, month)
    day = np.where(one > 0, np.where(day_first, one, two), day)
    month = np.where(one > 0, np.where(day_first, two, one), month)
    hour, minute = _ints(pieces, "hour", 0), _ints(pieces, "minute", 0)
    second = np.minimum(_ints(pieces, "second", 0), 59)  # a leap second has no number of its own
    good = (
        (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    )
    good &= (hour <= 23) & (minute <= 59)
    if "half" in pieces.columns:
        half = pieces["half"].str.slice(0, 1).fill_null("").to_numpy()
        twelve = (half == "a") | (half == "p")
        # 14:05 PM is written by programs that know no better; the PM adds nothing to it.
        hour = np.where(twelve & (hour <= 12), hour % 12 + np.where(half == "p", 12, 0), hour)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(good, day - 1, 0)
    good &= days.astype("datetime64[M]") == months
    micros = ((hour * 60 + minute) * 60 + second) * 1_000_000 + _fractions(pieces) - _offsets(pieces)
    moments = days.astype("datetime64[us]") + np.where(good, micros, 0)
    moments[~good] = np.datetime64("NaT")
    epoch = _ints(pieces, "epoch", -1)
    if (epoch >= 0).any():
        scale = np.where(epoch < 10**11, 10**6, np.where(epoch < 10**14, 10**3, 1))
        moments = np.where(epoch >= 0, (epoch * scale).astype("datetime64[us]"), moments)
        moments[moments >= np.datetime64(f"{LAST_YEAR + 1}-01-01")] = np.datetime64("NaT")
    return moments


def _fractions(pieces: pl.DataFrame) -> _Ints:
    """Microseconds of the digits after the second."""
    import polars as pl

    if "fraction" not in pieces.columns:
        return np.zeros(pieces.height, np.int64)
    six = pieces["fraction"].fill_null("").str.slice(0, 6).str.pad_end(6, "0")
    return six.cast(pl.Int64).to_numpy().astype(np.int64)


def _offsets(pieces: pl.DataFrame) -> _Ints:
    """Microseconds by which the written zone is ahead of UTC."""
    if "zone" not in pieces.columns:
        return np.zeros(pieces.height, np.int64)
    zones = pieces["zone"].fill_null("z")
    ahead = {zone: _zone_seconds(zone) * 1_000_000 for zone in zones.unique().to_list()}
    import polars as pl

    return zones.replace_strict(ahead, return_dtype=pl.Int64).to_numpy().astype(np.int64)


def _zone_seconds(zone: str) -> int:
    if zone in ZONES:
        return int(ZONES[zone] * 3600)
    digits = zone.removeprefix("utc").removeprefix("gmt").replace(":", "")
    sign = -1 if digits[0] == "-" else 1
    return sign * (int(digits[1:3]) * 3600 + int(digits[3:] or 0) * 60)
