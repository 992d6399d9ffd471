"""Which pairs of ads are worth an exact comparison: those that share runs which strangers rarely share.

The lists of the ads that hold each run are made once. Each ad then looks at its neighbours on all its lists and
counts them, by itself: no table of all pairs is ever made, which at millions of ads would be billions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array, dense_ids
from filrouge.compare.shares import cuts_at, even_cuts, in_order
from filrouge.compare.strangers import Corpus, count_voices

NEIGHBOURS = 3
"""Each ad on a run's list is paired with this many that follow it there. On the lists of one
template the same ads stand together, so their counts add up; strangers' do not."""
CONTEXT = 3
"""Words after a run by which its list is ordered."""
FEWEST_BITS = 5.0
"""A run that more than 1 in 32 ads hold proposes nobody."""
ALWAYS_LISTED = 64
"""A run that no more ads than this hold may propose them, however few ads there are."""
LONGEST_LIST = 8192
"""A run that more ads than this hold proposes nobody, however many ads there are."""
LONGEST_RUN = 12
"""Where runs of three words are too common, runs of six take over, and then of twelve."""
LISTED_TOGETHER = 1 << 24
"""Postings that a thread sorts at a time."""
ADS_TOGETHER = 1 << 14
"""Ads whose neighbours a thread counts at a time."""
SHORT = 48
"""A list of so many ads or more is sorted by NumPy, which is ten times faster once it has begun."""
LAST = np.int32(-(2**31))
"""Marks the last ad of a list, in its highest bit."""


class Lists(NamedTuple):
    """The ads on every run's list, and where each ad stands.

    Attributes:
        postings: int32: list after list; the last of each is marked by `LAST`. Before and after all lists stand
            `NEIGHBOURS` such marks alone.
        places: int32: for each ad, one after the other, its places among the postings.
        begins: int64, shape (ads + 1,): where each ad's places begin.
    """

    postings: Int32Array
    places: Int32Array
    begins: Int64Array


