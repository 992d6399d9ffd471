"""The texts nearest to a pasted one: shared words propose, the exact cost of copying ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from filrouge.compare.align import JUMP, LONGEST, copy_bits, index_model, pair_bits, trace
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array

PROPOSED = 400
"""Texts that are compared exactly with the query."""


@njit(cache=True, nogil=True)
def _postings(words, offsets, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    last = np.full(found, -1, np.int32)
    begins = np.zeros(found + 1, np.int64)
    for ad in range(offsets.size - 1):
        for t in range(offsets[ad], offsets[ad + 1]):
            if last[words[t]] != ad:
                last[words[t]] = ad
                begins[words[t] + 1] += 1
    for w in range(found):
        begins[w + 1] += begins[w]
    fill = begins[:-1].copy()
    ads = np.empty(begins[found], np.int32)
    last[:] = -1
    for ad in range(offsets.size - 1):
        for t in range(offsets[ad], offsets[ad + 1]):
            w = words[t]
            if last[w] != ad:
                last[w] = ad
                ads[fill[w]] = ad
                fill[w] += 1
    return begins, ads


def postings(words: Int32Array, offsets: Int64Array, found: int) -> tuple[Int64Array, Int32Array]:
    """For each word the ads that hold it: where its list begins (shape (words + 1,)) and the ads, sorted."""
    begins, ads = _postings(words, offsets, found)
    return begins, ads


@dataclass(frozen=True)
class Index:
    """What a search reads; all arrays may be memory-mapped.

    Attributes:
        keys: uint64, sorted: the comparison key of each known word.
        numbers: int32: the word number of each key.
        words, offsets, price: the texts as word numbers, where each begins, bits of each word.
        begins, ads: the postings of each word number.
    """

    keys: np.ndarray
    numbers: np.ndarray
    words: Int32Array
    offsets: Int64Array
    price: Float32Array
    begins: Int64Array
    ads: Int32Array

    def known(self, keys: np.ndarray) -> Int32Array:
        """The word numbers of `keys`; -2 for a word that the corpus does not hold."""
        at = np.minimum(np.searchsorted(self.keys, keys), max(self.keys.size - 1, 0))
        if not self.keys.size:
            return np.full(keys.size, -2, np.int32)
        return np.where(self.keys[at] == keys, self.numbers[at], -2).astype(np.int32)

    def nearest(self, query: Int32Array, top: int) -> list[tuple[int, float]]:
        """The ads that save most when each is written with the query beside it: (ad, bits), best first."""
        n = self.offsets.size - 1
        score = np.zeros(n, np.float64)
        for word in np.unique(query[query >= 0]).tolist():
            holders = self.ads[self.begins[word] : self.begins[word + 1]]
            score[holders] += np.log2(n / max(holders.size, 1)) + 0.1
        proposed = np.argsort(-score, kind="stable")[:PROPOSED]
        proposed = proposed[score[proposed] > 0].astype(np.int64)
        if not proposed.size:
            return []
        flat = np.concatenate([np.arange(self.offsets[a], self.offsets[a + 1]) for a in proposed])
        words = np.concatenate([query, self.words[flat]]).astype(np.int32)
        price = np.concatenate([np.zeros(query.size, np.float32), self.price[flat]]).astype(np.float32)
        sizes = np.concatenate([[query.size], np.diff(self.offsets)[proposed]])
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        second = np.arange(1, proposed.size + 1, dtype=np.int32)
        bits = pair_bits(np.zeros_like(second), second, words, price, offsets)
        order = np.lexsort((proposed, -bits))[:top]
        return [(int(proposed[k]), float(bits[k])) for k in order if bits[k] > 0]


def copied_words(text: Int32Array, price: Float32Array, model: Int32Array) -> tuple[float, Int32Array]:
    """Bits saved by writing `text` with `model` beside it, and the model word each came from, or -1."""
    n, m = min(text.size, LONGEST), min(model.size, LONGEST)
    places = np.full(text.size, -1, np.int32)
    if not n or not m:
        return 0.0, places
    best, back = np.empty((n, m), np.float32), np.empty((n, m), np.int32)
    jump = np.float32(np.log2(m) + JUMP)
    head, following = np.full(int(max(model.max(), text.max())) + 1, -1, np.int32), np.empty(m, np.int32)
    index_model(model[:m], head, following)
    saved, row, column = copy_bits(text[:n], price[:n], m, head, following, jump, best, back)
    if row >= 0:
        trace(row, column, m, back, places[:n])
    return float(saved), places
