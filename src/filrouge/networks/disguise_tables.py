"""What the loops that find disguised words look up: bits, limits, and a part for each character."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.fold_tables import FOREIGN, LATIN_LETTER, OTHER, SIZE, fold_tables

# What one text shows, a bit each.
CYRILLIC: Final = 1 << 0
GREEK: Final = 1 << 1
OTHER_SCRIPT: Final = 1 << 2
MATHEMATICAL: Final = 1 << 3
FULL_WIDTH: Final = 1 << 4
CIRCLED: Final = 1 << 5
SMALL_CAPITALS: Final = 1 << 6
INVISIBLE: Final = 1 << 7
SPACED: Final = 1 << 8
STRETCHED: Final = 1 << 9
MIXED_CASE: Final = 1 << 10
MARKED: Final = 1 << 11
# What needs the words of the corpus to be decided: candidates.
LEET: Final = 1 << 12
EMOJI_INSIDE: Final = 1 << 13
SIGN_INSIDE: Final = 1 << 14

BUCKETS: Final = 1 << 22
"""Counters of plain words; with 200,000 different words, 1 in 20 shares one, and only candidates are looked up."""
SHORTEST_WORD: Final = 3
SHORTEST_HIDDEN: Final = 5
"""Letters that a word has at least when signs within it are taken for a disguise."""
SPACED_LETTERS: Final = 4
DOTTED_LETTERS: Final = 5
"""Letters that stand alone side by side; of dotted ones there must be more: r.s.v.p."""


# The part that a character plays.
QUIET: Final = 0
PLAIN: Final = 1
DIGIT: Final = 2
LATIN: Final = 3
"""A Latin letter that is no plain one, even without its accents."""
LIKE: Final = 4
"""A letter of another script that passes for a Latin one; from here on, up to STRANGE, no Latin letters."""
STRANGE: Final = 5
UNSEEN: Final = 6
MARK: Final = 7

# The alphabets that letters are dressed in.
IN_CIRCLE: Final = 1
CAPITAL: Final = 2
FLAG: Final = 3
IN_MATHEMATICS: Final = 4
WIDE: Final = 5

# What may bind the parts of a word.
EMOJI: Final = 1
SIGN: Final = 2
PASSED_OVER: Final = 3

_INVISIBLE: Final = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x2069), (0xFEFF, 0xFEFF), (0x3164, 0x3164), (0xFFA0, 0xFFA0),
)  # fmt: skip
_MARKS: Final = ((0x300, 0x34E), (0x350, 0x36F), (0x20D0, 0x20F0))
_DRESSES: Final = {
    IN_CIRCLE: (
        (0x24B6, 0x24E9), (0x1F110, 0x1F129), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F172, 0x1F17D),
        (0x1F180, 0x1F189),
    ),
    CAPITAL: (
        (0x1D00, 0x1D2B), (0xA731, 0xA731), (0x299, 0x299), (0x29F, 0x29F), (0x29C, 0x29C), (0x262, 0x262),
        (0x26A, 0x26A), (0x274, 0x274), (0x280, 0x280), (0x28F, 0x28F),
    ),
    FLAG: ((0x1F1E6, 0x1F1FF),),
    IN_MATHEMATICS: ((0x1D400, 0x1D7CB),),
    WIDE: ((0xFF21, 0xFF3A), (0xFF41, 0xFF5A)),
}  # fmt: skip
_ALPHABETS: Final = {
    CYRILLIC: ((0x400, 0x52F), (0x1C80, 0x1C8F), (0xA640, 0xA69F)),
    GREEK: ((0x370, 0x3FF), (0x1F00, 0x1FFF)),
}
_ORNAMENT: Final = 0x2022
_LEET: Final = "0123456789@$!|"
_SIGNS: Final = "*._~^+=#"


class SignTables(NamedTuple):
    """Tables by code point, each uint8, shape (SIZE,)."""

    part: NDArray[np.uint8]
    dress: NDArray[np.uint8]
    script: NDArray[np.uint8]
    """For a letter that is not Latin: the bit of its alphabet, CYRILLIC, GREEK or OTHER_SCRIPT."""
    letter: NDArray[np.uint8]
    """The small letter of a plain one, else 0."""
    sound: NDArray[np.uint8]
    """The letter by which a plain letter, or a digit or sign in the place of one, is compared; else 0."""
    binds: NDArray[np.uint8]


@cache
def sign_tables() -> SignTables:
    """The tables, made once from those of folding."""
    fold = fold_tables()
    part = np.full(SIZE, QUIET, np.uint8)
    part[fold.script == LATIN_LETTER] = LATIN
    part[(fold.script != OTHER) & (fold.script != LATIN_LETTER)] = LIKE
    part[fold.script == FOREIGN] = STRANGE
    plain = (fold.script == LATIN_LETTER) & (fold.to >= 0x61) & (fold.to <= 0x7A)
    plain[0x250:] = False  # phonetic and dressed letters: they have rules of their own
    part[plain] = PLAIN
    part[0x30:0x3A] = DIGIT
    dress = np.zeros(SIZE, np.uint8)
    for kind, blocks in _DRESSES.items():
        for first, last in blocks:
            dress[first : last + 1] = kind
    for kind, blocks in ((UNSEEN, _INVISIBLE), (MARK, _MARKS)):
        for first, last in blocks:
            part[first : last + 1] = kind
    script = np.where((part == LIKE) | (part == STRANGE), OTHER_SCRIPT, 0).astype(np.uint8)
    for bit, blocks in _ALPHABETS.items():
        for first, last in blocks:
            script[first : last + 1][script[first : last + 1] != 0] = bit
    letter = np.where(plain, fold.to, 0).astype(np.uint8)
    sound = np.where(plain, fold.key[letter], 0).astype(np.uint8)
    for sign in _LEET:
        sound[ord(sign)] = fold.key[ord(sign)]
    binds = np.zeros(SIZE, np.uint8)
    binds[fold.to == _ORNAMENT] = EMOJI
    binds[fold.to == 0] = PASSED_OVER
    binds[:0x80] = 0
    for sign in _SIGNS:
        binds[ord(sign)] = SIGN
    return SignTables(part, dress, script, letter, sound, binds)
