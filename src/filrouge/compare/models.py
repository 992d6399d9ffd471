"""The consensus of every group of a corpus, as flat arrays: hundreds of thousands of groups are no objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.consensus import Consensus, one_consensus
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array
from filrouge.compare.shares import cuts_at, in_order
from filrouge.compare.strangers import Corpus, copy_slices, gathered

if TYPE_CHECKING:
    from filrouge.compare.stages import Stages

TOGETHER = 20_000
"""Members that a thread takes at a time."""


@dataclass(frozen=True)
class Members:
    """The texts of each group, end to end.

    Attributes:
        texts: int32, shape (members,): each group's in ascending order.
        begins: int64, shape (groups + 1,): where each group's begin.
    """

    texts: Int32Array
    begins: Int64Array

    @property
    def groups(self) -> int:
        return self.begins.size - 1

    def of(self, group: int) -> Int32Array:
        """The texts of one group."""
        return self.texts[self.begins[group] : self.begins[group + 1]]

    def kept(self, groups: Int64Array) -> Members:
        """Some of the groups, in the order in which they are named."""
        begins, texts = _gathered(self.texts, self.begins, groups)
        return Members(texts, begins)


def members_of(label: Int32Array) -> Members:
    """The members of each label from 0 to the greatest one; int32, shape (texts,), -1 for a text of none."""
    order = np.argsort(label, kind="stable").astype(np.int32)
    counts = np.bincount(label[label >= 0])
    return Members(
        order[order.size - int(counts.sum()) :],
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )


@dataclass(frozen=True)
class Models(Sequence[Consensus]):
    """The consensus of each group; one of them is a slice, made when it is asked for.

    Attributes:
        words: int32: word numbers, model after model.
        price: float32, the shape of `words`: mean bits of each where members wrote it.
        begins: int64, shape (groups + 1,): where each model begins among the words.
        members: whose models these are.
        bits: float32, the shape of `members.texts`: what the model saves each member.
    """

    words: Int32Array
    price: Float32Array
    begins: Int64Array
    members: Members
    bits: Float32Array

    def __len__(self) -> int:
        return self.begins.size - 1

    @overload
    def __getitem__(self, group: int) -> Consensus: ...
    @overload
    def __getitem__(self, group: slice) -> list[Consensus]: ...
    def __getitem__(self, group: int | slice) -> Consensus | list[Consensus]:
        if isinstance(group, slice):
            return [self[k] for k in range(*group.indices(len(self)))]
        at = range(len(self))[group]
        words = slice(self.begins[at], self.begins[at + 1])
        members = slice(self.members.begins[at], self.members.begins[at + 1])
        return Consensus(self.words[words], self.price[words], self.bits[members])

    def __iter__(self) -> Iterator[Consensus]:
        return (self[k] for k in range(len(self)))

    @property
    def sizes(self) -> Int64Array:
        """Words of each model."""
        return np.diff(self.begins)

    @property
    def cost(self) -> np.ndarray:
        """Bits to write each model once, float64."""
        owner = np.repeat(np.arange(len(self)), self.sizes)
        return np.bincount(owner, self.price, len(self))

    def by_text(self, texts: int) -> Float32Array:
        """What each text's own model saves it: float32, shape (texts,), 0 for a text of no group."""
        own = np.zeros(texts, np.float32)
        own[self.members.texts] = self.bits
        return own

    def kept(self, groups: Int64Array) -> Models:
        """The models of some of the groups, in the order in which they are named."""
        begins, words = _gathered(self.words, self.begins, groups)
        _begins, price = _gathered(self.price, self.begins, groups)
        _begins, bits = _gathered(self.bits, self.members.begins, groups)
        return Models(words, price, begins, self.members.kept(groups), bits)


def _gathered(values: NDArray[Any], begins: Int64Array, which: np.ndarray) -> tuple[Int64Array, NDArray[Any]]:
    """Some of the slices of an array, end to end: where each begins there, and what they hold."""
    return gathered(values, begins[:-1][which], np.diff(begins)[which])


