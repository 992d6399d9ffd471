"""English and French are equal: no string without its French."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from jinja2 import TemplateSyntaxError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalog", ROOT / "tools" / "catalog.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_string_has_its_french_with_the_same_fields(tool: ModuleType) -> None:
    assert tool.faults(tool.updated()) == []


def test_the_catalog_holds_what_the_code_says_and_nothing_else(tool: ModuleType) -> None:
    assert tool.PO.read_bytes() == tool.as_po(tool.updated()), "run `make catalog`"


def test_the_compiled_catalog_is_the_catalog(tool: ModuleType) -> None:
    assert tool.MO.read_bytes() == tool.as_mo(tool.updated()), "run `make catalog`"


def test_a_string_without_french_is_found(tool: ModuleType) -> None:
    catalog = tool.updated()
    catalog.add("A new sentence about {things}.", "")
    assert tool.faults(catalog) == ["no French for: 'A new sentence about {things}.'"]


def test_a_lost_field_is_found(tool: ModuleType) -> None:
    catalog = tool.updated()
    catalog.add("A new sentence about {things}.", "Une nouvelle phrase.")
    assert tool.faults(catalog) == [
        "the French lacks a field of the English: 'A new sentence about {things}.'"
    ]


def test_a_template_that_cannot_be_read_is_said_and_not_passed_over(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.html").write_text("{% do said.append(_('A sentence')) %}")
    monkeypatch.setattr(tool, "SOURCE", tmp_path)
    assert "A sentence" in tool.collected()
    (tmp_path / "page.html").write_text("{% nonsense %}{{ _('A sentence') }}")
    with pytest.raises(TemplateSyntaxError):
        tool.collected()
