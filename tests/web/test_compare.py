"""The box of a case: what is pasted, what is near it, and that only the case's own ads are told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from browsing import AXE, RULES

from filrouge.casework.held_back import without
from filrouge.casework.models import AuditEntry
from filrouge.casework.searches import Split, proof, split_ads, way_of
from filrouge.engines.case_answers import answer


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
    # What the person pasted stands in the box, and in the form that keeps it as a watch.
    shown = re.sub(r"<[^>]+>", "", re.sub(r"<textarea.*?</textarea>", "", page, flags=re.DOTALL))
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


def test_a_cluster_is_one_answer_that_says_how_many_ads_it_holds(site: Any) -> None:
    ad, text = a_member(site)
    book = site.house.desk.casebook("harbour")
    cluster = book.ad(ad).cluster
    size = book.ads.filter(book.ads["cluster"] == cluster).height
    page = searched(site.client("ana"), site, text).text
    assert f"These {size} ads were written from the same template as yours" in page
    assert page.count(f'value="c{cluster}"') == 1
    assert "the same words" in page


def test_what_differs_in_a_slot_is_not_marked_as_common(site: Any) -> None:
    ad, text = a_member(site)
    book = site.house.desk.casebook("harbour")
    masks = {one.pseudonym for one in book.ad(ad).identifiers}
    page = searched(site.client("ana"), site, text).text
    marked = " ".join(re.findall(r"<mark>(.*?)</mark>", page, re.DOTALL))
    assert marked
    other = set(re.findall(r"phone:[0-9a-z]{8}", marked)) - masks
    assert not other


def test_a_phone_leads_to_the_ads_that_carry_it_however_it_is_written(site: Any) -> None:
    book = site.house.desk.casebook("harbour", opened=True)
    one = next(
        one
        for ad in book.ads["ad"].to_list()
        for one in book.ad(ad).identifiers
        if one.kind == "phone" and not one.of_agency and one.holders > 2
    )
    bare = one.shown[-10:]
    browser = site.client("ana")
    for text in (
        f"{bare[:3]} {bare[3:6]} {bare[6:]}",
        f"tel. {bare[:3]}-{bare[3:6]}-{bare[6:]}",
        one.pseudonym,
    ):
        page = searched(browser, site, text).text
        assert f"{one.holders} ads of this case carry it." in page, text


def test_words_in_quotes_stand_together(site: Any) -> None:
    _ad, text = a_member(site)
    words = [word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 2]
    browser = site.client("ana")
    phrase = " ".join(words[3:5])
    page = searched(browser, site, f"\u201c{phrase}\u201d").text
    assert "hold" in page
    assert "carry it" not in page


def test_without_a_run_near_ads_are_found_and_it_is_said_that_nothing_was_compared(
    new_site: Any, tmp_path: Any
) -> None:
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.ingest import ingest

    site = new_site(ads=False, own=True)
    ad = "Piano lessons for beginners of all ages, a patient teacher with twenty years of practice in {place}"
    rows = "\n".join(f'{k},"{ad.format(place=place)}"' for k, place in enumerate(("Victoria", "Surrey")))
    file = tmp_path / "ads.csv"
    file.write_text("id,text\n" + rows + "\n", encoding="utf-8")
    ws: Workspace = site.house.desk.view()
    ingest(ws, [str(file)], case="harbour", receiver="J. Roy", jobs=1)
    site.house.desk.look_again()
    page = searched(site.client("ana"), site, ad.format(place="Burnaby")).text
    assert "Nothing has been compared yet" in page
    assert ads_of(page)


def test_a_case_without_ads_says_what_to_do_next(people_site: Any) -> None:
    page = people_site.client("ana").get(people_site.path("harbour")).text
    assert "holds no ads yet" in page
    assert "Bring files" in page


def test_two_ticked_are_put_side_by_side_and_clusters_too(site: Any) -> None:
    book = site.house.desk.casebook("harbour")
    clusters = book.ads.filter(book.ads["cluster"] >= 0)["cluster"].unique().sort().to_list()[:2]
    browser = site.client("ana")
    browser.get(site.path("harbour"))
    page = browser.post(site.path("harbour", "/tie"), {"pick": [f"c{clusters[0]}", f"c{clusters[1]}"]})
    assert page.status_code == 200
    assert f"Cluster C{clusters[0]} and Cluster C{clusters[1]}" in page.text
    mixed = browser.post(site.path("harbour", "/tie"), {"pick": [f"c{clusters[0]}", "0"]})
    assert mixed.status_code == 200
    for wrong in ([], ["1"], ["1", "2", "3"], ["1", "x"]):
        assert browser.post(site.path("harbour", "/tie"), {"pick": wrong}).status_code == 400


def test_strangers_are_said_to_have_nothing_in_common(site: Any) -> None:
    book = site.house.desk.casebook("harbour")
    alone = book.ads.filter((book.ads["cluster"] < 0) & (book.ads["network"] < 0))["ad"].to_list()[:2]
    page = site.client("ana").get(site.path("harbour", f"/tie?one={alone[0]}&other={alone[1]}")).text
    assert "no identifier in common" in page
    tie = book.tie(*alone)
    assert not tie.shared
    assert tie.claimed < 1
    assert tie.verbal("en") in page


def test_an_ad_shown_in_the_clear_is_noted_with_its_number(site: Any) -> None:
    ad, _text = a_member(site)
    browser = site.client("ana")
    path = site.path("harbour", f"/ads/{ad}")
    masked = browser.get(path).text
    assert "Open the texts" in masked
    opened = browser.post(site.path("harbour", "/open"), {"reason": "file 26-114, request", "next": path})
    assert opened.url.path == path
    with site.house.database.session() as db:
        noted = db.query(AuditEntry).filter_by(action="ad.opened").all()
    assert [entry.subject for entry in noted] == [f"ad:{ad}"]


@pytest.mark.parametrize(
    ("text", "split", "ads"),
    [
        ("one ad\n\nstill the same", Split.AUTO, 1),
        ("one ad\n---\nanother", Split.AUTO, 2),
        ("one ad\n\n\nanother\r\n\r\n\r\na third", Split.AUTO, 3),
        ("one ad\n\n\nstill\n---\nanother", Split.AUTO, 2),
        ("one ad\n\nanother", Split.BLANK, 2),
        ("one ad\n---\nanother", Split.ONE, 1),
        (" \n---\n \n", Split.AUTO, 0),
    ],
)
def test_how_ads_are_told_apart(text: str, split: Split, ads: int) -> None:
    assert len(split_ads(text, split)) == ads


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("514 555 0147", "identifier"),
        ("tel: 514-555-0147", "identifier"),
        ("joe@example.com", "identifier"),
        ("phone:7k3f9q2m", "identifier"),
        ("call 514 555 0147 for a quiet room near the park", "text"),
        ('"quiet room"', "words"),
        ("quiet room", "words"),
        ("a quiet room with a view of the park", "text"),
    ],
)
def test_how_a_text_is_meant(text: str, way: str) -> None:
    assert way_of(text) == way


def test_a_search_can_be_proved_by_who_has_the_text() -> None:
    pepper = bytes(32)
    assert proof(pepper, "a  quiet\nroom") == proof(pepper, "a quiet room")
    assert proof(pepper, "a quiet room") != proof(pepper, "a quiet rooms")
    assert proof(pepper, "a quiet room") != proof(bytes([1] * 32), "a quiet room")
    assert proof(pepper, "a quiet room") != proof(pepper, "a quiet room", "survivor")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_from_the_box_to_two_side_by_side_by_keyboard(
    signed_in: Any, site: Any, width: int, dark: bool
) -> None:
    ad, text = a_member(site)
    page = signed_in("ana", width=width, dark=dark)

    def fine() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.wait_for_timeout(300)  # colours fade in
        page.evaluate(AXE)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(r => r.violations)",
            RULES,
        )
        assert [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found] == []

    page.goto(site.path("harbour"))
    fine()
    page.locator("[data-search]").focus()
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("mark")
    assert page.evaluate("document.activeElement.matches('[data-focus]')")
    fine()
    page.keyboard.press("j")
    page.wait_for_selector(".answer.current")
    page.keyboard.press("Enter")
    page.wait_for_url("**/clusters/*")
    page.go_back()
    page.wait_for_selector("mark")
    assert page.input_value("[data-search]").strip() == text.strip()
    page.get_by_text("more that are near").first.press("Enter")
    for k in (0, 1):
        page.locator('.ad-card input[name="pick"]').nth(k).press("Space")
    page.get_by_role("button", name="Compare the two").press("Enter")
    page.wait_for_selector(".tie-sum")
    fine()
    page.goto(site.path("harbour", f"/ads/{ad}"))
    fine()
    page.goto(site.path("harbour", "/tie"))
    fine()


def test_the_box_works_without_a_script(browser: Any, serve: Any, site: Any) -> None:
    from tests.web.conftest import PASSWORD

    _ad, text = a_member(site)
    around = browser.new_context(base_url=serve(site).address, java_script_enabled=False)
    page = around.new_page()
    page.goto("/sign-in")
    page.fill("input[name=login]", "ana")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.goto(site.path("harbour"))
    page.fill("textarea", text)
    page.click(".compare-form button.primary")
    page.wait_for_selector("mark")
    page.locator(".answer-head input").first.check()
    around.close()


def test_who_judges_blind_sees_no_bits_and_no_cluster_of_it_in_a_search(site: Any) -> None:
    ad, text = a_member(site)
    book = site.house.desk.casebook("harbour")
    cluster, index = book.ad(ad).cluster, site.house.desk.index("harbour")
    seen = answer(book, index, text, "text")
    assert any(group.cluster == cluster and group.best[0].tied for group in seen.groups)
    blind = answer(without(book, frozenset({("cluster", cluster)})), index, text, "text")
    assert all(group.cluster != cluster for group in blind.groups)
    mine = set(book.ads.filter(book.ads["cluster"] == cluster)["ad"].to_list())
    shown = [one for group in blind.groups for one in group.best if one.hit.ad in mine]
    assert shown
    assert not any(one.tied for one in shown)
