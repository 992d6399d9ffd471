"""What strangers would write anyway: a language model of the corpus in which each cluster speaks once.

The price of a word is what it costs to write it knowing only how people of the trade, and
agencies in their house text, write: a stock sentence is cheap after its first word, whoever
uses it; only what nobody else writes is dear. A template that was posted five hundred times
must not count as five hundred people, so a run counts once for each cluster that holds it.

A price depends on nothing but the three words that end there. So it is worked out once for
each different run of three, and then looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array, dense_ids, runs_of_three
from filrouge.compare.shares import cuts_at, in_order

IN_PASSING = np.float32(0.5)
"""What a word costs that stands for an identifier. It is no evidence; but at 0 it would not be worth copying with
the words around it, and a template would lose its slot at the end of a sentence."""
MOST_COUNTERS = 2
"""Threads that count voices: each has counters of its own for all runs."""


class Runs(NamedTuple):
    """How the different runs hang together; a run at the beginning of its ad is the run of what there is.

    Attributes:
        word: int32, shape (triples,): the word that each ends with.
        pair: int32, shape (triples,): the two words that each ends with.
        before: int32, shape (triples,): the two that it begins with, -1 at the first word of an ad.
        pair_word: int32, shape (pairs,): the word that each ends with.
        pair_before: int32, shape (pairs,): the word that it begins with, -1 at the first word of an ad.
    """

    word: Int32Array
    pair: Int32Array
    before: Int32Array
    pair_word: Int32Array
    pair_before: Int32Array

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Whether each triple has three words."""
        out: NDArray[np.bool_] = np.greater_equal(self.before, 0)
        out[out] = self.pair_before[self.before[out]] >= 0
        return out


@dataclass(frozen=True)
class Corpus:
    """All texts as flat arrays.

    Attributes:
        words: int32, shape (words,): word numbers.
        offsets: int64, shape (texts + 1,): where each text begins.
        kinds: uint8, per word number: 0 for a word, else one more than the slot of the identifier that it stands
            for, which is evidence of another kind.
        triples: int32, shape (words,): the number of the run of three that ends at each word.
        runs: of what the runs consist.
    """

    words: Int32Array
    offsets: Int64Array
    kinds: NDArray[np.uint8]
    triples: Int32Array
    runs: Runs

    @property
    def ads(self) -> int:
        return self.offsets.size - 1

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many different words, pairs and triples there are."""
        return self.kinds.size, self.runs.pair_word.size, self.runs.word.size

    def only(self, texts: NDArray[np.integer]) -> Corpus:
        """These of the texts, in this order; words and runs keep their numbers."""
        begins, lengths = self.offsets[:-1][texts], np.diff(self.offsets)[texts]
        offsets, words = gathered(self.words, begins, lengths)
        _offsets, triples = gathered(self.triples, begins, lengths)
        return Corpus(words, offsets, self.kinds, triples, self.runs)

    def without_runs(self) -> Corpus:
        """The same texts, without their runs of words."""
        none = np.zeros(0, np.int32)
        return Corpus(self.words, self.offsets, self.kinds, none, Runs(none, none, none, none, none))

    @property
    def said(self) -> NDArray[np.bool_]:
        """Per word number, False for one that stands for an identifier."""
        said: NDArray[np.bool_] = np.equal(self.kinds, 0)
        return said


def slices(begins: Int64Array, lengths: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Where stretches of these lengths lie when they are put end to end, shape (n + 1,), and whence each word comes."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return offsets, np.repeat(begins - offsets[:-1], lengths) + np.arange(offsets[-1])


@njit(cache=True, nogil=True)
def copy_slices(source, froms, target, tos, sizes):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Copy stretches of these sizes from places of one array to places of another."""
    for k in range(froms.size):
        for i in range(sizes[k]):
            target[tos[k] + i] = source[froms[k] + i]


