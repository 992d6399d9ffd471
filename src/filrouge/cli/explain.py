"""`filrouge explain`: why two ads are tied, or why not."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import debug_option, language_option, results_option, with_examples
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "explain",
        callback=explain,
        short_help=_("Say why two ads are tied, or why not."),
        help=with_examples(
            _(
                "Say why two ads are tied, or why not: their texts aligned, the identifiers that they "
                "share, and what each is worth in bits; then all evidence between their voices by kind, how "
                "many pairs of strangers reach as much, and in which networks they are."
            ),
            "filrouge explain a-1043 b-77 --in findings",
        ),
        params=[
            click.Argument(["one"], metavar="ID"),
            click.Argument(["other"], metavar="ID"),
            results_option(),
            language_option(),
            debug_option(),
        ],
    )


def explain(one: str, other: str, folder: Path) -> None:
    """Explain and print."""
    from filrouge.engines import stored, voices, whole
    from filrouge.reports import terminal, ties

    with whole.reading(folder):
        found, tie = stored.explain(folder, one, other), voices.tie_of_voices(folder, one, other)
    terminal.show_explanation(found, voices_tied=tie.supports_one_hand)
    ties.show_tie(tie)
