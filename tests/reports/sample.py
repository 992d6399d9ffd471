"""Findings of an invented agency quarter: six groups, told in the shapes that the engine hands over."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from filrouge.ads.schema import Reject, Source, rejects_frame
from filrouge.reports.html import ReportData, ads_by_week

Part = str | tuple[str, list[str]]
NAMES = ["anna", "lea", "mia", "sofia", "julie", "kim", "nadia"]
PHONES = [f"+1604555{n:04d}" for n in (123, 145, 167, 188)]
PLACES = ["Montréal, QC, CA", "Toronto, ON, CA", "Vancouver, BC, CA", "Calgary, AB, CA", "Ottawa, ON, CA"]
AGENCIES = ["alpha", "beta", "gamma", "delta & sons", "épsilon"]
TEMPLATES: list[list[Part]] = [
    [
        "relaxing massage downtown with hot stones and quiet music, ask for",
        ("name", NAMES),
        "open every day from",
        ("time", ["9:00", "10:00"]),
        "in",
        ("place", ["montréal", "toronto", "vancouver", "calgary", "ottawa"]),
        "new clients welcome, call",
        ("phone", PHONES),
        "only",
        ("price", ["80", "90", "100 CAD"]),
    ],
    [
        "nous cherchons des personnes sérieuses pour le ménage de bureaux le soir,",
        ("free", ["transport payé", "logement inclus", "sans expérience"]),
        "écrire à",
        ("email", ["emploi@exemple.ca", "jobs@exemple.ca"]),
        "ou",
        ("handle", ["telegram:menage_qc", "whatsapp:menage"]),
    ],
    [
        "bright furnished room near the subway, bills included, no deposit, send a message to",
        ("phone", PHONES[:2]),
        "or see",
        ("url", ["rooms.example/42", "rooms.example/77"]),
        "available from",
        ("time", ["8:00", "18:00"]),
    ],
    [
        "gel nails and manicure at home, I come to you in",
        ("place", ["laval", "longueuil"]),
        "ask",
        ("name", NAMES[:3]),
        "pay by",
        ("payment", ["interac:nails@exemple.ca", "paypal:nails"]),
    ],
    [
        "deep cleaning of flats and houses, two people, own products, thirty years old firm, age of team",
        ("age", ["23", "24", "31"]),
        "book on",
        ("phone", PHONES[1:]),
    ],
    ["my own massage place on the corner since 1998, tea is free, call", ("phone", PHONES[3:])],
]
SIZES = [46, 14, 9, 6, 5, 4]


def sample(groups: int = len(TEMPLATES), seed: int = 7) -> ReportData:
    """Findings with the first `groups` of the templates; the last one shows no sign of organisation."""
    rng = random.Random(seed)
    records, members = [], {}
    days: list[date] = []
    for k, template in enumerate(TEMPLATES[:groups]):
        record, drawn, posted = _group(rng, k, template, SIZES[k])
        records.append(record)
        days += posted
        if record["organisation"]:
            members[record["cluster"]] = drawn
    alone = [date(2026, 1, 5) + timedelta(days=rng.randrange(84)) for _ in range(60)]
    posted_all = pl.Series([datetime(d.year, d.month, d.day) for d in days + alone], dtype=pl.Datetime("us"))
    return ReportData(
        version="0.1.0",
        created="2026-04-02T09:30:00+00:00",
        sources=[
            Source("alpha.csv", "ab12" * 16, 123_456, 80),
            Source("exports/beta.jsonl.gz", "cd34" * 16, 65_432, 64),
        ],
        columns=["alpha.csv: text = body, id = ad_id, posted = date (day first)"],
        ads=len(days) + len(alone),
        cut=38.2,
        records=records,
        members=members,
        weeks=ads_by_week(posted_all, np.array([True] * len(days) + [False] * len(alone))),
        rejects=rejects_frame(
            [Reject("alpha.csv", 3, "posted", "no date can be read from “soon”")] * 3
            + [Reject("alpha.csv", 9, "text", "the text is empty")]
        ),
    )


def _group(
    rng: random.Random, k: int, template: list[Part], size: int
) -> tuple[dict[str, Any], list[dict[str, Any]], list[date]]:
    parts: list[dict[str, Any]] = []
    counts: list[dict[str, int]] = []
    for part in template:
        counts.append({})
        parts.append(
            {"type": "text", "text": part}
            if isinstance(part, str)
            else {"type": "slot", "kind": part[0], "values": counts[-1]}
        )
    drawn, posted = [], []
    agencies: dict[str, int] = {}
    places: dict[str, int] = {}
    identifiers: dict[str, dict[str, int]] = {
        kind: {} for kind in ("phone", "email", "url", "handle", "payment")
    }
    for m in range(size):
        spans: list[dict[str, Any]] = []
        for part, count in zip(template, counts, strict=True):
            if isinstance(part, str):
                spans.append({"op": "same", "text": part.capitalize() + " "})
                continue
            value = rng.choice(part[1])
            count[value] = count.get(value, 0) + 1
            spans.append({"op": "slot", "text": value + " ", "kind": part[0]})
            if part[0] in identifiers:
                identifiers[part[0]][value] = identifiers[part[0]].get(value, 0) + 1
        if m % 4 == 1:
            spans.insert(1, {"op": "insert", "text": "parking behind the house "})
        if m % 5 == 2:
            spans.insert(1, {"op": "delete", "text": "new clients welcome"})
        agency = rng.choice(AGENCIES[: 1 + (k * 2 + 3) % 5] if k < 5 else AGENCIES[:1])
        place = rng.choice(PLACES)
        agencies[agency] = agencies.get(agency, 0) + 1
        places[place] = places.get(place, 0) + 1
        day = date(2026, 1, 5) + timedelta(days=k * 6 + rng.randrange(40))
        posted.append(day)
        drawn.append(
            {
                "id": f"{agency[0]}-{1000 + 37 * m + k}",
                "agency": agency,
                "posted": day.isoformat() if m % 7 else None,
                "location": place,
                "bits": round(70 - m * 0.6, 1),
                "spans": spans,
            }
        )

    def ordered(values: dict[str, int]) -> dict[str, int]:
        return dict(sorted(values.items(), key=lambda item: (-item[1], item[0])))

    for count in counts:
        ranked = ordered(count)
        count.clear()
        count.update(ranked)
    return (
        {
            "cluster": f"C{k + 1:04d}",
            "template": f"T{k:x}3f9a21c04d7e"[:13],
            "ads": size,
            "bits": round(sum(m["bits"] for m in drawn), 2),
            "agencies": ordered(agencies),
            "places": ordered(places),
            "first": min(posted).isoformat(),
            "last": max(posted).isoformat(),
            "parts": parts,
            "identifiers": {kind: ordered(values) for kind, values in identifiers.items()},
            "agency_form": k == 1,
            "agency_identifiers": {"phone": {"+18005550100": 2}} if k == 1 else {},
            "signs": {"phone": len(identifiers["phone"])} if k != 5 else {},
            "organisation": k != 5,
        },
        drawn[:40],
        posted,
    )
