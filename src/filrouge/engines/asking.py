"""The parts of a search: a question as pseudonyms, held ads weighed against it, and how a hit is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import polars as pl

from filrouge.ads.schema import ads_schema
from filrouge.ads.tokens import Vocabulary
from filrouge.compare.align import pair_kernel
from filrouge.compare.fingerprints import UsualRuns, run_keys, whole_keys, whole_places, word_places
from filrouge.compare.reach import Reach
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array, dense_ids
from filrouge.compare.search import copied_words
from filrouge.compare.segments import WORD_KIND
from filrouge.compare.strangers import IN_PASSING
from filrouge.corpus.indexing import OpenedWords
from filrouge.corpus.opening import Opened
from filrouge.corpus.pseudonyms import identifier_pseudonyms, token_pseudonyms
from filrouge.engines.prepare import prepare
from filrouge.engines.stored import Hit, Shared, _stretches
from filrouge.networks.ties import TYING_KINDS

_QUANTILES: Final = (0.2, 0.6)


class Prices(Protocol):
    """What words would cost a stranger; `filrouge.compare.language.LanguageModel` is one."""

    def prices(self, keys: UInt64Array, offsets: Int64Array) -> Float32Array:
        """Bits of each word of some texts, whose words lie end to end."""


@dataclass(frozen=True)
class Near(Hit):
    """A hit in a workspace. The `value` of what is `shared` is its pseudonym.

    Attributes:
        ad: its number.
        equal: whether its words are those of the query, one by one.
        tied: whether the bits are more than strangers reach.
    """

    ad: int
    equal: bool
    tied: bool


@dataclass(frozen=True)
class Question:
    """A text from outside, or a held ad, as the index sees it.

    Attributes:
        keys: pseudonyms of its words, in order.
        kinds, pseudonyms: the identifiers in it that may tie.
    """

    keys: UInt64Array
    kinds: tuple[str, ...]
    pseudonyms: UInt64Array

    @property
    def runs(self) -> UInt64Array:
        """Its different runs."""
        runs: UInt64Array = np.unique(run_keys(*self._alone)).astype(np.uint64)
        return runs

    @property
    def whole(self) -> int:
        """The key of all its words."""
        return int(whole_places(whole_keys(*self._alone))[0])

    @property
    def words(self) -> UInt64Array:
        """Its different words, as the index lists them; identifiers and names are none."""
        said = self.keys[(self.keys & np.uint64(WORD_KIND)) == 0]
        words: UInt64Array = np.unique(word_places(said))
        return words

    @property
    def _alone(self) -> tuple[Int32Array, UInt64Array, Int64Array]:
        n = self.keys.size
        return np.arange(n, dtype=np.int32), self.keys, np.array([0, n], np.int64)


def questions(texts: Sequence[str], pepper: bytes, vocabulary: Vocabulary | None) -> list[Question]:
    """Texts as the index sees them."""
    columns = {name: [None] * len(texts) for name in ads_schema()}
    blank = {"text": list(texts), "location": [""] * len(texts)}
    chunk = prepare(pl.DataFrame({**columns, **blank}, schema=ads_schema()), vocabulary)
    keys = token_pseudonyms(chunk.tokens.key, chunk.tokens.kind, pepper)
    named: list[list[tuple[str, str]]] = [[] for _ in texts]
    found = chunk.identifiers
    for ad, kind, value in zip(
        found["ad"].to_list(), found["kind"].to_list(), found["value"].to_list(), strict=True
    ):
        if kind in TYING_KINDS and (kind, value) not in named[ad]:
            named[ad].append((kind, value))
    out = []
    for k, pairs in enumerate(named):
        kinds = tuple(kind for kind, _value in pairs)
        pseudonyms = identifier_pseudonyms(kinds, [value for _kind, value in pairs], pepper)
        out.append(Question(keys[chunk.tokens.offsets[k] : chunk.tokens.offsets[k + 1]], kinds, pseudonyms))
    return out


class Rarity:
    """Prices until a run has learned better ones: a third of the rarity of the run of three words that ends at each."""

    def __init__(self, usual: UsualRuns | None) -> None:
        self._usual = usual or UsualRuns(np.zeros(0, np.uint32), np.zeros(0, np.int64), 0)

    def prices(self, keys: UInt64Array, offsets: Int64Array) -> Float32Array:
        """Bits of each word."""
        runs = run_keys(np.arange(keys.size, dtype=np.int32), keys, offsets)
        price = self._usual.rarity(runs) / np.float32(3)
        return np.where((keys & np.uint64(WORD_KIND)) == 0, price, IN_PASSING).astype(np.float32)


def weighed(question: UInt64Array, opened: OpenedWords, prices: Prices) -> Float32Array:
    """Bits saved when each of the opened ads is written with the question beside it."""
    keys = opened.keys[opened.words]
    words, found = dense_ids(np.concatenate([question, keys]))
    price = np.concatenate([np.zeros(question.size, np.float32), prices.prices(keys, opened.offsets)])
    offsets = np.concatenate([[0], opened.offsets + question.size]).astype(np.int64)
    others = np.arange(1, offsets.size - 1, dtype=np.int32)
    bits: Float32Array = pair_kernel(
        np.zeros_like(others), others, words, price.astype(np.float32), offsets, found
    )
    return bits


def equal_ones(question: UInt64Array, opened: OpenedWords) -> np.ndarray:
    """bool, which of the opened ads have the words of the question, one by one."""
    sizes = np.diff(opened.offsets)
    out = sizes == question.size
    for k in np.flatnonzero(out).tolist():
        a, b = int(opened.offsets[k]), int(opened.offsets[k + 1])
        out[k] = np.array_equal(opened.keys[opened.words[a:b]], question)
    return out


def shown(
    question: UInt64Array,
    opened: Opened,
    prices: Prices,
    shared: dict[int, tuple[Shared, ...]],
    clusters: dict[int, str],
    cut: float,
) -> list[Near]:
    """Opened ads as hits, in their order."""
    tokens = opened.tokens
    every = prices.prices(tokens.key, tokens.offsets)
    words, _found = dense_ids(np.concatenate([question, tokens.key]))
    model, texts = words[: question.size], words[question.size :]
    out = []
    for k, row in enumerate(opened.ads.iter_rows(named=True)):
        here = slice(int(tokens.offsets[k]), int(tokens.offsets[k + 1]))
        bits, places = copied_words(texts[here], every[here], model)
        cluster = clusters.get(row["ad"], "")
        out.append(
            Near(
                id=row["id"],
                agency=row["agency"],
                posted=row["posted"].strftime("%Y-%m-%d") if row["posted"] else None,
                location=row["location"],
                cluster=cluster,
                template=cluster,
                bits=round(bits, 1),
                stretches=_stretches(row["text"], tokens.start[here], tokens.end[here], places >= 0),
                shared=shared.get(row["ad"], ()),
                ad=row["ad"],
                equal=bool(np.array_equal(tokens.key[here], question)),
                tied=bits >= cut,
            )
        )
    return out


def strangers_cut(opened: OpenedWords, prices: Prices, ads: int) -> float:
    """The bits that tie two of `ads` ads, from what some random ones reach with one another.

    Of a few random ads hardly two are copies. The best of many independent scores follows a Gumbel distribution, whose
    place moves by its scale times the logarithm of how many more there are; it is fitted by low quantiles, as in
    `filrouge.compare.reach`, where the reasons are.
    """
    n = opened.ad.size
    words, found = dense_ids(opened.keys[opened.words])
    price = prices.prices(opened.keys[opened.words], opened.offsets)
    one, other = (side.ravel().astype(np.int32) for side in np.meshgrid(np.arange(n), np.arange(n)))
    bits = pair_kernel(one, other, words, price, opened.offsets, found).reshape(n, n)
    np.fill_diagonal(bits, 0)
    low, high = (float(q) for q in np.quantile(bits.max(axis=1), _QUANTILES))
    place = -np.log(-np.log(np.array(_QUANTILES)))
    scale = (high - low) / float(place[1] - place[0])
    further = float(np.log(max(ads / n, 1.0)))
    return Reach(low - scale * float(place[0]) + scale * further, scale, ads).pair
