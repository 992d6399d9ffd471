"""Agreement between analysts, and what labels could teach, through the application."""

from __future__ import annotations

import html
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select

from filrouge.casework.lessons import read_pairs
from filrouge.casework.models import Lesson
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
    assert re.search(r"Organised exploitation\s+steps \(ordinal\)\s+-?0\.\d\d", shown)


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
