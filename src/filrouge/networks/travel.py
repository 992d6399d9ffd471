"""What one person cannot do: be in two far places at one time. Evidence against one hand, never for it.

It speaks against one *person*. An organisation is in many places at once, so these bits belong to the
question whether two voices are one, not to the question whether they work together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.compare.shares import shares_of

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""
AIR_KM_PER_HOUR = 900.0
HANDLING_HOURS = 3.0
"""To and from the airports, and the wait there."""
ROAD_KM_PER_HOUR = 120.0
"""Along the great circle, so that real roads, which are longer, take longer still."""
MOST_AGAINST = 4.0
"""Bits that impossible movement may say against one hand, however often it is seen. One tool that reposts ads
for several cities at once makes a hundred of these in a night, and they are one observation."""
WITHIN_HOURS = 48.0
"""Two postings further apart than this are no opportunity to be caught: anybody gets anywhere."""
PRIOR_CASES = 4.0
PRIOR_ONE_HAND = 0.25
PRIOR_STRANGERS = 0.5
"""What is held before the corpus speaks: how often two postings within two days are too far apart for one
person, if one hand wrote both (tools repost) and if strangers did. Worth `PRIOR_CASES` observations."""
TOGETHER = 2_000_000
"""Postings of pairs that are looked at together: bounds memory, since an organisation's are in many pairs."""
STRANGERS_AFTER = 3
"""Each posting is held against so many that follow it by other units."""

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]


def great_circle_km(lat_a: Any, lon_a: Any, lat_b: Any, lon_b: Any) -> Float64Array:
    """Distance along the great circle in km (haversine); degrees in, NaN where a coordinate is NaN."""
    one, other = np.radians(np.asarray(lat_a, np.float64)), np.radians(np.asarray(lat_b, np.float64))
    east = np.radians(np.asarray(lon_b, np.float64) - np.asarray(lon_a, np.float64))
    h = np.sin((other - one) / 2) ** 2 + np.cos(one) * np.cos(other) * np.sin(east / 2) ** 2
    km: Float64Array = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))
    return km


def hours_needed(km: Float64Array) -> Float64Array:
    """The least that a distance takes: by road, or by air with three hours around the flight."""
    out: Float64Array = np.minimum(km / ROAD_KM_PER_HOUR, HANDLING_HOURS + km / AIR_KM_PER_HOUR)
    return out


def impossible_moves(presence: pl.DataFrame) -> pl.DataFrame:
    """Where a unit alone was in two places that nobody gets to in time: several hands, or a tool that reposts.

    Args:
        presence: as `movement.presences` makes it. Where only the day is known, the two may lie as far
            apart in it as a day allows, so nothing on this planet is impossible within one day or two.

    Returns:
        `unit`, `place_from`, `place`, `day_from`, `day`, `km`, `hours` (the most there can be between the
        two), `hours_needed` and `km_per_hour` (that it would have taken; infinite at one moment).
    """
    events = _events(presence).sort("unit", "from", "place")
    steps = _steps(events, events["unit"].to_numpy())
    return (
        steps.filter(pl.col("impossible"))
        .select(
            "unit", "place_from", "place", "day_from", "day", "km", "hours", "hours_needed",
            (pl.col("km") / pl.col("hours")).alias("km_per_hour"),
        )
    )  # fmt: skip


def impossible_rates(presence: pl.DataFrame) -> tuple[float, float]:
    """How often two postings within two days are too far apart for one person: of one unit, of strangers."""
    events = _events(presence).sort("unit", "from", "place")
    own = _steps(events, events["unit"].to_numpy())
    one_hand = _rate(own, PRIOR_ONE_HAND)
    in_time = events.sort("from", "unit", "place")
    unit = in_time["unit"].to_numpy()
    parts = []
    for after in range(1, STRANGERS_AFTER + 1):
        steps = _steps(in_time, np.zeros(unit.size, np.int8), after)
        parts.append(steps.filter(pl.col("unit") != pl.col("unit_from")))
    return one_hand, _rate(pl.concat(parts), PRIOR_STRANGERS)


def impossible_bits(
    presence: pl.DataFrame, unit_a: NDArray[np.integer[Any]], unit_b: NDArray[np.integer[Any]]
) -> Float32Array:
    """Negative bits where two units were in far places within hours, so that one person can't be both.

    Each pair's postings are put in one row by time. Every neighbouring two of different units within
    `WITHIN_HOURS` are an opportunity, and a conflict if nobody gets from the one to the other in time. The
    bits are the log2 likelihood ratio of conflicts among opportunities at the rate of one unit's own
    postings against the rate of strangers' (`impossible_rates`), bounded to [-`MOST_AGAINST`, 0].

    Args:
        presence: as `movement.presences` makes it, with hours (`at`): days alone say nothing here.
        unit_a, unit_b: numbers of units, shape (pairs,).

    Returns:
        float32, shape (pairs,).
    """
    one, other = impossible_rates(presence)
    out = np.zeros(len(unit_a), np.float32)
    if one >= other or not out.size:
        return out
    events = _events(presence)
    sizes = np.bincount(events["unit"].to_numpy(), minlength=1 + max(int(unit_a.max()), int(unit_b.max())))
    counted = [
        _between(events, unit_a[some], unit_b[some], some.start)
        .group_by("pair")
        .agg(pl.len().alias("cases"), pl.col("impossible").sum().alias("conflicts"))
        for some in shares_of(sizes[unit_a] + sizes[unit_b], TOGETHER)
    ]
    steps = pl.concat(counted)
    cases, conflicts = (steps[c].to_numpy().astype(np.float64) for c in ("cases", "conflicts"))
    bits = conflicts * np.log2(one / other) + (cases - conflicts) * np.log2((1 - one) / (1 - other))
    out[steps["pair"].to_numpy()] = np.where(conflicts > 0, np.clip(bits, -MOST_AGAINST, 0.0), 0.0)
    return out


