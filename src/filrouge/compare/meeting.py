"""Whom new texts meet among those that are known: pairs that share telling runs, without looking at old pairs again.

`candidates.candidate_pairs` looks at a corpus whole. Here the runs of the new texts are put into a table, and the known
texts pass by it once a level: their cost is a look into a table for each word.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.candidates import NEIGHBOURS, within_room
from filrouge.compare.postings import CONTEXT, LONGEST_RUN, most_listed
from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array, dense_ids, mixed

SHORTEST = 3
"""Words of the runs that are looked for first."""


@njit(cache=True, nogil=True)
def _triple_keys(words: Int32Array, begin: int, end: int, out: UInt64Array) -> None:  # pragma: no cover
    """Write the hash of the three words that end at each place of one text; 0 where there are not three."""
    for t in range(begin, end):
        if t < begin + 2:
            out[t - begin] = np.uint64(0)
            continue
        two = mixed(np.uint64(words[t - 2]), np.uint64(words[t - 1]))
        out[t - begin] = mixed(two, np.uint64(words[t])) | np.uint64(1)


@dataclass(frozen=True)
class _Runs:
    """The runs of one length that new texts hold.

    Attributes:
        slots, numbers: an open table from the hash of a run to its number; number -1 for a free slot.
        bits: a bit for each hash's low part: most runs of old texts are told from it alone.
        found: how many runs there are.
    """

    slots: UInt64Array
    numbers: Int32Array
    bits: NDArray[np.uint8]
    found: int

    @property
    def arrays(self) -> tuple[UInt64Array, Int32Array, NDArray[np.uint8]]:
        return self.slots, self.numbers, self.bits


def _runs_of(keys: UInt64Array) -> _Runs:
    """The table of the different keys; 0 is none."""
    told = keys[keys != 0]
    numbers, found = dense_ids(told)
    of_run = np.zeros(found, np.uint64)
    of_run[numbers] = told
    size = 1 << max(int(2 * found).bit_length(), 4)
    return _Runs(*_table(of_run, size, max(size // 2, 64)), found)


@njit(cache=True, nogil=True)
def _table(
    keys: UInt64Array, size: int, room: int
) -> tuple[UInt64Array, Int32Array, NDArray[np.uint8]]:  # pragma: no cover
    slots = np.zeros(size, np.uint64)
    numbers = np.full(size, -1, np.int32)
    bits = np.zeros(room, np.uint8)
    mask = np.uint64(size - 1)
    for k in range(keys.size):
        slot = (keys[k] >> np.uint64(17)) & mask
        while numbers[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = keys[k]
        numbers[slot] = k
        low = keys[k] % np.uint64(8 * room)
        bits[low >> np.uint64(3)] |= np.uint8(1) << np.uint8(low & np.uint64(7))
    return slots, numbers, bits


@njit(cache=True, nogil=True)
def _number(key, slots, numbers, bits):  # type: ignore[no-untyped-def]  # pragma: no cover
    low = key % np.uint64(8 * bits.size)
    if not (bits[low >> np.uint64(3)] >> np.uint8(low & np.uint64(7))) & np.uint8(1):
        return np.int32(-1)
    mask = np.uint64(slots.size - 1)
    slot = (key >> np.uint64(17)) & mask
    while numbers[slot] >= 0:
        if slots[slot] == key:
            return numbers[slot]
        slot = (slot + np.uint64(1)) & mask
    return np.int32(-1)


@njit(cache=True, nogil=True)
def _first_numbers(words, offsets, first, last, slots, numbers, bits, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the number of the run of three words that ends at each place of the texts from `first` to `last`."""
    longest = 1
    for text in range(first, last):
        longest = max(longest, offsets[text + 1] - offsets[text])
    keys = np.empty(longest, np.uint64)
    for text in range(first, last):
        begin, end = offsets[text], offsets[text + 1]
        _triple_keys(words, begin, end, keys)
        for t in range(begin, end):
            key = keys[t - begin]
            out[t] = -1 if key == 0 else _number(key, slots, numbers, bits)


