"""The steps of a comparison that many cores, or many machines, can share.

Each looks at texts, pairs or groups one by one and remembers nothing: so it can be cut into parts,
done anywhere, done again where a machine was lost, and gives the same result. What looks at
all of them together (labels that spread, cuts) stays with the caller.
"""

from __future__ import annotations

from typing import Protocol

from filrouge.compare.align import pair_bits
from filrouge.compare.belonging import near_bits
from filrouge.compare.candidates import candidate_pairs
from filrouge.compare.copies import nearly_equal_pairs
from filrouge.compare.labels import best_candidates
from filrouge.compare.models import Members, Models, models_begun_at
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.strangers import Corpus, voices_of_runs

PairsOf = tuple[Int32Array, Int32Array, Int32Array]


class Stages(Protocol):
    """Who does these steps.

    Attributes:
        threads: how many threads what stays with the caller may use.
    """

    threads: int

    def candidates(self, corpus: Corpus, keep: int, far_less: int) -> PairsOf:
        """The pairs worth an exact comparison, see `candidate_pairs` and `best_candidates`."""

    def copies(self, corpus: Corpus) -> tuple[Int32Array, Int32Array, Float32Array]:
        """Pairs of texts that are nearly one, see `nearly_equal_pairs`."""

    def voices(self, corpus: Corpus, owner: Int32Array) -> tuple[Int32Array, Int32Array, Int32Array]:
        """How many different owners hold each word, pair and triple, see `voices_of`."""

    def pair_bits(
        self, corpus: Corpus, price: Float32Array, first: Int32Array, second: Int32Array
    ) -> Float32Array:
        """Bits saved by writing text `second[k]` with text `first[k]` beside it, see `align.pair_bits`."""

    def near_bits(
        self, corpus: Corpus, price: Float32Array, label: Int32Array, models: Models, near: Int32Array
    ) -> Float32Array:
        """What near templates save each text, see `belonging.near_bits`."""

    def models(
        self,
        corpus: Corpus,
        price: Float32Array,
        members: Members,
        words: Int32Array,
        begins: Int64Array,
        rounds: int,
        least: float,
    ) -> Models:
        """The consensus of each group, begun at the words given for it, see `models.models_begun_at`."""


class Threads:
    """These steps in the threads of this process."""

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads

    def candidates(self, corpus: Corpus, keep: int, far_less: int) -> PairsOf:
        """See `Stages`."""
        first, second, times = candidate_pairs(corpus)
        chosen = best_candidates(first, second, times, corpus.ads, keep, far_less)
        return first[chosen], second[chosen], times[chosen]

    def copies(self, corpus: Corpus) -> tuple[Int32Array, Int32Array, Float32Array]:
        """See `Stages`."""
        return nearly_equal_pairs(corpus)

    def voices(self, corpus: Corpus, owner: Int32Array) -> tuple[Int32Array, Int32Array, Int32Array]:
        """See `Stages`."""
        return voices_of_runs(corpus, owner, self.threads)

    def pair_bits(
        self, corpus: Corpus, price: Float32Array, first: Int32Array, second: Int32Array
    ) -> Float32Array:
        """See `Stages`."""
        return pair_bits(first, second, corpus.words, price, corpus.offsets, self.threads)

    def near_bits(
        self, corpus: Corpus, price: Float32Array, label: Int32Array, models: Models, near: Int32Array
    ) -> Float32Array:
        """See `Stages`."""
        return near_bits(corpus, price, label, models, near, self.threads)

    def models(
        self,
        corpus: Corpus,
        price: Float32Array,
        members: Members,
        words: Int32Array,
        begins: Int64Array,
        rounds: int,
        least: float,
    ) -> Models:
        """See `Stages`."""
        start = words, begins[:-1], begins[1:]
        return models_begun_at(corpus, price, members, start, rounds, least, self.threads)
