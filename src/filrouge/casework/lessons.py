"""What labels could teach: pairs that people have judged, with the bits that the program gave them.

Nothing is learned from a label by itself. A supervisor looks at what it would be, and writes it to a file; the file is
in the form that the measures of `evidence.calibration` take. No weight changes by it.

An agreed label teaches only where it says who is behind the ads. "Organised exploitation", "spam" and "scam" that two
people gave to a network independently say that its clusters are of one source; a wrong join says that two things are
not. An advertising service writes for many, and independent people may be several: these teach nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.casework.models import Case, Lesson, Opinion, User
from filrouge.casework.verdicts import Verdict
from filrouge.engines.case_sheets import UnknownCluster, UnknownNetwork
from filrouge.errors import FilrougeError
from filrouge.evidence.calibration import cllr, min_cllr
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.casework.judging import Board
    from filrouge.engines.case_apart import Apart
    from filrouge.engines.casebook import Casebook

ONE_SOURCE: Final = ("organised", "spam", "scam")
WRONG: Final = "wrong_join"
MOST_TIES: Final = 30
"""Of one network: a large one must not outweigh all others."""


@dataclass(frozen=True)
class Pair:
    """A pair that people have judged.

    Attributes:
        of: "clusters" or "ads".
        one, other: their ids.
        bits: that the program gave the two, all kinds together.
        same: whether they are of one source, by what people said.
        label: by which label, or `WRONG`.
        opinions: how many independent opinions it rests on.
    """

    of: str
    one: int
    other: int
    bits: float
    same: bool
    label: str
    opinions: int


def judged_pairs(book: Casebook, board: Board, apart: Apart) -> list[Pair]:
    """The pairs that the labels of a case have judged, each once; what is kept apart is never of one source.

    Args:
        book: of the case, as runs left it: nothing kept apart.
        board: what was judged.
        apart: what is kept apart.
    """
    wrong = {(pair.of, pair.one, pair.other): pair for pair in _wrong(book, apart)}
    out = dict(wrong)
    for pair in _one_source(book, board):
        out.setdefault((pair.of, pair.one, pair.other), pair)
    return sorted(out.values(), key=lambda pair: (pair.label, pair.of, pair.one, pair.other))


def _one_source(book: Casebook, board: Board) -> Iterator[Pair]:
    for (of, number), one in board.judged.items():
        label = next((kind for kind in ONE_SOURCE if one.verdicts[kind] is Verdict.HOLDS), None)
        opinions = len(one.answers(label)) if label else 0
        if of != "network" or label is None or len(one.independent) < 2:
            continue
        try:
            ties = book.network(board.lineage.now((of, number))[1]).ties
        except UnknownNetwork:
            continue
        inside = [tie for tie in ties if tie.one >= 0 and tie.other >= 0 and not tie.possible]
        for tie in inside[:MOST_TIES]:
            a, b = sorted((tie.one, tie.other))
            yield Pair("clusters", a, b, tie.bits, True, label, opinions)


def _wrong(book: Casebook, apart: Apart) -> Iterator[Pair]:
    for one, other in sorted(apart.pairs):
        try:
            yield Pair("clusters", one, other, book.tie_of_clusters(one, other).total, False, WRONG, 1)
        except UnknownCluster:
            continue
    for one, other in sorted(apart.of_ads):
        yield Pair("ads", one, other, book.tie(one, other).total, False, WRONG, 1)


def measured(pairs: list[Pair]) -> tuple[float, float] | None:
    """The Cllr of the bits on these pairs, and the least that it could be; None without pairs of both answers."""
    bits, same = _arrays(pairs)
    if same.all() or not same.any():
        return None
    return cllr(bits, same), min_cllr(bits, same)


def as_csv(pairs: list[Pair]) -> bytes:
    """The pairs as a table."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Pair)])
    for pair in pairs:
        of, one, other, bits, same, label, opinions = astuple(pair)
        writer.writerow([of, one, other, f"{bits:.2f}", int(same), label, opinions])
    return text.getvalue().encode()


def read_pairs(path: Path) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The bits of a table of `as_csv`, and whether each pair is of one source: what `evidence.calibration` takes."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return np.array([float(row["bits"]) for row in rows]), np.array(
        [row["same"] == "1" for row in rows], bool
    )


def hand_over(db: Session, by: User, case: Case, pairs: list[Pair], *, seq: int, folder: Path) -> Lesson:
    """Write the pairs to a file, and that it was done.

    Args:
        db: a transaction.
        by: who decided it.
        case: whose labels.
        pairs: see `judged_pairs`.
        seq: the snapshot that they were looked up in.
        folder: of people's data.

    Raises:
        Refused: if there are none.
    """
    if not pairs:
        raise Refused(
            _("There is nothing to learn from yet: no label says of a pair whether it is of one source.")
        )
    table = as_csv(pairs)
    last = db.scalar(select(func.max(Opinion.id)).where(Opinion.case_id == case.id)) or 0
    lesson = Lesson(
        case_id=case.id,
        user_id=by.id,
        seq=seq,
        pairs=len(pairs),
        sha256=sha256(table).hexdigest(),
        last_opinion=last,
    )
    db.add(lesson)
    db.flush()
    path = path_of(folder, lesson)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(table)
    note(
        db, by, "labels.handed_over", case=case, subject=f"lesson:{lesson.id}", pairs=lesson.pairs,
        sha256=lesson.sha256, seq=seq,
    )  # fmt: skip
    return lesson


def path_of(folder: Path, lesson: Lesson) -> Path:
    """Where the table of a lesson lies."""
    return folder / "lessons" / f"judged-pairs-{lesson.case_id}-{lesson.id}.csv"


class Altered(FilrougeError):
    """A table that is not as it was written."""

    def __init__(self) -> None:
        super().__init__(_("The table is missing, or was altered since it was written. Write it anew."))


def table_of(folder: Path, lesson: Lesson) -> bytes:
    """The table of a lesson.

    Raises:
        Altered: if it is not as it was written.
    """
    path = path_of(folder, lesson)
    table = path.read_bytes() if path.is_file() else b""
    if sha256(table).hexdigest() != lesson.sha256:
        raise Altered
    return table


def lessons_of(db: Session, case: Case) -> list[Lesson]:
    """What was handed over, the newest first."""
    return list(db.scalars(select(Lesson).where(Lesson.case_id == case.id).order_by(Lesson.id.desc())))


def _arrays(pairs: list[Pair]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([pair.bits for pair in pairs], float), np.array([pair.same for pair in pairs], bool)
