"""Presence: who was where on which day, as far as ads say so."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def coordinates(labels: Sequence[str]) -> pl.DataFrame:
    """Where the places of those labels lie, by the gazetteer.

    Returns:
        `value` (each label once), `lat`, `lon` (degrees; null where no town is meant).
    """
    from filrouge.ads.places import Gazetteer

    gazetteer = Gazetteer.load()
    once = sorted(set(labels))
    found = [gazetteer.resolve(label) for label in once]
    return pl.DataFrame(
        {
            "value": once,
            "lat": [place.lat if place else None for place in found],
            "lon": [place.lon if place else None for place in found],
        },
        schema={"value": pl.String, "lat": pl.Float64, "lon": pl.Float64},
    )


def presences(holders: pl.DataFrame, ads: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Who was where on which day, as far as their ads say so.

    Args:
        holders: `ad` and `unit`: whose ad it is. A unit is a voice (a cluster or a lone ad) or an
            identifier; an ad may be of several identifiers. All units of one table are of one sort, since
            the rarity of a move is counted over units.
        ads: the ads table; the row is the number of the ad.
        places: `ad`, `value` (label), and `lat` and `lon` where known; else the gazetteer is asked. Best from
            the location column: a text that lists ten towns is in none of them.

    Returns:
        `unit`, `agency`, `place`, `latitude`, `longitude`, `day` (Date), `at` (Datetime, null where only
        the day is known, which is what midnight means). Ads without a day or a place are left out.
    """
    if "lat" not in places.columns:
        places = places.join(coordinates(places["value"].to_list()), on="value", how="left")
    posted = pl.col("posted")
    days = ads.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("ad"),
        "agency",
        posted.cast(pl.Date).alias("day"),
        pl.when(posted.cast(pl.Datetime("us")).dt.time() != pl.time(0, 0, 0))
        .then(posted.cast(pl.Datetime("us")))
        .alias("at"),
    )
    return (
        holders.select(pl.col("ad").cast(pl.Int32), pl.col("unit").cast(pl.Int32))
        .join(days.drop_nulls("day"), on="ad")
        .join(places.select(pl.col("ad").cast(pl.Int32), "value", "lat", "lon"), on="ad")
        .select(
            "unit",
            "agency",
            pl.col("value").alias("place"),
            pl.col("lat").alias("latitude"),
            pl.col("lon").alias("longitude"),
            "day",
            "at",
        )
        .unique()
        .sort("unit", "day", "place", "agency", "at")
    )
