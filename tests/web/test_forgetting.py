"""Ads are destroyed from the command line, and what people wrote of them in the workbench goes with them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from sqlalchemy import func, select

from filrouge.casework import audit, forgetting, letting_go
from filrouge.casework.forgetting import FORGOTTEN, Forgotten
from filrouge.casework.models import (
    AuditEntry,
    BlindTask,
    MadePackage,
    Opinion,
    SeenLead,
    Watch,
    WatchAlert,
    WrongJoin,
    WrongJoinEntry,
)
from filrouge.casework.packages import FOLDER
from filrouge.casework.work import Worker, private_folder
from filrouge.cli import main
from filrouge.web import kinds

assert kinds.MODULES
SECRET = b"a secret of a workspace in tests"
NOTE = "the wording of last spring"


@pytest.fixture
def own(new_site: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A site over a workspace of its own, whose key the command line has."""
    monkeypatch.setenv("FILROUGE_KEY", base64.b64encode(SECRET).decode())
    return new_site(own=True)


def destroyed(site: Any, *rule: str) -> str:
    """Destroy some ads from the command line."""
    where = site.house.settings.workspace.files.where
    url = str(site.house.database.engine.url)
    code = main(
        ["retention", where, *rule, "--database-url", url, "--yes", "--why", "file 26-114", "--lang", "en"]
    )
    site.house.desk.look_again()
    return f"{code}"


def count(site: Any, table: Any) -> int:
    with site.house.database.session() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def work(site: Any) -> None:
    Worker(site.house.database, site.house.settings.workspace).drain()


def ads_of(site: Any, cluster: int) -> list[int]:
    book = site.house.desk.casebook("harbour")
    return book.ads.filter(pl.col("cluster") == cluster)["ad"].to_list()


def two_clusters(site: Any) -> tuple[int, int]:
    """Two small clusters that are in no network."""
    ads = site.house.desk.casebook("harbour").ads.filter(pl.col("cluster") >= 0)
    sizes = ads.group_by("cluster").len().filter(pl.col("len") > 2).sort("len", "cluster")["cluster"]
    return int(sizes[0]), int(sizes[1])


def everything_written_of(site: Any, cluster: int) -> None:
    """All that people can write of a cluster, by every room that they have."""
    ana = site.client("ana")
    ad, second = ads_of(site, cluster)[:2]
    label = {"of": "cluster", "number": cluster, "step-spam": 4, "note": NOTE}
    assert ana.post(site.path("harbour", "/judge/label"), label).status_code == 200
    ana.get(site.path("harbour", f"/clusters/{cluster}"))
    for form in ({"kind": "cluster", "number": cluster}, {"kind": "text", "ad": ad}):
        assert ana.post(site.path("harbour", "/watches"), form).status_code == 200
    join = {"what": "ad", "one": second, "other": cluster, "text": NOTE}
    assert ana.post(site.path("harbour", "/wrong-leads"), join).status_code == 200
    terms = {
        "what": f"C{cluster}", "recipient": "Crown prosecutor", "purpose": "file 26-114", "language": "en",
        "text": "masked",
    }  # fmt: skip
    assert ana.post(site.path("harbour", "/package"), terms).status_code == 200
    with site.house.database.writing() as db:
        # As if they had been made before anything came.
        for watch in db.query(Watch).order_by(Watch.id.desc()).limit(2):
            watch.through, watch.run = -1, -1
    worker = Worker(site.house.database, site.house.settings.workspace)
    worker.drain()
    worker.look()
    worker.drain()


