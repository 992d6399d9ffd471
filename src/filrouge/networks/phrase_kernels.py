"""The hot loops of looking for listed words in all texts at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.place_kernels import STOP

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]

_BITS: Final = 16
_MASK: Final = (1 << _BITS) - 1


def sieve(firsts: U64) -> Bool:
    """A table that says at once of most words that nothing listed begins with them."""
    table = np.zeros(1 << _BITS, np.bool_)
    table[(firsts & np.uint64(_MASK)).astype(np.int64)] = True
    return table


@njit(cache=True, nogil=True, error_model="numpy")
def find_phrases(
    key: U64,
    gap: U8,
    first: I64,
    may_begin: Bool,
    phrase_keys: U64,
    phrase_at: I64,
    denials: U64,
    deniable: Bool,
) -> tuple[I32, I64, I64, I32]:
    """Where the phrases stand: number of the text, first word, word after the last one, phrase.

    Args:
        key, gap, first: the words of the texts, see `place_kernels.split_words`.
        may_begin: see `sieve`.
        phrase_keys, phrase_at: the words of phrase p are `phrase_keys[phrase_at[p]:phrase_at[p + 1]]`; the
            phrases are in the order of their first words.
        denials: keys of words that cancel what follows them, sorted.
        deniable: whether that holds for phrase p.
    """
    phrases = len(phrase_at) - 1
    firsts = np.empty(phrases, np.uint64)
    for p in range(phrases):
        firsts[p] = phrase_keys[phrase_at[p]]
    room = 1024
    ad = np.empty(room, np.int32)
    left = np.empty(room, np.int64)
    right = np.empty(room, np.int64)
    which = np.empty(room, np.int32)
    n = 0
    for text in range(len(first) - 1):
        stop = first[text + 1]
        for i in range(first[text], stop):
            if not may_begin[key[i] & np.uint64(_MASK)]:
                continue
            p = np.searchsorted(firsts, key[i])
            while p < phrases and firsts[p] == key[i]:
                size = phrase_at[p + 1] - phrase_at[p]
                same = i + size <= stop
                j = 1
                while same and j < size:
                    # What stands in two sentences is no phrase.
                    same = phrase_keys[phrase_at[p] + j] == key[i + j] and not gap[i + j] & STOP
                    j += 1
                if same and deniable[p]:
                    # "no deposit", "no visa fee": one word may stand between.
                    for back in range(1, 3):
                        at = i - back
                        if at < first[text] or gap[at + 1] & STOP:
                            break
                        d = np.searchsorted(denials, key[at])
                        if d < len(denials) and denials[d] == key[at]:
                            same = False
                if same:
                    if n == room:
                        room *= 2
                        ad = np.concatenate((ad, np.empty_like(ad)))
                        left = np.concatenate((left, np.empty_like(left)))
                        right = np.concatenate((right, np.empty_like(right)))
                        which = np.concatenate((which, np.empty_like(which)))
                    ad[n], left[n], right[n], which[n] = text, i, i + size, p
                    n += 1
                p += 1
    return ad[:n].copy(), left[:n].copy(), right[:n].copy(), which[:n].copy()


@njit(cache=True, nogil=True, error_model="numpy")
def count_words(key: U64, first: I64, words: U64, owner: I64, owners: int) -> I32:
    """How many words of each text belong to each owner, shape (texts, owners).

    Args:
        key, first: the words of the texts.
        words: keys that are looked for, sorted, each once.
        owner: whose each of them is.
        owners: how many there are.
    """
    counts = np.zeros((len(first) - 1, owners), np.int32)
    for text in range(len(first) - 1):
        for i in range(first[text], first[text + 1]):
            at = np.searchsorted(words, key[i])
            if at < len(words) and words[at] == key[i]:
                counts[text, owner[at]] += 1
    return counts
