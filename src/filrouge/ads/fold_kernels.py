"""The loops of character folding, compiled by Numba: arrays in, arrays out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.fold_tables import LATIN_LETTER, LOOKALIKE, OTHER, SIZE

ENTITY: Final = 1
MOJIBAKE: Final = 2
JAMO: Final = 4

_EXPANDS: Final = 0x80000000
_ORNAMENT: Final = 0x2022
_FIRST_FLAG: Final = 0x1F1E6
_LAST_FLAG: Final = 0x1F1FF

U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]


@njit(cache=True, nogil=True)
def beyond(code: int) -> int:
    """What a code point outside the tables folds to: rare Han stays, the rest is dropped or an ornament."""
    if code < 0x40000:
        return code
    return 0 if 0xE0000 <= code < 0xE1000 else _ORNAMENT


@njit(cache=True, nogil=True)
def measure(raw: U32, starts: I64, to: U32) -> tuple[I64, U8]:
    """How many folded characters each text has, and which need mending first (ENTITY, MOJIBAKE, JAMO).

    A text is suspected of mojibake when a character that begins a UTF-8 sequence, read as Latin-1, Windows-1252
    or Windows-1251, stands before one that continues it; `mending` then decides.
    """
    n = len(starts) - 1
    lengths = np.zeros(n, np.int64)
    flags = np.zeros(n, np.uint8)
    for i in range(n):
        size = 0
        flag = 0
        end = starts[i + 1]
        before = 0
        for j in range(starts[i], end):
            c = int(raw[j])
            if c < SIZE:
                value = to[c]
                if value >= _EXPANDS:
                    size += (value >> 20) & 0x7FF
                elif value != 0:
                    size += 1
            elif beyond(c) != 0:
                size += 1
            if c == 0x3B and flag & ENTITY == 0:  # ';' with a '&' close before it
                k = j - 1
                while k >= starts[i] and k > j - 34 and raw[k] < 0x80 and raw[k] > 0x2E and raw[k] != 0x3B:
                    k -= 1
                if k >= starts[i] and k < j - 1 and (raw[k] == 0x26 or raw[k] == 0x23):
                    flag |= ENTITY
            elif c >= 0x80:
                latin = 0xC2 <= before <= 0xF4 or before == 0x413 or before == 0x420 or before == 0x421
                if latin or before == 0x432 or before == 0x440 or before == 0x441:
                    if (
                        c < 0xC0
                        or c == 0x152
                        or c == 0x153
                        or c == 0x160
                        or c == 0x161
                        or c == 0x178
                        or c == 0x192
                    ):
                        flag |= MOJIBAKE
                    elif 0x2010 <= c < 0x2040 or c == 0x17D or c == 0x17E or c == 0x2C6 or c == 0x2DC:
                        flag |= MOJIBAKE
                    elif (
                        c == 0x20AC
                        or c == 0x2116
                        or c == 0x2122
                        or 0x402 <= c <= 0x40F
                        or 0x452 <= c <= 0x45F
                    ):
                        flag |= MOJIBAKE
                elif 0x1100 <= c < 0x1200:
                    flag |= JAMO
            elif c == 0x20 and before == 0xC3:  # a mangled "à " whose no-break space became a plain one
                flag |= MOJIBAKE
            before = c
        lengths[i] = size
        flags[i] = flag
    return lengths, flags


@njit(cache=True, nogil=True)
def fold(
    raw: U32, starts: I64, ends: I64, offsets: I64, map_at: I64, map_start: I32, map_end: I32,
    to: U32, own: U32, weak: U32, script: U8, more: U32,
) -> tuple[U32, I32, I32]:  # fmt: skip
    """Folded characters of all texts, and the raw characters each stands for.

    Text i is `raw[starts[i]:ends[i]]`; its folded characters begin at `offsets[i]`.
    `map_at[i]` is -1, or the place in `map_start` and `map_end` where the raw offsets of the characters of
    text i begin (a text that was mended before it came here).
    """
    total = offsets[len(offsets) - 1]
    chars = np.empty(total, np.uint32)
    first = np.empty(total, np.int32)
    last = np.empty(total, np.int32)
    for i in range(len(ends)):
        begin = starts[i]
        end = ends[i]
        p = offsets[i]
        word = begin  # where the present word begins, raw and folded
        word_p = p
        is_latin = False
        has_lookalike = False
        has_foreign = False
        for j in range(begin, end + 1):
            c = int(raw[j]) if j < end else 0x20
            letter = script[c] if c < SIZE else OTHER
            if letter != OTHER:
                if letter == LATIN_LETTER:
                    is_latin = True
                elif letter == LOOKALIKE:
                    has_lookalike = True
                else:
                    has_foreign = True
            # A dropped character, a digit or a leet sign doesn't end a word.
            elif c >= SIZE or (
                to[c] != 0 and not (0x30 <= to[c] <= 0x39 or c == 0x40 or c == 0x24 or c == 0x27)
            ):
                if has_foreign and (is_latin or has_lookalike):
                    table = weak if is_latin else own
                    q = word_p
                    for k in range(word, j):
                        d = int(raw[k])
                        value = to[d]
                        if value >= _EXPANDS:
                            q += (value >> 20) & 0x7FF
                        elif value != 0:
                            if script[d] >= LOOKALIKE:
                                chars[q] = table[d]
                            q += 1
                is_latin = False
                has_lookalike = False
                has_foreign = False
                word = j + 1
                word_p = p + 1  # right for all but characters that expand, which are corrected below
            if j == end:
                break
            if map_at[i] >= 0:
                o = map_start[map_at[i] + j - begin]
                e = map_end[map_at[i] + j - begin]
            else:
                o = np.int32(j - begin)
                e = np.int32(o + 1)
            value = to[c] if c < SIZE else np.uint32(beyond(c))
            if value == 0:
                if p > offsets[i] and chars[p - 1] > 0x20 and e > last[p - 1]:
                    last[p - 1] = e  # an accent or a variation selector belongs to the character before it
            elif value >= _EXPANDS:
                at = value & 0xFFFFF
                for k in range((value >> 20) & 0x7FF):
                    chars[p] = more[at + k]
                    first[p] = o
                    last[p] = e
                    p += 1
            else:
                # Two regional letters alone are a flag, an ornament; three and more spell a word.
                if _FIRST_FLAG <= c <= _LAST_FLAG:
                    a = j
                    while a > begin and _FIRST_FLAG <= raw[a - 1] <= _LAST_FLAG:
                        a -= 1
                        if j - a > 2:
                            break
                    z = j + 1
                    while z < end and z - a < 4 and _FIRST_FLAG <= raw[z] <= _LAST_FLAG:
                        z += 1
                    if z - a == 2:
                        value = np.uint32(_ORNAMENT)
                chars[p] = value
                first[p] = o
                last[p] = e
                p += 1
            if word == j + 1:
                word_p = p
    return chars, first, last
