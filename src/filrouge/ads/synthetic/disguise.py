"""How words and whole ads are dressed up so that filters do not know them again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from html.entities import codepoint2name

from filrouge.ads.synthetic.dice import Dice

EMOJI = ("✨", "⭐", "🌿", "☀️", "🍀", "🎈", "✅", "📞", "🏠", "🎉", "🌸", "👍", "★", "♦", "●", "►", "~", "•")

_CYRILLIC = dict(zip("aceopxyisjhABCEHKMOPTX", "асеорхуіѕјһАВСЕНКМОРТХ", strict=True))
_GREEK = dict(zip("aoviptukABEHIKMNOPTXZ", "αονιρτυκΑΒΕΗΙΚΜΝΟΡΤΧΖ", strict=True))
_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}
_INVISIBLE = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad")
# Where the mathematical alphabets that have no holes begin: bold, sans-serif bold, monospaced.
_ALPHABETS = ((0x1D400, 0x1D41A), (0x1D5D4, 0x1D5EE), (0x1D670, 0x1D68A))

Disguise = Callable[[str, Dice], str]


def disguised(word: str, dice: Dice) -> str:
    """`word` in one of a dozen disguises; signs around it stay, a word of one or two letters changes case."""
    start, end = 0, len(word)
    while start < end and not word[start].isalpha():
        start += 1
    while end > start and not word[end - 1].isalpha():
        end -= 1
    core = word[start:end]
    change = dice.pick(_DISGUISES) if len(core) > 2 else _mixed_case
    return word[:start] + change(core, dice) + word[end:]


def _swapped(word: str, table: dict[str, str], dice: Dice) -> str:
    return "".join(table[c] if c in table and dice.chance(0.7) else c for c in word)


def _cyrillic(word: str, dice: Dice) -> str:
    return _swapped(word, _CYRILLIC, dice)


def _greek(word: str, dice: Dice) -> str:
    return _swapped(word, _GREEK, dice)


def _leet(word: str, dice: Dice) -> str:
    return "".join(dice.pick(_LEET[c]) if c in _LEET and dice.chance(0.6) else c for c in word)


def _full_width(word: str, dice: Dice) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word)


def _mathematical(word: str, dice: Dice) -> str:
    return _in_alphabet(word, *dice.pick(_ALPHABETS))


def _in_alphabet(text: str, large: int, small: int) -> str:
    return "".join(
        chr(small + ord(c) - 97) if "a" <= c <= "z" else chr(large + ord(c) - 65) if "A" <= c <= "Z" else c
        for c in text
    )


def _invisible(word: str, dice: Dice) -> str:
    sign = dice.pick(_INVISIBLE)
    return "".join(c + sign if dice.chance(0.5) else c for c in word[:-1]) + word[-1]


def _spaced(word: str, dice: Dice) -> str:
    return dice.pick((" ", " ", ".", "-")).join(word)


def _stretched(word: str, dice: Dice) -> str:
    at = dice.below(len(word))
    return word[:at] + word[at] * dice.between(3, 6) + word[at + 1 :]


def _mixed_case(word: str, dice: Dice) -> str:
    return "".join(c.upper() if dice.chance(0.5) else c.lower() for c in word)


def _split_by_emoji(word: str, dice: Dice) -> str:
    at = dice.between(1, len(word) - 1)
    return f"{word[:at]}{dice.pick(EMOJI)}{word[at:]}"


def _struck_through(word: str, dice: Dice) -> str:
    return "".join(f"{c}\u0336" for c in word)


def _as_entities(word: str, dice: Dice) -> str:
    return "".join(f"&#{ord(c)};" if dice.chance(0.4) else c for c in word)


_DISGUISES: tuple[Disguise, ...] = (
    _cyrillic,
    _greek,
    _leet,
    _full_width,
    _mathematical,
    _invisible,
    _spaced,
    _stretched,
    _mixed_case,
    _split_by_emoji,
    _struck_through,
    _as_entities,
)


def without_accents(text: str) -> str:
    """`text` as typed on a keyboard without accents."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(c for c in apart if not unicodedata.combining(c))


def with_entities(text: str) -> str:
    """`text` as copied from the source of a web page."""
    return "".join(
        f"&{codepoint2name[ord(c)]};"
        if ord(c) > 127 and ord(c) in codepoint2name
        else "&#39;"
        if c == "'"
        else c
        for c in text
    )


def as_mojibake(text: str) -> str:
    """`text` in UTF-8, read as if it were Windows-1252 by a program that keeps the five unused bytes."""
    read = []
    for byte in text.encode():
        try:
            read.append(bytes((byte,)).decode("cp1252"))
        except UnicodeDecodeError:
            read.append(chr(byte))
    return "".join(read)


def _bold(text: str) -> str:
    return _in_alphabet(text, *_ALPHABETS[1])


#: What may be done to all the words of an ad; what it does to a text, it does to each character alone.
DRESSINGS: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "small letters": str.lower,
    "no accents": without_accents,
    "entities": with_entities,
    "mojibake": as_mojibake,
    "bold": _bold,
    "ornaments": str,
}
