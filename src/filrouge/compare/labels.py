"""Labels that spread over a graph of pairs: which texts to look at together.

Source: label propagation, Raghavan, Albert & Kumara (Phys. Rev. E 76, 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from filrouge.compare.runs import Float32Array, Int32Array, Int64Array

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
def best_candidates(
    first: Int32Array, second: Int32Array, times: Int32Array, n: int, keep: int, far_less: int
) -> np.ndarray:
    """Mark the pairs that are among the `keep` most proposed of either of their ads.

    A pair proposed `far_less` times less often than the best of both its ads is not marked.
    """
    top = np.zeros((n, keep), np.int32)
    most = np.zeros(n, np.int32)
    for k in range(first.size):
        for ad in (first[k], second[k]):
            most[ad] = max(most[ad], times[k])
            low = 0
            for s in range(1, keep):
                if top[ad, s] < top[ad, low]:
                    low = s
            if times[k] > top[ad, low]:
                top[ad, low] = times[k]
    least = np.empty(n, np.int32)
    for ad in range(n):
        least[ad] = top[ad].min()
    chosen = np.zeros(first.size, np.bool_)
    room = np.full(n, 2 * keep, np.int32)
    for k in range(first.size):
        a, b = first[k], second[k]
        if times[k] * far_less < min(most[a], most[b]):
            continue
        if (times[k] >= least[a] and room[a] > 0) or (times[k] >= least[b] and room[b] > 0):
            chosen[k] = True
            room[a] -= 1
            room[b] -= 1
    return chosen


@njit(cache=True, nogil=True)
def spread_labels(begins, neighbour, bits, sweeps):  # type: ignore[no-untyped-def]  # pragma: no cover
    n = begins.size - 1
    label = np.arange(n).astype(np.int32)
    weight = np.zeros(n, np.float64)
    for _ in range(sweeps):
        moved = 0
        for ad in range(n):
            begin, end = begins[ad], begins[ad + 1]
            if begin == end:
                continue
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
        if moved == 0:
            break
    return label


def neighbourhoods(
    n: int, a: Int32Array, b: Int32Array, value: np.ndarray
) -> tuple[Int64Array, Int32Array, np.ndarray]:
    """The pairs as lists of neighbours, both ways: where each ad's list begins, neighbours, values."""
    source = np.concatenate([a, b])
    order = np.argsort(source, kind="stable")
    begins = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=n))]).astype(np.int64)
    return begins, np.concatenate([b, a])[order], np.concatenate([value, value])[order]


@njit(cache=True, nogil=True)
def near_clusters(begins, neighbour, times, label, keep):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The `keep` labels that each ad's candidates name most often: int32, shape (ads, keep), -1: none."""
    n = begins.size - 1
    found = np.full((n, keep), -1, np.int32)
    votes = np.zeros(max(label.max() + 1, 1) if n else 1, np.int64)
    for ad in range(n):
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
    return united(np.arange(label.size), one[holds], other[holds])[label].astype(np.int32)


def united(root: Int64Array, one: Int64Array, other: Int64Array) -> Int64Array:
    """The smallest name of each component, when the names `one` and `other` are made one pair by pair."""
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        x, y = a, b
        while root[x] != x:
            x = int(root[x])
        while root[y] != y:
            y = int(root[y])
        root[max(x, y)] = min(x, y)
    for k in range(root.size):
        root[k] = root[root[k]]
    return root
