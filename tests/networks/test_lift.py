"""What stands out among strangers and independents, and what tells nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from indicator_ads import TRADES, Corpus

from filrouge.networks.lift import interval_of_share, lift


def test_rare_words_of_a_network_stand_out_and_common_ones_tell_nothing() -> None:
    corpus = Corpus()
    for unit in range(6):
        for _ in range(3):
            corpus.ad("Massage in town. Our driver waits. Trusted.", unit, network=0)
    corpus.strangers(600, says="Trusted and near.", of=5)
    rare, common = corpus.of_network("transport-included"), corpus.of_network("trust-assurance")
    assert rare["ads"] == common["ads"] == 18
    assert rare["share"] == common["share"] == 1
    assert not rare["tells_nothing"]
    assert rare["low_strangers"] > 10
    assert common["share_strangers"] == pytest.approx(0.5, abs=0.01)
    assert common["lift_strangers"] == pytest.approx(2, abs=0.05)


def test_words_that_are_as_common_among_strangers_tell_nothing() -> None:
    corpus = Corpus()
    for unit in range(8):
        corpus.ad("Massage in town, with care. " + ("Trusted." if unit % 2 else ""), unit, network=0)
    corpus.strangers(400, says="Trusted.", of=5)
    row = corpus.of_network("trust-assurance")
    assert row["low_strangers"] < 1 < row["high_strangers"]
    assert row["tells_nothing"]


def test_one_template_posted_a_hundred_times_is_one_voice() -> None:
    corpus = Corpus()
    for _ in range(100):
        corpus.ad("Massage in town, with care. Trusted.", 0, network=0)
    corpus.strangers(400, says="Trusted.", of=2)
    row = corpus.of_network("trust-assurance")
    assert row["lift_strangers"] == pytest.approx(5, abs=0.1)
    assert row["tells_nothing"], "one voice in five says so: that this one does is no surprise"


def test_an_agency_s_house_text_does_not_stand_out_on_that_agency() -> None:
    corpus = Corpus()
    for unit in range(4):
        for _ in range(2):
            corpus.ad("Massage in town. Trusted.", unit, network=0, agency="north")
    for k in range(60):
        corpus.ad(f"{TRADES[k % 7]} in town. Trusted.", 100 + k, agency="north")
    corpus.strangers(3000)
    row = corpus.of_network("trust-assurance")
    assert row["share_strangers"] == pytest.approx(1)
    assert row["tells_nothing"]


def test_with_nobody_to_compare_with_nothing_is_told() -> None:
    corpus = Corpus()
    for unit in range(4):
        corpus.ad("Massage in town. Trusted.", unit, network=0, phone="+14165550100", name=f"n{unit}")
    rows = corpus.observed("trust-assurance", "several-names-one-phone")
    assert rows.height == 2
    assert rows["tells_nothing"].all()
    assert rows["lift_strangers"].is_null().all()


def test_random_groups_of_strangers_seldom_stand_out() -> None:
    """Of forty intervals of 95 % that are looked at from one side, one or so lies above 1 by chance."""
    random = np.random.default_rng(7)
    corpus = Corpus()
    says = [
        "Trusted.",
        "Our driver waits.",
        "Gift cards taken.",
        "We offer more.",
        "Open 24/7.",
        "Hotel nearby.",
    ]
    rate = [0.5, 0.03, 0.1, 0.3, 0.2, 0.05]
    for unit in range(3000):
        said = " ".join(s for s, p in zip(says, rate, strict=True) if random.random() < p)
        corpus.ad(f"{TRADES[unit % 7]} in town. {said}", unit, network=unit // 5 if unit < 1000 else -1)
    rows = corpus.observed().filter(pl.col("of") == "network")
    # Each of the 200 groups could have stood out by each of the six words.
    assert (~rows["tells_nothing"]).sum() <= 0.05 * 200 * 6


def test_the_interval_of_a_single_voice_is_wide_and_that_of_many_narrow() -> None:
    low, high = interval_of_share(np.array([1.0, 100.0]), np.array([1.0, 200.0]))
    assert low[0] < 0.06
    assert high[0] == 1
    # Newcombe 1998, method 4, by hand for 100 of 200.
    assert (low[1], high[1]) == pytest.approx((0.4289, 0.5711), abs=2e-3)


def test_a_lift_lies_within_its_bounds() -> None:
    seen, of = np.meshgrid([0.3, 1.0, 4.0, 9.0], [9.0, 10.0, 80.0])
    for share in (0.0, 0.01, 0.3, 1.0):
        n = np.full(seen.size, 250.0)
        found = lift(seen.ravel(), of.ravel(), np.full(seen.size, share), n)
        assert (found.low <= found.ratio).all()
        assert (found.ratio <= found.high).all()


def test_strangers_put_together_by_mistake_show_no_sign_of_what_only_one_hand_shares() -> None:
    corpus = Corpus()
    english = "This is the shop for you and your garden, with the best of the tools"
    french = "Voici le magasin pour vous et votre jardin, avec les outils du métier, chez nous"
    for unit in range(300):
        area = ("416", "604", "514", "902")[unit % 4]
        for day in range(3):
            corpus.ad(
                (english, french)[unit % 2],
                unit,
                network=unit // 6 if unit < 60 else -1,
                day=day,
                phone=f"+1{area}555{unit:04d}",
                name=f"n{unit}",
                place=("London, ON, CA", "Ottawa, ON, CA")[unit % 2],
            )
    assert corpus.observed().filter(~pl.col("tells_nothing")).is_empty()
