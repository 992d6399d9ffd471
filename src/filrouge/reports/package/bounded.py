"""Checking a package that anybody may have made: in a process of its own that is given so much time and memory.

What a package holds decides how much work it is to check it, and a hostile one can make that endless. So nothing of it
is looked into by the process that asks, not even the list of its files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final

from filrouge.errors import FilrougeError
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.reports.package.verify import Problem

SECONDS: Final = 60
"""That a check may take."""
WAITED: Final = 10
"""Seconds for which one waits until another check is over."""
MEMORY: Final = 2 << 30
"""Bytes that a check may use."""
MOST_FILES: Final = 1_000
SHOWN: Final = 100
"""Problems, and sentences of each kind, that are told."""
LONGEST: Final = 500
"""Characters of each."""
_ONE_AT_A_TIME: Final = threading.Lock()
_FACTS: Final = {
    "what": ("name",), "terms": ("made_by", "made_at", "recipient", "purpose"), "snapshot": ("seq",),
    "code": ("filrouge",),
}  # fmt: skip
"""What is told of the manifest, beside the key that signed."""


class NotChecked(FilrougeError):
    """A file that is no package, or whose check was given up."""


@dataclass(frozen=True)
class Found:
    """What was found of a package; all that comes from it is cut to a length that can be shown.

    Attributes:
        problems: the first of them; count: how many there are.
        done: what was checked. given: what was taken as given.
        manifest: what of it is told; empty if it cannot be read.
    """

    problems: list[Problem]
    count: int
    done: list[str]
    given: list[str]
    manifest: dict[str, Any]


def checked(pieces: Iterable[bytes]) -> Found:
    """What is right and wrong with a package.

    Args:
        pieces: of the bytes of the file.

    Raises:
        NotChecked: if it is none, if to check it takes too long or too much memory, or if others are being checked.
    """
    if not _ONE_AT_A_TIME.acquire(timeout=WAITED):
        raise NotChecked(_("Another package is being checked. Try again in a minute."))
    try:
        with _in_memory(pieces) as number:
            told = _asked_of_a_child(number)
    finally:
        _ONE_AT_A_TIME.release()
    if "refused" in told:
        raise NotChecked(_in_words(str(told["refused"])))
    from filrouge.reports.package.verify import Problem

    problems = [Problem(**problem) for problem in told.pop("problems")]
    return Found(problems=problems, **told)


def _asked_of_a_child(number: int) -> dict[str, Any]:
    # It knows no secret of ours: neither keys nor passwords of databases.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FILROUGE_")}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "filrouge.reports.package.bounded", str(MEMORY), str(SECONDS)],
            stdin=number, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, timeout=SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"refused": "long"}
    try:
        told: dict[str, Any] = json.loads(ended.stdout)
    except ValueError:
        # Ended by the system: for want of memory, or since its time was over.
        return {"refused": "much"}
    return told


def _in_words(why: str) -> str:
    by_command = _("Check it with filrouge verify-package, on a machine that may be busy with it.")
    return {
        "none": _("This is no ZIP file that can be read, so it is no package."),
        "grows": _("This is no package: it holds more than its size allows."),
        "odd": _("This is no package: it cannot be read as one."),
        "long": _("Checking this takes too long here, so it was given up.") + " " + by_command,
        "much": _("Checking this takes too much memory here, so it was given up.") + " " + by_command,
    }[why]


@contextmanager
def _in_memory(pieces: Iterable[bytes]) -> Iterator[int]:
    """An open file with the bytes; where the system allows it they touch no disk."""
    file: IO[bytes]
    file = os.fdopen(os.memfd_create("package"), "w+b") if hasattr(os, "memfd_create") else TemporaryFile()  # noqa: SIM115
    with file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        file.seek(0)
        yield file.fileno()


# -- in the process of its own --------------------------------------------------------------------------------


def _limited(memory: int, seconds: int) -> None:
    os.nice(10)
    try:
        import resource
    except ImportError:
        return
    # What is mapped from files, such as libraries, does not count. Files may be as large as compiled kernels are.
    limits = (
        (resource.RLIMIT_DATA, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 64 << 20),
        (resource.RLIMIT_CORE, 0),
    )  # fmt: skip
    for what, most in limits:
        resource.setrlimit(what, (most, most))


def _judged(path: Path) -> dict[str, Any]:
    """What is told of the file; `refused`, and why, if it is no package."""
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return {"refused": "none"}
    # Packages are written without compression: what grows when it is unpacked is none, and may be meant to fill us up.
    if (
        len(listed) > MOST_FILES
        or any(about.compress_type != zipfile.ZIP_STORED for about in listed)
        or sum(about.file_size for about in listed) > path.stat().st_size
    ):
        return {"refused": "grows"}
    del listed
    # Reading it takes a second, and most of what is no package is told before.
    from filrouge.reports.package.verify import verdict

    found = verdict(path)
    return {
        "problems": [
            {**asdict(problem), "file": _cut(problem.file), "what": _cut(problem.what)}
            for problem in found.problems[:SHOWN]
        ],
        "count": len(found.problems),
        "done": [_cut(sentence) for sentence in found.done[:SHOWN]],
        "given": [_cut(sentence) for sentence in found.given[:SHOWN]],
        "manifest": _facts(found.manifest),
    }


def _facts(manifest: Any) -> dict[str, Any]:
    if not isinstance(manifest, dict):
        return {}
    out: dict[str, Any] = {"signed_by": _cut(manifest.get("signed_by", ""))} if manifest else {}
    for part, names in _FACTS.items():
        said = manifest.get(part)
        if isinstance(said, dict):
            out[part] = {name: _short(said[name]) for name in names if name in said}
    return out


def _short(value: Any) -> str | int:
    return value if isinstance(value, int) and abs(value) < 1 << 53 else _cut(value)


def _cut(value: Any) -> str:
    said = str(value)
    return said if len(said) <= LONGEST else said[:LONGEST] + "…"


def main(arguments: list[str]) -> None:
    """Check the file on standard input, and say what was found as JSON."""
    _limited(*map(int, arguments))
    try:
        told = _judged(Path("/dev/stdin"))
    except MemoryError:
        told = {"refused": "much"}
    except Exception:
        # Whatever it holds that checks do not expect.
        told = {"refused": "odd"}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
