"""What a search asks of the segments of an index: which texts share rare runs, which are equal, which hold words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.coded_lists import CodedLists
from filrouge.compare.fingerprints import word_places
from filrouge.compare.runs import Float32Array, Int64Array, UInt64Array
from filrouge.compare.segments import FIRST, Segment

MOST_LISTED: Final = 40_000
"""Entries of the lists of a query's runs that are looked at, those of the rarest runs first."""
MOST_HELD: Final = 2_000_000
"""The same for the lists of words when some of them are enough."""


@dataclass(frozen=True)
class Texts:
    """Texts of the index that were found.

    Attributes:
        segments: of the index.
        segment: int64, which segment each is in.
        place: int64, its place there.
        score: float32, what speaks for it.
    """

    segments: Sequence[Segment]
    segment: Int64Array
    place: Int64Array
    score: Float32Array

    def __len__(self) -> int:
        return int(self.place.size)

    @cached_property
    def ad(self) -> Int64Array:
        """The first ad of each."""
        ads = np.zeros(self.place.size, np.int64)
        for number, one in enumerate(self.segments):
            here = self.segment == number
            if here.any():
                ads[here] = one.ads[self.place[here]] & np.uint32(FIRST - 1)
        return ads

    def ads(self, k: int) -> Int64Array:
        """All ads of the k-th, ascending."""
        return self.segments[int(self.segment[k])].ads_of(int(self.place[k]))

    def at(self, which: NDArray[Any]) -> Texts:
        """Some of them."""
        return Texts(self.segments, self.segment[which], self.place[which], self.score[which])

    def best(self, most: int) -> Texts:
        """Those with the highest scores, best first; the newest first among equals."""
        some = self
        if len(self) > 4 * most:
            # To put all in order would take longer than all the rest of a search.
            some = self.at(self.score >= np.partition(self.score, -most)[-most])
        return some.at(np.lexsort((-some.ad, -some.score))[:most])


