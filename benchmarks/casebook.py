"""How long a case's pages wait for the engine: leads once, then dossiers, on a workspace that is made for it.

python benchmarks/casebook.py --ads 200000 --folder FOLDER [--networks] [--each 60]

The ads are those of `scale_set.py`, all of one case. Seconds of the processor are given beside those of the clock:
that is what twenty analysts on two cores share.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from common import machine
from scale_set import write_set

from filrouge.corpus.workspace import Workspace
from filrouge.engines.casebook import Casebook
from filrouge.engines.ingest import ingest
from filrouge.engines.remembering import SCHEMAS
from filrouge.engines.run import run

SECRET = b"k" * 32
CASE = "case"


def made(folder: Path, ads: int, networks: bool) -> Workspace:
    """The workspace, made unless it is there."""
    where = folder / f"ws-{ads}"
    if where.exists():
        return Workspace.open(where, secret=SECRET)
    paths = write_set(folder / f"set-{ads}", ads, 900, 0.5)
    ws = Workspace.init(where, secret=SECRET)
    for path in paths:
        ingest(ws.refreshed(), [str(path)], case=CASE, jobs=2)
    done = run(ws.refreshed(), networks=networks, jobs=2)
    print(f"run: {sum(done.seconds.values()):.0f} s, of which {done.seconds}")
    return ws.refreshed()


def timed(name: str, ask: Callable[[Any], Any], things: Sequence[Any]) -> None:
    """Print the middle and the 95th percentile of asking for each of some things."""
    if not things:
        return
    clock, cpu = [], []
    for thing in things:
        at, used = time.perf_counter(), time.process_time()
        ask(thing)
        clock.append(time.perf_counter() - at)
        cpu.append(time.process_time() - used)
    ms = [1000 * float(np.quantile(taken, q)) for taken in (clock, cpu) for q in (0.5, 0.95)]
    print(
        f"{name}: {len(things)}, clock p50 {ms[0]:.0f} p95 {ms[1]:.0f} ms, cpu p50 {ms[2]:.0f} p95 {ms[3]:.0f} ms"
    )


def main() -> None:
    """Make the workspace and ask."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ads", type=int, default=200_000)
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--networks", action="store_true")
    options.add_argument("--each", type=int, default=60)
    asked = options.parse_args()
    ws = made(asked.folder, asked.ads, asked.networks)
    print(machine())
    size = {name: int(ws.view.files(name)["bytes"].sum()) for name in SCHEMAS}
    print(f"written of networks: {sum(size.values()) / 1e6:.1f} MB, {size}")
    book = Casebook(ws, CASE)
    at, used = time.perf_counter(), time.process_time()
    leads = book.leads
    print(f"leads: {leads.height}, {time.perf_counter() - at:.1f} s, cpu {time.process_time() - used:.1f} s")
    at = time.perf_counter()
    book.warmed()
    print(f"the rest: {time.perf_counter() - at:.1f} s")
    few = asked.each
    networks = leads.filter(pl.col("kind") == "network")["id"]
    held = book.ads.filter(pl.col("cluster") >= 0)["cluster"]
    clusters = held.unique().sort().sample(few, seed=1).to_list()
    largest = held.value_counts().sort("count", descending=True)["cluster"].head(few // 4).to_list()
    ads = book.ads["ad"].sample(few, seed=1).to_list()
    timed("the strongest networks", book.network, networks.head(few // 4).to_list())
    timed("networks", book.network, networks.sample(min(few, networks.len()), seed=1).to_list())
    timed("the largest clusters", book.cluster, largest)
    timed("clusters", book.cluster, clusters)
    timed("ads", book.ad, ads)
    timed("ties of ads", lambda pair: book.tie(*pair), list(pairwise(ads)))
    timed(
        "ties of clusters",
        lambda pair: book.tie_of_clusters(*pair),
        list(pairwise(clusters)),
    )
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


if __name__ == "__main__":
    main()
