"""Templates that several hands use: a cluster whose ads fall apart by who is called, named and where.

A text that two groups bought from somebody is one template. That alone does not make them one hand. They show
as two where each has several contacts of its own, which the same names and places hold together, and nothing
leads from the one to the other, at one and the same time. One hand that gives up its phones or moves on has
parts one after another; one that rotates phones mixes them over its names and places.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import lgamma, log
from typing import Final

import numpy as np
import polars as pl

from filrouge.compare.runs import Int32Array
from filrouge.networks.edges import components
from filrouge.networks.organisation import CONTACTS, agency_identifiers
from filrouge.networks.units import TYING

LEAST_PART: Final = 4
"""Ads of a part, at least."""
OVERLAP: Final = 0.5
"""Share of the shorter part's days in which the other must be there, too."""
MOST_LEFT_OVER: Final = 0.25
"""Share of a cluster's ads that may be of no part; they stay with the largest."""
WORDING: Final = 0.8
"""A name that more than this share of a cluster's ads have is the template's own word."""


@dataclass(frozen=True)
class _Part:
    """Ads of a cluster that contacts, names or places hold together."""

    number: int
    ads: int
    first: date
    last: date

    def meets(self, other: _Part) -> bool:
        """Whether the two were there at one time, for a good part of it."""
        shorter = min((self.last - self.first).days, (other.last - other.first).days) + 1
        both = (min(self.last, other.last) - max(self.first, other.first)).days + 1
        return both >= OVERLAP * shorter


def parts_of_clusters(
    cluster: Int32Array,
    ads: pl.DataFrame,
    identifiers: pl.DataFrame,
    names: pl.DataFrame,
    places: pl.DataFrame,
    least_bits: float,
) -> Int32Array:
    """Which part of its cluster each ad belongs to.

    A cluster is divided only if every two of its parts have no identifier, no name and no place in common, each
    part has two contacts of one kind in two ads or more each, the parts overlap in time, and chance would not mix
    contacts with names and places so cleanly: see `_bits_apart`.

    Args:
        cluster: of each ad, -1 for none.
        ads: `agency`, `posted`.
        identifiers, names, places: `ad`, `kind` (of identifiers alone), `value`.
        least_bits: what a division must exceed.

    Returns:
        int32, shape (ads,): 0 for the largest part, for what is in no part and where nothing is divided.
    """
    out = np.zeros(cluster.size, np.int32)
    about = pl.DataFrame(
        {
            "ad": np.arange(cluster.size, dtype=np.int32),
            "cluster": cluster,
            "day": ads["posted"].cast(pl.Date),
        }
    ).filter(pl.col("cluster") >= 0)
    marks = _marks(about, identifiers, names, places, agency_identifiers(identifiers, cluster, ads["agency"]))
    whole = _held_together(cluster.size, marks)
    about = about.with_columns(part=pl.Series(whole).gather(about["ad"]))
    found = _parts(about, marks)
    by_contact, by_other = marks.filter("contact"), marks.filter(~pl.col("contact"))
    telling = np.intersect1d(by_contact["ad"].to_numpy(), by_other["ad"].to_numpy())
    contacts, others = _held_together(cluster.size, by_contact), _held_together(cluster.size, by_other)
    about = about.sort("cluster", maintain_order=True)
    for number, parts in found.items():
        apart = _at_one_time(parts)
        if len(apart) < 2:
            continue
        begin, end = (int(about["cluster"].search_sorted(k)) for k in (number, number + 1))
        rows = about[begin:end]
        if rows.height - sum(p.ads for group in apart for p in group) > MOST_LEFT_OVER * rows.height:
            continue
        of = {p.number: k for k, group in enumerate(apart) for p in group}
        part = np.array([of.get(p, -1) for p in rows["part"].to_list()])
        here = rows["ad"].to_numpy()
        tells = (part >= 0) & np.isin(here, telling)
        blocks = np.unique(contacts[here[tells]]).size + np.unique(others[here[tells]]).size
        if _bits_apart(np.bincount(part[tells], minlength=len(apart)), blocks) > least_bits:
            out[here] = np.maximum(part, 0)
    return out


