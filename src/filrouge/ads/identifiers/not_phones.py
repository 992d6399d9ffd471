"""What tells digits that are a phone from digits that are not: words before them, forms of other things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_ANNOUNCED: Final = re.compile(
    r"(?:\b(?:call|text|txt|sms|tel|telephone|phone|ph|cell|cel|celular|mobile|mob|fone|num|numero|number|dial|"
    r"reach|contact|whatsapp|whats|viber|signal|imessage|appel\w*|telefono|llama\w*|llamar|marca|portable|tlf|"
    r"texte[rz]?|rejoi\w+|ring|me|moi|wa\.me|contacto|tex|direct)\b|\u2022)[^a-z0-9\n]{0,6}"
    r"(?:(?:me|us|now|at|on|is|moi|au|al|a|le|no|or|ou|number|numero|anytime)\b[^a-z0-9]{0,4}){0,3}"
    r"[^a-z0-9]{0,4}\+?$"
)

_REFERENCES: Final = (
    "ref reference referencia order commande pedido invoice facture factura id ad annonce anuncio post posting "
    "listing sku item article isbn ean upc serial serie account acct compte cuenta routing iban card carte tarjeta "
    "visa mastercard amex ticket case dossier license licence permit permis vin lat lon lng latitude longitude gps "
    "tracking timestamp epoch version build pin passport confirmation member membre matricule neq siret siren tva "
    "gst hst tps tvq tax"
)
_NUMBER_WORDS: Final = "no num number numero id code nr is est"
_COUNTED: Final = "kg km sq ft lb cm mm ml mb gb px view vue visit follower like member client"

NUMBER_WORDS: Final = frozenset(_NUMBER_WORDS.split())
"""Words that may stand between a word that says what digits are and the digits."""
REFERENCES: Final = frozenset([*_REFERENCES.split(), "code", "plate"])
"""Words before digits that may say that these are no phone."""
COUNTED: Final = tuple(_COUNTED.split())
"""How words begin that may stand after a count."""

_DISOWNED: Final = re.compile(
    rf"(?:\b(?:{'|'.join(_REFERENCES.split())}|(?<!area )code|license plate)\b"
    rf"(?:[^a-z0-9]{{0,3}}(?:{'|'.join(_NUMBER_WORDS.split())})\b)?[^a-z0-9]{{0,4}}$)|(?:#\s?$)"
)

_DISOWNED_AFTER: Final = re.compile(rf"\s?(?:{'|'.join(COUNTED)}|%|[$€£]\s?(?:$|[\s.,;]))")

_FLAGGED: Final = re.compile(
    # Only where a digit or a sign of money stands, so that the many forms are not tried at every letter.
    r"(?=[0-9$€£])(?:"
    # A date, with or without the time of day after it.
    r"(?<![0-9])(?:(?:19|20)[0-9]{2}([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:0?[1-9]|[12][0-9]|3[01])([-/.])(?:0?[1-9]|[12][0-9]|3[01])\2(?:(?:19|20)[0-9]{2}))"
    r"(?![0-9])(?!\1[0-9]|\2[0-9])(?:[\st]{1,2}[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?)?"
    # A time of day.
    r"|(?<![0-9:.-])(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?![0-9:])"
    # Always open.
    r"|(?<![0-9/])(?<!/ )24\s?/\s?(?:7|24)(?![0-9]|/[0-9]{2}(?![0-9]))(?:\s?/\s?365)?"
    # Height, and the three sizes.
    r"|(?<![0-9])[4-6]\s?'\s?[0-9]{1,2}\"?(?![0-9])"
    r"|(?<![0-9./-])[2-5][0-9](?:[a-h]{1,3})?([-/])[2-4][0-9]\3[2-5][0-9](?![0-9]|[-./][0-9]{2}(?![0-9]))"
    # A place on the map.
    r"|(?<![0-9])[0-9]{1,2}\.[0-9]{3,}\s?[,;/ ]\s?-?\s?1?[0-9]{1,2}\.[0-9]{3,}(?![0-9])"
    # Dotted numbers of the net.
    r"|(?<![0-9a-z.-])(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})(?:\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})){3}(?![0-9a-z.-])"
    # Sixteen digits in fours, or fifteen as 4-6-5: a payment card.
    r"|(?<![0-9])[3-6][0-9]{3}([ -]?)[0-9]{4}\4[0-9]{4}\4[0-9]{4}(?![0-9])"
    r"|(?<![0-9])3[47][0-9]{2}([ -]?)[0-9]{6}\5[0-9]{5}(?![0-9])"
    # Amounts with their currency or unit, alone or one after the other.
    r"|(?<![0-9a-z$])[$€£]\s?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]{2})?"
    r"(?![0-9]|[-.$*_][0-9]{3})"
    r"|(?<![0-9a-z])(?P<list>[0-9]{2,4}(?:[ ,/-]{1,3}[0-9]{2,4}){0,10})"
    r"\s?(?:€|£|\$(?![$0-9])|(?:cad|usd|eur|euros?|dollars?|bucks|roses?|kisses"
    r"|rosas|hrs?|hours?|heures?|min|mins|minutes?|(?<=\s)lbs?|kg|cm|sq|pesos|mxn)\b)"
    r"|(?<![0-9/])(?<!/ )[0-9]{2,4}\s?/\s?(?=h\b|hr|hour|hh|half|30(?![0-9/bilosz]))"
    # Ages.
    r"|(?<![0-9])[1-9][0-9]\s?(?=(?:yrs?|years?|yo|ans|anos|y/o|y\.o)\b)"
    r")"
)


_FLAG_REACH: Final = 16
_NUMBER: Final = re.compile(r"[0-9]+")


def amounts_at_end(numbers: Sequence[str]) -> int:
    """How many of the last numbers before a currency or unit are one list of prices: round, none falls."""
    count = 1
    while count < len(numbers):
        number, after = numbers[-count - 1], numbers[-count]
        if number[0] == "0" or int(number) % 5 or int(number) > int(after):
            break
        count += 1
    return count


def announced(left: str) -> bool:
    """Whether the text before digits says that they are a phone."""
    return _ANNOUNCED.search(left, max(0, len(left) - 40)) is not None


def disowned(left: str, right: str) -> bool:
    """Whether the text around digits says that they are something else: a reference, a card, a count."""
    if _DISOWNED_AFTER.match(right):
        return True
    return _DISOWNED.search(left, max(0, len(left) - 32)) is not None


def flagged_spans(before: str, chain: str, after: str) -> list[tuple[int, int]]:
    """Where dates, times, measures, amounts and the like stand: offsets in the chain, maybe below zero."""
    before, after = before[-_FLAG_REACH:], after[:_FLAG_REACH]
    shift = len(before)
    spans = []
    for hit in _FLAGGED.finditer(before + chain + after):
        start, end = hit.start() - shift, hit.end() - shift
        if hit.group("list"):
            numbers = list(_NUMBER.finditer(hit.group("list")))
            first = numbers[-amounts_at_end([number.group() for number in numbers])]
            start = hit.start("list") + first.start() - shift
        if end > 0 and start < len(chain):
            spans.append((start, end))
    return spans
