"""When and where ads of a case were, as tables for charts and maps."""

from __future__ import annotations

import polars as pl

from filrouge.engines.prepare import place_of


def timeline(ads: pl.DataFrame) -> pl.DataFrame:
    """day, cluster (-1 for none), agency, place, ads; ads without a day are left out."""
    return (
        ads.select(pl.col("posted").cast(pl.Date).alias("day"), "cluster", "agency", "place")
        .drop_nulls("day")
        .group_by("day", "cluster", "agency", "place")
        .agg(pl.len().cast(pl.Int64).alias("ads"))
        .sort("day", "cluster", "agency", "place")
    )


def itinerary(ads: pl.DataFrame) -> pl.DataFrame:
    """place, lat, lon, first, last, ads: each place once, in the order of their first days."""
    return _with_coordinates(
        _days(ads).group_by("place").agg(*_span()).sort("first", "place", nulls_last=True)
    )


def stays(ads: pl.DataFrame) -> pl.DataFrame:
    """place, lat, lon, week (its Monday), first, last, ads: a place in a week, in the order of their first days."""
    return _with_coordinates(
        _days(ads)
        .drop_nulls("day")
        .group_by("place", pl.col("day").dt.truncate("1w").alias("week"))
        .agg(*_span())
        .sort("first", "place")
    )


def _days(ads: pl.DataFrame) -> pl.DataFrame:
    return ads.filter(pl.col("place") != "").select("place", pl.col("posted").cast(pl.Date).alias("day"))


def _span() -> list[pl.Expr]:
    day = pl.col("day")
    return [day.min().alias("first"), day.max().alias("last"), pl.len().cast(pl.Int64).alias("ads")]


def _with_coordinates(rows: pl.DataFrame) -> pl.DataFrame:
    """Latitude and longitude of each place, null where no town is meant."""
    found = [place_of(place) for place in rows["place"].to_list()]
    at = [
        pl.Series("lat", [place.lat if place else None for place in found], pl.Float64),
        pl.Series("lon", [place.lon if place else None for place in found], pl.Float64),
    ]
    rest = [name for name in rows.columns if name != "place"]
    return rows.with_columns(at).select("place", "lat", "lon", *rest)
