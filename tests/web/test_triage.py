"""Journey 4: the leads of a case, filtered, sorted, seen, labelled; through the application."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest


def names(page: Any) -> list[str]:
    """The leads of a page, in order."""
    return re.findall(r'<th scope="row"[^>]*><a href="[^"]+">([NC]\d+)</a>', page.text)


def leads(site: Any, case: str = "harbour") -> list[dict[str, Any]]:
    return site.house.desk.casebook(case).leads.to_dicts()  # type: ignore[no-any-return]


@pytest.fixture
def ana(site: Any) -> Any:
    return site.client("ana")


def test_the_leads_come_strongest_first_and_say_why(site: Any, ana: Any) -> None:
    page = ana.get(site.path("harbour", "/triage"))
    assert names(page) == [lead["name"] for lead in leads(site)][:50]
    first = re.search(r'<p class="triage-why">(.*?)</p>', page.text, re.S)
    assert first
    assert re.search(r"\d+ (phones|names|agencies|places|e-mail|account)", first[1])


@pytest.mark.parametrize(
    ("sort", "column"), [("ads", "ads"), ("-ads", "ads"), ("-last", "last"), ("places", "n_places")]
)
def test_columns_sort(site: Any, ana: Any, sort: str, column: str) -> None:
    by_name = {lead["name"]: lead for lead in leads(site)}
    shown = names(ana.get(site.path("harbour", f"/triage?sort={sort}")))
    values = [by_name[name][column] for name in shown]
    assert values == sorted(values, reverse=sort.startswith("-"))


FILTERS = {
    "kind": lambda lead: lead["kind"],
    "agency": lambda lead: lead["agencies"][0],
    "place": lambda lead: lead["places"][0],
    "language": lambda lead: lead["languages"][0],
    "sign": lambda lead: lead["signs"][0],
    "indicator": lambda lead: lead["indicators"][0],
}
KEPT = {
    "kind": lambda lead, value: lead["kind"] == value,
    "agency": lambda lead, value: value in lead["agencies"],
    "place": lambda lead, value: value in lead["places"],
    "language": lambda lead, value: value in lead["languages"],
    "sign": lambda lead, value: value in lead["signs"],
    "indicator": lambda lead, value: value in lead["indicators"],
}


@pytest.mark.parametrize("name", list(FILTERS))
def test_filters_keep_what_they_say_and_stand_in_no_address(site: Any, ana: Any, name: str) -> None:
    every = leads(site)
    value = next(FILTERS[name](lead) for lead in every if lead["indicators"])
    page = ana.post(site.path("harbour", "/triage/filters"), {name: value})
    assert str(page.url.query, "ascii") == ""
    assert names(page) == [lead["name"] for lead in every if KEPT[name](lead, value)][:50]
    assert len(names(ana.get(site.path("harbour", "/triage")))) == len(names(page))  # they stay set
    cleared = ana.post(site.path("harbour", "/triage/filters"), {"clear": "1"})
    assert names(cleared) == [lead["name"] for lead in every][:50]


def test_sizes_and_days_filter(site: Any, ana: Any) -> None:
    every = leads(site)
    middle = sorted(lead["ads"] for lead in every)[len(every) // 2]
    page = ana.post(site.path("harbour", "/triage/filters"), {"least": middle, "most": middle + 5})
    assert set(names(page)) == {lead["name"] for lead in every if middle <= lead["ads"] <= middle + 5}
    day = sorted(lead["last"] for lead in every if lead["last"])[len(every) // 2]
    page = ana.post(site.path("harbour", "/triage/filters"), {"first": day.isoformat()})
    assert set(names(page)) == {lead["name"] for lead in every if lead["last"] is None or lead["last"] >= day}


def test_nonsense_in_a_filter_filters_nothing(site: Any, ana: Any) -> None:
    page = ana.post(
        site.path("harbour", "/triage/filters"),
        {"first": "yesterday", "least": "-4", "kind": "person", "label": "guilty"},
    )
    assert len(names(page)) == len(leads(site)[:50])
    assert ana.get(site.path("harbour", "/triage?sort=nothing&page=900")).status_code == 200


def test_what_was_opened_is_seen_by_that_person_alone(site: Any, ana: Any) -> None:
    lead = leads(site)[0]
    ana.get(site.path("harbour", f"/{lead['kind']}s/{lead['id']}"))
    page = ana.post(site.path("harbour", "/triage/filters"), {"unseen": "1"})
    assert lead["name"] not in names(page)
    ben = site.client("ben").post(site.path("harbour", "/triage/filters"), {"unseen": "1"})
    assert lead["name"] in names(ben)
    ana.post(site.path("harbour", "/triage/seen"), {"lead": f"{lead['kind']}:{lead['id']}", "as": "unseen"})
    assert lead["name"] in names(ana.get(site.path("harbour", "/triage")))


def test_many_are_labelled_at_once_and_undone_at_once(site: Any, ana: Any) -> None:
    some = leads(site)[:3]
    ticked = [f"{lead['kind']}:{lead['id']}" for lead in some]
    page = ana.post(site.path("harbour", "/triage/label"), {"lead": ticked, "kind": "spam", "step": "4"})
    assert "3 were labelled." in page.text
    only = ana.post(site.path("harbour", "/triage/filters"), {"label": "spam"})
    assert set(names(only)) == {lead["name"] for lead in some}
    undo = re.search(r'action="([^"]+/triage/undo/\d+)"', page.text)
    assert undo
    assert "3 labels were taken back." in ana.post(undo[1]).text
    assert names(ana.get(site.path("harbour", "/triage"))) == []
    # Once more takes nothing back.
    assert "0 labels were taken back." in ana.post(undo[1]).text


def test_one_cannot_undo_what_another_labelled(site: Any, ana: Any) -> None:
    lead = leads(site)[0]
    page = ana.post(
        site.path("harbour", "/triage/label"),
        {"lead": f"{lead['kind']}:{lead['id']}", "kind": "spam", "step": "4"},
    )
    undo = re.search(r'action="([^"]+/triage/undo/\d+)"', page.text)
    assert undo
    assert "0 labels were taken back." in site.client("ben").post(undo[1]).text


def test_views_are_saved_shared_and_used(site: Any, ana: Any) -> None:
    lead = next(lead for lead in leads(site) if lead["places"])
    place = lead["places"][0]
    ana.post(site.path("harbour", "/triage/filters"), {"place": place})
    page = ana.post(site.path("harbour", "/triage/views"), {"name": "By the harbour", "shared": "1"})
    view = re.search(r'action="([^"]+/triage/views/\d+)"', page.text)
    assert view
    ben = site.client("ben")
    assert "By the harbour" in ben.get(site.path("harbour", "/triage")).text
    used = ben.post(view[1])
    assert names(used) == names(page)
    assert ben.post(f"{view[1]}/delete").status_code == 400
    assert ana.post(f"{view[1]}/delete").status_code == 200
    mia = site.client("mia")
    assert mia.post(view[1]).status_code == 404


def test_a_view_that_is_not_shared_is_nobody_elses(site: Any, ana: Any) -> None:
    ana.post(site.path("harbour", "/triage/filters"), {"kind": "network"})
    page = ana.post(site.path("harbour", "/triage/views"), {"name": "Only mine"})
    view = re.search(r'action="([^"]+/triage/views/\d+)"', page.text)
    assert view
    ben = site.client("ben")
    assert "Only mine" not in ben.get(site.path("harbour", "/triage")).text
    assert ben.post(view[1]).status_code == 404


def test_what_is_agreed_to_be_independent_is_no_lead_any_more(site: Any, ana: Any) -> None:
    lead = leads(site)[1]
    ana.post(
        site.path("harbour", "/judge/label"),
        {"of": lead["kind"], "number": lead["id"], "step-independent": 5},
    )
    assert lead["name"] in names(ana.get(site.path("harbour", "/triage")))
    ben = site.client("ben")
    task = ben.post(site.path("harbour", "/judge/take"))
    ben.post(str(task.url.path), {"step-independent": 4, "step-organised": 1})
    assert lead["name"] not in names(ana.get(site.path("harbour", "/triage")))
    again = ana.post(site.path("harbour", "/triage/filters"), {"let_go": "1"})
    assert lead["name"] in names(again)
    assert "Independent, agreed" in html.unescape(again.text)
