"""Who posts what, where and when: half of the ads by lone advertisers, half by organisations.

`make_plan` plants every kind of operation and of independent (see `operations` and `people`); with
`templates_only` it makes the sets of version 0.1, whose organisations differ from people in templates alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from filrouge.ads.synthetic import operations, people
from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.grammar import LANGUAGES, language, world
from filrouge.ads.synthetic.images import new_image
from filrouge.ads.synthetic.scene import DAY, MINUTES, SPOKEN, Plan, Posting, Scene, Truth, a_city

_LONE_POSTS = (1,) * 14 + (2,) * 3 + (3,) * 2 + (4, 5, 6, 8)

Maker = Callable[[Scene, Dice], Iterable[Posting]]


def make_plan(ads: int, seed: int, templates_only: bool = False) -> Plan:
    """Half of the ads by people alone, half by organisations; four agencies below 5,000 ads, then eight.

    With `templates_only` the largest template has at most 2% of the ads and at most 600, else 150: otherwise a
    few large templates would decide how well networks are found, and texts alone would nearly do.
    """
    scene = Scene.open(4 if ads < 5_000 else 8, not templates_only, Dice(seed, 1))
    largest = max(2, min(600, ads // 50))

    def ordinary(scene: Scene, dice: Dice) -> Iterator[Posting]:
        if templates_only:
            return _organisation(scene, (1, 5), (2, largest), dice)
        return _organisation(scene, (2, 6), (3, min(largest, 150)), dice)

    if templates_only:
        postings = _fill(scene, [(1.0, ordinary)], ads // 2, (seed, 2))
        postings += _fill(scene, [(1.0, _person)], ads - len(postings), (seed, 3))
        return Plan(postings, scene.agencies, [])
    operations.give_switchboards(scene)
    operations.plan_fairs(scene, Dice(seed, 8))
    postings = _fill(scene, operations.kinds(ordinary), ads // 2, (seed, 2))
    postings += _fill(scene, people.kinds(_person_of_one_or_two_places), ads - len(postings), (seed, 3))
    dice = Dice(seed, 6)
    return Plan(postings, scene.agencies, [new_image(dice) for _turn in range(40)])


def _fill(scene: Scene, kinds: list[tuple[float, Maker]], ads: int, seed: tuple[int, int]) -> list[Posting]:
    """`ads` postings of several kinds, each kind at its share: always the one that lags behind most."""
    postings: list[Posting] = []
    made = [0] * len(kinds)
    turn = 0
    while len(postings) < ads:
        turn += 1
        lag = [share * (len(postings) + 1) - done for (share, _make), done in zip(kinds, made, strict=True)]
        kind = lag.index(max(lag))
        room = ads - len(postings)
        # One ad more than there is room for: it may begin a template, after which later ones are numbered.
        new = list(islice(kinds[kind][1](scene, Dice(*seed, turn)), room + 1))[:room]
        if not new:  # there are no more phones for it
            new = list(islice(kinds[0][1](scene, Dice(*seed, turn, 1)), room))
        made[kind] += len(new)
        postings += new
    return postings


def _person(scene: Scene, dice: Dice) -> list[Posting]:
    """One to eight ads from one template, mostly in one city and on one site."""
    spoken = language(dice.pick(SPOKEN))
    region = dice.pick(world()["regions"][spoken.code])
    author = scene.author(spoken.code, 1, 1 if dice.chance(0.8) else 0, region, dice)
    template = scene.template("", dice.pick(spoken.trades), spoken, author, dice)
    home, agency = a_city(region, dice), dice.pick(scene.publishers(spoken.code))
    phone = author.phones[0] if author.phones else ""
    minute = dice.below(MINUTES)
    postings = []
    for _turn in range(dice.pick(_LONE_POSTS)):
        city = home if dice.chance(0.9) else a_city(region, dice)
        site = agency if dice.chance(0.8) else dice.pick(scene.publishers(spoken.code))
        postings.append(Posting(template, author, site, city, phone, minute, Truth()))
        minute = (minute + dice.between(2 * DAY, 20 * DAY)) % MINUTES
    return postings


def _person_of_one_or_two_places(scene: Scene, dice: Dice) -> list[Posting]:
    """As `_person`, but whoever posts elsewhere does so in one other city; who tours is planted apart."""
    return people.posted(people.Someone.new(scene, dice), dice.pick(_LONE_POSTS), scene, dice, away=0.1)


def _organisation(
    scene: Scene, templates: tuple[int, int], size: tuple[int, int], dice: Dice
) -> Iterator[Posting]:
    """The ads of one organisation, template by template; it posts each in one city after another.

    `templates` and `size`: from how many to how many templates, and ads of each.
    """
    name, network = scene.organisation(), scene.network()
    truth = Truth(name, network, "organised")
    codes = dice.some(LANGUAGES, 2) if dice.chance(0.35) else [dice.pick(SPOKEN)]
    home = dice.pick(world()["regions"][codes[0]])
    author = scene.author(codes[0], dice.between(2, 12), dice.between(2, 12), home, dice)
    cities = [a_city(dice.pick(world()["regions"][codes[0]]), dice) for _turn in range(dice.between(1, 8))]
    trade = dice.below(len(language(codes[0]).trades))
    for number in range(dice.between(*templates)):
        spoken = language(codes[number % len(codes)])
        template = scene.template(name, spoken.trades[trade], spoken, author, dice)
        publishers = scene.publishers(spoken.code)
        sites = dice.some(publishers, dice.between(1, 4))
        copies = dice.heavy_tail(*size)
        start = dice.below(MINUTES - 5 * DAY)
        length = min(MINUTES - start, dice.between(5, 90) * DAY)
        for copy in range(copies):
            leg = copy * len(cities) // copies
            # Each city has its own phones, and now and then one is used elsewhere.
            turn = leg + dice.below(2) if dice.chance(0.85) else dice.below(100)
            phone = author.phones[turn % len(author.phones)] if author.phones else ""
            minute = start + (copy * length + dice.below(length)) // copies
            yield Posting(template, author, dice.pick(sites), cities[leg], phone, minute, truth)
