"""The order of texts: from what they say, and from nothing else.

Where two choices are equally good, a comparison takes the text that comes first. So the order must be the same
whoever compares, by whatever key, and in whatever order the ads came.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array
from filrouge.compare.shares import cuts_at, in_order


@njit(cache=True, nogil=True)
def _numbered(words, key_of_word, offsets, first, last, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for text in range(first, last):
        h = np.uint64(0xCBF29CE484222325)
        for t in range(offsets[text], offsets[text + 1]):
            h = (h ^ key_of_word[words[t]]) * np.uint64(0x100000001B3)
            h ^= h >> np.uint64(31)
        out[text] = h


def order_numbers(
    words: Int32Array, key_of_word: UInt64Array, offsets: Int64Array, threads: int = 1
) -> UInt64Array:
    """By which texts are ordered: a hash of their words without any key, uint64, shape (texts,).

    It tells whether a text is the one that somebody guesses. So it is for this process alone, or to be sealed.

    Args:
        words: int32, shape (words,): the number of each word.
        key_of_word: comparison key of each number, not a pseudonym.
        offsets: where each text begins, shape (texts + 1,).
        threads: how many threads to use; the result is the same.
    """
    out = np.empty(offsets.size - 1, np.uint64)
    cuts = cuts_at(offsets, max(1, -(-words.size // threads)))
    in_order(
        lambda k: _numbered(words, key_of_word, offsets, cuts[k], cuts[k + 1], out), cuts.size - 1, threads
    )
    return out


def in_their_order(
    numbers: UInt64Array, text_keys: UInt64Array
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different texts of ads, in their order: the first ad of each, and which of them each ad has.

    Args:
        numbers: of each ad, see `order_numbers`; 0 where it is not known, such texts come first.
        text_keys: uint64, equal for ads of one text; what decides where numbers are equal.
    """
    keys, first, text = np.unique(text_keys, return_index=True, return_inverse=True)
    number = np.zeros(keys.size, np.uint64)
    np.maximum.at(number, text, numbers)
    order = np.lexsort((keys, number))
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    return first[order].astype(np.int64), place[text]