@njit(cache=True, nogil=True)
def _tallied(found, weights):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The different numbers among `found`, which are not 0, and the sum of the weights of each."""
    slots = 64
    while slots < 2 * found.size:
        slots *= 2
    table = np.zeros(slots, np.uint64)
    sums = np.zeros(slots, np.float32)
    mask = np.uint64(slots - 1)
    for k in range(found.size):
        slot = found[k] * np.uint64(0x9E3779B97F4A7C15)
        slot = (slot ^ (slot >> np.uint64(29))) & mask
        while table[slot] != np.uint64(0) and table[slot] != found[k]:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = found[k]
        sums[slot] += weights[k]
    held = np.flatnonzero(table)
    return table[held], sums[held]


def _rarest(totals: Int64Array, most: int) -> Int64Array:
    """How much of each list is read: the shortest lists first, `most` entries in all."""
    order = np.argsort(totals, kind="stable")
    before = np.cumsum(totals[order]) - totals[order]
    read = np.zeros(totals.size, np.int64)
    read[order] = np.clip(most - before, 0, totals[order])
    return read


def _listed(
    sets: Sequence[CodedLists],
    segments: Sequence[Segment],
    keys: UInt64Array,
    most: int,
    weight: Callable[[Int64Array], Float32Array],
) -> Texts:
    """The texts on the shortest lists of these keys; `weight`: of each list, by how long they all are."""
    found = [lists.find(keys) for lists in sets]
    totals = np.sum([count for count, _at in found], axis=0, dtype=np.int64) + np.zeros(keys.size, np.int64)
    left, weights_of = _rarest(totals, most), weight(totals)
    named, weights = [np.zeros(0, np.uint64)], [np.zeros(0, np.float32)]
    for number, (lists, (count, at)) in enumerate(zip(sets, found, strict=True)):
        used = np.flatnonzero((count > 0) & (left > 0))
        if not used.size:
            continue
        here = np.minimum(count[used], left[used])
        left[used] -= here
        places = lists.take(count[used], at[used], here)
        # From 1 on, since the table of the tally takes 0 for nothing.
        named.append((np.uint64(number + 1) << np.uint64(32)) | places.astype(np.uint64))
        weights.append(np.repeat(weights_of[used], here))
    held, scores = _tallied(np.concatenate(named), np.concatenate(weights))
    segment = (held >> np.uint64(32)).astype(np.int64) - 1
    place = (held & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return Texts(segments, segment, place, scores)


def sharing_runs(
    segments: Sequence[Segment], runs: UInt64Array, weights: Float32Array, times: int = 1
) -> Texts:
    """The texts that share runs with a query, in no order.

    Args:
        segments: of the index.
        runs: the different runs of the query, see `run_keys`.
        weights: what each of them adds to the score of a text that shares it.
        times: as many entries as usual are looked at, for who may see only some of the texts.
    """
    lists = [s.runs for s in segments]
    return _listed(lists, segments, runs, times * MOST_LISTED, lambda _totals: weights)


def equal_texts(segments: Sequence[Segment], whole: int, times: int = 1) -> Texts:
    """The texts with this whole key, see `whole_places`."""
    one = np.ones(1, np.float32)
    return sharing_runs(segments, np.array([whole], np.uint64), one, times)


def holding_some(segments: Sequence[Segment], words: UInt64Array, most: int = MOST_HELD) -> Texts:
    """The texts that hold rare words of a query, in no order, scored by rarity.

    Args:
        segments: of the index.
        words: of the query, different, see `word_places`.
        most: entries of lists that are looked at.
    """
    # Rare among all that is in the index, as the lists are, whoever may see how much of it.
    held = sum(segment.ads.size for segment in segments)

    def rarity(totals: Int64Array) -> Float32Array:
        return np.log2(max(held, 2) / np.maximum(totals, 1)).clip(0.1).astype(np.float32)

    return _listed([s.words for s in segments], segments, words, most, rarity)


def holding_all(segments: Sequence[Segment], words: UInt64Array) -> Texts:
    """The texts that hold all of these words, in no order; `words`: different, see `word_places`."""
    numbers, places = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for number, segment in enumerate(segments):
        counts, ats = segment.words.find(words)
        if not words.size or not counts.all():
            continue
        left = np.zeros(0, np.uint32)
        for step, k in enumerate(np.argsort(counts).tolist()):
            one = slice(k, k + 1)
            holders = segment.words.take(counts[one], ats[one], counts[one])
            left = holders if not step else _in_both(left, holders)
            if not left.size:
                break
        numbers.append(np.full(left.size, number, np.int64))
        places.append(left.astype(np.int64))
    segment_of, place = np.concatenate(numbers), np.concatenate(places)
    scores = np.zeros(place.size, np.float32)
    return Texts(segments, segment_of, place, scores)


@njit(cache=True, nogil=True)
def _in_both(few, many):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The numbers that are in both of two ascending arrays."""
    out = np.empty(min(few.size, many.size), np.uint32)
    to = 0
    at = 0
    for number in few:
        while at < many.size and many[at] < number:
            at += 1
        if at == many.size:
            break
        if many[at] == number:
            out[to] = number
            to += 1
    return out[:to].copy()


def carriers(segments: Sequence[Segment], pseudonyms: UInt64Array) -> list[Int64Array]:
    """The ads that carry each of these identifiers, ascending."""
    out: list[list[Int64Array]] = [[] for _ in range(pseudonyms.size)]
    for segment in segments:
        counts, ats = segment.carried.find(word_places(pseudonyms))
        ends = np.cumsum(counts)
        places = segment.carried.take(counts, ats, counts)
        for mine, end, count in zip(out, ends.tolist(), counts.tolist(), strict=True):
            mine.append((segment.ads[places[end - count : end]] & np.uint32(FIRST - 1)).astype(np.int64))
    return [np.sort(np.concatenate([*mine, np.zeros(0, np.int64)])) for mine in out]


def word_counts(segments: Sequence[Segment], words: UInt64Array) -> Int64Array:
    """How many texts hold each of these words, see `word_places`."""
    counts = np.zeros(words.size, np.int64)
    for segment in segments:
        counts += segment.words.find(words)[0]
    return counts
