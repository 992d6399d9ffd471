"""Signs of organisation: what one person who advertises alone would have only one of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2
from typing import Final

import numpy as np
import polars as pl

from filrouge.compare.runs import Int32Array

CONTACTS: Final = ("phone", "email", "handle", "payment")
"""Kinds of identifier by which an advertiser is reached or paid."""
FEW_WRITERS: Final = 10
SHARE_OF_WRITERS: Final = 0.01
"""An identifier of more writers than `FEW_WRITERS` and than this share of an agency's is the agency's own."""
SLIPS: Final = 0.1
"""This share of a group's ads, and at least one, may be misread, another's, or a person's who changed the number."""


def agency_identifiers(identifiers: pl.DataFrame, cluster: Int32Array, agency: pl.Series) -> pl.DataFrame:
    """The identifiers that belong to an agency rather than to those who advertise there.

    A switchboard's phone and a site's own address stand in the ads of many who have nothing in
    common. A writer here is a cluster, or an ad that nothing ties.

    Args:
        identifiers: `ad`, `kind`, `value`.
        cluster: int32, shape (ads,), -1 for none.
        agency: String, shape (ads,).

    Returns:
        `kind` and `value`, each pair once.
    """
    alone = np.arange(cluster.size, dtype=np.int64) + cluster.size
    ads = pl.DataFrame(
        {
            "ad": np.arange(cluster.size, dtype=np.int32),
            "writer": np.where(cluster >= 0, cluster.astype(np.int64), alone),
            "agency": agency,
        }
    )
    of_agency = ads.group_by("agency").agg(pl.col("writer").n_unique().alias("writers"))
    return (
        identifiers.select(pl.col("ad").cast(pl.Int32), "kind", "value")
        .join(ads, on="ad")
        .group_by("kind", "value", "agency")
        .agg(pl.col("writer").n_unique().alias("holders"))
        .join(of_agency, on="agency")
        .filter(
            (pl.col("holders") > FEW_WRITERS) & (pl.col("holders") > SHARE_OF_WRITERS * pl.col("writers"))
        )
        .select("kind", "value")
        .unique()
        .sort("kind", "value")
    )


def signs_of_organisation(
    identifiers: Mapping[str, Mapping[str, int]], names: Mapping[str, int], agencies: int, ads: int
) -> dict[str, int]:
    """Which signs a group shows, and how many of each.

    An advertiser may well have a phone, an e-mail and a handle: only two of one kind are a sign.

    Args:
        identifiers: per kind the values and how many ads carry each, without those of agencies.
        names: the values of the template's slot for a name.
        agencies: how many published the group's ads.
        ads: of the group.

    Returns:
        "phone", "email", "handle", "payment", "name" (two or more of it), or "agency" (several
        agencies, and nothing in the ads that leads to anybody). Empty: nothing speaks against one person.
    """
    signs: dict[str, int] = {}
    for kind in CONTACTS:
        if len(identifiers[kind]) < 2:
            continue
        # A handle is `service:name`; an advertiser has one at each service.
        services: dict[str, list[int]] = {}
        for value, count in identifiers[kind].items():
            service = value.partition(":")[0] if kind in ("handle", "payment") else ""
            services.setdefault(service, []).append(count)
        most = max((len(counts) for counts in services.values() if _are_several(counts, ads)), default=0)
        if most:
            signs[kind] = most
    if _are_several(list(names.values()), ads):
        signs["name"] = len(names)
    if agencies > 1 and not any(identifiers.values()):
        signs["agency"] = agencies
    return signs


def strength_parts(signs: Mapping[str, int], agencies: int, places: int) -> dict[str, float]:
    """What speaks for the size of an organisation, in doublings: log2 of how many there are of each.

    Agencies and places add to the signs; without any sign they say nothing. Agencies that are the sign themselves
    are not counted a second time.
    """
    beside = {} if "agency" in signs else {"agencies": agencies}
    counts = {**signs, **beside, "places": places} if signs else {}
    return {name: round(log2(count), 2) for name, count in counts.items() if count > 1}


def _are_several(counts: Sequence[int], ads: int) -> bool:
    """Whether values are really several: more ads than may be slips carry another than the commonest."""
    others = sum(counts) - max(counts, default=0)
    return others > max(SLIPS * ads, 1)
