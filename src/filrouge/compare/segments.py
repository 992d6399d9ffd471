"""A part of the search index: the texts of some ads by their runs, their words and as wholes.

A segment is four things. `ads`: the numbers of its ads, those of equal texts side by side. `runs`: for each
fingerprint key the texts that it stands for. `words`: for each word the texts that hold it. `carried`: for each
identifier the ads that carry it. A text is known by the place of its first ad in `ads`; texts with equal least keys
stand side by side there, and so copies do, which is what makes the lists short.

A segment depends on the ads in it alone: made at once or merged from parts in any order, it is the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numba import njit

from filrouge.ads.tokens import KIND_BITS
from filrouge.compare.coded_lists import CodedLists, Plan, UInt32Array, coded_part, joined
from filrouge.compare.fingerprints import (
    RUN_BITS,
    WORD_BITS,
    fingerprints,
    run_keys,
    usual_runs,
    whole_keys,
    whole_places,
    word_places,
)
from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array

FIRST: Final = 1 << 31
"""The bit of an ad in `Segment.ads` with which a new text begins; ad numbers are below it."""
AT_ONCE: Final = 1 << 23
"""Entries of lists that are sorted at once: bounds the memory of a merge."""


@dataclass(frozen=True)
class Segment:
    """A part of the index; the arrays may be memory-mapped.

    Attributes:
        ads: uint32, shape (ads,): ad numbers; with `FIRST` where a text begins. Ascending within a text.
        runs: fingerprint keys of 32 bits, see `fingerprints`.
        words: the high 48 bits of the pseudonyms of words; identifiers and names are left out.
        carried: those of identifiers, each with the places of the very ads that carry it.
    """

    ads: UInt32Array
    runs: CodedLists
    words: CodedLists
    carried: CodedLists

    def ads_of(self, place: int) -> Int64Array:
        """The ads of the text at a place, ascending."""
        end = place + 1
        while end < self.ads.size and not self.ads[end] & FIRST:
            end += 1
        return (self.ads[place:end] & np.uint32(FIRST - 1)).astype(np.int64)

    def texts_with(self, is_seen: Callable[[Int64Array], np.ndarray]) -> np.ndarray:
        """bool, by place: whether a text begins there of which one ad at least is seen.

        Args:
            is_seen: which of some ads are.
        """
        out = np.zeros(self.ads.size, bool)
        begins = np.flatnonzero(self.ads & np.uint32(FIRST))
        if begins.size:
            seen = is_seen((self.ads & np.uint32(FIRST - 1)).astype(np.int64))
            out[begins] = np.logical_or.reduceat(seen, begins)
        return out


def every_ad(segment: Segment) -> Int64Array:
    """The ads of a segment, ascending."""
    return np.sort(segment.ads & np.uint32(FIRST - 1)).astype(np.int64)


def built(
    ads: Int64Array,
    words: Int32Array,
    keys: UInt64Array,
    offsets: Int64Array,
    stock: UInt32Array | None = None,
    carried: tuple[Int64Array, UInt64Array] | None = None,
) -> Segment:
    """The segment of these ads; one without words is a text of none.

    Args:
        ads: numbers of the ads, different and below `FIRST`, shape (n,).
        words: places in `keys`, end to end.
        keys: uint64: pseudonyms of words, their kind in the low 4 bits.
        offsets: where the words of each ad begin, shape (n + 1,).
        stock: see `UsualRuns`; learned from these ads if it is not given.
        carried: numbers of ads, and the pseudonym of an identifier that each of them carries.
    """
    runs = run_keys(words, keys, offsets)
    if stock is None:
        stock = usual_runs(runs, offsets).stock
    whole = whole_places(whole_keys(words, keys, offsets))
    prints, begins = fingerprints(runs, whole, offsets, stock)
    del runs
    order, text_begins, arranged = _arranged(ads, *_identities(prints, begins))
    # One ad speaks for all of an equal text; its place is that of the first.
    speaks = order[text_begins]
    run_lists = _one_set(RUN_BITS, ads.size, *_run_entries(prints, begins, speaks, text_begins))
    rank_of, ranks = _word_ranks(keys)
    word_begins, places = _word_entries(words, offsets, rank_of, ranks.size, speaks, text_begins)
    held = np.diff(word_begins) > 0
    word_begins = np.append(word_begins[:-1][held], word_begins[-1])
    word_lists = _one_set(WORD_BITS, ads.size, ranks[held], word_begins, places)
    return Segment(arranged, run_lists, word_lists, _carried_lists(ads[order], carried))


def merged(segments: Sequence[Segment], gone: Int64Array | None = None) -> Segment:
    """The segment of the ads of all these, without those that are `gone` (sorted)."""
    least, identity, ads, firsts = [], [], [], []
    for segment in segments:
        mine = segment.ads & np.uint32(FIRST - 1)
        text = np.flatnonzero(segment.ads & np.uint32(FIRST))
        one, other = np.zeros(mine.size, np.uint64), np.zeros(mine.size, np.uint64)
        known = np.zeros(mine.size, np.uint8)
        for keys, begins, places in _portions(segment.runs):
            _gather_identities(keys, begins, places, one, other, known)
        sizes = np.diff(np.append(text, mine.size))
        least.append(np.repeat(one[text], sizes))
        identity.append(np.repeat(other[text], sizes))
        firsts.append(np.repeat(text, sizes))
        ads.append(mine.astype(np.int64))
    every = np.concatenate([*ads, np.zeros(0, np.int64)])
    kept = np.ones(every.size, bool) if gone is None else ~_among(every, gone)
    order, text_begins, arranged = _arranged(
        every[kept],
        np.concatenate([*least, np.zeros(0, np.uint64)])[kept],
        np.concatenate([*identity, np.zeros(0, np.uint64)])[kept],
    )
    # Where each ad is now, and where the text that began at its place begins; -1 if none of it is left.
    came_from = np.flatnonzero(kept)[order]
    now = np.repeat(text_begins, np.diff(np.append(text_begins, order.size)))
    text_at, ad_at = np.full(every.size, -1, np.int64), np.full(every.size, -1, np.int64)
    text_at[came_from], ad_at[came_from] = now, np.arange(order.size)
    texts_moved, ads_moved, at = [], [], 0
    for first in firsts:
        here = slice(at, at + first.size)
        move = np.full(first.size, -1, np.int64)
        np.maximum.at(move, first, text_at[here])
        texts_moved.append(move)
        ads_moved.append(ad_at[here])
        at += first.size
    size, whole = arranged.size, bool(kept.all())
    return Segment(
        arranged,
        _merged_lists([segment.runs for segment in segments], texts_moved, size, whole),
        _merged_lists([segment.words for segment in segments], texts_moved, size, whole),
        _merged_lists([segment.carried for segment in segments], ads_moved, size, whole),
    )


def _among(ads: Int64Array, gone: Int64Array) -> np.ndarray:
    """bool, which of `ads` are in `gone`, which is sorted."""
    if not gone.size:
        return np.zeros(ads.size, bool)
    found: np.ndarray = gone[np.minimum(np.searchsorted(gone, ads), gone.size - 1)] == ads
    return found


def _arranged(
    ads: Int64Array, least: UInt64Array, identity: UInt64Array
) -> tuple[Int64Array, Int64Array, UInt32Array]:
    """The order of the ads in a segment, the places where texts begin, and the ads with those marked."""
    order = np.lexsort((ads, identity, least))
    least, identity = least[order], identity[order]
    new = np.ones(order.size, bool)
    new[1:] = (least[1:] != least[:-1]) | (identity[1:] != identity[:-1])
    marked = ads[order].astype(np.uint32) | np.where(new, np.uint32(FIRST), np.uint32(0))
    return order, np.flatnonzero(new), marked


@njit(cache=True, nogil=True)
def _further(identity, key):  # type: ignore[no-untyped-def]  # pragma: no cover
    h = (identity ^ np.uint64(key)) * np.uint64(0x9E3779B97F4A7C15)
    return h ^ (h >> np.uint64(29))


@njit(cache=True, nogil=True)
def _identities(prints, begins):  # type: ignore[no-untyped-def]  # pragma: no cover
    """For each text its two least keys as one number, and a hash of all its keys."""
    least = np.zeros(begins.size - 1, np.uint64)
    identity = np.zeros(begins.size - 1, np.uint64)
    for text in range(begins.size - 1):
        for t in range(begins[text], begins[text + 1]):
            if t - begins[text] < 2:
                least[text] = (least[text] << np.uint64(32)) | np.uint64(prints[t])
            identity[text] = _further(identity[text], prints[t])
    return least, identity


@njit(cache=True, nogil=True)
def _gather_identities(keys, begins, places, least, identity, known):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The same from lists, whose keys come in ascending order, as those of each text do."""
    for k in range(keys.size):
        for t in range(begins[k], begins[k + 1]):
            place = places[t]
            if known[place] < 2:
                least[place] = (least[place] << np.uint64(32)) | keys[k]
                known[place] += 1
            identity[place] = _further(identity[place], keys[k])


