"""How many names begin alike by chance, judged by how the names of a corpus are spelled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CONTEXT = 3
"""Letters that are looked back on. More would learn whole names, and so call each of them common."""
_BITS = 21  # of a code point


def expected_by_chance(stems: Sequence[str], corpus: Sequence[str]) -> NDArray[np.float64]:
    """How many of the corpus' names would begin like each stem if letters were drawn as its names have them.

    A letter's chance comes from the letters before it in the *different* stems of the corpus, mixed with
    shorter looks back (Witten and Bell 1991), without the two names that are held together.

    Args:
        stems: what to judge.
        corpus: the stems of all names, each as often as it occurs.

    Returns:
        float64, shape (stems,), above 0.
    """
    if not stems:
        return np.zeros(0)
    different = sorted(set(corpus))
    letters, at = _codes(different)
    asked, asked_at = _codes(list(stems))
    alphabet = max(int(np.unique(letters).size), 2)
    mixed = np.full(asked.size, 1.0 / alphabet)
    chance = mixed
    for length in range(CONTEXT + 1):
        grams = _grams(letters, at, length)
        mine = _grams(asked, asked_at, length)
        counts = _Counter(grams[0])
        contexts = _Counter(grams[1])
        kinds = _Counter(np.unique(np.stack(grams, 1), axis=0)[:, 1] if grams[0].size else grams[1])
        # The two names that are near are not their own strangers.
        c = np.maximum(counts.of(mine[0]) - 2, 0)
        n = np.maximum(contexts.of(mine[1]) - 2, 0)
        k = np.maximum(kinds.of(mine[1]), 1)
        mixed = (c + k * mixed) / (n + k)
        # In a small corpus a long look back knows too little; no letter is held rarer than any look makes it.
        chance = np.maximum(chance, mixed)
    # Where the beginning ends, any suffix may follow: the end mark is not asked for.
    chance[asked_at[1:] - 1] = 1.0
    bits = np.add.reduceat(-np.log2(chance), asked_at[:-1])
    expected: NDArray[np.float64] = len(corpus) * np.exp2(-bits)
    return expected


def _codes(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The letters of all words in a row, each word with an end mark, and where words begin."""
    marked = "".join(word + "\0" for word in words)
    letters = np.frombuffer(marked.encode("utf-32-le"), np.uint32).astype(np.int64)
    at = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) + 1 for word in words], out=at[1:])
    return letters, at


def _grams(
    letters: NDArray[np.int64], at: NDArray[np.int64], length: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Hashes of each letter with the `length` before it, and of these alone; none reaches over a word's start."""
    start = np.repeat(at[:-1], np.diff(at))
    position = np.arange(letters.size)
    context = np.full(letters.size, 7, np.uint64)
    with np.errstate(over="ignore"):
        for back in range(1, length + 1):
            inside = position - back >= start
            letter = np.where(inside, letters[np.maximum(position - back, 0)], 1).astype(np.uint64)
            context = (context ^ letter) * np.uint64(0x9E3779B97F4A7C15)
            context ^= context >> np.uint64(_BITS)
        whole = (context ^ letters.astype(np.uint64)) * np.uint64(0xC2B2AE3D27D4EB4F)
    return whole, context


class _Counter:
    def __init__(self, keys: NDArray[np.uint64]) -> None:
        self._keys, self._counts = np.unique(keys, return_counts=True)

    def of(self, keys: NDArray[np.uint64]) -> NDArray[np.float64]:
        if not self._keys.size:
            return np.zeros(keys.size)
        at = np.minimum(np.searchsorted(self._keys, keys), self._keys.size - 1)
        return np.where(self._keys[at] == keys, self._counts[at], 0).astype(np.float64)
