"""Looking for listed words in all texts at once, on whole arrays of hashed words."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.place_kernels import STOP

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]

_BITS: Final = 16
_MASK: Final = np.uint64((1 << _BITS) - 1)
DENIES_WITHIN: Final = 2
"""Words: "no deposit", "no visa fee"."""


def find_phrases(
    key: U64, gap: U8, first: I64, phrase_keys: U64, phrase_at: I64, denials: U64, deniable: Bool
) -> tuple[I32, I64, I64, I32]:
    """Where the phrases stand: number of the text, first word, word after the last one, phrase.

    Args:
        key, gap, first: the words of the texts, see `place_kernels.split_words`.
        phrase_keys, phrase_at: the words of phrase p are `phrase_keys[phrase_at[p]:phrase_at[p + 1]]`; the
            phrases are in the order of their first words.
        denials: keys of words that cancel what follows them, sorted.
        deniable: whether that holds for phrase p.
    """
    firsts = phrase_keys[phrase_at[:-1]]
    size = np.diff(phrase_at)
    begins = _listed(key, firsts)
    low, high = np.searchsorted(firsts, key[begins], "left"), np.searchsorted(firsts, key[begins], "right")
    # Each word that begins phrases, with each phrase that it begins.
    at = np.repeat(begins, high - low)
    which = np.arange(at.size) - np.repeat(np.cumsum(high - low) - high, high - low)
    text = np.searchsorted(first, at, "right") - 1
    keep = at + size[which] <= first[text + 1]
    at, which, text = at[keep], which[keep], text[keep]
    for j in range(1, int(size.max(initial=1))):
        longer = np.flatnonzero(size[which] > j)
        word = at[longer] + j
        # What stands in two sentences is no phrase.
        same = (key[word] == phrase_keys[phrase_at[which[longer]] + j]) & (gap[word] & STOP == 0)
        keep = np.ones(at.size, bool)
        keep[longer] = same
        at, which, text = at[keep], which[keep], text[keep]
    denied = np.zeros(at.size, bool)
    joined = deniable[which]
    for back in range(1, DENIES_WITHIN + 1):
        word = at - back
        joined = joined & (word >= first[text])
        joined[joined] = gap[word[joined] + 1] & STOP == 0
        denied[joined] |= np.isin(key[word[joined]], denials)
    kept = ~denied
    return (
        text[kept].astype(np.int32),
        at[kept],
        (at + size[which])[kept],
        which[kept].astype(np.int32),
    )


def count_words(key: U64, first: I64, words: U64, owner: I64, owners: int) -> I32:
    """How many words of each text belong to each owner, shape (texts, owners).

    Args:
        key, first: the words of the texts.
        words: keys that are looked for, sorted, each once.
        owner: whose each of them is.
        owners: how many there are.
    """
    texts = first.size - 1
    at = _listed(key, words)
    text = np.searchsorted(first, at, "right") - 1
    cell = text * owners + owner[np.searchsorted(words, key[at])]
    return np.bincount(cell, minlength=texts * owners).reshape(texts, owners).astype(np.int32)


def _listed(key: U64, words: U64) -> I64:
    """Numbers of the words that are among the sorted `words`."""
    # Most words are not; a small table says so at once.
    may_be = np.zeros(1 << _BITS, np.bool_)
    may_be[words & _MASK] = True
    at = np.flatnonzero(may_be[key & _MASK])
    return at[np.isin(key[at], words)]
