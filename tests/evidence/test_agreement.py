"""Krippendorff's alpha against the worked examples that he published (2011), and what must hold of it always."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from filrouge.evidence.agreement import alpha, interval, units_of

NAN = float("nan")


def rows(*people: str) -> np.ndarray:
    """One string a person, a character a unit; "." for no value; letters are codes."""
    return np.array(
        [[NAN if c == "." else float(ord(c)) for c in unit] for unit in zip(*people, strict=True)]
    )


# Krippendorff 2011, sections A, B and C.
TWO_VALUES = rows("0100000010", "1110010000")
NOMINAL = rows("aabbdcccedda", "babbbcccedda"[:11] + "d")
FOUR = rows("123321412...", "1233224125.3", ".33323422" + "51.", "12332441251.")


def test_two_people_and_two_values() -> None:
    assert alpha(TWO_VALUES, "nominal") == pytest.approx(0.095, abs=5e-4)


def test_two_people_and_several_codes() -> None:
    assert alpha(NOMINAL, "nominal") == pytest.approx(0.692, abs=5e-4)


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_four_people_with_values_missing(level: str, published: float) -> None:
    assert alpha(FOUR, level) == pytest.approx(published, abs=5e-4)  # type: ignore[arg-type]


def test_units_with_one_value_say_nothing() -> None:
    assert units_of(FOUR) == 11
    with_more = np.vstack([FOUR, [ord("1"), NAN, NAN, NAN]])
    assert alpha(with_more, "ordinal") == pytest.approx(alpha(FOUR, "ordinal"))


def test_nothing_is_said_where_nothing_can_be() -> None:
    assert np.isnan(alpha(np.zeros((0, 2)), "nominal"))
    assert np.isnan(alpha([[4, 4], [4, 4]], "ordinal"))
    assert np.isnan(alpha([[4, NAN], [NAN, 2]], "ordinal"))
    assert all(np.isnan(interval([[4, 4]], "ordinal", seed=1)))


def test_the_interval_holds_the_value_and_narrows_with_more_units() -> None:
    least, most = interval(FOUR, "ordinal", seed=5)
    assert least <= 0.815 <= most
    more = interval(np.vstack([FOUR] * 10), "ordinal", seed=5)
    assert more[1] - more[0] < most - least
    assert interval(FOUR, "ordinal", seed=5) == (least, most)


STEPS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=20)


@given(STEPS)
def test_it_is_1_where_all_agree_and_never_more(pairs: list[tuple[int, int]]) -> None:
    values = np.array(pairs, float)
    same = np.repeat(values[:, :1], 2, axis=1)
    assume(len(set(same[:, 0])) > 1)
    for level in ("nominal", "ordinal"):
        assert alpha(same, level) == pytest.approx(1.0)  # type: ignore[arg-type]
        assert not alpha(values, level) > 1.0 + 1e-9  # type: ignore[arg-type]


@given(STEPS, st.integers(0, 2**32 - 1))
def test_neither_the_order_of_units_nor_of_people_matters(pairs: list[tuple[int, int]], seed: int) -> None:
    values = np.array(pairs, float)
    shuffled = np.random.default_rng(seed).permutation(values)[:, ::-1]
    for level in ("nominal", "ordinal"):
        one, other = alpha(values, level), alpha(shuffled, level)  # type: ignore[arg-type]
        assert one == pytest.approx(other, nan_ok=True)


@given(STEPS)
def test_of_an_order_only_the_order_counts(pairs: list[tuple[int, int]]) -> None:
    values = np.array(pairs, float)
    assert alpha(values, "ordinal") == pytest.approx(alpha(np.exp2(values), "ordinal"), nan_ok=True)
