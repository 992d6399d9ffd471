"""Which pairs of ads are worth an exact comparison: those that share runs which strangers rarely share.

The lists of the ads that hold each run are made once. Each ad then looks at its neighbours on all its lists and
counts them, by itself: no table of all pairs is ever made, which at millions of ads would be billions.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.postings import EDGE, LAST, posting_lists
from filrouge.compare.runs import Int32Array
from filrouge.compare.shares import even_cuts, in_order
from filrouge.compare.strangers import Corpus, count_voices

NEIGHBOURS = EDGE
"""Each ad on a run's list is paired with this many that follow it there. On the lists of one
template the same ads stand together, so their counts add up; strangers' do not."""
ADS_TOGETHER = 1 << 14
"""Ads whose neighbours a thread counts at a time."""


@njit(cache=True, nogil=True)
def _count_one(ad, postings, places, begins, table, met, beside):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Count how often each ad is a neighbour: in `table`, the ad above and how often below; used slots in `met`."""
    begin = begins[ad]
    lists = begins[ad + 1] - begin
    # Fetched first, with nothing to decide: so the memory is asked for many lists at a time.
    for k in range(lists):
        place = places[begin + k]
        for step in range(2 * NEIGHBOURS + 1):
            beside[k, step] = postings[place + step]
    slots = 64
    while slots < 4 * NEIGHBOURS * lists:
        slots *= 2
    # As small as will do, so that it stays in the nearest cache.
    mask = np.uint64(slots - 1)
    shift = np.uint64(32)
    one = np.uint64(1)
    found = 0
    for k in range(lists):
        first = NEIGHBOURS
        while first > 0 and beside[k, first - 1] >= 0:
            first -= 1
        last = NEIGHBOURS
        while last < 2 * NEIGHBOURS and beside[k, last] >= 0:
            last += 1
        for at in range(first, last + 1):
            if at == NEIGHBOURS:
                continue
            other = np.uint64(beside[k, at] & ~LAST)
            slot = (other * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)) & mask
            while table[slot] != 0 and table[slot] >> shift != other:
                slot = (slot + one) & mask
            if table[slot] == 0:
                table[slot] = other << shift
                met[found] = slot
                found += 1
            table[slot] += one
    return found


@njit(cache=True, nogil=True)
def _room(first, last, begins):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Slots of a table that is half empty whatever ad of these it counts the neighbours of."""
    most = 0
    for ad in range(first, last):
        most = max(most, begins[ad + 1] - begins[ad])
    slots = 64
    while slots < 4 * NEIGHBOURS * most:
        slots *= 2
    return slots


@njit(cache=True, nogil=True)
def _ranked(postings, places, begins, first, last, keep, most, least):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write how often each ad's best neighbour is met, and how often its `keep`th best (0 if there are fewer)."""
    slots = _room(first, last, begins)
    table = np.zeros(slots, np.uint64)
    met = np.empty(slots, np.int32)
    beside = np.empty((slots, 2 * NEIGHBOURS + 1), np.int32)
    top = np.empty(keep, np.int32)
    for ad in range(first, last):
        found = _count_one(ad, postings, places, begins, table, met, beside)
        top[:] = 0
        low = 0
        for k in range(found):
            count = np.int32(table[met[k]] & np.uint64(0xFFFFFFFF))
            table[met[k]] = 0
            if count > top[low]:
                top[low] = count
                for s in range(keep):
                    if top[s] < top[low]:
                        low = s
        most[ad] = top.max()
        least[ad] = top[low]


