"""`filrouge export`: a workspace's ads and findings, in the clear, for what reads other forms."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import (
    as_of_option,
    debug_option,
    jobs_option,
    key_option,
    language_option,
    open_option,
    with_examples,
    workspace_argument,
)
from filrouge.i18n import _

FORMS = ("compare-dir",)


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "export",
        callback=export,
        short_help=_("Write a workspace's findings as `compare` does."),
        help=with_examples(
            _(
                "Write the ads and findings of a workspace to a folder, as `filrouge compare` would have "
                "written them: the report, the tables, and what `search --in` and `explain` read.\n\n"
                "All ads stand in it in the clear, so the reason is asked for and goes to the ledger. The "
                "folder is outside the workspace: no retention rule reaches it."
            ),
            'filrouge export unit --as compare-dir --out findings --open "file 26-114, for the prosecutor"',
        ),
        params=[
            workspace_argument(),
            click.Option(
                ["--as", "form"],
                required=True,
                type=click.Choice(FORMS),
                help=_("compare-dir: the folder that `filrouge compare` writes."),
            ),
            click.Option(
                ["--out"],
                required=True,
                metavar="DIR",
                type=click.Path(file_okay=False, path_type=Path),
                help=_("Folder to write to."),
            ),
            open_option(_("Why the ads are opened. The reason, who and when go to the ledger.")),
            as_of_option(),
            jobs_option(),
            key_option(),
            language_option(),
            debug_option(),
        ],
    )


def export(
    where: str,
    form: str,
    out: Path,
    why: str | None,
    as_of: str | None,
    jobs: int | None,
    key_file: Path | None,
) -> None:
    """Write down why, and export."""
    raise NotImplementedError
