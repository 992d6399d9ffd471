"""A search as a person types it: how it is meant, how several ads are told apart, and what proves it later."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from filrouge.ads.fold import fold_texts
from filrouge.ads.identifiers import find_identifiers
from filrouge.ads.identifiers.numbering import DEFAULT_COUNTRY
from filrouge.engines.case_answers import IDENTIFIER, TEXT, WORDS
from filrouge.engines.masking import is_pseudonym
from filrouge.networks.ties import TYING_KINDS

MOST_ADS: Final = 20
"""Ads of one search."""
LONGEST: Final = 20_000
"""Characters of one ad that are searched with."""
FEW: Final = 4
"""So many words and fewer are no ad."""


class Split(StrEnum):
    """How several ads in one box are told apart."""

    AUTO = "auto"  # lines of ---, or else two blank lines
    BLANK = "blank"  # every blank line
    ONE = "one"  # not at all


_LINE: Final = re.compile(r"^[ \t]*(?:-{3,}|={3,}|_{3,}|\*{3,})[ \t]*$", re.MULTILINE)
_TWO_BLANK: Final = re.compile(r"\n[ \t]*\n[ \t]*\n\s*")
_BLANK: Final = re.compile(r"\n[ \t]*\n\s*")
_QUOTED: Final = re.compile(r'^\s*(?:"[^"]+"[\s,;]*)+$')
_LABEL: Final = re.compile(r"[^\W\d_]+")


def split_ads(text: str, split: Split = Split.AUTO) -> list[str]:
    """The ads in a box.

    A line of three or more dashes parts two ads; where there is none, two blank lines do. One blank line may stand
    within an ad, so it parts them only if that is asked for.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if split is Split.ONE:
        parts = [text]
    elif split is Split.BLANK:
        parts = [piece for part in _LINE.split(text) for piece in _BLANK.split(part)]
    elif _LINE.search(text):
        parts = _LINE.split(text)
    else:
        parts = _TWO_BLANK.split(text)
    return [part.strip() for part in parts if part.strip()]


def has_blank_lines(text: str) -> bool:
    """Whether a box could be split at blank lines."""
    return len(split_ads(text, Split.BLANK)) > 1


def way_of(text: str) -> str:
    """How a text is meant: an identifier standing alone, words in "quotes" or only a few, else an ad."""
    if is_pseudonym(text):
        return IDENTIFIER
    if _QUOTED.match(text.translate({0x201C: '"', 0x201D: '"', 0xAB: '"', 0xBB: '"'})):
        return WORDS
    found = _found(text)
    if found and _is_little(_without(text, found)):
        return IDENTIFIER
    return WORDS if len(text.split()) <= FEW and not found else TEXT


def straight(text: str) -> str:
    """A text with typographic quotation marks as plain ones, which hold phrases together."""
    return re.sub("[\u201c\u201d\xab\xbb]", '"', text)


def identifiers_in(text: str) -> list[tuple[str, str]]:
    """The different identifiers that may tie, as kind and value."""
    found = _found(text)
    return list(dict.fromkeys((kind, value) for kind, value, _start, _end in found))


def proof(pepper: bytes, text: str, of: str = "search") -> str:
    """What proves later that a text was searched for, to who has the text and the workspace; it says nothing else.

    Args:
        pepper: of the workspace.
        text: spaces are taken together, and letters in one Unicode form.
        of: what it was searched in; the proofs of two kinds of search can't be held against each other.
    """
    said = " ".join(unicodedata.normalize("NFC", text).split())
    return blake2b(said.encode(), key=pepper, digest_size=16, person=of.encode()[:16]).hexdigest()


def first_words(text: str, most: int = 60) -> str:
    """The first words of a text in one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "\u2026"


def _found(text: str) -> Sequence[tuple[str, str, int, int]]:
    frame = find_identifiers(fold_texts([text]), [DEFAULT_COUNTRY])
    rows = zip(frame["kind"], frame["value"], frame["start"], frame["end"], strict=True)
    return [row for row in rows if row[0] in TYING_KINDS]


def _without(text: str, found: Sequence[tuple[str, str, int, int]]) -> str:
    for _kind, _value, start, end in sorted(found, key=lambda one: -one[2]):
        text = text[:start] + " " + text[end:]
    return text


def _is_little(rest: str) -> bool:
    """Whether what stands beside an identifier is at most its label: "tel.", "my number is"."""
    return len(_LABEL.findall(rest)) <= 3 and not any(c.isdigit() for c in rest)
