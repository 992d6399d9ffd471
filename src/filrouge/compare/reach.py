"""What the ads of strangers have in common by chance, measured on this corpus.

Every cut between "tied" and "not tied" comes from here.

Source: extreme values as the measure of chance alignments, Karlin & Altschul (PNAS 87, 1990);
fitted to the data at hand, Pearson (J. Mol. Biol. 276, 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from filrouge.compare.align import pair_bits
from filrouge.compare.labels import HALF
from filrouge.compare.models import Models
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.shares import cuts_at, in_order
from filrouge.compare.strangers import Corpus

ONE_IN = 200
"""One ad of a cluster in this many may be a stranger's."""
SAMPLE = 4_000
"""Ads whose most similar strangers show what strangers reach on this corpus."""
QUANTILES = (0.2, 0.6)
MOST_STRANGERS = 0.1
"""However large a cluster is, its ads are tied by more than this share of strangers reaches."""
FEW = 200
"""With fewer texts than this what strangers reach is not measured: copies may be most of them."""


@dataclass(frozen=True)
class Reach:
    """The distribution of the bits that an ad reaches with the stranger, or foreign template, most like it.

    Attributes:
        place, scale: of a Gumbel distribution, bits.
        ads: of the corpus.
    """

    place: float
    scale: float
    ads: int

    @property
    def pair(self) -> float:
        """Bits that tie two ads."""
        return float(self.needed(np.array([2]))[0])

    def needed(self, sizes: np.ndarray) -> np.ndarray:
        """Bits that tie an ad to a cluster of so many ads, so that one of its ads in `ONE_IN` is a stranger.

        Strangers come to a large cluster no more often than to a small one, so among its many
        ads they are few. Never less than what chance alone does among so many ads.
        """
        share = np.clip(sizes / ONE_IN, 1e-9, MOST_STRANGERS)
        here = self.place - self.scale * np.log(-np.log1p(-share))
        needed: np.ndarray = np.maximum(here, np.log2(max(self.ads, 1) / share))
        return needed


@njit(cache=True, nogil=True)
def _sums(price, offsets, first, last, whole):  # type: ignore[no-untyped-def]  # pragma: no cover
    for ad in range(first, last):
        total = 0.0
        for t in range(offsets[ad], offsets[ad + 1]):
            total += price[t]
        whole[ad] = max(total, 1.0)


def whole_bits(corpus: Corpus, price: Float32Array, threads: int = 1) -> np.ndarray:
    """Bits of each text when it is written alone, at least 1."""
    whole = np.empty(corpus.ads)
    cuts = cuts_at(corpus.offsets, -(-corpus.words.size // threads) or 1)
    in_order(lambda k: _sums(price, corpus.offsets, cuts[k], cuts[k + 1], whole), cuts.size - 1, threads)
    return whole


def strangers_reach(
    corpus: Corpus,
    price: Float32Array,
    label: Int32Array,
    sizes: Int64Array,
    begins: Int64Array,
    neighbour: Int32Array,
    threads: int,
) -> Reach:
    """What strangers' texts have in common here, as the best that each ad reaches with any of them.

    The best of many independent scores follows a Gumbel distribution. It is fitted to what a
    sample of ads reaches with the best of its candidates outside its cluster, by two low
    quantiles: the highest of these scores may be copies that are not found yet.
    """
    ads = int(sizes.sum())
    asked = np.random.default_rng(0).permutation(corpus.ads)[:SAMPLE].astype(np.int32)
    counts = begins[asked + 1] - begins[asked]
    second = np.repeat(asked, counts)
    at = np.repeat(begins[asked] - np.cumsum(counts) + counts, counts) + np.arange(second.size)
    first = neighbour[at]
    strangers = (label[first] < 0) | (label[first] != label[second])
    bits = pair_bits(
        first[strangers],
        second[strangers],
        corpus.words,
        price,
        corpus.offsets,
        threads,
        vocabulary=corpus.sizes[0],
    )
    # Who shares half of all there is to say is no stranger, but a copy that is not found yet.
    whole = whole_bits(corpus, price, threads)
    bits[bits >= HALF * np.maximum(whole[first[strangers]], whole[second[strangers]])] = 0
    best = np.zeros(asked.size, np.float32)
    np.maximum.at(best, np.repeat(np.arange(asked.size), counts)[strangers], bits)
    return fitted(best, ads)


def templates_reach(
    whole: np.ndarray, near: Int32Array, saved: Float32Array, models: Models, otherwise: Reach
) -> Reach:
    """The same for templates: the best that each ad reaches with any near template but its own.

    Less than with single ads: a template holds what its members share, and no more.

    Args:
        whole: of the texts that are asked, shape (asked,), see `whole_bits`.
        near: the templates near each of them, int32, shape (asked, any); -1 for none.
        saved: what those save them, the shape of `near`, 0 for their own.
        models: all templates.
        otherwise: what is said if there are none.
    """
    if not len(models):
        return otherwise
    copy = saved >= HALF * np.minimum(whole[:, None], models.cost[np.maximum(near, 0)])
    return fitted(np.where(copy, 0, saved).max(axis=1), otherwise.ads)


def fitted(best: Float32Array, ads: int) -> Reach:
    """A Gumbel distribution that has the `QUANTILES` of these; with fewer than `FEW`, chance alone counts."""
    if best.size < FEW:
        return Reach(0.0, 0.0, ads)
    low, high = np.quantile(best, QUANTILES)
    place = -np.log(-np.log(np.array(QUANTILES)))
    scale = float(high - low) / float(place[1] - place[0])
    return Reach(float(low) - scale * float(place[0]), scale, ads)
