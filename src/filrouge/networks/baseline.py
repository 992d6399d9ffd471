"""Whom a group is compared with: strangers (all others) and independents (those in no network).

A corpus says in its own words what is usual. A sign that one ad can show is compared with the ads of others on
the same agencies and in the same languages, each voice counting once however often it posts; a sign that
only a group can show, with other groups that are at least half as large.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filrouge.networks.lift import Lift, lift
from filrouge.networks.observed import Observed

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

VOICES_OF_A_STRATUM: Final = 20
"""Fewer voices than these on an agency in a language say too little: all others stand in for them."""
GROUPS_COMPARED: Final = 100
"""Where fewer groups than these are at least half as large, the largest hundred are compared with."""


@dataclass(frozen=True)
class Whole:
    """One way of putting ads into groups.

    Attributes:
        of: "network" or "cluster".
        group: of each ad, from 0.
        network: of each ad, -1 for none.
    """

    of: str
    group: I64
    network: I64

    @cached_property
    def groups(self) -> int:
        """One more than the highest number of a group."""
        return int(self.group.max(initial=-1)) + 1

    @cached_property
    def network_of(self) -> I64:
        """The network of each group, -1 for none."""
        out = np.full(self.groups, -1, np.int64)
        out[self.group] = self.network
        return out

    @cached_property
    def in_network(self) -> Bool:
        """Which groups are, or are in, a network."""
        return self.network_of >= 0


def compare_voices(hit: Bool, seen: Observed, network: I64, whole: Whole, shown: I64) -> tuple[Lift, Lift]:
    """A group's share of voices that show a sign against that of strangers and of independents.

    The others are weighted so that they are on the same agencies and in the same languages as the group. A voice of
    which a part of the ads shows it counts as that part. Strangers are outside the group's network.

    Args:
        hit: which ads show it.
        seen: the corpus.
        network: of each ad.
        whole: the groups.
        shown: the groups that are asked for; all in a network.

    Returns:
        Against strangers, against independents; one value for each of `shown`.
    """
    weight = 1.0 / np.bincount(seen.unit)[seen.unit]
    stratum = seen.stratum
    strata = int(stratum.max(initial=-1)) + 1
    marked = weight * hit
    place = np.full(whole.groups, -1, np.int64)
    place[shown] = np.arange(shown.size)
    row = place[whole.group]
    mine = row >= 0
    cell, inverse = np.unique(row[mine] * strata + stratum[mine], return_inverse=True)
    of_group, of_stratum = cell // strata, cell % strata
    in_cell = np.bincount(inverse, weight[mine], minlength=cell.size)
    seen_in_group = np.bincount(row[mine], marked[mine], minlength=shown.size).astype(np.float64)
    voices = np.bincount(row[mine], weight[mine], minlength=shown.size).astype(np.float64)

    inside = network >= 0
    of_network = np.unique(network[inside] * strata + stratum[inside], return_inverse=True)
    network_cell, in_network = of_network
    out = []
    for base, own in ((np.ones_like(hit), True), (~inside, False)):
        there = np.bincount(stratum[base], weight[base], minlength=strata)
        there_marked = np.bincount(stratum[base], marked[base], minlength=strata)
        all_there, all_marked = np.full(shown.size, there.sum()), np.full(shown.size, there_marked.sum())
        others, others_marked = there[of_stratum], there_marked[of_stratum]
        if own:
            # The group's own network is no stranger to it.
            mass = np.bincount(in_network, weight[inside], minlength=network_cell.size)
            mass_marked = np.bincount(in_network, marked[inside], minlength=network_cell.size)
            whose = whole.network_of[shown]
            at = np.searchsorted(network_cell, whose[of_group] * strata + of_stratum)
            others, others_marked = others - mass[at], others_marked - mass_marked[at]
            total = np.bincount(network[inside], weight[inside])
            total_marked = np.bincount(network[inside], marked[inside])
            all_there, all_marked = all_there - total[whose], all_marked - total_marked[whose]
        few = others < VOICES_OF_A_STRATUM
        others = np.where(few, all_there[of_group], others)
        others_marked = np.where(few, all_marked[of_group], others_marked)
        part = in_cell / voices[of_group]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(others > 1e-9, np.maximum(others_marked, 0) / others, 0.0)
            spread = np.where(others > 1e-9, part * part / others, np.inf)
        expected = np.bincount(of_group, part * share, minlength=shown.size)
        # As many equal voices as these weighted ones are worth.
        worth = 1.0 / np.bincount(of_group, spread, minlength=shown.size)
        out.append(lift(seen_in_group, voices, np.clip(expected, 0.0, 1.0), worth))
    return out[0], out[1]


def compare_groups(hit: Bool, size: I64, whole: Whole, shown: I64) -> tuple[Lift, Lift]:
    """Whether a group shows a sign, against the share of other groups that do.

    Args:
        hit: which groups show it.
        size: ads of each group.
        whole: the groups.
        shown: the groups that are asked for; all show it.

    Returns:
        Against strangers, against independents; one value for each of `shown`.
    """
    one = np.ones(shown.size)
    own = whole.network_of
    strangers = _counts(hit, size, size > 1, shown)
    # Clusters of one network are no strangers to each other.
    kin = _counts_of_kin(hit, size, own, shown, _threshold(size, size > 1, shown))
    free = _counts(hit, size, (size > 1) & (own < 0), shown)
    out = []
    for seen, of in ((strangers[0] - kin[0], strangers[1] - kin[1]), free):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(of > 0, seen / of, 0.0)
        out.append(lift(one, one, share, of))
    return out[0], out[1]


def _threshold(size: I64, among: Bool, shown: I64) -> I64:
    """From how many ads on the others are compared with each of `shown`."""
    sizes = np.sort(size[among])
    if not sizes.size:
        return np.full(shown.size, 2, np.int64)
    usual = sizes[max(sizes.size - GROUPS_COMPARED, 0)]
    least: I64 = np.maximum(np.minimum((size[shown] + 1) // 2, usual), 2)
    return least


def _counts(hit: Bool, size: I64, among: Bool, shown: I64) -> tuple[F64, F64]:
    """How many of the groups `among` that are large enough show it, and how many there are."""
    order = np.argsort(size[among], kind="stable")
    sizes = size[among][order]
    before = np.concatenate(([0], np.cumsum(hit[among][order])))
    at = np.searchsorted(sizes, _threshold(size, among, shown))
    return (before[-1] - before[at]).astype(np.float64), (sizes.size - at).astype(np.float64)


def _counts_of_kin(hit: Bool, size: I64, network: I64, shown: I64, threshold: I64) -> tuple[F64, F64]:
    """The same among the groups of the network of each of `shown`."""
    kin = (network >= 0) & (size > 1)
    span = int(size.max(initial=0)) + 2
    key = network[kin] * span + size[kin]
    order = np.argsort(key, kind="stable")
    before = np.concatenate(([0], np.cumsum(hit[kin][order])))
    first = np.searchsorted(key[order], network[shown] * span + threshold)
    last = np.searchsorted(key[order], (network[shown] + 1) * span)
    return (before[last] - before[first]).astype(np.float64), (last - first).astype(np.float64)
