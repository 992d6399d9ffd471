"""The constants that the explanations name have the values that the code gives them."""

from __future__ import annotations

import ast
import importlib
import re

import numpy as np
import pytest
from examples import ROOT

ROW = re.compile(r"^\| `(\w+)` \| `([\w.]+)` \| (.+?) \|$", re.M)
NAMED = [
    (page.name, name, module, value)
    for page in sorted((ROOT / "docs" / "explanation").glob("*.md"))
    for name, module, value in ROW.findall(page.read_text(encoding="utf-8"))
]


def test_constants_are_named() -> None:
    assert len(NAMED) > 10


@pytest.mark.parametrize(("page", "name", "module", "value"), NAMED)
def test_a_constant_has_the_value_that_its_page_says(page: str, name: str, module: str, value: str) -> None:
    here = getattr(importlib.import_module(module), name)
    assert np.array_equal(np.asarray(here, float), np.asarray(ast.literal_eval(value), float)), page
