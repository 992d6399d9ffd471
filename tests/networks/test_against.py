"""Languages, trades, and what they say against one source."""

import numpy as np
import pytest

from filrouge.networks.against import (
    LEAST_PAIRS,
    MOST_BITS,
    Against,
    disjoint_languages,
    disjoint_services,
    language_bits,
    random_strangers,
    service_bits,
    topic_words,
)
from filrouge.networks.languages import LANGUAGES, languages


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We clean your home with care, call us for a quote and we will come to you."),
        (
            "fr",
            "Massage de détente chez vous ou dans notre salon, les mains d'une professionnelle pour votre dos.",
        ),
        (
            "es",
            "Limpieza de casas con los mejores productos, para una cita llama por la mañana al número del anuncio.",
        ),
        (
            "pt",
            "Faço limpeza em sua casa com cuidado, você não precisa de nada, o preço é muito bom para uma família.",
        ),
        ("cyrillic", "Уборка квартир в Торонто, звоните Анне"),
        ("arabic", "تنظيف المنازل في مونتريال"),
        ("han", "多伦多家居清洁服务 call"),
        ("hangul", "토론토 집 청소 서비스"),
    ],
)
def test_the_language_of_an_ad_is_told(language, text):
    assert LANGUAGES[languages([text])[0]] == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "416 555 0123 Anna",
        "Best nails!!",
        "We clean for you and your home with care. Nous nettoyons chez vous avec les mains pour une maison.",
    ],
)
def test_where_the_language_is_unclear_nothing_is_told(text):
    assert languages([text])[0] == -1


def test_look_alike_letters_do_not_make_an_ad_russian():
    assert (
        LANGUAGES[
            languages(["Wе clean yоur home with care, call us for a quote and we will come to you 😀"])[0]
        ]
        == "en"
    )


def world(mixed):
    """200 voices with two ads each; voices 2k and 2k+1 share a phone, a share of them in two languages."""
    rng = np.random.default_rng(0)
    language = np.repeat(rng.integers(0, 2, 100), 2)
    other = rng.random(100) < mixed
    language[1::2][other] ^= 1
    unit = np.repeat(np.arange(200), 2).astype(np.int32)
    of_ad = np.repeat(language, 2).astype(np.int8)
    a = np.arange(0, 200, 2, dtype=np.int32)
    same = disjoint_languages(of_ad, unit, a, a + 1)
    strangers = disjoint_languages(of_ad, unit, *random_strangers(200, 1))
    return Against.of("language", same, strangers), of_ad, unit


def test_other_languages_throughout_speak_against_where_one_phone_has_one_language():
    rates, language, unit = world(0.02)
    a, b = np.array([0]), np.flatnonzero(language[::2] != language[0])[:1]
    found = rates.bits(disjoint_languages(language, unit, a, b))[0]
    assert -MOST_BITS["language"] <= found < -3
    assert rates.bits(disjoint_languages(language, unit, a, a))[0] == 0


def test_the_bits_come_with_the_rates_that_they_rest_on():
    _, language, unit = world(0.02)
    a = np.arange(0, 200, 2, dtype=np.int32)
    bits, rates = language_bits(
        language, unit, a[:1].repeat(100), a, same=(a, a + 1), strangers=random_strangers(200, 1)
    )
    assert sorted(set(bits.tolist())) == pytest.approx([rates.weight, 0.0])
    assert rates.to_dict()["pairs"] == 100
    key, kind, offsets, voice, agency = trades()
    b = np.arange(300, dtype=np.int32)
    bits, rates = service_bits(
        topic_words(key, kind, offsets, voice, agency), b, b + 1, same=(b, b + 8), strangers=random_strangers(400, 1),
        language=np.zeros(400, np.int8), unit=voice,
    )  # fmt: skip
    assert bits == pytest.approx(np.full(300, rates.weight))
    assert rates.weight < 0


def test_where_one_phone_writes_in_two_languages_it_says_nothing():
    rates, _, _ = world(0.6)
    assert rates.weight == 0


def test_with_too_few_pairs_of_one_phone_nothing_is_said():
    known = np.ones(LEAST_PAIRS - 1, bool)
    rates = Against.of("language", (known, ~known), (known, known))
    assert rates.weight == 0


def test_one_ad_in_the_other_language_is_enough_to_share_it():
    language = np.array([0, 1, 1, -1], np.int8)
    unit = np.array([0, 0, 1, 2], np.int32)
    known, disjoint = disjoint_languages(language, unit, np.array([0, 0]), np.array([1, 2]))
    assert known.tolist() == [True, False]
    assert disjoint.tolist() == [False, False]


def trades(voices=400, seed=0):
    """Ads of two trades, each word a number; all have the common words, agency 1 has its own form."""
    rng = np.random.default_rng(seed)
    keys, offsets, agency = [], [0], []
    for voice in range(voices):
        trade = voice % 8
        words = [*range(10), *(1000 + 100 * trade + rng.choice(20, 8, replace=False)), 5000 + voice]
        site = int(rng.integers(0, 4))
        words += range(9000, 9006) if site == 1 else []
        keys += words
        offsets.append(len(keys))
        agency.append(site)
    key = np.array(keys, np.uint64)
    return (
        key,
        np.zeros(key.size, np.uint8),
        np.array(offsets),
        np.arange(voices, dtype=np.int32),
        np.array(agency),
    )


def test_topic_words_are_neither_everyones_nor_names_nor_an_agencys():
    key, kind, offsets, unit, agency = trades()
    topics = topic_words(key, kind, offsets, unit, agency)
    words = topics.keys
    assert np.unique(topics.words).size == words.size
    assert ((words >= 1000) & (words < 2000)).all()
    assert words.size > 100


def test_two_trades_are_disjoint_and_one_is_not():
    topics = topic_words(*trades())
    known, disjoint = disjoint_services(topics, np.array([0, 0]), np.array([1, 8]))
    assert known.all()
    assert disjoint.tolist() == [True, False]


def test_other_trades_weigh_little_however_rare():
    topics = topic_words(*trades())
    a = np.arange(0, 300, dtype=np.int32)
    same = disjoint_services(topics, a, a + 8)
    strangers = disjoint_services(topics, *random_strangers(400, 1))
    rates = Against.of("services", same, strangers)
    assert rates.weight == -MOST_BITS["services"]


def test_of_ads_in_two_languages_the_trades_are_not_compared():
    topics = topic_words(*trades())
    known, disjoint = disjoint_services(topics, np.array([0]), np.array([1]), np.array([True]))
    assert not known.any()
    assert not disjoint.any()


def test_an_empty_corpus_says_nothing():
    none = np.zeros(0, np.int32)
    assert languages([]).size == 0
    topics = topic_words(none.astype(np.uint64), none.astype(np.uint8), np.zeros(1, np.int64), none, none)
    assert disjoint_services(topics, none, none)[0].size == 0
    assert disjoint_languages(none.astype(np.int8), none, none, none)[0].size == 0
