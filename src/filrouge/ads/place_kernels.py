"""The loops that split folded texts into plain words and find names in them, compiled by Numba."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.ads.fold_tables import DIGIT, LETTER, UNSPACED

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

# What stands between a word and the one before it, as bits; none for blanks, hyphens and apostrophes.
DOT: Final = 1
COMMA: Final = 2  # also brackets, bars and slashes
ODD: Final = 4  # colons, quotation marks, ornaments
STOP: Final = 8  # a line or a sentence ends, or the text begins
LONG: Final = 16  # more than three characters
FAR: Final = 32  # more than eight

# What an entry of the table of places is, as bits.
WORD_LIKE: Final = 1  # a region that is written like an ordinary word
CUE: Final = 2  # a person's name follows
NOT_AFTER: Final = 4  # does not follow a region
PERSON: Final = 8  # a place called like a person
STREET_AFTER: Final = 16  # what stands before is the name of a street
STREET_BEFORE: Final = 32  # what follows is
AREA: Final = 64  # what stands before is a place

STRONGEST: Final = 3
NO_CONTEXT_IS_ENOUGH: Final = 4
_MOST_WORDS: Final = 8
_LONGEST_CONTEXT: Final = 4
_OWN_COUNTRY_WEIGHS: Final = 50
_SEED: Final = 0xCBF29CE484222325
_PRIME: Final = 0x100000001B3
_MIX: Final = 0x9E3779B97F4A7C15


@njit(cache=True, nogil=True, error_model="numpy")
def split_words(chars: U32, offsets: I64, role: U8) -> tuple[U64, I64, I64, U8, I64]:
    """Runs of letters and digits: their hashes, where they begin and end in `chars`, and what is before each.

    The last array tells where the words of each text begin, shape (texts + 1,).
    """
    most = len(chars) // 2 + len(offsets) + 1
    key = np.empty(most, np.uint64)
    start = np.empty(most, np.int64)
    end = np.empty(most, np.int64)
    gap = np.empty(most, np.uint8)
    first = np.zeros(len(offsets), np.int64)
    n = 0
    for i in range(len(offsets) - 1):
        j = offsets[i]
        stop = offsets[i + 1]
        before = STOP
        last = j
        while j < stop:
            c = chars[j]
            kind = role[c] if c < len(role) else UNSPACED
            if kind in (LETTER, DIGIT, UNSPACED):
                h = np.uint64(_SEED)
                start[n] = j
                while kind in (LETTER, DIGIT, UNSPACED):
                    h = (h ^ np.uint64(c)) * np.uint64(_PRIME)
                    j += 1
                    if j == stop:
                        break
                    c = chars[j]
                    kind = role[c] if c < len(role) else UNSPACED
                key[n] = h
                end[n] = j
                far = start[n] - last
                if far > 3:
                    before |= LONG
                if far > 8:
                    before |= FAR
                gap[n] = before
                n += 1
                before = 0
                last = j
                continue
            if c == 0x20 or c == 0x2D or c == 0x27 or c == 0x5F:
                pass
            elif c == 0x2E:
                # Only short words are abbreviated: "st. john's", "b.c."; else a sentence ends.
                before |= STOP if n > 0 and last > offsets[i] and last - start[n - 1] > 3 else DOT
            elif (
                c == 0x2C
                or c == 0x28
                or c == 0x29
                or c == 0x2F
                or c == 0x7C
                or c == 0x5B
                or c == 0x5D
                or c == 0x3E
            ):
                before |= COMMA
            elif c == 0x0A or c == 0x0D or c == 0x21 or c == 0x3F or c == 0x3B:
                before |= STOP
            else:
                before |= ODD
            j += 1
        first[i + 1] = n
    return key[:n].copy(), start[:n].copy(), end[:n].copy(), gap[:n].copy(), first


@njit(cache=True, nogil=True, error_model="numpy")
def chain(before: np.uint64, word: np.uint64) -> np.uint64:
    """The key of a sequence of words that is one word longer than that of key `before`."""
    h = (before ^ word) * np.uint64(_MIX)
    return h ^ (h >> np.uint64(29)) | np.uint64(1)  # 0 marks an empty slot


@njit(cache=True, nogil=True, error_model="numpy")
def slot_of(slots: U64, key: np.uint64) -> np.int64:
    """Where a key lies in an open-addressing table of 2^k slots, or the empty slot where it would."""
    mask = np.uint64(len(slots) - 1)
    at = (key >> np.uint64(8)) & mask
    while slots[at] != np.uint64(0) and slots[at] != key:
        at = (at + np.uint64(1)) & mask
    return np.int64(at)


@njit(cache=True, nogil=True, error_model="numpy")
def phrase_table(words: U64, first: I64) -> tuple[U64, I32]:
    """An open-addressing table of phrases and their beginnings: the phrase's number, -1 for a beginning."""
    size = 1024
    while size < 2 * len(words) + 2:
        size *= 2
    slots = np.zeros(size, np.uint64)
    number = np.full(size, -1, np.int32)
    for i in range(len(first) - 1):
        key = np.uint64(0)
        at = np.int64(-1)
        for w in range(first[i], first[i + 1]):
            key = chain(key, words[w])
            at = slot_of(slots, key)
            slots[at] = key
        if at >= 0:
            number[at] = i
    return slots, number


