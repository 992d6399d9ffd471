"""The interface for scripts is as OpenAPI says: schemathesis asks all that may be asked, and some that may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection

from filrouge.casework import survivors

ASKED = {"sam": 95, "adm": 17, "aud": 9}
"""Who asks what they may: at least so many operations."""


def numbers(site: Any, spare: list[int]) -> dict[str, list[int]]:
    """Numbers that there are, by the name they have in paths."""
    book = site.house.desk.casebook("harbour")
    networks = book.leads.filter(book.leads["kind"] == "network")["id"].to_list()
    clusters = sorted(set(book.ads["cluster"].to_list()) - {-1})
    return {
        "network": networks[:2], "cluster": clusters[:2], "number": networks[:3],
        "ad": book.ads["ad"].to_list()[:2], "user": [user.id for user in site.users.values()][-3:],
        "other": [site.cases["market"].id], "seq": [1, 2], "opinion": [1, 2, 3], "batch": [1], "join": [1, 2],
        "job": [1, 2], "file": [1, 2], "view": [1, 2], "package": [1], "watch": [1, 2], "alert": [1],
        "task": [1, 2], "token": spare, "request": [1, 2], "notice": [1], "lesson": [1],
    }  # fmt: skip


def asked_for(site: Any, login: str) -> None:
    """Two requests of survivors, so that there is something to go on with: one whose own ads are known."""
    ad = int(site.house.desk.casebook("harbour").ads["ad"][0])
    case, user = site.cases["harbour"], site.users[login]
    with site.house.database.writing() as db:
        one, _other = [
            survivors.begin(
                db, user, case, reference=f"file {k}", asker="person", consent_on=date.today(),
                consent_form="written", witness="J. Roy", agreed=True,
            )
            for k in range(2)
        ]  # fmt: skip
        survivors.found(db, user, case, one, "identifier", "proof", [ad])
        survivors.confirm(db, user, case, one, {ad: "own"})


@pytest.mark.parametrize("login", ASKED)
def test_the_interface_is_as_it_says(new_site: Any, serve: Any, login: str, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "alpha.csv").write_text("body\nA quiet room, by the hour.\n", encoding="utf-8")
    site = new_site(own=True, limits=False, options={"raise_faults": True, "inbox": tmp_path / "inbox"})
    asked_for(site, "sam")
    schema = schemathesis.openapi.from_url(serve(site).address + "/api/v1/openapi.json")
    headers = {"Authorization": f"Bearer {site.token(login)}"}
    site.token(login)
    there, guards = numbers(site, spare=[2]), site.app.state.guards
    mine = site.client(login)
    scopes = set(mine.client.get("/api/v1/me", headers=headers).json()["scopes"])
    asked, done = 0, set()
    # What shuts a case or somebody out comes last: after it little could be asked.
    found = sorted(
        (one.ok() for one in schema.get_all_operations()),
        key=lambda one: any(
            word in one.path for word in ("/close", "/stop", "/reopen", "/members", "/people")
        ),
    )
    for operation in found:
        if guards[operation.method.upper(), operation.path].value not in scopes:
            continue
        positive = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        negative = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

        @seed(2026)
        @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=positive, drawn=st.data())
        def holds(case: Any, drawn: Any) -> None:
            for name in case.path_parameters or {}:
                if name == "case_id":
                    case.path_parameters[name] = site.cases["harbour"].id
                # The token with which it comes in must not be ended.
                elif name == "token" or (name in there and drawn.draw(st.booleans())):
                    case.path_parameters[name] = drawn.draw(st.sampled_from(there[name]))
            answer = case.call_and_validate(headers=headers)
            if answer.status_code < 300:
                done.add(case.operation.label)

        @seed(2026)
        @settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=negative)
        def refuses(case: Any) -> None:
            if "case_id" in (case.path_parameters or {}):
                case.path_parameters["case_id"] = site.cases["harbour"].id
            # A number in an address is text in any case, and what is not asked for there is passed over.
            lenient = not case.meta.is_negative_at(ParameterLocation.BODY)
            case.call_and_validate(
                headers=headers, excluded_checks=[negative_data_rejection] if lenient else []
            )

        holds()
        if operation.body or operation.query:
            refuses()
        asked += 1
    assert asked >= ASKED[login]
    # A test that only ever hears "no" would say nothing of the answers.
    assert len(done) > asked * 0.6, sorted(done)


def test_operations_are_called_by_names_of_their_own(people_site: Any) -> None:
    said = people_site.app.openapi()
    names = [operation["operationId"] for methods in said["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    assert all(operation.get("description") for path in said["paths"].values() for operation in path.values())
