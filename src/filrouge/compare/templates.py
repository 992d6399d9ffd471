"""Templates with slots: the words that a cluster shares, and what its ads put between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.align import STEP, align_members
from filrouge.compare.models import TOGETHER, Members, Models
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.shares import cuts_at, in_order
from filrouge.compare.strangers import Corpus

MOST_KINDS = 16


@dataclass(frozen=True)
class Slot:
    """A place where the members differ.

    Attributes:
        after: it stands before constant number `after` of the template (or is that one, if it stands for an
            identifier and so is shown as a slot).
        kind: 0 for free words, else one more than the slot kind.
        fillings: int64, shape (fillings, 3): a member's place in `Template.members`, and the words that it
            has there, first and last (exclusive), as places among all words.
    """

    after: int
    kind: int
    fillings: Int64Array


@dataclass(frozen=True)
class Places(Sequence[Int32Array]):
    """The constant that each word of each member was copied from, or -1; a member's is made when it is asked for.

    Attributes:
        constants: int16 or int32: member after member.
        begins: int64, shape (members + 1,).
    """

    constants: NDArray[np.signedinteger]
    begins: Int64Array

    def __len__(self) -> int:
        return self.begins.size - 1

    @overload
    def __getitem__(self, member: int) -> Int32Array: ...
    @overload
    def __getitem__(self, member: slice) -> list[Int32Array]: ...
    def __getitem__(self, member: int | slice) -> Int32Array | list[Int32Array]:
        if isinstance(member, slice):
            return [self[k] for k in range(*member.indices(len(self)))]
        at = range(len(self))[member]
        return self.constants[self.begins[at] : self.begins[at + 1]].astype(np.int32)


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
    examples: Int64Array
    members: Int32Array
    places: Sequence[Int32Array]
    bits: Float32Array


@dataclass(frozen=True)
class Templates(Sequence[Template]):
    """The templates of all clusters as flat arrays; one of them is made when it is asked for.

    Attributes:
        words, examples: of `Template`, template after template.
        begins: int64, shape (templates + 1,): where each template's begin.
        members: the texts of each.
        bits: float32, the shape of `members.texts`.
        places: of `Places`, member after member, int16 (int32 if a template is longer than that can say).
        place_begins: int64, shape (members + 1,): where each member's begin.
        slots: int64, shape (slots, 2): `after` and `kind` of `Slot`, template after template.
        slot_begins: int64, shape (templates + 1,): where each template's begin.
        fillings: int64, shape (fillings, 3): of `Slot`, slot after slot.
        filling_begins: int64, shape (slots + 1,): where each slot's begin.
    """

    words: Int32Array
    examples: Int64Array
    begins: Int64Array
    members: Members
    bits: Float32Array
    places: NDArray[np.signedinteger]
    place_begins: Int64Array
    slots: Int64Array
    slot_begins: Int64Array
    fillings: Int64Array
    filling_begins: Int64Array

    def __len__(self) -> int:
        return self.begins.size - 1

    @overload
    def __getitem__(self, cluster: int) -> Template: ...
    @overload
    def __getitem__(self, cluster: slice) -> list[Template]: ...
    def __getitem__(self, cluster: int | slice) -> Template | list[Template]:
        if isinstance(cluster, slice):
            return [self[k] for k in range(*cluster.indices(len(self)))]
        at = range(len(self))[cluster]
        words = slice(self.begins[at], self.begins[at + 1])
        first, last = int(self.members.begins[at]), int(self.members.begins[at + 1])
        places = Places(self.places, self.place_begins[first : last + 1])
        return Template(
            self.words[words],
            self._slots(int(self.slot_begins[at]), int(self.slot_begins[at + 1])),
            self.examples[words],
            self.members.texts[first:last],
            places,
            self.bits[first:last],
        )

    def _slots(self, first: int, last: int) -> tuple[Slot, ...]:
        ends = self.filling_begins[first : last + 1].tolist()
        return tuple(
            Slot(after, kind, self.fillings[a:b])
            for (after, kind), a, b in zip(self.slots[first:last].tolist(), ends[:-1], ends[1:], strict=True)
        )


@njit(cache=True, nogil=True)
def _pays_as_slot(passed: int, filled: int, m: int) -> bool:
    """Whether it is cheaper to say once that there is a slot, and for each member whether it fills it."""
    if 2 * filled < passed:
        return False
    share = filled / passed
    entropy = 0.0
    if share < 1.0:
        entropy = -share * np.log2(share) - (1.0 - share) * np.log2(1.0 - share)
    return bool(filled * STEP - passed * entropy - np.log2(m + 1) - 3.0 > 0.0)


@njit(cache=True, nogil=True)
def _drawn(
    members: Int32Array,
    words: Int32Array,
    price: Float32Array,
    offsets: Int64Array,
    kinds: np.ndarray,
    model: Int32Array,
    head: Int32Array,
) -> tuple[Int32Array, Float32Array, Int32Array, Int64Array, Int64Array, Int64Array]:
    """Words, bits, places, examples as in `Template`; slots as (after, kind, rows); the rows end to end."""
    bits, votes, places = align_members(members, words, price, offsets, model, head)
    # What fewer than two members copy at the last prices is no part of what they share.
    shared = votes >= min(2, members.size)
    if not shared.all():
        model = model[shared]
        bits, votes, places = align_members(members, words, price, offsets, model, head)
    m = model.size
    examples = np.full(m, -1, np.int64)
    passed = np.zeros(m + 1, np.int64)
    filled = np.zeros(m + 1, np.int64)
    met = np.zeros((m + 1, MOST_KINDS), np.int64)
    begins = np.zeros(m + 1, np.int64)
    is_slot = np.zeros(m + 1, np.bool_)
    rows = np.empty((0, 3), np.int64)
    # Twice: what stands between neighbouring constants is counted, then written down where it is a slot.
    for sweep in range(2):
        if sweep == 1:
            total = 0
            for j in range(m):
                begins[j] = total
                is_slot[j] = passed[j] > 0 and _pays_as_slot(passed[j], filled[j], m)
                total += filled[j] if is_slot[j] else 0
                if examples[j] >= 0 and kinds[model[j]] > 0:
                    total += votes[j]
            rows = np.empty((total, 3), np.int64)
            filled[:] = 0
        at = 0
        for k in range(members.size):
            begin = offsets[members[k]]
            size = offsets[members[k] + 1] - begin
            last_place = -5
            last_at = -1
            for i in range(size):
                place = places[at + i]
                if place < 0:
                    continue
                between = place == last_place + 1 and i > last_at + 1
                if sweep == 0:
                    if examples[place] < 0:
                        examples[place] = begin + i
                    if place == last_place + 1:
                        passed[place] += 1
                    if between:
                        filled[place] += 1
                        for t in range(begin + last_at + 1, begin + i):
                            kind = kinds[words[t]]
                            seen = False
                            for before in range(begin + last_at + 1, t):
                                seen = seen or kinds[words[before]] == kind
                            if not seen:
                                met[place, kind] += 1
                elif between and is_slot[place]:
                    row = begins[place] + filled[place]
                    filled[place] += 1
                    rows[row, 0] = k
                    rows[row, 1] = begin + last_at + 1
                    rows[row, 2] = begin + i
                last_place = place
                last_at = i
            at += size
    # The identifiers of the template are slots of one word.
    at = 0
    own = np.zeros(m, np.int64)
    for k in range(members.size):
        begin = offsets[members[k]]
        for i in range(offsets[members[k] + 1] - begin):
            place = places[at]
            at += 1
            if place >= 0 and kinds[model[place]] > 0:
                row = begins[place] + (filled[place] if is_slot[place] else 0) + own[place]
                own[place] += 1
                rows[row, 0] = k
                rows[row, 1] = begin + i
                rows[row, 2] = begin + i + 1
    slots = np.empty((2 * m, 3), np.int64)
    count = 0
    for j in range(m):
        if is_slot[j]:
            best = 0
            for kind in range(1, MOST_KINDS):
                if met[j, kind] > (met[j, best] if best else 0):
                    best = kind
            slots[count, 0] = j
            slots[count, 1] = best if best and 2 * met[j, best] >= filled[j] else 0
            slots[count, 2] = filled[j]
            count += 1
        if examples[j] >= 0 and kinds[model[j]] > 0:
            slots[count, 0] = j
            slots[count, 1] = kinds[model[j]]
            slots[count, 2] = own[j]
            count += 1
    return model, bits, places, np.maximum(examples, 0), slots[:count].copy(), rows


@njit(cache=True, nogil=True)
def _longer(array, used, more):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The array with room for `more` after what is used."""
    if used + more <= array.shape[0]:
        return array
    out = np.empty((2 * (used + more), array.shape[1]), array.dtype)
    out[:used] = array[:used]
    return out


