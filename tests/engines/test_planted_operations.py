"""Operations that are planted in a copy of the corpus."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from filrouge.engines.planted import KINDS, TOWNS, VOICES, Operation, plant, recovered
from filrouge.networks.units import QUIET_DAYS

TOWNS_OF_CORPUS = ("Toronto, ON", "Montréal, QC", "Calgary, AB", "Halifax, NS", "Winnipeg, MB", "Regina, SK")


def corpus(n: int = 120) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [f"ad-{k}" for k in range(n)],
            "text": [f"We mend bicycle number {k} and you will be happy with the work." for k in range(n)],
            "agency": [f"site{k % 2}" for k in range(n)],
            "posted": [datetime(2026, 1, 5) + timedelta(days=k // 2) for k in range(n)],
            "location": [TOWNS_OF_CORPUS[k % 6] for k in range(n)],
        }
    )


def test_each_kind_is_planted_so_often_and_nothing_else_changes() -> None:
    ads = corpus()
    copy, operations = plant(ads, range(120), 4, 1)
    assert sorted(one.kind for one in operations) == sorted(KINDS * 4)
    planted = {ad for one in operations for ads_of_voice in one.voices for ad in ads_of_voice}
    assert sum(len(ads_of_voice) for one in operations for ads_of_voice in one.voices) == len(planted)
    others = copy.filter(~pl.col("id").is_in(list(planted)))
    assert others.equals(ads.filter(~pl.col("id").is_in(list(planted))))


def test_the_voices_of_one_operation_share_only_what_they_were_given() -> None:
    ads = corpus()
    copy, operations = plant(ads, range(120), 4, 1)
    before, after = (
        {ad: table.row(k, named=True) for k, ad in enumerate(table["id"])} for table in (ads, copy)
    )
    given = []
    for one in operations:
        assert len(one.voices) == VOICES
        firsts = [after[voice[0]] for voice in one.voices]
        assert len({row["agency"] for row in firsts}) == 1
        days = [row["posted"] for row in firsts]
        assert max(days) - min(days) < timedelta(days=QUIET_DAYS)
        if one.kind == "movement":
            ways = [
                [(after[ad]["location"], after[ad]["posted"]) for ad in voice[1:]] for voice in one.voices
            ]
            assert ways[0] == ways[1] == ways[2]
            assert len({town for town, _day in ways[0]}) == TOWNS
            assert all(after[ad]["text"] == before[voice[0]]["text"] for voice in one.voices for ad in voice)
        else:
            contacts = {row["text"].removeprefix(before[row["id"]]["text"]) for row in firsts}
            assert len(contacts) == 1
            given.append(contacts.pop())
    assert len(set(given)) == len(given)
    assert all(given)


def test_a_corpus_without_lone_ads_gets_none() -> None:
    copy, operations = plant(corpus(), [], 5, 1)
    assert operations == []
    assert copy.equals(corpus())


def test_nobody_moves_through_a_corpus_of_one_town() -> None:
    ads = corpus().with_columns(location=pl.lit("Toronto, ON"))
    kinds = {one.kind for one in plant(ads, range(120), 4, 1)[1]}
    assert kinds == {"phone", "handle"}


def test_ads_too_far_apart_in_time_for_one_number_are_not_put_together() -> None:
    ads = corpus().with_columns(
        posted=pl.Series([datetime(2000, 1, 1) + timedelta(days=60 * k) for k in range(120)])
    )
    assert plant(ads, range(120), 4, 1)[1] == []


OPERATIONS = [
    Operation("phone", (("a",), ("b",), ("c",))),
    Operation("phone", (("d",), ("e",), ("f",))),
    Operation("movement", (("g", "g2"), ("h",), ("i",))),
]
VOICE = {name: k for k, name in enumerate(("a", "b", "c", "d", "e", "f", "g", "h", "i", "s", "t"))} | {
    "g2": 6
}


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ({}, {"phone": (2, 0, 0, 0), "handle": (0, 0, 0, 0), "movement": (1, 0, 0, 0)}),
        (
            {"a": 0, "b": 0, "c": 0, "d": 1, "e": 1, "s": 1, "t": 1, "g": 2, "g2": 2, "h": 2, "i": 2},
            {"phone": (2, 1, 1, 2), "handle": (0, 0, 0, 0), "movement": (1, 1, 0, 0)},
        ),
        (
            {"a": 0, "b": 1, "c": 2, "g": 3, "s": 3},
            {"phone": (2, 0, 0, 0), "handle": (0, 0, 0, 0), "movement": (1, 0, 0, 0)},
        ),
    ],
)
def test_what_is_found_in_part_and_who_is_drawn_in_is_counted(
    network: dict[str, int], expected: dict[str, tuple[int, ...]]
) -> None:
    everyone = dict.fromkeys(VOICE, -1) | network
    rows = {row["kind"]: row for row in recovered(OPERATIONS, VOICE, everyone)}
    names = ("planted", "found", "partly", "strangers")
    assert {kind: tuple(row[name] for name in names) for kind, row in rows.items()} == expected
