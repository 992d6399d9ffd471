"""What somebody sees who gives a second opinion: ads and template. No bits, strength, rank, signs, nor opinions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from filrouge.web.render import shown_day
from filrouge.web.rooms.inspect import segment_view

if TYPE_CHECKING:
    from filrouge.casework.lineage import What
    from filrouge.engines.casebook import Casebook

PAGE: Final = 12
"""Ads on a page."""
MOST_TEMPLATES: Final = 6


@dataclass(frozen=True)
class Sight:
    """What is to be judged.

    Attributes:
        ads: how many; agencies, places: how many different ones.
        first, last: days.
        templates: of its largest clusters: name-less, how many ads follow each and its pieces.
        left: clusters whose template is not shown.
        shown: the ads of the page: number, agency, posted, location, text pieces.
        page, pages: from 1.
    """

    ads: int
    agencies: int
    places: int
    first: Any
    last: Any
    templates: list[tuple[int, list[dict[str, Any]]]]
    left: int
    shown: list[dict[str, Any]]
    page: int
    pages: int


def blind_sight(book: Casebook, what: What, page: int = 1) -> Sight:
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
    templates = []
    for cluster, count in sizes.head(MOST_TEMPLATES).iter_rows():
        found = book.cluster(int(cluster))
        templates.append((int(count), [segment_view(segment) for segment in found.template]))
    pages = max(-(-ads.height // PAGE), 1)
    page = min(max(page, 1), pages)
    shown = []
    for ad in ads["ad"][(page - 1) * PAGE : page * PAGE].to_list():
        sheet = book.ad(ad)
        shown.append(
            {
                "ad": sheet.ad, "href": "", "agency": sheet.agency, "location": sheet.location, "bits": None,
                "posted": sheet.posted.date().isoformat() if sheet.posted else "",
                "posted_shown": shown_day(sheet.posted), "text": sheet.text, "masked": False,
            }
        )  # fmt: skip
    return Sight(
        ads=ads.height,
        agencies=ads["agency"].n_unique(),
        places=ads.filter(pl.col("place") != "")["place"].n_unique(),
        first=ads["posted"].min(),
        last=ads["posted"].max(),
        templates=templates,
        left=max(sizes.height - MOST_TEMPLATES, 0),
        shown=shown,
        page=page,
        pages=pages,
    )
