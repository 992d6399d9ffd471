"""The page of a network and that of a cluster: one look at all that is known, each view filtering the others."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

import polars as pl
from fastapi import APIRouter, Form, HTTPException
from starlette.responses import Response

from filrouge.casework.access import Permission
from filrouge.engines.casebook import (
    ClusterTie,
    Member,
    NetworkDossier,
    Piece,
    Reason,
    Segment,
    UnknownCluster,
    UnknownNetwork,
)
from filrouge.i18n import _, decimals, ngettext, number
from filrouge.reports.casebook_words import indicator, reason_in_words
from filrouge.reports.html.network_words import holds_together, weakest
from filrouge.reports.html.words import ads as ads_in_words
from filrouge.reports.html.words import kind_name, tie_kind
from filrouge.web import drawings, moving
from filrouge.web.forms import whole_number
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.judged import mark_opened
from filrouge.web.render import shown_day, shown_time

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]
TIES_SHOWN: Final = 30
LEAST: Final = 0.05
"""Bits that are more than nothing when they are written with one decimal."""
TIES_BY: Final = 1.0
"""Bits of a kind of evidence that a sentence about a network names."""


@router.get("/cases/{case_id}/networks/{network}")
def network_page(here: Reader, network: int) -> Response:
    """A network."""
    try:
        found = here.casebook.network(network)
    except UnknownNetwork as unknown:
        raise HTTPException(404, str(unknown)) from unknown
    mark_opened(here, "network", network)
    base = f"/cases/{here.the_case.id}"
    order = [brief.id for brief in found.clusters[: drawings.MOST_ROWS]]
    days = drawings.days_of(found.timeline, order)
    first = here.casebook.template(found.clusters[0].id) if found.clusters else None
    return here.page(
        "inspect/network.html",
        wide=True,
        base=base,
        network=found,
        in_short=in_short(found),
        reasons=[reason_view(reason) for reason in found.reasons],
        time=drawings.ads_over_time(days, [*map(drawings.cluster_name, order), "–"]),
        time_said=time_said(found.timeline),
        identifiers_time=drawings.identifiers_over_time(found.identifiers),
        map=drawings.map_of(found.places, found.stays, days),
        map_said=map_said(found.places),
        graph=drawings.graph_of(found, base),
        graph_said=_("{clusters} and {ties} between them. Open one to see its identifiers.").format(
            clusters=ngettext("{count} cluster", "{count} clusters", len(found.clusters)).format(
                count=number(len(found.clusters))
            ),
            ties=ngettext("{count} tie", "{count} ties", len(found.ties)).format(
                count=number(len(found.ties))
            ),
        ),
        ties=[tie_view(tie, base) for tie in found.ties[:TIES_SHOWN]],
        for_=_parts(found.for_),
        against=_parts(found.against),
        held=holds_together(found.holds_together) if found.holds_together else [],
        weakest=weakest(found.holds_together) if found.holds_together else "",
        first=first,
        template=[segment_view(segment) for segment in first.template] if first else [],
        identifiers=found.identifiers,
        kind_name=kind_name,
        cluster_name=drawings.cluster_name,
        members=list(found.members.iter_rows(named=True)),
    )


@router.get("/cases/{case_id}/clusters/{cluster}")
def cluster_page(here: Reader, cluster: int, page: int = 1) -> Response:
    """A cluster: its template first."""
    try:
        found = here.casebook.cluster(cluster, page)
    except UnknownCluster as unknown:
        raise HTTPException(404, str(unknown)) from unknown
    mark_opened(here, "cluster", cluster)
    base = f"/cases/{here.the_case.id}"
    days = drawings.days_of(found.timeline)
    return here.page(
        "inspect/cluster.html",
        wide=True,
        base=base,
        cluster=found,
        reasons=[reason_view(reason) for reason in found.reasons],
        template=[segment_view(segment) for segment in found.template],
        kinds=list(dict.fromkeys(segment.slot for segment in found.template if segment.slot)),
        members=[member_view(member, base) for member in found.members],
        time=drawings.bars_over_time(days),
        time_said=time_said(found.timeline),
        identifiers_time=drawings.identifiers_over_time(found.identifiers),
        map=drawings.map_of(found.places, None, days),
        map_said=map_said(found.places),
        history=[
            (
                shown_time(row["at"]),
                event_name(row["kind"]),
                number(row["ads"]),
                number(here.numbers.of(row["seq"])),
            )
            for row in found.history.iter_rows(named=True)
        ],
        kind_name=kind_name,
    )


@router.get("/cases/{case_id}/map")
def map_page(here: Reader, networks: str = "", clusters: str = "") -> Response:
    """Places and routes over time of a selection: of the networks and clusters named, or of the strongest leads."""
    base = f"/cases/{here.the_case.id}"
    chosen = [("network", number) for number in _numbers(networks)]
    chosen += [("cluster", number) for number in _numbers(clusters)]
    known = moving.names_of(here.casebook)
    selection, ads = moving.selected(here.casebook, chosen)
    there = {(one["kind"], one["id"]) for one in selection}
    return here.page(
        "inspect/map.html",
        wide=True,
        base=base,
        selection=[{**one, "href": f"{base}/{one['kind']}s/{one['id']}"} for one in selection],
        leads=[
            {"value": f"{kind}:{id}", "name": name, "chosen": (kind, id) in there}
            for (kind, id), name in list(known.items())[:200]
        ],
        **_map_of_ads(ads),
    )


@router.post("/cases/{case_id}/map")
def choose_for_map(here: Reader, lead: Annotated[list[str], Form()] = []) -> Response:  # noqa: B006
    """Draw the networks and clusters that were ticked."""
    chosen: dict[str, list[str]] = {"network": [], "cluster": []}
    for one in lead:
        kind, _colon, id = one.partition(":")
        if kind in chosen and whole_number(id) is not None:
            chosen[kind].append(id)
    asked = "&".join(f"{kind}s={','.join(ids)}" for kind, ids in chosen.items() if ids)
    return here.go(f"/cases/{here.the_case.id}/map" + (f"?{asked}" if asked else ""))


def _map_of_ads(ads: pl.DataFrame) -> dict[str, Any]:
    found = moving.map_of_ads(ads)
    data = found.data
    return {
        "map": data,
        "map_said": map_said(found.places),
        "moves": [{**move, "shown": shown_day(date.fromisoformat(move["day"]))} for move in data["moves"]],
        "moves_left": found.moves_left,
        "unplaced": found.unplaced,
    }


# -- views of values, for the templates -----------------------------------------------------------------------


def reason_view(reason: Reason) -> dict[str, Any]:
    """Why a lead is here: words, what it adds, and for an indicator its source and weakness."""
    from filrouge import i18n

    found = indicator(reason.code) if reason.kind == "indicator" else None
    language = i18n.language()
    return {
        "text": reason_in_words(reason),
        "kind": reason.kind,
        "bits": reason.bits,
        "usual": reason.tells_nothing,
        "weakness": found.weakness.of(language) if found else "",
        "false_alarm": found.false_alarm.of(language) if found else "",
        "source": f"{found.source.organisation}, {found.source.title} ({found.source.year})" if found else "",
    }


def segment_view(segment: Segment) -> dict[str, Any]:
    """A piece of a template for `ui.template`."""
    if segment.slot is None:
        return {"text": segment.text + " ", "kind": None}
    values = list(segment.values)
    return {
        "text": "",
        "kind": segment.slot,
        "values": values,
        "more": max(segment.different - len(values), 0),
    }


def pieces_view(pieces: tuple[Piece, ...]) -> list[dict[str, Any]]:
    """A text for `ui.stretches`."""
    return [
        {
            "text": piece.text,
            "common": piece.common,
            "kind": piece.slot if piece.slot and piece.slot != "free" else None,
        }
        for piece in pieces
        if not piece.lost
    ]


def member_view(member: Member, base: str) -> dict[str, Any]:
    """A member for `ui.ad_card`."""
    return {
        "ad": member.ad,
        "href": f"{base}/ads/{member.ad}",
        "agency": member.agency,
        "posted": member.posted.date().isoformat() if member.posted else "",
        "posted_shown": shown_day(member.posted),
        "location": member.location,
        "bits": member.bits,
        "stretches": pieces_view(member.stretches),
        "masked": False,
        "data": {
            "day": member.posted.date().isoformat() if member.posted else "",
            "agency": member.agency,
            "place": member.location,
        },
    }


def tie_view(tie: ClusterTie, base: str) -> dict[str, Any]:
    """A tie for `ui.tie_row`."""

    def end(cluster: int, ad: int) -> tuple[str, str]:
        if cluster >= 0:
            return drawings.cluster_name(cluster), f"{base}/clusters/{cluster}"
        return _("Ad {number}").format(number=ad), f"{base}/ads/{ad}"

    (one, one_href), (other, other_href) = end(tie.one, tie.one_ad), end(tie.other, tie.other_ad)
    return {
        "one": one,
        "one_href": one_href,
        "other": other,
        "other_href": other_href,
        "href": f"{base}/tie?one={tie.one_ad}&other={tie.other_ad}",
        "bits": tie.claimed,
        "of": sum(bits for _kind, bits in tie.parts) if tie.parts else tie.claimed,
        "parts": [(kind, tie_kind(kind), bits) for kind, bits in tie.parts if abs(bits) >= LEAST],
        "possible": tie.possible,
    }


def in_short(found: NetworkDossier) -> str:
    """A network in a sentence: how many ads, from how many templates, and what ties these, the strongest first."""
    count = found.lead["clusters"]
    templates = ngettext("{count} template", "{count} templates", count).format(count=number(count))
    words = {"ads": ads_in_words(found.lead["ads"]), "templates": templates}
    strongest = sorted(found.for_, key=lambda part: -part[1])
    kinds = [tie_kind(kind) for kind, bits in strongest if kind != "once" and bits >= TIES_BY]
    if count < 2 or not kinds:
        return _("{ads} written from {templates}.").format(**words)
    return _("{ads} written from {templates}, tied by: {kinds}.").format(**words, kinds=", ".join(kinds))


def _parts(parts: tuple[tuple[str, float], ...]) -> list[tuple[str, str]]:
    return [
        (
            _("what one source could hardly do") if kind == "against" else tie_kind(kind),
            decimals(bits, 1).replace("-", "−"),
        )
        for kind, bits in parts
        if kind != "once" and abs(bits) >= LEAST
    ]


def time_said(timeline: pl.DataFrame) -> str:
    """A timeline in words, for those who do not see it."""
    if timeline.is_empty():
        return _("None of the ads says on which day it was posted.")
    by_day = timeline.group_by("day").agg(pl.col("ads").sum()).sort("ads", "day", descending=[True, False])
    day, most = by_day.row(0)
    return _("From {first} to {last}. Most ads, {count}, on {day}.").format(
        first=shown_day(timeline["day"].min()),  # type: ignore[arg-type]
        last=shown_day(timeline["day"].max()),  # type: ignore[arg-type]
        count=number(most),
        day=shown_day(day),
    )


def map_said(places: pl.DataFrame) -> str:
    """A map in words."""
    if places.is_empty():
        return _("None of the ads names a place that is known.")
    names = places.sort("ads", descending=True)["place"].to_list()
    first = ", ".join(names[:5])
    return ngettext("{count} place: {names}.", "{count} places, most ads in {names}.", len(names)).format(
        count=number(len(names)), names=first
    )


def event_name(kind: str) -> str:
    """What became of a cluster, in words."""
    return {
        "began": _("appeared"),
        "merged": _("was joined with another"),
        "split": _("was divided"),
        "ended": _("ended"),
    }.get(kind, kind)


def _numbers(text: str) -> list[int]:
    numbers = (whole_number(part.strip()) for part in text.split(","))
    return [number for number in numbers if number is not None][:50]
