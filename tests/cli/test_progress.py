"""Progress: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest

from filrouge.progress import PlainLines, for_this_terminal

WORK = """
from filrouge.progress import for_this_terminal
with for_this_terminal() as bar:
    bar.stage("Reading", 3)
    for _ in range(3):
        bar.advance()
    bar.stage("Comparing")
"""


def test_plain_lines_say_when_a_step_begins_and_ends() -> None:
    stream = io.StringIO()
    with PlainLines(stream) as lines:
        lines.stage("Reading", 1200)
        lines.advance(1200)
        lines.stage("Comparing")
    said = stream.getvalue().splitlines()
    assert [line.split(":")[0] for line in said] == [
        "Reading (1,200) …",
        "Reading",
        "Comparing …",
        "Comparing",
    ]


def test_a_step_that_failed_is_not_said_to_be_done() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError), PlainLines(stream) as lines:  # noqa: PT012
        lines.stage("Reading")
        raise ValueError
    assert stream.getvalue().splitlines() == ["Reading …"]


def test_lines_are_plain_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(for_this_terminal(), PlainLines)
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True)
    assert "\x1b" not in done.stderr
    assert done.stdout == ""


def test_a_bar_moves_on_a_terminal() -> None:
    reader, terminal = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", WORK],
        stdout=subprocess.PIPE,
        stderr=terminal,
        env=os.environ | {"TERM": "xterm"},
        check=True,
    )
    os.close(terminal)
    shown = os.read(reader, 100_000).decode()
    os.close(reader)
    assert "Reading" in shown
    assert "\x1b[" in shown
    assert done.stdout == b""
