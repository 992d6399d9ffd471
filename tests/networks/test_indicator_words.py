"""The listed words are found in ads, each where it stands, and nowhere else."""

from __future__ import annotations

import polars as pl
import pytest
from indicator_ads import ALL, START, Corpus

from filrouge.networks.indicators import alerts

ENTRIES = [
    (one.id, language, phrase)
    for one in ALL.values()
    for language, phrases in one.words.items()
    for phrase in phrases
]


def test_every_listed_word_is_found_where_it_stands() -> None:
    corpus = Corpus()
    for k, (_, _, phrase) in enumerate(ENTRIES):
        # A voice of two ads, one of which has the words: that one is to be shown, and nothing else of it.
        corpus.ad(
            f"Room to let near the park. {phrase.upper()}. Call.", k, network=k, phone=f"+1416555{k:04d}"
        )
        corpus.ad("Room to let near the park. Call.", k, network=k, phone=f"+1416555{k:04d}")
    rows = corpus.observed(indicators=[one for one in ALL.values() if one.words and not one.alert])
    found = {
        (row["number"], row["indicator"]): row for row in rows.filter(pl.col("of") == "network").to_dicts()
    }
    for k, (name, _, phrase) in enumerate(ENTRIES):
        if ALL[name].alert:
            continue
        row = found[k, name]
        assert row["ads"] == 1
        assert phrase in [word["value"] for word in row["words"]]
        begin = len("Room to let near the park. ")
        spans = [(span["ad"], span["start"], span["end"]) for span in row["spans"]]
        assert any(ad == 2 * k and begin <= start < end <= begin + len(phrase) for ad, start, end in spans), (
            phrase,
            spans,
        )


def test_every_listed_word_of_the_alert_is_found() -> None:
    one = next(one for one in ALL.values() if one.alert)
    texts = [f"Lessons. {phrase}." for phrases in one.words.values() for phrase in phrases]
    ads = pl.DataFrame({"text": texts, "agency": ["board"] * len(texts), "posted": [START] * len(texts)})
    nothing = pl.DataFrame(schema={"ad": pl.Int32, "kind": pl.String, "value": pl.String})
    assert alerts([one], ads, nothing)["ad"].unique().to_list() == list(range(len(texts)))


def test_words_are_found_without_accents_in_capitals_and_with_other_signs_between() -> None:
    corpus = Corpus()
    corpus.strangers(60)
    for text in ("LOGEMENT -- INCLUS", "Hébergement, inclus", "housing   provided", "HOUSING_PROVIDED"):
        corpus.ad(f"Harvest work. {text} now", 900, network=0)
    assert corpus.of_network("housing-with-the-job")["ads"] == 4


def test_words_of_two_sentences_are_no_phrase_and_parts_of_words_are_none() -> None:
    corpus = Corpus()
    for text in ("We sell housing. Provided you call.", "Warehousing provided by us.", "A hotelier school."):
        corpus.ad(text, 0, network=0)
    assert corpus.observed("housing-with-the-job", "short-stay-places").is_empty()


@pytest.mark.parametrize(
    "text",
    ["No gift cards", "we never ask for gift cards", "jamais de carte-cadeau", "sin tarjeta de regalo"],
)
def test_words_that_are_denied_do_not_count(text: str) -> None:
    corpus = Corpus()
    for _ in range(3):
        corpus.ad(text, 0, network=0)
    if "never ask for" in text:
        # Three words stand between: the reader of denials looks two words back only, and the page says so.
        assert corpus.of_network("payment-without-a-name")["ads"] == 3
    else:
        assert corpus.observed("payment-without-a-name").is_empty()


def test_a_denial_in_the_sentence_before_does_not_count() -> None:
    corpus = Corpus()
    for _ in range(3):
        corpus.ad("Discreet, never. Gift cards taken", 0, network=0)
    assert corpus.of_network("payment-without-a-name")["ads"] == 3
