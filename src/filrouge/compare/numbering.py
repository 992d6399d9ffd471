"""Words by numbers that hang on nothing but the order in which they appear."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.runs import Int32Array, Int64Array
from filrouge.compare.shares import cuts_at, even_cuts, in_order
from filrouge.compare.strangers import Corpus, corpus_of


@njit(cache=True, nogil=True)
def _numbered(words, begins, lengths, number):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Number the words, into `number`, in the order in which they appear in the texts; how many there are."""
    count = 0
    for text in range(begins.size):
        for t in range(begins[text], begins[text] + lengths[text]):
            if number[words[t]] < 0:
                number[words[t]] = count
                count += 1
    return count


@njit(cache=True, nogil=True)
def _gathered(words, begins, offsets, number, first, last, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for text in range(first, last):
        source = begins[text] - offsets[text]
        for t in range(offsets[text], offsets[text + 1]):
            out[t] = number[words[source + t]]


@njit(cache=True, nogil=True)
def _written_anew(words, number, first, last):  # type: ignore[no-untyped-def]  # pragma: no cover
    for t in range(first, last):
        words[t] = number[words[t]]


def number_by_appearance(
    words: Int32Array, begins: Int64Array, lengths: Int64Array, count: int, threads: int = 1
) -> Int32Array:
    """Number words anew, in the order in which they appear in the texts. They are overwritten: there may be very many.

    Args:
        words: int32: the number of each word.
        begins, lengths: int64, shape (texts,): where each text lies among the words. Texts that lie elsewhere, too,
            need not be among them; but each word must be in one that is.
        count: how many numbers there are.
        threads: how many threads to use; the result is the same.

    Returns:
        int32, shape (count,): for each number of before the number now.
    """
    number = np.full(count, -1, np.int32)
    _numbered(words, begins, lengths, number)
    cuts = even_cuts(words.size, max(1, -(-words.size // threads)))
    in_order(lambda k: _written_anew(words, number, cuts[k], cuts[k + 1]), cuts.size - 1, threads)
    return number


def corpus_by_appearance(
    words: Int32Array,
    begins: Int64Array,
    lengths: Int64Array,
    kind_of_word: NDArray[np.uint8],
    threads: int = 1,
) -> tuple[Corpus, Int32Array]:
    """Texts that lie among others, as a corpus whose words are numbered in the order in which they appear.

    So what numbers they had before decides nothing.

    Args:
        words: int32: the number of each word.
        begins, lengths: int64, shape (texts,): where each text lies among the words.
        kind_of_word: uint8, of each number: 0 for a word, else one more than its slot kind.
        threads: how many threads to use; the result is the same.

    Returns:
        The corpus, and for each number of before the number in it, -1 for a word that is in none of the texts.
    """
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    number = np.full(kind_of_word.size, -1, np.int32)
    found = _numbered(words, begins, lengths, number)
    flat = np.empty(int(offsets[-1]), np.int32)
    cuts = cuts_at(offsets, max(1, -(-flat.size // threads)))
    in_order(
        lambda k: _gathered(words, begins, offsets, number, cuts[k], cuts[k + 1], flat),
        cuts.size - 1, threads,
    )  # fmt: skip
    kinds = np.zeros(found, np.uint8)
    kinds[number[number >= 0]] = kind_of_word[number >= 0]
    return corpus_of(flat, kinds, offsets, threads), number
