"""Recovery of planted networks by ties in bits: the design of `networks.communities` and its alternatives.

    python benchmarks/communities.py [most units]

Prints three tables: planted networks of log-uniform sizes, true ties of a stated range of bits, a share of weak
ties (1 to 6 bits) between any two units; and strangers of one town with weak ties only, where nothing is to be
found; and operations that are tied by phones alone. No number here was tuned: the cut is log2(units) everywhere.
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

from filrouge.networks.communities import (
    SEED,
    adjacency,
    combined,
    communities,
    cores,
    find_communities,
    prior_cost,
    with_identifiers,
)
from filrouge.networks.edges import components
from filrouge.networks.joins import join_parts


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
    return combined(one, other, dice.uniform(1, 6, one.size))


def phones_only(
    operations: int = 500, alone: int = 20_000, switchboards: int = 10, passed_on: int = 100
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Operations of 3 to 8 voices with 1 to 4 phones among them, and single voices with one phone each.

    Returns:
        The hand and the ads of each voice; who holds which phone.
    """
    dice = np.random.default_rng(1)
    truth: list[int] = []
    ads: list[int] = []
    held: set[tuple[int, int]] = set()
    phones = 0
    for operation in range(operations):
        own = int(dice.integers(1, 5))
        for _ in range(int(dice.integers(3, 9))):
            held |= {(len(truth), phones + int(dice.integers(own))) for _ in range(int(dice.integers(1, 3)))}
            truth.append(operation)
            ads.append(int(dice.integers(3, 25)))
        phones += own
    for person in range(alone):
        held.add((len(truth), phones + person))
        truth.append(operations + person)
        ads.append(int(dice.integers(1, 3)))
    # A number that is given up goes to anybody.
    held |= {(int(dice.integers(len(truth))), int(dice.integers(phones + alone))) for _ in range(passed_on)}
    for board in range(switchboards):
        number = phones + alone + board
        held |= {(int(voice), number) for voice in dice.choice(len(truth), 200, replace=False)}
    holder, phone = np.array(sorted(held), np.int32).T
    return (
        np.array(truth),
        np.array(ads, np.int32),
        holder,
        np.unique(phone, return_inverse=True)[1].astype(np.int32),
    )


def phones_table() -> None:
    """How a phone alone should be weighed."""
    truth, ads, holder, phone = phones_only()
    none, voices, total = np.zeros(0, np.int32), truth.size, int(ads.sum())
    print(f"\nPhones alone: {total:,} ads of {voices:,} voices\n")
    print("| carriers counted in | cut | F1 | precision | B³ |\n|---|---|---|---|---|")
    for counted, carriers in (("ads", np.bincount(phone, ads[holder])), ("voices", np.bincount(phone))):
        for name, cut in (("log2(ads)", prior_cost(total)), ("with unit sizes", prior_cost(total, ads))):
            worth = np.log2(total / carriers)[phone]
            nodes, a, b, bits, unit = with_identifiers(voices, none, none, none, holder, phone, worth)
            found = communities(nodes, a, b, bits, ads_count=total, cut_bits=cut, is_unit=unit)
            got = scores(truth, found[:voices])
            row = (f"{got[m]:.3f}" for m in ("f1", "precision", "b_cubed"))
            print(f"| {counted} | {name}, {cut:.1f} |", " | ".join(row), "|")
    own = np.bincount(phone)[phone] < 100
    own &= (
        truth[holder]
        == np.array([np.bincount(truth[holder[phone == p]]).argmax() for p in range(phone.max() + 1)])[phone]
    )
    ceiling = components(voices + int(phone.max()) + 1, holder[own], phone[own] + voices)[:voices]
    print(
        f"\nConnected components of the true ties alone: F1 {scores(truth, ceiling.astype(np.int64))['f1']:.3f}"
    )


def tied(labels: np.ndarray) -> str:
    """The share of units that are with another, and the largest community."""
    sizes = np.unique(
        np.where(labels < 0, labels.max() + 1 + np.arange(labels.size), labels), return_counts=True
    )[1]
    return f"{sizes[sizes > 1].sum() / labels.size:.1%}, {sizes.max()}"


def main(most: int) -> None:
    """Print the tables."""
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
        a, b, bits = combined(a, b, bits)
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

    phones_table()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
