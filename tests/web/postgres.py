"""A PostgreSQL server of one's own for a test: made in a folder, reached by a socket in it, and gone with it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAMES = ("postgres", "nobody")
"""Users under whom a server may run where these tests are root's, whom it refuses."""


def programs() -> Path | None:
    """Where initdb and pg_ctl are; Debian keeps them beside the path."""
    places = [Path(found).parent for found in [shutil.which("initdb")] if found]
    places += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True
    )
    return next(
        (place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None
    )


def why_not() -> str:
    """Why there can be no server here; "" if there can."""
    if programs() is None:
        return "PostgreSQL's server programs (initdb, pg_ctl) are not installed: apt-get install postgresql"
    if os.getuid() == 0 and _somebody() is None:
        return "PostgreSQL does not run as root, and there is no user postgres or nobody"
    return ""


@contextmanager
def server() -> Iterator[str]:
    """The address of a server, as SQLAlchemy reads it; it is stopped at the end, and nothing of it is left."""
    place = programs()
    assert place is not None
    # A path to a socket may have some 100 bytes only.
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    user = _somebody() if os.getuid() == 0 else None
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, said = folder / "data", folder / "log"

    def call(*command: str) -> None:
        subprocess.run(
            command, check=True, cwd=folder, user=user.pw_uid if user else None, group=user.pw_gid if user else None,
            extra_groups=[] if user else None, stdout=subprocess.DEVNULL, timeout=60,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )  # fmt: skip

    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=100"
    try:
        call(
            str(place / "initdb"), "-D", str(data), "-U", "filrouge", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        # 55432: two servers in two folders are two sockets.
        call(
            str(place / "pg_ctl"),
            "-D",
            str(data),
            "-l",
            str(said),
            "-w",
            "-o",
            f"{options} -p 55432",
            "start",
        )
        try:
            yield f"postgresql+psycopg://filrouge@/postgres?host={folder}&port=55432"
        finally:
            call(str(place / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody() -> pwd.struct_passwd | None:
    for name in NAMES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
