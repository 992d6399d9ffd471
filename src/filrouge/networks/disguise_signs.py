"""The loop that finds disguised words in raw texts, compiled by Numba: arrays in, arrays out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.fold_tables import FOREIGN, LATIN_LETTER, LOOKALIKE, OTHER, SIZE

# What one text shows, a bit each.
CYRILLIC: Final = 1 << 0
GREEK: Final = 1 << 1
OTHER_SCRIPT: Final = 1 << 2
MATHEMATICAL: Final = 1 << 3
FULL_WIDTH: Final = 1 << 4
CIRCLED: Final = 1 << 5
SMALL_CAPITALS: Final = 1 << 6
INVISIBLE: Final = 1 << 7
SPACED: Final = 1 << 8
STRETCHED: Final = 1 << 9
MIXED_CASE: Final = 1 << 10
MARKED: Final = 1 << 11
# What needs the words of the corpus to be decided: candidates.
LEET: Final = 1 << 12
EMOJI_INSIDE: Final = 1 << 13
SIGN_INSIDE: Final = 1 << 14

BUCKETS: Final = 1 << 22
"""Counters of plain words; with 200,000 different words, 1 in 20 shares one, and only candidates are looked up."""
SHORTEST_WORD: Final = 3
SHORTEST_HIDDEN: Final = 5
"""Letters that a word has at least when signs within it are taken for a disguise."""
SPACED_LETTERS: Final = 4
DOTTED_LETTERS: Final = 5
"""Letters that stand alone side by side; of dotted ones there must be more: r.s.v.p."""

_ORNAMENT: Final = 0x2022
_EXPANDS: Final = 0x80000000
_OFFSET: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)

U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]


@njit(cache=True, nogil=True)
def is_invisible(c: int) -> bool:
    """Characters without width, or that a screen does not draw."""
    return (
        c == 0xAD
        or c == 0x34F
        or c == 0x61C
        or c == 0x180E
        or 0x200B <= c <= 0x200F
        or 0x202A <= c <= 0x202E
        or 0x2060 <= c <= 0x2069
        or c == 0xFEFF
        or c == 0x3164
        or c == 0xFFA0
        or 0xE0000 <= c < 0xE0080
    )


@njit(cache=True, nogil=True)
def _bucket(h: np.uint64) -> int:
    return int((h ^ (h >> np.uint64(29))) & np.uint64(BUCKETS - 1))


@njit(cache=True, nogil=True)
def blank(codes: U32, starts: I64, ads: I64, begins: I64, ends: I64) -> None:
    """Make spaces of the ASCII characters of some spans: a link or an account is no word."""
    for k in range(len(ads)):
        first = starts[ads[k]]
        for j in range(first + begins[k], min(first + ends[k], starts[ads[k] + 1])):
            if codes[j] < 0x80:
                codes[j] = 0x20


@njit(cache=True, nogil=True)
def _plain_letter(c: int, to: U32, script: U8) -> int:
    """The small plain letter that a Latin letter of the first blocks stands for; 0 for anything else."""
    if c < 0x250 and script[c] == LATIN_LETTER and 0x61 <= to[c] <= 0x7A:
        return int(to[c])
    return 0


@njit(cache=True, nogil=True)
def _leet_letter(c: int, key: U32) -> int:
    """The letter that a digit or sign may stand for; 0 for any other."""
    if 0x30 <= c <= 0x39 or c == 0x40 or c == 0x24 or c == 0x21 or c == 0x7C:
        return int(key[c])
    return 0


@njit(cache=True, nogil=True)
def scan(
    codes: U32, starts: I64, to: U32, script: U8, key: U32, words: U32
) -> tuple[I64, I64, NDArray[np.uint32]]:
    """What each text shows of itself, and the words that may be disguised.

    Args:
        codes: code points of all texts end to end.
        starts: where each begins, shape (texts + 1,).
        to: fold_tables().to.
        script: fold_tables().script.
        key: fold_tables().key.
        words: how often each plain word was seen, by bucket, shape (BUCKETS,); added to.

    Returns:
        Signs per text (bits, shape (texts,)), and candidates: text and sign (shape (K, 2)), buckets of the whole
        word, its first part, its last part (shape (K, 3); BUCKETS: none).
    """
    n = len(starts) - 1
    signs = np.zeros(n, np.int64)
    room = 64
    for j in range(len(codes)):
        c = codes[j]
        if c < 0x80 and not (0x61 <= c <= 0x7A or c == 0x20 or 0x41 <= c <= 0x5A):
            room += 1
        elif c >= 0x80:
            room += 1
    what = np.empty((room, 2), np.int64)
    where = np.empty((room, 3), np.uint32)
    found = 0
    for i in range(n):
        begin = starts[i]
        end = starts[i + 1]
        bits = 0
        circled = 0
        capitals = 0
        flags = 0
        marks = 0
        invisible = False
        seen = False  # whether the last visible character is a Latin letter or a digit
        # The word of letters of any script at hand.
        latin = 0
        foreign_before = False
        switches = 0
        weak = False
        alphabets = 0
        letters = 0
        # Letters alone.
        alone = 0
        alone_at = np.int64(-9)
        alone_gap = 0
        alone_size = np.int64(0)
        alone_differ = False
        alone_last = 0
        for j in range(begin, end):
            c = int(codes[j])
            kind = script[c] if c < SIZE else OTHER
            # Invisible characters between letters or digits.
            if c >= 0x80 and is_invisible(c):
                invisible = seen
                continue
            combining = 0x300 <= c < 0x370 or 0x20D0 <= c < 0x20F1
            if combining:
                marks += 1
                # Vietnamese, decomposed, has two marks on a letter.
                if seen and (marks > 2 or 0x334 <= c <= 0x338):
                    bits |= MARKED
                continue
            marks = 0
            visible = kind == LATIN_LETTER or 0x30 <= c <= 0x39
            if invisible and visible:
                bits |= INVISIBLE
            invisible = False
            seen = visible
            # Alphabets that are ornaments.
            if c >= 0x1D00:
                if 0x1D400 <= c < 0x1D7CC:
                    bits |= MATHEMATICAL
                elif 0xFF21 <= c < 0xFF3B or 0xFF41 <= c < 0xFF5B:
                    bits |= FULL_WIDTH
                elif (
                    0x24B6 <= c < 0x24EA
                    or 0x1F110 <= c < 0x1F12A
                    or 0x1F130 <= c < 0x1F14A
                    or 0x1F150 <= c < 0x1F16A
                    or 0x1F172 <= c < 0x1F17E
                    or 0x1F180 <= c < 0x1F18A
                ):
                    circled += 1
                elif c < 0x1D2C or c == 0xA731:
                    capitals += 1
            elif c >= 0x250 and (
                c == 0x299 or c == 0x29F or c == 0x29C or c == 0x262 or c == 0x26A
                or c == 0x274 or c == 0x280 or c == 0x28F
            ):  # fmt: skip
                capitals += 1
            flags = flags + 1 if 0x1F1E6 <= c < 0x1F200 else 0
            if flags == 3 or circled == 3:
                bits |= CIRCLED
            if capitals == 3:
                bits |= SMALL_CAPITALS
            # Look-alikes: letters of two scripts in one word.
            if kind != OTHER:
                is_foreign = kind >= LOOKALIKE
                if letters and is_foreign != foreign_before:
                    switches += 1
                foreign_before = is_foreign
                letters += 1
                if kind == LATIN_LETTER:
                    latin += 1
                else:
                    if kind == FOREIGN:
                        weak = True
                    if 0x400 <= c < 0x530 or 0x1C80 <= c < 0x1C90 or 0xA640 <= c < 0xA6A0:
                        alphabets |= CYRILLIC
                    elif 0x370 <= c < 0x400 or 0x1F00 <= c < 0x2000:
                        alphabets |= GREEK
                    else:
                        alphabets |= OTHER_SCRIPT
            elif letters and not 0x30 <= c <= 0x39:
                # A Russian ending on a Latin stem changes scripts once, and ends in letters that pass for nothing.
                if alphabets and latin and letters >= SHORTEST_WORD and (switches > 1 or not weak):
                    bits |= alphabets
                latin = letters = switches = alphabets = 0
                weak = False
            # Letters spaced out: each alone, with one gap between them all.
            plain = _plain_letter(c, to, script)
            if plain:
                before = int(codes[j - 1]) if j > begin else 0x20
                after = int(codes[j + 1]) if j + 1 < end else 0x20
                lone = not _wordlike(before, script) and not _wordlike(after, script)
                # A mark or an invisible character belongs to the letter before it.
                if lone and not (before >= 0x80 and before < SIZE and to[before] == 0):
                    size = j - alone_at - 1
                    gap = before
                    close = int(codes[alone_at + 1]) if 1 <= size <= 3 else 0x2C
                    if (
                        alone > 0
                        and not _lists(gap)
                        and not _lists(close)
                        and (alone == 1 or (gap == alone_gap and size == alone_size))
                    ):
                        alone += 1
                        alone_differ = alone_differ or plain != alone_last
                    else:
                        alone = 1
                        alone_differ = False
                    alone_gap = gap
                    alone_size = size
                    alone_at = j
                    alone_last = plain
                    least = DOTTED_LETTERS if gap == 0x2E else SPACED_LETTERS
                    if alone >= least and alone_differ:
                        bits |= SPACED
                else:
                    alone = 0
        if alphabets and latin and letters >= SHORTEST_WORD and (switches > 1 or not weak):
            bits |= alphabets
        found, more = _words(codes, int(begin), int(end), i, to, script, key, words, what, where, found)
        signs[i] = bits | more
    return signs, what[:found], where[:found]


@njit(cache=True, nogil=True)
def _lists(c: int) -> bool:
    """Signs that stand between things: a, b, c, d."""
    return c == 0x2C or c == 0x2F or c == 0x26 or c == 0x27 or c == 0x3B


@njit(cache=True, nogil=True)
def _wordlike(c: int, script: U8) -> bool:
    return (c < SIZE and script[c] != OTHER) or 0x30 <= c <= 0x39


@njit(cache=True, nogil=True)
def _words(
    codes: U32, begin: int, end: int, text: int, to: U32, script: U8, key: U32, words: U32,
    what: I64, where: NDArray[np.uint32], found: int,
) -> tuple[int, int]:  # fmt: skip
    """Count the plain words of a text, look at their shape, and note those that may be disguised."""
    bits = 0
    j = int(begin)
    # The chain of words that signs bind together.
    chain = _OFFSET
    chain_letters = 0
    chain_parts = 0
    chain_sign = 0
    first_part = np.uint32(BUCKETS)
    last_part = np.uint32(BUCKETS)
    longest = 0
    while j < end:
        if not (_plain_letter(int(codes[j]), to, script) or _leet_letter(int(codes[j]), key)):
            j += 1
            continue
        # A word: letters, and digits and signs that may stand for letters.
        start = j
        plain = _OFFSET
        whole = _OFFSET
        letters = 0
        others = 0
        hidden = 0  # digits and signs that a letter follows
        rises = 0
        turns = 0
        was_large = False
        run = 0
        differ = False
        stretched = False
        roman = True
        last = 0
        last_raw = 0
        while j < end:
            c = int(codes[j])
            letter = _plain_letter(c, to, script)
            leet = 0 if letter else _leet_letter(c, key)
            if not letter and not leet:
                break
            value = int(key[letter]) if letter else leet
            whole = (whole ^ np.uint64(value)) * _PRIME
            if letter:
                plain = whole
                hidden = others
                large = 0x41 <= c <= 0x5A
                if letters:
                    if large != was_large:
                        turns += 1
                        if large:
                            rises += 1
                    if letter != last:
                        differ = True
                was_large = large
                letters += 1
                # The same letter, with the same accent: "créée" is spelled so.
                low = c + 32 if large else c
                run = run + 1 if low == last_raw else 1
                last_raw = low
                if run == 3:
                    stretched = True
                roman = roman and (
                    letter == 0x69 or letter == 0x76 or letter == 0x78 or letter == 0x6C
                    or letter == 0x63 or letter == 0x64 or letter == 0x6D
                )  # fmt: skip
                last = letter
            else:
                others += 1
                run = 0
                last_raw = 0
            j += 1
        if stretched and differ and not roman:
            bits |= STRETCHED
        if letters >= 4 and hidden == 0 and rises >= 2 and turns * 2 >= letters:
            bits |= MIXED_CASE
        bucket = np.uint32(_bucket(plain))
        if hidden == 0 and letters >= SHORTEST_WORD:
            words[bucket] += np.uint32(1)
        if hidden and letters > hidden and letters + hidden >= 4:
            what[found, 0] = text
            what[found, 1] = LEET
            where[found, 0] = bucket
            where[found, 1] = BUCKETS
            where[found, 2] = BUCKETS
            found += 1
        if others:
            chain_parts = 0
            continue
        # A word that emoji or signs, without a space, bind to the one before it.
        if chain_parts == 0:
            chain = _OFFSET
            chain_letters = 0
            longest = 0
            first_part = bucket if letters >= SHORTEST_WORD else np.uint32(BUCKETS)
        for k in range(start, j):
            letter = _plain_letter(int(codes[k]), to, script)
            chain = (chain ^ np.uint64(int(key[letter]))) * _PRIME
        chain_parts += 1
        chain_letters += letters
        longest = letters if letters > longest else longest
        last_part = bucket if letters >= SHORTEST_WORD else np.uint32(BUCKETS)
        sign = 0
        k = j
        while k < end and k < j + 4:
            c = int(codes[k])
            if c < SIZE and to[c] == 0 and c > 0x20:  # a variation selector
                k += 1
                continue
            here = 0
            if c >= SIZE or (c >= 0x80 and to[c] == _ORNAMENT):
                here = EMOJI_INSIDE
            elif (
                c == 0x2A or c == 0x2E or c == 0x5F or c == 0x7E or c == 0x5E or c == 0x2B or c == 0x3D
                or c == 0x23
            ):  # fmt: skip
                here = SIGN_INSIDE
            if here == 0 or (sign and here != sign):
                break
            sign = here
            k += 1
        follows = sign != 0 and k < end and _plain_letter(int(codes[k]), to, script) != 0
        if follows and (chain_parts == 1 or sign == chain_sign):
            chain_sign = sign
            j = k
            continue
        if chain_parts > 1 and chain_letters >= SHORTEST_HIDDEN and longest > 1:
            what[found, 0] = text
            what[found, 1] = chain_sign
            where[found, 0] = np.uint32(_bucket(chain))
            where[found, 1] = first_part
            where[found, 2] = last_part
            found += 1
        chain_parts = 0
    return found, bits
