"""The case as of a past day: what was known when, what changed since, and that every page keeps to it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from filrouge.casework.models import AuditEntry
from filrouge.corpus import ledger
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run

SECRET = b"a secret of a workspace in tests"[:32]
LESSON = (
    "Piano lessons for beginners of all ages, patient teacher with twenty years of practice, {place}, "
    "{price} an hour, call {phone}"
)
FIRST, SECOND = date(2026, 6, 1), date(2026, 6, 3)
BETWEEN = date(2026, 6, 2)


class Clock(datetime):
    """The time of the ledger."""

    day = FIRST
    minute = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        Clock.minute += 1
        return datetime(2026, 6, Clock.day.day, 12, Clock.minute % 60, tzinfo=tz or UTC)


@contextlib.contextmanager
def on(day: date) -> Iterator[None]:
    Clock.day = day
    with patch.object(ledger, "datetime", Clock):
        yield


def a_file(where: Path, name: str, rows: list[tuple[str, str]]) -> str:
    path = where / name
    lines = ["id,posted,agency,location,text"]
    lines += [f'{id_},2026-05-2{k},northboard,Victoria,"{text}"' for k, (id_, text) in enumerate(rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def lesson(place: str, price: int, phone: str) -> str:
    return LESSON.format(place=place, price=price, phone=phone)


OTHERS = [
    "Old roof tiles to a good home, about two hundred, some chipped at the corner",
    "Strong young man with a van moves your sofa, fridge or piano on weekends only",
    "Room with a view of the park, quiet house, no smoking, bus stop at the door",
    "Fresh eggs from happy hens every Friday at the gate behind the old church",
]


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of ads in harbour, and between them one of market, each compared on its day."""
    where = tmp_path_factory.mktemp("days")
    with on(FIRST):
        ws = Workspace.init(where / "unit", secret=SECRET)

    def came(day: date, case: str, name: str, rows: list[tuple[str, str]]) -> None:
        with on(day):
            ingest(ws.refreshed(), [a_file(where, name, rows)], case=case, receiver="J. Roy", jobs=1)
            run(ws.refreshed(), jobs=1)

    first = [("L1", lesson("Victoria", 30, "604-555-0123")), ("L2", lesson("Surrey", 35, "604-555-0123"))]
    came(FIRST, "harbour", "one.csv", first + [(f"O{k}", text) for k, text in enumerate(OTHERS)])
    came(BETWEEN, "market", "two.csv", [("M1", lesson("Ottawa", 50, "613-555-0199"))])
    second = [("L3", lesson("Richmond", 40, "604-555-0142")), ("L4", lesson("Burnaby", 45, "604-555-0123"))]
    came(SECOND, "harbour", "three.csv", second)
    return where / "unit"


@pytest.fixture
def ana(site: Any) -> Any:
    return site.client("ana")


def back_to(ana: Any, site: Any, day: date) -> Any:
    return ana.post(site.path("harbour", "/as-of"), {"day": day.isoformat()})


def test_days_are_listed_on_which_something_changed_for_this_case_alone(ana: Any, site: Any) -> None:
    page = ana.get(site.path("harbour", "/as-of")).text
    assert "6 ads came in 1 file" in page
    assert "2 ads came in 1 file" in page
    assert f'datetime="{FIRST}"' in page
    assert f'datetime="{SECOND}"' in page
    assert f'datetime="{BETWEEN}"' not in page


def test_every_page_says_which_day_is_read_and_how_to_come_back(ana: Any, site: Any) -> None:
    back_to(ana, site, BETWEEN)
    for path in ("", "/as-of", "/ads/0", "/tie", "/map", "/triage", "/survivor"):
        page = ana.get(site.path("harbour", path))
        assert page.status_code == 200, path
        assert "June 2, 2026" in page.text, path
        assert "Back to today" in page.text, path
    ana.post(site.path("harbour", "/as-of"), {"day": ""})
    assert "Back to today" not in ana.get(site.path("harbour")).text


def test_what_came_later_is_not_there(ana: Any, site: Any) -> None:
    book = site.house.desk.casebook("harbour")
    later = book.ads.filter(book.ads["seq"] == book.ads["seq"].max())["ad"].to_list()
    cluster = book.ad(later[0]).cluster
    assert cluster >= 0
    path = site.path("harbour", f"/ads/{later[0]}")
    assert ana.get(path).status_code == 200
    back_to(ana, site, BETWEEN)
    assert ana.get(path).status_code == 404
    assert ana.get(site.path("harbour", f"/tie?one=0&other={later[0]}")).status_code == 404
    page = ana.get(site.path("harbour", f"/clusters/{cluster}")).text
    assert f"/ads/{later[0]}" not in page


