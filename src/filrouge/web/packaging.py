"""Evidence packages: asked for, taken along, made in the background. On this floor since it calls `reports`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl
from fastapi import HTTPException
from sqlalchemy.orm import Session
from starlette.responses import Response, StreamingResponse

from filrouge.casework import blind, held_back, jobs, packages, wrong_joins
from filrouge.casework.access import Permission
from filrouge.casework.errors import NotThere, Refused
from filrouge.casework.lineage import Lineage
from filrouge.casework.models import Case, Job, MadePackage, now
from filrouge.casework.packages import FOLDER, PACKAGE, Asked
from filrouge.casework.spool import Spool
from filrouge.casework.work import Workshop
from filrouge.corpus.retention import KIND as RETENTION
from filrouge.engines.casebook import Casebook
from filrouge.i18n import _
from filrouge.reports.package.gather import ads_of
from filrouge.reports.package.make import package
from filrouge.reports.package.what import Ads, Cluster, Network, NothingToPackage, Terms, What

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.case_apart import Apart
    from filrouge.web.here import Here


def what_of(of: str, numbers: list[int] | tuple[int, ...]) -> What:
    """What a row asks for, as `reports` knows it."""
    if of == "ads":
        return Ads(tuple(numbers))
    return Network(numbers[0]) if of == "network" else Cluster(numbers[0])


def asked_for(
    here: Here, of: str, numbers: tuple[int, ...], *, language: str, recipient: str, purpose: str, opened: bool,
    reason: str, as_of: date | None,
) -> Asked:  # fmt: skip
    """What somebody asks to have packaged, if their case holds it and they may see it.

    Raises:
        HTTPException: 403 if it is to be open, and they may not open.
        HeldBack, NothingToPackage, TooManyAds: see there.
    """
    if opened and not here.may(Permission.OPEN):
        raise HTTPException(403)
    here.house.desk.look_again()
    view = here.house.desk.view(as_of)
    with here.reading() as db:
        apart = _apart(db, here.the_case, view, as_of, now())
    book = here.house.desk.casebook(here.the_case.name, as_of, apart=apart)
    held_back.must_show(held_back.without(book, here.held), of, numbers)
    # What is no network or cluster to this case is none to its packages, though an ad of it may be the case's.
    column = "ad" if of == "ads" else of
    if book.ads.filter(pl.col(column).is_in(numbers))[column].n_unique() < len(numbers):
        raise NothingToPackage(what_of(of, numbers).name, here.the_case.title)
    ads_of(book, what_of(of, numbers))  # says so if it is too much
    return Asked(
        of, numbers, language=language, recipient=recipient, purpose=purpose, seq=view.snapshot.seq, opened=opened,
        reason=reason, as_of=as_of,
    )  # fmt: skip


def _apart(db: Session, case: Case, view: Workspace, as_of: date | None, asked: datetime) -> Apart:
    """What is kept apart in a package."""
    return wrong_joins.apart(db, case, Lineage.of(view), wrong_joins.known_by(asked, as_of))


def package_of(here: Here, number: int) -> MadePackage:
    """A package of the case.

    Raises:
        NotThere: if there is none of that number.
        HeldBack: if it tells of what the person is to judge blind.
    """
    with here.reading() as db:
        row = packages.one_of(db, here.the_case, number)
    if row is None:
        raise NotThere
    held_back.must_show(here.casebook, row.of, row.numbers)
    return row


def may_fetch(here: Here, row: MadePackage) -> bool:
    """Whether somebody may take a package along: one in which texts are open only who may open them."""
    return not row.opened or here.may(Permission.OPEN)


def taken_along(here: Here, row: MadePackage) -> Response:
    """The file of a package. That it left the house is written down before it does.

    Raises:
        HTTPException: 404 if the file is gone, 403 if the person may not have it.
    """
    if not row.stored:
        raise HTTPException(404, _("The file of this package is not there any more. It can be made again."))
    if not may_fetch(here, row):
        raise HTTPException(403)
    pieces = Spool(here.house.settings.workspace, FOLDER).pieces(row.stored)
    first = next(pieces, b"")  # whether it can be read, before anything is said
    with here.writing() as db:
        mine = packages.one_of(db, here.the_case, row.id)
        if mine is None:
            raise NotThere
        packages.fetched(db, here.user, mine)

    def content() -> Iterator[bytes]:
        yield first
        yield from pieces

    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name)}",
        "Content-Length": str(row.bytes),
    }
    return StreamingResponse(content(), media_type="application/zip", headers=headers)


def put_away(here: Here, number: int) -> MadePackage:
    """Delete the file of a package; what is known of it stays."""
    package_of(here, number)
    with here.writing() as db:
        mine = packages.one_of(db, here.the_case, number)
        if mine is None:
            raise NotThere
        stored = packages.forget(db, here.user, mine) if mine.stored else ""
    Spool(here.house.settings.workspace, FOLDER).delete(stored)
    return mine


@jobs.kind(PACKAGE, lambda: _("Packaging evidence"), tries=2)
def work(job: Job, workshop: Workshop) -> dict[str, Any]:
    """Make a package, and keep it sealed."""
    with workshop.database.session() as db:
        row = db.get_one(MadePackage, job.arguments["package"])
        case = db.get_one(Case, row.case_id)
        asker = row.user
        held = [f"{of}:{number}" for of, number in blind.held_back(db, asker, case)] if asker else []
        trail = packages.extract(db, case, row.audit_seq, held)
        latest = workshop.workspace
        view = latest if latest.snapshot.seq == row.seq else latest.at(row.seq)
        apart = _apart(db, case, view, row.as_of, row.made)
    if row.stored:
        return {"package": row.id}
    if asker is None:
        raise Refused(_("Whoever asked for this package has no account any more. Ask for it anew."))
    book = Casebook(view, case.name, opened=row.opened, jobs=workshop.cores, apart=apart)
    what = what_of(row.of, row.numbers)
    count = int(ads_of(book, what).size)
    if row.opened:
        # Before anybody sees them, as everywhere.
        with latest.begin("opened", by=asker.login) as batch:
            batch.commit(
                {
                    "why": row.reason, "as_of": row.seq, "what": f"package {what.name}", "case": case.name,
                    "opened": count,
                }
            )  # fmt: skip
    terms = Terms(
        made_by=f"{asker.name} ({asker.login})",
        made_at=row.made,
        recipient=row.recipient,
        purpose=row.purpose,
        language=row.language,
        opened=row.reason if row.opened else None,
        authority=case.authority,
    )
    made = package(book, what, terms, audit=trail, jobs=workshop.cores, progress=workshop.progress)
    if any(row.seq > latest.snapshot.seq and row.kind == RETENTION for row in latest.rows()):
        raise Refused(_("Ads were destroyed while this package was made. Ask for it anew."))
    spool = Spool(latest, FOLDER)
    with spool.writer(len(made.content)) as file:
        file.write(made.content)
        file.close()
    try:
        with latest.refreshed().begin("packaged", by=asker.login) as batch:
            batch.commit(
                {
                    "as_of": row.seq, "what": what.name, "case": case.name, "sha256": made.sha256,
                    "recipient": row.recipient, "purpose": row.purpose,
                }
            )  # fmt: skip
        with workshop.database.writing() as db:
            packages.made(
                db, db.get_one(MadePackage, row.id), name=made.name, sha256=made.sha256, bytes=len(made.content),
                signed_by=made.manifest["signed_by"], ads=count, stored=file.name,
            )  # fmt: skip
    except BaseException:
        spool.delete(file.name)
        raise
    return {"package": row.id}
