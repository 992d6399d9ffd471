"""Whatever goes wrong: one clear message on standard error, a known exit code, no traceback."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import filrouge.engines.local as engine
from filrouge.cli import main


def fails_with(trouble: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise trouble

    monkeypatch.setattr(engine, "analyse", fail)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Usage"),
        (["comparx"], "comparx"),
        (["compare"], "FILE"),
        (["compare", "a.csv"], "--out"),
        (["compare", "a.csv", "--out", "o", "--jobs", "0"], "--jobs"),
        (["compare", "a.csv", "--out", "o", "--lang", "de"], "--lang"),
        (["compare", "a.csv", "--out", "o", "--colour", "red"], "--colour"),
        (["search", "text", "--in", "no-such-folder"], "no-such-folder"),
        (["explain", "one", "--in", "."], "ID"),
        (["synth", "--ads", "0", "--seed", "1", "--out", "o"], "--ads"),
        (["synth", "--ads", "5", "--seed", "1", "--out", "o", "--difficulty", "2"], "--difficulty"),
        (["evaluate", "--truth", "no-such-file", "--clusters", "no-such-file"], "no-such-file"),
    ],
)
def test_wrong_use_is_exit_code_two(
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(tmp_path / "missing.csv"), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "missing.csv" in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


def test_a_folder_without_results_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "relaxing massage", "--in", str(tmp_path)]) == 2
    assert "filrouge compare" in capsys.readouterr().err


def test_a_mistake_in_filrouge_is_one_line_and_exit_code_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_with(ZeroDivisionError("a count was zero"), monkeypatch)
    assert main(["compare", "a.csv", "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert "ZeroDivisionError: a count was zero" in told
    assert "--debug" in told
    assert "Traceback" not in told


def test_debug_shows_where_it_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(ZeroDivisionError("a count was zero"), monkeypatch)
    with pytest.raises(ZeroDivisionError):
        main(["compare", "a.csv", "--out", str(tmp_path / "out"), "--debug"])


@pytest.mark.parametrize(
    "trouble",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError("450000 requested and 55264 written"),  # as NumPy says it
    ],
)
def test_a_full_disk_is_said_in_plain_words(
    trouble: OSError, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_with(trouble, monkeypatch)
    assert main(["compare", "a.csv", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert f"{tmp_path / 'out'}: could not be written (No space left on device)" in told
    assert "Free some space" in told


def test_ctrl_c_is_exit_code_130(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_with(KeyboardInterrupt(), monkeypatch)
    assert main(["compare", "a.csv", "--out", str(tmp_path / "out")]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_ctrl_c_while_reading_standard_input_leaves_nothing_behind(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "filrouge", "compare", "-", "--out", str(tmp_path / "out")],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    process.stderr.readline()  # its first line says that it is reading
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _out, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_trouble() -> None:
    done = subprocess.run(
        f"{sys.executable} -m filrouge --help | true", shell=True, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
