"""`filrouge evaluate`: how well clusters agree with a truth that is known."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import debug_option, language_option, with_examples
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    existing = click.Path(exists=True, dir_okay=False, path_type=Path)
    return click.Command(
        "evaluate",
        callback=evaluate,
        short_help=_("Score clusters against a known truth."),
        help=with_examples(
            _(
                "Score clusters against a known truth: pairwise precision, recall and F1, "
                "the adjusted Rand index, and grouping accuracy, in which a group counts only if it "
                "is exactly right. The table goes to standard error and the JSON to standard output, "
                "so that a script can read it."
            ),
            "filrouge evaluate --truth practice/truth.csv --clusters findings/clusters.csv",
        ),
        params=[
            click.Option(
                ["--truth"],
                required=True,
                metavar="FILE",
                type=existing,
                help=_("CSV with the columns id and cluster: what is true."),
            ),
            click.Option(
                ["--clusters"],
                required=True,
                metavar="FILE",
                type=existing,
                help=_("CSV with the columns id and cluster: what was found."),
            ),
            language_option(),
            debug_option(),
        ],
    )


def evaluate(truth: Path, clusters: Path) -> None:
    """Score, and print the table and the JSON."""
