"""Which pairs of ads are worth an exact comparison: those that share runs which strangers rarely share."""

from __future__ import annotations

import numpy as np
from numba import njit

from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array, dense_ids
from filrouge.compare.strangers import Corpus

NEIGHBOURS = 3
"""Each ad on a run's list is paired with this many that follow it there. On the lists of one
template the same ads stand together, so their counts add up; strangers' do not."""
CONTEXT = 3
"""Words after a run by which its list is ordered."""
FEWEST_BITS = 5.0
"""A run that more than 1 in 32 ads hold proposes nobody."""


ALWAYS_LISTED = 64
"""A run that no more ads than this hold may propose them, however few ads there are."""
LONGEST_RUN = 12
"""Where runs of three words are too common, runs of six take over, and then of twelve."""


@njit(cache=True, nogil=True)
def _whole_runs(ids: Int32Array, offsets: Int64Array, length: int) -> Int32Array:
    """The runs that do not reach over the beginning of their ad; -1 for the others."""
    out = ids.copy()
    for ad in range(offsets.size - 1):
        out[offsets[ad] : min(offsets[ad] + length - 1, offsets[ad + 1])] = -1
    return out


@njit(cache=True, nogil=True)
def _holders(ids: Int32Array, offsets: Int64Array, found: int) -> Int32Array:
    """In how many ads each run occurs; a run of -1 is none."""
    counts = np.zeros(found, np.int32)
    last = np.full(found, -1, np.int32)
    for ad in range(offsets.size - 1):
        for t in range(offsets[ad], offsets[ad + 1]):
            if ids[t] >= 0 and last[ids[t]] != ad:
                last[ids[t]] = ad
                counts[ids[t]] += 1
    return counts


@njit(cache=True, nogil=True)
def list_ads(
    ids: Int32Array, context: Int32Array, offsets: Int64Array, begins: Int64Array, used: np.ndarray
) -> tuple[Int64Array, UInt64Array]:
    """The posting lists of the runs that are `used`: how long each is, and the ads, list after list.

    A list is in the order of what follows the run: copies go on with the same words and so stand
    beside one another, whatever strangers are on the list. What is listed is the `CONTEXT` words
    that follow, as the number of their run, in the high half and the ad in the low one.
    """
    fill = np.zeros(used.size, np.int64)
    postings = np.empty(begins[used.size], np.uint64)
    last = np.full(used.size, -1, np.int32)
    for ad in range(offsets.size - 1):
        for t in range(offsets[ad], offsets[ad + 1]):
            run = ids[t]
            if run < 0 or not used[run] or last[run] == ad:
                continue
            last[run] = ad
            follows = context[t + CONTEXT] + 1 if t + CONTEXT < offsets[ad + 1] else 0
            postings[begins[run] + fill[run]] = (np.uint64(follows) << np.uint64(32)) | np.uint64(ad)
            fill[run] += 1
    for run in range(used.size):
        if fill[run] > 2:
            postings[begins[run] : begins[run] + fill[run]].sort()
    return fill, postings


def pairs_of_lists(fill: Int64Array) -> int:
    """How many pairs lists of these lengths propose."""
    steps = np.arange(1, NEIGHBOURS + 1)
    return int(np.maximum(fill[:, None] - steps, 0).sum())


@njit(cache=True, nogil=True)
def neighbours(
    begins: Int64Array, fill: Int64Array, postings: UInt64Array, neighbours: int, out: UInt64Array
) -> None:
    """Write into `out` the pairs of each ad on a list with those that follow it there."""
    low = np.uint64(0xFFFFFFFF)
    count = 0
    for run in range(fill.size):
        begin = begins[run]
        for k in range(fill[run]):
            for step in range(1, neighbours + 1):
                if k + step >= fill[run]:
                    break
                one = postings[begin + k] & low
                other = postings[begin + k + step] & low
                out[count] = (min(one, other) << np.uint64(32)) | max(one, other)
                count += 1


@njit(cache=True, nogil=True)
def _twice_as_long(
    ids: Int32Array, offsets: Int64Array, df: Int32Array, most: int, length: int
) -> UInt64Array:
    """Keys of the runs of `2 * length` words whose two halves are too common; 0 where there is none."""
    keys = np.zeros(ids.size, np.uint64)
    for ad in range(offsets.size - 1):
        for t in range(offsets[ad] + 2 * length - 1, offsets[ad + 1]):
            left, right = ids[t - length], ids[t]
            if left >= 0 and right >= 0 and df[left] > most and df[right] > most:
                keys[t] = (np.uint64(left + 1) << np.uint64(32)) | np.uint64(right + 1)
    return keys


@njit(cache=True, nogil=True)
def _counted(keys: UInt64Array) -> tuple[Int32Array, Int32Array, Int32Array]:
    """The high and the low half of each different one of the sorted keys, and how often it stands there."""
    different = 0
    for k in range(keys.size):
        if k == 0 or keys[k] != keys[k - 1]:
            different += 1
    high = np.empty(different, np.int32)
    low = np.empty(different, np.int32)
    times = np.zeros(different, np.int32)
    at = -1
    for k in range(keys.size):
        if k == 0 or keys[k] != keys[k - 1]:
            at += 1
            high[at] = keys[k] >> np.uint64(32)
            low[at] = keys[k] & np.uint64(0xFFFFFFFF)
        times[at] += 1
    return high, low, times


def candidate_pairs(corpus: Corpus) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Pairs of ads that share at least one telling run of words.

    A run tells if at least two ads hold it and not more than one in 2**`FEWEST_BITS`. Runs have
    three words; where those are too common, six, and then twelve.

    Returns:
        The first and the second ad of each pair (first < second) and how many telling runs
        proposed it, sorted by pair.
    """
    most = max(ALWAYS_LISTED, int(corpus.ads / 2**FEWEST_BITS))
    ids, found = _whole_runs(corpus.triples, corpus.offsets, 3), corpus.sizes[2]
    lists = []
    length = 3
    while True:
        df = _holders(ids, corpus.offsets, found)
        used = (df >= 2) & (df <= most)
        begins = np.concatenate([[0], np.cumsum(np.where(used, df, 0))]).astype(np.int64)
        fill, postings = list_ads(ids, corpus.triples, corpus.offsets, begins, used)
        lists.append((begins, fill, postings))
        if length == LONGEST_RUN or not (df > most).any():
            break
        keys = _twice_as_long(ids, corpus.offsets, df, most, length)
        longer = np.flatnonzero(keys)
        ids = np.full(ids.size, -1, np.int32)
        ids[longer], found = dense_ids(keys[longer])
        length *= 2
    sizes = [pairs_of_lists(fill) for _begins, fill, _postings in lists]
    out = np.empty(sum(sizes), np.uint64)
    for (begins, fill, postings), end, size in zip(lists, np.cumsum(sizes), sizes, strict=True):
        neighbours(begins, fill, postings, NEIGHBOURS, out[end - size : end])
    out.sort()
    return _counted(out)
