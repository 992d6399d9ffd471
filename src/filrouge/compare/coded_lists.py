"""Sorted keys, each with an ascending list of places, packed in bits: what the search index is made of.

The keys are dealt into buckets by their leading bits, so that a look-up reads one bucket of about `PER_BUCKET` keys.
In a bucket stand, one after another: the gap to the next key, how many places it has, the first place, and the gaps
between the others. Gaps are written as Exp-Golomb codes, whose parameter is chosen for each list: places of copies
stand side by side, so most gaps cost one bit or two. A bucket begins at a 64-bit word, and is read alone.

Source: Golomb codes of order k, Teuhola (Information Processing Letters 7, 1978); inverted lists of gaps, Witten,
Moffat & Bell, Managing Gigabytes (1999), chapter 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.bit_codes import code_size, length, peek, put, read, write
from filrouge.compare.runs import Int64Array, UInt64Array

UInt32Array = NDArray[np.uint32]

PER_BUCKET: Final = 16
"""Keys of a bucket, about."""
LONG: Final = 16
"""A list of so many places or more says how many bits it has, so that a look-up can pass over it."""
_COUNT_ORDER: Final = 5
_SIZE_ORDER: Final = 10
_ORDER_BITS: Final = 5


@njit(cache=True, nogil=True)
def _best_orders(begins, places):  # type: ignore[no-untyped-def]  # pragma: no cover
    """For each list the order that codes its gaps in the fewest bits, and how many bits those are."""
    orders = np.zeros(begins.size - 1, np.uint8)
    sizes = np.zeros(begins.size - 1, np.int64)
    classes = np.zeros(33, np.int64)
    for k in range(begins.size - 1):
        if begins[k + 1] - begins[k] < 2:
            continue
        classes[:] = 0
        for t in range(begins[k] + 1, begins[k + 1]):
            classes[length(np.uint64(places[t] - places[t - 1] - 1))] += 1
        best = np.int64(-1)
        for order in range(32):
            cost = np.int64(0)
            for c in range(33):
                cost += classes[c] * (2 * max(0, c - order) + 1 + order)
            if best < 0 or cost < best:
                best = cost
                orders[k] = order
        chosen = np.int64(orders[k])
        for t in range(begins[k] + 1, begins[k + 1]):
            sizes[k] += code_size(np.uint64(places[t] - places[t - 1] - 1), chosen)
    return orders, sizes


@njit(cache=True, nogil=True)
def _bucket_sizes(keys, begins, sizes, first, shift, gap_order, place_bits):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Words of 64 bits that each bucket takes; `first`: of each bucket its first key."""
    words = np.zeros(first.size - 1, np.int64)
    low = (np.uint64(1) << np.uint64(shift)) - np.uint64(1)
    for b in range(first.size - 1):
        size = code_size(np.uint64(first[b + 1] - first[b]), _COUNT_ORDER)
        expected = np.uint64(0)
        for k in range(first[b], first[b + 1]):
            n = begins[k + 1] - begins[k]
            size += (
                code_size((keys[k] & low) - expected, gap_order) + code_size(np.uint64(n - 1), 0) + place_bits
            )
            if n > 1:
                size += _ORDER_BITS + sizes[k]
            if n >= LONG:
                size += code_size(np.uint64(sizes[k]), _SIZE_ORDER)
            expected = (keys[k] & low) + np.uint64(1)
        words[b] = (size + 63) >> 6
    return words


@njit(cache=True, nogil=True)
def _write_buckets(bits, starts, keys, begins, places, orders, sizes, first, shift, gap_order, place_bits):  # type: ignore[no-untyped-def]  # pragma: no cover
    low = (np.uint64(1) << np.uint64(shift)) - np.uint64(1)
    for b in range(first.size - 1):
        at = np.int64(starts[b]) << 6
        at = write(bits, at, np.uint64(first[b + 1] - first[b]), _COUNT_ORDER)
        expected = np.uint64(0)
        for k in range(first[b], first[b + 1]):
            n = begins[k + 1] - begins[k]
            at = write(bits, at, (keys[k] & low) - expected, gap_order)
            at = write(bits, at, np.uint64(n - 1), 0)
            expected = (keys[k] & low) + np.uint64(1)
            at = put(bits, at, np.uint64(places[begins[k]]), place_bits)
            if n > 1:
                order = np.int64(orders[k])
                at = put(bits, at, np.uint64(order), _ORDER_BITS)
                if n >= LONG:
                    at = write(bits, at, np.uint64(sizes[k]), _SIZE_ORDER)
                for t in range(begins[k] + 1, begins[k + 1]):
                    at = write(bits, at, np.uint64(places[t] - places[t - 1] - 1), order)


