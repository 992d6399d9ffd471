"""What advertisers say: sentences from the phrase grammars of three languages and eight trades.

A sentence is written as `(Call|Text) us <days>, {phone}`: alternatives in round brackets, a rule by its name
in angle brackets, and in braces a slot that each ad fills for itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from filrouge.ads.synthetic.dice import Dice

LANGUAGES = ("en", "fr", "es")
_MARKS = re.compile(r"[()|]|<\w+>|[^()|<]+")


class Choice(NamedTuple):
    """Alternatives, of which one is said."""

    options: tuple[Phrase, ...]


Phrase = tuple["str | Choice", ...]


@cache
def world() -> Mapping[str, Any]:
    """Agencies, cities, names and area codes, see `world.json`."""
    return _data("world")


def _data(name: str) -> dict[str, Any]:
    text = files("filrouge.ads.synthetic").joinpath(f"{name}.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def parse(written: str, rules: Mapping[str, Choice]) -> Phrase:
    """A sentence as it is written in the grammar, with its rules put in.

    Raises:
        KeyError: if a rule is not there.
        ValueError: if a bracket is open or closed too much.
    """
    open_choices: list[list[list[str | Choice]]] = [[[]]]
    for mark in _MARKS.findall(written):
        if mark == "(":
            open_choices.append([[]])
        elif mark == "|":
            open_choices[-1].append([])
        elif mark == ")":
            if len(open_choices) == 1:
                raise ValueError(f"a bracket too much: {written}")
            choice = Choice(tuple(tuple(option) for option in open_choices.pop()))
            open_choices[-1][-1].append(choice)
        elif mark.startswith("<"):
            open_choices[-1][-1].append(rules[mark[1:-1]])
        else:
            open_choices[-1][-1].append(mark)
    if len(open_choices) != 1 or len(open_choices[0]) != 1:
        raise ValueError(f"a bracket is missing: {written}")
    return tuple(open_choices[0][0])


def say(phrase: Phrase, dice: Dice) -> str:
    """One wording of the phrase; its first letter large, its spaces single."""
    said: list[str] = []
    _say(phrase, dice, said)
    text = " ".join("".join(said).split())
    return text[:1].upper() + text[1:]


def _say(phrase: Phrase, dice: Dice, said: list[str]) -> None:
    for part in phrase:
        if isinstance(part, str):
            said.append(part)
        else:
            _say(dice.favour(part.options), dice, said)


def wordings(phrase: Phrase) -> int:
    """In how many ways the phrase can be said."""
    count = 1
    for part in phrase:
        if isinstance(part, Choice):
            count *= sum(wordings(option) for option in part.options)
    return count


@dataclass(frozen=True)
class Trade:
    """How one trade speaks in one language.

    Attributes:
        own: sentences about this trade alone.
        common: sentences of every trade, with this trade's words.
        vocabulary: all words that its sentences can hold.
        fillers: words that fit anywhere.
    """

    name: str
    own: tuple[Phrase, ...]
    common: tuple[Phrase, ...]
    contact: Mapping[str, tuple[Phrase, ...]]
    vocabulary: tuple[str, ...]
    fillers: tuple[str, ...]


@dataclass(frozen=True)
class Language:
    """How advertisers and agencies speak in one language."""

    code: str
    trades: tuple[Trade, ...]
    stock: tuple[str, ...]
    house: Mapping[str, tuple[Phrase, ...]]


@cache
def language(code: str) -> Language:
    """The grammar of "en", "fr" or "es"."""
    data = _data(code)
    house_rules = _rules(data["rules"], {})
    return Language(
        code,
        tuple(_trade(name, trade, data) for name, trade in data["trades"].items()),
        tuple(data["stock"]),
        {
            part: tuple(parse(line, house_rules) for line in written)
            for part, written in data["house"].items()
        },
    )


def _rules(general: Mapping[str, list[str]], own: Mapping[str, list[str]]) -> dict[str, Choice]:
    rules: dict[str, Choice] = {}
    for name, written in {**general, **own}.items():
        rules[name] = Choice(tuple(parse(line, rules) for line in written))
    return rules


def _trade(name: str, trade: Mapping[str, Any], data: Mapping[str, Any]) -> Trade:
    rules = _rules(data["rules"], trade["rules"])
    own = tuple(parse(line, rules) for line in trade["sentences"])
    common = tuple(parse(line, rules) for line in data["common"])
    contact = {
        kind: tuple(parse(line, rules) for line in written) for kind, written in data["contact"].items()
    }
    words = {
        word.strip(".,:;!?¿¡") for phrase in own + common for text in _texts(phrase) for word in text.split()
    }
    vocabulary = tuple(sorted(word.lower() for word in words if word and "{" not in word))
    return Trade(name, own, common, contact, vocabulary, tuple(data["fillers"]))


def _texts(phrase: Phrase) -> Iterator[str]:
    for part in phrase:
        if isinstance(part, str):
            yield part
        else:
            for option in part.options:
                yield from _texts(option)
