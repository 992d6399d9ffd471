"""`filrouge init`: a new workspace and its key."""

from __future__ import annotations

import os
from pathlib import Path

import click

from filrouge.cli.options import debug_option, language_option, with_examples, workspace_argument
from filrouge.i18n import _


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "init",
        callback=init,
        short_help=_("Make a workspace, and its key."),
        help=with_examples(
            _(
                "Make a workspace: a place that keeps ads, sealed, and what was found in them, from day to "
                "day. WS is a folder, or the URL of an object store.\n\n"
                "Its key is written beside your configuration, readable by you alone, and never into the "
                "workspace. Whoever loses the key loses the ads."
            ),
            "filrouge init unit",
            "filrouge init s3://bucket/unit --key-file /media/safe/unit.key",
        ),
        params=[
            workspace_argument(),
            click.Option(
                ["--key-file"],
                metavar="FILE",
                type=click.Path(dir_okay=False, path_type=Path),
                help=_(
                    "Where to write the key, or where a key lies that is to be used. Default: FILROUGE_KEY, "
                    "then a file in your configuration."
                ),
            ),
            language_option(),
            debug_option(),
        ],
    )


def init(where: str, key_file: Path | None) -> None:
    """Make the workspace, and say where its key is."""
    from filrouge.corpus.keys import VARIABLE, default_key_file
    from filrouge.corpus.workspace import Workspace
    from filrouge.reports.workspace import show_made

    ws = Workspace.init(where, key_file=key_file)
    named = key_file is None and os.environ.get(VARIABLE)
    show_made(where, None if named else (key_file or default_key_file(ws.id)))
