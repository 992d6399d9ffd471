"""What the opinions on a cluster or network come to. Pure: from what was said to what holds.

An opinion is independent if its giver had not seen another's. "Organised exploitation" and "independent" hold only
when two independent opinions say so, or when a supervisor has ruled between two that differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

KINDS: Final = ("organised", "spam", "scam", "advertising", "independent")
"""What is judged, each by itself."""
NEEDS_TWO: Final = frozenset({"organised", "independent"})
"""What one opinion alone does not make: it names people as organised, or lets their ads go."""
STEPS: Final = range(1, 6)
"""1 certainly not, 2 probably not, 3 as likely as not, 4 probably, 5 certainly."""
YES: Final = 4
CHECKED: Final = 3
"""Of first opinions that call for no second one, one in so many is checked by one all the same: else whoever is asked
would know what the first said, and agreement would be measured on one answer alone."""


class Verdict(StrEnum):
    """What the opinions on one kind come to."""

    NONE = "none"  # nobody answered, or could say
    NO = "no"
    WAITING = "waiting"  # one says so, where two are needed
    DIFFER = "differ"
    HOLDS = "holds"
    RULED_NO = "ruled_no"


@dataclass(frozen=True)
class Said:
    """A row of what was said; see `models.Opinion`. `by`: the number of the person; `name`: theirs."""

    id: int
    of: str
    number: int
    by: int
    name: str
    at: datetime
    turn: str
    undoes: int | None
    steps: Mapping[str, int]
    unsure: bool
    note: str
    ads: int
    seq: int
    batch: int

    @property
    def is_undo(self) -> bool:
        """Whether it takes something back."""
        return self.turn == "undo"

    @property
    def is_independent(self) -> bool:
        """Whether it was given without having seen another's."""
        return self.turn in ("first", "blind")

    def says(self, kind: str) -> bool:
        """Whether it says that this is probably or certainly so."""
        return self.steps.get(kind, 0) >= YES


@dataclass(frozen=True)
class Judged:
    """A cluster or network on which something was said.

    Attributes:
        of, number: "cluster" or "network", and its id.
        rows: all that was said, in order, undos among it.
    """

    of: str
    number: int
    rows: tuple[Said, ...]

    @cached_property
    def undone(self) -> frozenset[int]:
        """Rows that are taken back: an undo may be taken back as well."""
        out: set[int] = set()
        for row in reversed(self.rows):
            if row.undoes is not None and row.id not in out:
                out.add(row.undoes)
        return frozenset(out)

    @cached_property
    def opinions(self) -> tuple[Said, ...]:
        """What each person says now, the first opinion first: their last one that is not taken back."""
        last: dict[tuple[int, bool], Said] = {}
        for row in self.rows:
            if not row.is_undo and row.id not in self.undone:
                last[row.by, row.turn == "ruling"] = row
        return tuple(sorted(last.values(), key=lambda row: row.id))

    @property
    def independent(self) -> tuple[Said, ...]:
        """Those of them that were given without having seen another's."""
        return tuple(row for row in self.opinions if row.is_independent)

    @property
    def ruling(self) -> Said | None:
        """What a supervisor ruled last."""
        return next((row for row in reversed(self.opinions) if row.turn == "ruling"), None)

    def own(self, person: int) -> Said | None:
        """What a person says now, a ruling apart."""
        return next((row for row in self.opinions if row.by == person and row.turn != "ruling"), None)

    def answers(self, kind: str) -> tuple[Said, ...]:
        """The opinions that decide on a kind: where two are needed, those that are independent.

        Who is unsure has answered, too.
        """
        some = (
            self.independent if kind in NEEDS_TWO else tuple(r for r in self.opinions if r.turn != "ruling")
        )
        return tuple(row for row in some if kind in row.steps or row.unsure)

    def verdict(self, kind: str) -> Verdict:
        """What the opinions on a kind come to."""
        answers = self.answers(kind)
        said = [row.says(kind) for row in answers]
        differ = any(said) and not all(said)
        waits = kind in NEEDS_TWO and len(said) < 2 and any(row.says(kind) for row in self.opinions)
        if differ or waits:
            ruling = self.ruling
            if ruling is not None and kind in ruling.steps:
                return Verdict.HOLDS if ruling.says(kind) else Verdict.RULED_NO
            return Verdict.WAITING if waits else Verdict.DIFFER
        if any(said):
            return Verdict.HOLDS
        return Verdict.NO if any(kind in row.steps for row in answers) else Verdict.NONE

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """Of each kind."""
        return {kind: self.verdict(kind) for kind in KINDS}

    def kinds_that_are(self, verdict: Verdict) -> tuple[str, ...]:
        """The kinds of which the opinions come to this."""
        return tuple(kind for kind in KINDS if self.verdicts[kind] is verdict)

    @property
    def is_unsure(self) -> bool:
        """Whether somebody could not say, and nobody could."""
        return bool(self.opinions) and all(row.unsure for row in self.opinions)

    @property
    def wants_ruling(self) -> bool:
        """Whether opinions differ and nobody has ruled yet."""
        return Verdict.DIFFER in self.verdicts.values()

    @property
    def to_settle(self) -> tuple[str, ...]:
        """The kinds that a ruling has to settle."""
        if not self.wants_ruling:
            return ()
        return tuple(kind for kind, v in self.verdicts.items() if v in (Verdict.DIFFER, Verdict.WAITING))

    def wants_second(self, case: int) -> bool:
        """Whether a second opinion is wanted. Where two differ already, a supervisor settles all of it."""
        if self.wants_ruling:
            return False
        if Verdict.WAITING in self.verdicts.values():
            return True
        return len(self.opinions) == len(self.independent) == 1 and is_checked(case, self.of, self.number)

    def is_let_go(self, ads: int) -> bool:
        """Whether it is agreed to be independent, and is still about what was judged.

        Args:
            ads: that it has now. What has grown by half since is looked at again.
        """
        if self.verdicts["independent"] is not Verdict.HOLDS:
            return False
        judged = max((row.ads for row in self.independent), default=0)
        return ads <= max(judged * 1.5, judged + 1)


def is_checked(case: int, of: str, number: int) -> bool:
    """Whether a first opinion is checked though it calls for no second one: by its number, as if by lot."""
    drawn = sha256(f"{case}:{of}:{number}".encode()).digest()
    return int.from_bytes(drawn[:4], "big") % CHECKED == 0


def judged(rows: Iterable[Said]) -> dict[tuple[str, int], Judged]:
    """What was said, by what it was said of; rows in the order of their ids."""
    found: dict[tuple[str, int], list[Said]] = {}
    for row in rows:
        found.setdefault((row.of, row.number), []).append(row)
    return {key: Judged(*key, tuple(said)) for key, said in found.items()}


def double_opinions(every: Iterable[Judged]) -> list[Sequence[Said]]:
    """The independent opinions of each thing that has at least two: what agreement is measured on."""
    return [one.independent for one in every if len(one.independent) >= 2]


def as_said(row: Any) -> Said:
    """A row of the table as a plain value."""
    return Said(
        row.id, row.of, row.number, row.user_id, row.user.name, row.at, row.turn, row.undoes,
        {kind: int(step) for kind, step in row.steps.items()}, row.unsure, row.note, row.ads, row.seq, row.batch,
    )  # fmt: skip
