"""The rooms stand in groups under headings, so that one who is new sees where to go; each opens only to whom it may."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from browsing import Watched

FIND = ["Compare", "Triage", "Map", "Watches", "As of a past day"]
BEYOND = ["Cases", "Answer a tip", "Check a package"]


def groups(page: str) -> dict[str, list[str]]:
    """The headings of the navigation, each with the names of the rooms in the list that it labels."""
    found = re.search(r'<nav class="rooms".*?</nav>', page, re.S)
    assert found
    titles = dict(re.findall(r'<h2 class="rooms-title" id="([^"]+)">([^<]+)</h2>', found[0]))
    lists = re.findall(r'<ul(?: aria-labelledby="([^"]+)")?>(.*?)</ul>', found[0], re.S)
    assert not titles or list(titles) == [labelled for labelled, _list in lists]
    return {
        titles.get(labelled, ""): [html.unescape(room) for room in re.findall(r"<span>([^<]+)</span>", rooms)]
        for labelled, rooms in lists
    }


def test_an_analyst_finds_the_rooms_in_groups(people_site: Any) -> None:
    assert groups(people_site.client("ana").get(people_site.path("harbour", "/map")).text) == {
        "Find": FIND,
        "Decide": ["Judge", "Wrong leads"],
        "Bring in": ["Files", "Work"],
        "Pass on": ["Package", "Other cases", "Survivor's request"],
        "Beyond this case": BEYOND,
    }


def test_a_group_of_which_nothing_is_open_is_not_there(people_site: Any) -> None:
    assert groups(people_site.client("pat").get(people_site.path("harbour", "/map")).text) == {
        "Find": FIND,
        "Decide": ["Wrong leads"],
        "Bring in": ["Work"],
        "Pass on": ["Other cases"],
        "Beyond this case": ["Cases", "Check a package"],
    }
    sam = groups(people_site.client("sam").get(people_site.path("harbour", "/map")).text)
    assert sam["Oversee"] == ["Trail", "This case"]


def test_one_group_alone_has_no_heading(people_site: Any) -> None:
    page = people_site.client("aud").get("/audit").text
    assert groups(page) == {"": ["Cases", "Check a package", "Trail"]}
    assert "data-all-rooms" not in page


@pytest.fixture
def site(people_site: Any) -> Any:
    """`signed_in` serves this one."""
    return people_site


@pytest.mark.parametrize(
    ("dark", "lang", "all_rooms"), [(False, "en", "All rooms"), (True, "fr", "Toutes les rubriques")]
)
def test_on_a_narrow_window_one_click_shows_all_rooms(
    signed_in: Callable[..., Any], site: Any, dark: bool, lang: str, all_rooms: str
) -> None:
    page = signed_in("sam", width=390, dark=dark, lang=lang)
    page.goto(site.path("harbour", "/settings"))
    rooms = page.locator("nav.rooms a")
    button = page.get_by_role("button", name=all_rooms)
    at = page.locator("nav.rooms [aria-current]").bounding_box()
    assert 0 <= at["x"] <= 390 - at["width"]
    button.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    boxes = [room.bounding_box() for room in rooms.all()]
    assert len(boxes) > 12
    assert all(0 <= box["x"] <= 390 - box["width"] and box["height"] >= 24 for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert Watched(page).violations() == []
    page.keyboard.press("Escape")
    assert button.get_attribute("aria-expanded") == "false"
    assert button.evaluate("it => it === document.activeElement")
    assert page.locator("nav.rooms [aria-current]").bounding_box()["x"] == pytest.approx(at["x"], abs=1)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_room_where_one_is_is_in_sight_without_scrolling(
    signed_in: Callable[..., Any], site: Any, width: int
) -> None:
    page = signed_in("sam", width=width, height=480)
    page.goto(site.path("harbour", "/settings"))
    line, room = (page.locator(where).bounding_box() for where in ("nav.rooms", "nav.rooms [aria-current]"))
    assert line["x"] <= room["x"]
    assert room["x"] + room["width"] <= line["x"] + line["width"]
    assert line["y"] <= room["y"]
    assert room["y"] + room["height"] <= line["y"] + line["height"]


def test_the_lists_are_named_by_their_headings(signed_in: Callable[..., Any], site: Any) -> None:
    page = signed_in("ana")
    page.goto(site.path("harbour", "/map"))
    found = page.get_by_role("navigation", name="Rooms").get_by_role("list", name="Find", exact=True)
    assert found.get_by_role("link").all_inner_texts() == FIND
    assert Watched(page).violations() == []
