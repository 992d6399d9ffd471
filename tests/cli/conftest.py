"""Each test begins with an English environment and leaves the language as it found it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from workspace_days import Unit

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


@pytest.fixture(autouse=True)
def _no_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keys and caches of workspaces never go to the home of who runs the tests."""
    monkeypatch.delenv("FILROUGE_KEY", raising=False)
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="session")
def three_days_once(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    """A workspace after three days, see `workspace_days`; no test changes it."""
    unit = Unit.made(tmp_path_factory.mktemp("three_days"))
    for day in (1, 2, 3):
        unit.spend(day)
    return unit


@pytest.fixture
def three_days(three_days_once: Unit, tmp_path: Path) -> Unit:
    """The same, for a test to change."""
    return three_days_once.copied(tmp_path)


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
