"""Who is about to be signed out is told; then nothing of the case is on the screen, but what was typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from browsing import Watched

from filrouge.casework import sessions
from filrouge.casework.models import SignedIn, now

HOUR = sessions.IDLE.total_seconds() * 1000
WARNED = sessions.WARNED.total_seconds() * 1000
TEXT = "Quiet room by the park, ask for the manager."


@pytest.fixture
def page(site: Any, signed_in: Any) -> Any:
    page = signed_in("ana")
    page.clock.install()
    page.goto(site.path("harbour"))
    return page


def later(page: Any, milliseconds: float) -> None:
    page.clock.fast_forward(int(milliseconds))


def set_back(site: Any, **ago: timedelta) -> None:
    """As if the sessions had been made, or used, so long ago."""
    with site.house.database.writing() as db:
        for session in db.query(SignedIn):
            for name, much in ago.items():
                setattr(session, name, now() - much)


def test_who_is_here_is_warned_and_stays(page: Any) -> None:
    strip = page.locator("[data-session]")
    later(page, HOUR - WARNED - 3 * 60_000)
    assert strip.is_hidden()
    later(page, 3 * 60_000)
    assert "You will be signed out at" in strip.inner_text()
    assert not Watched(page).violations()
    with page.expect_response("**/account/here") as answer:
        strip.get_by_role("button", name="Stay signed in").click()
    assert answer.value.status == 204
    strip.wait_for(state="hidden")
    later(page, HOUR - WARNED - 3 * 60_000)
    assert strip.is_hidden()


def test_what_was_typed_is_there_when_the_time_is_over(page: Any, site: Any) -> None:
    page.fill("main textarea", TEXT)
    name = page.locator(".case-name").inner_text()
    later(page, HOUR)
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "MAIN"
    assert page.locator("textarea").input_value() == TEXT
    assert name not in page.content()
    assert page.title() == "filrouge"
    assert not Watched(page).violations()
    set_back(site, seen=2 * sessions.IDLE)
    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_url("**/sign-in")


def test_where_nothing_was_typed_nothing_is_said_of_it(page: Any) -> None:
    later(page, HOUR)
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.get_by_text("What you typed").count() == 0
    assert page.locator("textarea").count() == 0


def test_to_write_is_to_use(page: Any) -> None:
    box = page.locator("main textarea").first
    for _ in range(4):
        later(page, HOUR / 3)
        with page.expect_response("**/account/here"):
            box.press_sequentially("more ")
    assert page.locator("[data-session]").is_hidden()
    assert box.input_value() == "more " * 4


def test_a_session_that_was_ended_elsewhere_is_over_here(page: Any, site: Any) -> None:
    page.fill("main textarea", TEXT)
    later(page, HOUR - WARNED)
    set_back(site, seen=2 * sessions.IDLE)
    page.get_by_role("button", name="Stay signed in").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.locator("textarea").input_value() == TEXT


def test_two_windows_are_one_person(page: Any, site: Any) -> None:
    other = page.context.new_page()
    other.goto(site.path("harbour", "/triage"))
    later(page, HOUR - WARNED)  # the windows have one clock
    other.locator("[data-session]").wait_for(state="visible")
    page.get_by_role("button", name="Stay signed in").click()
    other.locator("[data-session]").wait_for(state="hidden")
    page.click(".user-menu summary")
    page.get_by_role("button", name="Sign out").click()
    other.get_by_role("heading", name="You are signed out").wait_for()


def test_a_session_as_old_as_it_may_be_cannot_stay(page: Any, site: Any) -> None:
    set_back(site, made=sessions.OLDEST - timedelta(minutes=4))
    page.goto(site.path("harbour"))
    strip = page.locator("[data-session]")
    assert "however you use the workbench" in strip.inner_text()
    assert strip.get_by_role("button").count() == 0
    later(page, 4 * 60_000)
    page.get_by_role("heading", name="You are signed out").wait_for()


def test_what_htmx_asks_counts_as_use(page: Any, site: Any) -> None:
    page.fill("main textarea", TEXT)
    later(page, HOUR - WARNED)
    strip = page.locator("[data-session]")
    strip.wait_for(state="visible")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("main form button.primary").first.click()
    strip.wait_for(state="hidden")
