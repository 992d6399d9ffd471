"""Who is about to be signed out is told; then nothing of the case is on the screen, but what was typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from browsing import Watched

from filrouge.casework import sessions
from filrouge.casework.models import SignedIn, User, now

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


@pytest.mark.parametrize("width", [390, 1280])
def test_the_warning_is_in_sight_wherever_one_reads_and_hides_no_button(
    site: Any, signed_in: Any, width: int
) -> None:
    page = signed_in("ana", width=width)
    page.clock.install()
    page.goto(site.path("harbour", "/triage"))
    page.evaluate("scrollTo(0, 1000)")
    later(page, HOUR - WARNED)
    strip = page.locator("[data-session]")
    strip.wait_for(state="visible")
    top = strip.evaluate("strip => strip.getBoundingClientRect().top")
    menu = page.locator(".user-menu").evaluate("menu => menu.getBoundingClientRect().bottom")
    assert 0 < menu <= top < 200


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
    # Who comes after and goes back is asked for the password.
    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_url("**/sign-in")


def test_where_nothing_was_typed_nothing_is_said_of_it(page: Any) -> None:
    later(page, HOUR)
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.get_by_text("What you typed").count() == 0
    assert page.locator("textarea").count() == 0


def test_after_staying_one_is_where_one_was(page: Any) -> None:
    page.focus("main textarea")
    later(page, HOUR - WARNED)
    page.get_by_role("button", name="Stay signed in").click()
    page.locator("main textarea:focus").wait_for()


def test_a_server_that_is_away_signs_nobody_out(page: Any) -> None:
    strip = page.locator("[data-session]")
    later(page, HOUR - WARNED)
    page.route("**/account/here", lambda route: route.fulfill(status=502))
    with page.expect_response("**/account/here"):
        strip.get_by_role("button").click()
    page.unroute("**/account/here")
    assert strip.is_visible()
    strip.get_by_role("button").click()
    strip.wait_for(state="hidden")


def test_who_must_choose_a_password_first_is_not_thrown_out(site: Any, signed_in: Any) -> None:
    page = signed_in("ana")
    with site.house.database.writing() as db:
        db.get_one(User, site.users["ana"].id).must_change = True
    page.clock.install()
    page.goto("/account/password")
    later(page, HOUR / 2)
    with page.expect_response("**/account/here") as answer:
        page.locator("main input[type=password]").first.press_sequentially("seven")
    assert answer.value.status == 204
    assert page.get_by_role("heading", name="You are signed out").count() == 0


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


def test_a_window_that_heard_nothing_of_the_others_looks_before_it_signs_them_out(page: Any) -> None:
    strip = page.locator("[data-session]")
    later(page, HOUR - WARNED)
    strip.wait_for(state="visible")
    # What a window writes itself it is not told of, as one that was frozen is not in time of what others write.
    page.evaluate("localStorage.setItem('filrouge-used', String(Date.now()))")
    later(page, WARNED)
    strip.wait_for(state="hidden")
    page.evaluate("localStorage.setItem('filrouge-used', '0')")
    later(page, 60_000)
    page.get_by_role("heading", name="You are signed out").wait_for()


def test_a_session_as_old_as_it_may_be_cannot_stay(page: Any, site: Any) -> None:
    set_back(site, made=sessions.OLDEST - timedelta(minutes=4))
    page.goto(site.path("harbour"))
    strip = page.locator("[data-session]")
    assert "however you use the workbench" in strip.inner_text()
    assert strip.get_by_role("button").count() == 0
    later(page, 4 * 60_000)
    page.get_by_role("heading", name="You are signed out").wait_for()


def test_where_age_is_next_the_page_says_so(page: Any, site: Any) -> None:
    set_back(site, made=sessions.OLDEST - timedelta(minutes=59, seconds=30))
    page.goto(site.path("harbour"))
    strip = page.locator("[data-session]")
    later(page, HOUR - WARNED)
    assert "was not used for a while" in strip.inner_text()
    strip.get_by_role("button").click()
    strip.get_by_text("however you use the workbench").wait_for()
    assert strip.get_by_role("button").count() == 0


def test_what_was_sent_when_it_was_over_is_kept(page: Any, site: Any) -> None:
    page.fill("main textarea", TEXT)
    set_back(site, seen=2 * sessions.IDLE)
    page.locator("main form button.primary").first.click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.locator("textarea").input_value() == TEXT


def test_a_job_that_ends_later_brings_nothing_back(page: Any) -> None:
    page.evaluate(
        """() => {
            const sources = (window.sources = []);
            window.EventSource = class extends EventTarget {
                constructor() { super(); sources.push(this); document.body.dataset.followed = "1"; }
                close() {}
            };
            const place = document.createElement("div");
            place.dataset.events = "/nowhere";
            document.querySelector("main").append(place);
            const swapped = new CustomEvent("htmx:after:swap", { detail: { ctx: { target: place } } });
            document.dispatchEvent(swapped);
        }"""
    )
    page.locator("body[data-followed]").wait_for()
    later(page, HOUR)
    page.get_by_role("heading", name="You are signed out").wait_for()
    page.evaluate("window.sources[0].dispatchEvent(new MessageEvent('done', { data: '' }))")
    page.wait_for_timeout(300)
    assert page.get_by_role("heading", name="You are signed out").is_visible()


def test_what_htmx_asks_counts_as_use(page: Any, site: Any) -> None:
    page.fill("main textarea", TEXT)
    later(page, HOUR - WARNED)
    strip = page.locator("[data-session]")
    strip.wait_for(state="visible")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("main form button.primary").first.click()
    strip.wait_for(state="hidden")
