"""Signing in at the organisation's own provider, against a real one that listens on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey
from tests.web.fake_provider import CLIENT, SECRET, FakeProvider, provided

from filrouge.casework import accounts
from filrouge.casework.access import Role
from filrouge.casework.models import User
from filrouge.web.provider import Provider, is_safe_address


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with provided() as provider:
        yield provider


def site_of(new_site: Any, fake: FakeProvider, **options: Any) -> Any:
    return new_site(ads=False, oidc=Provider(fake.address, CLIENT, SECRET, label="Our unit", **options))


def come(browser: Any, **more: str) -> Any:
    """Go to the provider and come back."""
    there = browser.client.get("/sign-in/elsewhere", params=more, follow_redirects=False)
    assert there.status_code == 303, there.text
    back = httpx2.get(there.headers["location"], follow_redirects=False).headers["location"]
    return browser.client.get(back.replace("http://127.0.0.1", "", 1))


def test_who_comes_for_the_first_time_waits_until_admitted(new_site: Any, fake: FakeProvider) -> None:
    site = site_of(new_site, fake)
    browser = site.client()
    assert "Sign in at Our unit" in browser.get("/sign-in").text
    answer = come(browser)
    assert answer.status_code == 403
    assert "not let in yet" in answer.text
    with site.house.database.writing() as db:
        user = db.query(User).filter_by(subject=f"{fake.address} person-1").one()
        assert (user.login, user.name, user.active, user.waiting) == ("ada", "Ada Lowe", False, True)
        accounts.activate(db, site.users["adm"], user)
    assert "You are signed in" in come(browser).text
    page = browser.get("/account").text
    assert "Ada Lowe" in page
    assert "account of your organisation" in page
    assert browser.get("/account/password").status_code == 404


def test_newcomers_may_have_a_role(new_site: Any, fake: FakeProvider) -> None:
    site = site_of(new_site, fake, newcomers=Role.ANALYST)
    browser = site.client()
    come(browser)
    assert "analyst" in browser.get("/account").text


def test_a_name_or_address_finds_no_account(new_site: Any, fake: FakeProvider) -> None:
    site = site_of(new_site, fake, newcomers=Role.PARTNER)
    fake.email, fake.name = "adm@example.org", "Adm"
    browser = site.client()
    come(browser)
    page = browser.get("/account").text
    assert "adm-2" in page
    assert "administrator" not in page


def test_it_is_asked_with_pkce_state_and_nonce(new_site: Any, fake: FakeProvider) -> None:
    browser = site_of(new_site, fake).client()
    come(browser)
    come(browser)
    one, other = fake.asked
    assert one["code_challenge_method"] == "S256"
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name]) > 40
        assert one[name] != other[name]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example.com"}, {"aud": "another-client"}, {"exp": 1}, {"nonce": "another"},
        {"nonce": None}, {"sub": None}, {"sub": ""}, {"azp": "another-client"}, {"aud": None}, {"exp": None},
    ],
    ids=str,
)  # fmt: skip
def test_an_id_token_that_says_anything_wrong_is_refused(
    new_site: Any, fake: FakeProvider, claims: dict[str, Any]
) -> None:
    browser = site_of(new_site, fake, newcomers=Role.ANALYST).client()
    fake.claims = claims
    assert come(browser).status_code == 400
    assert browser.get("/account", follow_redirects=False).status_code == 303


def test_an_id_token_of_another_key_is_refused(new_site: Any, fake: FakeProvider) -> None:
    browser = site_of(new_site, fake, newcomers=Role.ANALYST).client()
    fake.shown_key = RSAKey.generate_key(2048, {"kid": "one"})
    assert come(browser).status_code == 400


def test_an_id_token_sealed_by_the_shared_secret_is_refused(new_site: Any, fake: FakeProvider) -> None:
    browser = site_of(new_site, fake, newcomers=Role.ANALYST).client()
    fake.algorithm = "HS256"
    assert come(browser).status_code == 400


@pytest.mark.parametrize(
    "answer", [{"state": "another"}, {"iss": "https://elsewhere.example.com"}, {"code": ""}]
)
def test_an_answer_to_another_question_is_refused(
    new_site: Any, fake: FakeProvider, answer: dict[str, str]
) -> None:
    browser = site_of(new_site, fake, newcomers=Role.ANALYST).client()
    fake.answer = answer
    assert come(browser).status_code == 400


def test_an_answer_counts_in_the_browser_that_asked_and_once(new_site: Any, fake: FakeProvider) -> None:
    site = site_of(new_site, fake, newcomers=Role.ANALYST)
    mine, theirs = site.client(), site.client()
    there = mine.client.get("/sign-in/elsewhere", follow_redirects=False)
    back = httpx2.get(there.headers["location"], follow_redirects=False).headers["location"]
    back = back.replace("http://127.0.0.1", "", 1)
    assert theirs.client.get(back).status_code == 400
    assert mine.client.get(back).status_code == 200
    assert mine.client.get(back).status_code == 400


def test_a_provider_that_says_to_be_another_is_not_asked(new_site: Any, fake: FakeProvider) -> None:
    browser = site_of(new_site, fake).client()
    fake.issuer = "https://elsewhere.example.com"
    assert browser.client.get("/sign-in/elsewhere", follow_redirects=False).status_code == 400


def test_who_is_to_show_anew_who_they_are_must_have_done_so(new_site: Any, fake: FakeProvider) -> None:
    browser = site_of(new_site, fake, newcomers=Role.ANALYST).client()
    fake.claims = {"auth_time": 1}
    assert come(browser, again="true").status_code == 400
    assert fake.asked[-1]["prompt"] == "login"
    fake.claims = {}
    assert come(browser, again="true").status_code == 200


def test_without_a_provider_there_is_no_such_page(people_site: Any) -> None:
    browser = people_site.client()
    assert browser.get("/sign-in/elsewhere").status_code == 404
    assert browser.get("/sign-in/back").status_code == 404


def test_only_safe_addresses_are_sent_secrets() -> None:
    assert is_safe_address("https://sso.example.org/token")
    assert is_safe_address("http://127.0.0.1:8080/token")
    assert not is_safe_address("http://sso.example.org/token")
    assert not is_safe_address("")
