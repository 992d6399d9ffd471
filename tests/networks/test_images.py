"""Perceptual hashes: near pairs, stock photos, and hashes that say nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.networks.images import MOST_DISTANCE, image_hashes, image_ties, near_hashes


def some(n, digits=64, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.bytes(digits // 2).hex() for _ in range(n)]


def turned(value, bits, seed=0):
    """The hash with so many of its bits turned."""
    places = np.random.default_rng(seed).choice(4 * len(value), bits, replace=False)
    number = int(value, 16)
    for place in places.tolist():
        number ^= 1 << place
    return f"{number:0{len(value)}x}"


def bits_of(ties, a, b):
    rows = ties.filter((ties["a"] == a) & (ties["b"] == b))
    return float(rows["image"][0]) if rows.height else 0.0


def ties(column, unit=None):
    return image_ties(column, np.arange(len(column)) if unit is None else np.array(unit))


@pytest.mark.parametrize("digits", [16, 64])
def test_an_equal_picture_ties_two_ads_by_how_rare_it_is(digits):
    hashes = some(1000, digits)
    hashes[7] = hashes[3]
    assert bits_of(ties(hashes), 3, 7) == pytest.approx(np.log2(1000 / 2), abs=0.01)


def test_a_resized_picture_ties_less_the_further_its_hash_is():
    base = some(1000)
    near, far = list(base), list(base)
    near[7], far[7] = turned(base[3], 6), turned(base[3], 25)
    assert bits_of(ties(base), 3, 7) == 0
    assert 0 < bits_of(ties(far), 3, 7) < bits_of(ties(near), 3, 7) < np.log2(1000 / 2)


def test_two_pictures_of_strangers_are_not_near():
    assert ties(some(3000)).is_empty()
    assert ties(some(1000, 16)).height <= 1


def test_a_stock_photo_ties_nobody_but_one_voice_may_show_a_picture_often():
    column = some(1000)
    stock = some(1, seed=9)[0]
    for k in range(60):
        column[k] = stock
    assert ties(column).is_empty()
    assert ties(column, [0] * 60 + list(range(1, 941))).height > 0


def test_copies_of_a_stock_photo_are_one_stock_photo():
    column, stock = some(1000, 16), some(1, 16, seed=9)[0]
    for k in range(60):
        column[k] = turned(stock, 4, seed=k)
    assert ties(column).height <= 1


def test_a_picture_of_three_voices_weighs_fully_and_of_fifteen_less():
    three, fifteen, picture = some(1000), some(1000), some(1, seed=9)[0]
    three[:3] = [picture] * 3
    fifteen[:15] = [picture] * 15
    assert bits_of(ties(three), 0, 1) == pytest.approx(np.log2(1000 / 3), abs=0.01)
    assert 0 < bits_of(ties(fifteen), 0, 1) < 0.5 * np.log2(1000 / 15)


@pytest.mark.parametrize("empty", ["0" * 64, "f" * 64, "00ff" * 16, "0" * 60 + "137a", ""])
def test_the_hash_of_an_empty_picture_says_nothing(empty):
    assert ties([*some(100), empty, empty]).is_empty()


def test_several_hashes_stand_in_one_cell():
    one, two, three = some(3)
    short = some(1, 16, seed=4)[0]
    column = [
        f"{one} {two}",
        f"{two};{short}",
        f"0x{three.upper()}|{short.upper()}",
        None,
        "no picture",
        *some(50, seed=2),
    ]
    found = ties(column)
    assert found.select("a", "b").rows() == [(0, 1), (1, 2)]
    assert [h.size for h in image_hashes(column)] == [64, 256]


def test_two_shared_pictures_of_one_set_count_once():
    one, two = some(2)
    both = [f"{one} {two}", f"{one} {two}", *some(500, seed=3)]
    single = [one, one, *some(500, seed=3)]
    assert bits_of(ties(both), 0, 1) == bits_of(ties(single), 0, 1)


@given(st.integers(0, 2**32 - 1), st.sampled_from([16, 64]), st.integers(0, 40))
def test_no_near_pair_is_missed_and_none_is_too_far(seed, digits, apart):
    base = some(30, digits, seed)
    (hashes,) = [h for h in image_hashes([*base, turned(base[0], apart, seed)]) if h.size == 4 * digits]
    words = hashes.words
    distance = np.bitwise_count(words[:, None] ^ words[None]).sum(2)
    a, b = np.nonzero(np.triu(distance <= MOST_DISTANCE[hashes.size], 1))
    found = near_hashes(hashes)
    assert set(zip(found[0].tolist(), found[1].tolist(), strict=True)) == set(
        zip(a.tolist(), b.tolist(), strict=True)
    )


def test_too_great_a_distance_is_refused():
    (_, long) = image_hashes(some(3))
    with pytest.raises(ValueError, match="31 bits"):
        near_hashes(long, 32)


def test_no_column_no_ties():
    assert ties([None, None, ""]).is_empty()
    assert image_ties([], np.zeros(0, np.int32)).is_empty()
