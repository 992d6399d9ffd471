"""Whether bits mean what they say: measures on pairs whose answer is known, and what strangers reach.

Bits are log2 of a likelihood ratio: positive for one source, negative for two.

Sources: N. Brümmer and J. du Preez, *Application-independent evaluation of speaker detection*, Computer
Speech & Language 20, 2006 (Cllr, and its least by pooling adjacent violators); P. Vergeer et al., *Numerical
likelihood ratios outputted by LR systems are often based on extrapolation: when to stop extrapolating?*,
Science & Justice 56, 2016 (the bounds); E. B. Wilson, JASA 22, 1927 (intervals of shares); J. A. Hanley and
A. Lippman-Hand, *If nothing goes wrong, is everything all right?*, JAMA 249, 1983 (the rule of three).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BINS = 10
"""Rows of a reliability table, equally wide in probability."""
SPREAD = 1.96
"""Standard deviations on each side of an interval: 95 %."""
ONE_SIDED = 1.645
"""Standard deviations of a bound that holds on one side: 95 %."""
RULE_OF_THREE = 3.0
"""Where none of n was seen, the share is below this ÷ n (95 %)."""


def cllr(bits: npt.ArrayLike, same: npt.ArrayLike) -> float:
    """The cost, in bits, of taking these bits at their word: 0 perfect, 1 worth nothing, more misleads.

    Both answers count half, however many pairs of each there are.

    Args:
        bits: shape (pairs,), log2 likelihood ratios; infinities are taken at their word, too.
        same: bool, shape (pairs,): whether the pair is from one source.

    Raises:
        ValueError: if either answer is missing, or bits are no numbers.
    """
    bits, same = _checked(bits, same)
    return float(np.logaddexp2(0, -bits[same]).mean() + np.logaddexp2(0, bits[~same]).mean()) / 2


def min_cllr(bits: npt.ArrayLike, same: npt.ArrayLike) -> float:
    """The Cllr that these bits would have if only their order counted; the rest of `cllr` is miscalibration."""
    return cllr(pav_bits(bits, same), same)


def pav_bits(bits: npt.ArrayLike, same: npt.ArrayLike) -> Floats:
    """The best bits for these pairs that keep their order: by pooling adjacent violators.

    Returns:
        Shape (pairs,), never falling where `bits` rise; infinite where only one answer was seen.
    """
    bits, same = _checked(bits, same)
    values, at = np.unique(bits, return_inverse=True)
    pairs = np.bincount(at, minlength=values.size).astype(float)
    hits = np.bincount(at, same.astype(float), minlength=values.size)
    block = np.arange(values.size)
    while True:
        share = hits / pairs
        starts = np.concatenate([[True], share[1:] > share[:-1]])
        if starts.all():
            break
        # Neighbours that fall have one value in the solution, so a whole falling run may be pooled at once.
        begins = np.flatnonzero(starts)
        block = (np.cumsum(starts) - 1)[block]
        pairs, hits = np.add.reduceat(pairs, begins), np.add.reduceat(hits, begins)
    with np.errstate(divide="ignore"):
        odds = np.log2(hits) - np.log2(pairs - hits)
    out: Floats = (odds - np.log2(same.sum() / (~same).sum()))[block][at]
    return out


def reliability(
    bits: npt.ArrayLike, same: npt.ArrayLike, *, prior: float | None = None, bins: int = BINS
) -> pl.DataFrame:
    """Of the pairs to which so much probability was given, how many are from one source.

    Args:
        bits, same: as for `cllr`.
        prior: probability of one source before the evidence; the pairs are weighed as if so many of them
            were. None: as many as there are.
        bins: rows, equally wide in probability.

    Returns:
        `low`, `high` (the bin), `pairs`, `predicted` (their mean), `observed` (share that is from one
        source), `least`, `most` (95 % interval of Wilson for the share). Bins without pairs are left out.
    """
    import polars as pl

    bits, same = _checked(bits, same)
    probability, weight = _at_prior(bits, same, prior)
    at = np.minimum((probability * bins).astype(np.int64), bins - 1)
    pairs = np.bincount(at, minlength=bins)
    total = np.bincount(at, weight, minlength=bins)
    squares = np.bincount(at, weight * weight, minlength=bins)
    held = pairs > 0
    # Weighed pairs say as much as so many unweighed ones (Kish).
    size = total[held] ** 2 / squares[held]
    observed = np.bincount(at, weight * same, minlength=bins)[held] / total[held]
    least, most = wilson(observed * size, size)
    edges = np.arange(bins)[held] / bins
    return pl.DataFrame(
        {
            "low": edges,
            "high": edges + 1 / bins,
            "pairs": pairs[held],
            "predicted": np.bincount(at, weight * probability, minlength=bins)[held] / total[held],
            "observed": observed,
            "least": least,
            "most": most,
        }
    )


def expected_calibration_error(
    bits: npt.ArrayLike, same: npt.ArrayLike, *, prior: float | None = None, bins: int = BINS
) -> float:
    """How far predicted and observed shares lie apart, on average over the pairs: 0 to 1.

    Source: M. P. Naeini, G. F. Cooper and M. Hauskrecht, AAAI 2015.
    """
    bits, same = _checked(bits, same)
    probability, weight = _at_prior(bits, same, prior)
    at = np.minimum((probability * bins).astype(np.int64), bins - 1)
    apart = np.bincount(at, weight * (probability - same), minlength=bins)
    return float(np.abs(apart).sum() / weight.sum())


def stranger_rate(bits_of_strangers: npt.ArrayLike, asked: npt.ArrayLike) -> pl.DataFrame:
    """Of stranger pairs of this corpus, how many reach so many bits.

    Args:
        bits_of_strangers: shape (pairs,).
        asked: bits, shape (numbers,).

    Returns:
        `asked`, `strangers` (all), `reach` (how many have at least so many bits), `one_in` (strangers ÷
        reach; null where none does) and `at_least_one_in`, 1 ÷ the largest share that fits what was seen
        (95 %): what may be claimed. Where none reaches it, by the rule of three. 1 if there are no strangers.
    """
    import polars as pl

    strangers = np.sort(np.asarray(bits_of_strangers, np.float64).ravel())
    wanted = np.atleast_1d(np.asarray(asked, np.float64)).ravel()
    if np.isnan(strangers).any() or np.isnan(wanted).any():
        raise ValueError("bits must be numbers")
    n = strangers.size
    reach = n - np.searchsorted(strangers, wanted, side="left")
    most = np.ones(wanted.size)
    if n:
        none = min(RULE_OF_THREE / n, 1.0)
        most = np.where(
            reach > 0, np.maximum(wilson(reach, np.full(reach.size, n), ONE_SIDED)[1], none), none
        )
    return pl.DataFrame(
        {
            "asked": wanted,
            "strangers": np.full(wanted.size, n, np.int64),
            "reach": reach.astype(np.int64),
            "one_in": pl.Series([n / k if k else None for k in reach.tolist()], dtype=pl.Float64),
            "at_least_one_in": 1 / np.maximum(most, reach / max(n, 1)),
        }
    )


def wilson(hits: npt.ArrayLike, of: npt.ArrayLike, spread: float = SPREAD) -> tuple[Floats, Floats]:
    """The interval that a share of `hits` among so many stands for: its least and its most, 0 to 1."""
    hits, of = np.asarray(hits, np.float64), np.asarray(of, np.float64)
    wide = spread * np.sqrt(hits * np.maximum(of - hits, 0) / of + spread**2 / 4)
    middle = hits + spread**2 / 2
    least, most = (middle - wide) / (of + spread**2), (middle + wide) / (of + spread**2)
    return np.clip(least, 0, 1), np.clip(most, 0, 1)


def bounds(same_bits: npt.ArrayLike, stranger_bits: npt.ArrayLike) -> tuple[float, float]:
    """The least and the most bits that these pairs bear out (the ELUB bounds of Vergeer et al. 2016).

    A claim of b bits is borne out if whoever decides by it, at the odds at which b bits just tip the scale,
    errs no more often than one who never looks; and so do all weaker claims. One more pair that misleads
    as much as it can is counted with those that were seen. So with n strangers nothing above log2(n + 1) is
    ever borne out.

    Args:
        same_bits: of pairs from one source, shape (pairs,).
        stranger_bits: of pairs from two.

    Returns:
        (least, most): least ≤ 0 ≤ most. (0, 0) if nothing is borne out.
    """
    same = np.sort(np.asarray(same_bits, np.float64).ravel())
    strangers = np.sort(np.asarray(stranger_bits, np.float64).ravel())
    if np.isnan(same).any() or np.isnan(strangers).any():
        raise ValueError("bits must be numbers")
    # Against is for, seen in the mirror.
    return -_most(-strangers[::-1], -same[::-1]) + 0.0, _most(same, strangers)


def _most(true: Floats, false: Floats) -> float:
    """The most bits borne out; both sorted."""
    if not true.size or not false.size:
        return 0.0
    steps = np.unique(np.concatenate([[0.0], true[true > 0], false[false > 0]]))
    # Within (step, next step], and at 0 itself, the same pairs are misled.
    alarm = (1 + false.size - np.searchsorted(false, steps, side="right")) / (1 + false.size)
    missed = np.searchsorted(true, steps, side="right") / true.size
    if (1 + false.size - np.searchsorted(false, 0.0)) / (1 + false.size) + np.searchsorted(
        true, 0.0
    ) / true.size > 1:
        return 0.0
    with np.errstate(divide="ignore"):
        allowed = np.log2(np.maximum(1 - missed, 0)) - np.log2(alarm)
    # What is borne out exactly must not fail by what a logarithm leaves.
    fails = np.flatnonzero(allowed < np.append(steps[1:], np.inf) - 1e-9)
    # The last step always fails: beyond it all are missed.
    first = fails[0]
    return float(max(allowed[first], steps[first]))


def _at_prior(bits: Floats, same: Bools, prior: float | None) -> tuple[Floats, Floats]:
    """Probabilities of one source at a prior, and what each pair weighs there."""
    share = float(same.mean()) if prior is None else prior
    if not 0 < share < 1:
        raise ValueError("a prior lies between 0 and 1")
    with np.errstate(over="ignore"):
        probability = 1 / (1 + np.exp2(-(bits + np.log2(share / (1 - share)))))
    weight = np.where(same, share / same.mean(), (1 - share) / (1 - same.mean()))
    return probability, weight


def _checked(bits: npt.ArrayLike, same: npt.ArrayLike) -> tuple[Floats, Bools]:
    values, truth = np.asarray(bits, np.float64).ravel(), np.asarray(same, np.bool_).ravel()
    if values.size != truth.size:
        raise ValueError(f"{values.size} bits for {truth.size} pairs")
    if np.isnan(values).any():
        raise ValueError("bits must be numbers")
    if truth.all() or not truth.any():
        raise ValueError("pairs from one source and pairs from two are needed")
    return values, truth


__all__: Sequence[str] = [
    "bounds",
    "cllr",
    "expected_calibration_error",
    "min_cllr",
    "pav_bits",
    "reliability",
    "stranger_rate",
    "wilson",
]
