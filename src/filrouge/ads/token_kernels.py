"""The loops that split folded texts into words and mend disguised ones, compiled by Numba.

The key of a word is a polynomial hash of its key letters modulo 2^64, scrambled: the hash of two joined
parts follows from the hashes of the parts, so parts can be joined without going back to the text.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.fold_tables import (
    APOSTROPHE,
    BANG,
    DIGIT,
    LEET_SIGN,
    LETTER,
    MARK,
    NEWLINE,
    OTHER,
    SIZE,
    SPACE,
    UNSPACED,
)

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

# What a link of a chain is like (bits).
SPACED: Final = 1
BANGED: Final = 2
SINGLE: Final = 4
IS_DIGIT: Final = 8

BASE: Final = np.uint64(0x9E3779B97F4A7C55)
MASK: Final = np.uint64(0xD1342543DE82EF95)
# Any number is one and the same free slot: what a number says is no wording.
FREE: Final = 10
_MIX1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX2: Final = np.uint64(0x94D049BB133111EB)
_WIDEST_GAP: Final = 4
_WIDEST_SPELLED_GAP: Final = 12
_NO_LINK: Final = 1 << 20


@njit(cache=True, nogil=True)
def scramble(value: np.uint64) -> np.uint64:
    """The key of a hash (SplitMix64's finalizer); never 0, which stands for an empty slot of a table."""
    value = (value ^ (value >> np.uint64(30))) * _MIX1
    value = (value ^ (value >> np.uint64(27))) * _MIX2
    value = value ^ (value >> np.uint64(31))
    return value if value != np.uint64(0) else np.uint64(1)


@njit(cache=True, nogil=True)
def split(
    chars: U32, origin: I32, origin_end: I32, offsets: I64,
    mask_at: I64, mask_start: I32, mask_end: I32, mask_kind: U8, role: U8, key: U32,
) -> tuple[U64, I32, I32, U8, I64, I32, U64, I32, U32, U32, U8, U8]:  # fmt: skip
    """Words as they are written, and the chains of those that may be parts of one disguised word.

    Returns:
        hash, start, end, kind of each word; offsets by text; then for each link of a chain its word, and that
        word's polynomial, number of key letters, first and last one; the width of the gap before it (0: a chain
        begins) and its bits.
    """
    n = len(offsets) - 1
    room = len(chars) + len(mask_kind)
    # Untouched pages of these cost nothing; what is used is copied at the end.
    out_key = np.empty(room, np.uint64)
    out_start = np.empty(room, np.int32)
    out_end = np.empty(room, np.int32)
    out_kind = np.empty(room, np.uint8)
    out_at = np.zeros(n + 1, np.int64)
    link_word = np.empty(room, np.int32)
    link_poly = np.empty(room, np.uint64)
    link_size = np.empty(room, np.int32)
    link_first = np.empty(room, np.uint32)
    link_last = np.empty(room, np.uint32)
    link_gap = np.empty(room, np.uint8)
    link_bits = np.empty(room, np.uint8)
    t = 0
    links = 0
    for i in range(n):
        j = offsets[i]
        text_end = offsets[i + 1]
        masked_to = np.int32(0)
        for m in range(mask_at[i], mask_at[i + 1] + 1):
            is_mask = m < mask_at[i + 1]
            limit = np.int32(2147483647)
            stop = text_end
            if is_mask:
                limit = mask_start[m]
                if limit < masked_to or mask_end[m] <= limit:
                    continue
                low = j
                while low < stop:
                    middle = (low + stop) >> 1
                    if origin[middle] < limit:
                        low = middle + 1
                    else:
                        stop = middle
            symbols = _NO_LINK  # signs and spaces since the last word
            spaces = 0
            bang = False
            before_poly = np.uint64(0)  # the last word
            before_size = 0
            before_first = np.uint32(0)
            before_last = np.uint32(0)
            before_bits = 0
            before_linked = False
            while j < stop:
                c = chars[j]
                r = role[c] if c < SIZE else np.uint8(UNSPACED)
                if r == SPACE:
                    spaces += 1
                    j += 1
                    continue
                if r == UNSPACED:
                    begin = j
                    poly = np.uint64(c)
                    j += 1
                    while j < stop and chars[j] < SIZE and role[chars[j]] == MARK:
                        poly = poly * BASE + np.uint64(chars[j])
                        j += 1
                    out_key[t] = scramble(poly)
                    out_start[t] = max(origin[begin], masked_to)
                    out_end[t] = min(origin_end[j - 1], limit)
                    out_kind[t] = 0
                    t += 1
                    symbols = _NO_LINK
                    spaces = 0
                    continue
                starts_word = r in (LETTER, DIGIT)
                if r == LEET_SIGN and j + 1 < stop and (c == 0x40 or c == 0x24):  # @vailable, $pecial, $$exy
                    k = j + 1
                    if k + 1 < stop and chars[k] == c:
                        k += 1
                    starts_word = chars[k] < SIZE and role[chars[k]] == LETTER
                if not starts_word:
                    if r == NEWLINE:
                        symbols = _NO_LINK
                    else:
                        symbols += 1
                        bang = r == BANG
                    j += 1
                    continue
                # The word goes on over letters, digits, and signs between letters.
                begin = j
                letters = 0
                lead = 0
                trail = 0
                size = 0
                apostrophes = 0
                while j < stop:
                    c = chars[j]
                    r = role[c] if c < SIZE else np.uint8(UNSPACED)
                    after = OTHER
                    if j + 1 < stop and chars[j + 1] < SIZE:
                        after = role[chars[j + 1]]
                    if r == DIGIT:
                        trail += 1
                        if letters == 0:
                            lead += 1
                    elif r in (LETTER, MARK):
                        letters += 1
                        trail = 0
                    elif r == APOSTROPHE:
                        if trail > 0 or letters == 0 or after != LETTER:
                            break
                        apostrophes += 1
                        size -= 1
                    elif r == LEET_SIGN:
                        inside = after == LETTER or (c == 0x40 and after == DIGIT) or (
                            after == LEET_SIGN and j + 2 < stop and chars[j + 2] < SIZE
                            and (role[chars[j + 2]] == LETTER or letters > 1)
                        )  # fmt: skip
                        sign = c == 0x40 or c == 0x24
                        if letters == 0 and (not sign or j > begin + 1 or trail > 0):
                            break
                        if not inside and not (sign and letters > 1 and trail == 0 and after != DIGIT):
                            break
                        letters += 1
                        trail = 0
                    else:
                        break
                    size += 1
                    j += 1
                # "30min", "call604": a number grown onto a word stays a number of its own.
                if letters == 0:
                    lead = 0
                    trail = 0
                else:
                    lead = lead if lead >= 2 else 0
                    trail = trail if trail >= 3 else 0
                for part in range(3):
                    if part == 0:
                        a, b = begin, begin + lead
                    elif part == 1:
                        a, b = begin + lead, j - trail
                    else:
                        a, b = j - trail, j
                    if a >= b:
                        continue
                    number = part != 1 or letters == 0
                    poly = np.uint64(0)
                    count = 0
                    first = np.uint32(0)
                    last = np.uint32(0)
                    for k in range(a, b):
                        c = chars[k]
                        if not number:
                            if c == 0x27:
                                continue
                            c = key[c]
                            if c == last:
                                continue
                        if count == 0:
                            first = c
                        poly = poly * BASE + np.uint64(c)
                        last = c
                        count += 1
                    out_key[t] = scramble(MASK + np.uint64(FREE)) if number else scramble(poly)
                    out_start[t] = max(origin[a], masked_to)
                    out_end[t] = min(origin_end[b - 1], limit)
                    out_kind[t] = FREE + 1 if number else 0
                    bits = 0
                    if b - a == 1:
                        bits = SINGLE | IS_DIGIT if number else SINGLE
                        if number:
                            first = last = key[first]
                            poly = np.uint64(first)
                    linked = False
                    if symbols < _NO_LINK and part < 2 and lead == 0:
                        both_single = bits & before_bits & SINGLE != 0
                        width = symbols + 2 * spaces
                        if spaces == 0 and 0 < symbols <= _WIDEST_GAP:
                            linked = both_single or (not number and before_bits & IS_DIGIT == 0)
                        elif spaces > 0 and both_single and width <= _WIDEST_SPELLED_GAP:
                            linked = True
                            bits |= SPACED
                        if linked:
                            if not before_linked:
                                link_word[links] = t - 1
                                link_poly[links] = before_poly
                                link_size[links] = before_size
                                link_first[links] = before_first
                                link_last[links] = before_last
                                link_gap[links] = 0
                                link_bits[links] = before_bits
                                links += 1
                            if bang and symbols == 1 and spaces == 0:
                                bits |= BANGED
                            link_word[links] = t
                            link_poly[links] = poly
                            link_size[links] = count
                            link_first[links] = first
                            link_last[links] = last
                            link_gap[links] = width
                            link_bits[links] = bits
                            links += 1
                    before_linked = linked
                    before_poly = poly
                    before_size = count
                    before_first = first
                    before_last = last
                    before_bits = bits & (SINGLE | IS_DIGIT)
                    # A long number is part of no word.
                    symbols = _NO_LINK if part == 2 or (number and b - a > 1) else 0
                    spaces = 0
                    bang = False
                    t += 1
            if is_mask:
                out_key[t] = scramble(MASK + np.uint64(mask_kind[m]))
                out_start[t] = mask_start[m]
                out_end[t] = mask_end[m]
                out_kind[t] = mask_kind[m] + 1
                t += 1
                masked_to = mask_end[m]
                high = text_end
                while j < high:
                    middle = (j + high) >> 1
                    if origin[middle] < masked_to:
                        j = middle + 1
                    else:
                        high = middle
        out_at[i + 1] = t
    return (
        out_key[:t].copy(), out_start[:t].copy(), out_end[:t].copy(), out_kind[:t].copy(), out_at,
        link_word[:links].copy(), link_poly[:links].copy(), link_size[:links].copy(), link_first[:links].copy(),
        link_last[:links].copy(), link_gap[:links].copy(), link_bits[:links].copy(),
    )  # fmt: skip
