"""Making evidence packages in the background. It stands on this floor since it calls `reports`."""

from __future__ import annotations

from typing import Any

from filrouge.casework import blind, jobs, packages
from filrouge.casework.errors import Refused
from filrouge.casework.models import Case, Job, MadePackage
from filrouge.casework.packages import FOLDER, PACKAGE
from filrouge.casework.spool import Spool
from filrouge.casework.work import Workshop
from filrouge.engines.casebook import Casebook
from filrouge.i18n import _
from filrouge.reports.package.gather import ads_of
from filrouge.reports.package.make import package
from filrouge.reports.package.what import Ads, Cluster, Network, Terms, What


def what_of(of: str, numbers: list[int] | tuple[int, ...]) -> What:
    """What a row asks for, as `reports` knows it."""
    if of == "ads":
        return Ads(tuple(numbers))
    return Network(numbers[0]) if of == "network" else Cluster(numbers[0])


@jobs.kind(PACKAGE, lambda: _("Packaging evidence"), tries=2)
def work(job: Job, workshop: Workshop) -> dict[str, Any]:
    """Make a package, and keep it sealed."""
    with workshop.database.session() as db:
        row = db.get_one(MadePackage, job.arguments["package"])
        case = db.get_one(Case, row.case_id)
        asker = row.user
        held = [f"{of}:{number}" for of, number in blind.held_back(db, asker, case)] if asker else []
        trail = packages.extract(db, case, row.audit_seq, held)
    if row.stored:
        return {"package": row.id}
    if asker is None:
        raise Refused(_("Whoever asked for this package has no account any more. Ask for it anew."))
    now = workshop.workspace
    view = now if now.snapshot.seq == row.seq else now.at(row.seq)
    book, what = Casebook(view, case.name, opened=row.opened), what_of(row.of, row.numbers)
    count = int(ads_of(book, what).size)
    if row.opened:
        # Before anybody sees them, as everywhere.
        with now.begin("opened", by=asker.login) as batch:
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
    spool = Spool(now, FOLDER)
    with spool.writer(len(made.content)) as file:
        file.write(made.content)
        file.close()
    try:
        with now.refreshed().begin("packaged", by=asker.login) as batch:
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
