"""Numbers in words, in English, French and Spanish, as a phone is spelled out: tables, and how they combine.

Words are folded: small letters, no accents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

UNITS: Final[dict[str, int]] = {
    # English
    "zero": 0, "oh": 0, "ooh": 0, "nought": 0, "naught": 0, "nil": 0,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "niner": 9, "fiv": 5, "fife": 5, "sevn": 7, "thre": 3, "eigth": 8, "ate": 8, "fore": 4, "foor": 4,
    # French
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9,
    # Spanish
    "cero": 0, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9,
}  # fmt: skip
"""Words for one digit."""

TEENS: Final[dict[str, int]] = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16,
    "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veintiuno": 21, "veintiun": 21, "veintidos": 22,
    "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27,
    "veintiocho": 28, "veintinueve": 29,
}  # fmt: skip
"""Words for two digits that take no unit after them."""

TENS: Final[dict[str, int]] = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "ninty": 90,
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "octante": 80, "huitante": 80, "nonante": 90,
    "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70,
    "ochenta": 80, "noventa": 90,
}  # fmt: skip
"""Words for tens, which take a unit after them."""

HUNDRED: Final[dict[str, int]] = {"hundred": 100, "cent": 100, "cents": 100}
"""Words for a hundred, which take a unit before them and a number after them."""

HUNDREDS: Final[dict[str, int]] = {
    "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400,
    "quinientos": 500, "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900,
}  # fmt: skip
"""Words for several hundreds."""

REPEATS: Final[dict[str, int]] = {
    "double": 2, "dbl": 2, "doubles": 2, "triple": 3, "treble": 3, "doble": 2, "quadruple": 4,
}  # fmt: skip
"""How often a digit is said that comes after the word."""

_FILLERS: Final = "and et y dash tiret hyphen dot point punto guion space espace then puis luego"
FILLERS: Final = frozenset(_FILLERS.split())
"""Words that may stand between the digits of a phone that is read out."""

SAID_ALONE: Final = frozenset(UNITS) - {"quatre"}
"""Words for one digit that no word after them changes."""
_DIGIT_OF: Final = {word: str(digit) for word, digit in UNITS.items()}
_CONJUNCTION: Final = re.compile(r"[\s-]*(?:(?:and|et|y)\b)?[\s-]*")
_LEET: Final = {"o": "o0", "i": "i1!|", "e": "e3", "a": "a4", "s": "s5$"}
_LOOKS: Final = {"o": "0", "i": "1", "l": "1", "s": "5", "b": "8", "z": "2"}
_LONGEST_LEET: Final = 6

WORD_DIGITS: Final[dict[str, int]] = {
    **dict.fromkeys(UNITS, 1),
    **dict.fromkeys([*TEENS, *TENS, *HUNDRED], 2),
    **dict.fromkeys(HUNDREDS, 3),
    **{word: times - 1 for word, times in REPEATS.items()},
}
"""How many digits each word may stand for at most, beside those of the words around it."""


class Token(NamedTuple):
    """A piece of a text that may stand for digits: a digit, a number word, a look-alike letter or sign."""

    kind: str
    text: str
    start: int
    end: int


class Group(NamedTuple):
    """Digits that are written together, or a number in words.

    Attributes:
        digits: ASCII digits.
        start: where it stands in the text.
        end: exclusive.
        words: whether it is written in words, if only in part.
    """

    digits: str
    start: int
    end: int
    words: bool


def _signs(word: str) -> list[str]:
    """A pattern for each letter of a word, of the digits too that may stand for it."""
    # `s31s` is four digits, not `seis`.
    if not 3 <= len(word) <= _LONGEST_LEET or all(letter in _LEET for letter in word):
        return list(word)
    return [f"[{re.escape(_LEET[c])}]" if c in _LEET else c for c in word]


def _any_of(words: Iterable[Sequence[str]]) -> str:
    """A pattern for any of some words, the longest that fits: a tree, so that each letter is tried once."""
    branches: dict[str, list[Sequence[str]]] = {}
    ends = False
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
        else:
            ends = True
    if not branches:
        return ""
    # Plain letters go first: `[o0]` leads to the short words, such as the `dos` of `doscientos`.
    parts = [first + _any_of(rest) for first, rest in sorted(branches.items(), key=lambda b: len(b[0]))]
    return f"(?:{'|'.join(parts)}){'?' if ends else ''}"


_TOKEN: Final = re.compile(
    rf"(?P<fill>\b(?:{'|'.join(sorted(FILLERS))})\b)"
    rf"|(?P<word>(?=[a-z]{{2}}|[a-z][0-9!|$][a-z]|[0-9][a-z]{{2}})"
    rf"{_any_of([_signs(word) for word in sorted(WORD_DIGITS)])})"
    r"|(?P<digit>[0-9])"
    rf"|(?P<look>[{''.join(_LOOKS)}])"
    r"|(?P<bang>[!|])"
)


def _plain(word: str) -> str:
    if word.isalpha():
        return word
    for letter, signs in _LEET.items():
        for sign in signs:
            word = word.replace(sign, letter)
    return word


def tokens_of(text: str) -> list[Token]:
    """The tokens of a folded text, in order; fillers are among them, with the kind `fill`."""
    found = []
    for hit in _TOKEN.finditer(text):
        kind = hit.lastgroup or ""
        start, end = hit.span()
        word = text[start:end]
        if kind == "word":
            word = _plain(word)
        elif kind == "look":
            word = _LOOKS[word]
        elif kind == "bang":
            word = "1"
        found.append(Token(kind, word, start, end))
    return found


def composed(text: str, tokens: Sequence[Token], absorb: bool) -> list[Group]:
    """Groups of digits that tokens spell out, number words combined as their language combines them.

    Tokens that touch make one group: `six04` is 604.

    Args:
        text: what the tokens stand in.
        tokens: digits, words, look-alikes taken for digits; no fillers.
        absorb: whether a number after hundreds belongs to it (`six hundred four` is 604), or is said by
            itself (`eight hundred five five five` is 800 555).
    """
    # One digit said at a time, the most common way, needs no grammar.
    if all(token.kind != "word" or token.text in SAID_ALONE for token in tokens):
        return _by_ones(tokens)
    groups: list[Group] = []
    at = 0
    while at < len(tokens):
        start = tokens[at].start
        digits, end = _number(text, tokens, at, absorb)
        words = any(token.kind == "word" for token in tokens[at:end])
        last = groups[-1] if groups else None
        if last is not None and last.end == start:
            groups[-1] = Group(last.digits + digits, last.start, tokens[end - 1].end, last.words or words)
        elif digits:
            groups.append(Group(digits, start, tokens[end - 1].end, words))
        at = end
    return groups


def _by_ones(tokens: Sequence[Token]) -> list[Group]:
    """Groups of tokens that are one digit each."""
    groups: list[Group] = []
    digits, first, end, words = "", 0, -1, False
    for token in tokens:
        word = token.kind == "word"
        digit = _DIGIT_OF[token.text] if word else token.text
        if token.start == end:
            digits += digit
            words = words or word
        else:
            if digits:
                groups.append(Group(digits, first, end, words))
            digits, first, words = digit, token.start, word
        end = token.end
    if digits:
        groups.append(Group(digits, first, end, words))
    return groups


def _joined(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether only space, a hyphen or `and` lies between a word token and the word token before it."""
    if at >= len(tokens) or tokens[at].kind != "word":
        return False
    return _CONJUNCTION.fullmatch(text, tokens[at - 1].end, tokens[at].start) is not None


