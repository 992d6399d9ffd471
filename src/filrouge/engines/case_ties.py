"""What ties the voices of a case, in bits by kind, reckoned on the case's own ads.

What a run recorded of two voices is taken as it is where all their ads are the case's. Identifiers are weighed by how
many voices of the case hold them, unless the workspace holds no other case. Where ads of another case had a part in a
voice, the text is weighed again on the case's own ads, and what needs the habits of many is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.compare.align import pair_bits
from filrouge.engines.asking import Prices
from filrouge.engines.case_sheets import ClusterTie
from filrouge.engines.case_tables import CaseTables, Int64Array
from filrouge.engines.case_weights import Weights, as_waterfall
from filrouge.engines.remembered import Remembered, Ties
from filrouge.networks.learning import KINDS
from filrouge.networks.units import TYING
from filrouge.networks.weighing import shared_identifiers

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

NEIGHBOURS: Final = 4
"""Each voice that holds an identifier is paired with so many holders that follow it, if nothing else pairs them."""
MOST_PAIRS: Final = 5_000
"""Pairs of a network that are weighed."""
TEXT: Final = KINDS.index("text")
IDENTIFIERS: Final = [KINDS.index(kind) for kind in TYING]
Bits = NDArray[np.float64]


class CaseTies:
    """Weighs ties between voices of a case."""

    def __init__(
        self, ws: Workspace, tables: CaseTables, known: Remembered, weights: Weights, prices: Prices
    ) -> None:
        self._ws, self._tables, self._known = ws, tables, known
        self.weights, self._prices = weights, prices

    @cached_property
    def recorded(self) -> Ties:
        """What runs recorded."""
        return self._known.ties(self._tables)

    def within(self, units: Int64Array, most: int) -> tuple[list[ClusterTie], int]:
        """The ties of the voices of a network, the strongest first, those that are only possible last; and how many
        more than `most` there are.

        A possible one may lead out of the network.
        """
        recorded, inside = self.recorded, np.zeros(self._tables.units.count, bool)
        inside[units] = True
        rows = recorded.touching(units)
        rows = rows[(inside[recorded.a[rows]] & inside[recorded.b[rows]]) | recorded.possible[rows]]
        strongest = np.argsort(-recorded.bits[rows].sum(axis=1), kind="stable")
        rows = rows[strongest[:MOST_PAIRS]]
        a, b = self._sharing(units)
        known = set(zip(recorded.a[rows].tolist(), recorded.b[rows].tolist(), strict=True))
        new = [k for k, pair in enumerate(zip(a.tolist(), b.tolist(), strict=True)) if pair not in known]
        a, b = a[new][:MOST_PAIRS], b[new][:MOST_PAIRS]
        none = np.zeros(a.size, bool)
        bits = np.vstack([recorded.bits[rows], np.zeros((a.size, len(KINDS)))])
        return self._weighed(
            np.concatenate([recorded.a[rows], a]),
            np.concatenate([recorded.b[rows], b]),
            bits,
            np.concatenate([recorded.pure[rows], none]),
            np.concatenate([recorded.possible[rows], none]),
            most,
        )

    def between(self, one: Int64Array, other: Int64Array) -> tuple[Bits, bool, bool]:
        """What runs recorded between two sets of voices: the bits of the strongest tie, whether they may be used,
        and whether it is only possible. No bits where nothing was recorded.
        """
        recorded = self.recorded
        rows = np.intersect1d(recorded.touching(one), recorded.touching(other))
        crossing = np.isin(recorded.a[rows], one) != np.isin(recorded.b[rows], one)
        rows = rows[crossing]
        if not rows.size:
            return np.zeros(0), False, False
        best = int(rows[np.argmax(self.weights.model.total(recorded.bits[rows]))])
        return recorded.bits[best].copy(), bool(recorded.pure[best]), bool(recorded.possible[best])

    def _weighed(
        self,
        a: Int64Array,
        b: Int64Array,
        bits: Bits,
        pure: NDArray[np.bool_],
        possible: NDArray[np.bool_],
        most: int,
    ) -> tuple[list[ClusterTie], int]:
        tables, model = self._tables, self.weights.model
        if not a.size:
            return [], 0
        mixed = ~pure
        texts = mixed & (bits[:, TEXT] > 0)
        bits[mixed] = 0.0
        bits[texts, TEXT] = self._texts(a[texts], b[texts])
        own = mixed if tables.is_alone else np.ones(a.size, bool)
        bits[np.flatnonzero(own)[:, None], IDENTIFIERS] = self._identifiers(a[own], b[own])
        says = (bits != 0).any(axis=1)
        a, b, bits, possible = a[says], b[says], bits[says], possible[says]
        parts, claimed = model.parts(bits), model.bounded(bits)
        total = parts.sum(axis=1)
        cluster, number = tables.cluster_of_unit, tables.number[tables.units.head]
        order = np.lexsort((b, a, -total, possible))
        made = [
            ClusterTie(
                int(cluster[a[k]]), int(cluster[b[k]]), int(number[a[k]]), int(number[b[k]]),
                round(float(total[k]), 2), round(float(claimed[k]), 2), as_waterfall(parts[k]), bool(possible[k]),
            )
            for k in order[:most].tolist()
        ]  # fmt: skip
        return made, order.size - len(made)

    def _sharing(self, units: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Pairs of voices that hold an identifier in common, a < b."""
        held = self._tables.held_of(units).select("unit", "kind", "value").sort("kind", "value", "unit")
        pairs = [
            held.select(pl.col("unit").alias("a"), pl.col("unit").shift(-k).over("kind", "value").alias("b"))
            for k in range(1, NEIGHBOURS + 1)
        ]
        found = pl.concat(pairs).drop_nulls().unique().sort("a", "b")
        return found["a"].to_numpy().astype(np.int64), found["b"].to_numpy().astype(np.int64)

    def _identifiers(self, a: Int64Array, b: Int64Array) -> Bits:
        """Bits of the identifiers that both hold, shape (pairs, kinds of `TYING`), by the case's own ads."""
        out = np.zeros((a.size, len(TYING)))
        if not a.size:
            return out
        held = self._tables.held_by(np.concatenate([a, b]))
        shared = shared_identifiers(held, a.astype(np.int32), b.astype(np.int32))
        summed = shared.group_by("pair", "kind").agg(pl.col("bits").sum())
        column = summed["kind"].replace_strict({k: i for i, k in enumerate(TYING)}, return_dtype=pl.Int64)
        out[summed["pair"].to_numpy(), column.to_numpy()] = summed["bits"].to_numpy()
        return out

    def _texts(self, a: Int64Array, b: Int64Array) -> Bits:
        """Bits saved by writing the one's text with the other's beside it, less what strangers' texts save."""
        if not a.size:
            return np.zeros(0)
        tables, heads = self._tables, self._tables.units.head
        ends, at = np.unique(np.concatenate([a, b]), return_inverse=True)
        words = self._ws.words(tables.number[heads[ends]])
        cost = self._prices.prices(words.keys[words.words], words.offsets)
        one, other = (part.astype(np.int32) for part in np.split(at, 2))
        saved = pair_bits(one, other, words.words, cost, words.offsets)
        agency = tables.ads["agency"].gather(heads[ends])
        same = (agency.gather(one) == agency.gather(other)).to_numpy()
        return np.maximum(saved - np.where(same, self.weights.level[1], self.weights.level[0]), 0.0)


def bits_of(text: float, shared: Iterable[tuple[str, float]]) -> Bits:
    """The bits of a text in common and of shared identifiers, given by kind and worth; shape (kinds,)."""
    row = np.zeros(len(KINDS))
    row[TEXT] = text
    for kind, worth in shared:
        row[KINDS.index(kind)] += worth
    return row


def for_and_against(
    ties: Sequence[ClusterTie],
) -> tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]:
    """The bits of some ties summed by kind: those for one hand, and those against; "once" is left out."""
    pro, contra = dict.fromkeys(KINDS, 0.0), dict.fromkeys(KINDS, 0.0)
    for tie in ties:
        for kind, bits in tie.parts:
            if kind != "once":
                (pro if bits > 0 else contra)[kind] += bits
    return (
        tuple((kind, round(bits, 1)) for kind, bits in pro.items() if bits > 0),
        tuple((kind, round(bits, 1)) for kind, bits in contra.items() if bits < 0),
    )
