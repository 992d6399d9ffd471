"""The process beside the application that works on background jobs: started, watched, and ended with it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from filrouge.casework.outside import Outside

if TYPE_CHECKING:
    from filrouge.web.house import Settings

PATIENCE: Final = 20
"""Seconds that the process has to end after it was asked to."""
LONGEST_PAUSE: Final = 60.0
"""Seconds before one that dies again and again is started once more."""
LIVED: Final = 60.0
"""Seconds after which a process is taken to have worked well."""
_log = logging.getLogger("filrouge.worker")


class WorkerProcess:
    """`filrouge work` as a child of this process; one that dies is started again.

    It is told the key of the workspace as this process was: by the same file, or the same variable. It ends by itself
    when this process is gone, however that went.
    """

    def __init__(self, settings: Settings) -> None:
        self._command = [sys.executable, "-m", "filrouge", "work", settings.workspace.files.where, "--child"]
        if settings.key_file is not None:
            self._command += ["--key-file", str(settings.key_file)]
        self._environment = dict(os.environ)
        # What may hold a password is no argument: those are seen by all on this machine.
        if settings.database_url:
            self._environment["FILROUGE_DATABASE_URL"] = settings.database_url
        if settings.options.get("queue_url"):
            self._environment["FILROUGE_QUEUE_URL"] = settings.options["queue_url"]
        if isinstance(settings.options.get("outside"), Outside):
            self._environment |= settings.options["outside"].environment()
        self._ending = threading.Event()
        self._guard = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="worker", daemon=True)

    @property
    def pid(self) -> int | None:
        """The number of the process; None while there is none."""
        with self._guard:
            return self._child.pid if self._child is not None and self._child.poll() is None else None

    def start(self) -> None:
        """Start it, and watch it."""
        self._thread.start()

    def end(self) -> None:
        """End it; what it works on is put back."""
        self._ending.set()
        with self._guard:
            child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
        self._thread.join(PATIENCE)

    def _watch(self) -> None:
        pause = 0.5
        while not self._ending.is_set():
            began = time.monotonic()
            with self._guard:
                if self._ending.is_set():
                    return
                # Its standard input is a pipe of ours: when that ends, we are gone.
                child = self._child = subprocess.Popen(
                    self._command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
                )
            child.wait()
            if child.stdin is not None:
                child.stdin.close()
            if self._ending.is_set():
                return
            pause = 0.5 if time.monotonic() - began > LIVED else min(2 * pause, LONGEST_PAUSE)
            _log.warning("the worker ended with %s; it is started again", child.returncode)
            self._ending.wait(pause)
