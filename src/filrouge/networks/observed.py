"""The corpus as the rules of the indicators see it, and what a rule gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.networks.units import TYING

MARK_SCHEMA: Final[dict[str, Any]] = {
    "ad": pl.Int32, "start": pl.Int32, "end": pl.Int32, "kind": pl.String, "value": pl.String,
}  # fmt: skip
TRIGGER_SCHEMA: Final[dict[str, Any]] = {
    "ad": pl.Int32,
    "start": pl.Int32,
    "end": pl.Int32,
    "value": pl.String,
}


@dataclass(frozen=True)
class Observed:
    """All that rules look at; row number = number of the ad.

    Attributes:
        ads: `text`, `agency`, `posted` (Datetime in microseconds, null if unknown).
        unit: the voice of each ad, int64, numbered from 0 without gaps.
        marks: `ad`, `start`, `end` (raw offsets, null where a value stands in no text), `kind`, `value`:
            identifiers, places ("place"), names ("name") and agencies ("agency"); and `code`, one number for each
            kind and value.
        phrases: `ad`, `start`, `end`, `owner` (id of the indicator), `value`.
        language: number of each ad's language, -1 unknown.
    """

    ads: pl.DataFrame
    unit: NDArray[np.int64]
    marks: pl.DataFrame
    phrases: pl.DataFrame
    language: NDArray[np.int8]

    @property
    def size(self) -> int:
        """How many ads there are."""
        return self.ads.height

    @cached_property
    def stratum(self) -> NDArray[np.int64]:
        """The agency and language of each ad, numbered together from 0."""
        _, agency = np.unique(self.ads["agency"].fill_null("").to_numpy().astype(str), return_inverse=True)
        _, out = np.unique(agency.astype(np.int64) * 128 + self.language, return_inverse=True)
        stratum: NDArray[np.int64] = out.astype(np.int64)
        return stratum

    def of_kinds(self, kinds: Sequence[str], group: NDArray[np.int64]) -> pl.DataFrame:
        """The marks of these kinds with `group` and `unit` of their ads."""
        return _grouped(self.marks.filter(pl.col("kind").is_in(list(kinds))), group, self.unit)

    def dated(self, group: NDArray[np.int64]) -> pl.DataFrame:
        """Ads with a date: `ad`, `group`, `unit`, `posted`, sorted by group and date."""
        frame = pl.DataFrame(
            {
                "ad": np.arange(self.size, dtype=np.int32),
                "group": group,
                "unit": self.unit,
                "posted": self.ads["posted"],
            }
        )
        return frame.drop_nulls("posted").sort("group", "posted", "ad")

    def timed(self, group: NDArray[np.int64]) -> pl.DataFrame:
        """Like `dated`, without ads that stand at midnight, which is how a date without a time reads."""
        return self.dated(group).filter(pl.col("posted").dt.time() != pl.time(0, 0, 0))

    def one_place(self) -> pl.DataFrame:
        """Ads that name just one place: `ad`, `place` (its code). One that lists the towns it serves is nowhere."""
        return (
            self.marks.filter(pl.col("kind") == "place")
            .group_by("ad")
            .agg(pl.col("code").min().alias("place"), pl.col("code").max().alias("other"))
            .filter(pl.col("place") == pl.col("other"))
            .select("ad", "place")
        )

    def values_of(self, codes: pl.Series) -> pl.Series:
        """The values that these codes stand for."""
        known = self.marks.select("code", "value").unique("code")
        return codes.to_frame("code").join(known, on="code", how="left", maintain_order="left")["value"]


@dataclass(frozen=True)
class Seen:
    """Where a rule saw its sign.

    Attributes:
        ads: bool, shape (ads,).
        triggers: `ad`, `start`, `end` (null where nothing in the text stands for it), `value`: the words,
            numbers and places that made it so.
    """

    ads: NDArray[np.bool_]
    triggers: pl.DataFrame


def seen_at(triggers: pl.DataFrame, size: int) -> Seen:
    """What these rows show; `triggers` may have more columns than it needs."""
    ads = np.zeros(size, np.bool_)
    ads[triggers["ad"].to_numpy()] = True
    return Seen(ads, triggers.select(pl.col(name).cast(kind) for name, kind in TRIGGER_SCHEMA.items()))


def all_marks(
    ads: pl.DataFrame, identifiers: pl.DataFrame, places: pl.DataFrame, names: pl.DataFrame | None
) -> pl.DataFrame:
    """Identifiers, places, names and agencies as one table, see `Observed.marks`."""
    frames = [_as_marks(identifiers, None), _as_marks(places, "place")]
    if names is not None:
        frames.append(_as_marks(names, "name"))
    agencies = pl.DataFrame(
        {"ad": np.arange(ads.height, dtype=np.int32), "value": ads["agency"]},
        schema_overrides={"value": pl.String},
    ).filter(pl.col("value").is_not_null() & (pl.col("value") != ""))
    frames.append(_as_marks(agencies, "agency"))
    marks = pl.concat(frames)
    # Joins and counts by a number are several times as fast as by a kind and a value.
    return marks.with_columns(code=_coded(marks["kind"] + ":" + marks["value"]))


def _coded(values: pl.Series) -> pl.Series:
    return values.cast(pl.Categorical).to_physical().cast(pl.Int32)


def _as_marks(frame: pl.DataFrame, kind: str | None) -> pl.DataFrame:
    missing = {"start": None, "end": None} | ({"kind": kind} if kind else {})
    add = [
        pl.lit(value).alias(name)
        for name, value in missing.items()
        if name not in frame.columns or (name == "kind" and kind)
    ]
    return frame.with_columns(add).select(pl.col(name).cast(kind) for name, kind in MARK_SCHEMA.items())


def _grouped(frame: pl.DataFrame, group: NDArray[np.int64], unit: NDArray[np.int64]) -> pl.DataFrame:
    at = frame["ad"].to_numpy()
    return frame.with_columns(
        group=pl.Series(group[at], dtype=pl.Int64), unit=pl.Series(unit[at], dtype=pl.Int64)
    )


def parameter(parameters: Mapping[str, object], name: str) -> int:
    """A parameter that is a whole number; the loader of the list has checked it."""
    value = parameters[name]
    assert isinstance(value, int)
    return value


def kinds_of(parameters: Mapping[str, object]) -> list[str]:
    """The kinds of mark that a rule looks at; "contact" stands for all that leads to somebody."""
    value = parameters["kinds"]
    assert isinstance(value, list)
    return [kind for name in value for kind in (TYING if name == "contact" else (str(name),))]
