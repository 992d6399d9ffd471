"""Sets of words and of beginnings of words, as a kernel looks them up in an array of characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]

_SEED: Final = 0xCBF29CE484222325
_PRIME: Final = 0x100000001B3


def word_table(words: Iterable[str]) -> U64:
    """Hashes of words (a to z) as an open-addressing table that is at most half full."""
    return digit_table(dict.fromkeys(words, 0))[0]


def digit_table(words: Mapping[str, int]) -> tuple[U64, U8]:
    """A `word_table`, and the digit that the word in each of its places stands for."""
    size = 16
    while size < 2 * len(words):
        size *= 2
    table = np.zeros(size, np.uint64)
    digits = np.zeros(size, np.uint8)
    for word in sorted(words):
        value = _hash(word)
        at = value % size
        while table[at]:
            at = (at + 1) % size
        table[at], digits[at] = value, words[word]
    return table, digits


def prefix_table(words: Iterable[str]) -> U64:
    """Beginnings of at most eight letters, a letter a byte, as `begins_with` reads them; shape (words, 2)."""
    rows = []
    for word in words:
        packed = sum(ord(letter) << (8 * k) for k, letter in enumerate(word))
        rows.append((packed, (1 << (8 * len(word))) - 1))
    return np.array(rows, np.uint64)


def _hash(word: str) -> int:
    h = _SEED
    for letter in word:
        h = ((h ^ ord(letter)) * _PRIME) % (1 << 64)
    return h or 1


@njit(cache=True, nogil=True)
def is_listed(chars: U32, begin: int, end: int, table: U64) -> bool:
    """Whether the word from begin to end is in a `word_table`."""
    return bool(place_of(chars, begin, end, table) >= 0)


@njit(cache=True, nogil=True)
def place_of(chars: U32, begin: int, end: int, table: U64) -> np.int64:
    """Where the word from begin to end stands in a `word_table`, or -1."""
    h = np.uint64(_SEED)
    for j in range(begin, end):
        h = (h ^ np.uint64(chars[j])) * np.uint64(_PRIME)
    if h == np.uint64(0):
        h = np.uint64(1)
    mask = np.uint64(len(table) - 1)
    at = h & mask
    while table[at] != np.uint64(0):
        if table[at] == h:
            return np.int64(at)
        at = (at + np.uint64(1)) & mask
    return np.int64(-1)


@njit(cache=True, nogil=True)
def begins_with(chars: U32, begin: int, end: int, prefixes: U64) -> bool:
    """Whether one of the `prefix_table` begins at a place."""
    packed = np.uint64(0)
    for k in range(min(8, end - begin)):
        c = np.uint64(chars[begin + k])
        if c > np.uint64(127):
            break
        packed |= c << np.uint64(8 * k)
    found = False
    for k in range(len(prefixes)):
        found |= packed & prefixes[k, 1] == prefixes[k, 0]
    return found
