"""The loops that count habits of style over characters and words. Pure: arrays in, arrays out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.networks.style_columns import EMOJI_KINDS, PUNCTUATION, RUN_SIGNS, SHAPES, SPACED_SIGNS, place
from filrouge.networks.style_kernels import (
    DIGIT,
    EDGE,
    EMOJI,
    FIRST_SIGN,
    FREE,
    HIDDEN,
    LETTER,
    LOWER,
    MASKED,
    MODIFIER,
    NEWLINE,
    ORNAMENT,
    SPACE,
    TEMPLATE,
    UPPER,
    Int64Array,
    UInt8Array,
    UInt32Array,
    UInt64Array,
    scramble,
)

UInt16Array = NDArray[np.uint16]
Int32Array = NDArray[np.int32]

_STOP: Final = FIRST_SIGN + PUNCTUATION.index(".")
_BANG: Final = FIRST_SIGN + PUNCTUATION.index("!")
_ASK: Final = FIRST_SIGN + PUNCTUATION.index("?")
_SIGN: Final = place("sign .")
_RUN: Final = place("run .")
_MIXED: Final = place("mixed !?")
_BEFORE: Final = place("space before .")
_AFTER: Final = place("no space after .")
_BEFORE_OF: Final = place("before.")
_AFTER_OF: Final = place("after.")
_DOUBLE_SPACE: Final = place("double space")
_SPACE_AT_END: Final = place("space at line end")
_SPACE_AT_START: Final = place("space at line start")
_BREAK: Final = place("line break")
_BLANK: Final = place("blank line")
_STARTS: Final = place("line starts lower")
_ENDS: Final = place("line ends lower")
_CAPITAL: Final = place("capital")
_CAPS: Final = place("word in capitals")
_CAPS_ON: Final = place("capitals go on")
_TITLE: Final = place("Title word")
_SMALL_START: Final = place("small at sentence start")
_SMALL_I: Final = place("small i")
_MIXED_CASE: Final = place("miXed word")
_EMOJI: Final = place("emoji")
_ORNAMENT: Final = place("ornament")
_SAME_EMOJI: Final = place("same emoji again")
_EMOJI_ON: Final = place("emoji after emoji")
_EMOJI_TIGHT: Final = place("emoji without space")
_MODIFIER: Final = place("emoji modifier")
_EMOJI_KIND: Final = place("emoji kind 0")
_SPELLING: Final = place("spelling dropped")
_DRAWN_OUT: Final = place("drawn out")
_DIGIT: Final = place("digit")
_IN_DIGITS: Final = place("number in digits")
_GLUED: Final = place("digits with letters")
_TIGHT_UNIT: Final = place("unit without space")
_SHAPE: Final = place("shape 0")
_CHARS: Final = place("chars")
_LETTERS: Final = place("letters")
_WORDS: Final = place("words")
_SENTENCES: Final = place("sentences")
_LINES: Final = place("lines")
_EMOJIS: Final = place("emojis")
_CAPS_WORDS: Final = place("caps_words")
_LONE_I: Final = place("lone_i")
_SMALL_NUMBERS: Final = place("small_numbers")
_CONTRACTIONS: Final = place("contractions")
_CLOCK: Final = place("clock")


def _by_class(signs: str) -> Int32Array:
    """By class of character: the place of a sign in `signs`, -1 for others."""
    out = np.full(64, -1, np.int32)
    for k, sign in enumerate(signs):
        out[FIRST_SIGN + PUNCTUATION.index(sign)] = k
    return out


_SPACED: Final = _by_class(SPACED_SIGNS)
_RUNS: Final = _by_class(RUN_SIGNS)


@njit(cache=True, nogil=True)
def _line_kind(kind: int) -> int:
    if kind in (LOWER, LETTER):
        return 0
    if kind == UPPER:
        return 1
    if kind == DIGIT:
        return 2
    if kind in (EMOJI, ORNAMENT, MODIFIER):
        return 3
    return 4 if kind == _STOP else 5


@njit(cache=True, nogil=True)
def count_signs(
    chars: UInt32Array, state: UInt8Array, offsets: Int64Array, kinds: UInt8Array, out: UInt16Array
) -> None:
    """Count habits of signs, spaces, lines, emoji and shapes into `out`, shape (ads, WIDTH)."""
    for i in range(offsets.size - 1):
        row = out[i]
        two, one = EDGE, EDGE  # the shapes before, a run of letters being one
        last = EDGE  # the class of the character before
        emoji = np.uint32(0)
        solid = EDGE  # the last class that was no space
        first, stop = offsets[i], offsets[i + 1]
        for t in range(first, stop):
            hidden = state[t]
            if hidden == TEMPLATE:
                two = one = last = solid = EDGE
                continue
            kind = int(kinds[t])
            if hidden == HIDDEN:
                kind = MASKED
            after = EDGE
            if t + 1 < stop and state[t + 1] != TEMPLATE:
                after = MASKED if state[t + 1] == HIDDEN else int(kinds[t + 1])
            if hidden == FREE:
                row[_CHARS] += 1
                if LOWER <= kind <= LETTER:
                    row[_LETTERS] += 1
                    if kind == UPPER:
                        row[_CAPITAL] += 1
                elif kind == DIGIT:
                    row[_DIGIT] += 1
                    if after != DIGIT:
                        gap = after == SPACE and t + 2 < stop and state[t + 2] == FREE
                        if LOWER <= after <= LETTER:
                            row[_CLOCK] += 1
                            row[_TIGHT_UNIT] += 1
                        elif gap and LOWER <= kinds[t + 2] <= LETTER:
                            row[_CLOCK] += 1
                elif kind == SPACE:
                    if last == SPACE:
                        row[_DOUBLE_SPACE] += 1
                    if after == NEWLINE:
                        row[_SPACE_AT_END] += 1
                    if last == NEWLINE:
                        row[_SPACE_AT_START] += 1
                elif kind == NEWLINE:
                    row[_BREAK] += 1
                    row[_LINES] += 1
                    if last == NEWLINE:
                        row[_BLANK] += 1
                    elif solid < MASKED:
                        row[_ENDS + _line_kind(solid)] += 1
                    solid = EDGE
                elif kind == EMOJI:
                    row[_EMOJI] += 1
                    row[_EMOJIS] += 1
                    row[_EMOJI_KIND + int(scramble(np.uint64(chars[t])) >> np.uint64(40)) % EMOJI_KINDS] += 1
                    if chars[t] == emoji:
                        row[_SAME_EMOJI] += 1
                    if last in (EMOJI, MODIFIER):
                        row[_EMOJI_ON] += 1
                    elif last < SPACE or (last >= FIRST_SIGN and last < MASKED):
                        row[_EMOJI_TIGHT] += 1
                    emoji = chars[t]
                elif kind == MODIFIER:
                    row[_MODIFIER] += 1
                elif kind == ORNAMENT:
                    row[_ORNAMENT] += 1
                elif kind >= FIRST_SIGN:
                    row[_SIGN + kind - FIRST_SIGN] += 1
                    if last == kind and _RUNS[kind] >= 0:
                        row[_RUN + _RUNS[kind]] += 1
                    if (kind == _BANG and last == _ASK) or (kind == _ASK and last == _BANG):
                        row[_MIXED] += 1
                    which = _SPACED[kind]
                    if which >= 0:
                        if LOWER <= last <= LETTER:
                            row[_BEFORE_OF + which] += 1
                        elif last == SPACE:
                            row[_BEFORE_OF + which] += 1
                            row[_BEFORE + which] += 1
                        if LOWER <= after <= LETTER:
                            row[_AFTER_OF + which] += 1
                            row[_AFTER + which] += 1
                        elif after == SPACE:
                            row[_AFTER_OF + which] += 1
                if last == NEWLINE and kind != NEWLINE and kind != SPACE:
                    row[_STARTS + _line_kind(kind)] += 1
            if kind != SPACE and kind != NEWLINE:
                solid = kind
            last = kind
            if kind == one and (kind in (LOWER, UPPER, LETTER, DIGIT, MASKED)):
                continue
            if hidden == FREE:
                mix = np.uint64(two * 4096 + one * 64 + kind) + np.uint64(1)
                row[_SHAPE + int(scramble(mix) >> np.uint64(33)) % SHAPES] += 1
            two, one = one, kind


@njit(cache=True, nogil=True)
def count_words(
    first: Int64Array, after: Int64Array, key: UInt64Array, begins: Int64Array, small: UInt32Array,
    state: UInt8Array, kinds: UInt8Array, offsets: Int64Array, listed: UInt64Array, column: Int32Array,
    also: Int32Array, slots: UInt64Array, spelling: UInt8Array, out: UInt16Array,
) -> None:  # fmt: skip
    """Count habits of words into `out`: capitals, function words, spellings, numbers.

    Args:
        listed: sorted keys of listed words; `column` and `also` the counts that each raises (-1: none).
        slots, spelling: table of how the words of the corpus are misspelled, 0 for those that are not.
    """
    mask = np.uint64(slots.size - 1)
    for i in range(begins.size - 1):
        row = out[i]
        in_capitals = False
        for w in range(begins[i], begins[i + 1]):
            a, b = first[w], after[w]
            if state[a] != FREE:
                in_capitals = False
                continue
            upper = lowers = digits = letters = run = longest = 0
            inner_upper = apostrophe = False
            for t in range(a, b):
                kind = kinds[t]
                if kind == UPPER:
                    upper += 1
                    inner_upper = inner_upper or t > a
                elif kind == LOWER:
                    lowers += 1
                elif kind == DIGIT:
                    digits += 1
                elif kind != LETTER:
                    apostrophe = True
                letters += LOWER <= kind <= LETTER
                run = run + 1 if t > a and small[t] == small[t - 1] and kind <= LETTER else 1
                longest = max(longest, run)
            if not letters:
                if digits <= 2 and (digits == 1 or small[a] == 49):
                    row[_SMALL_NUMBERS] += 1
                    row[_IN_DIGITS] += 1
                in_capitals = False
                continue
            row[_WORDS] += 1
            if digits:
                row[_GLUED] += 1
            if longest >= 3:
                row[_DRAWN_OUT] += 1
            if apostrophe:
                row[_CONTRACTIONS] += 1
            # What stands before the word tells whether a sentence begins here.
            t = a - 1
            while t >= offsets[i] and state[t] == FREE and kinds[t] == SPACE:
                t -= 1
            begins_sentence = t < offsets[i]
            if t >= offsets[i] and state[t] == FREE:
                kind = kinds[t]
                begins_sentence = kind in (NEWLINE, _BANG, _ASK, _STOP)
            if begins_sentence:
                row[_SENTENCES] += 1
                if kinds[a] == LOWER:
                    row[_SMALL_START] += 1
            if letters >= 2 and upper == letters:
                row[_CAPS] += 1
                row[_CAPS_WORDS] += 1
                if in_capitals:
                    row[_CAPS_ON] += 1
                in_capitals = True
            else:
                in_capitals = False
                if upper == 1 and kinds[a] == UPPER and lowers and not begins_sentence:
                    row[_TITLE] += 1
                if inner_upper and lowers:
                    row[_MIXED_CASE] += 1
            if b - a == 1 and small[a] == 105:
                row[_LONE_I] += 1
                if lowers:
                    row[_SMALL_I] += 1
            at = np.searchsorted(listed, key[w])
            if at < listed.size and listed[at] == key[w]:
                if column[at] >= 0:
                    row[column[at]] += 1
                if also[at] >= 0:
                    row[also[at]] += 1
            slot = key[w] & mask
            while slots[slot] != np.uint64(0) and slots[slot] != key[w]:
                slot = (slot + np.uint64(1)) & mask
            if slots[slot] == key[w] and spelling[slot] > 0:
                row[_SPELLING + spelling[slot] - 1] += 1
