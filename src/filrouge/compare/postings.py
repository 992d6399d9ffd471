"""Lists of the ads that hold each telling run of words, on which copies stand side by side.

Source: an inverted index of word runs; the order within a list by places of a MinHash signature, see `sketches`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array, dense_ids
from filrouge.compare.shares import cuts_at, in_order
from filrouge.compare.sketches import run_sketches
from filrouge.compare.strangers import Corpus

CONTEXT = 3
"""Words after a run by which its list is ordered, see `MANY`."""
FEWEST_BITS = 5.0
"""A run that more than 1 in 32 ads hold proposes nobody."""
ALWAYS_LISTED = 64
"""A run that no more ads than this hold may propose them, however few ads there are."""
LONGEST_LIST = 8192
"""A run that more ads than this hold proposes nobody, however many ads there are."""
MANY = 1 << 18
"""Of more texts than this, copies no longer stand side by side on a list by what follows the run alone."""
BY_CONTEXT = 4
"""Of many texts one list in so many is in the order of what follows; the others, in that of a place of a sketch."""
PLACES = 24
"""Places of a sketch of a text's runs. Each list goes by one of them: of two copies that share half of their runs,
every other list has them side by side, whatever strangers are on it and in whatever order their sentences are."""
LONGEST_RUN = 12
"""Where runs of three words are too common, runs of six take over, and then of twelve."""
LISTED_TOGETHER = 1 << 24
"""Postings that a thread sorts at a time."""
SHORT = 48
"""A list of so many ads or more is sorted by NumPy, which is ten times faster once it has begun."""
EDGE = 3
"""As many marks stand before and after all lists, so that who looks so far beside a place finds an end."""
LAST = np.int32(-(2**31))
"""Marks the last ad of a list, in its highest bit."""


def most_listed(texts: int) -> int:
    """In how many of so many texts a run may stand and still propose them."""
    return max(ALWAYS_LISTED, min(LONGEST_LIST, int(texts / 2**FEWEST_BITS)))


class Lists(NamedTuple):
    """The ads on every run's list, and where each ad stands.

    Attributes:
        postings: int32: list after list; the last of each is marked by `LAST`. Before and after all lists stand
            `EDGE` such marks alone.
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
def rank_on_list(context, t, end, sketches, ad):  # type: ignore[no-untyped-def]  # pragma: no cover
    """By what an ad is ordered on the list of the run that ends at its word `t`.

    That is what follows the run, the next `CONTEXT` words as the number of their run; or, on most lists, a place of
    the ad's sketch, if there are sketches.
    """
    run = context[t]
    if sketches.size and run % BY_CONTEXT:
        return np.int64(sketches[ad, (run // BY_CONTEXT) % PLACES])
    return np.int64(context[t + CONTEXT]) + 1 if t + CONTEXT < end else np.int64(0)


@njit(cache=True, nogil=True)
def _list_ads(  # type: ignore[no-untyped-def]  # pragma: no cover
    ids, tokens, context, sketches, offsets, begins, first, last
):
    """The lists of the runs from `first` to `last`, not in order yet; a run that is not listed has no room.

    What is listed is the ad, in the low half, and above it that by which the list is ordered, see `rank_on_list`.

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
        rank = rank_on_list(context, t, offsets[ad + 1], sketches, ad)
        listed[at] = (np.uint64(rank) << np.uint64(32)) | np.uint64(ad)
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
    """Sort the long lists, so that copies stand beside one another, whatever strangers are on the list.

    They go on with the same words, or have other runs in common.
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
    most = most_listed(corpus.ads)
    df = np.where(corpus.runs.whole, holders, 0)
    ids, tokens = corpus.triples, np.zeros(0, np.int64)
    sketches = np.zeros((0, PLACES), np.uint32)
    if corpus.ads > MANY:
        sketches = run_sketches(corpus.triples, corpus.offsets, PLACES, threads)
    parts = []
    length = 3
    while True:
        used = (df >= 2) & (df <= most)
        begins = np.concatenate([[0], np.cumsum(np.where(used, df, 0))]).astype(np.int64)
        postings = np.empty(int(begins[-1]), np.int32)
        cuts = cuts_at(begins, LISTED_TOGETHER)

        def share(k: int, ids=ids, tokens=tokens, begins=begins, postings=postings, cuts=cuts) -> None:  # type: ignore[no-untyped-def]
            first, last = int(cuts[k]), int(cuts[k + 1])
            listed = _list_ads(ids, tokens, corpus.triples, sketches, corpus.offsets, begins, first, last)
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
    edge = np.full(EDGE, LAST, np.int32)
    begins = _listings(postings, corpus.ads)
    places = np.empty(postings.size, np.int32)
    cuts = cuts_at(begins, max(postings.size // threads, 1))
    in_order(lambda k: _places(postings, begins, cuts[k], cuts[k + 1], places), cuts.size - 1, threads)
    return Lists(np.concatenate([edge, postings, edge]), places, begins)
