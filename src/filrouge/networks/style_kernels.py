"""Characters and words as style sees them: classes, what is masked, words and their keys."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.networks.style_columns import PUNCTUATION

UInt8Array = NDArray[np.uint8]
UInt32Array = NDArray[np.uint32]
Int64Array = NDArray[np.int64]
UInt64Array = NDArray[np.uint64]

# Classes of characters; signs of PUNCTUATION are FIRST_SIGN and up.
OTHER: Final = 0
LOWER: Final = 1
UPPER: Final = 2
LETTER: Final = 3
DIGIT: Final = 4
SPACE: Final = 5
NEWLINE: Final = 6
EMOJI: Final = 7
MODIFIER: Final = 8
ORNAMENT: Final = 9
FIRST_SIGN: Final = 10
MASKED: Final = 60
EDGE: Final = 61
"""Where the text begins or ends, or words of a template stand."""

# What hides a character.
FREE: Final = 0
HIDDEN: Final = 1
TEMPLATE: Final = 2

_APOSTROPHES: Final = (FIRST_SIGN + PUNCTUATION.index("'"), FIRST_SIGN + PUNCTUATION.index("’"))


@njit(cache=True, nogil=True)
def scramble(h: np.uint64) -> np.uint64:
    """A hash whose every bit depends on every bit of `h`; never 0."""
    h ^= h >> np.uint64(31)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(29)
    h *= np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(32)
    return h | np.uint64(1)


@njit(cache=True, nogil=True)
def key_of(letters: UInt32Array, first: int, after: int, without: int) -> np.uint64:
    """The key of a word's small letters `first` to `after`, one of them left out (-1: none)."""
    h = np.uint64(0xCBF29CE484222325)
    for t in range(first, after):
        if t != without:
            h = (h ^ np.uint64(letters[t])) * np.uint64(0x100000001B3)
    return scramble(h)


@njit(cache=True, nogil=True)
def hide(
    state: UInt8Array, offsets: Int64Array, kinds: UInt8Array, ad: Int64Array, start: Int64Array,
    end: Int64Array, template: UInt8Array,
) -> None:  # fmt: skip
    """Mark what is hidden, and what stands between hidden stretches if a template's words are beside it.

    The signs between two words of a template are the template's, and copied with it.
    """
    for k in range(ad.size):
        first, after = offsets[ad[k]], offsets[ad[k] + 1]
        what = TEMPLATE if template[k] else HIDDEN
        for t in range(first + max(start[k], 0), min(first + end[k], after)):
            # An identifier in a template stays an identifier: what surrounds it is what counts.
            if state[t] != HIDDEN:
                state[t] = what
    for i in range(offsets.size - 1):
        gap = -1
        before = TEMPLATE if offsets[i] < offsets[i + 1] else FREE
        edge = True
        for t in range(offsets[i], offsets[i + 1] + 1):
            here = TEMPLATE if t == offsets[i + 1] else state[t]
            if here == FREE:
                if gap < 0:
                    gap = t
                if LOWER <= kinds[t] <= DIGIT:
                    before, edge = FREE, False
                continue
            last = t == offsets[i + 1]
            if gap >= 0 and before != FREE and not (edge and last):
                # From the edge of the text to an identifier, no template word vouches for the signs.
                one = before == TEMPLATE and not edge
                other = here == TEMPLATE and not last
                if one or other:
                    state[gap:t] = TEMPLATE
            if not last:
                gap, before, edge = -1, here, False


@njit(cache=True, nogil=True)
def split_words(
    chars: UInt32Array, state: UInt8Array, offsets: Int64Array, kinds: UInt8Array, lower: UInt32Array
) -> tuple[Int64Array, Int64Array, UInt64Array, Int64Array, UInt32Array]:
    """The words of a chunk: first and after, keys by small letters, where each ad's begin, small letters."""
    small = np.empty(chars.size, np.uint32)
    first = np.empty(chars.size // 2 + offsets.size, np.int64)
    after = np.empty_like(first)
    key = np.empty(first.size, np.uint64)
    begins = np.zeros(offsets.size, np.int64)
    n = 0
    for i in range(offsets.size - 1):
        t, stop = offsets[i], offsets[i + 1]
        while t < stop:
            kind = kinds[t]
            small[t] = lower[chars[t]] if chars[t] < lower.size else chars[t]
            if not LOWER <= kind <= DIGIT:
                t += 1
                continue
            begin, hidden = t, state[t]
            h = np.uint64(0xCBF29CE484222325)
            while t < stop and state[t] == hidden:
                kind = kinds[t]
                c = lower[chars[t]] if chars[t] < lower.size else chars[t]
                if kind == _APOSTROPHES[0] or kind == _APOSTROPHES[1]:
                    if t + 1 >= stop or state[t + 1] != hidden or not LOWER <= kinds[t + 1] <= LETTER:
                        break
                    c = np.uint32(39)
                elif not LOWER <= kind <= DIGIT:
                    break
                small[t] = c
                h = (h ^ np.uint64(c)) * np.uint64(0x100000001B3)
                t += 1
            first[n], after[n], key[n] = begin, t, scramble(h)
            n += 1
        begins[i + 1] = n
    return first[:n].copy(), after[:n].copy(), key[:n].copy(), begins, small
