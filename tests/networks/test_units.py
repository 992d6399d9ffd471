"""Voices, and what they hold."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from cases import Outcome
from hypothesis import given
from hypothesis import strategies as st

from filrouge.networks.units import QUIET_DAYS, Units, holdings

START = datetime(2026, 1, 1)
Held = list[tuple[int, str, str]]


def ads_table(days: list[int | None], agency: list[str] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "agency": agency or ["site"] * len(days),
            "posted": pl.Series(
                [START + timedelta(days=d) if d is not None else None for d in days], dtype=pl.Datetime("us")
            ),
        }
    )


def held_in(
    cluster: list[int],
    identifiers: Held,
    days: list[int | None] | None = None,
    agency: list[str] | None = None,
) -> pl.DataFrame:
    of = np.array(cluster, np.int32)
    units = Units.of_clusters(of, np.zeros(of.size))
    table = pl.DataFrame(
        identifiers, schema={"ad": pl.Int32, "kind": pl.String, "value": pl.String}, orient="row"
    )
    return holdings(table, units, ads_table(days or [0] * of.size, agency), of)


@st.composite
def clusterings(draw: st.DrawFn) -> np.ndarray:
    """Clusters numbered from 0 without a gap, -1 for none."""
    drawn = draw(st.lists(st.integers(-1, 6), max_size=40))
    number = {k: n for n, k in enumerate(sorted(set(drawn) - {-1}))}
    return np.array([number.get(k, -1) for k in drawn], np.int32)


@given(clusterings(), st.integers(0, 2**32 - 1))
def test_units_cover_every_ad_once(cluster: np.ndarray, seed: int) -> None:
    bits = np.random.default_rng(seed).random(cluster.size)
    units = Units.of_clusters(cluster, bits)
    assert units.of.size == cluster.size
    assert units.ads.sum() == cluster.size
    assert (units.ads > 0).all()
    assert units.count == units.ads.size == units.head.size
    tied = cluster >= 0
    assert (units.cluster[units.of[tied]] == cluster[tied]).all()
    assert np.unique(units.of[~tied]).size == (~tied).sum()
    assert (units.of[~tied] >= units.clusters).all()
    assert (units.ads[units.clusters :] == 1).all()


@given(clusterings(), st.integers(0, 2**32 - 1))
def test_the_ad_that_the_template_saves_most_stands_for_the_unit(cluster: np.ndarray, seed: int) -> None:
    bits = np.random.default_rng(seed).random(cluster.size)
    units = Units.of_clusters(cluster, bits)
    assert (units.of[units.head] == np.arange(units.count)).all()
    for unit, head in enumerate(units.head.tolist()):
        assert bits[head] == bits[units.of == unit].max()


def test_of_equals_the_first_ad_stands_for_the_unit() -> None:
    units = Units.of_clusters(np.array([0, -1, 0], np.int32), np.array([2.0, 0.0, 2.0]))
    assert units.head.tolist() == [0, 1]


def test_no_ads_are_no_units() -> None:
    units = Units.of_clusters(np.zeros(0, np.int32), np.zeros(0))
    assert (units.count, units.clusters, units.ads.size, units.head.size) == (0, 0, 0, 0)
    assert held_in([], []).height == 0


def test_a_number_that_more_than_ten_writers_of_a_site_have_is_the_sites() -> None:
    """Ten writers may be one organisation; at eleven of a small site it is the site's own number."""
    desk = [(ad, "phone", "+1desk") for ad in range(11)]
    own = [(ad, "phone", f"+1{ad}") for ad in range(11)]
    held = held_in([-1] * 11, desk + own)
    assert set(held["value"].to_list()) == {f"+1{ad}" for ad in range(11)}
    held = held_in([-1] * 11, desk[:10] + own)
    assert "+1desk" in held["value"].to_list()


def test_a_number_in_many_ads_of_one_writer_is_not_the_sites() -> None:
    held = held_in([0] * 30, [(ad, "phone", "+1own") for ad in range(30)])
    assert held.select("unit", "value", "ads").rows() == [(0, "+1own", 30)]