@njit(cache=True, nogil=True)
def _drawn_together(  # type: ignore[no-untyped-def]  # pragma: no cover
    first, last, texts, begins, words, price, offsets, kinds, models, model_begins, bits, places, place_begins
):
    """The templates from `first` to `last`: constants with their examples, slots, rows, and how many each has."""
    head = np.full(kinds.size, -1, np.int32)
    constants = np.empty((1024, 2), np.int64)
    slots = np.empty((256, 3), np.int64)
    rows = np.empty((1024, 3), np.int64)
    sizes = np.zeros((last - first, 2), np.int64)
    known, cut, filled = 0, 0, 0
    for group in range(first, last):
        begin, end = begins[group], begins[group + 1]
        found, saved, copied, examples, mine, theirs = _drawn(
            texts[begin:end], words, price, offsets, kinds,
            models[model_begins[group] : model_begins[group + 1]], head,
        )  # fmt: skip
        bits[begin:end] = saved
        places[place_begins[begin] : place_begins[end]] = copied
        constants = _longer(constants, known, found.size)
        constants[known : known + found.size, 0] = found
        constants[known : known + found.size, 1] = examples
        known += found.size
        slots = _longer(slots, cut, mine.shape[0])
        slots[cut : cut + mine.shape[0]] = mine
        cut += mine.shape[0]
        rows = _longer(rows, filled, theirs.shape[0])
        rows[filled : filled + theirs.shape[0]] = theirs
        filled += theirs.shape[0]
        sizes[group - first, 0] = found.size
        sizes[group - first, 1] = mine.shape[0]
    return constants[:known].copy(), slots[:cut].copy(), rows[:filled].copy(), sizes


