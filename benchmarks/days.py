"""Clusters that grew day by day beside those of one comparison of everything, and how far two such comparisons differ.

python benchmarks/days.py [--ads 60000] [--seeds 311,312] [--difficulties 0.5,1.0] [--days 4]

60 % of the ads are compared with each other; the rest comes in days, by chance and not by date. Then all are
compared with each other: in the same workspace; in one with another key that took in all files at once, so that only
how disguised words were read differs; and there with the texts in another order than that which comes from what they
say.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import polars as pl
from common import machine, workplace
from workspace import names_of

from filrouge.ads.synthetic import synthesise
from filrouge.compare.evaluate import evaluate
from filrouge.corpus.results import membership
from filrouge.corpus.workspace import Workspace
from filrouge.engines import comparing
from filrouge.engines.ingest import ingest
from filrouge.engines.run import run


def clusters(ws: Workspace, ids: list[str]) -> list[str]:
    """The cluster of each ad, in the order of `ids`; "" for none."""
    ads = ws.ads(["row"])["ad"].to_numpy()
    named = pl.DataFrame([ws.texts(ads, marks=False).ads["id"], names_of(membership(ws).of(ads))])
    asked = pl.DataFrame({"id": ids}).join(named, on="id", how="left", maintain_order="left")
    return asked["found"].fill_null("").to_list()


@contextmanager
def in_another_order() -> Iterator[None]:
    """What is compared in here has its texts in an order that comes from nothing but chance."""
    known = comparing.in_their_order

    def mixed(numbers: np.ndarray, text_keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        turned = numbers * np.uint64(0x9E3779B97F4A7C15)
        return known((turned ^ turned >> np.uint64(29)) * np.uint64(0xBF58476D1CE4E5B9), text_keys)

    comparing.in_their_order = mixed
    yield
    comparing.in_their_order = known


def row(folder: Path, ads: int, seed: int, difficulty: float, days: int) -> str:
    """A line of the table."""
    made = synthesise(ads, seed, difficulty)
    shuffled = made.ads.sample(fraction=1, shuffle=True, seed=seed)
    first = round(0.6 * ads)
    cuts = [0, first, *np.linspace(first, ads, days + 1).astype(int)[1:].tolist()]
    files = []
    for k in range(len(cuts) - 1):
        path = folder / f"{seed}-{difficulty}-{k}.csv"
        shuffled[cuts[k] : cuts[k + 1]].write_csv(path)
        files.append(str(path))
    jobs = os.cpu_count() or 1
    ids = made.truth["id"].to_list()
    truth = made.truth["cluster"].to_list()
    found = []
    for name in ("days", "key", "order"):
        ws = Workspace.init(folder / f"{name}-{seed}-{difficulty}", secret=bytes(range(32)))
        if name == "days":
            for path in files:
                ingest(ws.refreshed(), [path], case="c", jobs=jobs)
                whole = run(ws.refreshed(), networks=False, jobs=jobs).whole
            assert not whole
            found.append(clusters(ws.refreshed(), ids))
        else:
            ingest(ws, files, case="c", jobs=jobs)
        with in_another_order() if name == "order" else nullcontext():
            run(ws.refreshed(), anew=True, networks=False, jobs=jobs)
        found.append(clusters(ws.refreshed(), ids))
    grown, once, by_key, by_order = found
    pairs = ((once, grown), (once, by_key), (by_key, by_order), (truth, grown), (truth, once))
    scores = [evaluate(one, two).f1 for one, two in pairs]
    return f"| {ads:,} | {seed} | {difficulty} | " + " | ".join(f"{score:.4f}" for score in scores) + " |"


def main() -> None:
    """Print a table in Markdown."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ads", type=int, default=60_000)
    options.add_argument("--seeds", default="311,312")
    options.add_argument("--difficulties", default="0.5,1.0")
    options.add_argument("--days", type=int, default=4)
    asked = options.parse_args()
    comparing.SMALL = 0  # so that no workspace is too small to grow
    print(machine(), "\n")
    print(
        "| ads | seed | difficulty | grown, once | once by another key | once in another order | grown, truth |"
        " once, truth |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with workplace() as place:
        for seed in map(int, asked.seeds.split(",")):
            for difficulty in map(float, asked.difficulties.split(",")):
                print(row(Path(place), asked.ads, seed, difficulty, asked.days), flush=True)


if __name__ == "__main__":
    main()
