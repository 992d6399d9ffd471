"""The ads with their words' places in the raw text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.networks.values import SlotValues

TOGETHER: Final = 100_000
"""Places whose texts are in memory at a time."""


@dataclass(frozen=True)
class Texts:
    """The ads with their words' places in the raw text.

    Attributes:
        ads: the ads table.
        start, end: int32, raw character offsets of each word of all ads.
        offsets: int64, where each ad's words begin.
        kind_names: names of the slot kinds; a word of kind k is `kind_names[k - 1]`.
        values: what the words that stand for identifiers, places and names mean.
    """

    ads: pl.DataFrame
    start: np.ndarray
    end: np.ndarray
    offsets: np.ndarray
    kind_names: Sequence[str]
    values: SlotValues

    def raw(self, ads: NDArray[np.integer]) -> list[str]:
        """The texts of some ads; those of all would take more memory than the ads themselves."""
        raw: list[str] = self.ads["text"].gather(ads).to_list()
        return raw

    def pieces(
        self, ads: NDArray[np.integer], start: NDArray[np.integer], end: NDArray[np.integer]
    ) -> Iterator[str]:
        """What stands in some places of some ads, from `start` to `end` (exclusive)."""
        for at in range(0, len(ads), TOGETHER):
            some = slice(at, at + TOGETHER)
            each, of = np.unique(ads[some], return_inverse=True)
            raw = self.raw(each)
            spans = zip(of.tolist(), start[some].tolist(), end[some].tolist(), strict=True)
            yield from (raw[k][a:b] for k, a, b in spans)
