"""Labels that spread over a graph of pairs: which texts to look at together.

Source: label propagation, Raghavan, Albert & Kumara (Phys. Rev. E 76, 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.shares import even_cuts, in_order

SWEEPS = 12
HALF = 0.5
"""Share of both texts that a pair must explain to hold two parts of one cluster together."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of texts and how much of both each explains.

    Attributes:
        first, second: int32, shape (pairs,).
        weight: float32, shape (pairs,): bits between them as a share of the longer text's bits.
        texts: how many texts there are.
    """

    first: Int32Array
    second: Int32Array
    weight: Float32Array
    texts: int

    def with_others(self, first: Int32Array, second: Int32Array, weight: Float32Array) -> Pairs:
        """These pairs and others."""
        return Pairs(
            np.concatenate([self.first, first]),
            np.concatenate([self.second, second]),
            np.concatenate([self.weight, weight]),
            self.texts,
        )

    def labels(self) -> Int32Array:
        """A label for each text, int32, shape (texts,): texts that hold together have the same one."""
        label = spread_labels(*neighbourhoods(self.texts, self.first, self.second, self.weight), SWEEPS)
        close = self.weight >= HALF
        return join_parts(label, self.first[close], self.second[close])


@njit(cache=True, nogil=True)
def spread_labels(begins, neighbour, bits, sweeps):  # type: ignore[no-untyped-def]  # pragma: no cover
    n = begins.size - 1
    label = np.arange(n).astype(np.int32)
    weight = np.zeros(n, np.float64)
    # Whose neighbours all have the labels that they had when it last chose would choose the same again.
    waits = np.ones(n, np.bool_)
    for _ in range(sweeps):
        moved = 0
        for ad in range(n):
            begin, end = begins[ad], begins[ad + 1]
            if begin == end or not waits[ad]:
                continue
            waits[ad] = False
            for e in range(begin, end):
                weight[label[neighbour[e]]] = 0.0
            for e in range(begin, end):
                weight[label[neighbour[e]]] += bits[e]
            best = label[ad]
            most = -1.0
            for e in range(begin, end):
                candidate = label[neighbour[e]]
                if weight[candidate] > most + 1e-6 or (weight[candidate] > most - 1e-6 and candidate < best):
                    most = weight[candidate]
                    best = candidate
            if best != label[ad]:
                label[ad] = best
                moved += 1
                for e in range(begin, end):
                    waits[neighbour[e]] = True
        if moved == 0:
            break
    return label


@njit(cache=True, nogil=True)
def _neighbourhoods(n, a, b, value):  # type: ignore[no-untyped-def]  # pragma: no cover
    begins = np.zeros(n + 1, np.int64)
    for k in range(a.size):
        begins[a[k] + 1] += 1
        begins[b[k] + 1] += 1
    for ad in range(n):
        begins[ad + 1] += begins[ad]
    fill = begins[:-1].copy()
    neighbour = np.empty(2 * a.size, np.int32)
    values = np.empty(2 * a.size, value.dtype)
    for k in range(a.size):
        neighbour[fill[a[k]]] = b[k]
        values[fill[a[k]]] = value[k]
        fill[a[k]] += 1
    for k in range(a.size):
        neighbour[fill[b[k]]] = a[k]
        values[fill[b[k]]] = value[k]
        fill[b[k]] += 1
    return begins, neighbour, values


def neighbourhoods(
    n: int, a: Int32Array, b: Int32Array, value: np.ndarray
) -> tuple[Int64Array, Int32Array, np.ndarray]:
    """The pairs as lists of neighbours, both ways: where each ad's list begins, neighbours, values."""
    begins, neighbour, values = _neighbourhoods(n, a, b, value)
    return begins, neighbour, values


@njit(cache=True, nogil=True)
def _near_clusters(begins, neighbour, times, label, labels, keep, first, last, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    votes = np.zeros(labels, np.int64)
    for ad in range(first, last):
        for e in range(begins[ad], begins[ad + 1]):
            if label[neighbour[e]] >= 0:
                votes[label[neighbour[e]]] += times[e]
        for k in range(keep):
            best = -1
            most = 0
            for e in range(begins[ad], begins[ad + 1]):
                name = label[neighbour[e]]
                if name >= 0 and (votes[name] > most or (votes[name] == most and most > 0 and name < best)):
                    most = votes[name]
                    best = name
            if best < 0:
                break
            found[ad, k] = best
            votes[best] = 0
        for e in range(begins[ad], begins[ad + 1]):
            if label[neighbour[e]] >= 0:
                votes[label[neighbour[e]]] = 0


def near_clusters(
    begins: Int64Array,
    neighbour: Int32Array,
    times: Int32Array,
    label: Int32Array,
    keep: int,
    threads: int = 1,
) -> Int32Array:
    """The `keep` labels that each ad's candidates name most often: int32, shape (ads, keep), -1: none."""
    found = np.full((begins.size - 1, keep), -1, np.int32)
    labels = int(label.max(initial=0)) + 1
    cuts = even_cuts(begins.size - 1, max(1, -(-begins.size // (4 * threads))))
    in_order(
        lambda k: _near_clusters(begins, neighbour, times, label, labels, keep, cuts[k], cuts[k + 1], found),
        cuts.size - 1, threads,
    )  # fmt: skip
    return found


def join_parts(label: Int32Array, first: Int32Array, second: Int32Array) -> Int32Array:
    """The labels with those made one that pairs of ads hold together which are half the same.

    Labels stop spreading where neighbours are few, and leave a large cluster in parts. Parts
    that speak as many voices would make their own template look like common language. Two ads
    on each side must be held, so that one ad with two texts does not join their clusters.
    """
    a, b = label[first], label[second]
    across = a != b
    low, high = np.minimum(a, b)[across].astype(np.int64), np.maximum(a, b)[across].astype(np.int64)
    ad_low = np.where(a < b, first, second)[across].astype(np.int64)
    ad_high = np.where(a < b, second, first)[across].astype(np.int64)
    if not low.size:
        return label
    n = np.int64(label.size)
    pair, place = np.unique(low * n + high, return_inverse=True)
    held = [np.bincount(np.unique(place * n + ads) // n, minlength=pair.size) for ads in (ad_low, ad_high)]
    sizes = np.bincount(label, minlength=label.size)
    one, other = pair // n, pair % n
    holds = (held[0] >= np.minimum(2, sizes[one])) & (held[1] >= np.minimum(2, sizes[other]))
    root: Int64Array = united(np.arange(label.size), one[holds], other[holds])
    return root[label].astype(np.int32)


@njit(cache=True, nogil=True)
def united(root, one, other):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The smallest name of each component, when the names `one` and `other` are made one pair by pair."""
    for k in range(one.size):
        x = one[k]
        while root[x] != x:
            x = root[x]
        y = other[k]
        while root[y] != y:
            y = root[y]
        root[max(x, y)] = min(x, y)
    for k in range(root.size):
        root[k] = root[root[k]]
    return root
