"""The trail: a chain in which nothing is changed unseen, read by auditors, and by supervisors for their case."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from filrouge.casework import audit, packages, trail
from filrouge.casework.database import Database
from filrouge.casework.models import AuditEntry, Case, User
from filrouge.cli import exits
from filrouge.cli.app import main
from filrouge.corpus.workspace import Workspace


@pytest.fixture
def acted(people_site: Any) -> Any:
    """A site in which things were done."""
    people_site.client("ana").post(people_site.path("harbour", "/open"), {"reason": "=1+1 is no formula"})
    people_site.client("mia").post(people_site.path("market", "/open"), {"reason": "to look at prices"})
    return people_site


def test_an_auditor_reads_all_and_filters(acted: Any) -> None:
    browser = acted.client("aud")
    page = browser.get("/audit").text
    assert "opened texts and identifiers" in page
    assert "to look at prices" in page
    page = browser.get(f"/audit?who={acted.users['ana'].id}").text
    assert "1+1 is no formula" in page
    assert "to look at prices" not in page
    page = browser.get(f"/audit?of={acted.cases['market'].id}&action=case.opened").text
    assert "to look at prices" in page
    assert "1+1" not in page
    assert "Nothing of that kind" in browser.get("/audit?until=2001-01-01").text
    assert browser.get("/audit?who=x&action=<b>&since=never&page=-4").status_code == 200


def test_the_trail_is_for_auditors(people_site: Any) -> None:
    for login in ("ana", "sam", "pat", "adm"):
        assert people_site.client(login).get("/audit").status_code == 403


def test_a_supervisor_reads_the_trail_of_their_case_alone(acted: Any) -> None:
    browser = acted.client("sam")
    page = browser.get(acted.path("harbour", f"/audit?of={acted.cases['market'].id}")).text
    assert "1+1 is no formula" in page
    assert "to look at prices" not in page
    assert browser.get(acted.path("market", "/audit")).status_code == 404
    assert acted.client("ana").get(acted.path("harbour", "/audit")).status_code == 403


def test_pages_follow_one_another(people_site: Any) -> None:
    with people_site.house.database.writing() as db:
        for number in range(120):
            audit.note(db, "", "test.done", number=number)
    browser = people_site.client("aud")
    first, third = (browser.get(f"/audit?action=test&page={n}").text for n in (1, 3))
    assert "120 entries" in first
    assert first.count("test.done</td>") == 50
    assert third.count("test.done</td>") == 20


def test_the_file_says_all_and_runs_nothing(acted: Any) -> None:
    browser = acted.client("aud")
    answer = browser.get("/audit/csv?action=case.opened")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["actor"] for row in rows] == ["ana", "mia"]
    assert json.loads(rows[0]["details"]) == {"reason": "=1+1 is no formula"}
    with acted.house.database.writing() as db:
        assert db.query(AuditEntry).filter_by(action="audit.exported").count() == 1
        audit.note(db, "", "test.done", subject="=1+1")
    answer = browser.get("/audit/csv?action=test")
    assert "'=1+1" in answer.text


def test_verifying_shows_the_head(acted: Any) -> None:
    browser = acted.client("aud")
    with acted.house.database.session() as db:
        _count, digest = audit.head(db)
    page = browser.post("/audit/verify").text
    assert "The trail is as it was written" in page
    assert digest in page


def test_a_changed_entry_is_found(acted: Any) -> None:
    with acted.house.database.writing() as db:
        db.execute(update(AuditEntry).where(AuditEntry.action == "case.opened").values(actor="ben"))
    page = acted.client("aud").post("/audit/verify").text
    assert "not as it was written" in page


@pytest.mark.parametrize("taken", ["first", "middle"])
def test_an_entry_taken_out_is_found(people_site: Any, taken: str) -> None:
    with people_site.house.database.writing() as db:
        db.execute(delete(AuditEntry).where(AuditEntry.seq == (1 if taken == "first" else 4)))
        assert [b.what for b in audit.verify(db)] == ["missing"]


@pytest.mark.parametrize(
    "change",
    ["details = 'no JSON'", "at = 'no time'", "at = replace(at, '.000000', '.500000')"],
)
def test_an_entry_that_cannot_even_be_read_is_named(people_site: Any, change: str) -> None:
    with people_site.house.database.writing() as db:
        db.execute(text(f"UPDATE audit SET {change} WHERE seq = 4"))
        db.expire_all()
        assert (4, "altered") in [(b.seq, b.what) for b in audit.verify(db)]


@pytest.mark.parametrize("change", ["details = 'no JSON'", "details = '[1]'", "at = 'no time'"])
def test_a_page_goes_on_after_an_entry_that_cannot_be_read(people_site: Any, change: str) -> None:
    with people_site.house.database.writing() as db:
        audit.note(db, "", "test.before")
        seq = audit.note(db, "ana", "case.opened", case=people_site.cases["harbour"], reason="to look").seq
        audit.note(db, "", "test.after")
        db.execute(text(f"UPDATE audit SET {change} WHERE seq = {seq}"))
    browser = people_site.client("aud")
    page = browser.get("/audit")
    assert page.status_code == 200
    assert f'id="row-{seq}"' in page.text
    assert page.text.count("This entry cannot be read.") == 1
    assert "test.before" in page.text
    assert "test.after" in page.text
    assert (
        "This entry cannot be read."
        in people_site.client("sam").get(people_site.path("harbour", "/audit")).text
    )
    rows = list(csv.DictReader(io.StringIO(browser.get("/audit/csv").text.lstrip("\ufeff"))))
    assert [int(row["seq"]) for row in rows if row["action"] == "unreadable"] == [seq]
    assert [row["action"] for row in rows[seq - 2 : seq + 1]] == ["test.before", "unreadable", "test.after"]


def test_the_extract_of_a_package_says_which_entry_cannot_be_read(people_site: Any) -> None:
    with people_site.house.database.writing() as db:
        case = db.get_one(Case, people_site.cases["harbour"].id)
        first, seq, last = (
            audit.note(db, "ana", "case.opened", case=case, reason=str(k)).seq for k in range(3)
        )
        db.execute(text(f"UPDATE audit SET details = 'no JSON' WHERE seq = {seq}"))
    with people_site.house.database.session() as db:
        rows = packages.extract(db, case, last)
    assert [row["number"] for row in rows[-3:]] == [first, seq, last]
    assert [row["action"] for row in rows[-3:]] == ["case.opened", "unreadable", "case.opened"]
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert not any(rows[-2][name] for name in ("at", "by", "details", "digest"))


def test_an_end_cut_off_is_seen_by_the_ledger(new_site: Any) -> None:
    site = new_site(ads=False, own=True)
    ws = site.house.settings.workspace
    with site.house.database.session() as db:
        head = trail.note_head(db, ws, "aud")
        assert trail.verify(db, ws.refreshed()) == []
    with site.house.database.writing() as db:
        db.execute(delete(AuditEntry).where(AuditEntry.seq == head.entries))
        assert list(audit.verify(db)) == []  # the chain alone says nothing
        assert [b.what for b in trail.verify(db, ws.refreshed())] == ["cut"]
        audit.note(db, "", "something.else")
        assert [b.what for b in trail.verify(db, ws.refreshed())] == ["ledger"]


def test_an_auditor_notes_the_head(new_site: Any) -> None:
    site = new_site(ads=False, own=True)
    page = site.client("aud").post("/audit/note")
    assert "of the ledger now" in page.text
    assert len(trail.noted_heads(site.house.settings.workspace.refreshed())) == 1


# -- the command --------------------------------------------------------------------------------------------------


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: Any) -> tuple[str, Database]:
    """A workspace with some entries."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    ws = Workspace.init(tmp_path / "unit")
    database = Database.of(ws)
    with database.writing() as db:
        db.add(User(login="ana", name="Ana", role="analyst"))
        for reason in ("first", "second", "third"):
            audit.note(db, "ana", "case.opened", case=1, reason=reason)
    return str(tmp_path / "unit"), database


