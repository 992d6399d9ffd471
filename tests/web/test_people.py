"""Seeing to accounts and cases: what administrators and supervisors may do, and what they may not."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import event
from tests.web.conftest import PASSWORD

from filrouge.casework import accounts, cases, sessions, tokens
from filrouge.casework.access import PERMISSIONS_OF, Permission, Role, may
from filrouge.casework.audit import verify
from filrouge.casework.errors import Refused
from filrouge.casework.models import AuditEntry, Case, SignedIn, User, now


def noted(site: Any, action: str) -> list[AuditEntry]:
    with site.house.database.session() as db:
        assert list(verify(db)) == []
        return list(db.query(AuditEntry).filter_by(action=action).order_by(AuditEntry.seq))


def made(site: Any, **given: str) -> tuple[str, Any]:
    """An account made by the administrator: its one-time password, and its number."""
    browser = site.client("adm")
    browser.get("/people/new")
    page = browser.post("/people/new", {"name": "Zoe Lee", "login": "zoe", "role": "analyst", **given})
    assert page.status_code == 200, page.text
    with site.house.database.session() as db:
        number = db.query(User).filter_by(login=given.get("login", "zoe")).one().id
    return re.search(r'class="secret">([^<]+)<', page.text)[1], number


# -- accounts -----------------------------------------------------------------------------------------------------


def test_a_new_person_comes_in_with_the_one_time_password_and_chooses_another(people_site: Any) -> None:
    password, _number = made(people_site)
    browser = people_site.client()
    page = browser.client.post("/sign-in", data={"login": "zoe", "password": password})
    assert "Choose a password of your own" in page.text
    page = browser.post("/account/password", {"current": password, "new": "nine green lanterns"})
    assert "Set up a second factor" in page.text
    again = people_site.client().client.post("/sign-in", data={"login": "zoe", "password": password})
    assert again.status_code == 401


def test_a_login_is_given_once(people_site: Any) -> None:
    browser = people_site.client("adm")
    answer = browser.post("/people/new", {"name": "Ana", "login": " ANA ", "role": "analyst"})
    assert answer.status_code == 400
    assert "taken" in answer.text
    assert browser.post("/people/new", {"login": "zoe", "role": "emperor"}).status_code == 400


def test_only_administrators_see_to_people(people_site: Any) -> None:
    for login in ("ana", "sam", "pat", "aud"):
        assert people_site.client(login).get("/people").status_code == 403


def test_another_role_ends_all_sessions(people_site: Any) -> None:
    ana = people_site.client("ana")
    number = people_site.users["ana"].id
    browser = people_site.client("adm")
    browser.post(f"/people/{number}", {"name": "Ana", "role": "partner"})
    assert ana.get("/cases", follow_redirects=False).status_code == 303
    entry = noted(people_site, "user.role")[-1]
    assert (entry.actor, entry.details) == ("adm", {"before": "analyst", "after": "partner"})


def test_who_is_shut_out_is_signed_out_and_comes_in_again_by_undo(people_site: Any) -> None:
    ana, browser = people_site.client("ana"), people_site.client("adm")
    number = people_site.users["ana"].id
    page = browser.post(f"/people/{number}/deactivate")
    assert f'action="/people/{number}/activate"' in page.text
    assert ana.get("/cases", follow_redirects=False).status_code == 303
    client = people_site.client().client
    assert client.post("/sign-in", data={"login": "ana", "password": PASSWORD}).status_code == 401
    browser.post(f"/people/{number}/activate")
    assert client.post("/sign-in", data={"login": "ana", "password": PASSWORD}).status_code == 200


def test_the_last_administrator_stays(people_site: Any) -> None:
    with people_site.house.database.writing() as db:
        adm = db.get_one(User, people_site.users["adm"].id)
        with pytest.raises(Refused):
            accounts.deactivate(db, adm, adm)
        with pytest.raises(Refused):
            accounts.change(db, adm, adm, name="Adm", email="", role=Role.AUDITOR)
        ana = db.get_one(User, people_site.users["ana"].id)
        accounts.change(db, adm, ana, name="Ana", email="", role=Role.ADMINISTRATOR)
        accounts.deactivate(db, ana, adm)  # now there is another one
        with pytest.raises(Refused):
            accounts.deactivate(db, ana, ana)


def test_nobody_shuts_themselves_out(people_site: Any) -> None:
    browser, number = people_site.client("adm"), people_site.users["adm"].id
    made(people_site, login="adm2", role="administrator")
    for act in ("deactivate", "factor", "password"):
        assert browser.post(f"/people/{number}/{act}").status_code == 400, act
    assert browser.post(f"/people/{number}", {"role": "auditor"}).status_code == 400


def test_a_pause_and_a_second_factor_are_taken_away(people_site: Any) -> None:
    number = people_site.users["ana"].id
    with people_site.house.database.writing() as db:
        ana = db.get_one(User, number)
        ana.locked_until, ana.totp, ana.recovery = now() + timedelta(minutes=9), b"sealed", ["x"]
    browser = people_site.client("adm")
    assert "Paused after wrong passwords" in browser.get(f"/people/{number}").text
    browser.post(f"/people/{number}/unlock")
    browser.post(f"/people/{number}/factor")
    with people_site.house.database.session() as db:
        ana = db.get_one(User, number)
        assert (ana.locked_until, ana.totp, ana.recovery) == (None, None, [])
    assert noted(people_site, "user.unlocked")
    assert noted(people_site, "factor.removed")[-1].actor == "adm"


@pytest.mark.parametrize("act", ["password", "factor", "deactivate"])
def test_scripts_of_a_person_end_with_their_ways_in(people_site: Any, act: str) -> None:
    number = people_site.users["ana"].id
    with people_site.house.database.writing() as db:
        ana = db.get_one(User, number)
        value, _token = tokens.make(db, ana, name="nightly", scopes=[Permission.READ], days=9)
    people_site.client("adm").post(f"/people/{number}/{act}")
    with people_site.house.database.writing() as db:
        db.get_one(User, number).active = True
    with people_site.house.database.session() as db:
        assert tokens.find(db, value) is None


def test_a_one_time_password_is_in_no_trail(people_site: Any) -> None:
    password, number = made(people_site)
    page = people_site.client("adm").post(f"/people/{number}/password")
    other = re.search(r'class="secret">([^<]+)<', page.text)[1]
    assert other != password
    with people_site.house.database.session() as db:
        told = " ".join(f"{e.subject} {e.details}" for e in db.query(AuditEntry))
    assert password not in told
    assert other not in told


# -- cases --------------------------------------------------------------------------------------------------------


def test_an_administrator_sees_names_and_purposes_of_all_cases_and_no_ads(people_site: Any) -> None:
    browser = people_site.client("adm")
    page = browser.get("/cases").text
    assert "Harbour" in page
    assert "Market" in page
    assert "Finding who is behind copied ads" in page
    assert browser.get(people_site.path("harbour")).status_code == 404
    assert browser.get(people_site.path("harbour", "/settings")).status_code == 200
    assert browser.get(people_site.path("harbour", "/audit")).status_code == 404


def test_an_administrator_makes_a_case_and_puts_its_supervisor_in(people_site: Any) -> None:
    browser = people_site.client("adm")
    page = browser.post(
        "/cases/new",
        {"name": "rooms-2031", "title": "Rooms", "purpose": "Practice", "authority": "Invented data",
         "keep_until": "2031-01-01", "supervisor": str(people_site.users["sue"].id)},
    )  # fmt: skip
    assert "The case was made." in page.text
    with people_site.house.database.session() as db:
        case = db.query(Case).filter_by(name="rooms-2031").one()
        assert [member.user.login for member in case.members] == ["sue"]
        adm = db.get_one(User, people_site.users["adm"].id)
        assert not may(adm, Permission.READ, case)
    assert people_site.client("sue").get(f"/cases/{case.id}/settings").status_code == 200


def test_a_supervisor_adds_and_removes_and_undoes(people_site: Any) -> None:
    browser, mia = people_site.client("sam"), people_site.client("mia")
    home, number = people_site.path("harbour"), people_site.users["mia"].id
    assert mia.get(home).status_code == 404
    browser.post(f"{home}/members", {"user": str(number)})
    assert mia.get(home).status_code == 200
    page = browser.post(f"{home}/members/{number}/remove")
    assert f'action="{home}/members/{number}/add"' in page.text
    assert mia.get(home).status_code == 404
    browser.post(f"{home}/members/{number}/add")
    assert mia.get(home).status_code == 200
    assert [e.action for e in noted(people_site, "case.member_added")] == ["case.member_added"] * 2


def test_who_sees_no_ads_is_no_member(people_site: Any) -> None:
    browser = people_site.client("sam")
    answer = browser.post(people_site.path("harbour", "/members"), {"user": str(people_site.users["aud"].id)})
    assert answer.status_code == 400
    assert browser.post(people_site.path("harbour", "/members"), {"user": "x"}).status_code == 404


def test_a_supervisor_of_another_case_and_an_analyst_change_nothing(people_site: Any) -> None:
    number = people_site.users["mia"].id
    path = people_site.path("harbour", f"/members/{number}/add")
    assert people_site.client("sue").post(path).status_code == 404
    assert people_site.client("ana").post(path).status_code == 403


def test_the_last_supervisor_goes_by_an_administrator_only(people_site: Any) -> None:
    number = people_site.users["sam"].id
    path = people_site.path("harbour", f"/members/{number}/remove")
    answer = people_site.client("sam").post(path)
    assert answer.status_code == 400
    assert "last supervisor" in answer.text
    people_site.client("adm").post(path)
    assert people_site.client("sam").get(people_site.path("harbour")).status_code == 404


def test_how_long_ads_are_kept_changes_with_a_reason(people_site: Any) -> None:
    browser, path = people_site.client("sam"), people_site.path("harbour", "/settings/keep-until")
    for given in ({"day": "2032-05-01", "reason": ""}, {"day": "2001-01-01", "reason": "a good reason"},
                  {"day": "soon", "reason": "a good reason"}):  # fmt: skip
        assert browser.post(path, given).status_code == 400
    assert "was changed" in browser.post(path, {"day": "2032-05-01", "reason": "The trial was put off"}).text
    entry = noted(people_site, "case.keep_until")[-1]
    assert entry.details == {
        "before": "2031-01-01", "after": "2032-05-01", "reason": "The trial was put off",
    }  # fmt: skip


def test_the_trail_keeps_what_a_case_said_before(people_site: Any) -> None:
    browser = people_site.client("sam")
    browser.post(
        people_site.path("harbour", "/settings"),
        {"title": "Harbour", "purpose": "Something else", "authority": "Practice with invented data"},
    )
    entry = noted(people_site, "case.changed")[-1]
    assert entry.details == {"before": {"purpose": "Finding who is behind copied ads"}}
    answer = browser.post(people_site.path("harbour", "/settings"), {"purpose": " ", "authority": "x"})
    assert answer.status_code in (400, 422)


def test_a_closed_case_is_read_and_not_changed(people_site: Any) -> None:
    from filrouge.casework.access import NOT_IN_CLOSED

    browser, ana = people_site.client("sam"), people_site.client("ana")
    ana.get("/account")
    browser.post(people_site.path("harbour", "/close"))
    assert ana.get(people_site.path("harbour")).status_code == 200
    token, tried = people_site.token("sam"), 0
    for (method, path), needs in people_site.app.state.guards.items():
        if method == "POST" and "{case_id}" in path and needs in NOT_IN_CLOSED:
            filled = re.sub(
                r"\{[^}]*\}", "1", path.replace("{case_id}", str(people_site.cases["harbour"].id))
            )
            script = path.startswith("/api/")
            headers = {"Authorization": f"Bearer {token}"} if script else {"X-CSRF-Token": browser.csrf}
            answer = browser.client.post(filled, headers=headers)
            assert answer.status_code == (409 if script else 400), path
            assert "case is closed" in answer.text, path
            tried += 1
    assert tried
    assert "Closed cases" in ana.get("/cases").text
    browser.post(people_site.path("harbour", "/reopen"))
    assert "Closed cases" not in ana.get("/cases").text


def test_administrators_and_auditors_may_nothing_with_ads() -> None:
    about_ads = {
        Permission.READ, Permission.OPEN, Permission.BRING, Permission.JUDGE, Permission.CONFIRM, Permission.PACKAGE,
        Permission.ASSIST, Permission.LEAD, Permission.TIP,
    }  # fmt: skip
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        assert not PERMISSIONS_OF[role] & about_ads


def test_a_case_is_kept_until_a_day_to_come(people_site: Any) -> None:
    with people_site.house.database.writing() as db, pytest.raises(Refused):
        cases.make_case(
            db, db.get_one(User, people_site.users["sam"].id), name="late", title="", purpose="x", authority="y",
            keep_until=date(2020, 1, 1),
        )  # fmt: skip


@pytest.mark.parametrize("by", ["page", "script"])
def test_ads_without_a_case_are_given_to_somebody_by_an_administrator_alone(new_site: Any, by: str) -> None:
    site = new_site(own=True)
    with site.house.database.writing() as db:
        db.get_one(Case, site.cases["market"].id).name = "another"  # as if a command had taken its ads in
    wanted = {
        "name": "market", "title": "Mine", "purpose": "To see", "authority": "None",
        "keep_until": "2031-01-01",
    }  # fmt: skip

    def made(login: str, **more: Any) -> int:
        browser = site.client(login)
        if by == "page":
            browser.get("/account")
            answer = browser.post("/cases/new", {**wanted, **more})
        else:
            token = {"Authorization": f"Bearer {site.token(login)}"}
            answer = browser.client.post("/api/v1/cases", json={**wanted, **more}, headers=token)
        return int(answer.status_code)

    assert made("sam") in (400, 409)
    assert made("sam", name="of-my-own") in (200, 201)
    assert made("adm", supervisor=site.users["sue"].id) in (200, 201)


@pytest.mark.parametrize("days", ["-1", "0", "367", "99999999999999999999"])
def test_a_token_lasts_for_some_days_up_to_a_year(people_site: Any, days: str) -> None:
    browser = people_site.client("ana")
    browser.get("/account/tokens")
    answer = browser.post("/account/tokens", {"name": "x", "days": days, "scope": "read"})
    assert answer.status_code == 400
    assert "1 to 366 days" in answer.text


def test_a_full_disk_is_told_and_pages_are_still_read(people_site: Any) -> None:
    adm = people_site.client("adm")
    adm.get("/cases")
    engine = people_site.house.database.engine

    @event.listens_for(engine, "connect")
    def full(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    engine.dispose()
    long = {
        "name": "long",
        "title": "Long",
        "purpose": "p" * 90_000,
        "authority": "a",
        "keep_until": "2031-01-01",
    }
    answer = adm.post("/cases/new", long)
    assert answer.status_code == 503
    assert "its disk may be full" in answer.text
    with patch.object(sessions, "is_stale", return_value=True), patch.object(sessions, "touch", _fill):
        assert adm.get("/cases").status_code == 200


def _fill(db: Any, session: int) -> None:
    db.get_one(SignedIn, session).agent = "a" * 200_000
    db.flush()
