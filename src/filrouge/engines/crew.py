"""Processes that prepare and seal chunks of ads.

Two steps of a chunk must be made by one process: splitting it into words, and, when the words of its whole group
are known, joining the disguised ones and sealing it. So each process has a queue of its own, and what it split
stays with it.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import PriorityQueue
from types import TracebackType
from typing import Any, Protocol, Self

import polars as pl

from filrouge.ads.tokens import Vocabulary, vocabulary_of
from filrouge.corpus.chunks import SealedChunk, seal
from filrouge.corpus.keys import DataKey
from filrouge.engines.prepare import Written, as_written, joined
from filrouge.errors import FilrougeError
from filrouge.i18n import _

_SEAL, _WRITE, _STOP = 0, 1, 2  # what is done first, so that little lies about


class HelperDied(FilrougeError):
    """A process that worked for another ended too early: killed, or out of memory."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A process that was helping ended before its work was done; often the memory was full. "
                "Nothing was changed. Try again with --jobs 1, or close other programs."
            )
        )


@dataclass(frozen=True)
class Sealing:
    """What all chunks of a batch are sealed with."""

    workspace: str
    batch: str
    case: str
    pepper: bytes
    month: str  # of receipt


class Desk:
    """Where one process works: it keeps the chunks that it split until they are sealed."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing
        self._written: dict[int, Written] = {}

    def write(self, number: int, ads: pl.DataFrame) -> Vocabulary:
        """Split chunk `number`; the words that it writes plainly."""
        written = self._written[number] = as_written(ads)
        return vocabulary_of([written.words])

    def seal(self, number: int, words: Vocabulary, keys: Mapping[str, DataKey]) -> SealedChunk:
        """Seal a chunk that was split here, its disguised words joined as `words` decide."""
        s = self._sealing
        return seal(
            joined(self._written.pop(number), words),
            chunk_number=number, batch=s.batch, case=s.case, keys=keys, pepper=s.pepper,
            workspace_id=s.workspace, received_month=s.month,
        )  # fmt: skip


class _Here:
    """A desk in this process."""

    def __init__(self, sealing: Sealing) -> None:
        self._desk = Desk(sealing)

    def ask(self, rank: int, task: str, *arguments: Any) -> Future[Any]:
        """Do it at once."""
        done: Future[Any] = Future()
        done.set_result(getattr(self._desk, task)(*arguments))
        return done

    def close(self) -> None:
        """Nothing is left to do."""

    @property
    def load(self) -> int:
        """Tasks that wait."""
        return 0


class _There:
    """A desk in a process of its own, and the thread that brings it work."""

    def __init__(self, sealing: Sealing) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__])  # what is imported once is there in every process
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, sealing), daemon=True)
        self._process.start()
        theirs.close()
        self._order = count()
        self._tasks: PriorityQueue[tuple[int, int, Any, Any]] = PriorityQueue()
        self._thread = threading.Thread(target=self._bring, daemon=True)
        self._thread.start()

    def ask(self, rank: int, task: str, *arguments: Any) -> Future[Any]:
        """Have it done, tasks of low rank first."""
        done: Future[Any] = Future()
        self._tasks.put((rank, next(self._order), (task, arguments), done))
        return done

    @property
    def load(self) -> int:
        """Tasks that wait."""
        return self._tasks.qsize()

    def close(self) -> None:
        """End the process; what it has not begun is not done."""
        self._tasks.put((-1, 0, None, None))
        self._process.kill()
        self._thread.join()
        self._process.join()
        self._pipe.close()

    def _bring(self) -> None:
        while True:
            _rank, _order, task, done = self._tasks.get()
            if task is None:
                return
            try:
                self._pipe.send(task)
                result = self._pipe.recv()
            except (EOFError, OSError):
                done.set_exception(HelperDied())
                continue
            if isinstance(result, BaseException):
                done.set_exception(result)
            else:
                done.set_result(result)


def _serve(pipe: Connection, sealing: Sealing) -> None:
    """Work at a desk until nobody asks any more."""
    # One process, one core: the others have work of their own.
    os.environ["POLARS_MAX_THREADS"] = "1"
    # In the midst of a chunk the collector would walk all that was found again and again.
    gc.disable()
    desk = Desk(sealing)
    while True:
        try:
            task, arguments = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            result: Any = getattr(desk, task)(*arguments)
        except Exception as trouble:
            result = trouble
        pipe.send(result)
        # Errors that were handled hold the frames they came through, and those a whole chunk.
        del result, arguments
        gc.collect()
        gc.freeze()


class Helpers(Protocol):
    """Who prepares and seals chunks; used in a `with`."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def write(self, number: int, ads: pl.DataFrame) -> Future[Vocabulary]:
        """Have chunk `number` split into words; those that it writes plainly."""

    def seal(self, number: int, words: Vocabulary, keys: Mapping[str, DataKey]) -> Future[SealedChunk]:
        """Have chunk `number` sealed, its disguised words joined as `words` decide."""


class Crew:
    """Several desks; use in a `with`."""

    def __init__(self, jobs: int, sealing: Sealing) -> None:
        """With `jobs` processes; with one job, all is done in this process."""
        kind: Any = _There if jobs > 1 else _Here
        self._desks = [kind(sealing) for _ in range(max(jobs, 1))]
        self._place: dict[int, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for desk in self._desks:
            desk.close()

    def write(self, number: int, ads: pl.DataFrame) -> Future[Vocabulary]:
        """Have chunk `number` split by who has least to do."""
        loads = [(desk.load, sum(d is desk for d in self._place.values())) for desk in self._desks]
        desk = self._place[number] = self._desks[min(range(len(loads)), key=lambda k: loads[k])]
        return desk.ask(_WRITE, "write", number, ads)  # type: ignore[no-any-return]

    def seal(self, number: int, words: Vocabulary, keys: Mapping[str, DataKey]) -> Future[SealedChunk]:
        """Have chunk `number` sealed by who split it."""
        return self._place.pop(number).ask(_SEAL, "seal", number, words, keys)  # type: ignore[no-any-return]
