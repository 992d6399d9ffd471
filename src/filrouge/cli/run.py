"""`filrouge run`: the new ads of a workspace compared with all."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import (
    closing_options,
    engine_option,
    jobs_option,
    with_examples,
    workspace_argument,
)
from filrouge.errors import FilrougeError
from filrouge.i18n import _


class NothingToCompare(FilrougeError):
    """A workspace into which no ad was ever taken."""

    def __init__(self, where: str) -> None:
        super().__init__(
            _(
                "{where}: there are no ads to compare yet. First: filrouge ingest {where} FILE... --case NAME"
            ).format(where=where)
        )


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "run",
        callback=run,
        short_help=_("Compare the new ads of a workspace with all."),
        help=with_examples(
            _(
                "Compare the ads that came since the last run with all that the workspace holds, and write "
                "down which belong together. Clusters grow, and keep their numbers; `filrouge history` says "
                "what became of each."
            ),
            "filrouge run unit",
            "filrouge run unit --anew",
        ),
        params=[
            workspace_argument(),
            click.Option(
                ["--anew"], is_flag=True, help=_("Compare all ads with each other, even if it takes long.")
            ),
            engine_option(),
            click.Option(
                ["--networks/--no-networks"],
                default=None,
                help=_(
                    "Weigh all ties and find networks too, or not. Default: up to 300,000 ads, since with more it "
                    "takes long."
                ),
            ),
            jobs_option(),
            *closing_options(),
        ],
    )


def run(
    where: str, anew: bool, engine: str, networks: bool | None, jobs: int | None, key_file: Path | None
) -> None:
    """Compare, and say what was found."""
    from filrouge import progress
    from filrouge.cli.compare import cores
    from filrouge.cli.engines import job_of
    from filrouge.cli.workspaces import opened
    from filrouge.reports.workspace import show_run

    compare = job_of(engine, "run")
    mine = cores(jobs)
    ws = opened(where, key_file)
    if not any(row.kind == "ingest" for row in ws.snapshots()):
        raise NothingToCompare(where)
    with progress.for_this_terminal() as bar:
        summary = compare(ws, anew=anew, networks=networks, jobs=mine, progress=bar)
    show_run(summary, where)
