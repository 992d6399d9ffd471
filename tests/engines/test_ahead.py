"""Compiling ahead changes nothing but the wait."""

from __future__ import annotations

import subprocess
import sys

import pytest

from filrouge.engines import ahead


def test_what_is_compiled_ahead_runs_by_itself() -> None:
    done = subprocess.run([sys.executable, "-m", "filrouge.engines.ahead"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_one_core_has_no_other_to_compile_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_was_compiled", lambda: False)
    with ahead.compiling_ahead(1) as process:
        assert process is None


def test_nothing_is_started_where_all_was_compiled_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_was_compiled", lambda: True)
    with ahead.compiling_ahead(2) as process:
        assert process is None


def test_a_process_that_is_not_waited_for_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_was_compiled", lambda: False)
    with ahead.compiling_ahead(2) as process:
        assert process is not None
        assert process.poll() is None
    assert process.poll() is not None
