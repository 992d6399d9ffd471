"""`filrouge verify`: whether a workspace is as it was written."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli import exits
from filrouge.cli.options import closing_options, with_examples, workspace_argument
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "verify",
        callback=verify,
        short_help=_("Check that nothing in a workspace was altered."),
        help=with_examples(
            _(
                "Check that a workspace is as it was written: each row of the ledger, each file of each table, "
                "each sealed block. What is not is listed, and the exit code is 1.\n\n"
                "It ends with the fingerprint of the ledger. Note it elsewhere: who has it can prove later that "
                "nothing up to today was changed."
            ),
            "filrouge verify unit",
        ),
        params=[workspace_argument(), *closing_options()],
    )


def verify(where: str, key_file: Path | None) -> int:
    """Check, print, and return the exit code."""
    from filrouge import progress
    from filrouge.cli.workspaces import opened
    from filrouge.corpus.errors import DamagedKey, DamagedTable, DamagedWorkspace
    from filrouge.corpus.verify import verify as findings_of
    from filrouge.reports.workspace_upkeep import show_damage, show_findings

    try:
        ws = opened(where, key_file)
        with progress.for_this_terminal() as bar:
            findings = findings_of(ws, bar)
    except (DamagedKey, DamagedTable, DamagedWorkspace) as damage:
        # So much is altered that the rest cannot be looked at.
        show_damage(str(damage))
        return exits.ALTERED
    show_findings(findings, ws.rows())
    return exits.ALTERED if findings else exits.DONE
