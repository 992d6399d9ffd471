"""Every component in a real browser under the workbench's policy: reachable, legible, quiet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import styleguide
from browsing import watched

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of the server that gives the pages."""
    pages = {
        "/": styleguide.page,
        "/fr": lambda: styleguide.page(language="fr"),
        "/swap": lambda: styleguide.page("swap.html"),
        "/past": lambda: styleguide.page(
            as_of="4 March 2026",
            as_of_action="/as-of",
            opened={"until": "14:05", "reason": "File 12"},
            opened_action="/mask",
            flashes=[{"kind": "good", "text": "Kept.", "undo": None}],
        ),
    }
    with styleguide.served(pages) as address:
        yield address


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/past"])
def test_nothing_keeps_a_person_out(
    browser: Any, address: str, path: str, scheme: str, viewport: dict[str, int]
) -> None:
    with watched(browser, address + path, viewport=viewport, color_scheme=scheme) as watch:
        watch.page.evaluate(
            "document.querySelectorAll('main details:not([data-menu])').forEach(d => d.open = true)"
        )
        assert watch.violations() == []
        assert watch.complaints == []
        assert watch.others(address) == []


def test_a_menu_and_a_dialog_keep_nobody_out(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=NARROW) as watch:
        watch.page.locator(".user-menu summary").click()
        assert watch.violations() == []
        watch.page.get_by_role("link", name="Open the texts").click()
        assert watch.page.locator("dialog#open-reason").is_visible()
        assert watch.violations() == []
        assert watch.page.evaluate("document.activeElement.closest('dialog') !== null")
        watch.page.keyboard.press("Escape")
        assert not watch.page.locator("dialog#open-reason").is_visible()
        assert watch.page.evaluate("document.activeElement.textContent") == "Open the texts"


@pytest.mark.parametrize(
    ("viewport", "why"),
    [
        (NARROW, "a phone"),
        ({"width": 640, "height": 450}, "1280 at 200 %"),
        ({"width": 320, "height": 256}, "1280 at 400 %"),
        ({"width": 820, "height": 1180}, "a tablet"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/fr", "/past"])
def test_no_window_needs_sideways_scrolling(
    browser: Any, address: str, path: str, viewport: dict[str, int], why: str
) -> None:
    with watched(browser, address + path, viewport=viewport) as watch:
        watch.page.evaluate(
            "document.querySelectorAll('main details:not([data-menu])').forEach(d => d.open = true)"
        )
        assert watch.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], why


SMALL = """() => [...document.querySelectorAll('a, button, summary, input, select, textarea')]
  .filter(e => e.checkVisibility() && e.type !== 'hidden' && !e.matches('.sr, .skip'))
  .filter(e => !e.closest('main p, main li, dd, .template, summary .slot'))
  .map(e => ({what: e.outerHTML.slice(0, 90), box: e.getBoundingClientRect()}))
  .filter(({box}) => box.width < 24 || box.height < 24).map(({what, box}) => `${what} ${box.width}x${box.height}`)"""


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_is_pressed_is_big_enough(browser: Any, address: str, viewport: dict[str, int]) -> None:
    with watched(browser, address + "/", viewport=viewport) as watch:
        assert watch.page.evaluate(SMALL) == []


def test_keys_move_tick_and_label(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        page, press = watch.page, watch.page.keyboard.press
        page.evaluate("document.activeElement.blur()")
        press("j")
        press("j")
        assert page.locator("tr.current").get_attribute("data-row") == "N7"
        press("x")
        assert page.locator("tr.current input[type=checkbox]").is_checked()
        press("k")
        assert page.locator("tr.current").get_attribute("data-row") == "N12"
        assert page.evaluate("document.activeElement.closest('tr')?.dataset.row") == "N12"
        press("l")
        assert page.locator("tr.current details[open]").count() == 1
        assert page.evaluate("document.activeElement.textContent") == "Spam"
        press("Escape")
        assert page.locator("tr.current details[open]").count() == 0
        press("/")
        assert page.evaluate("document.activeElement.name") == "q"
        page.keyboard.type("jx?")
        assert page.locator("[name=q]").input_value() == "jx?"
        assert page.locator("tr.current").get_attribute("data-row") == "N12"
        page.evaluate("document.activeElement.blur()")
        press("?")
        assert page.get_by_role("dialog", name="Keys").is_visible()
        assert watch.complaints == []


def test_the_theme_is_chosen_and_kept(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE, color_scheme="light") as watch:
        page = watch.page
        ground = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        page.get_by_role("button", name="Theme: as the system").click()
        assert page.evaluate(ground) == light
        page.get_by_role("button", name="Theme: light").click()
        dark = page.evaluate(ground)
        assert dark != light
        page.reload()
        assert page.evaluate(ground) == dark
        assert page.get_by_role("button", name="Theme: dark").is_visible()


def test_without_a_script_all_is_there(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE, java_script_enabled=False) as watch:
        page = watch.page
        assert page.get_by_role("heading", name="Open the texts").is_visible()
        assert page.locator("#open-reason input[name=why]").is_visible()
        assert not page.locator("#keyboard-help").is_visible()
        assert not page.locator("[data-theme-switch]").is_visible()
        page.locator(".user-menu summary").click()
        assert page.get_by_role("button", name="Sign out").is_visible()


def test_progress_is_told_as_it_goes(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        expect(watch.page.locator("[data-progress-note]")).to_have_text("750 of 1,000 rows")
        assert watch.page.locator("[data-progress-bar]").evaluate("bar => bar.value") == 750


def test_htmx_brings_the_token_of_the_form(browser: Any, address: str) -> None:
    with watched(browser, address + "/swap", viewport=WIDE) as watch:
        brought = []

        def answer(route: Any) -> None:
            brought.append(route.request.headers.get("x-csrf-token"))
            route.fulfill(status=200, content_type="text/html", body="<p>came back</p>")

        watch.page.route("**/echo", answer)
        watch.page.get_by_role("button", name="Send").click()
        watch.page.locator("#there p").wait_for()
        assert brought == ["token-of-the-style-guide"]
        assert watch.complaints == []


def test_what_is_folded_on_the_screen_is_printed(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE) as watch:
        page = watch.page
        folded = page.locator("details.disclosure table.values").first
        assert not folded.evaluate("e => e.checkVisibility()")
        page.emulate_media(media="print")
        assert folded.evaluate("e => e.checkVisibility()")
        assert not page.locator(".rooms").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_those_who_want_no_motion_get_none(browser: Any, address: str) -> None:
    with watched(browser, address + "/", viewport=WIDE, reduced_motion="reduce") as watch:
        moving = watch.page.evaluate(
            "[...document.querySelectorAll('*')]"
            ".filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0).length"
        )
        assert moving == 0
