"""The report of a real run in a real browser: on a desk, on a phone, on paper, and against hostile ads."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pytest
from agencies import PHONES, TEMPLATE
from running import run_filrouge

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=https://evil.example.com/a.png onerror=\"document.title='owned'\">",
    "</style></span></main><h1>owned</h1><a href=\"javascript:document.title='owned'\">click</a>",
    "&lt;script&gt;document.title='owned'&lt;/script&gt;",
    "{{ 7 * 7 }} {% raw %} <!-- <svg onload=document.title='owned'>",
    "\u202egnirts desrever\u202c e\u0301\u0301\u0301\u0301\u0301" + "A" * 500,
)
PIECES = ("lor", "mep", "dan", "sui", "tac", "vel", "nob", "rit", "gos", "fam", "hul", "kes")
"""Syllables of the words of ads that have nothing in common."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of hostile ads that follow one template, among some that do not."""
    folder, dice = tmp_path_factory.mktemp("hostile"), random.Random(1)
    with (folder / "ads.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "agency", "posted", "city", "text"])
        for k, evil in enumerate(HOSTILE):
            text = TEMPLATE.format(name="Anna", city="Laval", price=120 + k, phone=PHONES[k % 3])
            words = text.replace("hot towels", f"hot {evil} towels")
            table.writerow([f"{evil[:40]}-{k}", evil[:60], f"2026-01-{k + 3:02}", evil[:50], words])
        for k in range(90):
            others = " ".join(dice.choice(PIECES) + dice.choice(PIECES) for _ in range(20))
            table.writerow([f"other-{k}", "plain", "2026-01-05", "Laval, QC", others])
    done = run_filrouge("compare", folder / "ads.csv", "--out", folder / "out")
    assert done.code == 0, done.err
    with (folder / "out" / "clusters.csv").open(encoding="utf-8", newline="") as file:
        assert [bool(row["cluster"]) for row in csv.DictReader(file)] == [True] * 6 + [False] * 90
    return folder / "out" / "report.html"


def opened(browser: Any, path: Path, width: int = 1280) -> tuple[Any, list[str]]:
    """The page, and what it asked the network for."""
    page = browser.new_context(viewport={"width": width, "height": 844}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail("a dialog was opened"))
    page.goto(path.as_uri())
    return page, asked


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("which", ["scenario", "hostile"])
def test_nothing_scrolls_sideways(width: int, which: str, browser: Any, findings: Path, report: Path) -> None:
    page, _asked = opened(browser, findings / "report.html" if which == "scenario" else report, width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_nothing_in_an_ad_runs_or_reaches_out(browser: Any, report: Path) -> None:
    page, asked = opened(browser, report)
    title = page.title()
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_timeout(200)
    assert page.title() == title
    assert "owned" not in title
    assert asked == [report.as_uri()]
    assert page.locator("script, img, iframe, object, embed, form").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0
    assert page.get_by_role("heading", name="owned").count() == 0
    assert "document.title='owned'" in page.locator("body").inner_text()
    page.context.close()


def test_details_are_opened_with_the_keyboard(browser: Any, findings: Path) -> None:
    page, _asked = opened(browser, findings / "report.html")
    folded = page.locator("details:not([open]) > summary")
    assert folded.count() > 0
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('details:not([open]) > summary')"):
            break
    else:
        pytest.fail("no folded part can be reached by the Tab key")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")
    page.context.close()


def test_the_report_prints(browser: Any, findings: Path) -> None:
    page, _asked = opened(browser, findings / "report.html")
    assert page.pdf(format="Letter").startswith(b"%PDF-")
    page.context.close()


def test_the_report_is_read_without_errors_in_the_console(browser: Any, findings: Path) -> None:
    page = browser.new_context().new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((findings / "report.html").as_uri())
    assert page.locator("main").is_visible()
    assert said == []
    page.context.close()
