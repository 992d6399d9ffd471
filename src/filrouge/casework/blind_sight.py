"""What somebody sees who gives a second opinion: ads and template. No bits, strength, rank, signs, nor opinions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from filrouge.casework.lineage import What
    from filrouge.engines.casebook import AdSheet, Casebook, Segment

PAGE: Final = 12
"""Ads on a page."""
MOST_TEMPLATES: Final = 6


@dataclass(frozen=True)
class Sight:
    """What is to be judged.

    Attributes:
        ads: how many; agencies, places: how many different ones.
        first, last: when the first and the last was posted.
        templates: of its largest clusters: name-less, how many ads follow each and its pieces.
        left: clusters whose template is not shown.
        shown: the ads of the page.
        page, pages: from 1.
    """

    ads: int
    agencies: int
    places: int
    first: datetime | None
    last: datetime | None
    templates: list[tuple[int, tuple[Segment, ...]]]
    left: int
    shown: list[AdSheet]
    page: int
    pages: int


def sight_of(book: Casebook, what: What, page: int = 1) -> Sight:
    """What may be seen of a cluster or network by who judges it blind.

    The ads come in the order of their days, not of their bits.
    """
    of, number = what
    ads = book.ads.filter(pl.col(of) == number).sort("posted", "ad", nulls_last=True)
    sizes = (
        ads.filter(pl.col("cluster") >= 0)
        .group_by("cluster")
        .len()
        .sort("len", "cluster", descending=[True, False])
    )
    pages = max(-(-ads.height // PAGE), 1)
    page = min(max(page, 1), pages)
    return Sight(
        ads=ads.height,
        agencies=ads["agency"].n_unique(),
        places=ads.filter(pl.col("place") != "")["place"].n_unique(),
        first=ads["posted"].min(),  # type: ignore[arg-type]
        last=ads["posted"].max(),  # type: ignore[arg-type]
        templates=[
            (int(count), tuple(book.cluster(int(cluster)).template))
            for cluster, count in sizes.head(MOST_TEMPLATES).iter_rows()
        ],
        left=max(sizes.height - MOST_TEMPLATES, 0),
        shown=[book.ad(ad) for ad in ads["ad"][(page - 1) * PAGE : page * PAGE].to_list()],
        page=page,
        pages=pages,
    )
