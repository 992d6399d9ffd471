"""Texts that are nearly one as a whole, however common their words are.

Where one template fills half of a corpus, nothing in it is rare, and rarity proposes nobody.
Copies are then told from strangers who share house text by what is left over: strangers have
their own ad beside it, copies next to nothing.

Source: bands of a MinHash signature, Broder (1997); Leskovec, Rajaraman & Ullman, Mining of
Massive Datasets, section 3.4. It only proposes; each pair is verified by the exact cost.
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
WORD = np.float32(8.0)
"""Bits of every word here, whether it is rare or not."""


@njit(cache=True, nogil=True)
def _band_keys(
    words: Int32Array, said: np.ndarray, offsets: Int64Array, bands: int, rows: int
) -> UInt64Array:
    """Per band and text one key of `rows` minima over its words; 0 for a text without words."""
    n = offsets.size - 1
    keys = np.zeros((bands, n), np.uint64)
    least = np.empty(bands * rows, np.uint64)
    for ad in range(n):
        least[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
        for t in range(offsets[ad], offsets[ad + 1]):
            if not said[t]:
                continue
            h = np.uint64(words[t] + 1) * np.uint64(0x9E3779B97F4A7C15)
            for k in range(bands * rows):
                h ^= h >> np.uint64(31)
                h *= np.uint64(0xBF58476D1CE4E5B9)
                h ^= h >> np.uint64(29)
                if h < least[k]:
                    least[k] = h
        for band in range(bands):
            key = np.uint64(0)
            for row in range(rows):
                key = (key ^ least[band * rows + row]) * np.uint64(0x94D049BB133111EB)
                key ^= key >> np.uint64(32)
            keys[band, ad] = key
    return keys


def nearly_equal_pairs(corpus: Corpus, threads: int = 1) -> tuple[Int32Array, Int32Array, Float32Array]:
    """Pairs of texts that are nearly one.

    Returns:
        The first and the second text of each pair (first < second), sorted, and the share of the
        longer text's words that the other one has, in order; at least `WHOLE`.
    """
    empty = np.zeros(0, np.int32)
    spoken = np.add.reduceat(np.append(corpus.said, False), corpus.offsets[:-1]) * (
        np.diff(corpus.offsets) > 0
    )
    proposed = []
    for keys in _band_keys(corpus.words, corpus.said, corpus.offsets, BANDS, ROWS):
        order = np.argsort(keys, kind="stable")
        for step in range(1, FOLLOWING + 1):
            one, other = order[:-step], order[step:]
            same = (keys[one] == keys[other]) & (spoken[one] > 0)
            low, high = np.minimum(one, other)[same], np.maximum(one, other)[same]
            proposed.append(low.astype(np.int64) << 32 | high)
    pairs = np.unique(np.concatenate(proposed)) if proposed else np.zeros(0, np.int64)
    if not pairs.size:
        return empty, empty, np.zeros(0, np.float32)
    first, second = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
    price = np.where(corpus.said, WORD, np.float32(0)).astype(np.float32)
    longer = np.maximum(spoken[first], spoken[second])
    close = np.minimum(spoken[first], spoken[second]) >= WHOLE * longer
    first, second, longer = first[close], second[close], longer[close]
    saved = pair_bits(first, second, corpus.words, price, corpus.offsets, threads)
    # Beginning to copy costs the same once for all, and is no difference between the texts.
    sizes = np.maximum(np.diff(corpus.offsets)[first], 1)
    share = ((saved + np.log2(sizes) + 3) / (WORD * np.maximum(longer, 1))).astype(np.float32)
    whole = share >= WHOLE
    return first[whole], second[whole], np.minimum(share[whole], 1)
