"""Cases that touch one network; and the page that answers a tip."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from filrouge.casework import audit
from filrouge.casework.models import AuditEntry
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run

TEXT = (
    "Patient teacher {name} gives violin lessons to slow beginners in {city}, at your kitchen table if you like. We "
    "begin with four bars of a tune that you choose, and nobody has to read notes before spring. The first half hour "
    "costs nothing, later ones {price} dollars. Call {phone} after supper and ask for {name}."
)
HARBOUR = [("Anna", "Vancouver", 30, "604-555-0123"), ("Sophie", "Burnaby", 35, "604-555-0142")]
MARKET = [("Maria", "Toronto", 40, "416-555-0158"), ("Laura", "Ottawa", 45, "604-555-0123")]
ONLY_MARKET = "416-555-0158"
BOTH = "604-555-0123"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which one template has ads in both cases."""
    folder = tmp_path_factory.mktemp("shared")
    ws = Workspace.init(folder / "unit", secret=b"a secret of a workspace in tests")
    for case, rows in (("harbour", HARBOUR), ("market", MARKET)):
        path = folder / f"{case}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["id", "posted", "city", "agency", "description"])
            for k, (name, city, price, phone) in enumerate(rows * 3):
                text = TEXT.format(name=name, city=city, price=price, phone=phone)
                table.writerow([f"{case}-{k}", f"2026-05-{10 + k}", city, f"{case}list", text])
        ingest(ws.refreshed(), [str(path)], case=case, receiver="J. Roy", jobs=1)
    run(ws.refreshed(), jobs=1)
    return folder / "unit"


@pytest.fixture
def met(shared: Path, new_site: Callable[..., Any]) -> Any:
    return new_site(unit=shared)


def test_supervisors_learn_that_another_case_exists_and_whom_to_ask(met: Any) -> None:
    page = met.client("sam").get(met.path("harbour", "/meetings"))
    assert "Another case touches this one" in page.text
    assert "Sue" in page.text
    for secret in ("Market", "Maria", "Toronto", "marketlist"):
        assert secret not in page.text


def test_members_learn_only_what_both_supervisors_allow(met: Any) -> None:
    ana, sam, sue = met.client("ana"), met.client("sam"), met.client("sue")
    mine, theirs = met.path("harbour", "/meetings"), met.path("market", "/meetings")
    other = {"harbour": met.cases["market"].id, "market": met.cases["harbour"].id}
    assert "Sue" not in ana.get(mine).text
    sam.post(mine, {"other": other["harbour"], "level": "where"})
    assert "Sue" not in ana.get(mine).text
    sue.post(theirs, {"other": other["market"], "level": "exists"})
    page = ana.get(mine).text
    assert "Sue" in page
    assert "In common" not in page
    sue.post(theirs, {"other": other["market"], "level": "where"})
    assert "In common" in ana.get(mine).text
    sue.post(theirs, {"other": other["market"], "level": "nothing"})
    assert "Sue" not in ana.get(mine).text


def test_only_supervisors_allow_and_only_to_cases_that_meet(met: Any) -> None:
    path = met.path("harbour", "/meetings")
    data = {"other": met.cases["market"].id, "level": "where"}
    assert met.client("ana").post(path, data).status_code == 403
    sam = met.client("sam")
    assert sam.post(path, {**data, "other": met.cases["harbour"].id}).status_code == 404
    assert sam.post(path, {**data, "level": "everything"}).status_code == 422


def test_cases_that_share_nothing_are_not_told_of_each_other(site: Any) -> None:
    from filrouge.casework.meetings import touching

    found = touching(site.house.desk.view())
    shared = found.networks.filter(found.networks["id"].is_duplicated())
    page = site.client("sam").get(site.path("harbour", "/meetings"))
    assert ("Another case touches this one" in page.text) == bool(shared.height)


def clusters(site: Any, case: str) -> list[int]:
    ads = site.house.desk.casebook(case).ads
    return sorted(set(ads["cluster"]) - {-1})


def meets(site: Any, login: str, case: str) -> bool:
    return "Another case touches this one" in site.client(login).get(site.path(case, "/meetings")).text


@pytest.mark.parametrize(("login", "case"), [("ana", "harbour"), ("mia", "market")])
def test_cases_do_not_meet_by_what_people_of_either_keep_apart(met: Any, login: str, case: str) -> None:
    (cluster,) = clusters(met, "harbour")
    assert clusters(met, "market") == [cluster]
    assert meets(met, "sam", "harbour")
    assert meets(met, "sue", "market")
    ads = met.house.desk.casebook(case).ads.filter(pl.col("cluster") == cluster)["ad"].to_list()
    browser = met.client(login)
    for ad in ads[1:]:
        browser.post(met.path(case, "/wrong-leads"), {"what": "ad", "one": ad, "other": cluster})
    assert not meets(met, "sam", "harbour")
    assert not meets(met, "sue", "market")
    other = {"harbour": "market", "market": "harbour"}
    leader = {"harbour": "sam", "market": "sue"}[case]
    data = {"other": met.cases[other[case]].id, "level": "where"}
    assert met.client(leader).post(met.path(case, "/meetings"), data).status_code == 404
    register = met.path(case, "/wrong-leads")
    for number in range(1, len(ads)):
        browser.post(f"{register}/{number}/undo")
    assert meets(met, "sam", "harbour")
    assert meets(met, "sue", "market")


@pytest.mark.parametrize("asked", [ONLY_MARKET, "(416) 555 0158", "call 416.555.0158 now"])
def test_a_tip_is_answered_with_yes_and_who_may_tell(met: Any, asked: str) -> None:
    page = met.client("ana").post("/tip", {"text": asked})
    assert "Yes, something is held." in page.text
    assert "Sue" in page.text
    assert "your case" not in page.text
    for secret in ("Market", "Maria", "Toronto", "marketlist"):
        assert secret not in page.text


def test_a_tip_on_ones_own_case_says_how_many(met: Any) -> None:
    page = met.client("ana").post("/tip", {"text": BOTH})
    assert "3 ads in your case Harbour." in page.text
    assert "Sue" in page.text


def test_a_tip_on_nothing_is_answered_with_no(met: Any) -> None:
    browser = met.client("ana")
    assert "No, nothing is held." in browser.post("/tip", {"text": "902-555-0199"}).text
    assert browser.post("/tip", {"text": "  "}).status_code == 400
    assert browser.post("/tip", {"text": "7" * 501}).status_code == 400


def test_a_tip_leaves_one_entry_that_does_not_show_the_number(met: Any) -> None:
    browser = met.client("ana")
    browser.get("/tip")
    with met.house.database.session() as db:
        before = audit.head(db)[0]
    browser.post("/tip", {"text": BOTH})
    with met.house.database.session() as db:
        entries = db.query(AuditEntry).filter(AuditEntry.seq > before).all()
        assert [entry.action for entry in entries] == ["tip.asked"]
        assert "0123" not in f"{entries[0].subject}{entries[0].details}"
        assert list(audit.verify(db)) == []


def test_partners_and_auditors_ask_no_tips(met: Any) -> None:
    for login in ("pat", "aud", "adm"):
        assert met.client(login).get("/tip").status_code == 403
