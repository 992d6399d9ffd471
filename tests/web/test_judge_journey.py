"""Journeys 4 and 7 in a real browser: triage by keyboard, a label, a second opinion, a wrong join; wide and narrow."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched

PICTURES = os.environ.get("FILROUGE_PICTURES")
"""A folder for pictures of the pages, where somebody wants to look at them."""


def leads(site: Any) -> list[dict[str, Any]]:
    return site.house.desk.casebook("harbour").leads.to_dicts()  # type: ignore[no-any-return]


def rows(page: Any) -> list[str]:
    return page.locator("[data-keys] tbody th a").all_inner_texts()  # type: ignore[no-any-return]


def test_triage_by_keyboard_alone(site: Any, signed_in: Any) -> None:
    page = signed_in("ana")
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(site.path("harbour", "/triage"))
    names = rows(page)
    current = page.locator("[data-row].current th a")
    page.keyboard.press("j")
    assert current.inner_text() == names[0]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert current.inner_text() == names[1]
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-ticked]").inner_text() == "2"
    page.keyboard.press("l")
    assert page.evaluate("document.activeElement.id") == "bulk-kind"
    page.select_option("#bulk-kind", "spam")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#flashes .flash")
    assert "2 were labelled." in page.locator("#flashes").inner_text()
    labelled = page.locator("tbody tr", has=page.locator(".chip", has_text="Spam"))
    assert labelled.locator("th a").all_inner_texts() == [names[1], names[2]]
    page.click("#flashes form button")
    page.wait_for_selector("#flashes .flash >> text=taken back")
    assert page.locator("tbody .chip", has_text="Spam").count() == 0
    # Filters by "/", and the row under the keys opens by Enter.
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "name"
    page.keyboard.type(names[3])
    page.keyboard.press("Enter")
    page.wait_for_selector("#filter-box .count")
    assert names[3] in rows(page)
    assert "?" not in page.url
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/(networks|clusters)/\d+$"))
    assert not said


def test_l_labels_the_row_one_is_at(site: Any, signed_in: Any) -> None:
    page = signed_in("ana")
    page.goto(site.path("harbour", "/triage"))
    page.keyboard.press("j")
    page.keyboard.press("l")
    assert page.locator("input[name=lead]:checked").count() == 1
    page.keyboard.press("Escape")
    assert not page.locator("#label-menu").evaluate("menu => menu.open")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1


def test_the_list_of_leads_works_without_a_script(site: Any, browser: Any, serve: Any) -> None:
    from tests.web.conftest import PASSWORD

    served = serve(site)
    around = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = around.new_page()
    page.goto("/sign-in")
    page.fill("input[name=login]", "ana")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.goto(site.path("harbour", "/triage"))
    page.locator("input[name=lead]").first.check()
    page.locator("#label-menu summary").click()
    page.select_option("#bulk-kind", "scam")
    page.locator(".triage-label button").click()
    assert "1 was labelled." in page.locator("#flashes").inner_text()
    around.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_second_opinion_is_given_blind_and_a_difference_settled(
    site: Any, signed_in: Any, width: int
) -> None:
    lead = next(lead for lead in leads(site) if lead["kind"] == "network")
    ana = signed_in("ana", width=width)
    ana.goto(site.path("harbour", f"/networks/{lead['id']}"))
    box = ana.locator("#judgement")
    box.locator("input[name=step-organised][value='5']").check()
    box.locator("textarea[name=note]").fill("The same phones")
    box.get_by_role("button", name="Save").click()
    ana.wait_for_load_state()
    assert "is noted" in ana.locator("#flashes").inner_text()
    ben = signed_in("ben", width=width)
    ben.goto(site.path("harbour", "/judge"))
    ben.get_by_role("button", name="Take the next one").click()
    ben.wait_for_load_state()
    assert "/blind/" in ben.url
    assert lead["name"] not in ben.locator("main").inner_text()
    ben.locator("input[name=step-organised][value='2']").check()
    ben.locator("input[name=step-independent][value='3']").check()
    ben.get_by_role("button", name="Give this opinion").click()
    ben.wait_for_load_state()
    assert "The same phones" in ben.locator("#said").inner_text()
    sam = signed_in("sam", width=width)
    sam.goto(site.path("harbour", "/judge"))
    sam.locator("#differ a").first.click()
    sam.wait_for_load_state()
    sam.locator("#settle input[name=step-organised][value='4']").check()
    sam.get_by_role("button", name="Settle it").click()
    sam.wait_for_load_state()
    assert "Organised exploitation, agreed" in sam.locator("#verdicts").inner_text()


def test_a_wrong_join_is_one_click_and_so_is_its_undo(site: Any, signed_in: Any) -> None:
    lead = next(lead for lead in leads(site) if lead["kind"] == "network" and lead["clusters"] > 2)
    page = signed_in("ana")
    page.goto(site.path("harbour", f"/networks/{lead['id']}"))
    before = page.locator("#clusters tbody tr").count()
    page.locator("#clusters tbody tr").last.get_by_role("button", name="Take out").click()
    page.wait_for_selector("#flashes .flash")
    assert page.locator("#clusters tbody tr").count() == before - 1
    page.click("#flashes form button")
    page.wait_for_load_state()
    page.goto(site.path("harbour", f"/networks/{lead['id']}"))
    assert page.locator("#clusters tbody tr").count() == before


@pytest.fixture
def judged(site: Any) -> dict[str, tuple[str, str]]:
    """A case in which much was judged; who looks at which page, by its name."""
    ana, ben, sam = (site.client(login) for login in ("ana", "ben", "sam"))
    some = leads(site)

    def label(browser: Any, lead: dict[str, Any], **steps: Any) -> None:
        data = {
            "of": lead["kind"],
            "number": lead["id"],
            **{k.replace("_", "-"): v for k, v in steps.items()},
        }
        browser.post(site.path("harbour", "/judge/label"), data)

    networks = [lead for lead in some if lead["kind"] == "network"]
    label(ana, networks[0], step_organised=5, note="The same four phones in each of the ads.")
    task = str(ben.post(site.path("harbour", "/judge/take")).url.path)
    ben.post(task, {"step-organised": 2, "step-independent": 3, "note": "Could be three friends."})
    label(ana, networks[1], step_organised=5)
    task = str(ben.post(site.path("harbour", "/judge/take")).url.path)
    ben.post(task, {"step-organised": 4, "step-independent": 1})
    label(ana, networks[2], step_organised=4)
    for lead in networks[3:8]:
        label(ana, lead, step_spam=4)
    label(ben, networks[8], step_organised=4)
    book = site.house.desk.casebook("harbour")
    two = [book.network(lead["id"]).clusters[0].id for lead in networks[5:7]]
    ana.post(site.path("harbour", "/wrong-leads"), {"what": "pair", "one": two[0], "other": two[1]})
    sam.post(site.path("harbour", "/lessons"))
    ana.post(site.path("harbour", "/triage/filters"), {"kind": "network"})
    ana.post(site.path("harbour", "/triage/views"), {"name": "Networks", "shared": "1"})
    blind = re.sub(r"^/cases/\d+", "", str(ben.post(site.path("harbour", "/judge/take")).url.path))
    history = f"/judge/network/{networks[0]['id']}"
    return {
        "triage": ("ana", "/triage"), "judge": ("ana", "/judge"), "settle": ("sam", history), "blind": ("ben", blind),
        "wrong": ("ana", "/wrong-leads"), "agreement": ("ana", "/agreement"), "lessons": ("sam", "/lessons"),
        "network": ("ana", f"/networks/{networks[2]['id']}"), "tie": ("ana", f"/tie?one=c{two[0]}&other=c{two[1]}"),
    }  # fmt: skip


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False)])
def test_the_pages_are_accessible_and_fit(
    site: Any, signed_in: Any, judged: dict[str, tuple[str, str]], width: int, dark: bool
) -> None:
    pages: dict[str, Any] = {}
    for name, (login, path) in judged.items():
        if login not in pages:
            pages[login] = signed_in(login, width=width, dark=dark)
        page = pages[login]
        watched = Watched(page)
        answer = page.goto(site.path("harbour", path))
        assert answer.status == 200, name
        if name == "triage":
            page.keyboard.press("j")
            page.keyboard.press("l")
        assert watched.violations() == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if PICTURES:
            Path(PICTURES).mkdir(exist_ok=True)
            page.screenshot(path=f"{PICTURES}/{name}_{width}{'_dark' if dark else ''}.png", full_page=True)
