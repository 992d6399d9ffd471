"""Folded texts as runs of letters and digits: what places and names are looked for in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from filrouge.ads.fold import Folded
from filrouge.ads.fold_tables import fold_tables

PlainWords = tuple[
    NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]
]
"""Hashes of the runs, where they begin and end, what stands before each, and where each text's begin."""


def plain_words(folded: Folded) -> PlainWords:
    """The runs of all texts; see `place_kernels.split_words`."""
    from filrouge.ads.place_kernels import split_words

    found: PlainWords = split_words(folded.chars, folded.offsets, fold_tables().role)
    return found
