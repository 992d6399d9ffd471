"""From pairs to groups: which texts hold together, and which groups are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from filrouge.compare.align import pair_bits
from filrouge.compare.labels import HALF, Pairs, united
from filrouge.compare.models import Models
from filrouge.compare.reach import whole_bits
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.strangers import Corpus

if TYPE_CHECKING:
    from filrouge.compare.stages import Stages

KEPT = 12
"""Candidates of an ad that are compared exactly: those that most runs propose."""


def close_pairs(
    corpus: Corpus, price: Float32Array, first: Int32Array, second: Int32Array, cut: float, stages: Stages
) -> Pairs:
    """Those of the pairs that save more than `cut`, weighed by the part that is explained of both.

    An ad that holds two templates is so no centre of either.
    """
    bits = stages.pair_bits(corpus, price, first, second)
    whole = whole_bits(corpus, price)
    share = (bits / np.maximum(whole[first], whole[second])).astype(np.float32)
    strong = bits > cut
    return Pairs(first[strong], second[strong], share[strong], corpus.ads)


def with_copies(
    first: Int32Array, second: Int32Array, times: Int32Array, one: Int32Array, other: Int32Array
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """The candidates and those pairs of copies that are not among them, sorted by pair."""
    known = first.astype(np.int64) << 32 | second
    new = np.setdiff1d(one.astype(np.int64) << 32 | other, known, assume_unique=True)
    keys = np.concatenate([known, new])
    order = np.argsort(keys, kind="stable")
    weights = np.concatenate([times, np.full(new.size, KEPT, np.int32)])[order]
    return (keys[order] >> 32).astype(np.int32), (keys[order] & 0xFFFFFFFF).astype(np.int32), weights


def compact(label: Int32Array, sizes: Int64Array) -> Int32Array:
    """The same clusters, numbered from 0 in the order of their first text; of one ad alone becomes -1."""
    counts = np.bincount(label[label >= 0], sizes[label >= 0], minlength=1)
    alone = (label < 0) | (counts[np.maximum(label, 0)] < 2)
    out = np.full(label.size, -1, np.int32)
    kept = label[~alone]
    if kept.size:
        unique, first, inverse = np.unique(kept, return_index=True, return_inverse=True)
        rank = np.empty(unique.size, np.int32)
        rank[np.argsort(first)] = np.arange(unique.size, dtype=np.int32)
        out[~alone] = rank[inverse]
    return out


def merged(
    label: Int32Array,
    models: Models,
    begins: Int64Array,
    neighbour: Int32Array,
    cut: float,
    threads: int = 1,
) -> Int32Array:
    """The labels with those made one whose templates are one: either explains at least half of the other.

    Args:
        label: int32, shape (texts,); -1 for a text of no group.
        models: the consensus of each label.
        begins, neighbour: the candidates of each text, see `neighbourhoods`; groups that they connect are compared.
        cut: bits that strangers reach.
        threads: how many threads to use; the result is the same.
    """
    count = len(models)
    if count < 2:
        return label
    source = np.repeat(np.arange(label.size), np.diff(begins))
    a, b = label[source], label[neighbour]
    across = (a >= 0) & (b > a)
    keys = np.unique(a[across].astype(np.int64) << 32 | b[across])
    if not keys.size:
        return label
    first, second = (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
    forth = pair_bits(first, second, models.words, models.price, models.begins, threads)
    least = np.minimum(models.cost[first], models.cost[second])
    same = (forth > cut) & (forth > HALF * least)
    root = united(np.arange(count), first[same].astype(np.int64), second[same].astype(np.int64))
    return np.where(label >= 0, root[np.maximum(label, 0)], -1).astype(np.int32)
