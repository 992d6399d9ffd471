"""Shared itineraries, impossible movement, and the map."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.networks.movement import (
    Movement,
    coordinates,
    great_circle_km,
    impossible_bits,
    impossible_moves,
    itineraries_geojson,
    movement_bits,
    presences,
)
from filrouge.networks.travel import MOST_AGAINST, hours_needed, impossible_record

WHERE = {
    "Toronto": (43.7, -79.42),
    "Mississauga": (43.58, -79.66),
    "Thunder Bay": (48.38, -89.25),
    "Sudbury": (46.49, -80.99),
    "Timmins": (48.47, -81.33),
    "Kenora": (49.77, -94.49),
    "Winnipeg": (49.88, -97.15),
}
MONDAY = date(2025, 3, 3)


def presence(rows):
    """Rows of (unit, place, week, hour or None)."""
    out = []
    for unit, place, week, *hour in rows:
        day = MONDAY + timedelta(days=7 * week)
        at = datetime(day.year, day.month, day.day) + timedelta(hours=hour[0]) if hour else None
        lat, lon = WHERE[place]
        out.append((unit, "jobs.example", place, lat, lon, at.date() if at else day, at))
    return pl.DataFrame(
        out,
        schema={
            "unit": pl.Int32,
            "agency": pl.String,
            "place": pl.String,
            "latitude": pl.Float64,
            "longitude": pl.Float64,
            "day": pl.Date,
            "at": pl.Datetime("us"),
        },
        orient="row",
    )


def residents(first=100, weeks=8):
    """300 who live in Toronto and 20 in each other town, seen every week."""
    rows, unit = [], first
    for place in WHERE:
        for _ in range(300 if place == "Toronto" else 20):
            rows += [(unit, place, week) for week in range(weeks)]
            unit += 1
    return rows


def bits(rows, a=0, b=1):
    return float(movement_bits(presence(rows), np.array([a]), np.array([b]))[0])


def test_two_who_go_through_three_small_towns_in_the_same_weeks_are_tied():
    way = ["Toronto", "Sudbury", "Timmins", "Kenora"]
    rows = [(unit, place, week) for unit in (0, 1) for week, place in enumerate(way)]
    assert bits(residents() + rows) > 12


def test_neighbours_who_never_leave_the_town_are_not_tied_by_it():
    rows = [(unit, "Kenora", week) for unit in (0, 1) for week in range(8)]
    assert bits(residents() + rows) == 0


def test_a_town_where_everyone_is_counts_next_to_nothing():
    small = [(u, p, w) for u in (0, 1) for w, p in enumerate(["Kenora", "Timmins"])]
    large = [(u, p, w) for u in (0, 1) for w, p in enumerate(["Kenora", "Toronto"])]
    assert bits(residents() + large) < 1 < 3 < bits(residents() + small)


def test_the_same_towns_in_other_weeks_are_no_shared_itinerary():
    rows = [(0, p, w) for w, p in enumerate(["Toronto", "Sudbury", "Timmins"])]
    rows += [(1, p, w + 3) for w, p in enumerate(["Toronto", "Sudbury", "Timmins"])]
    assert bits(residents() + rows) == 0


def test_a_suburb_and_its_town_are_one_place():
    rows = [(u, p, w) for u in (0, 1) for w, p in enumerate(["Toronto", "Mississauga", "Toronto"])]
    assert bits(residents() + rows) == 0


def test_going_home_again_is_not_counted_a_second_time():
    there = [(u, p, w) for u in (0, 1) for w, p in enumerate(["Timmins", "Kenora"])]
    back = there + [(u, "Timmins", 2) for u in (0, 1)]
    assert bits(residents() + back) <= bits(residents() + there)


def test_where_one_of_them_lives_the_other_may_meet_him():
    rows = [(0, "Kenora", w) for w in range(8) if w != 3] + [(0, "Timmins", 3)]
    rows += [(1, "Timmins", w) for w in range(8) if w != 4] + [(1, "Kenora", 4)]
    assert bits(residents() + rows) < 2


def test_tools_that_post_for_every_town_each_week_are_not_tied():
    rows = [(u, p, w) for u in (0, 1) for w in range(8) for p in WHERE]
    assert bits(residents() + rows) < 2


def test_a_route_that_many_take_in_that_week_ties_nobody():
    rows = [(u, p, w) for u in range(60) for w, p in enumerate(["Timmins", "Kenora"])]
    assert bits(residents() + rows) < 1


def test_more_chances_to_meet_make_one_meeting_worth_less():
    meeting = [(u, p, w) for u in (0, 1) for w, p in [(0, "Sudbury"), (7, "Kenora")]]
    busy = meeting + [(0, "Timmins", w) for w in range(1, 7)] + [(1, "Winnipeg", w) for w in range(1, 7)]
    assert bits(residents() + busy) < bits(residents() + meeting) - 2


def test_an_empty_table_and_unknown_units_give_no_bits():
    assert bits([]) == 0
    assert bits(residents(), 7, 8) == 0
    assert movement_bits(presence(residents()), np.zeros(0, int), np.zeros(0, int)).size == 0


def test_the_pair_that_moves_together_is_proposed_and_its_record_says_why():
    way = ["Toronto", "Sudbury", "Timmins", "Kenora"]
    rows = [(unit, place, week) for unit in (0, 1) for week, place in enumerate(way)]
    movement = Movement.of(presence(residents() + rows))
    a, b = movement.candidates()
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == [(0, 1)]
    record = movement.record(0, 1)
    assert [move["to"] for move in record["moves"]] == way[1:]
    assert all(move["km_per_hour"] > 0 and move["one_in"] > 1 for move in record["moves"])
    assert record["bits"] == pytest.approx(float(movement.bits(a, b)[0]), abs=0.01)


def test_a_stay_that_one_did_not_advertise_does_not_hide_the_pair():
    rows = [(0, p, w) for w, p in [(0, "Sudbury"), (1, "Timmins"), (2, "Kenora")]]
    rows += [(1, p, w) for w, p in [(0, "Sudbury"), (2, "Kenora")]]
    movement = Movement.of(presence(residents() + rows))
    assert (0, 1) in set(zip(*(x.tolist() for x in movement.candidates()), strict=True))


def random_rows():
    return st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(sorted(WHERE)), st.integers(0, 5)), max_size=60
    )


@given(random_rows())
def test_bits_are_the_same_both_ways_round_and_never_negative(rows):
    movement = Movement.of(presence(rows))
    a, b = np.triu_indices(6, 1)
    one = movement.bits(a.astype(np.int32), b.astype(np.int32))
    other = movement.bits(b.astype(np.int32), a.astype(np.int32))
    assert (one >= 0).all()
    assert np.isfinite(one).all()
    np.testing.assert_allclose(one, other, atol=1e-4)


@given(random_rows(), st.randoms())
def test_the_order_of_the_rows_changes_nothing(rows, random):
    mixed = random.sample(rows, len(rows))
    assert bits(rows) == bits(mixed)


def test_the_great_circle_from_toronto_to_vancouver():
    assert great_circle_km(43.6532, -79.3832, 49.2827, -123.1207) == pytest.approx(3359, abs=5)
    assert great_circle_km(10, 20, 10, 20) == 0
    assert hours_needed(np.array([60.0]))[0] == pytest.approx(0.5)
    assert hours_needed(np.array([1800.0]))[0] == pytest.approx(5.0)


def one_hand_each():
    """Forty who post twice a day from one town each, in towns all over."""
    rows = []
    for unit in range(10, 50):
        place = sorted(WHERE)[unit % len(WHERE)]
        rows += [(unit, place, week, hour) for week in range(4) for hour in (9 + unit % 5, 14 + unit % 7)]
    return rows


def test_two_far_towns_within_the_hour_speak_against_one_hand():
    rows = [(0, "Toronto", 0, 10), (1, "Winnipeg", 0, 11)]
    found = impossible_bits(presence(one_hand_each() + rows), np.array([0]), np.array([1]))[0]
    assert -MOST_AGAINST <= found < -1


def test_however_many_conflicts_the_bits_are_bounded():
    rows = [(0, "Toronto", w, 10) for w in range(50)] + [(1, "Winnipeg", w, 11) for w in range(50)]
    found = impossible_bits(presence(one_hand_each() + rows), np.array([0]), np.array([1]))[0]
    assert found == -MOST_AGAINST


def test_a_flight_between_two_postings_is_possible():
    rows = [(0, "Toronto", 0, 8), (1, "Winnipeg", 0, 14)]
    assert impossible_bits(presence(one_hand_each() + rows), np.array([0]), np.array([1]))[0] == 0


def test_days_without_hours_make_nothing_impossible():
    rows = [(0, "Toronto", 0), (1, "Winnipeg", 0)]
    assert impossible_bits(presence(one_hand_each() + rows), np.array([0]), np.array([1]))[0] == 0
    assert impossible_moves(presence([(0, "Toronto", 0), (0, "Winnipeg", 0)])).height == 0


def test_where_everyone_reposts_for_many_towns_conflicts_say_nothing():
    rows = [(u, p, w, 9 + u % 3) for u in range(40) for w in range(4) for p in WHERE]
    assert impossible_bits(presence(rows), np.array([0]), np.array([1]))[0] == 0


def test_the_record_of_a_conflict_states_its_speeds():
    rows = [(0, "Toronto", 0, 10), (1, "Winnipeg", 0, 11)]
    record = impossible_record(presence(one_hand_each() + rows), 0, 1)
    (conflict,) = record["conflicts"]
    assert conflict["km_per_hour"] > record["air_km_per_hour"]
    assert conflict["hours"] == 1.0
    assert record["bits"] < 0


def test_one_number_in_two_far_towns_at_once_is_reported():
    found = impossible_moves(presence([(0, "Toronto", 0, 10), (0, "Winnipeg", 0, 11), (1, "Toronto", 0, 10)]))
    assert found["unit"].to_list() == [0]
    assert found["km"][0] == pytest.approx(1515, abs=15)


def test_presence_knows_hours_only_where_the_file_has_them():
    ads = pl.DataFrame(
        {
            "agency": ["x", "x", "x"],
            "posted": [datetime(2025, 3, 3), datetime(2025, 3, 3, 9, 30), None],
        }
    )
    places = pl.DataFrame({"ad": [0, 1, 2], "value": ["Toronto, ON, CA"] * 3})
    holders = pl.DataFrame({"ad": [0, 1, 2], "unit": [5, 5, 5]})
    found = presences(holders, ads, places)
    assert found["at"].to_list() == [None, datetime(2025, 3, 3, 9, 30)]
    assert found["latitude"][0] == pytest.approx(43.7, abs=0.1)


def test_a_label_that_is_no_town_has_no_coordinates():
    found = coordinates(["Downtown", "Montréal, QC, CA"])
    assert dict(found.select("value", pl.col("lat").is_null()).iter_rows()) == {
        "Downtown": True,
        "Montréal, QC, CA": False,
    }


def test_the_map_has_a_line_for_each_network_and_a_point_for_each_stay():
    rows = [(0, "Toronto", 0), (1, "Sudbury", 1), (0, "Timmins", 2), (2, "Kenora", 0)]
    members = pl.DataFrame({"unit": [0, 1, 2], "network": ["N1", "N1", "N2"], "bits": [9.0, 9.0, 1.0]})
    found = itineraries_geojson(presence(rows), members)
    assert found["type"] == "FeatureCollection"
    lines = [f for f in found["features"] if f["geometry"]["type"] == "LineString"]
    assert [f["properties"]["network"] for f in lines] == ["N1"]
    assert lines[0]["geometry"]["coordinates"] == [[-79.42, 43.7], [-80.99, 46.49], [-81.33, 48.47]]
    assert lines[0]["properties"]["bits"] == 9.0
    points = [f for f in found["features"] if f["geometry"]["type"] == "Point"]
    assert len(points) == 4


def test_a_line_over_the_pacific_is_cut_at_the_date_line():
    rows = presence([(0, "Toronto", 0), (0, "Winnipeg", 1)]).with_columns(
        longitude=pl.Series([170.0, -170.0]), latitude=pl.Series([10.0, 20.0])
    )
    members = pl.DataFrame({"unit": [0], "network": ["N1"]})
    line = itineraries_geojson(rows, members)["features"][0]["geometry"]
    assert line["type"] == "MultiLineString"
    assert line["coordinates"] == [[[170.0, 10.0], [180.0, 15.0]], [[-180.0, 15.0], [-170.0, 20.0]]]


@pytest.mark.parametrize("together", [1, 40])
def test_pairs_weighed_in_shares_weigh_what_they_weigh_together(monkeypatch, together):
    rows = one_hand_each() + [
        (unit, place, week, 12 + unit % 5)
        for unit in range(6)
        for week, place in enumerate(["Toronto", "Kenora", "Winnipeg", "Sudbury"][unit % 3 :])
    ]
    known = presence(rows)
    a, b = np.array([(k, j) for k in range(6) for j in range(k)], np.int32).T.copy()
    whole = impossible_bits(known, a, b), movement_bits(known, a, b)
    monkeypatch.setattr("filrouge.networks.travel.TOGETHER", together)
    monkeypatch.setattr("filrouge.networks.movement.TOGETHER", together)
    assert (impossible_bits(known, a, b) == whole[0]).all()
    assert (movement_bits(known, a, b) == whole[1]).all()
    assert whole[0].any()
    assert whole[1].any()
