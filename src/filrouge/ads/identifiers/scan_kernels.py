"""One pass over folded texts, compiled by Numba: runs of digits and number words, and announcing words."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]
I16 = NDArray[np.int16]
I64 = NDArray[np.int64]

LONGEST_GAP: Final = 12
LONGEST_GAP_WITH_WORD: Final = 20
MOST_LINES: Final = 3
FEWEST_DIGITS: Final = 8
FEWEST_SURE_DIGITS: Final = 3
LONG_CODE: Final = 15
LONGEST_LOOKS: Final = 7

_FILLER: Final = -2
_BREAK: Final = -1


@njit(cache=True, nogil=True)
def pad(chars: U32, offsets: I64) -> U32:
    """The texts end to end, a NUL after each, so that no pattern runs from one text into the next."""
    n = len(offsets) - 1
    padded = np.zeros(len(chars) + n, np.uint32)
    for i in range(n):
        for j in range(offsets[i], offsets[i + 1]):
            padded[j + i] = chars[j]
    return padded


@njit(cache=True, nogil=True, inline="always")
def _is_letter(c: int) -> bool:
    return 97 <= c <= 122


@njit(cache=True, nogil=True, inline="always")
def _is_digit(c: int) -> bool:
    return 48 <= c <= 57


@njit(cache=True, nogil=True)
def _leet(c: int) -> int:
    """The letter that a digit stands for inside a word, or 0."""
    if c == 48:
        return 111
    if c == 49:
        return 105
    if c == 51:
        return 101
    if c == 52:
        return 97
    if c == 53:
        return 115
    return 0


@njit(cache=True, nogil=True)
def _is_look(c: int) -> bool:
    """Whether a letter is drawn like a digit: b, i, l, o, s, z."""
    return c in (98, 105, 108, 111, 115, 122)


@njit(cache=True, nogil=True)
def _number_word(chars: U32, at: int, end: int, nexts: I16, digits: U8) -> tuple[int, int]:
    """The longest number word that begins at a place: where it ends (or -1) and its digits."""
    node = 0
    letters = 0
    sure = 0  # letters that no digit stands for: `s31s` is four digits, not `seis`
    best = -1
    count = 0
    for k in range(at, min(end, at + 16)):
        c = int(chars[k])
        if _is_letter(c):
            letters += 1
            if c not in (97, 101, 105, 111, 115):
                sure += 1
        else:
            c = _leet(c)
            if c == 0 or k - at >= 6:
                break
        node = int(nexts[node, c - 97])
        if node == 0:
            break
        if digits[node] > 0 and letters >= 2 and (letters == k - at + 1 or (k - at >= 2 and sure > 0)):
            best = k + 1
            count = int(digits[node])
    return best, count


@njit(cache=True, nogil=True)
def _numeric_letters(chars: U32, at: int, end: int, nexts: I16, digits: U8) -> tuple[int, int, int]:
    """Letters read as number words and look-alikes: where they end (-1: no number), sure digits, all."""
    k = at
    sure = 0
    looks = 0
    while k < end and _is_letter(int(chars[k])):
        stop, count = _number_word(chars, k, end, nexts, digits)
        if stop > 0:
            k = stop
            sure += count
        elif _is_look(int(chars[k])):
            k += 1
            looks += 1
        else:
            return -1, 0, 0
    if sure == 0 and looks > LONGEST_LOOKS:
        return -1, 0, 0
    return k, sure, sure + looks


@njit(cache=True, nogil=True)
def _digit_beside(chars: U32, at: int, step: int, first: int, last: int) -> bool:
    """Whether a digit stands within a few places, with no letter but one before it (`23 y/o`, `80/ hr`)."""
    for _ in range(5):
        at += step
        if at < first or at >= last:
            return False
        c = int(chars[at])
        if _is_digit(c):
            return True
        if _is_letter(c):
            return False
    return False


@njit(cache=True, nogil=True)
def _sign(chars: U32, at: int, text_start: int) -> int:
    """The cue of a character that is neither letter nor digit, or 0; a NUL always follows it."""
    c = int(chars[at])
    if c == 64:
        return 1
    if c in (36, 0x20AC, 0xA3):
        return 2
    if at == text_start:
        return 0
    before = int(chars[at - 1])
    after = int(chars[at + 1])
    if c == 46 and _is_letter(after) and (_is_letter(before) or _is_digit(before)):
        return 3
    if c == 58 and _is_digit(before) and _is_digit(after):
        return 4
    if c == 47 and before == 52 and after in (55, 50):
        return 5
    return 0


@njit(cache=True, nogil=True)
def _is_account_head(chars: U32, at: int) -> bool:
    """Whether two letters and two digits stand at a place, as at the beginning of a bank account."""
    letters = _is_letter(int(chars[at])) and _is_letter(int(chars[at + 1]))
    return letters and _is_digit(int(chars[at + 2])) and _is_digit(int(chars[at + 3]))


@njit(cache=True, nogil=True)
def scan(
    chars: U32, nexts: I16, digits: U8, cues: U8, fillers: NDArray[np.bool_]
) -> tuple[I64, I64, I64, I64, U8]:
    """Find in padded texts all that may lead to an identifier.

    Args:
        chars: folded texts, each followed by a NUL.
        nexts: the trie (see `Lexicon`), as are digits, cues, fillers.

    Returns:
        Starts and ends of chains that may hold a phone; starts, ends and cues of announcing words and signs,
        in the order of the text.
    """
    size = len(chars)
    # Room for the worst case: pages that are never written to cost nothing.
    chain_start = np.empty(size // FEWEST_SURE_DIGITS + 1, np.int64)
    chain_end = np.empty(size // FEWEST_SURE_DIGITS + 1, np.int64)
    hit_start = np.empty(size + 1, np.int64)
    hit_end = np.empty(size + 1, np.int64)
    hit_cue = np.empty(size + 1, np.uint8)
    chains = 0
    hits = 0

    first = -1  # the open chain, and what it holds
    last = -1
    sure = 0
    total = 0
    filled = False  # since its last digits: a filler word, and line ends
    lines = 0
    text_start = 0
    p = 0
    while p < size:
        c = int(chars[p])
        if not (_is_digit(c) or _is_letter(c)):
            if c == 10:
                lines += 1
            elif c == 0 or (c > 0xBF and not 0x2000 <= c < 0x2E80):
                # The end of a text, or a letter of a script that phones are not written in.
                if first >= 0 and total >= FEWEST_DIGITS and sure >= FEWEST_SURE_DIGITS:
                    chain_start[chains], chain_end[chains] = first, last
                    chains += 1
                first = -1
                if c == 0:
                    text_start = p + 1
            elif c != 0x20:
                cue = _sign(chars, p, text_start)
                if cue > 0:
                    hit_start[hits], hit_end[hits], hit_cue[hits] = p, p + 1, cue
                    hits += 1
            p += 1
            continue

        q = p + 1
        while q < size and (_is_digit(int(chars[q])) or _is_letter(int(chars[q]))):
            q += 1
        if q - p >= LONG_CODE:
            hit_start[hits], hit_end[hits], hit_cue[hits] = p, q, 7
            hits += 1
        elif q - p == 4 and _is_account_head(chars, p):
            hit_start[hits], hit_end[hits], hit_cue[hits] = p, q, 8
            hits += 1
        k = p
        while k < q:
            if _is_digit(int(chars[k])):
                stop, atom_sure = _number_word(chars, k, q, nexts, digits)
                if stop < 0:
                    stop, atom_sure = k + 1, 1
                atom_all = atom_sure
                numeric = True
            else:
                stop = k + 1
                while stop < q and _is_letter(int(chars[stop])):
                    stop += 1
                node = 0
                # A number has digits, or begins with a number word or a look-alike: most words are none.
                perhaps = stop < q or _is_look(int(chars[k]))
                for j in range(k, stop):
                    node = int(nexts[node, int(chars[j]) - 97])
                    if node == 0:
                        break
                    perhaps |= digits[node] > 0
                need = int(cues[node])
                if need > 0 and (
                    (need & 64 == 0 or _digit_beside(chars, k, -1, text_start, size))
                    and (need & 128 == 0 or _digit_beside(chars, stop - 1, 1, text_start, size))
                ):
                    hit_start[hits], hit_end[hits], hit_cue[hits] = k, stop, need & 63
                    hits += 1
                read, atom_sure, atom_all = -1, 0, 0
                if perhaps:
                    read, atom_sure, atom_all = _numeric_letters(chars, k, q, nexts, digits)
                numeric = read > 0
                if numeric:
                    stop = read
                elif fillers[node] and stop - k == q - p and not filled:
                    filled = True
                    k = stop
                    continue
            if first >= 0 and (
                not numeric
                or lines > MOST_LINES
                or k - last > (LONGEST_GAP_WITH_WORD if filled else LONGEST_GAP)
            ):
                if total >= FEWEST_DIGITS and sure >= FEWEST_SURE_DIGITS:
                    chain_start[chains], chain_end[chains] = first, last
                    chains += 1
                first = -1
            filled = False
            lines = 0
            if numeric:
                if first < 0:
                    first, sure, total = k, 0, 0
                last = stop
                sure += atom_sure
                total += atom_all
            k = stop
        p = q
    return chain_start[:chains], chain_end[:chains], hit_start[:hits], hit_end[:hits], hit_cue[:hits]