@njit(cache=True, nogil=True)
def _take(bits, at, n, place_bits, out, to):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Read a list of `n`, from behind its count, into `out` from `to` on: as many places as there is room for."""
    place = peek(bits, at) & ((np.uint64(1) << np.uint64(place_bits)) - np.uint64(1))
    at += place_bits
    out[to] = place
    if n == 1:
        return at
    order = np.int64(peek(bits, at) & np.uint64((1 << _ORDER_BITS) - 1))
    at += _ORDER_BITS
    if n >= LONG:
        _, at = read(bits, at, _SIZE_ORDER)
    for t in range(1, min(n, out.size - to)):
        gap, at = read(bits, at, order)
        place += gap + np.uint64(1)
        out[to + t] = place
    return at


@njit(cache=True, nogil=True)
def _pass_over(bits, at, n, place_bits):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Where the list that begins at `at`, behind its count of `n`, ends."""
    at += place_bits
    if n == 1:
        return at
    order = np.int64(peek(bits, at) & np.uint64((1 << _ORDER_BITS) - 1))
    at += _ORDER_BITS
    if n >= LONG:
        size, at = read(bits, at, _SIZE_ORDER)
        return at + np.int64(size)
    for _t in range(1, n):
        _, at = read(bits, at, order)
    return at


@njit(cache=True, nogil=True)
def _find(bits, starts, shift, gap_order, place_bits, wanted):  # type: ignore[no-untyped-def]  # pragma: no cover
    counts = np.zeros(wanted.size, np.int64)
    ats = np.zeros(wanted.size, np.int64)
    low = (np.uint64(1) << np.uint64(shift)) - np.uint64(1)
    for w in range(wanted.size):
        bucket = np.int64(wanted[w] >> np.uint64(shift))
        mine = wanted[w] & low
        at = np.int64(starts[bucket]) << 6
        left, at = read(bits, at, _COUNT_ORDER)
        expected = np.uint64(0)
        for _k in range(np.int64(left)):
            gap, at = read(bits, at, gap_order)
            key = expected + gap
            more, at = read(bits, at, 0)
            if key == mine:
                counts[w] = np.int64(more) + 1
                ats[w] = at
            if key >= mine:
                break
            expected = key + np.uint64(1)
            at = _pass_over(bits, at, np.int64(more) + 1, place_bits)
    return counts, ats


@njit(cache=True, nogil=True)
def _take_all(bits, counts, ats, room, place_bits):  # type: ignore[no-untyped-def]  # pragma: no cover
    total = 0
    for k in range(counts.size):
        total += min(counts[k], room[k])
    out = np.empty(total, np.uint32)
    to = 0
    for k in range(counts.size):
        n = min(counts[k], room[k])
        if n > 0:
            _take(bits, ats[k], counts[k], place_bits, out[: to + n], to)
            to += n
    return out


