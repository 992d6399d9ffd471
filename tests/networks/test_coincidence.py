"""What a shared itinerary is worth beside itineraries moved in time at random."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from filrouge.networks.coincidence import CoincidenceOdds
from filrouge.networks.movement import Movement

START = date(2026, 1, 5)
TOWNS = {
    "Toronto": (43.7, -79.4), "Montréal": (45.5, -73.6), "Vancouver": (49.2, -123.1), "Calgary": (51.0, -114.1),
    "Halifax": (44.6, -63.6), "Winnipeg": (49.9, -97.1), "Regina": (50.4, -104.6), "Québec": (46.8, -71.2),
}  # fmt: skip
Itinerary = list[tuple[str, int]]


def presence_of(itineraries: list[Itinerary]) -> pl.DataFrame:
    """A stay for each (town, week) of each unit."""
    rows = [
        (unit, "site", town, *TOWNS[town], START + timedelta(days=7 * week + unit % 3), None)
        for unit, stays in enumerate(itineraries)
        for town, week in stays
    ]
    schema = {
        "unit": pl.Int32, "agency": pl.String, "place": pl.String, "latitude": pl.Float64, "longitude": pl.Float64,
        "day": pl.Date, "at": pl.Datetime("us"),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def odds_of(presence: pl.DataFrame, units: int, seed: int = 0) -> CoincidenceOdds:
    return CoincidenceOdds.of(presence, Movement.of(presence), units, seed)


def routes(count: int, weeks: int, seed: int) -> list[Itinerary]:
    """Everybody is in a town of their own choice each week."""
    dice = np.random.default_rng(seed)
    return [
        [(str(town), week) for week, town in enumerate(dice.choice(list(TOWNS), weeks))] for _ in range(count)
    ]


def groups(count: int, size: int, weeks: int, seed: int) -> list[Itinerary]:
    """Groups of `size` that go together."""
    return [route for route in routes(count, weeks, seed) for _member in range(size)]


def test_without_itineraries_nothing_is_claimed() -> None:
    odds = odds_of(presence_of([]), 0)
    assert (odds.found, odds.by_chance) == (0, 0)
    assert odds.bits(np.zeros(0, np.float32)).size == 0
    assert odds.bits(np.zeros(3, np.float32)).tolist() == [0, 0, 0]


def test_those_who_stay_at_home_have_no_shared_itinerary() -> None:
    odds = odds_of(presence_of([[("Toronto", week) for week in range(8)]] * 40), 40)
    assert odds.found == 0


def test_no_shared_move_is_no_evidence() -> None:
    odds = odds_of(presence_of(groups(20, 3, 8, 1)), 60)
    assert odds.bits(np.array([0.0], np.float32)).tolist() == [0]


def test_groups_that_go_together_stand_out_from_chance() -> None:
    odds = odds_of(presence_of(groups(20, 3, 8, 1)), 60)
    assert odds.found >= 45  # of 60 pairs
    assert odds.found > 4 * odds.by_chance
    assert odds.bits(np.array([25.0], np.float32))[0] > 4


def test_strangers_who_meet_by_chance_claim_less_than_groups() -> None:
    alone, together = (odds_of(presence_of(p), 60) for p in (routes(60, 8, 2), groups(20, 3, 8, 2)))
    at = np.array([12.0], np.float32)
    assert alone.bits(at)[0] < together.bits(at)[0]


def test_the_same_seed_gives_the_same_curve() -> None:
    presence = presence_of(groups(10, 3, 8, 4))
    assert np.array_equal(odds_of(presence, 30, 5).odds, odds_of(presence, 30, 5).odds)


@given(st.integers(0, 2**16), st.lists(st.floats(0, 200, width=32), min_size=2, max_size=20))
def test_more_bits_never_claim_less_and_nothing_is_claimed_against(seed: int, itinerary: list[float]) -> None:
    dice = np.random.default_rng(seed)
    odds = CoincidenceOdds(np.maximum.accumulate(dice.normal(0, 4, 256)), 8.0, 1, 1.0)
    bits = odds.bits(np.sort(np.array(itinerary, np.float32)))
    assert (bits >= 0).all()
    assert (np.diff(bits) >= 0).all()
    assert np.isfinite(bits).all()


def test_the_curve_of_a_true_corpus_never_falls() -> None:
    odds = odds_of(presence_of(groups(12, 2, 6, 9)), 24)
    assert (np.diff(odds.odds) >= 0).all()
    assert np.isfinite(odds.odds).all()
