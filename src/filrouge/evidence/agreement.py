"""Whether people who judge the same things agree more than chance would have it: Krippendorff's alpha.

Source: K. Krippendorff, *Content Analysis*, 2nd ed., Sage 2004, chapter 11 (the coefficient, and that what lies below
0.667 bears out no conclusion, and below 0.8 only tentative ones); *Computing Krippendorff's Alpha-Reliability*,
University of Pennsylvania 2011 (the coincidences and the worked examples). The interval is a percentile bootstrap over
the units, as A. Zapf et al., BMC Medical Research Methodology 16:93, 2016, found it to keep its level.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]
DRAWS: Final = 2_000
SURE: Final = 0.8
TENTATIVE: Final = 0.667
"""Where alpha is below, no conclusion is borne out."""


def alpha(values: ArrayLike, level: Level) -> float:
    """Krippendorff's alpha: 1 where all agree, 0 where they agree as if by chance, below 0 where they agree less.

    Args:
        values: shape (units, people), NaN where a person did not judge a unit. Units with one value say nothing.
        level: "nominal" (codes), "ordinal" (only the order counts) or "interval".

    Returns:
        NaN where nothing can be said: no unit was judged by two, or all values are the same.
    """
    found = np.asarray(values, np.float64)
    codes, at = _coded(found)
    return _alpha(_coincidences(at, codes.size), codes, level)


def interval(
    values: ArrayLike, level: Level, *, seed: int, draws: int = DRAWS, share: float = 0.95
) -> tuple[float, float]:
    """Between which values alpha may well lie: percentiles over units drawn again and again.

    Args:
        values, level: as for `alpha`.
        seed: of the draws.
        draws: how many.
        share: of the draws that lie within.

    Returns:
        (least, most); NaN where alpha is, or where too few draws have one.
    """
    found = np.asarray(values, np.float64)
    codes, at = _coded(found)
    if not codes.size:
        return float("nan"), float("nan")
    each = np.array([_coincidences(unit[None], codes.size) for unit in at])
    if np.isnan(_alpha(each.sum(axis=0), codes, level)):
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    picked = random.multinomial(len(each), np.full(len(each), 1 / len(each)), size=draws)
    drawn = np.array([_alpha(np.tensordot(times, each, 1), codes, level) for times in picked])
    drawn = drawn[~np.isnan(drawn)]
    if drawn.size < draws / 2:
        return float("nan"), float("nan")
    least, most = np.quantile(drawn, [(1 - share) / 2, (1 + share) / 2])
    return float(least), float(most)


def units_of(values: ArrayLike) -> int:
    """How many units were judged by two or more."""
    return int(np.count_nonzero((~np.isnan(np.asarray(values, np.float64))).sum(axis=1) >= 2))


def _coded(values: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The different values, ascending, and the place of each among them; -1 for none."""
    if values.ndim != 2:
        raise ValueError("values have the shape (units, people)")
    there = ~np.isnan(values)
    codes = np.unique(values[there])
    at = np.full(values.shape, -1, np.int64)
    at[there] = np.searchsorted(codes, values[there])
    return codes, at


def _coincidences(at: NDArray[np.int64], count: int) -> Floats:
    """How often each pair of values meets within a unit, each unit weighing as much as it has values (2004, p. 220)."""
    out = np.zeros((count, count))
    for unit in at:
        held = np.bincount(unit[unit >= 0], minlength=count).astype(np.float64)
        people = held.sum()
        if people >= 2:
            out += (np.outer(held, held) - np.diag(held)) / (people - 1)
    return out


def _alpha(coincidences: Floats, codes: Floats, level: Level) -> float:
    of_value = coincidences.sum(axis=1)
    pairable = of_value.sum()
    apart = _differences(of_value, codes, level)
    expected = float((np.outer(of_value, of_value) * apart).sum())
    if pairable < 2 or expected == 0:
        return float("nan")
    return float(1 - (pairable - 1) * (coincidences * apart).sum() / expected)


def _differences(of_value: Floats, codes: Floats, level: Level) -> Floats:
    """How far any two values are apart, squared."""
    if level == "nominal":
        return 1 - np.eye(codes.size)
    if level == "interval":
        return np.square(codes[:, None] - codes[None])
    # Of ranks: all values between the two count whole, they themselves half.
    middle = np.cumsum(of_value) - of_value / 2
    return np.square(middle[:, None] - middle[None])