def test_a_search_finds_what_was_held_then(ana: Any, site: Any) -> None:
    text = {"text": lesson("Richmond", 40, "604-555-0142")}
    now = ana.post(site.path("harbour", "/search"), text).text
    book = site.house.desk.casebook("harbour")
    later = book.ads.filter(book.ads["seq"] == book.ads["seq"].max())["ad"].to_list()
    assert f"/ads/{later[0]}" in now
    back_to(ana, site, BETWEEN)
    then = ana.post(site.path("harbour", "/search"), text).text
    found = {int(ad) for ad in re.findall(r"/ads/(\d+)", then)}
    assert found
    assert not found & set(later)
    with site.house.database.session() as db:
        entries = db.query(AuditEntry).filter_by(action="case.searched").order_by(AuditEntry.seq).all()
        assert "as_of" not in entries[0].details
        assert entries[-1].details["as_of"] == BETWEEN.isoformat()


@pytest.mark.parametrize(
    "path",
    [
        "/judge/label",
        "/judge/take",
        "/judge/undo/1",
        "/triage/label",
        "/wrong-leads",
        "/survivor/new",
        "/survivor/1/search",
    ],
)
def test_nothing_can_be_written_in_the_past(ana: Any, site: Any, path: str) -> None:
    ana.get(site.path("harbour"))
    back_to(ana, site, BETWEEN)
    before = entries(site)
    refused = ana.post(site.path("harbour", path), {"of": "cluster", "number": "0"})
    assert refused.status_code == 400
    assert "looking at the past" in refused.text
    assert entries(site) == before


def entries(site: Any) -> set[tuple[int, str]]:
    with site.house.database.session() as db:
        return {(one.seq, one.action) for one in db.query(AuditEntry).all()}


def test_a_day_before_anything_was_held_is_said_to_be_so(ana: Any, site: Any) -> None:
    answer = back_to(ana, site, date(2020, 1, 1))
    assert answer.status_code in (400, 404)
    assert "Back to today" not in ana.get(site.path("harbour")).text


def test_what_changed_since_a_day(ana: Any, site: Any) -> None:
    page = ana.get(site.path("harbour", f"/as-of/since?day={FIRST}"))
    assert page.status_code == 200
    ads = site.house.desk.casebook("harbour").ads
    cluster = ads.filter(ads["cluster"] >= 0)["cluster"][0]
    assert f"Cluster C{cluster}" in page.text
    assert "grew" in page.text or "is new" in page.text
    assert ana.get(site.path("harbour", "/as-of/since?day=soon")).status_code == 400
    back_to(ana, site, BETWEEN)
    assert ana.get(site.path("harbour", f"/as-of/since?day={FIRST}")).status_code == 400


def test_nobody_elses_day_is_set(site: Any, ana: Any) -> None:
    back_to(ana, site, BETWEEN)
    assert "Back to today" not in site.client("ben").get(site.path("harbour")).text


def test_a_day_is_chosen_with_the_keyboard_on_a_narrow_window(
    signed_in: Callable[..., Any], site: Any
) -> None:
    page = signed_in("ana", width=390)
    page.goto(site.path("harbour", "/as-of"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Read the case as of Monday, June 1, 2026").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".strip.as-of")
    assert "June 1, 2026" in page.inner_text(".strip.as-of")
    page.get_by_role("button", name="Back to today").press("Enter")
    page.wait_for_selector(".strip.as-of", state="detached")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_no_fault(ana: Any, site: Any, day: str) -> None:
    asked = {"what": "C0", "language": "en", "text": "masked", "recipient": "Court", "purpose": "disclosure"}
    assert ana.post(site.path("harbour", "/package"), {**asked, "as_of": day}).status_code == 400
    assert ana.post(site.path("harbour", "/as-of"), {"day": day}).status_code in (200, 404)
    token = {"Authorization": f"Bearer {site.token('ana')}"}
    path = f"/api/v1/cases/{site.cases['harbour'].id}/leads?as_of={day}"
    assert ana.client.get(path, headers=token).status_code in (200, 404)
