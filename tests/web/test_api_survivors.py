"""A survivor's request by a script: a person sees to the consent; the rest holds as it does on the pages."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_api_work import clients, refused  # noqa: F401  a fixture, and what it is used with
from test_survivor import CONSENT, own_phone

from filrouge.casework import survivors
from filrouge.casework.access import Permission
from filrouge.casework.models import ApiRepeat, AuditEntry, SurvivorRequest
from filrouge.client import Client
from filrouge.reports.package.verify import check


def begun(site: Any, login: str = "ana", case: str = "harbour") -> int:
    """A request whose consent a person has seen to."""
    with site.house.database.writing() as db:
        made = survivors.begin(
            db, site.users[login], site.cases[case], reference=CONSENT["reference"], asker="person",
            consent_on=date.today(), consent_form="written", witness="J. Roy", agreed=True,
        )  # fmt: skip
        return made.id


@pytest.fixture
def ana(site: Any, clients: Any) -> Client:  # noqa: F811
    client: Client = clients(site, "ana")
    return client


def test_no_script_says_that_a_person_agreed(site: Any, ana: Client) -> None:
    path = f"/cases/{site.cases['harbour'].id}/survivor-requests"
    with pytest.raises(Exception, match="another person has to see or hear"):
        ana.post(path, **CONSENT)
    assert ana.list_of(path) == []
    with site.house.database.session() as db:
        assert db.query(SurvivorRequest).count() == 0


def test_a_script_goes_the_way_that_a_person_began(site: Any, ana: Client, tmp_path: Path) -> None:
    phone, ads = own_phone(site)
    case, number = site.cases["harbour"].id, begun(site)
    assert [one["id"] for one in ana.survivor_requests(case)] == [number]
    found = ana.look_for_own(case, number, phone)
    assert found == {"found": len(ads), "stage": "confirm", "searches": 1}
    shown = ana.survivor_request(case, number)["ads"]
    assert {one["ad"] for one in shown} == ads
    own, *others = sorted(ads)
    with refused(409):
        ana.own_package(case, number)
    with refused(422):
        ana.keep_answers(case, number, {own: "perhaps"})
    told = ana.keep_answers(case, number, {own: "own", **dict.fromkeys(others, "not"), 99_999_999: "own"})
    assert (told["stage"], told["own"]) == ("package", 1)
    (tmp_path / "own.zip").write_bytes(ana.own_package(case, number, "fr"))
    assert check(tmp_path / "own.zip") == []
    assert ana.survivor_request(case, number)["package"]
    done = ana.end_request(case, number)
    assert (done["stage"], done["outcome"], done["own"]) == ("ended", "done", 1)
    assert ana.survivor_request(case, number)["ads"] == []
    with refused(409):
        ana.look_for_own(case, number, phone)
    with site.house.database.session() as db:
        said = db.query(AuditEntry).filter(AuditEntry.subject == f"survivor:{number}").all()
    assert {"survivor.searched", "survivor.confirmed", "survivor.packaged", "survivor.ended"} <= {
        one.action for one in said
    }
    assert all(one.details["by"] == "api" for one in said if one.action != "survivor.begun")


def test_a_reason_opens_nothing_of_a_survivors_request(site: Any, clients: Any) -> None:  # noqa: F811
    phone, _ads = own_phone(site)
    case, number = site.cases["harbour"].id, begun(site)
    ana = clients(site, "ana", reason="another matter of this case")
    ana.look_for_own(case, number, phone)
    told = json.dumps(ana.survivor_request(case, number))
    bare = re.sub(r"\D", "", phone)[-10:]
    assert bare not in re.sub(r"\D", "", told)
    assert "[phone]" in told
    assert not re.search(r"(phone|name|email|url|handle):[0-9a-z]{8}", told)
    for word in ("cluster", "network", "bits", "identifiers", "source"):
        assert f'"{word}"' not in told
    with site.house.database.session() as db:
        assert db.query(AuditEntry).filter(AuditEntry.action == "case.opened").count() == 0


def test_what_is_shared_by_many_is_told_to_no_script_and_the_trail_says_so(site: Any, ana: Client) -> None:
    book = site.house.desk.casebook("harbour", opened=True)
    shown = next(
        one.shown for ad in book.ads["ad"].to_list() for one in book.ad(ad).identifiers if one.of_agency
    )
    case, number = site.cases["harbour"].id, begun(site)
    with refused(409):
        ana.look_for_own(case, number, shown)
    with refused(409):
        ana.look_for_own(case, number, "514-555-0147 and 604-555-0123")
    with refused(409):
        ana.look_for_own(case, number, "a short text", "text")
    # What is found and not told counts as well: else one could try without end.
    assert ana.survivor_request(case, number)["searches"] == 2
    with site.house.database.session() as db:
        assert db.query(AuditEntry).filter(AuditEntry.action == "survivor.not_told").count() == 2


def test_nothing_that_is_kept_for_repeats_tells_what_was_found_or_asked_by(site: Any, ana: Client) -> None:
    phone, ads = own_phone(site)
    case, number = site.cases["harbour"].id, begun(site)
    key = {"Idempotency-Key": "once-only"}
    ana._headers |= key
    path = f"/cases/{case}/survivor-requests/{number}/search"
    body = json.dumps({"kind": "identifier", "text": phone}).encode()
    kind = {"Content-Type": "application/json"}
    first = ana._sent("POST", path, body, kind)
    assert ana._sent("POST", path, body, kind) == first
    assert ana.survivor_request(case, number)["searches"] == 1
    # By the hash of what was asked nobody finds the number by trying all.
    with site.house.database.session() as db:
        (kept,) = db.query(ApiRepeat).all()
    from hashlib import sha256

    asked = {"kind": "identifier", "text": phone}
    plain = json.dumps(["POST", "/api/v1" + path, asked], sort_keys=True).encode()
    assert kept.request != sha256(plain).hexdigest()
    # What was found goes into no answer that is kept, though sealed: it is forgotten when the request ends.
    assert not any(str(ad) in json.dumps(first) for ad in ads if ad > 99)
    assert set(first) == {"found", "stage", "searches"}


def test_a_person_can_stop_a_script_at_any_step(site: Any, ana: Client) -> None:
    phone, ads = own_phone(site)
    case = site.cases["harbour"].id
    for steps in range(3):
        number = begun(site)
        if steps > 0:
            ana.look_for_own(case, number, phone)
        if steps > 1:
            ana.keep_answers(case, number, dict.fromkeys(ads, "own"))
        assert ana.end_request(case, number, stopped=True)["outcome"] == "stopped"
        assert ana.survivor_request(case, number)["ads"] == []


def test_only_who_began_it_or_leads_the_case_comes_to_a_request(site: Any, clients: Any) -> None:  # noqa: F811
    case, number = site.cases["harbour"].id, begun(site)
    with refused(404):
        clients(site, "ben").survivor_request(case, number)
    assert clients(site, "ben").survivor_requests(case) == []
    assert clients(site, "sam").survivor_request(case, number)["reference"] == "file 26-114"
    with refused(404):
        clients(site, "sue").survivor_request(site.cases["market"].id, number)
    with refused(403):
        clients(site, "ana", Permission.ENTER, Permission.READ).survivor_requests(case)


def test_ten_things_are_looked_for_and_no_more(site: Any, ana: Client) -> None:
    case, number = site.cases["harbour"].id, begun(site)
    for k in range(survivors.MOST_SEARCHES):
        ana.look_for_own(case, number, f"604-555-01{k:02d}")
    with refused(409):
        ana.look_for_own(case, number, "604-555-0199")
