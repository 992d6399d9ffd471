"""Write docs/reference/cli.md from the command line's own help; a test checks that it did."""

from __future__ import annotations

import os
from pathlib import Path

import click

from filrouge import i18n
from filrouge.cli.app import program

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"

BEFORE = """\
# The commands

This page is written by `make reference` from the program's own help, so the two cannot differ.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a mistake in filrouge itself (`--debug` shows where). Of `verify`, `audit verify`: something was altered |
| 2 | wrong use: an option, a file or a folder that cannot be used. The message says what to do |
| 3 | with `--strict` only: done, but some rows could not be read (`compare` writes them to `rejects.csv`) |
| 130 | interrupted (Ctrl-C) |
| 143 | ended by the system (`kill`, a shutdown, a time limit) |

Findings go to the folder that you name, answers to standard output, progress and messages to standard error.
The language is that of `--lang`, else of the variable `FILROUGE_LANG`, else of the system
(`LC_ALL`, `LC_MESSAGES`, `LANG`): English or French.

`WS` is a workspace: a folder, or a URL such as `s3://bucket/unit`; the environment says how its store is reached,
as for other programs (`AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT`, ...). Its key is that of `--key-file`, else of
the variable `FILROUGE_KEY`, else of the file that `filrouge init` wrote in your configuration.
"""


def page() -> str:
    """The text of the page."""
    i18n.set_language("en")
    os.environ["LANGUAGE"] = "en"
    group = program()
    top = click.Context(group, info_name="filrouge", help_option_names=["-h", "--help"], terminal_width=80)
    sections = [BEFORE, _section("filrouge", group.get_help(top))]
    for name in group.list_commands(top):
        command = group.get_command(top, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=top, terminal_width=80)
        sections.append(_section(f"filrouge {name}", command.get_help(context)))
        if isinstance(command, click.Group):
            for inner, part in command.commands.items():
                below = click.Context(part, info_name=inner, parent=context, terminal_width=80)
                sections.append(_section(f"filrouge {name} {inner}", part.get_help(below)))
    return "\n".join(sections)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n```text\n{text}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
