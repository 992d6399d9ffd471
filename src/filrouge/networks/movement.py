"""Movement: who was where in which week, and how rare it is that two went the same way together.

A town that two share says nothing: half the corpus lives there. What ties is a *move* made together, from one
town to another one far off, in the same week. Its weight is log2 of how many pairs of strangers would be
expected to coincide like that, by what the others of this corpus do (docs/explanation/movement.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.compare.shares import shares_of
from filrouge.networks.itineraries import itineraries_geojson
from filrouge.networks.presence import coordinates, presences
from filrouge.networks.travel import great_circle_km, impossible_bits, impossible_moves

__all__ = [
    "Movement",
    "coordinates",
    "great_circle_km",
    "impossible_bits",
    "impossible_moves",
    "itineraries_geojson",
    "movement_bits",
    "presences",
]

MOVE_KM = 40.0
"""Two places nearer than this are one: who lives in a suburb and works in the town has not moved."""
LEAST_MOVE_BITS = 1.0
"""A shared move below this is what anybody does, and is not counted."""
MOST_HOLDERS = 64
"""A move that more units make proposes no pairs."""
NEIGHBOURS = 7
"""Each unit that makes a rare move is paired with this many makers that follow it."""
TOGETHER = 2_000_000
"""Stays of pairs that are looked at together: bounds memory, since an organisation's are in many pairs."""
DAYS_TO_MONDAY = 3  # 1 January 1970 was a Thursday

Int32Array = NDArray[np.int32]
Float32Array = NDArray[np.float32]


