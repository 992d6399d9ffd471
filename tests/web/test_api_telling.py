"""What scripts set and read beside a case's leads: who is told outside, files of the server, movement, the trail."""

from __future__ import annotations

import csv
import io
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from test_api_work import clients, first_lead, refused  # noqa: F401  a fixture, and what it is used with

from filrouge.casework import audit
from filrouge.casework.access import Permission
from filrouge.casework.models import AuditEntry, Notice
from filrouge.casework.outside import Outside
from filrouge.casework.work import Worker
from filrouge.client import Client, WorkbenchRefused
from filrouge.web import kinds  # noqa: F401  makes the kinds of jobs known

OUTSIDE = Outside(
    mail_server="127.0.0.1", mail_port=1, mail_from="workbench@example.org", webhook_hosts=("hooks.example.org",)
)  # fmt: skip


@pytest.fixture
def told(people_site: Any) -> Any:
    people_site.house.settings.options["outside"] = OUTSIDE
    return people_site


# -- telling outside ------------------------------------------------------------------------------------------


def test_one_is_told_by_mail_for_oneself_alone(told: Any, clients: Any) -> None:  # noqa: F811
    ana, ben, case = clients(told, "ana"), clients(told, "ben"), told.cases["harbour"].id
    assert ana.telling(case)["mails"]
    assert not ana.telling(case)["by_mail"]
    ana.tell_by_mail(case)
    assert ana.telling(case)["by_mail"]
    assert not ben.telling(case)["by_mail"]
    ana.tell_by_mail(case, wanted=False)
    assert not ana.telling(case)["by_mail"]


def test_who_leads_the_case_has_another_program_told_and_others_see_its_host(
    told: Any,
    clients: Any,  # noqa: F811
) -> None:
    sam, ana, case = clients(told, "sam"), clients(told, "ana"), told.cases["harbour"].id
    url = "https://hooks.example.org/of/harbour"
    first = sam.tell_program(case, url)
    assert first["url"] == url
    assert len(first["key"]) == 64
    assert sam.telling(case)["hook"] == url
    assert ana.telling(case)["hook"] == "hooks.example.org"
    assert first["key"] not in str(sam.telling(case))
    assert sam.tell_program(case, url)["key"] != first["key"]
    with refused(409):
        sam.tell_program(case, "https://elsewhere.example.org/of/harbour")
    with refused(409):
        sam.tell_program(case, "   ")
    assert sam.telling(case)["hook"] == url
    with pytest.raises(WorkbenchRefused, match=r"403: Your role does not allow that here[.]"):
        ana.tell_program(case, url)
    sam.tell_no_program(case)
    assert sam.telling(case)["hook"] == ""
    with told.house.database.session() as db:
        noted = [one.action for one in db.query(AuditEntry).filter(AuditEntry.action.startswith("hook."))]
    assert noted == ["hook.set", "hook.set", "hook.removed"]


def test_a_notice_that_was_given_up_is_sent_again(told: Any, clients: Any) -> None:  # noqa: F811
    ana, case = clients(told, "ana"), told.cases["harbour"].id
    with told.house.database.writing() as db:
        one = Notice(case_id=case, kind="hook", count=3, state="failed", trouble="unreachable", tries=8)
        db.add(one)
        db.flush()
        number = one.id
    (notice,) = ana.telling(case)["notices"]
    assert (notice["state"], notice["alerts"]) == ("failed", 3)
    assert "could not be reached" in notice["trouble"]
    path = f"/cases/{case}/notices/{number}/again"
    assert ana.post(path)["state"] == "waiting"
    with refused(404):
        clients(told, "mia").post(path)
    with refused(409):
        clients(told, "mia").post(f"/cases/{told.cases['market'].id}/notices/{number}/again")
    with refused(403):
        clients(told, "ana", Permission.READ).post(path)


# -- files of the server --------------------------------------------------------------------------------------


def test_files_of_the_server_are_listed_brought_and_taken_in(
    new_site: Any,
    clients: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "may").mkdir(parents=True)
    (inbox / "may" / "alpha.csv").write_text(
        "words,site\nA quiet room by the hour.,harbour\n", encoding="utf-8"
    )
    (tmp_path / "secret.csv").write_text("words\nno file of theirs\n", encoding="utf-8")
    site = new_site(own=True, ads=False, options={"raise_faults": True, "inbox": inbox})
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    assert [one["name"] for one in ana.inbox(case)] == ["may/alpha.csv"]
    job = ana.bring_from_inbox(case, "may/alpha.csv", text="words")
    assert job["state"] == "queued"
    for name in ("../secret.csv", "none.csv", "a" * 900, "\0"):
        with refused(409):
            ana.bring_from_inbox(case, name)
    Worker(site.house.database, site.house.settings.workspace).drain()
    assert ana.job(case, job["id"])["result"]["added"] == 1
    assert (inbox / "may" / "alpha.csv").is_file()


def test_without_such_a_folder_a_script_is_told_so(people_site: Any, clients: Any) -> None:  # noqa: F811
    with pytest.raises(Exception, match="no folder of the server"):
        clients(people_site, "ana").inbox(people_site.cases["harbour"].id)


# -- movement -------------------------------------------------------------------------------------------------


