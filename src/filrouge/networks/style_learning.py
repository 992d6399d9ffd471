"""How style is learned: likeness of habits, weighed by pairs of known writers, judged on writers held out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filrouge.networks.style_columns import COLUMNS, GROUPS
from filrouge.networks.style_features import Float32Array

Float64Array = NDArray[np.float64]

LEAST_OWNERS: Final = 30
"""Independent owners of shared numbers below which the model is silent."""
LEAST_STRANGERS: Final = 100
"""Stranger pairs below which the model is silent."""
LEAST_KEPT: Final = 60
"""Characters of an ad that are not masked below which its style says nothing."""
HALF_HEARD: Final = 100.0
"""Characters at which an ad's style counts for half."""
BOUND: Final = 3.0
"""Bits that style never passes, either way."""
SURE: Final = 0.01
"""The held-out AUC must be above one half at this level, one-sided, over resampled owners."""
FOLDS: Final = 6
RESAMPLES: Final = 400
MOST_PAIRS: Final = 6_000
"""Pairs of each kind that are learned from."""
_MEMBER: Final = np.array([[c.group == g for g in GROUPS] for c in COLUMNS], np.float32)


def heard_of(one: Float32Array, other: Float32Array) -> Float64Array:
    """How far two ads' styles can be heard, 0 to 1, by their characters that were not masked."""
    least = np.minimum(one, other).astype(np.float64)
    heard: Float64Array = np.where(least >= LEAST_KEPT, least / (least + HALF_HEARD), 0.0)
    return heard


