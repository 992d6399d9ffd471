"""Links that hang on one weak tie, and were cut: a bridge, or one template that several hands use."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from filrouge.networks.bridges import Possible
from filrouge.networks.graph import Graph, Partition, claims
from filrouge.networks.learning import KINDS
from filrouge.networks.weighing import Weighed

SIDES: Final = {
    "link": pl.Int32,
    "side": pl.Int32,
    "part": pl.Int32,
    "unit": pl.Int32,
    "bits": pl.Float64,
}


def with_shared_templates(partition: Partition, weighed: Weighed) -> Partition:
    """The partition with a possible link, first of all, between the parts of one template that are two networks."""
    whole, label = weighed.units.whole, partition.label
    siblings = np.flatnonzero(whole[weighed.a] == whole[weighed.b])
    bits = claims(weighed, weighed.bits[siblings, KINDS.index("text")], ["text"] * siblings.size)
    size = np.bincount(label[: weighed.units.count] + 1)
    links = [
        Possible(
            a, b, float(worth), int(min(1 if label[end] < 0 else size[label[end] + 1] for end in (a, b)))
        )
        for a, b, worth in zip(weighed.a[siblings].tolist(), weighed.b[siblings].tolist(), bits, strict=True)
        if label[a] < 0 or label[a] != label[b]
    ]
    return replace(partition, possible=[*links, *partition.possible])


def sides_of_possible(graph: Graph, partition: Partition) -> pl.DataFrame:
    """The two sides of each possible link.

    Returns:
        `link` (its number), `side` (0 or 1), `part` (the network that is on this side, -1 for none), `unit` (a
        voice that is, -1 for none), `bits` (of the tie that was cut). A side may have several rows.
    """
    ends = pl.DataFrame(
        [
            (number, side, int(end), int(other), float(link.bits))
            for number, link in enumerate(partition.possible)
            for side, (end, other) in enumerate(((link.a, link.b), (link.b, link.a)))
        ],
        schema={"link": pl.Int32, "side": pl.Int32, "end": pl.Int32, "other": pl.Int32, "bits": pl.Float64},
        orient="row",
    )
    is_unit = pl.col("end") < graph.units
    of_ends = ends.with_columns(
        part=pl.Series(partition.label).cast(pl.Int32).gather(ends["end"]),
        unit=pl.when(is_unit).then("end").otherwise(-1).cast(pl.Int32),
    )
    # An identifier in no network stands for those who hold it, and not for the one from whom it was cut.
    held = pl.DataFrame({"unit": graph.a, "end": graph.b}, schema={"unit": pl.Int32, "end": pl.Int32})
    of_holders = (
        ends.filter(~is_unit)
        .join(held.filter(pl.col("unit") < graph.units), on="end")
        .filter(pl.col("unit") != pl.col("other"))
        .with_columns(part=pl.lit(-1, pl.Int32))
    )
    columns = list(SIDES)
    return pl.concat([of_ends.select(columns), of_holders.select(columns)]).unique().sort(columns)


def possible_bits(sides: pl.DataFrame, one: tuple[int, int], other: tuple[int, int]) -> float | None:
    """Bits of the weak tie between two voices that were parted by a cut, None if no cut parted them.

    Args:
        sides: from `sides_of_possible`.
        one, other: the voice and its network (-1 for none), of each.
    """
    if one[1] >= 0 and one[1] == other[1]:
        return None

    def sides_with(unit: int, part: int) -> pl.DataFrame:
        here = pl.col("unit") == unit
        if part >= 0:
            here |= pl.col("part") == part
        return sides.filter(here).select("link", "side", "bits").unique()

    both = sides_with(*one).join(sides_with(*other), on="link").filter(pl.col("side") != pl.col("side_right"))
    strongest = both["bits"].max()
    return float(strongest) if isinstance(strongest, float) else None
