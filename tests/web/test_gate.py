"""Every request goes through one gate: who is signed in, whose case it is, what their role allows."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from filrouge.casework import audit
from filrouge.casework.access import PERMISSIONS_OF, Permission, Role
from filrouge.web.gate import guards

PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/welcome"),
    ("POST", "/welcome"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/language"),
    ("GET", "/sign-in/code"),
    ("POST", "/sign-in/code"),
    ("GET", "/sign-in/elsewhere"),
    ("GET", "/sign-in/back"),
}


def test_a_route_that_says_nothing_keeps_the_application_from_starting() -> None:
    app = FastAPI()
    app.get("/open")(lambda: "all")
    with pytest.raises(RuntimeError, match="/open"):
        guards(app)


def test_only_a_few_pages_are_for_everybody(site: Any) -> None:
    open_ = {route for route, needs in site.app.state.guards.items() if needs is None}
    assert open_ == PUBLIC


def test_health_is_told_to_anybody(site: Any) -> None:
    assert site.client().get("/healthz").json() == {"status": "ok"}


def test_every_route_asks_who_is_there(site: Any) -> None:
    browser = site.client()
    for (method, path), needs in site.app.state.guards.items():
        if needs is not None:
            answer = browser.client.request(method, filled(path, site, "harbour"), follow_redirects=False)
            assert answer.status_code in (303, 401), (method, path)


def filled(path: str, site: Any, case: str) -> str:
    """A route's path with the case's number, and 1 for what else it names."""
    path = path.replace("{case_id}", str(site.cases[case].id))
    while "{" in path:
        begin, end = path.index("{"), path.index("}")
        path = path[:begin] + "1" + path[end + 1 :]
    return path


@pytest.mark.parametrize("login", ["ana", "sam", "pat", "aud", "adm"])
def test_every_route_as_every_role(site: Any, login: str) -> None:
    allowed = PERMISSIONS_OF[Role(site.users[login].role)]
    browser = site.client(login)
    browser.get("/account")
    token = {"Authorization": f"Bearer {site.token(login)}"}
    for (method, path), needs in site.app.state.guards.items():
        # Both end what the test comes in with.
        if needs is None or path in ("/signout", "/api/v1/tokens/{token}"):
            continue
        script = path.startswith("/api/")
        in_case = "{case_id}" in path
        for case in ("harbour", "market") if in_case else ("harbour",):
            answer = browser.client.request(
                method,
                filled(path, site, case),
                headers=token if script else {"X-CSRF-Token": "wrong"},
                follow_redirects=False,
            )
            member = case == "harbour" and login in ("ana", "sam", "pat")
            seeing_to = needs is Permission.SEE_TO_CASES and login == "adm"
            if in_case and not member and not seeing_to:
                assert answer.status_code == 404, (method, path, case)
            elif needs not in allowed:
                assert answer.status_code == 403, (method, path, case)
            elif method != "GET" and not script:
                assert answer.status_code == 403, (method, path, "a form without its token")
            else:
                assert answer.status_code not in (401, 403), (method, path, case)


def test_a_case_of_others_is_not_told_from_none(site: Any) -> None:
    browser = site.client("ana")
    others, none = browser.get(site.path("market")), browser.get("/cases/999")
    assert others.status_code == none.status_code == 404
    assert others.text.replace(site.path("market"), "/cases/999") == none.text


def test_a_form_from_elsewhere_is_refused(site: Any) -> None:
    browser = site.client("ana")
    browser.get("/account")
    for headers in ({"Origin": "https://elsewhere.example.com"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.post("/signout", headers=headers)
        assert answer.status_code == 403
    assert browser.get("/account", follow_redirects=False).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "elsewhere.example.com",
        "127.0.0.1:80@elsewhere.example.com",
        "127.0.0.1:x",
        "127.0.0.1, a.example.com",
        "",
    ],
)
def test_another_host_is_refused(people_site: Any, host: str) -> None:
    assert people_site.client().get("/healthz", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8600", "LOCALHOST:8600"])
def test_a_host_of_ours_is_known_with_its_port(people_site: Any, host: str) -> None:
    assert people_site.client().get("/healthz", headers={"Host": host}).status_code == 200


def test_every_answer_carries_the_headers(site: Any) -> None:
    browser = site.client("ana")
    for path in ("/sign-in", "/cases", "/nowhere", "/static/app.css", "/healthz"):
        headers = browser.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert browser.get("/cases").headers["cache-control"] == "no-store"


def test_a_cookie_is_worth_nothing_after_signing_out(site: Any) -> None:
    browser = site.client("ana")
    value = browser.client.cookies["filrouge"]
    browser.post("/signout")
    browser.client.cookies.set("filrouge", value)
    assert browser.get("/cases", follow_redirects=False).status_code == 303


def test_wrong_passwords_are_heard_only_a_few_times(site: Any) -> None:
    browser = site.client()
    for _attempt in range(6):
        answer = browser.client.post("/sign-in", data={"login": "ana", "password": "wrong wrong wrong"})
        assert answer.status_code == 401
    answer = browser.client.post("/sign-in", data={"login": "ana", "password": "seven quiet bicycles"})
    assert answer.status_code == 401
    with site.house.database.session() as db:
        assert list(audit.verify(db)) == []


def test_the_first_who_comes_makes_the_administrator(new_site: Any) -> None:
    site = new_site(populate=False)
    browser = site.client()
    assert "Nobody has an account yet" in browser.get("/").text
    weak = browser.client.post("/welcome", data={"login": "adm", "name": "Adm", "password": "short"})
    assert weak.status_code == 400
    done = browser.client.post(
        "/welcome", data={"login": "adm", "name": "Adm", "password": "seven quiet bicycles"}
    )
    assert done.status_code == 200
    assert "Set up a second factor" in done.text
    assert "New case" in browser.get("/cases").text
    late = site.client().client.post(
        "/welcome", data={"login": "x", "password": "seven quiet bicycles"}, follow_redirects=False
    )
    assert late.status_code == 303
    assert late.headers["location"] == "/sign-in"
