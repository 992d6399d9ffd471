"""Misspellings by the corpus' own words: a rare word one edit away from a common one."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from filrouge.networks.style_kernels import (
    FREE,
    LETTER,
    LOWER,
    Int64Array,
    UInt8Array,
    UInt32Array,
    UInt64Array,
    key_of,
)

SHORTEST: Final = 5
LONGEST: Final = 16
"""Letters of the words that are looked at: shorter ones are one edit from too many others."""
COMMON: Final = 20
"""A word is common from this many ads."""
TIMES: Final = 20
"""A misspelling is this many times rarer than the word it stands for."""
_DROPPED, _UNDOUBLED, _DOUBLED, _ADDED, _CHANGED, _SWAPPED, _ACCENT = range(1, 8)


class Words(NamedTuple):
    """An open-addressing table of words, grown as chunks are added.

    Attributes:
        slots: keys, 0 where empty; a power of two of them.
        entry: number of the word in each slot.
        ads: ads that hold the word, hidden or not.
        free: ads that hold it in the open.
        seen: the last ad that was counted (for `ads`, `free`), shape (words, 2).
        letters: small letters, shape (words, LONGEST).
        size: how many; 0 for words that are not looked at.
        used: words in the table, shape (1,).
    """

    slots: UInt64Array
    entry: Int64Array
    ads: Int64Array
    free: Int64Array
    seen: Int64Array
    letters: UInt32Array
    size: UInt8Array
    used: Int64Array


def no_words(capacity: int = 1 << 14) -> Words:
    """An empty table with room for `capacity` / 2 words."""
    half = capacity // 2
    return Words(
        np.zeros(capacity, np.uint64),
        np.zeros(capacity, np.int64),
        np.zeros(half, np.int64),
        np.zeros(half, np.int64),
        np.full((half, 2), -1, np.int64),
        np.zeros((half, LONGEST), np.uint32),
        np.zeros(half, np.uint8),
        np.zeros(1, np.int64),
    )


def grown(words: Words, more: int) -> Words:
    """The same table with room for `more` words beside those it holds."""
    used = int(words.used[0])
    capacity = words.slots.size
    while capacity < 2 * (used + more):
        capacity *= 2
    if capacity == words.slots.size:
        return words
    wide = no_words(capacity)
    _move(words.slots, words.entry, wide.slots, wide.entry)
    wide.ads[:used], wide.free[:used], wide.seen[:used] = (
        words.ads[:used],
        words.free[:used],
        words.seen[:used],
    )
    wide.letters[:used], wide.size[:used] = words.letters[:used], words.size[:used]
    wide.used[0] = used
    return wide


@njit(cache=True, nogil=True)
def _slot(slots: UInt64Array, key: np.uint64) -> np.uint64:
    mask = np.uint64(slots.size - 1)
    at = key & mask
    while slots[at] != np.uint64(0) and slots[at] != key:
        at = (at + np.uint64(1)) & mask
    return at


@njit(cache=True, nogil=True)
def _move(slots: UInt64Array, entry: Int64Array, to: UInt64Array, to_entry: Int64Array) -> None:
    for k in range(slots.size):
        if slots[k] != np.uint64(0):
            at = _slot(to, slots[k])
            to[at], to_entry[at] = slots[k], entry[k]


@njit(cache=True, nogil=True)
def add_words(
    words: Words, first: Int64Array, after: Int64Array, key: UInt64Array, begins: Int64Array,
    small: UInt32Array, state: UInt8Array, kinds: UInt8Array, ad: int, before: int,
) -> int:  # fmt: skip
    """Count a chunk's words from its ad number `ad` on, until the table is full; `before` ads were counted.

    Returns:
        The ad to go on with once the table has grown, or the number of ads.
    """
    room = words.ads.size
    for i in range(ad, begins.size - 1):
        if words.used[0] + begins[i + 1] - begins[i] > room:
            return i
        for w in range(begins[i], begins[i + 1]):
            at = _slot(words.slots, key[w])
            if words.slots[at] == np.uint64(0):
                words.slots[at] = key[w]
                words.entry[at] = words.used[0]
                words.used[0] += 1
                size = after[w] - first[w]
                if SHORTEST <= size <= LONGEST:
                    plain = True
                    for t in range(first[w], after[w]):
                        plain = plain and LOWER <= kinds[t] <= LETTER
                    if plain:
                        words.size[words.entry[at]] = size
                        words.letters[words.entry[at], :size] = small[first[w] : after[w]]
            n = words.entry[at]
            if words.seen[n, 0] != before + i:
                words.seen[n, 0] = before + i
                words.ads[n] += 1
            if state[first[w]] == FREE and words.seen[n, 1] != before + i:
                words.seen[n, 1] = before + i
                words.free[n] += 1
    return begins.size - 1


@njit(cache=True, nogil=True)
def _edit(w: UInt32Array, v: UInt32Array, base: UInt32Array) -> int:
    """How `w` is a misspelling of `v`: its number in SPELLINGS, 0 if it is not one edit away."""
    least = min(w.size, v.size)
    p = 0
    while p < least and w[p] == v[p]:
        p += 1
    s = 0
    while s < least - p and w[w.size - 1 - s] == v[v.size - 1 - s]:
        s += 1
    # A letter more or less at the end is a plural or a tense, another one at the start another word.
    if v.size == w.size + 1 and p + s >= w.size and p < w.size:
        return _UNDOUBLED if p and v[p] == v[p - 1] else _DROPPED
    if w.size == v.size + 1 and p + s >= v.size and p < v.size:
        return _DOUBLED if p and w[p] == w[p - 1] else _ADDED
    if w.size != v.size:
        return 0
    if w.size - p - s == 1:
        if w[p] < base.size and v[p] < base.size and base[w[p]] == base[v[p]]:
            return _ACCENT
        return _CHANGED if 0 < p < w.size - 1 else 0
    if w.size - p - s == 2 and w[p] == v[p + 1] and w[p + 1] == v[p]:
        return _SWAPPED
    return 0


@njit(cache=True, nogil=True)
def _first_fit(words: Words, n: int, at: np.uint64, owner: Int64Array, base: UInt32Array) -> int:
    v = owner[at]
    if v < 0 or v == n or words.free[n] * TIMES > words.ads[v]:
        return 0
    return _edit(words.letters[n, : words.size[n]], words.letters[v, : words.size[v]], base)


@njit(cache=True, nogil=True)
def misspelled(words: Words, common: Int64Array, base: UInt32Array) -> UInt8Array:
    """By slot: how the word is misspelled, its number in SPELLINGS, or 0.

    Each word that one can come to by leaving out a letter, or none, is listed for the common words; two
    words one edit apart have one of these in common (deletion neighbourhoods, Mor & Fraenkel 1982).

    Args:
        common: numbers of the common words, the commonest first.
        base: letters without their accents, by code point.
    """
    room = 1 << 10
    while room < 2 * (LONGEST + 1) * common.size:
        room *= 2
    near = np.zeros(room, np.uint64)
    owner = np.full(room, -1, np.int64)
    for v in common:
        for leave in range(-1, words.size[v]):
            key = key_of(words.letters[v], 0, words.size[v], leave)
            at = _slot(near, key)
            if near[at] == np.uint64(0):
                near[at], owner[at] = key, v
    found = np.zeros(words.slots.size, np.uint8)
    for slot in range(words.slots.size):
        n = words.entry[slot]
        if words.slots[slot] == np.uint64(0) or words.size[n] == 0 or words.free[n] == 0:
            continue
        for leave in range(-1, words.size[n]):
            key = key_of(words.letters[n], 0, words.size[n], leave)
            at = _slot(near, key)
            if near[at] == key:
                kind = _first_fit(words, n, at, owner, base)
                if kind:
                    found[slot] = kind
                    break
    return found
