"""Which ad belongs to which group: what its template saves it, against what strangers reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from filrouge.compare.align import pair_bits
from filrouge.compare.labels import HALF
from filrouge.compare.models import Models, members_of
from filrouge.compare.reach import Reach
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.strangers import Corpus


def ads_of(label: Int32Array, sizes: Int64Array, found: int) -> np.ndarray:
    """How many ads each cluster has."""
    return np.bincount(label[label >= 0], sizes[label >= 0], minlength=found)


@dataclass(frozen=True)
class Needed:
    """Bits that tie an ad to each cluster.

    Attributes:
        whole: for an ad that holds at least half of what the middle member holds.
        half: of what the middle member holds.
        part: for an ad that holds less: as much as ties two single ads.
    """

    whole: np.ndarray
    half: np.ndarray
    part: float

    def by(self, saved: np.ndarray, cluster: Int32Array) -> np.ndarray:
        """Bits needed by ads that a cluster's template saves so much."""
        at = np.maximum(cluster, 0)
        needed: np.ndarray = np.where(
            saved < self.half[at], np.maximum(self.part, self.whole[at]), self.whole[at]
        )
        return needed

    def floor(self, label: Int32Array, own: Float32Array, near: Int32Array) -> Float32Array:
        """Bits that each near template must save each ad at least to have any say: the shape of `near`."""
        stays = (label >= 0) & (own > self.by(own, label) / 2)
        mine = np.where(stays, own, 0)[:, None]
        floor: Float32Array = np.maximum(mine, self.whole[np.maximum(near, 0)]).astype(np.float32)
        return floor


def needed_bits(own: Float32Array, label: Int32Array, ads: np.ndarray, reach: Reach, among: Reach) -> Needed:
    """What each cluster of so many ads needs."""
    return Needed(among.needed(ads), halves(own, label, ads.size), reach.pair)


def halves(own: Float32Array, label: Int32Array, clusters: int) -> np.ndarray:
    """Half of what the middle member of each cluster holds, shape (clusters,); 0 for one without members."""
    members = members_of(label)
    half = np.zeros(clusters, np.float32)
    half[: members.groups] = HALF * _middles(own, members.texts, members.begins)
    return half


@njit(cache=True, nogil=True)
def _middles(own, texts, begins):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The lower middle of what each group's members have."""
    middle = np.zeros(begins.size - 1, np.float32)
    for group in range(middle.size):
        theirs = own[texts[begins[group] : begins[group + 1]]]
        theirs.sort()
        if theirs.size:
            middle[group] = theirs[(theirs.size - 1) // 2]
    return middle


def near_bits(
    corpus: Corpus,
    price: Float32Array,
    label: Int32Array,
    models: Models,
    near: Int32Array,
    threads: int = 1,
    *,
    texts: Int32Array | None = None,
    floor: Float32Array | None = None,
) -> Float32Array:
    """What each near template but its own saves each ad: float32, the shape of `near`.

    Args:
        corpus: all texts.
        price: bits per word, float32, shape (words,).
        label: int32, shape (asked,): the own template of each ad that is asked, -1 for none.
        models: all templates.
        near: int32, shape (asked, any): templates; -1 for none.
        threads: how many threads to use; the result is the same.
        texts: int32, shape (asked,): the texts that are asked, if not all.
        floor: the shape of `near`: bits that matter to nobody; what cannot save more may be said to save 0.
    """
    saved = np.zeros(near.shape, np.float32)
    for k, column in enumerate(near.T):
        asked = np.flatnonzero((column >= 0) & (column != label))
        # Ads that are asked about one template stand together, so that it is made ready once.
        asked = asked[np.argsort(column[asked], kind="stable")]
        saved[asked, k] = pair_bits(
            column[asked], asked.astype(np.int32) if texts is None else texts[asked],
            corpus.words, price, corpus.offsets, threads,
            floor=0.0 if floor is None else floor[asked, k],
            models=(models.words, models.begins), vocabulary=corpus.sizes[0],
        )  # fmt: skip
    return saved


def assign(
    label: Int32Array, own: Float32Array, near: Int32Array, saved: Float32Array, needed: Needed
) -> Int32Array:
    """The label of the near template that saves each ad most, or none where none saves enough.

    A member stays for half of what a newcomer needs: a copy that was let go too early would
    speak as a stranger, and make the words of its own template look common. `paying` has the
    last word.
    """
    if not needed.whole.size:
        return label
    stays = (label >= 0) & (own > needed.by(own, label) / 2)
    enough = np.where((near >= 0) & (saved > needed.by(saved, near)), saved, 0)
    best = enough.argmax(axis=1)[:, None]
    most = np.take_along_axis(enough, best, 1)[:, 0]
    nearest = np.take_along_axis(near, best, 1)[:, 0]
    new: Int32Array = np.where(most > np.where(stays, own, 0), nearest, np.where(stays, label, -1))
    return new


def paying(
    label: Int32Array,
    own: Float32Array,
    models: Models,
    sizes: Int64Array,
    reach: Reach,
    among: Reach,
) -> Int32Array:
    """Without the ads that their template does not save enough, and the clusters that do not pay for it.

    A template has to be written once; what its members save above that must be more than
    strangers reach.
    """
    found = len(models)
    if not found:
        return label
    needed = needed_bits(own, label, ads_of(label, sizes, found), reach, among)
    stays = (label >= 0) & (own > needed.by(own, label))
    kept = np.where(stays, label, -1).astype(np.int32)
    ads = ads_of(kept, sizes, found)
    saved = np.bincount(kept[stays], own[stays] * sizes[stays], found)
    pays = (ads >= 2) & (saved - models.cost > reach.pair)
    return np.where(stays & pays[np.maximum(kept, 0)], kept, -1).astype(np.int32)
