"""What strangers would write anyway: a language model of the corpus in which each cluster speaks once.

The price of a word is what it costs to write it knowing only how people of the trade, and
agencies in their house text, write: a stock sentence is cheap after its first word, whoever
uses it; only what nobody else writes is dear. A template that was posted five hundred times
must not count as five hundred people, so a run counts once for each cluster that holds it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array, dense_ids, longer_runs

if TYPE_CHECKING:
    from filrouge.compare.stages import Stages

IN_PASSING = np.float32(0.5)
"""What a word costs that stands for an identifier. It is no evidence; but at 0 it would not be worth copying with
the words around it, and a template would lose its slot at the end of a sentence."""


@dataclass(frozen=True)
class Corpus:
    """All texts as flat arrays: word numbers, and the numbers of the runs that end at each word."""

    words: Int32Array
    pairs: Int32Array
    triples: Int32Array
    offsets: Int64Array
    sizes: tuple[int, int, int]
    said: np.ndarray
    """bool, shape (words,): False for a word that stands for an identifier, evidence of another kind."""

    @property
    def ads(self) -> int:
        return self.offsets.size - 1

    def only(self, texts: Int32Array) -> Corpus:
        """These of the texts, in this order; words and runs keep their numbers."""
        offsets, at = slices(self.offsets[:-1][texts], np.diff(self.offsets)[texts])
        return Corpus(
            self.words[at], self.pairs[at], self.triples[at], offsets, self.sizes, self.said[at]
        )


def slices(begins: Int64Array, lengths: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Where stretches of these lengths lie when they are put end to end, shape (n + 1,); and whence each word of them comes."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return offsets, np.repeat(begins - offsets[:-1], lengths) + np.arange(offsets[-1])


def number_runs(keys: UInt64Array, kinds: np.ndarray, offsets: Int64Array) -> Corpus:
    """Number words, pairs and triples of words.

    Args:
        keys: the comparison key of each word, shape (words,).
        kinds: uint8, shape (words,); 0 for a word, else an identifier's slot.
        offsets: where each ad begins, shape (ads + 1,).
    """
    words, n1 = dense_ids(keys)
    pairs, n2 = longer_runs(words, words, offsets, 2)
    triples, n3 = longer_runs(pairs, words, offsets, 3)
    return Corpus(words, pairs, triples, offsets, (n1, n2, n3), kinds == 0)


@njit(cache=True, nogil=True)
def continuations(shorter, longer, offsets, counts, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """For each shorter run: how often, over all voices, it went on, and in how many different ways."""
    times = np.zeros(found, np.float32)
    ways = np.zeros(found, np.float32)
    met = np.zeros(counts.size, np.bool_)
    for ad in range(offsets.size - 1):
        for t in range(offsets[ad] + 1, offsets[ad + 1]):
            run = longer[t]
            if not met[run]:
                met[run] = True
                times[shorter[t - 1]] += counts[run]
                ways[shorter[t - 1]] += 1
    return times, ways


@njit(cache=True, nogil=True)
def price_kernel(  # type: ignore[no-untyped-def]  # pragma: no cover
    price, ads, words, pairs, triples, said, offsets, c1, c2, c3, total, times2, ways2, times3, ways3
):
    for ad in range(ads[0], ads[1]):
        for t in range(offsets[ad], offsets[ad + 1]):
            if not said[t]:
                price[t] = IN_PASSING
                continue
            # Its own cluster is left out: what remains are strangers.
            alone = (c1[words[t]] - 1 + 0.5) / total
            p = alone
            if t > offsets[ad]:
                before = words[t - 1]
                p = (c2[pairs[t]] - 1 + ways2[before] * p) / max(times2[before] - 1 + ways2[before], 1.0)
                if t > offsets[ad] + 1:
                    before = pairs[t - 1]
                    p = (c3[triples[t]] - 1 + ways3[before] * p) / max(
                        times3[before] - 1 + ways3[before], 1.0
                    )
            # A match after a gap does not share the context: a word never counts for more than it does alone.
            price[t] = -np.log2(min(1.0, max(p, alone)))


def prices(corpus: Corpus, cluster: Int32Array, stages: Stages) -> Float32Array:
    """Bits that each word would cost a stranger; float32, shape (words,); `IN_PASSING` for identifiers.

    Args:
        corpus: the texts.
        cluster: int32, shape (ads,): the ads of one number count as one voice.
        stages: who counts the voices.

    Source: interpolated n-gram model with the counts of Witten & Bell (1991) on distinct
    writers instead of occurrences.
    """
    ones, twos, threes = stages.voices(corpus, cluster)
    offsets, threads = corpus.offsets, stages.threads
    with ThreadPoolExecutor(threads) as pool:
        after_one = pool.submit(continuations, corpus.words, corpus.pairs, offsets, twos, corpus.sizes[0])
        after_two = pool.submit(
            continuations, corpus.pairs, corpus.triples, offsets, threes, corpus.sizes[1]
        )
        after = (*after_one.result(), *after_two.result())
        total = max(float(ones.sum()), 1.0)
        price = np.zeros(corpus.words.size, np.float32)
        texts = (corpus.words, corpus.pairs, corpus.triples, corpus.said, offsets)
        bounds = np.linspace(0, corpus.ads, threads + 1).astype(np.int64)
        shares = [
            pool.submit(price_kernel, price, bounds[k : k + 2], *texts, ones, twos, threes, total, *after)
            for k in range(threads)
        ]
        for done_share in shares:
            done_share.result()
    return price


def voices_of_runs(
    corpus: Corpus, owner: Int32Array, threads: int = 1
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """How many different owners hold each word, each pair and each triple; see `voices_of`."""
    order = np.argsort(owner, kind="stable").astype(np.int32)
    with ThreadPoolExecutor(threads) as pool:
        runs = zip((corpus.words, corpus.pairs, corpus.triples), corpus.sizes, strict=True)
        waiting = [pool.submit(voices_of, ids, corpus.offsets, owner, order, found) for ids, found in runs]
        ones, twos, threes = (done.result() for done in waiting)
    return ones, twos, threes


@njit(cache=True, nogil=True)
def voices_of(
    ids: Int32Array, offsets: Int64Array, owner: Int32Array, order: Int32Array, found: int
) -> Int32Array:
    """How many different owners hold each number; `order` puts the ads of one owner together."""
    counts = np.zeros(found, np.int32)
    last = np.full(found, -1, np.int32)
    for k in range(order.size):
        ad = order[k]
        who = owner[ad]
        for t in range(offsets[ad], offsets[ad + 1]):
            i = ids[t]
            if last[i] != who:
                last[i] = who
                counts[i] += 1
    return counts


def first_prices(corpus: Corpus) -> Float32Array:
    """Prices before any cluster is known: a third of the rarity of the three words that end here.

    A conditional price would make a template's own repetitions cheap; a third, because each
    word takes part in three runs.
    """
    everyone = np.arange(corpus.ads, dtype=np.int32)
    df = voices_of(corpus.triples, corpus.offsets, everyone, everyone, corpus.sizes[2])
    rarity = np.log2(max(corpus.ads, 2) / np.maximum(df, 1)).astype(np.float32) / np.float32(3)
    return np.where(corpus.said, rarity[corpus.triples], np.float32(0)).astype(np.float32)


def prices_of_labels(corpus: Corpus, label: Int32Array, stages: Stages) -> Float32Array:
    """The prices when each cluster is one voice, and each ad alone is one."""
    n = corpus.ads
    return prices(corpus, np.where(label >= 0, label, np.arange(n) + n).astype(np.int32), stages)
