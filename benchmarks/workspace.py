"""A workspace from nothing and a day later: time, memory and disk, through the command line.

python benchmarks/workspace.py --ads 4000000 --day 150000 --set FOLDER [--truth] [--keep WS]

FOLDER holds what `scale_set.py` wrote, and one part more for the day; it is made if it is not there. Networks are
left out (`--no-networks`): what it takes to weigh all ties is in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from common import kilobytes_held, machine, with_descendants, workplace
from scale_set import PART, write_set

from filrouge.compare.evaluate import evaluate


@dataclass(frozen=True)
class Step:
    """A command: seconds on the clock, and the most memory that it and its helpers held (PSS), in GB."""

    name: str
    seconds: float
    gigabytes: float


def measured(name: str, *arguments: str) -> Step:
    """Run `filrouge` with these arguments."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "filrouge", *arguments], stdout=subprocess.DEVNULL)
    peak = 0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, kilobytes_held(with_descendants(process.pid)))
            time.sleep(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    watcher.join()
    if code:
        sys.exit(f"filrouge {' '.join(arguments)} ended with {code}")
    step = Step(name, time.perf_counter() - began, peak / 2**20)
    print(f"| {name} | {step.seconds:.1f} | {step.gigabytes:.2f} |", flush=True)
    return step


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def names_of(clusters: np.ndarray) -> pl.Series:
    """The ids of clusters as names, "" for -1: as `evaluate` takes them."""
    ids = pl.Series("found", clusters)
    return pl.select(found=pl.when(ids < 0).then(pl.lit("")).otherwise(ids.cast(pl.String))).to_series()


def scores(ws: Path, parts: list[Path]) -> str:
    """How well the clusters of a workspace fit the truth."""
    from filrouge.corpus.results import membership
    from filrouge.corpus.workspace import Workspace

    held = Workspace.open(ws)
    # Texts need not be opened: a row of a file is told by its place.
    where = held.ads(["source", "row"]).join(
        held.table("sources", ["source", "name"]), on=["seq", "source"], maintain_order="left"
    )
    truth = pl.concat(
        pl.read_csv(part.with_name(part.name.replace("part", "truth")), infer_schema_length=0)
        .with_row_index("row", 1)
        .select(pl.col("row").cast(pl.Int64), "cluster", "role", name=pl.lit(str(part)))
        for part in parts
    )
    rows = where.join(truth, on=["name", "row"], how="left", maintain_order="left")
    found = names_of(membership(held).of(rows["ad"].to_numpy()))
    rows = rows.with_columns(found, pl.col("cluster", "role").fill_null(""))
    # Ads of strangers that are little but one agency's form: of their own words too little is left in this set.
    lines = []
    for name, kept in (
        ("all ads", rows),
        ("without the forms of agencies", rows.filter(pl.col("role") != "house")),
    ):
        score = evaluate(kept["cluster"].to_list(), kept["found"].to_list())
        said = f"precision {score.precision:.4f}, recall {score.recall:.4f}, F1 {score.f1:.4f}"
        lines.append(f"{name} ({kept.height:,}): {said}")
    return "; ".join(lines)


def main() -> None:
    """Print what was measured, as Markdown."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ads", type=int, default=4_000_000)
    options.add_argument("--day", type=int, default=150_000)
    options.add_argument("--set", type=Path, required=True)
    options.add_argument("--truth", action="store_true", help="score the clusters against the truth")
    options.add_argument("--keep", type=Path, help="make the workspace here, and leave it")
    asked = options.parse_args()
    count = -(-asked.ads // PART)
    parts = sorted(asked.set.glob("part-*.csv")) if asked.set.is_dir() else []
    if len(parts) < count + 1:
        parts = write_set(asked.set, asked.ads + PART, 900, 0.5)
    with workplace() as place:
        os.environ["XDG_CONFIG_HOME"] = str(asked.keep.parent / "config" if asked.keep else place)
        ws = asked.keep or Path(place) / "ws"
        day = Path(place) / "day.csv"
        pl.read_csv(parts[count], infer_schema_length=0)[: asked.day].write_csv(day)
        files = [str(part) for part in parts[:count]]
        print(machine(), f"\n\n| {asked.ads:,} ads | seconds | GB |\n|---|---|---|")
        measured("init", "init", str(ws))
        steps = [measured("ingest", "ingest", str(ws), *files)]
        steps.append(measured("run", "run", str(ws), "--no-networks"))
        texts = sum(
            pl.scan_csv(part, infer_schema_length=0)
            .select(pl.col("text").str.len_bytes().sum())
            .collect()
            .item()
            for part in parts[:count]
        )
        total = sum(step.seconds for step in steps)
        print(f"| from nothing | {total:.1f} | {max(step.gigabytes for step in steps):.2f} |")
        if asked.truth:
            print(f"\nagainst the truth: {scores(ws, parts[:count])}\n", flush=True)
        steps = [measured(f"{asked.day:,} more: ingest", "ingest", str(ws), str(day))]
        steps.append(measured(f"{asked.day:,} more: run", "run", str(ws), "--no-networks"))
        print(f"| a day | {sum(step.seconds for step in steps):.1f} | |")
        measured("search, first (builds the index)", "search", str(ws), "small discount on quiet days")
        measured("search, again", "search", str(ws), "small discount on quiet days")
        parts_of = {path.name: round(size_of(path) / texts, 3) for path in ws.iterdir() if path.is_dir()}
        print(
            f"\ndisk, as a share of {texts / 1e9:.2f} GB of text: {size_of(ws) / texts:.2f}; {json.dumps(parts_of)}"
        )


if __name__ == "__main__":
    main()
