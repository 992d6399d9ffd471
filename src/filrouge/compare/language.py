"""What strangers write, kept from one run to the next: in how many voices each run of words occurs.

`strangers.prices` counts a corpus whole. When a day's ads come to millions, the counts of before are read back
instead, by hashes of the runs, and only what the day changed is counted. What one voice alone holds is not kept: the
price of a word leaves its own voice out, so such a run tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.tokens import KIND_BITS
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array, mixed
from filrouge.compare.shares import in_order
from filrouge.compare.strangers import (
    Corpus,
    Voices,
    continuations,
    count_voices,
    number_runs,
    price_runs,
    spread,
)

KEPT_BITS = np.uint64(0x0000FFFFFFFFFFFF)
"""Of a run's hash 48 bits are kept: among 30 million runs one in ten million is taken for another."""


@njit(cache=True, nogil=True)
def _run_keys(  # type: ignore[no-untyped-def]  # pragma: no cover
    word, before, pair_word, pair_before, key_of_word
):
    """The hash of each pair and triple; 0 for what reaches over the beginning of an ad, which has no price."""
    of_pair = np.zeros(pair_word.size, np.uint64)
    of_triple = np.zeros(word.size, np.uint64)
    for run in range(pair_word.size):
        if pair_before[run] >= 0:
            two = mixed(key_of_word[pair_before[run]], key_of_word[pair_word[run]])
            of_pair[run] = (two & KEPT_BITS) | np.uint64(1)
    for run in range(word.size):
        if before[run] >= 0 and of_pair[before[run]] != 0:
            # Of what was kept of the pair, so that a triple can be found by what is written down.
            three = mixed(of_pair[before[run]], key_of_word[word[run]])
            of_triple[run] = (three & KEPT_BITS) | np.uint64(1)
    return of_pair, of_triple


@dataclass(frozen=True)
class Counts:
    """How many voices hold each run, and how it went on in them; arrays of one length.

    Attributes:
        voices: how many voices hold the run.
        times: how often it went on, over all voices; ways: in how many different ways.
    """

    voices: Float32Array
    times: Float32Array
    ways: Float32Array

    @classmethod
    def none(cls, runs: int) -> Counts:
        """Of runs that nobody holds."""
        return cls(*(np.zeros(runs, np.float32) for _ in range(3)))


@dataclass(frozen=True)
class Table:
    """Counts by the hash of the run; `keys`: uint64, sorted."""

    keys: UInt64Array
    counts: Counts

    def of(self, asked: UInt64Array) -> Counts:
        """The counts of the runs `asked`; zeros for what is not kept."""
        order = np.argsort(asked)
        at = np.empty(asked.size, np.int64)
        at[order] = np.searchsorted(self.keys, asked[order])
        known = at < self.keys.size
        known[known] = self.keys[at[known]] == asked[known]
        out = Counts.none(asked.size)
        for mine, theirs in zip(_columns(out), _columns(self.counts), strict=True):
            mine[known] = theirs[at[known]]
        return out

    def with_counts(self, keys: UInt64Array, counts: Counts, keep: NDArray[np.bool_]) -> Table:
        """The table with the runs `keys` counted anew; of these only those that are to be kept."""
        stays = ~np.isin(self.keys, keys, assume_unique=True)
        merged = np.concatenate([self.keys[stays], keys[keep]])
        order = np.argsort(merged)
        columns = zip(_columns(self.counts), _columns(counts), strict=True)
        return Table(
            merged[order], Counts(*(np.concatenate([old[stays], new[keep]])[order] for old, new in columns))
        )


def _columns(counts: Counts) -> tuple[Float32Array, Float32Array, Float32Array]:
    return counts.voices, counts.times, counts.ways


@dataclass(frozen=True)
class LanguageModel:
    """In how many voices words, and runs of two and three words, occur; by keyed hashes.

    Source: the counts of Witten & Bell (1991) on distinct writers, see `strangers.prices`.
    """

    words: Table
    pairs: Table
    triples: Table

    @property
    def total(self) -> float:
        """Voices over all words."""
        return max(float(self.words.counts.voices.sum(dtype=np.float64)), 1.0)

    def prices(self, keys: UInt64Array, offsets: Int64Array) -> Float32Array:
        """Bits that each word of texts from outside would cost a stranger; float32, shape (words,).

        What only one voice writes is taken for the text's own voice: so a copy of it is evidence.

        Args:
            keys: keyed hash of each word, its kind in the low 4 bits.
            offsets: where each text begins, shape (texts + 1,).
        """
        corpus = number_runs(keys, (keys & np.uint64(KIND_BITS)).astype(np.uint8), offsets)
        return Ledger(self, corpus, _keys_of_words(corpus, keys)).prices()


