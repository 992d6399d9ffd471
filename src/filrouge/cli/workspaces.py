"""What the commands of a workspace share: opening it, and writing down that ads were opened."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.workspace import Workspace


def opened(where: str, key_file: Path | None, as_of: str | None = None) -> Workspace:
    """The workspace at a place; a view of the past is announced on the first line."""
    from filrouge.corpus.workspace import Workspace

    ws = Workspace.open(where, key_file=key_file, as_of=as_of)
    if as_of is not None:
        from filrouge.reports.workspace import show_as_of

        show_as_of(ws.snapshot)
    return ws


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
    from filrouge.corpus.workspace import Workspace

    now = Workspace.open(where, key_file=key_file) if view.fixed else view
    with now.begin("opened") as batch:
        return batch.commit({"why": why, "as_of": view.snapshot.seq, **said})


def note_package(where: str, key_file: Path | None, view: Workspace, **said: Any) -> Snapshot:
    """Write to the ledger that a package was made of a view, with its hash: what left the house.

    Args:
        where, key_file: the workspace, which is written to as it is now.
        view: what was packaged, perhaps the past.
        said: what the ledger is to keep, such as the `case`, `what` and `sha256`.
    """
    from filrouge.corpus.workspace import Workspace

    with Workspace.open(where, key_file=key_file).begin("packaged") as batch:
        return batch.commit({"as_of": view.snapshot.seq, **said})
