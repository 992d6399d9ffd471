"""The box of a case: what is pasted, what is near it, and that only the case's own ads are told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from filrouge.casework.models import AuditEntry


def a_member(site: Any, case: str = "harbour") -> tuple[int, str]:
    """An ad of the largest cluster of a case, and its text in the clear."""
    book = site.house.desk.casebook(case, opened=True)
    ads = book.ads
    cluster = ads.filter(ads["cluster"] >= 0)["cluster"].mode().sort()[0]
    ad = int(ads.filter(ads["cluster"] == cluster)["ad"][0])
    return ad, book.ad(ad).text


def searched(browser: Any, site: Any, text: str, case: str = "harbour", **form: str) -> Any:
    return browser.post(site.path(case, "/search"), {"text": text, **form})


def ads_of(page: str) -> set[int]:
    return {int(ad) for ad in re.findall(r"/ads/(\d+)", page)}


def test_a_pasted_ad_leads_to_its_template_and_the_words_in_common_are_marked(site: Any) -> None:
    ad, text = a_member(site)
    cluster = site.house.desk.casebook("harbour").ad(ad).cluster
    page = searched(site.client("ana"), site, text).text
    assert f"/clusters/{cluster}" in page
    assert "<mark>" in page
    mine = set(site.house.desk.casebook("harbour").ads["ad"].to_list())
    assert ads_of(page)
    assert ads_of(page) <= mine


def test_nothing_of_another_case_is_found(site: Any) -> None:
    _ad, text = a_member(site, "market")
    theirs = set(site.house.desk.casebook("market").ads["ad"].to_list())
    page = searched(site.client("ana"), site, text).text
    assert not ads_of(page) & theirs


def test_what_is_pasted_is_masked_in_what_is_found(site: Any) -> None:
    book = site.house.desk.casebook("harbour", opened=True)
    ad, phone = next(
        (number, one.shown)
        for number in book.ads["ad"].to_list()
        for one in book.ad(number).identifiers
        if one.kind == "phone" and not one.of_agency
    )
    browser = site.client("ana")
    page = searched(browser, site, phone).text
    assert ad in ads_of(page) or ads_of(page)
    shown = re.sub(r"<textarea.*?</textarea>", "", page, flags=re.DOTALL)
    assert phone not in shown


def test_words_alone_are_said_to_be_only_that(site: Any) -> None:
    page = searched(site.client("ana"), site, "zebra quiet trombone weekday", how="text").text
    assert "Nothing" in page or "only" in page


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_nothing_pasted_is_no_search(site: Any, text: str) -> None:
    browser = site.client("ana")
    assert searched(browser, site, text).status_code in (200, 400)
    with site.house.database.session() as db:
        assert not db.query(AuditEntry).filter_by(action="case.searched").count()


def test_too_much_at_once_is_refused_in_words(site: Any) -> None:
    page = searched(site.client("ana"), site, "\n---\n".join(f"ad number {k} of many" for k in range(200)))
    assert page.status_code == 400
    assert "at most" in page.text


def test_several_ads_are_compared_one_by_one(site: Any) -> None:
    _one, first = a_member(site)
    page = searched(
        site.client("ana"), site, f"{first}\n---\nAn old piano to a good home, tuned last spring."
    ).text
    assert "piano" in page


def test_the_trail_keeps_that_a_search_was_made_and_never_the_text(site: Any) -> None:
    _ad, text = a_member(site)
    searched(site.client("ana"), site, text)
    with site.house.database.session() as db:
        entry = db.query(AuditEntry).filter_by(action="case.searched").one()
        told = f"{entry.subject} {entry.details}"
        assert entry.details["ads"] == 1
        assert not any(word in told for word in re.findall(r"\w{6,}", text) if word not in ("characters",))


def test_a_search_can_be_taken_up_again_and_forgotten(site: Any) -> None:
    ad, text = a_member(site)
    browser = site.client("ana")
    searched(browser, site, text)
    assert ad in ads_of(browser.get(site.path("harbour", "/search")).text)
    browser.post(site.path("harbour", "/forget"))
    again = browser.get(site.path("harbour", "/search"))
    assert "no longer remembered" in again.text


def test_the_page_of_an_ad_says_where_it_came_from(site: Any) -> None:
    ad, _text = a_member(site)
    page = site.client("ana").get(site.path("harbour", f"/ads/{ad}")).text
    sheet = site.house.desk.casebook("harbour").ad(ad)
    assert sheet.sha256 in page
    assert "J. Roy" in page


def test_an_ad_of_another_case_is_not_there(site: Any) -> None:
    theirs = int(site.house.desk.casebook("market").ads["ad"][0])
    browser = site.client("ana")
    assert browser.get(site.path("harbour", f"/ads/{theirs}")).status_code == 404
    assert browser.get(site.path("harbour", f"/tie?one={theirs}&other={theirs + 1}")).status_code == 404


def test_two_ads_side_by_side_show_what_each_kind_of_evidence_is_worth(site: Any) -> None:
    ad, _text = a_member(site)
    book = site.house.desk.casebook("harbour")
    other = next(
        n for n in book.ads.filter(book.ads["cluster"] == book.ad(ad).cluster)["ad"].to_list() if n != ad
    )
    browser = site.client("ana")
    page = browser.get(site.path("harbour", f"/tie?one={ad}&other={other}"))
    assert page.status_code == 200
    assert 'class="waterfall"' in page.text
    assert "<mark>" in page.text
    assert browser.get(site.path("harbour", f"/tie?one={ad}&other={ad}")).status_code == 400
    assert browser.get(site.path("harbour", "/tie?one=x&other=y")).status_code == 400
    assert browser.get(site.path("harbour", "/tie")).status_code == 200


def test_a_person_pastes_and_reads_with_the_keyboard_alone(signed_in: Any, site: Any) -> None:
    _ad, text = a_member(site)
    page = signed_in("ana")
    page.goto(site.path("harbour"))
    page.keyboard.press("/")
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("mark")
    assert "/search" in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
