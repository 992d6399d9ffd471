"""What scripts bring: files, their columns, taking them in; and the jobs that do what takes long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Query, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from filrouge.casework import comparing, files, jobs
from filrouge.casework.errors import NotThere, Refused
from filrouge.casework.models import BroughtFile, Job
from filrouge.casework.spool import Spool
from filrouge.i18n import _
from filrouge.web.api.entry import Bringing, Reading, Script
from filrouge.web.api.said import (
    CASE_AS_IT_IS,
    IN_CASE,
    OPENING,
    WRITES_IN_CASE,
    Limit,
    Offset,
    Page,
    Row,
    routes,
)
from filrouge.web.api.shapes_of_house import (
    Brought,
    FileLook,
    FileOut,
    FromInbox,
    InboxFile,
    JobOut,
    Mapping_,
    RejectOut,
    RunIn,
    SourceOut,
)
from filrouge.web.rooms.work import result_of
from filrouge.web.uploads import received

router: Final = routes("files and jobs")
_SHOWN: Final = 5
FORM: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}
                },
            }
        }
    },
}
TOO_BIG: Final = {**CASE_AS_IT_IS["responses"][409], "description": "That is too big."}
_UPLOAD: Final[dict[str, Any]] = {
    "responses": {
        **CASE_AS_IT_IS["responses"],
        413: TOO_BIG,
    },
    "openapi_extra": {**CASE_AS_IT_IS["openapi_extra"], "requestBody": FORM},
}


# -- files ----------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/files", **CASE_AS_IT_IS)
def waiting_files(here: Bringing) -> list[FileOut]:
    """The files that wait to be taken in, the newest first."""
    with here.reading() as db:
        return [_file(file) for file in files.waiting(db, here.the_case)]


@router.post("/cases/{case_id}/files", status_code=201, **_UPLOAD)
async def upload(here: Bringing, request: Request) -> Brought:
    """Bring files, as a form with one or more parts that have file names. The same bytes do not wait twice."""
    here.must_be_today()
    files.must_be_open(here.the_case)
    spool = await run_in_threadpool(_spool, here)
    arrived = await received(request, None, spool, _most(here))
    return await run_in_threadpool(_brought, here, spool, arrived)


@router.get("/cases/{case_id}/files/inbox", **CASE_AS_IT_IS)
def inbox(here: Bringing) -> list[InboxFile]:
    """The files of the folder of the server that the administrator set aside for bringing, if there is one."""
    return [InboxFile(name=name, bytes=size) for name, size in files.in_inbox(_inbox(here))]


@router.post("/cases/{case_id}/files/inbox", status_code=201, **CASE_AS_IT_IS)
def bring_from_inbox(here: Bringing, chosen: FromInbox) -> Brought:
    """Bring files from that folder. They stay there; the same bytes do not wait twice."""
    here.must_be_today()
    where, spool, most = _inbox(here), _spool(here), _most(here)
    return _brought(here, spool, [files.from_inbox(where, name, spool, most) for name in chosen.names])


@router.get("/cases/{case_id}/files/{file}", **OPENING)
def look(here: Bringing, file: Row) -> FileLook:
    """A file that waits: what it seems to be, and which column would become what."""
    with here.reading() as db:
        found = files.of_case(db, here.the_case, file)
    if found.state != "waiting":
        raise NotThere
    seen = files.looked_at(_spool(here), found)
    known = files.known_source(here.house.desk.view(), here.the_case.name, found.sha256)
    shown = seen.ads is not None and (found.user_id == here.user.id or here.opened)
    guessed = seen.guessed.fields if seen.guessed is not None else {}
    return FileLook(
        **_file(found).model_dump(),
        kind=str(seen.kind),
        headers=list(seen.headers),
        guessed={field: header for field, header in guessed.items() if header is not None},
        rejects=len({line.row for line in seen.rejects}),
        trouble=files.in_plain_words(seen.trouble) if seen.trouble else "",
        known=known is not None,
        ads=seen.ads.head(_SHOWN).to_dicts() if shown and seen.ads is not None else [],
    )


@router.put("/cases/{case_id}/files/{file}/columns", **CASE_AS_IT_IS)
def map_columns(here: Bringing, file: Row, columns: Mapping_) -> FileOut:
    """Say which column is what."""
    here.must_be_today()
    chosen = columns.model_dump(exclude_unset=True)
    if chosen.get("text", "") is None:
        raise Refused(
            _("No column of this file seems to hold the text of the ads. Choose the one that does.")
        )
    with here.writing() as db:
        found = files.of_case(db, here.the_case, file)
        if found.state != "waiting":
            raise NotThere
        files.set_columns(found, chosen)
        db.flush()
        return _file(found)


@router.post("/cases/{case_id}/files/{file}/take", status_code=202, **WRITES_IN_CASE)
def take_in(here: Bringing, file: Row) -> JobOut:
    """Have the ads of a file taken in, and compared; the job that does so already, if one does."""

    def act(db: Session) -> JobOut:
        return _job(here, files.take_in(db, here.the_case, here.user, files.of_case(db, here.the_case, file)))

    return here.once(JobOut, act)


@router.delete("/cases/{case_id}/files/{file}", status_code=204, **CASE_AS_IT_IS)
def put_away(here: Bringing, file: Row) -> None:
    """Put a file away that waits; it is deleted."""
    here.must_be_today()
    with here.writing() as db:
        files.drop(db, _spool(here), files.of_case(db, here.the_case, file), here.user)


@router.get("/cases/{case_id}/sources", **IN_CASE)
def sources(here: Bringing, offset: Offset = 0, limit: Limit = 100) -> Page[SourceOut]:
    """The files that the ads of the case came from, the newest first: their receipts."""
    found = files.sources(here.house.desk.view(here.as_of), here.the_case.name)
    rows = found.slice(offset, limit).iter_rows(named=True)
    items = [SourceOut.model_validate({**row, "seq": here.numbers.of(row["seq"])}) for row in rows]
    return Page(total=found.height, items=items)


@router.get("/cases/{case_id}/sources/{seq}/rejects", **OPENING)
def rejects(here: Bringing, seq: Row, offset: Offset = 0, limit: Limit = 100) -> Page[RejectOut]:
    """What of a batch was not taken as it stands; reasons hold words of the ads, so it has to be yours, or opened."""
    of = here.numbers.seq(seq)
    if of is None:
        raise NotThere
    with here.reading() as db:
        mine = files.has_brought(db, here.the_case, here.user, of)
    found = files.rejects_of(here.house.desk.view(here.as_of), here.the_case.name, of)
    if found.is_empty():
        raise NotThere
    if not (mine or here.opened):
        raise Refused(_("Open the texts of this case first: reasons hold words of the ads."))
    here.note("rejects.downloaded", subject=f"snapshot:{of}", rows=found.height)
    rows = found.slice(offset, limit).iter_rows(named=True)
    return Page(total=found.height, items=[RejectOut.model_validate(row) for row in rows])


# -- jobs -----------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/jobs", **CASE_AS_IT_IS)
def jobs_of_case(here: Reading, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Page[JobOut]:
    """The jobs of the case, the newest first."""
    with here.reading() as db:
        total = db.scalar(select(func.count()).select_from(Job).where(Job.case_id == here.the_case.id)) or 0
        rows = jobs.of_case(db, here.the_case, most=limit)
        return Page(total=total, items=[_job(here, job) for job in rows])


@router.post("/cases/{case_id}/runs", status_code=202, **WRITES_IN_CASE)
def start_run(here: Bringing, wanted: RunIn) -> JobOut:
    """Have what is new compared; the run that waits already, if one does."""

    def act(db: Session) -> JobOut:
        return _job(here, comparing.start_run(db, here.the_case, here.user, anew=wanted.anew))

    return here.once(JobOut, act, wanted)


@router.get("/cases/{case_id}/jobs/{job}", **CASE_AS_IT_IS)
def job(here: Reading, job: Row) -> JobOut:
    """A job: how far it is, or what came of it."""
    with here.reading() as db:
        return _job(here, jobs.one_of_case(db, here.the_case, job))


@router.post("/cases/{case_id}/jobs/{job}/cancel", **WRITES_IN_CASE)
def cancel(here: Bringing, job: Row) -> JobOut:
    """Give a job up: it stops at its next step. Nothing if it is over."""

    def act(db: Session) -> JobOut:
        found = jobs.one_of_case(db, here.the_case, job)
        jobs.cancel(db, found, here.user)
        return _job(here, found)

    return here.once(JobOut, act)


@router.post("/cases/{case_id}/jobs/{job}/again", status_code=202, **WRITES_IN_CASE)
def try_again(here: Bringing, job: Row) -> JobOut:
    """Have done again what failed or was cancelled, as a new job."""

    def act(db: Session) -> JobOut:
        return _job(here, jobs.again(db, jobs.one_of_case(db, here.the_case, job), here.user))

    return here.once(JobOut, act)


# -- as JSON --------------------------------------------------------------------------------------------------


def _spool(here: Script) -> Spool:
    return Spool(here.house.settings.workspace)


def _most(here: Script) -> int:
    return int(here.house.settings.options.get("largest_file", files.LARGEST))


def _inbox(here: Script) -> Path:
    where = here.house.settings.options.get("inbox")
    if not where:
        raise Refused(
            _("The administrator has set no folder of the server aside: see --inbox of filrouge serve.")
        )
    return Path(where)


def _brought(here: Script, spool: Spool, arrived: list[files.Arrived]) -> Brought:
    if not arrived:
        raise Refused(_("No file was chosen."))
    rows, troubles = files.bring_all(here.writing, spool, here.the_case, here.user, arrived)
    if not rows:
        raise Refused(" ".join(troubles))
    return Brought(
        files=[_file(row) for row, _new in rows],
        again=[row.id for row, new in rows if not new],
        refused=troubles,
    )


def _file(file: BroughtFile) -> FileOut:
    return FileOut(
        id=file.id, name=file.name, bytes=file.bytes, sha256=file.sha256, state=file.state,
        by=file.user.name if file.user else "", made=file.made, columns=file.columns, job=file.job_id,
    )  # fmt: skip


def _job(here: Script, job: Job) -> JobOut:
    return JobOut(
        id=job.id, kind=job.kind, title=jobs.title(job), state=job.state,
        stopping=job.stop is not None and job.state in jobs.OPEN, stage=_(job.stage), done=job.done or 0,
        of=job.of, message=job.message or "", result=result_of(here, job), by=job.user.name if job.user else "",
        made=job.made, ended=job.ended,
    )  # fmt: skip
