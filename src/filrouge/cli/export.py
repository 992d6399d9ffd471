"""`filrouge export`: a workspace's ads and findings, in the clear, for what reads other forms."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import (
    as_of_option,
    closing_options,
    jobs_option,
    open_option,
    out_option,
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
            out_option(_("Folder to write to.")),
            open_option(_("Why the ads are opened. The reason, who and when go to the ledger.")),
            as_of_option(),
            jobs_option(),
            *closing_options(),
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
    """Write down why, export, and say what is in the folder."""
    from filrouge import i18n, progress
    from filrouge.cli.compare import cores
    from filrouge.cli.workspaces import note_opening, opened, reason
    from filrouge.corpus.results import NoRunYet, last_run
    from filrouge.reports.terminal import show_summary
    from filrouge.reports.workspace import show_exported
    from filrouge.reports.workspace_export import export_compare_dir

    why = reason(why, _("Why are all ads opened? The ledger keeps it"))
    ws = opened(where, key_file, as_of)
    if last_run(ws) is None:
        raise NoRunYet(where)
    note_opening(where, key_file, ws, why, what=form, opened=ws.ads(["ad"]).height)
    with progress.for_this_terminal() as bar:
        done = export_compare_dir(ws, out, jobs=cores(jobs), language=i18n.language(), progress=bar)
    show_summary(done.summary)
    show_exported(done)
