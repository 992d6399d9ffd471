"""The constants of templates as their ads spell them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filrouge.compare.comparison import Comparison
from filrouge.compare.runs import Int32Array, Int64Array
from filrouge.compare.templates import Template
from filrouge.networks.texts import Texts

WORDING_FROM = 5
"""Members whose spelling of a constant is looked at; the commonest is shown."""
TOGETHER = 500
"""Templates whose members' texts are joined into one string at a time: bounds memory."""


def wordings(found: Comparison, texts: Texts) -> list[list[str]]:
    """Per template the spelling of each constant: lower case, as most of its first members do."""
    first = _first_ads(found)
    return [
        words
        for begin in range(0, len(found.templates), TOGETHER)
        for words in _wordings(found.templates[begin : begin + TOGETHER], found, texts, first)
    ]


def _first_ads(found: Comparison) -> Int64Array:
    """The first ad of each different text: it stands for the text's words."""
    first = np.full(found.sizes.size, -1, np.int64)
    first[found.text[::-1]] = np.arange(found.text.size - 1, -1, -1)
    return first


def _wordings(
    templates: Sequence[Template], found: Comparison, texts: Texts, first: Int64Array
) -> list[list[str]]:
    members = [template.members[:WORDING_FROM] for template in templates]
    ads = first[np.concatenate(members)]
    raw = texts.raw(ads)
    lengths = np.array([len(text) for text in raw])
    together = "".join(raw)
    # The constants of all templates stand end to end, as do the texts.
    sizes = np.array([template.words.size for template in templates])
    ends = np.cumsum(sizes)
    copied = _copied(
        np.concatenate([places for template in templates for places in template.places[:WORDING_FROM]]),
        np.repeat(ends - sizes, [some.size for some in members]),
        texts.offsets[ads],
        texts.offsets[ads + 1],
        np.cumsum(lengths) - lengths,
        texts.start,
        texts.end,
    )
    characters = np.frombuffer(together.encode("utf-32-le", "surrogatepass"), np.uint32)
    begin, end, is_clear = _majorities(characters, copied, int(ends[-1]))
    words = [together[a:b].lower() for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
    # Where no spelling has the majority, those that differ in capitals only may have it together.
    rest = copied[~is_clear[copied[:, 0]]]
    rest = rest[np.argsort(rest[:, 0], kind="stable")]
    spelled = [together[a:b].lower() for a, b in zip(rest[:, 1].tolist(), rest[:, 2].tolist(), strict=True)]
    constants, at = np.unique(rest[:, 0], return_index=True)
    bounds = pairwise([*at.tolist(), len(spelled)])
    for constant, (a, b) in zip(constants.tolist(), bounds, strict=True):
        words[constant] = _commonest(spelled[a:b])
    out = [words[end - size : end] for size, end in zip(sizes.tolist(), ends.tolist(), strict=True)]
    for template, wording in zip(templates, out, strict=True):
        for j, word in enumerate(wording):
            if not word:
                wording[j] = _example(int(template.examples[j]), found, texts, first)
    return out


@njit(cache=True, nogil=True)
def _copied(
    places: Int32Array,
    before: Int64Array,
    first: Int64Array,
    last: Int64Array,
    base: Int64Array,
    start: Int32Array,
    end: Int32Array,
) -> Int64Array:
    """Rows of a constant's number, and where a text has it: first and last character (exclusive).

    Args:
        places: as in `Template`, of all texts end to end.
        before: per text, the constants of the templates before its own.
        first, last: per text, its words (last exclusive).
        base: per text, where its characters begin.
        start, end: per word, its characters in its text.
    """
    rows = np.empty((places.size, 3), np.int64)
    at = 0
    count = 0
    for k in range(first.size):
        for word in range(first[k], last[k]):
            if places[at] >= 0:
                rows[count, 0] = before[k] + places[at]
                rows[count, 1] = base[k] + start[word]
                rows[count, 2] = base[k] + end[word]
                count += 1
            at += 1
    return rows[:count].copy()


@njit(cache=True, nogil=True)
def _majorities(
    characters: NDArray[np.uint32], copied: Int64Array, constants: int
) -> tuple[Int64Array, Int64Array, NDArray[np.bool_]]:
    """Where each constant stands as most of its places spell it, and whether they are more than half.

    Source: Boyer & Moore, MJRTY: a fast majority vote algorithm, 1991.
    """
    begin = np.zeros(constants, np.int64)
    end = np.zeros(constants, np.int64)
    votes = np.zeros(constants, np.int64)
    for sweep in range(2):
        # The first sweep finds the only spelling that may have the majority, the second counts it.
        votes[:] = 0
        for row in range(copied.shape[0]):
            constant, a, b = copied[row, 0], copied[row, 1], copied[row, 2]
            if sweep == 0 and votes[constant] == 0:
                begin[constant], end[constant] = a, b
            first = begin[constant]
            alike = b - a == end[constant] - first
            i = 0
            while alike and i < b - a:
                alike = characters[a + i] == characters[first + i]
                i += 1
            votes[constant] += 1 if alike else -1
    return begin, end, votes > 0


def _commonest(words: list[str]) -> str:
    return min(set(words), key=lambda word: (-words.count(word), len(word), word))


def _example(word: int, found: Comparison, texts: Texts, first: Int64Array) -> str:
    """A constant as the member with word number `word` (of all) spells it, where none of the first does."""
    text = int(np.searchsorted(found.corpus.offsets, word, side="right") - 1)
    ad = int(first[text])
    at = word - int(found.corpus.offsets[text]) + int(texts.offsets[ad])
    return texts.raw(np.array([ad]))[0][int(texts.start[at]) : int(texts.end[at])].lower()
