"""One copy of a template as it is posted: changed, filled in, wrapped by its agency, and dressed up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from filrouge.ads.synthetic.contacts import Contact, write_contact
from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.disguise import DRESSINGS, EMOJI, disguised
from filrouge.ads.synthetic.grammar import Trade, language
from filrouge.ads.synthetic.phones import write_phone
from filrouge.ads.synthetic.scene import Posting
from filrouge.ads.synthetic.templates import Sentence, stranger_sentences

MOST_NOISE = 0.3
"""Share of the words that is changed at most, at difficulty 1."""
_DRESSINGS = tuple(DRESSINGS)
_COUNTRIES = {"FR": "France", "ES": "España", "MX": "México"}


class Mention(NamedTuple):
    """An identifier in an ad: kind, canonical value, how it is written there, and whose it is."""

    kind: str
    value: str
    written: str
    owner: str  # "ad", "agency" or "switchboard"


@dataclass(slots=True)
class Copy:
    """A finished ad and what was done to it.

    Attributes:
        text: as posted.
        location: as the site shows it; "" if it does not.
        noise: share of the template's words that were changed.
        layout: "plain", "reordered", "shortened" or "embedded" (set into another text).
        dressing: a key of `DRESSINGS`, or "".
        mentions: the identifiers that stand in the text.
    """

    text: str
    location: str
    noise: float
    layout: str
    dressing: str
    mentions: list[Mention] = field(default_factory=list)


def write_copy(posting: Posting, difficulty: float, dice: Dice) -> Copy:
    """Write one ad.

    A share of the template's words, drawn evenly from 0 to 0.3 times the difficulty, is dropped, replaced,
    followed by another word, or disguised. With a probability of half the difficulty the ad is also
    reordered, shortened by a third, or set into another text. Phones and e-mail addresses are disguised with
    a probability of 0.6 times the difficulty, all words together are dressed up with 0.3 times.
    """
    template = posting.template
    noise = dice.fraction() * MOST_NOISE * difficulty
    sentences = _noisy(template.sentences, noise, template.trade, dice)
    layout = "plain"
    if dice.chance(difficulty / 2):
        layout = dice.pick(("reordered", "shortened", "embedded"))
        if layout == "reordered":
            sentences = _reordered(sentences, dice)
        elif layout == "shortened":
            sentences = _shortened(sentences, dice)
        else:
            sentences = _embedded(sentences, posting, dice)
    dressing = dice.pick(_DRESSINGS) if dice.chance(0.3 * difficulty) else ""
    copy = Copy("", _location(posting, dice), noise, layout, dressing)
    filler = _Filler(posting, copy, 0.6 * difficulty, dice)
    text = template.joiner.join(" ".join(filler.fill(sentence)) for sentence in sentences if sentence)
    agency = posting.agency
    if dice.chance(0.6):
        text = f"{' '.join(filler.fill(dice.pick(agency.headers[template.language]), house=True))}\n{text}"
    if dice.chance(0.85):
        text = f"{text}\n{' '.join(filler.fill(dice.pick(agency.footers[template.language]), house=True))}"
    copy.text = text
    return copy


def _noisy(sentences: list[Sentence], noise: float, trade: Trade, dice: Dice) -> list[Sentence]:
    changed = [list(sentence) for sentence in sentences]
    # Slots vary by themselves, and an ad that loses its phone would serve nobody.
    places = [
        (s, w) for s, sentence in enumerate(changed) for w, word in enumerate(sentence) if "{" not in word
    ]
    for _turn in range(round(noise * len(places))):
        at = dice.below(len(places))
        places[at], places[-1] = places[-1], places[at]
        s, w = places.pop()
        word = changed[s][w]
        way = dice.below(4)
        if way == 0:
            changed[s][w] = ""
        elif way == 1:
            changed[s][w] = dice.pick(trade.vocabulary)
        elif way == 2:
            changed[s][w] = f"{word} {dice.pick(trade.fillers if dice.chance(0.5) else trade.vocabulary)}"
        else:
            changed[s][w] = disguised(word, dice)
    return [[word for word in sentence if word] for sentence in changed]


def _reordered(sentences: list[Sentence], dice: Dice) -> list[Sentence]:
    moved = list(sentences)
    dice.shuffle(moved)
    # A shuffle that changes nothing is no change of order.
    return moved if moved != sentences else moved[1:] + moved[:1]


def _shortened(sentences: list[Sentence], dice: Dice) -> list[Sentence]:
    """Two thirds of the words: the first ones, as sites cut, or now and then the last ones."""
    surplus = sum(map(len, sentences)) // 3
    kept = [list(sentence) for sentence in sentences]
    from_end = dice.chance(0.7)
    while surplus:
        edge = kept[-1 if from_end else 0]
        cut = min(surplus, len(edge))
        if from_end:
            del edge[len(edge) - cut :]
        else:
            del edge[:cut]
        surplus -= cut
        if not edge:
            kept.pop(-1 if from_end else 0)
    return kept


def _embedded(sentences: list[Sentence], posting: Posting, dice: Dice) -> list[Sentence]:
    """The ad as a paragraph in a text that somebody else could have written."""
    spoken = language(posting.template.language)
    trade = posting.template.trade if dice.chance(0.7) else dice.pick(spoken.trades)
    host = stranger_sentences(spoken, trade, dice.between(20, 60), dice)
    at = dice.below(len(host) + 1)
    return host[:at] + sentences + host[at:]


def _location(posting: Posting, dice: Dice) -> str:
    city = posting.city
    if dice.chance(0.05):
        return ""
    # The province or state is what tells London, ON from London.
    return f"{city.name}, {city.province or _COUNTRIES[city.region]}"


class _Filler:
    """Puts words into the slots of one ad, notes the identifiers, and dresses up the words around them."""

    def __init__(self, posting: Posting, copy: Copy, disguise: float, dice: Dice) -> None:
        self._posting, self._copy, self._dice, self._disguise = posting, copy, dice, disguise
        self._dress = DRESSINGS[copy.dressing] if copy.dressing else str
        self._ornaments = copy.dressing == "ornaments"
        template = posting.template
        names = posting.author.names
        hours = template.hours
        price = template.price
        if dice.chance(0.3):
            price += 5 * dice.between(-3, 6)
        self._values = {
            "name": dice.pick(names),
            "place": posting.city.name,
            "hours": hours,
            "price": _price(price, posting.city.region, dice),
            "agency": posting.agency.name,
        }

    def fill(self, sentence: Sentence, house: bool = False) -> list[str]:
        """The words of a sentence, with slots filled. House text is filled but never dressed up."""
        if house:
            return [self._slot(word, str) if "{" in word else word for word in sentence]
        dress = self._dress
        words = [self._slot(word, dress) if "{" in word else dress(word) for word in sentence]
        if self._ornaments:
            words = [
                f"{word} {self._dice.pick(EMOJI)}" if self._dice.chance(0.25) else word for word in words
            ]
        return words

    def _slot(self, word: str, dress: object) -> str:
        assert callable(dress)
        before, _brace, rest = word.partition("{")
        kind, _brace, after = rest.partition("}")
        # An identifier is written as it is: a disguise of its own would come on top of another.
        written = dress(self._values[kind]) if kind in self._values else self._identifier(kind)
        return f"{dress(before)}{written}{dress(after)}"

    def _identifier(self, kind: str) -> str:
        posting, dice = self._posting, self._dice
        spoken = posting.template.language
        region = posting.city.region if self._copy.location else ""
        owner = "agency" if kind.startswith("agency_") else "ad"
        disguise = self._disguise if self._copy.dressing not in ("mojibake", "entities") else 0.0
        if kind == "agency_url":
            contact = Contact("url", posting.agency.url)
            written = posting.agency.url
        elif kind == "agency_phone":
            contact = Contact("phone", posting.agency.phone)
            digits = contact.value[2:]
            # A site writes its own number in one way; in full, since it is read in several countries.
            written = f"+1 {digits[:3]}-{digits[3:6]}-{digits[6:]}"
        elif kind == "phone":
            contact = Contact("phone", posting.phone)
            owner = posting.phone_owner
            written = write_phone(posting.phone, region, spoken, disguise, dice)
        else:
            contact = posting.author.others[kind]
            written = write_contact(contact, spoken, disguise, dice)
        self._copy.mentions.append(Mention(contact.kind, contact.value, written, owner))
        return written


def _price(amount: int, region: str, dice: Dice) -> str:
    if region in ("FR", "ES"):
        return dice.pick((f"{amount} €", f"{amount}€", f"{amount} euros"))
    if region == "QC":
        return dice.pick((f"{amount} $", f"{amount}$"))
    if region == "MX":
        return dice.pick((f"${amount * 10}", f"{amount * 10} pesos"))
    return dice.pick((f"${amount}", f"${amount}", f"{amount} dollars"))
