"""What a workspace says of itself, and how one of an older format is renewed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from filrouge.corpus.errors import DamagedWorkspace, NewerWorkspace, NoWorkspace, OlderWorkspace
from filrouge.corpus.files import Files, NotThere
from filrouge.corpus.ledger import FORMAT

DESCRIPTION: Final = "workspace.json"
Description = dict[str, Any]


def _from_0(files: Files, about: Description) -> Description:
    """Format 0 called the number "version", and the day it was made "made"."""
    return {"id": about["id"], "created": about.get("made", "")}


MIGRATIONS: Final[dict[int, Callable[[Files, Description], Description]]] = {0: _from_0}
"""From each older format, what renews a workspace to the next one. A step may be cut off and is then done
again, so each must find its own half done work; `workspace.json` is written last."""


def new_description(workspace: str) -> Description:
    """What a new workspace says of itself."""
    return {"format": FORMAT, "id": workspace, "created": datetime.now(UTC).isoformat(timespec="seconds")}


def described(files: Files) -> Description:
    """What a workspace says of itself, renewed if it is of an older format.

    Raises:
        NoWorkspace, DamagedWorkspace, NewerWorkspace, OlderWorkspace: if it cannot be used.
    """
    try:
        about = json.loads(files.get(DESCRIPTION))
    except NotThere as e:
        raise NoWorkspace(files.where) from e
    except ValueError as e:
        raise DamagedWorkspace(files.where, str(e)) from e
    if not isinstance(about, dict) or not isinstance(about.get("id"), str):
        raise DamagedWorkspace(files.where, "it names no id")
    found = about.get("format", about.get("version", 0))
    if not isinstance(found, int):
        raise DamagedWorkspace(files.where, "it names no format")
    if found > FORMAT:
        raise NewerWorkspace(files.where, found, FORMAT)
    while found < FORMAT:
        if found not in MIGRATIONS:
            raise OlderWorkspace(files.where, found, FORMAT)
        about = {**MIGRATIONS[found](files, about), "format": found + 1}
        write_description(files, about)
        found += 1
    return about


def write_description(files: Files, about: Description, *, new: bool = False) -> None:
    """Write what a workspace says of itself."""
    files.put(DESCRIPTION, (json.dumps(about, indent=1) + "\n").encode(), new=new)
