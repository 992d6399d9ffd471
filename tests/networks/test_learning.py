"""On whom weights are learned and on whom they are measured."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.evidence.joint import JointModel
from filrouge.networks.learning import (
    HELD_OUT,
    KINDS,
    borne_out,
    fitted_model,
    held_out_units,
    kin_of,
    no_strangers,
)

PHONE, EMAIL, TEXT, MOVEMENT = (KINDS.index(kind) for kind in ("phone", "email", "text", "movement"))


def held_of(rows: list[tuple[int, str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"unit": pl.Int32, "kind": pl.String, "value": pl.String}, orient="row")


def pairs_of(n: int, *, text: float, seed: int) -> np.ndarray:
    """Pairs of one hand: half share a phone, half an e-mail; beside it a text of about so many bits."""
    bits = np.zeros((n, len(KINDS)))
    bits[: n // 2, PHONE] = bits[n // 2 :, EMAIL] = 9.0
    bits[:, TEXT] = np.maximum(np.random.default_rng(seed).normal(text, 4, n), 0)
    return bits


def strangers_of(n: int, seed: int) -> np.ndarray:
    bits = np.zeros((n, len(KINDS)))
    bits[:, TEXT] = np.random.default_rng(seed).exponential(1.0, n)
    return bits


def test_a_chain_of_identifiers_makes_kin() -> None:
    held = held_of(
        [(0, "phone", "+1"), (1, "phone", "+1"), (1, "email", "x"), (3, "email", "x"), (2, "phone", "x")]
    )
    kin = kin_of(held, 5)
    assert kin[0] == kin[1] == kin[3]
    assert len({kin[0], kin[2], kin[4]}) == 3


def test_who_holds_nothing_has_no_kin() -> None:
    assert len(set(kin_of(held_of([]), 4).tolist())) == 4


def test_a_web_of_numbers_passed_on_is_no_organisation() -> None:
    kin = np.array([0] * 30 + [1] * 5 + list(range(2, 67)))
    found = no_strangers(kin)
    assert len(set(found[:30].tolist())) == 30
    assert len(set(found[30:35].tolist())) == 1
    assert len(set(found.tolist())) == 30 + 1 + 65


@given(st.lists(st.integers(0, 12), min_size=1, max_size=80), st.integers(0, 5))
def test_kin_are_held_out_together_and_one_in_four_of_them(numbers: list[int], seed: int) -> None:
    kin = np.unique(numbers, return_inverse=True)[1]
    out = held_out_units(kin, seed)
    sides = {(k, bool(o)) for k, o in zip(kin.tolist(), out.tolist(), strict=True)}
    kinds = int(kin.max()) + 1
    assert len(sides) == kinds
    assert sum(o for _k, o in sides) == kinds // HELD_OUT
    assert (held_out_units(kin, seed) == out).all()


def test_what_is_borne_out_is_said_by_pairs_that_taught_nothing() -> None:
    taught = fitted_model(pairs_of(2_000, text=20, seed=1), strangers_of(8_000, 2))
    found = borne_out(taught, pairs_of(400, text=20, seed=3), strangers_of(63, 4))
    assert found.most <= 6.0 < taught.most  # log2(63 + 1): each stranger once, though there are two labels
    assert (found.slope == taught.slope).all()


def test_a_misleading_stranger_that_is_held_out_lowers_what_may_be_claimed() -> None:
    taught = fitted_model(pairs_of(2_000, text=20, seed=1), strangers_of(8_000, 2))
    one, two = pairs_of(800, text=20, seed=3), strangers_of(2_000, 4)
    before = borne_out(taught, one, two)
    two[:20, TEXT] = 40.0
    assert borne_out(taught, one, two).most < before.most - 2


def test_the_label_and_a_place_in_common_bear_nothing_out() -> None:
    taught = fitted_model(pairs_of(2_000, text=20, seed=1), strangers_of(8_000, 2))
    one, two = pairs_of(800, text=20, seed=3), strangers_of(2_000, 4)
    louder = one.copy()
    louder[: len(one) // 2, PHONE] = 30.0
    louder[:, MOVEMENT] = 30.0
    assert borne_out(taught, louder, two).most == pytest.approx(borne_out(taught, one, two).most)


def test_where_nothing_was_fitted_strangers_bound_the_claims() -> None:
    cautious = JointModel.cautious(KINDS)
    few = borne_out(cautious, np.zeros((0, len(KINDS))), np.zeros((27, len(KINDS))))
    assert (few.least, few.most) == (-np.log2(28), np.log2(28))
    many = borne_out(cautious, np.zeros((0, len(KINDS))), np.zeros((5_000, len(KINDS))))
    assert many.most == cautious.most
