"""Who posts what, where and when: lone advertisers, and organisations that move between cities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.grammar import LANGUAGES, Language, Trade, language, world
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
_DAY = 24 * 60
_LONE_POSTS = (1,) * 14 + (2,) * 3 + (3,) * 2 + (4, 5, 6, 8)
_SPOKEN = ("en", "en", "fr", "fr", "es")  # English and French as often, Spanish half


@dataclass(frozen=True, slots=True)
class City:
    """Where an ad was posted. `region`: a key of `cities` in world.json."""

    name: str
    province: str
    region: str


@dataclass(frozen=True, slots=True)
class Posting:
    """One ad before it is written."""

    template: Template
    author: Author
    agency: Agency
    city: City
    phone: str  # "" if the author has none
    minute: int  # from the beginning of the six months


@dataclass(frozen=True, slots=True)
class Plan:
    """All postings, in no order that means anything, and the agencies."""

    postings: list[Posting]
    agencies: list[Agency]


class _World:
    """What the authors of one corpus share: agencies, the phone book, and numbers for names."""

    def __init__(self, agencies: int, dice: Dice) -> None:
        self.book = PhoneBook(dice)
        self.agencies = make_agencies(agencies, self.book, dice)
        self.authors = self.templates = self.organisations = 0

    def publishers(self, code: str) -> list[Agency]:
        return [agency for agency in self.agencies if code in agency.languages]

    def template(
        self, organisation: str, trade: Trade, spoken: Language, author: Author, dice: Dice
    ) -> Template:
        self.templates += 1
        name = f"T{self.templates:06d}"
        return write_template(name, organisation, spoken, trade, contact_kinds(author), dice)

    def author(self, code: str, names: int, phones: int, region: str, dice: Dice) -> Author:
        self.authors += 1
        return make_author(code, names, phones, region, self.authors, self.book, dice)


def make_plan(ads: int, seed: int) -> Plan:
    """Half of the ads by people alone, half by organisations; four agencies below 5,000 ads, then eight.

    The largest template has at most 2% of the ads and at most 600.
    """
    shared = _World(4 if ads < 5_000 else 8, Dice(seed, 1))
    postings: list[Posting] = []
    largest = max(2, min(600, ads // 50))
    in_organisations = ads // 2
    while len(postings) < in_organisations:
        room = in_organisations - len(postings)
        shared.organisations += 1
        dice = Dice(seed, 2, shared.organisations)
        for number, posting in enumerate(_organisation(shared, largest, dice)):
            if number == room:
                break
            postings.append(posting)
    people = 0
    while len(postings) < ads:
        people += 1
        postings.extend(_person(shared, Dice(seed, 3, people))[: ads - len(postings)])
    return Plan(postings, shared.agencies)


def _city(region: str, dice: Dice) -> City:
    name, province = dice.pick(world()["cities"][region])
    return City(name, province, region)


def _person(shared: _World, dice: Dice) -> list[Posting]:
    """One to eight ads from one template, mostly in one city and on one site."""
    spoken = language(dice.pick(_SPOKEN))
    region = dice.pick(world()["regions"][spoken.code])
    author = shared.author(spoken.code, 1, 1 if dice.chance(0.8) else 0, region, dice)
    template = shared.template("", dice.pick(spoken.trades), spoken, author, dice)
    home, agency = _city(region, dice), dice.pick(shared.publishers(spoken.code))
    phone = author.phones[0] if author.phones else ""
    minute = dice.below(MINUTES)
    postings = []
    for _turn in range(dice.pick(_LONE_POSTS)):
        city = home if dice.chance(0.9) else _city(region, dice)
        site = agency if dice.chance(0.8) else dice.pick(shared.publishers(spoken.code))
        postings.append(Posting(template, author, site, city, phone, minute))
        minute = (minute + dice.between(2 * _DAY, 20 * _DAY)) % MINUTES
    return postings


def _organisation(shared: _World, largest: int, dice: Dice) -> Iterator[Posting]:
    """The ads of one organisation, template by template; it posts each in one city after another."""
    name = f"O{shared.organisations:05d}"
    codes = dice.some(LANGUAGES, 2) if dice.chance(0.35) else [dice.pick(_SPOKEN)]
    home = dice.pick(world()["regions"][codes[0]])
    author = shared.author(codes[0], dice.between(2, 12), dice.between(2, 12), home, dice)
    cities = [_city(dice.pick(world()["regions"][codes[0]]), dice) for _turn in range(dice.between(1, 8))]
    trade = dice.below(len(language(codes[0]).trades))
    for number in range(dice.between(1, 5)):
        spoken = language(codes[number % len(codes)])
        template = shared.template(name, spoken.trades[trade], spoken, author, dice)
        publishers = shared.publishers(spoken.code)
        sites = dice.some(publishers, dice.between(1, 4))
        copies = dice.heavy_tail(2, largest)
        start = dice.below(MINUTES - 5 * _DAY)
        length = min(MINUTES - start, dice.between(5, 90) * _DAY)
        for copy in range(copies):
            leg = copy * len(cities) // copies
            # Each city has its own phones, and now and then one is used elsewhere.
            turn = leg + dice.below(2) if dice.chance(0.85) else dice.below(100)
            phone = author.phones[turn % len(author.phones)] if author.phones else ""
            minute = start + (copy * length + dice.below(length)) // copies
            yield Posting(template, author, dice.pick(sites), cities[leg], phone, minute)