def build_templates(
    corpus: Corpus, price: Float32Array, members: Members, models: Models, threads: int = 1
) -> Templates:
    """The templates of clusters.

    A gap becomes a slot where that saves bits: each member that fills it is spared the step
    aside, each pays for saying whether it does, and the template pays for the slot's place.

    Args:
        corpus: all texts.
        price: bits per word, float32, shape (words,).
        members: the texts of each cluster.
        models: the consensus of each.
        threads: how many threads to use; the result is the same.

    Source: slots as in InfoShield (ICDE 2021), section III-C, the decision by total cost.
    """
    place_begins = _ends(corpus.offsets[members.texts + 1] - corpus.offsets[members.texts])
    small = int(models.sizes.max(initial=0)) <= np.iinfo(np.int16).max
    places: NDArray[np.signedinteger] = np.empty(int(place_begins[-1]), np.int16 if small else np.int32)
    bits = np.empty(members.texts.size, np.float32)
    cuts = cuts_at(members.begins, TOGETHER)

    def share(k: int) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array]:
        out: tuple[Int64Array, Int64Array, Int64Array, Int64Array] = _drawn_together(
            cuts[k], cuts[k + 1], members.texts, members.begins, corpus.words, price, corpus.offsets,
            corpus.kinds, models.words, models.begins, bits, places, place_begins,
        )  # fmt: skip
        return out

    parts = in_order(share, cuts.size - 1, threads)
    none = (
        np.zeros((0, 2), np.int64),
        *(np.zeros((0, 3), np.int64) for _ in range(2)),
        np.zeros((0, 2), np.int64),
    )
    constants, slots, rows, sizes = (np.concatenate(column) for column in zip(none, *parts, strict=True))
    return Templates(
        constants[:, 0].astype(np.int32),
        constants[:, 1].copy(),
        _ends(sizes[:, 0]),
        members,
        bits,
        places,
        place_begins,
        slots[:, :2].copy(),
        _ends(sizes[:, 1]),
        rows,
        _ends(slots[:, 2]),
    )


def _ends(sizes: NDArray[np.integer]) -> Int64Array:
    """Where each of so many things begins that stand end to end, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
