"""The room of background jobs: how far they are, what came of them, cancelling, trying again."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any, Final

import polars as pl
from fastapi import APIRouter
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from filrouge.casework import access, comparing, files, jobs
from filrouge.casework.access import Permission
from filrouge.casework.jobs import State
from filrouge.casework.models import BroughtFile, Case, Job, SignedIn, now
from filrouge.i18n import _, number
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.kinds import PAGES

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]
Bringer = Annotated[Here, allowed(Permission.BRING)]
LOOKED: Final = 0.5
"""Seconds between two looks at a job whose progress somebody watches."""
LONGEST: Final = 15 * 60
"""Seconds after which a browser has to ask anew."""
_UNATTENDED: Final = timedelta(seconds=30)


@router.get("/cases/{case_id}/work")
def work(here: Reader) -> Response:
    """The jobs of the case."""
    with here.reading() as db:
        found = jobs.of_case(db, here.the_case)
    rows = [shown(here, job) for job in found]
    behind = here.may(Permission.BRING) and comparing.is_behind(here.house.desk.view(), here.the_case.name)
    return here.page(
        "jobs/list.html",
        jobs=rows,
        behind=behind and not any(row["open"] for row in rows),
        writable=writable(here),
    )


@router.post("/cases/{case_id}/runs")
def run(here: Bringer) -> Response:
    """Compare what is new."""
    here.must_be_today()
    with here.writing() as db:
        job = comparing.start_run(db, here.the_case, here.user)
    return here.go(f"/cases/{here.the_case.id}/jobs/{job.id}")


@router.get("/cases/{case_id}/jobs/{job}")
def one(here: Reader, job: int) -> Response:
    """A job: how far it is, or what came of it."""
    found = _job(here, job)
    if found.state == State.DONE and found.kind in PAGES:
        return here.go(f"/cases/{here.the_case.id}{PAGES[found.kind](found)}")
    data: dict[str, Any] = {"job": shown(here, found), "file": None, "then": None}
    with here.reading() as db:
        if found.kind == files.INGEST:
            data["file"] = db.get(BroughtFile, found.arguments.get("file"))
            later = select(Job).where(
                Job.case_id == here.the_case.id, Job.kind == comparing.RUN, Job.id > found.id
            )
            after = db.scalars(later.order_by(Job.id)).unique().first()
            data["then"] = shown(here, after) if after is not None else None
    if found.kind == comparing.RUN and found.state == State.DONE:
        here.house.desk.look_again()
        data["leads"] = _leads(here)
    return here.page("jobs/job.html", writable=writable(here), fields=field_names(), **data)


@router.get("/cases/{case_id}/jobs/{job}/events")
async def events(here: Reader, job: int) -> Response:
    """How far a job is, as it goes on: server-sent events `progress` and, at the end, `done`."""
    found = await run_in_threadpool(_job, here, job)
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_events(here, found), media_type="text/event-stream", headers=headers)


async def _events(here: Here, job: Job) -> AsyncIterator[str]:
    said, end, number = "", time.monotonic() + LONGEST, job.id
    yield "retry: 2000\n\n"
    while time.monotonic() < end:
        if job.state not in jobs.OPEN:
            yield "event: done\ndata: {}\n\n"
            return
        telling = json.dumps({"done": job.done, "of": job.of, "note": note_of(job)})
        # A comment now and then shows a browser that went away.
        yield f"event: progress\ndata: {telling}\n\n" if telling != said else ": \n\n"
        said = telling
        await asyncio.sleep(LOOKED)
        if not await run_in_threadpool(_may_still_read, here):
            return
        job = await run_in_threadpool(_job, here, number)


def _may_still_read(here: Here) -> bool:
    """Whether the person is still signed in and of the case: an answer that goes on outlives what the gate saw."""
    with here.reading() as db:
        session, case = (
            db.get(SignedIn, here.session.id if here.session else 0),
            db.get(Case, here.the_case.id),
        )
        return session is not None and access.may(session.user, Permission.READ, case)


@router.post("/cases/{case_id}/jobs/{job}/cancel")
def cancel(here: Bringer, job: int) -> Response:
    """Give a job up."""
    found = _job(here, job)
    with here.writing() as db:
        jobs.cancel(db, db.get_one(Job, found.id), here.user)
    return here.go(
        f"/cases/{here.the_case.id}/jobs/{job}",
        _("It stops at its next step; nothing is changed then."),
        "info",
    )


@router.post("/cases/{case_id}/jobs/{job}/again")
def again(here: Bringer, job: int) -> Response:
    """Try a job again."""
    here.must_be_today()
    found = _job(here, job)
    with here.writing() as db:
        anew = jobs.again(db, db.get_one(Job, found.id), here.user)
    return here.go(f"/cases/{here.the_case.id}/jobs/{anew.id}")


def _job(here: Here, number: int) -> Job:
    with here.reading() as db:
        return jobs.one_of_case(db, here.the_case, number)


def writable(here: Here) -> bool:
    """Whether files can be brought and jobs started now."""
    return here.may(Permission.BRING) and here.as_of is None and here.the_case.closed is None


# -- as pages show it -----------------------------------------------------------------------------------------


def shown(here: Here, job: Job) -> dict[str, Any]:
    """A job in words."""
    kind = {
        State.QUEUED: "",
        State.RUNNING: "info",
        State.DONE: "good",
        State.FAILED: "bad",
        State.CANCELLED: "warn",
    }
    return {
        "id": job.id,
        "kind": job.kind,
        "href": f"/cases/{here.the_case.id}/jobs/{job.id}",
        "events": f"/cases/{here.the_case.id}/jobs/{job.id}/events",
        "title": jobs.title(job),
        "state": job.state,
        "state_name": state_name(job),
        "chip": kind[State(job.state)],
        "open": job.state in jobs.OPEN,
        "stopping": job.stop is not None and job.state in jobs.OPEN,
        "note": note_of(job),
        "done": job.done,
        "of": job.of,
        "message": job.message,
        "result": result_of(here, job),
        "by": job.user.name if job.user else "",
        "made": job.made,
        "ended": job.ended,
        "unattended": job.state == State.QUEUED
        and now() - job.made > _UNATTENDED
        and not _anything_runs(here),
    }


def result_of(here: Here, job: Job) -> dict[str, Any]:
    """What came of a job; snapshots by the numbers of the case."""
    found = dict(job.result or {})
    if found.get("snapshot") is not None:
        found["snapshot"] = here.numbers.of(found["snapshot"])
    return found


def state_name(job: Job) -> str:
    """The state of a job in words."""
    if job.state == State.RUNNING and job.stop is not None:
        return _("being cancelled")
    return {
        State.QUEUED: _("waiting"),
        State.RUNNING: _("under way"),
        State.DONE: _("done"),
        State.FAILED: _("failed"),
        State.CANCELLED: _("cancelled"),
    }[State(job.state)]


def note_of(job: Job) -> str:
    """How far a job is, in words."""
    if job.state == State.QUEUED:
        return _("waits for its turn") if not job.attempts else _("was interrupted, and is begun again soon")
    if job.stop is not None:
        return _("stops at its next step")
    stage = _(job.stage)
    if job.of:
        return _("{stage}: {done} of {of}").format(stage=stage, done=number(job.done), of=number(job.of))
    if job.done:
        return _("{stage}: {done}").format(stage=stage, done=number(job.done))
    return stage


def field_names() -> dict[str, str]:
    """What the fields of an ad are called."""
    return {
        "": _("whole row"),
        "text": _("text"),
        "id": _("number of the ad"),
        "agency": _("agency or site"),
        "posted": _("date of posting"),
        "location": _("place"),
        "image": _("image hashes"),
    }


def _anything_runs(here: Here) -> bool:
    with here.reading() as db:
        return db.scalar(select(Job.id).where(Job.state == State.RUNNING).limit(1)) is not None


def _leads(here: Here) -> dict[str, int]:
    leads = here.casebook.leads
    return {
        "ads": here.casebook.ads.height,
        "networks": leads.filter(pl.col("kind") == "network").height,
        "clusters": leads.filter(pl.col("kind") == "cluster").height,
    }
