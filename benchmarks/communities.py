"""Recovery of planted networks by ties in bits: the design of `networks.communities` and its alternatives.

    python benchmarks/communities.py [most units]

Prints two tables: planted networks of log-uniform sizes, true ties of a stated range of bits, a share of weak
ties (1 to 6 bits) between any two units; and strangers of one town with weak ties only, where nothing is to be
found. No number here was tuned: the cut is log2(units) everywhere.
"""

from __future__ import annotations

import sys
import time
from itertools import product
from pathlib import Path

import graspologic_native
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "networks"))
from planted import planted, scores

from filrouge.networks.communities import SEED, adjacency, combined, cores, find_communities
from filrouge.networks.community_kernels import components, join_parts


def leiden(count: int, a: np.ndarray, b: np.ndarray, bits: np.ndarray, **options: float) -> np.ndarray:
    """Labels of Leiden as it comes."""
    _, found = graspologic_native.leiden_csr(*adjacency(count, a, b, bits), count, seed=SEED, **options)
    return np.array([found[i] for i in range(count)])


def alternatives(count: int, a: np.ndarray, b: np.ndarray, bits: np.ndarray) -> dict[str, np.ndarray]:
    """The labels of each design that was considered."""
    cut = float(np.log2(count))
    over = bits > cut
    unit = np.ones(count, bool)
    alone = np.arange(count, dtype=np.int32)
    return {
        "modularity": leiden(count, a, b, bits),
        "CPM, cut": leiden(count, a, b, bits, resolution=cut, use_modularity=False),
        "CPM, 0.05": leiden(count, a, b, bits, resolution=0.05, use_modularity=False),
        "ties > cut": components(count, a[over], b[over]),
        "cores": cores(count, a, b, bits, cut),
        "joins alone": join_parts(alone, a, b, bits, unit, cut),
    }


def strangers_of_towns(
    count: int, degree: int, towns: int = 100
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ties of 1 to 6 bits between strangers of one town: what stock phrases and one agency supply."""
    dice = np.random.default_rng(1)
    town = dice.integers(0, towns, count)
    order = np.argsort(town, kind="stable")
    held = np.bincount(town, minlength=towns)
    start = np.cumsum(held) - held
    one = dice.integers(0, count, count * degree // 2)
    other = order[start[town[one]] + (dice.random(one.size) * held[town[one]]).astype(int)]
    return combined(count, one, other, dice.uniform(1, 6, one.size))


def tied(labels: np.ndarray) -> str:
    """The share of units that are with another, and the largest community."""
    sizes = np.unique(
        np.where(labels < 0, labels.max() + 1 + np.arange(labels.size), labels), return_counts=True
    )[1]
    return f"{sizes[sizes > 1].sum() / labels.size:.1%}, {sizes.max()}"


def main(most: int) -> None:
    """Print both tables."""
    print("Planted networks: pairwise F1\n")
    head = ["units", "sizes", "bits", "degree", "mixing", "precision", "ARI", "B³", "s", "ours"]
    for k, (count, sizes, strong, degree, mixing) in enumerate(
        product(
            [n for n in (1_000, 20_000, 200_000) if n <= most],
            ((2, 8), (2, 200)),
            ((12.0, 25.0), (4.0, 12.0)),
            (2.0, 5.0, 10.0, 30.0),
            (0.0, 0.3),
        )
    ):
        truth, a, b, bits = planted(count, sizes, degree, mixing, strong, seed=1)
        a, b, bits = combined(count, a, b, bits)
        began = time.perf_counter()
        found = find_communities(count, a, b, bits, ads_count=count)
        took = time.perf_counter() - began
        ours = scores(truth, found.labels)
        others = alternatives(count, a, b, bits)
        if k == 0:
            print("|", " | ".join([*head, *others]), "|")
            print("|---" * (len(head) + len(others)) + "|")
        setting = [
            f"{count:,}",
            *(f"{x:.0f}-{y:.0f}" for x, y in (sizes, strong)),
            f"{degree:.0f}",
            str(mixing),
        ]
        row = [
            *(f"{ours[m]:.3f}" for m in ("precision", "ari", "b_cubed")),
            f"{took:.1f}",
            f"{ours['f1']:.3f}",
        ]
        row += [f"{scores(truth, np.asarray(labels))['f1']:.3f}" for labels in others.values()]
        print("|", " | ".join([*setting, *row]), "|", flush=True)
    print("\nStrangers of 100 towns, 20,000 units, no network: share that is tied, largest community\n")
    for degree in (5, 10, 30):
        a, b, bits = strangers_of_towns(20_000, degree)
        found = find_communities(20_000, a, b, bits, ads_count=20_000)
        all_labels = {"ours": found.labels, **alternatives(20_000, a, b, bits)}
        if degree == 5:
            print("| degree |", " | ".join(all_labels), "|")
            print("|---" * (1 + len(all_labels)) + "|")
        print(f"| {degree} |", " | ".join(tied(np.asarray(x)) for x in all_labels.values()), "|", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
