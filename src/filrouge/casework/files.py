"""Files that people bring into a case: kept sealed, looked at, taken in by a job, told of with their custody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.ads.columns import Columns
from filrouge.ads.readers.preview import ENOUGH, WHOLE, Preview, preview
from filrouge.ads.schema import FIELDS
from filrouge.casework import jobs
from filrouge.casework.audit import note
from filrouge.casework.cases import belonging
from filrouge.casework.database import after_commit
from filrouge.casework.errors import NotThere, Refused
from filrouge.casework.models import BroughtFile, Case, Job, User, now
from filrouge.casework.spool import Spool, Writing
from filrouge.corpus.workspace import Workspace
from filrouge.errors import (
    AmbiguousColumn,
    FilrougeError,
    NoAds,
    NoHeader,
    NoTextColumn,
    UnknownColumn,
    WrongDelimiter,
)
from filrouge.i18n import _

INGEST: Final = "ingest"
KEPT: Final = timedelta(days=7)
"""How long a file waits to be taken in."""
LARGEST: Final = 2_000_000_000
"""Bytes of a file, unless the administrator says otherwise."""
_LONGEST_NAME: Final = 120
_REORDERING: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Arrived:
    """A file that was written to the spool."""

    name: str
    sha256: str
    bytes: int
    spooled: str

    @classmethod
    def of(cls, name: str, writing: Writing) -> Arrived:
        """What a finished writing is."""
        return cls(harmless(name), writing.sha256, writing.size, writing.name)


def harmless(name: str) -> str:
    """The name of a file as it may be shown and written down: no folder, nothing that is not seen."""
    bare = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    bare = "".join(c for c in _REORDERING.sub("", bare) if unicodedata.category(c)[0] != "C").strip(" .")
    if len(bare) > _LONGEST_NAME:
        ending = bare[-16:]
        bare = bare[: _LONGEST_NAME - len(ending) - 1] + "…" + ending
    return bare if bare not in ("", "-") else _("unnamed")


# -- bringing -------------------------------------------------------------------------------------------------


def bring(db: Session, case: Case, user: User, arrived: Arrived) -> tuple[BroughtFile, bool]:
    """Write down that a file was brought.

    Args:
        db: a transaction of `Database.writing`.

    Returns:
        Its row, and whether it is a new one: the same bytes that wait in this case already are not kept twice.

    Raises:
        Refused: if the case is closed, or the file empty.
    """
    must_be_open(case)
    if not arrived.bytes:
        raise Refused(_("{file}: the file is empty. Export it again.").format(file=arrived.name))
    same = select(BroughtFile).where(
        BroughtFile.case_id == case.id, BroughtFile.sha256 == arrived.sha256, BroughtFile.state == "waiting"
    )
    there = db.scalars(same).unique().first()
    if there is not None:
        return there, False
    file = BroughtFile(case_id=case.id, user_id=user.id, columns={}, state="waiting", **asdict(arrived))
    db.add(file)
    db.flush()
    db.refresh(file, ["user"])
    note(
        db, user, "file.brought", case=case, subject=f"file:{file.id}", sha256=file.sha256, bytes=file.bytes,
    )  # fmt: skip
    return file, True


def bring_all(
    writing: Callable[[], AbstractContextManager[Session]],
    spool: Spool,
    case: Case,
    user: User,
    arrived: Sequence[Arrived],
) -> tuple[list[tuple[BroughtFile, bool]], list[str]]:
    """Write down that files were brought, each by itself; what is not kept goes from the spool.

    Args:
        writing: gives a transaction of `Database.writing`, for each file another.

    Returns:
        The rows, each with whether it is new; and why others were refused.
    """
    rows, troubles = [], []
    for file in arrived:
        try:
            with writing() as db:
                row, new = bring(db, case, user, file)
        except Refused as trouble:
            spool.delete(file.spooled)
            troubles.append(str(trouble))
            continue
        if not new:
            spool.delete(file.spooled)
        rows.append((row, new))
    return rows, troubles


def of_case(db: Session, case: Case, number: int) -> BroughtFile:
    """A file that was brought into a case.

    Raises:
        NotThere: if there is none of that number.
    """
    file = belonging(db, case, BroughtFile, number)
    if file is None:
        raise NotThere
    return file


def has_brought(db: Session, case: Case, user: User, seq: int) -> bool:
    """Whether a person brought the file of a snapshot: they have seen what is in it."""
    mine = select(Job).where(Job.kind == INGEST, Job.case_id == case.id, Job.user_id == user.id)
    return any(job.result.get("snapshot") == seq for job in db.scalars(mine).unique() if job.result)


def must_be_open(case: Case) -> None:
    """Refuse to bring anything into a closed case.

    Raises:
        Refused: then.
    """
    if case.closed is not None:
        raise Refused(_("This case is closed: nothing is taken in or written in it any more."))


def drop(db: Session, spool: Spool, file: BroughtFile, user: User) -> None:
    """Put a file away that waits.

    Raises:
        Refused: if it is being taken in.
    """
    if file.state != "waiting":
        return
    job = db.get(Job, file.job_id) if file.job_id is not None else None
    if job is not None and job.state in jobs.OPEN:
        raise Refused(_("This file is being taken in. Cancel that first."))
    put_away(db, spool, file, "dropped")
    note(db, user, "file.dropped", case=file.case_id, subject=f"file:{file.id}")


def put_away(db: Session, spool: Spool, file: BroughtFile, state: str) -> None:
    """Say what became of a file, and delete it once that is written."""
    spooled = file.spooled
    file.state, file.spooled = state, ""
    after_commit(db, lambda: spool.delete(spooled))


def waiting(db: Session, case: Case) -> Sequence[BroughtFile]:
    """The files of a case that wait, the newest first."""
    rows = select(BroughtFile).where(BroughtFile.case_id == case.id, BroughtFile.state == "waiting")
    return db.scalars(rows.order_by(BroughtFile.id.desc())).unique().all()


def set_columns(file: BroughtFile, chosen: Mapping[str, str | None]) -> None:
    """Say which column is what: its header, None where no column is; a field that is not named is guessed."""
    file.columns = {field: chosen[field] for field in FIELDS if field in chosen}


def columns_of(file: BroughtFile) -> Columns:
    """Which column the person said is what."""
    named = {field: header for field, header in file.columns.items() if header is not None}
    return Columns(**named, without=frozenset(file.columns) - frozenset(named) - {"text"})


def in_plain_words(trouble: FilrougeError) -> str:
    """What is wrong with a file, for somebody who chooses columns on a page.

    No word of its rows is in it: partners read what came of a job, and so does who has opened nothing.
    """
    if isinstance(trouble, NoHeader):
        return _(
            "The first row of this file looks like an ad. Put a row with the names of the columns above it, such as: "
            "id,text,agency,posted,location"
        )
    if isinstance(trouble, WrongDelimiter):
        return _(
            "The columns of this file cannot be told apart. Part them by a comma, a tab, a semicolon or a bar (|), and "
            "bring it again."
        )
    if isinstance(trouble, NoTextColumn):
        return _("No column of this file seems to hold the text of the ads. Choose the one that does.")
    if isinstance(trouble, UnknownColumn):
        return _("A column that was chosen is not in this file. Choose again.")
    if isinstance(trouble, AmbiguousColumn):
        return _("Two columns of this file have one name. Give each its own in the file, and bring it again.")
    if isinstance(trouble, NoAds):
        return _(
            "No ad could be read from this file. Look at it again: perhaps another column holds the text."
        )
    return str(trouble)


def take_in(db: Session, case: Case, user: User, file: BroughtFile) -> Job:
    """Have the ads of a file taken into the workspace; the job that does so already, if one does.

    Raises:
        Refused: if the case is closed, or the file does not wait any more.
    """
    must_be_open(case)
    if file.state != "waiting":
        raise Refused(_("This file does not wait any more. Bring it again if it is needed."))
    if file.job_id is not None:
        before = db.get(Job, file.job_id)
        if before is not None and before.state in jobs.OPEN:
            return before
    job = jobs.start(db, INGEST, case, user, file=file.id)
    file.job_id = job.id
    return job


@jobs.beginning_again(INGEST)
def _taken_in_again(db: Session, job: Job, user: User) -> Job:
    """The file knows of the new job."""
    anew = jobs.begun_again(db, job, user)
    file = db.get(BroughtFile, job.arguments["file"])
    if file is not None:
        file.job_id = anew.id
    return anew


def looked_at(spool: Spool, file: BroughtFile) -> Preview:
    """What the file seems to be, read as its columns say."""
    data = spool.beginning(file.spooled, 2 * ENOUGH)
    if data.startswith(b"PAR1") and len(data) < file.bytes <= WHOLE:
        data = spool.read(file.spooled)
    return preview(file.name, data, columns_of(file), whole=len(data) == file.bytes)


def sweep(db: Session, spool: Spool) -> None:
    """Put away what waited too long, and delete what nobody knows."""
    late = select(BroughtFile).where(BroughtFile.state == "waiting", BroughtFile.made < now() - KEPT)
    for file in db.scalars(late).unique():
        job = db.get(Job, file.job_id) if file.job_id is not None else None
        if job is None or job.state not in jobs.OPEN:
            put_away(db, spool, file, "dropped")
            note(
                db, "", "file.dropped", case=file.case_id, subject=f"file:{file.id}", reason="waited too long"
            )
    spool.sweep(set(db.scalars(select(BroughtFile.spooled).where(BroughtFile.spooled != ""))))


# -- an inbox of the administrator's --------------------------------------------------------------------------

_MOST_LISTED: Final = 500


def in_inbox(inbox: Path) -> list[tuple[str, int]]:
    """The files of the folder from which files may be taken: their names in it and how many bytes they have."""
    found = []
    for path in sorted(inbox.rglob("*")):
        if not path.is_symlink() and path.is_file() and not any(p.startswith(".") for p in path.parts):
            found.append((path.relative_to(inbox).as_posix(), path.stat().st_size))
        if len(found) == _MOST_LISTED:
            break
    return found


def from_inbox(inbox: Path, name: str, spool: Spool, most: int) -> Arrived:
    """Copy a file of the inbox into the spool.

    Raises:
        Refused: if there is none of that name in it; nothing outside is ever looked at.
    """
    path = inbox / name
    try:
        real = path.resolve() if "\0" not in name else inbox
        there = not path.is_symlink() and real.is_relative_to(inbox.resolve()) and real.is_file()
    except OSError:  # a name longer than any file's
        there = False
    if not there:
        raise Refused(_("There is no such file in the folder of the server."))
    with spool.writer(most) as writing, real.open("rb") as file:
        while piece := file.read(1 << 20):
            writing.write(piece)
        writing.close()
    return Arrived.of(path.name, writing)


# -- custody --------------------------------------------------------------------------------------------------


def sources(ws: Workspace, case: str) -> pl.DataFrame:
    """The files that a case's ads came from, the newest first.

    Returns:
        seq, source, name, sha256, bytes, rows, received_at, receiver, new (ads that came by it), rejects.
    """
    rows = ws.table(
        "sources", ["seq", "source", "name", "sha256", "bytes", "rows", "received_at", "receiver", "case"]
    )
    rows = rows.filter(pl.col("case") == case).drop("case")
    if rows.is_empty():
        return rows.with_columns(new=pl.lit(0), rejects=pl.lit(0))
    new = ws.ads(["seq", "source"]).group_by("seq", "source").len("new")
    rejects = ws.table("rejects", ["seq", "source"]).group_by("seq", "source").len("rejects")
    return (
        rows.join(new, on=["seq", "source"], how="left")
        .join(rejects, on=["seq", "source"], how="left")
        .with_columns(pl.col("new", "rejects").fill_null(0).cast(pl.Int64))
        .sort("seq", "source", descending=[True, False])
    )


def known_source(ws: Workspace, case: str, sha256: str) -> dict[str, Any] | None:
    """The first receipt of a file with these bytes in a case; None if there is none."""
    rows = ws.table("sources", ["seq", "source", "name", "sha256", "received_at", "receiver", "case"])
    rows = rows.filter((pl.col("case") == case) & (pl.col("sha256") == sha256))
    return rows.row(0, named=True) if rows.height else None


def rejects_of(ws: Workspace, case: str, seq: int) -> pl.DataFrame:
    """What a batch of a case did not take as it stands: file, row, field, reason."""
    mine = ws.table("sources", ["seq", "case"]).filter((pl.col("seq") == seq) & (pl.col("case") == case))
    if mine.is_empty():
        return pl.DataFrame(
            schema={"file": pl.String, "row": pl.Int64, "field": pl.String, "reason": pl.String}
        )
    return ws.rejects().filter(pl.col("seq") == seq).drop("seq")
