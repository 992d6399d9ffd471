"""What a person's eye found wanting on the pages, so that it does not come back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from filrouge.casework.verdicts import KINDS

PASTED = "Call or text any time. A small discount on quiet days, laundry in the building."


CUT = """() => [...document.querySelectorAll("main table .chip")].flatMap((chip) => {
  const text = chip.firstChild;
  return [...text.data.matchAll(/[^\\s]+/g)].filter((word) => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1;
  }).map((word) => word[0]);
})"""
"""The words of chips that stand in two lines."""


def strongest(site: Any) -> Any:
    return site.house.desk.casebook("harbour").leads.row(0, named=True)


def test_one_comes_from_the_case_to_a_network_in_three_clicks(
    signed_in: Callable[..., Any], site: Any
) -> None:
    page = signed_in("ana")
    page.goto("/cases")
    page.locator("main a", has_text="Harbour").first.click()
    page.locator("main a", has_text="See all, the strongest first").click()
    page.locator("main table tbody th a").first.click()
    page.wait_for_url(re.compile(r"/(networks|clusters)/\d+$"))
    # What is constant stands on the first screen, who and where above it.
    box = page.locator("#template .template").bounding_box()
    assert box is not None
    assert box["y"] < 900
    page.goto(site.path("harbour"))
    page.locator("main a", has_text="Open the strongest").click()
    page.wait_for_url(f"**/{strongest(site)['kind']}s/{strongest(site)['id']}")


def test_who_finds_nothing_is_not_sent_anywhere(people_site: Any) -> None:
    page = people_site.client("ana").get(people_site.path("harbour"))
    assert "Open the strongest" not in page.text
    assert "This case holds no ads yet" in page.text


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("width", [1024, 1280])
def test_the_leads_fit_a_small_screen(
    signed_in: Callable[..., Any], site: Any, width: int, lang: str
) -> None:
    lead = strongest(site)
    given = {"lead": f"{lead['kind']}:{lead['id']}", "kind": KINDS[0], "step": "5"}
    site.client("ana").post(site.path("harbour", "/triage/label"), given)
    page = signed_in("ana", width=width, lang=lang)
    page.goto(site.path("harbour", "/triage"))
    wide = page.locator(".table-around").first.evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert wide[0] <= wide[1]
    # No word is cut in two to make room.
    assert page.locator("main table .chip").count() == 1
    assert page.evaluate(CUT) == []


def test_a_count_of_one_is_in_the_singular(site: Any) -> None:
    """Clusters of one agency say so in words that agree, in both languages."""
    leads = site.house.desk.casebook("harbour").leads
    one = leads.row(by_predicate=None, index=leads["n_agencies"].to_list().index(1), named=True)
    path = site.path("harbour", f"/{one['kind']}s/{one['id']}")
    for lang, words, wrong in (("en", "agency", "agencies"), ("fr", "agence", "agences")):
        page = site.client("ana", lang=lang).get(path).text
        assert re.search(rf"<dt>{words}</dt><dd>\D*1<", page), lang
        assert not re.search(rf"<dt>{wrong}</dt>", page), lang


def test_the_text_that_was_pasted_stands_in_the_page_once(site: Any) -> None:
    ana = site.client("ana")
    page = ana.post(site.path("harbour", "/search"), {"text": PASTED})
    assert "Watch this search" in page.text
    assert page.text.count("A small discount on quiet days, laundry in the building.") == 1
    name, place = re.findall(r'name="(?:search|place)" value="([0-9a-f]+)"', page.text)
    wanted = {"kind": "text", "search": name, "place": place}
    made = ana.post(site.path("harbour", "/watches"), wanted)
    assert "It is watched" in made.text
    assert "Text of 15 words" in ana.get(site.path("harbour", "/watches")).text
    # Another search has taken its place: what the older page names is not the newer text.
    ana.post(site.path("harbour", "/search"), {"text": "Quiet room near the station"})
    refused = ana.post(site.path("harbour", "/watches"), wanted)
    assert refused.status_code == 400
    assert "no longer remembered" in refused.text
    ana.post(site.path("harbour", "/search"), {"text": PASTED})
    again = ana.post(site.path("harbour", "/watches"), wanted)
    assert again.status_code == 400


def test_each_of_several_ads_that_were_pasted_is_watched_by_itself(site: Any) -> None:
    ana = site.client("ana")
    page = ana.post(
        site.path("harbour", "/search"), {"text": f"{PASTED}\n---\nA quiet room near the station"}
    )
    name = re.search(r'name="search" value="([0-9a-f]+)"', page.text)
    assert name
    for place, said in (("2", 200), ("1", 200), ("3", 400), ("0", 400), ("x", 400)):
        made = ana.post(site.path("harbour", "/watches"), {"kind": "text", "search": name[1], "place": place})
        assert made.status_code == said, place
    room = ana.get(site.path("harbour", "/watches")).text
    assert "Text of 6 words" in room
    assert "Text of 15 words" in room


@pytest.mark.parametrize("width", [1280, 390])
def test_what_a_tie_rests_on_stands_in_one_line_of_words(
    signed_in: Callable[..., Any], site: Any, width: int
) -> None:
    book = site.house.desk.casebook("harbour")
    many = [
        row["id"]
        for row in book.leads.iter_rows(named=True)
        if row["kind"] == "network" and row["clusters"] > 2
    ]
    page = signed_in("ana", width=width)
    page.goto(site.path("harbour", f"/networks/{many[0]}"))
    parts = page.locator(".tie-parts").filter(has=page.locator(".part + .part")).first
    tops = parts.locator(".part").evaluate_all(
        "all => all.map(e => [e.getBoundingClientRect().y, getComputedStyle(e).borderTopWidth])"
    )
    assert len(tops) > 1
    assert {width for _top, width in tops} == {"0px"}
    if width == 1280:
        assert len({round(top) for top, _width in tops}) == 1


def test_a_day_has_the_name_of_its_month(site: Any) -> None:
    """04/12/2026 is one day in Montréal and another in Detroit."""
    for lang, month in (("en", r"[A-Z][a-z]{2} \d{1,2}, \d{4}, "), ("fr", r"\d{1,2} [a-zéû]+\.? \d{4}, ")):
        page = site.client("ana", lang=lang).get(site.path("harbour", "/files")).text
        assert re.search(month + r"[\d:]+.{0,4} UTC", page), lang
        assert not re.search(r"\d{1,2}/\d{1,2}/\d{2}", page), lang


def test_a_network_begins_with_what_it_is_and_leads_to_each_part(site: Any) -> None:
    book = site.house.desk.casebook("harbour")
    for row in book.leads.iter_rows(named=True):
        if row["kind"] != "network":
            continue
        network = book.network(row["id"])
        page = site.client("ana").get(site.path("harbour", f"/networks/{row['id']}")).text
        heading = page[page.index("<h1") : page.index('class="stats"')]
        assert f"{row['ads']} ads written from {row['clusters']} template" in heading
        kinds = {kind for kind, bits in network.for_ if bits >= 1 and kind != "once"}
        assert ("tied by" in heading) == bool(kinds and row["clusters"] > 1)
        assert ("phone" in heading) == ("phone" in kinds and row["clusters"] > 1)
        parts = re.search(r'<nav class="jumps".*?</nav>', page, re.S)
        assert parts
        ids = re.findall(r'href="#([a-z-]+)"', parts[0])
        assert "ties" in ids
        assert all(f'id="{id}"' in page for id in ids)
        if row["clusters"] > 1:
            break
    else:
        raise AssertionError("no network of several clusters was looked at")
