"""What runs remembered of clusters and networks beyond who is in them, as one case may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from filrouge.engines.case_sheets import ClusterTie, Reason
from filrouge.engines.case_tables import CaseTables, Int64Array
from filrouge.engines.case_ties import Weights

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace


class Remembered:
    """What runs of a view remembered."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    @property
    def services(self) -> pl.DataFrame:
        """kind, value (pseudonym), service: where handles and ways of paying are."""
        return pl.DataFrame(schema={"kind": pl.String, "value": pl.UInt64, "service": pl.String})

    def names_of(self, ads: pl.DataFrame) -> pl.DataFrame:
        """group, name (pseudonym), count: the names in the templates' slots.

        Args:
            ads: ad, group.
        """
        return pl.DataFrame(schema={"group": ads.schema["group"], "name": pl.UInt64, "count": pl.Int64})

    def languages_of(self, ads: pl.Series) -> pl.Series:
        """The language of each ad, null where nothing is known."""
        return pl.Series("language", [None] * ads.len(), pl.String)

    def indicators_of_groups(
        self, tables: CaseTables, groups: pl.Series, group_of_unit: Int64Array
    ) -> pl.DataFrame:
        """group, indicators: ids of the guide."""
        return pl.DataFrame(schema={"group": groups.dtype, "indicators": pl.List(pl.String)})

    def meetings(self, tables: CaseTables) -> set[tuple[int, int]]:
        """The pairs of voices that a picture, a move or a near number ties."""
        return set()

    def indicators(self, kind: str, id: int, tables: CaseTables) -> list[Reason]:
        """The indicators seen in a network or cluster."""
        return []

    def ties(self, tables: CaseTables, units: Int64Array) -> list[ClusterTie]:
        """The ties between voices."""
        return []

    def tie(self, tables: CaseTables, one: int, other: int) -> ClusterTie | None:
        """The tie between two voices as a run recorded it, None where it may not be used."""
        return None

    def weights(self, cut: float) -> Weights:
        """What makes one number of the bits of all kinds."""
        return Weights.cautious(cut)

    def holds_together(self, network: int) -> dict[str, Any] | None:
        """What the run found of what holds a network together."""
        return None
