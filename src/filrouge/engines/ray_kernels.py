"""What is done to one Arrow batch of each stage: the kernels of `compare`, on the arrays in its cells."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.candidates import NEIGHBOURS
from filrouge.compare.postings import rank_on_list
from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array, dense_ids

NO_RUN = np.uint64(0xFFFFFFFFFFFFFFFF)


@njit(cache=True, nogil=True)
def run_keys(triples: Int32Array, offsets: Int64Array) -> UInt64Array:  # pragma: no cover
    """The runs of three words that end at each word, `NO_RUN` where they would begin before the text."""
    keys = np.full(triples.size, NO_RUN, np.uint64)
    for text in range(offsets.size - 1):
        for t in range(offsets[text] + 2, offsets[text + 1]):
            keys[t] = np.uint64(triples[t])
    return keys


@njit(cache=True, nogil=True)
def longer_keys(
    keys: UInt64Array, offsets: Int64Array, common: UInt64Array, length: int
) -> UInt64Array:  # pragma: no cover
    """The runs twice as long whose halves are both `common` (sorted): the places of the halves among those."""
    place = np.full(keys.size, -1, np.int64)
    for t in range(keys.size):
        if keys[t] != NO_RUN:
            at = np.searchsorted(common, keys[t])
            if at < common.size and common[at] == keys[t]:
                place[t] = at
    out = np.full(keys.size, NO_RUN, np.uint64)
    for text in range(offsets.size - 1):
        for t in range(offsets[text] + length, offsets[text + 1]):
            if place[t - length] >= 0 and place[t] >= 0:
                out[t] = (np.uint64(place[t - length] + 1) << np.uint64(32)) | np.uint64(place[t] + 1)
    return out


@njit(cache=True, nogil=True)
def listed(
    keys: UInt64Array,
    context: Int32Array,
    offsets: Int64Array,
    texts: Int32Array,
    sketches: NDArray[np.uint32],
) -> tuple[UInt64Array, UInt64Array]:  # pragma: no cover
    """Each run of each text once, and what is put on its list: as in `postings`."""
    runs = np.empty(keys.size, np.uint64)
    entries = np.empty(keys.size, np.uint64)
    count = 0
    for k in range(offsets.size - 1):
        begin, end = offsets[k], offsets[k + 1]
        order = np.argsort(keys[begin:end], kind="mergesort")
        for i in range(order.size):
            t = begin + order[i]
            if keys[t] == NO_RUN or (i > 0 and keys[begin + order[i - 1]] == keys[t]):
                continue
            rank = rank_on_list(context, t, end, sketches, k)
            runs[count] = keys[t]
            entries[count] = (np.uint64(rank) << np.uint64(32)) | np.uint64(texts[k])
            count += 1
    return runs[:count].copy(), entries[:count].copy()


@njit(cache=True, nogil=True)
def _on_lists(
    ids: Int32Array, entries: UInt64Array, begins: Int64Array, used: NDArray[np.bool_]
) -> UInt64Array:  # pragma: no cover
    fill = begins[:-1].copy()
    postings = np.empty(begins[-1], np.uint64)
    for k in range(ids.size):
        if used[ids[k]]:
            postings[fill[ids[k]]] = entries[k]
            fill[ids[k]] += 1
    for run in range(used.size):
        if begins[run + 1] - begins[run] > 1:
            postings[begins[run] : begins[run + 1]].sort()
    return postings


@njit(cache=True, nogil=True)
def _neighbours(begins: Int64Array, postings: UInt64Array, out: UInt64Array) -> None:  # pragma: no cover
    """Write into `out` the pairs of each text on a list with those that follow it there."""
    low = np.uint64(0xFFFFFFFF)
    count = 0
    for run in range(begins.size - 1):
        for k in range(begins[run], begins[run + 1]):
            for other in range(k + 1, min(k + 1 + NEIGHBOURS, begins[run + 1])):
                one, two = postings[k] & low, postings[other] & low
                out[count] = (min(one, two) << np.uint64(32)) | max(one, two)
                count += 1


def proposed(runs: UInt64Array, entries: UInt64Array, most: int) -> tuple[UInt64Array, UInt64Array]:
    """The pairs of neighbours on lists, sorted, as often as they stand there, and the runs too common."""
    ids, found = dense_ids(runs)
    held = np.bincount(ids, minlength=found)
    used = (held >= 2) & (held <= most)
    begins = np.concatenate([[0], np.cumsum(np.where(used, held, 0))]).astype(np.int64)
    postings = _on_lists(ids, entries, begins, used)
    fill = np.diff(begins)
    steps = np.arange(1, NEIGHBOURS + 1)
    pairs = np.empty(int(np.maximum(fill[:, None] - steps, 0).sum()), np.uint64)
    _neighbours(begins, postings, pairs)
    pairs.sort()
    common = held > most
    of_run = np.zeros(found, np.uint64)
    of_run[ids] = runs
    return pairs, np.sort(of_run[common])


def counted(keys: UInt64Array, times: Int64Array) -> tuple[UInt64Array, Int32Array]:
    """The different keys, sorted, and their times summed."""
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    begins = (
        np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        if keys.size
        else np.zeros(0, np.int64)
    )
    summed = np.add.reduceat(times[order], begins) if keys.size else times
    return keys[begins], summed.astype(np.int32)


@njit(cache=True, nogil=True)
def rank(keys: UInt64Array, times: Int32Array, top: Int32Array) -> None:  # pragma: no cover
    """Write into `top` (texts, keep) how often each text's best pairs were proposed, in no order."""
    for k in range(keys.size):
        for text in (np.int64(keys[k] >> np.uint64(32)), np.int64(keys[k] & np.uint64(0xFFFFFFFF))):
            low = 0
            for s in range(1, top.shape[1]):
                if top[text, s] < top[text, low]:
                    low = s
            if times[k] > top[text, low]:
                top[text, low] = times[k]


def worth_it(
    keys: UInt64Array, times: Int32Array, far_less: int, most: Int32Array, least: Int32Array
) -> NDArray[np.bool_]:
    """Which pairs are among the best of either text and not far behind the best of both: `candidates._chosen`."""
    first = (keys >> np.uint64(32)).astype(np.int64)
    second = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    behind = (times * far_less < most[first]) & (times * far_less < most[second])
    out: NDArray[np.bool_] = ~behind & ((times >= least[first]) | (times >= least[second]))
    return out