@njit(cache=True, nogil=True)
def _entries(prints, begins, speaks, places):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Each key with the place of its text, as one number."""
    total = 0
    for text in speaks:
        total += begins[text + 1] - begins[text]
    out = np.empty(total, np.uint64)
    to = 0
    for k in range(speaks.size):
        for t in range(begins[speaks[k]], begins[speaks[k] + 1]):
            out[to] = (np.uint64(prints[t]) << np.uint64(32)) | np.uint64(places[k])
            to += 1
    return out


def _run_entries(
    prints: UInt32Array, begins: Int64Array, speaks: Int64Array, places: Int64Array
) -> tuple[UInt64Array, Int64Array, UInt32Array]:
    entries = _entries(prints, begins, speaks, places)
    entries.sort()
    return _lists_of(entries)


def _lists_of(entries: UInt64Array) -> tuple[UInt64Array, Int64Array, UInt32Array]:
    """Sorted entries, a key in the high half of each and a place in the low one, as lists."""
    high = (entries >> np.uint64(32)).astype(np.uint32)
    new = np.ones(entries.size, bool)
    new[1:] = high[1:] != high[:-1]
    first = np.flatnonzero(new)
    begins = np.append(first, entries.size).astype(np.int64)
    return high[first].astype(np.uint64), begins, entries.astype(np.uint32)


def _word_ranks(keys: UInt64Array) -> tuple[Int32Array, UInt64Array]:
    """The list of each word, -1 for one that is not listed, and the keys of the lists."""
    said = (keys & np.uint64(KIND_BITS)) == 0
    ranks, rank_of_said = np.unique(word_places(keys[said]), return_inverse=True)
    rank_of = np.full(keys.size, -1, np.int32)
    rank_of[said] = rank_of_said
    return rank_of, ranks


@njit(cache=True, nogil=True)
def _word_entries(words, offsets, rank_of, ranks, speaks, places):  # type: ignore[no-untyped-def]  # pragma: no cover
    """For each rank the places of the texts that hold it: where each list begins, and the places."""
    last = np.full(ranks, -1, np.int64)
    begins = np.zeros(ranks + 1, np.int64)
    for k in range(speaks.size):
        for t in range(offsets[speaks[k]], offsets[speaks[k] + 1]):
            rank = rank_of[words[t]]
            if rank >= 0 and last[rank] != k:
                last[rank] = k
                begins[rank + 1] += 1
    for rank in range(ranks):
        begins[rank + 1] += begins[rank]
    fill = begins[:-1].copy()
    out = np.empty(begins[ranks], np.uint32)
    last[:] = -1
    for k in range(speaks.size):
        for t in range(offsets[speaks[k]], offsets[speaks[k] + 1]):
            rank = rank_of[words[t]]
            if rank >= 0 and last[rank] != k:
                last[rank] = k
                out[fill[rank]] = places[k]
                fill[rank] += 1
    return begins, out


def _carried_lists(ads: Int64Array, carried: tuple[Int64Array, UInt64Array] | None) -> CodedLists:
    """The lists of identifiers; `ads`: those of the segment, in its order."""
    by, pseudonyms = carried or (np.zeros(0, np.int64), np.zeros(0, np.uint64))
    back = np.argsort(ads, kind="stable")
    here = _among(by, ads[back])
    by, pseudonyms = by[here], pseudonyms[here]
    place = back[np.searchsorted(ads[back], by)].astype(np.uint64)
    keys, rank = np.unique(word_places(pseudonyms), return_inverse=True)
    entries = _different([(rank.astype(np.uint64) << np.uint64(32)) | place])
    _ranks, begins, places = _lists_of(entries)
    return _one_set(WORD_BITS, ads.size, keys, begins, places)


def _one_set(
    key_bits: int, places: int, keys: UInt64Array, begins: Int64Array, entries: UInt32Array
) -> CodedLists:
    plan = Plan(key_bits, keys.size, places)
    return joined(plan, [coded_part(plan, 0, plan.buckets, keys, begins, entries)])


def _portions(lists: CodedLists) -> Iterator[tuple[UInt64Array, Int64Array, UInt32Array]]:
    """The lists decoded, some at a time, in order."""
    portions = max(1, min(lists.plan.buckets, int(lists.bits.size * 8 // AT_ONCE)))
    edges = [(k << lists.plan.key_bits) // portions for k in range(portions + 1)]
    for first, last in pairwise(edges):
        yield lists.decoded(first, last)


def _different(parts: Sequence[UInt64Array]) -> UInt64Array:
    """The numbers that are in any of these, ascending, each once."""
    every = np.concatenate(parts)
    every.sort()
    new = np.ones(every.size, bool)
    new[1:] = every[1:] != every[:-1]
    different: UInt64Array = every[new]
    return different


def _keys_left(lists: CodedLists, move: Int64Array) -> UInt64Array:
    """The keys of which a place is left."""
    left = [np.zeros(0, np.uint64)]
    for keys, begins, places in _portions(lists):
        if keys.size:
            left.append(keys[np.maximum.reduceat(move[places], begins[:-1]) >= 0])
    return np.concatenate(left)


def _merged_lists(
    sets: Sequence[CodedLists], moved: Sequence[Int64Array], places: int, whole: bool
) -> CodedLists:
    """The lists of all sets as one.

    Args:
        sets: coded alike.
        moved: per set where each place is now, or -1.
        places: there are now.
        whole: whether every place is somewhere.
    """
    key_bits = sets[0].plan.key_bits
    every = _different(
        [lists.keys() if whole else _keys_left(lists, move) for lists, move in zip(sets, moved, strict=True)]
    )
    plan = Plan(key_bits, every.size, places)
    size = sum(int(lists.bits.size) for lists in sets)
    portions = max(1, min(plan.buckets, size * 8 // AT_ONCE))
    parts = []
    for k in range(portions):
        first, last = k * plan.buckets // portions, (k + 1) * plan.buckets // portions
        low, high = first << plan.shift, last << plan.shift
        mine = every[
            np.searchsorted(every, np.uint64(low)) : np.searchsorted(every, np.uint64(high - 1), "right")
        ]
        entries = []
        for lists, move in zip(sets, moved, strict=True):
            keys, begins, at = lists.decoded(low, high)
            place = move[at]
            rank = np.repeat(np.searchsorted(mine, keys), np.diff(begins)).astype(np.uint64)
            left = place >= 0
            entries.append((rank[left] << np.uint64(32)) | place[left].astype(np.uint64))
        together = np.concatenate(entries)
        together.sort()
        if together.size:
            new = np.ones(together.size, bool)
            new[1:] = together[1:] != together[:-1]
            together = together[new]
        ranks, begins, at = _lists_of(together)
        parts.append(coded_part(plan, first, last, mine[ranks.astype(np.int64)], begins, at))
    return joined(plan, parts)
