"""What all authors of one corpus share, and what one ad is before it is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.grammar import Language, Trade, world
from filrouge.ads.synthetic.habits import draw_habits, in_language
from filrouge.ads.synthetic.images import new_image
from filrouge.ads.synthetic.phones import PhoneBook
from filrouge.ads.synthetic.templates import (
    Agency,
    Author,
    Template,
    contact_kinds,
    make_agencies,
    make_author,
    write_template,
)

MINUTES = 181 * 24 * 60
"""From the first of January to the last of June."""
DAY = 24 * 60
SPOKEN = ("en", "en", "fr", "fr", "es")  # English and French as often, Spanish half


@dataclass(frozen=True, slots=True)
class City:
    """Where an ad was posted. `region`: a key of `cities` in world.json."""

    name: str
    province: str
    region: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Whose ad it is.

    Attributes:
        organisation: who used the template; "" for a person alone.
        network: the operation that it belongs to; "" for none.
        role: organised, independent, spam, or house (a site's own ad).
        case: which planted case it is part of; "" for the ordinary ones.
    """

    organisation: str = ""
    network: str = ""
    role: str = "independent"
    case: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """One ad before it is written."""

    template: Template
    author: Author
    agency: Agency
    city: City
    phone: str  # "" if the author has none
    minute: int  # from the beginning of the six months
    truth: Truth
    phone_owner: str = "ad"  # or "switchboard"


@dataclass(frozen=True, slots=True)
class Plan:
    """All postings, in no order that means anything, the agencies, and the pictures that strangers share."""

    postings: list[Posting]
    agencies: list[Agency]
    stock_images: list[int]


@dataclass(slots=True)
class Retired:
    """A number that its organisation gave up, and when it was last in an ad."""

    phone: str
    minute: int
    region: str


@dataclass(slots=True)
class Scene:
    """What the authors of one corpus share: agencies, the phone book, and numbers for names.

    `habits`: whether authors have ways of writing, albums of pictures and so on, or write as the grammar does.
    """

    book: PhoneBook
    agencies: list[Agency]
    habits: bool
    authors: int = 0
    templates: int = 0
    organisations: int = 0
    networks: int = 0
    retired: list[Retired] = field(default_factory=list)
    fairs: list[tuple[City, int]] = field(default_factory=list)

    @classmethod
    def open(cls, agencies: int, habits: bool, dice: Dice) -> Scene:
        """A scene with that many agencies and nobody yet."""
        book = PhoneBook(dice)
        return cls(book, make_agencies(agencies, book, dice), habits)

    def publishers(self, code: str) -> list[Agency]:
        """The agencies that publish ads in a language."""
        return [agency for agency in self.agencies if code in agency.languages]

    def template(
        self, organisation: str, trade: Trade, spoken: Language, author: Author, dice: Dice
    ) -> Template:
        """A new template with all the contacts and the habits of `author`."""
        self.templates += 1
        name = f"T{self.templates:06d}"
        written = write_template(name, organisation, spoken, trade, contact_kinds(author), dice)
        if author.habits is None:
            return written
        hand = author.habits
        if spoken.code != author.code:
            hand = in_language(hand, spoken.code, dice)
        return replace(written, sentences=hand.write(written.sentences), joiner=hand.joiner or written.joiner)

    def author(self, code: str, names: int, phones: int, region: str, dice: Dice) -> Author:
        """A new advertiser who shares nothing with any before."""
        self.authors += 1
        author = make_author(code, names, phones, region, self.authors, self.book, dice)
        if self.habits:
            author.habits = draw_habits(code, dice)
            author.album = [new_image(dice) for _turn in range(dice.between(1, 2 + names // 2))]
        return author

    def organisation(self) -> str:
        """The name of a new organisation."""
        self.organisations += 1
        return f"O{self.organisations:05d}"

    def network(self) -> str:
        """The name of a new network."""
        self.networks += 1
        return f"N{self.networks:05d}"


def a_city(region: str, dice: Dice) -> City:
    """One of the cities of a region."""
    name, province = dice.pick(world()["cities"][region])
    return City(name, province, region)


def some_cities(region: str, count: int, dice: Dice) -> list[City]:
    """So many cities of a region, none twice (all if there are fewer), in an order of travel."""
    return [City(name, province, region) for name, province in dice.some(world()["cities"][region], count)]
