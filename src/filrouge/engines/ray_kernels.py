"""What is done to one Arrow batch of each stage: the kernels of `compare`, on the arrays in its cells."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.candidates import CONTEXT, NEIGHBOURS, neighbours, pairs_of_lists
from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array, dense_ids
from filrouge.compare.strangers import voices_of

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
    keys: UInt64Array, context: Int32Array, offsets: Int64Array, texts: Int32Array
) -> tuple[UInt64Array, UInt64Array]:  # pragma: no cover
    """Each run of each text once, and what is put on its list: as in `candidates.list_ads`."""
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
            follows = context[t + CONTEXT] + 1 if t + CONTEXT < end else 0
            runs[count] = keys[t]
            entries[count] = (np.uint64(follows) << np.uint64(32)) | np.uint64(texts[k])
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


def proposed(runs: UInt64Array, entries: UInt64Array, most: int) -> tuple[UInt64Array, UInt64Array]:
    """The pairs that neighbours on the lists of some runs make, sorted, as often as they do; and the runs that more than `most` hold."""
    ids, found = dense_ids(runs)
    held = np.bincount(ids, minlength=found)
    used = (held >= 2) & (held <= most)
    begins = np.concatenate([[0], np.cumsum(np.where(used, held, 0))]).astype(np.int64)
    postings = _on_lists(ids, entries, begins, used)
    fill = np.diff(begins)
    pairs = np.empty(pairs_of_lists(fill), np.uint64)
    neighbours(begins, fill, postings, NEIGHBOURS, pairs)
    pairs.sort()
    common = held > most
    of_run = np.zeros(found, np.uint64)
    of_run[ids] = runs
    return pairs, np.sort(of_run[common])


def counted(keys: UInt64Array, times: Int64Array) -> tuple[UInt64Array, Int32Array]:
    """The different keys, sorted, and their times summed."""
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    begins = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if keys.size else np.zeros(0, np.int64)
    summed = np.add.reduceat(times[order], begins) if keys.size else times
    return keys[begins], summed.astype(np.int32)


def voices_here(
    ids: Int32Array, offsets: Int64Array, owner: Int32Array
) -> tuple[Int32Array, Int32Array]:
    """The different numbers in some texts, and how many owners hold each; all texts of an owner are here."""
    own, found = dense_ids(ids.astype(np.uint64))
    order = np.argsort(owner, kind="stable").astype(np.int32)
    name = np.zeros(found, np.int32)
    name[own] = ids
    return name, voices_of(own, offsets, owner, order, found)
