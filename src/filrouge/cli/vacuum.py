"""`filrouge vacuum`: what nothing points to is cleared away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from filrouge.cli.options import closing_options, with_examples, workspace_argument
from filrouge.cli.when import span
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "vacuum",
        callback=vacuum,
        short_help=_("Clear away what was begun and never finished."),
        help=with_examples(
            _(
                "Clear away what nothing in a workspace points to: files of an ingest or run that was killed, "
                "and those that were replaced. A destruction that was cut off is carried out. No ad and no "
                "snapshot is lost."
            ),
            "filrouge vacuum unit",
            "filrouge vacuum unit --older-than 7d --dry-run",
        ),
        params=[
            workspace_argument(),
            click.Option(
                ["--older-than"],
                metavar="12h|7d",
                callback=span,
                default="1d",
                show_default=True,
                help=_("Leave alone what was written since: somebody may still be writing it."),
            ),
            click.Option(["--dry-run"], is_flag=True, help=_("Only say what would be cleared away.")),
            *closing_options(),
        ],
    )


def vacuum(where: str, older_than: timedelta, dry_run: bool, key_file: Path | None) -> None:
    """Clear away, and say what."""
    from filrouge.cli.workspaces import opened
    from filrouge.corpus.vacuum import vacuum as clear
    from filrouge.reports.workspace_upkeep import show_cleared

    show_cleared(clear(opened(where, key_file), older_than=older_than, dry_run=dry_run), dry_run)
