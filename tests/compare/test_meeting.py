"""New texts meet those that share telling runs with them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.compare.meeting import best_met, meetings


def flat(texts: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return np.array([word for text in texts for word in text], np.int32), offsets


def met(texts: list[list[int]], first_new: int, threads: int = 1) -> dict[tuple[int, int], int]:
    first, second, times = meetings(*flat(texts), first_new, threads)
    return dict(zip(zip(first.tolist(), second.tolist(), strict=True), times.tolist(), strict=True))


def test_a_new_text_meets_the_known_one_that_it_shares_three_words_with():
    assert met([[1, 2, 3, 4], [9, 8, 7, 6], [5, 1, 2, 3]], 2) == {(0, 2): 1}


def test_two_known_texts_do_not_meet_again():
    assert met([[1, 2, 3, 4], [1, 2, 3, 4], [7, 8, 9]], 2) == {}


def test_new_texts_meet_each_other():
    assert met([[7, 8, 9], [1, 2, 3, 4], [0, 1, 2, 3, 4]], 1) == {(1, 2): 2}


def test_the_same_run_twice_in_a_text_is_told_once():
    assert met([[1, 2, 3, 5, 1, 2, 3], [4, 1, 2, 3]], 1) == {(0, 1): 1}


def test_runs_do_not_reach_over_the_end_of_a_text():
    assert met([[1, 2], [3, 4], [1, 2, 3]], 2) == {}


def test_where_runs_of_three_are_in_too_many_texts_runs_of_six_tell():
    """100 texts begin with the same three words; two go on with the same eight."""
    crowd = [[1, 2, 3, 100 + k, 300 + k] for k in range(100)]
    known, new = [1, 2, 3, 1, 2, 3, 50, 51], [60, 1, 2, 3, 1, 2, 3, 61]
    texts = [*crowd, known, new]
    found = met(texts, len(texts) - 1)
    assert (100, 101) in found


texts_of_few_words = st.lists(st.lists(st.integers(0, 6), max_size=12), min_size=2, max_size=30)


@settings(max_examples=80, deadline=None)
@given(texts_of_few_words, st.integers(0, 29))
def test_each_pair_has_a_new_text_and_a_common_run_and_threads_change_nothing(texts, new):
    first_new = min(new, len(texts) - 1)
    found = met(texts, first_new)
    assert found == met(texts, first_new, threads=3)
    runs = [{tuple(text[k : k + 3]) for k in range(len(text) - 2)} for text in texts]
    for (one, other), times in found.items():
        assert one < other
        assert other >= first_new
        assert 1 <= times <= len(runs[one] & runs[other])


def test_a_pair_proposed_far_less_often_than_others_of_both_its_texts_is_not_kept():
    first, second = np.array([0, 0, 1], np.int32), np.array([1, 2, 3], np.int32)
    times = np.array([2, 40, 40], np.int32)
    assert best_met(first, second, times, 4, 3, 8).tolist() == [False, True, True]
    assert best_met(first, second, times, 4, 3, 100).tolist() == [True, True, True]


@settings(max_examples=80, deadline=None)
@given(texts_of_few_words, st.integers(1, 4))
def test_the_best_pair_of_each_text_is_kept(texts, keep):
    first, second, times = meetings(*flat(texts), 0)
    chosen = best_met(first, second, times, len(texts), keep, 8)
    for text in range(len(texts)):
        theirs = (first == text) | (second == text)
        assert times[theirs].max(initial=0) == times[theirs & chosen].max(initial=0)
