"""Short cuts for the chains that are most common: prices, and phones written as most people write them.

What they return, scoring would find too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.identifiers.not_phones import COUNTED, NUMBER_WORDS, REFERENCES, disowned
from filrouge.ads.identifiers.number_words import SAID_ALONE
from filrouge.ads.identifiers.number_words import UNITS as NUMBERS
from filrouge.ads.identifiers.numbering import french, in_north_american_plan, north_american

_LETTER_OR_SIGN: Final = re.compile(r"[a-z!|]")
_NOT_DIGITS: Final = re.compile(r"[^0-9]+")
_USUAL: Final = re.compile(
    # Words beside ten digits that stand together are words; `one` may be the 1 before them.
    r"(?:(?!(?:one|uno?|i|l)\b)[a-z]+[\s.,•]+){0,2}"
    r"(?P<phone>(?:1[-. ]?\(?)?[0-9]{3}\)?[-. ]{0,2}[0-9]{3}[-. ]{0,2}[0-9]{4}"
    r"|[0-9](?:([-. *_/•]{1,2})[0-9])(?:\2[0-9]){8})"
    r"(?:[\s.,•]+[a-z]+){0,2}"
)
_AFTER_PLUS: Final = re.compile(r"1[-. ]?\(?[0-9]{3}\)?[-. ]{0,2}[0-9]{3}[-. ]{0,2}[0-9]{4}")
_FRENCH: Final = re.compile(
    # All in pairs, but for the one digit after the country code, or all together.
    r"33(?P<sep>[-. ]?)[1-9](?:(?P=sep)[0-9]{2}){4}|0[1-9](?P<sep0>[-. ]?)[0-9]{2}(?:(?P=sep0)[0-9]{2}){3}"
)
_ROUND: Final = re.compile(r"[0-9]{2}0\s[0-9]{2}0\s[0-9]{3}0")
_DOUBT_BEFORE: Final = re.compile(r"(?:[$€£+]\s?\(?|[a-z0-9]|plus\s)$")
_UNITS: Final = (
    "cad usd eur euro euros dollar dollars bucks rose roses kisses rosas h hr hrs hour hours heure heures min mins "
    "minute minutes lb lbs kg cm sq pesos mxn yr yrs year years yo ans anos"
)
UNITS: Final = frozenset(_UNITS.split())
"""Words after an amount."""
_DOUBT_AFTER: Final = re.compile(rf"[a-z0-9]|\s?(?:[$€£%]|(?:{'|'.join(_UNITS.split())})\b)")
_RATE: Final = re.compile(r"\s?[/y]")


def is_too_short(chain: str, before: str, country: str) -> bool:
    """Whether a chain of digits alone has too few for the country's plan; most are prices."""
    if len(chain) > 24 or chain[0] == "0" or "+" in chain or before.endswith(("+", "+ ", "(", "plus ")):
        return False
    return (
        in_north_american_plan(country)
        and _LETTER_OR_SIGN.search(chain) is None
        and len(_NOT_DIGITS.sub("", chain)) < 10
    )


def usual_phone(chain: str, before: str, after: str, country: str) -> tuple[str, int, int] | None:
    """The one phone of a chain, North American or French, written as usual, nothing near speaking against it.

    Returns:
        E.164, and where it stands in the chain; None where it is not so simple.
    """
    # `+1` is North American wherever it is read.
    american = in_north_american_plan(country) or (
        before.endswith("+") and _AFTER_PLUS.fullmatch(chain) is not None
    )
    if not american and country != "FR":
        return None
    start, end = 0, len(chain)
    is_french = _FRENCH.fullmatch(chain) is not None
    if not is_french:
        usual = _USUAL.fullmatch(chain) if american else None
        if usual is None:
            return None
        start, end = usual.span("phone")
    digits = _NOT_DIGITS.sub("", chain[start:end])
    # Eleven digits here begin with their country code.
    plus = start == 0 and before.endswith("+")
    if plus and len(digits) != 11:
        return None
    if not plus and (
        (is_french and len(digits) == 11)
        or (start == 0 and _DOUBT_BEFORE.search(before, max(0, len(before) - 5)))
    ):
        return None
    if end == len(chain) and (_DOUBT_AFTER.match(after) or ((plus or is_french) and _RATE.match(after))):
        return None
    if _ROUND.fullmatch(chain, start, end) or disowned(before + chain[:start], chain[end:] + after):
        return None
    value = french(digits[-9:]) if is_french else north_american(digits)
    return (value, start, end) if value is not None else None


@cache
def _tables() -> tuple[NDArray[Any], ...]:
    from filrouge.ads.identifiers.word_tables import digit_table, prefix_table, word_table

    listed = (word_table(words) for words in (REFERENCES, NUMBER_WORDS, UNITS))
    return *listed, prefix_table(COUNTED), *digit_table({word: NUMBERS[word] for word in SAID_ALONE})


def usual_phones(
    chars: NDArray[np.uint32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    ads: NDArray[np.int64],
    countries: Sequence[str],
) -> tuple[list[str | None], list[int], list[int]]:
    """What `usual_phone` says of many chains, where that is plain.

    Args:
        chars: folded texts, each followed by a NUL.
        starts, ends: the chains.
        ads: the text of each.
        countries: ISO code by text.

    Returns:
        By chain: E.164, None where this says nothing; where the phone begins and ends, its signs within.
    """
    from filrouge.ads.identifiers import phone_kernels as kernels

    plans = {country: _plan_of(country) for country in set(countries)}
    where = np.fromiter((plans[country] for country in countries), np.uint8, len(countries))
    kind, number, begins, stops = kernels.usual_phones(chars, starts, ends, where[ads], *_tables())
    # One phone stands in many ads, so each is looked up once.
    different, place = np.unique(np.where(kind == kernels.FRENCH, -number, number), return_inverse=True)
    values = [_existing(value) if value else None for value in different.tolist()]
    return [values[k] for k in place.tolist()], begins.tolist(), stops.tolist()


def _plan_of(country: str) -> int:
    from filrouge.ads.identifiers import phone_kernels as kernels

    if in_north_american_plan(country):
        return kernels.IN_NORTH_AMERICA
    return kernels.IN_FRANCE if country == "FR" else kernels.ELSEWHERE


def _existing(number: int) -> str | None:
    """E.164 of ten North American digits, or of nine French ones below zero, if there may be such a number."""
    return north_american(f"{number:010d}") if number > 0 else french(f"{-number:09d}")
