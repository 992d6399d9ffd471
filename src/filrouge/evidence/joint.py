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
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from filrouge.evidence.calibration import Floats, bounds
from filrouge.evidence.fitting import PIECES, Pairs, claims, fitted, once, pieces, split

COUNTED = ("text", "phone", "email", "url", "handle", "payment", "image", "movement")
"""Kinds whose bits are counted exactly from the corpus."""
SLOPE_COUNTED = 0.8
"""Cautious slope of these."""
SLOPE = 0.5
"""Cautious slope of all other kinds, whose bits come from a model."""
SHARED = 0.8
"""Cautious share of a claim that is taken to come from the same event as other claims."""
START = -1.0
"""Cautious start: sharing nothing is a little less usual for one source than for two."""
ENOUGH = 100
"""Pairs of each answer without which nothing is fitted."""


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
        slope = np.repeat(level[:, None], PIECES, axis=1)
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
        groups = []
        for number in np.unique(of):
            here = (of == number) & (w > 0)
            if 0 <= number < len(hidden):
                x[np.ix_(here, [begin._column(kind) for kind in hidden[number]])] = 0
            groups.append((np.flatnonzero(here & y), np.flatnonzero(here & ~y)))
        groups = [pair for pair in groups if min(w[rows].sum() for rows in pair) >= ENOUGH]
        if not groups:
            return begin
        learned = Pairs.joined([Pairs.sampled(x, w, *pair) for pair in groups])
        theta = fitted(learned, begin._theta())
        slope, shared = split(theta, len(begin.kinds))
        model = cls(begin.kinds, slope, shared, float(theta[-1]), 0.0, 0.0)
        used = np.concatenate([rows for pair in groups for rows in pair])
        ones, twos = int(y[used].sum()), int((~y[used]).sum())
        return replace(model, same=ones, strangers=twos).borne_out_by(x[used], y[used])

    def borne_out_by(self, bits: npt.ArrayLike, same: npt.ArrayLike) -> Self:
        """The same weights, with the bounds that these pairs bear out: held-out ones, or those of another corpus.

        Args:
            bits: shape (pairs, kinds); set the kinds that the label comes from to 0.
            same: bool, shape (pairs,).
        """
        total, truth = self.total(bits), np.asarray(same, np.bool_).ravel()
        least, most = bounds(total[truth], total[~truth])
        return replace(self, least=least, most=most)

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
        claim = claims(pieces(self._checked(bits)), self.slope)
        return np.column_stack([claim, self.start - once(claim, self.shared)])

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
        if slope.shape != (len(kinds), PIECES) or shared.shape != (len(kinds),):
            raise ValueError(f"each kind needs {PIECES} slopes and a share")
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
