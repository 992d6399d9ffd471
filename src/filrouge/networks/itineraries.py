"""Itineraries as GeoJSON (RFC 7946), for maps."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl

COLLECTION_TYPE = "FeatureCollection"
DIGITS = 5
"""Decimals of a degree that are written: a metre, and a town has no more."""


def itineraries_geojson(presence: pl.DataFrame, members: pl.DataFrame) -> dict[str, Any]:
    """Networks' itineraries as a FeatureCollection: a line for each network and a point for each stay.

    Args:
        presence: as `movement.presences` makes it. Rows without coordinates are left out.
        members: `unit` and `network` (its name); other columns become properties of the line, by the
            first row of each network.

    Returns:
        A dict to be written as JSON. A line runs through the network's stays by their days; a network that
        is known in one place only has none. Lines that cross the 180th meridian are cut there, as
        RFC 7946 (3.1.9) asks.
    """
    extra = [c for c in members.columns if c not in ("unit", "network")]
    stays = (
        presence.drop_nulls(["latitude", "longitude"])
        .join(members.select("unit", "network").unique(), on="unit")
        .with_columns(week=pl.col("day").dt.truncate("1w"))
        .group_by("network", "place", "week")
        .agg(
            pl.col("latitude", "longitude").mean().round(DIGITS),
            pl.col("day").min().alias("first"),
            pl.col("day").max().alias("last"),
            pl.col("unit").n_unique().alias("units"),
            pl.col("agency").unique().sort().alias("agencies"),
        )
        .sort("network", "week", "first", "place")
    )
    about = {row["network"]: row for row in members.unique("network", keep="first").iter_rows(named=True)}
    features: list[dict[str, Any]] = []
    for (network,), rows in stays.group_by("network", maintain_order=True):
        listed = list(rows.iter_rows(named=True))
        points = [[row["longitude"], row["latitude"]] for row in listed]
        path = [points[k] for k in range(len(points)) if k == 0 or points[k] != points[k - 1]]
        if len(path) > 1:
            parts = _cut_at_the_date_line(path)
            geometry: dict[str, Any] = (
                {"type": "LineString", "coordinates": parts[0]}
                if len(parts) == 1
                else {"type": "MultiLineString", "coordinates": parts}
            )
            features.append(
                _feature(
                    geometry,
                    {
                        "kind": "itinerary",
                        "network": network,
                        "stays": len(listed),
                        "places": len({row["place"] for row in listed}),
                        "first": min(row["first"] for row in listed).isoformat(),
                        "last": max(row["last"] for row in listed).isoformat(),
                        **{c: about[network][c] for c in extra},
                    },
                )
            )
        features.extend(
            _feature(
                {"type": "Point", "coordinates": point},
                {
                    "kind": "stay",
                    "network": network,
                    "order": k + 1,
                    "place": row["place"],
                    "first": row["first"].isoformat(),
                    "last": row["last"].isoformat(),
                    "units": row["units"],
                    "agencies": row["agencies"],
                },
            )
            for k, (row, point) in enumerate(zip(listed, points, strict=True))
        )
    return {"type": COLLECTION_TYPE, "features": features}


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _cut_at_the_date_line(path: list[list[float]]) -> list[list[list[float]]]:
    parts: list[list[list[float]]] = [[path[0]]]
    for (lon, lat), (next_lon, next_lat) in pairwise(path):
        if abs(next_lon - lon) > 180:
            side = 180.0 if lon > 0 else -180.0
            over = next_lon + 2 * side
            middle = lat + (next_lat - lat) * (side - lon) / (over - lon)
            parts[-1].append([side, round(middle, DIGITS)])
            parts.append([[-side, round(middle, DIGITS)]])
        parts[-1].append([next_lon, next_lat])
    return parts