@njit(cache=True, nogil=True)
def _chosen(postings, places, begins, first, last, far_less, most, least):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The pairs of the ads from `first` to `last` with later ones, and how often each was met.

    A pair is taken that is among the best of either ad, and is not met `far_less` times less often than the best
    of both.
    """
    slots = _room(first, last, begins)
    table = np.zeros(slots, np.uint64)
    met = np.empty(slots, np.int32)
    beside = np.empty((slots, 2 * NEIGHBOURS + 1), np.int32)
    ordered = np.empty(slots, np.uint64)
    room = 1 << 12
    pairs = np.empty((3, room), np.int32)
    taken = 0
    for ad in range(first, last):
        found = _count_one(ad, postings, places, begins, table, met, beside)
        good = 0
        for k in range(found):
            entry = table[met[k]]
            table[met[k]] = 0
            b = np.int32(entry >> np.uint64(32))
            if b < ad:
                continue
            count = np.int32(entry & np.uint64(0xFFFFFFFF))
            if count * far_less < most[ad] and count * far_less < most[b]:
                continue
            if count >= least[ad] or count >= least[b]:
                ordered[good] = entry
                good += 1
        ordered[:good].sort()
        if taken + good > room:
            room = 2 * (taken + good)
            more = np.empty((3, room), np.int32)
            more[:, :taken] = pairs[:, :taken]
            pairs = more
        for k in range(good):
            pairs[0, taken] = ad
            pairs[1, taken] = np.int32(ordered[k] >> np.uint64(32))
            pairs[2, taken] = np.int32(ordered[k] & np.uint64(0xFFFFFFFF))
            taken += 1
    return pairs[0, :taken].copy(), pairs[1, :taken].copy(), pairs[2, :taken].copy()


@njit(cache=True, nogil=True)
def _in_room(first, second, times, least, room, chosen):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Mark in `chosen` the pairs that are better than the last place of either ad, and as many equals as find room.

    `room`: how many pairs as good as its last place each ad may still take; overwritten.
    """
    for k in range(first.size):
        a, b = first[k], second[k]
        if times[k] > least[a] or times[k] > least[b]:
            # There are fewer of these than places, and what another ad wants takes no room of this one.
            chosen[k] = True
            continue
        for ad in (a, b):
            if times[k] == least[ad] and room[ad] > 0:
                chosen[k] = True
                room[ad] -= 1


def within_room(
    first: Int32Array, second: Int32Array, times: Int32Array, keep: int, least: Int32Array
) -> NDArray[np.bool_]:
    """Which pairs are among the `keep` best of either ad, bool, shape (pairs,).

    What is better than an ad's `keep`th best always is. Of those that are as good as it, which may be very many, an
    ad takes at most twice `keep`, the first ones; another ad may take more of them.

    Args:
        first, second, times: the pairs, sorted, and how often each was met.
        keep: places of an ad.
        least: int32, per ad: how often its `keep`th best pair was met, 0 if it has fewer.
    """
    chosen = np.zeros(first.size, np.bool_)
    _in_room(first, second, times, least, np.full(least.size, 2 * keep, np.int32), chosen)
    return chosen


def candidate_pairs(
    corpus: Corpus,
    keep: int = 0,
    far_less: int = 0,
    holders: Int32Array | None = None,
    threads: int = 1,
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Pairs of ads that share at least one telling run of words, see `posting_lists`.

    Args:
        corpus: the texts.
        keep: only pairs that are among so many most proposed of either of their ads; 0 for all.
        far_less: none that is proposed so many times less often than the best of both its ads; 0 for all.
        holders: how many texts hold each triple, if that is known already.
        threads: how many threads to use; the result is the same.

    Returns:
        The first and the second ad of each pair (first < second) and how many telling runs
        proposed it, sorted by pair.
    """
    n = corpus.ads
    if holders is None:
        holders = count_voices(corpus, None, threads).triples
    postings, places, begins = posting_lists(corpus, holders, threads)
    cuts = even_cuts(n, ADS_TOGETHER)
    most, least = np.zeros(n, np.int32), np.zeros(n, np.int32)
    if keep:
        in_order(
            lambda k: _ranked(postings, places, begins, cuts[k], cuts[k + 1], keep, most, least),
            cuts.size - 1, threads,
        )  # fmt: skip
    best = most if far_less else np.zeros_like(most)
    parts = in_order(
        lambda k: _chosen(postings, places, begins, cuts[k], cuts[k + 1], far_less, best, least),
        cuts.size - 1, threads,
    )  # fmt: skip
    none = (np.zeros(0, np.int32),) * 3
    first, second, times = (np.concatenate(column) for column in zip(none, *parts, strict=True))
    del parts
    if keep:
        chosen = within_room(first, second, times, keep, least)
        first, second, times = first[chosen], second[chosen], times[chosen]
    return first, second, times
