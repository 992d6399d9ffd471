"""Templates: what one advertiser writes once and posts again and again, and agencies' house text."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from filrouge.ads.synthetic.contacts import Contact, make_contact, plain
from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.grammar import Language, Phrase, Trade, language, say, world
from filrouge.ads.synthetic.habits import Habits
from filrouge.ads.synthetic.phones import PhoneBook

SHORTEST, LONGEST = 20, 90
"""Words of a template."""
STOCK_SHARE = 0.3
"""Of the sentences of an ad, those that anybody on any site would write, word for word."""
OWN_SHARE = 0.35
"""Of the others, those that only this trade would write."""

_HOURS = {
    "en": ("9am-9pm", "10-8", "10 am to 10 pm", "24/7", "8-18", "from 9 to 5", "noon to midnight"),
    "fr": ("9h-21h", "10h à 20h", "de 8h à 18h", "24h/24", "10-22", "9h à 17h", "midi à minuit"),
    "es": ("9:00-21:00", "10 a 20 h", "de 8 a 18", "24 horas", "9-17", "10:00 a 22:00", "de 12 a 24"),
}

Sentence = list[str]
"""Words as they stand between spaces; a slot is a word with braces, such as `{phone}.`"""


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one author's ad, sentence by sentence, with slots that each copy fills."""

    name: str
    organisation: str  # "" for a person alone
    language: str
    trade: Trade
    sentences: list[Sentence]
    joiner: str  # between sentences
    hours: str
    price: int


@dataclass(frozen=True, slots=True)
class Agency:
    """A site that publishes ads, and its house text by language: an ad has one header and one footer."""

    name: str
    languages: tuple[str, ...]
    headers: dict[str, list[Sentence]]
    footers: dict[str, list[Sentence]]
    url: str
    phone: str
    switchboard: str = ""  # a number through which it puts callers through to those who advertise there


def make_agencies(count: int, phones: PhoneBook, dice: Dice) -> list[Agency]:
    """The first `count` agencies of the world (at most all), each with its own house text."""
    agencies = []
    for known in world()["agencies"][:count]:
        name, spoken = known["name"], tuple(known["languages"])
        phone = phones.number("CA")
        if phone is None:
            raise ValueError("agencies come first to the phone book")
        agencies.append(
            Agency(
                name,
                spoken,
                {code: _house(language(code), "header", 1, dice) for code in spoken},
                {code: _house(language(code), "footer", 3, dice) for code in spoken},
                f"{name}.example.com",
                phone,
            )
        )
    return agencies


def _house(spoken: Language, part: str, count: int, dice: Dice) -> list[Sentence]:
    """So many texts of two sentences each."""
    said = [say(phrase, dice).split(" ") for phrase in dice.some(spoken.house[part], count + 1)]
    return [one + other for one, other in pairwise(said)]


def stranger_sentences(spoken: Language, trade: Trade, words: int, dice: Dice) -> list[Sentence]:
    """At least `words` words as anybody of that trade would write them, without a contact."""
    sentences: list[Sentence] = []
    count = 0
    said: set[object] = set()
    while count < words:
        if dice.chance(STOCK_SHARE):
            thought: Phrase = (dice.favour(spoken.stock),)
        else:
            thought = dice.pick(trade.own if dice.chance(OWN_SHARE) else trade.common)
        # Nobody says the same thing twice in one ad; 60 phrases are more than the longest ad needs.
        if thought not in said:
            said.add(thought)
            sentences.append(say(thought, dice).split(" "))
            count += len(sentences[-1])
    return sentences


def write_template(
    name: str, organisation: str, spoken: Language, trade: Trade, kinds: tuple[str, ...], dice: Dice
) -> Template:
    """A new ad of 20 to 90 words, a few more where the last sentence needs them.

    Args:
        name: of the template.
        organisation: "" for a person alone.
        spoken: language of the ad.
        trade: what it offers.
        kinds: the ways to be reached, each in a sentence of its own.
        dice: chance.
    """
    contacts = [say(dice.favour(trade.contact[kind]), dice).split(" ") for kind in kinds]
    # However many ways there are to be reached, something is said beside them.
    words = max(SHORTEST // 2, dice.between(SHORTEST, LONGEST) - sum(map(len, contacts)))
    sentences = stranger_sentences(spoken, trade, words, dice)
    for contact in contacts:
        # Most ads say last how to reach them.
        at = len(sentences) if dice.chance(0.7) else dice.below(len(sentences) + 1)
        sentences.insert(at, contact)
    joiner = dice.favour((" ", "\n", " ~ ", " ", "\n\n", " * "))
    return Template(
        name,
        organisation,
        spoken.code,
        trade,
        sentences,
        joiner,
        dice.pick(_HOURS[spoken.code]),
        5 * dice.between(4, 30),
    )


@dataclass(slots=True)
class Author:
    """One person or one organisation, with all that goes into its slots."""

    names: list[str]
    phones: list[str]
    others: dict[str, Contact]  # email, url and handle, those that it has
    code: str = ""  # language of its names
    habits: Habits | None = None  # how it writes; None: as the grammar does
    album: list[int] = field(default_factory=list)  # fingerprints of its pictures


def make_author(
    code: str, names: int, phones: int, region: str, number: int, book: PhoneBook, dice: Dice
) -> Author:
    """An advertiser with so many names and phones (fewer if the book is at its end).

    `number` is in the name of its accounts, so that no two authors share one.
    """
    called = dice.some(world()["names"][code], names)
    numbers = [found for _turn in range(phones) if (found := book.number(region)) is not None]
    kinds = [kind for kind, share in (("email", 0.2), ("url", 0.12), ("handle", 0.2)) if dice.chance(share)]
    if not numbers and not kinds:
        kinds = ["email"]
    others = {kind: make_contact(kind, plain(called[0]), number, dice) for kind in kinds}
    return Author(called, numbers, others, code)


def contact_kinds(author: Author) -> tuple[str, ...]:
    """How this author is reached; the phone first."""
    return (("phone",) if author.phones else ()) + tuple(author.others)
