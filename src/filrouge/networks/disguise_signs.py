"""The loops that find disguised words in raw texts, compiled by Numba: arrays in, arrays out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.fold_tables import SIZE
from filrouge.networks.disguise_tables import (
    BUCKETS,
    CAPITAL,
    CIRCLED,
    DIGIT,
    DOTTED_LETTERS,
    EMOJI,
    EMOJI_INSIDE,
    FLAG,
    FULL_WIDTH,
    IN_CIRCLE,
    IN_MATHEMATICS,
    INVISIBLE,
    LATIN,
    LEET,
    LIKE,
    MARK,
    MARKED,
    MATHEMATICAL,
    MIXED_CASE,
    PASSED_OVER,
    PLAIN,
    QUIET,
    SHORTEST_HIDDEN,
    SHORTEST_WORD,
    SIGN_INSIDE,
    SMALL_CAPITALS,
    SPACED,
    SPACED_LETTERS,
    STRANGE,
    STRETCHED,
    UNSEEN,
    WIDE,
)

_START: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)
_NONE: Final = np.uint32(BUCKETS)

U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]


@njit(cache=True, nogil=True)
def _bucket(h: np.uint64) -> np.uint32:
    """The counter of a word, by its FNV-1a hash."""
    return np.uint32((h ^ (h >> np.uint64(29))) & np.uint64(BUCKETS - 1))


@njit(cache=True, nogil=True)
def blank(codes: U32, starts: I64, ads: I64, begins: I64, ends: I64) -> None:
    """Make spaces of the ASCII characters of some spans: a link or an account is no word."""
    for k in range(len(ads)):
        first = starts[ads[k]]
        for j in range(first + begins[k], min(first + ends[k], starts[ads[k] + 1])):
            if codes[j] < 0x80:
                codes[j] = 0x20


@njit(cache=True, nogil=True)
def signs_of(codes: U32, starts: I64, part: U8, dress: U8, script: U8, letter: U8) -> I64:
    """What each text shows by itself, bits of `disguise_tables`.

    Args:
        codes: code points of all texts end to end.
        starts: where each begins, shape (texts + 1,).
        part: of `SignTables`, like those that follow.
        dress: the alphabets that are ornaments.
        script: the bits of the alphabets that are not Latin.
        letter: plain letters.

    Returns:
        Shape (texts,).
    """
    found = np.zeros(len(starts) - 1, np.int64)
    for i in range(len(found)):
        bits = 0
        circled = capitals = flags = marks = 0
        seen = False  # whether the last visible character is a Latin letter or a digit
        invisible = False  # whether something invisible followed it
        before = QUIET  # the part of the last character
        # The word of letters of any script at hand.
        letters = latin = switches = alphabets = 0
        strange = was_foreign = False
        # Letters alone.
        alone = 0
        alone_at = -9
        alone_size = 0
        alone_gap = alone_last = 0
        alone_differ = False
        end = starts[i + 1]
        for j in range(starts[i], end):
            c = codes[j]
            kind = part[c] if c < SIZE else (UNSEEN if 0xE0000 <= c < 0xE0080 else QUIET)
            if kind == PLAIN and before == PLAIN:
                # Most of any text: the next letter of a plain word.
                if was_foreign:
                    switches += 1
                    was_foreign = False
                letters += 1
                latin += 1
                continue
            if kind == UNSEEN:
                invisible = seen
                before = kind
                continue
            if kind == MARK:
                marks += 1
                # Vietnamese, decomposed, has two marks on a letter.
                if seen and (marks > 2 or 0x334 <= c <= 0x338):
                    bits |= MARKED
                before = kind
                continue
            marks = 0
            visible = kind in (PLAIN, DIGIT, LATIN)
            if invisible and visible:
                bits |= INVISIBLE
            invisible = False
            seen = visible
            worn = dress[c] if 0x250 <= c < SIZE else 0
            if worn != 0:
                if worn == IN_MATHEMATICS:
                    bits |= MATHEMATICAL
                elif worn == WIDE:
                    bits |= FULL_WIDTH
                elif worn == IN_CIRCLE:
                    circled += 1
                elif worn == CAPITAL:
                    capitals += 1
            # Two letters of a flag are a flag; three spell.
            flags = flags + 1 if worn == FLAG else 0
            if flags == 3 or circled == 3:
                bits |= CIRCLED
            if capitals == 3:
                bits |= SMALL_CAPITALS
            if kind == PLAIN or LATIN <= kind <= STRANGE:
                foreign = kind in (LIKE, STRANGE)
                if letters and foreign != was_foreign:
                    switches += 1
                was_foreign = foreign
                letters += 1
                if foreign:
                    strange = strange or kind == STRANGE
                    alphabets |= script[c]
                else:
                    latin += 1
            elif letters and kind != DIGIT:
                # A Russian ending on a Latin stem changes scripts once, and has letters that pass for nothing.
                if alphabets and latin and letters >= SHORTEST_WORD and (switches > 1 or not strange):
                    bits |= alphabets
                letters = latin = switches = alphabets = 0
                strange = was_foreign = False
            # Letters spaced out: each alone, with one gap between them all.
            if kind == PLAIN:
                after = codes[j + 1] if j + 1 < end else 0x20
                next_part = part[after] if after < SIZE else QUIET
                # A mark or an invisible character belongs to the letter before it.
                if before == QUIET and (next_part == QUIET or next_part >= UNSEEN):
                    size = j - alone_at - 1
                    gap = int(codes[j - 1]) if size > 0 else 0x20
                    near = 1 <= size <= 3 and not _lists(gap) and not _lists(int(codes[alone_at + 1]))
                    if alone > 0 and near and (alone == 1 or (gap == alone_gap and size == alone_size)):
                        alone += 1
                        alone_differ = alone_differ or letter[c] != alone_last
                    else:
                        alone = 1
                        alone_differ = False
                    alone_gap = gap
                    alone_size = size
                    alone_at = j
                    alone_last = int(letter[c])
                    if alone >= (DOTTED_LETTERS if gap == 0x2E else SPACED_LETTERS) and alone_differ:
                        bits |= SPACED
                else:
                    alone = 0
            before = kind
        if alphabets and latin and letters >= SHORTEST_WORD and (switches > 1 or not strange):
            bits |= alphabets
        found[i] = bits
    return found


@njit(cache=True, nogil=True)
def _lists(c: int) -> bool:
    """Signs that stand between things: a, b, c, d."""
    return c == 0x2C or c == 0x2F or c == 0x26 or c == 0x27 or c == 0x3B


@njit(cache=True, nogil=True)
def words_of(codes: U32, starts: I64, letter: U8, sound: U8, binds: U8, words: U32) -> tuple[I64, I64, U32]:
    """The shape of the words of each text, and those that may be disguised.

    Args:
        codes: code points of all texts end to end.
        starts: where each begins, shape (texts + 1,).
        letter: of `SignTables`, like those that follow.
        sound: what letters, digits and signs are compared by.
        binds: what may stand within a word.
        words: how often each plain word was seen, by bucket, shape (BUCKETS + 1,); added to.

    Returns:
        Bits per text, shape (texts,); text and bit of each candidate, shape (K, 2); and buckets of the whole
        word, its first part and its last, BUCKETS for one too short to be known, shape (K, 3).
    """
    room = 1
    for j in range(len(codes)):
        # Each candidate holds a sign or digit that no other holds.
        if codes[j] >= SIZE or (letter[codes[j]] == 0 and codes[j] != 0x20):
            room += 1
    what = np.empty((room, 2), np.int64)
    where = np.full((room, 3), _NONE, np.uint32)
    shapes = np.zeros(len(starts) - 1, np.int64)
    found = 0
    for i in range(len(shapes)):
        end = starts[i + 1]
        j = starts[i]
        # The chain of words that signs bind together.
        chain = _START
        chain_parts = chain_letters = longest = bond = 0
        head = _NONE
        while j < end:
            if codes[j] >= SIZE or sound[codes[j]] == 0:
                j += 1
                continue
            # A word: letters, and digits and signs that may stand for letters.
            start = j
            whole = plain = _START
            letters = others = hidden = rises = turns = run = last = 0
            was_large = differ = stretched = False
            roman = True
            while j < end and codes[j] < SIZE and sound[codes[j]] != 0:
                c = codes[j]
                whole = (whole ^ np.uint64(sound[c])) * _PRIME
                if letter[c] != 0:
                    plain = whole
                    hidden = others  # digits and signs that a letter follows
                    large = 0x41 <= c <= 0x5A or 0xC0 <= c <= 0xDE
                    # The same letter has the same accent: "créée" is spelled so.
                    low = int(c) + 32 if large else int(c)
                    if c >= 0x100:  # of rarer letters, the case of the one before is as good
                        large = was_large
                    if letters:
                        if large != was_large:
                            turns += 1
                            rises += 1 if large else 0
                        differ = differ or low != last
                    run = run + 1 if low == last else 1
                    stretched = stretched or run == 3
                    roman = roman and _is_roman(low)
                    was_large = large
                    last = low
                    letters += 1
                else:
                    others += 1
                    run = 0
                j += 1
            if stretched and differ and not roman:
                shapes[i] |= STRETCHED
            if letters >= 4 and hidden == 0 and rises >= 2 and turns * 2 >= letters:
                shapes[i] |= MIXED_CASE
            own = _bucket(plain) if letters >= SHORTEST_WORD else _NONE
            if hidden == 0 and letters >= SHORTEST_WORD:
                words[own] += np.uint32(1)
            if hidden and letters > hidden and letters + hidden >= 4:
                what[found, 0] = i
                what[found, 1] = LEET
                where[found, 0] = _bucket(plain)
                found += 1
            if others:
                chain_parts = 0
                continue
            if chain_parts == 0:
                chain = _START
                chain_letters = longest = 0
                head = own
            # A word that emoji or signs, without a space, bind to the one before it.
            sign = 0
            k = j
            while k < end and k < j + 4:
                bind = binds[codes[k]] if codes[k] < SIZE else EMOJI
                if bind != PASSED_OVER:
                    if bind == 0 or (sign and bind != sign):
                        break
                    sign = bind
                k += 1
            follows = sign != 0 and k < end and codes[k] < SIZE and letter[codes[k]] != 0
            if chain_parts == 0 and not follows:
                continue
            for n in range(start, j):
                chain = (chain ^ np.uint64(sound[codes[n]])) * _PRIME
            chain_parts += 1
            chain_letters += letters
            longest = letters if letters > longest else longest
            if follows and (chain_parts == 1 or sign == bond):
                bond = sign
                j = k
                continue
            if chain_parts > 1 and chain_letters >= SHORTEST_HIDDEN and longest > 1:
                what[found, 0] = i
                what[found, 1] = EMOJI_INSIDE if bond == EMOJI else SIGN_INSIDE
                where[found, 0] = _bucket(chain)
                where[found, 1] = head
                where[found, 2] = own
                found += 1
            chain_parts = 0
    return shapes, what[:found], where[:found]


@njit(cache=True, nogil=True)
def _is_roman(c: int) -> bool:
    """Letters of which Roman numbers are made: VIII, XXX."""
    return c == 0x69 or c == 0x76 or c == 0x78 or c == 0x6C or c == 0x63 or c == 0x64 or c == 0x6D
