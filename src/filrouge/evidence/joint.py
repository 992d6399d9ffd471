"""All kinds of tie between two ads put together in one likelihood ratio, so that nothing counts twice.

For a pair with the bits x of each kind k:

    claim(k) = slope(k) · damped(x(k))                             0 ≤ slope ≤ 1
    total    = start + sum of claims
               − what several claims *for* have in common, which counts once
               − what several claims *against* have in common, which counts once

What is common: of each claim the share shared(k), 0 to 1, may come from one and the same event (a text that was
copied with its phone and its style). Of these parts the greatest counts, the others do not:

    once = sum of shared(k) · claim(k) − greatest of shared(k) · claim(k)

With two kinds of one share that is share · min(claim, claim). No claim can lower the total by being stronger.

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
DAMPED_FROM = 32.0
"""Bits of one kind beyond this count by their logarithm only."""
SLIP = 0.005
"""Share of the labels that is taken to be wrong."""
ENOUGH = 100
"""Pairs of each answer without which nothing is fitted."""
STEPS_AT_MOST = 60
SETTLED = 1e-7
"""Gain per pair, in nats, below which a step is the last."""
_HALVINGS = 30
_LN2 = float(np.log(2))


@dataclass(frozen=True)
class JointModel:
    """Weights of all kinds of tie. Made by `fit`, `cautious` or `from_dict`.

    Attributes:
        kinds: names of the columns of bits.
        slope, shared: by kind, 0 to 1.
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
        slope = np.array([SLOPE_COUNTED if kind in COUNTED else SLOPE for kind in kinds], np.float64)
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
        theta = _fitted(damped(x), y, w, offset, begin._theta())
        k = len(begin.kinds)
        model = cls(begin.kinds, theta[:k], theta[k : 2 * k], float(theta[-1]), 0.0, 0.0)
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
        claim = self.slope * damped(self._checked(bits))
        once = np.full(claim.shape[0], self.start)
        if claim.shape[1]:
            for sign in (1.0, -1.0):
                common = self.shared * np.maximum(sign * claim, 0)
                once -= sign * (common.sum(axis=1) - common.max(axis=1))
        return np.column_stack([claim, once])

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
        if not slope.shape == shared.shape == (len(kinds),):
            raise ValueError("each kind needs a slope and a share")
        start, least, most = (float(values[name]) for name in ("start", "least", "most"))
        return cls(kinds, slope, shared, start, least, most, int(values["same"]), int(values["strangers"]))

    def _theta(self) -> Floats:
        return np.concatenate([self.slope, self.shared, [self.start]])

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


def _eta(x: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Total bits of damped bits x, and how they change with the weights, shape (pairs, weights)."""
    k = x.shape[1]
    slope, shared = theta[:k], theta[k : 2 * k]
    total = x @ slope + theta[-1]
    by_slope, by_shared = x.copy(), np.zeros_like(x)
    for sign in (1.0, -1.0):
        side = np.maximum(sign * x, 0)
        common = side * (slope * shared)
        greatest = common.max(axis=1, keepdims=True)
        # Where several are greatest, as equal columns are, each is treated alike.
        lead = (common == greatest).astype(np.float64)
        lead /= lead.sum(axis=1, keepdims=True)
        kept = sign * (1 - lead) * side
        total -= sign * (common.sum(axis=1) - greatest[:, 0])
        by_slope -= kept * shared
        by_shared -= kept * slope
    return total, np.column_stack([by_slope, by_shared, np.ones(x.shape[0])])


def _cost(total: Floats, y: Bools, w: Floats, offset: Floats) -> tuple[float, Floats, Floats]:
    """Weighed −log likelihood in nats, its slope by the total of each pair, and Fisher's information.

    The labels are weak: one in 1/`SLIP` may be wrong, so a single wrong one costs little however sure the
    others are.
    """
    with np.errstate(over="ignore"):
        sure = 1 / (1 + np.exp2(-(total + offset)))
    p = SLIP + (1 - 2 * SLIP) * sure
    change = (1 - 2 * SLIP) * sure * (1 - sure) * _LN2
    cost = -float(w @ np.where(y, np.log(p), np.log1p(-p)))
    spread = p * (1 - p)
    return cost, -w * (y - p) / spread * change, w * change * change / spread


def _fitted(x: Floats, y: Bools, w: Floats, offset: Floats, begin: Floats) -> Floats:
    """The weights of least cost, by Fisher scoring with steps that stay within the limits."""
    k = x.shape[1]
    low = np.concatenate([np.zeros(2 * k), [LOWEST_START]])
    high = np.concatenate([np.ones(2 * k), [0.0]])
    pull = 1 / np.concatenate([np.full(2 * k, PULL_SLOPE), [PULL_START]]) ** 2
    theta = begin

    def cost_at(weights: Floats) -> float:
        away = weights - begin
        return _cost(_eta(x, weights)[0], y, w, offset)[0] + float(pull @ (away * away)) / 2

    now = cost_at(theta)
    for _ in range(STEPS_AT_MOST):
        total, by = _eta(x, theta)
        _, first, second = _cost(total, y, w, offset)
        slope = by.T @ first + pull * (theta - begin)
        curve = (by * second[:, None]).T @ by + np.diag(pull)
        stuck = ((theta <= low) & (slope > 0)) | ((theta >= high) & (slope < 0))
        free = np.flatnonzero(~stuck)
        if not free.size:
            break
        newton, plain = np.zeros_like(theta), np.zeros_like(theta)
        newton[free] = -np.linalg.solve(curve[np.ix_(free, free)], slope[free])
        plain[free] = -slope[free] / np.diag(curve)[free]
        better = now
        # The greatest of several claims has a kink; there a plain step may help where Newton's does not.
        for step in (newton, plain):
            for halving in range(_HALVINGS):
                tried = np.clip(theta + step * 0.5**halving, low, high)
                cost = cost_at(tried)
                if cost < better:
                    theta, better = tried, cost
                    break
            if better < now:
                break
        gain, now = now - better, better
        if gain <= SETTLED * float(w.sum()):
            break
    return theta