def gathered(
    values: NDArray[Any], begins: Int64Array, lengths: Int64Array, threads: int = 1
) -> tuple[Int64Array, NDArray[Any]]:
    """Stretches of an array put end to end: where each begins there, shape (n + 1,), and what they hold."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    out = np.empty(int(offsets[-1]), values.dtype)
    cuts = cuts_at(offsets, max(1, -(-out.size // threads)))

    def share(k: int) -> None:
        mine = slice(cuts[k], cuts[k + 1])
        copy_slices(values, begins[mine], out, offsets[:-1][mine], lengths[mine])

    in_order(share, cuts.size - 1, threads)
    return offsets, out


def number_runs(keys: UInt64Array, kinds: NDArray[np.uint8], offsets: Int64Array, threads: int = 1) -> Corpus:
    """Number words, and runs of three words.

    Args:
        keys: the comparison key of each word, shape (words,).
        kinds: uint8, shape (words,); 0 for a word, else an identifier's slot. Equal keys have equal kinds.
        offsets: where each ad begins, shape (ads + 1,).
        threads: how many threads to use; the result is the same.
    """
    words, found = dense_ids(keys)
    kind_of = np.zeros(found, np.uint8)
    kind_of[words] = kinds
    return corpus_of(words, kind_of, offsets, threads)


def corpus_of(words: Int32Array, kinds: NDArray[np.uint8], offsets: Int64Array, threads: int = 1) -> Corpus:
    """The corpus of words that are numbered already, in the order in which they first appear.

    Args:
        words: int32, shape (words,).
        kinds: uint8, per word number, see `Corpus`.
        offsets: where each ad begins, shape (ads + 1,).
        threads: how many threads to use; the result is the same.
    """
    triples, met = runs_of_three(words, offsets, kinds.size, threads)
    word = words[met]
    inside = _not_first(met, offsets)
    one_before = np.where(inside, words[met - 1], np.int32(-1))
    # A pair is new only where the triple that ends with it is: so the triples have all pairs, in order.
    pair, found = dense_ids((one_before + 1).astype(np.uint64) << np.uint64(32) | word.astype(np.uint64))
    pair_word, pair_before = np.empty(found, np.int32), np.empty(found, np.int32)
    pair_word[pair], pair_before[pair] = word, one_before
    before = np.where(inside, pair[triples[met - 1]], np.int32(-1))
    return Corpus(words, offsets, kinds, triples, Runs(word, pair, before, pair_word, pair_before))


@njit(cache=True, nogil=True)
def _not_first(words, offsets):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Which of these places of words, in ascending order, is not the first of its text."""
    out = np.empty(words.size, np.bool_)
    text = 0
    for k in range(words.size):
        while offsets[text + 1] <= words[k]:
            text += 1
        out[k] = offsets[text] < words[k]
    return out


@njit(cache=True, nogil=True)
def _count_voices(  # type: ignore[no-untyped-def]  # pragma: no cover
    texts, begins, groups, offsets, triples, pair, word, found
):
    """How many of the groups hold each word, pair and triple."""
    ones = np.zeros(found[0], np.int32)
    twos = np.zeros(found[1], np.int32)
    threes = np.zeros(found[2], np.int32)
    last1 = np.full(found[0], -1, np.int32)
    last2 = np.full(found[1], -1, np.int32)
    last3 = np.full(found[2], -1, np.int32)
    for group in range(groups[0], groups[1]):
        for k in range(begins[group], begins[group + 1]):
            for t in range(offsets[texts[k]], offsets[texts[k] + 1]):
                run = triples[t]
                # Whose triple was met, its pair and word were too.
                if last3[run] == group:
                    continue
                last3[run] = group
                threes[run] += 1
                two = pair[run]
                if last2[two] == group:
                    continue
                last2[two] = group
                twos[two] += 1
                one = word[run]
                if last1[one] != group:
                    last1[one] = group
                    ones[one] += 1
    return ones, twos, threes


class Voices(NamedTuple):
    """How many voices hold each run: int32, shapes (words,), (pairs,) and (triples,)."""

    words: Int32Array
    pairs: Int32Array
    triples: Int32Array


