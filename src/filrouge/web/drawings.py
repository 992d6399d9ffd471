"""What the pages of networks and clusters draw: specifications for charts, and the data of graphs and maps.

Charts are Vega-Altair's; each is made once and filled with rows for every page, since making one takes longer than all
the rest of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from filrouge import i18n
from filrouge.i18n import _
from filrouge.reports.html.words import kind_name, tie_kind
from filrouge.web.render import shown_day

if TYPE_CHECKING:
    from filrouge.engines.casebook import ClusterTie, Identifier, NetworkDossier

MOST_POINTS: Final = 3_000
"""Marks of a chart; with more, days are put together to weeks, and then months."""
MOST_ROWS: Final = 40
"""Clusters or identifiers that have a row of a chart."""
MOST_NODES: Final = 60
MOST_MOVES: Final = 300
OTHER: Final = -1


def prepare() -> None:
    """Make the charts in the language spoken, so that no page waits for it."""
    _ads_over_time(i18n.language())
    _bars_over_time(i18n.language())
    _identifiers_over_time(i18n.language())


def cluster_name(cluster: int) -> str:
    """A cluster as pages name it; single ads are "–"."""
    return f"C{cluster}" if cluster >= 0 else "–"


def days_of(timeline: pl.DataFrame, clusters: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """The rows of a timeline for a chart: day, cluster, agency, place, ads.

    Args:
        timeline: as a dossier has it.
        clusters: that have rows of their own, the others are put together; None where there is one alone.
    """
    rows = timeline if "cluster" in timeline.columns else timeline.with_columns(cluster=pl.lit(OTHER))
    if clusters is not None:
        known = pl.col("cluster").is_in(list(clusters))
        rows = rows.with_columns(cluster=pl.when(known).then("cluster").otherwise(OTHER))
    keys = ["day", "cluster", "agency", "place"]
    for every in ("1d", "1w", "1mo"):
        put = (
            rows.with_columns(pl.col("day").dt.truncate(every))
            .group_by(keys)
            .agg(pl.col("ads").sum())
            .sort(keys)
        )
        if put.height <= MOST_POINTS:
            break
        if every == "1mo":
            put = put.head(MOST_POINTS)
    return [
        {
            "day": day.isoformat(),
            "cluster": cluster_name(cluster),
            "agency": agency,
            "place": place,
            "ads": ads,
        }
        for day, cluster, agency, place, ads in put.select(*keys, "ads").iter_rows()
    ]


def ads_over_time(rows: list[dict[str, Any]], order: Sequence[str]) -> dict[str, Any]:
    """The chart of ads over time, a row for each cluster; choosing days there filters all else.

    Args:
        rows: see `days_of`.
        order: the names of the clusters from top to bottom.
    """
    spec = deepcopy(_ads_over_time(i18n.language()))
    spec["data"] = {"values": rows}
    spec["encoding"]["y"]["sort"] = list(order)
    return spec


@cache
def _ads_over_time(_language: str) -> dict[str, Any]:
    import altair as alt

    chart = (
        alt.Chart(alt.InlineData(values=[]))
        .mark_circle(opacity=0.75)
        .encode(
            x=alt.X("day:T", title=None),
            y=alt.Y("cluster:N", title=None),
            size=alt.Size("sum(ads):Q", title=_("ads"), legend=None),
            tooltip=[
                alt.Tooltip("day:T", title=_("day")),
                alt.Tooltip("cluster:N", title=_("cluster")),
                alt.Tooltip("sum(ads):Q", title=_("ads")),
            ],
        )
        .add_params(alt.selection_interval(name="brush", encodings=["x"]))
    )
    return _plain(chart)


def bars_over_time(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The chart of one cluster's ads over time, stacked by agency."""
    spec = deepcopy(_bars_over_time(i18n.language()))
    spec["data"] = {"values": rows}
    return spec


