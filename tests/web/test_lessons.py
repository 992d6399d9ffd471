"""Agreement between analysts, and what labels could teach, through the application."""

from __future__ import annotations

import html
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import select

from filrouge.casework.held_back import _HoldingBack
from filrouge.casework.lessons import read_pairs
from filrouge.casework.letting_go import ads_let_go
from filrouge.casework.models import Lesson
from filrouge.engines.casebook import Casebook
from filrouge.evidence.calibration import cllr


def text_of(answer: Any) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def agree(site: Any, ana: Any, ben: Any, lead: dict[str, Any], first: int, second: int) -> None:
    label = {"of": lead["kind"], "number": lead["id"], "step-organised": first}
    ana.post(site.path("harbour", "/judge/label"), label)
    task = ben.post(site.path("harbour", "/judge/take"))
    assert "/blind/" in str(task.url)
    ben.post(str(task.url.path), {"step-organised": second, "step-independent": 6 - second})


def test_agreement_is_measured_on_double_opinions(site: Any) -> None:
    ana, ben = site.client("ana"), site.client("ben")
    page = site.path("harbour", "/agreement")
    assert "No double opinion yet" in text_of(ana.get(page))
    leads = site.house.desk.casebook("harbour").leads.to_dicts()
    for lead, (first, second) in zip(leads, [(5, 5), (5, 4), (4, 2), (5, 1)], strict=False):
        agree(site, ana, ben, lead, first, second)
    shown = text_of(ana.get(page))
    assert "It rests on 4 clusters and networks" in shown
    assert "That is few" in shown
    assert re.search(r"Organised exploitation\s+steps \(ordinal\)\s+\u2212?0\.\d\d", shown)


def test_labels_teach_only_by_an_explicit_step_of_a_supervisor(new_site: Any, tmp_path: Path) -> None:
    site = new_site(own=True)
    ana, ben, sam = site.client("ana"), site.client("ben"), site.client("sam")
    page = site.path("harbour", "/lessons")
    assert ana.get(page).status_code == 403
    assert "Nothing to learn from yet" in text_of(sam.get(page))
    book = site.house.desk.casebook("harbour")
    lead = next(
        lead
        for lead in book.leads.to_dicts()
        if lead["kind"] == "network"
        and any(tie.one >= 0 <= tie.other for tie in book.network(lead["id"]).ties)
    )
    agree(site, ana, ben, lead, 5, 5)
    others = [one for one in book.leads.to_dicts() if one["kind"] == "network" and one["id"] != lead["id"]]
    one, other = (book.network(net["id"]).clusters[0].id for net in others[:2])
    ana.post(site.path("harbour", "/wrong-leads"), {"what": "pair", "one": one, "other": other})
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
    assert "Cllr" in text_of(sam.get(page))
    done = sam.post(page)
    assert "No weight was changed" in text_of(done)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json")} == before
    table = re.search(r'href="([^"]+/lessons/\d+/table)"', done.text)
    assert table
    answer = sam.get(table[1])
    with site.house.database.session() as db:
        lesson = db.scalars(select(Lesson)).one()
    assert sha256(answer.content).hexdigest() == lesson.sha256
    saved = tmp_path / "pairs.csv"
    saved.write_bytes(answer.content)
    bits, same = read_pairs(saved)
    assert same.any()
    assert not same.all()
    assert cllr(bits, same) >= 0  # the form that the measures take
    assert sue_cannot(site, table[1])


def sue_cannot(site: Any, path: str) -> bool:
    return bool(site.client("sue").get(path).status_code == 404)


def test_the_ads_of_what_is_agreed_to_be_independent_are_known_to_retention(site: Any) -> None:
    ana, ben = site.client("ana"), site.client("ben")
    book = site.house.desk.casebook("harbour")
    lead = next(lead for lead in book.leads.to_dicts() if lead["kind"] == "network")

    def let_go() -> list[int]:
        with site.house.database.session() as db:
            ws = site.house.desk.view()
            board = site.house.boards.board(db, site.cases["harbour"], ws)
        return ads_let_go(book, board).tolist()  # type: ignore[no-any-return]

    label = {"of": lead["kind"], "number": lead["id"], "step-independent": 5}
    ana.post(site.path("harbour", "/judge/label"), label)
    assert let_go() == []
    task = ben.post(site.path("harbour", "/judge/take"))
    ben.post(str(task.url.path), {"step-organised": 1, "step-independent": 5})
    assert let_go() == sorted(book.ads.filter(pl.col("network") == lead["id"])["ad"].to_list())


SAFE = {
    "opened_with", "with_apart", "warmed", "ws", "case", "opened", "jobs", "apart", "weights", "voices",
    "carriers", "identified", "hits", "sizes",
}  # fmt: skip
"""What a casebook tells that says nothing of what the program made of a cluster or network: of ads, identifiers, and
of the case as a whole; sizes of what one can name already."""


def test_a_casebook_tells_who_judges_blind_nothing_new() -> None:
    every = {name for name in dir(Casebook) if not name.startswith("_")}
    assert every - SAFE - set(vars(_HoldingBack)) == set()
