"""Judging clusters and networks: opinions given and taken back, rulings, and what all of it comes to in a case."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from filrouge.casework import blind
from filrouge.casework.access import Permission, may
from filrouge.casework.audit import note as note_trail
from filrouge.casework.cases import belonging
from filrouge.casework.errors import Refused
from filrouge.casework.lineage import Lineage, What
from filrouge.casework.models import BlindTask, Case, Opinion, User
from filrouge.casework.verdicts import KINDS, NEEDS_TWO, STEPS, Judged, Said, Verdict, as_said, judged
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

LONGEST_NOTE: Final = 4_000
MOST_AT_ONCE: Final = 200
"""Leads that one click may label."""
ROOMS_KEPT: Final = 64
"""Cases whose labels are held ready."""


@dataclass(frozen=True)
class Board:
    """All that was judged in a case.

    Attributes:
        judged: by ("cluster" | "network", id).
        wanted: on what a second opinion is wanted, and not given yet.
        lineage: what became of ids.
    """

    judged: Mapping[What, Judged]
    wanted: frozenset[What]
    lineage: Lineage

    @cached_property
    def heirs(self) -> dict[What, tuple[Judged, ...]]:
        """What was judged and then merged into something else, by what it is now."""
        out: dict[What, tuple[Judged, ...]] = {}
        for what, one in self.judged.items():
            today = self.lineage.now(what)
            if today != what:
                out[today] = (*out.get(today, ()), one)
        return out

    def of(self, what: What) -> Judged:
        """What was said of a thing; perhaps nothing."""
        return self.judged.get(what) or Judged(*what, ())

    def inherited(self, what: What) -> tuple[Judged, ...]:
        """What was said of others that a run merged into it."""
        return self.heirs.get(what, ())

    def split_from(self, what: What) -> Judged | None:
        """What was said of that from which a run split it off; the label stayed there."""
        parent = self.lineage.split_from.get(what)
        return self.judged.get(self.lineage.now(parent)) if parent else None

    def is_open_to(self, person: int, what: What) -> bool:
        """Whether a person may see what others said of a thing: not while they could be asked for a second opinion."""
        one = self.of(what)
        if any(row.by == person and row.turn == "blind" for row in one.rows):
            return True
        # What was taken back must not colour what somebody new will say.
        return what not in self.wanted and (bool(one.opinions) or any(row.by == person for row in one.rows))

    def labels(self, what: What, person: int) -> list[tuple[str, Verdict]]:
        """What a person sees of the labels of a thing: kinds and what they come to, its heirs' too."""
        out: list[tuple[str, Verdict]] = []
        for one in (self.of(what), *self.inherited(what)):
            if self.is_open_to(person, (one.of, one.number)):
                out += [
                    (kind, verdict)
                    for kind, verdict in one.verdicts.items()
                    if verdict in (Verdict.HOLDS, Verdict.WAITING, Verdict.DIFFER)
                ]
            else:
                own = one.own(person)
                out += [(kind, Verdict.WAITING) for kind in KINDS if own is not None and own.says(kind)]
        return list(dict.fromkeys(out))

    @cached_property
    def independent(self) -> dict[What, Judged]:
        """What is agreed to be independent; see `Judged.is_let_go`."""
        return {
            what: one
            for what, one in self.judged.items()
            if one.verdicts["independent"] is Verdict.HOLDS and self.lineage.now(what) == what
        }


