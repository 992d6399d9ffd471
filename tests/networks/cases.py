"""Small planted corpora: ads of invented voices among synthetic ones, and what the program makes of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from filrouge.ads.columns import Columns
from filrouge.ads.synthetic import synthesise
from filrouge.engines.local import Findings, analyse
from filrouge.networks.learning import KINDS
from filrouge.progress import Silent

# No two share a sentence: whoever writes one of them wrote none of the others.
TEXTS = (
    "Bikes mended while you wait. Flat tyres, bent wheels and squeaky brakes are what my shed behind the "
    "bakery was built for, and old bells get polished free of charge.",
    "Does your cat need company over the holidays? A retired nurse with a big garden feeds, brushes and "
    "spoils animals of any size and sends a picture every evening.",
    "Wedding cakes from four to forty tiers! Lemon, pistachio or dark chocolate, and little sugar figures that "
    "look like the couple. Tasting on Thursdays upstairs.",
    "Sunny attic to let above a quiet bookshop, slanted ceilings, clawfoot tub, sleeps one. Heating comes with "
    "the rent but the ghost stories cost extra.",
    "Trumpet and cornet for beginners of every age. We start from breathing and march all the way to New "
    "Orleans within a winter; instruments can be borrowed.",
    "Snow off your roof before breakfast. Two brothers, six shovels, one very loud truck, and insurance papers "
    "that we gladly show to whoever asks.",
    "Learn to sew a coat that fits. Patterns, linings, buttonholes by hand; eight evenings around an oval table "
    "with strong tea and honest opinions.",
    "Hot stone treatment for tired shoulders in a cedar cabin by the river. Robes are warm, the lamp is low, and "
    "nobody will hurry you out afterwards.",
    "Vintage typewriters cleaned, oiled and given fresh ribbons. Olivetti and Hermes are favourites, though even "
    "a rusted Underwood deserves another novel.",
    "Airport rides at ugly hours: three in the morning is no trouble. Child seats, skis and cellos travel along, "
    "and the coffee is always on the house.",
    "Fresh eggs, goat cheese and rhubarb jam each Saturday from the blue cart near the fountain. Bring your own "
    "basket, leave with gossip.",
    "Broken screens replaced in forty minutes, batteries quicker still. Whatever was on the telephone stays on "
    "it; prying eyes are not our business.",
    "Gravestones scrubbed and letters gilded again with respect. I tend plots whose families moved abroad and "
    "write them what blooms in spring.",
    "Private chef for shy dinner parties. Eleven courses or just one perfect soup, dishes washed, leftovers "
    "labelled, recipes reluctantly revealed.",
    "Dance the tango though your feet are both left. Patient partners, sprung floor, low mirrors, and an "
    "orchestra on old shellac every second Sunday.",
    "Gutters, chimneys, weathercocks: anything high up. A climber with ropes needs no scaffold, which saves you "
    "half the bill and all of the dust.",
    "Portuguese conversation on a park bench. Verbs while feeding ducks, songs if it rains; after ten mornings "
    "you will order custard tarts like a native.",
    "Antique clocks set ticking by a watchmaker trained in Besançon. House calls for grandfathers, cuckoos by "
    "post, estimates without obligation.",
    "Night cleaning of dental practices and small laboratories. Sealed floors, steam for the corners, keys kept "
    "in a safe and a log book signed daily.",
    "Surfboards shaped from hollow paulownia. Tell me your weight and your favourite wave, then wait six weeks "
    "and bring a roof rack.",
    "Chess by mail for insomniacs. One move a day, commentary in verse, losers plant a tree; champions receive a "
    "knitted bishop.",
    "Beehives for hotel terraces. The swarm arrives in March, stings are rarer than feared, and every guest gets "
    "a thimble of honey.",
    "Your novel, proofread by a former court stenographer. Commas return to where they belong, and each dangling "
    "clause is escorted from the premises.",
    "Moving a piano? Four careful men, a crane with rubber claws, and a tuner who follows a week later once the "
    "wood has settled.",
    "Mushroom walks at dawn with a basket maker. We nibble nothing before the microscope nods, and fry the rest "
    "on a stove by the lake.",
    "Magic for hospital wards and embassies. Doves optional, rope guaranteed; the smallest child in the room "
    "always saws the doctor.",
)
CITIES = (
    "Toronto, ON", "Montréal, QC", "Vancouver, BC", "Calgary, AB", "Halifax, NS", "Winnipeg, MB", "Regina, SK",
    "Québec, QC", "Ottawa, ON", "Saskatoon, SK", "Victoria, BC", "Moncton, NB",
)  # fmt: skip
START = date(2026, 1, 12)
AGENCY = "northboard"
"""One of the agencies of the synthetic ads."""


@dataclass(frozen=True)
class Ad:
    """An ad of a planted case."""

    id: str
    text: str
    posted: str = str(START)
    location: str = CITIES[0]
    agency: str = AGENCY


def day(number: int) -> str:
    """The day so many days after the first."""
    return str(START + timedelta(days=number))


def phone(number: int) -> str:
    """A fictional phone; numbers that are close to each other lie far apart."""
    area = (416, 514, 604, 403, 902, 204, 306, 418, 613)[number % 9]
    return f"{area} 555 01{(number * 37) % 100:02d}"


def reposts(
    name: str, text: str, times: int = 3, *, first: int = 0, every: int = 6, **about: str
) -> list[Ad]:
    """One text posted several times: `name`-0, `name`-1, ..."""
    return [Ad(f"{name}-{k}", text, day(first + every * k), **about) for k in range(times)]


@cache
def background(ads: int = 600, seed: int = 11) -> tuple[tuple[str, ...], ...]:
    """Synthetic ads, so that bits mean something: people alone and organisations, as rows of the file."""
    corpus = synthesise(ads, seed, 0.3)
    rows = corpus.ads.select("id", "text", "agency", "posted", "location").iter_rows()
    return tuple(
        (str(i), text, agency, posted.strftime("%Y-%m-%d %H:%M") if posted else "", place)
        for i, text, agency, posted, place in rows
    )


def write_ads(path: Path, rows: Iterable[Sequence[str]], *, image: bool = False) -> Path:
    """A file of ads: id, text, agency, posted, location and, if `image`, a hash."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("id", "text", "agency", "posted", "location", *(["image_hash"] if image else [])))
        out.writerows(rows)
    return path


