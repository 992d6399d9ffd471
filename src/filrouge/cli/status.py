"""`filrouge status`: what a workspace holds."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import closing_options, with_examples, workspace_argument
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "status",
        callback=status,
        short_help=_("Say what a workspace holds."),
        help=with_examples(
            _(
                "Say what a workspace holds: ads, cases and months, agencies and clusters, when ads came last "
                "and when they were compared, which no run has seen, what was destroyed, and what takes how "
                "much space."
            ),
            "filrouge status unit",
            "filrouge status unit --as-of 2026-05-31",
        ),
        params=[workspace_argument(), *closing_options(as_of=True)],
    )


def status(where: str, as_of: str | None, key_file: Path | None) -> None:
    """Look, and print."""
    from filrouge.cli.workspaces import opened
    from filrouge.reports.workspace_status import show_status, status_of

    show_status(where, status_of(opened(where, key_file, as_of)))
