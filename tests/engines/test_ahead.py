"""Compiling ahead changes nothing but the wait."""

from __future__ import annotations

import subprocess
import sys

import pytest

from filrouge.engines import ahead


def test_what_is_compiled_ahead_runs_by_itself() -> None:
    done = subprocess.run([sys.executable, "-m", "filrouge.engines.ahead"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"\n", b"")


def test_one_core_has_no_other_to_compile_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_was_compiled", lambda: False)
    with ahead.compiling_ahead(1) as process:
        assert process is None


def test_nothing_is_started_where_all_was_compiled_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_was_compiled", lambda: True)
    with ahead.compiling_ahead(2) as process:
        assert process is None


def test_waiting_ends_when_the_process_says_so_or_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_was_compiled", lambda: False)
    with ahead.compiling_ahead(2) as process:
        assert process is not None
        process.wait_for_comparison()
        process.wait_for_comparison()


def test_a_process_that_is_not_waited_for_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Kept(subprocess.Popen[bytes]):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(ahead, "_was_compiled", lambda: False)
    monkeypatch.setattr(subprocess, "Popen", Kept)
    with ahead.compiling_ahead(2):
        assert started[0].poll() is None
    assert started[0].poll() is not None
