"""Numbers and names that are nearly one."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.networks.near import SHARE_OF_EXACT, near_pairs, near_ties

ADS = 20_000


def held(values, kind="phone"):
    return pl.DataFrame(
        {"ad": range(len(values)), "kind": [kind] * len(values), "value": list(values)},
        schema={"ad": pl.Int32, "kind": pl.String, "value": pl.String},
    )


def strangers(n=3000, seed=1):
    """Numbers all over four areas, as thin as in life."""
    rng = np.random.default_rng(seed)
    area = rng.choice([416, 905, 514, 306], n)
    return [
        f"+1{a}{e}{line:04d}" for a, e, line in zip(area, rng.integers(200, 999, n), rng.integers(0, 9999, n))
    ]


def weight(found, a, b):
    row = found.filter((pl.col("value_a") == min(a, b)) & (pl.col("value_b") == max(a, b)))
    return (row["how"][0], float(row["bits"][0])) if row.height else (None, 0.0)


@pytest.mark.parametrize(
    ("other", "how"),
    [
        ("+16135550247", "consecutive"),
        ("+16135552046", "swapped"),
        ("+16135550286", "changed"),
        ("+16135650246", "changed"),
    ],
)
def test_a_number_that_is_nearly_another_is_found(other, how):
    one = "+16135550246"
    name, bits = weight(near_pairs(held([*strangers(), one, other]), ADS), one, other)
    assert name == how
    assert bits > 3


def test_it_always_says_less_than_the_number_itself():
    found = near_pairs(held([*strangers(), "+16135550246", "+16135550247"]), ADS)
    assert found["bits"].max() <= SHARE_OF_EXACT * np.log2(ADS / 2)


def test_two_digits_changed_are_another_number():
    assert weight(
        near_pairs(held(["+16135550246", "+16135550299"]), ADS), "+16135550246", "+16135550299"
    ) == (None, 0.0)


def test_the_next_number_says_more_than_some_digit_changed():
    found = near_pairs(held([*strangers(), "+14165550246", "+14165550247", "+14165550346"]), ADS)
    assert weight(found, "+14165550246", "+14165550247")[1] > weight(found, "+14165550246", "+14165550346")[1]


def test_a_business_block_of_numbers_ties_nobody():
    block = [f"+1613555{line:04d}" for line in range(2000, 2100)]
    assert (
        near_pairs(held([*strangers(), *block]), ADS)
        .filter(pl.col("value_a").str.starts_with("+16135552"))
        .is_empty()
    )


def test_ten_numbers_in_a_row_are_a_block_but_four_are_bought_together():
    ten = [f"+161355524{k:02d}" for k in range(10, 20)]
    four = [f"+161355534{k:02d}" for k in range(10, 14)]
    found = near_pairs(held([*strangers(), *ten, *four]), ADS)
    assert found.filter(pl.col("value_a").is_in(ten) & pl.col("value_b").is_in(ten)).is_empty()
    assert weight(found, four[0], four[1])[1] > 2


def test_numbers_from_films_are_never_near():
    assert (
        near_pairs(held([*strangers(), "+14165550134", "+14165550135"]), ADS)
        .filter(pl.col("value_a").str.contains("55501"))
        .is_empty()
    )


def test_a_full_exchange_has_neighbours_by_chance():
    rng = np.random.default_rng(3)
    full = [f"+1613555{line:04d}" for line in rng.choice(10_000, 1_500, replace=False)]
    found = near_pairs(held(full), ADS)
    assert found.filter(pl.col("how") == "changed").is_empty()
    assert found["bits"].to_numpy().max(initial=0) < 2


def test_few_pairs_of_strangers_reach_many_bits():
    numbers = strangers(20_000, 5)
    found = near_pairs(held(numbers), 200_000)
    # No more near pairs than chance makes: so they say next to nothing, however thin the numbers are.
    assert found.filter(pl.col("bits") >= 3).height <= 5
    crowd = near_pairs(
        held([*numbers, *(n[:-1] + str((int(n[-1]) + 1) % 10) for n in numbers[:300])]), 200_000
    )
    assert crowd.filter(pl.col("how") == "consecutive")["bits"].median() > 6


def test_a_handle_with_a_suffix_is_near_and_a_trade_word_is_not():
    words = [
        "massage",
        "nails",
        "clean",
        "room",
        "spa",
        "relax",
        "home",
        "city",
        "best",
        "hand",
        "star",
        "shine",
    ]
    crowd = [f"telegram:{a}{b}{k}" for a in words for b in words for k in range(3)]
    found = near_pairs(
        held(
            [
                *crowd,
                "telegram:zorvika",
                "telegram:zorvika2",
                "telegram:kelmutho",
                "telegram:kelmuthoxo",
                "telegram:spanails7",
            ],
            "handle",
        ),
        ADS,
    )
    assert weight(found, "telegram:zorvika", "telegram:zorvika2")[1] > 4
    assert weight(found, "telegram:kelmutho", "telegram:kelmuthoxo")[1] > 3
    assert weight(found, "telegram:spanails7", "telegram:spanails1")[1] < 2


def test_one_name_at_two_services_is_found():
    found = near_pairs(held(["telegram:zorvika_b", "whatsapp:zorvika.b", "telegram:kelmo"], "handle"), ADS)
    assert weight(found, "telegram:zorvika_b", "whatsapp:zorvika.b")[0] == "elsewhere"


def test_ads_of_near_values_are_tied_once():
    table = pl.concat(
        [held(["+16135550246", "+16135550247"]), held(["telegram:zorvika", "telegram:zorvika2"], "handle")]
    )
    ties = near_ties(table, ADS)
    assert ties.select("a", "b").rows() == [(0, 1)]
    assert ties["near"].dtype == pl.Float32


def test_nothing_comes_of_nothing():
    assert near_pairs(held([]), 0).is_empty()
    assert near_ties(held(["bad", "+", "+1"]), 5).is_empty()
    assert near_pairs(held(["a@b.ca", "12@x.ca"], "email"), 5).is_empty()


@given(st.lists(st.integers(4165550000, 4165559999), unique=True, max_size=60))
def test_every_pair_one_digit_apart_or_swapped_or_consecutive_is_found(numbers):
    from filrouge.networks.near import _phone_candidates

    number = np.sort(np.array(numbers, np.int64) + 10**10)
    a, b, _, _ = _phone_candidates(number)
    got = set(zip(a.tolist(), b.tolist()))

    def near(x, y):
        s, t = str(x), str(y)
        unlike = [k for k in range(len(s)) if s[k] != t[k]]
        swapped = (
            len(unlike) == 2
            and unlike[1] == unlike[0] + 1
            and s[unlike[0]] == t[unlike[1]]
            and s[unlike[1]] == t[unlike[0]]
        )
        return len(unlike) == 1 or swapped or y - x == 1

    assert got == {
        (i, j)
        for i in range(number.size)
        for j in range(i + 1, number.size)
        if near(int(number[i]), int(number[j]))
    }