@dataclass(frozen=True)
class Without:
    """The prices of a model if one of its texts, a voice of its own, had never come.

    Attributes:
        model: that holds the text.
        text: uint64, the keyed hash of each of its words.
    """

    model: LanguageModel
    text: UInt64Array

    def prices(self, keys: UInt64Array, offsets: Int64Array) -> Float32Array:
        """Bits that each word of some texts would cost a stranger, as `LanguageModel.prices`."""
        n = self.text.size
        keys, offsets = np.concatenate([self.text, keys]), np.concatenate([[0], offsets + n])
        corpus = number_runs(keys, (keys & np.uint64(KIND_BITS)).astype(np.uint8), offsets)
        before = np.full(corpus.ads, -2, np.int32)
        before[0] = -1
        return Ledger(self.model, corpus, _keys_of_words(corpus, keys), before).prices_without()[n:]


def _keys_of_words(corpus: Corpus, keys: UInt64Array) -> UInt64Array:
    of_word = np.zeros(corpus.sizes[0], np.uint64)
    of_word[corpus.words] = keys
    return of_word


def _counted(corpus: Corpus, label: Int32Array, threads: int) -> tuple[Counts, Counts, Counts]:
    """The counts of the words, pairs and triples of a corpus whose texts of one label are one voice."""
    ones, twos, threes = count_voices(corpus, label, threads)
    after_one = continuations(corpus.runs.pair_before, twos, ones.size)
    after_two = continuations(corpus.runs.before, threes, twos.size)
    nothing = np.zeros(threes.size, np.float32)
    columns = ((ones, *after_one), (twos, *after_two), (threes, nothing, nothing))
    one, two, three = (Counts(*(column.astype(np.float32) for column in of)) for of in columns)
    return one, two, three


class Ledger:
    """The counts of the runs of some texts: those of the model, and what the texts add to them.

    Args:
        model: what was known before.
        corpus: the texts; numbered among themselves.
        key_of_word: uint64, keyed hash of each word number of the corpus.
        before: int32, shape (texts,): the voices that the model holds of these texts, -1 for a voice of its
            own, -2 for a text that came since. None if it holds none of them. All texts of a voice have to be here,
            if any is.
        threads: how many threads to use; the result is the same.
    """

    def __init__(
        self,
        model: LanguageModel,
        corpus: Corpus,
        key_of_word: UInt64Array,
        before: Int32Array | None = None,
        threads: int = 1,
    ) -> None:
        self.model, self.corpus, self._threads = model, corpus, threads
        runs = corpus.runs
        keys = _run_keys(runs.word, runs.before, runs.pair_word, runs.pair_before, key_of_word)
        self.keys = (key_of_word, *keys)
        tables = (model.words, model.pairs, model.triples)
        known = in_order(lambda k: tables[k].of(self.keys[k]), len(tables), threads)
        if before is None:
            self.gone = [Counts.none(size) for size in corpus.sizes]
        else:
            held = np.flatnonzero(before != -2)
            self.gone = list(_counted(corpus.only(held), before[held], threads))
            # What the model did not keep, these texts hold themselves.
            known = [
                Counts(*map(np.maximum, _columns(of), _columns(gone)))
                for of, gone in zip(known, self.gone, strict=True)
            ]
        self.known = known

    def now(self, label: Int32Array) -> tuple[Counts, Counts, Counts]:
        """The counts when the texts have these labels; -1: a voice of its own."""
        return self._with(count_voices(self.corpus, label, self._threads))

    def _with(self, come: Voices) -> tuple[Counts, Counts, Counts]:
        """The counts when the texts that the model holds are gone, and these voices came."""
        ones, twos, threes = (
            known.voices + new - gone.voices
            for known, new, gone in zip(self.known, come, self.gone, strict=True)
        )
        one, two, three = self.known
        runs, nothing = self.corpus.runs, np.zeros(threes.size, np.float32)
        more_two, other_two = _went_on(runs.pair_before, twos, two.voices, ones.size)
        more_three, other_three = _went_on(runs.before, threes, three.voices, twos.size)
        return (
            Counts(ones, one.times + more_two, one.ways + other_two),
            Counts(twos, two.times + more_three, two.ways + other_three),
            Counts(threes, nothing, nothing),
        )

    def prices(self, label: Int32Array | None = None) -> Float32Array:
        """Bits that each word of the texts would cost a stranger; float32, shape (words,).

        Args:
            label: the voices of the texts, -1 for one of its own; None: as the model has it, and what only one voice
                writes is their own.
        """
        return self._priced(*(self.known if label is None else self.now(label)))

    def prices_without(self) -> Float32Array:
        """Bits that each word would cost a stranger if the texts that the model holds had never come."""
        return self._priced(*self._with(Voices(*(np.zeros(size, np.int32) for size in self.corpus.sizes))))

    def _priced(self, ones: Counts, twos: Counts, threes: Counts) -> Float32Array:
        runs = self.corpus.runs
        table = np.zeros(runs.word.size, np.float32)
        more = float((ones.voices - self.known[0].voices).sum(dtype=np.float64))
        least = [np.maximum(count.voices, 1) for count in (ones, twos, threes)]
        price: Callable[..., None] = price_runs  # numba hides its types
        price(
            table, 0, table.size, runs.word, runs.pair, runs.before, runs.pair_before, self.corpus.said,
            *least, self.model.total + more,
            np.maximum(ones.times, 1), ones.ways, np.maximum(twos.times, 1), twos.ways,
        )  # fmt: skip
        return spread(self.corpus, table, self._threads)

    def grown(self, label: Int32Array) -> LanguageModel:
        """The model with these texts counted by their labels."""
        tables = []
        for table, keys, counts in zip(
            (self.model.words, self.model.pairs, self.model.triples), self.keys, self.now(label), strict=True
        ):
            telling = np.flatnonzero(keys)
            kept, first = np.unique(keys[telling], return_index=True)
            here = telling[first]
            columns = Counts(*(column[here] for column in _columns(counts)))
            whole = table is self.model.words
            tables.append(table.with_counts(kept, columns, _worth_keeping(columns, whole)))
        return LanguageModel(*tables)


