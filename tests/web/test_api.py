"""The interface for scripts: tokens, what they may read, and that they see no more than their owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from filrouge.casework import audit, tokens
from filrouge.casework.access import Permission
from filrouge.casework.models import ApiToken, AuditEntry, User, now
from filrouge.client import Client, WorkbenchRefused


@pytest.fixture
def client(site: Any, serve: Any) -> Any:
    """Makes clients: `client("ana")`."""
    served = serve(site)
    made: list[Client] = []

    def new(login: str, *scopes: Permission, **options: Any) -> Client:
        made.append(Client(served.address, site.token(login, *scopes), **options))
        return made[-1]

    yield new
    for one in made:
        one.close()


def test_a_script_reads_what_its_owner_may(site: Any, client: Any) -> None:
    ana, case = client("ana"), site.cases["harbour"].id
    assert ana.me()["login"] == "ana"
    assert [one["id"] for one in ana.cases()] == [case]
    book = site.house.desk.casebook("harbour")
    found = list(ana.leads(case))
    assert [one["name"] for one in found] == book.leads["name"].to_list()
    network = next(one for one in found if one["kind"] == "network")
    told = ana.network(case, network["id"])
    assert told["name"] == network["name"]
    assert told["reasons"][0]["text"]
    cluster = ana.cluster(case, told["clusters"][0]["id"])
    one, other = cluster["members"][0]["ad"], cluster["members"][1]["ad"]
    tie = ana.tie(case, one, other)
    assert tie["same_cluster"]
    assert tie["total"] == pytest.approx(sum(bits for _kind, bits in tie["waterfall"]), abs=0.05)
    text = ana.ad(case, one)["text"]
    hits = ana.search(case, text)
    assert hits["hits"]


def test_texts_are_opened_for_a_reason_alone(site: Any, client: Any) -> None:
    case = site.cases["harbour"].id
    book = site.house.desk.casebook("harbour", opened=True)
    ad, value = next(
        (number, one.shown)
        for number in book.ads["ad"].to_list()
        for one in book.ad(number).identifiers
        if one.kind == "phone"
    )
    assert value not in str(client("ana").ad(case, ad))
    assert value in str(client("ana", reason="file 26-114").ad(case, ad))
    with pytest.raises(WorkbenchRefused, match="403"):
        client("ana", Permission.READ, reason="file 26-114").ad(case, ad)
    with site.house.database.session() as db:
        reasons = [
            entry.details.get("reason") for entry in db.query(AuditEntry).filter_by(action="case.opened")
        ]
        assert reasons == ["file 26-114"]
        assert list(audit.verify(db)) == []


def test_another_case_is_not_there(site: Any, client: Any) -> None:
    ana, others = client("ana"), site.cases["market"].id
    theirs = int(site.house.desk.casebook("market").ads["ad"][0])
    for ask in (
        lambda: list(ana.leads(others)),
        lambda: ana.ad(others, theirs),
        lambda: ana.ad(site.cases["harbour"].id, theirs),
        lambda: ana.search(others, "anything"),
    ):
        with pytest.raises(WorkbenchRefused, match="404"):
            ask()


def test_a_token_is_worth_what_it_says_and_no_more(site: Any, client: Any) -> None:
    case = site.cases["harbour"].id
    with pytest.raises(WorkbenchRefused, match="403"):
        client("ana", Permission.ENTER).search(case, "anything")
    with pytest.raises(WorkbenchRefused, match="403"):
        client("ana").get("/audit")
    assert client("aud").get("/audit")


@pytest.mark.parametrize("end", ["ended", "expired", "owner", "wrong"])
def test_a_token_that_is_over_opens_nothing(site: Any, client: Any, end: str) -> None:
    ana = client("ana")
    with site.house.database.writing() as db:
        token = db.query(ApiToken).one()
        if end == "ended":
            tokens.end(db, site.users["ana"], token.id)
        elif end == "expired":
            token.expires = now() - timedelta(seconds=1)
        elif end == "owner":
            db.get_one(User, site.users["ana"].id).active = False
    if end == "wrong":
        ana._headers["Authorization"] = "Bearer frt_nothing"
    with pytest.raises(WorkbenchRefused, match="401"):
        ana.me()


def test_a_session_of_a_browser_is_no_token(site: Any) -> None:
    assert site.client("ana").get("/api/v1/me").status_code == 401


def test_as_of_a_day_before_all_there_is_nothing(site: Any, client: Any) -> None:
    with pytest.raises(WorkbenchRefused, match="404"):
        list(client("ana", as_of="2020-01-01").leads(site.cases["harbour"].id))
    with pytest.raises(WorkbenchRefused, match="422"):
        list(client("ana", as_of="yesterday").leads(site.cases["harbour"].id))


def test_tokens_are_made_shown_once_and_ended_on_the_account_page(site: Any) -> None:
    browser = site.client("ana")
    page = browser.post("/account/tokens", {"name": "nightly", "days": 30, "scope": ["enter", "read"]})
    value = page.text.split('<code class="token">')[1].split("<")[0]
    answer = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {value}"})
    assert answer.json()["scopes"] == ["enter", "read"]
    assert value not in browser.get("/account/tokens").text
    assert (
        browser.post("/account/tokens", {"name": "more", "days": 30, "scope": ["audit"]}).status_code == 400
    )
    assert browser.post("/account/tokens", {"name": "none", "days": 30}).status_code == 400
    with site.house.database.session() as db:
        number = db.query(ApiToken).one().id
    browser.post(f"/account/tokens/{number}/end")
    assert browser.get("/api/v1/me", headers={"Authorization": f"Bearer {value}"}).status_code == 401
