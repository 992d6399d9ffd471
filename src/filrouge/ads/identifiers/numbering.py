"""Whether digits are a phone number, by the numbering plans that `phonenumbers` ships.

Parsing is 30 µs a number; nearly all numbers here are North American or French, whose plans are one regular
expression each, and the others are remembered.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

DEFAULT_COUNTRY: Final = "CA"

_FRENCH: Final = re.compile(r"0[1-79][0-9]{8}")
_BRITISH_MOBILE: Final = re.compile(r"07[0-9]{9}")
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
def _french_plan() -> re.Pattern[str]:
    """The national numbers of France, nine digits without the trunk zero."""
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region("FR")
    if metadata is None or metadata.general_desc is None:
        return re.compile(r"(?!)")
    kinds = (
        "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager",
        "uan", "voicemail",
    )  # fmt: skip
    described = [getattr(metadata, kind) for kind in kinds]
    patterns = [d.national_number_pattern for d in described if d is not None and 9 in d.possible_length]
    return re.compile(rf"(?={metadata.general_desc.national_number_pattern}$)(?:{'|'.join(patterns)})")


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


def french(digits: str) -> str | None:
    """E.164 of nine digits, without the trunk zero, that are valid in France."""
    return "+33" + digits if len(digits) == 9 and _french_plan().fullmatch(digits) else None


@lru_cache(maxsize=1 << 16)
def international(digits: str) -> str | None:
    """E.164 of digits that begin with a country code, or None where no such number may exist."""
    if digits.startswith("1"):
        return north_american(digits) if len(digits) == 11 else None
    if len(digits) == 11 and digits.startswith("33") and digits[2] != "0":
        return french(digits[2:])
    return _parsed("+" + digits, None)


@lru_cache(maxsize=1 << 16)
def national(digits: str, country: str) -> str | None:
    """E.164 of digits as somebody in a country would dial them, or None where no such number may exist."""
    if in_north_american_plan(country):
        found = north_american(digits)
    elif country == "FR" and _FRENCH.fullmatch(digits):
        found = french(digits[1:])
    else:
        found = None
        if digits.startswith(_trunk_prefix(country)):
            found = _parsed(digits, country)
        found = found or north_american(digits)
    # National forms that are unmistakable wherever they are read.
    if found is None and _FRENCH.fullmatch(digits):
        return french(digits[1:])
    if found is None and _BRITISH_MOBILE.fullmatch(digits):
        return _parsed(digits, "GB")
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
