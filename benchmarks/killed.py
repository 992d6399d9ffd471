"""kill -9 at random instants of ingest and run: what is lost, there twice, or unreadable afterwards.

python benchmarks/killed.py [--kills 200] [--seed 1]

A process takes in a file of ads and runs the comparison; it is killed at an instant drawn from the time that this
takes. Then the workspace is opened and proved, and the work is begun again, until the next kill.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import time
from multiprocessing import get_context
from pathlib import Path

import polars as pl
from common import machine, workplace

from filrouge.ads.synthetic import synthesise

SECRET = bytes(range(32))
ADS = 400
DAYS = 8


def work(ws: str, file: str) -> None:
    """Take in a file and run."""
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines import comparing
    from filrouge.engines.ingest import ingest
    from filrouge.engines.run import run

    comparing.SMALL = 1000  # so that small workspaces grow, too
    ingest(Workspace.open(ws, secret=SECRET), [file], case="c")
    run(Workspace.open(ws, secret=SECRET), networks=False)


def state(ws: str) -> tuple[int, int, int, list[str]]:
    """How many ads there are, how many stand twice, how many snapshots there are, and what is wrong."""
    from filrouge.corpus.results import membership
    from filrouge.corpus.verify import verify
    from filrouge.corpus.workspace import Workspace

    held = Workspace.open(ws, secret=SECRET)
    ads = held.ads(["ad_key"])
    words = held.words()
    opened = held.texts(ads["ad"].to_numpy(), marks=False).ads.height
    wrong = [f"{finding.where}: {finding.what}" for finding in verify(held)]
    if not words.ad.size == opened == ads.height:
        wrong.append(f"{ads.height} ads, {words.ad.size} with words, {opened} with text")
    if membership(held).cluster.size > ads.height:
        wrong.append("a cluster holds an ad that is not there")
    return ads.height, ads.height - ads["ad_key"].n_unique(), held.snapshot.seq, wrong


def main() -> None:
    """Print what became of the workspaces."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    context = get_context("forkserver")
    context.set_forkserver_preload(
        ["filrouge.engines.ingest", "filrouge.engines.run", "filrouge.corpus.workspace"]
    )
    dice = random.Random(asked.seed)
    print(machine(), "\n")
    with workplace() as place:
        from filrouge.corpus.workspace import Workspace

        made = synthesise(ADS * DAYS, asked.seed, 0.3).ads
        files = []
        for day in range(DAYS):
            path = Path(place) / f"day-{day}.csv"
            made[day * ADS : (day + 1) * ADS].write_csv(path)
            files.append(str(path))
        kept = pl.read_csv(files[0], infer_schema_length=0).height
        killed = lost = twice = unreadable = finished = spaces = 0
        caught: dict[str, int] = {}
        took = 4.0
        while killed < asked.kills:
            ws = f"{place}/ws-{spaces}"
            spaces += 1
            Workspace.init(ws, secret=SECRET)
            for day, file in enumerate(files):
                before = state(ws)
                while True:
                    process = context.Process(target=work, args=(ws, file))
                    began = time.perf_counter()
                    process.start()
                    process.join(dice.uniform(0, took) if killed < asked.kills else None)
                    ended = not process.is_alive()
                    if not ended:
                        os.kill(process.pid or 0, signal.SIGKILL)
                        process.join()
                        killed += 1
                    ads, doubles, snapshots, wrong = state(ws)
                    lost += not (ads == before[0] or ads == before[0] + kept)
                    twice += doubles
                    unreadable += bool(wrong)
                    if wrong:
                        print(wrong)
                    if ended:
                        took = 0.5 * took + 0.5 * (time.perf_counter() - began)
                        finished += 1
                        assert ads == (day + 1) * kept, (ads, day)
                        break
                    step = {0: "before the ads were there", 1: "between ads and run", 2: "after the run"}
                    now = step[min(snapshots - before[2], 2)]
                    caught[now] = caught.get(now, 0) + 1
                if killed >= asked.kills:
                    break
        print(
            f"{killed} kills in {spaces} workspaces, {finished} times the work was finished in between: {caught}"
        )
        print(
            f"ads lost: {lost}, ads twice: {twice}, workspaces that could not be read or proved: {unreadable}"
        )


if __name__ == "__main__":
    main()
