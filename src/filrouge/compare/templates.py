"""Templates with slots: the words that a cluster shares, and what its ads put between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from filrouge.compare.align import STEP, align_members
from filrouge.compare.consensus import Consensus
from filrouge.compare.runs import Float32Array, Int32Array
from filrouge.compare.strangers import Corpus


@dataclass(frozen=True)
class Filling:
    """What one member has in one slot: words `first` to `last` (exclusive) of all words."""

    member: int
    first: int
    last: int


@dataclass(frozen=True)
class Slot:
    """A place where the members differ; it stands after `after` words of the template."""

    after: int
    kind: int
    fillings: tuple[Filling, ...]


@dataclass(frozen=True)
class Template:
    """A consensus, its slots, and from which template word each member's words were copied.

    Attributes:
        words: word numbers of the constants, int32, shape (m,).
        slots: in order; at most one between two constants.
        examples: int64, shape (m,): for each constant a place (among all words) where it stands.
        members: the texts, int32.
        places: per member, int32: the constant that each of its words was copied from, or -1.
        bits: saved for each member, float32.
    """

    words: Int32Array
    slots: tuple[Slot, ...]
    examples: np.ndarray
    members: Int32Array
    places: tuple[Int32Array, ...]
    bits: Float32Array


@njit(cache=True, nogil=True)
def _fillings(places, begins, m, starts):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Where members go on from one constant to the next, and what stands between.

    Returns:
        rows (member, gap, first, last) of what stands between neighbouring constants, and
        per gap how many members have both of its neighbours in order.
    """
    out = np.empty((places.size + 1, 4), np.int64)
    passed = np.zeros(m + 1, np.int64)
    count = 0
    for k in range(begins.size - 1):
        last_place = -5
        last_at = -1
        for i in range(begins[k], begins[k + 1]):
            place = places[i]
            if place < 0:
                continue
            if place == last_place + 1:
                passed[place] += 1
                if i > last_at + 1:
                    out[count, 0] = k
                    out[count, 1] = place
                    out[count, 2] = starts[k] + last_at + 1 - begins[k]
                    out[count, 3] = starts[k] + i - begins[k]
                    count += 1
            last_place = place
            last_at = i
    return out[:count], passed


def _entropy(share: float) -> float:
    """Bits to say whether a slot is filled, when `share` of the members fill it."""
    if share <= 0 or share >= 1:
        return 0.0
    return float(-share * np.log2(share) - (1 - share) * np.log2(1 - share))


def build_template(
    corpus: Corpus,
    price: Float32Array,
    kinds: np.ndarray,
    members: Int32Array,
    found: Consensus,
    head: Int32Array,
) -> Template:
    """The template of a cluster.

    A gap becomes a slot where that saves bits: each member that fills it is spared the step
    aside, each pays for saying whether it does, and the template pays for the slot's place.

    Args:
        corpus: all texts.
        price: bits per word, float32, shape (words,).
        kinds: uint8, shape (words,): 0 for a word, else one more than the slot kind.
        members: the cluster's texts.
        found: its consensus.
        head: room, see `align_members`.

    Source: slots as in InfoShield (ICDE 2021), section III-C, the decision by total cost.
    """
    m = found.words.size
    bits, _, places = align_members(members, corpus.words, price, corpus.offsets, found.words, head)
    lengths = np.diff(corpus.offsets)[members]
    begins = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    starts = corpus.offsets[members]
    rows, passed = _fillings(places, begins, m, starts)
    flat = np.concatenate([np.arange(a, a + n) for a, n in zip(starts, lengths, strict=True)])
    copied = places >= 0
    examples = np.zeros(m, np.int64)
    examples[places[copied][::-1]] = flat[copied][::-1]

    slots = []
    is_slot = np.zeros(m, bool)
    for j in np.flatnonzero(kinds[examples] > 0) if m else []:
        is_slot[j] = True
    for gap in np.unique(rows[:, 1]):
        mine = rows[rows[:, 1] == gap]
        share = mine.shape[0] / max(int(passed[gap]), 1)
        gain = mine.shape[0] * float(STEP) - passed[gap] * _entropy(share) - np.log2(m + 1) - 3.0
        if share >= 0.5 and gain > 0:
            slots.append(
                Slot(
                    int(gap),
                    _kind_of(kinds, mine),
                    tuple(Filling(int(k), int(a), int(b)) for k, _, a, b in mine),
                )
            )
    for j in np.flatnonzero(is_slot):
        at = np.flatnonzero(places == j)
        owner = np.searchsorted(begins, at, side="right") - 1
        fillings = tuple(
            Filling(int(k), int(flat[i]), int(flat[i]) + 1) for k, i in zip(owner, at, strict=True)
        )
        slots.append(Slot(int(j), int(kinds[examples[j]]), fillings))
    slots.sort(key=lambda slot: slot.after)
    return Template(
        found.words,
        tuple(slots),
        examples,
        members,
        tuple(places[begins[k] : begins[k + 1]] for k in range(members.size)),
        bits,
    )


def _kind_of(kinds: np.ndarray, rows: np.ndarray) -> int:
    """The kind that most fillings hold, 0 (free) where that is none in particular."""
    counts: dict[int, int] = {}
    for _, _, first, last in rows.tolist():
        for kind in set(kinds[first:last].tolist()):
            if kind:
                counts[kind] = counts.get(kind, 0) + 1
    if not counts:
        return 0
    best = max(counts, key=lambda kind: (counts[kind], -kind))
    return best if counts[best] * 2 >= rows.shape[0] else 0


def is_identifier(template: Template, kinds: np.ndarray, j: int) -> bool:
    """Whether constant `j` stands for an identifier, and so is shown as a slot."""
    return bool(kinds[template.examples[j]] > 0)
