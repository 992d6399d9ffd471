"""The loop that finds given names by what stands around them, compiled by Numba."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.place_kernels import DOT, FAR, I32, I64, STOP, U8, U32, U64, chain, slot_of

U16 = NDArray[np.uint16]

# What a phrase is, as bits.
GIVEN: Final = 1  # a given name
UNMISTAKABLE: Final = 2  # ... and nothing else
ORDINARY: Final = 4  # ... and an ordinary word
DESCRIBING: Final = 8  # ... that people say of themselves
NOT_A_NAME: Final = 16
ANY_FOLLOWS: Final = 32  # cues, by what is a name after them
KNOWN_FOLLOWS: Final = 64
ASKED_FOR_FOLLOWS: Final = 2048
WEAKLY_FOLLOWS: Final = 128
TITLE: Final = 256
NOT_BEFORE_NAME: Final = 512
NOT_AFTER_NAME: Final = 1024

_LONGEST_CUE: Final = 4
_CUES: Final = ANY_FOLLOWS | ASKED_FOR_FOLLOWS | KNOWN_FOLLOWS | WEAKLY_FOLLOWS
_HYPHEN: Final = 0x2D


@njit(cache=True, nogil=True, error_model="numpy")
def find_names(
    key: U64, start: I64, end: I64, gap: U8, first: I64, chars: U32, slots: U64, number: I32, bits: U16
) -> tuple[I32, I64, I64, NDArray[np.bool_]]:
    """Given names in texts: number of the text, and where each begins and ends in `chars`.

    The last array tells which are words of no list that were asked for: names if they have a capital.

    Args:
        key, start, end, gap, first: as `place_kernels.split_words` gives them.
        chars: the texts.
        slots, number: as `place_kernels.phrase_table` gives them.
        bits: what each phrase is.
    """
    of_text = np.empty(len(key), np.int32)
    left = np.empty(len(key), np.int64)
    right = np.empty(len(key), np.int64)
    doubtful = np.empty(len(key), np.bool_)
    n = 0
    for i in range(len(first) - 1):
        stop = first[i + 1]
        w = first[i]
        expected = np.int64(0)  # the cue that ends before word w
        guarded = False
        cue_end = -1
        while w < stop:
            h = np.uint64(0)
            here = np.int64(0)
            cue = np.int64(0)
            cue_size = 0
            for k in range(w, min(w + _LONGEST_CUE, stop)):
                if k > w and gap[k] & ~DOT:
                    break
                h = chain(h, key[k])
                at = slot_of(slots, h)
                if slots[at] == np.uint64(0):
                    break
                p = number[at]
                if p >= 0:
                    if k == w:
                        here = np.int64(bits[p])
                    if bits[p] & _CUES:
                        cue, cue_size = np.int64(bits[p]) & _CUES, k - w + 1
            if cue_size > 0 and w + cue_size > cue_end:
                cue_end = w + cue_size
                expected = cue
            by_cue = expected if cue_end == w and gap[w] & (STOP | FAR | DOT) == 0 else 0
            if by_cue and here & TITLE:
                cue_end = w + 1
                w += 1
                continue
            is_name = False
            doubt = False
            if not guarded and not (
                w + 1 < stop and gap[w + 1] == 0 and _bits(slots, number, bits, key[w + 1]) & NOT_AFTER_NAME
            ):
                if here & GIVEN:
                    is_name = here & UNMISTAKABLE != 0
                    is_name |= by_cue & (ANY_FOLLOWS | ASKED_FOR_FOLLOWS) != 0
                    is_name |= by_cue & KNOWN_FOLLOWS != 0 and here & DESCRIBING == 0
                    is_name |= by_cue & WEAKLY_FOLLOWS != 0 and here & ORDINARY == 0
                elif by_cue & (ANY_FOLLOWS | ASKED_FOR_FOLLOWS) and here & (NOT_A_NAME | _CUES) == 0:
                    is_name = end[w] - start[w] >= 2
                    for j in range(start[w], end[w]):
                        is_name &= not 0x30 <= chars[j] <= 0x39
                    doubt = by_cue & ANY_FOLLOWS == 0
            guarded = here & NOT_BEFORE_NAME != 0 and w + 1 < stop and gap[w + 1] & ~DOT == 0
            last = w
            if is_name:
                # The parts of "marie-claude" are one name.
                while (
                    last + 1 < stop
                    and start[last + 1] - end[last] == 1
                    and chars[end[last]] == _HYPHEN
                    and _bits(slots, number, bits, key[last + 1]) & GIVEN
                ):
                    last += 1
                of_text[n] = i
                left[n] = start[w]
                right[n] = end[last]
                doubtful[n] = doubt
                n += 1
            w = last + 1
    return of_text[:n].copy(), left[:n].copy(), right[:n].copy(), doubtful[:n].copy()


@njit(cache=True, nogil=True, error_model="numpy")
def _bits(slots: U64, number: I32, bits: U16, word: np.uint64) -> np.int64:
    """What a word alone is."""
    p = number[slot_of(slots, chain(np.uint64(0), word))]
    return np.int64(bits[p]) if p >= 0 else np.int64(0)
