"""Which pairs of voices are looked at: there are too many to look at all."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from filrouge.compare.runs import Int32Array
from filrouge.networks.movement import Movement

NEIGHBOURS: Final = 4
"""Each holder of an identifier is paired with this many that follow it; all hang on it by the identifier."""
NEAR_HOLDERS: Final = 4


def proposed(
    held: pl.DataFrame,
    near: pl.DataFrame,
    images: pl.DataFrame,
    movement: Movement,
    siblings: tuple[Int32Array, Int32Array],
) -> tuple[Int32Array, Int32Array]:
    """Pairs of units that something leads to, other than wording and style.

    Args:
        held: see `weighing.Weighed.held`; its holders are paired.
        near: near-identifiers, as `near.near_pairs` gives them; their holders are paired.
        images: `a`, `b`: pairs of units that show one picture, and one that is not common.
        movement: who went the same way.
        siblings: parts of one template.

    Returns:
        The pairs, a < b, each once, sorted.
    """
    chain = [
        held.select(
            a=pl.col("unit"), b=pl.col("unit").shift(-step).over("kind", "value", "turn")
        ).drop_nulls()
        for step in range(1, NEIGHBOURS + 1)
    ]
    some = held.group_by("kind", "value", maintain_order=True).head(NEAR_HOLDERS)
    across = (
        near.join(some.select("kind", value_a="value", a="unit"), on=["kind", "value_a"])
        .join(some.select("kind", value_b="value", b="unit"), on=["kind", "value_b"])
        .select("a", "b")
    )
    moved = movement.candidates()
    given = [pl.DataFrame({"a": one, "b": other}) for one, other in (moved, siblings)]
    pairs = pl.concat([*chain, across, images.select("a", "b"), *given], how="vertical_relaxed")
    pairs = (
        pairs.select(a=pl.min_horizontal("a", "b"), b=pl.max_horizontal("a", "b"))
        .filter(pl.col("a") != pl.col("b"))
        .unique()
        .sort("a", "b")
    )
    return pairs["a"].to_numpy().astype(np.int32), pairs["b"].to_numpy().astype(np.int32)
