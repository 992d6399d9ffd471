"""Numbers of snapshots tell a reader of one case nothing of others: each case counts its own."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from filrouge.casework.models import MadePackage
from filrouge.casework.work import Worker
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run
from filrouge.web import kinds

assert kinds.MODULES
OF_OTHERS = 70
"""Rows of the ledger that others wrote between two of the case's own: numbers above it are those of the ledger."""
AD = (
    "Old bicycles of {city} made to roll again: {name} trues wheels, changes worn chains and greases what squeaks, "
    "while you drink a lemonade in the yard. Bring it before noon and ride home at five. Text {phone}."
)


@pytest.fixture
def busy(new_site: Callable[..., Any], tmp_path: Path) -> Any:
    """A site in which much happened elsewhere, between what happened in the case harbour."""
    site = new_site(own=True)
    ws = site.house.settings.workspace
    for _n in range(OF_OTHERS):
        with ws.refreshed().begin("opened", by="mia") as batch:
            batch.commit({"case": "market", "why": "file 7", "as_of": 2, "opened": 1})
    path = tmp_path / "later.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "posted", "city", "agency", "description"])
        for k, name in enumerate(("Simon", "Peter", "Oscar")):
            said = AD.format(city="Nanaimo", name=name, phone=f"250-555-017{k}")
            table.writerow(
                [f"b{k}", "someday" if k == 2 else f"2026-05-{10 + k}", "Nanaimo", "harbourlist", said]
            )
    ingest(ws.refreshed(), [str(path)], case="harbour", receiver="J. Roy", jobs=1)
    run(ws.refreshed(), jobs=1)
    site.house.desk.look_again()
    return site


def told(page: Any) -> list[int]:
    """The numbers of snapshots that a page shows or leads to."""
    # The head of a column is no number's; its cells name it themselves.
    cells = re.findall(r'data-label="Snapshot"[^>]*>\s*(\d[\d,]*)', page.text)
    text = re.sub(r"<thead.*?</thead>", " ", page.text, flags=re.DOTALL)
    words = html.unescape(re.sub(r"<[^>]+>", " ", text))
    found = re.findall(r"[Ss]napshot\W{0,40}?(\d[\d,]*)", words)
    found += cells + re.findall(r"/sources/(\d+)|rejects-(\d+)", page.text)
    return [
        int(one.replace(",", ""))
        for some in found
        for one in ([some] if isinstance(some, str) else some)
        if one
    ]


