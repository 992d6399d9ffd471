"""The constants of a template as its ads spell them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from filrouge.compare.comparison import Comparison, compare
from filrouge.compare.templates import Template
from filrouge.networks.texts import Texts
from filrouge.networks.values import SlotValues
from filrouge.networks.wording import WORDING_FROM, wordings


def of_one_constant(spellings: list[str]) -> tuple[Comparison, Texts]:
    """Ads "x SPELLING", all of one template whose only constant is the second word."""
    count = len(spellings)
    marks = pl.DataFrame(schema={"ad": pl.Int32, "start": pl.Int32, "kind": pl.String, "value": pl.String})
    texts = Texts(
        pl.DataFrame({"text": [f"x {word}" for word in spellings]}),
        np.tile([0, 2], count).astype(np.int32),
        np.ravel([[1, 2 + len(word)] for word in spellings]).astype(np.int32),
        2 * np.arange(count + 1),
        [],
        SlotValues(marks, []),
    )
    # Each ad is a text of its own: its first word is its number.
    keys = np.ravel([[1000 + ad, 7] for ad in range(count)]).astype(np.uint64)
    found = compare(keys, np.zeros(2 * count, np.uint8), texts.offsets)
    members = found.text
    places = tuple(np.array([-1, 0], np.int32) for _ in spellings)
    example = np.array([2 * int(members[-1]) + 1], np.int64)
    template = Template(np.zeros(1, np.int32), (), example, members, places, np.zeros(count, np.float32))
    return replace(found, templates=[template]), texts


@pytest.mark.parametrize(
    ("spellings", "shown"),
    [
        (["Calme", "calme", "calm3", "CALME"], "calme"),
        (["ca1me", "calm3", "calm3"], "calm3"),
        (["calmee", "calme"], "calme"),
        (["calmf", "calme"], "calme"),
        (["c", "c"], "c"),
        (["ÉTÉ", "été", "ete"], "été"),
        (["ca1me", "Calme", "calm3", "ca1me", "calme", *["calm3"] * WORDING_FROM], "ca1me"),
    ],
)
def test_a_constant_is_spelled_as_most_of_the_first_members_do(spellings: list[str], shown: str) -> None:
    assert wordings(*of_one_constant(spellings)) == [[shown]]


def test_a_constant_that_no_first_member_has_is_spelled_as_its_example() -> None:
    found, texts = of_one_constant([*["autre"] * WORDING_FROM, "Calme"])
    (template,) = found.templates
    none = np.full(2, -1, np.int32)
    places = (*[none] * WORDING_FROM, template.places[-1])
    found = replace(found, templates=[replace(template, places=places)])
    assert wordings(found, texts) == [["calme"]]
