"""The ads of a package as the reader sees them, and where each word stands in what they see.

In a masked package identifiers and names are pseudonyms. The words of an ad are also given as numbers, and a number
that stood for a masked word here and for a word in the clear there would give the name away. So a word that is masked
in one ad of the package is masked in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.tokens import SLOT_KINDS
from filrouge.corpus.pseudonyms import identifier_pseudonym
from filrouge.engines.masking import NAME, Mask, masks_of, pseudonym
from filrouge.networks.ties import TYING_KINDS
from filrouge.reports.package.gather import Gathered

WORD: Final = "word"
"""The kind of a pseudonym of a word that is masked elsewhere."""
LEAST_DIGITS: Final = 6
"""An id or place that holds so many digits of a masked identifier in a row is masked, too."""


@dataclass(frozen=True)
class ShownAd:
    """One ad as it is shown.

    Attributes:
        text: masked or not.
        spans: int64, shape (words, 2): where each word stands in `text`; words under one mask share its place.
        id, location: as the source had them, masked where they hold an identifier.
    """

    text: str
    spans: NDArray[np.int64]
    id: str
    location: str


class Shown:
    """The ads of a package, masked or open.

    Args:
        found: what was gathered.
        is_open: whether identifiers and names stand in the clear.
    """

    def __init__(self, found: Gathered, is_open: bool) -> None:
        self._found, self.is_open = found, is_open
        self._tokens = found.findings.tokens
        self._texts: dict[int, str] = dict(
            zip(
                found.rows.tolist(), found.findings.read.ads["text"].gather(found.rows).to_list(), strict=True
            )
        )

    def identifier(self, kind: str, value: str) -> str:
        """What is shown for an identifier: "phone:7k3f9q2m", or "phone:+16045550123" in an open package."""
        if self.is_open:
            return f"{kind}:{value}"
        return pseudonym(kind, identifier_pseudonym(kind, value, self._found.ws.pepper))

    def value(self, kind: str, value: str) -> str:
        """The same for what may stand in a slot: places, prices and the like are never masked."""
        return self.identifier(kind, value) if kind in (*TYING_KINDS, NAME) else value

    @cached_property
    def ads(self) -> dict[int, ShownAd]:
        """By place in the findings."""
        return {row: self._ad(row) for row in self._found.rows.tolist()}

    def spelled(self, row: int, first: int, past: int) -> str:
        """The words `first` to `past` (exclusive) of an ad as they are shown."""
        shown = self.ads[row]
        spans = shown.spans[first:past]
        return shown.text[int(spans[:, 0].min()) : int(spans[:, 1].max())] if len(spans) else ""

    def _words(self, row: int) -> slice:
        offsets = self._tokens.offsets
        return slice(int(offsets[row]), int(offsets[row + 1]))

    def _ad(self, row: int) -> ShownAd:
        here, raw = self._words(row), self._texts[row]
        start, end = (part[here].astype(np.int64) for part in (self._tokens.start, self._tokens.end))
        about = self._found.findings.read.ads
        id, location = str(about["id"][row]), about["location"][row] or ""
        if self.is_open:
            return ShownAd(raw, np.column_stack([start, end]), id, location)
        masks = sorted([*self._masks[row], *self._again(row)], key=lambda mask: (mask[0], -mask[1]))
        text, begins = _replaced(raw, masks)
        spans = np.array(
            [(begins[a][0], begins[max(a, b - 1)][1]) for a, b in zip(start, end, strict=True)], np.int64
        )
        return ShownAd(text, spans.reshape(-1, 2), *(self._without_digits(said) for said in (id, location)))

    @cached_property
    def _masks(self) -> dict[int, list[Mask]]:
        """What is masked in each ad for its own sake."""
        ws, rows = self._found.ws, self._found.rows
        masks = masks_of(ws.texts(self._found.ads[rows]), ws.pepper)
        return {row: masks[k] for k, row in enumerate(rows.tolist())}

    @cached_property
    def _hidden(self) -> dict[int, str]:
        """The keys of the words that are masked in some ad, and a pseudonym for each."""
        hidden: dict[int, str] = {}
        for row, masks in self._masks.items():
            here = self._words(row)
            start, end = self._tokens.start[here], self._tokens.end[here]
            plain, keys = self._tokens.kind[here] == 0, self._tokens.key[here]
            for begin, past, _said in masks:
                for at in np.flatnonzero(plain & (start < past) & (end > begin)).tolist():
                    key = int(keys[at])
                    hidden[key] = pseudonym(WORD, identifier_pseudonym(WORD, str(key), self._found.ws.pepper))
        return hidden

    def _again(self, row: int) -> Iterator[Mask]:
        """Masks for the words of an ad that are masked elsewhere; after those of its own, which come first."""
        here = self._words(row)
        for key, kind, start, end in zip(
            *(
                part[here].tolist()
                for part in (self._tokens.key, self._tokens.kind, self._tokens.start, self._tokens.end)
            ),
            strict=True,
        ):
            if kind == 0 and key in self._hidden:
                yield start, end, self._hidden[key]

    @cached_property
    def _digits(self) -> list[str]:
        """The digits of all identifiers of the package that have so many."""
        rows = pl.Series(self._found.rows)
        held = self._found.findings.identifiers.filter(
            pl.col("kind").is_in(TYING_KINDS), pl.col("ad").is_in(rows.implode())
        )
        digits = {re.sub(r"\D", "", value) for value in held["value"].unique().to_list()}
        # The country stands before a number in its canonical form, and seldom elsewhere.
        return sorted({d[-10:] for d in digits if len(d) >= LEAST_DIGITS})

    def _without_digits(self, said: str) -> str:
        digits = re.sub(r"\D", "", said)
        return "…" if any(d in digits for d in self._digits) else said


def slot_kind(kind: int) -> str:
    """The name of a word's kind: "" for a plain word."""
    return SLOT_KINDS[kind - 1] if kind else ""


def _replaced(raw: str, masks: list[Mask]) -> tuple[str, list[tuple[int, int]]]:
    """The text with what is masked replaced, and for each raw character where what stands for it begins and ends."""
    out: list[str] = []
    places: list[tuple[int, int]] = []
    at = size = 0
    for start, end, said in masks:
        if start < at and end <= at:
            continue
        # What sticks out of the mask before goes with it.
        if start < at:
            places += [places[-1]] * (end - at)
            at = end
            continue
        out += [raw[at:start], said]
        places += [(size + k, size + k + 1) for k in range(start - at)]
        size += start - at
        places += [(size, size + len(said))] * (end - start)
        size += len(said)
        at = end
    out.append(raw[at:])
    places += [(size + k, size + k + 1) for k in range(len(raw) - at)]
    return "".join(out), places
