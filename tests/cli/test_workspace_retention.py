"""Destroying: said first, asked, done, and said again."""

from __future__ import annotations

import re

import click
import pytest
from workspace_days import Told, Unit

import filrouge.cli.retention as command


def test_what_would_go_is_said_before_and_nothing_goes_unasked(three_days: Unit) -> None:
    told = three_days("retention", "--case", "market")
    assert told.code == 2
    assert "9 ads would become unreadable, for everybody and for good:" in told.out
    assert re.search(r"^market +2026-06 +9$", told.out, re.MULTILINE)
    assert "Copies elsewhere are not reached" in told.out
    assert "Give --yes" in told.err
    assert "21 ads" in three_days("status").out


@pytest.mark.parametrize(("answer", "left"), [(True, "12 ads"), (False, "21 ads")])
def test_a_person_is_asked(
    answer: bool, left: str, three_days: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def confirm(question: str, **options: object) -> bool:
        asked.append(question)
        return answer

    monkeypatch.setattr(command.sys, "stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr(click, "confirm", confirm)
    told = three_days("retention", "--case", "market")
    assert told.code == 0
    assert asked == ["Destroy them for good?"]
    assert ("can no longer be read" if answer else "Nothing was destroyed.") in told.out
    assert left in three_days("status").out


def test_a_case_is_destroyed_and_that_stays_known(three_days: Unit) -> None:
    told = three_days("retention", "--case", "market", "--yes", "--why", "the file is closed")
    assert told.code == 0
    assert "9 ads can no longer be read." in told.out
    assert "Cases: market; months: 2026-06." in told.out
    assert "9 ads were destroyed" in three_days("status").out
    past = three_days("retention")
    assert re.search(r"market +2026-06 +9  the file is closed$", past.out, re.MULTILINE)
    assert "\u22129" in three_days("snapshots").out.splitlines()[-1]
    again = three_days("retention", "--case", "market", "--yes")
    assert again.code == 2
    assert "The cases are: harbour" in again.err
    assert three_days("verify").code == 0


def test_old_months_are_destroyed(three_days: Unit) -> None:
    told = three_days("retention", "--older-than", "2026-06-15", "--yes")
    assert told.code == 0
    assert "9 ads can no longer be read." in told.out
    assert re.search(r"^harbour +3 +2026-06$", three_days("status").out, re.MULTILINE)


def test_a_case_and_a_day_together_are_the_old_ads_of_that_case(three_days: Unit) -> None:
    told = three_days("retention", "--older-than", "2026-06-15", "--case", "market", "--yes")
    assert told.code == 0
    assert "No ad falls under this rule." in told.out


def test_single_ads_are_destroyed_by_their_numbers(three_days: Unit) -> None:
    numbers = re.findall(r"· ad (\d+)", three_days("search", "lemonade noon", "--words").out)
    assert len(numbers) == 3
    told = three_days("retention", "--ad", numbers[0], "--ad", numbers[1], "--yes")
    assert told.code == 0
    assert "2 ads can no longer be read." in told.out
    assert "1 ad holds all these words." in three_days("search", "lemonade noon", "--words").out
    assert "single ads" in three_days("retention").out
    gone = three_days("retention", "--ad", numbers[0], "--yes")
    assert gone.code == 2
    assert numbers[0] in gone.err


def test_without_a_rule_it_says_what_was_destroyed_so_far(three_days_once: Unit) -> None:
    told = three_days_once("retention")
    assert (told.code, told.out) == (0, "Nothing was destroyed.\n")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (("--older-than", "yesterday"), "“yesterday” is no day"),
        (("--older-than", "2026-13-01"), "“2026-13-01” is no day"),
        (("--older-than", "12h"), "“12h” is no day"),
        (("--older-than", "99999y"), "“99999y” is no day"),
        (("--case", "harbor"), "There is no case “harbor”. The cases are: harbour, market."),
        (("--ad", "1", "--case", "harbour"), "--ad alone"),
        (("--ad", "99"), "99"),
        (("--ad", "L1"), "--ad"),
    ],
)
def test_a_rule_that_cannot_be_meant_destroys_nothing(
    rule: tuple[str, ...], said: str, three_days_once: Unit
) -> None:
    told: Told = three_days_once("retention", *rule, "--yes")
    assert told.code == 2
    assert said in told.err
    assert "21 ads" in three_days_once("status").out


def test_a_run_after_everything_was_destroyed_says_that_every_cluster_ended(three_days: Unit) -> None:
    for case in ("market", "harbour"):
        assert three_days("retention", "--case", case, "--yes").code == 0
    ran = three_days("run")
    assert ran.code == 0, ran.err
    told = three_days("history", "0").out
    assert "ended; all its ads were destroyed" in told
    assert "It holds no ad that can be read." in told
    assert "cluster 0 ended; all its ads were destroyed" in three_days("history").out
    assert three_days("search", "violin lessons").code == 0
