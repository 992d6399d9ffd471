"""Which pairs of ads are worth an exact comparison: those that share runs which strangers rarely share."""

from __future__ import annotations

import numpy as np
from numba import njit

from filrouge.compare.runs import Int32Array, holders
from filrouge.compare.strangers import Corpus

NEIGHBOURS = 3
"""Each ad on a run's list is paired with this many that follow it there. On the lists of one
template the same ads follow one another, so their counts add up; strangers' do not."""
FEWEST_BITS = 5.0
"""A run that more than 1 in 32 ads hold proposes nobody."""


@njit(cache=True, nogil=True)
def _events(ids, offsets, df, most, neighbours, begins, fill, postings, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for ad in range(offsets.size - 1):
        for t in range(offsets[ad] + 2, offsets[ad + 1]):
            run = ids[t]
            if df[run] < 2 or df[run] > most:
                continue
            at = begins[run] + fill[run]
            if fill[run] > 0 and postings[at - 1] == ad:
                continue
            postings[at] = ad
            fill[run] += 1
    count = 0
    for run in range(df.size):
        begin = begins[run]
        for k in range(fill[run]):
            for step in range(1, neighbours + 1):
                if k + step >= fill[run]:
                    break
                out[count] = (np.uint64(postings[begin + k]) << np.uint64(32)) | np.uint64(
                    postings[begin + k + step]
                )
                count += 1
    return count


def candidate_pairs(corpus: Corpus) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Pairs of ads that share at least one telling run of three words.

    Returns:
        The first and the second ad of each pair (first < second) and how many telling runs
        proposed it, sorted by pair.
    """
    n3 = corpus.sizes[2]
    everyone = np.arange(corpus.ads, dtype=np.int32)
    df = holders(corpus.triples, corpus.offsets, everyone, n3)
    most = max(2, int(corpus.ads / 2**FEWEST_BITS)) if corpus.ads > 64 else corpus.ads
    used = np.where((df >= 2) & (df <= most), df, 0).astype(np.int64)
    begins = np.concatenate([[0], np.cumsum(used)[:-1]]) if n3 else np.zeros(0, np.int64)
    total = int(used.sum())
    out = np.empty(total * NEIGHBOURS + 1, np.uint64)
    count = _events(
        corpus.triples,
        corpus.offsets,
        df,
        most,
        NEIGHBOURS,
        begins,
        np.zeros(n3, np.int32),
        np.empty(total + 1, np.int32),
        out,
    )
    out = out[:count]
    out.sort()
    if not count:
        empty = np.zeros(0, np.int32)
        return empty, empty, empty
    first = np.flatnonzero(np.concatenate([[True], out[1:] != out[:-1]]))
    times = np.diff(np.concatenate([first, [count]])).astype(np.int32)
    keys = out[first]
    return (keys >> np.uint64(32)).astype(np.int32), (keys & np.uint64(0xFFFFFFFF)).astype(np.int32), times
