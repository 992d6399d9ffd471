"""The documentation says what the program does."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from examples import PAGES, ROOT, has_examples, run_page

TEXTS = [*PAGES, *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "NOTICE.md"))]
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(#[^)\s]+)?\)")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if has_examples(page)], ids=_name)
def test_what_a_page_shows_is_what_its_commands_print(page: Path) -> None:
    examples, _ = run_page(page)
    assert examples
    for example in examples:
        assert example.holds, (
            f"{_name(page)}: {example.command}\nprints now:\n{example.printed}\n"
            f"(exit code {example.code}; `python tests/docs/examples.py` writes it into the page)"
        )


@pytest.mark.parametrize("page", TEXTS, ids=_name)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    for match in LINK.finditer(page.read_text(encoding="utf-8")):
        target = page.parent / match[1]
        assert target.exists(), f"{_name(page)}: {match[1]}"
        if match[2] and target.suffix == ".md":
            assert match[2][1:] in _anchors(target), f"{_name(page)}: {match[0]}"


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_page_is_reached_from_the_first_one() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        waiting += [page.parent / match[1] for match in LINK.finditer(page.read_text(encoding="utf-8"))]
    assert {page.resolve() for page in PAGES} <= seen