def in_json(answer: Any) -> list[int]:
    """The numbers of snapshots in an answer to a script."""
    out: list[int] = []

    def walk(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                walk(one, name)
        elif isinstance(value, list):
            for one in value:
                walk(one, key)
        elif key in ("seq", "snapshot", "newest_seq") and value is not None:
            out.append(int(value))

    walk(json.loads(answer.text))
    return out


def test_a_case_counts_its_own_snapshots(busy: Any) -> None:
    steps = busy.house.desk.steps("harbour")
    numbers = busy.house.desk.numbers("harbour")
    assert [numbers.of(step.seq) for step in steps] == [4, 3, 2, 1]
    assert [step.kind for step in steps] == ["run", "ingest", "run", "ingest"]
    assert steps[0].seq > OF_OTHERS
    assert [numbers.seq(one) for one in (0, 1, 5)] == [None, steps[-1].seq, None]
    # What others did between does not count: it is the number of what came before.
    assert numbers.of(OF_OTHERS) == 2


def test_no_page_of_a_case_tells_the_numbers_of_the_ledger(busy: Any) -> None:
    ana = busy.client("ana")
    book = busy.house.desk.casebook("harbour")
    newest = book.ads.sort("seq").row(-1, named=True)
    cluster = int(book.ads.filter(pl.col("ad") == newest["ad"])["cluster"][0])
    terms = {"recipient": "Crown prosecutor", "purpose": "file 26-114", "language": "en", "text": "masked"}
    ana.post(busy.path("harbour", "/package"), {**terms, "what": f"C{cluster}"})
    with busy.house.database.session() as db:
        assert db.query(MadePackage).one().seq > OF_OTHERS
    shown = {
        path: told(ana.get(busy.path("harbour", path)))
        for path in (
            "/as-of", "/files", "/files/sources/3", f"/ads/{newest['ad']}", f"/clusters/{cluster}", "/package/1",
            "/work", "/triage", "/judge", "/wrong-leads", "/watches",
        )
    }  # fmt: skip
    assert shown["/as-of"] == [4, 3, 2, 1]
    assert 3 in shown["/files"]
    assert 3 in shown["/files/sources/3"]
    assert shown[f"/ads/{newest['ad']}"] == [3]
    assert shown["/package/1"] == [4]
    for path, numbers in shown.items():
        assert all(1 <= one <= 4 for one in numbers), path
    assert ana.get(busy.path("harbour", f"/files/sources/{newest['seq']}")).status_code == 404
    assert ana.get(busy.path("harbour", f"/files/sources/{newest['seq']}/rejects.csv")).status_code == 404


def test_no_answer_to_a_script_tells_the_numbers_of_the_ledger(busy: Any) -> None:
    ana = busy.client("ana")
    headers = {"Authorization": f"Bearer {busy.token('ana')}"}
    base = f"/api/v1/cases/{busy.cases['harbour'].id}"
    book = busy.house.desk.casebook("harbour")
    cluster = int(book.ads.sort("seq")["cluster"][-1])
    body = {"recipient": "Crown prosecutor", "purpose": "file 26-114", "of": "cluster", "numbers": [cluster]}
    asked = ana.client.post(f"{base}/packages", json=body, headers=headers)
    assert asked.status_code == 202, asked.text
    assert in_json(asked) == [4]
    said = ana.client.post(f"{base}/labels/cluster/{cluster}", json={"steps": {"spam": 4}}, headers=headers)
    answers = {path: ana.client.get(f"{base}{path}", headers=headers) for path in (
        "/snapshots", "/sources", "/packages", "/jobs", "/leads", f"/clusters/{cluster}", f"/labels/cluster/{cluster}",
    )}  # fmt: skip
    assert in_json(answers["/snapshots"]) == [4, 3, 2, 1]
    assert 3 in in_json(answers["/sources"])
    for path, answer in {**answers, "opinion": said}.items():
        assert answer.status_code in (200, 201), path
        assert all(1 <= one <= 4 for one in in_json(answer)), path
    rejects = f"{base}/sources/{{}}/rejects"
    opened = {**headers, "X-Open-Reason": "file 26-114"}
    assert ana.client.get(rejects.format(3), headers=opened).status_code == 200
    assert ana.client.get(rejects.format(OF_OTHERS + 4), headers=opened).status_code == 404


def test_a_job_says_which_snapshot_of_the_case_it_wrote(busy: Any) -> None:
    ana = busy.client("ana")
    headers = {"Authorization": f"Bearer {busy.token('ana')}"}
    base = f"/api/v1/cases/{busy.cases['harbour'].id}"
    rows = ["id,date,body"]
    rows += [f'c{k},never,"{AD.format(city="Comox", name="Rolf", phone=k)}"' for k in range(2)]
    ana.get("/account")
    ana.client.post(
        busy.path("harbour", "/files"),
        data={"csrf": ana.csrf},
        files={"file": ("more.csv", "\n".join([*rows, ""]).encode())},
    )
    ana.post(busy.path("harbour", "/files/1/columns"), {"do": "take"})
    Worker(busy.house.database, busy.house.settings.workspace).drain()
    busy.house.desk.look_again()
    for job in ana.client.get(f"{base}/jobs", headers=headers).json()["items"]:
        assert job["result"].get("snapshot") in (5, 6), job
        assert all(1 <= one <= 6 for one in told(ana.get(busy.path("harbour", f"/jobs/{job['id']}"))))


def test_what_waits_in_another_case_is_not_told(busy: Any, tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("id,body\nm1,Pintura de interiores con referencias del barrio y presupuesto gratis\n")
    ingest(busy.house.settings.workspace.refreshed(), [str(path)], case="market", receiver="J. Roy", jobs=1)
    busy.house.desk.look_again()
    button = "/runs"
    assert button not in busy.client("ana").get(busy.path("harbour", "/work")).text
    assert button in busy.client("mia").get(busy.path("market", "/work")).text
