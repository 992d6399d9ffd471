"""How much more often something is seen in a group than among others, and between which bounds.

The interval of a share is Wilson's with continuity correction (Newcombe 1998, Statistics in Medicine 17:857),
which stays wide for a single voice; that of the ratio of two shares is made from both by the method of
variance estimates recovery (Donner & Zou 2012, Statistical Methods in Medical Research 21:347).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

Z: Final = 1.959964
"""Standard deviations on either side: intervals of 95 %."""


@dataclass(frozen=True)
class Lift:
    """Ratios of shares, one for each group; NaN where there was nobody to compare with.

    Attributes:
        share: among the others.
        ratio: the group's share over theirs; infinite where theirs is 0.
        low, high: the bounds of the ratio.
    """

    share: F64
    ratio: F64
    low: F64
    high: F64

    @property
    def above_one(self) -> NDArray[np.bool_]:
        """Where the whole interval lies above 1."""
        return np.nan_to_num(self.low, nan=0.0) > 1.0


def interval_of_share(seen: F64, of: F64) -> tuple[F64, F64]:
    """Lower and upper bound of a share; 0 and 1 where `of` is 0. `seen` need not be whole."""
    n = np.maximum(of, 1e-9)
    p = np.clip(seen / n, 0.0, 1.0)
    z2 = Z * Z
    below = z2 - 2 - 1 / n + 4 * p * (n * (1 - p) + 1)
    above = z2 + 2 - 1 / n + 4 * p * (n * (1 - p) - 1)
    low = (2 * n * p + z2 - 1 - Z * np.sqrt(np.maximum(below, 0.0))) / (2 * (n + z2))
    high = (2 * n * p + z2 + 1 + Z * np.sqrt(np.maximum(above, 0.0))) / (2 * (n + z2))
    low = np.where(p <= 0, 0.0, np.clip(low, 0.0, p))
    high = np.where(p >= 1, 1.0, np.clip(high, p, 1.0))
    return np.where(of > 0, low, 0.0), np.where(of > 0, high, 1.0)


def lift(seen: F64, of: F64, others_share: F64, others: F64) -> Lift:
    """The groups' shares over those of the others.

    Args:
        seen, of: per group how many of how many voices show it; parts of a voice count as parts.
        others_share, others: per group the share of the others that it is compared with, and how many they are
            (where they are weighted, how many equal ones are worth as much).
    """
    known = (of > 0) & (others > 0)
    p1 = np.where(known, seen / np.maximum(of, 1e-9), np.nan)
    p2 = np.where(known, others_share, np.nan)
    l1, u1 = interval_of_share(seen, of)
    l2, u2 = interval_of_share(others_share * others, others)
    product = p1 * p2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(p2 > 0, p1 / p2, np.where(p1 > 0, np.inf, np.nan))
        a = l1 * (2 * p1 - l1)
        b = u1 * (2 * p1 - u1)
        c = u2 * (2 * p2 - u2)
        d = l2 * (2 * p2 - l2)
        # Written so that neither bound divides by what may be 0 at u2 = 2 p2.
        low = a / (product + np.sqrt(np.maximum(product * product - a * c, 0.0)))
        high = np.where(d > 0, (product + np.sqrt(np.maximum(product * product - b * d, 0.0))) / d, np.inf)
    low = np.where(known, np.where(p1 > 0, low, 0.0), np.nan)
    return Lift(p2, np.where(known, ratio, np.nan), low, np.where(known, high, np.nan))
