"""Grouping accuracy on LogHub's eight 2,000-line samples, beside drain3 with its defaults.

A line counts if the group found for it holds exactly the lines of its template (Zhu et al.,
Tools and Benchmarks for Automated Log Parsing, ICSE-SEIP 2019). Only `Content` is given, and
nothing is tuned to a system. Log lines are not ads: this is the one real text here whose
templates are fully known.

    python benchmarks/loghub.py        # needs: pip install drain3
"""

from __future__ import annotations

import csv
from pathlib import Path

from common import data_folder, machine

from filrouge.ads.columns import Columns
from filrouge.compare.evaluate import evaluate
from filrouge.engines.local import analyse
from filrouge.progress import Silent


def drain(lines: list[str]) -> list[str]:
    """The group of each line by drain3, no masks, default parameters."""
    from drain3 import TemplateMiner
    from drain3.template_miner_config import TemplateMinerConfig

    miner = TemplateMiner(config=TemplateMinerConfig())
    return [str(miner.add_log_message(line)["cluster_id"]) for line in lines]


def filrouge(file: Path) -> list[str]:
    """The cluster of each line; "" for a line alone."""
    found = analyse([str(file)], columns=Columns(text="Content", id="LineId"), jobs=2, progress=Silent())
    return ["" if cluster < 0 else str(cluster) for cluster in found.comparison.cluster.tolist()]


def main() -> None:
    """Print a table in Markdown."""
    print(machine(), "\n\n| system | filrouge | drain3 |\n|---|---|---|")
    totals = [0.0, 0.0]
    files = sorted((data_folder() / "loghub").glob("*.csv"))
    for file in files:
        with file.open(encoding="utf-8", newline="") as rows:
            table = list(csv.DictReader(rows))
        truth = [row["EventId"] for row in table]
        scores = [
            evaluate(truth, found).grouping_accuracy
            for found in (filrouge(file), drain([row["Content"] for row in table]))
        ]
        totals = [total + score for total, score in zip(totals, scores, strict=True)]
        print(f"| {file.stem} | {scores[0]:.3f} | {scores[1]:.3f} |", flush=True)
    print(f"| **mean** | **{totals[0] / len(files):.3f}** | **{totals[1] / len(files):.3f}** |")


if __name__ == "__main__":
    main()
