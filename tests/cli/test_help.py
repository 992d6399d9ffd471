"""What `--help` says, in both languages, and that nobody waits for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from filrouge import __version__
from filrouge.cli import main
from filrouge.cli.app import COMMANDS

HEAVY = ("numpy", "numba", "polars", "phonenumbers", "ftfy", "jinja2", "rich", "sqlalchemy", "fastapi")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"  filrouge {command} " in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_is_french_where_french_is_asked_for(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help", "--lang", "fr"]) == 0
    text = capsys.readouterr().out
    assert "Exemple" in text
    assert "Usage\u00a0:" in text
    assert "Show this message" not in text


def test_the_language_of_the_environment_is_spoken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILROUGE_LANG", "fr")
    assert main(["--help"]) == 0
    assert "une seule main" in " ".join(capsys.readouterr().out.split())


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"filrouge {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    look = (
        "import sys; from filrouge.cli import main; main(sys.argv[1:]); "
        f"sys.exit(', '.join(m for m in {HEAVY!r} if m in sys.modules) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", look, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["filrouge", "filrouge.cli"])
def test_the_command_runs_as_a_module(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"filrouge {__version__}\n"
