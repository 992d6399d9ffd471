"""Writing style as evidence, in bits: learned from the corpus, calibrated on pairs that it did not learn from.

Ads that share a number across templates are weak labels for one writer, matched strangers for two. Style is
weak evidence: the bits are bounded, shrunk, and nothing at all where the corpus does not show that style
tells writers apart. They never tie two ads alone.

Source: shared numbers as labels, Saxena et al., "IDTraffickers" (EMNLP 2023); two-covariance scoring, Sizov,
Lee & Kinnunen (S+SSPR 2014); calibration of scores by logistic regression, Brümmer & du Preez (CSL 20:2,
2006); bounds that the number of pairs supports, Vergeer et al. (Science & Justice 56:6, 2016).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

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
MOST_PAIRS: Final = 10_000
"""Pairs of each kind that are learned from."""
_BLOCK: Final = 1 << 16
_MEMBER: Final = np.array([[c.group == g for g in GROUPS] for c in COLUMNS], np.float32)


@dataclass(frozen=True)
class StyleModel:
    """How many bits a likeness of style is worth on this corpus.

    Attributes:
        alike: for each habit, the correlation between two ads of one writer, shape (habits,).
        weights: of each group of habits, in nats, shape (groups,).
        constant: nats of a pair whose habits say nothing; below 0, since most likenesses are chance.
        slope, offset: calibration on held-out pairs.
        least, most: bounds in bits that the held-out pairs support.
        auc: on held-out pairs.
        auc_least: its lower confidence bound over owners.
        cllr: cost of the calibrated log likelihood ratios on held-out pairs, in bits; 1 says nothing.
        owners: independent owners that were learned from.
        strangers: stranger pairs that were learned from.
    """

    alike: Float64Array
    weights: Float64Array
    constant: float
    slope: float
    offset: float
    least: float
    most: float
    auc: float
    auc_least: float
    cllr: float
    owners: int
    strangers: int

    @classmethod
    def fit(
        cls,
        features: Float32Array,
        a: NDArray[np.integer],
        b: NDArray[np.integer],
        same: NDArray[np.bool_],
        groups: NDArray[np.integer],
        *,
        seed: int = 0,
    ) -> StyleModel | None:
        """A model fitted to weakly labelled pairs, or None where it would say nothing.

        Args:
            features: from `style_features`, shape (ads, 1 + habits).
            a, b: ads of each pair, shape (pairs,).
            same: whether the pair shares a number across different templates (which is masked); else the two
                are matched strangers, shape (pairs,).
            groups: the owner of each ad as far as the numbers tell, -1 where unknown, shape (ads,). Pairs are
                held out by owner, never one by one, and each owner counts once however many pairs it has.
            seed: decides who is held out when.

        Returns:
            None with fewer than `LEAST_OWNERS` owners or `LEAST_STRANGERS` stranger pairs, or where the
            held-out AUC is not above one half with confidence 1 - `SURE`.
        """
        pairs = _Pairs.of(features, a, b, np.asarray(same, bool), groups, seed)
        if pairs is None:
            return None
        held = pairs.held_out()
        auc = _auc(held.heard * held.score, held.same, held.weight)
        auc_least = held.least_auc(seed)
        slope, offset = held.calibrated(np.ones(held.same.size, bool))
        if auc_least <= 0.5 or slope <= 0.0:
            return None
        bits = held.bits()
        least, most = _supported(bits, held, pairs.owners)
        if least == most:
            return None
        bits = np.clip(bits, least, most)
        cost = np.log2(1 + np.exp2(np.where(held.same, -bits, bits)))
        cllr = sum(float(np.average(cost[k], weights=held.weight[k])) for k in (held.same, ~held.same)) / 2
        alike, weights, constant = pairs.learn(np.ones(pairs.same.size, bool))
        strangers = int((~pairs.same).sum())
        return cls(
            alike,
            weights,
            constant,
            slope,
            offset,
            least,
            most,
            auc,
            auc_least,
            cllr,
            pairs.owners,
            strangers,
        )

    def bits(self, features: Float32Array, a: NDArray[np.integer], b: NDArray[np.integer]) -> Float32Array:
        """log2 of the likelihood ratio, one writer to two, by style alone; 0 where an ad is too short.

        Returns:
            Shape (pairs,), within `least` to `most`, symmetric in a and b.
        """
        out = np.zeros(len(a), np.float32)
        for first in range(0, len(a), _BLOCK):
            one, other = features[a[first : first + _BLOCK]], features[b[first : first + _BLOCK]]
            heard = _heard(one[:, 0], other[:, 0])
            like = _likeness(one[:, 1:], other[:, 1:], self.alike) @ self.weights
            nats = heard * (self.slope * (like + self.constant) + self.offset)
            out[first : first + _BLOCK] = np.clip(nats / np.log(2), self.least, self.most)
        return out

    def to_dict(self) -> dict[str, Any]:
        """Everything that decides the bits, and how good they are, for run.json; plain numbers by name."""
        plain = {
            name: round(float(getattr(self, name)), 6)
            for name in ("constant", "slope", "offset", "least", "most", "auc", "auc_least", "cllr")
        }
        return {
            **plain,
            "owners": self.owners,
            "strangers": self.strangers,
            "weights": {g: round(float(w), 6) for g, w in zip(GROUPS, self.weights, strict=True)},
            "alike": {c.name: round(float(r), 6) for c, r in zip(COLUMNS, self.alike, strict=True) if r > 0},
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> StyleModel:
        """The model that `to_dict` wrote, to six decimals."""
        alike = np.array([stored["alike"].get(c.name, 0.0) for c in COLUMNS])
        weights = np.array([stored["weights"].get(g, 0.0) for g in GROUPS])
        plain = {key: value for key, value in stored.items() if key not in ("alike", "weights")}
        return cls(alike=alike, weights=weights, **plain)


def _heard(one: Float32Array, other: Float32Array) -> Float64Array:
    """How far two ads' styles can be heard, 0 to 1, by their characters that were not masked."""
    least = np.minimum(one, other).astype(np.float64)
    heard: Float64Array = np.where(least >= LEAST_KEPT, least / (least + HALF_HEARD), 0.0)
    return heard


