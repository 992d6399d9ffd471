"""Runs filrouge as a person does: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Done:
    """How a run ended: its exit code and what it said on each channel."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Run(Protocol):
    """Runs `filrouge` with arguments, after checking that it never shows a traceback."""

    def __call__(
        self,
        *arguments: str | Path,
        stdin: bytes | None = None,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
    ) -> Done: ...


def environment(**more: str) -> dict[str, str]:
    """The variables of this process without those that change what filrouge says."""
    unwanted = ("FILROUGE_LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "FILROUGE_DEBUG", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "LANG": "C.UTF-8", **more}


def run_filrouge(
    *arguments: str | Path,
    stdin: bytes | None = None,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
) -> Done:
    given: Sequence[str] = [
        sys.executable,
        "-m",
        "filrouge",
        *(os.fspath(argument) for argument in arguments),
    ]
    done = subprocess.run(
        given,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        check=False,
        cwd=cwd,
        env=environment(**(env or {})),
        timeout=180,
    )
    out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    assert "Traceback" not in out + err, err
    assert done.returncode != 1, f"a fault of filrouge itself: {err}"
    return Done(done.returncode, out, err)
