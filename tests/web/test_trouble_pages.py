"""When something is wrong, the page says so in words, and who is signed in has the way on before them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browsing import Watched

from filrouge.casework.models import User
from filrouge.web.rooms import compare

ROOMS = '<nav class="rooms"'


def test_a_page_that_is_not_there_keeps_the_rooms_of_the_case(people_site: Any) -> None:
    ana = people_site.client("ana")
    page = ana.get(people_site.path("harbour", "/networks/99999"))
    assert page.status_code == 404
    assert ROOMS in page.text
    assert f'href="{people_site.path("harbour", "/triage")}"' in page.text
    assert "Back to Harbour" in page.text
    # So that the forms of the skeleton (language, signing out) pass.
    assert ana.csrf
    assert ana.csrf in page.text


def test_an_address_of_no_room_and_a_refusal_keep_them_too(people_site: Any) -> None:
    ana = people_site.client("ana")
    for path, status in ((people_site.path("harbour", "/nowhere"), 404), ("/nowhere", 404), ("/people", 403)):
        page = ana.get(path)
        assert page.status_code == status, path
        assert ROOMS in page.text, path
        assert 'action="/signout"' in page.text, path


def test_a_case_of_others_is_not_named(people_site: Any) -> None:
    ana = people_site.client("ana")
    others, none = ana.get(people_site.path("market", "/triage")), ana.get("/cases/999/triage")
    assert others.status_code == none.status_code == 404
    assert "Market" not in others.text
    assert people_site.path("market") + '"' not in others.text
    assert others.text.replace("/cases/2/triage", "") == none.text.replace("/cases/999/triage", "")


def test_who_is_not_signed_in_gets_none(people_site: Any) -> None:
    nobody = people_site.client()
    page = nobody.get("/nowhere")
    assert page.status_code == 404
    assert ROOMS not in page.text
    assert "Back to the start" in page.text


def test_who_must_choose_a_password_first_gets_none(people_site: Any) -> None:
    ana = people_site.client("ana")
    with people_site.house.database.writing() as db:
        db.get_one(User, people_site.users["ana"].id).must_change = True
    page = ana.get("/nowhere")
    assert page.status_code == 404
    assert ROOMS not in page.text


def test_too_many_requests_are_refused_on_a_page_that_leads_on(people_site: Any) -> None:
    from fastapi import HTTPException

    ana = people_site.client("ana")
    count = people_site.house.limits.count

    def full(*_asked: Any) -> None:
        raise HTTPException(429)

    people_site.house.limits.count = full
    try:
        page = ana.get("/cases")
    finally:
        people_site.house.limits.count = count
    assert page.status_code == 429
    assert "Too many requests" in page.text
    assert ROOMS in page.text


def test_a_fault_keeps_the_rooms_and_says_its_number(
    new_site: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = new_site(ads=False, options={})
    ana = site.client("ana")

    def broken(_here: Any) -> Any:
        raise RuntimeError("words of an ad")

    monkeypatch.setattr(compare, "_around", broken)
    page = ana.get(site.path("harbour"))
    assert page.status_code == 500
    assert "The number of this fault is" in page.text
    assert "words of an ad" not in page.text
    assert ROOMS in page.text


def test_a_fault_of_the_database_is_told_without_them(
    new_site: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = new_site(ads=False, options={})
    ana = site.client("ana")

    def gone() -> Any:
        raise OSError("the disk is full")

    monkeypatch.setattr(site.house.database, "session", gone)
    page = ana.get("/cases")
    assert page.status_code == 500
    assert "The number of this fault is" in page.text
    assert ROOMS not in page.text


@pytest.fixture
def site(people_site: Any) -> Any:
    """`signed_in` serves this one."""
    return people_site


@pytest.mark.parametrize(("width", "dark", "lang"), [(1280, False, "en"), (390, True, "fr")])
def test_one_goes_on_from_it_in_the_browser(
    signed_in: Callable[..., Any], site: Any, width: int, dark: bool, lang: str
) -> None:
    page = signed_in("ana", width=width, dark=dark, lang=lang)
    watch = Watched(page)
    page.goto(site.path("harbour", "/networks/99999"))
    assert watch.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("nav.rooms a[href$='/watches']").click()
    page.wait_for_url("**/watches")
    # The room in which one is stands in the line of rooms, however narrow.
    at = page.locator("nav.rooms [aria-current]").bounding_box()
    assert at is not None
    assert at["x"] >= 0
    assert at["x"] + at["width"] <= width
