"""The networks of the report in a real browser: they run nothing, ask for nothing, and fit a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from networks_sample import report
from test_report import EVIL
from test_report_in_a_browser import opened

from filrouge.reports.html import render_report


def test_a_script_in_a_network_does_not_run(browser: Any, tmp_path: Path) -> None:
    page, asked = opened(browser, tmp_path, render_report(report("".join(EVIL)), "en"))
    assert page.title() == "Ads written by one hand · filrouge"
    assert page.locator("#N0001").is_visible()
    assert len(asked) == 1
    page.context.close()


@pytest.mark.parametrize("text", ["a" * 400, "very " * 80])
def test_a_network_fits_a_phone(browser: Any, tmp_path: Path, text: str) -> None:
    source = render_report(report(text), "fr")
    page, _asked = opened(browser, tmp_path, source, viewport={"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def test_the_map_draws_the_coasts_that_the_page_holds_once(browser: Any, tmp_path: Path) -> None:
    page, _asked = opened(browser, tmp_path, render_report(report(), "en"))
    size = page.locator(".map .land").evaluate("land => land.getBBox().width")
    assert size > 0
    page.context.close()


@pytest.mark.parametrize(
    ("lat", "lon", "is_land"),
    [
        (40.4, -3.7, True),  # Madrid
        (55.8, 37.6, True),  # Moscow
        (-1.3, 36.8, True),  # Nairobi
        (46.8, -71.2, True),  # Québec
        (-33.9, 150.9, True),  # Sydney
        (40.0, 5.5, False),  # the western Mediterranean
        (45.0, -40.0, False),  # the Atlantic
    ],
)
def test_the_continents_are_land(browser: Any, tmp_path: Path, lat: float, lon: float, is_land: bool) -> None:
    page, _asked = opened(browser, tmp_path, render_report(report(), "en"))
    found = page.locator("#land").evaluate(
        "(land, [x, y]) => land.isPointInFill(new DOMPoint(x, y))", [10 * lon, -10 * lat]
    )
    assert found == is_land
    page.context.close()
