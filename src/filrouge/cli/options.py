"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge import i18n
from filrouge.i18n import _


def language_option() -> click.Option:
    """`--lang`, which `main` has read already; here it is checked and explained."""
    return click.Option(
        ["--lang"],
        type=click.Choice(i18n.LANGUAGES),
        expose_value=False,
        help=_("Language of what is shown. Default: FILROUGE_LANG, then LANG, else English."),
    )


def debug_option() -> click.Option:
    """`--debug`, which `main` has read already."""
    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        help=_("Show where in the code an unexpected error happened."),
    )


def results_option() -> click.Option:
    """`--in`: the folder that `compare` wrote."""
    return click.Option(
        ["--in", "folder"],
        required=True,
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help=_("The folder that `filrouge compare` wrote."),
    )


def with_examples(text: str, *examples: str) -> str:
    """A command's help: `text`, then the examples as they are to be typed."""
    title = _("Example:") if len(examples) == 1 else _("Examples:")
    # click leaves the lines of a paragraph that begins with \b as they are.
    return "\n".join([text, "", "\b", title, *(f"  {line}" for line in examples)])
