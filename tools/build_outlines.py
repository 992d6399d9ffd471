"""Write src/filrouge/reports/html/data/outlines.json: coasts and borders for the maps of the report.

Natural Earth at 1:110 million (public domain) by way of the npm package world-atlas 2.0.2 (ISC). After
`npm pack world-atlas@2.0.2` and unpacking it:

    python tools/build_outlines.py package/countries-110m.json
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "src/filrouge/reports/html/data/outlines.json"
SOURCE = "Natural Earth 1:110m (public domain), from world-atlas 2.0.2 (ISC)"
UNITS = 10
"""Of a degree: a tenth is finer than the outlines."""
SOUTHERNMOST = -60
"""What lies south of it is left out."""

Point = tuple[int, int]


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs in tenths of a degree, east and south positive, as an SVG counts."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((round((x * kx + x0) * UNITS), -round((y * ky + y0) * UNITS)))
        arcs.append(points)
    return arcs


def rings(topology: dict[str, Any], name: str) -> Iterator[list[int]]:
    """The rings of an object's polygons, each a list of arcs; ~k is arc k from its end."""
    for shape in topology["objects"][name]["geometries"]:
        if shape["type"] == "Polygon":
            yield from shape["arcs"]
        elif shape["type"] == "MultiPolygon":
            for polygon in shape["arcs"]:
                yield from polygon


def path_of(points: list[Point], closed: bool) -> str:
    """The points as an SVG path with relative steps; "" for what no map needs: the far south.

    Siberia goes on beyond 180 degrees east, so that the ring of Eurasia is whole.
    """
    steps = [(x - x0, y - y0) for (x0, y0), (x, y) in pairwise(points) if (x, y) != (x0, y0)]
    around = 360 * UNITS
    steps = [((dx + around // 2) % around - around // 2, dy) for dx, dy in steps]
    if closed:
        steps = steps[:-1]
    if not steps or min(y for _, y in points) > -SOUTHERNMOST * UNITS:
        return ""
    numbers = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{numbers}" + ("z" if closed else "")


def main(source: Path) -> None:
    """Convert one file of world-atlas."""
    topology = json.loads(source.read_text(encoding="utf-8"))
    arcs = arcs_of(topology)
    land = []
    for ring in rings(topology, "land"):
        points: list[Point] = []
        for k in ring:
            part = arcs[k] if k >= 0 else arcs[~k][::-1]
            points += part[1:] if points else part
        land.append(path_of(points, closed=True))
    uses = Counter(k if k >= 0 else ~k for ring in rings(topology, "countries") for k in ring)
    borders = [path_of(arcs[k], closed=False) for k, count in sorted(uses.items()) if count > 1]
    out = {"source": SOURCE, "units": UNITS, "land": "".join(land), "borders": "".join(borders)}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
