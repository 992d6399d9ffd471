"""Graphs with known networks, and how well they are found again."""

from __future__ import annotations

import numpy as np


def planted(
    count: int,
    sizes: tuple[int, int],
    degree: float,
    mixing: float,
    strong: tuple[float, float],
    seed: int,
    weak: tuple[float, float] = (1.0, 6.0),
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """True groups (sizes log-uniform), and ties: `mixing` of them weak and between any two units.

    Returns:
        The group of each unit, both ends of the ties, bits.
    """
    dice = np.random.default_rng(seed)
    drawn = np.exp(dice.uniform(np.log(sizes[0]), np.log(sizes[1] + 1), count)).astype(int)
    drawn = drawn[: int(np.searchsorted(np.cumsum(drawn), count)) + 1]
    truth = np.repeat(np.arange(drawn.size), drawn)[:count]
    held = np.bincount(truth)
    start = np.concatenate([[0], np.cumsum(held)[:-1]])
    inside = int(count * degree * (1 - mixing) / 2)
    one = dice.integers(0, count, inside)
    group = truth[one]
    other = start[group] + (dice.random(inside) * held[group]).astype(int)
    one, other = one[one != other], other[one != other]
    across = int(count * degree * mixing / 2)
    a = np.concatenate([one, dice.integers(0, count, across)])
    b = np.concatenate([other, dice.integers(0, count, across)])
    bits = np.concatenate([dice.uniform(*strong, one.size), dice.uniform(*weak, across)])
    name = dice.permutation(count)
    out = np.empty(count, np.int64)
    out[name] = truth
    return out, name[a].astype(np.int32), name[b].astype(np.int32), bits


def scores(truth: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Adjusted Rand index, pairwise precision, recall and F1, and B-cubed F1; -1 stands alone."""
    alone = np.arange(labels.size) + labels.max(initial=0) + 1
    found = np.unique(np.where(labels < 0, alone, labels), return_inverse=True)[1]
    cells, both = np.unique(truth * (found.max() + 1) + found, return_counts=True)
    true, got = np.bincount(truth).astype(float), np.bincount(found).astype(float)
    of_true, of_got = true[cells // (found.max() + 1)], got[cells % (found.max() + 1)]
    n = float(truth.size)
    pairs = (both * (both - 1.0)).sum() / 2
    in_true, in_got = (true * (true - 1)).sum() / 2, (got * (got - 1)).sum() / 2
    chance = in_true * in_got / (n * (n - 1) / 2)
    precise, complete = (both * both / of_got).sum() / n, (both * both / of_true).sum() / n
    return {
        "ari": (pairs - chance) / ((in_true + in_got) / 2 - chance),
        "precision": pairs / in_got if in_got else 1.0,
        "recall": pairs / in_true if in_true else 1.0,
        "f1": 2 * pairs / (in_true + in_got),
        "b_cubed": 2 * precise * complete / (precise + complete),
    }
