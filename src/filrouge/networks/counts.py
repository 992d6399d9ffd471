"""Values and how often each stands in every group, counted for all groups at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.compare.comparison import Comparison

Counts = dict[str, int]
"""Values with how often each stands there: the commonest first, equals in the order of their letters."""


def counts_of(rows: pl.DataFrame, groups: int) -> list[Counts]:
    """The values of each group.

    Args:
        rows: `group` (0 to groups - 1) and `value`, a row for each time that it stands there.
        groups: how many there are.

    Returns:
        One `Counts` per group; empty for a group without rows.
    """
    counted = (
        rows.group_by("group", "value").len().sort("group", "len", "value", descending=[False, True, False])
    )
    ends = np.cumsum(np.bincount(counted["group"].to_numpy(), minlength=groups)).tolist()
    values, counts = counted["value"].to_list(), counted["len"].to_list()
    begins = [0, *ends][:-1]
    return [dict(zip(values[a:b], counts[a:b], strict=True)) for a, b in zip(begins, ends, strict=True)]


def identifier_counts(
    identifiers: pl.DataFrame, of_agencies: pl.DataFrame, found: Comparison, kinds: Sequence[str]
) -> tuple[list[dict[str, Counts]], list[dict[str, Counts]]]:
    """Per cluster and kind the identifiers and how many ads carry each: people's own, and those of agencies.

    Args:
        identifiers: `ad`, `kind`, `value`.
        of_agencies: `kind` and `value` of those that are an agency's, each pair once.
        found: the clusters.
        kinds: those that are counted, in the order in which they are named; a kind without any is left out.
    """
    held = (
        in_clusters(identifiers.filter(pl.col("kind").is_in(kinds)), found)
        .select("ad", "cluster", "kind", "value")
        .unique()
    )
    own = held.join(of_agencies, on=["kind", "value"], how="anti")
    others = held.join(of_agencies, on=["kind", "value"], how="semi")
    clusters = len(found.templates)
    return _counts_by_kind(own, kinds, clusters), _counts_by_kind(others, kinds, clusters)


def _counts_by_kind(held: pl.DataFrame, kinds: Sequence[str], clusters: int) -> list[dict[str, Counts]]:
    number = {kind: k for k, kind in enumerate(kinds)}
    kind = held["kind"].replace_strict(number, return_dtype=pl.Int64)
    there, group = np.unique((held["cluster"] * len(kinds) + kind).to_numpy(), return_inverse=True)
    rows = pl.DataFrame({"group": group, "value": held["value"]})
    out: list[dict[str, Counts]] = [{} for _ in range(clusters)]
    for place, counts in zip(there.tolist(), counts_of(rows, there.size), strict=True):
        out[place // len(kinds)][kinds[place % len(kinds)]] = counts
    return out


def places_of_ads(places: pl.DataFrame, locations: pl.Series) -> pl.Series:
    """The place of each ad: as the gazetteer writes it, or else the location as the ad gives it; "" for none.

    Args:
        places: `ad`, `value`: the place of the gazetteer that its location names, at most one.
        locations: of all ads.
    """
    known = places.select(pl.col("ad").cast(pl.UInt32), pl.col("value").alias("known"))
    given = pl.DataFrame({"given": locations.fill_null("")}).with_row_index("ad")
    return given.join(known, on="ad", how="left", maintain_order="left").select(
        pl.coalesce("known", "given").alias("place")
    )["place"]


def place_counts(places: pl.Series, found: Comparison) -> list[Counts]:
    """Per cluster the places of its ads, see `places_of_ads`."""
    rows = in_clusters(pl.DataFrame({"value": places}).with_row_index("ad"), found)
    named = rows.filter(pl.col("value") != "").select(pl.col("cluster").alias("group"), "value")
    return counts_of(named, len(found.templates))


def agency_counts(agencies: pl.Series, found: Comparison) -> list[Counts]:
    """Per cluster the agencies that published its ads."""
    rows = in_clusters(pl.DataFrame({"value": agencies}).with_row_index("ad"), found)
    return counts_of(rows.select(pl.col("cluster").alias("group"), "value"), len(found.templates))


def days_of(posted: pl.Series, found: Comparison) -> list[tuple[str | None, str | None]]:
    """Per cluster the days (ISO dates) of its first and its last ad; None where no ad has a date."""
    rows = in_clusters(pl.DataFrame({"posted": posted}).with_row_index("ad"), found)
    days = rows.group_by("cluster").agg(
        pl.col("posted").min().dt.strftime("%Y-%m-%d").alias("first"),
        pl.col("posted").max().dt.strftime("%Y-%m-%d").alias("last"),
    )
    out: list[tuple[str | None, str | None]] = [(None, None)] * len(found.templates)
    for cluster, first, last in days.iter_rows():
        out[cluster] = (first, last)
    return out


def in_clusters(rows: pl.DataFrame, found: Comparison) -> pl.DataFrame:
    """Those of `rows` whose `ad` is in a cluster, with its number as `cluster`."""
    ads: NDArray[np.int64] = rows["ad"].to_numpy().astype(np.int64)
    cluster = pl.Series("cluster", found.cluster[ads].astype(np.int64))
    return rows.with_columns(cluster, pl.col("ad").cast(pl.Int64)).filter(pl.col("cluster") >= 0)


def ads_by_unit(
    agencies: pl.Series, places: pl.Series, unit: NDArray[np.int32]
) -> dict[tuple[int, str], Counts]:
    """How many ads each unit has on each agency and in each place: by unit and "agency" or "place".

    Args:
        agencies, places: of each ad, "" for none.
        unit: of each ad, shape (ads,).
    """
    table = pl.DataFrame({"agency": agencies, "place": places, "unit": unit})
    out: dict[tuple[int, str], Counts] = {}
    for column in ("agency", "place"):
        rows = table.filter(pl.col(column) != "").group_by("unit", column).len().sort("unit", column)
        for of, value, count in rows.iter_rows():
            out.setdefault((of, column), {})[value] = count
    return out
