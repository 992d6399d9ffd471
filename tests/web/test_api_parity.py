"""What the pages do, scripts can do: a page that is added says by which operation, or why by none."""

from __future__ import annotations

from typing import Any, Final

SESSIONS: Final = "a browser's session: a token takes its place"
ACCOUNT: Final = "one's own account: a token cannot show again who one is"
AGAIN: Final = (
    "needs that one shows again who one is: whoever finds a token must not become somebody else by it"
)
CONSENT: Final = "that a person agreed, another person has to see or hear; a script is told so"
LANGUAGE: Final = "the header Accept-Language"
FORM: Final = "an empty form: its fields stand in OpenAPI"
REMEMBERED: Final = "kept for a browser to come back to: nothing is kept for scripts"
GOES_ON: Final = "leads on to another page"
WITHOUT: Final = {
    "GET /": GOES_ON,
    "GET /welcome": SESSIONS,
    "POST /welcome": SESSIONS,
    "GET /sign-in": SESSIONS,
    "POST /sign-in": SESSIONS,
    "GET /sign-in/code": SESSIONS,
    "POST /sign-in/code": SESSIONS,
    "GET /sign-in/elsewhere": SESSIONS,
    "GET /sign-in/back": SESSIONS,
    "POST /signout": SESSIONS,
    "POST /language": LANGUAGE,
    "POST /account/sessions/{session_id}/end": SESSIONS,
    "POST /account/sessions/end-others": SESSIONS,
    "GET /account/confirm": ACCOUNT,
    "POST /account/confirm": ACCOUNT,
    "GET /account/here": SESSIONS,
    "GET /account/password": ACCOUNT,
    "POST /account/password": ACCOUNT,
    "GET /account/second-factor": ACCOUNT,
    "POST /account/second-factor": ACCOUNT,
    "POST /account/second-factor/later": ACCOUNT,
    "POST /account/second-factor/codes": ACCOUNT,
    "POST /account/second-factor/remove": ACCOUNT,
    "POST /people/new": AGAIN,
    "POST /people/{user_id}": AGAIN,
    "POST /people/{user_id}/password": AGAIN,
    "POST /people/{user_id}/unlock": AGAIN,
    "POST /people/{user_id}/factor": AGAIN,
    "POST /people/{user_id}/deactivate": AGAIN,
    "POST /people/{user_id}/activate": AGAIN,
    "POST /account/tokens": AGAIN,
    "POST /cases/{case_id}/survivor/new": CONSENT,
    "GET /cases/new": FORM,
    "GET /people/new": FORM,
    "GET /check-package": FORM,
    "GET /tip": FORM,
    "GET /cases/{case_id}": FORM,
    "GET /cases/{case_id}/survivor/new": FORM,
    "GET /cases/{case_id}/search": REMEMBERED,
    "POST /cases/{case_id}/forget": REMEMBERED,
    "POST /cases/{case_id}/mask": "the header X-Open-Reason opens for one request alone",
    "POST /cases/{case_id}/tie": GOES_ON,
    "POST /cases/{case_id}/map": GOES_ON,
}
"""Pages without an operation, and why. Think twice before one is added: what people can do, scripts should."""
OPENING: Final = "the header X-Open-Reason"
AS_OF: Final = "the parameter as_of"
BY: Final = {
    "GET /account": "me",
    "GET /cases": "cases closed_cases all_cases",
    "POST /cases/new": "make_case",
    "POST /cases/{case_id}/as-of": AS_OF,
    "POST /cases/{case_id}/open": OPENING,
    "GET /cases/{case_id}/settings": "case_settings",
    "POST /cases/{case_id}/settings": "change_case",
    "POST /cases/{case_id}/settings/keep-until": "keep_until",
    "POST /cases/{case_id}/members": "add_member",
    "POST /cases/{case_id}/members/{user_id}/add": "add_member",
    "POST /cases/{case_id}/members/{user_id}/remove": "remove_member",
    "POST /cases/{case_id}/close": "close_case",
    "POST /cases/{case_id}/reopen": "reopen_case",
    "GET /people": "everybody",
    "GET /people/{user_id}": "account",
    "GET /audit": "house_trail",
    "GET /audit/csv": "house_trail",
    "POST /audit/verify": "verify_trail",
    "POST /audit/note": "note_head",
    "GET /cases/{case_id}/audit": "case_trail",
    "GET /cases/{case_id}/audit/csv": "case_trail",
    "POST /cases/{case_id}/search": "search",
    "GET /cases/{case_id}/ads/{ad}": "ad",
    "GET /cases/{case_id}/tie": "tie",
    "GET /cases/{case_id}/as-of": "snapshots",
    "GET /cases/{case_id}/as-of/since": "changes",
    "GET /cases/{case_id}/survivor": "survivor_requests",
    "GET /cases/{case_id}/survivor/{request_id}": "survivor_request",
    "POST /cases/{case_id}/survivor/{request_id}/search": "look_for_own_ads",
    "POST /cases/{case_id}/survivor/{request_id}/confirm": "keep_answers",
    "POST /cases/{case_id}/survivor/{request_id}/package": "package_own_ads",
    "POST /cases/{case_id}/survivor/{request_id}/close": "close_request",
    "POST /cases/{case_id}/survivor/{request_id}/stop": "stop_request",
    "GET /cases/{case_id}/files": "waiting_files sources inbox",
    "POST /cases/{case_id}/files": "upload",
    "POST /cases/{case_id}/files/inbox": "bring_from_inbox",
    "POST /cases/{case_id}/files/take-all": "take_in",
    "GET /cases/{case_id}/files/{file}": "look",
    "POST /cases/{case_id}/files/{file}/columns": "map_columns take_in",
    "POST /cases/{case_id}/files/{file}/drop": "put_away",
    "GET /cases/{case_id}/files/sources/{snapshot}": "sources rejects",
    "GET /cases/{case_id}/files/sources/{snapshot}/rejects.csv": "rejects",
    "GET /cases/{case_id}/networks/{network}": "network",
    "GET /cases/{case_id}/clusters/{cluster}": "cluster",
    "GET /cases/{case_id}/map": "movement",
    "GET /cases/{case_id}/meetings": "cases_that_meet",
    "POST /cases/{case_id}/meetings": "let_know",
    "POST /tip": "tip",
    "GET /cases/{case_id}/judge": "labels waiting",
    "POST /cases/{case_id}/judge/label": "label",
    "POST /cases/{case_id}/judge/undo/{opinion}": "take_back",
    "GET /cases/{case_id}/judge/{of}/{number}": "judgement",
    "POST /cases/{case_id}/judge/{of}/{number}/rule": "rule",
    "POST /cases/{case_id}/judge/take": "take",
    "GET /cases/{case_id}/blind/{task}": "task",
    "POST /cases/{case_id}/blind/{task}": "answer",
    "POST /cases/{case_id}/blind/{task}/hand-back": "hand_back",
    "GET /cases/{case_id}/wrong-leads": "wrong_leads",
    "POST /cases/{case_id}/wrong-leads": "report",
    "POST /cases/{case_id}/wrong-leads/{join}/undo": "put_together",
    "POST /cases/{case_id}/wrong-leads/{join}/entry": "write",
    "GET /cases/{case_id}/watches": "watches_of_case alerts telling",
    "POST /cases/{case_id}/watches": "watch",
    "POST /cases/{case_id}/watches/seen": "see_alerts",
    "GET /cases/{case_id}/watches/alerts/{alert}": "an_alert",
    "POST /cases/{case_id}/watches/{watch}/name": "name_watch",
    "POST /cases/{case_id}/watches/{watch}/mute": "mute_watch",
    "POST /cases/{case_id}/watches/{watch}/delete": "delete_watch",
    "POST /cases/{case_id}/watches/{watch}/restore": "restore_watch",
    "POST /cases/{case_id}/watches/mail": "wish_mail",
    "POST /cases/{case_id}/watches/hook": "set_hook remove_hook",
    "POST /cases/{case_id}/watches/notices/{notice}/again": "send_again",
    "GET /cases/{case_id}/package": "packages_of_case",
    "POST /cases/{case_id}/package": "ask_for_package",
    "GET /cases/{case_id}/package/{package}": "a_package",
    "GET /cases/{case_id}/package/{package}/file": "fetch_package",
    "POST /cases/{case_id}/package/{package}/delete": "delete_package_file",
    "POST /cases/{case_id}/package/{package}/again": "make_package_again",
    "POST /check-package/files": "check_package",
    "GET /account/tokens": "my_tokens",
    "POST /account/tokens/{token}/end": "end_token",
    "GET /cases/{case_id}/work": "jobs_of_case",
    "POST /cases/{case_id}/runs": "start_run",
    "GET /cases/{case_id}/jobs/{job}": "job",
    "GET /cases/{case_id}/jobs/{job}/events": "job",
    "POST /cases/{case_id}/jobs/{job}/cancel": "cancel",
    "POST /cases/{case_id}/jobs/{job}/again": "try_again",
    "GET /cases/{case_id}/triage": "leads filtered_leads",
    "POST /cases/{case_id}/triage/filters": "filtered_leads",
    "POST /cases/{case_id}/triage/label": "label_many",
    "POST /cases/{case_id}/triage/undo/{batch}": "undo_batch",
    "POST /cases/{case_id}/triage/seen": "mark",
    "POST /cases/{case_id}/triage/views": "save_view",
    "POST /cases/{case_id}/triage/views/{view}": "views filtered_leads",
    "POST /cases/{case_id}/triage/views/{view}/delete": "delete_view",
    "GET /cases/{case_id}/agreement": "agreed",
    "GET /cases/{case_id}/lessons": "lessons_handed_over would_teach",
    "POST /cases/{case_id}/lessons": "hand_lesson_over",
    "GET /cases/{case_id}/lessons/{lesson}/table": "lesson_table",
}
"""The operations by which scripts do what a page does, by name."""
OF_ALL: Final = (AS_OF, OPENING)
"""What many operations take."""


