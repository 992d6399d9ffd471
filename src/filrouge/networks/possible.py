"""Which voices are on either side of a link that was cut because it hangs on one weak tie."""

from __future__ import annotations

from typing import Final

import polars as pl

from filrouge.networks.graph import Graph, Partition

SIDES: Final = {
    "link": pl.Int32,
    "side": pl.Int32,
    "part": pl.Int32,
    "unit": pl.Int32,
    "bits": pl.Float64,
}


def sides_of_possible(graph: Graph, partition: Partition) -> pl.DataFrame:
    """The two sides of each possible link.

    Returns:
        `link` (its number), `side` (0 or 1), `part` (the network that is on this side, -1 for none), `unit` (a
        voice that is, -1 for none), `bits` (of the tie that was cut). A side may have several rows.
    """
    rows: list[tuple[int, int, int, int, float]] = []
    for number, link in enumerate(partition.possible):
        for side, (end, other) in enumerate(((link.a, link.b), (link.b, link.a))):
            part = int(partition.label[end])
            rows.append((number, side, part, int(end) if end < graph.units else -1, float(link.bits)))
            if end >= graph.units:
                # An identifier in no network stands for those who hold it.
                holders = graph.a[(graph.b == end) & (graph.a < graph.units)].tolist()
                rows += [(number, side, -1, int(unit), float(link.bits)) for unit in holders if unit != other]
    return pl.DataFrame(rows, schema=SIDES, orient="row")


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