class Boards:
    """The boards of cases, read anew when something was said or the workspace moved on."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[tuple[Any, ...], Board] = {}
        self._lineages: dict[tuple[int, int], Lineage] = {}

    def board(self, db: Session, case: Case, ws: Workspace, until: datetime | None = None) -> Board:
        """What was judged in a case.

        Args:
            db: a transaction.
            case: which.
            ws: the view, whose runs merge and split.
            until: what was said later is not known; None for now.
        """
        # How many, too: what was said of ads that are destroyed goes with them.
        last = tuple(
            db.execute(
                select(func.max(Opinion.id), func.count(Opinion.id)).where(Opinion.case_id == case.id)
            ).one()
        )
        # Of now, whatever day is looked at: the past must not tell what is held back today.
        tasks = blind.wanted(db, case)
        # A view of a past day and one of now can have the same snapshot.
        key = (case.id, last, tasks, ws.snapshot.seq, len(ws.snapshots()), until)
        with self._guard:
            found = self._kept.get(key)
        if found is not None:
            return found
        rows = [said for said in _rows(db, case) if until is None or said.at <= until]
        made = Board(judged(rows), tasks, self._lineage(ws))
        with self._guard:
            self._kept[key] = made
            while len(self._kept) > ROOMS_KEPT:
                self._kept.pop(next(iter(self._kept)))
        return made

    def _lineage(self, ws: Workspace) -> Lineage:
        key = (ws.snapshot.seq, len(ws.snapshots()))
        found = self._lineages.get(key)
        if found is None:
            found = Lineage.of(ws)
            with self._guard:
                if len(self._lineages) > 8:
                    self._lineages.clear()
                self._lineages[key] = found
        return found


def _rows(db: Session, case: Case) -> list[Said]:
    return [
        as_said(row)
        for row in db.scalars(select(Opinion).where(Opinion.case_id == case.id).order_by(Opinion.id))
    ]


def judged_now(db: Session, case: Case, what: What) -> Judged:
    """What was said of one thing, read from the database."""
    of, number = what
    rows = db.scalars(
        select(Opinion)
        .where(Opinion.case_id == case.id, Opinion.of == of, Opinion.number == number)
        .order_by(Opinion.id)
    )
    return Judged(of, number, tuple(as_said(row) for row in rows))


# -- saying something -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What a form says: steps by kind, or unsure; and a note."""

    steps: Mapping[str, int]
    unsure: bool = False
    note: str = ""

    def checked(self) -> Answer:
        """The same, if it says something that can be said.

        Raises:
            Refused: else.
        """
        if set(self.steps) - set(KINDS) or any(step not in STEPS for step in self.steps.values()):
            raise Refused(_("A label has a kind, and a step from 1 to 5."))
        if len(self.note) > LONGEST_NOTE:
            raise Refused(_("The note is too long: {most} characters at most.").format(most=LONGEST_NOTE))
        if not self.steps and not self.unsure and not self.note.strip():
            raise Refused(
                _("Nothing was answered yet: choose a step, say that you are unsure, or write a note.")
            )
        if self.steps and self.unsure:
            raise Refused(_("An opinion is either on the steps or unsure, not both."))
        return self


def give(
    db: Session, by: User, case: Case, what: What, answer: Answer, *, ads: int, seq: int, batch: int = 0
) -> Opinion:
    """Say something of a cluster or network. It stands beside what others said, and replaces what one said oneself.

    Raises:
        Refused: if a second opinion is wanted and the person is not who gave the first: theirs has to be blind.
    """
    so_far = judged_now(db, case, what)
    others = [row for row in so_far.opinions if row.by != by.id]
    mine = so_far.own(by.id)
    if others and what in blind.wanted(db, case) and mine is None:
        raise Refused(
            _(
                "A second opinion is wanted here, from somebody who has not seen the first. Give it in the room Judge."
            )
        )
    # Who revises what they said before others' were to be seen, has seen nothing yet.
    unseen = not others or (mine is not None and mine.turn == "first" and what in blind.wanted(db, case))
    return _write(
        db, by, case, what, answer.checked(), "first" if unseen else "open", ads=ads, seq=seq, batch=batch
    )


def give_to_many(
    db: Session, by: User, case: Case, ads_of: Mapping[What, int], answer: Answer, *, seq: int
) -> tuple[int, list[What]]:
    """Say the same of several; what needs a blind opinion of this person is passed over.

    Returns:
        The number of the batch, by which all of it can be taken back, and what was passed over.
    """
    if len(ads_of) > MOST_AT_ONCE:
        raise Refused(_("Too many at once: {most} at most.").format(most=MOST_AT_ONCE))
    batch = (db.scalar(select(func.max(Opinion.batch)).where(Opinion.case_id == case.id)) or 0) + 1
    passed: list[What] = []
    for what, ads in ads_of.items():
        try:
            give(db, by, case, what, answer, ads=ads, seq=seq, batch=batch)
        except Refused:
            if answer.checked():
                passed.append(what)
    return batch, passed


def give_blind(
    db: Session, by: User, case: Case, task: BlindTask, answer: Answer, *, ads: int, seq: int
) -> Opinion:
    """Give the second opinion that was asked for.

    Raises:
        Refused: if it says nothing of what needs two opinions, nor that the person is unsure.
    """
    if not answer.unsure and NEEDS_TWO - set(answer.steps):
        raise Refused(
            _(
                "Say how likely organised exploitation is, and how likely independent work, or that you are unsure."
            )
        )
    what = task.of, task.number
    said = _write(db, by, case, what, answer.checked(), "blind", ads=ads, seq=seq)
    blind.finish(task, said)
    # Only now is this one no more awaited: another may be.
    blind.look_after(db, case, judged_now(db, case, what))
    return said


