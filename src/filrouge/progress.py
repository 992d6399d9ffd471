"""Telling a person how far the work is: a bar on a terminal, plain lines elsewhere, or nothing.

Code that works for long takes a `Progress` and calls `stage` when a step begins and `advance` as it goes.
Everything is written to standard error, so that standard output stays fit for a pipe.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from filrouge.i18n import _, decimals, number

if TYPE_CHECKING:
    import rich.progress


class Progress(Protocol):
    """What a long step reports to."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A step begins.

        Args:
            name: what it is called, in English and marked with `N_`: it is said in the language of who looks on.
            total: how many pieces it has, None if nobody knows yet.
        """

    def advance(self, n: int = 1) -> None:
        """`n` more pieces of the step are done."""


class Silent:
    """A progress that says nothing: for scripts and tests."""

    def stage(self, name: str, total: int | None = None) -> None:
        pass

    def advance(self, n: int = 1) -> None:
        pass


class PlainLines:
    """One line when a step begins and one when it ends, for logs and pipes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._name: str | None = None
        self._done = 0
        self._began = 0.0

    def stage(self, name: str, total: int | None = None) -> None:
        self._close()
        name = _(name)
        self._name, self._done, self._began = name, 0, time.perf_counter()
        print(f"{name} …" if total is None else f"{name} ({number(total)}) …", file=self._stream, flush=True)

    def advance(self, n: int = 1) -> None:
        self._done += n

    def _close(self) -> None:
        if self._name is not None:
            seconds = time.perf_counter() - self._began
            print(
                _("{stage}: done in {seconds} s").format(stage=self._name, seconds=decimals(seconds, 1)),
                file=self._stream,
                flush=True,
            )
            self._name = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._close()


class TerminalBar:
    """A bar that moves, on a terminal's standard error."""

    def __init__(self) -> None:
        # rich.progress takes 0.15 s to import, which `--help` must not pay.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: rich.progress.TaskID | None = None

    def stage(self, name: str, total: int | None = None) -> None:
        self._finish()
        self._task = self._bars.add_task(_(name), total=total)

    def advance(self, n: int = 1) -> None:
        if self._task is not None:
            self._bars.advance(self._task, n)

    def _finish(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()
        self._bars.stop()


def for_this_terminal() -> TerminalBar | PlainLines:
    """A bar if standard error is a terminal that can move its cursor, else plain lines. Use in a `with`."""
    import os

    if sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb":
        return TerminalBar()
    return PlainLines()
