"""What stands in a slot: the value of an identifier, place or name, whichever way an ad writes it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray


class SlotValues:
    """Canonical values by where they stand.

    Args:
        marks: `ad` (number), `start` (raw offset), `kind` (its name) and `value`, in any order.
        kinds: the names of the kinds, in the order of their numbers; at most 16.
    """

    def __init__(self, marks: pl.DataFrame, kinds: Sequence[str]) -> None:
        number = {name: k for k, name in enumerate(kinds)}
        known = marks.filter(pl.col("kind").is_in(list(number)))
        kind = known["kind"].replace_strict(number, return_dtype=pl.Int64).to_numpy()
        keys = _keys(known["ad"].to_numpy(), known["start"].to_numpy(), kind)
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._values = known["value"][order]

    def of(self, ads: NDArray[np.int64], starts: NDArray[np.integer], kinds: NDArray[np.int64]) -> pl.Series:
        """The values that begin at `starts` in `ads`, each of its kind number; null where none does.

        A kind number of -1 stands for words of no kind, which have no value.
        """
        keys = _keys(ads, starts, kinds)
        at = np.searchsorted(self._keys, keys)
        hits = (kinds >= 0) & (at < self._keys.size)
        hits[hits] = self._keys[at[hits]] == keys[hits]
        return self._values.gather(pl.Series(np.where(hits, at, -1)).replace(-1, None))


def _keys(ad: NDArray[np.integer], start: NDArray[np.integer], kind: NDArray[np.int64]) -> NDArray[np.int64]:
    # An offset has fewer than 32 bits, a kind 4: the number of the ad keeps 27, room for 134 million ads.
    keys: NDArray[np.int64] = (ad.astype(np.int64) << 36) | (start.astype(np.int64) << 4) | kind
    return keys
