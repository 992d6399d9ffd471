"""Short cuts for the chains that are most common: prices, and phones written as most people write them.

What they return, scoring would find too.
"""

from __future__ import annotations

import re
from typing import Final

from filrouge.ads.identifiers.not_phones import disowned
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
_DOUBT_AFTER: Final = re.compile(
    r"[a-z0-9]|\s?(?:[$€£%]|(?:cad|usd|eur|euros?|dollars?|bucks|roses?|kisses|rosas|h|hrs?|hours?|heures?|mins?|"
    r"minutes?|lbs?|kg|cm|sq|pesos|mxn|yrs?|years?|yo|ans|anos)\b)"
)
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
