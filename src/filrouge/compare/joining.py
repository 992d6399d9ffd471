"""From pairs to groups: which texts hold together, and which groups are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from filrouge.compare.align import pair_bits
from filrouge.compare.labels import HALF, Pairs, united
from filrouge.compare.models import Models
from filrouge.compare.reach import whole_bits
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array
from filrouge.compare.shares import even_cuts, in_order
from filrouge.compare.strangers import Corpus

if TYPE_CHECKING:
    from filrouge.compare.stages import Stages

KEPT = 12
"""Candidates of an ad that are compared exactly: those that most runs propose."""
TEXTS_TOGETHER = 1 << 17
"""Texts whose neighbours' groups a thread looks at together."""


def close_pairs(
    corpus: Corpus, price: Float32Array, first: Int32Array, second: Int32Array, cut: float, stages: Stages
) -> Pairs:
    """Those of the pairs that save more than `cut`, weighed by the part that is explained of both.

    An ad that holds two templates is so no centre of either.
    """
    bits = stages.pair_bits(corpus, price, first, second, cut)
    strong = bits > cut
    first, second, bits = first[strong], second[strong], bits[strong]
    whole = whole_bits(corpus, price, stages.threads)
    share = (bits / np.maximum(whole[first], whole[second])).astype(np.float32)
    return Pairs(first, second, share, corpus.ads)


@njit(cache=True, nogil=True)
def _with_copies(first, second, times, one, other, most):  # type: ignore[no-untyped-def]  # pragma: no cover
    room = first.size + one.size
    out = np.empty((3, room), np.int32)
    j = 0
    count = 0
    for k in range(first.size + 1):
        while j < one.size and (
            k == first.size or one[j] < first[k] or (one[j] == first[k] and other[j] < second[k])
        ):
            out[0, count], out[1, count], out[2, count] = one[j], other[j], most
            j += 1
            count += 1
        if k == first.size:
            break
        if j < one.size and one[j] == first[k] and other[j] == second[k]:
            j += 1
        out[0, count], out[1, count], out[2, count] = first[k], second[k], times[k]
        count += 1
    return out[0, :count].copy(), out[1, :count].copy(), out[2, :count].copy()


def with_copies(
    first: Int32Array, second: Int32Array, times: Int32Array, one: Int32Array, other: Int32Array
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """The candidates and those pairs of copies that are not among them, sorted by pair, as both are."""
    a, b, weights = _with_copies(first, second, times, one, other, KEPT)
    return a, b, weights


@njit(cache=True, nogil=True)
def _compacted(label, many, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    name = np.full(found, -1, np.int32)
    out = np.full(label.size, -1, np.int32)
    count = 0
    for text in range(label.size):
        if label[text] >= 0 and many[label[text]]:
            if name[label[text]] < 0:
                name[label[text]] = count
                count += 1
            out[text] = name[label[text]]
    return out


def compact(label: Int32Array, sizes: Int64Array) -> Int32Array:
    """The same clusters, numbered from 0 in the order of their first text; of one ad alone becomes -1."""
    inside = label >= 0
    counts = np.bincount(label[inside], sizes[inside], minlength=1)
    out: Int32Array = _compacted(label, counts >= 2, counts.size)
    return out


@njit(cache=True, nogil=True)
def _neighbouring(label, begins, neighbour, first, last):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The pairs of different groups that neighbours are in, the smaller number above."""
    room = 1 << 12
    out = np.empty(room, np.uint64)
    count = 0
    for text in range(first, last):
        a = label[text]
        if a < 0:
            continue
        before = -1
        for e in range(begins[text], begins[text + 1]):
            b = label[neighbour[e]]
            if b <= a or b == before:
                continue
            before = b
            if count == room:
                room *= 2
                more = np.empty(room, np.uint64)
                more[:count] = out
                out = more
            out[count] = (np.uint64(a) << np.uint64(32)) | np.uint64(b)
            count += 1
    return out[:count]


def sorted_once(keys: UInt64Array) -> UInt64Array:
    """The different keys, in order."""
    ordered = np.sort(keys)
    once: UInt64Array = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])[: ordered.size]]
    return once


def neighbouring_groups(
    label: Int32Array, begins: Int64Array, neighbour: Int32Array, threads: int = 1
) -> tuple[Int32Array, Int32Array]:
    """The pairs of labels (first < second) between which texts are neighbours, sorted, each once."""
    cuts = even_cuts(label.size, TEXTS_TOGETHER)
    parts = in_order(
        lambda k: sorted_once(_neighbouring(label, begins, neighbour, cuts[k], cuts[k + 1])),
        cuts.size - 1, threads,
    )  # fmt: skip
    keys = sorted_once(np.concatenate([np.zeros(0, np.uint64), *parts]))
    return (keys >> np.uint64(32)).astype(np.int32), (keys & np.uint64(0xFFFFFFFF)).astype(np.int32)


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
    first, second = neighbouring_groups(label, begins, neighbour, threads)
    if not first.size:
        return label
    cost = models.cost
    least = np.minimum(cost[first], cost[second])
    floor = np.maximum(cut, HALF * least).astype(np.float32)
    forth = pair_bits(first, second, models.words, models.price, models.begins, threads, floor=floor)
    same = (forth > cut) & (forth > HALF * least)
    root = united(np.arange(count), first[same].astype(np.int64), second[same].astype(np.int64))
    return np.where(label >= 0, root[np.maximum(label, 0)], -1).astype(np.int32)
