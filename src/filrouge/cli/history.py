"""`filrouge history`: what became of clusters."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import closing_options, with_examples, workspace_argument
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "history",
        callback=history,
        short_help=_("Say what became of a cluster or network."),
        help=with_examples(
            _(
                "Say what became of a cluster or network from run to run: when it began, grew and shrank, which "
                "others it took in, what parted from it, and why. It keeps its number, ID, as long as it lives. "
                "Without ID: what each run changed."
            ),
            "filrouge history unit",
            "filrouge history unit 17",
            "filrouge history unit 4 --network",
        ),
        params=[
            workspace_argument(),
            click.Argument(["id"], required=False, metavar="[ID]", type=click.IntRange(min=0)),
            click.Option(["--network"], is_flag=True, help=_("ID is that of a network, not of a cluster.")),
            *closing_options(as_of=True),
        ],
    )


def history(where: str, id: int | None, network: bool, as_of: str | None, key_file: Path | None) -> None:
    """Look, and print."""
    if network and id is None:
        raise click.UsageError(_("--network needs the number of a network."))
    from filrouge.cli.workspaces import opened
    from filrouge.reports.workspace_history import history_of, show_history, show_runs

    ws = opened(where, key_file, as_of)
    if id is None:
        show_runs(ws, where)
    else:
        show_history(history_of(ws, where, "network" if network else "cluster", id))
