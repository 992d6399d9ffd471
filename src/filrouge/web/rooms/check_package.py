"""The page that checks a package: whether it is as it was made, and its bits are right. It needs no case."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.spool import Spool
from filrouge.i18n import _, number
from filrouge.reports.package.bounded import SHOWN, Found, NotChecked, checked
from filrouge.reports.package.signing import fingerprint, public_pem, signing_key
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.uploads import received

router: Final = APIRouter()
Anybody = Annotated[Here, allowed(Permission.ENTER)]
Uploader = Annotated[Here, allowed(Permission.ENTER, streaming=True, budget="opening")]
LARGEST: Final = 100_000_000
"""Bytes of a package that is checked here; for larger ones there is the command."""


@router.get("/check-package")
def page(here: Anybody) -> Response:
    """The page to which a package is brought."""
    return here.page("package/check.html", found=None, wrong="")


@router.post("/check-package/files")
async def check(here: Uploader, request: Request) -> Response:
    """Check a package, and say what agrees and what does not. Nothing of it is kept."""
    try:
        found, sha256 = await judged(here, request)
    except (Refused, NotChecked) as wrong:
        return here.page("package/check.html", 400, found=None, wrong=str(wrong))
    return here.page("package/check.html", found=_view(here, found), wrong="", sha256=sha256, shown=SHOWN)


async def judged(here: Here, request: Request) -> tuple[Found, str]:
    """What was found of the one file of a form, which is not kept, and its SHA-256; the trail says that it was checked.

    Raises:
        Refused: if there is no file, or are several.
        NotChecked: if it is no package, or cannot be checked here.
    """
    spool = Spool(here.house.settings.workspace)
    arrived = await received(request, here.session, spool, LARGEST)
    try:
        if len(arrived) != 1:
            raise Refused(_("Choose one package: a ZIP file."))
        file = arrived[0]
        found = await run_in_threadpool(lambda: checked(spool.pieces(file.spooled)))
    finally:
        for file in arrived:
            spool.delete(file.spooled)
    await run_in_threadpool(here.note, "package.checked", "", sha256=file.sha256, problems=found.count)
    return found, file.sha256


def _view(here: Here, found: Found) -> dict[str, Any]:
    """A verdict for the page. What the manifest says was written by whoever made the file."""
    said = found.manifest
    terms, what, snapshot = (_part(said, name) for name in ("terms", "what", "snapshot"))
    key = str(said.get("signed_by", ""))
    ours = fingerprint(public_pem(signing_key(here.house.settings.workspace)))
    problems = [
        {"where": problem.file, "line": problem.line, "what": problem.what} for problem in found.problems
    ]
    return {
        "good": not found.problems,
        "count": found.count,
        "problems": problems,
        "done": found.done,
        "given": found.given,
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
