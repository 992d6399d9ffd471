"""What the benchmarks share: the machine's line, the data folder, a measured run of the command."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def machine() -> str:
    """The machine, the date and the commit, for a line of docs/benchmarks.md."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    ).stdout.strip()
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, Python {platform.python_version()}, {date.today()}, commit {commit}"


def data_folder() -> Path:
    """Where the public data lies: FILROUGE_DATA, else ../shared/data beside the checkout."""
    folder = Path(os.environ.get("FILROUGE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        sys.exit(f"{folder} is not there. Say where the data lies: FILROUGE_DATA=/path/to/data")
    return folder


@dataclass(frozen=True)
class Measured:
    """A run of `filrouge compare`: seconds on the clock, of each stage, and the most memory it held."""

    wall: float
    stages: dict[str, float]
    gigabytes: float
    counts: dict[str, int]

    @property
    def working(self) -> float:
        """Seconds from reading to report data, without the start of Python and of the compiler."""
        return sum(self.stages.values())


def compare(files: list[Path], out: Path, *options: str) -> Measured:
    """Run `filrouge compare` in a process of its own and measure it."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "filrouge", "compare", *map(str, files), "--out", str(out), *options],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wall = time.perf_counter() - began
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return Measured(wall, run["seconds"], gigabytes, run["counts"])


def workplace() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes away afterwards; where TMPDIR says."""
    return tempfile.TemporaryDirectory(prefix="filrouge-benchmark-")


def with_descendants(process: int) -> list[int]:
    """A process and those that it, or one of them, began."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = status.read_text().rpartition(")")[2].split()
        except OSError:  # it ended
            continue
        children.setdefault(int(after[1]), []).append(int(status.parent.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def kilobytes_held(processes: Iterable[int]) -> int:
    """What processes hold of the memory; what they share is counted once (PSS)."""
    held = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:  # it ended
            continue
        held += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return held