def impossible_record(presence: pl.DataFrame, a: int, b: int) -> dict[str, Any]:
    """The conflicts of one pair with distance, hours and speed, and the speeds that were held possible."""
    steps = _between(_events(presence), np.array([a]), np.array([b]))
    conflicts = steps.filter(pl.col("impossible"))
    one, other = impossible_rates(presence)
    return {
        "bits": round(float(impossible_bits(presence, np.array([a]), np.array([b]))[0]), 2),
        "opportunities": steps.height,
        "conflicts": [
            {
                "from": row["place_from"],
                "to": row["place"],
                "days": [row["day_from"].isoformat(), row["day"].isoformat()],
                "km": round(row["km"], 1),
                "hours": round(row["hours"], 2),
                "hours_needed": round(row["hours_needed"], 2),
                "km_per_hour": round(row["km"] / row["hours"], 1) if row["hours"] > 0 else None,
            }
            for row in conflicts.iter_rows(named=True)
        ],
        "rate_of_one_hand": round(one, 4),
        "rate_of_strangers": round(other, 4),
        "air_km_per_hour": AIR_KM_PER_HOUR,
        "handling_hours": HANDLING_HOURS,
        "road_km_per_hour": ROAD_KM_PER_HOUR,
    }


def _events(presence: pl.DataFrame) -> pl.DataFrame:
    """Distinct postings with the hours between which each lies: a moment, or a whole day."""
    day = pl.col("day").cast(pl.Int32).cast(pl.Float64) * 24
    moment = pl.col("at").cast(pl.Datetime("us")).dt.epoch("us").cast(pl.Float64) / 3.6e9
    return (
        presence.drop_nulls(["latitude", "longitude", "day"])
        .select(
            "unit", "place", "latitude", "longitude", "day",
            moment.fill_null(day).alias("from"), moment.fill_null(day + 24).alias("to"),
        )
        .unique(["unit", "place", "from", "to"])
    )  # fmt: skip


def _between(
    events: pl.DataFrame, unit_a: NDArray[np.integer[Any]], unit_b: NDArray[np.integer[Any]], first: int = 0
) -> pl.DataFrame:
    """The neighbouring postings of each pair's two units in one row of time; `first` is the first pair's number."""
    number = np.arange(first, first + len(unit_a), dtype=np.int32)
    rows = [
        pl.DataFrame({"pair": number, "unit": np.asarray(of, np.int32)})
        .with_columns(side=pl.lit(side, pl.Int8))
        .join(events.with_columns(pl.col("unit").cast(pl.Int32)), on="unit")
        for side, of in enumerate((unit_a, unit_b))
    ]
    # Of one moment, the two of one place stand together: who could have been in one place was.
    row = pl.concat(rows).sort("pair", "from", "place", "side", "to")
    return _steps(row, row["pair"].to_numpy()).filter(pl.col("side") != pl.col("side_from"))


def _steps(events: pl.DataFrame, of: NDArray[np.integer[Any]], after: int = 1) -> pl.DataFrame:
    """Each row with the one that stands `after` before it, if it is of the same `of` and near in time."""
    if events.height <= after:
        events = events.clear()
        of = of[:0]
    before, now = events.head(max(events.height - after, 0)), events.tail(max(events.height - after, 0))
    steps = now.hstack(before.rename({name: f"{name}_from" for name in before.columns}))
    km = great_circle_km(
        *(steps[c].to_numpy() for c in ("latitude_from", "longitude_from", "latitude", "longitude"))
    )
    # The most that can lie between the two: from the earliest that one may be to the latest of the other.
    hours = np.maximum(
        steps["to"].to_numpy() - steps["from_from"].to_numpy(),
        steps["to_from"].to_numpy() - steps["from"].to_numpy(),
    )
    needed = hours_needed(km)
    return steps.with_columns(
        pl.Series("km", km),
        pl.Series("hours", hours),
        pl.Series("hours_needed", needed),
        pl.Series("impossible", needed > hours),
    ).filter(pl.Series((of[after:] == of[: max(of.size - after, 0)]) & (hours <= WITHIN_HOURS)))


def _rate(steps: pl.DataFrame, prior: float) -> float:
    return (float(steps["impossible"].sum()) + prior * PRIOR_CASES) / (steps.height + PRIOR_CASES)
