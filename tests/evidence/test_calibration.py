"""Measures of calibration against theory and brute force."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from simulated import Bools, Floats, answers, true_bits

from filrouge.evidence.calibration import (
    bounds,
    cllr,
    expected_calibration_error,
    min_cllr,
    pav_bits,
    reliability,
    stranger_rate,
    wilson,
)

PAIRS = st.lists(st.tuples(st.integers(-6, 6).map(float), st.booleans()), min_size=2, max_size=40)


def _split(pairs: list[tuple[float, bool]]) -> tuple[Floats, Bools]:
    bits, same = np.array([bits for bits, _ in pairs]), np.array([same for _, same in pairs])
    assume(same.any() and not same.all())
    return bits, same


def _theory(spread: float) -> float:
    """Cllr of normal ln LRs that are right, by the sum over a fine grid; both halves are equal."""
    grid = np.linspace(-12, 12, 200_001)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    bits = (spread**2 / 2 + spread * grid) / np.log(2)
    return float((density * np.logaddexp2(0, -bits)).sum() * (grid[1] - grid[0]))


@pytest.mark.parametrize("spread", [0.3, 1, 2, 4])
def test_bits_that_are_right_cost_what_theory_says(spread: float) -> None:
    same = answers(200_000, 0.3, 1)
    bits = true_bits(same, spread, 2)
    assert cllr(bits, same) == pytest.approx(_theory(spread), abs=0.01)
    assert min_cllr(bits, same) == pytest.approx(_theory(spread), abs=0.01)


def test_to_say_nothing_costs_one_bit_and_to_be_right_and_sure_none() -> None:
    same = np.array([True, False, False])
    assert cllr(np.zeros(3), same) == 1
    assert cllr([np.inf, -np.inf, -np.inf], same) == 0
    assert cllr([-np.inf, np.inf, 0], same) == np.inf
    assert min_cllr([3, 1, 2], same) == 0
    assert cllr(-true_bits(same, 2, 1) * 10, same) > 1


@pytest.mark.parametrize("factor", [0.3, 3])
def test_saying_too_much_or_too_little_costs_more_but_the_order_is_worth_the_same(factor: float) -> None:
    same = answers(20_000, 0.5, 1)
    bits = true_bits(same, 2, 2)
    assert cllr(factor * bits, same) > cllr(bits, same) + 0.05
    assert min_cllr(factor * bits, same) == pytest.approx(min_cllr(bits, same))


@given(PAIRS)
def test_the_least_cost_is_least(pairs: list[tuple[float, bool]]) -> None:
    bits, same = _split(pairs)
    least = min_cllr(bits, same)
    for other in (bits, bits / 3, bits + 1, np.zeros(bits.size)):
        assert least <= cllr(other, same) + 1e-9


@given(PAIRS)
def test_pooled_bits_are_those_of_the_greatest_of_least_means(pairs: list[tuple[float, bool]]) -> None:
    bits, same = _split(pairs)
    values = np.unique(bits)
    hits = [same[bits == value].sum() for value in values]
    counts = [(bits == value).sum() for value in values]

    def mean(i: int, j: int) -> float:
        return sum(hits[i : j + 1]) / sum(counts[i : j + 1])

    n = len(values)
    share = [max(min(mean(i, j) for j in range(at, n)) for i in range(at + 1)) for at in range(n)]
    with np.errstate(divide="ignore"):
        odds = np.log2(share) - np.log2(1 - np.array(share)) - np.log2(same.sum() / (~same).sum())
    assert np.allclose(pav_bits(bits, same), odds[np.searchsorted(values, bits)])


@given(PAIRS)
def test_pooled_bits_never_fall_and_pooling_again_changes_nothing(pairs: list[tuple[float, bool]]) -> None:
    bits, same = _split(pairs)
    pooled = pav_bits(bits, same)
    with np.errstate(invalid="ignore"):
        assert not (np.diff(pooled[np.argsort(bits)]) < 0).any()
    assert np.allclose(pav_bits(pooled, same), pooled)


def test_a_reliability_table_of_bits_that_are_right_holds_the_truth() -> None:
    same = answers(100_000, 0.3, 1)
    bits = true_bits(same, 2, 2)
    table = reliability(bits, same)
    assert table["pairs"].sum() == 100_000
    assert ((table["predicted"] >= table["low"]) & (table["predicted"] <= table["high"])).all()
    assert expected_calibration_error(bits, same) < 0.01


def test_what_was_predicted_lies_in_nineteen_intervals_of_twenty() -> None:
    inside = []
    for seed in range(30):
        same = answers(20_000, 0.3, 100 + seed)
        table = reliability(true_bits(same, 2, 200 + seed), same)
        inside += ((table["least"] <= table["predicted"]) & (table["predicted"] <= table["most"])).to_list()
    assert 0.9 < np.mean(inside) < 0.99


def test_at_another_prior_the_intervals_are_as_wide_as_so_few_pairs_make_them() -> None:
    inside = []
    for seed in range(40):
        same = answers(20_000, 0.5, 100 + seed)
        table = reliability(true_bits(same, 1, 200 + seed), same, prior=0.1, bins=20)
        table = table.filter(pl.col("pairs") > 100)
        inside += ((table["least"] <= table["predicted"]) & (table["predicted"] <= table["most"])).to_list()
    assert np.mean(inside) > 0.92


@pytest.mark.parametrize("prior", [0.001, 0.1, 0.9])
def test_a_table_at_another_prior_is_of_pairs_of_that_prior(prior: float) -> None:
    same = answers(200_000, 0.5, 1)
    bits = true_bits(same, 2, 2)
    table = reliability(bits, same, prior=prior)
    true = answers(200_000, prior, 3)
    drawn = reliability(true_bits(true, 2, 4), true)
    both = table.join(drawn, on=["low", "high"]).filter(
        (pl.col("pairs") > 1_000) & (pl.col("pairs_right") > 1_000)
    )
    assert both.height
    assert (both["observed"] - both["observed_right"]).abs().max() < 0.1
    assert expected_calibration_error(bits, same, prior=prior) < 0.01


def test_who_says_too_much_has_a_large_calibration_error() -> None:
    same = answers(20_000, 0.5, 1)
    bits = true_bits(same, 1, 2)
    assert expected_calibration_error(8 * bits, same) > 0.1
    assert expected_calibration_error(bits * 0 + 40, same) == pytest.approx(0.5, abs=0.02)


def test_the_interval_of_a_share_is_wilsons() -> None:
    least, most = wilson([0, 5, 10], [10, 10, 10])
    assert least == pytest.approx([0, 0.2366, 0.7225], abs=1e-4)
    assert most == pytest.approx([0.2775, 0.7634, 1], abs=1e-4)


@given(st.lists(st.integers(-20, 60).map(float), max_size=60), st.lists(st.integers(-25, 70).map(float)))
def test_strangers_are_counted_as_one_would_by_hand(strangers: list[float], asked: list[float]) -> None:
    table = stranger_rate(strangers, asked)
    for row in table.iter_rows(named=True):
        reach = sum(bits >= row["asked"] for bits in strangers)
        assert (row["strangers"], row["reach"]) == (len(strangers), reach)
        assert row["one_in"] == (len(strangers) / reach if reach else None)
        assert row["at_least_one_in"] >= 1
        assert row["one_in"] is None or row["at_least_one_in"] <= row["one_in"]
    order = table.sort("asked")["at_least_one_in"].to_numpy()
    assert (np.diff(order) >= -1e-9).all()


def test_of_what_no_stranger_reaches_no_more_is_said_than_three_in_so_many() -> None:
    row = stranger_rate(np.zeros(40_000), [10]).row(0, named=True)
    assert row["one_in"] is None
    assert row["at_least_one_in"] == pytest.approx(40_000 / 3)
    assert stranger_rate([], [10]).row(0, named=True)["at_least_one_in"] == 1


def test_what_may_be_claimed_of_strangers_holds_nineteen_times_in_twenty() -> None:
    draw = np.random.default_rng(1)
    for true in (0.0002, 0.002, 0.05):
        reach = draw.binomial(5_000, true, 2_000)
        claims = [
            1 / stranger_rate(np.arange(5_000) < k, [0.5])["at_least_one_in"][0] for k in np.unique(reach)
        ]
        held = np.array(claims)[np.searchsorted(np.unique(reach), reach)] >= true
        assert held.mean() > 0.93


def _errs(same: Floats, strangers: Floats, at: float) -> float:
    """Errors of deciding at odds at which `at` bits tip the scale, in errors of never looking (Vergeer 2016)."""
    return float(2**at * (1 + (strangers >= at).sum()) / (strangers.size + 1) + (same < at).mean())


@given(PAIRS)
def test_bounds_are_those_of_trying_every_threshold(pairs: list[tuple[float, bool]]) -> None:
    bits, same = _split(pairs)
    least, most = bounds(bits[same], bits[~same])
    grid = np.arange(0, 9, 0.01)
    for found, true, false in ((most, bits[same], bits[~same]), (-least, -bits[~same], -bits[same])):
        # A hair aside of what is borne out exactly, where rounding decides.
        bad = next(at for at in grid if _errs(true, false, at) > 1 + 1e-9)
        assert bad - 0.0101 <= found <= bad + 1e-9


def test_strangers_bear_out_no_more_than_their_number() -> None:
    assert bounds(np.full(1_000, 90.0), np.full(4_095, -90.0)) == pytest.approx((-np.log2(1_001), 12))
    assert bounds([50], [-50]) == pytest.approx((-1, 1))


def test_noise_and_what_is_turned_round_bear_out_nothing() -> None:
    assert bounds([], [1, 2]) == (0, 0)
    assert bounds([-5, -4], [5, 4]) == (0, 0)
    draw = np.random.default_rng(1)
    least, most = bounds(draw.normal(0, 20, 5_000), draw.normal(0, 20, 5_000))
    assert -0.2 < least <= 0 <= most < 0.2


def test_one_stranger_who_reaches_it_all_lowers_what_is_borne_out_by_one_bit() -> None:
    same, strangers = np.full(1_000, 90.0), np.full(4_095, -90.0)
    strangers[0] = 90
    assert bounds(same, strangers)[1] == pytest.approx(11)


@pytest.mark.parametrize(
    ("bits", "same"), [([1.0], [True]), ([1.0, 2.0], [True]), ([np.nan, 1.0], [True, False]), ([], [])]
)
def test_measures_refuse_what_they_cannot_measure(bits: list[float], same: list[bool]) -> None:
    for measure in (cllr, min_cllr, pav_bits, reliability, expected_calibration_error):
        with pytest.raises(ValueError):
            measure(bits, same)