def hand_back(db: Session, by: User, case: Case, task: BlindTask) -> None:
    """Hand a second opinion back unanswered. One is not asked again; somebody else is, if it is still wanted."""
    blind.give_up(db, by, case, task)
    blind.look_after(db, case, judged_now(db, case, (task.of, task.number)))


def rule(db: Session, by: User, case: Case, what: What, answer: Answer, *, ads: int, seq: int) -> Opinion:
    """Settle what two opinions differ on.

    Raises:
        Refused: if nothing differs, or who rules gave one of the two.
    """
    so_far = judged_now(db, case, what)
    differ = so_far.to_settle
    if not differ and so_far.ruling is None:
        raise Refused(_("Nothing differs here: there is nothing to settle."))
    if any(row.by == by.id and not row.is_undo for row in so_far.rows if row.turn != "ruling"):
        raise Refused(_("Who gave one of the opinions cannot settle between them. Ask another supervisor."))
    if answer.unsure or set(differ) - set(answer.steps):
        raise Refused(_("Give a step for each kind on which the opinions differ."))
    return _write(db, by, case, what, answer.checked(), "ruling", ads=ads, seq=seq)


def take_back(db: Session, by: User, case: Case, opinion_id: int) -> Opinion:
    """Take something back: an opinion, or a taking back. What was said stays in the history.

    Raises:
        Refused: if there is no such thing, it is taken back already, or it is another's and the person does not lead
            the case.
    """
    row = belonging(db, case, Opinion, opinion_id)
    if row is None:
        raise Refused(_("There is no such opinion in this case."))
    so_far = judged_now(db, case, (row.of, row.number))
    if row.id in so_far.undone:
        raise Refused(_("This was taken back already."))
    if row.user_id != by.id and not may(by, Permission.LEAD, case):
        raise Refused(_("Only who gave an opinion, or a supervisor of the case, takes it back."))
    undo = Opinion(
        case_id=case.id, of=row.of, number=row.number, user_id=by.id, turn="undo", undoes=row.id,
        ads=row.ads, seq=row.seq,
    )  # fmt: skip
    db.add(undo)
    db.flush()
    blind.look_after(db, case, judged_now(db, case, (row.of, row.number)))
    note_trail(
        db,
        by,
        "opinion.taken_back",
        case=case,
        subject=f"{row.of}:{row.number}",
        opinion=row.id,
        undo=undo.id,
    )
    return undo


def take_back_batch(db: Session, by: User, case: Case, batch: int) -> int:
    """Take back what one click said of many; how many of these were not taken back before."""
    rows = db.scalars(
        select(Opinion).where(Opinion.case_id == case.id, Opinion.batch == batch, Opinion.user_id == by.id)
    ).all()
    count = 0
    for row in rows:
        if batch and row.id not in judged_now(db, case, (row.of, row.number)).undone:
            take_back(db, by, case, row.id)
            count += 1
    return count


def _write(
    db: Session,
    by: User,
    case: Case,
    what: What,
    answer: Answer,
    turn: str,
    *,
    ads: int,
    seq: int,
    batch: int = 0,
) -> Opinion:
    of, number = what
    row = Opinion(
        case_id=case.id, of=of, number=number, user_id=by.id, turn=turn, steps=dict(answer.steps),
        unsure=answer.unsure, note=answer.note.strip(), ads=ads, seq=seq, batch=batch,
    )  # fmt: skip
    db.add(row)
    db.flush()
    blind.look_after(db, case, judged_now(db, case, what))
    # The trail tells that and of what, never what: whoever reads it might be asked for a second opinion.
    note_trail(db, by, f"opinion.{turn}", case=case, subject=f"{of}:{number}", opinion=row.id)
    return row


def can_be_ruled_by(user: User, case: Case, one: Judged) -> bool:
    """Whether a person may settle a difference."""
    gave = any(row.by == user.id for row in one.rows if row.turn != "ruling" and not row.is_undo)
    return may(user, Permission.LEAD, case) and not gave


def history(one: Judged, person: int, *, open_: bool) -> Sequence[Said]:
    """What was said of a thing, the newest first; of others only where it is open to the person."""
    return [row for row in reversed(one.rows) if open_ or row.by == person]


def waiting_for_ruling(board: Board, but: Collection[What] = ()) -> list[Judged]:
    """What differs and is not settled."""
    return [one for what, one in board.judged.items() if one.wants_ruling and what not in but]
