"""What is asked wrongly of a workspace: one clear message, exit code 2, and nothing is changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from workspace_days import Told, Unit, filrouge

from filrouge.cli import engines

READING = ("status", "snapshots", "history", "verify", "vacuum", "retention")


@pytest.mark.parametrize("command", [*READING, "run"])
def test_where_there_is_no_workspace_it_says_how_to_make_one(command: str, tmp_path: Path) -> None:
    told = filrouge(command, tmp_path / "none")
    assert told.code == 2
    assert f"filrouge init {tmp_path / 'none'}" in told.err
    assert not (tmp_path / "none").exists()


def test_a_workspace_is_not_made_twice(three_days_once: Unit) -> None:
    told = three_days_once("init")
    assert told.code == 2
    assert "a workspace is here already" in told.err


def test_without_its_key_nothing_is_shown(three_days_once: Unit) -> None:
    told = filrouge("status", three_days_once.where)
    assert told.code == 2
    assert "--key-file" in told.err
    assert told.out == ""


@pytest.mark.parametrize("command", READING)
def test_the_key_of_another_workspace_opens_nothing(
    command: str, three_days_once: Unit, tmp_path: Path
) -> None:
    other = Unit.made(tmp_path)
    told = filrouge(command, three_days_once.where, "--key-file", other.key)
    assert told.code == 2
    assert "does not open this workspace" in told.err


def test_a_file_that_is_no_key_is_named(three_days_once: Unit, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("not a key")
    told = filrouge("status", three_days_once.where, "--key-file", tmp_path / "note.txt")
    assert told.code == 2
    assert "note.txt: this is no key" in told.err


@pytest.mark.parametrize("asked", ["99", "yesterday", "2026-05-31", "2026-99-01", "-1"])
@pytest.mark.parametrize("command", ["status", "snapshots", "history"])
def test_a_snapshot_that_is_not_there_is_refused(command: str, asked: str, three_days_once: Unit) -> None:
    told = three_days_once(command, f"--as-of={asked}")
    assert told.code == 2
    assert f"{asked}: there is no such snapshot. They go from 0 (2026-06-01" in told.err
    assert told.out == ""


@pytest.mark.parametrize("command", ["run", "ingest", "retention", "vacuum", "verify"])
def test_the_past_is_not_written_to(command: str, three_days_once: Unit) -> None:
    more = (three_days_once.key,) if command == "ingest" else ()
    told = three_days_once(command, *more, "--as-of", "1")
    assert told.code == 2
    assert "--as-of" in told.err


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write anywhere")
def test_a_workspace_that_may_only_be_read_can_be_read_and_not_written_to(three_days: Unit) -> None:
    folders = [three_days.where, *(path for path in three_days.where.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert three_days("status").code == 0
        told = three_days("search", "violin", "--words", "--open", "why")
        assert told.code == 2
        assert "could not be used" in told.err
        assert told.out == ""
    finally:
        for folder in folders:
            folder.chmod(0o755)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "violin"), "filrouge search WS TEXT"),
        (("search", "a", "b", "c"), "filrouge search WS TEXT"),
        (("search", "a", "b", "--in", "."), "not both"),
        (("search", "a", "--in", ".", "--as-of", "2"), "for a workspace"),
        (("search", "a", "--in", ".", "--open", "why"), "for a workspace"),
        (("search", "a", " "), "no text"),
        (("search", "a", "b", "--words", "--identifier"), "give one"),
        (("ingest", "a"), "FILE"),
        (("ingest", "a", "b", "--case", " "), "--case"),
        (("run", "a", "--engine", "abacus"), "--engine"),
        (("run", "a", "--jobs", "0"), "--jobs"),
        (("history", "a", "L1"), "ID"),
        (("history", "a", "--network"), "--network"),
        (("export", "a", "--out", "o"), "--as"),
        (("export", "a", "--as", "pdf", "--out", "o"), "--as"),
        (("vacuum", "a", "--older-than", "soon"), "12h or 7d"),
        (("retention", "a", "--ad", "-3"), "--ad"),
        (("init",), "WS"),
    ],
)
def test_wrong_use_says_what_is_right(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = filrouge(*arguments)
    assert told.code == 2
    assert said in told.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_changes_nothing(three_days_once: Unit) -> None:
    told = three_days_once("ingest", "missing.csv")
    assert told.code == 2
    assert "missing.csv" in told.err
    assert len(three_days_once("snapshots").out.splitlines()) == 8


def test_an_empty_workspace_has_nothing_to_compare(tmp_path: Path) -> None:
    unit = Unit.made(tmp_path)
    told = unit("run")
    assert told.code == 2
    assert f"filrouge ingest {unit.where}" in told.err
    assert len(unit("snapshots").out.splitlines()) == 2
    unit("ingest", unit.file(1, "harbour"))
    history = unit("history")
    assert history.code == 2
    assert f"filrouge run {unit.where}" in history.err
    assert unit("export", "--as", "compare-dir", "--out", tmp_path / "o", "--open", "why").code == 2
    assert len(unit("snapshots").out.splitlines()) == 3


@pytest.mark.parametrize("more", [(), ("--network",)])
def test_a_cluster_or_network_that_never_was(more: tuple[str, ...], three_days_once: Unit) -> None:
    told = three_days_once("history", "1000", *more)
    assert told.code == 2
    assert f"there was no {'network' if more else 'cluster'} 1000. Their numbers go from 0 to " in told.err


@pytest.mark.parametrize("command", ["ingest", "run"])
def test_an_engine_that_is_not_installed_says_what_to_install(
    command: str, three_days_once: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        engines.ENGINES, "ray", engines.Engine("none", "none", ("none_such", "json"), "cluster")
    )
    more = (three_days_once.key,) if command == "ingest" else ()
    told: Told = three_days_once(command, *more, "--engine", "ray")
    assert told.code == 2
    assert "needs what is not installed here: none_such." in told.err
    assert "pip install 'filrouge[cluster]'" in told.err


def test_an_address_that_is_none(tmp_path: Path) -> None:
    told = filrouge("status", "nowhere://bucket/unit")
    assert told.code == 2
    assert "nowhere://bucket/unit" in told.err
