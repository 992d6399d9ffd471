"""Habits of a hand: how somebody spaces, begins and ends sentences, and which words they never spell right.

Applied to a template once, so that all its copies carry them and no copy is harder to find for it. What is
kept for the slots of an ad, its house text and its disguises is left alone.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from filrouge.ads.synthetic.dice import Dice

Sentence = list[str]

_ENDINGS = ("!", "...", "", "!!", " .", " !", ";")
_JOINERS = ("  ", "\n", " - ", " / ", "\n- ", " .. ")
_SIGNS = ("✨", "⭐", "🌿", "👍", ":)", "^^", "<3", "★")
_OPENINGS = ("small", "shouted", "titles")
_SPELLINGS = {
    "en": (
        ("you", "u"), ("your", "ur"), ("and", "&"), ("with", "w"), ("for", "4"), ("the", "da"),
        ("please", "pls"), ("are", "r"), ("appointment", "apointment"), ("available", "avalaible"),
        ("clients", "cliants"), ("every", "evry"), ("our", "are"), ("will", "wil"), ("know", "no"),
        ("because", "cuz"), ("professional", "profesional"), ("quiet", "quite"), ("their", "there"),
    ),
    "fr": (
        ("vous", "vs"), ("pour", "pr"), ("et", "&"), ("avec", "ac"), ("nous", "ns"), ("est", "ai"),
        ("toujours", "toujour"), ("rendez-vous", "rdv"), ("beaucoup", "bcp"), ("dans", "ds"),
        ("appelez", "appeler"), ("votre", "vôtre"), ("chez", "chè"), ("sans", "sens"), ("tous", "ts"),
        ("clients", "cliens"), ("heure", "heur"), ("propose", "propause"), ("ou", "où"),
    ),
    "es": (
        ("que", "q"), ("para", "pa"), ("y", "&"), ("con", "c"), ("por", "x"), ("usted", "ud"),
        ("hacer", "aser"), ("hay", "ay"), ("servicio", "serbicio"), ("trabajo", "travajo"),
        ("llame", "yame"), ("muy", "mui"), ("bien", "vien"), ("vamos", "bamos"), ("hora", "ora"),
        ("nuestra", "nuetra"), ("clientes", "clientez"), ("sin", "cin"), ("su", "zu"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habits:
    """One writer's ways; every field at its default is how the grammar writes.

    Attributes:
        ending: in place of the full stop; it may begin with a space.
        tight: no space after a comma.
        gap: a space before a comma, an exclamation or a question mark.
        opening: "", "small" (no capitals), "shouted" (the first word), "titles" (each word).
        spellings: words and how this hand spells them.
        single: doubled letters are written once in words of six letters and more.
        bare: no accents, no apostrophes.
        sign: after each third sentence.
        joiner: between sentences; "" for the template's own.
    """

    ending: str = "."
    tight: bool = False
    gap: bool = False
    opening: str = ""
    spellings: tuple[tuple[str, str], ...] = ()
    single: bool = False
    bare: bool = False
    sign: str = ""
    joiner: str = ""

    def write(self, sentences: list[Sentence]) -> list[Sentence]:
        """The sentences as this hand writes them; slots stay as they are."""
        return [self._sentence(sentence, number) for number, sentence in enumerate(sentences)]

    def _sentence(self, sentence: Sentence, number: int) -> Sentence:
        spelled = dict(self.spellings)
        words = [word if "{" in word else self._word(word, spelled) for word in sentence]
        words = [
            _opened(word, at, self.opening) if "{" not in word else word for at, word in enumerate(words)
        ]
        words = self._spaced(words)
        last = words[-1]
        if last.endswith(".") and self.ending != ".":
            body = last[:-1]
            words[-1:] = [body, self.ending[1:]] if self.ending.startswith(" ") else [f"{body}{self.ending}"]
        if self.sign and number % 3 == 0:
            words.append(self.sign)
        return words

    def _word(self, word: str, spelled: dict[str, str]) -> str:
        core = word.strip(".,:;!?¿¡()")
        new = spelled.get(core.lower(), core)
        if self.single and len(core) >= 6:
            new = "".join(c for at, c in enumerate(new) if not (at and c.isalpha() and c == new[at - 1]))
        if self.bare:
            apart = unicodedata.normalize("NFD", new)
            new = "".join(c for c in apart if not unicodedata.combining(c) and c not in "'’")
        if core[:1].isupper():
            new = new[:1].upper() + new[1:]
        return word.replace(core, new, 1) if core else word

    def _spaced(self, words: Sentence) -> Sentence:
        done: Sentence = []
        for word in words:
            slot = "{" in word
            if done and self.tight and not slot and done[-1].endswith(",") and "{" not in done[-1]:
                done[-1] += word
            elif self.gap and not slot and len(word) > 1 and word[-1] in ",!?":
                done.extend((word[:-1], word[-1]))
            else:
                done.append(word)
        return done


def _opened(word: str, at: int, opening: str) -> str:
    if opening == "small":
        return word.lower()
    if opening == "titles":
        return word[:1].upper() + word[1:]
    if opening == "shouted" and at == 0:
        return word.upper()
    return word


def draw_habits(code: str, dice: Dice) -> Habits:
    """The ways of a new writer of language `code`: some of their own, the rest as everybody."""
    return Habits(
        ending=dice.pick(_ENDINGS) if dice.chance(0.4) else ".",
        tight=dice.chance(0.2),
        gap=dice.chance(0.2),
        opening=dice.pick(_OPENINGS) if dice.chance(0.35) else "",
        spellings=tuple(sorted(dice.some(_SPELLINGS[code], dice.between(0, 5)))),
        single=dice.chance(0.2),
        bare=dice.chance(0.2),
        sign=dice.pick(_SIGNS) if dice.chance(0.25) else "",
        joiner=dice.pick(_JOINERS) if dice.chance(0.35) else "",
    )


def in_language(habits: Habits, code: str, dice: Dice) -> Habits:
    """The same hand in another language: all its ways but the words that it misspells."""
    spellings = tuple(sorted(dice.some(_SPELLINGS[code], len(habits.spellings))))
    return Habits(
        habits.ending, habits.tight, habits.gap, habits.opening, spellings, habits.single, habits.bare,
        habits.sign, habits.joiner,
    )  # fmt: skip
