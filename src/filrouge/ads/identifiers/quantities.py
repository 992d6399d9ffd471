"""Prices, ages and times of day in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from filrouge.ads.identifiers.contacts import Found, run_at_end
from filrouge.ads.identifiers.lexicon import CURRENCIES
from filrouge.ads.identifiers.not_phones import amounts_at_end

YOUNGEST: Final = 18
OLDEST: Final = 99

DOLLARS: Final[dict[str, str]] = {
    "CA": "CAD",
    "US": "USD",
    "AU": "AUD",
    "NZ": "NZD",
    "MX": "MXN",
    "PR": "USD",
}
"""What `$` means by country; the Canadian dollar elsewhere."""
_SIGNS: Final = {"€": "EUR", "£": "GBP"}
_PREFIXES: Final = {
    "us": "USD",
    "usd": "USD",
    "ca": "CAD",
    "cad": "CAD",
    "c": "CAD",
    "cdn": "CAD",
    "mx": "MXN",
    "au": "AUD",
    "a": "AUD",
    "nz": "NZD",
}
_SUFFIXES: Final = {**CURRENCIES, "us": "USD", "cdn": "CAD", "ca": "CAD", "can": "CAD"}

_AMOUNT = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|1?[0-9] [0-9]{3})(?:\.[0-9]{2})?(?![0-9])"
_AMOUNT += r"|[0-9]{1,5}(?:[.,][0-9]{2})?(?![0-9])"
_AFTER_SIGN: Final = re.compile(rf"\s?({_AMOUNT})(?:\s?(cad|usd|us|cdn|can|ca|eur|mxn|aud|nzd)\b(?!\s?[$]))?")
_BEFORE_SIGN: Final = re.compile(rf"(?<![0-9.,$])({_AMOUNT})\s?$")
_MORE: Final = re.compile(
    r"\s?(?:-|/|to|a|,)\s?[$€£]?([0-9]{2,4})(?![0-9:.,]*[0-9]|\s?(?:min|h|hr|m|am|pm|x)[a-z]*\b|-[0-9])"
)
_LESS: Final = re.compile(r"(?<![0-9.,:$€£/-])((?:[0-9]{2,4}\s?(?:-|/|,|\u2022|to|a|y|et|\s)\s?){1,8})$")
_PREFIX: Final = re.compile(r"(?<![a-z])(usd?|cad?|cdn|c|mx|au?|nz)\s?$")
_SUFFIX: Final = re.compile(r"\s?(cad|usd|us|cdn|can|ca|mxn|aud|nzd)\b")
_RATE_BEFORE: Final = re.compile(
    r"(?<![0-9.,$])([0-9]{2,4})\s?/\s?(?:1/2|[1-9]|half|full|demi|media|15|20|30|45|60)?[\s-]?$"
)
_RATE_WORD_BEFORE: Final = re.compile(r"(?<![0-9.,$])([0-9]{2,4})\s?$")
_RATE_AFTER: Final = re.compile(
    r"\s(?:1/2\s?|half\s?|demi-?\s?|media\s)?(?:an?\s)?(?:hr|hour|h|heure|hora|session|visit|night|nuit|noche|person|"
    r"personne|persona|day|jour|dia|week|semaine|semana|room|30|15|45|60)s?\b"
)
_DIGITS_BEFORE: Final = re.compile(r"(?<![0-9.,:$])([1-9][0-9])[\s-]{0,2}$")
_AGE_RANGE: Final = re.compile(r"(?<![0-9.,:$])([1-9][0-9])\s?(?:-|a|to|et|y|ou|or)\s?$")
_AGE_WORD: Final = re.compile(
    r"(?:yrs?|years?|ans|anos|yrd|yo(?:s|ld)?|old)\b(?:[\s-]?(?:old|of age|young|d'age)\b)?"
    r"|y[\s./]{0,2}o\b(?:ld\b|\.)?"
)
_NOT_AN_AGE: Final = re.compile(
    r"\.?\s?(?:of\s|d'|de\s|in\s(?:the|business)|'?\s?)?"
    r"(?:exp|business|service|practice|warranty|garantie|industry|now)"
)
_SPAN_OF_TIME: Final = re.compile(
    r"(?:depuis|over|plus de|since|pendant|mas de|hace|last|in|experience:?|for|les|of|every|past|"
    r"next|than)\s$"
)
_AGE_AFTER: Final = re.compile(
    r"\s?(?:is\s|est\s|de\s|range\s)?[:=-]?\s?([1-9][0-9])(?![0-9])(?:\s?(?:-|to|a)\s?([1-9][0-9])(?![0-9]))?"
)
_COLON: Final = re.compile(r"(?<![0-9:./-])([01]?[0-9]|2[0-3]):([0-5][0-9])(?![0-9:])(?:\s?([ap])\.?m\b\.?)?")
_HALF_DAY: Final = re.compile(r"(?<![0-9:.,$/])(1[0-2]|0?[1-9])(?:[:.h]([0-5][0-9]))?\s?$")
_HALF_DAY_RANGE: Final = re.compile(
    r"(?<![0-9:.,$/])(1[0-2]|0?[1-9])(?::([0-5][0-9]))?\s?(?:-|to|till?|until|a)\s?$"
)
_HOUR: Final = re.compile(r"(?<![0-9:.,$/])([01]?[0-9]|2[0-4])\s?$")
_MINUTES: Final = re.compile(r"([0-5][0-9])(?![0-9])")
_HOUR_RANGE_AFTER: Final = re.compile(
    r"(?:[0-5][0-9])?\s?(?:-|/|a|au|to|till?|et|y|jusqu'a)\s?(?:[01]?[0-9]|2[0-4])\s?h"
)
_HOUR_RANGE_BEFORE: Final = re.compile(r"h(?:[0-5][0-9])?\s?(?:-|/|a|au|to|till?|et|y|jusqu'a)\s?$")
_HOUR_WORD_BEFORE: Final = re.compile(
    r"\b(?:de|des|from|jusqu'a|jusque|desde|until|till?|hasta|apres|avant|after|before|vers|a partir de)\s$"
)
_ALL_HOURS: Final = re.compile(r"24\s?/\s?(?:7(?:\s?/\s?365)?|24(?:\s?[,-/]?\s?7\s?/\s?7)?)(?![0-9])")


def _before(text: str, at: int, size: int) -> str:
    return text[max(0, at - size) : at].rpartition("\0")[2]


def _plain_amount(written: str) -> str:
    """An amount without separators of thousands, and without cents where there are none."""
    if written.isdigit():
        return written.lstrip("0") or "0"
    written = re.sub(r"[ ,](?=[0-9]{3}(?![0-9]))", "", written).replace(",", ".")
    whole, _, cents = written.partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{cents}" if cents.strip("0") else whole


def _price(written: str, currency: str, start: int, end: int) -> Found:
    return Found("price", f"{_plain_amount(written)} {currency}".rstrip(), start, end)


def prices_at_sign(text: str, at: int, country: str) -> Iterator[Found]:
    """The prices that a currency sign belongs to, those of a list or range beside it too."""
    currency = _SIGNS.get(text[at]) or DOLLARS.get(country, "CAD")
    tight_before = at > 0 and text[at - 1].isdigit()
    tight_after = text[at + 1 : at + 2].isdigit()
    if tight_before or (not tight_after and text[at] == "€"):
        yield from _amounts_before(text, at, at + 1, currency)
        # With digits on both sides (`0123$80`) what stands before may be the end of a phone, which then wins.
        if not tight_after:
            return
    found = _AFTER_SIGN.match(text, at + 1)
    if found is None:
        yield from _amounts_before(text, at, at + 1, currency)
        return
    start = at
    prefix = _PREFIX.search(_before(text, at, 4))
    if prefix is not None and text[at] == "$":
        currency = _PREFIXES[prefix.group(1)]
        start = at - len(prefix.group())
    if found.group(2):
        currency = _SUFFIXES.get(found.group(2)) or currency
    yield _price(found.group(1), currency, start, found.end())
    more = _MORE.match(text, found.end())
    while more is not None:
        yield _price(more.group(1), currency, more.start(1), more.end())
        more = _MORE.match(text, more.end())


def _amounts_before(text: str, at: int, end: int, currency: str) -> Iterator[Found]:
    """The amount that ends at a place, with those listed before it."""
    left = _before(text, at, 40)
    found = _BEFORE_SIGN.search(left, run_at_end(left, "0123456789., ", but=2))
    if found is None:
        return
    written = found.group(1)
    begin = at - (len(left) - found.start()) + (len(found.group(1)) - len(written))
    suffix = _SUFFIX.match(text, end)
    if suffix is not None and text[end - 1] == "$":
        currency = _SUFFIXES[suffix.group(1)]
        end = suffix.end()
    yield _price(written, currency, begin, end)
    earlier = _LESS.search(_before(text, begin, 48))
    if earlier is not None:
        base = begin - len(earlier.group())
        numbers = list(re.finditer(r"[0-9]+", earlier.group()))
        last = _plain_amount(written).partition(".")[0]
        count = amounts_at_end([*(number.group() for number in numbers), last])
        for number in numbers[len(numbers) + 1 - count :]:
            yield _price(number.group(), currency, base + number.start(), base + number.end())


def prices_at_unit(text: str, start: int, end: int, country: str) -> Iterator[Found]:
    """The prices before a currency or another unit of price in words (`120 160 roses`)."""
    currency = CURRENCIES[text[start:end]]
    if currency == "$":
        currency = DOLLARS.get(country, "CAD")
    yield from _amounts_before(text, start, end, currency)


def price_at_rate(text: str, start: int, end: int) -> Found | None:
    """The amount before an hour, a night, a session (`80/hr`, `80 per hour`), or None."""
    word = text[start:end]
    if word in ("per", "par", "por", "each"):
        found = _RATE_WORD_BEFORE.search(_before(text, start, 8))
        if found is None or (word != "each" and _RATE_AFTER.match(text, end) is None):
            return None
    else:
        found = _RATE_BEFORE.search(_before(text, start, 16))
        if found is None:
            return None
    size = len(_before(text, start, 8 if word in ("per", "par", "por", "each") else 16))
    begin = start - size + found.start(1)
    if text[begin : begin + len(found.group(1)) + 2] == "24/7":
        return None
    return _price(found.group(1), "", begin, begin + len(found.group(1)))


def ages_before_word(text: str, start: int) -> Iterator[Found]:
    """The ages before `yrs`, `y/o`, `ans`, `años`; not years of experience."""
    word = _AGE_WORD.match(text, start)
    left = _before(text, start, 24)
    number = _DIGITS_BEFORE.search(left)
    if word is None or number is None or _NOT_AN_AGE.match(text, word.end()):
        return
    earlier = left[: number.start(1)]
    if _SPAN_OF_TIME.search(earlier):
        return
    begin = start - len(left) + number.start(1)
    if YOUNGEST <= int(number.group(1)) <= OLDEST:
        yield Found("age", number.group(1), begin, word.end())
    other = _AGE_RANGE.search(earlier)
    if other is not None and YOUNGEST <= int(other.group(1)) <= OLDEST:
        at = start - len(left) + other.start(1)
        yield Found("age", other.group(1), at, at + 2)


def ages_after_word(text: str, start: int, end: int) -> Iterator[Found]:
    """The age, or both ages of a range, after `age` or its like."""
    found = _AGE_AFTER.match(text, end)
    if found is None or text[found.end() : found.end() + 1] in ("$", "€", "%", ":", "/"):
        return
    for k in (1, 2):
        if found.group(k) and YOUNGEST <= int(found.group(k)) <= OLDEST:
            yield Found("age", found.group(k), start if k == 1 else found.start(k), found.end(k))


def _clock(hour: int, minutes: str | None, half: str | None) -> str:
    if half is not None:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02d}:{minutes or '00'}"


def time_at_colon(text: str, at: int) -> Found | None:
    """The time of day around a colon between digits, or None."""
    for start in (at - 2, at - 1):
        if start >= 0:
            found = _COLON.match(text, start)
            if found is not None:
                hour = int(found.group(1))
                half = found.group(3) if hour <= 12 else None
                return Found("time", _clock(hour, found.group(2), half), start, found.end())
    return None


def all_hours(text: str, at: int) -> Found | None:
    """`24/7` around its slash, or None."""
    found = _ALL_HOURS.match(text, max(0, at - 2))
    if found is None or (at > 2 and text[at - 3].isdigit()):
        return None
    return Found("time", "24/7", found.start(), found.end())


def times_at_word(text: str, start: int, end: int) -> Iterator[Found]:
    """The times of day before `am`, `pm`, `a.m.` or `h`, and the other end of a range."""
    word = text[start:end]
    if word == "h":
        yield from _times_at_h(text, start, end)
        return
    if len(word) == 1:
        marked = re.compile(r"\.\s?m\b\.?").match(text, end)
        if marked is None:
            return
        end = marked.end()
    left = _before(text, start, 20)
    number = _HALF_DAY.search(left)
    if number is None:
        return
    begin = start - len(left) + number.start()
    hour, half = int(number.group(1)), word[0]
    yield Found("time", _clock(hour, number.group(2), half), begin, end)
    other = _HALF_DAY_RANGE.search(left[: number.start()])
    if other is not None:
        first = int(other.group(1))
        # 10-9pm opens in the morning, 6-9pm in the evening.
        if half == "p" and first % 12 >= hour % 12:
            half = "a"
        at = start - len(left) + other.start()
        stop = at + len(other.group(1)) + (1 + len(other.group(2)) if other.group(2) else 0)
        yield Found("time", _clock(first, other.group(2), half), at, stop)


def _times_at_h(text: str, start: int, end: int) -> Iterator[Found]:
    left = _before(text, start, 24)
    number = _HOUR.search(left)
    if number is None:
        return
    hour = int(number.group(1))
    begin = start - len(left) + number.start(1)
    minutes = _MINUTES.match(text, end)
    if hour == 24:
        around = re.compile(r"\s?/\s?(?:24|7)(?:\s?[-,/]?\s?7\s?(?:/|j/|sur)\s?7)?(?![0-9])").match(text, end)
        yield Found("time", "24/7" if around else "24:00", begin, around.end() if around else end)
        return
    earlier = left[: number.start(1)]
    if (
        minutes is not None
        or _HOUR_RANGE_AFTER.match(text, end)
        or _HOUR_RANGE_BEFORE.search(earlier)
        or (hour >= 6 and _HOUR_WORD_BEFORE.search(earlier))
    ):
        stop = minutes.end() if minutes else end
        yield Found("time", _clock(hour, minutes.group(1) if minutes else None, None), begin, stop)
