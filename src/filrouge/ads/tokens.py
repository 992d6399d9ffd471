"""Words of ads by comparison keys: two words that a reader takes for one have one key, however disguised.

First each text is split by itself; then the words that a corpus writes plainly decide what a disguise hides:
whether `mas*sage` is one word and `relax*call` two, and where `c a l l n o w` is cut. So the keys of an ad
depend on the corpus it is compared within, and not on how the corpus was cut into chunks.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.fold import Folded
from filrouge.ads.fold_tables import fold_tables

SLOT_KINDS: Final = (
    "phone", "price", "name", "place", "age", "time", "url", "handle", "email", "payment", "free",
)  # fmt: skip
"""What a slot of a template may hold; a masked span is a token of one of these kinds."""

KIND_BITS: Final = 0xF
"""The bits of what stands for a word in a workspace that hold its kind: 0 for a word, else 1 + index in SLOT_KINDS."""


@dataclass(frozen=True)
class Masks:
    """Raw spans that become one token each, whose key depends on the kind alone; sorted by ad, then start.

    Empty spans, and spans that begin within the span before them, are passed over.

    Attributes:
        ad: number of the text, shape (M,).
        start: raw offset, shape (M,).
        end: raw offset, exclusive, shape (M,).
        kind: index in SLOT_KINDS, shape (M,).
    """

    ad: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    kind: NDArray[np.uint8]

    @classmethod
    def none(cls) -> Masks:
        """No masks."""
        nothing = np.zeros(0, np.int32)
        return cls(nothing, nothing, nothing, np.zeros(0, np.uint8))


@dataclass(frozen=True)
class Tokens:
    """Words of all texts end to end; those of text i lie at `offsets[i]` to `offsets[i + 1]`.

    Attributes:
        key: what is compared, shape (T,).
        start: raw offset in the text, shape (T,).
        end: raw offset, exclusive, shape (T,).
        offsets: shape (texts + 1,).
        kind: 0 for a word, else 1 + index in SLOT_KINDS, shape (T,).
    """

    key: NDArray[np.uint64]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    offsets: NDArray[np.int64]
    kind: NDArray[np.uint8]


@dataclass(frozen=True)
class Vocabulary:
    """In how many texts of a corpus each word is written plainly.

    Attributes:
        keys: sorted, shape (V,).
        counts: texts that hold the word, shape (V,).
    """

    keys: NDArray[np.uint64]
    counts: NDArray[np.int64]

    @cached_property
    def table(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """The same as an open-addressing table."""
        from filrouge.ads.disguise_kernels import lookup_table

        return lookup_table(self.keys, self.counts)


@dataclass(frozen=True)
class WrittenWords:
    """Words of a chunk as they are written, and the chains of words that may be parts of a disguised one.

    `links` are the arrays that `token_kernels.split` describes.
    """

    tokens: Tokens
    links: tuple[NDArray[Any], ...]


def written_words(folded: Folded, masks: Masks) -> WrittenWords:
    """Split a chunk of texts into words; releases the GIL, so chunks may be split in threads.

    Args:
        folded: the texts.
        masks: spans that become one token each; their `ad` counts from 0 within this chunk.
    """
    from filrouge.ads.token_kernels import split

    tables = fold_tables()
    mask_at = np.searchsorted(masks.ad, np.arange(len(folded) + 1)).astype(np.int64)
    found: tuple[NDArray[Any], ...] = split(
        folded.chars, folded.origin, folded.origin_end, folded.offsets,
        mask_at, _as(masks.start, np.int32), _as(masks.end, np.int32), _as(masks.kind, np.uint8),
        tables.role, tables.key,
    )  # fmt: skip
    key, start, end, kind, offsets = found[:5]
    return WrittenWords(Tokens(key, start, end, offsets, kind), found[5:])


def vocabulary_of(chunks: Sequence[WrittenWords], threads: int = 1) -> Vocabulary:
    """The words that a corpus writes plainly; the same however the corpus is cut into chunks."""
    from filrouge.ads.disguise_kernels import count_plain_words

    def count(chunk: WrittenWords) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        return count_plain_words(chunk.tokens.key, chunk.tokens.offsets, chunk.links[0])

    with ThreadPoolExecutor(max(threads, 1)) as pool:
        counted = list(pool.map(count, chunks))
    every = np.concatenate([keys for keys, _ in counted] or [np.zeros(0, np.uint64)])
    keys, place = np.unique(every, return_inverse=True)
    counts = np.zeros(len(keys), np.int64)
    np.add.at(counts, place, np.concatenate([c for _, c in counted] or [np.zeros(0, np.int64)]))
    return Vocabulary(keys, counts)


def join_disguised(chunk: WrittenWords, vocabulary: Vocabulary) -> Tokens:
    """The words of a chunk with the parts of disguised words joined, as the vocabulary decides."""
    if not len(chunk.links[0]):
        return chunk.tokens
    from filrouge.ads.disguise_kernels import join_disguised as join

    t = chunk.tokens
    total = float(vocabulary.counts.sum())
    word, poly, size, first, last, gap, bits = chunk.links
    slots, counts = vocabulary.table
    key, start, end, kind, offsets = join(
        t.key, t.start, t.end, t.kind, t.offsets, word, poly, size, first, last, gap, bits, slots, counts, total
    )  # fmt: skip
    return Tokens(key, start, end, offsets, kind)


def tokenize_chunks(
    folded: Sequence[Folded],
    masks: Sequence[Masks],
    threads: int = 1,
    vocabulary: Vocabulary | None = None,
) -> Tokens:
    """Words of a corpus that was folded in chunks.

    Args:
        folded: the chunks, in order.
        masks: as many; each counts its ads from 0 within its chunk.
        threads: how many chunks are worked on at once; the result does not depend on it.
        vocabulary: of the corpus that the texts are compared with, if they are not that corpus themselves
            (a pasted text that is searched for); else it is counted from the texts.

    Returns:
        The tokens of all chunks, in order.
    """
    written = split_chunks(folded, masks, threads)
    return join_chunks(written, vocabulary or vocabulary_of(written, threads), threads)


def split_chunks(folded: Sequence[Folded], masks: Sequence[Masks], threads: int = 1) -> list[WrittenWords]:
    """The words of each chunk as they are written; see `tokenize_chunks`."""
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        return list(pool.map(written_words, folded, masks))


def join_chunks(written: Sequence[WrittenWords], words: Vocabulary, threads: int = 1) -> Tokens:
    """The tokens of all chunks, in order, their disguised words joined as `words` decides."""
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        _ = words.table  # made once, before threads ask for it
        parts = list(pool.map(lambda chunk: join_disguised(chunk, words), written))
    if len(parts) == 1:
        return parts[0]
    parts = parts or [written_words(Folded.none(), Masks.none()).tokens]
    firsts = np.cumsum([0] + [len(p.key) for p in parts])
    return Tokens(
        np.concatenate([p.key for p in parts]),
        np.concatenate([p.start for p in parts]),
        np.concatenate([p.end for p in parts]),
        np.concatenate([[0]] + [p.offsets[1:] + first for p, first in zip(parts, firsts)]).astype(np.int64),
        np.concatenate([p.kind for p in parts]),
    )


def tokenize(folded: Folded, masks: Masks, vocabulary: Vocabulary | None = None) -> Tokens:
    """Words of the texts of one chunk that is the whole corpus (or is compared with that of `vocabulary`)."""
    return tokenize_chunks([folded], [masks], 1, vocabulary)


def _as(array: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """The array in the one layout and type that the kernels are compiled for."""
    return np.ascontiguousarray(array, dtype=dtype)
