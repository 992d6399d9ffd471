"""Background jobs, and files that were brought and not yet taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from filrouge.casework.models.base import Base, now
from filrouge.casework.models.people import User


class Job(Base):
    """Work that is done in the background.

    This row is the truth; the queue carries its number alone, and may lose it.

    Attributes:
        kind: what is to be done, see `jobs.KINDS`.
        arguments: for the one who does it. No data: numbers of rows, options.
        language: of the person who asked for it, in which `message` is written.
        state: see `jobs.State`.
        worker: who works on it, or did: machine, process, and a token.
        stage: the step that is under way, in English: pages say it in the language of who reads.
        beat: when that worker was heard of last.
        stop: when somebody asked for it to be cancelled.
        result: what came of it, in numbers.
        message: for the person, where something went wrong.
        fault: the number under which the log has what went wrong.
    """

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    arguments: Mapped[dict[str, Any]]
    language: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    stage: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    of: Mapped[int | None] = mapped_column(BigInteger, default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(default="")
    beat: Mapped[datetime | None] = mapped_column(default=None)
    stop: Mapped[datetime | None] = mapped_column(default=None)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    message: Mapped[str] = mapped_column(default="")
    fault: Mapped[str] = mapped_column(default="")
    made: Mapped[datetime] = mapped_column(default=now)
    begun: Mapped[datetime | None] = mapped_column(default=None)
    ended: Mapped[datetime | None] = mapped_column(default=None)
    user: Mapped[User | None] = relationship(lazy="joined")


class BroughtFile(Base):
    """A file that somebody brought into a case; what it holds lies sealed in the spool until it is taken in.

    Attributes:
        name: as the person's machine called it, made harmless; it names nothing on this one.
        sha256: of the bytes as they were brought.
        spooled: the name of its file in the spool; "" when that is gone.
        columns: which column is what, where the person said so.
        state: "waiting", "taken" (or found to be held already), "dropped".
        job_id: the last job that took it in, or tries to.
    """

    __tablename__ = "brought_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    spooled: Mapped[str]
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    made: Mapped[datetime] = mapped_column(default=now)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    user: Mapped[User | None] = relationship(lazy="joined")
