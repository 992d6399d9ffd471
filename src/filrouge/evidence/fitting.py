"""How the weights of the joint model are fitted: bits cut in pieces, claims, and Fisher scoring within limits.

The formulas are in `joint`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filrouge.evidence.calibration import Bools, Floats

Rows = npt.NDArray[np.int64]

PARTS = (8.0, 16.0)
"""Bits of one kind at which another slope begins."""
DAMPED_FROM = 32.0
"""Bits of one kind beyond this count by their logarithm only."""
SLIP = 0.005
"""Share of the rarer label that is taken to be wrong, and as many of the other."""
LOWEST_START = -2.0
"""The start is held between this and 0, bits.

That two ads share nothing never speaks for one source; and weak labels come from pairs that share something, so
they make it look rarer among one source's ads than it is.
"""
PULL_SLOPE = 0.25
"""Standard deviation of slopes about the cautious ones before any pair is seen; the same for shares."""
PULL_START = 2.0
"""Standard deviation of the start, bits."""
PAIRS_AT_MOST = 20_000
"""Pairs of each answer that are taken from a source to learn from; bounds are of all."""
STEPS_AT_MOST = 60
"""Steps of the fit; ten to twenty are usual."""
SETTLED = 1e-6
"""Gain per pair, in nats, below which a step is the last."""
_HALVINGS = 12
PIECES = len(PARTS) + 1
"""Slopes of each kind."""
_LN2 = float(np.log(2))


def damped(bits: Floats) -> Floats:
    """Bits as they are up to `DAMPED_FROM`, then growing as their logarithm; so for both signs.

    So large a number says that the model of chance is wrong rather than that chance did it. The order stays.
    """
    size = np.abs(bits)
    over = np.maximum(size, DAMPED_FROM) / DAMPED_FROM
    return np.sign(bits) * np.minimum(size, DAMPED_FROM * (1 + np.log(over)))


def pieces(bits: Floats) -> Floats:
    """Bits cut at `PARTS`, shape (pairs, kinds, 3); the pieces sum to the damped bits and have their sign."""
    edges = np.array([0.0, *PARTS, np.inf])
    size = np.abs(damped(bits))[:, :, None]
    out: Floats = np.sign(bits)[:, :, None] * np.clip(size - edges[:-1], 0, np.diff(edges))
    return out


def split(theta: Floats, kinds: int) -> tuple[Floats, Floats]:
    """Slopes, shape (kinds, 3), and shares, shape (kinds,), of a list of all weights; the start is last."""
    return theta[: PIECES * kinds].reshape(kinds, PIECES), theta[PIECES * kinds : -1]


def claims(x: Floats, slope: Floats) -> Floats:
    """What each kind claims, bits, shape (pairs, kinds), given pieces x."""
    claim: Floats = np.einsum("nkp,kp->nk", x, slope)
    return claim


def once(claim: Floats, shared: Floats) -> Floats:
    """What is taken off for each pair, so that what its claims for, or against, have in common counts once."""
    off = np.zeros(claim.shape[0])
    if claim.shape[1]:
        for sign in (1.0, -1.0):
            common = np.maximum(sign * claim, 0) * shared
            off += sign * (common.sum(axis=1) - common.max(axis=1))
    return off


def _changes(x: Floats, claim: Floats, slope: Floats, shared: Floats) -> Floats:
    """How the total of each pair changes with the weights, shape (pairs, weights)."""
    counts, by_shared = np.ones_like(claim), np.zeros_like(claim)
    for sign in (1.0, -1.0):
        side = sign * x[:, :, 0] > 0
        common = np.where(side, sign * claim * shared, 0)
        # Where several are greatest, as equal columns are, each is treated alike.
        lead = (common == common.max(axis=1, keepdims=True)).astype(np.float64)
        lead /= lead.sum(axis=1, keepdims=True)
        hushed = np.where(side, 1 - lead, 0)
        counts -= hushed * shared
        by_shared -= hushed * claim
    by_slope = (x * counts[:, :, None]).reshape(x.shape[0], -1)
    return np.column_stack([by_slope, by_shared, np.ones(x.shape[0])])


@dataclass(frozen=True)
class Pairs:
    """Pairs to learn from.

    Attributes:
        x: pieces, shape (pairs, kinds, 3).
        same: label, shape (pairs,).
        weight: shape (pairs,).
        odds: log2 odds of the label "same" in the pair's source.
        slip: share of labels that are "same" though they should not be, and the reverse, shape (pairs, 2).
    """

    x: Floats
    same: Bools
    weight: Floats
    odds: Floats
    slip: Floats

    @classmethod
    def sampled(cls, bits: Floats, weight: Floats, ones: Rows, twos: Rows) -> Pairs:
        """The pairs of one source, of each answer no more than `PAIRS_AT_MOST`.

        Answers are sampled apart, so what is taken of each does not matter: the odds are taken off.
        """
        draw = np.random.default_rng(0)
        ones, twos = (draw.permutation(rows)[:PAIRS_AT_MOST] for rows in (ones, twos))
        rows = np.concatenate([ones, twos])
        odds = float(weight[ones].sum() / weight[twos].sum())
        # Where one answer is rare, as many wrong labels as the other has would drown it.
        slip = SLIP * np.array([min(odds, 1.0), min(1 / odds, 1.0)])
        return cls(
            pieces(bits[rows]),
            np.arange(rows.size) < ones.size,
            weight[rows],
            np.full(rows.size, np.log2(odds)),
            np.tile(slip, (rows.size, 1)),
        )

    @classmethod
    def joined(cls, sources: Sequence[Pairs]) -> Pairs:
        names = ("x", "same", "weight", "odds", "slip")
        return cls(*(np.concatenate([getattr(source, name) for source in sources]) for name in names))

    def probability(self, total: Floats) -> tuple[Floats, Floats]:
        """Of the label that each pair has; and how that of "same" changes with the total.

        The labels are weak: some are wrong, so that a single wrong one costs little however sure the others
        are.
        """
        with np.errstate(over="ignore"):
            sure = 1 / (1 + np.exp2(-(total + self.odds)))
        true = 1 - self.slip.sum(axis=1)
        same = self.slip[:, 0] + true * sure
        return np.where(self.same, same, 1 - same), true * sure * (1 - sure) * _LN2


def fitted(pairs: Pairs, begin: Floats) -> Floats:
    """The weights of least cost, by Fisher scoring with steps that stay within the limits.

    The cost is the weighed −log likelihood in nats, and half the squared distance from the cautious weights,
    `begin`, in units of the pull.
    """
    x, w, kinds = pairs.x, pairs.weight, pairs.x.shape[1]
    limited = begin.size - 1
    low = np.concatenate([np.zeros(limited), [LOWEST_START]])
    high = np.concatenate([np.ones(limited), [0.0]])
    pull = 1 / np.concatenate([np.full(limited, PULL_SLOPE), [PULL_START]]) ** 2
    sign = np.where(pairs.same, 1.0, -1.0)

    def total(theta: Floats) -> Floats:
        slope, shared = split(theta, kinds)
        claim = claims(x, slope)
        out: Floats = claim.sum(axis=1) + theta[-1] - once(claim, shared)
        return out

    def cost(theta: Floats) -> float:
        away = theta - begin
        return float(pull @ (away * away) / 2 - w @ np.log(pairs.probability(total(theta))[0]))

    theta, now = begin, cost(begin)
    for _ in range(STEPS_AT_MOST):
        slope, shared = split(theta, kinds)
        by = _changes(x, claims(x, slope), slope, shared)
        p, change = pairs.probability(total(theta))
        down = by.T @ (w * sign * change / p) - pull * (theta - begin)
        by *= (change * np.sqrt(w / (p * (1 - p))))[:, None]
        curve = by.T @ by + np.diag(pull)
        stuck = ((theta <= low) & (down < 0)) | ((theta >= high) & (down > 0))
        free = np.flatnonzero(~stuck)
        newton, plain = np.zeros_like(theta), np.zeros_like(theta)
        newton[free] = np.linalg.solve(curve[np.ix_(free, free)], down[free])
        plain[free] = down[free] / np.diag(curve)[free]
        # The greatest of several claims has a kink; there a plain step may help where Newton's does not.
        tried = (
            np.clip(theta + step * 0.5**halving, low, high)
            for step in (newton, plain)
            for halving in range(_HALVINGS)
        )
        better = next(((c, t) for t in tried if (c := cost(t)) < now), None)
        if better is None:
            break
        gain, now, theta = now - better[0], *better
        if gain <= SETTLED * float(w.sum()):
            break
    return theta
