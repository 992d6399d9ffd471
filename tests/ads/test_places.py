"""What counts as a place in an ad, which one it is, and where it stands in the raw text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.ads.fold import fold_texts
from filrouge.ads.places import Gazetteer, Place

SENTENCES = [
    # A province, a state or a country after the name settles it, and is part of the span.
    ("London ON call me now", "CA", [("London, ON, CA", "London")]),  # "on call" may be English
    ("I am based in London, Ontario today", "CA", [("London, ON, CA", "London, Ontario")]),
    ("cleaning in london uk", "CA", [("London, ENG, GB", "london uk")]),
    ("rooms, vancouver bc", "US", [("Vancouver, BC, CA", "vancouver bc")]),
    ("Vancouver WA nails", "CA", [("Vancouver, WA, US", "Vancouver WA")]),
    ("visiting from paris, france!", "CA", [("Paris, FR", "paris, france")]),
    ("burnaby b.c. near the station", "CA", [("Burnaby, BC, CA", "burnaby b.c.")]),
    ("Montréal (Québec) et Laval", "CA",
     [("Montréal, QC, CA", "Montréal (Québec)"), ("Laval, QC, CA", "Laval")]),
    ("toronto on canada", "CA", [("Toronto, ON, CA", "toronto on canada")]),
    ("Houston, Texas, USA.", "CA", [("Houston, TX, US", "Houston, Texas, USA")]),
    ("Sherbrooke, qc: ménage", "CA", [("Sherbrooke, QC, CA", "Sherbrooke, qc")]),
    ("Guadalajara, Jalisco", "MX", [("Guadalajara, MX", "Guadalajara")]),
    ("cerca de Monterrey, México", "CA", [("Monterrey, MX", "Monterrey, México")]),
    ("hope bc rooms", "CA", [("Hope, BC, CA", "hope bc")]),
    ("Mobile, AL", "US", [("Mobile, AL, US", "Mobile, AL")]),
    ("Nice, France", "CA", [("Nice, FR", "Nice, France")]),
    ("Reading, England", "CA", [("Reading, ENG, GB", "Reading, England")]),
    ("Saint John, New Brunswick", "CA", [("Saint John, NB, CA", "Saint John, New Brunswick")]),
    # Names of several words, however they are joined.
    ("new westminster skytrain", "CA", [("New Westminster, BC, CA", "new westminster")]),
    ("Trois-Rivieres ce soir", "CA", [("Trois-Rivières, QC, CA", "Trois-Rivieres")]),
    ("trois rivières", "CA", [("Trois-Rivières, QC, CA", "trois rivières")]),
    ("St. John's nl", "CA", [("St. John's, NL, CA", "St. John's nl")]),
    ("st-jerome ou saint jérôme", "CA",
     [("Saint-Jérôme, QC, CA", "st-jerome"), ("Saint-Jérôme, QC, CA", "saint jérôme")]),
    ("à Val-d'Or", "CA", [("Val-d'Or, QC, CA", "Val-d'Or")]),
    ("cours d'Ottawa", "CA", [("Ottawa, ON, CA", "Ottawa")]),
    ("Maple Ridge and White Rock", "CA",
     [("Maple Ridge, BC, CA", "Maple Ridge"), ("White Rock, BC, CA", "White Rock")]),
    ("North Vancouver is not vancouver", "CA",
     [("North Vancouver, BC, CA", "North Vancouver"), ("Vancouver, BC, CA", "vancouver")]),
    ("Estoy en Nueva York", "US", [("New York City, NY, US", "Nueva York")]),
    ("limpieza en los angeles", "US", [("Los Angeles, CA, US", "los angeles")]),
    ("limpieza en Londres", "CA", [("London, ENG, GB", "Londres")]),
    # Nicknames.
    ("mtl et gta", "CA", [("Montréal, QC, CA", "mtl"), ("Toronto, ON, CA", "gta")]),
    ("yvr or nyc or vegas", "CA",
     [("Vancouver, BC, CA", "yvr"), ("New York City, NY, US", "nyc"), ("Las Vegas, NV, US", "vegas")]),
    ("downtown van", "CA", [("Vancouver, BC, CA", "van")]),
    ("white van for rent", "CA", []),
    ("downtown LA", "US", [("Los Angeles, CA, US", "downtown LA")]),
    ("la casa es la mejor", "US", []),
    ("cerca de la estación, en el centro", "US", []),
    ("près de la gare, un seul prix", "CA", []),
    ("We paint walls in Vancouver. Can we help?", "CA", [("Vancouver, BC, CA", "Vancouver")]),
    ("In Vancouver. On call, in Toronto. New York is far.", "CA",
     [("Vancouver, BC, CA", "Vancouver"), ("Toronto, ON, CA", "Toronto"),
      ("New York City, NY, US", "New York")]),
    # The ad's country comes first, then the number of inhabitants.
    ("massage in london", "CA", [("London, ON, CA", "london")]),
    ("massage in london", "GB", [("London, ENG, GB", "london")]),
    ("nails, Birmingham", "US", [("Birmingham, AL, US", "Birmingham")]),
    ("nails, Paris", "CA", [("Paris, FR", "Paris")]),
    ("richmond", "CA", [("Richmond, BC, CA", "richmond")]),
    ("richmond", "US", [("Richmond, VA, US", "richmond")]),
    # Ordinary words and people are no places, unless the context says so.
    ("a nice place for reading, mobile massage", "CA", []),
    ("best deal, sale today, hope to see you, bath included", "CA", []),
    ("une surprise, un bon moment, du soleil, la vie en rose", "CA", []),
    ("de la mejor manera, solo para ti, buena salud y paz", "MX", []),
    ("orange victoria charlotte", "CA", []),
    ("rooms in victoria", "CA", [("Victoria, BC, CA", "victoria")]),
    ("proche de Victoria", "CA", [("Victoria, BC, CA", "Victoria")]),
    ("massage by Victoria", "CA", []),
    ("ask for London", "CA", []),
    ("my name is Paris", "CA", []),
    ("I'm Sydney from Sydney", "AU", [("Sydney, NSW, AU", "Sydney")]),
    ("serving the Victoria area", "CA", [("Victoria, BC, CA", "Victoria")]),
    ("massage à Québec ?", "CA", [("Québec, QC, CA", "Québec")]),
    ("partout au Québec", "CA", []),
    ("Victoria secret area", "CA", []),
    # Codes of states that are words.
    ("Richmond in 10 minutes", "CA", [("Richmond, BC, CA", "Richmond")]),
    ("Richmond, in the heart of town", "CA", [("Richmond, BC, CA", "Richmond")]),
    ("Portland or Seattle", "US", [("Portland, OR, US", "Portland"), ("Seattle, WA, US", "Seattle")]),
    ("Portland, me and my team", "US", [("Portland, OR, US", "Portland")]),
    ("vancouver\nbc", "CA", [("Vancouver, BC, CA", "vancouver")]),
    ("all over British Columbia and New Mexico", "CA", []),
    ("Columbia, British Columbia, Washington state", "US", []),
    # Streets.
    ("12 rue Saint-Denis", "CA", []),
    ("Toronto Street and Vancouver avenue", "CA", []),
]  # fmt: skip

LOCATIONS = [
    ("Vancouver, BC", "Vancouver, BC, CA"),
    ("vancouver", "Vancouver, BC, CA"),
    ("Montréal (Québec)", "Montréal, QC, CA"),
    ("Toronto ON Canada", "Toronto, ON, CA"),
    ("downtown Calgary", "Calgary, AB, CA"),
    ("US > Texas > Houston", "Houston, TX, US"),
    ("Canada > British Columbia > Vancouver", "Vancouver, BC, CA"),
    ("New York, NY", "New York City, NY, US"),
    ("Washington DC", "Washington, DC, US"),
    ("Quebec City", "Québec, QC, CA"),
    ("London", "London, ON, CA"),
    ("London, UK", "London, ENG, GB"),
    ("Paris", "Paris, FR"),
    ("Paris, Ontario", "Paris, ON, CA"),
    ("Vancouver WA", "Vancouver, WA, US"),
    ("st. john's NL", "St. John's, NL, CA"),
    ("𝐁𝐮𝐫𝐧𝐚𝐛𝐲 📍", "Burnaby, BC, CA"),
    ("mtl", "Montréal, QC, CA"),
    ("LA, California", "Los Angeles, CA, US"),
    ("León, México", "León de los Aldama, MX"),
    ("Querétaro, México", "Santiago de Querétaro, MX"),
    ("V6B 2W9 Vancouver", "Vancouver, BC, CA"),
    ("Downtown", None),
    ("West End", None),
    ("", None),
    ("   ", None),
    ("BC", None),
    ("Ontario", None),
    ("Canada", None),
    ("V6B 1A1", None),
    ("H2X", None),
    ("90210", None),
    ("in my place", None),
]


def places_in(text: str, country: str = "CA") -> list[tuple[str, str]]:
    """Label and raw words of each place found."""
    found = Gazetteer.load().find(fold_texts([text]), [country])
    return [(row["value"], text[row["start"] : row["end"]]) for row in found.iter_rows(named=True)]


@pytest.mark.parametrize(("text", "country", "expected"), SENTENCES)
def test_a_sentence_names_the_places_that_a_reader_would_name(
    text: str, country: str, expected: list[tuple[str, str]]
) -> None:
    assert places_in(text, country) == expected


@pytest.mark.parametrize(("location", "label"), LOCATIONS)
def test_a_location_means_the_place_that_a_reader_would_think_of(location: str, label: str | None) -> None:
    place = Gazetteer.load().resolve(location)
    assert (place.label if place else None) == label


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("📍👩‍💻 Montréal 📍", "Montréal"),
        ("💅💅 Montre\u0301al, Que\u0301bec 💅", "Montre\u0301al, Que\u0301bec"),
        ("✨𝓥𝓪𝓷𝓬𝓸𝓾𝓿𝓮𝓻 𝓑𝓒✨", "𝓥𝓪𝓷𝓬𝓸𝓾𝓿𝓮𝓻 𝓑𝓒"),
        ("éé &amp; Ｔｏｒｏｎｔｏ!", "Ｔｏｒｏｎｔｏ"),
        ("Va\u200bncouver", "Va\u200bncouver"),
    ],
)
def test_the_span_is_exact_behind_emoji_accents_and_disguises(text: str, words: str) -> None:
    assert [found for _, found in places_in(text)] == [words]


def test_the_columns_are_those_that_others_rely_on() -> None:
    import polars as pl

    texts = ["nothing here", "rooms in Montréal", "", "Vancouver, Laval"]
    found = Gazetteer.load().find(fold_texts(texts), ["CA"] * 4)
    assert dict(found.schema) == {
        "ad": pl.Int32, "value": pl.String, "place": pl.Int32, "lat": pl.Float64, "lon": pl.Float64,
        "country": pl.String, "start": pl.Int32, "end": pl.Int32,
    }  # fmt: skip
    assert found["ad"].to_list() == [1, 3, 3]
    place = Gazetteer.load().place(found["place"][0])
    assert (place.name, place.region, place.country) == ("Montréal", "QC", "CA")
    assert found["lat"][0] == pytest.approx(45.5, abs=0.1)
    assert found["lon"][0] == pytest.approx(-73.6, abs=0.1)


def test_no_texts_give_an_empty_table_with_the_same_columns() -> None:
    gazetteer = Gazetteer.load()
    empty = gazetteer.find(fold_texts([]), [])
    assert empty.height == 0
    assert empty.schema == gazetteer.find(fold_texts(["Laval"]), ["CA"]).schema


def test_a_country_for_each_text_is_asked_for() -> None:
    with pytest.raises(ValueError, match="1 texts, but 2 countries"):
        Gazetteer.load().find(fold_texts(["a"]), ["CA", "US"])


def test_an_unknown_country_counts_as_canada() -> None:
    assert places_in("massage in london", "") == places_in("massage in london", "CA")


def test_every_place_lies_on_the_globe_and_has_a_label() -> None:
    gazetteer = Gazetteer.load()
    assert len(gazetteer) > 20_000
    for number in range(0, len(gazetteer), 97):
        place = gazetteer.place(number)
        assert -90 <= place.lat <= 90
        assert -180 <= place.lon <= 180
        assert place.label.endswith(place.country)
        assert place.population > 0


def test_a_label_leaves_out_a_region_that_nobody_writes() -> None:
    assert Place(0, "Paris", "", "FR", 48.9, 2.4, 2_000_000).label == "Paris, FR"


@pytest.mark.parametrize("province", ["AB", "BC", "MB", "NB", "NL", "NS", "ON", "PE", "QC", "SK"])
def test_every_province_has_its_largest_town(province: str) -> None:
    largest = {
        "AB": "Calgary", "BC": "Vancouver", "MB": "Winnipeg", "NB": "Moncton", "NL": "St. John's",
        "NS": "Halifax", "ON": "Toronto", "PE": "Charlottetown", "QC": "Montréal", "SK": "Saskatoon",
    }  # fmt: skip
    town = largest[province]
    assert [label for label, _ in places_in(f"rooms, {town}")] == [f"{town}, {province}, CA"]


PIECES = st.sampled_from(
    ["vancouver", "Montréal", "bc", "in", "on", ",", " ", "\n", "(", ")", "📍", "st.", "john's", "-", "de",
     "ca", "la", "new", "york", "ny", "ask for", "rue", "e\u0301", "&eacute;", "…", "\x00", "\ud800", "ÿ"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map(" ".join)), max_size=5),
    st.sampled_from(["CA", "US", "FR", "XX"]),
)
def test_any_text_is_searched_and_spans_lie_in_it_without_overlap(texts: list[str], country: str) -> None:
    found = Gazetteer.load().find(fold_texts(texts), [country] * len(texts))
    before = (-1, 0)
    for ad, start, end in found.select("ad", "start", "end").iter_rows():
        assert 0 <= start < end <= len(texts[ad])
        assert (ad, start) >= before
        before = (ad, end)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map(" ".join)))
def test_any_location_means_a_place_or_none(location: str) -> None:
    place = Gazetteer.load().resolve(location)
    assert place is None or place.label


@given(st.lists(PIECES, max_size=20).map(" ".join))
@settings(max_examples=60, deadline=None)
def test_a_text_has_the_same_places_alone_and_among_others(text: str) -> None:
    gazetteer = Gazetteer.load()
    alone = gazetteer.find(fold_texts([text]), ["CA"]).drop("ad")
    among = gazetteer.find(fold_texts(["in Laval", text, "bc"]), ["CA"] * 3)
    assert among.filter(among["ad"] == 1).drop("ad").equals(alone)
