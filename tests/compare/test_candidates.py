"""Whom an ad is compared with: what each ad finds by itself is what a table of all pairs would say."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from filrouge.compare import candidates, postings
from filrouge.compare.candidates import NEIGHBOURS, candidate_pairs, within_room
from filrouge.compare.postings import ALWAYS_LISTED, CONTEXT
from filrouge.compare.strangers import Corpus, number_runs

texts_of_few_words = st.lists(st.lists(st.integers(1, 6), max_size=9), min_size=1, max_size=25)


def corpus_of(texts: list[list[int]]) -> Corpus:
    keys = np.array([word for text in texts for word in text], np.uint64)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return number_runs(keys, np.zeros(keys.size, np.uint8), offsets)


def as_counts(found: tuple[np.ndarray, np.ndarray, np.ndarray]) -> dict[tuple[int, int], int]:
    return {(a, b): c for a, b, c in zip(*(column.tolist() for column in found), strict=True)}


def looked_at_one_by_one(corpus: Corpus) -> dict[tuple[int, int], int]:
    """The pairs of neighbours on the list of every run of three that is not too common."""
    lists: dict[int, dict[int, int]] = {}
    for ad in range(corpus.ads):
        begin, end = int(corpus.offsets[ad]), int(corpus.offsets[ad + 1])
        for t in range(begin + 2, end):
            follows = int(corpus.triples[t + CONTEXT]) + 1 if t + CONTEXT < end else 0
            lists.setdefault(int(corpus.triples[t]), {}).setdefault(ad, follows)
    pairs: Counter[tuple[int, int]] = Counter()
    for holders in lists.values():
        order = sorted(holders, key=lambda ad: (holders[ad], ad))
        for i, j in combinations(range(len(order)), 2):
            if j - i <= NEIGHBOURS:
                pairs[min(order[i], order[j]), max(order[i], order[j])] += 1
    return dict(pairs)


@settings(deadline=None)
@given(texts_of_few_words)
def test_each_ad_counts_the_neighbours_that_all_lists_give_it(texts: list[list[int]]) -> None:
    corpus = corpus_of(texts)
    found = candidate_pairs(corpus)
    assert as_counts(found) == looked_at_one_by_one(corpus)
    assert np.array_equal(np.lexsort((found[1], found[0])), np.arange(found[0].size))


@settings(deadline=None)
@given(texts_of_few_words, st.integers(1, 4))
@example([[1, 1, 1], [1, 1, 2], [1, 1, 1, 2], [1, 1, 1, 2]], 1)
def test_the_best_pairs_are_among_all_pairs_and_hold_the_best_of_each_ad(
    texts: list[list[int]], keep: int
) -> None:
    corpus = corpus_of(texts)
    every = as_counts(candidate_pairs(corpus))
    best = as_counts(candidate_pairs(corpus, keep, 8))
    assert best.items() <= every.items()
    for ad in range(corpus.ads):
        theirs = [times for pair, times in every.items() if ad in pair]
        kept = [times for pair, times in best.items() if ad in pair]
        assert max(theirs, default=0) == max(kept, default=0)


def test_what_others_want_takes_no_room_of_an_ads_own_best() -> None:
    """Twenty ads that have nobody else all want ad 0, before its own best pair is looked at."""
    others = np.arange(1, 21, dtype=np.int32)
    first = np.append(np.zeros(20, np.int32), np.int32(0))
    second, times = np.append(others, np.int32(21)), np.append(np.ones(20, np.int32), np.int32(9))
    assert within_room(first, second, times, 1, np.array([9, *[1] * 20, 9], np.int32)).all()


def test_of_equals_an_ad_takes_no_more_than_it_has_room_for() -> None:
    """Ad 0 meets fifty alike, each of which has better ones."""
    second, times = np.arange(1, 51, dtype=np.int32), np.full(50, 3, np.int32)
    chosen = within_room(np.zeros(50, np.int32), second, times, 4, np.array([3, *[7] * 50], np.int32))
    assert chosen.tolist() == [True] * 8 + [False] * 42


def test_shares_and_threads_do_not_change_the_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    corpus = corpus_of([draw.integers(1, 9, 20).tolist() for _ in range(300)])
    whole = as_counts(candidate_pairs(corpus, 12, 8))
    monkeypatch.setattr(postings, "LISTED_TOGETHER", 100)
    monkeypatch.setattr(candidates, "ADS_TOGETHER", 7)
    assert as_counts(candidate_pairs(corpus, 12, 8, threads=3)) == whole


def test_where_runs_of_three_are_too_common_runs_of_six_propose() -> None:
    draw = np.random.default_rng(4)
    # Everybody says the same three sentences, in an order of their own; two say them in one order.
    sentences = [list(range(10 * k, 10 * k + 3)) for k in range(1, 7)]
    texts = [[w for k in draw.permutation(6) for w in sentences[k]] for _ in range(ALWAYS_LISTED + 200)]
    texts += [[1, *sentences[0], *sentences[1], 2], [3, *sentences[0], *sentences[1], 4]]
    found = as_counts(candidate_pairs(corpus_of(texts)))
    assert (len(texts) - 2, len(texts) - 1) in found


def test_of_many_texts_copies_with_moved_sentences_meet_among_hundreds_of_strangers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = np.random.default_rng(5)
    # Everybody takes eight of forty sentences; two took the same eight, in other orders.
    sentences = [[1000 * k + i for i in range(6)] for k in range(1, 41)]
    texts = [[w for k in draw.permutation(40)[:8] for w in sentences[k]] for _ in range(2000)]
    copies = [[w for k in draw.permutation(8) for w in sentences[k]] for _ in range(2)]
    corpus = corpus_of([copies[0], *texts, copies[1]])
    monkeypatch.setattr(postings, "FEWEST_BITS", 0.0)
    pair = (0, 2001)
    by_context = as_counts(candidate_pairs(corpus, 12, 8)).get(pair, 0)
    monkeypatch.setattr(postings, "MANY", 1000)
    by_sketch = as_counts(candidate_pairs(corpus, 12, 8)).get(pair, 0)
    assert by_context < by_sketch
