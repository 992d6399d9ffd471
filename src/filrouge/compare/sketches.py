"""Sketches of texts: two texts agree on a place of theirs as often as they have words, or runs, in common.

Source: MinHash signatures, Broder (1997); of one permutation, Li, Owen & Zhang (NIPS 2012), densified as in
Shrivastava & Li (ICML 2014).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array
from filrouge.compare.shares import even_cuts, in_order


@njit(cache=True, nogil=True)
def write_sketches(  # type: ignore[no-untyped-def]  # pragma: no cover
    ids, counted, offsets, skipped, first, last, shift, sketches, counts
):
    """Write the signatures of the texts from `first` to `last`, see `text_sketches`."""
    places = sketches.shape[1]
    none = np.uint64(0xFFFFFFFFFFFFFFFF)
    least = np.empty(places, np.uint64)
    for ad in range(first, last):
        least[:] = none
        count = 0
        for t in range(offsets[ad] + skipped, offsets[ad + 1]):
            if counted.size == 0 or counted[ids[t]]:
                count += 1
                h = np.uint64(ids[t] + 1) * np.uint64(0x9E3779B97F4A7C15)
                h ^= h >> np.uint64(31)
                h *= np.uint64(0xBF58476D1CE4E5B9)
                h ^= h >> np.uint64(29)
                own = h % np.uint64(places)
                least[own] = min(least[own], h)
        counts[ad] = count
        # A place that nothing fell on has the minimum of the next. Round twice: the last may need the first.
        after = none
        for place in range(2 * places - 1, -1, -1):
            if least[place % places] == none:
                least[place % places] = after
            after = least[place % places]
        for place in range(places):
            sketches[ad, place] = least[place] >> shift


def text_sketches(
    ids: Int32Array, counted: NDArray[np.bool_], offsets: Int64Array, places: int, threads: int = 1
) -> tuple[UInt64Array, Int32Array]:
    """A MinHash signature of each text.

    Args:
        ids: int32, shape (words,): what each text consists of.
        counted: per number, whether it counts.
        offsets: where each text begins, shape (texts + 1,).
        places: numbers in a signature.
        threads: how many threads to use; the result is the same.

    Returns:
        The signatures, shape (texts, places), and how many words of each text count.
    """
    sketches, counts = np.empty((offsets.size - 1, places), np.uint64), np.zeros(offsets.size - 1, np.int32)
    _sketched(ids, counted, offsets, 0, 0, sketches, counts, threads)
    return sketches, counts


def run_sketches(
    triples: Int32Array, offsets: Int64Array, places: int, threads: int = 1
) -> NDArray[np.uint32]:
    """The same of the runs of three words of each text, half as long: who agrees on a number by chance is ranked wrong.

    Args:
        triples: int32, shape (words,): the number of the run that ends at each word; a text's first two are too short.
        offsets: where each text begins, shape (texts + 1,).
        places: numbers in a signature.
        threads: how many threads to use; the result is the same.
    """
    sketches, counts = np.empty((offsets.size - 1, places), np.uint32), np.zeros(offsets.size - 1, np.int32)
    _sketched(triples, np.zeros(0, np.bool_), offsets, 2, 32, sketches, counts, threads)
    return sketches


def _sketched(
    ids: Int32Array,
    counted: NDArray[np.bool_],
    offsets: Int64Array,
    skipped: int,
    shift: int,
    sketches: NDArray[Any],
    counts: Int32Array,
    threads: int,
) -> None:
    """Fill `sketches` and `counts`, without the first `skipped` words of each text, and the low `shift` bits of all."""
    n = offsets.size - 1
    cuts = even_cuts(n, max(1, -(-n // threads)))

    def share(k: int) -> None:
        first, last = int(cuts[k]), int(cuts[k + 1])
        write_sketches(ids, counted, offsets, skipped, first, last, np.uint64(shift), sketches, counts)

    in_order(share, cuts.size - 1, threads)
