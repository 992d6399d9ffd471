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
def _sketches(words: Int32Array, said: np.ndarray, offsets: Int64Array, places: int) -> UInt64Array:
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


def _proposed(sketches: UInt64Array, spoken: Int64Array) -> tuple[Int32Array, Int32Array]:
    """Pairs that have a band of their sketches in common, and so much else of it that they may be nearly one."""
    found = []
    for band in sketches.reshape(ROWS, BANDS, -1).transpose(1, 0, 2):
        key = band[0]
        for row in band[1:]:
            key = (key ^ row) * np.uint64(0x94D049BB133111EB)
        order = np.argsort(key, kind="stable")
        for step in range(1, FOLLOWING + 1):
            one, other = order[:-step], order[step:]
            low, high = np.minimum(one, other), np.maximum(one, other)
            close = np.minimum(spoken[low], spoken[high]) >= WHOLE * np.maximum(spoken[low], spoken[high])
            same = (key[one] == key[other]) & (spoken[one] > 0) & close
            found.append(low[same].astype(np.int64) << 32 | high[same])
    pairs = np.sort(np.concatenate(found))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    first, second = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
    equal = np.zeros(first.size, np.int32)
    for sketch in sketches:
        equal += sketch[first] == sketch[second]
    likely = equal >= ALIKE
    return first[likely], second[likely]


def nearly_equal_pairs(corpus: Corpus, threads: int = 1) -> tuple[Int32Array, Int32Array, Float32Array]:
    """Pairs of texts that are nearly one.

    Returns:
        The first and the second text of each pair (first < second), sorted, and the share of the
        longer text's words that the other one has, in order; at least `WHOLE`.
    """
    # A last word that nobody says, so that an empty text at the end has a place to begin.
    said = np.append(corpus.said, False)
    spoken = np.add.reduceat(said, corpus.offsets[:-1], dtype=np.int64) * (np.diff(corpus.offsets) > 0)
    first, second = _proposed(_sketches(corpus.words, corpus.said, corpus.offsets, BANDS * ROWS), spoken)
    longer = np.maximum(spoken[first], spoken[second])
    price = np.where(corpus.said, WORD, np.float32(0)).astype(np.float32)
    saved = pair_bits(first, second, corpus.words, price, corpus.offsets, threads)
    # Beginning to copy costs the same once for all, and is no difference between the texts.
    sizes = np.maximum(np.diff(corpus.offsets)[first], 1)
    share = ((saved + np.log2(sizes) + 3) / (WORD * np.maximum(longer, 1))).astype(np.float32)
    whole = share >= WHOLE
    return first[whole], second[whole], np.minimum(share[whole], 1)
