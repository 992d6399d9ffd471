"""The different texts of a workspace and their clusters: all compared with each other, or grown from what was known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.compare.clusters import find_clusters
from filrouge.compare.growth import grow
from filrouge.compare.identity import Event, named
from filrouge.compare.known import ALONE, NEW, Grown, State, Texts
from filrouge.compare.language import language_model
from filrouge.compare.numbering import number_by_appearance
from filrouge.compare.ordering import in_their_order
from filrouge.compare.stages import Stages
from filrouge.compare.strangers import gathered
from filrouge.engines.kept import Kept, by_key

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.results import Membership
    from filrouge.corpus.workspace import Workspace

SMALL: Final = 50_000
"""Up to so many different texts all are compared with each other: it takes seconds, and growth is measured by it."""
MUCH: Final = 0.5
"""New texts, as a share of the known ones, from which on all are compared with each other."""
MUCH_MORE: Final = 2.0
"""Times as many texts as when all were last compared with each other, from which on that is done again: what strangers
reach was measured then. Of a workspace that grows by a day at a time, it happens once in as many days as there were."""


@dataclass(frozen=True)
class Held:
    """The ads of a view and their different texts.

    Attributes:
        ads: int64: their numbers, ascending.
        text: int64: which text each has.
        seen: bool: whether the last run had seen it.
        texts: the different texts, in their order, see `filrouge.compare.ordering`.
        came: int64, per text: the place of the first ad that has it. New ids go by that and not by the order of the
            texts: whoever sees ids without the key would learn from that order which texts they may be.
    """

    ads: NDArray[np.int64]
    text: NDArray[np.int64]
    seen: NDArray[np.bool_]
    texts: Texts
    came: NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """What a comparison found.

    Attributes:
        cluster: int64, per text: the id of its cluster, -1 for none.
        bits: float32, per text: what the cluster's template saves it.
        kept: for the next run.
        events: what became of the clusters of before.
    """

    cluster: NDArray[np.int64]
    bits: NDArray[np.float32]
    kept: Kept
    events: list[Event]


def held_in(ws: Workspace, through: int, jobs: int = 1) -> Held:
    """The ads of a view and their different texts; the last run had seen what came up to the snapshot `through`."""
    frame, words = ws.ads(["text_key"]), ws.words()
    if not np.array_equal(frame["ad"].to_numpy(), words.ad):
        # Ads destroyed between the two looks are in neither from now on.
        frame = frame.filter(pl.col("ad").is_in(pl.Series(words.ad).implode()))
    first, text = in_their_order(words.order, frame["text_key"].to_numpy())
    begins, lengths = words.offsets[:-1][first], np.diff(words.offsets)[first]
    number = number_by_appearance(words.words, begins, lengths, words.keys.size, jobs)
    key_of_word = np.empty_like(words.keys)
    key_of_word[number] = words.keys
    texts = Texts(
        words.words,
        begins,
        lengths,
        key_of_word,
        np.bincount(text, minlength=first.size).astype(np.int64),
    )
    return Held(words.ad, text, (frame["seq"] <= through).to_numpy(), texts, first)


def compared(
    held: Held,
    known: Membership,
    kept: Kept | None,
    before: Snapshot | None,
    jobs: int,
    stages: Stages | None = None,
) -> tuple[Found, bool]:
    """The clusters now, and whether all was compared with all.

    Args:
        held: the ads.
        known: their clusters as the last run left them.
        kept: what it left besides; None if it is gone, or all is to be compared.
        before: the last run, if there was one.
        jobs: cores to use; the result is the same.
        stages: who compares all with each other; these cores if not given.
    """
    count = held.texts.sizes.size
    old = np.full(count, NEW, np.int64)
    old[held.text[held.seen]] = known.of(held.ads[held.seen])
    fresh = int((old == NEW).sum())
    doubled = before is not None and count > MUCH_MORE * int(before.details["texts_whole"])
    if kept is None or count <= SMALL or fresh > MUCH * (count - fresh) or doubled:
        next_id = int(before.details["next_id"]) if before else 0
        return _whole(held, np.where(old == NEW, ALONE, old), next_id, jobs, stages), True
    return _grown(held, old, known, kept, jobs), False


def as_it_was(held: Held, known: Membership, kept: Kept) -> Found:
    """The clusters of ads among which nothing changed since the last run."""
    cluster = np.full(held.texts.sizes.size, ALONE, np.int64)
    bits = np.zeros(cluster.size, np.float32)
    cluster[held.text], bits[held.text] = known.of(held.ads), known.bits_of(held.ads)
    return Found(cluster, bits, kept, [])


def _whole(held: Held, old: NDArray[np.int64], next_id: int, jobs: int, stages: Stages | None) -> Found:
    """All texts compared with all."""
    texts = held.texts
    said = np.flatnonzero(texts.lengths > 0)
    sizes = texts.sizes[said]
    whole, key_of_word = texts.by_appearance(said, jobs)
    clustering = find_clusters(whole, sizes, jobs, stages)
    label = np.full(old.size, ALONE, np.int64)
    label[said] = clustering.label
    bits = np.zeros(old.size, np.float32)
    bits[said] = clustering.bits
    names = named(old, label, next_id, texts.sizes, held.came)
    order = np.argsort(names.ids)
    templates = clustering.templates.kept(order)
    kept = Kept(
        names.ids[order],
        *by_key(templates.words, key_of_word),
        templates.price,
        templates.begins,
        language_model(whole, key_of_word, clustering.label, jobs),
        clustering.reach,
        clustering.among,
        names.next_id,
    )
    return Found(named_by(names.ids, label), bits, kept, names.events)


def _grown(
    held: Held,
    old: NDArray[np.int64],
    known: Membership,
    kept: Kept,
    jobs: int,
) -> Found:
    """New texts compared with what is known, and the clusters that they touch decided anew."""
    keys, number = _with_numbers(held.texts.key_of_word, kept)
    texts = replace(held.texts, key_of_word=keys)
    label = np.searchsorted(kept.ids, old).astype(np.int32)
    label[old < 0] = old[old < 0]
    bits = np.zeros(old.size, np.float32)
    bits[held.text[held.seen]] = known.bits_of(held.ads[held.seen])
    before = np.bincount(held.text[held.seen], minlength=old.size)
    asked = (label == NEW) | ((label == ALONE) & (texts.sizes > np.maximum(before, 1)))
    # Of a cluster that lost ads for ever, all that are left are looked at again.
    largest = int(kept.ids.max(initial=-1))
    had = np.bincount(known.cluster[known.cluster >= 0], minlength=largest + 1)[kept.ids]
    there = np.bincount(label[label >= 0], before[label >= 0], minlength=kept.ids.size)
    shrunk = np.append(there < had, False)
    asked |= shrunk[np.maximum(label, ALONE)]
    asked &= texts.lengths > 0
    state = State(
        label, bits, number[kept.words], kept.price, kept.begins,
        kept.model, kept.reach, kept.among,
    )  # fmt: skip
    grown = grow(texts, state, asked, jobs)
    after = grown.state
    ids, next_id, told = _ids_after(old, label, grown, kept, held)
    alive = np.flatnonzero(np.bincount(after.label[after.label >= 0], minlength=ids.size))
    order = alive[np.argsort(ids[alive])]
    lengths = np.diff(after.begins)[order]
    begins, words = gathered(after.words, after.begins[order], lengths)
    _begins, price = gathered(after.price, after.begins[order], lengths)
    now = Kept(
        ids[order],
        *by_key(words, keys),
        price,
        begins,
        after.model,
        after.reach,
        after.among,
        next_id,
    )
    return Found(named_by(ids, after.label), after.bits, now, told)


def _with_numbers(
    key_of_word: NDArray[np.uint64], kept: Kept
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The key of each number, and the number of each word of templates.

    Words that only templates of destroyed ads had need numbers, too: as they appear in these.
    """
    by_key = np.argsort(key_of_word)
    at = np.searchsorted(key_of_word, kept.keys, sorter=by_key)
    there = at < key_of_word.size
    there[there] = key_of_word[by_key[at[there]]] == kept.keys[there]
    number = np.empty(kept.keys.size, np.int32)
    number[there] = by_key[at[there]]
    lost = np.flatnonzero(~there)
    appear = np.full(kept.keys.size, kept.words.size, np.int64)
    np.minimum.at(appear, kept.words, np.arange(kept.words.size))
    lost = lost[np.argsort(appear[lost], kind="stable")]
    number[lost] = key_of_word.size + np.arange(lost.size)
    return np.concatenate([key_of_word, kept.keys[lost]]), number


