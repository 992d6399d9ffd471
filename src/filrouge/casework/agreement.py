"""How well the people of a case agree: on each kind by its steps, and on what a thing is above all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from filrouge.casework.verdicts import KINDS, Said, double_opinions
from filrouge.evidence.agreement import Level, alpha, interval, units_of

if TYPE_CHECKING:
    from filrouge.casework.judging import Board

FEW: Final = 10
"""With fewer double opinions nothing should be read into the number."""
SEED: Final = 2004
MAIN: Final = "kind"
"""What a thing is above all, as a code."""


@dataclass(frozen=True)
class Agreement:
    """How well people agree on one thing.

    Attributes:
        kind: one of `KINDS`, or `MAIN`.
        level: "ordinal" of steps, "nominal" of kinds.
        alpha, least, most: Krippendorff's alpha, and its interval (95 %); NaN where nothing can be said.
        units: how many clusters and networks two people judged, each without knowing of the other.
    """

    kind: str
    level: Level
    alpha: float
    least: float
    most: float
    units: int

    @property
    def is_few(self) -> bool:
        """Whether it rests on too little."""
        return self.units < FEW


def measured(board: Board) -> list[Agreement]:
    """How well people agree, of all that two of them judged independently; what was taken back is not in it."""
    doubles = double_opinions(board.judged.values())
    out = [
        _measured(kind, "ordinal", [[said.steps.get(kind) for said in one] for one in doubles])
        for kind in KINDS
    ]
    return [_measured(MAIN, "nominal", [[main_kind(said) for said in one] for one in doubles]), *out]


def main_kind(said: Said) -> int:
    """What somebody says that it is above all: 1 + the place of the kind with the highest step, if it is "probably" or
    more; 0 for none of these, -1 for unsure.
    """
    if said.unsure:
        return -1
    most = max(KINDS, key=lambda kind: said.steps.get(kind, 0))
    return 1 + KINDS.index(most) if said.says(most) else 0


def _measured(kind: str, level: Level, doubles: list[list[int | None]]) -> Agreement:
    people = max(map(len, doubles), default=2)
    values = np.full((len(doubles), people), np.nan)
    for unit, said in enumerate(doubles):
        for k, value in enumerate(said):
            if value is not None:
                values[unit, k] = value
    least, most = interval(values, level, seed=SEED)
    return Agreement(kind, level, alpha(values, level), least, most, units_of(values))
