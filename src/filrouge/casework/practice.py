"""Practice: a workspace of invented ads, with accounts to try the workbench with.

The accounts' password is made anew for each practice workspace, and written beside it where its owner alone can read
it: so no password of ours is known to anybody, and none can be left on a workspace with real ads.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from filrouge.casework import cases, people
from filrouge.casework.access import Role
from filrouge.casework.database import Database
from filrouge.casework.desk import Desk
from filrouge.casework.models import now
from filrouge.casework.passwords import one_time_password
from filrouge.casework.practice_key import key_of
from filrouge.corpus.errors import AlreadyAWorkspace
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run
from filrouge.errors import FilrougeError
from filrouge.i18n import N_, _
from filrouge.progress import Progress, Silent

MARK: Final = "practice.json"
"""The file in the folder of people's data that says a workspace is for practice."""
LOGINS: Final[Mapping[str, Role]] = {
    "analyst": Role.ANALYST,
    "colleague": Role.ANALYST,
    "supervisor": Role.SUPERVISOR,
    "partner": Role.PARTNER,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
}


class NotForPractice(FilrougeError):
    """A workspace that is there, and not for practice."""

    def __init__(self, where: Path) -> None:
        super().__init__(
            _(
                "{where} is there and holds no practice workspace, so it is left alone. Name another folder."
            ).format(where=where)
        )


@dataclass(frozen=True)
class Practice:
    """How one signs in to a practice workspace."""

    password: str
    logins: tuple[str, ...]


def practice_of(ws: Workspace) -> Practice | None:
    """How one signs in to a practice workspace; None if this is none."""
    try:
        said = json.loads((ws.derived("casework") / MARK).read_text("utf-8"))
        return Practice(said["password"], tuple(said["logins"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def make_practice(
    where: Path, files: Mapping[str, Sequence[str]], *, jobs: int = 1, progress: Progress | None = None
) -> Practice:
    """Make a practice workspace, or go on with one that was begun; nothing if it is whole.

    Args:
        where: a folder.
        files: of invented ads, by the name of their case.
        jobs: cores to use.
        progress: told how far the work is.

    Raises:
        NotForPractice: if something else is there.
    """
    progress = progress or Silent()
    folder = where / "casework"
    if where.exists() and not (folder / MARK).exists() and any(where.iterdir()):
        raise NotForPractice(where)
    if not (folder / MARK).exists():
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        _write_private(
            folder / MARK, {"password": one_time_password(), "logins": list(LOGINS), "whole": False}
        )
    said = json.loads((folder / MARK).read_text("utf-8"))
    found = Practice(said["password"], tuple(said["logins"]))
    if said["whole"]:
        return found
    with suppress(AlreadyAWorkspace):
        Workspace.init(where, key_file=key_of(where))
    ws = Workspace.open(where, key_file=key_of(where))
    for case, names in files.items():
        shelf = _ByName({Path(name).name: Path(name) for name in names})
        receiver = "filrouge practice"
        ingest(ws, list(shelf.paths), case=case, receiver=receiver, jobs=jobs, progress=progress, shelf=shelf)
    run(ws.refreshed(), jobs=jobs, progress=progress)
    progress.stage(N_("Getting ready"))
    desk = Desk(ws.refreshed(), jobs=jobs)
    for case in files:
        # On a machine where this was never done, the first page would wait for it.
        desk.casebook(case, ahead=True)
        desk.index(case).near_ads(0)
    database = Database.of(ws)
    try:
        _people_and_cases(database, found, list(files))
    finally:
        database.close()
    _write_private(folder / MARK, {**said, "whole": True})
    return found


@dataclass(frozen=True)
class _ByName:
    """A shelf of files by their bare names, which is how people will see them."""

    paths: Mapping[str, Path]
    most: int = 1 << 32

    def read(self, name: str) -> bytes:
        return self.paths[name].read_bytes()

    def size(self, name: str) -> int:
        return self.paths[name].stat().st_size


def _people_and_cases(database: Database, practice: Practice, names: list[str]) -> None:
    with database.writing() as db:
        if not people.nobody_yet(db):
            return
        users = {
            login: people.make_user(
                db, "", login=login, name=login.title(), role=LOGINS[login], password=practice.password
            )
            for login in practice.logins
        }
        for user in users.values():
            user.offered = True  # who only tries is not asked to set up a second factor
        working = [
            users[login] for login in ("analyst", "colleague", "supervisor", "partner") if login in users
        ]
        for name in names:
            cases.make_case(
                db, users["administrator"], name=name, title=_("Practice: {name}").format(name=name),
                purpose=_("To learn how the workbench works, with invented ads"),
                authority=_("None is needed: no ad, person or phone here exists"),
                keep_until=now().date() + timedelta(days=365), members=working,
            )  # fmt: skip


def _write_private(path: Path, said: Mapping[str, object]) -> None:
    fresh = path.with_suffix(".fresh")
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(said, file)
    fresh.replace(path)
