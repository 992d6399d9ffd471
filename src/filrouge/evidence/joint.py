"""All kinds of tie between two ads put together in one likelihood ratio, so that nothing counts twice.

For a pair with the bits x of each kind k:

    claim(k) = slope(k, 1) · the first 8 bits of x(k)
             + slope(k, 2) · the next 8
             + slope(k, 3) · what is beyond 16, damped             0 ≤ slope ≤ 1
    total    = start + sum of claims
               − what several claims *for* have in common, which counts once
               − what several claims *against* have in common, which counts once

What is common: of each claim the share shared(k), 0 to 1, may come from one and the same event (a text that was
copied with its phone and its style). Of these parts the greatest counts, the others do not:

    once = sum of shared(k) · claim(k) − greatest of shared(k) · claim(k)

With two kinds of one share that is share · min(claim, claim). No claim can lower the total by being stronger.
The first bits of a kind have a slope of their own since strangers reach them: where few bits say little, many
may still say much.

Slopes, shares and the start are fitted by logistic regression on pairs with weak labels, with a pull towards
cautious values that yields as pairs become many; the odds among the training pairs are taken off, so that what
remains is a likelihood ratio (case-control sampling: Prentice and Pyke, Biometrika 66, 1979).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from filrouge.evidence.calibration import Bools, Floats, bounds

COUNTED = ("text", "phone", "email", "url", "handle", "payment", "image")
"""Kinds whose bits are counted exactly from the corpus."""
SLOPE_COUNTED = 0.8
"""Cautious slope of these."""
SLOPE = 0.5
"""Cautious slope of all other kinds, whose bits come from a model."""
SHARED = 0.8
"""Cautious share of a claim that is taken to come from the same event as other claims."""
START = -1.0
"""Cautious start: sharing nothing is a little less usual for one source than for two."""
LOWEST_START = -20.0
PULL_SLOPE = 0.25
"""Standard deviation of slopes about the cautious ones before any pair is seen; the same for shares."""
PULL_START = 2.0
"""Standard deviation of the start, bits."""
PARTS = (8.0, 16.0)
"""Bits of one kind at which another slope begins."""
DAMPED_FROM = 32.0
"""Bits of one kind beyond this count by their logarithm only."""
SLIP = 0.005
"""Share of the labels that is taken to be wrong."""
ENOUGH = 100
"""Pairs of each answer without which nothing is fitted."""
STEPS_AT_MOST = 60
SETTLED = 1e-6
"""Gain per pair, in nats, below which a step is the last."""
_HALVINGS = 12
_PIECES = len(PARTS) + 1
_LN2 = float(np.log(2))


@dataclass(frozen=True)
class JointModel:
    """Weights of all kinds of tie. Made by `fit`, `cautious` or `from_dict`.

    Attributes:
        kinds: names of the columns of bits.
        slope: shape (kinds, 3), 0 to 1: of a kind's first bits, of those from `PARTS[0]`, from `PARTS[1]`.
        shared: shape (kinds,), 0 to 1.
        start: bits of a pair that no kind says anything of, ≤ 0.
        least, most: bits that the training pairs bear out; see `calibration.bounds`.
        same, strangers: training pairs of each answer, 0 if nothing was fitted.
    """

    kinds: tuple[str, ...]
    slope: Floats
    shared: Floats
    start: float
    least: float
    most: float
    same: int = 0
    strangers: int = 0

    @classmethod
    def cautious(cls, kinds: Sequence[str]) -> Self:
        """The weights for a corpus with too little to learn from.

        They bear out no more than so few pairs could that nothing is fitted: log2(`ENOUGH`) bits.
        """
        level = np.array([SLOPE_COUNTED if kind in COUNTED else SLOPE for kind in kinds], np.float64)
        slope = np.repeat(level[:, None], _PIECES, axis=1)
        most = float(np.log2(ENOUGH))
        return cls(tuple(kinds), slope, np.full(len(kinds), SHARED), START, -most, most)

    @classmethod
    def fit(
        cls,
        bits: npt.ArrayLike,
        same: npt.ArrayLike,
        kinds: Sequence[str],
        weight: npt.ArrayLike | None = None,
        *,
        source: npt.ArrayLike | None = None,
        hidden: Sequence[Sequence[str]] = (),
    ) -> Self:
        """Weights that suit these pairs.

        Args:
            bits: shape (pairs, kinds), log2; 0 where a kind says nothing.
            same: bool, shape (pairs,): the weak label.
            kinds: names of the columns.
            weight: how many independent pairs each counts for, shape (pairs,); 1 if not given. Give the pairs
                of one group less, for they repeat each other.
            source: which label each pair has, 0 to n − 1, shape (pairs,); all 0 if not given. Pairs of
                several sources are stacked; each source has its own odds.
            hidden: for each source the kinds that its label comes from, as [["phone"], ["email", "url"]]. A
                source's pairs say nothing of its hidden kinds. A kind that every source hides keeps its
                cautious weights.

        Returns:
            The cautious model if no source has `ENOUGH` pairs of each answer.

        Raises:
            ValueError: if shapes do not match, bits are not finite, or a hidden kind is none of `kinds`.
        """
        begin = cls.cautious(kinds)
        x = begin._checked(bits).copy()
        y = np.asarray(same, np.bool_).ravel()
        w = np.ones(y.size) if weight is None else np.asarray(weight, np.float64).ravel()
        of = np.zeros(y.size, np.int64) if source is None else np.asarray(source, np.int64).ravel()
        if not x.shape[0] == y.size == w.size == of.size:
            raise ValueError("bits, same, weight and source must have one row for each pair")
        if not (np.isfinite(w).all() and (w >= 0).all()):
            raise ValueError("weights must be finite and not negative")
        offset, used = np.zeros(y.size), np.zeros(y.size, np.bool_)
        for number in np.unique(of):
            here = of == number
            if 0 <= number < len(hidden):
                x[np.ix_(here, [begin._column(kind) for kind in hidden[number]])] = 0
            ones, twos = float(w[here & y].sum()), float(w[here & ~y].sum())
            if min(ones, twos) >= ENOUGH:
                used |= here
                offset[here] = np.log2(ones / twos)
        if not used.any():
            return begin
        x, y, w, offset = x[used], y[used], w[used], offset[used]
        theta = _fitted(pieces(x), y, w, offset, begin._theta())
        slope, shared = _weights(theta, len(begin.kinds))
        model = cls(begin.kinds, slope, shared, float(theta[-1]), 0.0, 0.0)
        total, seen = model.total(x), w > 0
        least, most = bounds(total[y & seen], total[~y & seen])
        ones, twos = int((y & seen).sum()), int((~y & seen).sum())
        return cls(model.kinds, model.slope, model.shared, model.start, least, most, ones, twos)

    @property
    def is_fitted(self) -> bool:
        """Whether the weights were learned from pairs, rather than being the cautious ones."""
        return self.same > 0

    def total(self, bits: npt.ArrayLike) -> Floats:
        """Bits of all kinds together, for sorting and cutting, shape (pairs,)."""
        out: Floats = self.parts(bits).sum(axis=1)
        return out

    def bounded(self, bits: npt.ArrayLike) -> Floats:
        """The same, but no more for or against than the training pairs bear out: what may be *claimed*."""
        out: Floats = np.clip(self.total(bits), self.least, self.most)
        return out

    def parts(self, bits: npt.ArrayLike) -> Floats:
        """What the total is made of: a claim for each kind and, last, what is counted once, and the start.

        Returns:
            Shape (pairs, kinds + 1), whose rows sum to `total`.

        Raises:
            ValueError: if bits have another number of columns than the model has kinds, or are not finite.
        """
        claim = _claims(pieces(self._checked(bits)), self.slope)
        return np.column_stack([claim, self.start - _once(claim, self.shared)])

    def to_dict(self) -> dict[str, Any]:
        """The model as plain values, for JSON."""
        return {
            "kinds": list(self.kinds),
            "slope": self.slope.tolist(),
            "shared": self.shared.tolist(),
            "start": self.start,
            "least": self.least,
            "most": self.most,
            "same": self.same,
            "strangers": self.strangers,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The model that `to_dict` gave.

        Raises:
            KeyError: if a value is missing.
            ValueError: if there are not as many weights as kinds.
        """
        kinds = tuple(str(kind) for kind in values["kinds"])
        slope, shared = np.array(values["slope"], np.float64), np.array(values["shared"], np.float64)
        if slope.shape != (len(kinds), _PIECES) or shared.shape != (len(kinds),):
            raise ValueError(f"each kind needs {_PIECES} slopes and a share")
        start, least, most = (float(values[name]) for name in ("start", "least", "most"))
        return cls(kinds, slope, shared, start, least, most, int(values["same"]), int(values["strangers"]))

    def _theta(self) -> Floats:
        return np.concatenate([self.slope.ravel(), self.shared, [self.start]])

    def _column(self, kind: str) -> int:
        if kind not in self.kinds:
            raise ValueError(f"no kind is called {kind!r}: {', '.join(self.kinds)}")
        return self.kinds.index(kind)

    def _checked(self, bits: npt.ArrayLike) -> Floats:
        values = np.asarray(bits, np.float64)
        if values.ndim != 2 or values.shape[1] != len(self.kinds):
            raise ValueError(f"bits have shape {values.shape}, not (pairs, {len(self.kinds)})")
        if not np.isfinite(values).all():
            raise ValueError("bits must be finite")
        return values


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


