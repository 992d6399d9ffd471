"""The database of people's data: SQLite beside the workspace, or PostgreSQL for a team."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from filrouge.errors import FilrougeError
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.casework.queue import Queue
    from filrouge.corpus.workspace import Workspace

PATIENCE = 15
"""Seconds for which a writer waits for another one."""
ALONE = "filrouge_alone"
"""Marks transactions in which nobody else writes."""
DATABASE = "database"
"""Under which name a transaction's `info` has the database it is of."""
FOLDER, FILE = "casework", "casework.sqlite"
"""Where SQLite keeps people's data, in the folder of the workspace."""
MIGRATIONS = Path(__file__).parent / "migrations"


class NoDatabase(FilrougeError):
    """A database that cannot be used."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            _("The database {where} cannot be used: {why}. Look at --database-url.").format(
                where=where, why=why
            )
        )


class Database:
    """Where people's data lies.

    Args:
        url: as SQLAlchemy reads it: sqlite:///…, postgresql+psycopg://….
        queue_url: of the queue that wakes workers, redis://…; None for one beside the database.
    """

    def __init__(self, url: str, queue_url: str | None = None) -> None:
        self.engine = _engine(url)
        self.url = self.engine.url.render_as_string(hide_password=True)
        self._queue_url = queue_url

    @classmethod
    def of(cls, ws: Workspace, url: str | None = None, queue_url: str | None = None) -> Database:
        """That of a workspace: the one named, or SQLite in its folder `casework`; made and brought up to date."""
        if url is None:
            folder = ws.derived(FOLDER)
            folder.chmod(0o700)
            url = f"sqlite:///{folder / FILE}"
        database = cls(url, queue_url)
        database.upgrade()
        return database

    @classmethod
    def if_any(cls, ws: Workspace, url: str | None = None) -> Database | None:
        """The same, but none is made: None where nobody has worked with the workbench on this workspace."""
        if url is None and not (ws.beside(FOLDER) / FILE).exists():
            return None
        return cls.of(ws, url)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: written at the end of the block, undone if it fails."""
        with Session(self.engine, expire_on_commit=False, info=self._info) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction in which nobody else writes: what is read in it stays true until it is written.

        Keep it short: others wait for it.
        """
        alone = self.engine.execution_options(**{ALONE: True})
        with Session(alone, expire_on_commit=False, info=self._info) as session, session.begin():
            lock(session)
            yield session

    @cached_property
    def queue(self) -> Queue:
        """What carries the numbers of jobs to those who work on them."""
        from filrouge.casework.queue import queue_beside

        return queue_beside(self.engine.url, self._queue_url)

    @property
    def _info(self) -> dict[str, Any]:
        return {DATABASE: self}

    def upgrade(self) -> None:
        """Make the tables, or bring them to what this version of the program knows.

        Raises:
            NoDatabase: if that cannot be done.
        """
        try:
            with self.engine.execution_options(**{ALONE: True}).begin() as connection:
                command.upgrade(_alembic(connection), "head")
        except OperationalError as e:
            raise NoDatabase(self.url, str(e.orig).splitlines()[0]) from e

    def close(self) -> None:
        """Close all connections."""
        if "queue" in self.__dict__:
            self.queue.close()
        self.engine.dispose()


def lock(session: Session) -> None:
    """Let nobody else write before this transaction ends; readers are not kept.

    Raises:
        RuntimeError: if the transaction is none of `Database.writing`: on SQLite one that has read already can't become
            a writer when somebody else wrote meanwhile.
    """
    if not session.connection().get_execution_options().get(ALONE):
        raise RuntimeError("what is written to the trail needs a transaction of Database.writing")
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(7311501)"))


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Call something once this transaction is written; not at all if it is undone."""
    event.listen(session, "after_commit", lambda _session: call(), once=True)


def _alembic(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _engine(url: str) -> Engine:
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), pool_size=20, max_overflow=20)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            # SQLAlchemy's own BEGIN below; the driver would begin only at the first write.
            connection.isolation_level = None
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                f"busy_timeout={PATIENCE * 1000}",
            ):
                connection.execute(f"PRAGMA {pragma}").close()

        @event.listens_for(engine, "begin")
        def begin(connection: Any) -> None:
            alone = connection.get_execution_options().get(ALONE)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if alone else "BEGIN")

    return engine
