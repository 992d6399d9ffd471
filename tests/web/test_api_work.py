"""What scripts do: the same as people, by the same rules, and no way round them."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filrouge.casework import audit, repeats, tokens
from filrouge.casework.access import Permission
from filrouge.casework.models import ApiRepeat, AuditEntry, Job, Opinion
from filrouge.casework.verdicts import is_checked
from filrouge.casework.work import Worker
from filrouge.client import Client, WorkbenchRefused
from filrouge.web import kinds  # noqa: F401  makes the kinds of jobs known

CSV = "id,body,site,when\n" + "".join(
    f"{k},A small discount on quiet days. References on request. Room {k}.,quietboard,2026-10-0{k}\n"
    for k in range(1, 6)
)


@pytest.fixture
def clients(serve: Any) -> Any:
    """Makes clients: `clients(site, "ana")`."""
    made: list[Client] = []
    served: dict[int, Any] = {}

    def new(site: Any, login: str, *scopes: Permission, **options: Any) -> Client:
        at = served.setdefault(id(site), serve(site))
        made.append(Client(at.address, site.token(login, *scopes), **options))
        return made[-1]

    yield new
    for one in made:
        one.close()


def refused(status: int) -> Any:
    return pytest.raises(WorkbenchRefused, match=str(status))


def first_lead(client: Client, case: int) -> dict[str, Any]:
    return next(client.leads(case))


# -- judging --------------------------------------------------------------------------------------------------


def test_an_opinion_is_given_seen_and_taken_back(site: Any, clients: Any) -> None:
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    # One that is not among those of which a second opinion is asked in any case.
    lead = next(one for one in ana.leads(case) if not is_checked(case, one["kind"], one["id"]))
    said = ana.label(case, lead["kind"], lead["id"], spam=4, note="as in March")
    assert said["turn"] == "first"
    told = ana.judgement(case, lead["kind"], lead["id"])
    assert told["verdicts"]["spam"] == "holds"
    assert [one["note"] for one in told["opinions"]] == ["as in March"]
    ana.undo(case, said["id"])
    assert ana.judgement(case, lead["kind"], lead["id"])["verdicts"]["spam"] == "none"
    with refused(409):
        ana.undo(case, said["id"])
    with refused(409):
        ana.label(case, lead["kind"], lead["id"])
    with refused(422):
        ana.label(case, lead["kind"], lead["id"], spam=9)


def test_no_token_gets_round_the_blindness(site: Any, clients: Any) -> None:
    ana, ben, case = clients(site, "ana"), clients(site, "ben"), site.cases["harbour"].id
    lead = next(lead for lead in ana.leads(case) if lead["kind"] == "network")
    base, name = f"/cases/{case}", (lead["kind"], lead["id"])
    ana.label(case, *name, organised=5, note="a note that only ana knows")

    unseen = [ben.judgement(case, *name), *ben.every(f"{base}/labels"), *ben.triage(case, label="organised")]
    # Nor does the past tell it, nor what one says openly oneself.
    assert "only ana knows" not in str(unseen)
    assert all(not one.get("open") for one in unseen)
    with refused(409):
        ben.label(case, *name, organised=1)

    task = ben.post(f"{base}/second-opinions", of="network", number=lead["id"])
    shown = str(task)
    assert task["shown"]
    for word in ("bits", "strength", "signs", "reasons"):
        assert word not in shown
    for ask in (
        lambda: ben.network(case, lead["id"]),
        lambda: ben.judgement(case, *name),
        lambda: ben.label(case, *name, organised=1),
        lambda: ben.report_wrong(case, "network", lead["id"]),
    ):
        with refused(409):
            ask()
    assert lead["name"] not in [one["name"] for one in ben.leads(case)]
    assert lead["name"] not in [one["name"] for one in ben.triage(case)]
    mine, text = {one["ad"] for one in task["shown"]}, task["shown"][0]["text"]
    assert mine & {hit["ad"] for hit in ana.search(case, text, top=50)["hits"]}
    assert not mine & {hit["ad"] for hit in ben.search(case, text, top=50)["hits"]}
    assert ben.ad(case, task["shown"][0]["ad"])["network"] == -1
    # A package would tell it all: of the network, of what is in it, of its ads.
    cluster = ana.network(case, lead["id"])["clusters"][0]["id"]
    for of, number in (("network", lead["id"]), ("cluster", cluster), ("ads", task["shown"][0]["ad"])):
        with refused(409):
            package(ben, case, of, number)

    path = f"{base}/second-opinions/{task['task']}"
    with refused(409):
        ben.post(path, steps={"organised": 5})
    with refused(404):
        clients(site, "sam").get(path)
    assert ben.post(path, steps={"organised": 4, "independent": 1})["turn"] == "blind"
    told = ben.judgement(case, *name)
    assert told["open"]
    assert told["verdicts"]["organised"] == "holds"
    assert ben.network(case, lead["id"])["name"] == lead["name"]
    assert next(one for one in ben.list_of(f"{base}/agreement") if one["kind"] == "organised")["units"] == 1


def test_many_are_labelled_at_once_and_taken_back_at_once(site: Any, clients: Any) -> None:
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    some = [{"of": lead["kind"], "number": lead["id"]} for lead in ana.leads(case)][:3]
    none = {"of": "network", "number": 10**9}
    done = ana.post(f"/cases/{case}/labels", of=[*some, none], steps={"advertising": 5})
    assert done["labelled"] == 3
    assert done["passed"] == [f"N{10**9}"]
    assert len(list(ana.triage(case, label="advertising"))) == 3
    assert ana.post(f"/cases/{case}/labels/batches/{done['batch']}/undo")["count"] == 3
    assert not list(ana.triage(case, label="advertising"))


# -- packages -------------------------------------------------------------------------------------------------


def package(client: Client, case: int, of: str, number: int, **terms: Any) -> dict[str, Any]:
    told = {"recipient": "Crown office", "purpose": "As asked for in file 26-114", **terms}
    return client.post(f"/cases/{case}/packages", of=of, numbers=[number], **told)


def test_a_package_is_asked_for_made_taken_along_and_checked(
    new_site: Any, clients: Any, tmp_path: Path
) -> None:
    site = new_site(own=True)
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    number = min(lead["id"] for lead in ana.leads(case) if lead["kind"] == "network")
    asked = package(ana, case, "network", number)
    path = f"/cases/{case}/packages/{asked['id']}"
    with refused(404):
        ana.get(f"{path}/file")
    Worker(site.house.database, site.house.settings.workspace).drain()
    made = ana.get(path)
    assert made["ready"]
    assert made["state"] == "done"
    file = tmp_path / "package.zip"
    file.write_bytes(ana.fetch(f"{path}/file"))
    assert sha256(file.read_bytes()).hexdigest() == made["sha256"]
    checked = ana.upload("/check-package/files", file)
    assert checked["good"]
    assert checked["ours"]
    assert ana.get(path)["fetched"] == 1
    ana.delete(f"{path}/file")
    assert not ana.get(path)["ready"]
    with refused(403):
        package(
            clients(site, "ana", Permission.PACKAGE), case, "network", number, opened=True, reason="a file"
        )


# -- triage ---------------------------------------------------------------------------------------------------


def test_triage_by_filters_is_that_of_the_page(site: Any, clients: Any) -> None:
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    every = list(ana.leads(case))
    assert [one["id"] for one in ana.triage(case)] == [one["id"] for one in every]
    assert [one["id"] for one in ana.triage(case, least=20)] == [
        one["id"] for one in every if one["ads"] >= 20
    ]
    named = every[0]["name"]
    assert [one["name"] for one in ana.triage(case, name=named) if one["name"] == named] == [named]
    mark = [{"of": every[0]["kind"], "number": every[0]["id"]}]
    ana.post(f"/cases/{case}/leads/seen", of=mark)
    assert len(list(ana.triage(case, unseen=True))) == len(every) - 1
    ana.post(f"/cases/{case}/leads/seen", of=mark, seen=False)
    assert len(list(ana.triage(case, unseen=True))) == len(every)


def test_views_are_saved_shared_and_deleted_by_their_owner(site: Any, clients: Any) -> None:
    ana, ben, case = clients(site, "ana"), clients(site, "ben"), site.cases["harbour"].id
    views = f"/cases/{case}/views"
    ana.post(views, name="mine", filters={"least": 5})
    shared = ana.post(views, name="ours", filters={"kind": "network"}, shared=True)
    assert [one["name"] for one in ben.list_of(views)] == ["ours"]
    with refused(409):
        ben.delete(f"{views}/{shared['id']}")
    ana.delete(f"{views}/{shared['id']}")
    assert not ben.list_of(views)
    reader = clients(site, "ana", Permission.READ)
    assert not reader.post(views, name="quiet", filters={}, shared=True)["shared"]


# -- watches --------------------------------------------------------------------------------------------------


def test_what_is_watched_is_named_muted_deleted_and_had_again(site: Any, clients: Any) -> None:
    ana, ben, case = clients(site, "ana"), clients(site, "ben"), site.cases["harbour"].id
    path, lead = f"/cases/{case}/watches", first_lead(ana, case)
    one = ana.post(path, kind="words", text="quiet days", name="discounts")
    assert ana.post(path, kind="words", text="quiet days")["id"] == one["id"]
    other = ana.post(path, kind=lead["kind"], number=lead["id"])
    assert sorted(watch["title"] for watch in ben.list_of(path)) == sorted(["discounts", other["title"]])
    ben.put(f"{path}/{one['id']}/muted", muted=True)
    assert {watch["id"]: watch["muted"] for watch in ben.list_of(path)}[one["id"]]
    assert not any(watch["muted"] for watch in ana.list_of(path))
    ana.put(f"{path}/{one['id']}/name", name="")
    assert "quiet" not in str(ana.list_of(path))
    ana.delete(f"{path}/{one['id']}")
    assert len(ana.list_of(path)) == 1
    ana.post(f"{path}/{one['id']}/restore")
    assert len(ana.list_of(path)) == 2
    with refused(404):
        ana.post(path, kind="network", number=10**9)
    assert ana.get(f"/cases/{case}/alerts")["total"] == 0


def test_what_is_watched_is_kept_sealed_however_it_was_asked_for(site: Any, clients: Any) -> None:
    case = site.cases["harbour"].id
    ana = clients(site, "ana", reason="reading-a-file")
    asked = ana.post(f"/cases/{case}/watches", kind="words", text="quiet mornings", name="a name of its own")
    assert "quiet mornings" not in str(asked)
    other = ana.post(f"/cases/{case}/watches", kind="words", text="quiet evenings")
    assert "quiet" not in str(other)
    assert "quiet evenings" in str(ana.list_of(f"/cases/{case}/watches"))
    with site.house.database.session() as db:
        kept = [str(row.answer) for row in db.query(ApiRepeat)]
    assert len(kept) == 2
    assert "a name of its own" not in str(kept)


def test_answers_to_repeats_go_after_a_day_though_nobody_asks(people_site: Any) -> None:
    site = people_site
    ws, database = site.house.settings.workspace, site.house.database
    with database.writing() as db:
        made = tokens.make(db, db.merge(site.users["ana"]), name="x", scopes=[Permission.READ], days=1)[1]
        repeats.keep(db, ws, made.id, "one", "asked", {"n": 1})
        assert repeats.answered(db, ws, made.id, "one", "asked") == {"n": 1}
    repeats.tidy(database, ws)
    with database.writing() as db:
        (row,) = db.query(ApiRepeat)
        row.at -= repeats.KEPT + timedelta(minutes=1)
    repeats.tidy(database, ws)
    with database.session() as db:
        assert not db.query(ApiRepeat).count()


# -- wrong leads, meetings ------------------------------------------------------------------------------------


def test_a_wrong_join_is_reported_once_and_kept_apart(site: Any, clients: Any) -> None:
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    lead = next(lead for lead in ana.leads(case) if lead["kind"] == "network" and lead["clusters"] > 2)
    out = ana.network(case, lead["id"])["clusters"][0]["id"]
    join = ana.report_wrong(case, "cluster", out, lead["id"], "another trade")
    assert ana.report_wrong(case, "cluster", out, lead["id"])["id"] == join["id"]
    assert out not in [one["id"] for one in ana.network(case, lead["id"])["clusters"]]
    path = f"/cases/{case}/wrong-leads/{join['id']}"
    ana.post(f"{path}/entries", kind="told", text="the partner was rung")
    kept = ana.list_of(f"/cases/{case}/wrong-leads")
    assert [entry["kind"] for entry in kept[0]["entries"]] == ["reported", "told"]
    ana.post(f"{path}/undo")
    assert out in [one["id"] for one in ana.network(case, lead["id"])["clusters"]]
    with refused(404):
        ana.report_wrong(case, "cluster", 10**9, lead["id"])


# -- files and jobs -------------------------------------------------------------------------------------------


def test_a_file_is_brought_mapped_and_taken_in(new_site: Any, clients: Any, tmp_path: Path) -> None:
    site = new_site(own=True, ads=False)
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    file = tmp_path / 'week "44".csv'
    file.write_text(CSV, encoding="utf-8")
    job = ana.bring(case, file, text="body", agency="site")
    waiting = ana.list_of(f"/cases/{case}/files")[0]
    assert waiting["columns"] == {"text": "body", "agency": "site"}
    look = ana.get(f"/cases/{case}/files/{waiting['id']}")
    assert look["guessed"]["text"] == "body"
    assert "quiet days" in str(look["ads"])
    # What another brought is shown when the case is opened, with a reason.
    ben = clients(site, "ben")
    assert ben.get(f"/cases/{case}/files/{waiting['id']}")["ads"] == []
    # The same bytes do not wait twice, and are not taken in twice.
    assert ana.bring(case, file)["id"] == job["id"]
    Worker(site.house.database, site.house.settings.workspace).drain()
    assert ana.wait(case, job["id"], seconds=1)["result"]["added"] == 5
    site.house.desk.look_again()
    assert [one["new"] for one in ana.every(f"/cases/{case}/sources")] == [5]
    assert [one["kind"] for one in ana.every(f"/cases/{case}/snapshots")] == ["run", "ingest"]
    with refused(409):
        ana.upload(f"/cases/{case}/files", _empty(tmp_path))


def _empty(folder: Path) -> Path:
    file = folder / "empty.csv"
    file.write_bytes(b"")
    return file


def test_jobs_are_started_cancelled_and_tried_again(people_site: Any, clients: Any) -> None:
    site = people_site
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    job = ana.run(case)
    assert job["state"] == "queued"
    assert ana.run(case)["id"] == job["id"]
    path = f"/cases/{case}/jobs/{job['id']}"
    with refused(409):
        ana.post(f"{path}/again")
    assert ana.post(f"{path}/cancel")["state"] == "cancelled"
    assert ana.post(f"{path}/again")["id"] != job["id"]
    assert [one["state"] for one in ana.get(f"/cases/{case}/jobs")["items"]] == ["queued", "cancelled"]
    with refused(404):
        clients(site, "mia").job(site.cases["market"].id, job["id"])
    with refused(403):
        clients(site, "ana", Permission.READ).run(case)


# -- repeats, the trail, the past -----------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(st.sampled_from(["one", "two", "three"]), min_size=1, max_size=6))
def test_a_request_that_is_repeated_is_done_once(people_site: Any, keys: list[str]) -> None:
    site = people_site
    headers = {"Authorization": f"Bearer {site.token('ana')}"}
    path = f"/api/v1/cases/{site.cases['harbour'].id}/runs"
    browser = site.client()
    before = _jobs(site)
    for job in _open_jobs(site):
        browser.client.post(f"{path[:-5]}/jobs/{job}/cancel", headers=headers)
    answers: dict[str, Any] = {}
    for key in keys:
        answer = browser.client.post(path, json={}, headers={**headers, "Idempotency-Key": key})
        assert answer.status_code == 202
        assert answers.setdefault(key, answer.json()) == answer.json()
        # It is over when it is asked for again, so that a new one would be made.
        browser.client.post(f"{path[:-5]}/jobs/{answer.json()['id']}/cancel", headers=headers)
    assert _jobs(site) - before == len(set(keys))
    other = browser.client.post(path, json={"anew": True}, headers={**headers, "Idempotency-Key": keys[0]})
    assert other.status_code == 409


def _jobs(site: Any) -> int:
    with site.house.database.session() as db:
        return int(db.query(Job).count())


def _open_jobs(site: Any) -> list[int]:
    with site.house.database.session() as db:
        return [job.id for job in db.query(Job).filter_by(state="queued")]


def test_the_trail_says_which_token_did_it(site: Any, clients: Any) -> None:
    ana, case = clients(site, "ana"), site.cases["harbour"].id
    lead = first_lead(ana, case)
    ana.label(case, lead["kind"], lead["id"], spam=2)
    entries = list(clients(site, "sam").get(f"/cases/{case}/audit", action="opinion")["items"])
    assert [(one["actor"], one["action"]) for one in entries] == [("ana", "opinion.first")]
    assert entries[0]["details"]["by"] == "api"
    assert entries[0]["details"]["token"]
    checked = clients(site, "aud").post("/audit/verify")
    assert checked["broken"] == []
    assert checked["entries"] > 1
    with site.house.database.session() as db:
        assert list(audit.verify(db)) == []
        assert db.query(AuditEntry).filter_by(action="audit.verified").count() == 1


def test_nothing_is_written_in_the_past(site: Any, clients: Any) -> None:
    case, today = site.cases["harbour"].id, clients(site, "ana")
    lead = first_lead(today, case)
    token = {"Authorization": f"Bearer {site.token('ana')}"}
    browser = site.client()
    for path, body in (
        (f"labels/{lead['kind']}/{lead['id']}", {"steps": {"spam": 4}}),
        ("runs", {}),
        ("wrong-leads", {"what": "network", "one": lead["id"]}),
    ):
        answer = browser.client.post(
            f"/api/v1/cases/{case}/{path}?as_of=2020-01-01", json=body, headers=token
        )
        assert answer.status_code in (404, 409), answer.text
    with site.house.database.session() as db:
        assert db.query(Opinion).count() == 0


def test_opening_by_scripts_is_counted(people_site: Any) -> None:
    from filrouge.web.limits import Limits

    limits = Limits()
    for _time in range(1000):
        limits.count("opening.script", "1")
    with pytest.raises(Exception, match="429"):
        limits.count("opening.script", "1")


# -- the house ------------------------------------------------------------------------------------------------


def test_accounts_are_read_by_a_token_and_never_made_or_changed(people_site: Any, clients: Any) -> None:
    site = people_site
    adm, ana, myself = clients(site, "adm"), site.users["ana"].id, site.users["adm"].id
    before = list(adm.every("/people"))
    assert "password" not in adm.get(f"/people/{ana}")
    # Pages ask the administrator first to show again who they are, which no token can.
    for path in (f"/people/{ana}", f"/people/{myself}"):
        with refused(405):
            adm.put(path, name="Ana", role="administrator")
        for what in ("activate", "deactivate", "unlock", "password", "factor"):
            with refused(404):
                adm.post(f"{path}/{what}")
    with refused(405):
        adm.post("/people", login="noor", name="Noor", role="administrator")
    assert list(adm.every("/people")) == before
    with refused(403):
        clients(site, "sam").get(f"/people/{ana}")


def test_what_pages_ask_to_show_again_who_one_is_for_is_not_in_reach_of_a_token(people_site: Any) -> None:
    asked = people_site.app.state.guards.items()
    mine = [
        method for (method, path), scope in asked if path.startswith("/api/") and scope == "manage_people"
    ]
    assert set(mine) == {"GET"}


def test_nothing_that_gives_a_way_in_is_in_reach_of_a_token(people_site: Any) -> None:
    paths = [path for (_method, path) in people_site.app.state.guards if path.startswith("/api/")]
    assert not [path for path in paths if path.endswith(("/password", "/factor"))]
    assert ("POST", "/api/v1/tokens") not in people_site.app.state.guards


def test_a_case_is_made_staffed_closed_and_opened_again(people_site: Any, clients: Any) -> None:
    site = people_site
    sam, adm = clients(site, "sam"), clients(site, "adm")
    wanted = {
        "name": "pier",
        "purpose": "Finding copies",
        "authority": "Practice",
        "keep_until": "2030-01-01",
    }
    made = sam.post("/cases", **wanted)
    assert [one["name"] for one in made["members"]] == ["Sam"]
    path = f"/cases/{made['id']}"
    assert len(sam.put(f"{path}/members/{site.users['ben'].id}")["members"]) == 2
    sam.delete(f"{path}/members/{site.users['ben'].id}")
    with refused(409):
        sam.put(f"{path}/keep-until", day="2020-01-01", reason="long ago by now")
    changed = sam.put(f"{path}/settings", title="Pier", purpose="Finding copies", authority="Practice")
    assert changed["title"] == "Pier"
    assert sam.post(f"{path}/close")["closed"]
    with refused(409):
        sam.run(made["id"])
    assert [one["id"] for one in sam.list_of("/cases/closed")] == [made["id"]]
    sam.post(f"{path}/reopen")
    assert made["id"] in [one["id"] for one in adm.list_of("/cases/all")]
    by_adm = adm.post("/cases", **{**wanted, "name": "quay"}, supervisor=site.users["sue"].id)
    assert [one["name"] for one in by_adm["members"]] == ["Sue"]


def test_a_token_ends_itself_and_none_of_others(people_site: Any, clients: Any) -> None:
    site = people_site
    ana, ben = clients(site, "ana"), clients(site, "ben")
    mine, theirs = ana.list_of("/tokens")[0]["id"], ben.list_of("/tokens")[0]["id"]
    with refused(404):
        ana.delete(f"/tokens/{theirs}")
    ana.delete(f"/tokens/{mine}")
    with refused(401):
        ana.me()
