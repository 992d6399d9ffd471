"""What the record of a group says beside its template."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from filrouge.ads.columns import Columns
from filrouge.engines.local import analyse
from filrouge.progress import Silent

WORDS = [
    one + other
    for one in ("ka", "lo", "mi", "nu", "re", "ta")
    for other in ("bel", "dor", "fin", "gos", "lum")
]


def records(folder: Path, agencies: Sequence[tuple[str, int, int]]) -> list[dict[str, Any]]:
    """The groups of a corpus with, per agency, so many ads of one text of its own and so many of others."""
    dice = random.Random(3)
    rows = []
    for agency, of_one_text, others in agencies:
        text = " ".join(dice.choices(WORDS, k=40))
        for k in range(of_one_text):
            rows.append((f"{agency}{k}", f"{text} phone 604-555-{dice.randint(100, 199):04}", agency))
        for k in range(others):
            rows.append((f"{agency}-other{k}", " ".join(dice.choices(WORDS, k=40)), agency))
    pl.DataFrame(rows, schema=["id", "text", "agency"], orient="row").write_csv(folder / "ads.csv")
    return analyse([str(folder / "ads.csv")], columns=Columns(), jobs=1, progress=Silent()).records


@pytest.mark.parametrize(
    ("agencies", "perhaps_a_form"),
    [
        pytest.param([("harbour", 10, 1), ("north", 0, 40)], True, id="most of one agency"),
        pytest.param([("harbour", 10, 30), ("north", 0, 20)], False, id="a part of one agency"),
        pytest.param([("harbour", 10, 1)], False, id="there is no other agency"),
    ],
)
def test_a_group_that_is_most_of_one_agency_is_perhaps_its_form(
    agencies: Sequence[tuple[str, int, int]], perhaps_a_form: bool, tmp_path: Path
) -> None:
    (record,) = records(tmp_path, agencies)
    assert record["ads"] == 10
    assert record["agency_form"] is perhaps_a_form
