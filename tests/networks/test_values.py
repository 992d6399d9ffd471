"""What stands in a slot."""

from __future__ import annotations

import numpy as np
import polars as pl

from filrouge.networks.values import SlotValues


def test_a_value_is_known_by_where_it_begins_and_its_kind() -> None:
    marks = pl.DataFrame(
        {"ad": [1, 0], "start": [5, 5], "kind": ["name", "place"], "value": ["ana", "Laval"]}
    )
    values = SlotValues(marks, ["place", "name"])
    ads, starts, kinds = np.array([0, 1, 1, 2, 0]), np.array([5, 5, 5, 9, 5]), np.array([0, 1, 0, 1, -1])
    assert values.of(ads, starts, kinds).to_list() == ["Laval", "ana", None, None, None]


def test_where_nothing_is_known_nothing_is_found() -> None:
    marks = pl.DataFrame(schema={"ad": pl.Int32, "start": pl.Int32, "kind": pl.String, "value": pl.String})
    found = SlotValues(marks, ["place"]).of(np.array([0]), np.array([0]), np.array([0]))
    assert found.to_list() == [None]
