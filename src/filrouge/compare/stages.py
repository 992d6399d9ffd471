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
from filrouge.compare.models import Members, Models, models_begun_at
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.strangers import Corpus

PairsOf = tuple[Int32Array, Int32Array, Int32Array]


Start = tuple[Int32Array, Int64Array, Int64Array]
"""Words, and where those of each group begin and end among them."""


class Stages(Protocol):
    """Who does these steps.

    Attributes:
        threads: how many threads what stays with the caller may use.
    """

    threads: int

    def candidates(self, corpus: Corpus, keep: int, far_less: int, holders: Int32Array) -> PairsOf:
        """The pairs worth an exact comparison, see `candidates.candidate_pairs`."""

    def copies(self, corpus: Corpus) -> tuple[Int32Array, Int32Array, Float32Array]:
        """Pairs of texts that are nearly one, see `copies.nearly_equal_pairs`."""

    def pair_bits(
        self, corpus: Corpus, price: Float32Array, first: Int32Array, second: Int32Array, floor: float
    ) -> Float32Array:
        """Bits saved by writing one text with another beside it, see `align.pair_bits`."""

    def near_bits(
        self,
        corpus: Corpus,
        price: Float32Array,
        label: Int32Array,
        models: Models,
        near: Int32Array,
        *,
        texts: Int32Array | None = None,
        floor: Float32Array | None = None,
    ) -> Float32Array:
        """What near templates save each text, see `belonging.near_bits`."""

    def models(
        self,
        corpus: Corpus,
        price: Float32Array,
        members: Members,
        start: Start,
        rounds: int,
        least: float,
    ) -> Models:
        """The consensus of each group, see `models.models_begun_at`."""


class Threads:
    """These steps in threads of this process."""

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads

    def candidates(self, corpus: Corpus, keep: int, far_less: int, holders: Int32Array) -> PairsOf:
        """See `Stages`."""
        return candidate_pairs(corpus, keep, far_less, holders, self.threads)

    def copies(self, corpus: Corpus) -> tuple[Int32Array, Int32Array, Float32Array]:
        """See `Stages`."""
        return nearly_equal_pairs(corpus, self.threads)

    def pair_bits(
        self, corpus: Corpus, price: Float32Array, first: Int32Array, second: Int32Array, floor: float
    ) -> Float32Array:
        """See `Stages`."""
        return pair_bits(
            first, second, corpus.words, price, corpus.offsets, self.threads,
            floor=floor, vocabulary=corpus.sizes[0],
        )  # fmt: skip

    def near_bits(
        self,
        corpus: Corpus,
        price: Float32Array,
        label: Int32Array,
        models: Models,
        near: Int32Array,
        *,
        texts: Int32Array | None = None,
        floor: Float32Array | None = None,
    ) -> Float32Array:
        """See `Stages`."""
        return near_bits(corpus, price, label, models, near, self.threads, texts=texts, floor=floor)

    def models(
        self,
        corpus: Corpus,
        price: Float32Array,
        members: Members,
        start: Start,
        rounds: int,
        least: float,
    ) -> Models:
        """See `Stages`."""
        return models_begun_at(corpus, price, members, start, rounds, least, self.threads)
