"""What is known of the texts of a corpus from one comparison to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.tokens import KIND_BITS
from filrouge.compare.language import LanguageModel
from filrouge.compare.numbering import corpus_by_appearance
from filrouge.compare.reach import Reach
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array
from filrouge.compare.strangers import Corpus, corpus_of, gathered

ALONE = np.int32(-1)
NEW = np.int32(-2)


@dataclass(frozen=True)
class Texts:
    """The different texts of a corpus, known and new, as slices of one array of words.

    Attributes:
        words: int32, word numbers, in the order in which words appear in the texts: so that where numbers decide, as
            in a sketch, it is not the key that decides.
        begins, lengths: int64, shape (texts,): where each text lies.
        key_of_word: uint64, the keyed hash of each word number; its kind in the low 4 bits.
        sizes: int64, shape (texts,): how many ads have each.
    """

    words: Int32Array
    begins: Int64Array
    lengths: Int64Array
    key_of_word: UInt64Array
    sizes: Int64Array

    def corpus(self, which: np.ndarray, threads: int = 1) -> Corpus:
        """Some of the texts with their runs numbered; words keep their numbers."""
        offsets, words = gathered(self.words, self.begins[which], self.lengths[which], threads)
        return corpus_of(words, self.kinds, offsets, threads)

    def by_appearance(self, which: np.ndarray, threads: int = 1) -> tuple[Corpus, UInt64Array]:
        """Some of the texts as a corpus of its own, see `corpus_by_appearance`, and the key of each of its words."""
        corpus, number = corpus_by_appearance(
            self.words, self.begins[which], self.lengths[which], self.kinds, threads
        )
        key_of_word = np.empty(corpus.sizes[0], np.uint64)
        key_of_word[number[number >= 0]] = self.key_of_word[number >= 0]
        return corpus, key_of_word

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """Per word number: 0 for a word, else one more than the slot of the identifier that it stands for."""
        return (self.key_of_word & np.uint64(KIND_BITS)).astype(np.uint8)


@dataclass(frozen=True)
class State:
    """What is known of the texts: from a run, for the next.

    Attributes:
        label: int32, shape (texts,): the cluster of each, `ALONE` for none, `NEW` for a text that came since.
        bits: float32, shape (texts,): what its template saves each.
        words, price, begins: the templates of the clusters, as in `Models`.
        model: what strangers write.
        reach: what strangers reach with each other; among: with templates.
    """

    label: Int32Array
    bits: Float32Array
    words: Int32Array
    price: Float32Array
    begins: Int64Array
    model: LanguageModel
    reach: Reach
    among: Reach


@dataclass(frozen=True)
class Grown:
    """The state afterwards.

    Attributes:
        state: labels 0 to the number of clusters before are those clusters still, if anything is left of them;
            new ones follow.
        touched: int64: the clusters whose template or members changed.
    """

    state: State
    touched: Int64Array