def _weights(theta: Floats, kinds: int) -> tuple[Floats, Floats]:
    return theta[: _PIECES * kinds].reshape(kinds, _PIECES), theta[_PIECES * kinds : -1]


def _claims(x: Floats, slope: Floats) -> Floats:
    claim: Floats = np.einsum("nkp,kp->nk", x, slope)
    return claim


def _once(claim: Floats, shared: Floats) -> Floats:
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


def _sure(total: Floats) -> Floats:
    """Probability of the label "same" at these log2 odds.

    The labels are weak: a share of `SLIP` may be wrong, so that a single wrong one costs little however sure
    the others are.
    """
    with np.errstate(over="ignore"):
        out: Floats = SLIP + (1 - 2 * SLIP) / (1 + np.exp2(-total))
    return out


def _fitted(x: Floats, y: Bools, w: Floats, offset: Floats, begin: Floats) -> Floats:
    """The weights of least cost, by Fisher scoring with steps that stay within the limits.

    The cost is the weighed −log likelihood in nats, and half the squared distance from where it began in
    units of the pull.

    Args:
        x: pieces, shape (pairs, kinds, 3).
        y, w, offset: label, weight and log2 odds of the training pairs, shape (pairs,).
        begin: cautious weights, shape (weights,).
    """
    kinds, limited = x.shape[1], begin.size - 1
    low = np.concatenate([np.zeros(limited), [LOWEST_START]])
    high = np.concatenate([np.ones(limited), [0.0]])
    pull = 1 / np.concatenate([np.full(limited, PULL_SLOPE), [PULL_START]]) ** 2
    sign = np.where(y, 1.0, -1.0)

    def odds(theta: Floats) -> Floats:
        slope, shared = _weights(theta, kinds)
        claim = _claims(x, slope)
        out: Floats = claim.sum(axis=1) + theta[-1] - _once(claim, shared) + offset
        return out

    def cost(theta: Floats) -> float:
        away = theta - begin
        return float(pull @ (away * away) / 2 - w @ np.log(_sure(sign * odds(theta))))

    theta, now = begin, cost(begin)
    for _ in range(STEPS_AT_MOST):
        slope, shared = _weights(theta, kinds)
        by = _changes(x, _claims(x, slope), slope, shared)
        p = _sure(odds(theta))
        change = (p - SLIP) * (1 - SLIP - p) / (1 - 2 * SLIP) * _LN2
        down = by.T @ (w * change * (y - p) / (p * (1 - p))) - pull * (theta - begin)
        curve = (by * (w * change * change / (p * (1 - p)))[:, None]).T @ by + np.diag(pull)
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
