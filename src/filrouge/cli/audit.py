"""`filrouge audit`: the trail of who did what in the workbench, proved, shown and taken out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from filrouge.cli import exits
from filrouge.cli.options import (
    closing_options,
    database_option,
    debug_option,
    language_option,
    with_examples,
    workspace_argument,
)
from filrouge.i18n import _

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from filrouge.corpus.workspace import Workspace

SHOWN = 100


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Group(
        "audit",
        commands=[_verify(), _show(), _export(), _note()],
        params=[language_option(), debug_option()],
        short_help=_("Prove, show or take out the trail of who did what."),
        help=with_examples(
            _(
                "The audit trail of the workbench: who did what in which case, when and why, as a chain in which every "
                "entry proves all before it."
            ),
            "filrouge audit verify unit",
            "filrouge audit show unit --action case.opened --since 2026-11-01",
            "filrouge audit export unit --out trail.jsonl",
        ),
    )


def _verify() -> click.Command:
    return click.Command(
        "verify",
        callback=verify,
        short_help=_("Check that nothing in the trail was changed or taken out."),
        help=with_examples(
            _(
                "Work out the chain again. What is not as it was written is listed, and the exit code is 1.\n\n"
                "It ends with the head of the trail: note it elsewhere, or write it into the ledger with `filrouge "
                "audit note`. Only against a head that was noted does it show if the end of the trail was cut off."
            ),
            "filrouge audit verify unit",
        ),
        params=[workspace_argument(), database_option(), *closing_options()],
    )


def _show() -> click.Command:
    return click.Command(
        "show",
        callback=show,
        short_help=_("Show the latest entries of the trail."),
        help=with_examples(
            _("Print entries of the trail, the latest last."),
            "filrouge audit show unit",
            "filrouge audit show unit --who ana --last 20",
        ),
        params=[
            workspace_argument(),
            *_filters(),
            click.Option(
                ["--last"],
                type=click.IntRange(min=1),
                default=SHOWN,
                show_default=True,
                metavar="N",
                help=_("How many entries at most."),
            ),
            database_option(),
            *closing_options(),
        ],
    )


def _export() -> click.Command:
    return click.Command(
        "export",
        callback=export,
        short_help=_("Write the trail to a file."),
        help=with_examples(
            _(
                "Write entries of the trail as lines of JSON, or as CSV if the file is called so. The whole trail as "
                "JSON is enough to work out the chain again without filrouge."
            ),
            "filrouge audit export unit --out trail.jsonl",
            "filrouge audit export unit --case 3 --out case3.csv",
        ),
        params=[
            workspace_argument(),
            *_filters(),
            click.Option(
                ["--out"],
                required=True,
                metavar="FILE",
                type=click.Path(dir_okay=False, path_type=Path),
                help=_("File to write; - for the terminal."),
            ),
            database_option(),
            *closing_options(),
        ],
    )


def _note() -> click.Command:
    return click.Command(
        "note",
        callback=note,
        short_help=_("Write the head of the trail into the ledger."),
        help=with_examples(
            _(
                "Write the number and digest of the last entry into the ledger of the workspace, as a snapshot of its "
                "own. From then on `filrouge audit verify` sees if entries up to here were cut off or written anew. "
                "Do it daily, for example at night."
            ),
            "filrouge audit note unit",
        ),
        params=[workspace_argument(), database_option(), *closing_options()],
    )


def _filters() -> list[click.Option]:
    return [
        click.Option(["--who"], metavar="LOGIN", help=_("What this person did.")),
        click.Option(["--action"], metavar="CODE", help=_("What was done: case.opened, or all of case.")),
        click.Option(["--case"], type=click.IntRange(min=1), metavar="N", help=_("In this case, by number.")),
        click.Option(["--since"], type=click.DateTime(["%Y-%m-%d"]), help=_("From this day on.")),
        click.Option(["--until"], type=click.DateTime(["%Y-%m-%d"]), help=_("Up to this day.")),
    ]


@contextmanager
def _reading(
    where: str, database_url: str | None, key_file: Path | None
) -> Iterator[tuple[Workspace, Session]]:
    from filrouge.casework.database import Database
    from filrouge.cli.workspaces import opened

    ws = opened(where, key_file)
    database = Database.of(ws, database_url)
    try:
        with database.session() as db:
            yield ws, db
    finally:
        database.close()


def verify(where: str, database_url: str | None, key_file: Path | None) -> int:
    """Check, print, and return the exit code."""
    from filrouge.casework import audit, trail
    from filrouge.reports.trail import show_verified

    with _reading(where, database_url, key_file) as (ws, db):
        broken = trail.verify(db, ws)
        count, digest = audit.head(db)
        show_verified(broken, count, digest, len(trail.noted_heads(ws)))
    return exits.ALTERED if broken else exits.DONE


def show(
    where: str, who: str | None, action: str | None, case: int | None, since: datetime | None, until: datetime | None,
    last: int, database_url: str | None, key_file: Path | None,
) -> None:  # fmt: skip
    """Print entries."""
    from filrouge.casework import trail
    from filrouge.reports.trail import show_entries

    wanted = trail.Wanted(who, action, case, _day(since), _day(until))
    with _reading(where, database_url, key_file) as (_ws, db):
        show_entries(reversed(trail.page(db, wanted, most=last)))


def export(
    where: str, who: str | None, action: str | None, case: int | None, since: datetime | None, until: datetime | None,
    out: Path, database_url: str | None, key_file: Path | None,
) -> None:  # fmt: skip
    """Write entries to a file."""
    from filrouge.casework import trail
    from filrouge.reports.trail import as_csv, as_json_lines

    wanted = trail.Wanted(who, action, case, _day(since), _day(until))
    with _reading(where, database_url, key_file) as (_ws, db):
        found = trail.entries(db, wanted)
        lines = as_csv(found) if out.suffix.lower() == ".csv" else as_json_lines(found)
        if str(out) == "-":
            sys.stdout.writelines(lines)
            return
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    click.echo(_("Written: {path}").format(path=out))


def note(where: str, database_url: str | None, key_file: Path | None) -> None:
    """Write the head into the ledger."""
    from filrouge.casework import trail
    from filrouge.corpus.ledger import who

    with _reading(where, database_url, key_file) as (ws, db):
        head = trail.note_head(db, ws, who())
    click.echo(
        _("Snapshot {snapshot} of the ledger keeps the head of the trail, entry {entries}: {digest}").format(
            snapshot=head.snapshot, entries=head.entries, digest=head.digest
        )
    )


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
