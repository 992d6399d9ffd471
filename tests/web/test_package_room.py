"""Evidence leaves the house: asked for, made in the background, kept sealed, fetched, checked, written down."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from browsing import Watched, downloaded

from filrouge.casework import audit, meetings, packages
from filrouge.casework.models import AuditEntry, MadePackage, WrongJoinEntry, now
from filrouge.casework.packages import FOLDER
from filrouge.casework.spool import Spool
from filrouge.casework.work import Worker, private_folder
from filrouge.reports.package import bounded
from filrouge.reports.package.verify import check
from filrouge.web import kinds

assert kinds.MODULES
TERMS = {
    "recipient": "Crown prosecutor, Halifax",
    "purpose": "file 26-114, disclosure",
    "language": "en",
    "text": "masked",
}


def work(site: Any) -> None:
    """Do all jobs that wait."""
    Worker(site.house.database, site.house.settings.workspace).drain()


def lead(site: Any, kind: str, case: str = "harbour") -> int:
    """The smallest network or cluster of a case."""
    return smallest(site.house.desk.casebook(case).ads, kind)


def smallest(ads: pl.DataFrame, kind: str) -> int:
    held = ads.filter(pl.col(kind) >= 0).group_by(kind).len().filter(pl.col("len") > 2)
    return int(held.sort("len", kind)[kind][0])


def rows(site: Any) -> list[MadePackage]:
    with site.house.database.session() as db:
        return list(db.query(MadePackage).order_by(MadePackage.id))


def trail(site: Any, action: str) -> list[AuditEntry]:
    with site.house.database.session() as db:
        return [row for row in db.query(AuditEntry).order_by(AuditEntry.seq) if row.action == action]


def sealed(site: Any) -> list[Path]:
    return list(private_folder(site.house.settings.workspace, FOLDER).iterdir())


@pytest.fixture
def own(new_site: Callable[..., Any]) -> Any:
    """A site over a workspace of its own: packages are written to its ledger."""
    return new_site(own=True)


def asked(site: Any, what: str, login: str = "ana", **terms: str) -> Any:
    browser = site.client(login)
    page = browser.post(site.path("harbour", "/package"), {**TERMS, "what": what, **terms})
    return browser, page


def test_a_cluster_is_packaged_fetched_and_proves_itself(own: Any, tmp_path: Path) -> None:
    cluster = lead(own, "cluster")
    browser, page = asked(own, f"C{cluster}")
    assert "Packaging evidence" in page.text
    work(own)
    page = browser.get(own.path("harbour", "/package/1"))
    assert "Download" in page.text
    answer = browser.get(own.path("harbour", "/package/1/file"))
    assert answer.headers["content-type"] == "application/zip"
    assert f"filrouge-C{cluster}-s" in answer.headers["content-disposition"]
    path = tmp_path / "package.zip"
    path.write_bytes(answer.content)
    assert check(path) == []
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = archive.namelist()
        text = archive.read("audit.csv").decode()
    assert manifest["terms"]["recipient"] == TERMS["recipient"]
    assert manifest["terms"]["text"] == "masked"
    assert manifest["case"] == "harbour"
    assert {"report.pdf", "report.docx", "check.py"} <= set(names)
    for end in (".ftm.json", ".graphml", ".geojson"):
        assert any(name.endswith(end) for name in names) or any(end.strip(".") in name for name in names), end
    entries = list(csv.DictReader(io.StringIO(text)))
    assert [entry["action"] for entry in entries][-1] == "package.asked"
    assert "harbour" not in {entry["subject"] for entry in entries}
    row = rows(own)[0]
    assert trail(own, "package.made")[0].details["sha256"] == row.sha256
    assert trail(own, "package.fetched")[0].actor == "ana"
    ledger = own.house.settings.workspace.refreshed().snapshots()
    assert ledger[-1].kind == "packaged"
    assert ledger[-1].details["sha256"] == row.sha256
    assert ledger[-1].by == "ana"


def test_the_same_row_gives_the_same_bytes_again(own: Any) -> None:
    browser, _page = asked(own, f"C{lead(own, 'cluster')}")
    work(own)
    before = browser.get(own.path("harbour", "/package/1/file")).content
    page = browser.post(own.path("harbour", "/package/1/delete"))
    assert "The file was deleted" in page.text
    assert sealed(own) == []
    assert browser.get(own.path("harbour", "/package/1/file")).status_code == 404
    browser.post(own.path("harbour", "/package/1/again"))
    work(own)
    assert browser.get(own.path("harbour", "/package/1/file")).content == before
    assert trail(own, "package.differs") == []


def test_what_is_kept_apart_is_apart_in_packages_as_it_was_when_they_were_asked_for(own: Any) -> None:
    book = own.house.desk.casebook("harbour")
    network = book.leads.filter(pl.col("kind") == "network", pl.col("clusters") > 2).row(0, named=True)["id"]
    cluster = book.network(network).clusters[-1].id
    gone = set(book.ads.filter(pl.col("cluster") == cluster)["ad"].to_list())
    browser = own.client("ana")
    register = own.path("harbour", "/wrong-leads")
    browser.post(register, {"what": "cluster", "one": cluster, "other": network})
    asked(own, f"N{network}")
    work(own)
    content = browser.get(own.path("harbour", "/package/1/file")).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        ads = [json.loads(line) for line in archive.read("ads.jsonl").decode().splitlines()]
    members = {row["ad"] for row in ads if row["member"]}
    assert members
    assert not members & gone
    browser.post(f"{register}/1/undo")
    with own.house.database.writing() as db:
        # A second passes in which nobody asks for anything.
        for entry in db.query(WrongJoinEntry).filter_by(kind="undone"):
            entry.at += timedelta(seconds=1)
    browser.post(own.path("harbour", "/package/1/delete"))
    browser.post(own.path("harbour", "/package/1/again"))
    work(own)
    assert browser.get(own.path("harbour", "/package/1/file")).content == content
    assert trail(own, "package.differs") == []


def test_the_file_lies_sealed_and_goes_after_a_week(own: Any) -> None:
    browser, _page = asked(own, f"C{lead(own, 'cluster')}")
    work(own)
    content = browser.get(own.path("harbour", "/package/1/file")).content
    (path,) = sealed(own)
    assert content[:2] == b"PK"
    assert b"manifest" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    packages.sweep(own.house.database, own.house.settings.workspace)
    assert path.exists()
    with own.house.database.writing() as db:
        db.get_one(MadePackage, 1).keep_until = now() - timedelta(seconds=1)
    packages.sweep(own.house.database, own.house.settings.workspace)
    assert not path.exists()
    assert trail(own, "package.deleted")[0].actor == ""
    assert "file deleted" in browser.get(own.path("harbour", "/package")).text


def test_the_file_of_work_that_was_cut_off_goes_after_a_day(own: Any) -> None:
    asked(own, f"C{lead(own, 'cluster')}")
    work(own)
    (known,) = sealed(own)
    ws = own.house.settings.workspace
    with Spool(ws, FOLDER).writer(10) as file:
        file.write(b"a package")
        file.close()
    packages.sweep(own.house.database, ws)
    assert len(sealed(own)) == 2
    for path in sealed(own):
        os.utime(path, (0, 0))
    packages.sweep(own.house.database, ws)
    assert sealed(own) == [known]


def test_an_open_package_needs_a_reason_which_the_ledger_keeps_first(own: Any) -> None:
    cluster = lead(own, "cluster")
    browser, page = asked(own, f"C{cluster}", text="open")
    assert page.status_code == 400
    assert "needs a reason" in page.text
    assert rows(own) == []
    browser.post(
        own.path("harbour", "/package"),
        {**TERMS, "what": f"C{cluster}", "text": "open", "reason": "court order 7"},
    )
    work(own)
    kinds_ = [row.kind for row in own.house.settings.workspace.refreshed().snapshots()]
    assert kinds_[-2:] == ["opened", "packaged"]
    opened = own.house.settings.workspace.refreshed().snapshots()[-2]
    assert opened.details["why"] == "court order 7"
    assert trail(own, "package.asked")[0].details["reason"] == "court order 7"


@pytest.mark.parametrize("what", ["", "N", "the first", "N99999", "C99999", "17; drop"])
def test_what_the_case_does_not_hold_is_not_packaged(site: Any, what: str) -> None:
    _browser, page = asked(site, what)
    assert page.status_code == 400
    assert rows(site) == []


def test_nothing_of_another_case_is_packaged(site: Any) -> None:
    books = {case: site.house.desk.casebook(case) for case in ("harbour", "market")}
    theirs = set(books["market"].ads["network"]) - set(books["harbour"].ads["network"]) - {-1}
    ad = int(books["market"].ads["ad"][0])
    mine = int(books["harbour"].ads["ad"][0])
    for what in (f"N{min(theirs)}", f"{ad}", f"{mine}, {ad}"):
        _browser, page = asked(site, what)
        assert page.status_code == 400, what
    assert rows(site) == []


def test_another_case_sees_nothing_of_a_package(own: Any) -> None:
    asked(own, f"C{lead(own, 'cluster')}")
    work(own)
    mia = own.client("mia")
    for rest in ("/package/1", "/package/1/file"):
        assert mia.get(own.path("market", rest)).status_code == 404
        assert mia.get(own.path("harbour", rest)).status_code == 404
    assert mia.post(own.path("market", "/package/1/delete")).status_code == 404
    assert "Crown prosecutor" not in mia.get(own.path("market", "/package")).text
    assert own.client("pat").get(own.path("harbour", "/package/1/file")).status_code == 403


@pytest.mark.parametrize("missing", ["recipient", "purpose"])
def test_it_is_said_for_whom_and_why(site: Any, missing: str) -> None:
    _browser, page = asked(site, f"C{lead(site, 'cluster')}", **{missing: " "})
    assert page.status_code == 400
    assert rows(site) == []


def test_what_failed_says_so_and_is_tried_again(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from filrouge.web import packaging

    browser, _page = asked(own, f"C{lead(own, 'cluster')}")
    with monkeypatch.context() as broken:
        broken.setattr(packaging, "package", lambda *_a, **_k: (_ for _ in ()).throw(MemoryError))
        work(own)
    page = browser.get(own.path("harbour", "/package/1"))
    assert "could not be made" in page.text
    browser.post(own.path("harbour", "/package/1/again"))
    work(own)
    assert "Download" in browser.get(own.path("harbour", "/package/1")).text


def test_what_is_tried_again_from_its_job_is_made_by_one_alone(
    own: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filrouge.web import packaging

    browser, _page = asked(own, f"C{lead(own, 'cluster')}")
    with monkeypatch.context() as broken:
        broken.setattr(packaging, "package", lambda *_a, **_k: (_ for _ in ()).throw(MemoryError))
        work(own)
    (failed,) = rows(own)
    browser.post(own.path("harbour", f"/jobs/{failed.job_id}/again"))
    (tried,) = rows(own)
    assert tried.job_id != failed.job_id
    assert "is being made" in browser.post(own.path("harbour", "/package/1/again")).text
    work(own)
    assert len(sealed(own)) == 1
    assert trail(own, "package.asked_again")


# -- checking ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, unit: Path) -> bytes:
    """A package, made without the application."""
    from datetime import UTC, datetime

    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.casebook import Casebook
    from filrouge.reports.package.make import package
    from filrouge.reports.package.what import Cluster, Terms

    book = Casebook(Workspace.open(unit, secret=b"a secret of a workspace in tests"), "harbour")
    cluster = smallest(book.ads, "cluster")
    terms = Terms(made_by="A", made_at=datetime(2026, 6, 4, tzinfo=UTC), recipient="B", purpose="C")
    return package(book, Cluster(cluster), terms).content


def brought(site: Any, content: bytes, login: str = "pat") -> Any:
    browser = site.client(login)
    browser.get("/check-package")
    return browser.client.post(
        "/check-package/files",
        data={"csrf": browser.csrf},
        files={"file": ("p.zip", content, "application/zip")},
    )


def test_a_package_is_checked_by_whoever_has_an_account(site: Any, made: bytes) -> None:
    page = brought(site, made)
    assert "Everything agrees." in page.text
    assert "This is the key of this workspace." in page.text
    assert trail(site, "package.checked")[0].details["problems"] == 0


def test_a_package_that_was_changed_is_told(site: Any, made: bytes) -> None:
    page = brought(site, made.replace(b"masked", b"maskee", 1))
    assert "Do not rely on this package." in page.text


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_what_is_no_package_is_told(site: Any, content: bytes) -> None:
    page = brought(site, content)
    assert page.status_code == 400
    assert "no package" in page.text


def test_what_grows_when_it_is_unpacked_is_refused(site: Any) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * 10_000_000)
    page = brought(site, out.getvalue())
    assert page.status_code == 400
    assert "more than its size allows" in page.text


# -- packages that mean harm ----------------------------------------------------------------------------------


def zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def endless() -> bytes:
    """A package that is small, and that no time is enough to check: its own rules say how far copies reach."""
    words = [7] * 4_000
    copying = {
        "in_passing": 1,
        "longest": 10**9,
        "go_on": 0,
        "step": 0,
        "extra": 0,
        "reach": 10**9,
        "jump": 0,
    }
    model = {
        "kinds": ["text"], "slope": [[1.0]], "shared": [0], "start": 0, "least": -9, "most": 9, "pieces_end_at": [],
        "damped_from": 9,
    }  # fmt: skip
    parameters = {"copying": copying, "model": model}
    return zip_of(
        {
            "evidence/parameters.json": json.dumps(parameters).encode(),
            "evidence/strangers.csv": b"bits\n1\n",
            "evidence/prices.csv": b"run,is_word,price\n0,0,1\n",
            "evidence/words.jsonl": json.dumps(
                {"ad": 1, "words": words, "runs": [0] * len(words), "spans": [0] * len(words)}
            ).encode(),
            "evidence/templates.jsonl": json.dumps({"cluster": "1", "words": words}).encode(),
            "evidence/members.csv": b"cluster,ad,bits\n1,1,5\n",
        }
    )


def test_a_check_without_end_is_given_up(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 8)
    page = brought(site, endless())
    assert page.status_code == 400
    assert "takes too long here" in page.text
    assert "filrouge verify-package" in page.text
    # The next one is served as if nothing had been.
    assert "no package" in brought(site, b"no zip").text


def test_what_would_fill_the_memory_is_given_up(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MEMORY", 300 << 20)
    many = b"[" + b"{}," * 6_000_000 + b"{}]"
    page = brought(site, zip_of({"manifest.json": many, "evidence/parameters.json": many}))
    told = "too much memory" in page.text or "Do not rely on this package." in page.text
    assert told, page.text


def test_while_one_is_checked_the_next_is_sent_away(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "WAITED", 0.1)
    with bounded._ONE_AT_A_TIME:
        page = brought(site, b"no zip")
    assert page.status_code == 400
    assert "Another package is being checked." in page.text


HOSTILE = {
    "a hundred thousand files": lambda: zip_of({f"f{n}": b"" for n in range(100_000)}),
    "names as deep as names can be": lambda: zip_of({"d/" * 30_000 + f"{n}": b"x" for n in range(3)}),
    "paths that lead elsewhere": lambda: zip_of({"../../../etc/passwd": b"x", "/etc/passwd": b"x"}),
    "JSON that is nested without end": lambda: zip_of({"manifest.json": b"[" * 2_000_000}),
    "a table of NumPy with a huge head": lambda: zip_of({"a.npy": b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{"}),
    "a manifest of another kind": lambda: zip_of(
        {"manifest.json": b"[1, 2]", "evidence/parameters.json": b"7"}
    ),
    "long words": lambda: zip_of(
        {"manifest.json": json.dumps({"signed_by": "k" * 10**6, "files": {"n" * 10**6: 1}}).encode()}
    ),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_hostile_package_is_answered_soon_and_briefly(site: Any, how: str) -> None:
    page = brought(site, HOSTILE[how]())
    assert page.status_code in (200, 400)
    assert "no package" in page.text or "Do not rely on this package." in page.text
    assert "takes too long here" not in page.text
    assert len(page.text) < 200_000


def test_what_is_checked_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def run(*_command: Any, env: dict[str, str], **_options: Any) -> Any:
        seen.update(env)
        return subprocess.CompletedProcess([], 0, stdout=b'{"refused": "none"}')

    monkeypatch.setenv("FILROUGE_KEY", "a secret")
    monkeypatch.setenv("FILROUGE_DATABASE_URL", "postgresql://u:secret@db/x")
    monkeypatch.setattr(bounded.subprocess, "run", run)
    with pytest.raises(bounded.NotChecked):
        bounded.checked([b"x"])
    assert seen
    assert not [name for name in seen if name.startswith("FILROUGE_")]


# -- journey 10, in a browser -------------------------------------------------------------------------------------


def test_a_network_is_packaged_in_the_browser_and_its_checker_runs_by_itself(
    browser: Any, serve: Callable[..., Any], own: Any, working: None, tmp_path: Path
) -> None:
    served = serve(own)
    context = browser.new_context(base_url=served.address, viewport={"width": 390, "height": 800})
    try:
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("input[name=login]", "ana")
        page.fill("input[name=password]", "seven quiet bicycles")
        page.click("main form button")
        network = lead(own, "network")
        page.goto(own.path("harbour", f"/networks/{network}"))
        page.click("main a.button:has-text('Package')")
        assert page.input_value("input[name=what]") == f"N{network}"
        page.fill("input[name=recipient]", "Crown prosecutor, Halifax")
        page.fill("input[name=purpose]", "file 26-114, disclosure")
        page.click("text=Make the package")
        page.wait_for_selector("text=Download", timeout=120_000)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        path = tmp_path / "n.zip"
        downloaded(page, "text=Download").save_as(path)
    finally:
        context.close()
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", "check.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_pages_are_accessible(
    signed_in: Callable[..., Any], site: Any, made: bytes, width: int, dark: bool
) -> None:
    page = signed_in("ana", width=width, dark=dark)
    watch = Watched(page)
    page.goto(site.path("harbour", "/package?network=1"))
    assert watch.violations() == []
    page.fill("input[name=recipient]", "Court")
    page.fill("input[name=purpose]", "x")
    page.click("text=Make the package")
    page.wait_for_selector("text=Say for whom")
    assert watch.violations() == []
    page.goto("/check-package")
    page.set_input_files("input[type=file]", {"name": "p.zip", "mimeType": "application/zip", "buffer": made})
    page.click("text=Check it")
    page.wait_for_selector("text=Everything agrees.")
    assert watch.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_what_is_for_the_leaders_of_the_case_alone_is_in_no_package(own: Any) -> None:
    sam = own.users["sam"]
    case, other = own.cases["harbour"], own.cases["market"]
    with own.house.database.writing() as db:
        meetings.allow(db, sam, case, other, meetings.Level.EXISTS)
        audit.note(db, sam, "survivor.begun", case=case, subject="survivor:1")
        audit.note(db, sam, "hook.set", case=case, host="hook.example.org")
    browser, _page = asked(own, f"C{lead(own, 'cluster')}")
    work(own)
    content = browser.get(own.path("harbour", "/package/1/file")).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("audit.csv").decode())))
        lines = archive.read("audit.jsonl").decode()
    assert {row["action"].partition(".")[0] for row in rows} == {"case", "package"}
    for secret in (f"case:{other.id}", "survivor", "hook.example.org"):
        assert secret not in lines
