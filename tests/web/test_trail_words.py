"""The trail in words: codes that the program writes have words in both languages, others are shown as they are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from filrouge import i18n
from filrouge.casework import audit
from filrouge.reports.trail import action_in_words
from filrouge.web.trail_words import Known, details_in_words, names, subject_in_words

SOURCE = Path(__file__).parents[2] / "src" / "filrouge"
KNOWN = Known({"ana": "Ana Roy"}, {3: "Ana Roy"}, {2: "Harbour"})
NOBODY = Known({}, {}, {})


def noted() -> Iterator[tuple[str, list[str]]]:
    """The actions that the code notes, with the names of their details."""
    for path in (SOURCE / "casework").glob("*.py"), (SOURCE / "web").rglob("*.py"):
        for file in path:
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
                    continue
                called = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
                if called not in ("note", "note_trail"):
                    continue
                details = [one.arg for one in call.keywords if one.arg not in (None, "case", "subject")]
                said = [one.value for one in call.args if isinstance(one, ast.Constant) and one.value]
                actions = [one for one in said if isinstance(one, str) and "." in one]
                yield (actions[0] if actions else ""), [name for name in details if name]


def test_each_action_and_each_detail_that_the_code_notes_has_words() -> None:
    found = list(noted())
    assert len({action for action, _details in found}) > 50
    assert [action for action, _details in found if action and action_in_words(action) == action] == []
    unnamed = {(action, name) for action, details in found for name in details if name not in names(action)}
    assert unnamed == set()


@pytest.mark.parametrize(
    ("action", "details", "en", "fr"),
    [
        ("case.searched", {"as_of": "2026-03-05"}, ("as of", "Mar 5, 2026"), ("à la date du", "5 mars 2026")),
        ("rejects.downloaded", {"rows": 1200}, ("rows", "1,200"), ("lignes", "1\N{NARROW NO-BREAK SPACE}200")),
        ("user.role", {"before": "analyst"}, ("before", "analyst"), ("avant", "analyste")),
        ("case.as_of", {"day": "today"}, ("day", "today"), ("jour", "aujourd’hui")),
        ("job.started", {"kind": "run"}, ("kind", "Comparing"), ("genre", "Comparaison")),
        ("package.asked", {"what": "N12"}, ("what", "N12"), ("quoi", "N12")),
        ("notice.sent", {"kind": "mail"}, ("kind", "by e-mail"), ("genre", "par courriel")),
        ("case.opened", {"reason": "masked"}, ("reason", "masked"), ("motif", "masked")),
        ("case.made", {"members": ["ana", "zoe"]}, ("members", "Ana Roy, zoe"), ("membres", "Ana Roy, zoe")),
        ("tip.asked", {"held": False}, ("something is held", "no"), ("quelque chose est détenu", "non")),
    ],
)  # fmt: skip
def test_details_are_told_in_both_languages(
    action: str, details: dict[str, Any], en: tuple[str, str], fr: tuple[str, str]
) -> None:
    before = i18n.language()
    try:
        for language, said in (("en", en), ("fr", fr)):
            i18n.set_language(language)
            assert details_in_words(action, details, KNOWN) == [said]
    finally:
        i18n.set_language(before)


def test_what_is_changed_of_a_case_is_told_by_name() -> None:
    told = details_in_words("case.changed", {"before": {"title": "Quay", "purpose": "Practice"}}, KNOWN)
    assert told == [("before", "title: Quay; purpose: Practice")]


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"of_tomorrow": "x=1"}, ("of_tomorrow", "x=1")),
        ({"as_of": "no day"}, ("as of", "no day")),
        (
            {"scopes": ["read", "fly"]},
            ("may be used to", "read masked ads, clusters and networks; search, fly"),
        ),
        ({"level": None}, ("may know", "None")),
        ({"ads": {"a": [1, {"b": None}]}}, ("ads", "a: 1, b: None")),
    ],
)
def test_a_code_that_is_not_known_is_shown_as_it_is(details: dict[str, Any], told: tuple[str, str]) -> None:
    assert details_in_words("thing.unheard_of", details, KNOWN) == [told]


@pytest.mark.parametrize(
    ("subject", "known", "told"),
    [
        ("network:12", KNOWN, "N12"),
        ("user:3", KNOWN, "Ana Roy"),
        ("user:3", NOBODY, "account 3"),
        ("case:2", KNOWN, "Harbour"),
        ("ads:1,2", KNOWN, "ads 1, 2"),
        ("thing:7", KNOWN, "thing:7"),
        ("network:x", KNOWN, "network:x"),
        ("", KNOWN, ""),
    ],
)
def test_to_what_it_was_done_is_told(subject: str, known: Known, told: str) -> None:
    assert subject_in_words(subject, known) == told


def test_the_page_shows_words(people_site: Any) -> None:
    with people_site.house.database.writing() as db:
        user = people_site.users["ana"]
        audit.note(db, "adm", "user.role", subject=f"user:{user.id}", before="analyst", after="partner")
        audit.note(db, "", "thing.unheard_of", subject="thing:7", secret_code="x=1")
    english = people_site.client("aud").get("/audit").text
    assert "gave a person another role" in english
    assert '<span class="note">before:</span> analyst' in english
    assert f"user:{user.id}" not in english
    for code in ("thing.unheard_of", "thing:7", "secret_code", "x=1"):
        assert code in english
    french = people_site.client("aud", lang="fr").get("/audit").text
    assert '<span class="note">avant\N{NO-BREAK SPACE}:</span> analyste' in french
