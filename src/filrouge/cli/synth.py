"""`filrouge synth`: invented ads with the truth beside them."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import debug_option, language_option, out_option, with_examples
from filrouge.i18n import _, number


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "synth",
        callback=synth,
        short_help=_("Write a labelled set of invented ads."),
        help=with_examples(
            _(
                "Write a labelled set of invented ads, in English, French and Spanish: organisations "
                "that use templates, move between cities and share phones, among strangers, and cases "
                "that a careful person would argue about. The truth and the right answer to each case "
                "are written beside the ads, for `filrouge evaluate`. The same options always give the "
                "same files."
            ),
            "filrouge synth --ads 2000 --seed 1 --out practice",
        ),
        params=[
            click.Option(
                ["--ads"], metavar="N", type=click.IntRange(min=1), required=True, help=_("How many ads.")
            ),
            click.Option(
                ["--seed"],
                metavar="S",
                type=click.IntRange(min=0),
                required=True,
                help=_("Another number, another set."),
            ),
            out_option(_("Folder to write to.")),
            click.Option(
                ["--difficulty"],
                metavar="0..1",
                type=click.FloatRange(0, 1),
                default=0.5,
                show_default=True,
                help=_("0: plain copies. 1: copies that are shuffled, shortened and disguised."),
            ),
            click.Option(
                ["--templates-only"],
                is_flag=True,
                help=_(
                    "The sets of version 0.1, without planted networks: for scores of clusters that can "
                    "be compared from version to version."
                ),
            ),
            language_option(),
            debug_option(),
        ],
    )


def synth(ads: int, seed: int, out: Path, difficulty: float, templates_only: bool) -> None:
    """Write the set and say where it lies."""
    from filrouge.ads.synthetic import write_synthetic

    write_synthetic(out, ads=ads, seed=seed, difficulty=difficulty, templates_only=templates_only)
    click.echo(_("{ads} invented ads and their truth are in {folder}").format(ads=number(ads), folder=out))
