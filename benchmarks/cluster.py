"""What each stage of the cluster engine costs, and how that grows: core seconds, bytes, memory.

python benchmarks/cluster.py --set FOLDER [--ads 25000 50000 100000 200000]        # data frames in this process
python benchmarks/cluster.py --set FOLDER --ads 50000 --address HOST:PORT   # on a Ray cluster: on the clock

FOLDER is what benchmarks/scale_set.py wrote. Needs: pip install 'filrouge[cluster]'.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from common import machine

from filrouge.ads.columns import Columns
from filrouge.ads.readers import read_ads
from filrouge.ads.tokens import join_disguised, vocabulary_of
from filrouge.compare.comparison import Comparison, compare
from filrouge.compare.stages import Stages, Threads
from filrouge.engines.prepare import CHUNK, as_written
from filrouge.engines.ray_cluster import use_cluster, use_this_machine
from filrouge.progress import Silent

STAGES = ("candidates", "copies", "pair_bits", "models", "near_bits")


def words_of(files: list[Path], ads: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, float]]:
    """Keys, kinds and offsets of so many ads, and the core seconds of the steps to them."""
    began = time.process_time()
    parts: list[pl.DataFrame] = []
    while files and sum(part.height for part in parts) < ads:
        parts.append(read_ads([str(files.pop(0))], Columns(), progress=Silent()).ads)
    seconds = {"read": (time.process_time() - began) / len(parts)}
    read = pl.concat(parts)[:ads]
    began = time.process_time()
    written = [as_written(read[k : k + CHUNK]).words for k in range(0, read.height, CHUNK)]
    vocabulary = vocabulary_of(written)
    tokens = [join_disguised(chunk, vocabulary) for chunk in written]
    seconds["prepare"] = time.process_time() - began
    sizes = np.concatenate([np.diff(one.offsets) for one in tokens])
    keys, kinds = (np.concatenate([getattr(one, name) for one in tokens]) for name in ("key", "kind"))
    return keys, kinds, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), seconds


class Clocked:
    """Stages whose time is taken."""

    def __init__(self, stages: Stages, clock: Any) -> None:
        self.stages, self.clock = stages, clock
        self.threads = stages.threads
        self.seconds = dict.fromkeys(STAGES, 0.0)

    def __getattr__(self, name: str) -> Any:
        work = getattr(self.stages, name)

        def clocked(*arguments: Any, **named: Any) -> Any:
            before, began = sum(self.seconds.values()), self.clock()
            out = work(*arguments, **named)
            # A stage that asks for another is not charged for it.
            inside = sum(self.seconds.values()) - before
            self.seconds[name] += self.clock() - began - inside
            return out

        return clocked


def measured(
    stages: Stages, words: tuple[np.ndarray, ...], clock: Any
) -> tuple[Comparison, dict[str, float]]:
    """A comparison, the seconds of its stages and of what stays with the driver."""
    clocked = Clocked(stages, clock)
    began = clock()
    found = compare(*words, 1, clocked)
    seconds = clocked.seconds
    return found, {**seconds, "driver": clock() - began - sum(seconds.values())}


def row(name: str, ads: int, seconds: dict[str, float]) -> str:
    """A line of the table: core microseconds an ad."""
    cells = " | ".join(f"{1e6 * spent / ads:.0f}" for spent in seconds.values())
    return f"| {name} | {ads:,} | {cells} |"


def main() -> None:
    """Print a table in Markdown."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--set", type=Path, required=True)
    options.add_argument("--ads", type=int, nargs="+", default=[25_000, 50_000, 100_000, 200_000])
    options.add_argument("--address")
    asked = options.parse_args()
    cores = use_cluster(asked.address) if asked.address else use_this_machine()
    from filrouge.engines.ray_stages import Frames

    clock = time.perf_counter if asked.address else time.process_time
    unit = "clock" if asked.address else "core"
    print(machine(), "\n")
    print(f"{unit} microseconds an ad\n")
    files = sorted(asked.set.glob("part-*.csv"))
    *words, seconds = words_of(files, max(asked.ads))
    whole = int(words[2].size - 1)
    print(f"{whole:,} ads, {words[0].size / whole:.0f} words each, core seconds:", seconds)
    print("\n| by | ads |", " | ".join([*STAGES, "driver"]), "|\n|---|---|" + "---|" * (len(STAGES) + 1))
    small = _first(words, 2_000)
    for stages in (Threads(1), Frames(cores)):
        compare(*small, 1, stages)  # so that compiling is not measured
    for ads in asked.ads:
        some = _first(words, ads)
        results = []
        for name, stages in (("threads", Threads(1)), ("frames", Frames(cores))):
            found, spent = measured(stages, some, clock)
            results.append(found)
            print(row(name, ads, spent), flush=True)
        one, other = results
        assert np.array_equal(one.cluster, other.cluster)
        assert np.array_equal(one.bits, other.bits)
        pairs, texts = one.clustering.first.size, one.clustering.label.size
        print(
            f"  {texts:,} texts, {pairs / ads:.1f} pairs compared an ad, {len(one.templates):,} clusters, the same"
        )


def _first(words: list[np.ndarray], ads: int) -> tuple[np.ndarray, ...]:
    keys, kinds, offsets = words
    return keys[: offsets[ads]], kinds[: offsets[ads]], offsets[: ads + 1]


if __name__ == "__main__":
    main()
