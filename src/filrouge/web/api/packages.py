"""Evidence packages of scripts: asked for, watched, taken along, checked. Each that leaves is in the trail."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from filrouge.casework import packages
from filrouge.casework.errors import NotThere
from filrouge.casework.models import MadePackage, User
from filrouge.reports.package.bounded import Found
from filrouge.reports.package.signing import fingerprint, public_pem, signing_key
from filrouge.web.api.entry import Entering, Packaging, Script
from filrouge.web.api.files import FORM, TOO_BIG
from filrouge.web.api.said import ANYWHERE, CASE_AS_IT_IS, WRITES_IN_CASE, ZIP, Row, routes
from filrouge.web.api.shapes_of_house import (
    Checked,
    PackageIn,
    PackageOut,
    ProblemOut,
)
from filrouge.web.packaging import asked_for, may_fetch, package_of, put_away, taken_along
from filrouge.web.rooms.check_package import judged

router: Final = routes("packages")
_CHECK: Final[dict[str, Any]] = {
    "responses": {**ANYWHERE["responses"], 413: TOO_BIG},
    "openapi_extra": {"requestBody": FORM},
}


@router.get("/cases/{case_id}/packages", **CASE_AS_IT_IS)
def packages_of_case(here: Packaging) -> list[PackageOut]:
    """The packages of the case that were asked for, the newest first: a hundred at most."""
    with here.reading() as db:
        return [_package(here, row) for row in packages.of_case(db, here.the_case)]


@router.post("/cases/{case_id}/packages", status_code=202, **WRITES_IN_CASE)
def ask_for_package(here: Packaging, wanted: PackageIn) -> PackageOut:
    """Have a network, a cluster or some ads packaged; texts in the clear need the scope `open` and a reason."""
    here.must_be_today()
    here.house.limits.count("opening", str(here.user.id))
    asked = asked_for(
        here, wanted.of, tuple(dict.fromkeys(wanted.numbers)), language=wanted.language, recipient=wanted.recipient,
        purpose=wanted.purpose, opened=wanted.opened, reason=wanted.reason, as_of=wanted.as_of,
    )  # fmt: skip

    def act(db: Session) -> PackageOut:
        row = packages.ask(db, here.user, here.the_case, asked)
        row.user = db.get_one(User, here.user.id)
        db.flush()  # so that the number of its job is told
        return _package(here, row)

    return here.once(PackageOut, act, wanted)


@router.get("/cases/{case_id}/packages/{package}", **CASE_AS_IT_IS)
def a_package(here: Packaging, package: Row) -> PackageOut:
    """A package: how far it is, or what it is, and its SHA-256."""
    return _package(here, package_of(here, package))


@router.get("/cases/{case_id}/packages/{package}/file", response_class=Response, **ZIP)
def fetch_package(here: Packaging, package: Row) -> Response:
    """The file of a package. That it left the house is written down before it does."""
    return taken_along(here, package_of(here, package))


@router.delete("/cases/{case_id}/packages/{package}/file", **CASE_AS_IT_IS)
def delete_package_file(here: Packaging, package: Row) -> PackageOut:
    """Delete the file of a package; what is known of it stays."""
    here.must_be_today()
    return _package(here, put_away(here, package))


@router.post("/cases/{case_id}/packages/{package}/again", status_code=202, **WRITES_IN_CASE)
def make_package_again(here: Packaging, package: Row) -> PackageOut:
    """Have the file of a package made once more, byte for byte."""
    here.house.limits.count("opening", str(here.user.id))
    row = package_of(here, package)
    if not may_fetch(here, row):
        raise NotThere

    def act(db: Session) -> PackageOut:
        mine = packages.one_of(db, here.the_case, package)
        if mine is None:
            raise NotThere
        packages.make_again(db, here.user, here.the_case, mine)
        db.flush()
        return _package(here, mine)

    return here.once(PackageOut, act)


@router.post("/check-package/files", **_CHECK)
async def check_package(here: Entering, request: Request) -> Checked:
    """Check a package that is brought as a form with one file. Nothing of it is kept."""
    here.house.limits.count("opening", str(here.user.id))
    found, sha256 = await judged(here, request)
    return await run_in_threadpool(_checked, here, found, sha256)


def _checked(here: Script, found: Found, sha256: str) -> Checked:
    ours = fingerprint(public_pem(signing_key(here.house.settings.workspace)))
    return Checked(
        sha256=sha256, good=not found.count, ours=found.manifest.get("signed_by") == ours,
        done=found.done,
        problems=[ProblemOut.model_validate(problem) for problem in found.problems],
    )  # fmt: skip


def _package(here: Script, row: MadePackage) -> PackageOut:
    return PackageOut(
        id=row.id, of=row.of, numbers=row.numbers, name=packages.name_of(row), language=row.language,
        opened=row.opened, reason=row.reason, recipient=row.recipient, purpose=row.purpose, as_of=row.as_of,
        snapshot=here.numbers.of(row.seq), by=row.user.name if row.user else "", made=row.made,
        ready=bool(row.stored), job=row.job_id, state=row.job.state if row.job else None,
        sha256=row.sha256 or "", bytes=row.bytes or 0, signed_by=row.signed_by or "", ads=row.ads or 0,
        fetched=row.fetched or 0, keep_until=row.keep_until,
    )  # fmt: skip
