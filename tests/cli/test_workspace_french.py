"""The commands of a workspace in French."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from workspace_days import LESSONS, Unit

from filrouge.cli import main
from filrouge.cli.app import sections


def test_the_main_commands_speak_french(tmp_path: Path) -> None:
    unit = Unit.made(tmp_path)
    taken = unit("ingest", unit.file(1, "harbour"), "--case", "port", lang="fr")
    assert "9 annonces sont nouvelles." in taken.out
    assert "affaire « port »" in taken.out.replace("\u00a0", " ")
    ran = unit("run", lang="fr")
    assert "3 annonces ont été écrites d’après un même gabarit." in ran.out
    assert "1 groupe est apparu." in ran.out
    status = unit("status", "--as-of", "2", lang="fr")
    assert re.match(r"État du .* \(instantané 2\)\u00a0: ce que l’on savait alors\.\n", status.out), (
        status.out
    )
    assert "Aucune de ses annonces n’a été détruite." in status.out
    assert "ko" in status.out
    found = unit("search", LESSONS, lang="fr")
    assert "pseudonymes" in found.out
    destroyed = unit("retention", "--case", "port", "--yes", lang="fr")
    assert "9 annonces ne peuvent plus être lues." in destroyed.out
    assert "comparées" in unit("snapshots", lang="fr").out
    assert "Tout est tel" in unit("verify", lang="fr").out
    assert "il n’y a eu aucun groupe 99" in unit("history", "99", lang="fr").err


def test_the_headings_of_the_help_are_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help", "--lang", "fr"]) == 0
    told = capsys.readouterr().out
    for title in sections():
        assert f"\n{title}\u00a0:" in told or f"\n{title}:" in told


def test_the_headings_of_the_help_are_in_the_order_of_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    places = [told.index(f"\n{title}:") for title in sections()]
    assert places == sorted(places)
    assert told.count("Find the ads nearest to a pasted text.") == 2
