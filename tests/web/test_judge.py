"""Journey 7: labels, a second opinion given blind, differences, wrong joins; through the application."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import select

from filrouge.casework.models import BlindTask, Opinion, now
from filrouge.casework.verdicts import Judged, Verdict, as_said


def leads(site: Any, case: str = "harbour") -> list[dict[str, Any]]:
    """The leads of a case, the strongest first."""
    return site.house.desk.casebook(case).leads.to_dicts()  # type: ignore[no-any-return]


def judge(browser: Any, site: Any, lead: dict[str, Any], **fields: Any) -> Any:
    data = {"of": lead["kind"], "number": lead["id"], **{k.replace("_", "-"): v for k, v in fields.items()}}
    return browser.post(site.path("harbour", "/judge/label"), data)


def judged(site: Any, lead: dict[str, Any]) -> Judged:
    with site.house.database.session() as db:
        rows = db.scalars(
            select(Opinion)
            .where(Opinion.of == lead["kind"], Opinion.number == lead["id"])
            .order_by(Opinion.id)
        ).all()
    return Judged(lead["kind"], lead["id"], tuple(as_said(row) for row in rows))


def taken(site: Any, browser: Any) -> str:
    """Take the next second opinion; the address of its page."""
    answer = browser.post(site.path("harbour", "/judge/take"))
    assert "/blind/" in str(answer.url), answer.text
    return str(answer.url.path)


def text_of(answer: Any) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
def two(site: Any) -> tuple[Any, Any]:
    """The browsers of the two analysts."""
    return site.client("ana"), site.client("ben")


def test_a_label_is_given_shown_and_taken_back(site: Any, two: Any) -> None:
    ana, _ben = two
    lead = leads(site)[0]
    answer = judge(ana, site, lead, step_spam=4, note="the same words as in March")
    assert f"Your opinion on {lead['name']} is noted." in text_of(answer)
    assert "spam: probably" in text_of(ana.get(site.path("harbour", f"/judge/{lead['kind']}/{lead['id']}")))
    assert judged(site, lead).verdict("spam") is Verdict.HOLDS
    undo = re.search(r'action="([^"]+/judge/undo/\d+)"', answer.text)
    assert undo
    ana.post(undo[1])
    assert judged(site, lead).verdict("spam") is Verdict.NONE
    told = text_of(ana.get(site.path("harbour", f"/judge/{lead['kind']}/{lead['id']}")))
    assert "taken back" in told
    assert "the same words as in March" in told


def test_organised_counts_only_when_a_second_person_says_so_blind(site: Any, two: Any) -> None:
    ana, ben = two
    lead = leads(site)[0]
    judge(ana, site, lead, step_organised=5)
    assert judged(site, lead).verdict("organised") is Verdict.WAITING
    task = taken(site, ben)
    missing = ben.post(task, {"step-organised": 5})
    assert missing.status_code == 400
    assert "independent work" in text_of(missing)
    done = ben.post(task, {"step-organised": 4, "step-independent": 1})
    assert "Thank you" in text_of(done)
    assert "organised exploitation: certainly" in text_of(done)
    assert judged(site, lead).verdict("organised") is Verdict.HOLDS


def test_the_first_judge_is_not_the_second_and_nobody_is_asked_twice(site: Any, two: Any) -> None:
    ana, ben = two
    lead = leads(site)[0]
    judge(ana, site, lead, step_organised=5)
    assert ana.post(site.path("harbour", "/judge/take")).status_code == 400
    task = taken(site, ben)
    assert ana.get(task).status_code == 404
    ben.post(f"{task}/hand-back")
    assert ben.post(site.path("harbour", "/judge/take")).status_code == 400
    sam = site.client("sam")
    assert "/blind/" in str(sam.post(site.path("harbour", "/judge/take")).url)
    # While it waits, somebody who was asked cannot label it openly.
    assert judge(ben, site, lead, step_organised=1).status_code == 400


def test_opinions_that_differ_are_settled_by_a_supervisor_who_gave_neither(site: Any, two: Any) -> None:
    ana, ben = two
    sam = site.client("sam")
    lead = leads(site)[0]
    judge(ana, site, lead, step_organised=5)
    ben.post(taken(site, ben), {"step-organised": 2, "step-independent": 4})
    assert judged(site, lead).verdict("organised") is Verdict.DIFFER
    page = site.path("harbour", f"/judge/{lead['kind']}/{lead['id']}")
    assert "Opinions differ" in text_of(ana.get(page))
    assert ana.post(f"{page}/rule", {"step-organised": 5}).status_code == 403
    assert "Settle it" in text_of(sam.get(page))
    sam.post(f"{page}/rule", {"step-organised": 4, "step-independent": 1, "note": "seen both"})
    assert judged(site, lead).verdict("organised") is Verdict.HOLDS
    assert "settled by a supervisor" in text_of(ben.get(page))


def test_who_judges_blind_sees_nothing_of_it_anywhere(site: Any, two: Any) -> None:
    ana, ben = two
    lead = next(lead for lead in leads(site) if lead["kind"] == "network")
    judge(ana, site, lead, step_organised=5, note="a note that only ana knows")
    book = site.house.desk.casebook("harbour")
    clusters = [brief.id for brief in book.network(lead["id"]).clusters]
    before = pages_of(site, ben)
    assert any(f"/networks/{lead['id']}" in page for page in before.values())
    task = taken(site, ben)
    shown = text_of(ben.get(task))
    for forbidden in ("a note that only ana knows", "strength", " bits", lead["name"], "certainly,"):
        assert forbidden not in shown.replace("5 certainly", ""), forbidden
    base = site.path("harbour")
    for path in (
        f"{base}/networks/{lead['id']}",
        *(f"{base}/clusters/{cluster}" for cluster in clusters),
        f"{base}/judge/network/{lead['id']}",
    ):
        answer = ben.get(path, follow_redirects=False)
        assert answer.status_code in (303, 400), path
        assert "a note that only ana knows" not in answer.text
        assert lead["name"] not in answer.text
    for path, page in pages_of(site, ben).items():
        assert "a note that only ana knows" not in page, path
        assert not re.search(rf"\b{lead['name']}\b", page), path
        assert f'/networks/{lead["id"]}"' not in page, path
        for cluster in clusters:
            assert f'/clusters/{cluster}"' not in page, path
    # Others see it as ever, and so does ben once he has answered.
    assert ana.get(f"{base}/networks/{lead['id']}").status_code == 200
    ben.post(task, {"step-organised": 4, "step-independent": 1})
    assert ben.get(f"{base}/networks/{lead['id']}").status_code == 200
    assert "a note that only ana knows" in ben.get(f"{base}/judge/network/{lead['id']}").text


def pages_of(site: Any, browser: Any) -> dict[str, str]:
    """All pages of the case that have no further number in their address, by address."""
    out = {}
    for method, path in site.app.state.guards:
        if method == "GET" and "{case_id}" in path and path.count("{") == 1:
            filled = path.replace("{case_id}", str(site.cases["harbour"].id))
            answer = browser.get(filled)
            if answer.status_code == 200 and "html" in answer.headers.get("content-type", ""):
                out[filled] = answer.text
    return out


def test_who_judges_blind_reads_no_reported_wrong_join_of_it(site: Any, two: Any) -> None:
    ana, ben = two
    lead = next(lead for lead in leads(site) if lead["kind"] == "network")
    cluster = site.house.desk.casebook("harbour").network(lead["id"]).clusters[0].id
    said = "a word of the first judge on why it was joined wrongly"
    data = {"what": "cluster", "one": cluster, "other": lead["id"], "text": said}
    assert ana.post(site.path("harbour", "/wrong-leads"), data).status_code == 200
    ana.post(site.path("harbour", "/wrong-leads/1/undo"))
    judge(ana, site, lead, step_organised=5)
    token = {"Authorization": f"Bearer {site.token('ben')}"}
    scripted = f"/api/v1/cases/{site.cases['harbour'].id}/wrong-leads"
    task = taken(site, ben)
    assert said not in ben.get(site.path("harbour", "/wrong-leads")).text
    assert ben.client.get(scripted, headers=token).json() == []
    assert said in ana.get(site.path("harbour", "/wrong-leads")).text
    ben.post(task, {"step-organised": 4, "step-independent": 1})
    assert said in ben.get(site.path("harbour", "/wrong-leads")).text
    assert len(ben.client.get(scripted, headers=token).json()) == 1


def test_the_first_opinion_is_hidden_from_whoever_could_be_asked(site: Any, two: Any) -> None:
    ana, ben = two
    lead = leads(site)[0]
    judge(ana, site, lead, step_organised=5, note="only for later")
    page = ben.get(site.path("harbour", f"/judge/{lead['kind']}/{lead['id']}"))
    assert "only for later" not in page.text
    assert "organised exploitation: certainly" not in text_of(page)
    assert "Give the second opinion" in text_of(page)


def test_some_opinions_that_call_for_none_are_checked_all_the_same(site: Any, two: Any) -> None:
    ana, _ben = two
    for lead in leads(site)[:12]:
        judge(ana, site, lead, step_spam=4)
    with site.house.database.session() as db:
        tasks = db.scalars(select(BlindTask)).all()
    assert 0 < len(tasks) < 12


def test_a_partner_reads_and_does_not_judge(site: Any) -> None:
    pat = site.client("pat")
    lead = leads(site)[0]
    assert judge(pat, site, lead, step_spam=4).status_code == 403
    page = pat.get(site.path("harbour", f"/judge/{lead['kind']}/{lead['id']}"))
    assert page.status_code == 200
    assert "Give your opinion" not in page.text
    register = pat.get(site.path("harbour", "/wrong-leads"))
    assert register.status_code == 200
    assert site.path("harbour", "/judge") not in register.text


def test_nothing_is_judged_while_the_past_is_looked_at(site: Any, two: Any) -> None:
    ana, _ben = two
    with site.house.database.writing() as db:
        from datetime import date

        from filrouge.casework.models import DeskState, SignedIn

        session = db.scalars(select(SignedIn)).all()[0]
        db.add(DeskState(session_id=session.id, case_id=site.cases["harbour"].id, as_of=date(2000, 1, 1)))
    lead = leads(site)[0]
    assert judge(ana, site, lead, step_spam=4).status_code == 400
    assert judged(site, lead).rows == ()


def test_what_the_case_does_not_hold_cannot_be_judged(site: Any, two: Any) -> None:
    ana, _ben = two
    theirs = {(lead["kind"], lead["id"]) for lead in leads(site, "market")} - {
        (lead["kind"], lead["id"]) for lead in leads(site)
    }
    of, number = sorted(theirs)[0]
    for data in (
        {"of": of, "number": number, "step-spam": 4},
        {"of": of, "number": 99_999_999, "step-spam": 4},
        {"of": "person", "number": 1, "step-spam": 4},
    ):
        assert ana.post(site.path("harbour", "/judge/label"), data).status_code == 404
    assert ana.get(site.path("harbour", f"/judge/{of}/{number}")).status_code == 404


def test_a_wrong_join_is_reported_in_one_click_and_kept_in_the_register(site: Any, two: Any) -> None:
    ana, _ben = two
    book = site.house.desk.casebook("harbour")
    network = next(lead for lead in leads(site) if lead["kind"] == "network" and lead["clusters"] > 1)
    one, other = [brief.id for brief in book.network(network["id"]).clusters][:2]
    register = site.path("harbour", "/wrong-leads")
    answer = ana.post(register, {"what": "pair", "one": one, "other": other})
    assert "kept apart from now on" in text_of(answer)
    join = re.search(r'action="[^"]+/wrong-leads/(\d+)/undo"', answer.text)
    assert join
    ana.post(f"{register}/{join[1]}/entry", {"kind": "told", "text": "The bank was told on Monday."})
    page = text_of(ana.get(register))
    assert f"C{min(one, other)} and C{max(one, other)}" in page
    assert "The bank was told on Monday." in page
    ana.post(f"{register}/{join[1]}/undo")
    page = text_of(ana.get(register))
    assert "together again" in page
    assert "reported" in page


def test_a_wrong_join_is_undone_on_all_pages_of_the_case_and_for_all(site: Any, two: Any) -> None:
    ana, ben = two
    network = next(lead for lead in leads(site) if lead["kind"] == "network" and lead["clusters"] > 2)
    cluster = site.house.desk.casebook("harbour").network(network["id"]).clusters[-1]
    register = site.path("harbour", "/wrong-leads")
    page = site.path("harbour", f"/networks/{network['id']}")
    link = f'id="row-{cluster.id}"'  # the identifiers that it shares with others are listed as ever
    assert link in ben.get(page).text
    answer = ana.post(register, {"what": "cluster", "one": cluster.id, "other": network["id"], "next": page})
    assert link not in ben.get(page).text
    undo = re.search(r'action="([^"]+/wrong-leads/\d+/undo)"', answer.text)
    assert undo
    ben.post(undo[1])
    assert link in ana.get(page).text
    # A case of others sees nothing of it, and cannot report what it does not hold.
    mia = site.client("mia")
    assert "kept apart" not in mia.get(site.path("market", "/wrong-leads")).text
    theirs = {"what": "cluster", "one": cluster.id, "other": network["id"]}
    if network["id"] not in site.house.desk.casebook("market").ads["network"]:
        assert mia.post(site.path("market", "/wrong-leads"), theirs).status_code == 404


def test_looking_at_the_past_shows_nothing_that_is_held_back_today(site: Any, two: Any) -> None:
    ana, ben = two
    lead = leads(site)[0]
    judge(ana, site, lead, step_organised=5)
    what = (lead["kind"], lead["id"])
    with site.house.database.session() as db:
        board = site.house.boards.board(db, site.cases["harbour"], site.house.desk.view(), until=now())
    assert board.of(what).opinions
    assert not board.is_open_to(site.users["ben"].id, what)
    assert board.labels(what, site.users["ben"].id) == []
    assert ben.get(site.path("harbour", "/triage")).status_code == 200
