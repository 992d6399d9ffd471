"""What the workbench serves is what was pinned, and asks nobody else for anything."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src" / "filrouge" / "web"
STATIC, TEMPLATES = WEB / "static", WEB / "templates"


@pytest.fixture(scope="module")
def vendor() -> Any:
    """tools/vendor.py as a module."""
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "tools" / "vendor.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["vendor"] = module
    spec.loader.exec_module(module)
    return module


def own_files() -> list[Path]:
    """What we wrote of what a browser gets."""
    files = [*TEMPLATES.rglob("*.html"), *STATIC.glob("*")]
    return [file for file in files if file.is_file()]


def test_each_script_is_the_one_that_was_pinned(vendor: Any) -> None:
    assert list(vendor.differences(vendor.SERVED)) == []
    assert list(vendor.differences(vendor.TESTED)) == []


def test_a_changed_script_is_told(vendor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "version": "1",
        "file": "a.js",
        "sha256": vendor.sha256(b"good"),
        "licence_file": "licences/a.txt",
    }
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "a.txt").write_text("licence")
    (tmp_path / "versions.json").write_text(json.dumps([entry]))
    (tmp_path / "a.js").write_bytes(b"good")
    monkeypatch.setattr(vendor, "PINS", (vendor.Pin("a", "1", "MIT", "a.js", "a.js", tmp_path),))
    assert list(vendor.differences(tmp_path)) == []
    (tmp_path / "a.js").write_bytes(b"evil")
    (tmp_path / "b.js").write_bytes(b"stowaway")
    told = "\n".join(vendor.differences(tmp_path))
    assert "a.js: not the file that versions.json names" in told
    assert "b.js: not in versions.json" in told


def test_each_licence_may_be_shipped(vendor: Any) -> None:
    served = vendor.written_down(vendor.SERVED)
    assert {entry["licence"] for entry in served} <= {"0BSD", "MIT", "BSD-3-Clause", "ISC"}
    notice = (ROOT / "NOTICE.md").read_text(encoding="utf-8")
    assert "src/filrouge/web/static/vendor/" in notice
    bundled = (vendor.SERVED / "licences" / "bundled.txt").read_text(encoding="utf-8")
    licences = set(re.findall(r"^\S+ \d[\w.]* \((.+)\)$", bundled, re.MULTILINE))
    assert licences <= {"0BSD", "MIT", "BSD-3-Clause", "ISC", "Unlicense"}


def test_nothing_that_is_served_names_another_host() -> None:
    names_only = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    for file in own_files():
        found = set(
            re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}[^\s\"'<>)]*", file.read_text(encoding="utf-8"))
        )
        assert found <= names_only, file


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (r"<style\b", "a style element"),
        (r"<[a-z][^>]*\sstyle\s*=", "a style attribute"),
        (r"<[a-z][^>{]*\son[a-z]+\s*=", "an inline handler"),
        (r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>", "an inline script"),
        (r"javascript:", "a script as an address"),
        (r"(?:data-)?hx-on\b", "hx-on, which evaluates code"),
        (r"hx-trigger=\"[^\"]*\[", "a filter in hx-trigger, which evaluates code"),
        (r"hx-(?:vals|headers|confirm|action)=[\"']?js:", "code in an attribute of htmx"),
    ],
)
def test_no_template_has_what_the_policy_refuses(refused: str, why: str) -> None:
    for file in TEMPLATES.rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(refused, text), f"{file} has {why}"


def test_every_form_that_posts_brings_its_token() -> None:
    # Who signs in has no session yet that a token could belong to.
    for file in set(TEMPLATES.rglob("*.html")) - set(TEMPLATES.glob("signin/*")):
        for form in re.findall(
            r"<form\b[^>]*method=\"post\".*?</form>", file.read_text(encoding="utf-8"), re.DOTALL
        ):
            assert re.search(r"csrf", form), f"{file}: {form[:120]}"


def test_scripts_ask_for_the_versions_that_are_here(vendor: Any) -> None:
    """Browsers keep them for a year, so that an old number would keep an old script."""
    versions = {entry["file"]: entry["version"] for entry in vendor.written_down(vendor.SERVED)}
    asked = {}
    for script in STATIC.glob("*.js"):
        asked |= dict(re.findall(r'"([\w.-]+\.js(?:on)?)\?v=([\d.]+)"', script.read_text(encoding="utf-8")))
    assert len(asked) == len(versions) - 1  # htmx is asked for by the page itself
    assert asked == {file: version for file, version in versions.items() if file in asked}
