"""What a casebook tells of ads that a search has found; see `case_answers`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import polars as pl

from filrouge.engines.asking import Near
from filrouge.engines.case_ground import CaseGround
from filrouge.engines.case_sheets import Identifier
from filrouge.engines.case_tables import Int64Array, gathered
from filrouge.engines.case_weights import Weights
from filrouge.engines.masking import HIDDEN, least_number, unmasked, with_pseudonyms
from filrouge.engines.rows_by import RowsBy


class CaseSearching(CaseGround):
    """The part of a casebook that searches ask."""

    @property
    def weights(self) -> Weights:
        """What makes one number of the bits of all kinds."""
        return self._weights

    def where(self, ads: Int64Array) -> pl.DataFrame:
        """Those of some ads that are the case's, in the order given: a row of `ads` for each."""
        rows = self._tables.at(ads)
        return self.ads[rows[rows >= 0]]

    def unweighed(self, ads: Sequence[int]) -> frozenset[int]:
        """Those of some ads of which no bits may be told: none, unless the reader judges them blind."""
        return frozenset()

    def sizes(self, kind: str, ids: Int64Array) -> pl.DataFrame:
        """id, ads, agencies (how many), first, last: of some clusters or networks; of each at least one ad is here."""
        rows = (self._by_cluster if kind == "cluster" else self._by_network).of(np.unique(ids))
        return (
            gathered(self.ads, rows, kind, "agency", "posted")
            .group_by(pl.col(kind).alias("id"))
            .agg(
                pl.len().alias("ads"),
                pl.col("agency").n_unique().alias("agencies"),
                pl.col("posted").min().cast(pl.Date).alias("first"),
                pl.col("posted").max().cast(pl.Date).alias("last"),
            )
        )

    @cached_property
    def _by_cluster(self) -> RowsBy:
        return RowsBy(self.ads["cluster"].to_numpy())

    @cached_property
    def _by_network(self) -> RowsBy:
        return RowsBy(self.ads["network"].to_numpy())

    def carriers(self, pseudonym: str) -> Int64Array:
        """The case's ads that carry the identifier that a pseudonym stands for, the newest first."""
        kind, least = least_number(pseudonym)
        rows = self._tables.identifiers.filter(
            pl.col("kind") == kind, pl.col("value") // (1 << HIDDEN) == least
        )
        ads: Int64Array = self._tables.number[rows["row"].to_numpy()]
        return np.sort(ads)[::-1]

    def identified(self, named: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Identifier]:
        """Identifiers of the case by kind and number; those that none of its ads carries are not among them."""
        each = list(dict.fromkeys(named))
        are_held = self._identifiers.are_held(np.array([number for _kind, number in each], np.uint64))
        held = pl.DataFrame(
            [(kind, number, 0) for (kind, number), is_held in zip(each, are_held, strict=True) if is_held],
            schema={"kind": pl.String, "value": pl.UInt64, "count": pl.Int64},
            orient="row",
        )
        found = self._identifiers.named(held, self.opened, None).shown
        return {(one.kind, one.number): one for one in found}

    @property
    def voices(self) -> int:
        """How many clusters and single ads the case holds."""
        return self._tables.units.count

    def hits(self, found: Sequence[Near]) -> list[Near]:
        """Hits of a search as they may be shown."""
        return unmasked(self.ws, found) if self.opened else with_pseudonyms(self.ws, found, self._known.names)
