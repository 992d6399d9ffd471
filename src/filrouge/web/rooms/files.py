"""The room of files: bringing them, looking at them, taking them in, and where all ads of the case came from."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from filrouge.ads.readers.preview import Preview
from filrouge.ads.schema import FIELDS
from filrouge.casework import comparing, files, jobs
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.files import Arrived
from filrouge.casework.models import BroughtFile, Job
from filrouge.casework.spool import Spool
from filrouge.i18n import _, ngettext, number
from filrouge.reports.tables import neutralised
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.rooms.work import field_names, shown, writable
from filrouge.web.uploads import received

router: Final = APIRouter()
Bringer = Annotated[Here, allowed(Permission.BRING)]
Uploader = Annotated[Here, allowed(Permission.BRING, streaming=True)]
ACCEPTED: Final = ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.html,.htm,.warc,.gz,.zst"
"""What the browser offers first; what a file is, its content says."""
GUESS: Final = "guess"
NONE: Final = "none"
_SHOWN: Final = 5
_MOST_REJECTS: Final = 20
_SOURCES_SHOWN: Final = 200


@router.get("/cases/{case_id}/files")
def room(here: Bringer) -> Response:
    """The room: bring, what waits, what is under way, where the ads came from."""
    ws = here.house.desk.view(here.as_of)
    sources = files.sources(ws, here.the_case.name)
    with here.reading() as db:
        mine = [shown(here, job) for job in jobs.of_case(db, here.the_case) if job.state in jobs.OPEN]
        waiting = (
            [] if here.as_of else [_waiting(here, file, db) for file in files.waiting(db, here.the_case)]
        )
    inbox = _inbox(here)
    return here.page(
        "files/room.html",
        writable=writable(here),
        waiting=waiting,
        under_way=mine,
        sources=sources[:_SOURCES_SHOWN].to_dicts(),
        total=sources.height,
        behind=writable(here)
        and not mine
        and comparing.is_behind(here.house.desk.view(), here.the_case.name),
        inbox=files.in_inbox(inbox) if inbox and writable(here) else None,
        accepted=ACCEPTED,
        most=number(_most(here) // 1_000_000),
        practice=here.house.practice is not None,
    )


@router.post("/cases/{case_id}/files")
async def upload(here: Uploader, request: Request) -> Response:
    """Files from the person's machine."""
    here.must_be_today()
    files.must_be_open(here.the_case)
    spool = await run_in_threadpool(_spool, here)
    arrived = await received(request, here.session, spool, _most(here))
    return await run_in_threadpool(_brought, here, spool, arrived)


@router.post("/cases/{case_id}/files/inbox")
async def from_inbox(here: Bringer, request: Request) -> Response:
    """Files from the folder of the server that the administrator allowed."""
    here.must_be_today()
    names = [str(name) for name in (await request.form()).getlist("name")]
    return await run_in_threadpool(_from_inbox, here, names)


@router.post("/cases/{case_id}/files/take-all")
def take_all(here: Bringer) -> Response:
    """Take in all that waits, as guessed or chosen."""
    here.must_be_today()
    with here.writing() as db:
        found = [
            files.take_in(db, here.the_case, here.user, file) for file in files.waiting(db, here.the_case)
        ]
    if len(found) == 1:
        return here.go(f"/cases/{here.the_case.id}/jobs/{found[0].id}")
    return here.go(f"/cases/{here.the_case.id}/files")


@router.get("/cases/{case_id}/files/{file}")
def look(here: Bringer, file: int) -> Response:
    """A file that waits: what it seems to be, and which column would become what."""
    found = _file(here, file)
    base = f"/cases/{here.the_case.id}"
    if found.state == "taken" and found.job_id:
        return RedirectResponse(f"{base}/jobs/{found.job_id}", 303)
    if found.state != "waiting":
        raise HTTPException(404)
    mine = found.user_id == here.user.id
    seen = files.looked_at(_spool(here), found)
    known = files.known_source(here.house.desk.view(), here.the_case.name, found.sha256)
    with here.reading() as db:
        job = db.get(Job, found.job_id) if found.job_id else None
    return here.page(
        "files/file.html",
        file=found,
        job=shown(here, job) if job is not None and job.state in jobs.OPEN else None,
        mine=mine or here.opened,
        seen=seen,
        trouble=files.in_plain_words(seen.trouble) if seen.trouble else "",
        choices=_choices(found, seen),
        columns=[{"label": header} for header in seen.headers],
        guessed={} if seen.guessed is None else dict(seen.guessed.fields),
        ads=_first_ads(seen) if mine or here.opened else [],
        rejects=len({line.row for line in seen.rejects}),
        kind_name=_kind_name(seen.kind),
        known=known,
        writable=writable(here),
        fields=field_names(),
    )


@router.post("/cases/{case_id}/files/{file}/columns")
async def choose(here: Bringer, file: int, request: Request) -> Response:
    """Say which column is what; then look again, or take the file in."""
    here.must_be_today()
    form = {key: str(value) for key, value in (await request.form()).items()}
    return await run_in_threadpool(_chosen, here, file, form)


@router.post("/cases/{case_id}/files/{file}/drop")
def put_away(here: Bringer, file: int) -> Response:
    """Put a file away."""
    found = _file(here, file)
    with here.writing() as db:
        files.drop(db, _spool(here), db.get_one(BroughtFile, found.id), here.user)
    return here.go(f"/cases/{here.the_case.id}/files", _("The file was put away, and deleted here."), "info")


