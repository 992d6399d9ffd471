"""What makes one number of the bits of all kinds of tie in a view, and what pairs of strangers reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filrouge.engines.voices import Reach, reach_of
from filrouge.evidence.joint import JointModel
from filrouge.networks.learning import KINDS
from filrouge.networks.units import TYING
from filrouge.networks.waterfall import waterfall_of

OF_TWO_TEXTS: Final = ("text", *TYING)
"""Kinds that two ads alone can show; the others need the habits of many."""


@dataclass(frozen=True)
class Weights:
    """What makes one number of the bits of all kinds.

    Attributes:
        model: fitted by the run, or cautious.
        level: bits that strangers' texts save on two agencies, and on one.
        strangers: bits of pairs of strangers, ascending; empty where no run measured them.
    """

    model: JointModel
    level: tuple[float, float]
    strangers: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def cautious(cls, cut: float) -> Weights:
        """Where no run weighed ties: of the text what strangers reach by chance is taken off."""
        return cls(JointModel.cautious(KINDS), (cut, cut))

    def reach(self, bits: float) -> Reach | None:
        """How many pairs of strangers reach so many bits; None where no run measured it."""
        return reach_of(self.strangers, bits) if self.strangers.size else None

    def waterfall(self, bits: NDArray[np.float64]) -> tuple[tuple[str, float], ...]:
        """The parts of one tie's total by kind; bits: shape (kinds,)."""
        return as_waterfall(self.model.parts(bits[None])[0])


def as_waterfall(parts: NDArray[np.float64]) -> tuple[tuple[str, float], ...]:
    """The parts of a total by kind, those that are not 0; "once" comes last."""
    return tuple((part["kind"], part["bits"]) for part in waterfall_of(parts))
