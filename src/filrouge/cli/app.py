"""The command `filrouge`: finds the subcommand, and turns whatever goes wrong into one clear message."""

from __future__ import annotations

import errno
import gettext
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

import click

from filrouge import __version__, i18n
from filrouge.cli import exits
from filrouge.cli.options import debug_option, language_option, with_examples
from filrouge.i18n import _

# Subcommand -> the module that builds it with `command()`; loaded only when it is called for.
COMMANDS = {
    "compare": "filrouge.cli.compare",
    "search": "filrouge.cli.search",
    "explain": "filrouge.cli.explain",
    "calibrate": "filrouge.cli.calibrate",
    "init": "filrouge.cli.init",
    "ingest": "filrouge.cli.ingest",
    "run": "filrouge.cli.run",
    "status": "filrouge.cli.status",
    "history": "filrouge.cli.history",
    "snapshots": "filrouge.cli.snapshots",
    "export": "filrouge.cli.export",
    "package": "filrouge.cli.package",
    "verify-package": "filrouge.cli.verify_package",
    "retention": "filrouge.cli.retention",
    "verify": "filrouge.cli.verify",
    "vacuum": "filrouge.cli.vacuum",
    "serve": "filrouge.cli.serve",
    "audit": "filrouge.cli.audit",
    "work": "filrouge.cli.work",
    "practice": "filrouge.cli.practice",
    "synth": "filrouge.cli.synth",
    "evaluate": "filrouge.cli.evaluate",
}


def sections() -> dict[str, tuple[str, ...]]:
    """The commands as `--help` groups them; one that belongs to two groups stands in both."""
    return {
        _("Findings from files"): ("compare", "search", "explain", "calibrate"),
        _("A workspace: ads that come every day"): (
            "init", "ingest", "run", "status", "search", "history", "snapshots", "export", "retention", "verify",
            "vacuum",
        ),
        _("The workbench: the web application where analysts work"): ("serve", "work", "audit", "practice"),
        _("Evidence for a court or a partner"): ("package", "verify-package"),
        _("For practice and measuring"): ("synth", "evaluate"),
    }  # fmt: skip


class Commands(click.Group):
    """The subcommands, built when asked for, in the language spoken at that moment."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand called `cmd_name`, or None."""
        if cmd_name not in COMMANDS:
            return None
        build: Callable[[], click.Command] = import_module(COMMANDS[cmd_name]).command
        return build()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with a line on each, under the headings of `sections`."""
        longest = max(map(len, COMMANDS))
        for title, names in sections().items():
            with formatter.section(title):
                rows = []
                for name in names:
                    command = self.get_command(ctx, name)
                    assert command is not None
                    room = formatter.width - 6 - longest
                    rows.append((name.ljust(longest), command.get_short_help_str(room)))
                formatter.write_dl(rows)


def program() -> click.Group:
    """The whole command line, in the language spoken now."""
    return Commands(
        name="filrouge",
        help=with_examples(
            _(
                "Compares the text of ads from several agencies and shows which were written by one hand: "
                "the template, its slots, and the agencies, phones and cities that each group spans.\n\n"
                "It ranks organised activity; people decide what it means."
            ),
            "filrouge compare alpha.csv beta.csv --out findings",
            "filrouge init unit",
            "filrouge ingest unit monday.csv --case harbour",
            "filrouge run unit",
        ),
        params=[
            language_option(),
            debug_option(),
            click.Option(
                ["--version"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=_print_version,
                help=_("Show the version and exit."),
            ),
        ],
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"filrouge {__version__}")
        ctx.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (see `filrouge.cli.exits`).

    Args:
        arguments: what follows the program's name; those of the process if None.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _speak(_asked_language(given))
    debug = "--debug" in given or bool(os.environ.get("FILROUGE_DEBUG"))
    try:
        with _ending_tidily():
            result = program().main(given, prog_name="filrouge", standalone_mode=False)
            sys.stdout.flush()
    except click.ClickException as trouble:
        trouble.show()
        return exits.WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        print(_("Interrupted."), file=sys.stderr)
        return exits.INTERRUPTED
    except _Terminated:
        print(_("Interrupted."), file=sys.stderr)
        return exits.TERMINATED
    except BrokenPipeError:
        # The reader (`head`, say) has what it wanted. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.DONE
    except Exception as trouble:
        if debug:
            raise
        return _told(trouble)
    return result if isinstance(result, int) else exits.DONE


class _Terminated(BaseException):
    """The system asked this process to end. Like KeyboardInterrupt it passes by `except Exception`."""


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """Within the block SIGTERM unwinds the work as Ctrl-C does, so that nothing half-written stays behind."""

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # who asks twice does not wait for the tidying
        raise _Terminated

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # signals belong to the main thread, and this is another one
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _told(trouble: Exception) -> int:
    """Say in one message what went wrong; the exit code that goes with it."""
    from filrouge.errors import FilrougeError

    if isinstance(trouble, FilrougeError):
        message, code = str(trouble), exits.WRONG_USE
    elif isinstance(trouble, OSError) and trouble.errno in (errno.ENOSPC, errno.EDQUOT):
        message = _("The disk is full. Free some space or choose another --out, then run the command again.")
        code = exits.WRONG_USE
    elif isinstance(trouble, OSError) and trouble.filename is not None:
        message, code = f"{trouble.filename}: {trouble.strerror}", exits.WRONG_USE
    elif isinstance(trouble, MemoryError):
        message = _("Not enough memory for this many ads. Compare fewer files at once.")
        code = exits.WRONG_USE
    else:
        first_line = (str(trouble).splitlines() or [""])[0]
        message = _("filrouge failed: {kind}: {what}. Run it again with --debug for the details.").format(
            kind=type(trouble).__name__, what=first_line
        )
        code = exits.FAULT
    print(_("Error: {message}").format(message=message), file=sys.stderr)
    return code


def _asked_language(arguments: Sequence[str]) -> str | None:
    """What `--lang` asks for, read before click does, since the help itself is to be in that language."""
    for here, following in zip(arguments, [*arguments[1:], ""][: len(arguments)], strict=True):
        if here == "--":
            break
        asked = following if here == "--lang" else here.removeprefix("--lang=")
        if here.startswith("--lang") and asked in i18n.LANGUAGES:
            return asked
    return None


def _speak(language: str | None) -> None:
    """Make filrouge and click, whose words come through the standard library's gettext, speak `language`."""
    chosen = i18n.set_language(language)
    gettext.bindtextdomain(i18n.DOMAIN, i18n.LOCALE_DIR)
    gettext.textdomain(i18n.DOMAIN)
    os.environ["LANGUAGE"] = chosen
