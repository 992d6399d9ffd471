"""Indicators on planted groups: what is seen, with which words, and whom no row is about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from indicator_ads import ALL, Corpus

from filrouge.guide.indicators import RULES
from filrouge.networks.indicators import SCHEMA, alerts, observe
from filrouge.networks.rules import COMPUTED


def test_every_rule_of_the_list_is_implemented_and_no_other() -> None:
    assert set(COMPUTED) == set(RULES)
    assert {one.rule for one in ALL.values()} == set(RULES)


def test_ads_outside_networks_are_never_a_row() -> None:
    corpus = Corpus()
    corpus.strangers(50, says="Trusted. Our driver waits.", ads=3)
    assert corpus.observed().is_empty()
    assert corpus.observed().schema == pl.Schema(SCHEMA)


def test_clusters_are_shown_beside_their_network_and_lone_ads_are_not() -> None:
    corpus = Corpus()
    for unit in (70, 71, 71, 71):
        corpus.ad("Massage. Our driver waits.", unit, network=3)
    corpus.strangers(60)
    rows = corpus.observed("transport-included").select("of", "number", "ads").rows()
    assert rows == [("network", 3, 4), ("cluster", 71, 3)]


def network_of(ads: int, unit: int = 0, **marks: Sequence[str]) -> Corpus:
    """A network of one template, with the k-th of each list of marks in its k-th ad, beside 200 independents."""
    corpus = Corpus()
    for k in range(ads):
        own = {kind: values[k % len(values)] for kind, values in marks.items() if values}
        corpus.ad("Massage in town, with care.", unit, network=0, day=3 * k, **own)
    corpus.strangers(200, ads=3)
    return corpus


PHONES = [f"+14165550{k:03d}" for k in range(9)]
PLACES = ["Hamilton, ON, CA", "Toronto, ON, CA", "Ottawa, ON, CA"]
NAMES = ["anna", "bea", "carla"]


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("several-names-one-phone", {"phone": PHONES[:1], "name": NAMES}),
        ("several-phones-one-text", {"phone": PHONES[:3]}),
        ("several-area-codes", {"phone": ["+14165550100", "+16045550100", "+15145550100"]}),
        ("several-names-one-text", {"name": NAMES}),
        ("several-places-one-text", {"place": PLACES}),
        ("changing-prices", {"price": ["CAD 40", "CAD 50", "CAD 60", "CAD 70"]}),
        ("one-phone-several-cities", {"phone": PHONES[:1], "place": PLACES}),
        ("repeated-circuit", {"phone": PHONES[:1], "place": PLACES}),
    ],
)
def test_a_planted_group_shows_it_and_independents_do_not(name: str, marks: dict[str, Sequence[str]]) -> None:
    row = network_of(12, **marks).of_network(name)
    assert row["ads"] >= 4
    assert row["words"]
    assert row["share_independents"] == 0
    assert not row["tells_nothing"]


def test_a_sign_of_groups_that_independents_show_as_well_tells_nothing() -> None:
    corpus = network_of(9, phone=PHONES[:3])
    for k in range(60):
        for j in range(3):
            corpus.ad("Garden work.", 5000 + k, day=j, phone=f"+1705555{3 * k + j:04d}")
    row = corpus.of_network("several-phones-one-text")
    assert row["share_independents"] == pytest.approx(60 / 260)
    assert row["tells_nothing"]


def test_a_phone_that_joins_texts_is_compared_with_phones_that_others_share() -> None:
    corpus = Corpus()
    for unit in range(6):
        text = "Massage with care and at a fair price."
        corpus.ad(text, unit, network=0, phone=PHONES[0], email="a@example.org", payment="e:a")
    corpus.strangers(300)
    for name in ("several-texts-one-phone", "one-account-several-texts", "one-payment-account"):
        row = corpus.of_network(name)
        assert row["ads"] == 6
        assert not row["tells_nothing"]
    for k in range(150):
        # Now every second independent shares a phone with another.
        corpus.ad("Nails with care and at a fair price.", 7000 + k, phone=f"+1705555{k // 2:04d}")
    row = corpus.of_network("several-texts-one-phone")
    assert row["share_independents"] == pytest.approx(1 / 3, abs=0.01)


def test_a_switchboard_of_the_agency_is_no_shared_phone() -> None:
    corpus = Corpus()
    for unit in range(3):
        corpus.ad("Massage in town.", unit, network=0, phone="+18005550100")
    for unit in range(10, 60):
        corpus.ad("Rooms to let.", unit, phone="+18005550100")
    assert corpus.observed("several-texts-one-phone").is_empty()


def test_one_contact_on_many_agencies_is_seen() -> None:
    corpus = Corpus()
    for k, agency in enumerate(("north", "south", "east")):
        corpus.ad("Massage in town.", 0, network=0, day=k, agency=agency, phone=PHONES[0])
    corpus.strangers(200, ads=3)
    assert not corpus.of_network("one-contact-many-agencies")["tells_nothing"]
    assert corpus.of_network("one-text-many-agencies")["ads"] == 3


@pytest.mark.parametrize(
    "text",
    [
        "Massage at 120 King Street West today",
        "Massage près d'ici, au 45, rue Sainte-Catherine, sur rendez-vous",
        "Masajes en calle Mayor 12, con cita",
    ],
)
def test_an_address_in_several_texts_is_seen_with_its_span(text: str) -> None:
    corpus = Corpus()
    for unit in range(3):
        corpus.ad(f"ÉÉ {unit} " + text, unit, network=0)
    corpus.strangers(100)
    row = corpus.of_network("shared-address")
    assert row["ads"] == 3
    span = row["spans"][0]
    written = (f"ÉÉ {span['ad']} " + text)[span["start"] : span["end"]]
    assert written.lower().replace(",", "").split()[0] in ("120", "45", "calle")
    assert "  " not in row["words"][0]["value"]


def test_a_disguised_phone_is_told_from_a_plain_one() -> None:
    corpus = Corpus()
    corpus.ad("call four one six 555 0100", 0, network=0)
    corpus.ad("call 416-555-0100", 0, network=0)
    ads = pl.DataFrame(corpus.rows)
    marks = pl.DataFrame(
        {"ad": [0, 1], "start": [5, 5], "end": [26, 17], "kind": ["phone"] * 2, "value": ["+14165550100"] * 2}
    )
    nowhere = pl.DataFrame(schema={"ad": pl.Int32, "value": pl.String})
    rows = observe(
        [ALL["disguised-phone"]], ads, np.zeros(2, np.int32), np.zeros(2, np.int32), marks, nowhere
    ).to_dicts()
    assert rows[0]["ads"] == 1
    assert rows[0]["spans"] == [{"ad": 0, "start": 5, "end": 26}]


def test_two_cities_on_one_day_are_seen_and_a_list_of_towns_served_is_not() -> None:
    corpus = Corpus()
    corpus.ad("Massage.", 0, network=0, phone=PHONES[0], place=PLACES[0])
    corpus.ad("Massage.", 0, network=0, phone=PHONES[0], place=PLACES[1])
    assert corpus.of_network("two-cities-at-once")["ads"] == 2
    served = Corpus()
    for _ in range(2):
        served.ad("Massage.", 0, network=0, phone=PHONES[0], place=PLACES)
    assert served.observed("two-cities-at-once", "one-phone-several-cities").is_empty()


def test_slow_moves_are_no_quick_ones() -> None:
    corpus = Corpus()
    for k, place in enumerate(PLACES):
        corpus.ad("Massage.", 0, network=0, day=40 * k, phone=PHONES[0], place=place)
    assert corpus.observed("one-phone-several-cities").is_empty()


def test_five_ads_within_minutes_are_a_burst_and_four_are_not() -> None:
    for ads, seen in ((5, 5), (4, 0)):
        corpus = Corpus()
        for k in range(ads):
            corpus.ad("Massage.", 0, network=0, day=k * 3 / 1440)
        corpus.ad("Massage.", 0, network=0, day=9)
        rows = corpus.observed("burst-of-ads").filter(pl.col("of") == "network")
        assert rows["ads"].to_list() == ([seen] if seen else [])


def test_reposting_at_one_hour_is_seen_and_dates_without_a_time_are_not_hours() -> None:
    corpus = Corpus()
    for day in range(6):
        corpus.ad("Massage.", 0, network=0, day=day)
        corpus.ad("Massage.", 1, network=1, day=day - 9.5 / 24)  # midnight
    rows = corpus.observed("set-hours").filter(pl.col("of") == "network")
    assert rows.select("number", "ads").rows() == [(0, 6)]
    assert rows["words"][0].to_list() == [{"value": "09:00", "ads": 6}]


def test_names_that_come_late_into_an_old_text_are_seen() -> None:
    corpus = Corpus()
    for day, name in ((0, "anna"), (20, "anna"), (70, "bea"), (90, "carla")):
        corpus.ad("Massage.", 0, network=0, day=day, name=name)
    row = corpus.of_network("new-names-in-an-old-text")
    assert [word["value"] for word in row["words"]] == ["bea", "carla"]


def test_two_names_in_one_ad_are_seen() -> None:
    corpus = Corpus()
    corpus.ad("Massage by anna and bea", 0, network=0, name=["anna", "bea"])
    corpus.ad("Massage by anna", 0, network=0, name="anna")
    assert corpus.of_network("several-names-in-one-ad")["ads"] == 1


def test_one_contact_in_two_languages_is_seen_and_two_contacts_are_not() -> None:
    english = "This is the shop for you and your garden, with the best of the tools"
    french = "Voici le magasin pour vous et votre jardin, avec les outils du métier, chez nous"
    corpus = Corpus()
    for unit, text in enumerate((english, french)):
        corpus.ad(text, unit, network=0, phone=PHONES[0])
        corpus.ad(text, 5 + unit, network=1, phone=PHONES[1 + unit])
    rows = corpus.observed("one-contact-several-languages")
    assert rows.select("of", "number", "ads").rows() == [("network", 0, 2)]


def test_hiring_counts_only_where_the_contact_also_stands_in_other_ads() -> None:
    corpus = Corpus()
    corpus.ad("Cleaners: now hiring, call", 0, network=0, phone=PHONES[0])
    corpus.ad("Massage in town, call", 1, network=0, phone=PHONES[0])
    corpus.ad("Bakers: now hiring, call", 2, network=1, phone=PHONES[1])
    corpus.ad("Bakers: now hiring today, call", 2, network=1, phone=PHONES[1])
    rows = corpus.observed("hiring-under-a-service-contact").filter(pl.col("of") == "network")
    assert rows.select("number", "ads").rows() == [(0, 1)]


def test_the_alert_is_text_only_and_never_a_row_of_the_indicators() -> None:
    corpus = Corpus()
    for _ in range(3):
        corpus.ad("Lessons.", 0, network=0, age="17")
    corpus.strangers(30)
    assert corpus.observed().filter(pl.col("indicator") == "possible-minor").is_empty()
    ads = pl.DataFrame(corpus.rows)
    ages = pl.DataFrame(
        {"ad": [0, 5], "start": [0, 2], "end": [2, 4], "kind": ["age"] * 2, "value": ["17", "18"]}
    )
    found = alerts(list(ALL.values()), ads, ages)
    assert found.rows() == [(0, 0, 2, "possible-minor")]


def test_an_alert_is_no_less_of_one_where_a_whole_agency_says_the_same() -> None:
    corpus = Corpus()
    for unit in range(40):
        corpus.ad("Lessons.", unit, network=-1)
    ages = pl.DataFrame({"ad": list(range(30)), "kind": ["age"] * 30, "value": ["17"] * 30})
    found = alerts(list(ALL.values()), pl.DataFrame(corpus.rows), ages)
    assert found["ad"].to_list() == list(range(30))


def test_a_price_that_many_ask_is_no_agencys_own() -> None:
    corpus = Corpus()
    for day, price in enumerate(("90 CAD", "100 CAD", "110 CAD", "120 CAD")):
        corpus.ad("Lessons.", 0, network=0, day=day, price=price)
    corpus.strangers(40, price="100 CAD")
    row = corpus.of_network("changing-prices")
    assert (row["ads"], len(row["words"])) == (4, 4)


def test_the_order_of_the_ads_changes_nothing_but_their_numbers() -> None:
    corpus = network_of(12, phone=PHONES[:3], place=PLACES, name=NAMES)
    forward = corpus.observed().drop("spans", "words")
    order = np.random.default_rng(5).permutation(len(corpus.rows))
    new = np.argsort(order)
    mixed = Corpus(
        [corpus.rows[k] for k in order], [(int(new[ad]), kind, value) for ad, kind, value in corpus.marks]
    )
    assert mixed.observed().drop("spans", "words").equals(forward)


def test_no_ads_give_an_empty_table() -> None:
    ads = pl.DataFrame(schema={"text": pl.String, "agency": pl.String, "posted": pl.Datetime("us")})
    none = pl.DataFrame(schema={"ad": pl.Int32, "kind": pl.String, "value": pl.String})
    nothing = np.zeros(0, np.int32)
    rows = observe(list(ALL.values()), ads, nothing, nothing, none, none.drop("kind"))
    assert rows.is_empty()
    assert rows.schema == pl.Schema(SCHEMA)
    assert alerts(list(ALL.values()), ads, none).is_empty()
