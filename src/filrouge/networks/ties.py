"""Ties: pairs of ads with the evidence between them, by kind, in bits."""

from __future__ import annotations

import numpy as np
import polars as pl

from filrouge.compare.comparison import Comparison

TYING_KINDS = ("phone", "email", "url", "handle", "payment")
NEIGHBOURS = 4
"""Each ad that holds an identifier is paired with this many holders that follow it."""


def text_ties(found: Comparison) -> pl.DataFrame:
    """Pairs of ads of one cluster that were compared exactly, and pairs with equal texts.

    Returns:
        `a`, `b` (ad numbers, a < b) and `text`, bits saved by writing the one with the other.
    """
    first = np.full(found.sizes.size, -1, np.int64)
    first[found.text[::-1]] = np.arange(found.text.size - 1, -1, -1)
    label = found.clustering.label
    pairs, bits = found.clustering.pairs, found.clustering.exact_bits
    same = (label[pairs[:, 0]] >= 0) & (label[pairs[:, 0]] == label[pairs[:, 1]]) & (bits > 0)
    a, b = first[pairs[same, 0]], first[pairs[same, 1]]
    lead = first[found.text]
    repeated = np.flatnonzero((lead != np.arange(lead.size)) & (found.cluster >= 0))
    return pl.DataFrame(
        {
            "a": np.concatenate([np.minimum(a, b), lead[repeated]]).astype(np.int32),
            "b": np.concatenate([np.maximum(a, b), repeated]).astype(np.int32),
            "text": np.concatenate([bits[same], found.bits[repeated]]).astype(np.float32),
        }
    )


def identifier_ties(identifiers: pl.DataFrame, ads: int) -> pl.DataFrame:
    """Pairs of ads that share an identifier: log2(ads / ads that carry it), summed within a kind.

    Returns:
        `a`, `b` and a column of bits for each of `TYING_KINDS`.
    """
    held = (
        identifiers.filter(pl.col("kind").is_in(TYING_KINDS))
        .select("kind", "value", pl.col("ad").cast(pl.Int32))
        .unique()
        .sort("kind", "value", "ad")
        .with_columns(holders=pl.len().over("kind", "value"))
        .filter(pl.col("holders") > 1)
    )
    steps = []
    for step in range(1, NEIGHBOURS + 1):
        steps.append(held.with_columns(b=pl.col("ad").shift(-step).over("kind", "value")).drop_nulls("b"))
    pairs = pl.concat(steps).with_columns(bits=(ads / pl.col("holders")).log(2).cast(pl.Float32))
    wide = pairs.group_by("ad", "b").agg(
        *(pl.col("bits").filter(pl.col("kind") == kind).sum().alias(kind) for kind in TYING_KINDS)
    )
    return wide.rename({"ad": "a"}).filter(pl.sum_horizontal(TYING_KINDS) > 0)


def all_ties(found: Comparison, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Text and identifier ties side by side; 0 bits where there is no evidence of that kind.

    The kinds are not added up: a phone and a text that were copied together are not independent.
    """
    text = text_ties(found)
    other = identifier_ties(identifiers, max(found.text.size, 1))
    return (
        text.join(other, on=["a", "b"], how="full", coalesce=True)
        .with_columns(pl.col("text", *TYING_KINDS).fill_null(0.0).round(2))
        .select("a", "b", "text", *TYING_KINDS)
        .sort("a", "b")
    )