@router.get("/cases/{case_id}/files/sources/{snapshot}")
def source(here: Bringer, snapshot: int) -> Response:
    """A file that ads of the case came from: its receipt, and what of it was not taken as it stands."""
    seq = here.numbers.seq(snapshot)
    ws = here.house.desk.view(here.as_of)
    found = files.sources(ws, here.the_case.name)
    rows = [row for row in found.to_dicts() if row["seq"] == seq]
    if seq is None or not rows:
        raise HTTPException(404)
    clear = _may_read_rejects(here, seq)
    rejects = files.rejects_of(ws, here.the_case.name, seq)
    return here.page(
        "files/source.html",
        rows=rows,
        snapshot=snapshot,
        clear=clear,
        rejects=rejects[:_MOST_REJECTS].to_dicts() if clear else [],
        counts=rejects.group_by("field").len().sort("len", descending=True).to_dicts(),
        total=rejects.height,
        fields=field_names(),
    )


@router.get("/cases/{case_id}/files/sources/{snapshot}/rejects.csv")
def rejects_csv(here: Bringer, snapshot: int) -> Response:
    """What of a batch was not taken as it stands, as a table for a spreadsheet."""
    seq = here.numbers.seq(snapshot)
    if seq is None:
        raise HTTPException(404)
    if not _may_read_rejects(here, seq):
        raise Refused(_("Open the texts of this case first: reasons hold words of the ads."))
    found = files.rejects_of(here.house.desk.view(here.as_of), here.the_case.name, seq)
    if found.is_empty():
        raise HTTPException(404)
    here.note("rejects.downloaded", subject=f"snapshot:{seq}", rows=found.height)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(found.columns)
    writer.writerows(neutralised(found).iter_rows())
    named = {"Content-Disposition": f'attachment; filename="rejects-{snapshot}.csv"'}
    return Response(out.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=named)


# -- what the routes do ---------------------------------------------------------------------------------------


def _spool(here: Here) -> Spool:
    return Spool(here.house.settings.workspace)


def _most(here: Here) -> int:
    return int(here.house.settings.options.get("largest_file", files.LARGEST))


def _inbox(here: Here) -> Path | None:
    where = here.house.settings.options.get("inbox")
    return Path(where) if where else None


def _file(here: Here, number: int) -> BroughtFile:
    with here.reading() as db:
        return files.of_case(db, here.the_case, number)


def _brought(here: Here, spool: Spool, arrived: list[Arrived]) -> Response:
    base = f"/cases/{here.the_case.id}/files"
    if not arrived:
        return here.go(base, _("No file was chosen."), "warn")
    rows, troubles = files.bring_all(here.writing, spool, here.the_case, here.user, arrived)
    if troubles:
        return here.go(base, " ".join(troubles), "bad")
    if len(rows) == 1:
        row, new = rows[0]
        return here.go(f"{base}/{row.id}", "" if new else _("This very file waits here already."), "info")
    said = ngettext("{files} file waits here now.", "{files} files wait here now.", len(rows))
    return here.go(base, said.format(files=number(len(rows))))


def _from_inbox(here: Here, names: list[str]) -> Response:
    inbox = _inbox(here)
    if inbox is None:
        raise HTTPException(404)
    files.must_be_open(here.the_case)
    spool = _spool(here)
    return _brought(here, spool, [files.from_inbox(inbox, name, spool, _most(here)) for name in names])


def _chosen(here: Here, number: int, form: dict[str, str]) -> Response:
    found = _file(here, number)
    base = f"/cases/{here.the_case.id}"
    chosen: dict[str, str | None] = {}
    for field in FIELDS:
        value = form.get(field, GUESS)
        if value == NONE and field != "text":
            chosen[field] = None
        elif value.startswith("="):
            chosen[field] = value[1:]
    with here.writing() as db:
        row = db.get_one(BroughtFile, found.id)
        if row.state == "waiting":
            files.set_columns(row, chosen)
        if form.get("do") != "take":
            return here.go(f"{base}/files/{number}#columns")
        job = files.take_in(db, here.the_case, here.user, row)
    return here.go(f"{base}/jobs/{job.id}")


def _may_read_rejects(here: Here, seq: int) -> bool:
    """Who brought the file has seen what is in it; others open the case first."""
    if here.opened:
        return True
    with here.reading() as db:
        return files.has_brought(db, here.the_case, here.user, seq)


# -- as pages show it -----------------------------------------------------------------------------------------


def _waiting(here: Here, file: BroughtFile, db: Any) -> dict[str, Any]:
    job = db.get(Job, file.job_id) if file.job_id is not None else None
    return {
        "id": file.id,
        "name": file.name,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "by": file.user.name if file.user else "",
        "made": file.made,
        "job": shown(here, job) if job is not None else None,
    }


def _choices(file: BroughtFile, seen: Preview) -> list[dict[str, Any]]:
    """A field for each thing that a column can be: what is chosen, and what can be."""
    guessed = {} if seen.guessed is None else seen.guessed.fields
    how = {} if seen.guessed is None else seen.guessed.how
    found = []
    for field in FIELDS:
        guess = guessed.get(field) if how.get(field) != "given" else None
        words = _("as guessed: {column}").format(column=guess) if guess else _("as guessed: none")
        options = [(GUESS, words)] + ([] if field == "text" else [(NONE, _("no column of this file"))])
        options += [(f"={header}", header) for header in dict.fromkeys(seen.headers)]
        value = GUESS
        if field in file.columns:
            header = file.columns[field]
            value = NONE if header is None else f"={header}"
        found.append({"field": field, "options": options, "chosen": value})
    return found


def _first_ads(seen: Preview) -> list[dict[str, Any]]:
    if seen.ads is None:
        return []
    return seen.ads.head(_SHOWN).to_dicts()


def _kind_name(kind: str) -> str:
    return {
        "table": _("a table"),
        "json": _("JSON"),
        "parquet": _("Parquet"),
        "warc": _("a web archive"),
        "page": _("a saved page"),
    }.get(kind, "")