def _likeness(one: Float32Array, other: Float32Array, alike: Float64Array) -> Float64Array:
    """By group of habits: log likelihood ratio, less its constant, as if habits were independent and normal."""
    r = np.clip(alike, 0.0, 0.95)
    product = (r / (1 - r * r))[:, None] * _MEMBER
    square = (0.5 * r * r / (1 - r * r))[:, None] * _MEMBER
    like = (one * other) @ product.astype(np.float32)
    like -= (one * one + other * other) @ square.astype(np.float32)
    return like.astype(np.float64)


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


def _auc(
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


def _supported(bits: Float64Array, held: _HeldOut, owners: int) -> tuple[float, float]:
    """The least and most bits for which, with one more misleading case, one decides no worse than without style.

    Vergeer et al. (2016), by owners instead of pairs: at the threshold t of a likelihood ratio, deciding by
    style costs misses + t * false alarms, and without it the lesser of 1 and t.
    """
    n = float(owners)
    one, two = (np.where(k, held.weight, 0) / held.weight[k].sum() for k in (held.same, ~held.same))
    others = min(float((~held.same).sum()), 2.0 * n)
    least = most = 0.0
    for t in np.arange(0.05, BOUND + 0.01, 0.05):
        missed = ((one * (bits < t)).sum() * n + 1) / (n + 1)
        false = ((two * (bits >= t)).sum() * others + 1) / (others + 1)
        if missed + 2**t * false >= 1:
            break
        most = float(t)
    for t in np.arange(0.05, BOUND + 0.01, 0.05):
        missed = ((one * (bits < -t)).sum() * n + 1) / (n + 1)
        false = ((two * (bits >= -t)).sum() * others + 1) / (others + 1)
        if missed + 2**-t * false >= 2**-t:
            break
        least = -float(t)
    return least, most


@dataclass(frozen=True)
class _Pairs:
    """Pairs to learn from: both ads long enough, an owner's pairs weighing one together."""

    one: Float32Array
    other: Float32Array
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
    ) -> _Pairs | None:  # fmt: skip
        """The usable ones of the pairs, or None if they are too few."""
        draw = np.random.default_rng(seed)
        usable = _heard(features[a, 0], features[b, 0]) > 0
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
        heard = _heard(one[:, 0], other[:, 0])
        return cls(one[:, 1:], other[:, 1:], heard, same, weight, owner, fold[owner], owners)

    def learn(self, use: NDArray[np.bool_]) -> tuple[Float64Array, Float64Array, float]:
        """From the pairs in `use`: how alike one writer's habits are, weights of groups, and the constant."""
        product = self.one[use] * self.other[use]
        square = 0.5 * (self.one[use] ** 2 + self.other[use] ** 2)
        same, weight = self.same[use], _balanced(self.weight[use], self.same[use])
        wide = np.average(square, axis=0, weights=weight) + 1e-6
        shared = np.average(product[same], axis=0, weights=weight[same])
        chance = np.average(product[~same], axis=0, weights=weight[~same])
        owners = float(weight[same].sum())
        spread = np.sqrt(np.average(product[same] ** 2, axis=0, weights=weight[same]) / owners)
        # Less one standard error: what may be chance is not learned.
        alike = np.clip((shared - chance - spread) / wide, 0.0, 0.9).astype(np.float64)
        like = _likeness(self.one[use], self.other[use], alike)
        x = self.heard[use][:, None] * np.column_stack([np.ones(like.shape[0]), like])
        beta = _logistic(x, same, weight, 2.0)
        return alike, beta[1:], float(beta[0])

    def held_out(self) -> _HeldOut:
        """Scores by models that have seen neither owner.

        Each model leaves two folds out, and judges every pair within the two: so the pairs of one writer and
        of two are judged by the same models, which a plain cross-validation would not do.
        """
        rows, scores, folds = [], [], []
        for p, q in combinations(range(FOLDS), 2):
            inside = ((self.fold == p) | (self.fold == q)).all(axis=0)
            use = ((self.fold != p) & (self.fold != q)).all(axis=0)
            if not inside.any() or not self.same[use].any() or self.same[use].all():
                continue
            alike, weights, constant = self.learn(use)
            rows.append(np.flatnonzero(inside))
            scores.append(_likeness(self.one[inside], self.other[inside], alike) @ weights + constant)
            folds.append(np.broadcast_to([[p], [q]], (2, rows[-1].size)))
        row = np.concatenate(rows)
        weight = self.weight[row] / np.bincount(row, minlength=self.same.size)[row]
        return _HeldOut(
            np.concatenate(scores), self.heard[row], self.same[row], weight, self.owner[:, row],
            np.concatenate(folds, axis=1),
        )  # fmt: skip


@dataclass(frozen=True)
class _HeldOut:
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
                found.append(_auc(score, self.same, weight, order))
        return float(np.quantile(found, SURE))
