"""A job is done once, whatever dies meanwhile; the row says how it stands."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from filrouge.casework import audit, jobs, people
from filrouge.casework.access import Role
from filrouge.casework.database import Database
from filrouge.casework.errors import Refused
from filrouge.casework.jobs import KINDS, State
from filrouge.casework.models import Job, User, now
from filrouge.casework.work import Worker
from filrouge.corpus.workspace import Workspace
from filrouge.engines.run import RunOvertaken
from filrouge.errors import MissingFile

SECRET = b"a secret of a workspace in tests"[:32]


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.init(tmp_path_factory.mktemp("ws") / "ws", secret=SECRET)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(f"sqlite:///{tmp_path / 'people.sqlite'}")
    found.upgrade()
    yield found
    found.close()


@pytest.fixture
def ana(database: Database) -> User:
    with database.writing() as db:
        return people.make_user(db, "", login="ana", name="Ana", role=Role.ANALYST, password="")


@pytest.fixture
def kind() -> Iterator[Callable[..., None]]:
    """Puts kinds of jobs in for one test."""
    before = dict(KINDS)

    def put_in(name: str, work: Callable[..., dict[str, Any]], **options: Any) -> None:
        jobs.kind(name, lambda: name.title(), **options)(work)

    yield put_in
    KINDS.clear()
    KINDS.update(before)


def started(database: Database, user: User, name: str, **arguments: Any) -> int:
    with database.writing() as db:
        return jobs.start(db, name, None, user, **arguments).id


def row(database: Database, number: int) -> Job:
    with database.session() as db:
        return db.get_one(Job, number)


def test_a_job_is_done_and_says_what_came_of_it(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    kind("count", lambda job, shop: {"twice": 2 * job.arguments["n"]})
    number = started(database, ana, "count", n=21)
    assert database.queue.next() == number
    assert Worker(database, ws).take(number)
    job = row(database, number)
    assert (job.state, job.result, job.attempts) == (State.DONE, {"twice": 42}, 1)
    assert job.begun is not None
    assert job.ended is not None
    with database.session() as db:
        assert list(audit.verify(db)) == []
        actions = [entry.action for entry in db.query(audit.AuditEntry).order_by(audit.AuditEntry.seq)]
    assert actions[-2:] == ["job.started", "job.done"]


def test_what_is_not_written_is_not_sent(database: Database, ana: User) -> None:
    def start_and_fail() -> None:
        with database.writing() as db:
            jobs.start(db, "count", None, ana)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        start_and_fail()
    assert database.queue.next() is None


def test_messages_are_no_pickles(database: Database, ana: User) -> None:
    started(database, ana, "count")
    data = database.queue._huey.storage.dequeue()
    assert bytes(data).startswith(b"[")


def test_a_message_sent_twice_is_worked_on_once(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    times = []
    kind("count", lambda job, shop: times.append(job.id) or {})
    number = started(database, ana, "count")
    one, other = Worker(database, ws), Worker(database, ws)
    assert [one.take(number), other.take(number), one.take(number)] == [True, False, False]
    assert times == [number]


def test_trouble_of_the_person_is_told_in_their_language(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    from filrouge.i18n import speaking

    def work(job: Job, shop: Any) -> dict[str, Any]:
        raise MissingFile("alpha.csv")

    kind("count", work)
    with speaking("fr"):
        number = started(database, ana, "count")
    Worker(database, ws).take(number)
    job = row(database, number)
    assert job.state == State.FAILED
    assert job.attempts == 1
    assert "ce fichier n’existe pas" in job.message
    assert job.fault == ""


def test_a_fault_has_a_number_and_its_words_stay_here(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    def work(job: Job, shop: Any) -> dict[str, Any]:
        raise KeyError("call 514-555-0100")

    kind("count", work)
    number = started(database, ana, "count")
    Worker(database, ws).take(number)
    job = row(database, number)
    assert job.state == State.FAILED
    assert job.fault
    assert job.fault in job.message
    assert job.fault in caplog.text
    assert "555" not in caplog.text + job.message


def test_a_run_that_was_overtaken_is_tried_again(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    times = []

    def work(job: Job, shop: Any) -> dict[str, Any]:
        times.append(1)
        if len(times) == 1:
            raise RunOvertaken
        return {}

    kind("count", work)
    number = started(database, ana, "count")
    Worker(database, ws).take(number)
    assert (row(database, number).state, len(times)) == (State.DONE, 2)


def test_a_job_under_way_tells_how_far_it_is_and_can_be_cancelled(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    def work(job: Job, shop: Any) -> dict[str, Any]:
        shop.progress.stage("Counting", 1_000)
        for _n in range(1_000):
            shop.progress.advance()
            time.sleep(0.02)
        return {}

    kind("count", work)
    number = started(database, ana, "count")
    worker = Worker(database, ws)
    thread = threading.Thread(target=worker.take, args=(number,))
    thread.start()
    wait_until(lambda: row(database, number).done > 0)
    job = row(database, number)
    assert (job.state, job.stage, job.of) == (State.RUNNING, "Counting", 1_000)
    with database.writing() as db:
        jobs.cancel(db, db.get_one(Job, number), ana)
    thread.join(10)
    assert row(database, number).state == State.CANCELLED


def test_what_waits_is_cancelled_at_once_and_can_be_tried_again(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    kind("count", lambda job, shop: {"n": job.arguments["n"]})
    number = started(database, ana, "count", n=7)
    with database.writing() as db:
        jobs.cancel(db, db.get_one(Job, number), ana)
    assert row(database, number).state == State.CANCELLED
    assert not Worker(database, ws).take(number)
    with database.writing() as db:
        anew = jobs.again(db, db.get_one(Job, number), ana).id
    Worker(database, ws).take(anew)
    assert row(database, anew).result == {"n": 7}
    with database.writing() as db, pytest.raises(Refused):
        jobs.again(db, db.get_one(Job, anew), ana)


def test_of_jobs_that_write_runs_one_is_worked_on_at_a_time(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    kind("run", lambda job, shop: {}, alone=True)
    kind("count", lambda job, shop: {})
    first, second, other = (started(database, ana, name) for name in ("run", "run", "count"))
    with database.writing() as db:
        assert jobs.claim(db, first, "elsewhere:1:a") is not None
    worker = Worker(database, ws)
    assert [worker.take(second), worker.take(other)] == [False, True]
    with database.writing() as db:
        jobs.end(db, db.get_one(Job, first), State.DONE)
    assert worker.take(second)


def test_a_worker_that_ends_puts_its_job_back(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    begun = threading.Event()

    def work(job: Job, shop: Any) -> dict[str, Any]:
        begun.set()
        for _n in range(1_000):
            shop.progress.advance()
            time.sleep(0.02)
        return {}

    kind("count", work)
    number = started(database, ana, "count")
    worker = Worker(database, ws)
    thread = threading.Thread(target=worker.work)
    thread.start()
    assert begun.wait(10)
    worker.end()
    thread.join(10)
    job = row(database, number)
    assert (job.state, job.attempts, job.worker) == (State.QUEUED, 0, "")


def test_who_could_not_write_the_end_of_a_job_works_on(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(db: Any, job: Job, shop: Any) -> None:
        raise OSError("the workspace cannot be read")

    kind("count", lambda job, shop: {})
    kind("other", lambda job, shop: {})
    monkeypatch.setitem(jobs.AFTER, "count", fails)
    first, second = started(database, ana, "count"), started(database, ana, "other")
    worker = Worker(database, ws)
    thread = threading.Thread(target=worker.work, kwargs={"threads": 1})
    thread.start()
    wait_until(lambda: row(database, second).state == State.DONE)
    worker.end()
    thread.join(10)
    # Nothing of its end was written: it is found by its silent heart, as that of a dead worker is.
    assert row(database, first).state == State.RUNNING


def test_a_job_whose_worker_died_is_queued_again_but_not_for_ever(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    kind("count", lambda job, shop: {}, tries=2)
    number = started(database, ana, "count")
    dead = f"{os.uname().nodename}:{dead_process()}:x"
    for attempt in (1, 2):
        with database.writing() as db:
            job = jobs.claim(db, number, dead)
            assert job is not None
            assert job.attempts == attempt
        with database.writing() as db:
            assert jobs.requeue_lost(db) == ([number] if attempt == 1 else [])
    job = row(database, number)
    assert job.state == State.FAILED
    assert "abruptly" in job.message


def test_a_worker_elsewhere_is_dead_when_its_heart_is_silent(
    database: Database, ana: User, kind: Callable[..., None]
) -> None:
    kind("count", lambda job, shop: {})
    number = started(database, ana, "count")
    with database.writing() as db:
        jobs.claim(db, number, "elsewhere:1:a")
    with database.writing() as db:
        assert jobs.requeue_lost(db) == []
        assert jobs.requeue_lost(db, moment=now() + timedelta(minutes=1)) == [number]
    # The one taken to be dead comes to: what it says is not heard any more.
    with database.writing() as db:
        assert jobs.beat(db, number, "elsewhere:1:a", "", 0, None) is None
        assert jobs.mine(db, number, "elsewhere:1:a") is None


def test_what_the_queue_lost_is_found_in_the_table(
    database: Database, ws: Workspace, ana: User, kind: Callable[..., None]
) -> None:
    kind("count", lambda job, shop: {})
    number = started(database, ana, "count")
    assert database.queue.next() == number  # and whoever read it is killed
    worker = Worker(database, ws)
    worker.look()
    assert database.queue.next() == number


def dead_process() -> int:
    """The number of a process that is gone."""
    import subprocess
    import sys

    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
