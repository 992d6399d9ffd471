"""Planted operations: groups that one kind of tie holds together, and the doubtful cases beside them.

What each of them is, and the right answer about it, stands in the README that is written beside the ads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from filrouge.ads.synthetic.contacts import make_contact
from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.grammar import Language, Trade, language, world
from filrouge.ads.synthetic.habits import draw_habits, in_language
from filrouge.ads.synthetic.images import new_image
from filrouge.ads.synthetic.scene import (
    DAY,
    MINUTES,
    SPOKEN,
    City,
    Posting,
    Retired,
    Scene,
    Truth,
    a_city,
    some_cities,
)
from filrouge.ads.synthetic.templates import Author, Template

Maker = Callable[[Scene, Dice], Iterable[Posting]]
_LARGEST = 100
"""Ads of one planted template, at most: many operations, rather than a large one that decides the score."""


def kinds(ordinary: Maker) -> list[tuple[float, Maker]]:
    """Every kind of operation, with its share of their ads."""
    return [
        (0.44, ordinary),
        (0.16, _joined_by_phones),
        (0.15, _joined_by_movement),
        (0.08, _numbers_in_a_row),
        (0.07, _turnover),
        (0.04, _franchise),
        (0.04, _twins),
        (0.02, _spam),
    ]


def give_switchboards(scene: Scene) -> None:
    """Each agency gets a number through which it puts callers through."""
    scene.agencies = [
        replace(agency, switchboard=scene.book.number("CA") or agency.phone) for agency in scene.agencies
    ]


def plan_fairs(scene: Scene, dice: Dice) -> None:
    """Where and when there is a fair: one in each region."""
    scene.fairs = [(a_city(region, dice), dice.below(MINUTES - 6 * DAY)) for region in world()["cities"]]


class _Group:
    """One operation in the making: its language and trade, its region, its hand, its names in the truth."""

    def __init__(self, scene: Scene, case: str, dice: Dice, *, role: str = "organised") -> None:
        self.scene, self.case, self.dice = scene, case, dice
        self.spoken: Language = language(dice.pick(SPOKEN))
        self.region: str = dice.pick(world()["regions"][self.spoken.code])
        self.trade: Trade = dice.pick(self.spoken.trades)
        self.hand = draw_habits(self.spoken.code, dice)
        self.truth = Truth(scene.organisation(), scene.network(), role, case)

    def voice(self, names: int, phones: int) -> Author:
        """A person that the group shows: own names, phones, accounts and pictures, the writer's hand."""
        author = self.scene.author(self.spoken.code, names, phones, self.region, self.dice)
        author.habits = self.hand
        return author

    def template(self, author: Author) -> Template:
        """A new text of the group's hand."""
        return self.scene.template(self.truth.organisation, self.trade, self.spoken, author, self.dice)

    def ad(self, template: Template, author: Author, city: City, phone: str, minute: int) -> Posting:
        """One ad, on any site of the language."""
        site = self.dice.pick(self.scene.publishers(self.spoken.code))
        return Posting(template, author, site, city, phone, min(minute, MINUTES - 1), self.truth)

    def spread(self, count: int, start: int, length: int) -> list[int]:
        """`count` minutes in order, one in each part of the time."""
        return [start + (turn * length + self.dice.below(length)) // count for turn in range(count)]


def _chained(group: _Group, own: list[list[str]], bridges: list[str]) -> Iterator[Posting]:
    """One template after another, each with names and numbers of its own, and one number with the next."""
    dice = group.dice
    begin = dice.below(MINUTES // 3)
    for number, phones in enumerate(own):
        author = group.voice(dice.between(2, 5), 0)
        author.phones = [*phones, *bridges[max(0, number - 1) : number + 1]]
        template = group.template(author)
        shared = author.phones[len(phones) :]
        cities = some_cities(group.region, dice.between(1, 4), dice)
        copies = dice.heavy_tail(6, _LARGEST)
        length = dice.between(20, 60) * DAY
        start = min(begin + number * dice.between(5, 25) * DAY, MINUTES - length)
        for copy, minute in enumerate(group.spread(copies, start, length)):
            # Each shared number is in three ads or more on each side; disguise may hide one.
            common = copy < 3 * len(shared) or dice.chance(0.2)
            phone = shared[copy % len(shared)] if common and shared else dice.pick(phones)
            yield group.ad(template, author, cities[copy * len(cities) // copies], phone, minute)


def _joined_by_phones(scene: Scene, dice: Dice) -> Iterator[Posting]:
    group = _Group(scene, "phones", dice)
    templates = dice.between(3, 6)
    own = [_numbers(scene, group.region, dice.between(1, 2)) for _turn in range(templates)]
    bridges = _numbers(scene, group.region, templates - 1)
    if len(bridges) == templates - 1 and all(own):
        yield from _chained(group, own, bridges)


def _numbers_in_a_row(scene: Scene, dice: Dice) -> Iterator[Posting]:
    group = _Group(scene, "row", dice)
    templates = dice.between(2, 5)
    row = scene.book.row(group.region, 3 * templates - 1, dice)
    if row:
        yield from _chained(group, [row[3 * t : 3 * t + 2] for t in range(templates)], row[2::3])


def _numbers(scene: Scene, region: str, count: int) -> list[str]:
    found = [scene.book.number(region) for _turn in range(count)]
    return [number for number in found if number is not None]


def _joined_by_movement(scene: Scene, dice: Dice) -> Iterator[Posting]:
    """Two to four voices with nothing in common but the way: five to eight cities, the same days in each."""
    group = _Group(scene, "movement", dice)
    voices = []
    for _turn in range(dice.between(2, 4)):
        author = group.voice(dice.between(1, 3), dice.between(1, 2))
        voices.append((author, group.template(author)))
    stops = some_cities(group.region, dice.between(5, 8), dice)
    minute = dice.below(MINUTES // 3)
    for city in stops:
        stay = dice.between(4, 12) * DAY
        for author, template in voices:
            for at in group.spread(dice.between(2, 5), minute, stay):
                phone = dice.pick(author.phones) if author.phones else ""
                yield group.ad(template, author, city, phone, at)
        minute += stay + dice.between(6, 30) * 60


def _turnover(scene: Scene, dice: Dice) -> Iterator[Posting]:
    """Two texts for months: each number is given up after some weeks and a new one comes, names as well."""
    group = _Group(scene, "turnover", dice)
    cities = some_cities(group.region, dice.between(2, 5), dice)
    voices = [group.voice(10, 0), group.voice(10, 0)]
    phone = scene.book.number(group.region)
    if phone is None:
        return
    for author in voices:
        author.phones = [phone]  # so that the templates have a place for one
    templates = [group.template(author) for author in voices]
    minute = dice.below(20 * DAY)
    period = 0
    while minute < MINUTES - 20 * DAY and phone is not None:
        length = dice.between(18, 40) * DAY
        times = group.spread(dice.between(6, 20), minute, min(length, MINUTES - minute))
        for turn, at in enumerate(times):
            side = (turn + period) % 2
            # Three names at a time; a new one each period, the oldest gone.
            names = [voices[side].names[(period + n) % 10] for n in range(3)]
            author = replace(voices[side], names=names)
            yield group.ad(templates[side], author, dice.pick(cities), phone, at)
        scene.retired.append(Retired(phone, times[-1], group.region))
        phone = scene.book.number(group.region)
        minute += length
        period += 1


def _franchise(scene: Scene, dice: Dice) -> Iterator[Posting]:
    """Branches with their own numbers and owners; the head office gives the text and takes bookings."""
    group = _Group(scene, "franchise", dice)
    office = group.voice(1, 1)
    if not office.phones:
        return
    office.others = {"url": make_contact("url", office.names[0], scene.authors, dice)}
    template = group.template(office)
    for number, city in enumerate(some_cities(group.region, dice.between(3, 6), dice)):
        branch = group.voice(1, 1)
        branch.others = office.others
        truth = group.truth if number == 0 else replace(group.truth, organisation=scene.organisation())
        for minute in group.spread(dice.between(4, 15), dice.below(30 * DAY), 150 * DAY):
            phone = branch.phones[0] if branch.phones else office.phones[0]
            yield replace(group.ad(template, branch, city, phone, minute), truth=truth)


def _twins(scene: Scene, dice: Dice) -> Iterator[Posting]:
    """Two groups that bought one text; each has a second one of its own, and nothing else in common."""
    bought: Template | None = None
    spoken: Language | None = None
    for _turn in range(2):
        group = _Group(scene, "twins", dice)
        if spoken is None:
            spoken = group.spoken
        elif group.spoken.code != spoken.code:
            group.spoken = spoken
            group.region = dice.pick(world()["regions"][spoken.code])
            group.hand = in_language(group.hand, spoken.code, dice)
        if bought is not None:
            group.trade = bought.trade
        author = group.voice(dice.between(3, 6), dice.between(2, 4))
        author.others = {}
        if not author.phones:
            return
        bought = bought or group.template(author)
        cities = some_cities(group.region, dice.between(2, 4), dice)
        start = dice.below(60 * DAY)
        for template in (bought, group.template(author)):
            copies = dice.between(8, 25)
            for copy, minute in enumerate(group.spread(copies, start, 100 * DAY)):
                city = cities[copy * len(cities) // copies]
                yield group.ad(template, author, city, dice.pick(author.phones), minute)


def _spam(scene: Scene, dice: Dice) -> Iterator[Posting]:
    """One text with one link, in many cities within hours, under as many names."""
    group = _Group(scene, "spam", dice, role="spam")
    author = group.voice(12, 0)
    author.others = {"url": make_contact("url", author.names[0], scene.authors, dice)}
    author.album = [new_image(dice)]
    template = group.template(author)
    start = dice.below(MINUTES - 3 * DAY)
    for minute in group.spread(dice.between(20, 60), start, 2 * DAY):
        region = dice.pick(world()["regions"][group.spoken.code])
        yield group.ad(template, author, a_city(region, dice), "", minute)
