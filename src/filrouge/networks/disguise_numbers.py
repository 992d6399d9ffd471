"""How a phone, an e-mail or a link is written, compared with what it stands for."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from filrouge.ads.fold import ORNAMENT, fold_texts
from filrouge.ads.identifiers.number_words import (
    HUNDRED,
    HUNDREDS,
    REPEATS,
    TEENS,
    TENS,
    UNITS,
    Token,
    composed,
    tokens_of,
)

_FRENCH: Final = (
    "zero un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts "
    "trente quarante cinquante soixante septante octante huitante nonante cent cents double triple"
)
FRENCH: Final = frozenset(_FRENCH.split())
_SPANISH: Final = (
    "cero uno una un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
    "diecisiete dieciocho diecinueve veintiuno veintiun veintidos veintitres veinticuatro veinticinco veintiseis "
    "veintisiete veintiocho veintinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien "
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos doble "
    "triple"
)
SPANISH: Final = frozenset(_SPANISH.split())
_ALL: Final = frozenset({*UNITS, *TEENS, *TENS, *HUNDRED, *HUNDREDS, *REPEATS})
ENGLISH: Final = (_ALL - FRENCH - SPANISH) | {"zero", "six", "double", "triple"}
"""Which language a number word belongs to; some belong to several."""

_LANGUAGES: Final = (("number_words_en", ENGLISH), ("number_words_fr", FRENCH), ("number_words_es", SPANISH))

_DIGIT_FORMS: Final = {
    "emoji_digits": r"[0-9]\x{FE0F}?\x{20E3}|\x{1F51F}",
    "circled_digits": r"[\x{2460}-\x{249B}\x{24EA}-\x{24FF}\x{2776}-\x{2793}\x{1F100}-\x{1F10C}]",
    "full_width_digits": r"[\x{FF10}-\x{FF19}]",
    "mathematical_digits": r"[\x{1D7CE}-\x{1D7FF}]",
    "other_digits": r"[[\p{Nd}\x{B2}\x{B3}\x{B9}\x{2070}-\x{2079}\x{2080}-\x{2089}]"
    r"--[0-9\x{FF10}-\x{FF19}\x{1D7CE}-\x{1D7FF}]]",
}
"""What shows in the raw form: other characters for the digits."""
_BETWEEN: Final = {
    # Six and more digits each by itself, with anything but digits and letters between them.
    "digits_apart": r"(?:\b[0-9][^0-9a-z]{1,3}){5}[0-9]\b",
    "dots_between": r"[0-9] ?\.+ ?[0-9]",
    "slashes_between": r"[0-9] ?[/\\|]+ ?[0-9]",
    "signs_between": r"[0-9] ?[*_~=#,;:'\x22^<>{}\[\]!?$%&@]+ ?[0-9]",
    "emoji_between": rf"[0-9] ?{ORNAMENT}[ {ORNAMENT}]*[0-9]",
    "number_over_lines": r"\n",
}
"""What shows in the folded form: what stands between the digits."""
_LETTERS: Final = re.compile("[a-z]")
_FEWEST: Final = 7
"""Digits of a phone that are surely the whole of it."""
_COLUMNS: Final = ("kind", "value", "written", "rule")


def phone_rules(forms: pl.DataFrame) -> pl.DataFrame:
    """The rules that each written form of a phone follows.

    Args:
        forms: `kind`, `value` (E.164), `written` (a piece of a raw text).

    Returns:
        `kind`, `value`, `written`, `rule`; no row for a phone that is written plainly.
    """
    folded = fold_texts(forms["written"].to_list())
    frame = forms.select("kind", "value", "written").with_columns(
        folded=pl.Series([folded.text(i) for i in range(len(folded))], dtype=pl.String)
    )
    parts = [
        frame.filter(pl.col(column).str.contains(pattern)).with_columns(rule=pl.lit(rule))
        for column, patterns in (("written", _DIGIT_FORMS), ("folded", _BETWEEN))
        for rule, pattern in patterns.items()
    ]
    spelled = frame.filter(pl.col("folded").str.contains(r"[a-z!|]"))
    rules = [_spelled(text, value) for text, value in zip(spelled["folded"], spelled["value"], strict=True)]
    parts.append(spelled.with_columns(rule=pl.Series(rules, dtype=pl.List(pl.String))).explode("rule"))
    return pl.concat(parts).drop_nulls("rule").select(_COLUMNS)


def address_rules(forms: pl.DataFrame) -> pl.DataFrame:
    """The same for e-mails and links: whether their signs are said in words."""
    at_said = ~pl.col("written").str.contains("[@＠﹫]")
    # The last letters of a domain come after a dot; one that is said leaves none, or leaves its word.
    said = pl.col("written").str.contains(r"(?i)(?:[\s(\[{*_-]|^)(?:dot|point|punto|punkt)(?:[\s)\]}*_-])")
    return pl.concat(
        [
            forms.filter((pl.col("kind") == "email") & (at_said | said)).with_columns(
                rule=pl.lit("email_in_words")
            ),
            forms.filter((pl.col("kind") == "url") & said).with_columns(rule=pl.lit("link_in_words")),
        ]
    ).select(_COLUMNS)


def _spelled(text: str, value: str) -> list[str]:
    """The rules of a phone that holds letters, from its folded form and what it stands for."""
    tokens = tokens_of(text)
    words = [token for token in tokens if token.kind == "word"]
    sure = [token for token in tokens if token.kind in ("word", "digit")]
    rules = []
    if words:
        said = [token.text for token in words]
        # A word of several languages goes with the words beside it; alone, with the first that knows it.
        share = [sum(word in known for word in said) for _rule, known in _LANGUAGES]
        rules.append(_LANGUAGES[share.index(max(share))][0])
        if len(sure) > len(words):
            rules.append("words_and_digits")
        if any(text[token.start : token.end] != token.text for token in words):
            rules.append("digits_in_number_words")
    digits = "".join(group.digits for group in composed(text, sure, True)) if sure else ""
    complete = len(digits) >= _FEWEST and (digits.endswith(value[-10:]) or value.endswith(digits.lstrip("0")))
    if not complete and any(token.kind in ("look", "bang") for token in tokens):
        rules.append("letters_for_digits")
    if any(token.kind == "fill" for token in tokens) or (complete and _lettered(text, tokens)):
        rules.append("letters_between")
    return rules


def _lettered(text: str, tokens: list[Token]) -> bool:
    """Whether letters that stand for nothing separate the digits."""
    plain = list(text)
    for token in tokens:
        if token.kind in ("word", "fill"):
            plain[token.start : token.end] = " " * (token.end - token.start)
    rest = "".join(plain)
    return _LETTERS.search(rest) is not None
