"""Write src/filrouge/ads/data/fold.npz, the tables by which `filrouge.ads.fold` folds characters.

They are shipped, not built at start-up, so that one version of filrouge folds alike under every Python
(each brings its own Unicode version) and starts fast. Run it with the oldest supported Python:

    python tools/build_fold_table.py
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import numpy as np

from filrouge.ads.fold_tables import (
    APOSTROPHE,
    BANG,
    DIGIT,
    FOREIGN,
    LATIN_LETTER,
    LEET_SIGN,
    LETTER,
    LOOKALIKE,
    MARK,
    NEWLINE,
    OTHER,
    SIZE,
    SPACE,
    UNSPACED,
)
from filrouge.ads.lookalikes import DISGUISING_BLOCKS, LATIN, LEET, STRONG, UNSPACED_BLOCKS, WEAK

TARGET = Path(__file__).parents[1] / "src/filrouge/ads/data/fold.npz"
ORNAMENT = "\u2022"
MARKS_DROPPED = (  # accents and points; the vowel signs of Indic and Thai are letters to their readers
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06DC), (0x06DF, 0x06ED), (0x0711, 0x0711), (0x0730, 0x074A), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF), (0x302A, 0x302F), (0x3099, 0x309A), (0xFE00, 0xFE2F), (0x0640, 0x0640), (0x1F3FB, 0x1F3FF),
    (0x115F, 0x1160), (0x3164, 0x3164), (0xFFA0, 0xFFA0), (0x17B4, 0x17B5),
)  # fmt: skip
PLAIN = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u02bc\u02b9\u02bb\u02bd\u02c8\u00b4\u0060\u055a\u05f3\uff07",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a\u301d\u301e\u301f\u05f4",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\u058a\u05be\u301c\u2043\u2500\u2501\u30a0",
    "~": "\u223c\u02dc\u3030",
    "/": "\u2044\u2215\u29f8",
    ":": "\u2236\ua789\u0589\u02d0",
    "|": "\u2223\u01c0\u2502\u2503\u00a6",
    "!": "\u01c3",
    ".": "\u3002\u06d4\u0964\uff61\u0701\u0702",
    ",": "\u060c\u3001\uff64\u066b\u066c",
    ";": "\u061b\u037e",
    "?": "\u061f",
    "*": "\u2217\u204e\u066d\u2055",
    "x": "\u00d7",
    ORNAMENT: "\u00b7\u0387\u30fb\u2027\u2219\u22c5\u2122\u00a9\u00ae\u2120\ufffd\u2022\u203b\u2020\u2021\u00b6\u00a7",
    "\n": "\u000b\u000c\u0085\u2028\u2029",
    " ": "\u2800\u000d\u001c\u001d\u001e\u001f",
}  # fmt: skip
SPECIAL = {ord(c): plain for plain, chars in PLAIN.items() for c in chars}
SPECIAL |= {0x152: "oe", 0x153: "oe", 0x1F51F: "10", 0x2139: "i", 0x24C2: "m", 0x1F18E: "ab"}
SPECIAL |= {first + i: chr(97 + i) for first in (0x1F150, 0x1F170, 0x1F1E6) for i in range(26)}
LATIN_NAME = re.compile(
    r"LATIN (?:SMALL|CAPITAL|LETTER) (?:LETTER )?(?:SMALL CAPITAL |SMALL )?"
    r"(?:TURNED |REVERSED |SIDEWAYS |OPEN |SCRIPT |DOTLESS |LONG |BARRED |INSULAR |BLACKLETTER |CLOSED |STRETCHED )*"
    r"([A-Z]{1,2})(?: WITH .*| DIGRAPH| ROTUNDA)?$"
)


def within(code: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    """Whether a code point lies in one of the blocks."""
    return any(first <= code <= last for first, last in blocks)


def native(char: str) -> str:
    """One decomposed character, lower-cased and plain, in its own script ("" if it is dropped)."""
    code = ord(char)
    if char in LATIN:
        return LATIN[char]
    if code in SPECIAL:
        return SPECIAL[code]
    if within(code, MARKS_DROPPED):
        return ""
    if code < 0x80:
        return char.lower() if char.isprintable() or char in "\n" else (" " if char == "\t" else "")
    category = unicodedata.category(char)
    if category in ("Cc", "Cf"):
        return ""
    if category == "Zs":
        return " "
    if category == "Nd" or (category == "No" and unicodedata.numeric(char) in range(21)):
        return str(int(unicodedata.numeric(char)))
    if category in ("So", "Sm", "Sk", "Cs", "Co") or 0x1F000 <= code < 0x1FC00:
        return ORNAMENT
    latin = LATIN_NAME.match(unicodedata.name(char, ""))
    return latin[1].lower() if latin else char.casefold()


def decomposed(char: str) -> str:
    """The compatibility decomposition; Hangul syllables stay whole."""
    if (
        0xAC00 <= ord(char) <= 0xD7A3
        or ord(char) in SPECIAL
        or 0xD800 <= ord(char) <= 0xDFFF
        or char in LATIN
    ):
        return char
    if unicodedata.category(char) == "Sk":
        return char  # else a lone accent would come out as a space
    return unicodedata.normalize("NFKD", char)


def latin(char: str) -> str:
    """The Latin letter one decomposed character is read as, else its native form."""
    if char in STRONG:
        return STRONG[char]
    return "".join(STRONG.get(c, c) for c in native(char))


def fold(char: str) -> tuple[str, str, str, int]:
    """Latin form, native form, form inside a Latin word, and script class of one character."""
    parts = decomposed(char)
    own = "".join(
        n for part in parts for n in unicodedata.normalize("NFKD", native(part)) if n and native(n) != ""
    )
    if 0xAC00 <= ord(char) <= 0xD7A3:
        own = char
    as_latin = "".join(latin(part) for part in parts) if own != char or char in STRONG else latin(char)
    if 0xAC00 <= ord(char) <= 0xD7A3:
        as_latin = char
    if not own:
        return "", "", "", OTHER
    base = parts[0]
    if within(ord(char), DISGUISING_BLOCKS) and len(own) == 1 and len(as_latin) == 1 and own.isalpha():
        strong = as_latin != own
        weak = as_latin if strong else WEAK.get(base, WEAK.get(own, own))
        return as_latin, own, weak, LOOKALIKE if strong else FOREIGN
    script = LATIN_LETTER if as_latin[0].isascii() and as_latin[0].isalpha() else OTHER
    return as_latin, as_latin, as_latin, script


def word_class(char: str) -> int:
    """The part a folded character plays when a text is split into words."""
    code = ord(char)
    if char == "\n":
        return NEWLINE
    if char.isspace():
        return SPACE
    if char in "0123456789":
        return DIGIT
    if char == "'":
        return APOSTROPHE
    if char in "!|¡":
        return BANG
    if char in LEET and not char.isalnum():
        return LEET_SIGN
    category = unicodedata.category(char)
    if category[0] == "M":
        return MARK
    if category[0] in "LN" or (category == "Cn" and char != ORNAMENT):
        return UNSPACED if within(code, UNSPACED_BLOCKS) else LETTER
    return OTHER


def build() -> dict[str, np.ndarray]:
    """All tables by name, as `filrouge.ads.fold_tables.fold_tables` reads them."""
    to, own, weak, key = (np.zeros(SIZE, np.uint32) for _ in range(4))
    script, role = np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8)
    more: list[int] = []
    for code in range(SIZE):
        char = chr(code)
        as_latin, as_own, as_weak, script[code] = fold(char)
        if len(as_latin) > 1:
            to[code] = 0x80000000 | len(as_latin) << 20 | len(more)
            more += map(ord, as_latin)
            own[code] = weak[code] = to[code]
        elif as_latin:
            to[code], own[code], weak[code] = ord(as_latin), ord(as_own), ord(as_weak)
        role[code] = word_class(char)
        letter = STRONG.get(char, char)
        key[code] = ord(LEET.get(letter, letter))
    # Kept as differences, which are nearly all zero and so pack to a tenth of the size.
    codes = np.arange(SIZE, dtype=np.uint32)
    return {
        "to": to - codes, "own": own - to, "weak": weak - to, "script": script,
        "role": role, "key": key - codes, "more": np.array(more, np.uint32),
    }  # fmt: skip


def main() -> None:
    """Write the tables."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("wb") as file:
        np.savez_compressed(file, **build())
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes, Unicode {unicodedata.unidata_version}")


if __name__ == "__main__":
    main()
