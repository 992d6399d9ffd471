"""Working on jobs: taking one up, telling how far it is, writing down how it ended."""

from __future__ import annotations

import errno
import logging
import secrets
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from filrouge.casework import jobs
from filrouge.casework.database import Database
from filrouge.casework.jobs import KINDS, Kind, State
from filrouge.casework.models import Job
from filrouge.corpus.workspace import Workspace
from filrouge.errors import FilrougeError
from filrouge.i18n import _, speaking

BEAT: Final = 0.5
"""Seconds between two beats of a worker's heart, with which it tells how far it is."""
LOOKED: Final = 5.0
"""Seconds between two looks for jobs that were lost, or wait and are not in the queue."""
TIDIED: Final = 3600.0
"""Seconds between two rounds of chores."""
IDLE: Final = 0.2
"""Seconds that a worker waits where nothing waits for it."""
_log = logging.getLogger("filrouge.work")


class Stopped(BaseException):
    """The work is to end: cancelled, taken over by somebody else, or since this process ends.

    It passes by `except Exception`, as KeyboardInterrupt does.
    """


class Telling:
    """The progress of a job, as `filrouge.progress.Progress`; each step is a place where it can be stopped."""

    def __init__(self) -> None:
        self.name = ""
        self.done = 0
        self.of: int | None = None
        self.stopped = ""

    def stage(self, name: str, total: int | None = None) -> None:
        """A step begins.

        Raises:
            Stopped: if the work is to end.
        """
        self.check()
        self.name, self.done, self.of = name, 0, total

    def advance(self, n: int = 1) -> None:
        """`n` more pieces of the step are done.

        Raises:
            Stopped: if the work is to end.
        """
        self.done += n
        self.check()

    def check(self) -> None:
        """Raise `Stopped` if the work is to end; for work that tells of no steps."""
        if self.stopped:
            raise Stopped


