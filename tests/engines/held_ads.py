"""Ads in memory with the methods of a workspace that a search needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from filrouge.ads.schema import ads_schema
from filrouge.ads.tokens import Tokens
from filrouge.compare.runs import dense_ids
from filrouge.corpus.opening import Opened
from filrouge.corpus.pseudonyms import identifier_pseudonyms, token_pseudonyms
from filrouge.engines.prepare import CHUNK, prepare
from filrouge.networks.ties import TYING_KINDS

PEPPER = bytes(range(32))


@dataclass(frozen=True)
class Words:
    ad: np.ndarray
    words: np.ndarray
    keys: np.ndarray
    offsets: np.ndarray


def ads_frame(texts, **columns):
    n = len(texts)
    given = {
        "id": [f"ad-{k}" for k in range(n)],
        "agency": ["board"] * n,
        "location": [""] * n,
        "source": ["test"] * n,
        "row": list(range(n)),
        **columns,
    }
    blank = {name: [None] * n for name in ads_schema()}
    return pl.DataFrame({**blank, **given, "text": texts}, schema=ads_schema())


class HeldAds:
    """What a workspace would hold; `destroyed` ads can't be read."""

    def __init__(self, ads, pepper=PEPPER, vocabulary=None):
        self.id, self.pepper = "test", pepper
        self.ads_frame = ads
        self.destroyed = set()
        chunks = [prepare(ads[k : k + CHUNK], vocabulary) for k in range(0, ads.height, CHUNK)]
        tokens = [chunk.tokens for chunk in chunks]
        self.key = token_pseudonyms(
            np.concatenate([t.key for t in tokens]), np.concatenate([t.kind for t in tokens]), pepper
        )
        self.words_of, found = dense_ids(self.key)
        self.keys = np.zeros(found, np.uint64)
        self.keys[self.words_of] = self.key
        sizes = np.concatenate([np.diff(t.offsets) for t in tokens])
        self.offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.start = np.concatenate([t.start for t in tokens])
        self.end = np.concatenate([t.end for t in tokens])
        self.identifiers = pl.concat(
            [
                chunk.identifiers.with_columns(ad=pl.col("ad").cast(pl.Int64) + k * CHUNK)
                for k, chunk in enumerate(chunks)
            ]
        ).filter(pl.col("kind").is_in(TYING_KINDS)).select("ad", "kind", "value").unique()
        numbers = identifier_pseudonyms(self.identifiers["kind"], self.identifiers["value"], pepper)
        self.carried = self.identifiers.select("ad", "kind").with_columns(pseudonym=pl.Series(numbers)).sort("pseudonym", "ad")

    def _flat(self, ads):
        sizes = np.diff(self.offsets)[ads]
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return np.repeat(self.offsets[ads] - offsets[:-1], sizes) + np.arange(offsets[-1]), offsets

    def words(self, ads=None):
        every = np.arange(self.ads_frame.height) if ads is None else ads[ads < self.ads_frame.height]
        if self.destroyed:
            every = np.array([ad for ad in every.tolist() if ad not in self.destroyed], np.int64)
        flat, offsets = self._flat(every)
        return Words(every.astype(np.int64), self.words_of[flat], self.keys, offsets)

    def texts(self, ads):
        flat, offsets = self._flat(ads)
        key = self.key[flat]
        tokens = Tokens(key, self.start[flat], self.end[flat], offsets, (key & np.uint64(15)).astype(np.uint8))
        nothing = pl.DataFrame()
        return Opened(
            self.ads_frame[ads.tolist()].with_columns(ad=pl.Series(ads)), tokens, nothing, nothing, nothing, nothing
        )

    def holders(self, pseudonyms):
        return self.carried.filter(pl.col("pseudonym").is_in(pl.Series(pseudonyms)))
