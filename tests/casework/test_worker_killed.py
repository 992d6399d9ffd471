"""Real processes: the worker is killed in the middle of a job, and the job is done once all the same."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from filrouge.ads.synthetic import write_synthetic
from filrouge.casework import cases, files, jobs, people
from filrouge.casework.access import Role
from filrouge.casework.database import Database
from filrouge.casework.models import BroughtFile, Case, Job, User
from filrouge.casework.spool import Spool
from filrouge.corpus.workspace import Workspace
from filrouge.web import kinds

SECRET = b"a secret of a workspace in tests"[:32]
ADS = 3_000
assert kinds.MODULES


class Office:
    """A workspace with a case and an analyst, and workers that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.where = folder / "unit"
        self.ws = Workspace.init(self.where, secret=SECRET)
        self.database = Database.of(self.ws)
        self.workers: list[subprocess.Popen[bytes]] = []
        with self.database.writing() as db:
            self.ana = people.make_user(db, "", login="ana", name="Ana", role=Role.ANALYST, password="")
            self.case = cases.make_case(
                db, self.ana, name="harbour", title="Harbour", purpose="Practice", authority="Invented data",
                keep_until=date(2040, 1, 1), members=[self.ana],
            )  # fmt: skip

    def bring(self, data: bytes) -> int:
        with Spool(self.ws).writer(1 << 30) as writing:
            writing.write(data)
            writing.close()
        with self.database.writing() as db:
            case, ana = db.get_one(Case, self.case.id), db.get_one(User, self.ana.id)
            file, _new = files.bring(db, case, ana, files.Arrived.of("alpha.csv", writing))
            return files.take_in(db, case, ana, file).id

    def worker(self, *, parent: bool = True) -> subprocess.Popen[bytes]:
        key = {"FILROUGE_KEY": base64.b64encode(SECRET).decode()}
        command = [sys.executable, "-m", "filrouge", "work", str(self.where), "--jobs", "1"]
        child = subprocess.Popen(
            [*command, *(["--child"] if parent else [])],
            env={**os.environ, **key}, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self.workers.append(child)
        return child

    def job(self, number: int) -> Job:
        with self.database.session() as db:
            return db.get_one(Job, number)

    def jobs(self) -> list[Job]:
        with self.database.session() as db:
            return db.query(Job).order_by(Job.id).all()

    def all_over(self) -> bool:
        return all(job.state not in jobs.OPEN for job in self.jobs())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    for child in found.workers:
        if child.poll() is None:
            child.kill()
        child.wait()
        if child.stdin:
            child.stdin.close()
    found.database.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("ads")
    write_synthetic(folder, ads=ADS, seed=7, difficulty=0.3)
    return (folder / "ads.csv").read_bytes()


def wait_until(holds: Callable[[], bool], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_does_it_once(
    office: Office, data: bytes
) -> None:
    number = office.bring(data)
    child = office.worker()
    wait_until(lambda: office.job(number).state == "running")
    time.sleep(0.3)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert office.job(number).state == "running", "killed too late to be of use"
    # And once more while it compares.
    child = office.worker()
    wait_until(lambda: office.job(number).state == "done")
    wait_until(lambda: any(job.kind == "run" and job.state == "running" for job in office.jobs()))
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    office.worker()
    wait_until(office.all_over)
    done = office.jobs()
    assert [(job.kind, job.state) for job in done] == [("ingest", "done"), ("run", "done")]
    assert done[0].attempts == 2
    assert done[0].result["added"] == done[0].result["read"]
    ws = office.ws.refreshed()
    kinds_ = [row.kind for row in ws.snapshots()]
    assert kinds_.count("ingest") == 1
    assert kinds_.count("run") == 1
    assert ws.ads(["ad_key"])["ad_key"].n_unique() == ws.ads(["ad_key"]).height == done[0].result["added"]
    assert list(Spool(ws).folder.iterdir()) == []


def test_what_was_written_before_the_kill_is_told_as_it_was(office: Office, data: bytes) -> None:
    """Killed between the workspace's commit and our row: the ads are in, and the result says they are new."""
    from filrouge.engines.ingest import ingest

    number = office.bring(data)
    with office.database.writing() as db:
        job = jobs.claim(db, number, f"{os.uname().nodename}:{_gone()}:x")
        assert job is not None
    with office.database.session() as db:
        file = db.query(BroughtFile).one()
    from filrouge.casework.bringing import OneFile

    shelf = OneFile(Spool(office.ws), file.spooled, file.bytes)
    summary = ingest(office.ws, [file.name], case="harbour", receiver="Ana (ana)", shelf=shelf)
    office.worker()
    wait_until(office.all_over)
    result = office.job(number).result
    assert (result["added"], result["held"], result["read"]) == (summary.added, 0, summary.read)
    assert result["rejects"] == len(summary.rejects)
    assert office.ws.refreshed().table("sources").filter(pl.col("case") == "harbour").height == 1


def test_a_worker_told_to_end_puts_its_job_back_and_leaves(office: Office, data: bytes) -> None:
    number = office.bring(data)
    child = office.worker(parent=False)
    wait_until(lambda: office.job(number).state == "running")
    child.terminate()
    child.wait(30)
    job = office.job(number)
    # It may just have finished; what it has not, waits again, and that was no try.
    assert (job.state, job.attempts) in (("queued", 0), ("done", 1))
    office.worker()
    wait_until(office.all_over)
    assert office.job(number).state == "done"


def test_a_worker_ends_with_its_parent(office: Office) -> None:
    child = office.worker()
    time.sleep(1)
    assert child.poll() is None
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(30) == 0


def _gone() -> int:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid
