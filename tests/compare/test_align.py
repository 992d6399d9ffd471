"""The exact cost of writing one text with the help of another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from filrouge.compare.align import pair_bits
from filrouge.compare.search import copied_words

PRICE = 8.0
word_lists = st.lists(st.integers(0, 500), min_size=12, max_size=40, unique=True)


def saved(text: list[int], model: list[int]) -> tuple[float, list[int]]:
    words = np.array(text, np.int32)
    bits, places = copied_words(words, np.full(words.size, PRICE, np.float32), np.array(model, np.int32))
    return bits, places.tolist()


@given(word_lists)
def test_an_equal_text_is_copied_word_for_word(words: list[int]) -> None:
    bits, places = saved(words, words)
    assert places == list(range(len(words)))
    assert bits < PRICE * len(words)
    assert bits > 0.8 * PRICE * len(words) - 10


@given(word_lists)
def test_nothing_is_saved_on_a_text_with_other_words(words: list[int]) -> None:
    bits, places = saved(words, [word + 1000 for word in words])
    assert bits == 0
    assert set(places) == {-1}


@given(word_lists, st.integers(1, 11))
def test_moved_sentences_stay_evidence(words: list[int], cut: int) -> None:
    moved = words[cut:] + words[:cut]
    bits, places = saved(moved, words)
    kept = sum(place >= 0 for place in places)
    # A part of one or two words may not be worth the jump.
    assert kept >= len(words) - 2
    assert bits >= saved(words, words)[0] - 2 * (np.log2(len(words)) + 3) - 2


@given(word_lists, st.data())
def test_a_dropped_word_costs_a_step_not_the_rest(words: list[int], data: st.DataObject) -> None:
    gone = data.draw(st.integers(3, len(words) - 4))
    bits, places = saved(words[:gone] + words[gone + 1 :], words)
    assert gone not in places
    assert bits >= saved(words, words)[0] - PRICE - 6


@given(word_lists, word_lists)
def test_more_of_a_model_never_saves_less_than_its_jump(words: list[int], other: list[int]) -> None:
    alone, _ = saved(words, words)
    longer, _ = saved(words, [*other, *words])
    assert longer >= alone - np.log2(len(other) + len(words)) + np.log2(len(words)) - 0.01


def test_what_is_not_said_earns_nothing() -> None:
    assert saved([], [1, 2, 3]) == (0.0, [])
    assert saved([1, 2, 3], [])[0] == 0.0


@given(st.lists(word_lists, min_size=4, max_size=8), st.floats(0, 300))
def test_what_may_be_said_to_save_nothing_saves_no_more_than_matters(
    texts: list[list[int]], floor: float
) -> None:
    words = np.array([word % 20 for text in texts for word in text], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    cost = (1 + words % 7).astype(np.float32)
    first, second = (side.astype(np.int32) for side in np.triu_indices(len(texts), 1))
    exact = pair_bits(first, second, words, cost, offsets)
    quick = pair_bits(first, second, words, cost, offsets, 2, floor=floor)
    assert ((quick == exact) | ((quick == 0) & (exact <= floor))).all()
