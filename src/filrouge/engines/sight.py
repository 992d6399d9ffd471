"""Which ads and texts of an index a reader may see: those of a view, and of these perhaps one case's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from filrouge.compare.lookup import Texts
from filrouge.compare.runs import Int64Array
from filrouge.compare.segments import Segment, every_ad
from filrouge.corpus.indexing import ranges

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace


class Sight:
    """What of an index may be seen.

    Args:
        ws: the view; what the index holds beyond it is not seen.
        segments: of the index.
        among: bool, by ad number: the ads that may be seen; all if None.

    Attributes:
        held: ads of the view; ads: those that may be seen.
    """

    def __init__(self, ws: Workspace, segments: Sequence[Segment], among: np.ndarray | None) -> None:
        self._among = among
        self._there = np.array(ranges(ws), np.int64).reshape(-1, 2)
        # Whether all that is in the index may be seen: then nothing has to be looked up, for ad after ad.
        self._whole = all(bool(self._are_seen(every_ad(segment)).all()) for segment in segments)
        self._seen = [] if self._whole else [segment.texts_with(self._are_seen) for segment in segments]
        self.held = int((self._there[:, 1] - self._there[:, 0]).sum())
        self.ads = self.held if among is None else int(self._are_seen(np.flatnonzero(among)).sum())

    def of(self, ads: Int64Array) -> Int64Array:
        """Those of some ads that may be seen."""
        if self._whole:
            return ads
        seen: Int64Array = ads[self._are_seen(ads)]
        return seen

    def texts(self, texts: Texts) -> Texts:
        """Those of some texts of which an ad may be seen."""
        if self._whole:
            return texts
        seen = np.zeros(len(texts), bool)
        for number, one in enumerate(self._seen):
            here = texts.segment == number
            seen[here] = one[texts.place[here]]
        return texts.at(seen)

    def best(self, texts: Texts, most: int) -> Texts:
        """The texts with the highest scores of which an ad may be seen."""
        return self.texts(texts).best(most)

    def group(self, texts: Texts, k: int) -> Int64Array:
        """The ads of a text that may be seen, ascending."""
        return self.of(texts.ads(k))

    def _are_seen(self, ads: Int64Array) -> np.ndarray:
        if not len(self._there):
            return np.zeros(ads.size, bool)
        at = np.searchsorted(self._there[:, 0], ads, side="right") - 1
        seen: np.ndarray = (at >= 0) & (ads < self._there[np.maximum(at, 0), 1])
        if self._among is not None:
            known = ads < self._among.size
            seen &= known
            seen[known] &= self._among[ads[known]]
        return seen


def seen_ads(ws: Workspace, case: str) -> np.ndarray:
    """bool, by ad number: the ads of a case that can be read."""
    ads = ws.ads(["case"])
    numbers = ads.filter(pl.col("case") == case)["ad"].to_numpy()
    seen = np.zeros(int(numbers.max(initial=-1)) + 1, bool)
    seen[numbers] = True
    return seen
