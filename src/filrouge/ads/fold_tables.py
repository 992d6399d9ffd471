"""The tables of character folding, read once from `data/fold.npz` (written by tools/build_fold_table.py)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIZE: Final = 0x20000
"""Code points that the tables cover: the first two planes."""

# What a raw letter says about the script of its word.
OTHER: Final = 0
LATIN_LETTER: Final = 1
LOOKALIKE: Final = 2
FOREIGN: Final = 3

# The part a folded character plays when a text is split into words (OTHER: punctuation, ornaments).
LETTER: Final = 1
DIGIT: Final = 2
UNSPACED: Final = 3
MARK: Final = 4
SPACE: Final = 5
NEWLINE: Final = 6
LEET_SIGN: Final = 7
APOSTROPHE: Final = 8
BANG: Final = 9


@dataclass(frozen=True, slots=True)
class FoldTables:
    """Dense tables by code point, each of shape (SIZE,).

    A value of `to` is the folded code point, 0 for a character that is dropped, or, with its top bit set,
    a count (11 bits) and a place (20 bits) in `more` for characters that fold to several.
    """

    to: NDArray[np.uint32]
    """As Latin: look-alikes of other scripts become Latin letters."""
    own: NDArray[np.uint32]
    """As in its own script, for words that are really Cyrillic, Greek..."""
    weak: NDArray[np.uint32]
    """As inside a Latin word, where even remote look-alikes are taken for Latin letters."""
    script: NDArray[np.uint8]
    """What the raw letter says about the script of its word."""
    role: NDArray[np.uint8]
    """The part that a folded character plays when words are split."""
    key: NDArray[np.uint32]
    """The letter that stands for a folded character in a comparison key."""
    more: NDArray[np.uint32]


@cache
def fold_tables() -> FoldTables:
    """The shipped tables."""
    data = files("filrouge.ads").joinpath("data", "fold.npz").read_bytes()
    codes = np.arange(SIZE, dtype=np.uint32)
    with np.load(BytesIO(data)) as saved:
        to = saved["to"] + codes
        return FoldTables(
            to=to,
            own=saved["own"] + to,
            weak=saved["weak"] + to,
            script=saved["script"],
            role=saved["role"],
            key=saved["key"] + codes,
            more=saved["more"],
        )
