"""Texts that are nearly one as a whole, however common their words are.

Where one template fills half of a corpus, nothing in it is rare, and rarity proposes nobody.
Copies are then told from strangers who share house text by what is left over: strangers have
their own ad beside it, copies next to nothing.

Source: bands of a MinHash signature (`sketches`), Leskovec, Rajaraman & Ullman, Mining of Massive
Datasets, section 3.4. It only proposes; each pair is verified by the exact cost.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit

from filrouge.compare.align import pair_bits
from filrouge.compare.runs import Float32Array, Int32Array, UInt64Array
from filrouge.compare.shares import in_order
from filrouge.compare.sketches import text_sketches
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
def band_keys(sketches, band):  # type: ignore[no-untyped-def]  # pragma: no cover
    keys = np.empty(sketches.shape[0], np.uint64)
    for ad in range(keys.size):
        key = sketches[ad, band]
        for row in range(1, ROWS):
            key = (key ^ sketches[ad, row * BANDS + band]) * np.uint64(0x94D049BB133111EB)
        keys[ad] = key
    return keys


@njit(cache=True, nogil=True)
def band_pairs(keys, order, sketches, spoken):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The pairs of texts that follow each other with one key, and that are alike enough; first above, second below."""
    room = 1 << 12
    pairs = np.empty(room, np.uint64)
    found = 0
    for k in range(order.size):
        one = order[k]
        if spoken[one] == 0:
            continue
        for step in range(1, FOLLOWING + 1):
            if k + step >= order.size or keys[order[k + step]] != keys[one]:
                break
            other = order[k + step]
            if min(spoken[one], spoken[other]) < WHOLE * max(spoken[one], spoken[other]):
                continue
            equal = 0
            for place in range(sketches.shape[1]):
                equal += sketches[one, place] == sketches[other, place]
            if equal < ALIKE:
                continue
            if found == room:
                room *= 2
                more = np.empty(room, np.uint64)
                more[:found] = pairs
                pairs = more
            pairs[found] = (np.uint64(min(one, other)) << np.uint64(32)) | np.uint64(max(one, other))
            found += 1
    return pairs[:found].copy()


def _proposed(corpus: Corpus, threads: int) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Pairs that have a band of their sketches in common, and so much else of it that they may be nearly one.

    Returns:
        The first and the second text of each pair, sorted; and how many words of each text are said.
    """
    sketches, spoken = text_sketches(corpus.words, corpus.said, corpus.offsets, BANDS * ROWS, threads=threads)

    def share(band: int) -> UInt64Array:
        keys = band_keys(sketches, band)
        found: UInt64Array = band_pairs(keys, np.argsort(keys, kind="stable"), sketches, spoken)
        return found

    return *different_pairs(in_order(share, BANDS, threads)), spoken


def different_pairs(parts: list[UInt64Array]) -> tuple[Int32Array, Int32Array]:
    """The first and the second text of each different pair, sorted; first above, second below."""
    pairs = np.sort(np.concatenate([np.zeros(0, np.uint64), *parts]))
    pairs = pairs[np.concatenate([[True], pairs[1:] != pairs[:-1]])[: pairs.size]]
    return (pairs >> np.uint64(32)).astype(np.int32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32)


def nearly_equal_pairs(corpus: Corpus, threads: int = 1) -> tuple[Int32Array, Int32Array, Float32Array]:
    """Pairs of texts that are nearly one.

    Returns:
        The first and the second text of each pair (first < second), sorted, and the share of the
        longer text's words that the other one has, in order; at least `WHOLE`.
    """
    first, second, spoken = _proposed(corpus, threads)

    def bits(price: Float32Array, floor: Float32Array) -> Float32Array:
        return pair_bits(
            first, second, corpus.words, price, corpus.offsets, threads,
            floor=floor, vocabulary=corpus.sizes[0],
        )  # fmt: skip

    return verified(corpus, first, second, spoken, bits)


def verified(
    corpus: Corpus,
    first: Int32Array,
    second: Int32Array,
    spoken: Int32Array,
    bits: Callable[[Float32Array, Float32Array], Float32Array],
) -> tuple[Int32Array, Int32Array, Float32Array]:
    """Those of the pairs that are nearly one, see `nearly_equal_pairs`.

    Args:
        corpus: the texts.
        first, second: the pairs, int32.
        spoken: how many words of each text are said, int32, shape (texts,).
        bits: of the pairs, by the price of each word, and what they must reach to matter.
    """
    longer = WORD * np.maximum(np.maximum(spoken[first], spoken[second]), 1)
    # Beginning to copy costs the same once for all, and is no difference between the texts.
    begin = np.log2(np.maximum(np.diff(corpus.offsets)[first], 1)) + 3
    price = np.where(corpus.said, WORD, np.float32(0)).astype(np.float32)[corpus.words]
    saved = bits(price, (WHOLE * longer - begin).astype(np.float32) - np.float32(1))
    share = ((saved + begin) / longer).astype(np.float32)
    whole = share >= WHOLE
    return first[whole], second[whole], np.minimum(share[whole], 1)
