"""A chunk of prepared ads, and the same sealed: what worker processes make and a batch takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from filrouge.ads.tokens import SLOT_KINDS, Tokens
from filrouge.compare.ordering import order_numbers
from filrouge.corpus.kernels import Int64Array, distinct
from filrouge.corpus.keys import DataKey
from filrouge.corpus.opening import reordered
from filrouge.corpus.pseudonyms import ad_keys, identifier_pseudonyms, text_keys, token_pseudonyms
from filrouge.corpus.sealing import Group, Sealer, rows_of

MOST_ADS: Final = 20_000
"""Ads in a chunk at most: bounds the memory of a worker, and is the unit of its work."""
MARKS: Final = ("identifiers", "places", "names", "located")


@dataclass(frozen=True)
class Chunk:
    """Ads that were prepared together, in the clear.

    Attributes:
        ads: columns of `filrouge.ads.schema.ads_schema`; and `ad_key` (Binary, see
            `pseudonyms.ad_keys`), which is reckoned within the chunk where it is missing.
        tokens: their words, not keyed.
        identifiers: ad (place in the chunk), kind, value, start, end.
        places: ad, value, place, lat, lon, country, start, end.
        names: ad, value, start, end.
        located: ad, value: the place that the location column means.
    """

    ads: pl.DataFrame
    tokens: Tokens
    identifiers: pl.DataFrame
    places: pl.DataFrame
    names: pl.DataFrame
    located: pl.DataFrame


@dataclass(frozen=True)
class SealedChunk:
    """A chunk as it is stored. Numbers count from the beginning of the chunk.

    Attributes:
        chunk: its number in the batch.
        ads: rows for the table of ads; `source` is still the name.
        identifiers: rows for the table of identifiers.
        blocks: rows for the table of blocks; `offset` counts from the beginning of `pack`.
        pack: the sealed blocks, end to end.
        order: which ad of the chunk each row of `ads` is, shape (n,): ads of one key stand together.
    """

    chunk: int
    ads: pl.DataFrame
    identifiers: pl.DataFrame
    blocks: pl.DataFrame
    pack: bytes
    order: Int64Array


def months_of(ads: pl.DataFrame, received_month: str) -> pl.Series:
    """The month of each ad, "YYYY-MM": that of its posting, or of its receipt where that is unknown."""
    return ads.select(pl.col("posted").dt.strftime("%Y-%m").fill_null(received_month)).to_series()


def seal(
    chunk: Chunk,
    *,
    chunk_number: int,
    batch: str,
    case: str,
    keys: Mapping[str, DataKey],
    pepper: bytes,
    workspace_id: str,
    received_month: str,
) -> SealedChunk:
    """Seal a chunk; pure but for the nonces, so any process may do it.

    Args:
        chunk: at most `MOST_ADS` ads.
        chunk_number: its number in the batch.
        batch: the id of the batch.
        case: the case that the ads belong to.
        keys: a key for each month of the ads, see `months_of`.
        pepper: the workspace's own.
        workspace_id: the workspace's id.
        received_month: "YYYY-MM" in which the ads were received.
    """
    if chunk.ads.height > MOST_ADS:
        raise ValueError(f"a chunk has at most {MOST_ADS} ads, not {chunk.ads.height}")
    if "ad_key" not in chunk.ads.columns:
        chunk = replace(chunk, ads=chunk.ads.with_columns(ad_keys(chunk.ads, pepper)))
    months = months_of(chunk.ads, received_month)
    order = months.arg_sort().to_numpy().astype(np.int64)  # stable: within a month as they came
    if not bool((np.diff(order) == 1).all()):
        chunk, months = _reordered(chunk, order), months.gather(order)
    runs = months.rle().struct.unnest()
    sealer = Sealer(workspace_id, batch, chunk_number)
    pseudonyms = np.empty(chunk.tokens.key.size, np.uint64)
    first = 0
    for size, month in runs.select("len", "value").iter_rows():
        part = _cut(chunk, first, first + size)
        group = _group(part, pepper)
        t = chunk.tokens.offsets
        pseudonyms[t[first] : t[first + size]] = group.pseudonyms[group.words]
        sealer.add(group, part, keys[month], first)
        first += size
    pack, blocks = sealer.done()
    ads = _ad_rows(chunk, months, keys, blocks, case).with_columns(
        text_key=text_keys(pseudonyms, chunk.tokens.offsets, pepper)
    )
    return SealedChunk(chunk_number, ads, _identifier_rows(chunk, pepper), blocks, pack, order)


def _group(part: Chunk, pepper: bytes) -> Group:
    """The words of ads of one key by number, the commonest first: small numbers pack better."""
    t = part.tokens
    first, number, counts = distinct(t.key)
    commonest = np.argsort(-counts, kind="stable")
    rank = np.empty(commonest.size, np.int32)
    rank[commonest] = np.arange(commonest.size, dtype=np.int32)
    at = first[commonest]
    order = order_numbers(number, t.key[first], t.offsets)
    return Group(token_pseudonyms(t.key[at], t.kind[at], pepper), rank[number], order)


def _cut(chunk: Chunk, first: int, after: int) -> Chunk:
    """The ads `first` to `after` of a chunk, counted from 0."""
    if first == 0 and after == chunk.ads.height:
        return chunk
    t = chunk.tokens
    a, b = int(t.offsets[first]), int(t.offsets[after])
    tokens = Tokens(t.key[a:b], t.start[a:b], t.end[a:b], t.offsets[first : after + 1] - a, t.kind[a:b])
    marks = {}
    for name in MARKS:
        marks[name] = rows_of(getattr(chunk, name), first, after)
    return Chunk(chunk.ads[first:after], tokens, **marks)


def _reordered(chunk: Chunk, order: Int64Array) -> Chunk:
    """The chunk with its ads in another order."""
    place = np.empty(order.size, np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    marks = {}
    for name in MARKS:
        frame: pl.DataFrame = getattr(chunk, name)
        moved = frame.with_columns(pl.Series("ad", place[frame["ad"].to_numpy()], pl.Int32))
        marks[name] = moved.sort("ad", maintain_order=True)
    return Chunk(chunk.ads[order], reordered(chunk.tokens, order), **marks)


def _ad_rows(
    chunk: Chunk, months: pl.Series, keys: Mapping[str, DataKey], blocks: pl.DataFrame, case: str
) -> pl.DataFrame:
    words = blocks.filter(pl.col("part") == "words")
    spans = words["span"].to_numpy()
    place = np.arange(chunk.ads.height) - np.repeat(words["first_n"].to_numpy(), spans)
    ids = {month: keys[month].key_id for month in months.unique().to_list()}
    return chunk.ads.select(
        pl.Series("n", np.arange(chunk.ads.height, dtype=np.int64)),
        "ad_key",
        pl.lit(case).alias("case"),
        months.replace_strict(ids, return_dtype=pl.String).alias("key_id"),
        pl.lit(words["chunk"][0] if words.height else 0, pl.Int32).alias("chunk"),
        pl.Series("block", np.repeat(words["block"].to_numpy(), spans), pl.Int32),
        pl.Series("place", place, pl.Int32),
        "source", "row", "agency", "posted", "location",
    )  # fmt: skip


def _identifier_rows(chunk: Chunk, pepper: bytes) -> pl.DataFrame:
    """Each identifier of each ad once."""
    kind = {name: k for k, name in enumerate(SLOT_KINDS)}
    found = chunk.identifiers.select("ad", "kind", "value").unique(maintain_order=True)
    pseudonyms = identifier_pseudonyms(found["kind"].to_list(), found["value"].to_list(), pepper)
    return found.select(
        pl.col("ad").cast(pl.Int64).alias("n"),
        pl.col("kind").replace_strict(kind, return_dtype=pl.UInt8),
        pl.Series("pseudonym", pseudonyms),
    )
