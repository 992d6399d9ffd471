"""Texts that are nearly one as a whole, however common their words are.

Where one template fills half of a corpus, nothing in it is rare, and rarity proposes nobody.
Copies are then told from strangers who share house text by what is left over: strangers have
their own ad beside it, copies next to nothing.

Source: bands of a MinHash signature, Broder (1997); Leskovec, Rajaraman & Ullman, Mining of
Massive Datasets, section 3.4; of one permutation, Li, Owen & Zhang (NIPS 2012), densified as in
Shrivastava & Li (ICML 2014). It only proposes; each pair is verified by the exact cost.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from filrouge.compare.align import pair_bits
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array
from filrouge.compare.strangers import Corpus

BANDS = 8
ROWS = 3
FOLLOWING = 2
"""Texts with one key are paired with this many that follow."""
WHOLE = 0.78
"""Share of the longer text, in bits after the cost of copying, for two texts to be nearly one; about 5 words of 6."""
ALIKE = 12
"""Of the 24 minima that two such texts must share. They share two thirds of their words, so 16 on average."""
WORD = np.float32(8.0)
"""Bits of every word here, whether it is rare or not."""


@njit(cache=True, nogil=True)
def sketches_of(words: Int32Array, said: np.ndarray, offsets: Int64Array, places: int) -> UInt64Array:
    """A MinHash signature of the words of each text: shape (places, texts)."""
    n = offsets.size - 1
    sketches = np.empty((places, n), np.uint64)
    none = np.uint64(0xFFFFFFFFFFFFFFFF)
    least = np.empty(places, np.uint64)
    for ad in range(n):
        least[:] = none
        for t in range(offsets[ad], offsets[ad + 1]):
            if said[t]:
                h = np.uint64(words[t] + 1) * np.uint64(0x9E3779B97F4A7C15)
                h ^= h >> np.uint64(31)
                h *= np.uint64(0xBF58476D1CE4E5B9)
                h ^= h >> np.uint64(29)
                own = h % np.uint64(places)
                least[own] = min(least[own], h)
        # A place that no word fell on has the minimum of the next. Round twice: the last may need the first.
        after = none
        for place in range(2 * places - 1, -1, -1):
            if least[place % places] == none:
                least[place % places] = after
            after = least[place % places]
        sketches[:, ad] = least
    return sketches


def band_keys(sketches: UInt64Array) -> UInt64Array:
    """The key of each band of some sketches: shape (bands, texts)."""
    keys = []
    for band in sketches.reshape(ROWS, BANDS, -1).transpose(1, 0, 2):
        key = band[0]
        for row in band[1:]:
            key = (key ^ row) * np.uint64(0x94D049BB133111EB)
        keys.append(key)
    return np.stack(keys)


def of_one_key(key: UInt64Array, texts: Int64Array, spoken: Int64Array) -> Int64Array:
    """The pairs of texts of one key and of about one length, each with those that follow: first << 32 | second.

    Args:
        key: of each text in one band, shape (n,).
        texts: their numbers, ascending.
        spoken: how many words each says.
    """
    found = []
    order = np.argsort(key, kind="stable")
    for step in range(1, FOLLOWING + 1):
        one, other = order[:-step], order[step:]
        less, more = np.minimum(spoken[one], spoken[other]), np.maximum(spoken[one], spoken[other])
        same = (key[one] == key[other]) & (spoken[one] > 0) & (less >= WHOLE * more)
        low, high = np.minimum(texts[one], texts[other]), np.maximum(texts[one], texts[other])
        found.append(low[same] << 32 | high[same])
    return np.concatenate(found)


def _proposed(sketches: UInt64Array, spoken: Int64Array) -> tuple[Int32Array, Int32Array]:
    """Pairs that have a band of their sketches in common, and so much else of it that they may be nearly one."""
    texts = np.arange(spoken.size)
    first, second = different_pairs(
        np.concatenate([of_one_key(key, texts, spoken) for key in band_keys(sketches)])
    )
    equal = np.zeros(first.size, np.int32)
    for sketch in sketches:
        equal += sketch[first] == sketch[second]
    likely = equal >= ALIKE
    return first[likely], second[likely]


def different_pairs(pairs: Int64Array) -> tuple[Int32Array, Int32Array]:
    """The first and the second text of each different pair, sorted."""
    pairs = np.sort(pairs)
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def words_said(said: np.ndarray, offsets: Int64Array) -> Int64Array:
    """How many words each text says, those that stand for identifiers left out."""
    # A last word that nobody says, so that an empty text at the end has a place to begin.
    said = np.append(said, False)
    spoken: Int64Array = np.add.reduceat(said, offsets[:-1], dtype=np.int64) * (np.diff(offsets) > 0)
    return spoken


def nearly_equal_pairs(corpus: Corpus, threads: int = 1) -> tuple[Int32Array, Int32Array, Float32Array]:
    """Pairs of texts that are nearly one.

    Returns:
        The first and the second text of each pair (first < second), sorted, and the share of the
        longer text's words that the other one has, in order; at least `WHOLE`.
    """
    spoken = words_said(corpus.said, corpus.offsets)
    first, second = _proposed(sketches_of(corpus.words, corpus.said, corpus.offsets, BANDS * ROWS), spoken)
    saved = pair_bits(first, second, corpus.words, even_price(corpus), corpus.offsets, threads)
    return nearly_equal(corpus, first, second, saved)


def even_price(corpus: Corpus) -> Float32Array:
    """Every word that is said costs the same."""
    return np.where(corpus.said, WORD, np.float32(0)).astype(np.float32)


def nearly_equal(
    corpus: Corpus, first: Int32Array, second: Int32Array, saved: Float32Array
) -> tuple[Int32Array, Int32Array, Float32Array]:
    """Those of the pairs that are nearly one, by what one text saves the other at an even price."""
    spoken = words_said(corpus.said, corpus.offsets)
    longer = np.maximum(spoken[first], spoken[second])
    # Beginning to copy costs the same once for all, and is no difference between the texts.
    sizes = np.maximum(np.diff(corpus.offsets)[first], 1)
    share = ((saved + np.log2(sizes) + 3) / (WORD * np.maximum(longer, 1))).astype(np.float32)
    whole = share >= WHOLE
    return first[whole], second[whole], np.minimum(share[whole], 1)