def test_the_command_verifies(noted: Any, capsys: Any) -> None:
    where, database = noted
    assert main(["audit", "verify", where]) == exits.DONE
    said = capsys.readouterr().out
    assert "3 entries" in said
    assert "keeps no head of it yet" in said
    assert main(["audit", "note", where]) == exits.DONE
    assert main(["audit", "verify", where]) == exits.DONE
    with database.writing() as db:
        db.execute(delete(AuditEntry).where(AuditEntry.seq == 3))
    capsys.readouterr()
    assert main(["audit", "verify", where]) == exits.ALTERED
    assert "cut off" in capsys.readouterr().out


def test_the_command_shows_and_exports(noted: Any, capsys: Any, tmp_path: Path) -> None:
    where, _database = noted
    assert main(["audit", "show", where, "--who", "ana", "--last", "2"]) == exits.DONE
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "3"]
    assert main(["audit", "export", where, "--out", str(tmp_path / "trail.jsonl")]) == exits.DONE
    before = "0" * 64
    for line in (tmp_path / "trail.jsonl").read_text().splitlines():
        told = json.loads(line)
        digest = told.pop("digest")
        said = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert told["before"] == before
        assert sha256(said.encode()).hexdigest() == digest
        before = digest
    assert main(["audit", "export", where, "--out", str(tmp_path / "trail.csv")]) == exits.DONE
    assert (tmp_path / "trail.csv").read_text().startswith("seq,at,actor")


def test_the_command_goes_on_after_an_entry_that_cannot_be_read(noted: Any, capsys: Any) -> None:
    where, database = noted
    with database.writing() as db:
        db.execute(text("UPDATE audit SET details = 'no JSON' WHERE seq = 2"))
    assert main(["audit", "show", where]) == exits.DONE
    assert [line.split()[:2][-1] == "unreadable" for line in capsys.readouterr().out.splitlines()] == [
        False,
        True,
        False,
    ]
    assert main(["audit", "export", where, "--out", "-"]) == exits.DONE
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[1] == {"seq": 2, "action": "unreadable"}


def test_a_trail_that_cannot_be_found_is_a_wrong_use(tmp_path: Path) -> None:
    assert main(["audit", "verify", str(tmp_path)]) == exits.WRONG_USE
