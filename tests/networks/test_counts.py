"""Values counted for all groups at once."""

from __future__ import annotations

from collections import Counter

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from filrouge.networks.counts import counts_of


@given(st.lists(st.tuples(st.integers(0, 3), st.text("aàzé\U0001f600", max_size=2))))
def test_the_commonest_value_comes_first_and_equals_by_their_letters(rows: list[tuple[int, str]]) -> None:
    frame = pl.DataFrame(rows, schema={"group": pl.Int64, "value": pl.String}, orient="row")
    for group, found in enumerate(counts_of(frame, 5)):
        plain = Counter(value for k, value in rows if k == group)
        assert list(found.items()) == sorted(plain.items(), key=lambda item: (-item[1], item[0]))


def test_without_groups_nothing_is_counted() -> None:
    assert counts_of(pl.DataFrame(schema={"group": pl.Int64, "value": pl.String}), 0) == []
