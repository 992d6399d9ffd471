"""The disguise book: how a corpus hides its numbers and words, rule by rule, without anybody's data.

Numbers: each phone as it is written is compared with what it stands for. Words: the raw texts are read once for
what no plain text holds; where digits or signs stand within a word, the words that the corpus writes plainly
decide whether it is a word in disguise (`m4ssage`) or a thing with that name (`2bed`).

A rule's example is made from the rule, never copied from an ad, so the book may be shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.i18n import _
from filrouge.networks import disguise_numbers as numbers
from filrouge.networks.disguise_tables import BUCKETS, sign_tables

CHUNK: Final = 20_000
"""Ads that are read at once."""
LEAST_PLAIN: Final = 3
"""A word is one that the corpus knows if it is written plainly this often."""

_ENTITIES: Final = (
    r"&(?:#[0-9]{2,7}|#[xX][0-9A-Fa-f]{2,6}|amp|lt|gt|quot|apos|nbsp|[lr][ad]quo|[lr]squo|[lr]dquo|"
    r"[mn]dash|hellip|bull|middot|euro|pound|yen|cent|copy|reg|trade|deg|hearts|star|times|iexcl|iquest|shy|"
    r"zwn?j|[a-zA-Z](?:acute|grave|circ|uml|cedil|tilde|ring|caron|slash)|szlig|[ao]elig|AElig|OElig);"
)
"""HTML entities, decimal, hexadecimal, and the names that ads hold."""
_MOJIBAKE: Final = (
    # UTF-8 read as Windows-1252 or Latin-1: an accented letter, a no-break space, a quotation mark, an emoji.
    r"[ÃÅÄ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    r"|Â[\u0080-\u00af\u00b0-\u00bf]|â[\u0080€]|ð[\u009fŸ]|ï»¿"
    # UTF-8 read as Windows-1251.
    r"|(?:[РС][\u0402-\u040f\u0452-\u045f\u2010-\u203a\u20ac\u2116\u2122\u00a0-\u00bf]){2}|вЂ"
)


class Rule(NamedTuple):
    """A way to hide something; `example` shows it with nobody's words."""

    id: str
    example: str


NUMBER_RULES: Final = (
    Rule("number_words_en", "604 → six oh four"),
    Rule("number_words_fr", "604 → six cent quatre"),
    Rule("number_words_es", "604 → seis cero cuatro"),
    Rule("words_and_digits", "604 → six 0 four"),
    Rule("letters_for_digits", "0 → O, 1 → l, 5 → S"),
    Rule("digits_in_number_words", "seven → s3ven"),
    Rule("emoji_digits", "604 → 6️⃣0️⃣4️⃣"),
    Rule("circled_digits", "604 → ⑥⓪④"),
    Rule("full_width_digits", "604 → ６０４"),
    Rule("mathematical_digits", "604 → 𝟔𝟎𝟒"),
    Rule("other_digits", "604 → ٦٠٤"),
    Rule("digits_apart", "604 → 6 0 4"),
    Rule("dots_between", "604 → 6.0.4"),
    Rule("slashes_between", "604 → 6/0/4"),
    Rule("signs_between", "604 → 6*0_4"),
    Rule("emoji_between", "604 → 6⭐0⭐4"),
    Rule("letters_between", "604 → six dash zero dash four"),
    Rule("number_over_lines", "604 → 6⏎0⏎4"),
)
"""Ways to hide a phone."""

WORD_RULES: Final = (
    Rule("cyrillic_letters", "call → cаll (а: U+0430)"),
    Rule("greek_letters", "room → rοom (ο: U+03BF)"),
    Rule("other_scripts_letters", "room → rօom (օ: U+0585)"),
    Rule("mathematical_letters", "call → 𝐜𝐚𝐥𝐥"),
    Rule("full_width_letters", "call → ｃａｌｌ"),
    Rule("circled_letters", "call → ⓒⓐⓛⓛ"),
    Rule("small_capitals", "call → ᴄᴀʟʟ"),
    Rule("invisible_characters", "call → ca[U+200B]ll"),
    Rule("letters_spaced_out", "call → c a l l"),
    Rule("repeated_letters", "call → caaaall"),
    Rule("mixed_case", "call → cAlL"),
    Rule("marks_over_letters", "call → c̶a̶l̶l̶"),
    Rule("leetspeak", "relax → r3l4x"),
    Rule("emoji_inside_words", "relax → rel⭐ax"),
    Rule("signs_inside_words", "relax → rel*ax"),
)
"""Ways to hide a word, in the order of the bits in `disguise_tables`."""

