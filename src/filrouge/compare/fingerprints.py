"""What stands for a text in the search index: some of its runs of three words, and all of it as one key.

A query looks up all its runs. A text keeps only a few: of those that are no stock phrases, the ones with the least
hashes. So copies keep the same runs wherever they are alike, whatever else they hold, and a text with thirty rare
runs is found by any of them that the query shares.

Source: consistent sampling by the least hashes, Broder, On the resemblance and containment of documents (SEQUENCES
1997); stop lists of common runs, as in Schleimer, Wilkerson & Aiken, Winnowing (SIGMOD 2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from filrouge.compare.coded_lists import UInt32Array
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array

KEPT: Final = 24
"""Runs that are kept of each text."""
STOCK: Final = 256
"""A run that more than one text in this many holds is a stock phrase: it is kept only if there is nothing rarer."""
SAMPLE: Final = 65_536
"""Texts from which stock phrases are learned."""
FEWEST: Final = 8
"""No run is a stock phrase that no more of these texts than this hold."""

RUN_BITS: Final = 32
WHOLE: Final = 1 << 31
"""The keys of whole texts have this bit, those of runs have not."""
WORD_BITS: Final = 48
"""Bits of the key of a word, or of an identifier, in the index."""

_FILTER_BITS: Final = 20


@njit(cache=True, nogil=True)
def _mix(value):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The finalizer of MurmurHash3."""
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@njit(cache=True, nogil=True)
def _run_keys(words, keys, offsets, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for text in range(offsets.size - 1):
        before = np.uint64(0)
        last = np.uint64(0)
        for t in range(offsets[text], offsets[text + 1]):
            key = keys[words[t]]
            # Each place in the run has its own factor, so that the order of the words counts.
            mixed = before * np.uint64(0x9E3779B97F4A7C15) + last * np.uint64(0xC2B2AE3D27D4EB4F) + key
            out[t] = _mix(mixed) >> np.uint64(33)
            before = last
            last = key


def run_keys(words: Int32Array, keys: UInt64Array, offsets: Int64Array) -> UInt32Array:
    """The key of the run of three words that ends at each word, less than `WHOLE`.

    Args:
        words: places in `keys`, shape (words,).
        keys: pseudonyms of the words.
        offsets: where each text begins, shape (texts + 1,). A run at the beginning has fewer words.
    """
    out = np.empty(words.size, np.uint32)
    _run_keys(words, keys, offsets, out)
    return out


@njit(cache=True, nogil=True)
def _whole_keys(words, keys, offsets):  # type: ignore[no-untyped-def]  # pragma: no cover
    out = np.empty(offsets.size - 1, np.uint64)
    for text in range(offsets.size - 1):
        h = np.uint64(offsets[text + 1] - offsets[text])
        for t in range(offsets[text], offsets[text + 1]):
            h = _mix(h * np.uint64(0x9E3779B97F4A7C15) + keys[words[t]])
        out[text] = h
    return out


def whole_keys(words: Int32Array, keys: UInt64Array, offsets: Int64Array) -> UInt64Array:
    """A key of all words of each text, uint64; equal texts have equal keys."""
    whole: UInt64Array = _whole_keys(words, keys, offsets)
    return whole


def whole_places(whole: UInt64Array) -> UInt32Array:
    """Where whole texts stand among the keys of the index: at `WHOLE` or above."""
    high: UInt32Array = (whole >> np.uint64(33)).astype(np.uint32) | np.uint32(WHOLE)
    return high


@njit(cache=True, nogil=True)
def _different_runs(runs, offsets, first, step):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The runs of every `step`-th text, end to end, each once for a text."""
    total = 0
    for text in range(first, offsets.size - 1, step):
        total += offsets[text + 1] - offsets[text]
    out = np.empty(total, np.uint32)
    to = 0
    for text in range(first, offsets.size - 1, step):
        sorted_runs = np.sort(runs[offsets[text] : offsets[text + 1]])
        for k in range(sorted_runs.size):
            if k == 0 or sorted_runs[k] != sorted_runs[k - 1]:
                out[to] = sorted_runs[k]
                to += 1
    return out[:to]


@dataclass(frozen=True)
class UsualRuns:
    """Runs that several texts hold, learned from some of them.

    Attributes:
        keys: uint32, ascending: the runs that two of the texts or more hold.
        counts: int64: how many of them.
        texts: how many were looked at.
    """

    keys: UInt32Array
    counts: Int64Array
    texts: int

    @property
    def stock(self) -> UInt32Array:
        """Those that are stock phrases, ascending."""
        stock: UInt32Array = self.keys[self.counts > max(FEWEST, self.texts // STOCK)]
        return stock

    def rarity(self, runs: UInt32Array) -> Float32Array:
        """log2(texts / texts that hold it) of each run; of one that none or one holds as if one did."""
        count = np.ones(runs.size)
        if self.keys.size:
            at = np.minimum(np.searchsorted(self.keys, runs), self.keys.size - 1)
            count = np.where(self.keys[at] == runs, self.counts[at], 1)
        return np.log2(max(self.texts, 2) / count).astype(np.float32)


def usual_runs(runs: UInt32Array, offsets: Int64Array) -> UsualRuns:
    """What is usual among these texts; learned from `SAMPLE` of them, if there are so many."""
    texts = offsets.size - 1
    step = max(1, -(-texts // SAMPLE))
    found, counts = np.unique(_different_runs(runs, offsets, 0, step), return_counts=True)
    several = counts > 1
    return UsualRuns(found[several], counts[several].astype(np.int64), -(-texts // step))


@njit(cache=True, nogil=True)
def _filter(stock):  # type: ignore[no-untyped-def]  # pragma: no cover
    seen = np.zeros(1 << _FILTER_BITS, np.bool_)
    for k in range(stock.size):
        seen[stock[k] & np.uint32((1 << _FILTER_BITS) - 1)] = True
    return seen


@njit(cache=True, nogil=True)
def _chosen(runs, whole, offsets, stock, seen):  # type: ignore[no-untyped-def]  # pragma: no cover
    texts = offsets.size - 1
    begins = np.zeros(texts + 1, np.int64)
    out = np.empty(texts * (KEPT + 1), np.uint32)
    least = np.empty(KEPT, np.uint64)
    to = 0
    for text in range(texts):
        n = 0
        for t in range(offsets[text], offsets[text + 1]):
            run = runs[t]
            rank = ((_mix(np.uint64(run)) >> np.uint64(33)) << np.uint64(31)) | np.uint64(run)
            if seen[run & np.uint32((1 << _FILTER_BITS) - 1)]:
                k = np.searchsorted(stock, run)
                if k < stock.size and stock[k] == run:
                    rank |= np.uint64(1) << np.uint64(62)
            if n == KEPT and rank >= least[n - 1]:
                continue
            k = n
            while k > 0 and least[k - 1] > rank:
                k -= 1
            if k > 0 and least[k - 1] == rank:
                continue
            n = min(n + 1, KEPT)
            for j in range(n - 1, k, -1):
                least[j] = least[j - 1]
            least[k] = rank
        begin = to
        for k in range(n):
            out[to] = least[k] & np.uint64(WHOLE - 1)
            to += 1
        out[begin:to].sort()
        if n > 0:
            out[to] = whole[text]
            to += 1
        begins[text + 1] = to
    return out[:to].copy(), begins


def fingerprints(
    runs: UInt32Array, whole: UInt32Array, offsets: Int64Array, stock: UInt32Array
) -> tuple[UInt32Array, Int64Array]:
    """The keys that stand for each text, ascending; its whole key is the last. An empty text has none.

    Args:
        runs: see `run_keys`, shape (words,).
        whole: see `whole_places`, shape (texts,).
        offsets: where each text begins, shape (texts + 1,).
        stock: see `UsualRuns`.

    Returns:
        The keys, end to end, and where those of each text begin, shape (texts + 1,).
    """
    keys, begins = _chosen(runs, whole, offsets, stock, _filter(stock))
    return keys, begins


def word_places(keys: UInt64Array) -> UInt64Array:
    """Where words and identifiers stand in the index: the high bits of their pseudonyms."""
    high: UInt64Array = keys >> np.uint64(64 - WORD_BITS)
    return high
