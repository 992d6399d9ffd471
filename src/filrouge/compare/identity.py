"""Ids that stay: which of the groups found now (clusters, networks) are which of those found before.

A finding that people have labelled must not change its name because ten ads came. So a group keeps the id of the one
that it shares most ads with, and where one became two or two became one, that is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

NONE = np.int64(-1)


class Event(NamedTuple):
    """What became of a group. `ads`: how many ads say so.

    began: `id` is new, and no other had its ads. ended: nothing of `id` is left in any group.
    merged: what was `id` is now in `other`. split: `id` is new, and its ads were in `other`.
    """

    kind: Literal["began", "ended", "merged", "split"]
    id: int
    other: int
    ads: int


@dataclass(frozen=True)
class Named:
    """The ids of the groups found now.

    Attributes:
        ids: int64, shape (groups,).
        events: what changed, in the order of the ids.
        next_id: the first id that was never used.
    """

    ids: Int64Array
    events: list[Event]
    next_id: int


def named(
    before: Int64Array,
    now: NDArray[np.integer],
    next_id: int,
    weights: Int64Array | None = None,
    came: Int64Array | None = None,
) -> Named:
    """Give each group that was found now the id that it had, or a new one.

    Pairs of an old and a new group are taken from the one that shares most ads downwards (then by old id, so that the
    order of the ads decides nothing); a pair is passed over if either has its partner.

    Args:
        before: int64, shape (items,): the id of the group that each item was in, -1 for none.
        now: integer, shape (items,): the number of the group that it is in, from 0, -1 for none.
        next_id: the first id that is free.
        weights: int64, shape (items,): ads of each item; 1 if not given.
        came: int64, shape (items,): new ids are given in this order of the items; as they stand if not given.
    """
    groups = int(now.max(initial=-1)) + 1
    weight = np.ones(before.size, np.int64) if weights is None else weights
    ids = np.full(groups, NONE, np.int64)
    both = (before >= 0) & (now >= 0)
    pairs, place = np.unique(
        np.stack([before[both], now[both].astype(np.int64)], axis=1), axis=0, return_inverse=True
    )
    shared = np.bincount(place.ravel(), weight[both], pairs.shape[0]).astype(np.int64)
    taken: dict[int, int] = {}
    for k in np.lexsort((pairs[:, 1], pairs[:, 0], -shared)).tolist():
        old, new = int(pairs[k, 0]), int(pairs[k, 1])
        if old not in taken and ids[new] < 0:
            taken[old] = new
            ids[new] = old
    fresh = np.flatnonzero(ids < 0)
    # New ids in the order of the first item: the same ads in the same order get the same ids.
    places = np.arange(before.size) if came is None else came
    first = np.full(groups, places.max(initial=0), np.int64)
    np.minimum.at(first, now[now >= 0], places[now >= 0])
    ids[fresh[np.argsort(first[fresh], kind="stable")]] = next_id + np.arange(fresh.size)
    return Named(
        ids, _events(before, weight, pairs, shared, ids, taken, set(fresh.tolist())), next_id + fresh.size
    )


def _events(
    before: Int64Array,
    weight: Int64Array,
    pairs: Int64Array,
    shared: Int64Array,
    ids: Int64Array,
    taken: dict[int, int],
    fresh: set[int],
) -> list[Event]:
    events = []
    seen = set()
    for (old, new), ads in zip(pairs.tolist(), shared.tolist(), strict=True):
        seen.add(new)
        if taken.get(old) == new:
            continue
        if new in fresh:
            events.append(Event("split", int(ids[new]), old, ads))
        if old not in taken:
            events.append(Event("merged", old, int(ids[new]), ads))
    events += [Event("began", int(ids[new]), -1, 0) for new in sorted(fresh - seen)]
    alive = set(pairs[:, 0].tolist())
    held, place = np.unique(before[before >= 0], return_inverse=True)
    ads = np.bincount(place, weight[before >= 0], held.size).astype(int).tolist()
    events += [
        Event("ended", old, -1, n) for old, n in zip(held.tolist(), ads, strict=True) if old not in alive
    ]
    return sorted(events, key=lambda event: (event.id, event.kind, event.other))