OTHER_RULES: Final = (
    Rule("email_in_words", "@ → at, . → dot"),
    Rule("link_in_words", ". → dot"),
    Rule("html_entities", "a → &#97;"),
    Rule("mojibake", "é → Ã©"),
)

RULES: Final = (*NUMBER_RULES, *WORD_RULES, *OTHER_RULES)


def rule_name(rule: str) -> str:
    """What a rule is called, in the language spoken now.

    Raises:
        KeyError: if there is no such rule.
    """
    return {
        "number_words_en": _("Digits as English words"),
        "number_words_fr": _("Digits as French words"),
        "number_words_es": _("Digits as Spanish words"),
        "words_and_digits": _("Words and digits in one number"),
        "letters_for_digits": _("Letters in the place of digits"),
        "digits_in_number_words": _("Digits in the place of letters in a number word"),
        "emoji_digits": _("Emoji digits"),
        "circled_digits": _("Circled digits"),
        "full_width_digits": _("Full-width digits"),
        "mathematical_digits": _("Mathematical digits"),
        "other_digits": _("Digits of other scripts, raised or lowered digits"),
        "digits_apart": _("Each digit by itself"),
        "dots_between": _("Dots between digits"),
        "slashes_between": _("Slashes between digits"),
        "signs_between": _("Unusual signs between digits"),
        "emoji_between": _("Emoji between digits"),
        "letters_between": _("Letters or words between digits"),
        "number_over_lines": _("A number over several lines"),
        "cyrillic_letters": _("Cyrillic letters in Latin words"),
        "greek_letters": _("Greek letters in Latin words"),
        "other_scripts_letters": _("Letters of other scripts in Latin words"),
        "mathematical_letters": _("Mathematical alphabets"),
        "full_width_letters": _("Full-width letters"),
        "circled_letters": _("Letters in circles, squares or flags"),
        "small_capitals": _("Small capitals of phonetic alphabets"),
        "invisible_characters": _("Characters without width between letters or digits"),
        "letters_spaced_out": _("Letters spaced out"),
        "repeated_letters": _("Repeated letters"),
        "mixed_case": _("Capitals and small letters mixed"),
        "marks_over_letters": _("Letters struck through or piled with marks"),
        "leetspeak": _("Digits and signs in the place of letters"),
        "emoji_inside_words": _("Emoji inside words"),
        "signs_inside_words": _("Signs inside words"),
        "email_in_words": _("An e-mail with at or dot in words"),
        "link_in_words": _("A link with dot in words"),
        "html_entities": _("HTML entities"),
        "mojibake": _("Text decoded wrongly"),
    }[rule]


def disguise_book(ads: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """How many ads follow each rule, since when and until when; the rules that none follows are left out.

    Args:
        ads: `text`, `agency`, `posted`.
        identifiers: as `find_identifiers` finds them in the texts: `ad`, `kind`, `value`, `start`, `end`.

    Returns:
        Commonest first: `rule`, `name` (in the language spoken now), `count` (UInt32, ads), `first` and `last`
        (Date, of the ads whose day is known), `agencies` (UInt32, how many), `example`.
    """
    shown = pl.concat([_of_numbers(ads, identifiers), _of_words(ads, identifiers), _of_texts(ads)]).unique()
    about = ads.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("ad"), "agency", pl.col("posted").cast(pl.Date)
    )
    examples = pl.DataFrame(RULES, schema=["rule", "example"], orient="row").with_row_index("order")
    names = [rule_name(rule.id) for rule in RULES]
    return (
        shown.join(about, on="ad")
        .group_by("rule")
        .agg(
            pl.len().cast(pl.UInt32).alias("count"),
            pl.col("posted").min().alias("first"),
            pl.col("posted").max().alias("last"),
            pl.col("agency").filter(pl.col("agency") != "").n_unique().cast(pl.UInt32).alias("agencies"),
        )
        .join(examples.with_columns(name=pl.Series(names, dtype=pl.String)), on="rule")
        .sort("count", "order", descending=[True, False])
        .select("rule", "name", "count", "first", "last", "agencies", "example")
    )