def _ids_after(
    old: NDArray[np.int64],
    before: NDArray[np.int32],
    grown: Grown,
    kept: Kept,
    held: Held,
) -> tuple[NDArray[np.int64], int, list[Event]]:
    """The id of each label, and what became of those that were touched."""
    label, touched = grown.state.label, grown.touched
    ids = np.full(grown.state.begins.size - 1, ALONE, np.int64)
    ids[: kept.ids.size] = kept.ids
    changed = np.zeros(ids.size + 1, np.bool_)
    changed[touched] = True
    here = np.flatnonzero(changed[label] | changed[np.where(before == NEW, ALONE, before)])
    present, number = np.unique(label[here], return_inverse=True)
    if present.size and present[0] < 0:
        number, present = number - 1, present[1:]
    was = np.where(old[here] == NEW, ALONE, old[here])
    names = named(was, number, kept.next_id, held.texts.sizes[here], held.came[here])
    ids[touched] = ALONE
    ids[present] = names.ids
    return ids, names.next_id, names.events


def named_by(ids: NDArray[np.int64], label: NDArray[np.integer]) -> NDArray[np.int64]:
    """The ids of labels; -1 for a label of -1."""
    named_by: NDArray[np.int64] = np.append(ids, np.int64(ALONE))[label]
    return named_by
