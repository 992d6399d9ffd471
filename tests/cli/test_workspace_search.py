"""Asking a workspace: what is shown is masked until somebody says why it is opened."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspace_days import Unit

from filrouge.corpus.workspace import Workspace
from filrouge.engines.masking import capitalised_names, is_pseudonym, masked, pseudonym
from filrouge.engines.stored import Stretch

ASKED = "gives violin lessons to slow beginners, we begin with four bars of a tune that you choose"


def test_the_nearest_ads_are_found_and_their_group_is_said(three_days_once: Unit) -> None:
    told = three_days_once("search", ASKED, "--top", "3")
    assert told.code == 0
    assert "3 ads are near this text." in told.out
    assert len(re.findall(r"^\d\. L\d · harbour-\d|^\d\. L\d · market-\d", told.out, re.MULTILINE)) == 3
    assert "cluster 0" in told.out
    assert "tied by its words" in told.out
    assert "«" in told.out


def test_identifiers_and_names_are_shown_by_pseudonyms(three_days_once: Unit) -> None:
    told = three_days_once("search", ASKED)
    assert not re.search(r"555|Anna|Sophie|Julie|Maria|Laura|Clara", told.out)
    phones = re.findall(r"phone:[0-9a-z]{8}", told.out)
    assert len(phones) == 6
    assert len(set(phones)) == 3
    assert len(set(re.findall(r"name:[0-9a-z]{8}", told.out))) == 6
    assert "To open them, say why: --open REASON" in told.out
    assert len(three_days_once("snapshots").out.splitlines()) == 8


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Bicycles made to roll again: Simon trues wheels", ["simon"]),
        ("Jennifer trues wheels", ["jennifer"]),
        ("Mark your calendar. Will you come? Grace at table", []),
        ("ask\nMark, or Zoé in the yard", ["zoe"]),
        ("with mark and will", []),
        ("call MARK", ["mark"]),
        ("Léa says so. Grace (617) 555-0101", ["lea", "grace"]),
        ("Mark 5 days in your calendar", []),
    ],
)
def test_what_may_be_a_name_is_hidden(text: str, names: list[str]) -> None:
    assert [name for _, _, name, is_hidden in capitalised_names(text) if is_hidden] == names


def test_an_ad_that_only_holds_its_usual_words_is_not_near(three_days_once: Unit) -> None:
    told = three_days_once("search", ASKED)
    assert set(re.findall(r"^\d\. (\w+)", told.out, re.MULTILINE)) == {f"L{k}" for k in range(1, 7)}
    slight = three_days_once("search", "you and me, to the end of it")
    assert slight.words.startswith(
        "9 ads have words in common with this text, but no more than strangers' ads"
    )
    assert "For the ads that hold all its words, however usual these are: --words" in slight.words


def test_opening_shows_them_and_is_written_down(three_days: Unit) -> None:
    told = three_days("search", ASKED, "--top", "2", "--open", "file 26-114,  request of the court")
    assert told.code == 0
    assert re.search(r"Anna|Sophie|Julie|Maria|Laura|Clara", told.out)
    assert "555" in told.out
    assert "phone:" not in told.out
    last = three_days("snapshots").out.splitlines()[-1]
    assert last.endswith("  2  file 26-114, request of the court")
    row = Workspace.open(three_days.where, key_file=three_days.key).snapshot
    assert row.kind == "opened"
    assert row.details["opened"] == 2
    assert len(row.details["ads_opened"]) == 2
    assert row.details["what"] == "search"


def test_opening_the_past_is_written_down_today(three_days: Unit) -> None:
    told = three_days("search", ASKED, "--open", "why", "--as-of", "2026-06-01")
    assert told.code == 0
    assert told.out.startswith("As of 2026-06-01")
    assert set(re.findall(r"^\d\. (L\d)", told.out, re.MULTILINE)) == {"L1", "L2", "L3"}
    row = Workspace.open(three_days.where, key_file=three_days.key).snapshot
    assert (row.seq, row.kind, row.details["as_of"]) == (7, "opened", 2)


def test_where_nothing_is_found_nothing_is_opened(three_days: Unit) -> None:
    told = three_days("search", "zzyzx", "--words", "--open", "why")
    assert told.code == 0
    assert "No ad holds all these words." in told.out
    assert len(three_days("snapshots").out.splitlines()) == 8


def test_an_opening_without_a_reason_is_refused(three_days_once: Unit) -> None:
    told = three_days_once("search", ASKED, "--open", "  ")
    assert told.code == 2
    assert "needs a reason" in told.err


def test_all_words_and_phrases(three_days_once: Unit) -> None:
    told = three_days_once("search", "lemonade noon", "--words")
    assert "3 ads hold all these words." in told.out
    assert set(re.findall(r"^\d\. (\w+)", told.out, re.MULTILINE)) == {"R1", "R2", "R3"}
    assert "3 ads hold" in three_days_once("search", '"greases what squeaks"', "--words").out
    assert "No ad holds" in three_days_once("search", '"squeaks what greases"', "--words").out


def test_who_carries_a_phone_may_be_asked_by_the_phone_and_by_its_pseudonym(three_days_once: Unit) -> None:
    told = three_days_once("search", "604 555 0123", "--identifier")
    assert "3 ads carry such an identifier." in told.out
    assert set(re.findall(r"^\d\. (\w+)", told.out, re.MULTILINE)) == {"L1", "L2", "L6"}
    (name,) = set(re.findall(r"^ +(phone:\w{8}) · ", told.out, re.MULTILINE))
    again = three_days_once("search", name, "--identifier")
    assert set(re.findall(r"^\d\. (\w+)", again.out, re.MULTILINE)) == {"L1", "L2", "L6"}
    assert "555" not in again.out
    then = three_days_once("search", name, "--identifier", "--as-of", "2026-06-01")
    assert set(re.findall(r"^\d\. (\w+)", then.out, re.MULTILINE)) == {"L1", "L2"}
    assert "No ad carries" in three_days_once("search", "phone:00000000", "--identifier").out


def test_a_pseudonym_that_is_opened_is_shown_in_the_clear(three_days: Unit) -> None:
    told = three_days("search", "604 555 0123", "--identifier")
    (name,) = set(re.findall(r"^ +(phone:\w{8}) · ", told.out, re.MULTILINE))
    opened = three_days("search", name, "--identifier", "--open", "why")
    assert "+16045550123" in opened.out


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "phone:00000000"), (2**64 - 1, "phone:zzzzzzzz"), (1 << 24, "phone:00000001")]
)
def test_a_pseudonym_is_the_first_forty_bits(number: int, shown: str) -> None:
    assert pseudonym("phone", number) == shown
    assert is_pseudonym(shown.upper())


def test_an_e_mail_address_or_handle_is_no_pseudonym() -> None:
    assert not is_pseudonym("instagram:12345678")
    assert not is_pseudonym("phone:iiiiiiii")
    assert not is_pseudonym("ask phone:00000000")


@given(
    st.lists(st.tuples(st.text("abc ", min_size=1, max_size=6), st.booleans()), max_size=8),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=6),
)
def test_masks_hide_all_that_they_cover_and_nothing_else(
    pieces: list[tuple[str, bool]], spans: list[tuple[int, int]]
) -> None:
    stretches = [Stretch(text, common) for text, common in pieces]
    raw = "".join(text for text, _ in pieces)
    masks = sorted((a, min(a + n, len(raw)), "#") for a, n in spans if a < len(raw))
    out = masked(stretches, masks)
    hidden = {k for a, b, _ in masks for k in range(a, b)}
    assert "".join(piece.text for piece in out).replace("#", "") == "".join(
        letter for k, letter in enumerate(raw) if k not in hidden
    )
    assert all(one.common != other.common for one, other in pairwise(out))
