"""When a template is several hands', and when one hand's that is called, named and found in several ways."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from filrouge.networks.division import parts_of_clusters
from filrouge.networks.units import Units

Team = tuple[str, int, int]


def parts_of(*teams: Team, common: str = "", bits: float = 10.0) -> list[int]:
    """The part of each ad: teams (name, ads, first day) with two phones, two names and two places of their own."""
    rows = [(team, k, first + 3 * k) for team, ads, first in teams for k in range(ads)]
    posted = [datetime(2026, 1, 1) + timedelta(days=day) for _team, _k, day in rows]

    def marks(kind: str, every: int) -> pl.DataFrame:
        values = [f"{'' if kind == common else team}{kind}{k // every % 2}" for team, k, _day in rows]
        return pl.DataFrame({"ad": np.arange(len(rows), dtype=np.int32), "kind": kind, "value": values})

    ads = pl.DataFrame({"agency": "site", "posted": posted})
    names, places = marks("name", 2).drop("kind"), marks("place", 3).drop("kind")
    cluster = np.zeros(len(rows), np.int32)
    return parts_of_clusters(cluster, ads, marks("phone", 1), names, places, bits).tolist()


def test_two_groups_with_nothing_in_common_are_two_parts() -> None:
    assert parts_of(("north", 14, 0), ("west", 10, 1)) == [0] * 14 + [1] * 10


@pytest.mark.parametrize("kind", ["phone", "name", "place"])
def test_one_kind_in_common_holds_them_together(kind: str) -> None:
    assert set(parts_of(("north", 14, 0), ("west", 10, 1), common=kind)) == {0}


def test_those_who_come_after_are_not_others() -> None:
    assert set(parts_of(("north", 14, 0), ("west", 10, 60))) == {0}


def test_what_chance_may_do_divides_nothing() -> None:
    assert set(parts_of(("north", 4, 0), ("west", 4, 1))) == {0}


def test_three_groups_are_three_parts() -> None:
    found = parts_of(("north", 14, 0), ("west", 10, 1), ("south", 8, 2))
    assert found == [0] * 14 + [1] * 10 + [2] * 8


def test_the_parts_of_a_cluster_are_units_beside_the_others() -> None:
    cluster = np.array([1, 0, 1, -1, 1, 0], np.int32)
    part = np.array([0, 0, 1, 0, 0, 0], np.int32)
    units = Units.of_clusters(cluster, np.ones(6), part=part)
    assert units.of.tolist() == [0, 1, 2, 3, 0, 1]
    assert (units.clusters, units.count) == (3, 4)
    assert units.cluster.tolist() == [1, 0, 1]
    assert units.part.tolist() == [1, 1, 2]
    assert units.whole.tolist() == [0, 1, 0, 3]
    assert [ends.tolist() for ends in units.siblings()] == [[0], [2]]


def test_the_order_of_the_ads_numbers_the_units() -> None:
    cluster = np.array([1, 0, -1, 1, -1], np.int32)
    order = np.array([4, 3, 2, 1, 0], np.int32)
    units = Units.of_clusters(cluster, np.ones(5), order=order)
    assert units.of.tolist() == [0, 1, 3, 0, 2]
    assert units.head.tolist() == [3, 1, 4, 2]
