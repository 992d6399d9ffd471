"""How well the bits of a run mean what they say: measured on its own pairs, those that taught it nothing.

The labels are weak: a pair that shares a phone counts as one hand, matched strangers as two. What the label
comes from is hidden. Strangers are matched by place and month, so movement is hidden, too.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from filrouge.evidence.calibration import cllr, expected_calibration_error, min_cllr, reliability
from filrouge.evidence.joint import JointModel
from filrouge.evidence.scale import AT
from filrouge.networks.learning import HIDDEN, KINDS, LABELS, shares, without
from filrouge.networks.weighing import OWNERS_OF_STYLE, Weighed

PRIOR: Final = 0.5
"""At even odds the reliability is shown, however many strangers were drawn."""
QUANTILES: Final = (0.5, 0.9, 0.99, 0.999, 1.0)
"""Shares of the strangers for which it is said what they stay below."""


def calibration(weighed: Weighed, *, has_images: bool) -> dict[str, Any]:
    """All that says how sure a run may be, as plain values, for run.json.

    Args:
        weighed: the ties between voices.
        has_images: whether fingerprints of pictures came with the ads.
    """
    totals = decoy_totals(weighed)
    style = weighed.style
    return {
        "kinds": [_kind(weighed, k, has_images) for k in range(len(KINDS))],
        "checks": [_check(weighed, *check) for check in zip(LABELS, HIDDEN, strict=True)],
        "strangers": {
            "pairs": int(totals.size),
            "held_out": int(weighed.decoy_is_held_out.sum()),
            "by_movement": _by_movement_alone(weighed),
            "bits": {str(q): _plain(np.quantile(totals, q)) for q in QUANTILES} if totals.size else {},
        },
        "style": {
            name: _plain(getattr(style, name))
            for name in ("auc", "auc_least", "cllr", "least", "most", "owners")
        }
        if style
        else None,
        "phone_owners": weighed.phone_owners,
    }


def decoy_totals(weighed: Weighed) -> np.ndarray:
    """The bits of all pairs of strangers, of all kinds together; float64, shape (decoys,), ascending."""
    return np.sort(weighed.model.total(weighed.decoys))


def _by_movement_alone(weighed: Weighed) -> list[int]:
    """Of the strangers that reach each step of the verbal scale, how many would not without movement.

    Who moves together and shares nothing else may well be one organisation: these are the doubtful strangers.
    """
    totals = weighed.model.total(weighed.decoys)
    rest = weighed.model.total(without(weighed.decoys, ("movement",)))
    return [int(((totals >= step) & (rest < step)).sum()) for step in AT]


def _kind(weighed: Weighed, k: int, has_images: bool) -> dict[str, Any]:
    """The weights of a kind of tie, and whether it said anything."""
    model, begin = weighed.model, JointModel.cautious(KINDS)
    learned = not np.allclose(model.slope[k], begin.slope[k], rtol=0, atol=1e-6)
    pairs = int(np.count_nonzero(weighed.bits[:, k]))
    return {
        "kind": KINDS[k],
        "slope": [_plain(slope) for slope in model.slope[k]],
        "shared": _plain(model.shared[k]),
        "learned": learned,
        "pairs": pairs,
        "silent": None if pairs else _why_silent(weighed, KINDS[k], has_images),
    }


def _why_silent(weighed: Weighed, kind: str, has_images: bool) -> str:
    """Why a kind said nothing of any pair: an id that the reports put in words."""
    if kind == "image" and not has_images:
        return "no_images"
    if kind == "style" and weighed.style is None:
        return "few_owners" if weighed.phone_owners < OWNERS_OF_STYLE else "tells_nothing"
    return "no_pair"


def _check(weighed: Weighed, label: tuple[str, ...], hidden: tuple[str, ...]) -> dict[str, Any]:
    """The measures on the pairs held out, one hand by this label; None where an answer is missing."""
    one = weighed.bits[weighed.pair_is_held_out & shares(weighed.bits, label)]
    two = weighed.decoys[weighed.decoy_is_held_out]
    bits = without(np.vstack([one, two]), hidden)
    same = np.arange(len(bits)) < len(one)
    about: dict[str, Any] = {
        "label": list(label),
        "hidden": list(hidden),
        "same": len(one),
        "strangers": len(two),
    }
    if not (len(one) and len(two)):
        return about | dict.fromkeys(("cllr", "least_cllr", "cllr_of_totals", "error")) | {"reliability": []}
    claimed = weighed.model.bounded(bits)
    table = reliability(claimed, same, prior=PRIOR)
    return about | {
        "cllr": _plain(cllr(claimed, same)),
        "least_cllr": _plain(min_cllr(claimed, same)),
        "cllr_of_totals": _plain(cllr(weighed.model.total(bits), same)),
        "error": _plain(expected_calibration_error(claimed, same, prior=PRIOR)),
        "reliability": [{name: _plain(value) for name, value in row.items()} for row in table.to_dicts()],
    }


def _plain(value: Any) -> float | int:
    return value if isinstance(value, int) else round(float(value), 6)
