"""Which pairs of ads are worth an exact comparison: those that share runs which strangers rarely share."""

from __future__ import annotations

import numpy as np
from numba import njit

from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array, dense_ids
from filrouge.compare.strangers import Corpus

NEIGHBOURS = 3
"""Each ad on a run's list is paired with this many that follow it there. On the lists of one
template the same ads follow one another, so their counts add up; strangers' do not."""
FEWEST_BITS = 5.0
"""A run that more than 1 in 32 ads hold proposes nobody."""


ALWAYS_LISTED = 64
"""A run that no more ads than this hold may propose them, however few ads there are."""
LONGEST_RUN = 12
"""Where runs of three words are too common, runs of six take over, and then of twelve."""
OF_ONE_VOICE = 8
"""A pair of one voice counts as if this many runs had proposed it."""


@njit(cache=True, nogil=True)
def _whole_runs(ids: Int32Array, offsets: Int64Array, length: int) -> Int32Array:
    """The runs that do not reach over the beginning of their ad; -1 for the others."""
    out = ids.copy()
    for ad in range(offsets.size - 1):
        out[offsets[ad] : min(offsets[ad] + length - 1, offsets[ad + 1])] = -1
    return out


@njit(cache=True, nogil=True)
def _speakers_of(ids: Int32Array, offsets: Int64Array, ads: Int32Array, found: int) -> Int32Array:
    """In how many of `ads` each run occurs."""
    counts = np.zeros(found, np.int32)
    last = np.full(found, -1, np.int32)
    for k in range(ads.size):
        for t in range(offsets[ads[k]], offsets[ads[k] + 1]):
            if ids[t] >= 0 and last[ids[t]] != k:
                last[ids[t]] = k
                counts[ids[t]] += 1
    return counts


@njit(cache=True, nogil=True)
def _list_ads(
    ids: Int32Array, offsets: Int64Array, ads: Int32Array, begins: Int64Array, used: np.ndarray
) -> tuple[Int64Array, Int32Array]:
    """The posting lists of the runs that are `used`: how long each is, and the ads, list after list."""
    fill = np.zeros(used.size, np.int64)
    postings = np.empty(begins[used.size], np.int32)
    for k in range(ads.size):
        ad = ads[k]
        for t in range(offsets[ad], offsets[ad + 1]):
            run = ids[t]
            if run < 0 or not used[run]:
                continue
            at = begins[run] + fill[run]
            if fill[run] == 0 or postings[at - 1] != ad:
                postings[at] = ad
                fill[run] += 1
    return fill, postings


@njit(cache=True, nogil=True)
def _neighbours(begins: Int64Array, fill: Int64Array, postings: Int32Array, neighbours: int) -> UInt64Array:
    out = np.empty(postings.size * neighbours, np.uint64)
    count = 0
    for run in range(fill.size):
        begin = begins[run]
        for k in range(fill[run]):
            for step in range(1, neighbours + 1):
                if k + step >= fill[run]:
                    break
                first = np.uint64(postings[begin + k])
                out[count] = (first << np.uint64(32)) | np.uint64(postings[begin + k + step])
                count += 1
    return out[:count]


@njit(cache=True, nogil=True)
def _twice_as_long(
    ids: Int32Array, offsets: Int64Array, ads: Int32Array, df: Int32Array, most: int, length: int
) -> UInt64Array:
    """Keys of the runs of `2 * length` words whose two halves are too common; 0 where there is none."""
    keys = np.zeros(ids.size, np.uint64)
    for k in range(ads.size):
        ad = ads[k]
        for t in range(offsets[ad] + 2 * length - 1, offsets[ad + 1]):
            left, right = ids[t - length], ids[t]
            if left >= 0 and right >= 0 and df[left] > most and df[right] > most:
                keys[t] = (np.uint64(left + 1) << np.uint64(32)) | np.uint64(right + 1)
    return keys


def candidate_pairs(corpus: Corpus, voice: Int32Array) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Pairs of ads that share at least one telling run of words, and pairs of one voice.

    A run tells if at least two voices hold it and not more than one in 2**`FEWEST_BITS`.
    Runs have three words; where those are too common, six, and then twelve. Each voice is
    represented by its first ad.

    Args:
        corpus: all texts.
        voice: int32, shape (ads,): see `voices`.

    Returns:
        The first and the second ad of each pair (first < second) and how many telling runs
        proposed it, sorted by pair.
    """
    speakers = np.flatnonzero(voice == np.arange(corpus.ads)).astype(np.int32)
    most = max(ALWAYS_LISTED, int(speakers.size / 2**FEWEST_BITS))
    ids, found = _whole_runs(corpus.triples, corpus.offsets, 3), corpus.sizes[2]
    proposed = []
    length = 3
    while True:
        df = _speakers_of(ids, corpus.offsets, speakers, found)
        used = (df >= 2) & (df <= most)
        begins = np.concatenate([[0], np.cumsum(np.where(used, df, 0))]).astype(np.int64)
        fill, postings = _list_ads(ids, corpus.offsets, speakers, begins, used)
        proposed.append(_neighbours(begins, fill, postings, NEIGHBOURS))
        if length == LONGEST_RUN or not (df > most).any():
            break
        keys = _twice_as_long(ids, corpus.offsets, speakers, df, most, length)
        longer = np.flatnonzero(keys)
        ids = np.full(ids.size, -1, np.int32)
        ids[longer], found = dense_ids(keys[longer])
        length *= 2
    copies = np.flatnonzero(voice != np.arange(corpus.ads)).astype(np.uint64)
    same = (voice[copies.astype(np.int64)].astype(np.uint64) << np.uint64(32)) | copies
    out = np.concatenate([*proposed, *[same] * OF_ONE_VOICE])
    out.sort()
    if not out.size:
        empty = np.zeros(0, np.int32)
        return empty, empty, empty
    first = np.flatnonzero(np.concatenate([[True], out[1:] != out[:-1]]))
    times = np.diff(np.concatenate([first, [out.size]])).astype(np.int32)
    keys = out[first]
    return (keys >> np.uint64(32)).astype(np.int32), (keys & np.uint64(0xFFFFFFFF)).astype(np.int32), times
