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
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filrouge.networks.style_columns import COLUMNS, GROUPS
from filrouge.networks.style_features import Float32Array, Spans, style_features
from filrouge.networks.style_learning import (
    BOUND,
    LEAST_OWNERS,
    LEAST_STRANGERS,
    SURE,
    Float64Array,
    HeldOut,
    Pairs,
    auc_of,
    heard_of,
    likeness,
    moments,
)

__all__ = ["BOUND", "LEAST_OWNERS", "LEAST_STRANGERS", "SURE", "Spans", "StyleModel", "style_features"]

_BLOCK: Final = 1 << 14


@dataclass(frozen=True)
class StyleModel:
    """How many bits a likeness of style is worth on this corpus.

    Attributes:
        alike: for each habit, the correlation between two ads of one writer, shape (habits,).
        weights: of each group of habits, in nats, shape (groups,).
        constant: nats of two ads that write as the corpus does on average.
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
        pairs = Pairs.of(features, a, b, np.asarray(same, bool), groups, seed)
        if pairs is None:
            return None
        held = pairs.held_out()
        if held is None:
            return None
        auc = auc_of(held.heard * held.score, held.same, held.weight)
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
        alike, weights, constant, _ = pairs.learn(np.ones(pairs.same.size, bool))
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
            heard = heard_of(one[:, 0], other[:, 0])
            like = likeness(*moments(one[:, 1:], other[:, 1:]), self.alike) @ self.weights
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
        plain = {f.name: stored[f.name] for f in fields(cls) if f.name not in ("alike", "weights")}
        return cls(alike=alike, weights=weights, **plain)


def _supported(bits: Float64Array, held: HeldOut, owners: int) -> tuple[float, float]:
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
