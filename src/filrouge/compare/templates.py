"""Templates with slots: the words that a cluster shares, and what its ads put between them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit

from filrouge.compare.align import STEP, align_members
from filrouge.compare.consensus import Consensus
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.strangers import Corpus

MOST_KINDS = 16


@dataclass(frozen=True)
class Slot:
    """A place where the members differ.

    Attributes:
        after: it stands before constant number `after` of the template (or is that one, see `is_identifier`).
        kind: 0 for free words, else one more than the slot kind.
        fillings: int64, shape (fillings, 3): a member's place in `Template.members`, and the words that it
            has there, first and last (exclusive), as places among all words.
    """

    after: int
    kind: int
    fillings: Int64Array


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
    places: tuple[Int32Array, ...]
    bits: Float32Array


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
                if examples[j] >= 0 and kinds[examples[j]] > 0:
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
                            kind = kinds[t]
                            seen = False
                            for before in range(begin + last_at + 1, t):
                                seen = seen or kinds[before] == kind
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
            if place >= 0 and kinds[examples[place]] > 0:
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
        if examples[j] >= 0 and kinds[examples[j]] > 0:
            slots[count, 0] = j
            slots[count, 1] = kinds[examples[j]]
            slots[count, 2] = own[j]
            count += 1
    return model, bits, places, np.maximum(examples, 0), slots[:count].copy(), rows


def build_templates(
    corpus: Corpus,
    price: Float32Array,
    kinds: np.ndarray,
    groups: Sequence[Int32Array],
    models: Sequence[Consensus],
    threads: int = 1,
) -> list[Template]:
    """The templates of clusters.

    A gap becomes a slot where that saves bits: each member that fills it is spared the step
    aside, each pays for saying whether it does, and the template pays for the slot's place.

    Args:
        corpus: all texts.
        price: bits per word, float32, shape (words,).
        kinds: uint8, shape (words,): 0 for a word, else one more than the slot kind.
        groups: the texts of each cluster.
        models: the consensus of each.
        threads: how many threads to use; the result is the same.

    Source: slots as in InfoShield (ICDE 2021), section III-C, the decision by total cost.
    """

    def share(part: list[tuple[Int32Array, Consensus]]) -> list[Template]:
        head = np.full(corpus.sizes[0], -1, np.int32)
        return [_template(corpus, price, kinds, members, model, head) for members, model in part]

    dealt = list(zip(groups, models, strict=True))
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(share, (dealt[k::threads] for k in range(threads))))
    return [parts[k % threads][k // threads] for k in range(len(dealt))]


def _template(
    corpus: Corpus,
    price: Float32Array,
    kinds: np.ndarray,
    members: Int32Array,
    model: Consensus,
    head: Int32Array,
) -> Template:
    constants, bits, places, examples, slots, rows = _drawn(
        members, corpus.words, price, corpus.offsets, kinds, model.words, head
    )
    ends = np.cumsum(slots[:, 2]).tolist()
    made = tuple(
        Slot(after, kind, rows[end - size : end])
        for (after, kind, size), end in zip(slots.tolist(), ends, strict=True)
    )
    ends = np.cumsum(corpus.offsets[members + 1] - corpus.offsets[members]).tolist()
    begins = [0, *ends[:-1]]
    of_member = tuple(places[begin:end] for begin, end in zip(begins, ends, strict=True))
    return Template(constants, made, examples, members, of_member, bits)


def is_identifier(template: Template, kinds: np.ndarray, j: int) -> bool:
    """Whether constant `j` stands for an identifier, and so is shown as a slot."""
    return bool(kinds[template.examples[j]] > 0)
