"""Invented networks in the shapes that the report is given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sample import PHONES, sample

from filrouge.reports.html import ReportData
from filrouge.reports.html.network_drawings import Link, Node
from filrouge.reports.html.networks import NetworksFound, PairTie

PARTS = [("phone", 12.25), ("text", 4.5), ("style", 0.61), ("against", -1.4), ("once", -3.1)]


def network(name: str = "N0001", words: str = "") -> dict[str, Any]:
    """A line of networks.jsonl; `words` stands wherever an ad's own words may."""
    return {
        "network": name,
        "ads": 31,
        "signs": {"phone": 2, "name": 3},
        "strength": 4.58,
        "strength_parts": {"phone": 1.0, "name": 1.58, "agencies": 1.0, "places": 1.0},
        "voices": 3,
        "clusters": ["C0001", "C0002"],
        "single_ads": [f"a-77{words}"],
        "agencies": {f"alpha{words}": 21, "beta": 10},
        "places": {f"Toronto, ON{words}": 20, "Ottawa, ON": 11},
        "first": "2026-01-05",
        "last": "2026-03-02",
        "identifiers": {"phone": {PHONES[0]: 20, f"{PHONES[1]}{words}": 11}, "email": {"a@b.example": 4}},
        "names": {f"anna{words}": 9, "lea": 5, "mia": 3},
        "alone": ["email"],
        "itinerary": [
            {"place": f"Toronto, ON, CA{words}", "first": "2026-01-05", "last": "2026-01-09", "ads": 20},
            {"place": "Ottawa, ON, CA", "first": "2026-02-26", "last": "2026-03-02", "ads": 11},
        ],
        "weeks": {"2026-01-05": 20, "2026-02-23": 10, "2026-03-02": 1},
        "strongest": [],
        "against": [
            {
                "a": "C0001",
                "b": f"a-77{words}",
                "kind": "against",
                "bits": -1.4,
                "kinds": [{"kind": kind, "bits": bits} for kind, bits in PARTS],
            }
        ],
        "possible": [{"a": "C0002", "b": f"handle:far{words}", "bits": 3.2}],
        "holds_together": {
            "fewest_bits": 6.1,
            "fewest": [["C0002", f"phone:{PHONES[1]}"]],
            "without": [
                {"kind": "phone", "identifier": None, "parts": 0, "alone": 3, "still_one": False},
                {"kind": "text", "identifier": None, "parts": 1, "alone": 0, "still_one": True},
                {"kind": "phone", "identifier": f"phone:{PHONES[0]}", "parts": 3, "alone": 0, "still_one": False},
                {"kind": "email", "identifier": f"email:a{words}", "parts": 1, "alone": 1, "still_one": False},
            ],
        },
        "lineage": [
            {"template": "C0001", "of": None, "bits": 0.0, "relation": "", "shared": []},
            {
                "template": "C0002",
                "of": "C0001",
                "bits": 40.2,
                "relation": "same hand",
                "shared": [f"phone:{PHONES[0]}{words}"],
            },
        ],
    }  # fmt: skip


def found(words: str = "") -> NetworksFound:
    """One network with all that is drawn of it."""
    row = {"network": "N0001", "ads": 12, "words": f"{PHONES[0]} (12){words}", "low_strangers": 2.0}
    row |= {"lift_strangers": 3.1, "lift_independents": float("inf"), "low_independents": 4.0}
    return NetworksFound(
        records=[network(words=words)],
        others=215,
        graphs={
            "N0001": (
                [
                    Node("C0001", "C0001", "cluster"),
                    Node("C0002", "C0002", "cluster"),
                    Node("a-77", f"a-77{words}", "ad"),
                    Node(f"phone:{PHONES[0]}", f"{PHONES[0]}{words}", "phone"),
                ],
                [
                    Link("C0001", f"phone:{PHONES[0]}", "phone", 6.7),
                    Link("C0002", f"phone:{PHONES[0]}", "phone", 5.0),
                    Link("C0001", "a-77", "text", 2.0),
                ],
            )
        },
        ties={"N0001": [PairTie("C0001", f"C0002{words}", PARTS)]},
        indicators={
            "N0001": [
                {**row, "indicator": "several-texts-one-phone", "tells_nothing": False},
                {**row, "indicator": "several-area-codes", "tells_nothing": True},
            ]
        },
        places={f"Toronto, ON, CA{words}": (43.7, -79.4), "Ottawa, ON, CA": (45.4, -75.7)},
        disguises=[
            {
                "rule": "dots_between",
                "name": "Dots between digits",
                "count": 210,
                "first": "2026-01-01",
                "last": "2026-03-01",
                "agencies": 4,
                "example": "604 → 6.0.4",
            }
        ],
    )


def report(words: str = "") -> ReportData:
    """The invented quarter with its network."""
    return replace(sample(), networks=found(words))