def test_what_was_written_of_destroyed_ads_goes_and_of_others_stays(own: Any, capsys: Any) -> None:
    one, other = two_clusters(own)
    everything_written_of(own, one)
    everything_written_of(own, other)
    tables = (Opinion, SeenLead, Watch, WatchAlert, WrongJoin, WrongJoinEntry)
    before = {table: count(own, table) for table in tables}
    assert all(found >= 2 for found in before.values()), before
    sealed = private_folder(own.house.settings.workspace, FOLDER)
    assert len(list(sealed.iterdir())) == 2
    ads = ads_of(own, one) + [
        ad for ad in own.house.desk.casebook("harbour").ads["ad"] if ad in _kept_out(own, one)
    ]
    assert destroyed(own, *(f"--ad={ad}" for ad in ads)) == "0"
    told = " ".join(capsys.readouterr().out.split())
    assert "went too: 1 opinion, 1 wrong join, 2 watches" in told
    assert "1 file of a package" in told
    with own.house.database.session() as db:
        assert {row.number for row in db.query(Opinion)} == {other}
        assert {row.other for row in db.query(WrongJoin)} == {other}
        assert {row.number for row in db.query(SeenLead)} == {other}
        assert {row.number for row in db.query(Watch) if row.kind == "cluster"} == {other}
        assert db.query(Watch).count() == 2
        gone = set(ads)
        assert all(alert.ads and not gone & set(alert.ads) for alert in db.query(WatchAlert))
        packages = {row.numbers[0]: row for row in db.query(MadePackage)}
        assert packages[one].stored == ""
        assert packages[one].gone is not None
        assert packages[one].recipient == "Crown prosecutor"
        assert packages[other].stored
        assert list(audit.verify(db)) == []
        entries = [row for row in db.query(AuditEntry) if row.action == FORGOTTEN]
        assert [row.details.get("opinions") for row in entries] == [1, None]
    assert len(list(sealed.iterdir())) == 1
    page = own.client("ana").get(own.path("harbour", "/judge"))
    assert f">C{other}<" in page.text
    assert f">C{one}<" not in page.text
    assert destroyed(own, "--ad", str(ads_of(own, other)[0])) == "0"
    assert count(own, Opinion) == 1


def _kept_out(site: Any, cluster: int) -> set[int]:
    with site.house.database.session() as db:
        return {row.one for row in db.query(WrongJoin) if row.what == "ad" and row.other == cluster}


def test_a_case_that_is_destroyed_leaves_nothing_that_was_written_in_it(own: Any) -> None:
    one, _other = two_clusters(own)
    everything_written_of(own, one)
    own.client("ana").post(own.path("harbour", "/watches"), {"kind": "words", "text": "violin"})
    mia = own.client("mia")
    mia.post(own.path("market", "/watches"), {"kind": "words", "text": "ménage"})
    assert destroyed(own, "--case", "harbour") == "0"
    for table in (Opinion, BlindTask, SeenLead, WrongJoin, WrongJoinEntry, WatchAlert):
        assert count(own, table) == 0, table
    with own.house.database.session() as db:
        assert [watch.case_id for watch in db.query(Watch)] == [own.cases["market"].id]
        assert all(row.stored == "" for row in db.query(MadePackage))
    assert list(private_folder(own.house.settings.workspace, FOLDER).iterdir()) == []


def test_a_worker_does_what_a_command_did_not_that_named_no_database(own: Any) -> None:
    one, _other = two_clusters(own)
    everything_written_of(own, one)
    where = own.house.settings.workspace.files.where
    ads = {*ads_of(own, one), *_kept_out(own, one)}
    assert main(["retention", where, *(f"--ad={ad}" for ad in ads), "--yes", "--lang", "en"]) == 0
    assert count(own, Opinion) == 1
    worker = Worker(own.house.database, own.house.settings.workspace)
    worker.tidy()
    assert count(own, Opinion) == 0
    now = own.house.settings.workspace.refreshed()
    assert not forgetting.is_behind(own.house.database, now)
    assert forgetting.forget(own.house.database, now) == Forgotten()


def test_what_two_people_call_independent_is_destroyed_when_asked(own: Any, capsys: Any) -> None:
    one, _other = two_clusters(own)
    ads = ads_of(own, one)
    assert destroyed(own, "--independent") == "0"
    assert "No ad falls under this rule" in capsys.readouterr().out
    ana, ben = own.client("ana"), own.client("ben")
    ana.post(own.path("harbour", "/judge/label"), {"of": "cluster", "number": one, "step-independent": 5})
    assert destroyed(own, "--independent") == "0"
    assert "No ad falls under this rule" in capsys.readouterr().out
    task = ben.post(own.path("harbour", "/judge/take"))
    ben.post(str(task.url.path), {"step-independent": 5, "step-organised": 1})
    with own.house.database.session() as db:
        board = own.house.boards.board(db, own.cases["harbour"], own.house.desk.view())
    expected = letting_go.ads_let_go(own.house.desk.casebook("harbour"), board).tolist()
    assert expected == ads
    assert destroyed(own, "--independent", "--case", "market") == "0"
    assert count(own, Opinion) == 2
    assert destroyed(own, "--independent") == "0"
    told = " ".join(capsys.readouterr().out.split())
    assert f"{len(ads)} ads can no longer be read." in told
    assert "went too: 2 opinions" in told
    assert not set(ads) & set(own.house.desk.casebook("harbour").ads["ad"])
    assert count(own, BlindTask) == 0