def pages(site: Any) -> dict[str, Any]:
    """What each page asks for, by method and path."""
    of_others = ("/healthz", "/api/")
    return {
        f"{method} {path}": needs
        for (method, path), needs in site.app.state.guards.items()
        if not path.startswith(of_others)
    }


def operations(site: Any) -> dict[str, Any]:
    """What each operation asks for, by its name."""
    guards = site.app.state.guards
    return {
        operation["operationId"]: guards[method.upper(), path]
        for path, methods in site.app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_page_has_an_operation_or_a_reason(people_site: Any) -> None:
    there = set(pages(people_site))
    assert there - set(BY) - set(WITHOUT) == set(), (
        "say in BY how a script does it, or in WITHOUT why it cannot"
    )
    assert (set(BY) | set(WITHOUT)) - there == set(), "pages that are gone"
    assert set(BY) & set(WITHOUT) == set()


def test_the_operations_are_there_and_ask_for_what_the_page_asks_for(people_site: Any) -> None:
    needs, known = pages(people_site), operations(people_site)
    for page, said in BY.items():
        if said in OF_ALL:
            continue
        asked = {known[name] for name in said.split()}
        # A page that shows several things asks for the least of what they need.
        assert needs[page] in asked, (page, asked)


def test_past_days_and_reasons_are_taken_where_ads_are_read(people_site: Any) -> None:
    paths = people_site.app.openapi()["paths"]
    for name, path in (("as_of", "leads"), ("as_of", "networks/{network}"), ("X-Open-Reason", "ads/{ad}")):
        taken = [one["name"] for one in paths[f"/api/v1/cases/{{case_id}}/{path}"]["get"]["parameters"]]
        assert name in taken


def test_every_operation_is_what_some_page_does(people_site: Any) -> None:
    said = {name for names in BY.values() for name in names.split()}
    assert set(operations(people_site)) - said == set()
