"""The page that checks a package: whether it is as it was made, and its bits are right. It needs no case."""

from __future__ import annotations

import os
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.spool import Spool
from filrouge.i18n import _, number
from filrouge.reports.package.signing import fingerprint, public_pem, signing_key
from filrouge.reports.package.verify import Verdict, verdict
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.uploads import received

router: Final = APIRouter()
Anybody = Annotated[Here, allowed(Permission.ENTER)]
Uploader = Annotated[Here, allowed(Permission.ENTER, streaming=True, budget="opening")]
LARGEST: Final = 100_000_000
"""Bytes of a package that is checked here; for larger ones there is the command."""
MOST_FILES: Final = 1_000
SHOWN: Final = 100
"""Problems that are listed."""
_ONE_AT_A_TIME: Final = threading.Lock()


@router.get("/check-package")
def page(here: Anybody) -> Response:
    """The page to which a package is brought."""
    return here.page("package/check.html", found=None, wrong="")


@router.post("/check-package/files")
async def check(here: Uploader, request: Request) -> Response:
    """Check a package, and say what agrees and what does not. Nothing of it is kept."""
    content, sha256 = await brought(here, request)
    try:
        found = await run_in_threadpool(verdict_on, content)
    except Refused as wrong:
        return here.page("package/check.html", 400, found=None, wrong=str(wrong))
    await run_in_threadpool(here.note, "package.checked", "", sha256=sha256, problems=len(found.problems))
    return here.page("package/check.html", found=_view(here, found), wrong="", sha256=sha256, shown=SHOWN)


async def brought(here: Here, request: Request) -> tuple[bytes, str]:
    """The one file of a form, which is not kept, and its SHA-256.

    Raises:
        Refused: if there is none, or are several.
    """
    spool = Spool(here.house.settings.workspace)
    arrived = await received(request, here.session, spool, LARGEST)
    try:
        if len(arrived) != 1:
            raise Refused(_("Choose one package: a ZIP file."))
        return await run_in_threadpool(spool.read, arrived[0].spooled), arrived[0].sha256
    finally:
        for file in arrived:
            spool.delete(file.spooled)


def verdict_on(content: bytes) -> Verdict:
    """What is right and wrong with a package.

    Raises:
        Refused: if it is none.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as trouble:
        raise Refused(_("This is no ZIP file that can be read, so it is no package.")) from trouble
    # Packages are written without compression: what grows when it is unpacked is none, and may be meant to fill us up.
    if len(listed) > MOST_FILES or sum(about.file_size for about in listed) > len(content):
        raise Refused(_("This is no package: it holds more than its size allows."))
    with _ONE_AT_A_TIME, _in_memory(content) as path:
        return verdict(path)


@contextmanager
def _in_memory(content: bytes) -> Iterator[Path]:
    """A path under which the bytes can be read; where the system allows it they touch no disk."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("package")
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            yield Path(f"/proc/self/fd/{number}")
        return
    with tempfile.NamedTemporaryFile() as named:
        named.write(content)
        named.flush()
        yield Path(named.name)


def _view(here: Here, found: Verdict) -> dict[str, Any]:
    """A verdict for the page. What the manifest says was written by whoever made the file."""
    said = found.manifest if isinstance(found.manifest, dict) else {}
    terms, what, snapshot = (_part(said, name) for name in ("terms", "what", "snapshot"))
    key = str(said.get("signed_by", ""))
    ours = fingerprint(public_pem(signing_key(here.house.settings.workspace)))
    problems = [
        {"where": problem.file, "line": problem.line, "what": problem.what} for problem in found.problems
    ]
    return {
        "good": not found.problems,
        "count": len(problems),
        "problems": problems[:SHOWN],
        "done": found.done,
        "given": [str(sentence) for sentence in found.given],
        "ours": key == ours,
        "key": key[:64],
        "facts": [
            (term, str(value)[:500])
            for term, value in (
                (_("What"), what.get("name")),
                (_("Made by"), terms.get("made_by")),
                (_("Made at"), terms.get("made_at")),
                (_("For"), terms.get("recipient")),
                (_("Purpose"), terms.get("purpose")),
                (_("Snapshot"), number(snapshot["seq"]) if isinstance(snapshot.get("seq"), int) else None),
                (_("Version of filrouge"), _part(said, "code").get("filrouge")),
            )
            if value
        ],
    }  # fmt: skip


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}
