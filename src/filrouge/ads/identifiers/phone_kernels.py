"""The loop that recognises phones written as most people write them, compiled by Numba.

It answers only where the answer is plain: digits and common separators, nothing near that may speak against
a phone. Whatever it leaves open, `phones.phones_in_chain` decides; what it answers, that would find too.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.identifiers.word_tables import begins_with, is_listed, place_of

U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

# What a chain is.
OPEN: Final = 0
NORTH_AMERICAN: Final = 1
FRENCH: Final = 2

# Where a chain is read.
ELSEWHERE: Final = 0
IN_NORTH_AMERICA: Final = 1
IN_FRANCE: Final = 2

_BEFORE: Final = 32
_LONGEST_SPELLED: Final = 128
_MOST_LINES: Final = 2
_WIDE: Final = 6


@njit(cache=True, nogil=True, inline="always")
def _is_letter(c: int) -> bool:
    return 97 <= c <= 122


@njit(cache=True, nogil=True, inline="always")
def _is_digit(c: int) -> bool:
    return 48 <= c <= 57


@njit(cache=True, nogil=True, inline="always")
def _is_plain(c: int) -> bool:
    """Whether a character is ASCII to the eye, a blank, a line end, an ornament: no rare blank, no other letter."""
    return 0x20 <= c <= 0x7E or c == 0x0A or c == 0x2022 or c == 0


@njit(cache=True, nogil=True, inline="always")
def _separators(chars: U32, at: int, end: int, most: int) -> int:
    """Where up to `most` hyphens, points and blanks end that begin at a place."""
    k = at
    while k < end and k - at < most and (chars[k] == 0x2D or chars[k] == 0x2E or chars[k] == 0x20):
        k += 1
    return k


@njit(cache=True, nogil=True, inline="always")
def _digits(chars: U32, at: int, end: int, count: int) -> bool:
    """Whether `count` digits stand at a place."""
    found = at + count <= end
    for k in range(at, min(at + count, end)):
        found &= _is_digit(int(chars[k]))
    return found


@njit(cache=True, nogil=True)
def _three_three_four(chars: U32, at: int, end: int) -> bool:
    """514-555-0134 with its like, and nothing else, from a place to the end."""
    if not _digits(chars, at, end, 3):
        return False
    at += 3
    if at < end and chars[at] == 0x29:
        at += 1
    at = _separators(chars, at, end, 2)
    if not _digits(chars, at, end, 3):
        return False
    at = _separators(chars, at + 3, end, 2)
    return at + 4 == end and _digits(chars, at, end, 4)


@njit(cache=True, nogil=True)
def _after_one(chars: U32, at: int, end: int) -> int:
    """The place after a leading 1 and what parts it from the area code, or -1."""
    if at >= end or chars[at] != 0x31:
        return -1
    at = _separators(chars, at + 1, end, 1)
    if at < end and chars[at] == 0x28:
        at += 1
    return at


@njit(cache=True, nogil=True)
def _one_by_one(chars: U32, at: int, end: int) -> bool:
    """Ten digits, each parted from the next by the same one or two signs."""
    width = (end - at - 10) // 9
    if width not in (1, 2) or end - at != 10 + 9 * width:
        return False
    for k in range(10):
        p = at + k * (width + 1)
        if not _is_digit(int(chars[p])):
            return False
        if k < 9:
            for j in range(1, width + 1):
                c = int(chars[p + j])
                if c != chars[at + j] or not (
                    c == 0x2D or c == 0x2E or c == 0x20 or c == 0x2A or c == 0x5F or c == 0x2F or c == 0x2022
                ):
                    return False
    return True


@njit(cache=True, nogil=True)
def _in_pairs(chars: U32, at: int, end: int) -> bool:
    """04 65 71 27 24 or 33 4 65 71 27 24, all parted by the same sign or by none."""
    if not _digits(chars, at, end, 2):
        return False
    pairs = 4
    if chars[at] == 0x33 and chars[at + 1] == 0x33:
        at += 2
    elif not (chars[at] == 0x30 and chars[at + 1] != 0x30):
        return False
    else:
        at += 2
        pairs = 5
    p = at
    width = 0
    if p < end and not _is_digit(int(chars[p])):
        c = int(chars[p])
        if c != 0x2D and c != 0x2E and c != 0x20:
            return False
        width = 1
    sign = chars[at]
    if pairs == 4:
        p += width
        if p >= end or not 0x31 <= chars[p] <= 0x39:
            return False
        p += 1
    else:
        pairs = 4
    for _k in range(pairs):
        if width:
            if p >= end or chars[p] != sign:
                return False
            p += 1
        if not _digits(chars, p, end, 2):
            return False
        p += 2
    return p == end


@njit(cache=True, nogil=True)
def _may_be_disowned(chars: U32, at: int, refs: U64, marks: U64) -> bool:
    """Whether the words before a place may say that digits are a reference, a card, a count."""
    j = at
    for k in range(at - 1, max(at - 4, -1), -1):
        if chars[k] == 0x23:
            return True
    low = max(0, at - _BEFORE)
    while (
        j > low and chars[j - 1] != 0 and not (_is_letter(int(chars[j - 1])) or _is_digit(int(chars[j - 1])))
    ):
        j -= 1
    if j == low or chars[j - 1] == 0:
        return False
    for turn in range(2):
        end = j
        while j > low and (_is_letter(int(chars[j - 1])) or _is_digit(int(chars[j - 1]))):
            j -= 1
        if is_listed(chars, j, end, refs):
            return True
        if turn == 1 or not is_listed(chars, j, end, marks):
            return False
        while (
            j > low
            and chars[j - 1] != 0
            and not (_is_letter(int(chars[j - 1])) or _is_digit(int(chars[j - 1])))
        ):
            j -= 1
    return False


@njit(cache=True, nogil=True)
def _is_doubtful_before(chars: U32, at: int) -> bool:
    """Whether money, a sign of more digits, or a letter or digit stands right before a place."""
    for k in range(at - 1, max(at - 6, -1), -1):
        c = int(chars[k])
        if c == 0:
            break
        if not _is_plain(c) or c == 0x24 or c == 0x2B:
            return True
    # As `$` in a pattern does, a line end at the end is passed over.
    last = at - 2 if at > 0 and chars[at - 1] == 0x0A else at - 1
    if last >= 0 and (_is_letter(int(chars[last])) or _is_digit(int(chars[last]))):
        return True
    for end in (at, at - 1):
        if end >= 5 and chars[end - 2] == 0x73 and chars[end - 3] == 0x75 and chars[end - 4] == 0x6C:
            return True
    return False


@njit(cache=True, nogil=True)
def _is_international(chars: U32, at: int) -> bool:
    """Whether a plus, as a sign or a word, stands before a place, with nothing but blanks and brackets between."""
    k = at - 1
    while k > 0 and (
        chars[k] == 0x20 or chars[k] == 0x0A or chars[k] == 0x28 or not _is_plain(int(chars[k]))
    ):
        k -= 1
    return k >= 0 and (
        chars[k] == 0x2B or (k >= 2 and chars[k] == 0x73 and chars[k - 1] == 0x75 and chars[k - 2] == 0x6C)
    )


@njit(cache=True, nogil=True)
def _is_doubtful_after(chars: U32, at: int, size: int, international: bool, units: U64, counted: U64) -> bool:
    """Whether money, a unit, a rate, or a letter or digit stands right after a place."""
    if at >= size:
        return False
    c = int(chars[at])
    if not _is_plain(c) or _is_letter(c) or _is_digit(c):
        return True
    if c == 0x20 or c == 0x0A:
        at += 1
        c = int(chars[at]) if at < size else 0
        if not _is_plain(c):
            return True
    if c == 0x24 or c == 0x25 or (international and (c == 0x2F or c == 0x79)):
        return True
    end = at
    while end < size and _is_letter(int(chars[end])):
        end += 1
    return end > at and (is_listed(chars, at, end, units) or begins_with(chars, at, end, counted))


@njit(cache=True, nogil=True)
def _spelled(chars: U32, start: int, end: int, words: U64, digit: U8) -> np.int64:
    """The ten digits, said or written in groups of any length, that make up a chain and nothing else, or -1.

    Only what is read in one way: words that stand by themselves and mean one digit; and no sign between two
    digits by which they may be a date, a time, a measure or an amount.
    """
    value = np.int64(0)
    count = 0
    said = False
    round_ones = True  # every group is a multiple of five, as prices are
    short = False
    wide = False
    lines = 0
    group = 0
    size = 0
    last = start  # where the last group ends
    if end - start > _LONGEST_SPELLED:
        return np.int64(-1)
    j = start
    while j < end:
        c = int(chars[j])
        if _is_letter(c):
            k = j
            while k < end and _is_letter(int(chars[k])):
                k += 1
            at = place_of(chars, j, k, words)
            if at < 0 or (k < end and _is_digit(int(chars[k]))):
                return np.int64(-1)
            value = value * 10 + np.int64(digit[at])
            count += 1
            said = True
            wide |= j - last > _WIDE
            last = j = k
        elif _is_digit(c):
            wide |= j - last > _WIDE
            group = 0
            size = 0
            while j < end and _is_digit(int(chars[j])):
                if count > 10:
                    return np.int64(-1)
                group = group * 10 + int(chars[j]) - 48
                value = value * 10 + int(chars[j]) - 48
                count += 1
                size += 1
                j += 1
            round_ones &= group % 5 == 0
            short |= size < 2
            if j < end and _is_letter(int(chars[j])):
                return np.int64(-1)
            last = j
        else:
            between = (
                j > start and j + 1 < end and _is_digit(int(chars[j - 1])) and _is_digit(int(chars[j + 1]))
            )
            if (
                not _is_plain(c)
                or c in (0x21, 0x22, 0x24, 0x25, 0x27, 0x2B, 0x2F, 0x3A, 0x3D, 0x40, 0x7C)
                or (between and c in (0x2D, 0x2E))
            ):
                return np.int64(-1)
            lines += c == 0x0A
            j += 1
        if count > 10:
            return np.int64(-1)
    if count != 10 or lines > _MOST_LINES or (not said and (wide or (round_ones and not short))):
        return np.int64(-1)
    # Two zeros may begin a number of another country.
    if value // 10_000_000 % 100 == 0 or value // 1_000_000 % 100 == 0:
        return np.int64(-1)
    return value if value >= 2_000_000_000 else np.int64(-1)


@njit(cache=True, nogil=True)
def usual_phones(
    chars: U32, chain_start: I64, chain_end: I64, where: U8,
    refs: U64, marks: U64, units: U64, counted: U64, words: U64, digit: U8,
) -> tuple[U8, I64, I64, I64]:  # fmt: skip
    """Phones written as usual.

    Args:
        chars: folded texts, each followed by a NUL.
        chain_start, chain_end: the chains, see `scan_kernels.scan`.
        where: IN_NORTH_AMERICA, IN_FRANCE or ELSEWHERE, by chain.
        refs: `word_table` of words that say that digits are something else, alone and with a word of `marks`.
        marks: of words that may stand between such a word and the digits.
        units: of words after an amount.
        counted: `prefix_table` of beginnings of words after a count.
        words, digit: `digit_table` of words for one digit.

    Returns:
        By chain: OPEN (nothing is said), NORTH_AMERICAN or FRENCH; its national digits as a number, ten or nine
        of them; where the phone begins and ends. Whether such a number exists is not looked up.
    """
    n = len(chain_start)
    size = len(chars)
    kind = np.zeros(n, np.uint8)
    number = np.zeros(n, np.int64)
    begins = np.zeros(n, np.int64)
    ends = np.zeros(n, np.int64)
    for i in range(n):
        start = chain_start[i]
        end = chain_end[i]
        plus = start > 0 and chars[start - 1] == 0x2B
        one = _after_one(chars, start, end)
        eleven = one >= 0 and _three_three_four(chars, one, end)
        american = where[i] == IN_NORTH_AMERICA or (plus and eleven)
        if not american and where[i] != IN_FRANCE:
            continue
        pairs = _in_pairs(chars, start, end)
        value = np.int64(0)
        count = 0
        opens = 0
        closes = 0
        zeros = 0  # the third, sixth and tenth digits of round amounts
        for j in range(start, end):
            c = int(chars[j])
            if _is_digit(c):
                if count < 11:
                    value = value * 10 + (c - 48)
                count += 1
                if c == 48 and count in (3, 6, 10):
                    zeros += 1
            elif c == 0x28:
                opens += 1
            elif c == 0x29:
                closes += 1
        spelled = False
        if not pairs and not (
            american and (eleven or _three_three_four(chars, start, end) or _one_by_one(chars, start, end))
        ):
            if where[i] != IN_NORTH_AMERICA or plus:
                continue
            value = _spelled(chars, start, end, words, digit)
            if value < 0 or _is_international(chars, start):
                continue
            spelled = True
        elif (plus != (count == 11) and (plus or pairs)) or (zeros == 3 and count == 10):
            continue
        if not plus and _is_doubtful_before(chars, start):
            continue
        if _is_doubtful_after(chars, end, size, plus or pairs or spelled, units, counted):
            continue
        if _may_be_disowned(chars, start, refs, marks):
            continue
        # A plus sign or a bracket before it belongs to the phone; more than one of them is looked at elsewhere.
        signs = 0
        for k in range(start - 1, max(start - 5, -1), -1):
            c = int(chars[k])
            if c == 0:
                break
            signs += c == 0x2B or c == 0x28 or c == 0x5B or c == 0x7B or c == 0x3C
        begin = start
        if signs == 1 and plus:
            begin = start - 1
        elif signs == 1 and chars[start - 1] == 0x28:
            if closes > 0:
                begin = start - 1
                opens += 1
        elif signs > 0:
            continue
        if opens > closes and end < size and chars[end] == 0x29:
            continue
        kind[i] = FRENCH if pairs else NORTH_AMERICAN
        number[i] = value % (1_000_000_000 if pairs else 10_000_000_000)
        begins[i] = begin
        ends[i] = end
    return kind, number, begins, ends