@njit(cache=True, nogil=True, error_model="numpy")
def _phrase(slots: U64, number: I32, key: U64, begin: int, end: int) -> np.int64:
    """The number of the phrase that is made of these words, or -1."""
    h = np.uint64(0)
    for w in range(begin, end):
        h = chain(h, key[w])
    return np.int64(number[slot_of(slots, h)])


@njit(cache=True, nogil=True, error_model="numpy")
def _context(
    slots: U64, number: I32, bits: U8, before: U8, key: U64, gap: U8, begin: int, end: int
) -> tuple[int, bool]:
    """How strongly the phrases that end before word `end` announce a place, and whether they do a person."""
    strength = 0
    person = False
    for size in range(1, min(_LONGEST_CONTEXT, end - begin) + 1):
        h = np.uint64(0)
        p = -1
        for w in range(end - size, end):
            if w > end - size and gap[w] & ~DOT:
                return strength, person
            h = chain(h, key[w])
            p = number[slot_of(slots, h)]
        if p >= 0:
            if gap[end] == 0:
                strength = max(strength, before[p])
            person |= gap[end] & (STOP | FAR) == 0 and bits[p] & CUE != 0
    return strength, person


@njit(cache=True, nogil=True, error_model="numpy")
def _region_at(
    slots: U64,
    number: I32,
    key: U64,
    gap: U8,
    w: int,
    end: int,
    follows: bool,
    only_country: bool,
    of: I32,
    meaning: I32,
) -> tuple[np.int64, int]:
    """The region or country that begins at word w: its phrase (-1 if none) and how many words it has.

    With `follows`, none if it stands too far from the word before it to belong to that.
    """
    found = np.int64(-1)
    size = 0
    if w >= end or (follows and gap[w] & (STOP | LONG | ODD | DOT)):
        return found, size
    h = np.uint64(0)
    for k in range(w, min(w + _MOST_WORDS, end)):
        if k > w and gap[k] & ~DOT:
            break
        h = chain(h, key[k])
        at = slot_of(slots, h)
        if slots[at] == np.uint64(0):
            break
        p = number[at]
        if p >= 0 and of[p + 1] > of[p]:
            if only_country:
                for m in range(of[p], of[p + 1]):
                    if meaning[2 * m + 1] < 0:
                        found, size = np.int64(p), k - w + 1
            else:
                found, size = np.int64(p), k - w + 1
    return found, size


@njit(cache=True, nogil=True, error_model="numpy")
def _likeliest(
    begin: int, end: int, places: I32, first_meaning: np.int64, last_meaning: np.int64, meaning: I32,
    country: I32, region: I32, people: I64, here: int,
) -> np.int64:  # fmt: skip
    """The place that is meant of those from begin to end: the largest, one of the ad's country sooner.

    Unless `last_meaning` is negative it lies in one of those regions; -1 if none does.
    """
    best = np.int64(-1)
    most = np.int64(-1)
    for q in range(begin, end):
        c = places[q]
        lies_in = last_meaning < 0
        for m in range(first_meaning, last_meaning):
            r = meaning[2 * m + 1]
            lies_in |= country[c] == meaning[2 * m] and (r < 0 or region[c] == r)
        weight = people[c] * (_OWN_COUNTRY_WEIGHS if country[c] == here else 1)
        if lies_in and weight > most:
            best, most = np.int64(c), weight
    return best


@njit(cache=True, nogil=True, error_model="numpy")
def _need(level: int, one_word: bool, own: bool, next_door: bool, people: int) -> int:
    """How strong a context a name needs, by what it is, where the place lies and how large it is."""
    if own:
        if one_word and people < 5_000:
            return 1 if level == 0 else NO_CONTEXT_IS_ENOUGH
        return level
    enough = 100_000 if next_door else 500_000
    if people >= enough:
        return level
    return max(level, 2) if people >= enough // 5 else NO_CONTEXT_IS_ENOUGH


