"""People who work alone, and what makes them look as if they did not: each case has its right answer.

None of them is part of a network, however alike two of them may seem: the README that is written beside the
ads says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from filrouge.ads.synthetic.contacts import Contact
from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.grammar import language, world
from filrouge.ads.synthetic.scene import (
    DAY,
    MINUTES,
    SPOKEN,
    City,
    Posting,
    Scene,
    Truth,
    a_city,
    some_cities,
)
from filrouge.ads.synthetic.templates import Agency, Author, Template

_MONTH = 30 * DAY
_ADDRESSES = {
    "en": "You find us at {} Sample Street, second floor.",
    "fr": "Vous nous trouvez au {} rue de l'Exemple, deuxième étage.",
    "es": "Nos encuentra en la calle del Ejemplo {}, segundo piso.",
}

Maker = Callable[[Scene, Dice], Iterable[Posting]]


@dataclass(frozen=True, slots=True)
class Someone:
    """One person with one template, at home in one city and on one site."""

    author: Author
    template: Template
    home: City
    site: Agency
    phone: str

    @classmethod
    def new(
        cls,
        scene: Scene,
        dice: Dice,
        *,
        code: str = "",
        home: City | None = None,
        phone: str | None = None,
        certain: bool = False,
    ) -> Someone:
        """Somebody new; four in five have a phone, all if `certain`; a given `phone` is theirs now."""
        spoken = language(code or dice.pick(SPOKEN))
        region = home.region if home else dice.pick(world()["regions"][spoken.code])
        own = 0 if phone is not None else 1 if certain or dice.chance(0.8) else 0
        author = scene.author(spoken.code, 1, own, region, dice)
        if phone is not None:
            author.phones = [phone]
        template = scene.template("", dice.pick(spoken.trades), spoken, author, dice)
        city = home or a_city(region, dice)
        site = dice.pick(scene.publishers(spoken.code))
        return cls(author, template, city, site, author.phones[0] if author.phones else "")

    def at(self, minute: int, case: str, *, city: City | None = None, site: Agency | None = None) -> Posting:
        """An ad of theirs, at home and on their site if nothing else is said."""
        return Posting(
            self.template,
            self.author,
            site or self.site,
            city or self.home,
            self.phone,
            minute % MINUTES,
            Truth(case=case),
        )


def posted(
    someone: Someone, count: int, scene: Scene, dice: Dice, *, away: float = 0.0, case: str = ""
) -> list[Posting]:
    """`count` ads over the months; a share of `away` in one other city, one in five on another site."""
    other = a_city(someone.home.region, dice)
    sites = scene.publishers(someone.template.language)
    minute = dice.below(MINUTES)
    ads = []
    for _turn in range(count):
        site = None if dice.chance(0.8) else dice.pick(sites)
        ads.append(someone.at(minute, case, city=other if dice.chance(away) else None, site=site))
        minute += dice.between(2 * DAY, 20 * DAY)
    return ads


def kinds(ordinary: Maker) -> list[tuple[float, Maker]]:
    """Every kind of independent, with its share of their ads."""
    return [
        (0.635, ordinary),
        (0.13, _who_reposts),
        (0.07, _who_says_what_all_say),
        (0.05, _who_moved),
        (0.01, _who_tours),
        (0.02, _who_went_to_the_fair),
        (0.01, _two_who_share_a_flat),
        (0.02, _a_number_passed_on),
        (0.045, _through_the_switchboard),
        (0.01, _house_ads),
    ]


def _who_reposts(scene: Scene, dice: Dice) -> list[Posting]:
    someone = Someone.new(scene, dice, certain=True)
    return posted(someone, dice.between(5, 8), scene, dice, case="repost")


def _who_says_what_all_say(scene: Scene, dice: Dice) -> list[Posting]:
    """An ad of stock sentences, with one or two of their own."""
    someone = Someone.new(scene, dice)
    spoken = language(someone.template.language)
    kept = [sentence for sentence in someone.template.sentences if any("{" in word for word in sentence)][-2:]
    stock = [line.split(" ") for line in dice.some(spoken.stock, dice.between(6, 10))]
    someone = replace(someone, template=replace(someone.template, sentences=stock + kept))
    return posted(someone, dice.between(1, 3), scene, dice, case="stock")


def _who_moved(scene: Scene, dice: Dice) -> list[Posting]:
    someone = Someone.new(scene, dice, certain=True)
    before, after = some_cities(someone.home.region, 2, dice)
    start = dice.below(MINUTES - 4 * _MONTH)
    moved = start + dice.between(_MONTH, 3 * _MONTH)
    times = [dice.between(start, moved) for _turn in range(dice.between(2, 4))]
    later = [dice.between(moved + 2 * DAY, moved + _MONTH) for _turn in range(dice.between(2, 4))]
    return [someone.at(minute, "moved", city=before) for minute in times] + [
        someone.at(minute, "moved", city=after) for minute in later
    ]


def _who_tours(scene: Scene, dice: Dice) -> list[Posting]:
    someone = Someone.new(scene, dice, certain=True)
    minute = dice.below(MINUTES - 2 * _MONTH)
    ads = []
    for city in some_cities(someone.home.region, dice.between(3, 5), dice):
        for _turn in range(dice.between(1, 2)):
            ads.append(someone.at(minute + dice.below(4 * DAY), "tours", city=city))
        minute += dice.between(5, 10) * DAY
    return ads


def _who_went_to_the_fair(scene: Scene, dice: Dice) -> list[Posting]:
    """One of the many who post where a fair is on, in its week, and at home before and after."""
    city, minute = dice.pick(scene.fairs)
    codes = [code for code, regions in world()["regions"].items() if city.region in regions]
    someone = Someone.new(scene, dice, code=dice.pick(codes), home=a_city(city.region, dice), certain=True)
    ads = [someone.at(minute + dice.below(6 * DAY), "fair", city=city) for _turn in range(dice.between(1, 2))]
    for _turn in range(dice.between(1, 3)):
        ads.append(someone.at(dice.below(MINUTES), "fair"))
    return ads


def _two_who_share_a_flat(scene: Scene, dice: Dice) -> list[Posting]:
    """Each with an own text and number; for some weeks both give the flat's address and its phone."""
    first = Someone.new(scene, dice, certain=True)
    second = Someone.new(scene, dice, code=first.author.code, home=first.home, certain=True)
    shared = scene.book.number(first.home.region)
    if shared is None:
        return []
    address = _ADDRESSES[first.author.code].format(dice.between(1, 99)).split(" ")
    moved_in = dice.between(_MONTH, 3 * _MONTH)
    moved_out = moved_in + dice.between(25, 50) * DAY
    ads = []
    for someone in (first, second):
        template = someone.template
        there = replace(template, sentences=[*template.sentences[:-1], address, *template.sentences[-1:]])
        for _turn in range(dice.between(1, 3)):
            before = dice.chance(0.5)
            minute = dice.below(moved_in) if before else dice.between(moved_out, MINUTES - 1)
            ads.append(someone.at(minute, "flat"))
        for _turn in range(dice.between(1, 3)):
            ad = someone.at(dice.between(moved_in, moved_out), "flat")
            ads.append(replace(ad, template=there, phone=shared))
    return ads


