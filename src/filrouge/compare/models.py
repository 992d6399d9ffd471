"""The consensus of every group of a corpus, as flat arrays: hundreds of thousands of groups are no objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numba import njit

from filrouge.compare.consensus import Consensus, one_consensus
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.strangers import Corpus, slices

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
        words, begins = _slices(self.begins, groups)
        texts, member_begins = _slices(self.members.begins, groups)
        return Models(
            self.words[words],
            self.price[words],
            begins,
            Members(self.members.texts[texts], member_begins),
            self.bits[texts],
        )


def _slices(begins: Int64Array, which: np.ndarray) -> tuple[Int64Array, Int64Array]:
    """The places of some of the slices, end to end, and where each of them begins there."""
    sizes = np.diff(begins)[which]
    ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return np.repeat(begins[which] - ends[:-1], sizes) + np.arange(ends[-1]), ends


def best_connected(members: Members, degree: np.ndarray) -> Int32Array:
    """The first member of each group that has the greatest degree; its words begin the consensus."""
    return np.array(
        [members.of(k)[int(np.argmax(degree[members.of(k)]))] for k in range(members.groups)], np.int32
    )


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
        rounds: how often to revise them, see `consensus`.
        least: bits that strangers reach; who copies no more than that has no vote.
        threads: how many threads to use; the result is the same.
    """
    cuts = shares_of(members.begins)
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


def write_models(
    corpus: Corpus,
    price: Float32Array,
    members: Members,
    starts: Int32Array,
    least: float,
    threads: int = 1,
) -> Models:
    """The consensus of each group, begun at the words of one text of it; see `consensus`.

    Args:
        corpus: all texts.
        price: bits per word, float32, shape (words,).
        members: the groups.
        starts: int32, shape (groups,): the text that each begins at, see `best_connected`.
        least: bits that strangers reach; who copies no more than that has no vote.
        threads: how many threads to use; the result is the same.
    """
    start = corpus.words, corpus.offsets[starts], corpus.offsets[starts + 1]
    return models_begun_at(corpus, price, members, start, 2, least, threads)


def weigh_models(
    corpus: Corpus,
    price: Float32Array,
    members: Members,
    words: Int32Array,
    begins: Int64Array,
    threads: int = 1,
) -> Models:
    """Models whose words are known, weighed at these prices.

    Args:
        corpus: all texts.
        price: bits per word, float32, shape (words,).
        members: the groups.
        words, begins: the words of each group's model, as in `Models`.
        threads: how many threads to use; the result is the same.
    """
    return models_begun_at(corpus, price, members, (words, begins[:-1], begins[1:]), 0, 0.0, threads)


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


class ModelBook:
    """The models of the groups as they change; what was found before is not sought again.

    A group that was seen before with the same members keeps its words, and is only weighed again
    when that is asked for.
    """

    def __init__(self, corpus: Corpus, degree: np.ndarray, stages: Stages) -> None:
        self._corpus, self._degree, self._stages = corpus, degree, stages
        self._known: dict[bytes, Consensus] = {}
        self._weighed: dict[bytes, Consensus] = {}

    def weigh_again(self) -> None:
        """Weigh every group anew at the prices to come."""
        self._weighed = {}

    def of(self, label: Int32Array, price: Float32Array, cut: float) -> Models:
        """The consensus of each group, begun at its best connected member."""
        members = members_of(label)
        names = [members.of(k).tobytes() for k in range(members.groups)]
        new = [k for k, name in enumerate(names) if name not in self._known]
        stale = [k for k, name in enumerate(names) if name in self._known and name not in self._weighed]
        picked = _picked(members, np.array(new, np.int64))
        starts = best_connected(picked, self._degree)
        corpus, models_of = self._corpus, self._stages.models
        start, at = slices(corpus.offsets[starts], np.diff(corpus.offsets)[starts])
        written = models_of(corpus, price, picked, corpus.words[at], start, 2, cut)
        known = [self._known[names[k]].words for k in stale]
        words = np.concatenate([np.zeros(0, np.int32), *known])
        begins = np.concatenate([[0], np.cumsum([one.size for one in known])]).astype(np.int64)
        picked = _picked(members, np.array(stale, np.int64))
        again = models_of(corpus, price, picked, words, begins, 0, 0.0)
        for which, models in ((new, written), (stale, again)):
            for k, model in zip(which, models, strict=True):
                self._known[names[k]] = self._weighed[names[k]] = model
        found = [self._weighed[name] for name in names]
        return Models(
            np.concatenate([np.zeros(0, np.int32), *(one.words for one in found)]),
            np.concatenate([np.zeros(0, np.float32), *(one.price for one in found)]),
            np.concatenate([[0], np.cumsum([one.words.size for one in found])]).astype(np.int64),
            members,
            np.concatenate([np.zeros(0, np.float32), *(one.bits for one in found)]),
        )


def _picked(members: Members, groups: Int64Array) -> Members:
    places, begins = _slices(members.begins, groups)
    return Members(members.texts[places], begins)


def shares_of(begins: Int64Array) -> Int64Array:
    """Where to cut the groups so that each share has about `TOGETHER` members; shape (shares + 1,)."""
    if begins.size < 2:
        return np.zeros(1, np.int64)
    marks = np.arange(0, int(begins[-1]) + TOGETHER, TOGETHER)
    cuts = np.unique(np.searchsorted(begins, marks))
    return np.unique(np.concatenate([[0], np.minimum(cuts, begins.size - 1), [begins.size - 1]]))


def in_order(work: Callable[[int], Any], count: int, threads: int) -> list[Any]:
    """What `work` makes of 0, 1, ... count - 1, in that order, made by so many threads."""
    if threads == 1 or count < 2:
        return [work(k) for k in range(count)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(count)))
