"""Signing in: passwords, the second factor, sessions that end, and what an attacker would try."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from tests.web.conftest import PASSWORD

from filrouge.casework import audit, factors, people, sessions
from filrouge.casework.errors import Refused, WeakPassword
from filrouge.casework.models import SignedIn, User, now
from filrouge.casework.passwords import check_strength, one_time_password
from filrouge.web import cookies
from filrouge.web.agents import agent_name
from filrouge.web.forms import own_path
from filrouge.web.logs import Lines


def changed(site: Any, login: str, **values: Any) -> None:
    """Change an account in the database."""
    with site.house.database.writing() as db:
        user = db.get_one(User, site.users[login].id)
        for name, value in values.items():
            setattr(user, name, value)


def set_up(browser: Any) -> tuple[pyotp.TOTP, list[str]]:
    """Set up a second factor as a person does; the app and the recovery codes."""
    page = browser.get("/account/second-factor").text
    app = pyotp.TOTP("".join(re.search(r'class="secret">([^<]+)<', page)[1].split()))
    done = browser.post("/account/second-factor", {"code": app.now()})
    codes = re.findall(r"<li><code>([^<]+)</code>", done.text)
    assert len(codes) == factors.RECOVERY_CODES, done.text
    return app, codes


def step_back(site: Any, login: str) -> None:
    """As if half a minute had passed since the last code."""
    changed(site, login, totp_step=0)


def with_password(site: Any, login: str, **options: Any) -> Any:
    browser = site.client()
    browser.answer = browser.client.post("/sign-in", data={"login": login, "password": PASSWORD}, **options)
    browser.get("/sign-in/code")
    return browser


# -- passwords ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "weak",
    ["short words", "passwordpassword", "qwertyuiop12", "iloveyouforever", "123456789012", "aaaaaaaaaaaaaaaa",
     "filrouge workbench", "ana and her four cats"],
)  # fmt: skip
def test_a_password_that_is_easily_guessed_is_refused(weak: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(weak, "ana")


@pytest.mark.parametrize(
    "good", [PASSWORD, "Zwölf kleine Störche", pytest.param(one_time_password(), id="made")]
)
def test_a_few_words_in_a_row_are_taken(good: str) -> None:
    check_strength(good, "ana", "Ana Tremblay")


def test_a_very_long_password_costs_no_more_than_a_long_one() -> None:
    with pytest.raises(WeakPassword):
        check_strength("many different words " * 20)


def test_the_present_password_is_not_taken_anew(people_site: Any) -> None:
    browser = people_site.client("ana")
    browser.get("/account")
    answer = browser.post("/account/password", {"current": PASSWORD, "new": PASSWORD})
    assert answer.status_code == 400
    assert "another one" in answer.text


def test_a_new_password_ends_the_other_sessions(people_site: Any) -> None:
    here, there = people_site.client("ana"), people_site.client("ana")
    answer = here.post("/account/password", {"current": PASSWORD, "new": "eleven loud tricycles"})
    assert "was changed" in answer.text
    assert there.get("/cases", follow_redirects=False).status_code == 303
    assert here.get("/cases", follow_redirects=False).status_code == 200


def test_a_pause_after_wrong_passwords_doubles_and_passes(people_site: Any) -> None:
    database = people_site.house.database
    waits = []
    for _attempt in range(people.BEFORE_WAITING + 2):
        assert people.with_password(database, "ana", "wrong") is None
        with database.session() as db:
            until = db.get_one(User, people_site.users["ana"].id).locked_until
        waits.append((until - now()).total_seconds() if until else 0)
        if until and _attempt < people.BEFORE_WAITING + 1:
            changed(people_site, "ana", locked_until=now() - timedelta(seconds=1))
    assert waits[people.BEFORE_WAITING - 2] == 0
    assert waits[-3:] == pytest.approx([30, 60, 120], abs=3)
    assert people.with_password(database, "ana", PASSWORD) is None  # not even the right one
    changed(people_site, "ana", locked_until=now() - timedelta(seconds=1))
    assert people.with_password(database, "ana", PASSWORD) is not None


def test_who_is_not_there_is_answered_as_who_is(people_site: Any) -> None:
    def told(login: str) -> tuple[int, str]:
        answer = people_site.client().client.post("/sign-in", data={"login": login, "password": "wrong"})
        return answer.status_code, answer.text.replace(login, "LOGIN")

    assert told("ana") == told("zoe")


def test_the_hash_is_looked_at_for_who_is_not_there(people_site: Any, monkeypatch: Any) -> None:
    from filrouge.casework import passwords

    asked = []
    real = passwords.verified
    monkeypatch.setattr(passwords, "verified", lambda *a: asked.append(a[0]) or real(*a))
    people.with_password(people_site.house.database, "zoe", "wrong")
    people.with_password(people_site.house.database, "ana", "wrong")
    assert len(asked) == 2
    assert all(digest.startswith("$argon2id$") for digest in asked)


def test_a_one_time_password_must_be_changed_and_ends(people_site: Any) -> None:
    changed(people_site, "ana", must_change=True, password_until=now() + timedelta(hours=1))
    browser = people_site.client("ana")
    assert "Choose a password of your own" in browser.get("/cases").text
    changed(people_site, "ana", password_until=now() - timedelta(hours=1))
    late = people_site.client().client.post("/sign-in", data={"login": "ana", "password": PASSWORD})
    assert late.status_code == 401


# -- the second factor --------------------------------------------------------------------------------------------


def test_a_code_is_asked_for_and_works_once(people_site: Any) -> None:
    app, _codes = set_up(people_site.client("ana"))
    step_back(people_site, "ana")
    browser = with_password(people_site, "ana")
    assert "One more step" in browser.answer.text
    assert browser.get("/cases", follow_redirects=False).headers["location"] == "/sign-in/code"
    code = app.now()
    assert browser.post("/sign-in/code", {"code": code}).status_code == 200
    assert browser.get("/cases", follow_redirects=False).status_code == 200
    second = with_password(people_site, "ana")
    assert second.post("/sign-in/code", {"code": code}).status_code == 401


def test_a_code_of_long_ago_is_refused(people_site: Any) -> None:
    app, _codes = set_up(people_site.client("ana"))
    step_back(people_site, "ana")
    browser = with_password(people_site, "ana")
    old = app.at(now() - timedelta(seconds=120))
    assert browser.post("/sign-in/code", {"code": old}).status_code == 401


def test_a_recovery_code_works_once(people_site: Any) -> None:
    _app, codes = set_up(people_site.client("ana"))
    typed = codes[3].upper().replace("-", " ")
    assert with_password(people_site, "ana").post("/sign-in/code", {"code": typed}).status_code == 200
    assert with_password(people_site, "ana").post("/sign-in/code", {"code": typed}).status_code == 401


def test_codes_cannot_be_guessed_by_giving_the_password_again(people_site: Any) -> None:
    app, _codes = set_up(people_site.client("ana"))
    step_back(people_site, "ana")
    for _attempt in range(people.BEFORE_WAITING):
        browser = with_password(people_site, "ana")
        assert browser.post("/sign-in/code", {"code": "000000"}).status_code == 401
    assert browser.post("/sign-in/code", {"code": app.now()}).status_code == 401
    assert people.with_password(people_site.house.database, "ana", PASSWORD) is None


def test_the_code_needs_the_token_of_its_own_page(people_site: Any) -> None:
    _app, codes = set_up(people_site.client("ana"))
    browser = with_password(people_site, "ana")
    assert browser.client.post("/sign-in/code", data={"code": codes[0]}).status_code == 403


def test_half_a_session_does_not_last(people_site: Any) -> None:
    app, _codes = set_up(people_site.client("ana"))
    browser = with_password(people_site, "ana")
    with people_site.house.database.writing() as db:
        for session in db.query(SignedIn).filter_by(passed=False):
            session.made = now() - sessions.HALF_FOR - timedelta(minutes=1)
    assert "/sign-in" in str(browser.post("/sign-in/code", {"code": app.now()}).url)


def test_the_secret_lies_sealed_and_for_its_person_only(people_site: Any) -> None:
    app, _codes = set_up(people_site.client("ana"))
    ws = people_site.house.settings.workspace
    with people_site.house.database.writing() as db:
        ana, ben = (db.get_one(User, people_site.users[login].id) for login in ("ana", "ben"))
        assert app.secret.encode() not in ana.totp
        ben.totp, ana.totp_step = ana.totp, 0
        assert not factors.passes(db, ws, ben, app.now())
        assert factors.passes(db, ws, ana, app.now())


def test_a_house_may_ask_its_leaders_for_one(new_site: Any) -> None:
    site = new_site(ads=False, second_factor="leaders")
    for login, asked in (("adm", True), ("sam", True), ("ana", False)):
        browser = site.client(login)
        answer = browser.get("/cases", follow_redirects=False)
        assert (answer.status_code == 303) is asked
    browser = site.client("adm")
    set_up(browser)
    assert browser.get("/cases", follow_redirects=False).status_code == 200
    assert browser.post("/account/second-factor/remove").status_code == 400


def test_it_is_offered_once(people_site: Any) -> None:
    changed(people_site, "ana", offered=False)
    browser = people_site.client()
    page = browser.client.post("/sign-in", data={"login": "ana", "password": PASSWORD})
    assert "Set up a second factor" in page.text
    browser.post("/account/second-factor/later")
    page = people_site.client().client.post("/sign-in", data={"login": "ana", "password": PASSWORD})
    assert "Set up a second factor" not in page.text


# -- showing again who one is -------------------------------------------------------------------------------------


def test_what_is_sensitive_asks_again_after_a_while(people_site: Any) -> None:
    browser = people_site.client("ana")
    with people_site.house.database.writing() as db:
        db.query(SignedIn).one().checked = now() - timedelta(hours=1)
    page = browser.get("/account/second-factor")
    assert "Is it still you?" in page.text
    assert browser.post("/account/confirm", {"password": "wrong", "next": "/account"}).status_code == 401
    old = browser.client.cookies["filrouge"]
    page = browser.post("/account/confirm", {"password": PASSWORD, "next": "/account/second-factor"})
    assert "Set up a second factor" in page.text
    with people_site.house.database.session() as db:
        assert sessions.find(db, old) is None


# -- sessions -----------------------------------------------------------------------------------------------------


def test_signing_in_gives_another_cookie_than_the_one_brought(people_site: Any) -> None:
    browser = people_site.client()
    browser.client.cookies.set("filrouge", "chosen by somebody else")
    browser.client.post("/sign-in", data={"login": "ana", "password": PASSWORD})
    value = browser.client.cookies.get("filrouge", domain="127.0.0.1") or ""
    assert value != "chosen by somebody else"
    first = people_site.client("ana")
    old = first.client.cookies["filrouge"]
    first.client.post("/sign-in", data={"login": "ana", "password": PASSWORD})
    with people_site.house.database.session() as db:
        assert sessions.find(db, old) is None


def test_a_session_is_seen_and_ended_from_another_browser(people_site: Any) -> None:
    here, there = people_site.client("ana"), people_site.client("ana")
    page = here.get("/account").text
    assert page.count("End this session") == 1
    number = re.search(r"/account/sessions/(\d+)/end", page)[1]
    assert people_site.client("ben").post(f"/account/sessions/{number}/end").status_code == 404
    here.post(f"/account/sessions/{number}/end")
    assert there.get("/cases", follow_redirects=False).status_code == 303


def test_a_session_ends_by_idleness_and_by_age(people_site: Any) -> None:
    for field, after in (("seen", sessions.IDLE), ("made", sessions.OLDEST)):
        browser = people_site.client("ana")
        with people_site.house.database.writing() as db:
            for session in db.query(SignedIn):
                setattr(session, field, now() - after - timedelta(seconds=1))
        assert browser.get("/cases", follow_redirects=False).status_code == 303


def test_a_token_is_turned_and_the_old_one_ends(people_site: Any) -> None:
    browser = people_site.client("ana")
    old = browser.client.cookies["filrouge"]
    with people_site.house.database.writing() as db:
        db.query(SignedIn).one().turned = now() - sessions.TURNED_AFTER - timedelta(seconds=1)
    browser.get("/cases")
    assert browser.client.cookies["filrouge"] != old
    with people_site.house.database.writing() as db:
        assert sessions.find(db, old) is not None  # for what is under way
        db.query(SignedIn).one().turned = now() - timedelta(minutes=2)
    with people_site.house.database.session() as db:
        assert sessions.find(db, old) is None


def test_a_browser_is_named_by_two_words() -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"
    assert [agent_name(firefox), agent_name(edge), agent_name("curl/8")] == [
        "Firefox, Linux",
        "Edge, Windows",
        "",
    ]


# -- what an attacker would try -----------------------------------------------------------------------------------


def test_nobody_is_signed_in_by_a_page_of_somebody_else(people_site: Any) -> None:
    data = {"login": "ana", "password": PASSWORD}
    for headers in (
        {"Origin": "https://elsewhere.example.com"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert people_site.client().client.post("/sign-in", data=data, headers=headers).status_code == 403


def test_attempts_are_counted_by_address(people_site: Any) -> None:
    client = people_site.client().client
    told = [
        client.post("/sign-in", data={"login": f"somebody{n}", "password": "x"}).status_code
        for n in range(31)
    ]
    assert told == [401] * 30 + [429]


def test_attempts_are_counted_by_login(people_site: Any) -> None:
    client = people_site.client().client
    told = [client.post("/sign-in", data={"login": "Zoe", "password": "x"}).status_code for _n in range(21)]
    assert told == [401] * 20 + [429]


def test_opening_is_counted_by_person(new_site: Any) -> None:
    site = new_site(ads=False)
    browser = site.client("ana")
    for _time in range(60):
        site.house.limits.count("opening", str(site.users["ana"].id))
    answer = browser.post(site.path("harbour", "/open"), {"reason": "to read them"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_searching_is_counted_by_person(people_site: Any) -> None:
    browser = people_site.client("ana")
    for _time in range(300):
        people_site.house.limits.count("searching", str(people_site.users["ana"].id))
    assert browser.post("/tip", {"value": "514-555-0100"}).status_code == 429
    assert browser.get("/tip").status_code == 200
    assert people_site.client("ben").post("/tip", {"value": "514-555-0100"}).status_code != 429


@pytest.mark.parametrize(
    "address",
    ["//elsewhere.example.com", "/\\elsewhere.example.com", "https://elsewhere.example.com", "/\t/elsewhere",
     "javascript:alert(1)", "/%0d%0aX: y", "", "cases"],
)  # fmt: skip
def test_no_form_leads_to_another_site(people_site: Any, address: str) -> None:
    assert own_path(address) == ""
    answer = people_site.client().client.post(
        "/language", data={"lang": "fr", "next": address}, follow_redirects=False
    )
    assert answer.headers["location"] == "/"


def test_a_flash_put_there_by_somebody_else_undoes_nothing(people_site: Any) -> None:
    browser = people_site.client("ana")
    for told in ('["good", "x", ["//elsewhere", "Undo"]]', '["good"]', "[1, 2, 3]", '["good", "x", 5]', "{"):
        browser.client.cookies.set("flash", told)
        page = browser.get("/account")
        assert page.status_code == 200
        assert "elsewhere" not in page.text


def test_cookies_are_bound_to_the_host_by_https(new_site: Any) -> None:
    site = new_site(ads=False, secure=True)
    answer = site.client().client.post(
        "/sign-in", data={"login": "ana", "password": PASSWORD}, follow_redirects=False
    )
    given = answer.headers["set-cookie"]
    assert given.startswith("__Host-filrouge=")
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert word in given
    assert "Domain" not in given
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000")
    assert cookies.named("lang", secure=True) == "__Host-lang"
    insecure = site.client().client.post(
        "/sign-in", data={"login": "ana", "password": PASSWORD}, headers={"Origin": "http://127.0.0.1"}
    )
    assert insecure.status_code == 403


def test_a_cookie_of_another_program_hides_none_of_ours(people_site: Any) -> None:
    browser = people_site.client("ana")
    value = browser.client.cookies["filrouge"]
    answer = people_site.client().client.get(
        "/cases", headers={"Cookie": f'odd[name]="x; filrouge={value}; lang=fr'}, follow_redirects=False
    )
    assert answer.status_code == 200
    assert 'lang="fr"' in answer.text


def test_a_body_without_a_length_is_cut_off(people_site: Any) -> None:
    browser = people_site.client("ana")
    browser.get("/account")

    def body() -> Any:
        for _part in range(6):
            yield b"x" * 1024 * 1024

    answer = browser.client.post(
        "/account/password", content=body(), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413


def test_a_fault_tells_its_number_and_no_words(new_site: Any, monkeypatch: Any, caplog: Any) -> None:
    from filrouge.web.rooms import account

    def failing(*_arguments: Any) -> Any:
        raise ValueError("words of an ad")

    site = new_site(ads=False, options={})
    browser = site.client("ana")
    monkeypatch.setattr(account.sessions, "of_user", failing)
    answer = browser.get("/account")
    assert answer.status_code == 500
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    number = re.search(r"number of this fault is (\w+)", answer.text)[1]
    assert f"fault {number}: ValueError" in caplog.text
    assert "words of an ad" not in caplog.text + answer.text


def test_signing_in_and_out_is_in_the_trail(people_site: Any) -> None:
    people_site.client().client.post("/sign-in", data={"login": "ana", "password": "wrong"})
    browser = people_site.client("ana")
    browser.post("/signout")
    with people_site.house.database.session() as db:
        noted = [e.action for e in db.query(audit.AuditEntry).filter_by(actor="ana").order_by("seq")]
        assert list(audit.verify(db)) == []
    assert noted == ["signin.failed", "signin.done", "signin.ended"]


def test_a_login_is_letters_and_a_few_signs() -> None:
    assert people.as_login(" A.Tremblay ") == "a.tremblay"
    for wrong in ("", "a b", "<a>", "-x", "x" * 65):
        with pytest.raises(Refused):
            people.as_login(wrong)


def test_what_is_refused_is_logged_by_numbers(people_site: Any, caplog: Any) -> None:
    browser = people_site.client("ana")
    browser.get("/people")
    browser.client.post("/signout", data={"csrf": "wrong"})
    browser.client.get("/healthz", headers={"Host": "elsewhere.example.com"})
    number = people_site.users["ana"].id
    assert f"refused: user {number}, manage_people, GET /people" in caplog.text
    assert "a form without its token" in caplog.text
    assert "elsewhere.example.com" not in caplog.text


def test_a_line_of_the_log_stays_one_line() -> None:
    record = logging.LogRecord("filrouge.security", logging.WARNING, "", 0, "a\nb \x1b[2J %s", ("c\r",), None)
    line = Lines().format(record)
    assert "\n" not in line
    assert json.loads(line)["event"] == "a\nb \x1b[2J c\r"
    assert json.loads(line)["at"].endswith("Z")
