"""Bringing files: streamed to a sealed spool, looked at, taken in by a job, told of with their custody."""

from __future__ import annotations

import gzip
import re
import stat
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from brought import bring, newest, newest_job, spool_of, table, take_in, work

from filrouge.casework import audit, files
from filrouge.casework.models import BroughtFile, Case, Job
from filrouge.web import kinds

assert kinds.MODULES


@pytest.fixture
def own(new_site: Callable[..., Any]) -> Any:
    return new_site(own=True)


def test_a_file_is_brought_looked_at_and_taken_in(own: Any) -> None:
    browser = own.client("ana")
    page = bring(browser, own, "alpha.csv", table(40))
    assert page.status_code == 200
    assert "alpha.csv" in page.text
    assert newest(own).sha256 in page.text
    assert "Gentle massage" in page.text
    assert "as guessed: body" in page.text
    page = take_in(browser, own)
    assert "waits for its turn" in page.text
    work(own, compare=True)
    page = browser.get(str(page.url))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    assert "ads read 40 new in the workspace 40 held already 0" in text
    assert "All is compared" in text
    room = browser.get(own.path("harbour", "/files")).text
    assert "alpha.csv" in room
    assert "Ana (ana)" in room
    with own.house.database.session() as db:
        assert list(audit.verify(db)) == []
        actions = [entry.action for entry in db.query(audit.AuditEntry)]
    assert {"file.brought", "job.started", "job.done"} <= set(actions)


def test_a_file_waits_sealed_and_is_deleted_when_it_is_in(own: Any) -> None:
    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(40))
    (path,) = spool_of(own)
    assert b"massage" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    take_in(browser, own)
    work(own)
    assert spool_of(own) == []


def test_the_same_file_again_adds_nothing_and_says_so(own: Any) -> None:
    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(40))
    again = bring(browser, own, "other name.csv", table(40))
    assert "waits here already" in again.text
    assert len(spool_of(own)) == 1
    take_in(browser, own)
    work(own)
    page = bring(browser, own, "third name.csv", table(40))
    assert "just these bytes was taken into this case before: alpha.csv" in page.text
    take_in(browser, own)
    work(own)
    job = newest_job(own)
    assert (job.state, job.result["added"], job.result["held"]) == ("done", 0, 40)
    assert "nothing was added" in browser.get(own.path("harbour", f"/jobs/{job.id}")).text


def test_columns_can_be_chosen_and_left_out(own: Any) -> None:
    browser = own.client("ana")
    header = "text,comment,date,town,site"
    page = bring(browser, own, "alpha.csv", table(30, header=header))
    assert "as guessed: text" in page.text
    path = own.path("harbour", f"/files/{newest(own).id}/columns")
    page = browser.post(path, {"do": "look", "text": "=comment", "posted": "none", "agency": "=site"})
    assert 'value="=comment" selected' in page.text
    assert "Mar" not in page.text.split("How the first ads are read")[1].split("</table>")[0]
    take_in(browser, own, text="=comment", posted="none", agency="=site")
    work(own)
    ads = own.house.settings.workspace.refreshed().ads(["agency", "posted", "case", "seq"])
    mine = ads.filter(pl.col("seq") == ads["seq"].max())
    assert mine["agency"].unique().to_list() == ["alpha"]
    assert mine["posted"].null_count() == mine.height == 30


