"""Runs, voices and prices: worked out once for each different run, and the same as word by word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.compare import runs
from filrouge.compare.runs import dense_ids, runs_of_three
from filrouge.compare.strangers import IN_PASSING, Corpus, PriceBook, count_voices, number_runs, prices

texts = st.lists(st.lists(st.integers(1, 5), max_size=8), min_size=1, max_size=20)


def corpus_of(found: list[list[int]], in_passing: tuple[int, ...] = ()) -> Corpus:
    keys = np.array([word for text in found for word in text], np.uint64)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in found])]).astype(np.int64)
    return number_runs(keys, np.isin(keys, in_passing).astype(np.uint8), offsets)


@settings(deadline=None)
@given(texts)
def test_equal_runs_have_equal_numbers_in_the_order_of_their_first_words(found: list[list[int]]) -> None:
    corpus = corpus_of(found)
    said = [
        tuple([0] * (2 - i) + text[max(i - 2, 0) : i + 1] if i < 2 else text[i - 2 : i + 1])
        for text in found
        for i in range(len(text))
    ]
    number: dict[tuple[int, ...], int] = {}
    assert corpus.triples.tolist() == [number.setdefault(run, len(number)) for run in said]
    assert corpus.sizes[2] == len(number)
    assert corpus.runs.whole.tolist() == [0 not in run for run in number]


def test_many_tables_number_runs_as_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(1)
    words, found = dense_ids(draw.integers(0, 40, 5000).astype(np.uint64))
    offsets = np.concatenate([[0], np.sort(draw.integers(0, 5000, 99)), [5000]]).astype(np.int64)
    one = runs_of_three(words, offsets, found)
    monkeypatch.setattr(runs, "TOGETHER", 500)
    monkeypatch.setattr(runs, "FIRST_SLOTS", 16)
    several = runs_of_three(words, offsets, found, 3)
    # Where there are so many words that three do not fit into one key, pairs are numbered first.
    stepwise = runs_of_three(words, offsets, 1 << 30, 3)
    for other in (several, stepwise):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@settings(deadline=None)
@given(texts, st.data())
def test_a_run_counts_once_for_each_voice_that_holds_it(found: list[list[int]], data: st.DataObject) -> None:
    corpus = corpus_of(found)
    label = np.array(
        data.draw(st.lists(st.integers(-1, 3), min_size=len(found), max_size=len(found))), np.int32
    )
    owner = np.where(label >= 0, label, 10 + np.arange(label.size))[
        np.repeat(np.arange(corpus.ads), np.diff(corpus.offsets))
    ]
    for threads in (1, 2):
        voices = count_voices(corpus, label, threads)
        pairs = corpus.runs.pair[corpus.triples]
        for counts, ids in zip(voices, (corpus.words, pairs, corpus.triples), strict=True):
            held = {(int(i), int(who)) for i, who in zip(ids, owner, strict=True)}
            assert counts.tolist() == [sum(i == run for i, _who in held) for run in range(counts.size)]


@settings(deadline=None)
@given(texts, st.lists(st.lists(st.integers(-1, 4), min_size=20, max_size=20), min_size=1, max_size=4))
def test_prices_of_changed_groups_are_those_of_a_new_count(
    found: list[list[int]], labels: list[list[int]]
) -> None:
    corpus = corpus_of(found, (5,))
    book = PriceBook(corpus)
    for some in labels:
        label = np.array(some[: corpus.ads], np.int32)
        price = book.of(label)
        assert np.array_equal(price, prices(corpus, label))
        assert (price[corpus.kinds[corpus.words] > 0] == IN_PASSING).all()
