"""What every request of the application needs, made once when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fastapi import Request

from filrouge.casework import factors
from filrouge.casework.database import Database
from filrouge.casework.desk import Desk
from filrouge.casework.judging import Boards
from filrouge.casework.practice import practice_of
from filrouge.corpus.workspace import Workspace
from filrouge.web.limits import Limits
from filrouge.web.provider import Provider
from filrouge.web.recalled import Recalled

OWN_HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
"""Names of this machine for itself."""


@dataclass(frozen=True)
class Settings:
    """How the application is run.

    Attributes:
        workspace: whose ads are read.
        database_url: of people's data; None for SQLite in the workspace.
        hosts: names under which browsers may reach it; requests for others are refused (DNS rebinding).
        secure: whether browsers reach it by https, so that cookies may go by nothing else.
        jobs: cores that one reading may use.
        work: whether background jobs are worked on by a process of this one's.
        second_factor: of whom one is asked: see `casework.factors`.
        limits: whether it is counted how often somebody asks.
        oidc: where people may sign in with their organisation's account; None for nowhere.
        options: of rooms that need more, by name.
    """

    workspace: Workspace
    database_url: str | None = None
    hosts: tuple[str, ...] = OWN_HOSTS
    secure: bool = False
    jobs: int = 1
    work: bool = True
    key_file: Path | None = None
    second_factor: str = factors.OFFERED
    limits: bool = True
    oidc: Provider | None = None
    options: dict[str, Any] = field(default_factory=dict)


class House:
    """The settings, the database of people's data, and the desk at which the workspace is read."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database.of(
            settings.workspace, settings.database_url, settings.options.get("queue_url")
        )
        self.practice = practice_of(settings.workspace)
        self.desk = Desk(settings.workspace, jobs=settings.jobs)
        self.boards = Boards()
        self.recalled = Recalled()
        self.limits = Limits(settings.limits)

    def close(self) -> None:
        """Let go of everything."""
        self.database.close()


def house_of(request: Request) -> House:
    """The application's house."""
    house: House = request.app.state.house
    return house
