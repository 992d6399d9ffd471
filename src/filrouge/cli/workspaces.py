"""What the commands of a workspace share: opening it, and writing down that ads were opened."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.case_apart import Apart


def opened(where: str, key_file: Path | None, as_of: str | None = None) -> Workspace:
    """The workspace at a place; a view of the past is announced on the first line."""
    ws = _open(where, key_file, as_of)
    if as_of is not None:
        from filrouge.reports.workspace import show_as_of

        show_as_of(ws.snapshot)
    return ws


def _open(where: str, key_file: Path | None, as_of: str | None = None) -> Workspace:
    from filrouge.casework.practice_key import found_key
    from filrouge.corpus.workspace import Workspace

    return Workspace.open(where, key_file=found_key(where, key_file), as_of=as_of)


def kept_apart(view: Workspace, case: str, asked: datetime, as_of: str | None, url: str | None) -> Apart:
    """What people of a case keep apart in the workbench, as they did when a view was the latest.

    Args:
        view: what is read, perhaps the past.
        case: its name.
        asked: what was reported later is not known, either.
        as_of: how the view was asked for.
        url: of the database of people's data; None for the file in the workspace, if there is one.
    """
    from sqlalchemy import select

    from filrouge.casework import wrong_joins
    from filrouge.casework.database import Database
    from filrouge.casework.lineage import Lineage
    from filrouge.casework.models import Case
    from filrouge.corpus.ledger import last_moment
    from filrouge.engines.case_apart import NOTHING

    database = Database.if_any(view, url)
    if database is None:
        return NOTHING
    until = wrong_joins.known_by(asked)
    bound = None if as_of is None else last_moment(as_of)
    if isinstance(bound, datetime):
        until = min(until, bound)
    elif bound is not None:
        # A snapshot is the latest one until the next is written.
        until = min([until, *(row.at for row in view.rows() if row.seq > view.snapshot.seq)])
    try:
        with database.session() as db:
            row = db.scalar(select(Case).where(Case.name == case))
            return NOTHING if row is None else wrong_joins.apart(db, row, Lineage.of(view), until)
    finally:
        database.close()


def reason(why: str | None, question: str) -> str:
    """Why ads are opened, asked for where a person can answer.

    Raises:
        click.UsageError: if there is no reason.
    """
    if why is None and sys.stdin.isatty():
        why = click.prompt(question, err=True)
    if why is None or not why.strip():
        raise click.UsageError(_("Opening ads needs a reason, which the ledger keeps: --open REASON"))
    return " ".join(why.split())


def note_opening(where: str, key_file: Path | None, view: Workspace, why: str, **said: Any) -> Snapshot:
    """Write to the ledger that ads were opened: who, when, why and what; before anybody sees them.

    Args:
        where, key_file: the workspace, which is written to as it is now.
        view: what was read, perhaps the past.
        why: the reason given.
        said: what else the ledger is to keep, such as how many ads were `opened`.
    """
    now = _open(where, key_file) if view.fixed else view
    with now.begin("opened") as batch:
        return batch.commit({"why": why, "as_of": view.snapshot.seq, **said})


def note_package(where: str, key_file: Path | None, view: Workspace, **said: Any) -> Snapshot:
    """Write to the ledger that a package was made of a view, with its hash: what left the house.

    Args:
        where, key_file: the workspace, which is written to as it is now.
        view: what was packaged, perhaps the past.
        said: what the ledger is to keep, such as the `case`, `what` and `sha256`.
    """
    with _open(where, key_file).begin("packaged") as batch:
        return batch.commit({"as_of": view.snapshot.seq, **said})