@njit(cache=True, nogil=True)
def _longer_numbers(ids, offsets, first, last, common, length, slots, numbers, bits):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Put in the place of each run's number that of the run twice as long where both halves are too common, else -1."""
    for text in range(first, last):
        begin = offsets[text]
        # From the end, since a run's left half lies before it and must not be overwritten yet.
        for t in range(offsets[text + 1] - 1, begin - 1, -1):
            key = _longer_key(ids, begin, t, common, length)
            ids[t] = -1 if key == 0 else _number(key, slots, numbers, bits)


@njit(cache=True, nogil=True)
def _longer_key(ids, begin, t, common, length):  # type: ignore[no-untyped-def]  # pragma: no cover
    if t < begin + length or ids[t] < 0 or ids[t - length] < 0:
        return np.uint64(0)
    if not common[ids[t]] or not common[ids[t - length]]:
        return np.uint64(0)
    return mixed(np.uint64(ids[t - length]), np.uint64(ids[t])) | np.uint64(1)


@njit(cache=True, nogil=True)
def _holders(ids, offsets, first, last, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """In how many of the texts from `first` to `last` each run occurs."""
    counts = np.zeros(found, np.int32)
    met = np.full(found, -1, np.int32)
    for text in range(first, last):
        for t in range(offsets[text], offsets[text + 1]):
            if ids[t] >= 0 and met[ids[t]] != text:
                met[ids[t]] = text
                counts[ids[t]] += 1
    return counts


@njit(cache=True, nogil=True)
def _listed(words, ids, offsets, first, last, used, begins, postings):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Put the texts from `first` to `last` on the lists of the runs that are used; `begins` is moved on."""
    met = np.full(used.size, -1, np.int32)
    for text in range(first, last):
        end = offsets[text + 1]
        for t in range(offsets[text], end):
            run = ids[t]
            if run < 0 or not used[run] or met[run] == text:
                continue
            met[run] = text
            # What follows the run: copies go on with the same words and so come to stand side by side.
            follows = np.uint64(0)
            for k in range(t + 1, min(t + 1 + CONTEXT, end)):
                follows = mixed(follows, np.uint64(words[k]))
            postings[begins[run]] = (follows & np.uint64(0xFFFFFFFF00000000)) | np.uint64(text)
            begins[run] += 1


@njit(cache=True, nogil=True)
def _met(begins, ends, postings, first_new, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the pairs of each new text on a list with the known and new ones that stand near it there."""
    low = np.uint64(0xFFFFFFFF)
    count = 0
    for run in range(begins.size):
        begin, end = begins[run], ends[run]
        if end - begin > 2:
            postings[begin:end].sort()
        for k in range(begin, end):
            one = postings[k] & low
            for step in range(1, NEIGHBOURS + 1):
                if k + step >= end:
                    break
                other = postings[k + step] & low
                if one < first_new and other < first_new:
                    continue
                out[count] = (min(one, other) << np.uint64(32)) | max(one, other)
                count += 1
    return count


def meetings(
    words: Int32Array, offsets: Int64Array, first_new: int, threads: int = 1
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Pairs of a new text and any other that share at least one telling run of words.

    A run tells as in `candidates.candidate_pairs`; the texts are paired as there, but for those pairs that are
    both known.

    Args:
        words: word numbers of all texts, the known ones first.
        offsets: where each text begins, shape (texts + 1,).
        first_new: the number of the first new text.
        threads: how many to use; the result is the same.

    Returns:
        The first and the second text of each pair (first < second), and how many telling runs proposed it, sorted.
    """
    texts = offsets.size - 1
    most = most_listed(texts)
    bounds = np.linspace(0, texts, threads + 1).astype(np.int64)
    new = slice(int(offsets[first_new]), int(offsets[texts]))
    keys = np.zeros(new.stop - new.start, np.uint64)
    _keys_of_new(words, offsets, first_new, keys)
    ids = np.empty(words.size, np.int32)
    proposed: list[UInt64Array] = []
    with ThreadPoolExecutor(threads) as pool:
        # numba's decorators hide what they decorate from the type checker.
        number_first: Callable[..., None] = _first_numbers
        listed: Callable[..., None] = _listed

        def shared(work: Callable[..., Any], *given: Any) -> list[Any]:
            return list(pool.map(lambda b: work(*given[:2], *b, *given[2:]), pairwise(bounds)))

        runs = _runs_of(keys)
        shared(lambda *given: number_first(*given, ids), words, offsets, *runs.arrays)
        length = SHORTEST
        while True:
            counts = shared(_holders, ids, offsets, runs.found)
            holders = np.sum(counts, axis=0, dtype=np.int64)
            used = (holders >= 2) & (holders <= most)
            sizes = np.where(used, holders, 0)
            begins = np.cumsum(sizes) - sizes
            postings = np.empty(int(sizes.sum()), np.uint64)
            own = np.cumsum([np.zeros_like(begins), *counts[:-1]], axis=0) + begins
            list(pool.map(
                lambda b, at: listed(words, ids, offsets, *b, used, at, postings), pairwise(bounds), own  # noqa: B023
            ))  # fmt: skip
            out = np.empty(NEIGHBOURS * postings.size, np.uint64)
            proposed.append(out[: _met(begins, begins + sizes, postings, np.uint64(first_new), out)].copy())
            common = holders > most
            if length == LONGEST_RUN or not common.any():
                break
            keys = _longer_keys(ids, offsets, first_new, common, length)
            runs = _runs_of(keys)
            shared(_longer_numbers, ids, offsets, common, length, *runs.arrays)
            length *= 2
    return _counted_pairs(np.concatenate(proposed))


def _counted_pairs(proposed: UInt64Array) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Each different pair, and how often it was proposed."""
    proposed.sort()
    begins = (
        np.flatnonzero(np.diff(proposed, prepend=~proposed[:1])) if proposed.size else np.zeros(0, np.int64)
    )
    pairs = proposed[begins]
    times = np.diff(begins, append=proposed.size).astype(np.int32)
    return (pairs >> np.uint64(32)).astype(np.int32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32), times


@njit(cache=True, nogil=True)
def _keys_of_new(words, offsets, first_new, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    base = offsets[first_new]
    for text in range(first_new, offsets.size - 1):
        _triple_keys(
            words, offsets[text], offsets[text + 1], out[offsets[text] - base : offsets[text + 1] - base]
        )


@njit(cache=True, nogil=True)
def _longer_keys(ids, offsets, first_new, common, length):  # type: ignore[no-untyped-def]  # pragma: no cover
    base = offsets[first_new]
    keys = np.zeros(ids.size - base, np.uint64)
    for text in range(first_new, offsets.size - 1):
        for t in range(offsets[text], offsets[text + 1]):
            keys[t - base] = _longer_key(ids, offsets[text], t, common, length)
    return keys


@njit(cache=True, nogil=True)
def _ranked(first, second, times, texts, keep):  # type: ignore[no-untyped-def]  # pragma: no cover
    """How often each text's best pair was met, and how often its `keep`th best (0 if there are fewer)."""
    top = np.zeros((texts, keep), np.int32)
    for k in range(first.size):
        for text in (first[k], second[k]):
            low = np.argmin(top[text])
            top[text, low] = max(top[text, low], times[k])
    most, least = np.empty(texts, np.int32), np.empty(texts, np.int32)
    for text in range(texts):
        most[text] = top[text].max()
        least[text] = top[text].min()
    return most, least


def best_met(
    first: Int32Array, second: Int32Array, times: Int32Array, texts: int, keep: int, far_less: int
) -> NDArray[np.bool_]:
    """Which pairs are among the `keep` most proposed of either of their texts, bool, shape (pairs,).

    As in `candidates`: a pair proposed `far_less` times less often than the best of both its texts is not among them,
    and of equals see `within_room`.
    """
    most, least = _ranked(first, second, times, texts, keep)
    chosen: NDArray[np.bool_] = times.astype(np.int64) * far_less >= np.minimum(most[first], most[second])
    chosen[chosen] = within_room(first[chosen], second[chosen], times[chosen], keep, least)
    return chosen
