"""The kernel that recognises usual phones says what the full search says, or nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis.strategies import SearchStrategy, builds, integers, lists, sampled_from

from filrouge.ads.fold import fold_texts
from filrouge.ads.identifiers import scan_kernels
from filrouge.ads.identifiers.lexicon import lexicon
from filrouge.ads.identifiers.not_phones import COUNTED, NUMBER_WORDS, REFERENCES
from filrouge.ads.identifiers.number_words import SAID_ALONE, UNITS, tokens_of
from filrouge.ads.identifiers.phones import phones_in_chain
from filrouge.ads.identifiers.usual_phones import UNITS as MEASURES
from filrouge.ads.identifiers.usual_phones import usual_phones

COUNTRIES = ("CA", "US", "FR", "ES", "GB")
PHONES = (
    "5145550134", "514-555-0134", "(514) 555-0134", "1 514 555 0134", "1.514.555.0134", "5 1 4 5 5 5 0 1 3 4",
    "04 65 71 27 24", "0465712724", "33 4 65 71 27 24", "33465712724", "2045550100", "514 555 0130", "110 120 1300",
    "5-1-4-5-5-5-0-1-3-4", "514\n555\n0134", "514 • 555 • 0134", "0-4-6-5-7-1-2-7-2-4", "902 500 5000",
)  # fmt: skip
SIGNS = (
    " ", "  ", ". ", ", ", ": ", "\n", "\n\n", "(", ")", " (", ") ", "[", "+", " +", "+ ", " plus ", "$", "€ ", "#",
    "/", " / ", "-", " - ", "~", "•", " • ", "!", "%", "!!", "<", " <3 ", "24/7", "10:30", "5'11", "_", "é", "ж",
)  # fmt: skip
WORDS = (
    *sorted(REFERENCES), *sorted(NUMBER_WORDS), *sorted(MEASURES), *COUNTED, *sorted(SAID_ALONE),
    "my number is", "area code", "casino", "y/o", "y.o.", "plus", "and", "i", "l", "h30", "60 min", "refno", "quatre",
)  # fmt: skip
PLAIN = ("call", "text me at", "tel", "phone", "ask for anna", "")


def said() -> SearchStrategy[str]:
    written = sampled_from(sorted(UNITS)) | integers(0, 9).map(str) | integers(10, 999).map(str)
    signs = sampled_from((" ", "-", ". ", "\n", " • ", ""))
    return builds(lambda sign, parts: sign.join(parts), signs, lists(written, min_size=6, max_size=12))


def texts() -> SearchStrategy[str]:
    """A phone, with something before and after it."""
    word = sampled_from(PLAIN) | sampled_from(WORDS)
    sign = sampled_from((" ", ". ")) | sampled_from(SIGNS)
    phone = sampled_from(PHONES) | said()
    return builds(lambda *parts: "".join(parts), word, sign, sign, phone, sign, word, word)


@settings(max_examples=400)
@given(text=texts(), country=sampled_from(COUNTRIES))
@example(text="license plate\n5145550134", country="CA")
@example(text="plus ( 5 1 4 five 5 5 0 1 3 4", country="CA")
@example(text="call 5145550134\nkg", country="CA")
@example(text="(\n514-555-0134)", country="CA")
def test_what_the_kernel_finds_the_full_search_finds_too(text: str, country: str) -> None:
    folded = fold_texts(["before it 1", text, "after it"])
    words = lexicon()
    chars = scan_kernels.pad(folded.chars, folded.offsets)
    starts, ends, *_ = scan_kernels.scan(chars, words.next, words.digits, words.cue, words.filler)
    whole = str(chars.data, "utf-32-le", "surrogatepass")
    here = np.ones(len(starts), np.int64)
    for start, end, value, begin, stop in zip(
        starts.tolist(), ends.tolist(), *usual_phones(chars, starts, ends, here, [country] * 3)
    ):
        if value is not None:
            assert [tuple(p) for p in phones_in_chain(whole, start, end, country)] == [(value, begin, stop)]


def test_a_word_for_a_digit_is_read_as_it_stands() -> None:
    for word in SAID_ALONE:
        assert [(token.kind, token.text) for token in tokens_of(f"{word} {word}")] == [("word", word)] * 2