def _marks(
    about: pl.DataFrame,
    identifiers: pl.DataFrame,
    names: pl.DataFrame,
    places: pl.DataFrame,
    of_agencies: pl.DataFrame,
) -> pl.DataFrame:
    """`ad`, `cluster`, `kind`, `value`, `contact`: what can hold two ads of a cluster together, each once."""
    columns = [pl.col("ad").cast(pl.Int32), "kind", "value", "contact"]
    size = pl.len().over("cluster").alias("size")
    held = identifiers.filter(pl.col("kind").is_in(TYING)).join(of_agencies, on=["kind", "value"], how="anti")
    return (
        pl.concat(
            [
                held.with_columns(contact=True).select(columns),
                names.with_columns(kind=pl.lit("name"), contact=False).select(columns),
                places.with_columns(kind=pl.lit("place"), contact=False).select(columns),
            ]
        )
        .unique()
        .join(about.select("ad", "cluster", size), on="ad")
        .filter(
            (pl.col("kind") != "name")
            | (pl.len().over("cluster", "kind", "value") <= WORDING * pl.col("size"))
        )
        .select("ad", "cluster", "kind", "value", "contact")
        .sort("cluster", "kind", "value", "ad")
    )


def _held_together(ads: int, marks: pl.DataFrame) -> Int32Array:
    """int32, shape (ads,): one number for all ads of a cluster that these marks hold together."""
    node = marks.select(pl.struct("cluster", "kind", "value").rank("dense")).to_series().to_numpy()
    found: Int32Array = components(
        ads + int(node.max(initial=0)) + 1, marks["ad"].to_numpy(), (ads + node).astype(np.int32)
    )
    out: Int32Array = found[:ads]
    return out


def _parts(about: pl.DataFrame, marks: pl.DataFrame) -> dict[int, list[_Part]]:
    """The parts of each cluster that has two or more, the largest first."""
    several = (
        marks.filter(pl.col("kind").is_in(CONTACTS))
        .join(about.select("ad", "part"), on="ad")
        .group_by("part", "kind", "value")
        .len()
        .filter(pl.col("len") > 1)
        .group_by("part", "kind")
        .agg(pl.len(), pl.col("value").min())
        .filter(pl.col("len") > 1)
        .group_by("part")
        .agg(pl.col("value").min())
    )
    found = (
        about.group_by("cluster", "part")
        .agg(pl.len().alias("ads"), pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
        .filter(pl.col("ads") >= LEAST_PART)
        .drop_nulls("first")
        .join(several, on="part")
        .filter(pl.len().over("cluster") > 1)
        # Of parts of one size the one with the smaller contact comes first, wherever it stands in the file.
        .sort("cluster", "ads", "value", descending=[False, True, False])
        .select("cluster", "part", "ads", "first", "last")
    )
    out: dict[int, list[_Part]] = {}
    for number, part, ads, first, last in found.iter_rows():
        out.setdefault(number, []).append(_Part(part, ads, first, last))
    return out


def _at_one_time(parts: list[_Part]) -> list[list[_Part]]:
    """The parts, those together of which one may only have followed the other; the largest first."""
    groups: list[list[_Part]] = []
    for part in parts:
        after = [group for group in groups if not all(part.meets(other) for other in group)]
        groups = [group for group in groups if group not in after]
        groups.append([part, *(other for group in after for other in group)])
    return sorted(groups, key=lambda group: -sum(part.ads for part in group))


def _bits_apart(sizes: np.ndarray, blocks: int) -> float:
    """Bits against chance: one hand that gives contacts, names and places to its ads at random mixes them.

    Of all ways to part so many ads into parts of these sizes, few keep each set of contacts and each set of names
    and places whole: at most parts ** blocks, and both sets of blocks must fall the same way.

    Args:
        sizes: ads of each part that show a contact and a name or place.
        blocks: sets of contacts that ads hold together, and sets of names and places.
    """
    ways = (lgamma(sum(sizes) + 1) - sum(lgamma(size + 1) for size in sizes)) / log(2)
    return ways - (blocks - 2) * float(np.log2(len(sizes)))