def test_movement_is_that_of_the_map(site: Any, clients: Any) -> None:  # noqa: F811
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    lead = next(one for one in ana.leads(case) if one["kind"] == "network" and one["n_places"] > 1)
    told = ana.movement(case, networks=[lead["id"]])
    assert [(one["name"], one["ads"]) for one in told["of"]] == [(lead["name"], lead["ads"])]
    assert {one["of"] for one in told["moves"] + told["days"]} <= {lead["name"]}
    assert all(one["from"] != one["to"] for one in told["moves"])
    assert [one["day"] for one in told["moves"]] == sorted(one["day"] for one in told["moves"])
    page = site.client("ana").get(site.path("harbour", f"/map?networks={lead['id']}")).text
    assert all(one["to"] in page for one in told["moves"])
    strongest = ana.movement(case)["of"]
    assert [one["name"] for one in strongest] == [one["name"] for one in ana.leads(case)][: len(strongest)]
    with refused(404):
        clients(site, "mia").movement(case)


# -- what labels would teach ----------------------------------------------------------------------------------


def test_what_labels_would_teach_is_seen_before_and_read_after(
    new_site: Any,
    clients: Any,  # noqa: F811
) -> None:
    site = new_site(own=True)
    sam, case = clients(site, "sam"), site.cases["harbour"].id
    path = f"/cases/{case}/lessons"
    assert sam.get(f"{path}/now") == {"pairs": 0, "labels": {}, "cllr": None, "least_cllr": None}
    cluster = next(lead for lead in sam.leads(case) if lead["kind"] == "network")
    members = sam.cluster(case, sam.network(case, cluster["id"])["clusters"][0]["id"])["members"]
    sam.report_wrong(case, "ads", members[0]["ad"], members[1]["ad"])
    assert sam.get(f"{path}/now")["labels"] == {"wrong_join": 1}
    lesson = sam.post(path)
    table = sam.fetch(f"{path}/{lesson['id']}/table").decode()
    assert [row["label"] for row in csv.DictReader(io.StringIO(table))] == ["wrong_join"]
    with refused(404):
        sam.fetch(f"{path}/999/table")
    with refused(403):
        clients(site, "ana").get(f"{path}/now")


# -- packages and the trail -----------------------------------------------------------------------------------


def test_a_package_is_asked_for_and_fetched_in_one_call(
    new_site: Any,
    clients: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    site = new_site(own=True)
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    number = min(lead["id"] for lead in ana.leads(case) if lead["kind"] == "network")
    over = threading.Event()

    def work() -> None:
        worker = Worker(site.house.database, site.house.settings.workspace)
        while not over.is_set():
            worker.drain()
            over.wait(0.2)

    working = threading.Thread(target=work, daemon=True)
    working.start()
    try:
        made = ana.package(case, "network", number, recipient="Crown office", purpose="As asked", seconds=300)
    finally:
        over.set()
        working.join()
    (tmp_path / "network.zip").write_bytes(made)
    checked = ana.check_package(tmp_path / "network.zip")
    assert checked["good"]
    assert checked["ours"]


def test_the_head_of_the_trail_is_noted_and_the_trail_read_by_case(
    new_site: Any,
    clients: Any,  # noqa: F811
) -> None:
    site = new_site(own=True, ads=False)
    aud, case = clients(site, "aud"), site.cases["market"].id
    head = aud.post("/audit/note")
    assert head["entries"] > 1
    checked = aud.post("/audit/verify")
    assert (checked["broken"], checked["heads"]) == ([], [head])
    every = list(aud.trail())
    assert [one["seq"] for one in every] == list(range(1, len(every) + 1))
    of_case = list(aud.get("/audit", case=case)["items"])
    assert of_case
    assert {one["case_id"] for one in of_case} == {case}
    assert list(clients(site, "sue").trail(case)) == of_case
    with refused(403):
        clients(site, "sam").post("/audit/note")
    with site.house.database.session() as db:
        assert list(audit.verify(db)) == []


def test_a_script_reads_on_after_an_entry_that_cannot_be_read(
    new_site: Any,
    clients: Any,  # noqa: F811
) -> None:
    site = new_site(own=True, ads=False)
    with site.house.database.writing() as db:
        broken = [audit.note(db, "", "test.noted").seq for _ in range(150)]
        db.execute(text(f"UPDATE audit SET details = 'no JSON' WHERE seq >= {broken[0]}"))
        last = audit.note(db, "", "test.last").seq
    aud = clients(site, "aud")
    told = list(aud.trail())
    assert [one["seq"] for one in told] == list(range(1, told[-1]["seq"] + 1))
    assert [one["seq"] for one in told if len(one) == 1] == broken
    assert told[last - 1]["action"] == "test.last"
    assert aud.get("/audit", after=broken[0], limit=2) == {
        "total": told[-1]["seq"] - broken[0], "items": [], "unreadable": broken[1:3],
    }  # fmt: skip


def test_what_a_lead_raised_is_watched_and_listed_by_the_client(site: Any, clients: Any) -> None:  # noqa: F811
    ana: Client = clients(site, "ana")
    case = site.cases["harbour"].id
    lead = first_lead(ana, case)
    watched = ana.watch(case, lead["kind"], number=lead["id"])
    assert watched["number"] == lead["id"]
    assert list(ana.alerts(case)) == []
    with refused(404):
        ana.alert(case, 1)
