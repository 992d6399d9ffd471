"""Charts, graph and map in a real browser under the workbench's policy: drawn, quiet, and following one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import styleguide
from browsing import Watched, watched
from drawings import graph

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of the server that gives the pages."""
    pages = {
        "/": lambda: styleguide.page("drawings.html"),
        "/swap": lambda: styleguide.page("swap.html"),
        "/fr": lambda: styleguide.page("drawings.html", language="fr"),
    }
    with styleguide.served(pages) as address:
        yield address


def drawn(watch: Watched) -> Watched:
    """Wait until all stands."""
    for place in (".chart.drawn svg", ".map svg", ".graph canvas"):
        watch.page.locator(place).first.wait_for()
    expect(watch.page.locator(".chart.drawn")).to_have_count(3)
    return watch


def shown(watch: Watched) -> int:
    """How many rows of the table of ads are shown."""
    return int(watch.page.locator("#ads tbody tr:visible").count())


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_drawings_keep_nobody_out(browser: Any, address: str, scheme: str, viewport: dict[str, int]) -> None:
    with watched(browser, address + "/", viewport=viewport, color_scheme=scheme) as watch:
        drawn(watch)
        watch.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        assert watch.violations() == []
        assert watch.complaints == []
        assert watch.others(address) == []
        assert watch.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_brush_over_days_filters_the_rows(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        drawn(watch)
        page, before = watch.page, shown(watch)
        box = page.locator("#time svg").bounding_box()
        middle = box["y"] + box["height"] / 3
        page.mouse.move(box["x"] + 80, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, middle, steps=5)
        page.mouse.move(box["x"] + 360, middle, steps=5)
        page.mouse.up()
        note = page.locator("[data-choice-of=net]")
        expect(note).to_be_visible()
        assert "2026" in note.inner_text()
        assert 0 < shown(watch) < before
        page.get_by_role("button", name="Show all", exact=True).click()
        expect(note).to_be_hidden()
        assert shown(watch) == before
        assert watch.complaints == []


def test_a_day_is_the_same_day_west_of_greenwich(browser: Any, address: str) -> None:
    """A day read as midnight in UTC is the evening before in Vancouver."""
    with watched(browser, address + "/", viewport=WIDE, timezone_id="America/Vancouver") as watch:
        drawn(watch)
        first = watch.page.locator("#time .mark-text.role-axis-label text").first.text_content()
        assert first == "Jan 1"


def test_a_chip_chooses_a_cluster_everywhere(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        drawn(watch)
        page, before = watch.page, shown(watch)
        chip = page.get_by_role("button", name="C2", exact=True)
        chip.click()
        assert chip.get_attribute("aria-pressed") == "true"
        clusters = page.locator("#ads tbody tr:visible [data-label=Cluster]").all_inner_texts()
        assert {text.split()[-1] for text in clusters} == {"C2"}
        expect(page.locator("#agencies .mark-rect path[opacity='0.14']").first).to_be_attached()
        page.keyboard.press("Escape")
        assert shown(watch) == before
        assert chip.get_attribute("aria-pressed") == "false"


def test_a_bar_chooses_an_agency(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        drawn(watch)
        page = watch.page
        page.locator("#agencies .mark-rect path").first.click()
        expect(page.locator("[data-choice-words]")).to_have_text("petitesannonces")
        assert {row.get_attribute("data-agency") for row in page.locator("#ads tbody tr:visible").all()} == {
            "petitesannonces"
        }


def test_days_are_chosen_by_keyboard_too(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        drawn(watch)
        before = shown(watch)
        watch.page.get_by_label("From", exact=True).fill("2026-02-01")
        watch.page.get_by_label("To", exact=True).fill("2026-02-10")
        days = [row.get_attribute("data-day") for row in watch.page.locator("#ads tbody tr:visible").all()]
        assert 0 < len(days) < before
        assert all("2026-02-01" <= day <= "2026-02-10" for day in days)


def test_the_graph_is_walked_by_keyboard(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        drawn(watch)
        page, note = watch.page, watch.page.locator(".graph-note")
        page.locator(".graph-canvas").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        expect(note).to_contain_text("ads")
        walked = {note.inner_text()}
        for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown") * 3:
            page.keyboard.press(key)
            walked.add(note.inner_text())
        assert len(walked) > 2
        before = page.evaluate("document.querySelector('.graph').filrouge.cy.nodes().length")
        page.get_by_role("button", name="Show all identifiers").click()
        assert page.evaluate("document.querySelector('.graph').filrouge.cy.nodes('.identifier').length") == 9
        assert before == 12
        assert watch.complaints == []


def test_enter_opens_and_shuts_a_cluster(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        drawn(watch)
        page = watch.page
        count = "document.querySelector('.graph').filrouge.cy.nodes('.identifier').length"
        edge = next(edge for edge in graph()["edges"] if edge["target"].startswith("P"))
        page.evaluate(
            "id => { const {cy, goTo} = document.querySelector('.graph').filrouge; goTo(cy.getElementById(id)) }",
            edge["source"],
        )
        page.locator(".graph-canvas").focus()
        page.keyboard.press("Enter")
        assert page.evaluate(count) > 0
        page.keyboard.press("Enter")
        assert page.evaluate(count) == 0


def test_the_table_says_what_the_graph_shows(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE, java_script_enabled=False) as watch:
        page = watch.page
        page.locator("#ties summary").click()
        assert page.locator("#ties tbody tr").count() > 11
        assert "(possible)" in page.locator("#ties tbody").inner_text()
        page.locator("#routes summary").click()
        assert page.locator("#routes tbody tr").count() == 5


def test_the_map_plays_its_days(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        drawn(watch)
        page = watch.page
        routes = "document.querySelectorAll('#routes .mark-rule line').length"
        expect(page.locator("#routes .mark-rule line").first).to_be_attached()
        all_days = page.evaluate(routes)
        page.get_by_role("button", name="Play").click()
        expect(page.locator("#routes output")).to_contain_text("Jan 1, 2026")
        assert page.evaluate(routes) < all_days
        page.get_by_role("button", name="Pause").click()
        slider = page.get_by_role("slider", name="Day")
        slider.press("End")
        expect(page.locator("#routes output")).to_have_text("All days")
        assert watch.complaints == []


def test_drawings_that_come_later_are_drawn_too(browser: Any, address: str) -> None:
    with watched(browser, address + "/swap", viewport=WIDE) as watch:
        page = watch.page
        part = styleguide.page("part.html")
        page.route("**/echo", lambda route: route.fulfill(status=200, content_type="text/html", body=part))
        for _time in range(2):
            page.get_by_role("button", name="Send").click()
            expect(page.locator("#later .chart.drawn svg")).to_be_visible()
            expect(page.locator("#ties .graph canvas").first).to_be_visible()
        assert watch.complaints == []


def test_dates_are_french_on_a_french_page(browser: Any, address: str) -> None:
    with watched(browser, address + "/fr", viewport=WIDE) as watch:
        drawn(watch)
        labels = " ".join(watch.page.locator("#time .mark-text.role-axis-label text").all_text_contents())
        assert "janv." in labels