def _worth_keeping(counts: Counts, whole: bool) -> NDArray[np.bool_]:
    """Which runs are kept: all words; of longer runs those that more than one voice holds, or that went on twice."""
    keep: NDArray[np.bool_] = (counts.voices >= 1) if whole else (counts.voices >= 2) | (counts.times >= 2)
    return keep


@njit(cache=True, nogil=True)
def _went_on(before, now, was, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """For each shorter run: how much oftener it goes on now, and in how many ways that were not there."""
    more = np.zeros(found, np.float32)
    others = np.zeros(found, np.float32)
    for run in range(before.size):
        shorter = before[run]
        if shorter < 0:
            continue
        more[shorter] += now[run] - was[run]
        if was[run] == 0 and now[run] > 0:
            others[shorter] += 1
        elif was[run] > 0 and now[run] <= 0:
            others[shorter] -= 1
    return more, others


def language_model(
    corpus: Corpus, key_of_word: UInt64Array, label: Int32Array, threads: int = 1
) -> LanguageModel:
    """The model of a whole corpus, whose clusters speak once each.

    Args:
        corpus: the texts.
        key_of_word: uint64, keyed hash of each word number.
        label: int32, shape (texts,): the cluster of each text, -1 for none.
        threads: how many threads to use; the result is the same.
    """
    runs = corpus.runs
    keys = (key_of_word, *_run_keys(runs.word, runs.before, runs.pair_word, runs.pair_before, key_of_word))
    tables = []
    for level, (of_run, counts) in enumerate(zip(keys, _counted(corpus, label, threads), strict=True)):
        kept = np.flatnonzero(_worth_keeping(counts, level == 0) & (of_run != 0))
        order = kept[np.argsort(of_run[kept])]
        tables.append(Table(of_run[order], Counts(*(column[order] for column in _columns(counts)))))
    return LanguageModel(*tables)


def to_arrays(model: LanguageModel) -> dict[str, NDArray[Any]]:
    """The model as named arrays, small once packed: differences of the sorted keys, and counts as uint32."""
    out: dict[str, NDArray[Any]] = {}
    for name, table in (("words", model.words), ("pairs", model.pairs), ("triples", model.triples)):
        out[f"{name}_keys"] = np.diff(table.keys, prepend=np.uint64(0))
        columns = zip(("voices", "times", "ways"), _columns(table.counts), strict=True)
        for column, values in columns:
            if name != "triples" or column == "voices":
                out[f"{name}_{column}"] = values.astype(np.uint32)
    return out


def from_arrays(arrays: dict[str, NDArray[Any]]) -> LanguageModel:
    """The model that `to_arrays` wrote."""
    tables = []
    for name in ("words", "pairs", "triples"):
        keys = np.cumsum(arrays[f"{name}_keys"], dtype=np.uint64)
        nothing = np.zeros(keys.size, np.float32)
        columns = [
            arrays[f"{name}_{c}"].astype(np.float32) if f"{name}_{c}" in arrays else nothing
            for c in ("voices", "times", "ways")
        ]
        tables.append(Table(keys, Counts(*columns)))
    return LanguageModel(*tables)