def rows_of(ads: Iterable[Ad]) -> list[tuple[str, ...]]:
    return [(ad.id, ad.text, ad.agency, ad.posted, ad.location) for ad in ads]


def found_in(path: Path, jobs: int = 1) -> Findings:
    """What the program finds in a file."""
    return analyse([str(path)], columns=Columns(), jobs=jobs, progress=Silent())


class Outcome:
    """What became of the planted ads: by their ids, or by what their ids begin with."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.ids = findings.read.ads["id"].to_list()
        found = findings.networks
        self.unit = dict(zip(self.ids, found.units.of.tolist(), strict=True))
        label = found.partition.label
        self.part = {
            ad: int(label[unit]) if label[unit] >= 0 else -1 - unit for ad, unit in self.unit.items()
        }
        self.rank = dict(zip(self.ids, found.of_ad.tolist(), strict=True))

    def of(self, *names: str) -> list[str]:
        """The ids of the ads of these voices."""
        ads = [ad for ad in self.ids if ad.rpartition("-")[0] in names]
        assert ads, names
        return ads

    def voices(self, *names: str) -> set[int]:
        return {self.unit[ad] for ad in self.of(*names)}

    def parts(self, *names: str) -> set[int]:
        """The groups of voices in which these are, ranked or not; a voice that nothing ties is one."""
        return {self.part[ad] for ad in self.of(*names)}

    def ranks(self, *names: str) -> set[int]:
        """The ranks of the networks in which these are shown; -1 for not shown."""
        return {self.rank[ad] for ad in self.of(*names)}

    def are_one_network(self, *names: str) -> bool:
        """Whether all of them are shown, in one network."""
        return len(self.ranks(*names)) == 1 and self.ranks(*names) != {-1}

    def bits_between(self, one: str, other: str) -> dict[str, float]:
        """The bits of each kind between two voices."""
        (a,), (b,) = self.voices(one), self.voices(other)
        weighed = self.findings.networks.weighed
        (pair,) = np.flatnonzero((weighed.a == min(a, b)) & (weighed.b == max(a, b)))
        return dict(zip(KINDS, weighed.bits[pair].tolist(), strict=True))


def planted_rows(
    folder: Path, rows: Iterable[Sequence[str]], jobs: int = 1, *, image: bool = False
) -> Outcome:
    """The outcome for a file of these rows."""
    return Outcome(found_in(write_ads(folder / "ads.csv", rows, image=image), jobs))


def planted(folder: Path, ads: Iterable[Ad], jobs: int = 1) -> Outcome:
    """The outcome for ads that are planted among synthetic ones."""
    return planted_rows(folder, [*background(), *rows_of(ads)], jobs)


def mixed_rows() -> list[tuple[str, ...]]:
    """Synthetic ads, and among them people alone, a chain, a group that moves, and a phone that was passed on."""
    ads = [ad for k in range(4) for ad in reposts(f"solo{k}", f"{TEXTS[k]} {phone(k)}")]
    ads += [
        Ad(f"link{k}-{n}", f"{TEXTS[k + 4]} {phone(k + n % 2 + 5)}", day(4 * k + n), CITIES[k % 2])
        for k in range(4)
        for n in range(4)
    ]
    ads += [
        Ad(f"mover{k}-{week}", f"{TEXTS[k + 8]} {phone(k + 12)}", day(7 * week + k), CITIES[5 * week % 12])
        for k in range(3)
        for week in range(6)
    ]
    ads += reposts("early", f"{TEXTS[12]} {phone(20)}")
    ads += reposts("late", f"{TEXTS[13]} {phone(20)}", first=120)
    return [*background(), *rows_of(ads)]
