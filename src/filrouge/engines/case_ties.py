"""What ties two ads or clusters of a case, in bits by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.engines.case_sheets import ClusterTie, Strangers
from filrouge.engines.voices import reach_of
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

    kinds: tuple[str, ...] = KINDS
    of_two_texts: tuple[str, ...] = OF_TWO_TEXTS

    @classmethod
    def cautious(cls, cut: float) -> Weights:
        """Where no run weighed ties: of the text what strangers reach by chance is taken off."""
        return cls(JointModel.cautious(KINDS), (cut, cut))

    def text(self, bits: float, *, same_agency: bool) -> float:
        """What is left of the bits of two texts when what strangers' texts save is taken off."""
        return max(bits - self.level[int(same_agency)], 0.0)

    def reach(self, bits: float) -> Strangers | None:
        """How many pairs of strangers reach so many bits."""
        if not self.strangers.size:
            return None
        found = reach_of(self.strangers, bits)
        return Strangers(found.strangers, found.reach, found.one_in, found.at_least_one_in)


def waterfall_of_shared(
    model: JointModel, text: float, shared: pl.DataFrame
) -> tuple[tuple[tuple[str, float], ...], float, float]:
    """The waterfall of a text in common and of shared identifiers, its total, and what may be claimed.

    Args:
        model: the weights.
        text: bits of the text.
        shared: kind, worth.
    """
    row = np.zeros((1, len(KINDS)))
    row[0, KINDS.index("text")] = text
    for kind, worth in shared.select("kind", "worth").iter_rows():
        row[0, KINDS.index(kind)] += worth
    parts = tuple((part["kind"], part["bits"]) for part in waterfall_of(model.parts(row)[0]))
    return parts, float(model.total(row)[0]), float(model.bounded(row)[0])


def for_and_against(
    ties: Sequence[ClusterTie],
) -> tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]:
    """The bits of some ties summed by kind: those for one hand, and those against; "once" is left out."""
    pro, contra = dict.fromkeys(KINDS, 0.0), dict.fromkeys(KINDS, 0.0)
    for tie in ties:
        for kind, bits in tie.parts:
            if kind != "once":
                (pro if bits > 0 else contra)[kind] += bits
    return (
        tuple((kind, round(bits, 1)) for kind, bits in pro.items() if bits > 0),
        tuple((kind, round(bits, 1)) for kind, bits in contra.items() if bits < 0),
    )
