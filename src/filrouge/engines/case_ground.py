"""What a casebook rests on: tables of the case, what runs wrote down, prices and weights; made when first asked for."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from filrouge.compare.reach import Reach
from filrouge.corpus.errors import UnknownAdNumber
from filrouge.corpus.results import RUN, events, last_run
from filrouge.engines.asking import Prices, Rarity
from filrouge.engines.case_apart import NOTHING, Apart, kept_apart
from filrouge.engines.case_identifiers import Identifiers
from filrouge.engines.case_leads import Leads, leads_of
from filrouge.engines.case_sheets import ClusterBrief, UnknownCluster, UnknownNetwork
from filrouge.engines.case_tables import NONE, CaseTables, Int64Array
from filrouge.engines.case_texts import Masks
from filrouge.engines.case_ties import CaseTies
from filrouge.engines.case_weights import Weights
from filrouge.engines.kept import Kept, read_kept
from filrouge.engines.remembered import Remembered, split_networks

if TYPE_CHECKING:
    from filrouge.corpus.opening import Opened
    from filrouge.corpus.workspace import Workspace

SHARED: Final = (
    "_tables", "_known", "_leads", "_lead_rows", "ads", "_kept", "_run", "_weights", "_identifiers", "_ties",
    "_sources", "_events", "_as_run", "_by_cluster", "_by_network",
)  # fmt: skip
"""What is the same for a casebook masked and opened."""
AS_RUN: Final = ("_known", "_kept", "_run", "_weights", "_sources", "_events", "_as_run")
"""Of these, what is the same whatever is kept apart."""


class CaseGround:
    """What the pages of a casebook are made of; see `casebook.Casebook`."""

    def __init__(
        self, ws: Workspace, case: str, *, opened: bool = False, jobs: int = 1, apart: Apart = NOTHING
    ) -> None:
        self.ws, self.case, self.opened, self.jobs, self.apart = ws, case, opened, jobs, apart

    @cached_property
    def ads(self) -> pl.DataFrame:
        """The case's readable ads: ad, agency, posted, location, place, cluster, network, seq, source, row, bits.

        `cluster` and `network` are ids, -1 for none: a network that is no lead of this case is none. `bits`: what the
        cluster's template saves the ad.
        """
        networks = self.leads.filter(pl.col("kind") == "network")["id"]
        seen = pl.when(pl.col("network").is_in(networks.implode())).then("network").otherwise(NONE)
        return self._tables.ads.with_columns(seen.alias("network")).select(
            "ad",
            "agency",
            "posted",
            "location",
            "place",
            "cluster",
            "network",
            "seq",
            "source",
            "row",
            "bits",
        )

    @property
    def leads(self) -> pl.DataFrame:
        """A row for each network, and each cluster in none, that shows signs of organisation, the strongest first."""
        return self._leads.table

    @cached_property
    def _tables(self) -> CaseTables:
        return kept_apart(self._as_run, self._known, self.apart)

    @cached_property
    def _as_run(self) -> CaseTables:
        return split_networks(CaseTables.of(self.ws, self.case), self._known)

    @cached_property
    def _known(self) -> Remembered:
        return Remembered(self.ws)

    @cached_property
    def _leads(self) -> Leads:
        run = self._run
        sought = run is not None and bool(run.details["networks"])
        return leads_of(self._tables, self._known, clusters=not sought)

    @cached_property
    def _lead_rows(self) -> dict[tuple[str, int], int]:
        return {
            (kind, id): k for k, (kind, id) in enumerate(self._leads.table.select("kind", "id").iter_rows())
        }

    @cached_property
    def _identifiers(self) -> Identifiers:
        return Identifiers(self.ws, self._tables)

    @cached_property
    def _run(self) -> Any:
        return last_run(self.ws)

    @cached_property
    def _kept(self) -> Kept | None:
        """What the latest run left: what words cost is kept of it only, so the past too is weighed by it."""
        runs = [row.batch for row in self.ws.rows() if row.kind == RUN]
        return read_kept(self.ws, runs[-1]) if runs else None

    @cached_property
    def _prices(self) -> Prices:
        return self._kept.model if self._kept else Rarity(None)

    @cached_property
    def _reach(self) -> Reach:
        return (
            Reach(*self._run.details["reach"])
            if self._run
            else Reach(0.0, 0.0, max(self._tables.ads.height, 2))
        )

    @cached_property
    def _weights(self) -> Weights:
        return self._known.weights(self._reach.pair)

    @cached_property
    def _ties(self) -> CaseTies:
        return CaseTies(self.ws, self._tables, self._known, self._weights, self._prices)

    @cached_property
    def _events(self) -> pl.DataFrame:
        return events(self.ws)

    @cached_property
    def _sources(self) -> dict[tuple[int, int], tuple[str, str, Any, str]]:
        rows = self.ws.table("sources", ["source", "name", "sha256", "received_at", "receiver", "case"])
        return {
            (seq, source): (name, sha256, at, receiver)
            for source, name, sha256, at, receiver, case, seq in rows.iter_rows()
            if case == self.case
        }

    def _row(self, ad: int) -> int:
        row = int(self._tables.at(np.array([ad], np.int64))[0])
        if row < 0:
            raise UnknownAdNumber(ad)
        return row

    def _rows_of(self, kind: str, id: int) -> Int64Array:
        column = self._tables.ads["cluster" if kind == "cluster" else "network"].to_numpy()
        rows: Int64Array = np.flatnonzero(column == id) if id >= 0 else np.zeros(0, np.int64)
        if not rows.size:
            raise UnknownCluster(id) if kind == "cluster" else UnknownNetwork(id)
        return rows

    def _opened_ads(self, ads: Int64Array) -> Opened:
        return self.ws.texts(ads)

    def _masks(self, opened: Opened) -> Masks:
        return Masks.none() if self.opened else Masks.over(opened, self.ws.pepper, self._known.names)


def commonest(ads: pl.DataFrame, column: str) -> list[str]:
    """The values of a column of some ads, those of most ads first."""
    # Of a few hundred values, which this is mostly asked of, a table of them takes ten times as long.
    counted = Counter(ads[column].to_list()).items()
    return [
        value for value, _ads in sorted(counted, key=lambda one: (-one[1], one[0] is not None, one[0] or ""))
    ]


def brief_of(cluster: int, ads: pl.DataFrame, template: str) -> ClusterBrief:
    """A cluster in one line."""
    return ClusterBrief(
        cluster,
        f"C{cluster}",
        ads.height,
        tuple(commonest(ads, "agency")),
        tuple(place for place in commonest(ads, "place") if place),
        ads["posted"].min().date() if ads["posted"].min() else None,  # type: ignore[union-attr]
        ads["posted"].max().date() if ads["posted"].max() else None,  # type: ignore[union-attr]
        template,
    )
