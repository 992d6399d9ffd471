"""Bits in words."""

from __future__ import annotations

import gettext
from math import inf, log2, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filrouge import i18n
from filrouge.evidence import scale
from filrouge.evidence.scale import STEPS, verbal

WORDS = ["no", "weak", "moderate", "moderately strong", "strong", "very strong", "extremely strong"]


@pytest.mark.parametrize(
    ("ratio", "word"),
    [
        (1, "no"),
        (1.99, "no"),
        (2, "weak"),
        (9.9, "weak"),
        (10, "moderate"),
        (99, "moderate"),
        (100, "moderately strong"),
        (1_000, "strong"),
        (9_999, "strong"),
        (10_000, "very strong"),
        (999_999, "very strong"),
        (1_000_000, "extremely strong"),
        (1e30, "extremely strong"),
    ],
)
def test_each_step_of_the_guideline_has_its_word_in_both_directions(ratio: float, word: str) -> None:
    if word == "no":
        assert verbal(log2(ratio), "en") == verbal(-log2(ratio), "en") == "no support for one source over two"
    else:
        assert verbal(log2(ratio), "en") == f"{word} support for one source"
        assert verbal(-log2(ratio), "en") == f"{word} support for two sources"


def test_the_ends_have_words_too() -> None:
    assert verbal(inf, "en") == "extremely strong support for one source"
    assert verbal(-inf, "en") == "extremely strong support for two sources"
    with pytest.raises(ValueError, match="number"):
        verbal(nan)


@given(st.floats(-60, 60), st.floats(-60, 60))
def test_more_bits_never_have_a_weaker_word(one: float, two: float) -> None:
    low, high = sorted([one, two])
    assert scale.verbal_level(low) <= scale.verbal_level(high)
    assert scale.verbal_level(-low) == -scale.verbal_level(low)


def test_there_is_a_word_for_each_step() -> None:
    words = scale._words(str)
    assert sorted(words) == list(range(-len(STEPS), len(STEPS) + 1))
    assert len(set(words.values())) == len(words)


def test_another_language_may_be_asked_for_without_changing_the_one_spoken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Loud(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

    before = i18n.language()
    try:
        i18n.set_language("en")
        monkeypatch.setattr(scale, "_catalog", lambda language: Loud())
        assert verbal(12) == verbal(12, "en") == "strong support for one source"
        assert verbal(12, "fr") == "STRONG SUPPORT FOR ONE SOURCE"
        assert i18n.language() == "en"
    finally:
        i18n.set_language(before)


def test_a_language_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(ValueError, match="de"):
        verbal(3, "de")