def count_voices(
    corpus: Corpus, label: Int32Array | None = None, threads: int = 1, texts: Int32Array | None = None
) -> Voices:
    """How many voices hold each run: the texts of one label are one voice, and so is each text without one.

    Args:
        corpus: the texts.
        label: int32, shape (texts,), from 0, -1 for none; if not given, each text is a voice of its own.
        threads: how many threads to use; the result is the same.
        texts: int32: the texts that `label` is of, if only some of them are counted.
    """
    if label is None:
        texts = np.arange(corpus.ads, dtype=np.int32)
        begins = np.arange(texts.size + 1)
    else:
        order = np.argsort(label, kind="stable").astype(np.int32)
        texts = order if texts is None else texts[order]
        counts = np.bincount(label[label >= 0])
        alone = label.size - int(counts.sum())
        begins = np.concatenate([np.arange(alone + 1), alone + np.cumsum(counts)]).astype(np.int64)
    shares = min(threads, MOST_COUNTERS)
    # Cut where as many texts have been spoken for.
    cuts = np.searchsorted(begins, np.linspace(0, texts.size, shares + 1))
    cuts[0], cuts[-1] = 0, begins.size - 1
    known = corpus.offsets, corpus.triples, corpus.runs.pair, corpus.runs.word, corpus.sizes
    found, *others = in_order(lambda k: _count_voices(texts, begins, cuts[k : k + 2], *known), shares, shares)
    for other in others:
        for mine, theirs in zip(found, other, strict=True):
            mine += theirs
    return Voices(*found)


