"""A large labelled set for the benchmarks of scale: parts of 200,000 invented ads, of about 70 words each.

python benchmarks/scale_set.py --ads 4000000 --out FOLDER [--seed 900] [--difficulty 0.5]

Each part has its own authors and templates, as new weeks and other cities bring new ones, while stock sentences
are the same in all. The house text of the agencies (first and last line of an ad) is left out: ads have 115 words
with it, and the figures to compare with are for 70. The same options give the same files on any machine.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import polars as pl

from filrouge.ads.synthetic import synthesise

PART = 200_000


def without_house_text(ads: pl.DataFrame) -> pl.DataFrame:
    """The ads without the lines that their agency puts around them."""
    lines = (
        ads.select("agency", "text")
        .with_row_index("ad")
        .with_columns(pl.col("text").str.split("\n"))
        .explode("text")
        .with_columns(house=pl.col("text").str.to_lowercase().str.contains(pl.col("agency"), literal=True))
    )
    kept = (
        lines.filter(~pl.col("house")).group_by("ad", maintain_order=True).agg(pl.col("text").str.join("\n"))
    )
    # An ad whose every line names the agency stays as it was.
    return (
        ads.with_row_index("ad")
        .join(kept.rename({"text": "own"}), on="ad", how="left", maintain_order="left")
        .with_columns(text=pl.coalesce("own", "text"))
        .drop("ad", "own")
    )


def write_part(out: Path, number: int, ads: int, seed: int, difficulty: float) -> Path:
    """Write part `number`: `part-NN.csv` and `truth-NN.csv`, their ids and names marked with the part."""
    made = synthesise(ads, seed + number, difficulty)
    mark = f"{number:02d}-"
    path = out / f"part-{number:02d}.csv"
    without_house_text(made.ads).with_columns(id=mark + pl.col("id")).with_columns(
        pl.col("posted").dt.strftime("%Y-%m-%d %H:%M")
    ).write_csv(path)
    named = [
        pl.when(pl.col(name) == "").then(pl.lit("")).otherwise(mark + pl.col(name)).alias(name)
        for name in ("id", "cluster", "network")
    ]
    made.truth.with_columns(named).select("id", "cluster", "network", "role").write_csv(
        out / f"truth-{number:02d}.csv"
    )
    return path


def write_set(out: Path, ads: int, seed: int, difficulty: float, jobs: int = 2) -> list[Path]:
    """Write the set and return its files of ads, in order."""
    out.mkdir(parents=True, exist_ok=True)
    sizes = [min(PART, ads - first) for first in range(0, ads, PART)]
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(write_part, out, k, size, seed, difficulty) for k, size in enumerate(sizes)]
        return [done.result() for done in waiting]


def main() -> None:
    """Write the set that is asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ads", type=int, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--seed", type=int, default=900)
    options.add_argument("--difficulty", type=float, default=0.5)
    asked = options.parse_args()
    for path in write_set(asked.out, asked.ads, asked.seed, asked.difficulty):
        print(path)


if __name__ == "__main__":
    main()
