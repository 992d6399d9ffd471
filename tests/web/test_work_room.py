"""The room of jobs: begun once for all that came, told as they go, cancelled and tried again, in the reader's words."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from brought import bring, newest, newest_job, table, take_in, work

from filrouge.casework import cases, sessions
from filrouge.casework.models import Case, Job, User
from filrouge.casework.work import Telling
from filrouge.web.rooms import work as work_room


@pytest.fixture
def own(new_site: Callable[..., Any]) -> Any:
    return new_site(own=True)


def test_several_files_are_taken_in_and_compared_once(own: Any) -> None:
    browser = own.client("ana")
    browser.get("/account")
    sent = [("file", (f"part{n}.csv", table(20, first=20 * n))) for n in range(3)]
    page = browser.client.post(own.path("harbour", "/files"), data={"csrf": browser.csrf}, files=sent)
    assert "3 files wait here now" in page.text
    browser.post(own.path("harbour", "/files/take-all"))
    work(own, compare=True)
    with own.house.database.session() as db:
        kinds_ = [(job.kind, job.state) for job in db.query(Job).order_by(Job.id)]
    assert kinds_ == [("ingest", "done")] * 3 + [("run", "done")]


def test_a_run_is_told_with_what_the_case_holds(own: Any) -> None:
    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(40))
    take_in(browser, own)
    work(own, compare=True)
    page = browser.get(own.path("harbour", f"/jobs/{newest_job(own, 'run').id}"))
    assert "What this case holds now" in page.text
    work_page = browser.get(own.path("harbour", "/work"))
    assert "Comparing" in work_page.text
    assert "40 new ads" in work_page.text


def test_progress_is_told_as_it_goes(own: Any) -> None:
    import threading

    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(40))
    take_in(browser, own)
    number = newest_job(own).id
    timer = threading.Timer(0.5, work, args=(own,))
    timer.start()
    answer = browser.get(own.path("harbour", f"/jobs/{number}/events"))
    timer.join()
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert events[0] == "progress"
    assert events[-1] == "done"
    assert "waits for its turn" in answer.text


@pytest.mark.parametrize("how", ["signed out", "out of the case"])
def test_who_may_read_no_more_is_told_no_more(own: Any, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(work_room, "LONGEST", 120)
    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(40))
    take_in(browser, own)

    def lose() -> None:
        with own.house.database.writing() as db:
            user, case = db.get_one(User, own.users["ana"].id), db.get_one(Case, own.cases["harbour"].id)
            if how == "signed out":
                sessions.end_all(db, user)
            else:
                cases.remove_member(db, own.users["adm"], case, user)

    path = own.path("harbour", f"/jobs/{newest_job(own).id}/events")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(browser.get, path)
        time.sleep(0.5)
        lose()
        assert "event: done" not in answer.result(60).text


def test_a_job_is_cancelled_and_tried_again_on_its_page(own: Any) -> None:
    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(40))
    take_in(browser, own)
    number = newest_job(own).id
    page = browser.post(own.path("harbour", f"/jobs/{number}/cancel"))
    assert "This was cancelled. Nothing was changed." in page.text
    assert newest(own).state == "waiting"
    browser.post(own.path("harbour", f"/jobs/{number}/again"))
    work(own)
    assert newest_job(own).state == "done"
    assert newest(own).state == "taken"


def test_how_far_a_job_is_is_said_in_the_language_of_who_reads(
    own: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    french, english = own.client("ana", lang="fr"), own.client("ben", lang="en")
    bring(french, own, "alpha.csv", table(40))
    take_in(french, own)
    job = newest_job(own)
    assert job.language == "fr"
    steps: list[str] = []
    monkeypatch.setattr(Telling, "stage", lambda _self, name, total=None: steps.append(name))
    work(own)
    assert steps == ["Taking in ads", "Writing"]
    with own.house.database.writing() as db:
        row = db.get_one(Job, job.id)
        row.state, row.stage, row.done, row.of, row.worker = "running", steps[-1], 12, 40, "elsewhere:1:a"
    path = own.path("harbour", f"/jobs/{job.id}")
    assert "Writing: 12 of 40" in english.get(path).text
    assert re.search(r"Écriture\s: 12 sur 40", french.get(path).text)
    base = f"/api/v1/cases/{own.cases['harbour'].id}/jobs/{job.id}"
    for lang, stage in (("en", "Writing"), ("fr", "Écriture")):
        headers = {"Authorization": f"Bearer {own.token('ana')}", "Accept-Language": lang}
        assert english.client.get(base, headers=headers).json()["stage"] == stage
