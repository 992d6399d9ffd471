"""Places and routes over time of a selection of leads, as the map draws them and scripts read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from filrouge.engines.case_places import itinerary
from filrouge.web import drawings

if TYPE_CHECKING:
    from filrouge.engines.casebook import Casebook

MAPPED: Final = 12
"""Leads that are drawn together on the map, if none is chosen."""


@dataclass(frozen=True)
class Movement:
    """Where the ads of a selection were, and in which order.

    Attributes:
        places: place, lat, lon, first, last, ads; also those of which nobody knows where they lie.
        data: of the map, see `drawings.map_of`; each of the selection has its own moves.
        moves_left: how many later moves are not among them. unplaced: ads that name no place.
    """

    places: pl.DataFrame
    data: dict[str, Any]
    moves_left: int
    unplaced: int


def names_of(book: Casebook) -> dict[tuple[str, int], str]:
    """The names of all leads, the strongest first."""
    return {(kind, id): name for kind, id, name in book.leads.select("kind", "id", "name").iter_rows()}


def selected(book: Casebook, chosen: Sequence[tuple[str, int]]) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """The leads of those chosen that there are, or the strongest, as kind, id, name and ads; and all their ads.

    In the ads `cluster` is the name of the lead.
    """
    known = names_of(book)
    selection = [lead for lead in dict.fromkeys(chosen) if lead in known] or list(known)[:MAPPED]
    frames, names = [], []
    for kind, id in selection:
        ads = book.ads.filter(pl.col(kind) == id)
        names.append({"kind": kind, "id": id, "name": known[kind, id], "ads": ads.height})
        frames.append(ads.with_columns(cluster=pl.lit(known[kind, id]), day=pl.col("posted").cast(pl.Date)))
    none = book.ads.clear().with_columns(cluster=pl.lit("", pl.String), day=pl.lit(None, pl.Date))
    return names, pl.concat(frames) if frames else none


def map_of_ads(ads: pl.DataFrame) -> Movement:
    """The places and routes of ads of `selected`."""
    places = itinerary(ads)
    where = ads.filter(pl.col("place") != "").drop_nulls("day")
    counted = (
        where.group_by("day", "cluster", "place").agg(pl.len().alias("ads")).sort("day", "cluster", "place")
    )
    days = [
        {"day": day.isoformat(), "cluster": cluster, "place": place, "ads": count}
        for day, cluster, place, count in counted.head(drawings.MOST_POINTS).iter_rows()
    ]
    moves: list[dict[str, Any]] = []
    located = set(places.drop_nulls(["lat", "lon"])["place"].to_list())
    # Each of the selection has its own route.
    for _name, route in counted.filter(pl.col("place").is_in(list(located))).group_by(
        "cluster", maintain_order=True
    ):
        before: str | None = None
        for day, cluster, place in route.select("day", "cluster", "place").iter_rows():
            if before is not None and place != before:
                moves.append({"from": before, "to": place, "day": day.isoformat(), "cluster": cluster})
            before = place
    data = drawings.map_of(places, None, days)
    moves.sort(key=lambda move: move["day"])
    data["moves"] = moves[: drawings.MOST_MOVES]
    return Movement(places, data, len(moves) - len(data["moves"]), ads.filter(pl.col("place") == "").height)
