"""The language model that a run keeps gives the prices that counting everything again would give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.compare.language import LanguageModel, Ledger, Without, from_arrays, language_model, to_arrays
from filrouge.compare.strangers import Corpus, number_runs, prices

WORDS = st.lists(st.integers(0, 12), min_size=1, max_size=14)
CORPORA = st.lists(st.tuples(WORDS, st.integers(-1, 3)), min_size=1, max_size=14)


def corpus_of(texts: list[list[int]]) -> tuple[Corpus, np.ndarray]:
    """A corpus, and the key of each of its word numbers."""
    flat = np.array([word for text in texts for word in text], np.uint64)
    keys = (flat + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C10)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    corpus = number_runs(keys, np.zeros(keys.size, np.uint8), offsets)
    of_word = np.zeros(corpus.sizes[0], np.uint64)
    of_word[corpus.words] = keys
    return corpus, of_word


def split(pairs: list[tuple[list[int], int]]) -> tuple[list[list[int]], np.ndarray]:
    return [text for text, _ in pairs], np.array([label for _, label in pairs], np.int32)


def same(one: LanguageModel, other: LanguageModel) -> None:
    for level in ("words", "pairs", "triples"):
        mine, theirs = getattr(one, level), getattr(other, level)
        np.testing.assert_array_equal(mine.keys, theirs.keys)
        for column in ("voices", "times", "ways"):
            np.testing.assert_array_equal(getattr(mine.counts, column), getattr(theirs.counts, column))


@settings(max_examples=60, deadline=None)
@given(CORPORA)
def test_prices_by_the_model_are_those_of_the_whole_corpus(pairs):
    texts, label = split(pairs)
    corpus, keys = corpus_of(texts)
    model = language_model(corpus, keys, label)
    ledger = Ledger(model, corpus, keys, label)
    np.testing.assert_allclose(ledger.prices(label), prices(corpus, label), rtol=1e-4)


@settings(max_examples=60, deadline=None)
@given(CORPORA, st.lists(st.integers(-1, 3), min_size=14, max_size=14))
def test_a_model_whose_labels_change_is_the_model_of_the_new_labels(pairs, later):
    texts, label = split(pairs)
    corpus, keys = corpus_of(texts)
    after = np.array(later[: len(texts)], np.int32)
    grown = Ledger(language_model(corpus, keys, label), corpus, keys, label).grown(after)
    same(grown, language_model(corpus, keys, after))


@settings(max_examples=60, deadline=None)
@given(CORPORA, CORPORA)
def test_texts_that_come_are_counted_beside_those_that_were_there(old, new):
    texts, label = split(old + new)
    corpus, keys = corpus_of(texts)
    first = len(old)
    before_corpus, before_keys = corpus_of(texts[:first])
    model = language_model(before_corpus, before_keys, label[:first])
    before = np.where(np.arange(label.size) < first, label, -2).astype(np.int32)
    same(Ledger(model, corpus, keys, before).grown(label), language_model(corpus, keys, label))


def test_a_model_is_the_same_after_it_was_written_down():
    texts, label = split([([1, 2, 3, 4], 0), ([1, 2, 3, 5], -1), ([1, 2, 3, 4, 6], 0), ([2, 3, 4], -1)])
    corpus, keys = corpus_of(texts)
    model = language_model(corpus, keys, label)
    same(model, from_arrays(to_arrays(model)))


def test_what_one_voice_alone_says_is_dear_and_what_all_say_is_cheap():
    texts = [[1, 2, 3, 10 + k, 40 + k] for k in range(20)]
    corpus, keys = corpus_of(texts)
    model = language_model(corpus, keys, np.full(20, -1, np.int32))
    said = keys[corpus.words[:5]]
    price = model.prices(said, np.array([0, 5], np.int64))
    assert price[1] < 1 < 4 < price[3]


def test_a_word_that_stands_for_an_identifier_has_the_price_of_one():
    texts = [[1, 2, 3], [1, 2, 4]]
    corpus, keys = corpus_of(texts)
    model = language_model(corpus, keys, np.full(2, -1, np.int32))
    said = keys[corpus.words[:3]].copy()
    said[1] = said[1] | np.uint64(1)
    assert model.prices(said, np.array([0, 3], np.int64))[1] == pytest.approx(0.5)


@settings(max_examples=60, deadline=None)
@given(CORPORA, WORDS, WORDS)
def test_prices_without_a_text_are_those_as_if_it_had_never_come(pairs, gone, asked):
    texts, label = split(pairs)
    # Said by two voices more, so that nothing of it is left out of the models as said by one alone.
    texts, label = [*texts, gone, gone], np.concatenate([label, [-1, -1]]).astype(np.int32)
    without = language_model(*corpus_of(texts), label)
    more = language_model(*corpus_of([*texts, gone]), np.concatenate([label, [-1]]).astype(np.int32))
    keys = [
        (np.array(text, np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C10) for text in (gone, asked)
    ]
    offsets = np.array([0, len(asked)], np.int64)
    np.testing.assert_allclose(
        Without(more, keys[0]).prices(keys[1], offsets),
        without.prices(keys[1], offsets),
        rtol=1e-5,
        atol=1e-5,
    )