def moments(one: Float32Array, other: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Of each pair's habits: the products, and the means of the squares."""
    return one * other, np.float32(0.5) * (one * one + other * other)


def likeness(product: Float32Array, square: Float32Array, alike: Float64Array) -> Float64Array:
    """By group of habits: log likelihood ratio, less its constant, as if habits were independent and normal."""
    r = np.clip(alike, 0.0, 0.95)
    of_product = ((r / (1 - r * r))[:, None] * _MEMBER).astype(np.float32)
    of_square = ((r * r / (1 - r * r))[:, None] * _MEMBER).astype(np.float32)
    like: Float64Array = (product @ of_product - square @ of_square).astype(np.float64)
    return like


def _logistic(x: Float64Array, same: NDArray[np.bool_], weight: Float64Array, ridge: float) -> Float64Array:
    """Weights of a logistic regression without a constant, none below 0 but the first; Newton's method."""
    use = np.ones(x.shape[1], bool)
    scale = np.sqrt(np.average(x * x, axis=0, weights=weight)) + 1e-9
    beta = np.zeros(x.shape[1])
    while True:
        z = x[:, use] / scale[use]
        b = np.zeros(int(use.sum()))
        for _ in range(30):
            p = 1 / (1 + np.exp(-np.clip(z @ b, -30, 30)))
            slope = z.T @ (weight * (same - p)) - ridge * b
            curve = (z * (weight * p * (1 - p))[:, None]).T @ z + ridge * np.eye(b.size)
            step = np.linalg.solve(curve, slope)
            b += np.clip(step, -2.0, 2.0)
            if np.abs(step).max() < 1e-8:
                break
        beta[:] = 0.0
        beta[use] = b / scale[use]
        # Being alike never speaks for two writers: a group that says so is chance.
        wrong = beta < 0
        wrong[0] = False
        if not wrong.any():
            return beta
        use &= ~wrong


def _balanced(weight: Float64Array, same: NDArray[np.bool_]) -> Float64Array:
    """Weights by which strangers count as much as the owners do: log odds are then log likelihood ratios."""
    return np.where(same, weight, weight * (weight[same].sum() / weight[~same].sum()))


def auc_of(
    score: Float64Array,
    same: NDArray[np.bool_],
    weight: Float64Array,
    order: NDArray[np.int64] | None = None,
) -> float:
    """Weighted chance that a pair of one writer scores above a pair of two; `order` sorts the scores."""
    order = np.argsort(score, kind="stable") if order is None else order
    # Ties count half: those of one score are taken together.
    new = np.diff(score[order], prepend=-np.inf) > 0
    at = np.cumsum(new) - 1
    one = np.bincount(at, np.where(same, weight, 0.0)[order])
    two = np.bincount(at, np.where(same, 0.0, weight)[order])
    return float((one * (np.cumsum(two) - two / 2)).sum() / (one.sum() * two.sum()))


@dataclass(frozen=True)
class Pairs:
    """Pairs to learn from: both ads long enough, an owner's pairs weighing one together."""

    product: Float32Array
    square: Float32Array
    heard: Float64Array
    same: NDArray[np.bool_]
    weight: Float64Array
    owner: NDArray[np.int64]
    fold: NDArray[np.int64]
    owners: int

    @classmethod
    def of(
        cls, features: Float32Array, a: NDArray[np.integer], b: NDArray[np.integer], same: NDArray[np.bool_],
        groups: NDArray[np.integer], seed: int,
    ) -> Pairs | None:  # fmt: skip
        """The usable ones of the pairs, or None if they are too few."""
        draw = np.random.default_rng(seed)
        usable = heard_of(features[a, 0], features[b, 0]) > 0
        rows = []
        for which in (same & usable, ~same & usable):
            some = np.flatnonzero(which)
            rows.append(
                np.sort(draw.choice(some, MOST_PAIRS, replace=False)) if some.size > MOST_PAIRS else some
            )
        kept = np.concatenate(rows)
        a, b, same = np.asarray(a)[kept], np.asarray(b)[kept], same[kept]
        # An ad whose owner is unknown is its own.
        known = np.where(
            np.asarray(groups) < 0, np.arange(len(groups)) + np.max(groups, initial=0) + 1, groups
        )
        names, owner = np.unique(np.stack([known[a], known[b]]), return_inverse=True)
        owner = owner.reshape(2, -1)
        of_one = np.bincount(owner[0, same], minlength=names.size)
        owners = int((of_one > 0).sum())
        if owners < LEAST_OWNERS or int((~same).sum()) < LEAST_STRANGERS:
            return None
        weight = np.ones(same.size)
        weight[same] = 1.0 / of_one[owner[0, same]]
        # Owners with shared numbers are dealt out evenly: each fold has its part of them.
        deal = draw.permutation(names.size)
        deal = deal[np.argsort(of_one[deal] == 0, kind="stable")]
        fold = np.empty(names.size, np.int64)
        fold[deal] = np.arange(names.size) % FOLDS
        one, other = features[a], features[b]
        heard = heard_of(one[:, 0], other[:, 0])
        product, square = moments(one[:, 1:], other[:, 1:])
        return cls(product, square, heard, same, weight, owner, fold[owner], owners)

    def learn(
        self, use: NDArray[np.bool_]
    ) -> tuple[Float64Array, Float64Array, float, Float64Array]:  # fmt: skip
        """From the pairs in `use`: how alike one writer's habits are, weights of groups, the constant.

        Returns:
            These, and the score that they give to each of all the pairs.
        """
        weight = np.where(use, _balanced(np.where(use, self.weight, 0.0), self.same), 0.0)
        owners = float(weight[self.same].sum())
        one, two = (np.where(k, weight, 0.0).astype(np.float32) / owners for k in (self.same, ~self.same))
        shared, chance = one @ self.product, two @ self.product
        wide = (one + two) @ self.square / 2 + 1e-6
        spread = np.sqrt(one @ (self.product * self.product) / owners)
        # Less one standard error: what may be chance is not learned.
        alike = np.clip((shared - chance - spread) / wide, 0.0, 0.9).astype(np.float64)
        like = likeness(self.product, self.square, alike)
        x = self.heard[use, None] * np.column_stack([np.ones(int(use.sum())), like[use]])
        beta = _logistic(x, self.same[use], weight[use], 2.0)
        return alike, beta[1:], float(beta[0]), like @ beta[1:] + beta[0]

    def held_out(self) -> HeldOut | None:
        """Scores by models that have seen neither owner.

        Each model leaves two folds out, and judges every pair within the two: so the pairs of one writer and
        of two are judged by the same models, which a plain cross-validation would not do.

        Returns:
            None if the strangers are so few people that none can be held out.
        """
        rows, scores, folds = [], [], []
        for p, q in combinations(range(FOLDS), 2):
            inside = ((self.fold == p) | (self.fold == q)).all(axis=0)
            use = ((self.fold != p) & (self.fold != q)).all(axis=0)
            if not inside.any() or not self.same[use].any() or self.same[use].all():
                continue
            rows.append(np.flatnonzero(inside))
            scores.append(self.learn(use)[3][inside])
            folds.append(np.broadcast_to([[p], [q]], (2, rows[-1].size)))
        row = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        if self.same[row].all() or not self.same[row].any():
            return None
        weight = self.weight[row] / np.bincount(row, minlength=self.same.size)[row]
        return HeldOut(
            np.concatenate(scores), self.heard[row], self.same[row], weight, self.owner[:, row],
            np.concatenate(folds, axis=1),
        )  # fmt: skip


@dataclass(frozen=True)
class HeldOut:
    """Scores of pairs whose owners the model had not seen; a pair within one fold is judged several times."""

    score: Float64Array
    heard: Float64Array
    same: NDArray[np.bool_]
    weight: Float64Array
    owner: NDArray[np.int64]
    fold: NDArray[np.int64]

    def calibrated(self, use: NDArray[np.bool_]) -> tuple[float, float]:
        """Slope and offset that make scores log likelihood ratios; a small sample shrinks them to 0."""
        x = self.heard[use, None] * np.stack([np.ones(int(use.sum())), self.score[use]], axis=1)
        weight = _balanced(self.weight[use], self.same[use])
        offset, slope = _logistic(x, self.same[use], weight, 2.0)
        return float(slope), float(offset)

    def bits(self) -> Float64Array:
        """The scores as bits, calibrated by pairs of other owners only; within ±`BOUND`."""
        bits = np.zeros(self.score.size)
        for p, q in combinations(range(FOLDS), 2):
            out = (self.fold[0] == p) & (self.fold[1] == q)
            use = ((self.fold != p) & (self.fold != q)).all(axis=0)
            if out.any() and self.same[use].any() and not self.same[use].all():
                slope, offset = self.calibrated(use)
                bits[out] = self.heard[out] * (slope * self.score[out] + offset) / np.log(2)
        return np.clip(bits, -BOUND, BOUND)

    def least_auc(self, seed: int) -> float:
        """The AUC that resampled owners stay above, all but `SURE` of the times."""
        draw = np.random.default_rng(seed + 1)
        score = self.heard * self.score
        order = np.argsort(score, kind="stable")
        found = []
        for _ in range(RESAMPLES):
            times = draw.poisson(1.0, int(self.owner.max()) + 1).astype(np.float64)
            one, other = times[self.owner[0]], times[self.owner[1]]
            weight = self.weight * np.where(self.same, one, one * other)
            if weight[self.same].any() and weight[~self.same].any():
                found.append(auc_of(score, self.same, weight, order))
        return float(np.quantile(found, SURE))
