"""The disguise book: each rule is found where it is used, and nowhere else; nobody's data is in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.ads.fold import fold_texts
from filrouge.ads.identifiers.find import find_identifiers
from filrouge.ads.identifiers.number_words import HUNDRED, HUNDREDS, REPEATS, TEENS, TENS, UNITS
from filrouge.networks.disguise_numbers import ENGLISH, FRENCH, SPANISH
from filrouge.networks.disguise_tables import SIGN_INSIDE
from filrouge.networks.disguises import RULES, WORD_RULES, disguise_book, rule_name

PLAIN = ("relax massage cleaning call us today rooms studio clean",) * 3
"""Words that the corpus knows."""


def book(texts: Sequence[str], agencies: Sequence[str] = (), days: Sequence[int | None] = ()) -> pl.DataFrame:
    ads = pl.DataFrame(
        {
            "text": list(texts),
            "agency": list(agencies) or ["site"] * len(texts),
            "posted": [day and datetime(2026, 1, day) for day in days] or [datetime(2026, 1, 1)] * len(texts),
        },
        schema_overrides={"text": pl.String, "agency": pl.String, "posted": pl.Datetime("us")},
    )
    return disguise_book(ads, find_identifiers(fold_texts(list(texts)), ["CA"] * len(texts)))


def rules(text: str) -> list[str]:
    return sorted(book([text, *PLAIN])["rule"].to_list())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call six oh four five five five oh one two three", ["number_words_en"]),
        ("appelle cinq un quatre cinq cinq cinq zéro un deux trois", ["number_words_fr"]),
        ("llama seis cero cuatro cinco cinco cinco cero uno dos tres", ["number_words_es"]),
        ("call six04 five five five 0123", ["number_words_en", "words_and_digits"]),
        ("call 6O4 555 OI23", ["letters_for_digits"]),
        (
            "call s3ven seven eight 555 0123",
            ["digits_in_number_words", "number_words_en", "words_and_digits"],
        ),
        ("6️⃣0️⃣4️⃣5️⃣5️⃣5️⃣0️⃣1️⃣2️⃣3️⃣", ["emoji_digits"]),
        ("⑥⓪④-⑤⑤⑤-⓪①②③", ["circled_digits"]),
        ("６０４ ５５５ ０１２３", ["full_width_digits"]),
        ("𝟔𝟎𝟒-𝟓𝟓𝟓-𝟎𝟏𝟐𝟑", ["mathematical_digits"]),
        ("٦٠٤-٥٥٥-٠١٢٣", ["other_digits"]),
        ("6 0 4 5 5 5 0 1 2 3", ["digits_apart"]),
        ("604.555.0123", ["dots_between"]),
        ("604/555/0123", ["slashes_between"]),
        ("604*555*0123", ["signs_between"]),
        ("604⭐555⭐0123", ["emoji_between"]),
        ("604 dash 555 dash 0123", ["letters_between"]),
        ("604\n555\n0123", ["number_over_lines"]),
        ("cаll us", ["cyrillic_letters"]),
        ("a rοom", ["greek_letters"]),
        ("a rօom", ["other_scripts_letters"]),
        ("𝐜𝐚𝐥𝐥", ["mathematical_letters"]),
        ("ｃａｌｌ", ["full_width_letters"]),
        ("ⓒⓐⓛⓛ", ["circled_letters"]),
        ("🇨🇦🇱🇱", ["circled_letters"]),
        ("ᴄᴀʟʟ", ["small_capitals"]),
        ("ca\u200bll", ["invisible_characters"]),
        ("c a l l now", ["letters_spaced_out"]),
        ("r-e-l-a-x", ["letters_spaced_out"]),
        ("caaaall", ["repeated_letters"]),
        ("cAlL", ["mixed_case"]),
        ("c̶a̶l̶l̶", ["marks_over_letters"]),
        ("r3l4x", ["leetspeak"]),
        ("m@$$age", ["leetspeak"]),
        ("rel⭐ax", ["emoji_inside_words"]),
        ("rel*ax", ["signs_inside_words"]),
        ("cl.ean.ing", ["signs_inside_words"]),
        ("anna at example dot com", ["email_in_words"]),
        ("visit example dot com", ["link_in_words"]),
        ("c&#97;ll", ["html_entities"]),
        ("Ã©tÃ©", ["mojibake"]),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚ and â€™", ["mojibake"]),
    ],
)
def test_a_disguise_is_found_under_its_name_and_no_other(text: str, expected: list[str]) -> None:
    assert rules(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "604-555-0123",
        "(604) 555-0123 or +1 604 555 0123",
        "06 12 34 56 78",
        "anna@example.com, https://example.com/a.b?c=d",
        "SMSки и VIPки",  # Russian endings on Latin stems
        "Привет, мир. Αθήνα 10 μg",
        "YouTube iPhone McDonald LinkedIn PayPal USA",
        "DÉMÉNAGÉ À ŻÓŁĆ, Łódź, ŁÓDŹ",
        "zzz XIII Louis XVIII wwww",
        "2bed 10am 5pm c0vid19 B4 5ft7 1h30min mp3",
        "call⭐today massage✨call",  # two words that an emoji holds apart
        "call.today relax.Massage",
        "A, B, C, D and a/b/c/d",
        "r.s.v.p. a.m. U S A",
        "x x x x",
        "🇨🇦 👨‍👩‍👧 1️⃣ massage 2️⃣ cleaning",
        "une journée créée, tiếng Việt, naïve",
        "می‌خواهم",  # Persian is spelled with a joiner
        "AT&T; R&B, MÃE, Ângela",
        "",
    ],
)
def test_plain_writing_is_no_disguise(text: str) -> None:
    assert rules(text) == []


def test_a_word_in_digits_counts_only_where_the_corpus_writes_it_plainly() -> None:
    assert book(["r3l4x"])["rule"].to_list() == []
    assert book(["r3l4x", "relax", "relax", "relax"])["rule"].to_list() == ["leetspeak"]


def test_a_link_or_an_account_is_no_word_in_disguise() -> None:
    assert rules("https://example.com/r3l4x/cAlLcAlL") == []


def test_each_rule_says_how_many_ads_since_when_until_when_and_at_how_many_agencies() -> None:
    found = book(
        ["caaaall and roooom", "𝐜𝐚𝐥𝐥", "𝐜𝐚𝐥𝐥", "𝐜𝐚𝐥𝐥", "call"], ["a", "b", "b", "", "c"], [3, 9, 2, None, 1]
    )
    assert found.drop("name", "example").rows() == [
        ("mathematical_letters", 3, datetime(2026, 1, 2).date(), datetime(2026, 1, 9).date(), 1),
        ("repeated_letters", 1, datetime(2026, 1, 3).date(), datetime(2026, 1, 3).date(), 1),
    ]
    assert found.columns == ["rule", "name", "count", "first", "last", "agencies", "example"]


def test_an_ad_is_counted_once_for_a_rule() -> None:
    assert book(["caaaall caaaall", "6️⃣0️⃣4️⃣5️⃣5️⃣5️⃣0️⃣1️⃣2️⃣3️⃣ and 6️⃣0️⃣4️⃣5️⃣5️⃣5️⃣0️⃣1️⃣2️⃣4️⃣"])["count"].to_list() == [1, 1]


def test_no_ads_no_rules() -> None:
    assert book([]).height == 0


def test_every_rule_has_a_name_and_an_example_of_its_own() -> None:
    assert len({rule.id for rule in RULES}) == len({rule_name(rule.id) for rule in RULES}) == len(RULES)
    assert all(rule.example for rule in RULES)
    assert 1 << (len(WORD_RULES) - 1) == SIGN_INSIDE


def test_every_number_word_belongs_to_a_language() -> None:
    words = {*UNITS, *TEENS, *TENS, *HUNDRED, *HUNDREDS, *REPEATS}
    assert words == ENGLISH | FRENCH | SPANISH


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_is_read_and_nothing_of_it_stands_in_the_book(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    found = book(texts)
    examples = {rule.id: rule.example for rule in RULES}
    assert all(examples[rule] == example for rule, example in found.select("rule", "example").iter_rows())
    assert found["count"].is_between(1, len(texts)).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["cаll us", "r3l4x", "caaaall", "rel⭐ax", *PLAIN]), min_size=1, max_size=12))
def test_the_order_of_the_ads_changes_nothing(texts: list[str]) -> None:
    assert book(texts).equals(book(texts[::-1]))
