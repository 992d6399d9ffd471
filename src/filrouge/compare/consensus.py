"""The consensus of a cluster: the words that most of its members share, in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from filrouge.compare.align import align_members
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array

SAMPLE = 60
"""Members that vote on the words; all are weighed."""
FARTHEST = 12
"""Words after a shared one within which an insertion is still taken to stand at that place."""


@dataclass(frozen=True)
class Consensus:
    """The words that most members of a cluster share, in order.

    Attributes:
        words: word numbers, int32, shape (m,).
        price: what each word costs a stranger where members wrote it, mean bits, float32, shape (m,).
        bits: saved for each member, float32, shape (members,).
    """

    words: Int32Array
    price: Float32Array
    bits: Float32Array


@njit(cache=True, nogil=True)
def _revised(
    members: Int32Array,
    copied: np.ndarray,
    places: Int32Array,
    words: Int32Array,
    offsets: Int64Array,
    model: Int32Array,
    votes: Int32Array,
    half: float,
) -> Int32Array:
    """The model without words that fewer than `half` copied, with those that as many put in at one place."""
    # One number for each word put in: after which model word, which word, how far after it.
    put_in = np.empty(places.size, np.uint64)
    count = 0
    at = 0
    for k in range(members.size):
        begin = offsets[members[k]]
        size = offsets[members[k] + 1] - begin
        if copied[k]:
            anchor = -1
            depth = 0
            for i in range(size):
                if places[at + i] >= 0:
                    anchor = places[at + i]
                    depth = 0
                    continue
                depth += 1
                if depth <= FARTHEST:
                    put_in[count] = (
                        (np.uint64(anchor + 1) << np.uint64(40))
                        | (np.uint64(words[begin + i]) << np.uint64(8))
                        | np.uint64(depth)
                    )
                    count += 1
        at += size
    put_in = put_in[:count]
    put_in.sort()
    out = np.empty(model.size + count, np.int32)
    depths = np.empty(count, np.int64)
    filled = 0
    k = 0
    for j in range(-1, model.size):
        if j >= 0 and votes[j] >= half:
            out[filled] = model[j]
            filled += 1
        first = filled
        while k < count and np.int64(put_in[k] >> np.uint64(40)) - 1 == j:
            end = k + 1
            while end < count and put_in[end] >> np.uint64(8) == put_in[k] >> np.uint64(8):
                end += 1
            if end - k >= half:
                # Sorted, so the one in the middle has the median depth; put it in its place among the others.
                depth = int(put_in[(k + end) // 2] & np.uint64(0xFF))
                slot = filled
                while slot > first and depths[slot - first - 1] > depth:
                    out[slot] = out[slot - 1]
                    depths[slot - first] = depths[slot - first - 1]
                    slot -= 1
                out[slot] = np.int32((put_in[k] >> np.uint64(8)) & np.uint64(0xFFFFFFFF))
                depths[slot - first] = depth
                filled += 1
            k = end
    return out[:filled].copy()


@njit(cache=True, nogil=True)
def one_consensus(  # pragma: no cover
    members: Int32Array,
    words: Int32Array,
    price: Float32Array,
    offsets: Int64Array,
    start: Int32Array,
    head: Int32Array,
    least: float,
    rounds: int,
) -> tuple[Int32Array, Float32Array, Float32Array]:
    """The fields of the `Consensus` of the members, begun at `start`, the words of one of them.

    In each round, what fewer than half of the members copied goes, and what more than half put
    at one place comes in. With no round, `start` is only weighed.

    Args:
        members: the cluster's texts.
        words, price, offsets: of all texts, as in `Corpus`; bits per word.
        start: word numbers.
        head: room, see `align_members`.
        least: bits that strangers reach; who copies no more than that has no vote.
        rounds: how often to revise.
    """
    model = start
    sample = members[:: max(1, members.size // SAMPLE)].copy()
    if members.size == 1:
        rounds = 0
    for _ in range(rounds):
        bits, votes, places = align_members(sample, words, price, offsets, model, head)
        # Those that copied no more than strangers do have no say.
        copied = bits > least
        if copied.sum() < 2:
            copied = bits > 0
        if copied.sum() < 2:
            model = start[:0].copy()
            break
        model = _revised(sample, copied, places, words, offsets, model, votes, max(2.0, copied.sum() / 2))
    bits, votes, places = align_members(members, words, price, offsets, model, head)
    total = np.zeros(model.size, np.float64)
    at = 0
    for k in range(members.size):
        for t in range(offsets[members[k]], offsets[members[k] + 1]):
            if places[at] >= 0:
                total[places[at]] += price[t]
            at += 1
    mean = np.zeros(model.size, np.float32)
    for j in range(model.size):
        mean[j] = total[j] / max(votes[j], 1)
    return model, mean, bits
