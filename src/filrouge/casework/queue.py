"""The queue that carries the numbers of jobs to those who work on them.

It wakes workers, and is trusted with nothing else: a number that it loses is sent again (`jobs.requeue_lost`), one
that it carries twice is worked on once (`jobs.claim`).
"""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any, Final

from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy import URL

NAME: Final = "filrouge"
_log = logging.getLogger("filrouge.queue")


class Queue:
    """Numbers of jobs, first come first served."""

    def __init__(self, huey: Huey) -> None:
        self._huey = huey
        self._take = huey.task(name="take")(_nothing)
        self._guard = threading.Lock()

    def send(self, number: int) -> None:
        """Let somebody take a job up.

        That it could not be sent is no trouble: workers look for jobs that nobody takes up, too.
        """
        try:
            self._take(number)
        except Exception as trouble:
            _log.warning("a job was not sent: %s", type(trouble).__name__)

    def next(self) -> int | None:
        """The number of a job that waits; None if there is none, perhaps after waiting a little."""
        try:
            task = self._huey.dequeue()
        except Exception as trouble:
            # A message of another version, or a queue that cannot be reached.
            _log.warning("the queue could not be read: %s", type(trouble).__name__)
            return None
        if task is None or not task.args or not isinstance(task.args[0], int):
            return None
        return task.args[0]

    def waiting(self) -> int:
        """How many messages wait."""
        try:
            return int(self._huey.storage.queue_size())
        except Exception:
            return 0

    def close(self) -> None:
        """Close its connections."""
        self._huey.storage.close()


def queue_beside(database: URL, queue_url: str | None = None) -> Queue:
    """The queue beside a database: a file beside SQLite's, tables in PostgreSQL's; or the one of redis://…."""
    shared: dict[str, Any] = {"results": False, "serializer": _AsJson()}
    if queue_url is not None:
        return Queue(RedisHuey(NAME, url=queue_url, **shared))
    if database.get_backend_name() == "postgresql":
        dsn = database.set(drivername="postgresql").render_as_string(hide_password=False)
        return Queue(PostgresHuey(NAME, dsn=dsn, table_prefix="filrouge_queue", **shared))
    if not database.database or database.database == ":memory:":
        return Queue(MemoryHuey(NAME, **shared))
    file = Path(database.database)
    # `fsync` off: what a crash takes from the queue is found in the table of jobs.
    return Queue(
        SqliteHuey(NAME, filename=str(file.with_name(f"{file.stem}.queue.sqlite")), fsync=False, **shared)
    )


def _nothing(number: int) -> None:
    """The task of messages: workers read its argument."""


class _AsJson(Serializer):  # type: ignore[misc]
    """Messages as JSON: huey's own pickles would let whoever writes to the queue run anything here."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(list(data)).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(bytes(data)))
