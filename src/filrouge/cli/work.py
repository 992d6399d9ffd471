"""`filrouge work`: works on the background jobs of a workbench."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from filrouge.cli import exits
from filrouge.cli.options import (
    closing_options,
    database_option,
    jobs_option,
    queue_option,
    with_examples,
    workspace_argument,
)
from filrouge.i18n import _

NICE = 10
"""How much this process gives way to others, the pages first of all."""
PATIENCE = 15
"""Seconds that what is under way has to stop at its next step."""


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "work",
        callback=work,
        short_help=_("Work on the background jobs of a workbench."),
        help=with_examples(
            _(
                "Work on what people ask for in the workbench and what takes long: taking files in, comparing, "
                "packages. `filrouge serve` starts one of these itself, unless told --no-work; on a larger "
                "machine, or on several, start more.\n\n"
                "A job whose worker is killed is taken up by another one, or by the next; it is done once all the same."
            ),
            "filrouge work unit",
            "filrouge work unit --database-url postgresql+psycopg://people@db/filrouge",
        ),
        params=[
            workspace_argument(),
            database_option(),
            queue_option(),
            jobs_option(),
            click.Option(["--child"], is_flag=True, hidden=True),
            *closing_options(),
        ],
    )


def work(
    where: str,
    database_url: str | None,
    queue_url: str | None,
    jobs: int | None,
    child: bool,
    key_file: Path | None,
) -> None:
    """Work until told to end."""
    from filrouge.casework.database import Database
    from filrouge.casework.work import Worker
    from filrouge.cli.compare import cores
    from filrouge.cli.workspaces import opened
    from filrouge.web import kinds

    assert kinds.MODULES
    _give_way()
    ws = opened(where, key_file)
    worker = Worker(Database.of(ws, database_url, queue_url), ws, cores=cores(jobs))
    with _ended_by_signals(worker.end):
        if child:
            threading.Thread(target=_until_parent_is_gone, args=(worker.end,), daemon=True).start()
        else:
            click.echo(_("Working on the jobs of {where} (Ctrl-C ends it).").format(where=where))
        worker.work()


def _give_way() -> None:
    """Let other processes go first; and where memory runs out, let this one be killed rather than the pages."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


@contextlib.contextmanager
def _ended_by_signals(end: Callable[[], None]) -> Iterator[None]:
    """Within the block, SIGTERM and Ctrl-C let what is under way be put back; if it does not stop, it is left."""

    def asked(number: int, frame: object) -> None:
        end()
        # What does not stop in time is left as after a kill: another worker takes it up.
        timer = threading.Timer(PATIENCE, lambda: os._exit(exits.TERMINATED))
        timer.daemon = True
        timer.start()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _until_parent_is_gone(end: Callable[[], None]) -> None:
    """Wait for the end of the pipe that the parent holds."""
    # Not by `sys.stdin`: its lock would be held when this process ends.
    while os.read(0, 1):
        pass
    end()
    threading.Timer(PATIENCE, lambda: os._exit(exits.TERMINATED)).start()
