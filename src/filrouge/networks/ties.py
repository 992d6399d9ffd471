"""Ties: pairs of ads with the evidence between them, by kind, in bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from filrouge.compare.comparison import Comparison
from filrouge.compare.runs import Float32Array, Int64Array

TYING_KINDS = ("phone", "email", "url", "handle", "payment")
COLUMNS = ("text", *TYING_KINDS)
NEIGHBOURS = 4
"""Each ad that holds an identifier is paired with this many holders that follow it."""


@dataclass(frozen=True)
class _Evidence:
    """Bits of one kind (`column`, a place in `COLUMNS`) between the ads `a` and `b`, a < b."""

    a: Int64Array
    b: Int64Array
    column: Int64Array
    bits: Float32Array


def all_ties(found: Comparison, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Pairs of ads with the evidence between them; 0 bits where there is none of that kind.

    The kinds are not added up: a phone and a text that were copied together are not independent.

    Args:
        found: pairs of one cluster whose texts were compared exactly, and pairs with equal texts, are tied.
        identifiers: `ad`, `kind`, `value`; each says log2(ads / ads that carry it).

    Returns:
        `a`, `b` (ad numbers, a < b) and a column of bits for each of `COLUMNS`, summed within it.
    """
    parts = [_of_texts(found), *_of_identifiers(identifiers, max(found.text.size, 1))]
    a, b, column = (np.concatenate([getattr(part, name) for part in parts]) for name in ("a", "b", "column"))
    said = np.concatenate([part.bits for part in parts])
    pairs, row = np.unique(a << 32 | b, return_inverse=True)
    bits = np.zeros((pairs.size, len(COLUMNS)), np.float32)
    np.add.at(bits, (row, column), said)
    # What all ads carry says nothing; a pair of equal texts stays, whatever they save.
    is_tied = np.isin(np.arange(pairs.size), row[column == 0]) | (bits > 0).any(axis=1)
    ends = {"a": pairs[is_tied] >> 32, "b": pairs[is_tied] & 0xFFFFFFFF}
    return pl.DataFrame(
        {name: ads.astype(np.int32) for name, ads in ends.items()}
        | dict(zip(COLUMNS, bits[is_tied].T.copy(), strict=True))
    ).with_columns(pl.col(COLUMNS).round(2))


def _of_texts(found: Comparison) -> _Evidence:
    """Bits saved by writing the one text with the other."""
    first = np.full(found.sizes.size, -1, np.int64)
    first[found.text[::-1]] = np.arange(found.text.size - 1, -1, -1)
    label = found.clustering.label
    pairs, bits = found.clustering.pairs, found.clustering.exact_bits
    same = (label[pairs[:, 0]] >= 0) & (label[pairs[:, 0]] == label[pairs[:, 1]]) & (bits > 0)
    a, b = first[pairs[same, 0]], first[pairs[same, 1]]
    lead = first[found.text]
    repeated = np.flatnonzero((lead != np.arange(lead.size)) & (found.cluster >= 0))
    return _Evidence(
        np.concatenate([np.minimum(a, b), lead[repeated]]),
        np.concatenate([np.maximum(a, b), repeated]),
        np.zeros(a.size + repeated.size, np.int64),
        np.concatenate([bits[same], found.bits[repeated]]).astype(np.float32),
    )


def _of_identifiers(identifiers: pl.DataFrame, ads: int) -> Iterator[_Evidence]:
    """Bits of each identifier that two ads or more carry, once for each step from holder to holder."""
    column = {kind: k for k, kind in enumerate(COLUMNS)}
    held = (
        identifiers.filter(pl.col("kind").is_in(TYING_KINDS))
        .group_by("kind", "value")
        .agg(pl.col("ad").cast(pl.Int64))
        .filter(pl.col("ad").list.len() > 1)
        .sort("kind", "value")
        .select(pl.col("kind").replace_strict(column, return_dtype=pl.Int64), "ad")
        .with_row_index("identifier")
        .explode("ad")
    )
    # An ad that writes an identifier twice carries it once.
    keys = np.sort(held["identifier"].to_numpy().astype(np.int64) << 32 | held["ad"].to_numpy())
    keys = keys[np.diff(keys, prepend=-1) > 0]
    identifier, ad = keys >> 32, keys & 0xFFFFFFFF
    kind = np.zeros(identifier.max(initial=-1) + 1, np.int64)
    kind[held["identifier"].to_numpy()] = held["kind"].to_numpy()
    holders = np.bincount(identifier, minlength=kind.size)
    bits = np.log2(ads / np.maximum(holders, 1)).astype(np.float32)
    for step in range(1, NEIGHBOURS + 1):
        both = np.flatnonzero(identifier[step:] == identifier[:-step])
        which = identifier[both]
        yield _Evidence(ad[both], ad[both + step], kind[which], bits[which])
