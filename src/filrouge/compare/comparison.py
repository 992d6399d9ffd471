"""The whole comparison of a corpus: equal texts, clusters, templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.clusters import Clustering, find_clusters
from filrouge.compare.models import members_of
from filrouge.compare.numbering import corpus_by_appearance
from filrouge.compare.ordering import order_numbers
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array, dense_ids
from filrouge.compare.stages import Stages
from filrouge.compare.strangers import Corpus
from filrouge.compare.templates import Template, build_templates


@dataclass(frozen=True)
class Comparison:
    """What the comparison of a corpus found.

    Attributes:
        cluster: int32, shape (ads,): the cluster of each ad, -1 for none.
        bits: float32, shape (ads,): saved by the cluster's template.
        templates: per cluster; their members are texts, see `text`.
        text: int32, shape (ads,): which different text each ad has.
        corpus: the different texts.
        clustering: of the different texts.
        sizes: ads per different text.
    """

    cluster: Int32Array
    bits: Float32Array
    templates: Sequence[Template]
    text: Int32Array
    corpus: Corpus
    clustering: Clustering
    sizes: NDArray[np.int64]

    @cached_property
    def kinds(self) -> NDArray[np.uint8]:
        """Per word of the corpus: 0 for a word, else one more than its slot kind."""
        return self.corpus.kinds[self.corpus.words]


def different_texts(
    words: Int32Array,
    key_of_word: UInt64Array,
    kind_of_word: NDArray[np.uint8],
    offsets: Int64Array,
    threads: int = 1,
) -> tuple[Corpus, Int32Array]:
    """The different texts of a corpus, and which of them each ad has: int32, shape (ads,).

    See `compare_words`; the texts are in an order of their own (`ordering`), so that that of the ads decides nothing.
    """
    keys = order_numbers(words, key_of_word, offsets, threads)
    order = np.argsort(keys, kind="stable")
    is_first = np.ones(order.size, bool)
    is_first[1:] = keys[order[1:]] != keys[order[:-1]]
    text = np.empty(order.size, np.int32)
    text[order] = np.cumsum(is_first, dtype=np.int32) - np.int32(1)
    # The sort is stable, so that of equal texts the first one stands for all.
    first = order[is_first]
    corpus, _number = corpus_by_appearance(
        words, offsets[:-1][first], np.diff(offsets)[first], kind_of_word, threads
    )
    return corpus, text


def compare(
    keys: UInt64Array,
    kinds: NDArray[np.uint8],
    offsets: Int64Array,
    threads: int = 1,
    stages: Stages | None = None,
) -> Comparison:
    """Find the clusters of a corpus and their templates.

    Args:
        keys: comparison key of each word, shape (words,).
        kinds: uint8, shape (words,): 0 for a word, else one more than its slot kind; equal keys have equal kinds.
        offsets: where each ad begins, shape (ads + 1,).
        threads: how many threads to use; the result is the same.
        stages: who does the steps that can be shared, see `Stages`; these threads if not given.
    """
    words, found = dense_ids(keys)
    key_of_word, kind_of_word = np.zeros(found, np.uint64), np.zeros(found, np.uint8)
    key_of_word[words] = keys
    kind_of_word[words] = kinds
    return compare_words(words, key_of_word, kind_of_word, offsets, threads, stages)


def compare_words(
    words: Int32Array,
    key_of_word: UInt64Array,
    kind_of_word: NDArray[np.uint8],
    offsets: Int64Array,
    threads: int = 1,
    stages: Stages | None = None,
) -> Comparison:
    """The same as `compare` for words that have numbers already; what numbers they have decides nothing.

    Args:
        words: int32, shape (words,): the number of each word.
        key_of_word: comparison key of each number.
        kind_of_word: uint8, of each number: 0 for a word, else one more than its slot kind.
        offsets: where each ad begins, shape (ads + 1,).
        threads: how many threads to use; the result is the same.
        stages: who does the steps that can be shared, see `Stages`; these threads if not given.
    """
    corpus, text = different_texts(words, key_of_word, kind_of_word, offsets, threads)
    sizes = np.bincount(text, minlength=corpus.ads)
    clustering = find_clusters(corpus, sizes, threads, stages)
    # Runs of three are of no more use, and as large as the words.
    corpus = corpus.without_runs()
    clustering = replace(clustering, corpus=corpus)
    label, bits = clustering.label, clustering.bits
    templates = build_templates(corpus, clustering.price, members_of(label), clustering.templates, threads)
    empty = np.diff(offsets) == 0
    cluster = np.where(empty, -1, label[text]).astype(np.int32)
    return Comparison(
        cluster,
        np.where(cluster >= 0, bits[text], 0).astype(np.float32),
        templates,
        text,
        corpus,
        clustering,
        sizes,
    )
