"""Listed words and phrases in all texts, found in one pass over the folded words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.fold import Folded, fold_texts
from filrouge.ads.fold_tables import fold_tables
from filrouge.ads.place_kernels import split_words
from filrouge.networks.phrase_search import count_words, find_phrases

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS: Final = 2
CLEARLY: Final = 3
"""Everyday words of a language that a text must have before it is said to be in it."""


@dataclass(frozen=True)
class Wanted:
    """Phrases of one owner.

    Attributes:
        owner: whose they are, such as the id of an indicator.
        phrases: as people write them.
        deniable: whether "no" right before one cancels it.
    """

    owner: str
    phrases: Sequence[str]
    deniable: bool = False


class WordsOfTexts:
    """The words of texts, as hashes, for looking up lists in them.

    Args:
        chunks: the texts in order, in pieces; two are worked on at a time.
    """

    def __init__(self, chunks: Sequence[Folded]) -> None:
        self._chunks = list(chunks)
        self._first_text = np.concatenate(([0], np.cumsum([len(chunk) for chunk in chunks]))).astype(np.int32)
        role = fold_tables().role
        self._words = _in_threads(lambda chunk: split_words(chunk.chars, chunk.offsets, role), self._chunks)

    def find(self, wanted: Sequence[Wanted], denials: Sequence[str] = ()) -> pl.DataFrame:
        """Where the phrases stand.

        A phrase is found as whole words, in any case and with or without accents, hyphens and other signs
        between its words, within one sentence.

        Args:
            wanted: the phrases; several owners may want the same.
            denials: single words that cancel a deniable phrase when they stand one or two words before it.

        Returns:
            `ad` (Int32), `start`, `end` (Int32, raw offsets), `owner` and `value` (String, the phrase as it is
            listed), in the order of the texts.
        """
        phrases, keys, at, deniable, order = _compiled(wanted)
        if not phrases or not self._chunks:
            return _nothing()
        cancel = np.unique(_keys_of(denials)[0]) if denials else np.zeros(0, np.uint64)
        owners = pl.Series([wanted[phrases[k][0]].owner for k in order], dtype=pl.String)
        values = pl.Series([phrases[k][1] for k in order], dtype=pl.String)

        def found(c: int) -> pl.DataFrame:
            folded, (key, start, end, gap, first) = self._chunks[c], self._words[c]
            ad, left, right, which = find_phrases(key, gap, first, keys, at, cancel, deniable)
            return pl.DataFrame(
                {
                    "ad": ad + self._first_text[c],
                    "start": folded.origin[start[left]].astype(np.int32),
                    "end": folded.origin_end[end[right - 1] - 1].astype(np.int32),
                    "owner": owners.gather(which),
                    "value": values.gather(which),
                }
            )

        return pl.concat(_in_threads(found, range(len(self._chunks))))

    def languages(self, common_words: Mapping[str, Sequence[str]]) -> NDArray[np.int8]:
        """The language of each text by its everyday words.

        Args:
            common_words: per language; a word of two languages counts for neither.

        Returns:
            Number of the language in the order of `common_words`; -1 where fewer than `CLEARLY` of its words
            stand there, or where two languages have equally many. Shape (texts,).
        """
        keys = [_keys_of(words)[0] for words in common_words.values()]
        whose = np.concatenate([np.full(found.size, k, np.int64) for k, found in enumerate(keys)])
        unique, where, times = np.unique(np.concatenate(keys), return_index=True, return_counts=True)
        words, owner = unique[times == 1], whose[where[times == 1]]
        counts = [
            count_words(key, first, words, owner, len(common_words)) for key, _, _, _, first in self._words
        ]
        joined = np.concatenate([np.zeros((0, len(common_words)), np.int32), *counts])
        most = joined.max(axis=1, initial=0)
        clear = (most >= CLEARLY) & ((joined == most[:, None]).sum(axis=1) == 1)
        return np.where(clear, joined.argmax(axis=1), -1).astype(np.int8)


def _in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    # The kernels let go of the interpreter's lock.
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, items))


def _keys_of(phrases: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    folded = fold_texts(list(phrases))
    key, _, _, _, first = split_words(folded.chars, folded.offsets, fold_tables().role)
    return key, first


def _compiled(
    wanted: Sequence[Wanted],
) -> tuple[list[tuple[int, str]], NDArray[np.uint64], NDArray[np.int64], NDArray[np.bool_], list[int]]:
    """The phrases as hashes of their words, by the hash of the first."""
    phrases = [(k, phrase) for k, owner in enumerate(wanted) for phrase in owner.phrases]
    if not phrases:
        return [], np.zeros(0, np.uint64), np.zeros(1, np.int64), np.zeros(0, np.bool_), []
    key, first = _keys_of([phrase for _, phrase in phrases])
    by_first = np.argsort(key[np.minimum(first[:-1], key.size - 1)], kind="stable").tolist()
    order = [k for k in by_first if first[k + 1] > first[k]]
    pieces = [key[first[k] : first[k + 1]] for k in order]
    at = np.zeros(len(order) + 1, np.int64)
    np.cumsum([piece.size for piece in pieces], out=at[1:])
    deniable = np.array([wanted[phrases[k][0]].deniable for k in order], np.bool_)
    return phrases, np.concatenate(pieces), at, deniable, order


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(
        schema={"ad": pl.Int32, "start": pl.Int32, "end": pl.Int32, "owner": pl.String, "value": pl.String}
    )
