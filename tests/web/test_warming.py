"""After a run nobody waits: what pages rest on is made in the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from filrouge.casework import wrong_joins
from filrouge.casework.models import Case, User
from filrouge.casework.wrong_joins import Decision
from filrouge.engines.casebook import Casebook
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run
from filrouge.web import warming
from filrouge.web.warming import Warmer


@pytest.fixture
def own(new_site: Callable[..., Any]) -> Any:
    return new_site(own=True)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cases whose casebooks were made, in order."""
    out: list[str] = []
    warmed = Casebook.warmed

    def noted(self: Casebook) -> Casebook:
        out.append(self.case)
        return warmed(self)

    monkeypatch.setattr(Casebook, "warmed", noted)
    return out


def new_run(site: Any, folder: Path) -> None:
    path = folder / "new.csv"
    path.write_text("id,body\nn1,Two students with a van move your sofa or piano on weekends. Ask Tom.\n")
    ws = site.house.settings.workspace
    ingest(ws.refreshed(), [str(path)], case="harbour", receiver="J. Roy", jobs=1)
    run(ws.refreshed(), jobs=1)
    site.house.desk.look_again()


def test_the_first_reader_after_a_run_finds_the_casebook_ready(
    own: Any, made: list[str], tmp_path: Path
) -> None:
    warmer = Warmer(own.house)
    assert warmer.look() == ["harbour", "market"]
    assert warmer.look() == []
    new_run(own, tmp_path)
    mia = own.client("mia")
    mia.get(own.path("market", "/triage"))
    assert made[-1] == "market"
    made.clear()
    # Who read last is seen to first; what is there already is not made again.
    assert warmer.look() == ["market", "harbour"]
    assert made == ["harbour"]
    made.clear()
    for login, case in (("ana", "harbour"), ("mia", "market")):
        assert own.client(login).get(own.path(case, "/triage")).status_code == 200
    assert made == []


def test_it_is_ready_with_what_people_keep_apart(own: Any, made: list[str]) -> None:
    book = own.house.desk.casebook("harbour")
    cluster = int(book.ads["cluster"].max())
    ad = int(book.ads.filter(book.ads["cluster"] == cluster)["ad"][0])
    with own.house.database.writing() as db:
        by, case = db.get_one(User, own.users["ana"].id), db.get_one(Case, own.cases["harbour"].id)
        wrong_joins.report(db, by, case, Decision("ad", ad, cluster), seq=0)
    Warmer(own.house).look()
    made.clear()
    page = own.client("ana").get(own.path("harbour", "/triage"))
    assert page.status_code == 200
    assert made == []


def test_what_is_no_run_is_made_ready_for_those_who_read(own: Any, made: list[str]) -> None:
    warmer = Warmer(own.house)
    warmer.look()
    own.client("ana").get(own.path("harbour", "/triage"))
    with own.house.settings.workspace.refreshed().begin("opened", by="ana") as batch:
        batch.commit({"case": "harbour", "why": "file 7", "as_of": 2, "opened": 1})
    own.house.desk.look_again()
    made.clear()
    assert warmer.look() == ["harbour"]
    assert made == ["harbour"]


def test_the_thread_sees_a_run_by_itself_and_ends(
    own: Any, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "LOOKED", 0.05)
    warmer = Warmer(own.house)
    warmer.start()
    wait_for(lambda: made[:2] == ["harbour", "market"] and warmer._seen >= 0)
    made.clear()
    new_run(own, tmp_path)
    wait_for(lambda: {"harbour", "market"} <= set(made))
    warmer.end()
    warmer._thread.join(30)
    assert not warmer._thread.is_alive()


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
