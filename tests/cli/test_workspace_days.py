"""Three days of a unit from end to end: clusters grow, the past answers as it did, what is destroyed ties nothing."""

from __future__ import annotations

import re
from pathlib import Path

from workspace_days import IN_LESSONS, Told, Unit, on_day

TEXT = "gives violin lessons to slow beginners, we begin with four bars of a tune that you choose"
QUESTIONS = (("status",), ("search", TEXT), ("history",), ("history", "0"), ("snapshots",))


def answers(unit: Unit, *view: str) -> dict[tuple[str, ...], str]:
    """What the reading commands say, without what is of now: what lies on the disk, and the line on the view."""
    out = {}
    for question in QUESTIONS:
        told: Told = unit(*question, *view)
        assert told.code == 0, told.err
        said = told.out.split("\non disk now")[0]
        if view:
            first, said = said.split("\n", 1)
            assert first.endswith(": what was known then.")
        # The past is weighed by what words cost today, and says so.
        said = said.replace(
            "The ads are those of then; how many bits they share is by what words cost today.\n", ""
        )
        out[question] = re.sub("[«»]", "", re.sub(r"[\d.]+ bits", "some bits", said))
    return out


def test_three_days_of_a_unit(tmp_path: Path) -> None:
    unit = Unit.made(tmp_path)
    then = {}
    for day in (1, 2, 3):
        unit.spend(day)
        then[day] = answers(unit)
        grown = re.findall(r"(\d+) ads now", unit("history", "0").out)
        assert int(grown[-1]) == IN_LESSONS[day]

    for day in (1, 2):
        assert answers(unit, "--as-of", f"2026-06-0{day}") == then[day]
    assert "4 ads hold" not in unit("search", "lemonade", "--words").out
    assert "3 ads hold" in unit("search", "lemonade", "--words").out
    assert "1 ad holds" in unit("search", "lemonade", "--words", "--as-of", "2026-06-01").out
    assert unit("status").words.count("from one of 2 templates") == 1

    with on_day(4):
        assert unit("retention", "--case", "market", "--yes", "--why", "closed").code == 0
    status = unit("status").words
    assert "12 ads" in status
    assert "4 ads were written from one template." in status
    found = unit("search", "lemonade", "--words").out
    assert "1 ad holds" in found
    assert "cluster" not in found

    with on_day(4):
        ran = unit("run")
    assert ran.code == 0
    assert "4 ads were written from one template." in ran.out
    assert "1 cluster ended." in ran.out
    gone = unit("history", "1").out
    assert "ads were destroyed" in gone
    assert "It holds no ad that can be read." in gone
    assert "416-555-0158" not in unit("search", TEXT, "--open", "test").out

    # Day one had no ad of that case, so it answers as it did.
    assert answers(unit, "--as-of", "2026-06-01") == then[1]
    # Day two did, and they are gone from it for good.
    assert "9 ads were destroyed" in unit("status", "--as-of", "2026-06-02").out
    assert not re.search(r"L4|L5", unit("search", TEXT, "--as-of", "2026-06-02").out)
    assert unit("verify").code == 0
