"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge import i18n
from filrouge.cli.engines import ENGINES
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


def results_option(*, required: bool = True) -> click.Option:
    """`--in`: the folder that `compare` wrote."""
    return click.Option(
        ["--in", "folder"],
        required=required,
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help=_("The folder that `filrouge compare` wrote."),
    )


def workspace_argument() -> click.Argument:
    """WS: the folder of a workspace, or its URL."""
    return click.Argument(["where"], metavar="WS")


def key_option() -> click.Option:
    """`--key-file`: the owner's key of the workspace."""
    return click.Option(
        ["--key-file"],
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help=_(
            "The key of the workspace. Default: FILROUGE_KEY, then the file that `filrouge init` wrote in "
            "your configuration."
        ),
    )


def database_option() -> click.Option:
    """`--database-url`: where people's data is."""
    return click.Option(
        ["--database-url"],
        metavar="URL",
        envvar="FILROUGE_DATABASE_URL",
        help=_("The database of people's data, for a team: postgresql+psycopg://… Default: a file in WS."),
    )


def queue_option() -> click.Option:
    """`--queue-url`: what wakes those who work on background jobs."""
    return click.Option(
        ["--queue-url"],
        metavar="URL",
        envvar="FILROUGE_QUEUE_URL",
        help=_("The queue of background jobs, if not beside the database: redis://…"),
    )


def as_of_option() -> click.Option:
    """`--as-of`: a view of the past; `Workspace.open` reads it."""
    return click.Option(
        ["--as-of"],
        metavar="DATE|N",
        help=_(
            "Answer from what was known at the end of that day (2026-05-31), at that time "
            "(2026-05-31T14:00), or as of snapshot N."
        ),
    )


def closing_options(*, as_of: bool = False) -> list[click.Option]:
    """What every command of a workspace ends with: perhaps `--as-of`, then the key, the language, `--debug`."""
    return [*([as_of_option()] if as_of else []), key_option(), language_option(), debug_option()]


def open_option(what: str) -> click.Option:
    """`--open`: why ads are shown in the clear; the ledger keeps it."""
    return click.Option(["--open", "why"], metavar="REASON", help=what)


def column_options() -> list[click.Option]:
    """Which column is what, where the person says so."""
    return [
        click.Option([name], metavar="COL", help=what)
        for name, what in (
            ("--text", _("Column with the ad's text.")),
            ("--id", _("Column with the ad's own name or number.")),
            ("--agency", _("Column with the agency or site.")),
            ("--posted", _("Column with the date of posting.")),
            ("--location", _("Column with the place.")),
            ("--image", _("Column with perceptual hashes of images (PDQ or pHash, in hex).")),
        )
    ]


def out_option(what: str) -> click.Option:
    """`--out`: the folder to write to."""
    return click.Option(
        ["--out"], required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help=what
    )


def jobs_option() -> click.Option:
    """`--jobs`: how many cores."""
    return click.Option(
        ["--jobs"],
        type=click.IntRange(min=1),
        metavar="N",
        help=_("How many cores to use. Default: all. The result is the same."),
    )


def engine_option() -> click.Option:
    """`--engine`: who works."""
    return click.Option(
        ["--engine"],
        type=click.Choice(list(ENGINES)),
        default="local",
        show_default=True,
        help=_(
            "local: the cores of this machine. ray: a cluster, that of RAY_ADDRESS, else the one that this "
            "machine is part of. The result is the same."
        ),
    )


def with_examples(text: str, *examples: str) -> str:
    """A command's help: `text`, then the examples as they are to be typed."""
    title = _("Example:") if len(examples) == 1 else _("Examples:")
    # click leaves the lines of a paragraph that begins with \b as they are.
    return "\n".join([text, "", "\b", title, *(f"  {line}" for line in examples)])
