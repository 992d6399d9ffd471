"""The main journeys on a real PostgreSQL, which is made for these tests: SQLite's tests do not show what a team has."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import postgres
import pytest

from filrouge.casework import audit, jobs, people
from filrouge.casework.access import Role
from filrouge.casework.jobs import KINDS, State
from filrouge.casework.models import AuditEntry, Case, Job, Opinion, User
from filrouge.casework.work import Worker
from filrouge.cli import main
from filrouge.web import kinds

assert kinds.MODULES
pytest.importorskip(
    "psycopg", reason="the driver of PostgreSQL is not installed: pip install 'filrouge[postgresql]'"
)
pytestmark = pytest.mark.skipif(bool(postgres.why_not()), reason=postgres.why_not() or "there is a server")
SECRET = b"a secret of a workspace in tests"
PASSWORD = "four patient lighthouses"
VIOLIN = (
    "Patient teacher {name} gives violin lessons to slow beginners in {city}, at your kitchen table if you like. We "
    "begin with four bars of a tune that you choose, and nobody has to read notes before spring. The first half hour "
    "costs nothing, later ones {price} dollars. Call {phone} after supper and ask for {name}."
)
NAMES = ("Anna", "Sophie", "Ella", "Mona", "Nora", "Ida")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres.server() as address:
        yield address


@pytest.fixture
def address(server: str, request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    from sqlalchemy import create_engine, text

    name = re.sub(r"\W", "_", request.node.name)[:40].lower()
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


def ads() -> bytes:
    """A file of invented ads: one template that grows, and some that stand alone."""
    rows = ["id,posted,city,agency,description"]
    for k, name in enumerate(NAMES):
        phone = "604-555-0123" if k % 2 else "604-555-0142"
        said = VIOLIN.format(name=name, city="Vancouver", price=30 + k, phone=phone)
        rows.append(f'v{k},2026-05-{10 + k},Vancouver,harbourlist,"{said}"')
    alone = (
        "Two students with a van move your sofa or piano on weekends.",
        "Furnished basement room near the bus loop, laundry shared, no smokers.",
        "Night shift bakers wanted, training paid, bring your own shoes.",
    )
    rows += [f'a{k},2026-05-{20 + k},Surrey,harbourlist,"{said}"' for k, said in enumerate(alone)]
    return "\n".join([*rows, ""]).encode()


def test_from_the_first_start_to_a_label_that_two_people_gave(
    new_site: Callable[..., Any], address: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("FILROUGE_KEY", base64.b64encode(SECRET).decode())
    site = new_site(ads=False, own=True, populate=False, database_url=address)
    assert site.house.database.engine.dialect.name == "postgresql"

    # The first who comes makes the administrator, who makes a case.
    adm = site.client()
    adm.client.post("/welcome", data={"login": "adm", "name": "Adm", "password": PASSWORD})
    with site.house.database.writing() as db:
        for login, role in (("sam", Role.SUPERVISOR), ("ana", Role.ANALYST), ("ben", Role.ANALYST)):
            user = people.make_user(db, "adm", login=login, name=login.title(), role=role, password=PASSWORD)
            user.offered = True
            site.users[login] = user
    wanted = {
        "title": "Harbour", "name": "harbour", "purpose": "Practice with invented ads", "authority": "None needed",
        "keep_until": date(2040, 1, 1).isoformat(), "supervisor": str(site.users["sam"].id),
    }  # fmt: skip
    adm.get("/cases/new")
    assert adm.post("/cases/new", wanted).status_code == 200
    with site.house.database.session() as db:
        case = db.query(Case).one()
    site.cases["harbour"] = case
    sam, ana, ben = (signed_in(site, login) for login in ("sam", "ana", "ben"))
    for login in ("ana", "ben"):
        added = sam.post(site.path("harbour", "/members"), {"user": str(site.users[login].id)})
        assert added.status_code == 200, added.text

    # A file is brought, taken in and compared by a worker that the queue in the database wakes.
    ana.get("/account")
    ana.client.post(
        site.path("harbour", "/files"), data={"csrf": ana.csrf}, files={"file": ("alpha.csv", ads())}
    )
    ana.post(site.path("harbour", "/files/1/columns"), {"do": "take"})
    assert site.house.database.queue.waiting() == 1
    worker = Worker(site.house.database, site.house.settings.workspace)
    assert worker.take(site.house.database.queue.next() or 0)
    worker.drain()
    site.house.desk.look_again()
    with site.house.database.session() as db:
        assert {job.state for job in db.query(Job)} == {State.DONE}

    # It is searched, and labelled by two people who do not see each other's opinion.
    found = ana.post(
        site.path("harbour", "/search"), {"text": VIOLIN.format(name="Eva", city="Delta", price=1, phone="")}
    )
    assert found.status_code == 200
    book = site.house.desk.casebook("harbour")
    cluster = int(book.ads["cluster"].max())
    assert book.ads.filter(book.ads["cluster"] == cluster).height == len(NAMES)
    assert f"C{cluster}" in found.text
    ana.post(site.path("harbour", "/judge/label"), {"of": "cluster", "number": cluster, "step-organised": 5})
    task = ben.post(site.path("harbour", "/judge/take"))
    done = ben.post(str(task.url.path), {"step-organised": 4, "step-independent": 1})
    assert "Thank you" in done.text
    with site.house.database.session() as db:
        assert [row.turn for row in db.query(Opinion).order_by(Opinion.id)] == ["first", "blind"]
        board = site.house.boards.board(db, case, site.house.desk.view())
    assert board.of(("cluster", cluster)).verdicts["organised"].name == "HOLDS"

    # A script reads it with a token, and the trail is whole.
    page = ana.post("/account/tokens", {"name": "nightly", "days": 30, "scope": ["enter", "read"]})
    value = page.text.split('<code class="token">')[1].split("<")[0]
    told = ana.get(f"/api/v1/cases/{case.id}/leads", headers={"Authorization": f"Bearer {value}"})
    assert told.status_code == 200, told.text
    where = site.house.settings.workspace.files.where
    capsys.readouterr()
    assert main(["audit", "verify", where, "--database-url", address, "--lang", "en"]) == 0
    with site.house.database.session() as db:
        assert list(audit.verify(db)) == []
        actions = {entry.action for entry in db.query(AuditEntry)}
    assert {"case.made", "file.brought", "job.done", "opinion.blind", "token.made"} <= actions


def test_two_workers_do_not_take_one_job_twice(new_site: Callable[..., Any], address: str) -> None:
    site = new_site(ads=False, own=True, populate=False, database_url=address)
    worked: list[int] = []
    kept = dict(KINDS)
    jobs.kind("count", lambda: "Count")(lambda job, shop: worked.append(job.id) or {})
    try:
        with site.house.database.writing() as db:
            ana = people.make_user(db, "", login="ana", name="Ana", role=Role.ANALYST, password=PASSWORD)
            numbers = [jobs.start(db, "count", None, db.get_one(User, ana.id)).id for _n in range(12)]
        workers = [Worker(site.house.database, site.house.settings.workspace) for _n in range(4)]
        ready = threading.Barrier(len(workers))
        taken: list[tuple[int, bool]] = []

        def take(worker: Worker) -> None:
            for number in numbers:
                ready.wait(30)
                taken.append((number, worker.take(number)))

        threads = [threading.Thread(target=take, args=(worker,)) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(taken) == len(numbers) * len(workers)
        assert sorted(number for number, got in taken if got) == numbers
        assert sorted(worked) == numbers
        with site.house.database.session() as db:
            assert {(job.state, job.attempts) for job in db.query(Job)} == {(State.DONE, 1)}
            assert list(audit.verify(db)) == []
    finally:
        KINDS.clear()
        KINDS.update(kept)


def signed_in(site: Any, login: str) -> Any:
    browser = site.client()
    answer = browser.client.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return browser


def test_what_postgresql_cannot_keep_is_no_fault(new_site: Callable[..., Any], address: str) -> None:
    site = new_site(ads=False, database_url=address)
    sam = site.client("sam")
    wanted = {"name": "nul", "title": "a\x00b", "purpose": "p", "authority": "a", "keep_until": "2040-01-01"}
    sam.get("/account")
    answer = sam.post("/cases/new", wanted)
    assert answer.status_code == 400
    assert "a character or a number that cannot be kept" in answer.text
    for number in ("9999999999", "999999999999999999"):
        for path in (f"/jobs/{number}", f"/files/{number}", f"/package/{number}", f"/blind/{number}"):
            assert sam.get(site.path("harbour", path)).status_code == 404, path
    assert sam.post(site.path("harbour", "/judge/undo/9999999999")).status_code in (400, 404)
