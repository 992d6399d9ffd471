"""`filrouge search`: the ads and templates nearest to a pasted text."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from filrouge.cli.options import debug_option, language_option, results_option, with_examples
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "search",
        callback=search,
        short_help=_("Find the ads nearest to a pasted text."),
        help=with_examples(
            _(
                "Find the ads and templates nearest to a pasted text, and show the words in common. "
                "TEXT is the text in quotes, or - to read it from standard input."
            ),
            'filrouge search "relaxing massage downtown, ask for Anna" --in findings',
            "filrouge search - --in findings < pasted.txt",
        ),
        params=[
            click.Argument(["text"], metavar="TEXT"),
            results_option(),
            click.Option(
                ["--top"],
                type=click.IntRange(min=1),
                default=10,
                show_default=True,
                metavar="K",
                help=_("How many to show."),
            ),
            language_option(),
            debug_option(),
        ],
    )


def search(text: str, folder: Path, top: int) -> None:
    """Search and print what was found."""
    from filrouge.engines import stored, whole
    from filrouge.reports import terminal

    asked = sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text
    if not asked.strip():
        raise click.UsageError(_("There is no text to search for."))
    with whole.reading(folder):
        hits = stored.search(folder, asked, top)
    terminal.show_hits(asked, hits)
