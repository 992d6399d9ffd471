"""A survivor's request: with consent, step by step, only their own ads, and the way out always there."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from browsing import AXE, RULES

from filrouge.casework.models import AuditEntry, SurvivorRequest
from filrouge.reports.package.verify import check

CONSENT = {
    "asker": "person", "reference": "file 26-114", "consent_form": "written", "consent_on": date.today().isoformat(),
    "witness": "J. Roy", "agreed": "yes",
}  # fmt: skip


def own_phone(site: Any, case: str = "harbour", least: int = 2) -> tuple[str, set[int]]:
    """A phone that a few ads of one voice carry, and these ads."""
    book = site.house.desk.casebook(case, opened=True)
    for ad in book.ads["ad"].to_list():
        for one in book.ad(ad).identifiers:
            if one.kind == "phone" and not one.of_agency and least <= one.holders <= 8:
                return one.shown, set(book.carriers(one.pseudonym).tolist())
    raise AssertionError("no phone of few ads")


def begun(ana: Any, site: Any, **changed: str) -> str:
    """A request with consent: the path of its page."""
    ana.get(site.path("harbour", "/survivor/new"))
    answer = ana.post(site.path("harbour", "/survivor/new"), {**CONSENT, **changed})
    assert answer.status_code == 200, answer.text
    found = re.search(r"/survivor/(\d+)/", answer.text)
    assert found
    return site.path("harbour", f"/survivor/{found[1]}")


def asked_of(page: str) -> set[int]:
    return {int(ad) for ad in re.findall(r'name="ad-(\d+)"', page)}


def record(site: Any) -> SurvivorRequest:
    with site.house.database.session() as db:
        return db.query(SurvivorRequest).order_by(SurvivorRequest.id.desc()).first()


@pytest.fixture
def ana(site: Any) -> Any:
    return site.client("ana")


@pytest.mark.parametrize("lacking", ["agreed", "reference", "witness", "asker", "consent_form", "consent_on"])
def test_without_consent_nothing_begins(ana: Any, site: Any, lacking: str) -> None:
    ana.get(site.path("harbour", "/survivor/new"))
    answer = ana.post(site.path("harbour", "/survivor/new"), {**CONSENT, lacking: ""})
    assert answer.status_code == 400
    assert record(site) is None


def test_the_reference_is_no_number_of_theirs(ana: Any, site: Any) -> None:
    ana.get(site.path("harbour", "/survivor/new"))
    answer = ana.post(site.path("harbour", "/survivor/new"), {**CONSENT, "reference": "514-555-0147"})
    assert answer.status_code == 400


def test_only_the_ads_with_their_own_number_are_given_and_nothing_leads_on(ana: Any, site: Any) -> None:
    phone, ads = own_phone(site)
    path = begun(ana, site)
    page = ana.post(f"{path}/search", {"kind": "identifier", "identifier": phone}).text
    assert asked_of(page) == ads
    main = page[page.index("<main") : page.index("</main>")]
    assert phone not in page
    assert not re.search(r"/(ads|clusters|networks)/\d", main)
    assert not re.search(r"(phone|name|email|url|handle):[0-9a-z]{8}", main)
    assert "[phone]" in main


def test_it_stays_shut_even_where_texts_are_open(ana: Any, site: Any) -> None:
    phone, _ads = own_phone(site)
    ana.post(site.path("harbour", "/open"), {"reason": "another matter of this case"})
    path = begun(ana, site)
    page = ana.post(f"{path}/search", {"kind": "identifier", "identifier": phone}).text
    assert phone not in page
    bare = re.sub(r"\D", "", phone)[-10:]
    assert bare not in re.sub(r"\D", "", page[page.index("<main") :])


def test_by_text_only_this_very_text_is_found(ana: Any, site: Any) -> None:
    book = site.house.desk.casebook("harbour", opened=True)
    cluster = book.ads.filter(book.ads["cluster"] >= 0)["cluster"].mode().sort()[0]
    ad = int(book.ads.filter(book.ads["cluster"] == cluster)["ad"][0])
    text = book.ad(ad).text
    path = begun(ana, site)
    found = asked_of(ana.post(f"{path}/search", {"kind": "text", "text": f"  {text.upper()} "}).text)
    assert ad in found
    plain = {"".join(book.ad(one).text.lower().split()) for one in found}
    assert plain == {"".join(text.lower().split())}


def test_a_text_that_differs_only_in_the_number_is_not_theirs(ana: Any, site: Any) -> None:
    book = site.house.desk.casebook("harbour", opened=True)
    ad, phone = next(
        (number, written)
        for number in book.ads["ad"].to_list()
        if (written := re.search(r"\d{3}-\d{3}-\d{4}", book.ad(number).text))
    )
    path = begun(ana, site)
    other = book.ad(ad).text.replace(phone[0], "604-555-0100")
    page = ana.post(f"{path}/search", {"kind": "text", "text": other}).text
    assert not asked_of(page)
    assert "Nothing was found by that" in page


def test_a_number_of_an_agency_gives_nobody_away(ana: Any, site: Any) -> None:
    book = site.house.desk.casebook("harbour", opened=True)
    shown = next(
        one.shown for ad in book.ads["ad"].to_list() for one in book.ad(ad).identifiers if one.of_agency
    )
    path = begun(ana, site)
    answer = ana.post(f"{path}/search", {"kind": "identifier", "identifier": shown})
    assert answer.status_code == 400
    assert not asked_of(answer.text)
    assert "agency" in answer.text


def test_what_is_shared_by_many_counts_as_a_search(ana: Any, site: Any) -> None:
    path = begun(ana, site)
    common = {"kind": "text", "text": "massage"}
    for _time in range(10):
        assert "written by many people" in ana.post(f"{path}/search", common).text
    assert len(record(site).asked) == 10
    assert "has been searched by 10 things already" in ana.post(f"{path}/search", common).text
    with site.house.database.session() as db:
        entries = db.query(AuditEntry).filter_by(action="survivor.not_told").all()
    assert len({entry.details["proof"] for entry in entries}) == 1
    assert len(entries) == 10


def test_a_mask_is_no_proof_of_owning_a_number(ana: Any, site: Any) -> None:
    book = site.house.desk.casebook("harbour")
    mask = next(
        one.pseudonym
        for ad in book.ads["ad"].to_list()
        for one in book.ad(ad).identifiers
        if not one.of_agency
    )
    path = begun(ana, site)
    assert not asked_of(ana.post(f"{path}/search", {"kind": "identifier", "identifier": mask}).text)


def test_two_numbers_at_once_are_refused(ana: Any, site: Any) -> None:
    path = begun(ana, site)
    answer = ana.post(f"{path}/search", {"kind": "identifier", "identifier": "514-555-0147 and 604-555-0123"})
    assert answer.status_code == 400


def test_nothing_of_another_case_is_given(ana: Any, site: Any) -> None:
    phone, _theirs = own_phone(site, "market")
    mine = set(site.house.desk.casebook("harbour").ads["ad"].to_list())
    path = begun(ana, site)
    assert asked_of(ana.post(f"{path}/search", {"kind": "identifier", "identifier": phone}).text) <= mine


def test_the_whole_way_ends_with_a_package_of_their_own_ads_alone(ana: Any, site: Any, tmp_path: Any) -> None:
    phone, ads = own_phone(site)
    path = begun(ana, site)
    ana.post(f"{path}/search", {"kind": "identifier", "identifier": phone})
    own, *others = sorted(ads)
    said = {f"ad-{own}": "own", **{f"ad-{ad}": "not" for ad in others}}
    assert ana.post(f"{path}/package").status_code == 400
    page = ana.post(f"{path}/confirm", {**said, "ad-99999999": "own"})
    assert "1 ad is theirs" in page.text
    made = ana.post(f"{path}/package")
    assert made.status_code == 200, made.text
    (tmp_path / "own.zip").write_bytes(made.content)
    assert check(tmp_path / "own.zip") == []
    held = zipfile.ZipFile(io.BytesIO(made.content))
    manifest = json.loads(held.read("manifest.json"))
    assert manifest["what"]["ads"] == [own]
    assert manifest["terms"]["text"] == "masked"
    listed = [json.loads(line) for line in held.read("ads.jsonl").decode().splitlines()]
    assert [row["ad"] for row in listed] == [own]
    assert not any(row["cluster"] or row["network"] for row in listed)
    assert "survivor.begun" in held.read("audit.jsonl").decode()
    everything = b"".join(
        held.read(name) for name in held.namelist() if name.endswith((".csv", ".jsonl", ".md", ".json"))
    )
    assert phone.encode() not in everything
    for login in site.users:
        assert f'"{login}"'.encode() not in held.read("audit.jsonl")
    # The trail is kept for ever: how many ads were theirs, and not which.
    with site.house.database.session() as db:
        (told,) = db.query(AuditEntry).filter(AuditEntry.action == "survivor.packaging")
    assert told.details["ads"] == 1


def test_what_was_searched_by_is_nowhere_and_what_was_found_is_forgotten_at_the_end(
    ana: Any, site: Any
) -> None:
    phone, ads = own_phone(site)
    path = begun(ana, site)
    ana.post(f"{path}/search", {"kind": "identifier", "identifier": phone})
    assert set(record(site).ads) == {str(ad) for ad in ads}
    bare = re.sub(r"\D", "", phone)[-7:]
    with site.house.database.session() as db:
        told = " ".join(f"{one.action} {one.subject} {one.details}" for one in db.query(AuditEntry).all())
    assert "survivor.searched" in told
    assert bare not in re.sub(r"\D", "", told + str(record(site).asked)) or len(bare) < 7
    page = ana.post(f"{path}/stop")
    assert "Stopped" in page.text
    done = record(site)
    assert done.ended is not None
    assert done.outcome == "stopped"
    assert done.ads == {}
    assert next(iter(done.asked.values()))["found"] == len(ads)
    assert ana.post(f"{path}/search", {"kind": "identifier", "identifier": phone}).status_code == 400
    assert not asked_of(ana.get(path).text)


@pytest.mark.parametrize("stage", ["search", "confirm", "package"])
def test_one_can_stop_at_every_step(ana: Any, site: Any, stage: str) -> None:
    phone, ads = own_phone(site)
    path = begun(ana, site)
    if stage != "search":
        ana.post(f"{path}/search", {"kind": "identifier", "identifier": phone})
    if stage == "package":
        ana.post(f"{path}/confirm", {f"ad-{ad}": "own" for ad in ads})
    page = ana.get(path).text
    assert f'action="{path}/stop"' in page
    ana.post(f"{path}/stop")
    assert record(site).outcome == "stopped"


def test_who_did_not_begin_it_does_not_see_it_but_who_leads_the_case_does(ana: Any, site: Any) -> None:
    path = begun(ana, site)
    assert site.client("ben").get(path).status_code == 404
    assert "file 26-114" not in site.client("ben").get(site.path("harbour", "/survivor")).text
    assert site.client("sam").get(path).status_code == 200
    assert site.client("pat").get(site.path("harbour", "/survivor")).status_code == 403
    number = path.rsplit("/", 1)[1]
    assert site.client("sue").get(site.path("market", f"/survivor/{number}")).status_code == 404


def test_a_caseworker_goes_the_whole_way_by_keyboard_on_a_narrow_window(
    signed_in: Callable[..., Any], site: Any
) -> None:
    phone, ads = own_phone(site)
    page = signed_in("ana", width=390)
    page.goto(site.path("harbour", "/survivor"))

    def fine() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.evaluate(AXE)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(r => r.violations)",
            RULES,
        )
        assert [(rule["id"], rule["nodes"][0]["html"][:120]) for rule in found] == []

    fine()
    page.get_by_role("link", name="Begin a request").press("Enter")
    page.wait_for_load_state()
    fine()
    page.get_by_label("The person", exact=True).press("Space")
    page.get_by_label("Reference").fill("file 26-115")
    page.get_by_label("In writing", exact=True).press("Space")
    page.get_by_label("Who was there").fill("J. Roy")
    page.get_by_label("The person knows").press("Space")
    page.get_by_role("button", name="They agree: go on").press("Enter")
    page.wait_for_load_state()
    fine()
    page.get_by_label("The person's own phone").fill(phone)
    page.get_by_label("The person's own phone").press("Enter")
    page.wait_for_selector(".ad-card")
    fine()
    assert page.locator(".ad-card").count() == len(ads)
    for k in range(len(ads)):
        page.locator(".ad-card").nth(k).get_by_label("Yes").press("Space")
    page.get_by_role("button", name="Keep these answers").press("Enter")
    page.wait_for_selector("#own")
    fine()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Make the package").press("Enter")
    assert fetched.value.suggested_filename.endswith(".zip")
    page.get_by_role("button", name="Close the request").press("Enter")
    page.wait_for_selector(".flash")
    assert "forgotten" in page.inner_text(".flash")
    fine()
