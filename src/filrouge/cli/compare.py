"""`filrouge compare`: from files of ads to the findings and the report."""

from __future__ import annotations

import os
from pathlib import Path

import click

from filrouge import i18n
from filrouge.cli import exits
from filrouge.cli.options import (
    column_options,
    debug_option,
    jobs_option,
    language_option,
    out_option,
    with_examples,
)
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "compare",
        callback=compare,
        short_help=_("Find which ads were written from one template."),
        help=with_examples(
            _(
                "Find which ads were written from one template, and write the findings and a report "
                "to a folder.\n\n"
                "FILE is CSV, TSV, JSONL, Parquet, a folder of saved HTML pages, or WARC; plain, "
                ".gz or .zst; or - for standard input. Columns are guessed from their headers, and "
                "said; the options name them. With two files or more and no column for the agency, "
                "the file's name is the agency."
            ),
            "filrouge compare alpha.csv beta.csv --out findings",
            "filrouge compare export.jsonl.gz --text body --posted date --out findings",
        ),
        params=[
            click.Argument(["files"], nargs=-1, required=True, metavar="FILE..."),
            out_option(_("Folder to write the findings to.")),
            *column_options(),
            jobs_option(),
            click.Option(
                ["--strict"],
                is_flag=True,
                help=_("End with exit code 3 if some rows were rejected (see rejects.csv)."),
            ),
            language_option(),
            debug_option(),
        ],
    )


def compare(
    files: tuple[str, ...],
    out: Path,
    text: str | None,
    id: str | None,
    agency: str | None,
    posted: str | None,
    location: str | None,
    image: str | None,
    jobs: int | None,
    strict: bool,
) -> int:
    """Compare, print the summary, and return the exit code."""
    from filrouge import progress
    from filrouge.ads.columns import Columns
    from filrouge.reports import terminal
    from filrouge.reports.findings import compare_files

    columns = Columns(text=text, id=id, agency=agency, posted=posted, location=location, image=image)
    with progress.for_this_terminal() as bar:
        summary = compare_files(
            files,
            out,
            columns=columns,
            jobs=cores(jobs),
            language=i18n.language(),
            progress=bar,
        )
    terminal.show_summary(summary)
    return exits.REJECTED_ROWS if strict and summary.rejects else exits.DONE


def cores(wanted: int | None = None) -> int:
    """How many cores to use: all that this process may, or as many of them as are wanted; more threads only cost."""
    if hasattr(os, "sched_getaffinity"):  # Linux: a container or `taskset` may grant fewer than there are
        there = len(os.sched_getaffinity(0))
    else:
        there = os.cpu_count() or 1
    return min(wanted or there, there)
