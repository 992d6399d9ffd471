"""What the commands print."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from filrouge.reports import terminal


def hit(**changes: Any) -> Any:
    about = {
        "id": "a-1",
        "agency": "alpha",
        "posted": "2026-01-05",
        "location": "Laval",
        "cluster": "C0001",
        "template": "T1",
        "bits": 41.26,
        "stretches": (
            SimpleNamespace(text="Relaxing massage downtown ", common=True),
            SimpleNamespace(text="with tea\nand [bold]music[/bold]", common=False),
        ),
        "shared": (SimpleNamespace(kind="phone", value="+16045550123", holders=3, bits=9.4),),
    }
    return SimpleNamespace(**(about | changes))


def explanation(**changes: Any) -> Any:
    about = {
        "one": hit(),
        "other": hit(id="b-2"),
        "text_bits": 812.0,
        "cut": 38.2,
        "shared": hit().shared,
        "same_cluster": True,
    }
    return SimpleNamespace(**(about | changes))


def test_hits_mark_what_is_in_common_where_nothing_can_be_bold(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_hits("massage", [hit()])
    said = capsys.readouterr().out
    assert "1. a-1 · alpha · 2026-01-05 · Laval" in said
    assert "«Relaxing massage downtown» with tea\n    and [bold]music[/bold]" in said
    assert "phone +16045550123 · 9.4 bits · 3 ads have it" in said
    assert "\x1b" not in said


def test_an_ad_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    evil = SimpleNamespace(text="\x1b[2J\u202eevil", common=True)
    terminal.show_hits("x", [hit(id="\x1b]0;t\x07", stretches=(evil,))])
    said = capsys.readouterr().out
    assert "[U+001B][2J[U+202E]evil" in said
    assert not {"\x1b", "\u202e", "\x07"} & set(said)


def test_no_hit_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_hits("x", [])
    assert "No ad has words or identifiers in common" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "a-1 and b-2 were written from one template (C0001)."),
        ({"same_cluster": False}, "share more words than strangers do"),
        ({"same_cluster": False, "text_bits": 3.0}, "tied by what they name, not by their words"),
        ({"same_cluster": False, "text_bits": 3.0, "shared": ()}, "Nothing ties a-1 and b-2"),
    ],
)
def test_an_explanation_begins_with_its_verdict(
    changes: dict[str, Any], verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.show_explanation(explanation(**changes))
    assert verdict in capsys.readouterr().out.splitlines()[0]


def test_the_summary_says_what_was_found_and_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_summary(
        SimpleNamespace(
            out=Path("findings"),
            ads=2000,
            tied=1912,
            clusters=143,
            groups=37,
            networks=37,
            agencies=4,
            rejects=2,
            alerts=3,
            columns=["alpha.csv: text = body"],
            seconds=3.21,
        )
    )
    said = capsys.readouterr().out
    assert "2,000 ads of 4 agencies, compared in 3.2 s." in said
    assert "alpha.csv: text = body" in said
    assert "1,912 ads were written from one of 143 templates." in said
    assert "37 groups show signs of organisation." in said
    assert f"see {Path('findings/rejects.csv')}" in said
    assert "3 ads must be read by a person now" in said
    assert str(Path("findings/alerts.csv")) in said
    assert str(Path("findings/report.html")) in said


@pytest.mark.parametrize(
    ("clusters", "tied", "groups", "said_of_templates", "said_of_groups"),
    [
        (0, 0, 0, "No two ads were written from one template.", "No group of ads shows signs"),
        (1, 2, 1, "2 ads were written from one template.", "1 group shows signs of organisation."),
    ],
)
def test_few_findings_are_counted_as_a_person_would(
    clusters: int,
    tied: int,
    groups: int,
    said_of_templates: str,
    said_of_groups: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal.show_summary(
        SimpleNamespace(
            out=Path("findings"),
            ads=9,
            tied=tied,
            clusters=clusters,
            groups=groups,
            networks=0,
            agencies=2,
            rejects=0,
            alerts=0,
            columns=[],
            seconds=0.5,
        )
    )
    said = capsys.readouterr().out
    assert said_of_templates in said
    assert said_of_groups in said
    assert "must be read by a person now" not in said
