"""The lists of a search index, and its segments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge.compare.coded_lists import Plan, coded
from filrouge.compare.fingerprints import (
    KEPT,
    WHOLE,
    run_keys,
    usual_runs,
    whole_keys,
    whole_places,
    word_places,
)
from filrouge.compare.lookup import (
    carriers,
    equal_texts,
    holding_all,
    holding_some,
    sharing_runs,
    word_counts,
)
from filrouge.compare.segments import FIRST, built, every_ad, merged

WORDS = np.random.default_rng(1).integers(0, 2**60, 40).astype(np.uint64) << np.uint64(4)
# The last three stand for identifiers: their kind is in the low bits.
WORDS[-3:] |= np.array([1, 3, 8], np.uint64)

texts = st.lists(st.lists(st.integers(0, WORDS.size - 1), max_size=14), min_size=1, max_size=30)


def segment_of(some, first=0, stock=None, ads=None, carried=None):
    flat = np.array([w for text in some for w in text], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in some])]).astype(np.int64)
    numbers = np.arange(first, first + len(some), dtype=np.int64) if ads is None else ads
    return built(numbers, flat, WORDS, offsets, stock, carried)


def stock_of(some):
    flat = np.array([w for text in some for w in text], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in some])]).astype(np.int64)
    return usual_runs(run_keys(flat, WORDS, offsets), offsets).stock


def carried_by(some, first=0):
    """Every third ad carries identifier 7, every fifth 9."""
    pairs = [
        (first + k, number) for k in range(len(some)) for number in (7, 9) if not (first + k) % (number - 4)
    ]
    ads = np.array([ad for ad, _ in pairs], np.int64)
    return ads, np.array([number << 40 for _, number in pairs], np.uint64)


def same(one, other):
    arrays = [
        (s.ads, *(a for lists in (s.runs, s.words, s.carried) for a in (lists.starts, lists.bits)))
        for s in (one, other)
    ]
    return all(np.array_equal(a, b) for a, b in zip(*arrays, strict=True))


def alone(text):
    return np.array(text, np.int32), WORDS, np.array([0, len(text)], np.int64)


def found(segments, texts_found):
    return sorted(ad for k in range(len(texts_found)) for ad in texts_found.ads(k).tolist())


@st.composite
def lists(draw):
    key_bits = draw(st.sampled_from([8, 31, 48]))
    keys = draw(st.sets(st.integers(0, 2**key_bits - 1), max_size=200))
    places = draw(st.integers(1, 5_000_000))
    each = [
        sorted(draw(st.sets(st.integers(0, places - 1), min_size=1, max_size=40)))
        for _ in range(min(len(keys), 20))
    ]
    return key_bits, sorted(keys), places, [each[k % len(each)] for k in range(len(keys))]


@given(lists())
def test_lists_are_read_as_they_were_written(made):
    key_bits, keys, places, each = made
    begins = np.concatenate([[0], np.cumsum([len(one) for one in each])]).astype(np.int64)
    flat = np.array([p for one in each for p in one], np.uint32)
    key = np.array(keys, np.uint64)
    packed = coded(Plan(key_bits, len(keys), places), key, begins, flat)
    for got, wanted in zip(packed.decoded(), (key, begins, flat), strict=True):
        assert np.array_equal(got, wanted)
    assert np.array_equal(packed.keys(), key)
    counts, ats = packed.find(key)
    assert counts.tolist() == [len(one) for one in each]
    assert packed.take(counts, ats, counts).tolist() == flat.tolist()
    first_two = np.minimum(counts, 2)
    assert packed.take(counts, ats, first_two).tolist() == [p for one in each for p in one[:2]]
    others = np.array([k for k in range(2**8) if k not in set(keys)], np.uint64)
    assert not packed.find(others)[0].any()
    middle = 2 ** (key_bits - 1)
    assert [*packed.decoded(0, middle)[0], *packed.decoded(middle)[0]] == keys


@given(texts, st.lists(st.integers(0, 3), min_size=30, max_size=30), st.randoms(use_true_random=False))
def test_segments_merge_to_what_is_built_from_nothing(some, where, chance):
    stock = stock_of(some)
    parts = []
    for part in range(4):
        mine = [k for k in range(len(some)) if where[k] == part]
        numbers = np.array(mine, np.int64)
        ads, pseudonyms = carried_by(some)
        here = np.isin(ads, numbers)
        parts.append(
            segment_of(
                [some[k] for k in mine], stock=stock, ads=numbers, carried=(ads[here], pseudonyms[here])
            )
        )
    chance.shuffle(parts)
    whole = segment_of(some, stock=stock, carried=carried_by(some))
    assert same(merged(parts), whole)
    assert same(merged([merged(parts[:2]), merged(parts[2:])]), whole)


@given(texts, st.sets(st.integers(0, 29)))
def test_what_is_taken_out_was_never_there(some, gone):
    stock = stock_of(some)
    left = [k for k in range(len(some)) if k not in gone]
    segment = merged([segment_of(some, stock=stock)], np.array(sorted(gone), np.int64))
    assert every_ad(segment).tolist() == left
    assert same(segment, segment_of([some[k] for k in left], stock=stock, ads=np.array(left, np.int64)))


@given(texts)
def test_equal_texts_are_found_with_all_their_ads(some):
    segments = [segment_of(some), segment_of(some, first=100)]
    for text in some:
        if not text:
            continue
        whole = int(whole_places(whole_keys(*alone(text)))[0])
        equal = [k for k, other in enumerate(some) if other == text]
        assert found(segments, equal_texts(segments, whole)) == [*equal, *(k + 100 for k in equal)]


@given(texts)
def test_the_order_of_segments_does_not_matter(some):
    segments = [segment_of(some[k::3], first=100 * k, stock=stock_of(some)) for k in range(3)]
    for text in some[:5]:
        runs = np.unique(run_keys(*alone(text))).astype(np.uint64)
        weights = np.linspace(1, 2, runs.size).astype(np.float32)
        here = sharing_runs(segments, runs, weights).best(10)
        there = sharing_runs(segments[::-1], runs, weights).best(10)
        assert here.ad.tolist() == there.ad.tolist()
        assert np.allclose(here.score, there.score)


def test_of_usual_words_too_the_text_with_more_of_them_comes_first():
    """Two words that 70,000 texts hold each, one apart from the others; the last text holds both."""
    bits = range(17)
    some = [(k % 2, *(2 + bit for bit in bits if k >> bit + 1 & 1)) for k in range(140_000)]
    segment = segment_of([*some, (0, 1)])
    best = holding_some([segment], np.sort(word_places(WORDS[:2]))).best(1)
    assert best.ad.tolist() == [140_000]


@given(texts, st.sets(st.integers(0, WORDS.size - 4), min_size=1, max_size=3))
def test_words_are_found_in_the_texts_that_hold_them(some, asked):
    segments = [segment_of(some[: len(some) // 2]), segment_of(some[len(some) // 2 :], first=len(some) // 2)]
    keys = word_places(WORDS[sorted(asked)])
    keys.sort()
    hold = [k for k, text in enumerate(some) if asked <= set(text)]
    assert found(segments, holding_all(segments, keys)) == hold
    some_of = [k for k, text in enumerate(some) if asked & set(text)]
    assert found(segments, holding_some(segments, keys)) == some_of
    different = [
        sorted({tuple(t) for t in part if w in t})
        for part in (some[: len(some) // 2], some[len(some) // 2 :])
        for w in sorted(asked, key=lambda w: word_places(WORDS[w : w + 1])[0])
    ]
    half = len(different) // 2
    assert word_counts(segments, keys).tolist() == [
        len(a) + len(b) for a, b in zip(different[:half], different[half:], strict=True)
    ]


@given(texts)
def test_identifiers_lead_to_the_very_ads_that_carry_them(some):
    segments = [
        segment_of(some, carried=carried_by(some)),
        segment_of(some, first=45, carried=carried_by(some, 45)),
    ]
    numbers = [*range(len(some)), *range(45, 45 + len(some))]
    three, five, none = carriers(segments, np.array([7 << 40, 9 << 40, 8 << 40], np.uint64))
    assert three.tolist() == [k for k in numbers if k % 3 == 0]
    assert five.tolist() == [k for k in numbers if k % 5 == 0]
    assert not none.size


def test_a_text_keeps_rare_runs_before_stock_phrases():
    rng = np.random.default_rng(3)
    rare = rng.integers(0, 2**59, 4_000).astype(np.uint64) << np.uint64(4)
    keys = np.concatenate([WORDS, rare])
    stock_phrase = list(range(12))
    some = [[*stock_phrase, *rng.integers(40, keys.size, KEPT).tolist()] for _ in range(600)]
    flat = np.array([w for text in some for w in text], np.int32)
    offsets = np.arange(0, flat.size + 1, len(some[0])).astype(np.int64)
    segment = built(np.arange(600, dtype=np.int64), flat, keys, offsets)
    phrase = np.unique(run_keys(np.array(stock_phrase, np.int32), keys, np.array([0, 12]))).astype(np.uint64)
    assert not segment.runs.find(phrase)[0].any()
    one = np.unique(run_keys(flat[: offsets[1]], keys, offsets[:2])).astype(np.uint64)
    assert sharing_runs([segment], one, np.ones(one.size, np.float32)).best(1).ad.tolist() == [0]


def test_keys_of_runs_and_of_whole_texts_are_apart():
    text = alone([1, 2, 3, 4, 5])
    assert (run_keys(*text) < WHOLE).all()
    assert (whole_places(whole_keys(*text)) >= WHOLE).all()


def test_an_empty_segment_merges():
    empty = segment_of([])
    assert same(merged([empty, empty]), empty)
    assert same(merged([empty, segment_of([[1, 2]])]), segment_of([[1, 2]]))


def test_ads_beyond_the_first_bit_of_a_text_keep_their_numbers():
    high = np.array([FIRST - 1, 5], np.int64)
    assert every_ad(segment_of([[1, 2], [1, 2]], ads=high)).tolist() == [5, FIRST - 1]


@pytest.mark.parametrize("count", [2_000])
def test_large_lists_survive_a_merge_in_portions(count, monkeypatch):
    monkeypatch.setattr("filrouge.compare.segments.AT_ONCE", 1 << 12)
    rng = np.random.default_rng(5)
    some = [rng.integers(0, WORDS.size, 30).tolist() for _ in range(count)]
    stock = stock_of(some)
    parts = [segment_of(some[:700], stock=stock), segment_of(some[700:], first=700, stock=stock)]
    assert same(merged(parts), segment_of(some, stock=stock))
