"""What counts as a given name in an ad, and where it stands in the raw text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filrouge.ads.fold import fold_texts
from filrouge.ads.names import find_names, given_names

SENTENCES = [
    ("ask for Anna", ["anna"]),
    ("Call Lea now", ["lea"]),
    ("hi, I'm Mia", ["mia"]),
    ("hi this is Grace!", ["grace"]),
    ("my name is Hope", ["hope"]),
    ("je m'appelle Zoé", ["zoe"]),
    ("je m'appelle Marie-Claude et je fais le ménage", ["marie-claude"]),
    ("demandez Océane ou Julie", ["oceane", "julie"]),
    ("soy Valentina", ["valentina"]),
    ("me llamo Ximena", ["ximena"]),
    ("llama a Sofía", ["sofia"]),
    ("text Tyler", ["tyler"]),
    ("ask for: Bella", ["bella"]),
    ("ask for miss Kim", ["kim"]),
    ("I'm Sydney", ["sydney"]),
    # Anywhere, if they can be nothing else.
    ("nails by Jennifer at home", ["jennifer"]),
    ("Stephanie, Nathalie & Kevin", ["stephanie", "nathalie", "kevin"]),
    # A word that no list has is a name where one is announced.
    ("ask for Xiulan", ["xiulan"]),
    ("my name is Thuy", ["thuy"]),
    ("pregunta por Yarisbel", ["yarisbel"]),
    ("ask for details", []),
    ("ask for a nice price", []),
    ("ask for rates", []),
    ("demandez les prix", []),
    ("demandez nos tarifs", []),
    ("pregunta por los precios", []),
    ("ask for recordings or green products", []),
    ("ask for Recordings", ["recordings"]),
    ("ASK FOR RECORDINGS", []),
    ("vous pouvez demander internet rapide", []),
    ("Lea nuestros consejos", []),
    ("my name is 604", []),
    ("ask for\nXiulan", []),
    # Ordinary words.
    ("with grace and hope", []),
    ("your call will be answered", []),
    ("soy morena", []),
    ("je suis disponible", []),
    ("i am available", []),
    ("may and april are free, mark the date", []),
    ("precious rose", []),
    ("una niña, ella verá, el tono, le roman, il aura", []),
    # Cities and streets.
    ("Sydney", []),
    ("St. James street", []),
    ("rue Jennifer", []),
]


def names_in(text: str) -> list[str]:
    """The names found."""
    return find_names(fold_texts([text]), [text])["value"].to_list()


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_a_sentence_has_the_names_that_a_reader_would_see(text: str, expected: list[str]) -> None:
    assert names_in(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I'm 💋 Mia 💋", "Mia"),
        ("👩‍💻 ask for 𝓙𝓮𝓷𝓷𝓲𝓯𝓮𝓻!", "𝓙𝓮𝓷𝓷𝓲𝓯𝓮𝓻"),
        ("éé &amp; je m'appelle Zoe\u0301 …", "Zoe\u0301"),
        ("“ask for Je\u200bnnifer”", "Je\u200bnnifer"),
    ],
)
def test_the_span_is_exact_behind_emoji_accents_and_disguises(text: str, words: str) -> None:
    found = find_names(fold_texts([text]))
    assert [text[a:b] for a, b in found.select("start", "end").iter_rows()] == [words]


def test_the_columns_are_those_that_others_rely_on() -> None:
    import polars as pl

    found = find_names(fold_texts(["", "ask for Anna", "no one"]))
    assert dict(found.schema) == {"ad": pl.Int32, "value": pl.String, "start": pl.Int32, "end": pl.Int32}
    assert found.rows() == [(1, "anna", 8, 12)]
    assert find_names(fold_texts([])).schema == found.schema


def test_without_the_raw_texts_no_unknown_word_that_is_asked_for_is_a_name() -> None:
    folded = fold_texts(["ask for Xiulan", "ask for Anna"])
    assert find_names(folded)["value"].to_list() == ["anna"]
    assert find_names(folded, ["ask for Xiulan", "ask for Anna"])["value"].to_list() == ["xiulan", "anna"]


def test_given_names_are_folded_and_no_ordinary_words() -> None:
    names = given_names()
    assert {"jennifer", "stephanie", "francois", "guillermo", "zoe"} <= names
    assert names.isdisjoint(
        {"hope", "grace", "may", "april", "mark", "will", "rose", "precious", "joy", "angel"}
    )
    assert all(name == fold_texts([name]).text(0) and " " not in name for name in names)


PIECES = st.sampled_from(
    ["ask for", "my name is", "i'm", "je m'appelle", "soy", "anna", "Marie-Claude", "hope", "miss",
     "rue", "st", "-", " ", "\n", "💋", ":", "e\u0301", "&eacute;", "xiu", "1", "\x00", "\ud800", "call"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map(" ".join)), max_size=5))
def test_any_text_is_searched_and_spans_lie_in_it_without_overlap(texts: list[str]) -> None:
    found = find_names(fold_texts(texts), texts)
    before = (-1, 0)
    for ad, value, start, end in found.select("ad", "value", "start", "end").iter_rows():
        assert value
        assert 0 <= start < end <= len(texts[ad])
        assert (ad, start) >= before
        before = (ad, end)
