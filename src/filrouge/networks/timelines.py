"""When and where networks and their templates were, counted for all of them at once.

A table of a whole corpus is grouped in a moment; one question per network is not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from filrouge.compare.runs import Int32Array
from filrouge.networks.lineage import Use


@dataclass(frozen=True)
class Days:
    """The days of a network's ads, of those whose date is known.

    Attributes:
        first, last: ISO dates; None if no day is known.
        weeks: the Monday of each week with ads, and how many.
    """

    first: str | None = None
    last: str | None = None
    weeks: dict[str, int] = field(default_factory=dict)


def days_of_networks(posted: pl.Series, network: Int32Array, networks: int) -> list[Days]:
    """The days of each network.

    Args:
        posted: of each ad; null if unknown.
        network: the number of each ad's network, -1 for none.
        networks: how many there are.
    """
    rows = (
        pl.DataFrame({"network": network, "day": posted.cast(pl.Date)})
        .filter(pl.col("network") >= 0)
        .drop_nulls("day")
    )
    counted = rows.group_by("network", pl.col("day").dt.truncate("1w").alias("week")).len()
    weeks: list[dict[str, int]] = [{} for _ in range(networks)]
    for k, week, count in counted.sort("network", "week").iter_rows():
        weeks[k][str(week)] = count
    ends = rows.group_by("network").agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    days = [Days()] * networks
    for k, first, last in ends.iter_rows():
        days[k] = Days(str(first), str(last), weeks[k])
    return days


def stays_of_networks(
    presence: pl.DataFrame, network: Int32Array, networks: int
) -> list[list[dict[str, Any]]]:
    """The stays of each network, a place in a week, in the order of their first days.

    Args:
        presence: see `movement.presences`.
        network: the number of each unit's network, -1 for none.
        networks: how many there are.
    """
    stays = (
        presence.with_columns(network=pl.Series(network[presence["unit"].to_numpy()], dtype=pl.Int32))
        .filter(pl.col("network") >= 0)
        .group_by("network", "place", pl.col("day").dt.truncate("1w").alias("week"))
        .agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"), pl.len().alias("ads"))
        .sort("network", "first", "place")
    )
    out: list[list[dict[str, Any]]] = [[] for _ in range(networks)]
    for k, place, first, last, ads in stays.select("network", "place", "first", "last", "ads").iter_rows():
        out[k].append({"place": place, "first": str(first), "last": str(last), "ads": ads})
    return out


def uses_of_templates(
    ads: pl.DataFrame,
    unit: Int32Array,
    wanted: Collection[int],
    held: Mapping[int, frozenset[str]],
    forms: Mapping[int, str],
) -> dict[int, Use]:
    """Who used each template, when and where; see `lineage.Use`.

    Args:
        ads: `agency`, `place` ("" for none), `posted`.
        unit: of each ad.
        wanted: the units that are asked for.
        held: the identifiers of each unit.
        forms: the agency whose own form a unit's template may be.
    """
    rows = ads.select("agency", "place", pl.col("posted").cast(pl.Date).cast(pl.Int32).alias("day"))
    rows = rows.with_columns(unit=pl.Series(unit)).filter(np.isin(unit, np.fromiter(wanted, np.int32)))
    began = dict(rows.group_by("unit").agg(pl.col("day").cast(pl.Float64).min()).iter_rows())
    seen: dict[int, set[tuple[str, str]]] = {}
    for k, agency, place in rows.select("unit", "agency", "place").unique().iter_rows():
        seen.setdefault(k, set()).add((agency, place))
    return {
        k: Use(
            began.get(k),
            held.get(k, frozenset()),
            frozenset(seen.get(k, ())),
            forms.get(k, ""),
        )
        for k in wanted
    }
