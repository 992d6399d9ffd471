"""Which cluster a text from outside would belong to, by the templates that the last run left."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.labels import HALF
from filrouge.compare.runs import Float32Array, Int64Array, UInt64Array
from filrouge.corpus.results import Membership
from filrouge.engines.kept import Kept


class Clusters:
    """Which cluster each ad is in, and which ads each cluster has.

    Args:
        membership: of a view, see `filrouge.corpus.results`.
    """

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    def of(self, ads: Int64Array) -> Int64Array:
        """The cluster of each of the ads; -1 for none."""
        return self._membership.of(ads)

    def members(self, cluster: int, most: int | None = None) -> Int64Array:
        """The ads of a cluster, at most so many, those that its template saves most for first."""
        order, clusters = self._by_cluster
        a, b = (int(at) for at in np.searchsorted(clusters, [cluster, cluster + 1]))
        members: Int64Array = order[a : b if most is None else min(b, a + most)]
        return members

    def saved(self, cluster: int) -> Float32Array:
        """What the template of a cluster saves each of its ads, most first."""
        return self._membership.bits_of(self.members(cluster))

    @cached_property
    def _by_cluster(self) -> tuple[Int64Array, Int64Array]:
        cluster, bits = self._membership.cluster, self._membership.bits
        ads = np.flatnonzero(cluster >= 0)
        ads = ads[np.lexsort((-bits[ads], cluster[ads]))]
        return ads, cluster[ads]


class Templates:
    """The templates of the last run, and what a text needs to belong to one, as in `filrouge.compare.belonging`.

    Args:
        kept: what the run left.
        clusters: which ads they have.

    Attributes:
        needed: bits that a template must save a text: what 1 in 100 reaches among the texts of the run, until it is
            known what texts from outside do.
    """

    def __init__(self, kept: Kept, clusters: Clusters) -> None:
        self._kept, self._clusters = kept, clusters
        self.needed = kept.among.pair

    def of(self, clusters: Int64Array) -> tuple[Int64Array, list[UInt64Array], NDArray[np.float64]]:
        """Those of the clusters that have a template, its words, and bits to write it once."""
        ids, begins = self._kept.ids, self._kept.begins
        at = np.searchsorted(ids, clusters)
        known = at < ids.size
        known[known] = ids[at[known]] == clusters[known]
        spans = [slice(begins[k], begins[k + 1]) for k in at[known].tolist()]
        cost = np.array([self._kept.price[span].sum() for span in spans], np.float64)
        return clusters[known], [self._kept.keys[self._kept.words[span]] for span in spans], cost

    def claiming(self, clusters: Int64Array, saved: Float32Array) -> int:
        """The cluster whose template saves a text most, if 1 stranger in 100 reaches less; -1 if there is none.

        In a run a large cluster needs less, since strangers are few among its many ads. One text that somebody asks
        about has no such company. And a text that holds less than half of what the middle member holds is no plain
        copy: it is tied to those ads only that it is near by itself.
        """
        for k in np.argsort(-saved, kind="stable").tolist():
            theirs = self._clusters.saved(int(clusters[k]))
            middle = theirs[theirs.size // 2] if theirs.size else 0.0
            if saved[k] > self.needed and saved[k] >= HALF * middle:
                return int(clusters[k])
        return -1