@njit(cache=True, nogil=True)
def continuations(before, counts, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """For each shorter run: how often, over all voices, it went on, and in how many different ways."""
    times = np.zeros(found, np.int64)
    ways = np.zeros(found, np.int32)
    for run in range(before.size):
        if before[run] >= 0 and counts[run] > 0:
            times[before[run]] += counts[run]
            ways[before[run]] += 1
    return times, ways


@njit(cache=True, nogil=True)
def price_runs(  # type: ignore[no-untyped-def]  # pragma: no cover
    price, begin, end, word, pair, before, pair_before, said, c1, c2, c3, total, times2, ways2, times3, ways3
):
    for run in range(begin, end):
        if not said[word[run]]:
            price[run] = IN_PASSING
            continue
        # Its own cluster is left out: what remains are strangers.
        alone = (c1[word[run]] - 1 + 0.5) / total
        p = alone
        two = pair[run]
        one = pair_before[two]
        if one >= 0:
            p = (c2[two] - 1 + ways2[one] * p) / max(times2[one] - 1 + ways2[one], 1.0)
            shorter = before[run]
            if pair_before[shorter] >= 0:
                p = (c3[run] - 1 + ways3[shorter] * p) / max(times3[shorter] - 1 + ways3[shorter], 1.0)
        # A match after a gap does not share the context: a word never counts for more than it does alone.
        price[run] = -np.log2(min(1.0, max(p, alone)))


@njit(cache=True, nogil=True)
def _looked_up(price, table, triples, begin, end):  # type: ignore[no-untyped-def]  # pragma: no cover
    for t in range(begin, end):
        price[t] = table[triples[t]]


def spread(corpus: Corpus, table: Float32Array, threads: int = 1) -> Float32Array:
    """What is known of each different triple, for each word."""
    price = np.empty(corpus.words.size, np.float32)
    cuts = np.linspace(0, price.size, 4 * threads + 1).astype(np.int64)
    in_order(lambda k: _looked_up(price, table, corpus.triples, cuts[k], cuts[k + 1]), cuts.size - 1, threads)
    return price


def prices_of_runs(corpus: Corpus, voices: Voices, threads: int = 1) -> Float32Array:
    """Bits that the last word of each different triple would cost a stranger; float32, shape (triples,).

    `IN_PASSING` for what stands for an identifier.

    Source: interpolated n-gram model with the counts of Witten & Bell (1991) on distinct
    writers instead of occurrences.
    """
    runs, (ones, twos, threes) = corpus.runs, voices
    after_one = continuations(runs.pair_before, twos, ones.size)
    after_two = continuations(runs.before, threes, twos.size)
    table = np.zeros(threes.size, np.float32)
    total = max(float(ones.sum()), 1.0)
    known = (runs.word, runs.pair, runs.before, runs.pair_before, corpus.said, ones, twos, threes, total)
    cuts = np.linspace(0, table.size, threads + 1).astype(np.int64)
    in_order(
        lambda k: price_runs(table, cuts[k], cuts[k + 1], *known, *after_one, *after_two), threads, threads
    )
    return table


def prices(corpus: Corpus, label: Int32Array, threads: int = 1) -> Float32Array:
    """Bits that each word would cost a stranger; float32, shape (words,); `IN_PASSING` for identifiers.

    Args:
        corpus: the texts.
        label: int32, shape (texts,): the texts of one label are one voice, and so is each with -1.
        threads: how many threads to use; the result is the same.
    """
    return spread(corpus, prices_of_runs(corpus, count_voices(corpus, label, threads), threads), threads)


@njit(cache=True, nogil=True)
def _changed(old, new, olds, news):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Which texts are in a group that is not the same as before, or were."""
    had = np.zeros(olds, np.int32)
    has = np.zeros(news, np.int32)
    origin = np.full(news, -1, np.int32)
    for text in range(new.size):
        if old[text] >= 0:
            had[old[text]] += 1
        if new[text] >= 0:
            has[new[text]] += 1
            origin[new[text]] = old[text]
    for text in range(new.size):
        if new[text] >= 0 and origin[new[text]] != old[text]:
            origin[new[text]] = -1
    changed = np.zeros(new.size, np.bool_)
    for text in range(new.size):
        group = new[text]
        if group < 0:
            changed[text] = old[text] >= 0
        else:
            changed[text] = origin[group] < 0 or had[origin[group]] != has[group]
    return changed


class PriceBook:
    """The prices as groups change: voices that are what they were are not counted again."""

    def __init__(self, corpus: Corpus, threads: int = 1) -> None:
        self._corpus, self._threads = corpus, threads
        self._label: Int32Array | None = None
        self._voices = Voices(*(np.zeros(0, np.int32),) * 3)

    def of(self, label: Int32Array) -> Float32Array:
        """The prices when the texts of one label are one voice, see `prices`."""
        before, self._label = self._label, label
        texts = np.zeros(0, np.int32)
        if before is not None:
            sizes = int(before.max(initial=-1)) + 1, int(label.max(initial=-1)) + 1
            texts = np.flatnonzero(_changed(before, label, *sizes)).astype(np.int32)
        if before is None or 3 * texts.size > label.size:
            self._voices = count_voices(self._corpus, label, self._threads)
        elif texts.size:
            gone = count_voices(self._corpus, before[texts], self._threads, texts)
            come = count_voices(self._corpus, label[texts], self._threads, texts)
            for known, less, more in zip(self._voices, gone, come, strict=True):
                known += more
                known -= less
        table = prices_of_runs(self._corpus, self._voices, self._threads)
        return spread(self._corpus, table, self._threads)


def first_prices(corpus: Corpus, voices: Voices | None = None, threads: int = 1) -> Float32Array:
    """Prices before any cluster is known: a third of the rarity of the three words that end here.

    A conditional price would make a template's own repetitions cheap; a third, because each
    word takes part in three runs.

    Args:
        corpus: the texts.
        voices: where each text is a voice of its own, if they are counted already.
        threads: how many threads to use; the result is the same.
    """
    df = (voices or count_voices(corpus, None, threads)).triples
    rarity = np.log2(max(corpus.ads, 2) / np.maximum(df, 1)).astype(np.float32) / np.float32(3)
    table = np.where(corpus.said[corpus.runs.word], rarity, np.float32(0)).astype(np.float32)
    return spread(corpus, table, threads)