@njit(cache=True, nogil=True, error_model="numpy")
def find_places(
    key: U64, start: I64, end: I64, gap: U8, first: I64, home: I32, chars: U32, offsets: I64,
    slots: U64, number: I32, bits: U8, level: U8, before: U8, place_of: I32, places: I32,
    region_of: I32, meaning: I32, country: I32, region: I32, people: I64, neighbour: I32,
) -> tuple[I32, I32, I64, I64]:  # fmt: skip
    """Names of places in texts: number of the text, the place, and where it begins and ends in `chars`.

    Args:
        key, start, end, gap, first: as `split_words` gives them.
        home: country of each text.
        chars, offsets: the texts.
        slots, number: as `phrase_table` gives them.
        bits, level, before: per phrase, what it is, how strong a context it needs as a place, and how strong
            a context it is.
        place_of, places: the places that phrase p may mean are `places[place_of[p]:place_of[p + 1]]`.
        region_of, meaning: likewise, pairs of country and region (-1 for the country as a whole).
        country, region, people: of each place.
        neighbour: the country next door of each country, or -1.
    """
    of_text = np.empty(len(key), np.int32)
    which = np.empty(len(key), np.int32)
    left = np.empty(len(key), np.int64)
    right = np.empty(len(key), np.int64)
    n = 0
    found = np.empty(_MOST_WORDS + 1, np.int64)
    for i in range(len(first) - 1):
        stop = first[i + 1]
        here = home[i]
        w = first[i]
        while w < stop:
            longest = 0
            h = np.uint64(0)
            for k in range(w, min(w + _MOST_WORDS, stop)):
                if k > w and gap[k] & ~DOT:
                    break
                h = chain(h, key[k])
                at = slot_of(slots, h)
                if slots[at] == np.uint64(0):
                    break
                longest = k - w + 1
                p = number[at]
                found[longest] = p if p >= 0 and place_of[p + 1] > place_of[p] else -1
            used = 0
            for size in range(longest, 0, -1):
                p = found[size]
                if p < 0:
                    continue
                usual = _likeliest(
                    place_of[p], place_of[p + 1], places, np.int64(0), np.int64(-1), meaning,
                    country, region, people, here,
                )  # fmt: skip
                # A region or a country after it settles which place is meant, and that one is.
                chosen = np.int64(-1)
                after = w + size
                r, more = _region_at(slots, number, key, gap, after, stop, True, False, region_of, meaning)
                if r >= 0:
                    chosen = _likeliest(
                        place_of[p], place_of[p + 1], places,
                        np.int64(region_of[r]), np.int64(region_of[r + 1]), meaning,
                        country, region, people, here,
                    )  # fmt: skip
                    after += more
                    state, further = _region_at(
                        slots, number, key, gap, after, stop, True, True, region_of, meaning
                    )
                    if chosen >= 0 and bits[r] & WORD_LIKE:
                        sure = after == stop or gap[after] != 0 or state >= 0
                        if not sure and gap[w + size] & COMMA and chosen == usual:
                            next_word = number[slot_of(slots, chain(np.uint64(0), key[after]))]
                            sure = next_word < 0 or bits[next_word] & NOT_AFTER == 0
                        if not sure:
                            chosen = np.int64(-1)
                    if chosen >= 0 and state >= 0:
                        for m in range(region_of[state], region_of[state + 1]):
                            if meaning[2 * m + 1] < 0 and country[chosen] == meaning[2 * m]:
                                after += further
                                break
                if chosen < 0:
                    after = w + size
                    c = usual
                    need = _need(
                        level[p], size == 1, country[c] == here, country[c] == neighbour[here], people[c]
                    )
                    if need >= NO_CONTEXT_IS_ENOUGH:
                        continue
                    if _has_bits(slots, number, bits, key, gap, w - 1, first[i], stop, STREET_BEFORE) or (
                        after < stop
                        and gap[after] == 0
                        and _has_bits(slots, number, bits, key, gap, after, first[i], stop, STREET_AFTER)
                    ):
                        continue
                    strength, person = _context(slots, number, bits, before, key, gap, first[i], w)
                    for more in (1, 2):
                        if after + more <= stop and gap[after] == 0:
                            b = _phrase(slots, number, key, after, after + more)
                            if b >= 0 and bits[b] & AREA:
                                strength = STRONGEST
                    if strength < need or (need == 0 and person and bits[p] & PERSON != 0):
                        continue
                    chosen = c
                used = after - w
                of_text[n] = i
                which[n] = chosen
                left[n] = start[w]
                tail = end[after - 1]
                if used > size and tail < offsets[i + 1]:
                    if chars[tail] == 0x29 and _opens(chars, end[w + size - 1], tail):
                        tail += 1
                    elif chars[tail] == 0x2E and tail - 2 > left[n] and chars[tail - 2] == 0x2E:
                        tail += 1  # the last point of "b.c."
                right[n] = tail
                n += 1
                break
            if used == 0 and longest > 1:
                # "british columbia" is no Columbia.
                used = _region_at(slots, number, key, gap, w, stop, False, False, region_of, meaning)[1]
            w += max(used, 1)
    return of_text[:n].copy(), which[:n].copy(), left[:n].copy(), right[:n].copy()


@njit(cache=True, nogil=True, error_model="numpy")
def _has_bits(
    slots: U64, number: I32, bits: U8, key: U64, gap: U8, w: int, begin: int, end: int, wanted: int
) -> bool:
    """Whether word w of a text is one of that sort, and in the same line as the word after it."""
    if w < begin or w >= end or (w + 1 < end and wanted == STREET_BEFORE and gap[w + 1] & (STOP | COMMA)):
        return False
    p = number[slot_of(slots, chain(np.uint64(0), key[w]))]
    return bool(p >= 0 and bits[p] & wanted != 0)


@njit(cache=True, nogil=True, error_model="numpy")
def _opens(chars: U32, begin: int, end: int) -> bool:
    """Whether a bracket opens between these characters."""
    found = False
    for j in range(begin, end):
        found |= chars[j] == 0x28
    return found
