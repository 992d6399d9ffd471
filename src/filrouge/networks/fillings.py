"""What the ads put into the slots of their templates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.compare.comparison import Comparison
from filrouge.compare.runs import Int64Array
from filrouge.compare.templates import Slot
from filrouge.networks.counts import Counts, counts_of
from filrouge.networks.texts import Texts


def slot_values(found: Comparison, texts: Texts) -> list[list[Counts]]:
    """Per template and slot the values and how many ads have each.

    What stands for an identifier, place or name counts by its value, other words as they are spelled,
    in lower case.
    """
    slots = [(k, slot) for k, template in enumerate(found.templates) for slot in template.slots]
    values = iter(counts_of(filled(found, texts, slots).drop("ad"), len(slots)))
    return [[next(values) for _ in template.slots] for template in found.templates]


def filled(found: Comparison, texts: Texts, slots: Sequence[tuple[int, Slot]]) -> pl.DataFrame:
    """What each ad has in some slots: group (which of the slots), ad, value.

    Args:
        found: the comparison.
        texts: the ads.
        slots: the template that each is of, and the slot.
    """
    if not slots:
        return pl.DataFrame(schema={"group": pl.Int64, "ad": pl.Int64, "value": pl.String})
    sizes = np.array([slot.fillings.shape[0] for _k, slot in slots])
    # Places of a slot's members count from the template's first; here all members stand end to end.
    members = np.array([template.members.size for template in found.templates])
    before = (np.cumsum(members) - members)[[k for k, _slot in slots]]
    member, first, last = np.concatenate([slot.fillings for _k, slot in slots]).T
    slot_of = np.repeat(np.arange(sizes.size), sizes)
    text = np.concatenate([template.members for template in found.templates])[before[slot_of] + member]
    filling, ad = _spread(text, found)
    shift = texts.offsets[ad] - found.corpus.offsets[text[filling]]
    start = texts.start[first[filling] + shift]
    end = texts.end[last[filling] - 1 + shift]
    group = slot_of[filling]
    kind = np.array([slot.kind for _k, slot in slots])[group]
    return pl.DataFrame({"group": group, "ad": ad, "value": _meanings(texts, ad, start, end, kind)})


def _spread(text: NDArray[np.integer], found: Comparison) -> tuple[Int64Array, Int64Array]:
    """For each ad of each of the texts, in order: which of them it has, and its number.

    Equal texts differ in their identifiers, so each ad is asked.
    """
    ads = np.argsort(found.text, kind="stable")
    begins = np.cumsum(found.sizes) - found.sizes
    sizes = found.sizes[text]
    which = np.repeat(np.arange(text.size), sizes)
    nth = np.arange(which.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return which, ads[begins[text[which]] + nth]


def _meanings(
    texts: Texts, ad: Int64Array, start: NDArray[np.int32], end: NDArray[np.int32], kind: NDArray[np.int64]
) -> pl.Series:
    """What stands at each span: the value that is known there for its kind, else the words."""
    known = texts.values.of(ad, start, kind - 1)
    unknown = np.flatnonzero(known.is_null().to_numpy())
    spelled = texts.pieces(ad[unknown], start[unknown], end[unknown])
    words = [" ".join(piece.split()).lower() for piece in spelled]
    return known.scatter(unknown, pl.Series(words, dtype=pl.String))