def _a_number_passed_on(scene: Scene, dice: Dice) -> list[Posting]:
    """Given up by somebody, or by an organisation, and months later another person's, in another city."""
    past = [old for old in scene.retired if old.minute < MINUTES - 4 * _MONTH]
    if past and dice.chance(0.4):
        old = dice.pick(past)
        scene.retired.remove(old)
        region, phone, last = old.region, old.phone, old.minute
        ads: list[Posting] = []
        taken = None
    else:
        first = Someone.new(scene, dice, certain=True)
        if not first.phone:
            return []
        region, phone, taken = first.home.region, first.phone, first.home
        last = dice.between(_MONTH, 2 * _MONTH)
        ads = [first.at(dice.below(last), "passed on") for _turn in range(dice.between(2, 4))]
    codes = [code for code, regions in world()["regions"].items() if region in regions]
    home = next(city for city in some_cities(region, 2, dice) if city != taken)
    second = Someone.new(scene, dice, code=dice.pick(codes), home=home, phone=phone)
    free = last + 3 * _MONTH
    for _turn in range(dice.between(2, 4)):
        ads.append(second.at(dice.between(free, MINUTES - 1), "passed on"))
    return ads


def _through_the_switchboard(scene: Scene, dice: Dice) -> list[Posting]:
    """Without a phone of their own: their site has a number that puts callers through."""
    site = dice.pick(scene.agencies)
    someone = Someone.new(scene, dice, code=dice.pick(site.languages), phone=site.switchboard)
    ads = []
    for _turn in range(dice.between(1, 4)):
        ad = someone.at(dice.below(MINUTES), "switchboard", site=site)
        ads.append(replace(ad, phone_owner="switchboard"))
    return ads


def _house_ads(scene: Scene, dice: Dice) -> list[Posting]:
    """A site's own ad for itself, the same in every city."""
    site = dice.pick(scene.agencies)
    code = dice.pick(site.languages)
    spoken = language(code)
    author = Author([site.name], [], {"url": Contact("url", site.url)}, code)
    template = scene.template("", dice.pick(spoken.trades), spoken, author, dice)
    text = [sentence for part in (site.headers, site.footers) for sentence in dice.some(part[code], 2)]
    template = replace(template, sentences=text)
    region = dice.pick(world()["regions"][code])
    truth = Truth(role="house", case="house")
    return [
        Posting(template, author, site, a_city(region, dice), "", dice.below(MINUTES), truth)
        for _turn in range(dice.between(5, 12))
    ]