@cache
def _bars_over_time(_language: str) -> dict[str, Any]:
    import altair as alt

    chart = (
        alt.Chart(alt.InlineData(values=[]))
        .mark_bar()
        .encode(
            x=alt.X("day:T", title=None),
            y=alt.Y("sum(ads):Q", title=_("ads"), axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("agency:N", title=_("agency")),
            tooltip=[
                alt.Tooltip("day:T", title=_("day")),
                alt.Tooltip("agency:N", title=_("agency")),
                alt.Tooltip("sum(ads):Q", title=_("ads")),
            ],
        )
        .add_params(alt.selection_interval(name="brush", encodings=["x"]))
    )
    return _plain(chart)


def identifiers_over_time(identifiers: Iterable[Identifier]) -> dict[str, Any]:
    """The chart of identifiers from their first day to their last; those without a day are left out."""
    rows = [
        {
            "identifier": one.shown,
            "kind": kind_name(one.kind),
            "day": one.first.isoformat(),
            # A bar of one day has a width, too.
            "last": (one.last + timedelta(days=1)).isoformat(),
            "until": one.last.isoformat(),
            "ads": one.ads,
        }
        for one in identifiers
        if one.first is not None and one.last is not None and not one.of_agency
    ][:MOST_ROWS]
    spec = deepcopy(_identifiers_over_time(i18n.language()))
    spec["data"] = {"values": rows}
    if len({row["kind"] for row in rows}) < 2:
        spec["encoding"]["color"]["legend"] = None
    spec["encoding"]["y"]["sort"] = list(dict.fromkeys(row["identifier"] for row in rows))
    return spec


@cache
def _identifiers_over_time(_language: str) -> dict[str, Any]:
    import altair as alt

    chart = (
        alt.Chart(alt.InlineData(values=[]))
        .mark_bar(height=10, cornerRadius=2)
        .encode(
            x=alt.X("day:T", title=None),
            x2="last:T",
            y=alt.Y("identifier:N", title=None),
            color=alt.Color("kind:N", title=_("kind")),
            tooltip=[
                alt.Tooltip("identifier:N", title=_("identifier")),
                alt.Tooltip("day:T", title=_("first day")),
                alt.Tooltip("until:T", title=_("last day")),
                alt.Tooltip("ads:Q", title=_("ads")),
            ],
        )
    )
    return _plain(chart)


def _plain(chart: Any) -> dict[str, Any]:
    """A chart as a specification, without the look that the page gives."""
    spec: dict[str, Any] = chart.to_dict()
    for key in ("config", "$schema", "datasets"):
        spec.pop(key, None)
    return spec


def map_of(places: pl.DataFrame, stays: pl.DataFrame | None, days: list[dict[str, Any]]) -> dict[str, Any]:
    """The data of a map: places, moves between them in the order of the days, and what was where on which day.

    Args:
        places: place, lat, lon, first, last, ads.
        stays: place, lat, lon, week, first, last, ads, in order; None: places are visited once, in order.
        days: see `days_of`.
    """
    known = places.drop_nulls(["lat", "lon"])
    order = (
        (known if stays is None else stays.drop_nulls(["lat", "lon"]))
        .drop_nulls("first")
        .sort("first", "place")
    )
    moves: list[dict[str, Any]] = []
    before: str | None = None
    for place, first in order.select("place", "first").iter_rows():
        if before is not None and place != before:
            moves.append({"from": before, "to": place, "day": _iso(first)})
        before = place
    there = set(known["place"].to_list())
    return {
        "places": [
            {
                "place": place,
                "lat": lat,
                "lon": lon,
                "ads": ads,
                "first": _iso(first),
                "last": _iso(last),
                "first_shown": shown_day(first),
                "last_shown": shown_day(last),
            }
            for place, lat, lon, ads, first, last in known.select(
                "place", "lat", "lon", "ads", "first", "last"
            ).iter_rows()
        ],
        "moves": moves[:MOST_MOVES],
        "days": [row for row in days if row["place"] in there],
    }


def graph_of(network: NetworkDossier, base: str) -> dict[str, Any]:
    """The data of a network's graph: clusters and the ties between them; identifiers come when one is opened.

    Args:
        network: its dossier.
        base: the address of the case, for links.
    """
    drawn = {brief.id for brief in network.clusters[:MOST_NODES]}
    nodes: list[dict[str, Any]] = [
        {
            "id": brief.name,
            "label": brief.name,
            "kind": "cluster",
            "ads": brief.ads,
            "href": f"{base}/clusters/{brief.id}",
        }
        for brief in network.clusters[:MOST_NODES]
    ]
    edges: list[dict[str, Any]] = []
    for tie in network.ties:
        if tie.one in drawn and tie.other in drawn:
            edges.append(
                {
                    "source": cluster_name(tie.one),
                    "target": cluster_name(tie.other),
                    "bits": round(tie.bits, 1),
                    "possible": tie.possible,
                    "label": rests_on(tie),
                    "href": f"{base}/tie?one={tie.one_ad}&other={tie.other_ad}",
                }
            )
    for k, one in enumerate(network.identifiers):
        of = [cluster for cluster in one.clusters if cluster in drawn]
        if not of or one.of_agency:
            continue
        name = f"i{k}"
        nodes.append({"id": name, "label": one.shown, "kind": one.kind, "ads": one.ads})
        edges += [
            {"source": cluster_name(cluster), "target": name, "bits": round(one.bits, 1)} for cluster in of
        ]
    return {"nodes": nodes, "edges": edges}


def rests_on(tie: ClusterTie) -> str:
    """What a tie rests on, in words: "phone, text"."""
    return ", ".join(tie_kind(kind) for kind, bits in tie.parts if bits > 0 and kind != "once")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
