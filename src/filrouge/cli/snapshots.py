"""`filrouge snapshots`: the ledger of a workspace."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import closing_options, with_examples, workspace_argument
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "snapshots",
        callback=snapshots,
        short_help=_("List what was done to a workspace, when and by whom."),
        help=with_examples(
            _(
                "List the ledger of a workspace: each time that ads came, were compared, opened or destroyed, "
                "with its number, when, by whom, and with which version of filrouge. --as-of takes these "
                "numbers."
            ),
            "filrouge snapshots unit",
        ),
        params=[workspace_argument(), *closing_options(as_of=True)],
    )


def snapshots(where: str, as_of: str | None, key_file: Path | None) -> None:
    """Print the ledger."""
    from filrouge.cli.workspaces import opened
    from filrouge.reports.workspace import show_snapshots

    show_snapshots(opened(where, key_file, as_of).snapshots())
