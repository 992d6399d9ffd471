"""How fast a workspace takes in ads: ads a second, core-microseconds an ad, peak memory, and disk by table.

python benchmarks/ingest.py PART.csv...  [--jobs 2] [--one-by-one]   # parts of benchmarks/scale_set.py
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from pathlib import Path

from common import kilobytes_held, machine, workplace

from filrouge.corpus.workspace import Workspace
from filrouge.engines.ingest import ingest

TICK = os.sysconf("SC_CLK_TCK")


class Watch:
    """Memory and processor time of this process and all that it started, looked at once a second."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._seconds: dict[int, float] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._before = 0.0
        self._once()
        self._before = sum(self._seconds.values())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self._once()

    @property
    def seconds(self) -> float:
        """Processor seconds of all."""
        return sum(self._seconds.values()) - self._before

    def _look(self) -> None:
        while not self._end.wait(1.0):
            self._once()

    def _once(self) -> None:
        parents: dict[int, int] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                said = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(folder.name)] = int(said[1])
            if self._is_ours(int(folder.name), parents):
                self._seconds[int(folder.name)] = (int(said[11]) + int(said[12])) / TICK
        self.peak = max(self.peak, kilobytes_held(self._seconds) / 2**20)

    def _is_ours(self, process: int, parents: dict[int, int]) -> bool:
        while process > 1:
            if process == os.getpid() or process in self._seconds:
                return True
            process = parents.get(process, 0)
        return False


def disk(folder: Path) -> dict[str, int]:
    """Bytes by table, and of the packs and the rest."""
    sizes: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            where = path.relative_to(folder).parts
            name = "/".join(where[:2]) if where[0] == "tables" else where[0]
            sizes[name] = sizes.get(name, 0) + path.stat().st_size
    return sizes


def main() -> None:
    """Print tables in Markdown."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="+")
    options.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    options.add_argument("--one-by-one", action="store_true", help="one ingest for each file")
    asked = options.parse_args()
    print(machine(), "\n")
    raw = sum(Path(file).stat().st_size for file in asked.files)
    print("| ads | new | s | ads a second | core-µs an ad | peak GB |\n|---|---|---|---|---|---|")
    with workplace() as place:
        ws = Workspace.init(Path(place) / "ws", secret=os.urandom(32))
        for files in [[file] for file in asked.files] if asked.one_by_one else [asked.files]:
            began = time.perf_counter()
            with Watch() as watch:
                done = ingest(ws, files, case="benchmark", jobs=asked.jobs)
            seconds = time.perf_counter() - began
            print(
                f"| {done.read:,} | {done.added:,} | {seconds:.1f} | {done.read / seconds:,.0f} "
                f"| {watch.seconds / done.read * 1e6:.0f} | {watch.peak:.2f} |",
                flush=True,
            )
        print("\n| on disk | MB | of raw |\n|---|---|---|")
        sizes = disk(Path(place) / "ws")
        for name, size in [*sorted(sizes.items(), key=lambda s: -s[1]), ("all", sum(sizes.values()))]:
            print(f"| {name} | {size / 1e6:.2f} | {size / raw:.3f} |")


if __name__ == "__main__":
    main()
