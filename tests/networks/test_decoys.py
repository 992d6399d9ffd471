"""Pairs of strangers that look like the pairs that are compared."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from filrouge.networks.decoys import LEVELS, stranger_pairs

ENGLISH = "We clean your home with care and we will come to you for a quote. "
FRENCH = "Nous venons chez vous pour le ménage avec les produits et une équipe dans votre ville. "


def corpus(n=2000, seed=0):
    rng = np.random.default_rng(seed)
    ads = pl.DataFrame(
        {
            "text": [(ENGLISH if k % 3 else FRENCH) * int(r) for k, r in enumerate(rng.integers(1, 5, n))],
            "agency": [f"site{k}" for k in rng.integers(0, 3, n)],
            "location": [("Toronto", "Hamilton", "Laval")[k] for k in rng.integers(0, 3, n)],
            "posted": [datetime(2025, int(m), 3) for m in rng.integers(1, 4, n)],
        }
    )
    return ads, (np.arange(n) // 4).astype(np.int32)


def columns(found):
    return found.pairs["a"].to_numpy(), found.pairs["b"].to_numpy()


def test_strangers_are_of_two_voices_and_of_one_stratum():
    ads, unit = corpus()
    found = stranger_pairs(ads, unit, 1000, 1)
    a, b = columns(found)
    assert a.size == 1000
    assert (a < b).all()
    assert (unit[a] != unit[b]).all()
    close = found.pairs.filter(pl.col("level") == 0)
    assert close.height > 900
    for name in ("agency", "location"):
        assert (ads[name].gather(close["a"]) == ads[name].gather(close["b"])).all()
    assert sum(found.by_level.values()) == 1000
    assert next(iter(found.by_level)) == "agency, language, length, place, month"


def test_strangers_share_no_identifier():
    ads, unit = corpus()
    rng = np.random.default_rng(3)
    identifiers = pl.DataFrame(
        {
            "ad": np.arange(2000, dtype=np.int32),
            "kind": "phone",
            "value": [f"+1416{k:07d}" for k in rng.integers(0, 400, 2000)],
        }
    )
    # Two voices share a number as soon as any of their ads do.
    held = {u: set() for u in unit.tolist()}
    for u, value in zip(unit.tolist(), identifiers["value"].to_list(), strict=True):
        held[u].add(value)
    a, b = columns(stranger_pairs(ads, unit, 3000, 2, identifiers=identifiers))
    assert not any(held[x] & held[y] for x, y in zip(unit[a].tolist(), unit[b].tolist(), strict=True))
    without = columns(stranger_pairs(ads, unit, 3000, 2))
    assert any(held[x] & held[y] for x, y in zip(*(unit[side].tolist() for side in without), strict=True))


def test_kin_are_no_strangers_though_they_share_nothing():
    ads, unit = corpus()
    kin = unit // 25
    a, b = columns(stranger_pairs(ads, unit, 2000, 2, kin=kin))
    assert a.size == 2000
    assert not (kin[a] == kin[b]).any()
    without = columns(stranger_pairs(ads, unit, 2000, 2))
    assert (kin[without[0]] == kin[without[1]]).any()


def test_strangers_are_both_of_one_side_and_each_side_has_some():
    ads, unit = corpus()
    side = unit % 4 == 0
    like = tuple(np.random.default_rng(1).integers(0, 2000, (2, 5000)))
    for found in (
        stranger_pairs(ads, unit, 2000, 2, side=side),
        stranger_pairs(ads, unit, 2000, 2, side=side, like=like),
    ):
        a, b = columns(found)
        assert (side[a] == side[b]).all()
        assert 0 < side[a].sum() < a.size


def test_two_voices_are_one_pair_however_many_ads_they_have():
    ads, _ = corpus(300)
    unit = (np.arange(300) // 100).astype(np.int32)
    assert stranger_pairs(ads, unit, 1000, 1).pairs.height == 3


def test_a_switchboards_number_leaves_strangers_strangers():
    ads, unit = corpus()
    identifiers = pl.DataFrame(
        {"ad": np.arange(2000, dtype=np.int32), "kind": "phone", "value": "+14165550100"}
    )
    assert stranger_pairs(ads, unit, 500, 1, identifiers=identifiers).pairs.height == 500


def test_strangers_agree_in_place_and_agency_as_often_as_candidates_do():
    ads, unit = corpus(6000)
    rng = np.random.default_rng(5)
    a, b = np.sort(rng.integers(0, 6000, (2, 20_000)), axis=0)
    one_place = (ads["location"].gather(a) == ads["location"].gather(b)).to_numpy()
    keep = (a != b) & (one_place | (rng.random(a.size) < 0.2))
    real = ads["location"].gather(a[keep]) == ads["location"].gather(b[keep])
    found = stranger_pairs(ads, unit, 4000, 1, like=(a[keep], b[keep]))
    decoy = ads["location"].gather(found.pairs["a"]) == ads["location"].gather(found.pairs["b"])
    assert decoy.mean() == pytest.approx(real.mean(), abs=0.04)


def test_who_is_alone_in_a_stratum_is_matched_more_coarsely_and_that_is_said():
    ads, unit = corpus(40)
    ads = ads.with_columns(location=pl.Series([f"town {k}" for k in range(40)]))
    found = stranger_pairs(ads, unit, 100, 1)
    assert found.by_level["agency, language, length, place, month"] == 0
    assert found.by_level["agency, language, length, month"] > 0
    assert found.asked == 100


def test_the_same_seed_draws_the_same_and_another_does_not():
    ads, unit = corpus()
    one, same, other = (stranger_pairs(ads, unit, 300, seed).pairs for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_corpus_without_strangers_gives_none(n):
    ads, _ = corpus(n)
    assert stranger_pairs(ads, np.zeros(n, np.int32), 50, 1).pairs.is_empty()


def test_missing_places_and_days_are_a_stratum_of_their_own():
    ads, unit = corpus(200)
    ads = ads.with_columns(location=pl.lit(None, pl.String), posted=pl.lit(None, pl.Datetime("us")))
    assert stranger_pairs(ads, unit, 50, 1).pairs.height == 50
    assert len(LEVELS[-1]) == 0
