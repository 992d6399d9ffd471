"""Invented data for the page of drawings."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

PLACES = {
    "Montréal": (45.51, -73.55),
    "Kingston": (44.23, -76.49),
    "Toronto": (43.70, -79.42),
    "Ottawa": (45.42, -75.70),
    "Québec": (46.81, -71.21),
}


def drawings() -> dict[str, Any]:
    """Specifications and data of every kind of drawing, about the same invented ads."""
    draw = random.Random(5)
    first = date(2026, 1, 1)
    rows = [
        {
            "day": (first + timedelta(days=draw.randrange(60))).isoformat(),
            "cluster": draw.choice(["C1", "C1", "C2", "C3"]),
            "agency": draw.choice(["harbourlist", "petitesannonces", "northboard"]),
            "place": draw.choice(list(PLACES)),
        }
        for _ad in range(120)
    ]
    rows.sort(key=lambda row: row["day"])
    day = {"field": "day", "type": "temporal", "title": None}
    return {
        "time": {
            "data": {"values": rows},
            "mark": "bar",
            "params": [{"name": "brush", "select": {"type": "interval", "encodings": ["x"]}}],
            "encoding": {
                "x": {**day, "timeUnit": "yearmonthdate"},
                "y": {"aggregate": "count", "title": "Ads"},
                "tooltip": [{**day, "title": "Day"}, {"aggregate": "count", "title": "Ads"}],
            },
        },
        "rows": {
            "data": {"values": rows},
            "height": {"step": 34},
            "mark": "circle",
            "params": [{"name": "pick", "select": {"type": "point", "fields": ["cluster"]}}],
            "encoding": {
                "x": {**day, "timeUnit": "yearmonthdate"},
                "y": {"field": "cluster", "type": "nominal", "title": None},
                "size": {"aggregate": "count", "title": "Ads", "legend": None},
            },
        },
        "agencies": {
            "data": {"values": rows},
            "mark": "bar",
            "params": [{"name": "agency", "select": {"type": "point", "fields": ["agency"]}}],
            "encoding": {
                "y": {"field": "agency", "type": "nominal", "title": None},
                "x": {"aggregate": "count", "title": "Ads"},
                "color": {"value": "@accent2"},
            },
        },
        "graph": graph(),
        "map": {
            "places": [
                {
                    "place": place,
                    "lat": lat,
                    "lon": lon,
                    "ads": sum(row["place"] == place for row in rows),
                    "first": min(row["day"] for row in rows if row["place"] == place),
                    "last": max(row["day"] for row in rows if row["place"] == place),
                }
                for place, (lat, lon) in PLACES.items()
            ],
            "moves": [
                {"from": one["place"], "to": other["place"], "day": other["day"], "cluster": other["cluster"]}
                for one, other in zip(rows[::6], rows[6::6], strict=False)
                if one["place"] != other["place"]
            ],
            "days": [{**row, "ads": 1} for row in rows],
        },
        "table": rows[::8],
    }


def graph() -> dict[str, Any]:
    """Twelve clusters, nine phones."""
    draw = random.Random(8)
    clusters = [
        {
            "id": f"C{n}",
            "label": f"C{n}",
            "kind": "cluster",
            "ads": draw.choice([2, 5, 9, 31, 80]),
            "href": f"#C{n}",
        }
        for n in range(1, 13)
    ]
    phones = [{"id": f"P{n}", "label": f"[phone {n:04x}]", "kind": "phone", "ads": n} for n in range(1, 10)]
    edges = [
        {
            "source": f"C{n}",
            "target": f"C{draw.randrange(1, n)}",
            "bits": draw.uniform(3, 40),
            "possible": n % 4 == 0,
            "label": "phone, text",
        }
        for n in range(2, 13)
    ]
    edges += [
        {"source": f"C{draw.randrange(1, 13)}", "target": phone["id"], "bits": 9.0, "label": "phone"}
        for phone in phones
        for _use in range(2)
    ]
    unique = {(edge["source"], edge["target"]): edge for edge in edges}
    return {"nodes": clusters + phones, "edges": list(unique.values())}