@njit(cache=True, nogil=True)
def _best_connected(texts, begins, degree):  # type: ignore[no-untyped-def]  # pragma: no cover
    best = np.empty(begins.size - 1, np.int32)
    for group in range(best.size):
        best[group] = texts[begins[group]]
        for k in range(begins[group] + 1, begins[group + 1]):
            if degree[texts[k]] > degree[best[group]]:
                best[group] = texts[k]
    return best


def best_connected(members: Members, degree: np.ndarray) -> Int32Array:
    """The first member of each group that has the greatest degree; its words begin the consensus."""
    best: Int32Array = _best_connected(members.texts, members.begins, degree)
    return best


@njit(cache=True, nogil=True)
def models_kernel(  # type: ignore[no-untyped-def]  # pragma: no cover
    groups, texts, begins, words, price, offsets, start_words, starts, ends, rounds, least, vocabulary, bits
):
    head = np.full(vocabulary, -1, np.int32)
    sizes = np.zeros(groups[1] - groups[0], np.int64)
    room = 1024
    found = np.empty(room, np.int32)
    costs = np.empty(room, np.float32)
    count = 0
    for g in range(groups[0], groups[1]):
        start = start_words[starts[g] : ends[g]]
        model, mean, saved = one_consensus(
            texts[begins[g] : begins[g + 1]], words, price, offsets, start, head, least, rounds
        )
        bits[begins[g] : begins[g + 1]] = saved
        if count + model.size > room:
            room = 2 * (count + model.size)
            longer = np.empty(room, np.int32)
            longer[:count] = found[:count]
            found = longer
            dearer = np.empty(room, np.float32)
            dearer[:count] = costs[:count]
            costs = dearer
        found[count : count + model.size] = model
        costs[count : count + model.size] = mean
        count += model.size
        sizes[g - groups[0]] = model.size
    return found[:count].copy(), costs[:count].copy(), sizes


def models_begun_at(
    corpus: Corpus,
    price: Float32Array,
    members: Members,
    start: tuple[Int32Array, Int64Array, Int64Array],
    rounds: int,
    least: float,
    threads: int,
) -> Models:
    """The consensus of each group, begun at words that are given.

    Args:
        corpus: all texts.
        price: bits per word, float32, shape (words,).
        members: the groups.
        start: words, and where each group's begin and end among them.
        rounds: how often to revise them, see `one_consensus`; with 0 they are only weighed.
        least: bits that strangers reach; who copies no more than that has no vote.
        threads: how many threads to use; the result is the same.
    """
    cuts = cuts_at(members.begins, TOGETHER)
    bits = np.zeros(members.texts.size, np.float32)

    def share(k: int) -> tuple[Int32Array, Float32Array, Int64Array]:
        out: tuple[Int32Array, Float32Array, Int64Array] = models_kernel(
            cuts[k : k + 2], members.texts, members.begins, corpus.words, price, corpus.offsets, *start,
            rounds, least, corpus.sizes[0], bits,
        )  # fmt: skip
        return out

    parts = in_order(share, cuts.size - 1, threads)
    if not parts:
        return Models(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(1, np.int64), members, bits)
    words, costs, sizes = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Models(words, costs, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), members, bits)


def revise_models(
    corpus: Corpus,
    price: Float32Array,
    members: Members,
    words: Int32Array,
    begins: Int64Array,
    least: float,
    threads: int = 1,
) -> Models:
    """The consensus of each group, begun at words that are known: of a model from before its members changed.

    Args:
        corpus: all texts.
        price: bits per word, float32, shape (words,).
        members: the groups.
        words, begins: where each group's consensus begins, as in `Models`.
        least: bits that strangers reach; who copies no more than that has no vote.
        threads: how many threads to use; the result is the same.
    """
    return models_begun_at(corpus, price, members, (words, begins[:-1], begins[1:]), 2, least, threads)


@njit(cache=True, nogil=True)
def _named(texts, begins):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A hash of each group's members."""
    names = np.empty(begins.size - 1, np.uint64)
    for group in range(names.size):
        h = np.uint64(begins[group + 1] - begins[group])
        for k in range(begins[group], begins[group + 1]):
            h = (h ^ np.uint64(texts[k])) * np.uint64(0x9E3779B97F4A7C15)
            h ^= h >> np.uint64(32)
        names[group] = h
    return names


