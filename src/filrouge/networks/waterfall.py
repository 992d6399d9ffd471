"""What each kind of evidence claims for a pair of voices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from filrouge.networks.learning import KINDS
from filrouge.networks.weighing import Weighed


def waterfall(weighed: Weighed, pair: int) -> list[dict[str, Any]]:
    """What each kind of evidence claims for a pair, and what was counted once; the parts sum to the total."""
    return waterfall_of(weighed.model.parts(weighed.bits[pair : pair + 1])[0])


def waterfall_of(parts: Sequence[float] | np.ndarray) -> list[dict[str, Any]]:
    """The parts of a pair's total by kind, those that are not 0; "once" comes last."""
    names = (*KINDS, "once")
    return [
        {"kind": name, "bits": round(float(part), 2)}
        for name, part in zip(names, parts, strict=True)
        if abs(part) >= 0.005
    ]
