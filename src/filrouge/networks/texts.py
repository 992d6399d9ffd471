"""The ads with their words' places in the raw text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from filrouge.networks.values import SlotValues


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

    @cached_property
    def raw(self) -> list[str]:
        """The text of each ad."""
        raw: list[str] = self.ads["text"].to_list()
        return raw
