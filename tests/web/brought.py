"""Files that tests bring to a workbench, and what a worker does with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from filrouge.casework.models import BroughtFile, Job
from filrouge.casework.work import Worker
from filrouge.web import kinds

assert kinds.MODULES
AD = "Gentle massage by the harbour, call after six, parking behind the house, number {n}"


def table(rows: int, *, first: int = 0, header: str = "number,body,date,town,site") -> bytes:
    lines = [
        f'{n},"{AD.format(n=n)}",2026-03-{1 + n % 28:02d},Halifax,alpha' for n in range(first, first + rows)
    ]
    return "\n".join([header, *lines, ""]).encode()


def work(site: Any, *, compare: bool = False) -> None:
    """What the worker does, here and now; without comparing, which takes seconds, unless asked for."""
    worker = Worker(site.house.database, site.house.settings.workspace)
    if compare:
        worker.drain()
    else:
        with site.house.database.session() as db:
            waiting = [job.id for job in db.query(Job).filter(Job.kind == "ingest", Job.state == "queued")]
        for number in waiting:
            worker.take(number)
    site.house.desk.look_again()


def bring(browser: Any, site: Any, name: str, data: bytes, case: str = "harbour", **options: Any) -> Any:
    if not browser.csrf:
        browser.get("/account")
    return browser.client.post(
        site.path(case, "/files"), data={"csrf": browser.csrf}, files={"file": (name, data)}, **options
    )


def newest(site: Any) -> BroughtFile:
    with site.house.database.session() as db:
        return db.query(BroughtFile).order_by(BroughtFile.id.desc()).first()


def newest_job(site: Any, kind: str = "ingest") -> Job:
    with site.house.database.session() as db:
        return db.query(Job).filter(Job.kind == kind).order_by(Job.id.desc()).first()


def spool_of(site: Any) -> list[Path]:
    folder = site.house.settings.workspace.derived("casework") / "spool"
    return sorted(folder.iterdir()) if folder.exists() else []


def take_in(browser: Any, site: Any, **columns: str) -> Any:
    path = site.path("harbour", f"/files/{newest(site).id}/columns")
    return browser.post(path, {"do": "take", **columns})
