"""Voices: whose ad is whose, as far as the text says; what networks are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from filrouge.compare.runs import Int32Array
from filrouge.networks.organisation import CONTACTS, SLIPS, agency_identifiers

QUIET_DAYS = 45
"""A phone that nobody used for so long may be somebody else's. North American carriers keep a number back for 45
days at least before they give it out again (FCC, Second Report and Order 18-177, CG Docket 17-59, 2018)."""
MOST_SLIPS = 0.5
"""If a voice has more than this share of its identifiers of one kind from what looks like slips, they are none."""
TYING = (*CONTACTS, "url")


@dataclass(frozen=True)
class Units:
    """Each cluster is one unit, and so is each ad that nothing ties.

    Attributes:
        of: int32, shape (ads,): the unit of each ad; clusters come first and keep their numbers.
        clusters: how many units are clusters.
        count: how many units there are.
        ads: int64, shape (units,): how many ads each has.
        head: int32, shape (units,): the ad that stands for the unit, the one its template saves most.
    """

    of: Int32Array
    clusters: int
    count: int
    ads: np.ndarray
    head: Int32Array

    @classmethod
    def of_clusters(cls, cluster: Int32Array, bits: np.ndarray) -> Units:
        """The units of clusters (-1: none) in which each ad is tied by so many bits."""
        clusters = int(cluster.max(initial=-1)) + 1
        alone = cluster < 0
        of = cluster.astype(np.int32)
        of[alone] = clusters + np.arange(int(alone.sum()), dtype=np.int32)
        count = clusters + int(alone.sum())
        order = np.lexsort((np.arange(of.size), -bits, of))
        first = np.flatnonzero(np.diff(of[order], prepend=-1))
        return cls(of, clusters, count, np.bincount(of, minlength=count), order[first].astype(np.int32))


def _share_of_slips() -> pl.Expr:
    slips = pl.col("ads").filter("slip").sum().over("unit", "kind")
    return slips / pl.col("ads").sum().over("unit", "kind")


def holdings(identifiers: pl.DataFrame, units: Units, ads: pl.DataFrame, cluster: Int32Array) -> pl.DataFrame:
    """Which unit holds which identifier, and in which of its owners' times.

    An agency's own identifiers are left out, and those that so few of a unit's ads carry that they may be
    slips, unless most of a kind are such. Where an identifier was not used for `QUIET_DAYS`, its later use is
    counted as another owner's ("turn" 1, 2, ...); what joins the two turns is weak.

    Returns:
        `unit` (Int32), `kind`, `value`, `turn` (Int32), `ads` (of the unit that carry it), `first`, `last`
        (Date, null where no ad has a day), sorted by kind, value, turn and unit.
    """
    own = agency_identifiers(identifiers, cluster, ads["agency"])
    days = pl.DataFrame(
        {
            "ad": np.arange(units.of.size, dtype=np.int32),
            "unit": units.of,
            "size": units.ads[units.of],
            "day": ads["posted"].cast(pl.Date),
        }
    )
    held = (
        identifiers.filter(pl.col("kind").is_in(TYING))
        .select(pl.col("ad").cast(pl.Int32), "kind", "value")
        .unique()
        .join(own, on=["kind", "value"], how="anti")
        .join(days, on="ad")
        .group_by("unit", "kind", "value")
        .agg(
            pl.len().cast(pl.Int64).alias("ads"),
            pl.col("size").first(),
            pl.col("day").min().alias("first"),
            pl.col("day").max().alias("last"),
        )
        .with_columns(slip=pl.col("ads") < pl.min_horizontal(2, SLIPS * pl.col("size")))
        # Who takes a new number for nearly every ad made no slips.
        .filter(~pl.col("slip") | (_share_of_slips() > MOST_SLIPS))
        .sort("kind", "value", "first", "unit")
    )
    gap = (pl.col("first") - pl.col("last").cum_max().shift(1)).dt.total_days().over("kind", "value")
    return (
        held.with_columns((gap > QUIET_DAYS).fill_null(False).alias("new"))
        .with_columns(pl.col("new").cum_sum().over("kind", "value").cast(pl.Int32).alias("turn") + 1)
        .drop("size", "slip", "new")
        .select("unit", "kind", "value", "turn", "ads", "first", "last")
        .sort("kind", "value", "turn", "unit")
    )