class Workshop:
    """What the one who does a job works with.

    Attributes:
        database: of people's data.
        progress: told how far the work is; raises where it is to stop.
        cores: that may be used.
        options: of the kinds of jobs that need more, by name.
    """

    def __init__(
        self, database: Database, ws: Workspace, progress: Telling, *, cores: int = 1,
        options: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.database = database
        self.progress = progress
        self.cores = cores
        self.options = options or {}
        self._ws = ws

    @property
    def workspace(self) -> Workspace:
        """The workspace as it is now."""
        return self._ws.refreshed()

    def folder(self, name: str) -> Path:
        """A folder on this machine that nobody else may read, for what a kind of job keeps."""
        return private_folder(self._ws, name)


def private_folder(ws: Workspace, name: str) -> Path:
    """A folder of people's data beside the workspace that nobody else may read."""
    folder = ws.derived("casework") / name
    folder.parent.chmod(0o700)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


class Worker:
    """Works on jobs, one after the other, on one or several threads."""

    def __init__(
        self, database: Database, ws: Workspace, *, cores: int = 1, options: dict[str, Any] | None = None
    ) -> None:
        self.database = database
        self.name = jobs.new_worker()
        self._ws = ws
        self._cores = cores
        self._options = options or {}
        self._ending = threading.Event()
        self._under_way: set[Telling] = set()

    # -- for as long as the process lives ---------------------------------------------------------------------

    def work(self, threads: int = 2) -> None:
        """Work until `end`. Two threads: what is short need not wait for what is long."""
        self.look()
        running = [threading.Thread(target=self._take_up, name=f"work-{n}") for n in range(threads)]
        for thread in running:
            thread.start()
        tidied = -TIDIED
        while not self._ending.wait(LOOKED):
            self.look()
            if time.monotonic() - tidied > TIDIED:
                tidied = time.monotonic()
                self.tidy()
        for thread in running:
            thread.join()

    def end(self) -> None:
        """Stop working soon; what is under way is put back."""
        self._ending.set()
        for telling in list(self._under_way):
            telling.stopped = telling.stopped or "ending"

    def look(self) -> None:
        """Queue again what was lost, and send what waits and is not in the queue."""
        try:
            with self.database.writing() as db:
                jobs.requeue_lost(db)
            if not self.database.queue.waiting():
                with self.database.session() as db:
                    waiting = jobs.waiting(db)
                for number in waiting:
                    self.database.queue.send(number)
        except SQLAlchemyError as trouble:
            _log.warning("the jobs could not be looked at: %s", type(trouble).__name__)
        for look in jobs.LOOKS:
            try:
                look(self.database, self._ws)
            except Exception as trouble:
                # What is looked for is looked for again; the worker lives on.
                _log.warning("a look failed: %s at %s", type(trouble).__name__, where(trouble))

    def tidy(self) -> None:
        """Do what is done now and then unasked."""
        for chore in jobs.CHORES:
            try:
                chore(self.database, self._ws)
            except Exception as trouble:
                _log.error("a chore failed: %s at %s", type(trouble).__name__, where(trouble))

    def _take_up(self) -> None:
        while not self._ending.is_set():
            number = self.database.queue.next()
            if number is None:
                self._ending.wait(IDLE)
                continue
            try:
                self.take(number)
            except Exception as trouble:
                # The job's heart stopped with it, so it is queued again; whoever worked on it lives on.
                _log.error("a job was left: %s at %s", type(trouble).__name__, where(trouble))

    # -- one job ----------------------------------------------------------------------------------------------

    def drain(self) -> None:
        """Work on all that waits, here and now, and on what comes of it: for tests and small scripts."""
        while True:
            with self.database.session() as db:
                waiting = jobs.waiting(db)
            taken = [self.take(number) for number in waiting]
            if not any(taken):
                return

    def take(self, number: int) -> bool:
        """Work on a job, if it is to be had; whether it was."""
        with self.database.writing() as db:
            job = jobs.claim(db, number, self.name)
        if job is None:
            return False
        telling = Telling()
        self._under_way.add(telling)
        if self._ending.is_set():
            telling.stopped = "ending"
        try:
            with speaking(job.language), self._beating(job.id, telling):
                self._done(job, telling)
        finally:
            self._under_way.discard(telling)
        if KINDS[job.kind].alone:
            self.look()
        return True

    def _done(self, job: Job, telling: Telling) -> None:
        kind = KINDS[job.kind]
        workshop = Workshop(self.database, self._ws, telling, cores=self._cores, options=self._options)
        try:
            telling.check()
            result = _result(kind, job, workshop)
        except Stopped:
            self._stopped(job, telling)
        except Exception as trouble:
            message, fault = _told(trouble)
            self._end(job, State.FAILED, message=message, fault=fault)
        else:
            self._end(job, State.DONE, workshop, result=result)

    def _stopped(self, job: Job, telling: Telling) -> None:
        if telling.stopped == "cancelled":
            self._end(job, State.CANCELLED)
        elif telling.stopped == "ending":
            with self.database.writing() as db:
                mine = jobs.mine(db, job.id, self.name)
                if mine is not None:
                    jobs.put_back(db, mine)

    def _end(self, job: Job, state: State, workshop: Workshop | None = None, **said: Any) -> None:
        with self.database.writing() as db:
            mine = jobs.mine(db, job.id, self.name)
            if mine is None:
                return
            jobs.end(db, mine, state, **said)
            if workshop is not None and job.kind in jobs.AFTER:
                jobs.AFTER[job.kind](db, mine, workshop)

    @contextmanager
    def _beating(self, number: int, telling: Telling) -> Iterator[None]:
        """While the block runs, tell how far it is, and hear whether it is to stop."""
        over = threading.Event()

        def tell() -> None:
            while not over.wait(BEAT):
                try:
                    with self.database.session() as db:
                        stop = jobs.beat(db, number, self.name, telling.name, telling.done, telling.of)
                except SQLAlchemyError:
                    continue
                if stop is None:
                    telling.stopped = "lost"
                elif stop:
                    telling.stopped = "cancelled"

        heart = threading.Thread(target=tell, name=f"heart-{number}", daemon=True)
        heart.start()
        try:
            yield
        finally:
            over.set()
            heart.join()


def _result(kind: Kind, job: Job, workshop: Workshop) -> dict[str, Any]:
    """What comes of a job; tried again where somebody else wrote a run meanwhile."""
    from filrouge.engines.run import RunOvertaken

    for _attempt in range(kind.tries - 1):
        try:
            return kind.work(job, workshop)
        except RunOvertaken:
            time.sleep(0.1)
    return kind.work(job, workshop)


def _told(trouble: Exception) -> tuple[str, str]:
    """What went wrong, in words for the person, and the number of the fault, if it is one."""
    if isinstance(trouble, FilrougeError):
        return str(trouble), ""
    if isinstance(trouble, OSError) and trouble.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("The disk is full. Ask the administrator to free some space, then try again."), ""
    if isinstance(trouble, MemoryError):
        return _("The machine has not enough memory for this. Bring less at once, and try again."), ""
    fault = secrets.token_hex(4)
    # Where it was and of what kind, never its words: they may be of an ad.
    _log.error("fault %s: %s at %s", fault, type(trouble).__name__, where(trouble))
    message = _(
        "Something went wrong in filrouge. Nothing was changed. Try again; if it happens once more, give the number "
        "of this fault to the administrator: {number}."
    )
    return message.format(number=fault), fault


def where(trouble: BaseException) -> str:
    """Where in the code something went wrong: the innermost places first."""
    frames = traceback.extract_tb(trouble.__traceback__)[-4:]
    return " < ".join(
        f"{frame.filename.rsplit('filrouge/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames)
    )
