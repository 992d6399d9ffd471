"""What a search of a workspace says of how near the ads are that it found."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from filrouge.engines.asking import Near
from filrouge.engines.stored import Shared, Stretch
from filrouge.reports.workspace import show_near

HINT = "For the ads that hold all its words"


def near(tied: bool = False, equal: bool = False, shared: Sequence[Shared] = ()) -> Near:
    stretches = (Stretch("violin lessons", True), Stretch(" in spring", False))
    return Near("a-1", "alpha", "2026-01-05", "Laval", "", "", 9.4, stretches, tuple(shared), 3, equal, tied)


@pytest.mark.parametrize(
    ("hits", "said", "hinted"),
    [
        ([near(tied=True)], "1 ad is near this text. In", False),
        (
            [near(equal=True), near(shared=[Shared("phone", "1f", 2, 9.0)])],
            "2 ads are near this text. In",
            False,
        ),
        (
            [near(tied=True), near(), near()],
            "1 ad is near this text. 2 more have words in common with it, but no more than strangers' ads may have. In",
            False,
        ),
        (
            [near()],
            "1 ad has words in common with this text, but no more than strangers' ads may have. In",
            True,
        ),
        (
            [],
            "No ad has words or identifiers in common with this text that strangers' ads have not. For",
            True,
        ),
    ],
)
def test_what_strangers_may_have_in_common_is_not_called_near(
    hits: list[Near], said: str, hinted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    show_near(hits, how="near", masked=False, past=False)
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith(said)
    assert (HINT in told) is hinted


def test_who_holds_the_words_or_the_identifier_is_counted_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    show_near([near(), near()], how="words", masked=False, past=False)
    show_near([near()], how="identifier", masked=False, past=False)
    told = capsys.readouterr().out
    assert "2 ads hold all these words." in told
    assert "1 ad carries such an identifier." in told
    assert HINT not in told