@dataclass(frozen=True)
class Movement:
    """The itineraries of a corpus and what is counted over them.

    Attributes:
        stays: `unit`, `place` (number), `week` (Int32, weeks since 1970, from Monday), `first` and `last`
            (Date), in the order of each unit's itinerary; `order` counts them.
        names, latitude, longitude: of each place number.
    """

    stays: pl.DataFrame
    names: list[str]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]

    @staticmethod
    def of(presence: pl.DataFrame) -> Movement:
        """The itineraries: each unit's distinct stays (place, week), by their first day."""
        known = presence.group_by("place").agg(pl.col("latitude", "longitude").mean()).sort("place")
        names = known["place"].to_list()
        numbers = known.select("place", pl.int_range(pl.len(), dtype=pl.Int32).alias("number"))
        week = ((pl.col("day").cast(pl.Int32) + DAYS_TO_MONDAY) // 7).cast(pl.Int32)
        stays = (
            presence.join(numbers, on="place")
            .select("unit", pl.col("number").alias("place"), week.alias("week"), "day")
            .group_by("unit", "place", "week")
            .agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
            .sort("unit", "week", "first", "place")
            .with_columns(pl.int_range(pl.len(), dtype=pl.Int32).over("unit").alias("order"))
        )
        return Movement(
            stays,
            names,
            known["latitude"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
            known["longitude"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
        )

    def km(self, a: Int32Array, b: Int32Array) -> NDArray[np.float64]:
        """Great-circle distance of places; infinite between two of which one is not on the map."""
        km = great_circle_km(self.latitude[a], self.longitude[a], self.latitude[b], self.longitude[b])
        return np.where(np.isnan(km), np.where(a == b, 0.0, np.inf), km)

    def moves(self, skip: int = 0) -> pl.DataFrame:
        """Each unit's steps from a stay to the next, or past `skip` of them; those that go far only.

        Returns:
            `unit`, `place_from`, `week_from`, `place`, `week`.
        """
        steps = self._steps(skip)
        far = self.km(steps["place_from"].to_numpy(), steps["place"].to_numpy()) >= MOVE_KM
        return steps.filter(pl.Series(far))

    def _steps(self, skip: int = 0) -> pl.DataFrame:
        return self.stays.select(
            "unit",
            pl.col("place").shift(1 + skip).over("unit").alias("place_from"),
            pl.col("week").shift(1 + skip).over("unit").alias("week_from"),
            "place",
            "week",
        ).drop_nulls("place_from")

    def candidates(self) -> tuple[Int32Array, Int32Array]:
        """Pairs of units that make one rare move together: int32 arrays a < b, each pair once.

        A stay that one of them did not advertise may lie between, so steps past one stay count too.
        """
        keys = ["place_from", "week_from", "place", "week"]
        moves = pl.concat([self.moves(0), self.moves(1)]).unique().sort(*keys, "unit")
        rare = moves.with_columns(makers=pl.len().over(keys)).filter(
            pl.col("makers").is_between(2, MOST_HOLDERS)
        )
        pairs = pl.concat(
            [
                rare.select("unit", pl.col("unit").shift(-step).over(keys).alias("b")).drop_nulls("b")
                for step in range(1, NEIGHBOURS + 1)
            ]
        ).unique()
        pairs = pairs.sort("unit", "b")
        return pairs["unit"].to_numpy().astype(np.int32), pairs["b"].to_numpy().astype(np.int32)

    def shared_moves(self, a: Int32Array, b: Int32Array) -> pl.DataFrame:
        """The moves that pairs of units made together, with the chance of each.

        Only the first time that a pair is in a town counts, and the first town that they share does not: it
        may be home to both. To be in a second one, `MOVE_KM` off, in one week, is a shared move.

        Returns:
            `pair` (row of `a` and `b`), `place_from`, `week_from`, `place`, `week`, `first_a`, `first_b`
            (Date), `km`, `direct` (no other stay of either between) and `chance`: that a stranger who was in
            the first place would be in the second in that week.
        """
        stays = np.bincount(self.stays["unit"].to_numpy(), minlength=int(a.max(initial=0)) + 1)
        found = [self._made_together(a[some], b[some], some.start) for some in shares_of(stays[a], TOGETHER)]
        return self._with_chance(pl.concat(found))

    def _made_together(self, a: Int32Array, b: Int32Array, first: int) -> pl.DataFrame:
        """The same without the chance; `first` is the number of the first pair."""
        shared = self._shared_stays(a, b, first)
        pair = shared["pair"].to_numpy()
        place = shared["place"].to_numpy()
        later = np.r_[False, pair[1:] == pair[:-1]] if pair.size else np.zeros(0, bool)
        before = np.r_[place[:1], place[:-1]]
        km = self.km(before, place)
        moves = shared.with_columns(
            pl.col("place").shift(1).alias("place_from"),
            pl.col("week").shift(1).alias("week_from"),
            pl.col("order_a").diff().alias("step_a"),
            pl.col("order_b").diff().alias("step_b"),
            pl.Series("km", km),
        ).filter(pl.Series(later & (km >= MOVE_KM)) & pl.col("new"))
        return moves.with_columns(direct=(pl.col("step_a") == 1) & (pl.col("step_b") == 1))

    def _shared_stays(self, a: Int32Array, b: Int32Array, first: int = 0) -> pl.DataFrame:
        pairs = pl.DataFrame({"pair": np.arange(first, first + a.size, dtype=np.int32), "a": a, "b": b})
        mine = self.stays.select(
            pl.col("unit").alias("a"), "place", "week", pl.col("first").alias("first_a"),
            pl.col("order").alias("order_a"),
        )  # fmt: skip
        other = self.stays.select(
            pl.col("unit").alias("b"), "place", "week", pl.col("first").alias("first_b"),
            pl.col("order").alias("order_b"),
        )  # fmt: skip
        return (
            pairs.join(mine, on="a")
            .join(other, on=["b", "place", "week"])
            .sort("pair", "week", pl.col("order_a") + pl.col("order_b"), "place")
            .with_columns(
                new=pl.int_range(pl.len()).over("pair", "place") == 0,
                times=pl.len().over("pair", "place"),
            )
        )

    def _with_chance(self, moves: pl.DataFrame) -> pl.DataFrame:
        """The chance of each shared move, from those who are neither of the two.

        Every share is (hits + 1) / (cases + 1 / what is expected without them): one hit is always granted,
        so that what was never seen is rare, not impossible, and a small corpus knows that it knows little.
        """
        stays, steps = self.stays, self._steps()
        units = stays["unit"].n_unique()
        ever = stays.group_by("place").agg(pl.col("unit").n_unique().alias("ever"))
        here = stays.group_by("place", "week").agg(pl.col("unit").n_unique().alias("here"))
        seen = stays.group_by("week").agg(pl.col("unit").n_unique().alias("seen"))
        route = steps.group_by("place_from", "place").agg(pl.col("unit").n_unique().alias("went"))
        leave = steps.group_by("place_from").agg(pl.col("unit").n_unique().alias("left"))
        on = ["place_from", "week_from", "place", "week"]
        dated = steps.group_by(on).agg(pl.len().alias("with_them"))
        next_seen = steps.group_by("place_from", "week_from", "week").agg(pl.len().alias("next_seen"))
        unit_weeks = stays.group_by("unit", "week").agg(pl.len().alias("n"))
        habit = stays.group_by("unit", "place").agg(pl.len().alias("visits"))
        weeks = unit_weeks.group_by("unit").agg(pl.len().alias("weeks"))
        for side in ("a", "b"):
            moves = (
                moves.join(unit_weeks.rename({"unit": side, "n": f"n_{side}"}), on=[side, "week"], how="left")
                .join(
                    habit.rename({"unit": side, "visits": f"visits_{side}"}), on=[side, "place"], how="left"
                )
                .join(weeks.rename({"unit": side, "weeks": f"weeks_{side}"}), on=side, how="left")
            )
        moves = (
            moves.join(ever, on="place", how="left")
            .join(here, on=["place", "week"], how="left")
            .join(seen, on="week", how="left")
            .join(route, on=["place_from", "place"], how="left")
            .join(leave, on="place_from", how="left")
            .join(dated, on=on, how="left")
            .join(next_seen, on=["place_from", "week_from", "week"], how="left")
            .with_columns(
                pl.col("ever", "here", "seen", "went", "left", "with_them", "next_seen")
                .fill_null(0)
                .cast(pl.Int64)
            )
        )
        both = 2 * pl.col("direct").cast(pl.Int64)
        town = _share(pl.col("ever") - 2, pl.lit(units - 2), 1 / max(len(self.names), 1))
        this_week = _share(pl.col("here") - 2, pl.col("seen") - 2, pl.col("town"))
        this_way = _share(pl.col("went") - both, pl.col("left") - 2, pl.col("town"))
        expected = pl.max_horizontal("this_week", "this_way")
        together = _share(pl.col("with_them") - 2, pl.col("next_seen") - 2, pl.col("expected"))
        at_home = pl.max_horizontal(
            *((pl.col(f"visits_{s}") - pl.col("times")) / pl.col(f"weeks_{s}") for s in ("a", "b"))
        )
        return (
            moves.with_columns(town=town)
            .with_columns(this_week=this_week, this_way=this_way)
            .with_columns(expected=expected)
            .with_columns(
                # A town where many are is nothing to meet in, however few came from the first.
                alone=pl.when("direct").then(pl.max_horizontal("this_week", together)).otherwise("expected")
            )
            .with_columns(
                # Who posts for fifty towns a week is bound to meet anyone in one of them.
                chance=pl.min_horizontal(
                    1.0,
                    pl.max_horizontal(pl.col("alone") * pl.max_horizontal("n_a", "n_b"), at_home),
                )
            )
            .sort("pair", "week", pl.col("order_a") + pl.col("order_b"), "place")
            .select(
                "pair", "place_from", "week_from", "place", "week", "first_a", "first_b", "km", "direct",
                "chance",
            )
        )  # fmt: skip

    def opportunities(self, a: Int32Array, b: Int32Array) -> NDArray[np.int64]:
        """How often each pair might have met in a second place: the stays of weeks in which both were seen."""
        pairs = pl.DataFrame({"pair": np.arange(a.size, dtype=np.int32), "a": a, "b": b})
        weeks = self.stays.group_by("unit", "week").agg(pl.len().alias("n"))
        met = (
            pairs.join(weeks.rename({"unit": "a", "n": "n_a"}), on="a")
            .join(weeks.rename({"unit": "b", "n": "n_b"}), on=["b", "week"])
            .group_by("pair")
            .agg(pl.min_horizontal("n_a", "n_b").sum().alias("times"))
        )
        out = np.zeros(a.size, np.int64)
        out[met["pair"].to_numpy()] = met["times"].to_numpy().astype(np.int64) - 1
        return out

    def bits(self, a: Int32Array, b: Int32Array) -> Float32Array:
        """Evidence of a shared itinerary, float32, shape (pairs,); see `movement_bits`."""
        moves = self.shared_moves(a, b).filter(pl.col("chance") <= 2.0**-LEAST_MOVE_BITS)
        total = np.zeros(a.size)
        pair = moves["pair"].to_numpy()
        np.add.at(total, pair, -np.log2(moves["chance"].to_numpy()))
        count = np.bincount(pair, minlength=a.size)
        some = np.flatnonzero(count)
        if some.size:
            times = np.maximum(self.opportunities(a[some], b[some]), count[some])
            total[some] -= _log2_choose(times, count[some])
        return np.maximum(total, 0.0).astype(np.float32)

    def record(self, a: int, b: int) -> dict[str, Any]:
        """What the bits of one pair are made of, for people: the moves with dates, distance, speed, chance.

        `km_per_hour` is the least speed that the pair's own dates ask for, from the first day in the one
        place to the first in the other.
        """
        one, other = np.array([a], np.int32), np.array([b], np.int32)
        started = self._shared_stays(one, other)
        arrival = {(r["place"], r["week"]): r["first_a"] for r in started.iter_rows(named=True)}
        moves = []
        for row in self.shared_moves(one, other).iter_rows(named=True):
            days = (row["first_a"] - arrival[row["place_from"], row["week_from"]]).days
            moves.append(
                {
                    "from": self.names[row["place_from"]],
                    "to": self.names[row["place"]],
                    "arrived": [row["first_a"].isoformat(), row["first_b"].isoformat()],
                    "km": round(row["km"], 1) if np.isfinite(row["km"]) else None,
                    "days": days,
                    # Days without hours: whoever comes on the next day may have had close to two.
                    "km_per_hour": round(row["km"] / (24 * (days + 1)), 1)
                    if np.isfinite(row["km"])
                    else None,
                    "direct": row["direct"],
                    "one_in": round(1 / row["chance"], 1),
                    "counted": row["chance"] <= 2.0**-LEAST_MOVE_BITS,
                }
            )
        return {
            "bits": round(float(self.bits(one, other)[0]), 2),
            "moves": moves,
            "chances_to_meet": int(self.opportunities(one, other)[0]),
        }


def _share(hits: pl.Expr, cases: pl.Expr, expected: pl.Expr | float) -> pl.Expr:
    """Beta posterior mean with one hit granted to what is expected; never below it by lack of cases."""
    at_least = pl.max_horizontal(hits, 0)
    return (at_least + 1) / (pl.max_horizontal(cases, at_least) + 1 / expected)


def _log2_choose(n: NDArray[np.int64], k: NDArray[np.int64]) -> NDArray[np.float64]:
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log2(np.arange(1, int(n.max()) + 1)))])
    out: NDArray[np.float64] = log_factorial[n] - log_factorial[k] - log_factorial[n - k]
    return out


def movement_bits(
    presence: pl.DataFrame | Movement, unit_a: NDArray[np.integer[Any]], unit_b: NDArray[np.integer[Any]]
) -> Float32Array:
    """How rare it is that two units went the same way together, in bits.

    The chance of each shared move is that of strangers of this corpus: the share of the others who, having
    been in the first town, were in the second in that week. The expected number of coincidences is the
    product of those chances, times the ways to choose that many of the weeks in which both were seen; its
    negative log2 are the bits. Never below 0: not to have met says nothing. See `impossible_bits` for that.

    Args:
        presence: as `presences` makes it, or the `Movement` of it.
        unit_a, unit_b: numbers of units, shape (pairs,).

    Returns:
        float32, shape (pairs,); 0 unless two different places, `MOVE_KM` apart, are shared in time.
    """
    movement = presence if isinstance(presence, Movement) else Movement.of(presence)
    return movement.bits(np.asarray(unit_a, np.int32), np.asarray(unit_b, np.int32))
