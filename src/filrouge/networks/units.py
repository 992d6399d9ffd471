"""Voices: whose ad is whose, as far as the text says; what networks are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import polars as pl

from filrouge.compare.runs import Int32Array
from filrouge.networks.edges import BoolArray
from filrouge.networks.organisation import CONTACTS, SLIPS, agency_identifiers

QUIET_DAYS = 45
"""A phone that nobody used for so long may be somebody else's. North American carriers keep a number back for 45
days at least before they give it out again (FCC, Second Report and Order 18-177, CG Docket 17-59, 2018)."""
MOST_SLIPS = 0.5
"""If a voice has more than this share of its identifiers of one kind from what looks like slips, they are none."""
TYING = (*CONTACTS, "url")


@dataclass(frozen=True)
class Units:
    """Each cluster, or each part of one that several hands use, is one unit; so is each ad that nothing ties.

    Attributes:
        of: int32, shape (ads,): the unit of each ad; those of clusters come first.
        clusters: how many units are clusters or parts of one.
        count: how many units there are.
        ads: int64, shape (units,): how many ads each has.
        head: int32, shape (units,): the ad that stands for the unit, the one its template saves most.
        cluster: int32, shape (clusters,): the cluster that each of the first units is, or is a part of.
        part: int32, shape (clusters,): which part of it, from 1; 1 for an undivided one.
    """

    of: Int32Array
    clusters: int
    count: int
    ads: np.ndarray
    head: Int32Array
    cluster: Int32Array
    part: Int32Array

    @classmethod
    def of_clusters(
        cls,
        cluster: Int32Array,
        bits: np.ndarray,
        *,
        part: Int32Array | None = None,
        order: Int32Array | None = None,
    ) -> Units:
        """The units of clusters (-1: none) in which each ad is tied by so many bits.

        Args:
            cluster, bits: of each ad, shape (ads,).
            part: of each ad, from 0: which part of its cluster it belongs to. All 0 if not given.
            order: the ads in an order that the file does not decide; units are numbered by their first ad in
                it. That of the file if not given.
        """
        ads = np.arange(cluster.size, dtype=np.int32)
        order = ads if order is None else order
        rank = np.empty_like(ads)
        rank[order] = ads
        part = np.zeros(cluster.size, np.int32) if part is None else part
        alone = cluster < 0
        parts = int(part.max(initial=0)) + 1
        singles = (int(cluster.max(initial=-1)) + 1) * parts
        voice = np.where(alone, singles + rank, cluster.astype(np.int64) * parts + part)
        voices, first, of = np.unique(voice[order], return_index=True, return_inverse=True)
        clusters = int((voices < singles).sum())
        by_first = np.lexsort((first, voices >= singles))
        number = np.empty(voices.size, np.int32)
        number[by_first] = np.arange(voices.size, dtype=np.int32)
        unit = number[of][rank].astype(np.int32)
        by_bits = np.lexsort((rank, -bits, unit))
        heads = by_bits[np.flatnonzero(np.diff(unit[by_bits], prepend=-1))]
        of_clusters = (voices[by_first[:clusters]] // parts).astype(np.int32)
        return cls(
            unit,
            clusters,
            voices.size,
            np.bincount(unit, minlength=voices.size),
            heads.astype(np.int32),
            of_clusters,
            pl.Series("of", of_clusters)
            .to_frame()
            .select(pl.col("of").cum_count().over("of"))["of"]
            .to_numpy()
            .astype(np.int32),
        )

    @cached_property
    def whole(self) -> Int32Array:
        """int32, shape (units,): one number for all parts of a cluster, another for each unit else."""
        out = np.arange(self.count, dtype=np.int32)
        _, first, of = np.unique(self.cluster, return_index=True, return_inverse=True)
        out[: self.clusters] = first[of]
        return out

    @cached_property
    def divided(self) -> BoolArray:
        """bool, shape (units,): which are one of several parts of a cluster."""
        return np.bincount(self.whole, minlength=self.count)[self.whole] > 1

    def siblings(self) -> tuple[Int32Array, Int32Array]:
        """The pairs of units that are parts of one cluster, a < b, sorted."""
        divided = np.flatnonzero(self.divided)
        divided = divided[np.argsort(self.whole[divided], kind="stable")]
        together = np.split(divided, np.flatnonzero(np.diff(self.whole[divided])) + 1)
        pairs = [pair for parts in together for pair in combinations(parts.tolist(), 2)]
        a, b = np.array(sorted(pairs), np.int32).reshape(-1, 2).T
        return a, b


def order_of(ads: pl.DataFrame) -> Int32Array:
    """The ads by what they say, the oldest first: int32, shape (ads,). The order of the file has no part in it."""
    columns = [
        name for name in ("posted", "text", "agency", "location", "image", "id") if name in ads.columns
    ]
    return (
        ads.select(pl.arg_sort_by(columns, nulls_last=True, maintain_order=True))
        .to_series()
        .to_numpy()
        .astype(np.int32)
    )


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
    return with_turns(
        held_by_units(identifiers, units, ads, agency_identifiers(identifiers, cluster, ads["agency"]))
    )


def held_by_units(
    identifiers: pl.DataFrame, units: Units, ads: pl.DataFrame, of_agencies: pl.DataFrame
) -> pl.DataFrame:
    """The same without turns, in no order; `of_agencies`: `kind` and `value` of what is left out as an agency's."""
    days = pl.DataFrame(
        {
            "ad": np.arange(units.of.size, dtype=np.int32),
            "unit": units.of,
            "size": units.ads[units.of],
            "day": ads["posted"].cast(pl.Date),
        }
    )
    return (
        identifiers.filter(pl.col("kind").is_in(TYING))
        .select(pl.col("ad").cast(pl.Int32), "kind", "value")
        .unique()
        .join(of_agencies, on=["kind", "value"], how="anti")
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
        .select("unit", "kind", "value", "ads", "first", "last")
    )


def with_turns(held: pl.DataFrame) -> pl.DataFrame:
    """What units hold with the turn in which they do; all holders of an identifier must be there."""
    held = held.sort("kind", "value", "first", "unit")
    gap = (pl.col("first") - pl.col("last").cum_max().shift(1)).dt.total_days().over("kind", "value")
    return (
        held.with_columns((gap > QUIET_DAYS).fill_null(False).alias("new"))
        .with_columns(pl.col("new").cum_sum().over("kind", "value").cast(pl.Int32).alias("turn") + 1)
        .drop("new")
        .select("unit", "kind", "value", "turn", "ads", "first", "last")
        .sort("kind", "value", "turn", "unit")
    )
