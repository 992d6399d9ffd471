"""Phones in a text, however they are written: which runs of digits and number words are a phone.

A chain is a stretch of digits, number words and look-alike letters with only separators between them. It is
read in one or more ways as groups of digits; each window of groups whose digits are a valid number is scored
by how it is written and what stands around it, and the best windows that do not overlap are the phones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from filrouge.ads.identifiers.not_phones import announced, disowned, flagged_spans
from filrouge.ads.identifiers.number_words import Group
from filrouge.ads.identifiers.numbering import in_north_american_plan, international, national
from filrouge.ads.identifiers.readings import Reading, readings
from filrouge.ads.identifiers.usual_phones import is_too_short, usual_phone


class Phone(NamedTuple):
    """A phone, E.164, and where it stands."""

    value: str
    start: int
    end: int


# What each sign of a phone, or against one, is worth. A window whose sum is above zero is a phone.
REGULAR: Final = 4.0
IRREGULAR: Final = 1.0
UNIFORM: Final = 1.0
ANNOUNCED: Final = 2.0
PLUS: Final = 4.0
SPELLED: Final = 1.0
PRICE_LIKE: Final = -6.0
FLAGGED: Final = -5.0
DISOWNED: Final = -7.0
PART_OF_MORE: Final = -3.5
SURELY_PART_OF_MORE: Final = -5.5
GLUED_TO_LETTERS: Final = -2.5
FAR_APART: Final = -1.5

MOST_DIGITS: Final = 15
FEWEST_DIGITS: Final = 8

_BEFORE: Final = 32
_AFTER: Final = 24

_REGULAR_FORMS: Final = frozenset(
    {
        (10,), (3, 7), (6, 4), (3, 3, 4), (3, 3, 2, 2), (3, 4, 3), (2, 4, 4), (3, 3, 1, 3), (4, 3, 3), (4, 6),
        (5, 5), (3, 4, 2, 1), (3, 3, 3, 1), (2, 8), (7, 3),
        (9,), (3, 3, 3), (3, 2, 2, 2), (3, 6), (2, 3, 2, 2), (4, 4), (8,), (2, 3, 4), (5, 6), (5, 3, 3),
        (11,),        (4, 4, 3),
    }
)  # fmt: skip
"""Lengths of the groups of a national number as people write it; one digit at a time and pairs count too."""

_UNUSUAL_SIGN: Final = frozenset("$€£%=@")
_LETTER: Final = re.compile(r"[a-z]")
_TIGHT: Final = re.compile(r"[-.,/:_'*|\\]?")
_BRACKETS: Final = ("()", "[]", "{}", "<>")
_LEAD: Final = re.compile(r"(?:\+\s?)?[(\[{<]?(?:\+\s?)?$")


class _Window(NamedTuple):
    value: str
    first: int
    last: int
    start: int
    end: int
    score: float


def phones_in_chain(text: str, start: int, end: int, country: str) -> list[Phone]:
    """The phones in a chain, in order.

    Args:
        text: the folded text, or many of them with a NUL between.
        start: where the chain begins.
        end: where it ends, exclusive.
        country: ISO code of the country where numbers without country code are dialled.
    """
    before = text[max(0, start - _BEFORE) : start].rpartition("\0")[2]
    after = text[end : end + _AFTER].partition("\0")[0]
    found = _phones(before, text[start:end], after, country)
    return [Phone(value, start + first, start + last) for value, first, last in found]


@lru_cache(maxsize=1 << 14)
def _phones(before: str, chain: str, after: str, country: str) -> tuple[Phone, ...]:
    """The phones in a chain, their offsets in it; one that opens with a sign or bracket begins below zero.

    Remembered, since the text of the house repeats one phone in thousands of ads.
    """
    if is_too_short(chain, before, country):
        return ()
    usual = usual_phone(chain, before, after, country)
    if usual is not None:
        return (_placed(*usual, before, chain, after),)
    windows: list[_Window] = []
    for reading in readings(chain, before):
        found = _windows(reading, before, after, country)
        windows += found
        if any(
            window.start == 0 and window.end == len(chain) and window.score >= REGULAR for window in found
        ):
            break
    chosen: list[_Window] = []
    for window in sorted(windows, key=lambda w: (-w.score, w.start, -w.end)):
        if all(window.end <= other.start or window.start >= other.end for other in chosen):
            chosen.append(window)
    chosen.sort(key=lambda w: w.start)
    return tuple(_placed(w.value, w.start, w.end, before, chain, after) for w in chosen)


def _placed(value: str, start: int, end: int, before: str, chain: str, after: str) -> Phone:
    """The phone with its plus sign and the brackets whose other half stands within it."""
    text, shift = before + chain + after, len(before)
    start, end = shift + start, shift + end
    prefix = _LEAD.search(text, max(0, start - 4), start)
    lead = prefix.group() if prefix is not None else ""
    for opening, closing in _BRACKETS:
        if opening in lead and closing not in text[start:end]:
            lead = lead.rpartition(opening)[2]
    start -= len(lead)
    for opening, closing in _BRACKETS:
        if text[end : end + 1] == closing and text.count(opening, start, end) > text.count(
            closing, start, end
        ):
            end += 1
    return Phone(value, start - shift, end - shift)


def _windows(reading: Reading, before: str, after: str, country: str) -> list[_Window]:
    """All windows of groups that are a valid number and are written like one."""
    groups = reading.groups
    possible: list[tuple[str, int, int, bool]] = []
    lengths = (10, 11) if in_north_american_plan(country) else range(FEWEST_DIGITS, MOST_DIGITS + 1)
    whole = "".join([group.digits for group in groups])
    at = [0, *accumulate([len(group.digits) for group in groups])]
    for first, begin in enumerate(at[:-1]):
        if len(whole) - begin < FEWEST_DIGITS:
            break
        zero = reading.plus[first] or whole[begin] == "0"
        for last in range(first, len(groups)):
            if last > first and reading.broken[last]:
                break
            size = at[last + 1] - begin
            if size > MOST_DIGITS + 3:
                break
            if size in lengths or (zero and size >= FEWEST_DIGITS):
                value, marked = _number(whole[begin : begin + size], reading, first, last, country)
                if value is not None:
                    possible.append((value, first, last, marked))
    if not possible:
        return []
    starts = {first for _, first, _, _ in possible}
    ends = {last for _, _, last, _ in possible}
    flags = flagged_spans(before, reading.text, after)
    found = []
    for value, first, last, marked in possible:
        score = reading.cost + (PLUS if marked else 0.0)
        score += _form(reading, first, last, marked)
        score += _neighbours(reading, first, last, starts, ends, before, after, flags)
        start, end = groups[first].start, groups[last].end
        if any(start < stop and end > begin for begin, stop in flags):
            score += FLAGGED
        if score > 0:
            found.append(_Window(value, first, last, start, end, score))
    return found


def _number(digits: str, reading: Reading, first: int, last: int, country: str) -> tuple[str | None, bool]:
    """E.164 of a window, and whether a plus sign or 00 says that it is international."""
    if reading.plus[first]:
        value = international(digits)
        if value is None:
            value = _without_trunk_zero(reading, first, last)
        return value, True
    if digits.startswith("00"):
        return international(digits[2:]), True
    if digits.startswith("011") and in_north_american_plan(country) and len(digits) > 11:
        return international(digits[3:]), True
    value = national(digits, country)
    if value is None and len(digits) == 11 and digits.startswith(("33", "34")):
        return international(digits), False
    return value, False


def _without_trunk_zero(reading: Reading, first: int, last: int) -> str | None:
    """+33 (0)6 ...: the zero in parentheses is not dialled."""
    groups = reading.groups
    for k in range(first + 1, min(last, first + 2) + 1):
        if groups[k].digits.startswith("0") and reading.gaps[k].rstrip().endswith("("):
            parts = [g.digits for g in groups[first : last + 1]]
            parts[k - first] = parts[k - first][1:]
            return international("".join(parts))
    return None


def _form(reading: Reading, first: int, last: int, marked: bool) -> float:
    """What the way in which a window is written is worth."""
    groups = reading.groups[first : last + 1]
    gaps = reading.gaps[first + 1 : last + 1]
    lengths = tuple([len(group.digits) for group in groups])
    if (marked or lengths[0] == 1) and len(lengths) > 1:
        # A country code first.
        bare = lengths[1:]
    elif lengths[0] in (11, 4) and groups[0].digits[0] == "1":
        bare = (lengths[0] - 1, *lengths[1:])
    else:
        bare = lengths
    single = lengths.count(1) * 2 >= sum(lengths)
    regular = single or bare in _REGULAR_FORMS or _is_in_pairs(bare)
    words = any(group.words for group in groups)
    score = REGULAR if regular else IRREGULAR
    if words:
        score += SPELLED
    alike, unusual, far = _spacing(tuple(gaps))
    if alike:
        score += UNIFORM
    if unusual and not (alike and len(gaps) >= 2):
        score += FLAGGED
    if not words and not single and len(groups) >= 3 and not marked:
        score += _price_like(groups, gaps, regular)
    if far > (2 if words else 1):
        score += FAR_APART
    return score


def _is_in_pairs(lengths: Sequence[int]) -> bool:
    return len(lengths) >= 4 and lengths[0] <= 2 and lengths.count(2) - (lengths[0] == 2) == len(lengths) - 1


@lru_cache(maxsize=1 << 12)
def _spacing(gaps: tuple[str, ...]) -> tuple[bool, bool, int]:
    """Whether gaps between groups are all of one sign without space, hold a sign of money; how many are wide."""
    distinct = {gap.strip() or gap[:1] for gap in gaps}
    alike = bool(gaps) and len(distinct) <= 1 and not any(" " in gap or "\n" in gap for gap in gaps)
    unusual = any(not _UNUSUAL_SIGN.isdisjoint(gap) for gap in gaps)
    return alike, unusual, sum(len(gap.strip()) > 6 for gap in gaps)


def _price_like(groups: Sequence[Group], gaps: Sequence[str], regular: bool) -> float:
    """Amounts one after the other: round ones, each more than the one before."""
    values = [int(group.digits) for group in groups]
    if groups[0].digits[0] == "0" or any(len(group.digits) < 2 for group in groups):
        return 0.0
    spaced = any(" " in gap or gap in ("/", ",") for gap in gaps)
    rising = all(a < b for a, b in pairwise(values))
    if all(value % 10 == 0 for value in values) and rising and spaced:
        return PRICE_LIKE
    if not regular and all(value % 5 == 0 for value in values):
        return PRICE_LIKE
    return 0.0


def _neighbours(
    reading: Reading,
    first: int,
    last: int,
    starts: set[int],
    ends: set[int],
    before: str,
    after: str,
    flags: Sequence[tuple[int, int]],
) -> float:
    """What stands before and after a window, for or against it."""
    groups = reading.groups
    start, end = groups[first].start, groups[last].end
    left = before + reading.text[:start]
    right = reading.text[end:] + after
    score = 0.0
    if announced(left):
        score += ANNOUNCED
    if disowned(left, right):
        score += DISOWNED
    if first > 0 and first - 1 not in ends and not _inside(flags, groups[first - 1]):
        score += _part_of_more(reading, first, groups[first - 1], first, last)
    if last + 1 < len(groups) and last + 1 not in starts and not _inside(flags, groups[last + 1]):
        score += _part_of_more(reading, last + 1, groups[last + 1], first, last)
    if left and _LETTER.match(left[-1]) and not reading.plus[first] and not announced(left + " "):
        score += GLUED_TO_LETTERS
    if right and _LETTER.match(right[0]):
        score += GLUED_TO_LETTERS
    elif right and right[0].isdigit():
        score += PART_OF_MORE
    return score


def _part_of_more(reading: Reading, at: int, other: Group, first: int, last: int) -> float:
    """Whether the group beside a window belongs with it, so that the window is a piece of a longer number."""
    if reading.plus[at]:
        return 0.0
    gap = reading.gaps[at]
    if _TIGHT.fullmatch(gap):
        # Bound to it by the separator that binds the window itself, or by a decimal point.
        alike = gap in reading.gaps[first + 1 : last + 1] or (first == last and gap in (".", ","))
        return SURELY_PART_OF_MORE if alike else PART_OF_MORE
    # Digits by ones, pairs or fours that go on beyond the window; threes are prices before or after a phone.
    own = reading.groups[first if at == first else last]
    if len(other.digits) == len(own.digits) != 3 and not reading.broken[at] and len(gap) <= 1:
        return PART_OF_MORE
    return 0.0


def _inside(spans: Sequence[tuple[int, int]], group: Group) -> bool:
    return any(group.start < stop and group.end > begin for begin, stop in spans)
