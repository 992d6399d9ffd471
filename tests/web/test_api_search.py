"""Search for scripts: the same answers as on the page "Compare", by the same rules, and the flat list as before."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from test_compare import a_member

from filrouge.casework import blind
from filrouge.casework.models import AuditEntry
from filrouge.casework.searches import LONGEST, MOST_ADS
from filrouge.client import Client, WorkbenchRefused
from filrouge.engines.masking import with_pseudonyms

PIANO = "An old piano to a good home, tuned last spring, to be fetched by two."
Asking = Callable[..., Any]


@pytest.fixture
def ask(site: Any) -> Asking:
    """Searches as ana: `ask("text")`, `ask(["one", "two"], how="auto")`, `ask("text", opened="why")`."""
    browser = site.client("ana").client
    token = site.token("ana")

    def asked(text: Any, *, opened: str = "", lang: str = "en", case: str = "harbour", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": lang}
        headers |= {"X-Open-Reason": opened} if opened else {}
        path = f"/api/v1/cases/{site.cases[case].id}/search"
        return browser.post(path, json={"text": text, **more}, headers=headers)

    return asked


def a_phone(site: Any) -> Any:
    """A phone that several ads of the case carry, in the clear."""
    book = site.house.desk.casebook("harbour", opened=True)
    every = (one for ad in book.ads["ad"].to_list() for one in book.ad(ad).identifiers)
    return next(one for one in every if one.kind == "phone" and not one.of_agency and one.holders > 2)


def noted(site: Any) -> list[dict[str, Any]]:
    """What the trail says of searches, but for who did them how."""
    with site.house.database.session() as db:
        rows = db.query(AuditEntry).filter_by(action="case.searched").order_by(AuditEntry.seq)
        return [{k: v for k, v in row.details.items() if k not in ("by", "token")} for row in rows]


def test_a_text_leads_to_its_template_with_what_ties_it_and_why(site: Any, ask: Asking) -> None:
    ad, text = a_member(site)
    sheet = site.house.desk.casebook("harbour").ad(ad)
    (answer,) = ask(text).json()["answers"]
    group = answer["groups"][0]
    assert (group["kind"], group["id"], group["network"]) == ("cluster", sheet.cluster, sheet.network)
    assert group["tied"]
    assert group["same_template"]
    assert group["what"] == f"These {group['ads']} ads were written from the same template as yours"
    nearest = group["best"][0]
    assert group["why"] == f"Ad {nearest['ad']} has just the words of yours."
    tie = nearest["tie"]
    assert tie["total"] == pytest.approx(sum(part["bits"] for part in tie["parts"]), abs=0.1)
    assert tie["claimed"] <= tie["total"]
    assert "support for one source" in tie["words"]
    assert all(part["name"] and part["why"] for part in tie["parts"])
    assert any(piece["common"] for piece in nearest["stretches"])
    if sheet.network >= 0:
        assert sheet.network in {network["id"] for network in answer["networks"]}


def test_the_page_and_a_script_are_told_the_same(site: Any, ask: Asking) -> None:
    _ad, text = a_member(site)
    browser = site.client("ana")
    for said in (
        text,
        a_phone(site).shown,
        "a quiet room",
        "zebra trombone weekday nothing fits this",
        PIANO,
    ):
        page = browser.post(site.path("harbour", "/search"), {"text": said}).text
        (answer,) = ask(said, how="auto").json()["answers"]
        told = re.findall(r'data-row="1-(\w+)"', page)
        assert told == [
            f"c{group['id']}" if group["kind"] == "cluster" else str(group["id"])
            for group in answer["groups"]
        ]
        shown = {int(ad) for ad in re.findall(r"/ads/(\d+)", page)}
        assert {one["ad"] for group in answer["groups"] for one in group["best"]} == shown
        for group in answer["groups"]:
            assert group["what"] in page
            assert not group["tied"] or group["why"] in page
        by_page, by_script = noted(site)[-2:]
        assert by_page == by_script
        assert said not in str(by_script)


def test_several_texts_are_answered_one_by_one_and_what_they_lead_to_together(site: Any, ask: Asking) -> None:
    ad, text = a_member(site)
    cluster = site.house.desk.casebook("harbour").ad(ad).cluster
    told = ask([text, "  ", PIANO, f"{text} by the hour"], how="auto").json()
    # Blank ones have no answer, and the others stay where they were.
    assert [answer["place"] for answer in told["answers"]] == [1, 3, 4]
    assert {"kind": "cluster", "id": cluster, "name": f"C{cluster}", "places": [1, 4]} in told["together"]
    assert {hit["place"] for hit in told["hits"]} >= {1, 4}
    assert ask([text]).json() == ask(text).json()


def test_the_flat_list_is_as_it_was(site: Any, ask: Asking) -> None:
    _ad, text = a_member(site)
    index = site.house.desk.index("harbour")
    for how, said, found in (
        ("near", text, index.nearest(text, 7)),
        ("words", "quiet", index.by_words("quiet", 7)),
        ("identifier", a_phone(site).shown, index.by_identifier(a_phone(site).shown, 7)),
    ):
        told = ask(said, how=how, top=7).json()
        assert told["cut"] == index.cuts.near
        assert [(hit["ad"], hit["bits"]) for hit in told["hits"]] == [(hit.ad, hit.bits) for hit in found]
        assert found


def test_a_mask_is_an_identifier_too(site: Any, ask: Asking) -> None:
    phone = a_phone(site)
    told = ask(phone.pseudonym, how="auto").json()
    (answer,) = told["answers"]
    assert answer["how"] == "identifier"
    assert answer["ads"] == phone.holders
    assert answer["said"] == f"{phone.holders} ads of this case carry it."
    assert [one["shown"] for one in answer["named"]] == [phone.pseudonym]
    assert told["hits"]


def test_identifiers_are_masked_unless_opened_for_a_reason(site: Any, ask: Asking) -> None:
    phone = a_phone(site)
    assert phone.shown not in ask(phone.shown, how="auto", top=200).text
    opened = ask(phone.shown, how="auto", opened="file 26-114, who advertises", top=200)
    assert phone.shown in opened.text
    told = opened.json()
    masked, clear = noted(site)
    assert "in_the_clear" not in masked
    shown = {one["ad"] for group in told["answers"][0]["groups"] for one in group["best"]}
    assert set(clear["in_the_clear"]) == shown | {hit["ad"] for hit in told["hits"]}


def test_names_that_the_case_knows_are_masked_in_the_flat_list_too(site: Any, ask: Asking) -> None:
    book, index = site.house.desk.casebook("harbour"), site.house.desk.index("harbour")
    every = index.shown(index.these(book.ads["ad"].to_numpy()), book.ads.height)
    # At the begin of a sentence a name is only told from a word by what is known from elsewhere.
    raw, masked = next(
        (raw, masked)
        for raw, masked, alone in zip(every, book.hits(every), with_pseudonyms(book.ws, every), strict=True)
        if masked != alone
    )
    found = ask("".join(piece.text for piece in raw.stretches), top=200).json()["hits"]
    told = next(hit for hit in found if hit["ad"] == raw.ad)
    assert "".join(piece["text"] for piece in told["stretches"]) == "".join(
        piece.text for piece in masked.stretches
    )


def test_who_judges_blind_is_told_nothing_of_it(site: Any, ask: Asking, monkeypatch: Any) -> None:
    ad, text = a_member(site)
    book = site.house.desk.casebook("harbour")
    sheet = book.ad(ad)
    held = frozenset({("cluster", sheet.cluster), ("network", sheet.network)})
    monkeypatch.setattr(blind, "held_back", lambda *_: held)
    mine = set(book.ads.filter(book.ads["cluster"] == sheet.cluster)["ad"].to_list())
    told = ask(text, top=200).json()
    assert not mine & {hit["ad"] for hit in told["hits"]}
    groups = [group for group in told["answers"][0]["groups"] if mine & {one["ad"] for one in group["best"]}]
    assert groups
    for group in groups:
        assert (group["kind"], group["cluster"], group["tied"], group["why"]) == ("ad", -1, False, "")
        assert group["best"][0]["tie"] is None
        assert not group["best"][0]["equal"]
        assert not any(piece["common"] for piece in group["best"][0]["stretches"])


def test_too_much_is_refused_as_on_the_page_in_words(site: Any, ask: Asking) -> None:
    many = [f"{PIANO} {k}" for k in range(MOST_ADS + 1)]
    refused = ask(many)
    page = site.client("ana").post(site.path("harbour", "/search"), {"text": "\n---\n".join(many)})
    assert (refused.status_code, page.status_code) == (409, 400)
    assert "at most 20 can be compared at once" in refused.json()["detail"]
    assert refused.json()["detail"] in page.text
    assert "au plus" in ask(many, lang="fr").json()["detail"]
    assert "longer than 20,000 characters" in ask("x" * (LONGEST + 1)).json()["detail"]
    assert not noted(site)


@pytest.mark.parametrize("text", ["", [], ["a room", ""], 7, ["a room", 7], None])
def test_what_is_no_text_is_not_understood(ask: Asking, text: Any) -> None:
    refused = ask(text)
    assert refused.status_code == 422
    assert refused.json()["detail"] == "Something is missing or cannot be read: text."


def test_nothing_is_asked_and_noted_by_blanks(site: Any, ask: Asking) -> None:
    told = ask(["  ", "\r\n"]).json()
    assert (told["hits"], told["answers"], told["together"]) == ([], [], [])
    assert not noted(site)


def test_sentences_are_in_the_language_of_who_asks(site: Any, ask: Asking) -> None:
    _ad, text = a_member(site)
    (answer,) = ask(text, lang="fr").json()["answers"]
    group = answer["groups"][0]
    assert "d’après le même gabarit que la vôtre" in group["what"]
    assert group["why"] == f"L’annonce {group['best'][0]['ad']} a exactement les mots de la vôtre."
    (nothing,) = ask("zebra trombone", how="identifier", lang="fr").json()["answers"]
    assert nothing["said"].startswith("Aucune annonce de cette affaire ne le porte. ")


def test_another_case_is_neither_asked_nor_found(site: Any, ask: Asking) -> None:
    _ad, text = a_member(site, "market")
    assert ask(text, case="market").status_code == 404
    theirs = set(site.house.desk.casebook("market").ads["ad"].to_list())
    told = ask(text, top=200).json()
    found = {one["ad"] for group in told["answers"][0]["groups"] for one in group["best"]}
    assert not theirs & (found | {hit["ad"] for hit in told["hits"]})


def test_the_client_compares_one_text_or_several(site: Any, serve: Any) -> None:
    _ad, text = a_member(site)
    case = site.cases["harbour"].id
    with Client(serve(site).address, site.token("ana")) as ana:
        one, other = ana.compare(case, text, a_phone(site).shown)
        assert (one["how"], other["how"]) == ("text", "identifier")
        assert one["groups"][0]["same_template"]
        with pytest.raises(WorkbenchRefused, match="at most 20 can be compared"):
            ana.compare(case, *[PIANO] * (MOST_ADS + 1))


def test_the_shapes_of_an_answer_are_described(people_site: Any) -> None:
    said = people_site.app.openapi()
    shapes = said["components"]["schemas"]
    one, several = shapes["Question"]["properties"]["text"]["anyOf"]
    assert (one["maxLength"], several["maxItems"], several["items"]) == (LONGEST, MOST_ADS, one)
    assert all(
        shapes[name]["description"] for name in ("Hits", "AnswerOut", "GroupOut", "FoundOut", "TiedOut")
    )
    assert shapes["AnswerOut"]["properties"]["how"]["enum"] == ["text", "identifier", "words"]
