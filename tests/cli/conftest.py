"""Each test begins with an English environment and leaves the language as it found it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filrouge import i18n
from filrouge.cli import main


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in ("FILROUGE_LANG", "LC_ALL", "LC_MESSAGES", "FILROUGE_DEBUG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "en")  # so that what `main` sets is undone
    yield
    i18n.set_language("en")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `compare` finds in the files of the demo; no test changes it."""
    folder = Path(__file__).resolve().parents[2] / "examples" / "demo"
    files = [
        folder / name
        for name in ("harbourlist.csv", "petitesannonces.csv", "elmercado.tsv", "northboard.jsonl")
    ]
    out = tmp_path_factory.mktemp("demo") / "findings"
    assert main(["compare", *map(str, files), "--out", str(out), "--lang", "en"]) == 0
    return out
