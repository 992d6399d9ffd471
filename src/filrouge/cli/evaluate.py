"""`filrouge evaluate`: how well clusters agree with a truth that is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from filrouge.cli.options import debug_option, language_option, with_examples
from filrouge.i18n import _, decimals, number

if TYPE_CHECKING:
    from filrouge.compare.evaluate import Scores


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
                "B-cubed precision, recall and F1, the adjusted Rand index, and grouping accuracy, in which "
                "a group counts only if it is exactly right. The table goes to standard error and the JSON "
                "to standard output, so that a script can read it."
            ),
            "filrouge evaluate --truth practice/truth.csv --clusters findings/clusters.csv",
            "filrouge evaluate --truth practice/truth.csv --clusters findings/network_members.csv "
            "--column network",
        ),
        params=[
            click.Option(
                ["--truth"],
                required=True,
                metavar="FILE",
                type=existing,
                help=_("CSV with the columns id and cluster (or that of --column): what is true."),
            ),
            click.Option(
                ["--clusters"],
                required=True,
                metavar="FILE",
                type=existing,
                help=_("CSV with the columns id and cluster (or that of --column): what was found."),
            ),
            click.Option(
                ["--column"],
                metavar="NAME",
                default="cluster",
                show_default=True,
                help=_(
                    "What to score. With network, an ad that the file of clusters does not name counts as "
                    "one of no network."
                ),
            ),
            language_option(),
            debug_option(),
        ],
    )


def evaluate(truth: Path, clusters: Path, column: str) -> None:
    """Score, print the table to standard error and the JSON to standard output."""
    import json
    from dataclasses import asdict

    from filrouge.compare.evaluate import evaluate as scores_of
    from filrouge.compare.evaluate import match_labels, read_labels

    column = column.strip().lower()
    # network_members.csv holds the ads of the networks that are shown, and no others.
    matched = match_labels(
        read_labels(truth, column), read_labels(clusters, column), members_only=column == "network"
    )
    scores = scores_of(matched.truth, matched.found)
    _show(scores, matched.unknown)
    click.echo(json.dumps({**asdict(scores), "ads_without_truth": matched.unknown}, indent=2))


def _show(scores: Scores, unknown: int) -> None:
    from rich.console import Console
    from rich.table import Table

    shares = {
        _("precision"): scores.precision,
        _("recall"): scores.recall,
        _("F1"): scores.f1,
        _("B-cubed precision"): scores.b_cubed_precision,
        _("B-cubed recall"): scores.b_cubed_recall,
        _("B-cubed F1"): scores.b_cubed_f1,
        _("adjusted Rand index"): scores.adjusted_rand,
        _("grouping accuracy"): scores.grouping_accuracy,
    }
    counts = {
        _("ads"): scores.ads,
        _("true groups"): scores.true_clusters,
        _("groups found"): scores.found_clusters,
        _("pairs that belong together"): scores.true_pairs,
        _("pairs put together"): scores.found_pairs,
        _("pairs rightly put together"): scores.shared_pairs,
    }
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, share in shares.items():
        table.add_row(name, decimals(share, 3))
    table.add_section()
    for name, count in counts.items():
        table.add_row(name, number(count))
    console = Console(stderr=True)
    console.print(table)
    if unknown:
        console.print(
            _("{unknown} ads of the clusters have no known truth and were left out.").format(
                unknown=number(unknown)
            )
        )