@njit(cache=True, nogil=True)
def _holders(tokens, ids, offsets, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """In how many ads each run occurs; the run `ids[k]` ends at the word `tokens[k]`, in ascending order."""
    counts = np.zeros(found, np.int32)
    last = np.full(found, -1, np.int32)
    ad = 0
    for k in range(tokens.size):
        while tokens[k] >= offsets[ad + 1]:
            ad += 1
        if last[ids[k]] != ad:
            last[ids[k]] = ad
            counts[ids[k]] += 1
    return counts


@njit(cache=True, nogil=True)
def _list_ads(  # type: ignore[no-untyped-def]  # pragma: no cover
    ids, tokens, context, offsets, begins, first, last
):
    """The lists of the runs from `first` to `last`, not in order yet; a run that is not listed has no room.

    What is listed is what follows the run, the next `CONTEXT` words as the number of their run, in the high half and
    the ad in the low one.

    Args:
        ids: the run that ends at each of the words `tokens`; at every word, if `tokens` is empty.
    """
    base = begins[first]
    listed = np.empty(begins[last] - base, np.uint64)
    # Of each run the place of its next ad, -1 if it is not listed, and its last ad: beside each other in the memory.
    fill = np.empty((last - first, 2), np.int32)
    for run in range(first, last):
        fill[run - first, 0] = begins[run] - base if begins[run + 1] > begins[run] else -1
        fill[run - first, 1] = -1
    ad = 0
    for k in range(ids.size):
        if ids[k] < first or ids[k] >= last:
            continue
        run = ids[k] - first
        at = fill[run, 0]
        if at < 0:
            continue
        t = tokens[k] if tokens.size else k
        while t >= offsets[ad + 1]:
            ad += 1
        if fill[run, 1] == ad:
            continue
        follows = context[t + CONTEXT] + 1 if t + CONTEXT < offsets[ad + 1] else 0
        listed[at] = (np.uint64(follows) << np.uint64(32)) | np.uint64(ad)
        fill[run, 0] = at + 1
        fill[run, 1] = ad
    return listed


@njit(cache=True, nogil=True)
def _write_lists(listed, begins, first, last, postings):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the lists of the runs from `first` to `last` into `postings`; short ones are put in order."""
    base = begins[first]
    for run in range(first, last):
        begin, end = begins[run] - base, begins[run + 1] - base
        if 2 < end - begin < SHORT:
            listed[begin:end].sort()
        for at in range(begin, end):
            postings[base + at] = np.int32(listed[at] & np.uint64(0xFFFFFFFF))
        if end > begin:
            postings[base + end - 1] |= LAST


def _put_in_order(listed: UInt64Array, begins: Int64Array, first: int, last: int) -> None:
    """Sort the long lists: by what follows the run.

    Copies go on with the same words and so stand beside one another, whatever strangers are on the list.
    """
    long = first + np.flatnonzero(np.diff(begins[first : last + 1]) >= SHORT)
    ends = (begins[long + 1] - begins[first]).tolist()
    for begin, end in zip((begins[long] - begins[first]).tolist(), ends, strict=True):
        listed[begin:end].sort()


@njit(cache=True, nogil=True)
def _places(postings, begins, first, last, places):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write into `places` where the ads from `first` to `last` stand."""
    fill = begins[first:last].copy()
    for at in range(postings.size):
        ad = postings[at] & ~LAST
        if first <= ad < last:
            places[fill[ad - first]] = at
            fill[ad - first] += 1


@njit(cache=True, nogil=True)
def _listings(postings, ads):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Where the places of each ad begin."""
    begins = np.zeros(ads + 1, np.int64)
    for at in range(postings.size):
        begins[(postings[at] & ~LAST) + 1] += 1
    for ad in range(ads):
        begins[ad + 1] += begins[ad]
    return begins


@njit(cache=True, nogil=True)
def _twice_as_long(  # type: ignore[no-untyped-def]  # pragma: no cover
    ids, tokens, offsets, df, most, length
):
    """Keys of the runs of `2 * length` words whose two halves are too common, and the word where each ends.

    Args:
        ids: the run of `length` words that ends at each of the words `tokens`, -1 for none; at every word, if
            `tokens` is empty.
    """
    room = 1 << 12
    keys = np.empty(room, np.uint64)
    ends = np.empty(room, np.int64)
    found = 0
    ad = 0
    for k in range(ids.size):
        if ids[k] < 0 or df[ids[k]] <= most:
            continue
        t = tokens[k] if tokens.size else k
        while t >= offsets[ad + 1]:
            ad += 1
        if t - 2 * length + 1 < offsets[ad]:
            continue
        left = k - length
        if tokens.size:
            left = k
            while left > 0 and tokens[left] > t - length:
                left -= 1
            if tokens[left] != t - length:
                continue
        if ids[left] < 0 or df[ids[left]] <= most:
            continue
        if found == room:
            room *= 2
            more_keys = np.empty(room, np.uint64)
            more_keys[:found] = keys
            keys = more_keys
            more_ends = np.empty(room, np.int64)
            more_ends[:found] = ends
            ends = more_ends
        keys[found] = (np.uint64(ids[left] + 1) << np.uint64(32)) | np.uint64(ids[k] + 1)
        ends[found] = t
        found += 1
    return keys[:found].copy(), ends[:found].copy()


def posting_lists(corpus: Corpus, holders: Int32Array, threads: int = 1) -> Lists:
    """The lists of all telling runs.

    A run tells if at least two ads hold it and not more than one in 2**`FEWEST_BITS`. Runs have
    three words; where those are too common, six, and then twelve.

    Args:
        corpus: the texts.
        holders: how many texts hold each triple, int32.
        threads: how many threads to use; the result is the same.
    """
    most = max(ALWAYS_LISTED, min(LONGEST_LIST, int(corpus.ads / 2**FEWEST_BITS)))
    df = np.where(corpus.runs.whole, holders, 0)
    ids, tokens = corpus.triples, np.zeros(0, np.int64)
    parts = []
    length = 3
    while True:
        used = (df >= 2) & (df <= most)
        begins = np.concatenate([[0], np.cumsum(np.where(used, df, 0))]).astype(np.int64)
        postings = np.empty(int(begins[-1]), np.int32)
        cuts = cuts_at(begins, LISTED_TOGETHER)

        def share(k: int, ids=ids, tokens=tokens, begins=begins, postings=postings, cuts=cuts) -> None:  # type: ignore[no-untyped-def]
            first, last = int(cuts[k]), int(cuts[k + 1])
            listed = _list_ads(ids, tokens, corpus.triples, corpus.offsets, begins, first, last)
            _put_in_order(listed, begins, first, last)
            _write_lists(listed, begins, first, last, postings)

        in_order(share, cuts.size - 1, threads)
        parts.append(postings)
        if length == LONGEST_RUN or not (df > most).any():
            break
        keys, tokens = _twice_as_long(ids, tokens, corpus.offsets, df, most, length)
        ids, found = dense_ids(keys)
        del keys
        df = _holders(tokens, ids, corpus.offsets, found)
        length *= 2
    postings = np.concatenate(parts)
    del parts
    edge = np.full(NEIGHBOURS, LAST, np.int32)
    begins = _listings(postings, corpus.ads)
    places = np.empty(postings.size, np.int32)
    cuts = cuts_at(begins, max(postings.size // threads, 1))
    in_order(lambda k: _places(postings, begins, cuts[k], cuts[k + 1], places), cuts.size - 1, threads)
    return Lists(np.concatenate([edge, postings, edge]), places, begins)


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
def within_room(first, second, times, keep, least):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Move to the front those of the sorted pairs for which one of the two ads still has room; how many there are."""
    room = np.full(least.size, 2 * keep, np.int32)
    kept = 0
    for k in range(first.size):
        a, b = first[k], second[k]
        if (times[k] >= least[a] and room[a] > 0) or (times[k] >= least[b] and room[b] > 0):
            room[a] -= 1
            room[b] -= 1
            first[kept], second[kept], times[kept] = a, b, times[k]
            kept += 1
    return kept


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
        kept = int(within_room(first, second, times, keep, least))
        first, second, times = first[:kept].copy(), second[:kept].copy(), times[:kept].copy()
    return first, second, times