def test_rejects_are_told_counted_and_downloaded(own: Any) -> None:
    data = table(20) + b'21,"a text",no date at all,Halifax,alpha\n22,,2026-01-01,Halifax,alpha\n'
    data += b"23,=a text,=1+1,Halifax,alpha\n"
    browser = own.client("ana")
    bring(browser, own, "alpha.csv", data)
    take_in(browser, own)
    work(own)
    job = newest_job(own)
    assert job.result["rejects"] == 3
    assert job.result["fields"] == {"posted": 2, "text": 1}
    number = own.house.desk.numbers("harbour").of(job.result["snapshot"])
    path = own.path("harbour", f"/files/sources/{number}")
    assert f'href="{path}"' in browser.get(own.path("harbour", f"/jobs/{job.id}")).text
    assert "no date at all" in browser.get(path).text
    answer = browser.get(path + "/rejects.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    lines = answer.text.splitlines()
    assert lines[0] == "file,row,field,reason"
    assert len(lines) == 4
    assert all(not line.split(",")[3].lstrip('"').startswith("=") for line in lines[1:])
    # A colleague has not seen the file: the reasons hold words of it.
    colleague = own.client("ben")
    page = colleague.get(path)
    assert "no date at all" not in page.text
    assert colleague.get(path + "/rejects.csv").status_code == 400
    colleague.post(own.path("harbour", "/open"), {"reason": "to see what went wrong"})
    assert "no date at all" in colleague.get(path).text


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.csv", b"", "the file is empty"),
        ("scan.pdf", b"%PDF-1.7 ...", "this is a PDF document"),
        ("book.xlsx", b"PK\x03\x04" + b"xl/workbook.xml" * 10, "this is an Excel workbook"),
        ("noise.bin", bytes(range(256)) * 64, "a binary file"),
        ("ads.zip", b"PK\x03\x04" + b"hello" * 10, "this is an archive"),
        ("cut.csv.gz", gzip.compress(b"x")[:8], "the compression is broken|the file is empty"),
        ("list.csv", b"Clean room to rent near the park for a quiet person,514-555-0100\nx,y\n", "first row"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_ads_is_told_clearly(own: Any, name: str, data: bytes, says: str) -> None:
    browser = own.client("ana")
    page = bring(browser, own, name, data)
    assert page.status_code == 200
    assert re.search(says, page.text), page.text[-3000:]


@pytest.mark.parametrize(
    "row", ["Quiet room by the park,514-555-0100", "Quiet room by the park 514-555-0100"]
)
def test_why_a_file_could_not_be_read_holds_no_word_of_it(own: Any, row: str) -> None:
    browser = own.client("ana")
    bring(browser, own, "list.csv", f"{row}\n{row} again and again, with a view\n".encode())
    browser.post(own.path("harbour", f"/files/{newest(own).id}/columns"), {"do": "take"})
    work(own)
    job = newest_job(own)
    assert job.state == "failed"
    for login, paths in (
        ("pat", (f"/jobs/{job.id}", "/work")),
        ("ben", (f"/files/{newest(own).id}", "/files")),
    ):
        for path in paths:
            page = own.client(login).get(own.path("harbour", path))
            assert page.status_code == 200
            assert "list.csv" in page.text or "Taking a file in" in page.text
            assert "Quiet room" not in page.text, (login, path)
            assert "555" not in page.text, (login, path)


def test_a_bomb_is_refused(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from filrouge.casework import bringing

    monkeypatch.setattr(bringing, "OneFile", partial(bringing.OneFile, most=1 << 20))
    browser = own.client("ana")
    data = gzip.compress(b"text\n" + b"a room to rent\n" * 4_000_000)
    assert len(data) < 200_000
    bring(browser, own, "bomb.csv.gz", data)
    take_in(browser, own)
    work(own)
    job = newest_job(own)
    assert job.state == "failed"
    assert "unpacked, the file has more than 1 MB" in job.message


def test_a_file_in_an_old_encoding_is_read_and_told(own: Any) -> None:
    browser = own.client("ana")
    page = bring(
        browser, own, "vieux.csv", "texte;date\nChambre à louer près du marché;2026-01-02\n".encode("cp1252")
    )
    assert "Windows-1252" in page.text
    assert "près du marché" in page.text


def test_a_file_that_is_too_big_leaves_nothing(new_site: Callable[..., Any]) -> None:
    site = new_site(own=True, options={"largest_file": 100_000})
    browser = site.client("ana")
    answer = bring(browser, site, "alpha.csv", table(3_000))
    assert answer.status_code == 400
    assert "A file may have 0 MB" in answer.text or "Part this one" in answer.text
    assert spool_of(site) == []


NAMES = (
    "../../etc/passwd", "C:\\folder\\..\\x.csv", "a\u202ecsv.exe", "-", "", " . ", "x" * 500 + ".csv", "a\x00b\n.csv",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_are_made_harmless(name: str) -> None:
    shown = files.harmless(name)
    assert shown
    assert shown != "-"
    assert len(shown) <= 120
    assert not re.search(r"[/\\\x00-\x1f\u202a-\u202e]", shown)


def test_names_lead_nowhere(own: Any, tmp_path: Path) -> None:
    browser = own.client("ana")
    page = bring(browser, own, "../../../evil.csv", table(5))
    assert newest(own).name == "evil.csv"
    assert page.status_code == 200
    take_in(browser, own)
    work(own)
    assert newest_job(own).state == "done"
    assert not list(tmp_path.rglob("evil.csv"))


def test_the_inbox_gives_its_files_and_no_others(new_site: Callable[..., Any], tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "may").mkdir(parents=True)
    (inbox / "may" / "alpha.csv").write_bytes(table(10))
    (tmp_path / "secret.csv").write_bytes(table(10))
    (inbox / "link.csv").symlink_to(tmp_path / "secret.csv")
    site = new_site(own=True, options={"inbox": inbox})
    browser = site.client("ana")
    room = browser.get(site.path("harbour", "/files")).text
    assert "may/alpha.csv" in room
    assert "link.csv" not in room
    path = site.path("harbour", "/files/inbox")
    for name in ("../secret.csv", str(tmp_path / "secret.csv"), "link.csv", "nothing.csv", "may", "a\0b"):
        assert browser.post(path, {"name": name}).status_code == 400, name
    assert browser.post(path, {"name": "may/alpha.csv"}).status_code == 200
    assert newest(site).name == "alpha.csv"


def test_without_an_inbox_no_path_is_taken(own: Any) -> None:
    browser = own.client("ana")
    assert browser.post(own.path("harbour", "/files/inbox"), {"name": "x.csv"}).status_code == 404


def test_a_form_without_its_token_leaves_nothing(own: Any) -> None:
    browser = own.client("ana")
    browser.get("/account")
    path = own.path("harbour", "/files")
    for data in ({}, {"csrf": "wrong"}, {"csrf": ""}):
        answer = browser.client.post(path, data=data, files={"file": ("a.csv", table(3))})
        assert answer.status_code == 403
    # The token behind the file comes too late.
    late = {"file": ("a.csv", table(3)), "csrf": (None, browser.csrf)}
    assert browser.client.post(path, files=late).status_code == 403
    assert browser.client.post(path, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 403
    assert spool_of(own) == []
    with own.house.database.session() as db:
        assert db.query(BroughtFile).count() == 0


def test_a_form_that_breaks_off_leaves_nothing(own: Any) -> None:
    browser = own.client("ana")
    browser.get("/account")
    body = (
        f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{browser.csrf}\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\ntext\nhalf a'
    )
    answer = browser.client.post(
        own.path("harbour", "/files"), content=body,
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )  # fmt: skip
    assert answer.status_code == 400
    assert spool_of(own) == []


def test_files_of_one_case_are_none_of_another(own: Any) -> None:
    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(5))
    number = newest(own).id
    take_in(browser, own)
    job = newest_job(own).id
    other = own.client("mia")
    for rest in (f"/files/{number}", f"/jobs/{job}", f"/jobs/{job}/events"):
        assert other.get(own.path("market", rest)).status_code == 404
    for rest in (
        f"/files/{number}/columns",
        f"/files/{number}/drop",
        f"/jobs/{job}/cancel",
        f"/jobs/{job}/again",
    ):
        assert other.post(own.path("market", rest)).status_code == 404


def test_partners_bring_nothing(own: Any) -> None:
    browser = own.client("pat")
    assert browser.get(own.path("harbour", "/files")).status_code == 403
    browser.get("/account")
    assert bring(browser, own, "alpha.csv", table(3)).status_code == 403


def test_what_a_colleague_brought_is_shown_when_opened(own: Any) -> None:
    bring(own.client("ana"), own, "alpha.csv", table(5))
    browser = own.client("ben")
    path = own.path("harbour", f"/files/{newest(own).id}")
    assert "Gentle massage" not in browser.get(path).text
    browser.post(own.path("harbour", "/open"), {"reason": "to check the columns"})
    assert "Gentle massage" in browser.get(path).text


def test_a_case_that_is_closed_takes_nothing_in(own: Any) -> None:
    from filrouge.casework.models import now

    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(5))
    with own.house.database.writing() as db:
        db.get_one(Case, own.cases["harbour"].id).closed = now()
    assert bring(browser, own, "beta.csv", table(6)).status_code in (400, 403, 404)
    assert take_in(browser, own).status_code in (400, 403, 404)
    with own.house.database.session() as db:
        assert db.query(Job).count() == 0
    assert len(spool_of(own)) == 1


def test_files_are_put_away(own: Any) -> None:
    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(5))
    page = browser.post(own.path("harbour", f"/files/{newest(own).id}/drop"))
    assert "put away" in page.text
    assert spool_of(own) == []


def test_what_waited_too_long_goes(own: Any) -> None:
    import os
    from datetime import timedelta

    from filrouge.casework.models import now
    from filrouge.casework.spool import Spool

    bring(own.client("ana"), own, "alpha.csv", table(5))
    spool = Spool(own.house.settings.workspace)
    lost = spool.folder / "ab12"
    lost.write_bytes(b"x")
    os.utime(lost, (time.time() - 90_000,) * 2)
    with own.house.database.writing() as db:
        files.sweep(db, spool)
    assert len(spool_of(own)) == 1
    with own.house.database.writing() as db:
        db.get_one(BroughtFile, newest(own).id).made = now() - timedelta(days=8)
    with own.house.database.writing() as db:
        files.sweep(db, spool)
    assert spool_of(own) == []
    assert newest(own).state == "dropped"


def test_the_past_takes_nothing_in(own: Any) -> None:
    from datetime import timedelta

    from filrouge.casework.models import now

    browser = own.client("ana")
    bring(browser, own, "alpha.csv", table(5))
    yesterday = (now() - timedelta(days=1)).date().isoformat()
    with own.house.database.writing() as db:
        from filrouge.casework import sessions
        from filrouge.casework.models import Case, SignedIn

        session = db.query(SignedIn).one()
        sessions.set_as_of(
            db, session, db.get_one(Case, own.cases["harbour"].id), now().date() - timedelta(days=1)
        )
    assert yesterday
    answer = bring(browser, own, "beta.csv", table(6))
    assert answer.status_code == 400
    assert "past" in answer.text
    assert take_in(browser, own).status_code == 400
    assert len(spool_of(own)) == 1
