"""Whether digits are a phone number, by the numbering plans that `phonenumbers` ships.

Parsing is 30 µs a number; nearly all numbers here are North American, whose plan is one regular expression,
and the others are remembered.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

DEFAULT_COUNTRY: Final = "CA"

_FALLBACKS: Final = (
    # National forms that are unmistakable wherever they are read.
    ("FR", re.compile(r"0[1-79]\d{8}")),
    ("GB", re.compile(r"07\d{9}")),
)
# Counting is no phone: `one two three ... ten` would be a number of Pennsylvania.
_COUNTING: Final = frozenset({"2345678910", "2345678901", "9876543210"})


@cache
def _plan() -> re.Pattern[str]:
    """The national numbers, ten digits, that exist in any country of code 1."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    kinds = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip")
    patterns: dict[str, None] = {}
    for region in COUNTRY_CODE_TO_REGION_CODE[1]:
        metadata = PhoneMetadata.metadata_for_region(region)
        for kind in kinds:
            described = getattr(metadata, kind, None)
            if described is not None and described.national_number_pattern:
                patterns[described.national_number_pattern] = None
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@cache
def in_north_american_plan(country: str) -> bool:
    """Whether a country's code is 1."""
    from phonenumbers import country_code_for_region

    return int(country_code_for_region(country)) == 1


@cache
def _trunk_prefix(country: str) -> str:
    """What is dialled before a national number within the country, or nothing."""
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region(country)
    prefix = metadata.national_prefix if metadata is not None else None
    return str(prefix) if prefix == "0" else ""


def north_american(digits: str) -> str | None:
    """E.164 of ten digits, or of eleven that begin with 1, that are valid in the plan of country code 1."""
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) != 10 or digits in _COUNTING or _plan().fullmatch(digits) is None:
        return None
    return "+1" + digits


@lru_cache(maxsize=1 << 16)
def international(digits: str) -> str | None:
    """E.164 of digits that begin with a country code, or None where no such number may exist."""
    if digits.startswith("1"):
        return north_american(digits) if len(digits) == 11 else None
    return _parsed("+" + digits, None)


@lru_cache(maxsize=1 << 16)
def national(digits: str, country: str) -> str | None:
    """E.164 of digits as somebody in a country would dial them, or None where no such number may exist."""
    if in_north_american_plan(country):
        found = north_american(digits)
    else:
        found = None
        if digits.startswith(_trunk_prefix(country)):
            found = _parsed(digits, country)
        found = found or north_american(digits)
    if found is None:
        for other, form in _FALLBACKS:
            if form.fullmatch(digits):
                return _parsed(digits, other)
    return found


def _parsed(number: str, country: str | None) -> str | None:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
