"""Clusters of invented ads against their truth, beside MinHash on the very same sets.

filrouge runs with nothing chosen. The baseline is `rensa`: runs of two words, 128 permutations, pairs
verified by their exact Jaccard similarity, connected components; of the thresholds 0.2, 0.3, 0.5 and 0.8 the
one that scores best on that very set, which nobody could know beforehand. It is given the words as filrouge
cleaned them, without which disguises alone would defeat it.

    python benchmarks/quality.py [--ads 20000] [--seeds 7] [--difficulties 0.1,0.5,1.0]   # pip install rensa
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from common import machine, workplace

from filrouge.ads.columns import Columns
from filrouge.ads.synthetic import write_synthetic
from filrouge.compare.evaluate import Scores, evaluate, read_labels
from filrouge.engines.local import analyse
from filrouge.progress import Silent

PERMUTATIONS = 128
THRESHOLDS = (0.2, 0.3, 0.5, 0.8)


def load_rensa() -> Any:
    """The package, or the end of the program with how to get it."""
    try:
        import rensa
    except ImportError:
        sys.exit(
            "The baseline is not installed. Install it with: pip install rensa   (or give --without-baseline)"
        )
    return rensa


def bands_for(threshold: float) -> int:
    """The fewest bands that still propose most pairs of that similarity: (1/bands)^(1/rows) <= threshold."""
    return next(b for b in (2, 4, 8, 16, 32, 64) if (1 / b) ** (b / PERMUTATIONS) <= threshold)


class Components:
    """Connected components, joined as pairs come."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, one: int) -> int:
        """The first of the component of `one`."""
        parent = self._parent
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    def join(self, one: int, other: int) -> None:
        """Make one component of two."""
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first

    def names(self) -> list[str]:
        """The component of each, "" for one alone."""
        roots = [self.root(one) for one in range(len(self._parent))]
        sizes = np.bincount(roots, minlength=len(roots))
        return [str(root) if sizes[root] > 1 else "" for root in roots]


def minhash(texts: list[list[int]], threshold: float) -> list[str]:
    """The component of each text by rensa at one threshold."""
    rensa = load_rensa()
    runs = [frozenset(pairwise(text)) for text in texts]
    index = rensa.RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=bands_for(threshold))
    found = Components(len(texts))
    for ad, mine in enumerate(runs):
        sketch = rensa.RMinHash(num_perm=PERMUTATIONS, seed=42)
        sketch.update([f"{a} {b}" for a, b in mine])
        for other in index.query(sketch):
            # A pair within one component changes nothing, so it need not be verified.
            if found.root(other) != found.root(ad) and _similar(mine, runs[other], threshold):
                found.join(ad, other)
        index.insert(ad, sketch)
    return found.names()


def _similar(one: frozenset[Any], other: frozenset[Any], threshold: float) -> bool:
    shared = len(one & other)
    return shared > 0 and shared >= threshold * (len(one) + len(other) - shared)


def row(ads: int, seed: int, difficulty: float, who: str, seconds: float, scores: Scores) -> str:
    """A line of the table."""
    shares: Iterable[float] = (
        scores.precision,
        scores.recall,
        scores.f1,
        scores.adjusted_rand,
        scores.grouping_accuracy,
    )
    cells = [f"{ads:,}", str(seed), str(difficulty), who, *(f"{s:.4f}" for s in shares), f"{seconds:.1f}"]
    return f"| {' | '.join(cells)} |"


def measure(folder: Path, ads: int, seed: int, difficulty: float, baseline: bool) -> None:
    """Make one set, cluster it both ways, and print the lines."""
    # The sets of version 0.1, so that scores can be compared from version to version.
    write_synthetic(folder, ads=ads, seed=seed, difficulty=difficulty, templates_only=True)
    labels = read_labels(folder / "truth.csv")
    began = time.perf_counter()
    findings = analyse([str(folder / "ads.csv")], columns=Columns(), jobs=2, progress=Silent())
    seconds = time.perf_counter() - began
    truth = [labels[ad] for ad in findings.read.ads["id"].to_list()]
    found = ["" if cluster < 0 else str(cluster) for cluster in findings.comparison.cluster.tolist()]
    print(row(ads, seed, difficulty, "filrouge", seconds, evaluate(truth, found)), flush=True)
    if not baseline:
        return
    keys, offsets = findings.tokens.key, findings.tokens.offsets.tolist()
    texts = [keys[a:b].tolist() for a, b in pairwise(offsets)]
    results = []
    for threshold in THRESHOLDS:
        began = time.perf_counter()
        scores = evaluate(truth, minhash(texts, threshold))
        results.append((scores.f1, threshold, time.perf_counter() - began, scores))
    _f1, threshold, seconds, scores = max(results, key=lambda result: result[0])
    print(row(ads, seed, difficulty, f"rensa at {threshold}", seconds, scores), flush=True)


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ads", default="20000", help="sizes, apart by commas")
    parser.add_argument("--seeds", default="7", help="apart by commas")
    parser.add_argument("--difficulties", default="0.1,0.5,1.0", help="apart by commas")
    parser.add_argument("--without-baseline", action="store_true", help="filrouge alone")
    asked = parser.parse_args()
    if not asked.without_baseline:
        load_rensa()
    print(machine())
    print("\n| ads | seed | difficulty | by | precision | recall | F1 | adjusted Rand | grouping | seconds |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for ads in map(int, asked.ads.split(",")):
        for seed in map(int, asked.seeds.split(",")):
            for difficulty in map(float, asked.difficulties.split(",")):
                with workplace() as folder:
                    measure(Path(folder), ads, seed, difficulty, not asked.without_baseline)


if __name__ == "__main__":
    main()
