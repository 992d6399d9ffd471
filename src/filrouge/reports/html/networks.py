"""Networks as the report draws them: what is known, and each block of the page made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from filrouge.guide.indicators import load_indicators
from filrouge.i18n import _
from filrouge.networks.disguises import rule_name
from filrouge.networks.units import TYING
from filrouge.reports.html import charts, drawing, maps, network_words, words
from filrouge.reports.html.groups import Rows, counted_rows, identifier_rows, short
from filrouge.reports.html.network_drawings import (
    OUTSIDE,
    Link,
    Node,
    Step,
    network_graph,
    waterfall_steps,
)

DRAWN_NETWORKS: Final = 50
LISTED_NETWORKS: Final = 1_000
"""Networks that stand in the table; the rest are in networks.jsonl."""
MOST_MEMBERS: Final = 60
MOST_STAYS: Final = 100
MOST_TEMPLATES: Final = 60
MOST_LINKS: Final = 40
DEEPEST: Final = 5
"""Steps by which the family tree is moved in: more do not fit a phone."""
LONGEST_WORDS: Final = 300


@dataclass(frozen=True)
class PairTie:
    """Two voices, and what each kind of evidence says of them, in bits, "once" last; the sum is the tie's bits."""

    a: str
    b: str
    parts: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class NetworksFound:
    """What the report says of networks.

    Attributes:
        records: lines of networks.jsonl, ranked.
        others: networks without signs of organisation, which are only counted.
        graphs: per network that is drawn, its nodes and ties, the strongest.
        ties: per network that is drawn, the pairs of its voices with most bits.
        indicators: per network that is drawn, its rows of indicators.csv.
        places: latitude and longitude of the itineraries' places, in degrees.
        disguises: rows of disguises.csv.
    """

    records: Sequence[Mapping[str, Any]]
    others: int
    graphs: Mapping[str, tuple[Sequence[Node], Sequence[Link]]]
    ties: Mapping[str, Sequence[PairTie]]
    indicators: Mapping[str, Sequence[Mapping[str, Any]]]
    places: Mapping[str, tuple[float, float]]
    disguises: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Fall:
    """A tie with the waterfall of its evidence."""

    a: Markup
    b: Markup
    steps: list[Step]
    bits: float
    bar: Markup


@dataclass(frozen=True)
class Block:
    """One network, ready to be drawn."""

    record: Mapping[str, Any]
    dates: str
    signs: list[str]
    strength: list[tuple[str, float, int]]
    alone: list[str]
    clusters: list[tuple[str, bool]]
    singles: list[Markup]
    members_left_out: int
    identifiers: Rows
    names: Rows
    agencies: Rows
    places: Rows
    map: Markup
    stays: list[tuple[Markup, str, int]]
    stays_left_out: int
    weeks: Markup
    week_ends: tuple[str, str]
    graph: Markup
    links: list[tuple[Markup, Markup, str, float]]
    falls: list[Fall]
    against: list[Fall]
    weakest: str
    holds: list[str]
    tree: list[tuple[int, str, str, float, str]]
    indicators: list[dict[str, Any]]
    possible: list[tuple[Markup, Markup, float]]


def draw_networks(found: NetworksFound, anchors: set[str], language: str) -> list[Block]:
    """The blocks of the first networks.

    Args:
        found: what is known.
        anchors: clusters that the page has a section for.
        language: "en" or "fr", for the names of indicators.
    """
    names = {one.id: one.name for one in load_indicators()}
    return [_block(record, found, anchors, language, names) for record in found.records[:DRAWN_NETWORKS]]


def disguise_rows(found: NetworksFound) -> list[tuple[str, Mapping[str, Any]]]:
    """The rules of the disguise book by name, in the language spoken now."""
    return [(rule_name(row["rule"]), row) for row in found.disguises]