def _number(text: str, tokens: Sequence[Token], at: int, absorb: bool) -> tuple[str, int]:
    """The digits of the number that begins at a token, and the token after it."""
    token = tokens[at]
    if token.kind != "word":
        if at + 1 < len(tokens) and tokens[at + 1].text in HUNDRED and _joined(text, tokens, at + 1):
            return _hundreds(text, tokens, at + 2, int(token.text) * 100, absorb)
        return token.text, at + 1
    word = token.text
    if word in REPEATS:
        if at + 1 >= len(tokens):
            return "", at + 1
        digits, end = _number(text, tokens, at + 1, absorb)
        # Double five six: the first digit is said twice; `double 55` means the same as 55.
        return (digits * REPEATS[word] if len(digits) == 1 else digits), end
    if word in HUNDREDS:
        return _hundreds(text, tokens, at + 1, HUNDREDS[word], absorb)
    if word in HUNDRED:
        return _hundreds(text, tokens, at + 1, 100, absorb)
    if word in UNITS or word in TEENS:
        value = UNITS.get(word, TEENS.get(word, 0))
        if (
            value
            and at + 1 < len(tokens)
            and tokens[at + 1].text in HUNDRED
            and _joined(text, tokens, at + 1)
        ):
            return _hundreds(text, tokens, at + 2, value * 100, absorb)
    value, end = _below_hundred(text, tokens, at)
    return str(value), end


def _hundreds(text: str, tokens: Sequence[Token], at: int, value: int, absorb: bool) -> tuple[str, int]:
    if absorb and _joined(text, tokens, at):
        word = tokens[at].text
        if word in UNITS or word in TEENS or word in TENS:
            rest, end = _below_hundred(text, tokens, at)
            return str(value + rest), end
    return str(value), at


def _below_hundred(text: str, tokens: Sequence[Token], at: int) -> tuple[int, int]:
    word = tokens[at].text
    after = tokens[at + 1].text if _joined(text, tokens, at + 1) else ""
    if word == "quatre" and after in ("vingt", "vingts"):
        end = at + 2
        more = tokens[end].text if _joined(text, tokens, end) else ""
        if UNITS.get(more, 0) or more in TEENS:
            rest, end = _below_hundred(text, tokens, end)
            if rest < 20:
                return 80 + rest, end
            end = at + 2
        return 80, end
    if word == "dix" and after in ("sept", "huit", "neuf"):
        return 10 + UNITS[after], at + 2
    if word in TENS:
        value = TENS[word]
        if UNITS.get(after, 0):
            return value + UNITS[after], at + 2
        if word == "soixante" and TEENS.get(after, 20) < 20:
            rest, end = _below_hundred(text, tokens, at + 1)
            return value + rest, end
        return value, at + 1
    return UNITS.get(word, TEENS.get(word, 0)), at + 1
