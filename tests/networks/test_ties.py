"""Pairs of ads with the evidence between them."""

from __future__ import annotations

import numpy as np
import polars as pl

from filrouge.compare.comparison import Comparison, compare
from filrouge.networks.ties import NEIGHBOURS, all_ties


def strangers(ads: int) -> Comparison:
    """Ads of one word each, no two of them equal."""
    return compare(np.arange(1, ads + 1, dtype=np.uint64), np.zeros(ads, np.uint8), np.arange(ads + 1))


def held(*rows: tuple[int, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"ad": pl.Int32, "kind": pl.String, "value": pl.String}, orient="row")


def test_two_phones_that_two_ads_share_are_added_up() -> None:
    identifiers = held(
        (5, "phone", "1"), (2, "phone", "1"), (2, "phone", "2"), (5, "phone", "2"), (2, "phone", "2")
    )
    ties = all_ties(strangers(8), identifiers)
    assert ties.rows(named=True) == [
        {"a": 2, "b": 5, "text": 0.0, "phone": 4.0, "email": 0.0, "url": 0.0, "handle": 0.0, "payment": 0.0}
    ]


def test_what_every_ad_carries_ties_none() -> None:
    assert all_ties(strangers(3), held(*((ad, "url", "site.test") for ad in range(3)))).is_empty()


def test_a_person_is_no_tie_by_name() -> None:
    assert all_ties(strangers(4), held((0, "name", "ana"), (1, "name", "ana"))).is_empty()


def test_each_holder_is_paired_with_the_few_that_follow() -> None:
    ties = all_ties(strangers(20), held(*((ad, "email", "a@b.test") for ad in range(10))))
    assert set(zip(ties["a"], ties["b"], strict=True)) == {
        (a, b) for a in range(10) for b in range(a + 1, min(a + NEIGHBOURS, 9) + 1)
    }