class ModelBook:
    """The models of the groups as they change; what was found before is not sought again.

    A group that was seen before with the same members keeps its words, and is only weighed again
    when that is asked for. Groups are told apart by a hash of 64 bits.
    """

    def __init__(self, corpus: Corpus, degree: np.ndarray, stages: Stages) -> None:
        self._corpus, self._degree, self._stages = corpus, degree, stages
        # Of all groups that were ever seen: their hashes in order, and where the words of each stand.
        self._names = np.zeros(0, np.uint64)
        self._begins, self._ends = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._words = np.zeros(0, np.int32)
        self._weighed: tuple[UInt64Array, Models] | None = None

    def weigh_again(self) -> None:
        """Weigh every group anew at the prices to come."""
        self._weighed = None

    def of(self, label: Int32Array, price: Float32Array, cut: float) -> Models:
        """The consensus of each group, begun at its best connected member."""
        members = members_of(label)
        names = _named(members.texts, members.begins)
        place, known = _found_in(self._names, names)
        parts: list[tuple[Int64Array, Models]] = []
        if self._weighed is not None:
            theirs, models = self._weighed
            order = np.argsort(theirs)
            at, weighed = _found_in(theirs[order], names)
            parts.append((np.flatnonzero(weighed), models.kept(order[at[weighed]])))
            stale = known & ~weighed
        else:
            stale = known
        picked = members.kept(np.flatnonzero(stale))
        words, begins = self._words_of(place[stale])
        corpus, models_of = self._corpus, self._stages.models
        again = models_of(corpus, price, picked, (words, begins[:-1], begins[1:]), 0, 0.0)
        parts.append((np.flatnonzero(stale), again))
        picked = members.kept(np.flatnonzero(~known))
        starts = best_connected(picked, self._degree)
        start = corpus.words, corpus.offsets[starts], corpus.offsets[starts + 1]
        written = models_of(corpus, price, picked, start, 2, cut)
        parts.append((np.flatnonzero(~known), written))
        self._remember(names[~known], written)
        models = _together(members, parts)
        self._weighed = names, models
        return models

    def _words_of(self, places: Int64Array) -> tuple[Int32Array, Int64Array]:
        sizes = self._ends[places] - self._begins[places]
        ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        words = np.empty(int(ends[-1]), np.int32)
        copy_slices(self._words, self._begins[places], words, ends[:-1], sizes)
        return words, ends

    def _remember(self, names: UInt64Array, written: Models) -> None:
        base = self._words.size
        self._words = np.concatenate([self._words, written.words])
        self._names = np.concatenate([self._names, names])
        order = np.argsort(self._names, kind="stable")
        self._names = self._names[order]
        self._begins = np.concatenate([self._begins, base + written.begins[:-1]])[order]
        self._ends = np.concatenate([self._ends, base + written.begins[1:]])[order]


def _found_in(known: UInt64Array, asked: UInt64Array) -> tuple[Int64Array, np.ndarray]:
    """Where each asked number stands among the sorted known ones, and whether it does."""
    if not known.size:
        return np.zeros(asked.size, np.int64), np.zeros(asked.size, bool)
    at = np.minimum(np.searchsorted(known, asked), known.size - 1)
    return at, known[at] == asked


def _together(members: Members, parts: list[tuple[Int64Array, Models]]) -> Models:
    """The models of all groups, of which each part has some."""
    sizes = np.zeros(members.groups, np.int64)
    for groups, models in parts:
        sizes[groups] = models.sizes
    begins = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    words, price = np.empty(int(begins[-1]), np.int32), np.empty(int(begins[-1]), np.float32)
    bits = np.empty(members.texts.size, np.float32)
    for groups, models in parts:
        copy_slices(models.words, models.begins[:-1], words, begins[groups], models.sizes)
        copy_slices(models.price, models.begins[:-1], price, begins[groups], models.sizes)
        theirs = models.members.begins
        copy_slices(models.bits, theirs[:-1], bits, members.begins[groups], np.diff(theirs))
    return Models(words, price, begins, members, bits)