def _of_numbers(ads: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """`ad` and `rule` for each phone, e-mail and link that is not written plainly."""
    written = (
        identifiers.filter(pl.col("kind").is_in(["phone", "email", "url"]))
        .select(pl.col("ad").cast(pl.Int32), "kind", "value", "start", "end")
        .join(ads.select(pl.int_range(pl.len(), dtype=pl.Int32).alias("ad"), "text"), on="ad")
        .select(
            "ad", "kind", "value",
            pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start")).alias("written"),
        )
    )  # fmt: skip
    # One number that is written in one way by many ads is looked at once.
    forms = written.select("kind", "value", "written").unique(maintain_order=True)
    found = pl.concat(
        [numbers.phone_rules(forms.filter(pl.col("kind") == "phone")), numbers.address_rules(forms)]
    )
    return written.join(found, on=["kind", "value", "written"]).select("ad", "rule")


def _of_words(ads: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """`ad` and `rule` for each disguise of words."""
    from filrouge.networks import disguise_signs as kernels

    tables = sign_tables()
    words = np.zeros(BUCKETS + 1, np.uint32)
    names = identifiers.filter(pl.col("kind").is_in(["url", "email", "handle", "payment"])).sort("ad")
    at, begins, ends = (names[c].to_numpy().astype(np.int64) for c in ("ad", "start", "end"))
    signs: list[NDArray[np.int64]] = []
    what: list[NDArray[np.int64]] = []
    where: list[NDArray[np.uint32]] = []
    for first, codes, starts in _codes(ads["text"]):
        low, high = np.searchsorted(at, [first, first + starts.size - 1])
        kernels.blank(codes, starts, at[low:high] - first, begins[low:high], ends[low:high])
        own = kernels.signs_of(codes, starts, tables.part, tables.dress, tables.script, tables.letter)
        shapes, candidates, buckets = kernels.words_of(
            codes, starts, tables.letter, tables.sound, tables.binds, words
        )
        signs.append(own | shapes)
        candidates[:, 0] += first
        what.append(candidates)
        where.append(buckets)
    bits = np.concatenate([*signs, np.zeros(0, np.int64)])
    candidates = np.concatenate([*what, np.zeros((0, 2), np.int64)])
    buckets = np.concatenate([*where, np.zeros((0, 3), np.uint32)])
    known = words >= LEAST_PLAIN
    known[BUCKETS] = False  # a part too short to be a word
    whole, head, tail = known[buckets].T
    # Two words that emoji hold apart are no word in disguise, even where the two together are one.
    hidden = whole & ~(head & tail)
    np.bitwise_or.at(bits, candidates[hidden, 0], candidates[hidden, 1])
    parts = [(np.flatnonzero(bits & (1 << k)), rule.id) for k, rule in enumerate(WORD_RULES)]
    return _pairs(parts)


def _of_texts(ads: pl.DataFrame) -> pl.DataFrame:
    """`ad` and `rule` for texts that a program broke, or that pass for broken ones."""
    text = ads["text"]
    return _pairs(
        [
            (np.flatnonzero(text.str.contains(pattern).fill_null(value=False).to_numpy()), rule)
            for rule, pattern in (("html_entities", _ENTITIES), ("mojibake", _MOJIBAKE))
        ]
    )


def _codes(texts: pl.Series) -> Iterator[tuple[int, NDArray[np.uint32], NDArray[np.int64]]]:
    """By chunks: the number of the first text, the code points of all end to end, and where each begins."""
    for first in range(0, len(texts), CHUNK):
        chunk = texts[first : first + CHUNK].fill_null("")
        starts = np.zeros(len(chunk) + 1, np.int64)
        np.cumsum(chunk.str.len_chars().to_numpy(), out=starts[1:])
        joined = "".join(chunk.to_list()).encode("utf-32-le", "surrogatepass")
        yield first, np.frombuffer(bytearray(joined), np.uint32), starts


def _pairs(parts: Sequence[tuple[NDArray[np.int64], str]]) -> pl.DataFrame:
    schema: Mapping[str, type[pl.DataType]] = {"ad": pl.Int32, "rule": pl.String}
    frames = [
        pl.DataFrame({"ad": found.astype(np.int32), "rule": [rule] * found.size}, schema=schema)
        for found, rule in parts
    ]
    return pl.concat([pl.DataFrame(schema=schema), *frames])