def test_one_misread_number_in_many_ads_is_a_slip() -> None:
    cluster = [0] * 20
    held = held_in(cluster, [(ad, "phone", "+1own" if ad else "+1misread") for ad in range(20)])
    assert held["value"].to_list() == ["+1own"]


def test_a_number_in_two_ads_is_no_slip() -> None:
    held = held_in([0] * 40, [(ad, "phone", "+1own" if ad > 1 else "+1other") for ad in range(40)])
    assert set(held["value"].to_list()) == {"+1own", "+1other"}


def test_a_number_in_one_of_few_ads_is_no_slip() -> None:
    held = held_in([0] * 4, [(ad, "phone", "+1own" if ad else "+1other") for ad in range(4)])
    assert set(held["value"].to_list()) == {"+1own", "+1other"}


def test_a_new_number_in_every_ad_is_no_slip() -> None:
    held = held_in([0] * 20, [(ad, "phone", f"+1{ad}") for ad in range(20)])
    assert held.height == 20


def test_many_misread_numbers_beside_one_that_most_ads_carry_are_slips() -> None:
    """Nine of twenty ads misread, each in its own way: there are more wrong values than right ones."""
    held = held_in([0] * 20, [(ad, "phone", f"+1{ad}" if ad < 9 else "+1own") for ad in range(20)])
    assert held["value"].to_list() == ["+1own"]


def test_what_is_no_identifier_that_ties_is_not_held() -> None:
    held = held_in([-1], [(0, "price", "80"), (0, "place", "Laval"), (0, "email", "a@b.example")])
    assert held["kind"].to_list() == ["email"]


def test_a_number_said_twice_in_an_ad_counts_once() -> None:
    held = held_in([-1], [(0, "phone", "+1"), (0, "phone", "+1")])
    assert held["ads"].to_list() == [1]


def turns(days: list[int | None]) -> list[int]:
    """The turn of each voice (in the order given) that had one phone on its day."""
    held = held_in([-1] * len(days), [(ad, "phone", "+1") for ad in range(len(days))], days)
    return held.sort("unit")["turn"].to_list()


def test_a_phone_quiet_for_more_than_45_days_begins_a_new_turn() -> None:
    assert QUIET_DAYS == 45
    assert turns([0, 45]) == [1, 1]
    assert turns([0, 46]) == [1, 2]
    assert turns([0, 46, 92, 46 + 92]) == [1, 2, 3, 4]


def test_the_order_of_the_ads_does_not_matter_for_turns() -> None:
    assert turns([100, 0, 20, 130]) == [2, 1, 1, 2]


def test_without_days_nobody_knows_of_another_owner() -> None:
    assert turns([None, None]) == [1, 1]
    assert turns([0, None, 10]) == [1, 1, 1]


def test_an_ad_without_a_day_does_not_hide_that_a_phone_was_quiet() -> None:
    assert sorted(turns([0, None, 100])) == [1, 1, 2]


def test_who_kept_a_phone_all_the_time_bridges_the_gap_of_others() -> None:
    """One voice has ads on day 0 and 100 in one cluster, others on day 1 and 99: nobody gave it back."""
    cluster = [0, 0, -1, -1]
    held = held_in(cluster, [(ad, "phone", "+1") for ad in range(4)], [0, 100, 1, 99])
    assert set(held["turn"].to_list()) == {1}


def test_each_phone_has_turns_of_its_own() -> None:
    held = held_in(
        [-1] * 4,
        [(0, "phone", "+1"), (1, "phone", "+1"), (2, "phone", "+2"), (3, "phone", "+2")],
        [0, 90, 90, 91],
    )
    assert held.sort("unit")["turn"].to_list() == [1, 2, 1, 1]


def test_in_a_whole_corpus_units_cover_all_ads_and_a_passed_phone_has_two_turns(mixed: Outcome) -> None:
    units = mixed.findings.networks.units
    assert units.of.size == mixed.findings.read.ads.height
    assert np.array_equal(np.bincount(units.of), units.ads)
    (early,), (late,) = mixed.voices("early"), mixed.voices("late")
    held = mixed.findings.networks.weighed.held
    turn = {unit: held.filter(pl.col("unit") == unit)["turn"].to_list() for unit in (early, late)}
    assert turn == {early: [1], late: [2]}