@njit(cache=True, nogil=True)
def _counted(bits, starts, first, last, place_bits, gap_order):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Lists and places in the buckets from `first` to before `last`."""
    lists = 0
    places = 0
    for b in range(first, last):
        at = np.int64(starts[b]) << 6
        left, at = read(bits, at, _COUNT_ORDER)
        for _k in range(np.int64(left)):
            _, at = read(bits, at, gap_order)
            more, at = read(bits, at, 0)
            lists += 1
            places += int(more) + 1
            at = _pass_over(bits, at, np.int64(more) + 1, place_bits)
    return lists, places


@njit(cache=True, nogil=True)
def _decoded(bits, starts, first, last, lists, total, shift, place_bits, gap_order):  # type: ignore[no-untyped-def]  # pragma: no cover
    keys = np.empty(lists, np.uint64)
    begins = np.zeros(lists + 1, np.int64)
    places = np.empty(total, np.uint32)
    k = 0
    for b in range(first, last):
        at = np.int64(starts[b]) << 6
        left, at = read(bits, at, _COUNT_ORDER)
        expected = np.uint64(0)
        for _k in range(np.int64(left)):
            gap, at = read(bits, at, gap_order)
            more, at = read(bits, at, 0)
            n = np.int64(more) + 1
            keys[k] = (np.uint64(b) << np.uint64(shift)) | (expected + gap)
            expected = expected + gap + np.uint64(1)
            at = _take(bits, at, n, place_bits, places[: begins[k] + n], begins[k])
            begins[k + 1] = begins[k] + n
            k += 1
    return keys, begins, places


@njit(cache=True, nogil=True)
def _keys(bits, starts, lists, shift, place_bits, gap_order):  # type: ignore[no-untyped-def]  # pragma: no cover
    keys = np.empty(lists, np.uint64)
    k = 0
    for b in range(starts.size - 1):
        at = np.int64(starts[b]) << 6
        left, at = read(bits, at, _COUNT_ORDER)
        expected = np.uint64(0)
        for _k in range(np.int64(left)):
            gap, at = read(bits, at, gap_order)
            more, at = read(bits, at, 0)
            keys[k] = (np.uint64(b) << np.uint64(shift)) | (expected + gap)
            expected = expected + gap + np.uint64(1)
            at = _pass_over(bits, at, np.int64(more) + 1, place_bits)
            k += 1
    return keys[:k]


@dataclass(frozen=True)
class Plan:
    """How the lists of one set are coded; the same for all parts of it.

    Attributes:
        key_bits: bits of a key.
        lists: keys there are, in all.
        places: places may be 0 to one less than this.
    """

    key_bits: int
    lists: int
    places: int

    @property
    def shift(self) -> int:
        """A key without so many low bits is its bucket."""
        buckets = max(0, (max(self.lists, 1) // PER_BUCKET).bit_length() - 1)
        return self.key_bits - min(buckets, self.key_bits)

    @property
    def buckets(self) -> int:
        return 1 << (self.key_bits - self.shift)

    @property
    def gap_order(self) -> int:
        """The order of the code of the gaps between keys: about that of the mean gap."""
        mean = (1 << self.shift) * self.buckets // max(self.lists, 1)
        return min(max(0, mean.bit_length() - 1), 40)

    @property
    def place_bits(self) -> int:
        return max(1, max(self.places - 1, 0).bit_length())


@dataclass(frozen=True)
class CodedLists:
    """The lists in bits; the arrays may be memory-mapped.

    Attributes:
        starts: uint32, shape (buckets + 1,): the 64-bit word where each bucket begins.
        bits: uint64, one word more than the buckets take.
    """

    plan: Plan
    starts: UInt32Array
    bits: UInt64Array

    def find(self, keys: UInt64Array) -> tuple[Int64Array, Int64Array]:
        """How many places each key has (0: it is not there), and where they begin, for `take`."""
        if not self.plan.lists:
            return np.zeros(keys.size, np.int64), np.zeros(keys.size, np.int64)
        p = self.plan
        counts, ats = _find(self.bits, self.starts, p.shift, p.gap_order, p.place_bits, keys)
        return counts, ats

    def take(self, counts: Int64Array, ats: Int64Array, most: Int64Array) -> UInt32Array:
        """The places of the lists that were found, end to end; of each the first `most`."""
        taken: UInt32Array = _take_all(self.bits, counts, ats, most, self.plan.place_bits)
        return taken

    def keys(self) -> UInt64Array:
        """All keys, ascending."""
        p = self.plan
        found: UInt64Array = _keys(self.bits, self.starts, p.lists, p.shift, p.place_bits, p.gap_order)
        return found

    def decoded(self, first: int = 0, last: int | None = None) -> tuple[UInt64Array, Int64Array, UInt32Array]:
        """The lists with keys from `first` to before `last`: keys, where each list begins, places."""
        p = self.plan
        end = 1 << p.key_bits if last is None else last
        a, b = first >> p.shift, min(p.buckets, -(-end >> p.shift))
        lists, total = _counted(self.bits, self.starts, a, b, p.place_bits, p.gap_order)
        keys, begins, places = _decoded(
            self.bits, self.starts, a, b, lists, total, p.shift, p.place_bits, p.gap_order
        )
        i, j = (int(k) for k in np.searchsorted(keys, np.array([first, end], np.uint64)))
        return keys[i:j], begins[i : j + 1] - begins[i], places[begins[i] : begins[j]]


def coded(plan: Plan, keys: UInt64Array, begins: Int64Array, places: UInt32Array) -> CodedLists:
    """Code sorted, different keys, each with ascending places.

    Args:
        plan: of all lists.
        keys: uint64, shape (lists,).
        begins: shape (lists + 1,): where the places of each key begin.
        places: uint32, end to end.
    """
    return joined(plan, [coded_part(plan, 0, plan.buckets, keys, begins, places)])


def coded_part(
    plan: Plan, first: int, last: int, keys: UInt64Array, begins: Int64Array, places: UInt32Array
) -> tuple[Int64Array, UInt64Array]:
    """The buckets from `first` to before `last`: 64-bit words of each, and their bits."""
    edges = (np.arange(first, last + 1).astype(np.uint64)) << np.uint64(plan.shift)
    at = np.searchsorted(keys, edges[:-1]).astype(np.int64)
    at = np.append(at, keys.size)
    # Gaps are of int64 places: a uint32 that is taken from another would be a float to the compiler.
    wide = places.astype(np.int64)
    orders, sizes = _best_orders(begins, wide)
    words = _bucket_sizes(keys, begins, sizes, at, plan.shift, plan.gap_order, plan.place_bits)
    starts = np.concatenate([[0], np.cumsum(words)]).astype(np.int64)
    bits = np.zeros(int(starts[-1]) + 1, np.uint64)
    _write_buckets(
        bits, starts, keys, begins, wide, orders, sizes, at, plan.shift, plan.gap_order, plan.place_bits
    )
    return words, bits[:-1]


def joined(plan: Plan, parts: list[tuple[Int64Array, UInt64Array]]) -> CodedLists:
    """The lists whose buckets `coded_part` made, in order."""
    words = np.concatenate([words for words, _bits in parts])
    starts = np.concatenate([[0], np.cumsum(words)]).astype(np.uint32)
    return CodedLists(
        plan, starts, np.concatenate([*(bits for _words, bits in parts), np.zeros(1, np.uint64)])
    )
