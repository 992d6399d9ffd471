"""Voices: texts that differ in their rare words only speak as one from the start.

Whatever half of a corpus repeats looks like the language of its trade, also when it is one
template that was posted for half of the corpus. Such copies are told from strangers who share
house text by their pattern, the common words in order: strangers' own sentences are made of
common words, too, so their patterns differ; copies with other names and numbers have one.

Source: words by frequency and the patterns of what remains, Vaarandi's SLCT (IPOM 2003) for logs.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array, dense_ids, holders
from filrouge.compare.strangers import Corpus

FEWEST = 4
"""Texts that must hold a word before it can count as language rather than as a name or a number."""
WHOLE = 0.8
"""Share of a text's words that its pattern must hold where more frequent words are left out of it, too."""


@njit(cache=True, nogil=True)
def _pattern_keys(
    words: Int32Array, offsets: Int64Array, said: np.ndarray, df: Int32Array, common: int, least: float
) -> UInt64Array:
    """The pattern of each text, its words that `common` texts hold; a unique one if too few are left."""
    keys = np.empty(offsets.size - 1, np.uint64)
    for ad in range(keys.size):
        h = np.uint64(0xCBF29CE484222325)
        kept = 0
        spoken = 0
        for t in range(offsets[ad], offsets[ad + 1]):
            if not said[t]:
                continue
            spoken += 1
            if df[words[t]] >= common:
                kept += 1
                h = (h ^ np.uint64(words[t])) * np.uint64(0x100000001B3)
                h ^= h >> np.uint64(29)
        keys[ad] = h | np.uint64(1) if kept > 0 and kept >= least * spoken else np.uint64(ad) << np.uint64(1)
    return keys


@njit(cache=True, nogil=True)
def _join(voice: Int32Array, pattern: Int32Array, found: int) -> None:
    """Give the texts of one pattern one voice, the smallest of theirs; voices are chained in place."""
    first = np.full(found, -1, np.int32)
    for ad in range(voice.size):
        mine = ad
        while voice[mine] != mine:
            voice[mine] = voice[voice[mine]]
            mine = voice[mine]
        other = first[pattern[ad]]
        if other < 0:
            first[pattern[ad]] = mine
            continue
        while voice[other] != other:
            other = voice[other]
        voice[max(mine, other)] = min(mine, other)
    for ad in range(voice.size):
        voice[ad] = voice[voice[ad]]


def voices(corpus: Corpus) -> Int32Array:
    """The voice of each text, int32, shape (texts,): the number of the first text that speaks with it."""
    everyone = np.arange(corpus.ads, dtype=np.int32)
    df = holders(corpus.words, corpus.offsets, everyone, corpus.sizes[0])
    voice = everyone.copy()
    common, least = FEWEST, 0.5
    while common <= max(FEWEST, np.sqrt(corpus.ads)):
        keys = _pattern_keys(corpus.words, corpus.offsets, corpus.said, df, common, least)
        pattern, found = dense_ids(keys)
        _join(voice, pattern, found)
        common, least = 2 * common, WHOLE
    return voice
