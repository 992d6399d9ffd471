"""What a shared itinerary is worth on this corpus: beside itineraries that are moved in time at random.

Pairs that moved together are sought among all pairs of voices, so some are found by chance. How many,
is counted: every voice keeps its route, but is moved by some weeks of its own, and the same search is
made. Of pairs that reach as many bits among the true itineraries, so many more than among the moved ones
are no chance.

Source: decoys as the measure of chance finds, Elias & Gygi, Nature Methods 4 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.networks.movement import Movement

DECOY_RUNS: Final = 3
LEAST_SHIFT: Final = 3
MOST_SHIFT: Final = 26
"""Weeks by which an itinerary is moved, either way."""
STEP: Final = 0.25
"""Bits between two points of the curve."""
MOST: Final = 64.0

Float64Array = NDArray[np.float64]


@dataclass(frozen=True)
class CoincidenceOdds:
    """log2 odds, by bits of a shared itinerary, that it is no chance.

    Attributes:
        odds: float64, shape (points,): at 0, `STEP`, 2 * `STEP`, ... bits; never falls.
        prior: log2 of how many voices there are: the odds against any one pair before anything is seen.
        found, by_chance: pairs of at least 1 bit among the true itineraries, and on average among the moved ones.
    """

    odds: Float64Array
    prior: float
    found: int
    by_chance: float

    @classmethod
    def of(cls, presence: pl.DataFrame, movement: Movement, units: int, seed: int = 0) -> Self:
        """Count pairs among the true itineraries and among moved ones."""
        true = movement.bits(*movement.candidates())
        dice = np.random.default_rng(seed)
        chance = []
        for _run in range(DECOY_RUNS):
            shifted = Movement.of(_shifted(presence, units, dice))
            chance.append(shifted.bits(*shifted.candidates()))
        moved = np.concatenate(chance)
        points = np.arange(0, MOST, STEP)
        found = true.size - np.searchsorted(np.sort(true), points)
        # One in all runs is always granted: what was never seen is rare, not impossible.
        expected = (moved.size - np.searchsorted(np.sort(moved), points) + 1) / DECOY_RUNS
        odds = np.log2(np.maximum(found - expected, 2.0**-10) / expected)
        return cls(
            np.maximum.accumulate(odds),
            float(np.log2(max(units, 2))),
            int((true >= 1).sum()),
            float((moved >= 1).sum()) / DECOY_RUNS,
        )

    def bits(self, itinerary: NDArray[np.float32]) -> Float64Array:
        """Evidence of one hand, float64, 0 or more: the odds that it is no chance, over those of any pair."""
        at = np.minimum(itinerary / STEP, self.odds.size - 1).astype(np.int64)
        out: Float64Array = np.where(itinerary > 0, np.maximum(self.odds[at] + self.prior, 0.0), 0.0)
        return out


def _shifted(presence: pl.DataFrame, units: int, dice: np.random.Generator) -> pl.DataFrame:
    """Each unit's days, moved by some weeks of its own."""
    weeks = dice.integers(LEAST_SHIFT, MOST_SHIFT + 1, units) * dice.choice([-1, 1], units)
    days = pl.Series("days", weeks * 7).gather(presence["unit"])
    return presence.with_columns(days).with_columns(
        day=pl.col("day") + pl.duration(days="days"), at=None
    ).drop("days")  # fmt: skip
