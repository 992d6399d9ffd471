"""Networks as people read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from cases import CITIES, TEXTS, Ad, Outcome, day, phone, planted, reposts

from filrouge.networks.learning import KINDS
from filrouge.networks.organisation import signs_of_organisation, strength_parts
from filrouge.networks.units import TYING

NOTHING: dict[str, dict[str, int]] = {kind: {} for kind in TYING}


def records_of(found: Outcome) -> list[dict[str, Any]]:
    return found.findings.networks.networks.records


def record_with(found: Outcome, name: str) -> dict[str, Any]:
    (rank,) = found.ranks(name)
    assert rank >= 0
    return records_of(found)[rank]


def test_records_are_plain_values_and_in_order_of_strength(mixed: Outcome) -> None:
    records = records_of(mixed)
    assert len(records) > 3
    assert json.loads(json.dumps(records)) == records
    strengths = [record["strength"] for record in records]
    assert strengths == sorted(strengths, reverse=True)
    assert [record["network"] for record in records] == [f"N{k + 1:04d}" for k in range(len(records))]


def test_the_parts_of_a_strength_sum_to_it(mixed: Outcome) -> None:
    for record in records_of(mixed):
        assert record["signs"]
        assert set(record["signs"]) <= set(record["strength_parts"])
        assert sum(record["strength_parts"].values()) == pytest.approx(record["strength"], abs=0.006)


def test_a_record_counts_its_ads_places_agencies_and_days(mixed: Outcome) -> None:
    ads, networks = mixed.findings.read.ads, mixed.findings.networks.networks
    for rank, record in enumerate(records_of(mixed)):
        mine = ads[networks.ads_of(rank)]
        assert record["ads"] == mine.height
        assert record["voices"] == len(record["clusters"]) + len(record["single_ads"])
        assert sum(record["agencies"].values()) == mine.filter(pl.col("agency") != "").height
        assert sum(record["places"].values()) == mine.filter(pl.col("location") != "").height
        days = mine["posted"].drop_nulls().cast(pl.Date)
        assert (record["first"], record["last"]) == (str(days.min()), str(days.max()))
        assert sum(record["weeks"].values()) == days.len()
        assert list(record["weeks"]) == sorted(record["weeks"])


def test_every_ad_is_in_at_most_one_network(mixed: Outcome) -> None:
    networks = mixed.findings.networks.networks
    ads = np.concatenate([networks.ads_of(rank) for rank in range(len(networks.shown))])
    assert np.unique(ads).size == ads.size
    assert set(ads.tolist()) == set(np.flatnonzero(mixed.findings.networks.of_ad >= 0).tolist())


def test_the_strongest_ties_come_first_and_their_waterfalls_sum_up(mixed: Outcome) -> None:
    seen = 0
    for record in records_of(mixed):
        for ties, sign in ((record["strongest"], 1), (record["against"], -1)):
            bits = [sign * tie["bits"] for tie in ties]
            assert bits == sorted(bits, reverse=True)
            assert all(value >= 0 for value in bits)
        for tie in record["strongest"] + record["against"]:
            assert tie["kind"] in KINDS
            for part in tie.get("kinds", []):
                assert part["kind"] in (*KINDS, "once")
                assert part["bits"] != 0
                seen += 1
    assert seen


def test_a_chain_says_what_holds_it_together(mixed: Outcome) -> None:
    """Without its phones a chain of texts falls apart; of its links the weakest is the fewest."""
    record = record_with(mixed, "link0")
    assert record["voices"] == 4
    about = record["holds_together"]
    assert about["fewest_bits"] > 0
    assert about["is_least"] is True
    assert about["fewest"]
    (phones,) = [row for row in about["without"] if row["kind"] == "phone" and row["identifier"] is None]
    assert not phones["still_one"]
    one_phone = [row for row in about["without"] if row["identifier"]]
    assert one_phone
    assert {row["identifier"] for row in one_phone} <= {
        f"phone:{value}" for value in record["identifiers"]["phone"]
    }


def test_a_group_that_moves_shows_its_itinerary_and_stands_without_phones(mixed: Outcome) -> None:
    record = record_with(mixed, "mover0")
    assert record["voices"] == 3
    stays = record["itinerary"]
    assert len(stays) == 6
    assert [stay["first"] for stay in stays] == sorted(stay["first"] for stay in stays)
    assert len({stay["place"] for stay in stays}) == 6
    assert sum(stay["ads"] for stay in stays) == 18
    assert {row["kind"] for row in record["holds_together"]["without"] if not row["still_one"]} == {
        "movement"
    }


def test_people_alone_are_counted_and_not_shown(mixed: Outcome) -> None:
    networks = mixed.findings.networks.networks
    assert networks.others >= 6  # the planted ones, and those of the synthetic ads
    solo = ("solo0", "solo1", "solo2", "solo3", "early", "late")
    assert mixed.ranks(*solo) == {-1}
    written = json.dumps(records_of(mixed))
    for name in solo:
        assert f'"{name}-' not in written
    for unit in mixed.voices(*solo):
        assert f'"{networks.unit_name(unit)}"' not in written


def test_signs_and_the_case_for_one_person_do_not_contradict(mixed: Outcome) -> None:
    for record in records_of(mixed):
        for sign in record["signs"]:
            if sign in TYING:
                assert len(record["identifiers"][sign]) >= 2
                assert sign not in record["alone"]
        for name in record["alone"]:
            assert len(record["identifiers"].get(name, record.get(name, ()))) == 1


def test_a_possible_link_names_two_that_are_not_in_one_network(mixed: Outcome) -> None:
    for record in records_of(mixed):
        for link in record["possible"]:
            assert link["a"] != link["b"]
            assert link["bits"] > 0


def test_two_who_share_a_flat_stay_unranked_however_they_meet(tmp_path: Path) -> None:
    """With a picture-perfect household (one landline, two mobiles), and with the landline alone."""
    flat = "613 555 0177"
    ads = reposts("one", f"{TEXTS[1]} {phone(1)} or at home {flat}", 4)
    ads += reposts("two", f"{TEXTS[11]} {phone(7)}, evenings {flat}", 4, first=3)
    ads += reposts("three", f"{TEXTS[15]} {phone(11)}", 3) + reposts("four", f"{TEXTS[17]} {phone(11)}", 3)
    found = planted(tmp_path, ads)
    assert found.ranks("one", "two", "three", "four") == {-1}


def test_three_with_phones_of_their_own_who_share_one_are_ranked(tmp_path: Path) -> None:
    """Right: ranked. Three mobiles behind one number are more than a couple; the reader decides what they are."""
    names = ("one", "two", "three")
    ads = [
        Ad(f"{name}-{n}", f"{TEXTS[k]} {phone(k + 1)} or 613 555 0177", day(5 * n + k), CITIES[0])
        for k, name in enumerate(names)
        for n in range(4)
    ]
    found = planted(tmp_path, ads)
    assert found.are_one_network(*names)


def test_two_who_share_a_flat_but_one_has_phones_enough_alone_are_ranked(tmp_path: Path) -> None:
    """A voice that shows signs by itself is not hidden by sharing a number."""
    ads = [
        Ad(f"one-{n}", f"{TEXTS[1]} {phone(1 + n % 3)} or {phone(20)}", day(4 * n), CITIES[n % 2])
        for n in range(9)
    ]
    ads += reposts("two", f"{TEXTS[11]} {phone(7)} or {phone(20)}", 4)
    found = planted(tmp_path, ads)
    assert -1 not in found.ranks("one")


@pytest.mark.parametrize(
    ("identifiers", "names", "agencies", "ads", "signs"),
    [
        ({}, {}, 1, 9, {}),
        ({"phone": {"+1": 9}}, {"anna": 9}, 3, 9, {}),
        ({"phone": {"+1": 6, "+2": 3}}, {}, 1, 9, {"phone": 2}),
        ({"phone": {"+1": 8, "+2": 1}}, {}, 1, 9, {}),
        ({"phone": {"+1": 5}, "email": {"a@b": 5}, "handle": {"x:a": 5}}, {}, 1, 5, {}),
        ({"handle": {"telegram:a": 5, "whatsapp:a": 5}}, {}, 1, 5, {}),
        ({"handle": {"telegram:a": 5, "telegram:b": 5}}, {}, 1, 5, {"handle": 2}),
        ({}, {"anna": 4, "julie": 4}, 1, 8, {"name": 2}),
        ({}, {}, 2, 8, {"agency": 2}),
        ({"url": {"a.example": 4, "b.example": 4}}, {}, 1, 8, {}),
    ],
)
def test_only_two_of_one_kind_are_a_sign(
    identifiers: dict[str, dict[str, int]],
    names: dict[str, int],
    agencies: int,
    ads: int,
    signs: dict[str, int],
) -> None:
    assert signs_of_organisation({**NOTHING, **identifiers}, names, agencies, ads) == signs


def test_only_evidence_speaks_against_and_not_the_start_of_the_model(mixed: Outcome) -> None:
    graph, weighed = mixed.findings.networks.graph, mixed.findings.networks.weighed
    below = np.flatnonzero((graph.bits < 0) & (graph.pair >= 0))
    by_kind = weighed.model.parts(weighed.bits[graph.pair[below]])[:, :-1]
    assert (by_kind > -0.05).all(axis=1).any(), "no pair that only the start speaks against"
    for record in records_of(mixed):
        for tie in record["against"]:
            assert min(part["bits"] for part in tie["kinds"] if part["kind"] != "once") <= -0.05


@pytest.mark.parametrize(
    ("signs", "agencies", "places", "parts"),
    [
        ({"agency": 3}, 3, 4, {"agency": 1.58, "places": 2.0}),
        ({"phone": 8, "name": 2}, 2, 6, {"phone": 3.0, "name": 1.0, "agencies": 1.0, "places": 2.58}),
        ({"phone": 2}, 1, 1, {"phone": 1.0}),
        ({}, 5, 5, {}),
    ],
)
def test_agencies_that_are_the_sign_are_counted_once(
    signs: dict[str, int], agencies: int, places: int, parts: dict[str, float]
) -> None:
    assert strength_parts(signs, agencies, places) == parts


def test_two_ways_of_writing_a_town_are_one_place_and_a_place_that_nobody_knows_stays(tmp_path: Path) -> None:
    where = ("Toronto, ON", "toronto, ontario", "TORONTO ON", "the old mill by the brook")
    ads = [Ad(f"wide-{k}", f"{TEXTS[14]} {phone(k % 2 + 1)}", day(2 * k), where[k % 4]) for k in range(12)]
    record = record_with(planted(tmp_path, ads), "wide")
    assert record["places"] == {"Toronto, ON, CA": 9, "the old mill by the brook": 3}
    assert record["strength_parts"]["places"] == 1
