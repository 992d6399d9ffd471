"""Clusters of texts made of word numbers: what is one template, and what strangers share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.compare import clusters
from filrouge.compare.comparison import Comparison, compare, compare_words

STOCK = [[1, 2, 3, 4], [5, 6, 7, 8, 9], [10, 11, 12]]
HOUSE = list(range(20, 45))


def run(texts: list[list[int]], threads: int = 1) -> Comparison:
    keys = np.array([word for text in texts for word in text], np.uint64)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return compare(keys, np.zeros(keys.size, np.uint8), offsets, threads)


def strangers(draw: np.random.Generator, count: int) -> list[list[int]]:
    """Ads of one trade: 250 words, stock sentences, and a house text around each."""
    texts = []
    for _ in range(count):
        text: list[int] = []
        while len(text) < 40:
            text += (
                STOCK[draw.integers(len(STOCK))]
                if draw.random() < 0.3
                else draw.zipf(1.3, 6).clip(1, 250).tolist()
            )
        texts.append(HOUSE[:12] + text + HOUSE[12:])
    return texts


def noisy(draw: np.random.Generator, template: list[int], share: float) -> list[int]:
    out = []
    for word in template:
        chance = draw.random()
        if chance < share / 2:
            continue
        out.append(int(draw.integers(1, 250)) if chance < share else word)
    return out


def groups(found: Comparison) -> set[frozenset[int]]:
    return {
        frozenset(np.flatnonzero(found.cluster == k).tolist())
        for k in range(int(found.cluster.max(initial=-1)) + 1)
    }


def test_strangers_on_one_site_are_not_tied() -> None:
    found = run(strangers(np.random.default_rng(1), 1500))
    assert (found.cluster >= 0).mean() < 0.01


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25])
def test_noisy_copies_of_one_template_are_one_cluster(share: float) -> None:
    draw = np.random.default_rng(2)
    texts = strangers(draw, 1000)
    template = [int(word) for word in draw.integers(1, 250, 45)]
    texts += [HOUSE[:12] + noisy(draw, template, share) + HOUSE[12:] for _ in range(20)]
    found = run(texts)
    labels, counts = np.unique(found.cluster[1000:], return_counts=True)
    assert labels[counts.argmax()] >= 0
    assert counts.max() >= 19
    assert (found.cluster[:1000] == labels[counts.argmax()]).sum() == 0


def test_an_ad_that_holds_two_templates_does_not_chain_them() -> None:
    draw = np.random.default_rng(3)
    one, two = ([int(word) for word in draw.integers(1, 250, 50)] for _ in range(2))
    texts = strangers(draw, 600)
    texts += (
        [noisy(draw, one, 0.1) for _ in range(8)] + [noisy(draw, two, 0.1) for _ in range(8)] + [one + two]
    )
    found = run(texts)
    first, second = set(found.cluster[600:608].tolist()), set(found.cluster[608:616].tolist())
    assert len(first) == len(second) == 1
    assert first != second
    assert -1 not in first | second


def test_all_ads_equal_are_one_cluster() -> None:
    found = run([list(range(60))] * 3000)
    assert set(found.cluster.tolist()) == {0}


def test_two_equal_stock_sentences_are_no_evidence() -> None:
    draw = np.random.default_rng(4)
    found = run([*strangers(draw, 800), STOCK[0], STOCK[0]])
    assert found.cluster[-1] == -1


def test_no_ads_and_one_ad_and_empty_texts_are_fine() -> None:
    assert run([]).cluster.size == 0
    assert run([[1, 2, 3]]).cluster.tolist() == [-1]
    assert run([[], [], [1, 2]]).cluster.tolist() == [-1, -1, -1]


def test_slots_stand_where_the_copies_differ() -> None:
    draw = np.random.default_rng(5)
    template = [int(word) for word in draw.integers(1, 250, 40)]
    texts = strangers(draw, 500)
    texts += [[*template[:20], 1000 + k, *template[20:]] for k in range(10)]
    found = run(texts)
    cluster = int(found.cluster[500])
    slots = found.templates[cluster].slots
    assert [slot.after for slot in slots] == [20]
    assert len(slots[0].fillings) == 10


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_ads_does_not_change_the_clusters(seed: int) -> None:
    draw = np.random.default_rng(seed)
    texts = strangers(draw, 150)
    for _ in range(6):
        template = [int(word) for word in draw.integers(1, 250, 40)]
        texts += [noisy(draw, template, 0.1) for _ in range(5)]
    order = draw.permutation(len(texts))
    straight = groups(run(texts))
    shuffled = {frozenset(int(order[k]) for k in group) for group in groups(run([texts[k] for k in order]))}
    assert straight == shuffled


def test_threads_do_not_change_the_result() -> None:
    draw = np.random.default_rng(6)
    texts = strangers(draw, 400)
    for _ in range(10):
        template = [int(word) for word in draw.integers(1, 250, 40)]
        texts += [noisy(draw, template, 0.2) for _ in range(6)]
    one, three = run(texts, 1), run(texts, 3)
    assert np.array_equal(one.cluster, three.cluster)
    assert np.array_equal(one.bits, three.bits)


def test_numbers_of_words_decide_nothing() -> None:
    draw = np.random.default_rng(7)
    texts = strangers(draw, 300)
    for _ in range(8):
        template = [int(word) for word in draw.integers(1, 250, 40)]
        texts += [noisy(draw, template, 0.2) for _ in range(6)]
    by_key = run(texts)
    named = draw.permutation(300)
    words = np.array([named[word] for text in texts for word in text], np.int32)
    key_of_word = np.empty(300, np.uint64)
    key_of_word[named] = np.arange(300)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    by_number = compare_words(words, key_of_word, np.zeros(300, np.uint8), offsets, 2)
    assert np.array_equal(by_key.cluster, by_number.cluster)
    assert np.array_equal(by_key.bits, by_number.bits)


def test_a_sample_of_texts_measures_foreign_templates_where_there_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = np.random.default_rng(8)
    texts = strangers(draw, 600)
    for _ in range(20):
        template = [int(word) for word in draw.integers(1, 250, 45)]
        texts += [noisy(draw, template, 0.1) for _ in range(8)]
    whole = run(texts)
    monkeypatch.setattr(clusters, "NEAR_SAMPLE", 400)
    sampled = run(texts, 2)
    assert (whole.cluster == sampled.cluster).mean() > 0.99


def test_templates_are_made_when_they_are_asked_for() -> None:
    draw = np.random.default_rng(9)
    template = [int(word) for word in draw.integers(1, 250, 40)]
    found = run([*strangers(draw, 300), *([*template[:20], 1000 + k, *template[20:]] for k in range(5))])
    (one,) = found.templates
    assert found.templates[-1].words.tolist() == one.words.tolist() == found.templates[0:1][0].words.tolist()
    assert len(one.places) == one.members.size == one.bits.size
    words = found.corpus.words
    for member, places in zip(one.members, one.places, strict=True):
        text = words[found.corpus.offsets[member] : found.corpus.offsets[member + 1]]
        assert text[places >= 0].tolist() == one.words[places[places >= 0]].tolist()
    with pytest.raises(IndexError):
        found.templates[1]
