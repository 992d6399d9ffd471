"""Places that ads name, and the places that the values of a location column mean.

A name is not yet a place: "reading", "mobile" and "nice" are towns, and so are "Grace" and "Duncan". So a
name counts by what it is (`data/place_words.toml`), by how large the place is and how far from the ad's
country, and by what stands around it: a region or a country after it settles the matter, a preposition may.
In doubt a name is left alone, since a common word taken for a place breaks the text around it.

Places: GeoNames, CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from filrouge.ads.fold import Folded, fold_texts
from filrouge.ads.gazetteer import GazetteerTables, gazetteer_tables
from filrouge.ads.plain_split import PlainWords, plain_words

if TYPE_CHECKING:
    import polars as pl

DEFAULT_COUNTRY = "CA"
_NEXT_DOOR = {"CA": "US", "US": "CA"}
_MOST_WORDS = 8
# How much more a place weighs that lies where ads with no country of their own are from.
_CLOSENESS = {"CA": 50, "US": 10}
_NEVER_ALONE = 4
_LARGE_ENOUGH_WITHIN_OTHER_WORDS = 5_000


@dataclass(frozen=True)
class Place:
    """A town or a part of one.

    Attributes:
        id: its number in this version's gazetteer.
        name: with its accents.
        region: code of the province, territory or state; "" outside Canada, the United States, Great Britain
            and Australia.
        country: ISO 3166 code, two letters.
        lat, lon: degrees.
        population: inhabitants.
    """

    id: int
    name: str
    region: str
    country: str
    lat: float
    lon: float
    population: int

    @property
    def label(self) -> str:
        """Name, region and country: "Montréal, QC, CA"."""
        return ", ".join(part for part in (self.name, self.region, self.country) if part)


class Gazetteer:
    """The places known, and how they are found."""

    def __init__(self, tables: GazetteerTables) -> None:
        """Use `Gazetteer.load()`, which reads the tables once."""
        self._tables = tables

    @staticmethod
    @cache
    def load() -> Gazetteer:
        """The gazetteer that comes with this version."""
        return Gazetteer(gazetteer_tables())

    def __len__(self) -> int:
        """How many places are known."""
        return len(self._tables.names)

    def place(self, number: int) -> Place:
        """The place of that number."""
        t = self._tables
        return Place(
            number, t.names[number], t.regions[t.region[number]], t.countries[t.country[number]],
            float(t.lat[number]), float(t.lon[number]), int(t.people[number]),
        )  # fmt: skip

    def find(self, folded: Folded, countries: Sequence[str], words: PlainWords | None = None) -> pl.DataFrame:
        """The places that texts name, in the order in which they stand; no two overlap.

        Args:
            folded: the texts.
            countries: ISO code of the country of each; an unknown one counts as Canada.
            words: their `plain_words`, if the caller has them.

        Returns:
            ad (Int32, number of the text), value (String, see `Place.label`), place (Int32), lat and lon
            (Float64, degrees), country (String), start and end (Int32, raw offsets; a region or a country
            that follows the name is within).
        """
        import polars as pl

        from filrouge.ads.place_kernels import find_places

        if len(countries) != len(folded):
            raise ValueError(f"{len(folded)} texts, but {len(countries)} countries")
        t = self._tables
        at = self._country_numbers
        home = np.fromiter(
            (at.get(code, at[DEFAULT_COUNTRY]) for code in countries), np.int32, len(countries)
        )
        key, start, end, gap, first = words or plain_words(folded)
        ad, place, left, right = find_places(
            key, start, end, gap, first, home, folded.chars, folded.offsets,
            t.slots, t.number, t.bits, t.level, t.before, t.place_of, t.places, t.region_of, t.meaning,
            t.country, t.region, t.people, self._neighbours,
        )  # fmt: skip
        return pl.DataFrame(
            {
                "ad": ad,
                "value": self._labels.gather(place),
                "place": place,
                "lat": t.lat[place],
                "lon": t.lon[place],
                "country": self._codes.gather(t.country[place]),
                "start": folded.origin[left],
                "end": folded.origin_end[right - 1],
            }
        )

    def resolve(self, location: str) -> Place | None:
        """The place that a value of a location column means ("Montréal (Québec)", "US > Texas > Houston").

        Where the country is open, a place of Canada comes before one of the United States, and that before
        the rest, unless it is much smaller. None if no town is named ("Downtown", "BC", a postal code).
        """
        words = self._words(location)
        towns, regions = self._parts(words)
        whole = " ".join(words)
        best: tuple[tuple[bool, int, float], int] | None = None
        for begin, size, phrase in towns:
            around = [m for at, length, m in regions if at >= begin + size or at + length <= begin]
            candidates = self._candidates(phrase)
            within = [c for c in candidates if all(self._lies_in(c, m) for m in around)] if around else []
            alone = " ".join(words[begin : begin + size]) == whole
            if not within:
                level = int(self._tables.level[phrase])
                if self._is_a_region(phrase) if alone else (around or level >= _NEVER_ALONE):
                    continue
            chosen = max(within or candidates, key=self._weight)
            people = int(self._tables.people[chosen])
            if not within and not alone and people < _LARGE_ENOUGH_WITHIN_OTHER_WORDS:
                continue
            rank = (bool(within), size, self._weight(chosen))
            if best is None or rank > best[0]:
                best = rank, chosen
        return self.place(best[1]) if best else None

    def _words(self, text: str) -> list[str]:
        folded = fold_texts([text])
        _, start, end, _, _ = plain_words(folded)
        whole = folded.text(0)
        return [whole[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)]

    def _parts(self, words: list[str]) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        """Phrases that are towns, and those that are regions: first word, number of words, phrase.

        A phrase within a longer one of its sort is left out.
        """
        t = self._tables
        towns: list[tuple[int, int, int]] = []
        regions: list[tuple[int, int, int]] = []
        for begin in range(len(words)):
            for parts, of in ((towns, t.place_of), (regions, t.region_of)):
                for size in range(min(_MOST_WORDS, len(words) - begin), 0, -1):
                    phrase = self._phrase_numbers.get(" ".join(words[begin : begin + size]), -1)
                    if phrase >= 0 and of[phrase + 1] > of[phrase]:
                        if not any(a + n >= begin + size for a, n, _ in parts):
                            parts.append((begin, size, phrase))
                        break
        return towns, regions

    def _candidates(self, phrase: int) -> list[int]:
        t = self._tables
        return [int(c) for c in t.places[t.place_of[phrase] : t.place_of[phrase + 1]]]

    def _lies_in(self, place: int, phrase: int) -> bool:
        t = self._tables
        country, region = int(t.country[place]), int(t.region[place])
        meanings = t.meaning[2 * t.region_of[phrase] : 2 * t.region_of[phrase + 1]].reshape(-1, 2)
        return any(country == c and r in (-1, region) for c, r in meanings.tolist())

    def _is_a_region(self, phrase: int) -> bool:
        """Whether a name alone is that of a province or a country sooner than of a town ("Ontario")."""
        t = self._tables
        return bool(t.region_of[phrase + 1] > t.region_of[phrase] and t.level[phrase] >= _NEVER_ALONE)

    def _weight(self, place: int) -> float:
        t = self._tables
        return float(t.people[place]) * _CLOSENESS.get(t.countries[t.country[place]], 1)

    @cached_property
    def _country_numbers(self) -> dict[str, int]:
        return {code: number for number, code in enumerate(self._tables.countries)}

    @cached_property
    def _neighbours(self) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        at = self._country_numbers
        return np.array([at.get(_NEXT_DOOR.get(code, ""), -1) for code in self._tables.countries], np.int32)

    @cached_property
    def _phrase_numbers(self) -> dict[str, int]:
        return {phrase: number for number, phrase in enumerate(self._tables.phrases)}

    @cached_property
    def _labels(self) -> pl.Series:
        import polars as pl

        t = self._tables
        regions = [t.regions[r] for r in t.region.tolist()]
        codes = [t.countries[c] for c in t.country.tolist()]
        return pl.Series(
            [f"{n}, {r}, {c}" if r else f"{n}, {c}" for n, r, c in zip(t.names, regions, codes, strict=True)],
            dtype=pl.String,
        )

    @cached_property
    def _codes(self) -> pl.Series:
        import polars as pl

        return pl.Series(self._tables.countries, dtype=pl.String)