def _block(
    record: Mapping[str, Any],
    found: NetworksFound,
    anchors: set[str],
    language: str,
    names: Mapping[str, Any],
) -> Block:
    name = record["network"]
    dates = words.span_of_dates(record["first"], record["last"])
    stays = record["itinerary"]
    nodes, links = _with_possible(record, *found.graphs.get(name, ((), ())))
    held = record.get("holds_together")
    clusters, singles = record["clusters"], record["single_ads"]
    weeks = [(week, count, 0) for week, count in record["weeks"].items()]
    most = max(record["strength_parts"].values(), default=0.0) or 1.0
    return Block(
        record=record,
        dates=dates,
        signs=words.signs(record),
        strength=[
            (network_words.strength_name(part), bits, max(1, round(bits / most * 100)))
            for part, bits in record["strength_parts"].items()
        ],
        alone=network_words.alone(record["alone"]),
        clusters=[(cluster, cluster in anchors) for cluster in clusters[:MOST_MEMBERS]],
        singles=[short(ad) for ad in singles[:MOST_MEMBERS]],
        members_left_out=max(0, len(clusters) - MOST_MEMBERS) + max(0, len(singles) - MOST_MEMBERS),
        identifiers=identifier_rows(record["identifiers"]),
        names=counted_rows(record["names"]),
        agencies=counted_rows(record["agencies"]),
        places=counted_rows(record["places"]),
        map=maps.itinerary_map(
            stays, found.places, _("Itinerary of {network}, {dates}").format(network=name, dates=dates)
        ),
        stays=[
            (short(stay["place"]), words.span_of_dates(stay["first"], stay["last"]), stay["ads"])
            for stay in stays[:MOST_STAYS]
        ],
        stays_left_out=max(0, len(stays) - MOST_STAYS),
        weeks=charts.week_bars(
            weeks, _("Ads of {network} by week, {dates}").format(network=name, dates=dates)
        )
        if weeks
        else Markup(),
        week_ends=(record["first"] or "", record["last"] or ""),
        graph=network_graph(nodes, links, network_words.graph_said(len(nodes), len(links), record["ads"]))
        if links
        else Markup(),
        links=[
            (_end(link.a), _end(link.b), words.tie_kind(link.kind), link.bits)
            for link in links[:MOST_LINKS]
            if not link.possible
        ],
        falls=[_fall(tie.a, tie.b, tie.parts) for tie in found.ties.get(name, ())],
        against=[
            _fall(tie["a"], tie["b"], [(part["kind"], part["bits"]) for part in tie.get("kinds", ())])
            for tie in record["against"]
        ],
        weakest=network_words.weakest(held) if held else "",
        holds=network_words.holds_together(held) if held else [],
        tree=_tree(record.get("lineage", ())),
        indicators=[_indicator(row, language, names) for row in found.indicators.get(name, ())],
        possible=[(_end(link["a"]), _end(link["b"]), link["bits"]) for link in record["possible"]],
    )


def _end(name: str) -> Markup:
    """An end of a tie for people: an identifier with its kind in their language, anything else by its name."""
    kind, _colon, value = name.partition(":")
    if kind == "ad":
        return short(value)
    return short(f"{words.tie_kind(kind)} {value}") if kind in TYING and value else short(name)


def _fall(a: str, b: str, parts: Sequence[tuple[str, float]]) -> Fall:
    steps, bits, bar = waterfall_steps(parts)
    return Fall(short(a), short(b), steps, bits, bar)


def _with_possible(
    record: Mapping[str, Any], nodes: Sequence[Node], links: Sequence[Link]
) -> tuple[list[Node], list[Link]]:
    """The graph with the links that are only possible, to nodes beyond the network."""
    inside = {node.name for node in nodes}
    more: dict[str, Node] = {}
    possible = []
    for link in record["possible"]:
        ends = (link["a"], link["b"])
        if not inside & set(ends):
            continue
        for end in ends:
            if end not in inside:
                more[end] = Node(end, end, OUTSIDE)
        possible.append(Link(*ends, "", link["bits"], possible=True))
    return [*nodes, *more.values()], [*links, *possible]


def _tree(descents: Sequence[Mapping[str, Any]]) -> list[tuple[int, str, str, float, str]]:
    """The family tree from top to bottom: depth, template, how it came about, bits saved, what both hold."""
    copies: dict[str | None, list[Mapping[str, Any]]] = {}
    for one in descents[:MOST_TEMPLATES]:
        copies.setdefault(one["of"], []).append(one)
    rows = []
    waiting = [(0, one) for one in reversed(copies.get(None, []))]
    while waiting:
        depth, one = waiting.pop()
        shared = ", ".join(
            network_words.cut(identifier.partition(":")[2]) for identifier in one["shared"][:3]
        )
        rows.append(
            (
                min(depth, DEEPEST),
                one["template"],
                network_words.relation(one["relation"]),
                one["bits"],
                shared,
            )
        )
        waiting += [(depth + 1, copy) for copy in reversed(copies.get(one["template"], []))]
    return rows


def _indicator(row: Mapping[str, Any], language: str, names: Mapping[str, Any]) -> dict[str, Any]:
    name = names.get(row["indicator"])
    said = row["words"] or ""
    return {
        "name": name.of(language) if name else row["indicator"],
        "ads": words.ads(row["ads"]),
        "words": drawing.shown(said if len(said) <= LONGEST_WORDS else said[: LONGEST_WORDS - 1] + "…"),
        "strangers": network_words.lift(row["lift_strangers"], row["low_strangers"]),
        "independents": network_words.lift(row["lift_independents"], row["low_independents"]),
        "tells_nothing": row["tells_nothing"],
    }
