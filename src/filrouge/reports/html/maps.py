"""The map of an itinerary: coasts and borders that come with filrouge, no tiles, nothing from the network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import cos, radians
from typing import Any, Final

from markupsafe import Markup, escape

from filrouge.reports.html.marks import visible

WIDTH: Final = 460
HEIGHT: Final = 300
MARGIN: Final = 40
NARROWEST: Final = 14.0
"""Degrees of latitude that a map shows at least: the outlines are no finer."""
LETTER: Final = 7.2
LINE: Final = 16
LONGEST_LABEL: Final = 24
MOST_PLACES: Final = 60
MOST_STEPS: Final = 400

Box = tuple[float, float, float, float]


@cache
def _outlines() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(
        (files("filrouge.reports.html") / "data/outlines.json").read_text(encoding="utf-8")
    )
    return read


def outlines() -> Markup:
    """The outlines once for all maps of a page, which refer to them."""
    found = _outlines()
    return Markup(
        '<svg class="outlines" width="0" height="0" aria-hidden="true"><defs>'
        f'<path id="land" d="{found["land"]}"/><path id="borders" d="{found["borders"]}"/></defs></svg>'
    )


def itinerary_map(
    stays: Sequence[Mapping[str, Any]], places: Mapping[str, tuple[float, float]], label: str
) -> Markup:
    """The places of an itinerary on a map, joined in the order of their days.

    Args:
        stays: `place` and `ads`, in the order of their days.
        places: latitude and longitude in degrees; places that are not in it are not drawn.
        label: what the map shows, for those who do not see it.

    Returns:
        An SVG that refers to `outlines`; empty if no place is known.
    """
    ads: dict[str, int] = {}
    for stay in stays:
        if stay["place"] in places:
            ads[stay["place"]] = ads.get(stay["place"], 0) + int(stay["ads"])
    if not ads:
        return Markup()
    shown = dict(sorted(ads.items(), key=lambda item: (-item[1], item[0]))[:MOST_PLACES])
    squeeze, scale, left, top = _frame([places[place] for place in shown])

    def at(place: str) -> tuple[float, float]:
        lat, lon = places[place]
        return (lon * squeeze - left) * scale, (-lat - top) * scale

    points = {place: at(place) for place in shown}
    path = [stay["place"] for stay in stays if stay["place"] in shown]
    steps = [(a, b) for a, b in pairwise(path) if a != b and abs(places[a][1] - places[b][1]) <= 180]
    lines = "".join(_arc(points[a], points[b]) for a, b in steps[:MOST_STEPS])
    dots, labels = [], []
    taken: list[Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in points.values()]
    most = max(shown.values())
    for place, count in shown.items():
        x, y = points[place]
        radius = 3 + 3.5 * (count / most) ** 0.5
        dots.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{escape(visible(place))}</title></circle>'
        )
        labels.append(_label(place, x, y, radius, taken))
    units = _outlines()["units"]
    move = f"translate({-left * scale:.1f} {-top * scale:.1f}) scale({squeeze * scale / units:.4f} {scale / units:.4f})"
    return Markup(
        f'<svg class="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f'<g transform="{move}"><use href="#land" class="land"/><use href="#borders" class="borders"/></g>'
        f'<path class="route" d="{lines}"/><g class="stays">{"".join(dots)}</g>{"".join(labels)}</svg>'
    )


def _frame(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """How much a degree of longitude is squeezed, the scale, and the left and the top edge in degrees."""
    lats, lons = [lat for lat, _lon in points], [lon for _lat, lon in points]
    squeeze = max(cos(radians((min(lats) + max(lats)) / 2)), 0.2)
    wide, high = (max(lons) - min(lons)) * squeeze, max(lats) - min(lats)
    scale = min((WIDTH - 2 * MARGIN) / max(wide, NARROWEST), (HEIGHT - 2 * MARGIN) / max(high, NARROWEST))
    left = (max(lons) + min(lons)) / 2 * squeeze - WIDTH / 2 / scale
    top = -(max(lats) + min(lats)) / 2 - HEIGHT / 2 / scale
    return squeeze, scale, left, top


def _arc(one: tuple[float, float], other: tuple[float, float]) -> str:
    """A bent line, so that the way back does not lie on the way there."""
    (x0, y0), (x1, y1) = one, other
    bend = 0.12
    x, y = (x0 + x1) / 2 - (y1 - y0) * bend, (y0 + y1) / 2 + (x1 - x0) * bend
    return f"M{x0:.1f},{y0:.1f}Q{x:.1f},{y:.1f} {x1:.1f},{y1:.1f}"


def _label(place: str, x: float, y: float, radius: float, taken: list[Box]) -> str:
    """The name of a place beside its dot, where it covers nothing; "" if there is no room."""
    name = visible(place).partition(",")[0][:LONGEST_LABEL]
    wide, gap = len(name) * LETTER, radius + 4
    spots = (
        (x + gap, y + 5, "start"),
        (x - gap, y + 5, "end"),
        (x, y - gap, "middle"),
        (x, y + gap + 11, "middle"),
    )
    for tx, ty, anchor in spots:
        left = tx - {"start": 0.0, "end": wide, "middle": wide / 2}[anchor]
        box = (left, ty - LINE + 4, left + wide, ty + 4)
        if box[0] < 2 or box[2] > WIDTH - 2 or box[1] < 2 or box[3] > HEIGHT - 2:
            continue
        if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            taken.append(box)
            return f'<text x="{tx:.1f}" y="{ty:.1f}" text-anchor="{anchor}">{escape(name)}</text>'
    return ""
