"""`filrouge ingest`: files of ads into a workspace."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli import exits
from filrouge.cli.options import (
    closing_options,
    column_options,
    engine_option,
    jobs_option,
    with_examples,
    workspace_argument,
)
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "ingest",
        callback=ingest,
        short_help=_("Take files of ads into a workspace."),
        help=with_examples(
            _(
                "Take files of ads into a workspace: FILE as for `filrouge compare`. An ad that is there "
                "already is not taken again, so a file may be given twice.\n\n"
                "All of them become part of the workspace at once, or none does: what is interrupted is "
                "simply done again."
            ),
            "filrouge ingest unit monday.csv --case harbour",
            "filrouge ingest unit export.jsonl.gz --text body --posted date --receiver 'J. Roy'",
        ),
        params=[
            workspace_argument(),
            click.Argument(["files"], nargs=-1, required=True, metavar="FILE..."),
            click.Option(
                ["--case"],
                metavar="NAME",
                default="general",
                show_default=True,
                help=_("The case that the ads belong to. Its keys seal them, and its end destroys them."),
            ),
            click.Option(
                ["--receiver"],
                metavar="NAME",
                help=_("Who received the files, for the receipt. Default: the user of this machine."),
            ),
            *column_options(),
            engine_option(),
            jobs_option(),
            click.Option(
                ["--strict"], is_flag=True, help=_("End with exit code 3 if some rows were rejected.")
            ),
            *closing_options(),
        ],
    )


def ingest(
    where: str,
    files: tuple[str, ...],
    case: str,
    receiver: str | None,
    text: str | None,
    id: str | None,
    agency: str | None,
    posted: str | None,
    location: str | None,
    image: str | None,
    engine: str,
    jobs: int | None,
    strict: bool,
    key_file: Path | None,
) -> int:
    """Take the files in, say what became of them, and return the exit code."""
    if not case.strip():
        raise click.UsageError(_("--case needs a name."))
    from filrouge import progress
    from filrouge.ads.columns import Columns
    from filrouge.cli.compare import cores
    from filrouge.cli.engines import job_of
    from filrouge.cli.workspaces import opened
    from filrouge.corpus.ledger import who
    from filrouge.reports.workspace import show_ingest

    take_in = job_of(engine, "ingest")
    # A cluster has cores of its own.
    mine = {"jobs": cores(jobs)} if engine == "local" else {}
    ws = opened(where, key_file)
    with progress.for_this_terminal() as bar:
        summary = take_in(
            ws,
            files,
            case=case.strip(),
            columns=Columns(text=text, id=id, agency=agency, posted=posted, location=location, image=image),
            receiver=receiver or who(),
            progress=bar,
            **mine,
        )
    show_ingest(summary, where, case.strip())
    return exits.REJECTED_ROWS if strict and summary.rejects else exits.DONE
