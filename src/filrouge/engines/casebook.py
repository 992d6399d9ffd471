"""A casebook: what one reader of one case may see of a view of a workspace. Masked unless opened.

Everything that is counted here is counted on the case's own ads. A number that a run recorded and that ads of other
cases had a part in is reckoned again from the case's own, or left out: that others exist can't be read off anything.

Dossiers are paged and capped: `page`, `..._left` and `opened` say so.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import polars as pl

from filrouge.engines.case_ground import AS_RUN, SHARED, brief_of, commonest
from filrouge.engines.case_leads import facts, parts_of, reasons
from filrouge.engines.case_pairs import MOST_IDENTIFIERS, CasePairs
from filrouge.engines.case_places import itinerary, stays, timeline
from filrouge.engines.case_recent import Recent
from filrouge.engines.case_sheets import (
    AdSheet,
    ClusterBrief,
    ClusterDossier,
    ClusterTemplate,
    ClusterTie,
    Identifier,
    Member,
    NetworkDossier,
    Piece,
    Reason,
    Segment,
    SharedIdentifier,
    TieSheet,
    UnknownCluster,
    UnknownNetwork,
)
from filrouge.engines.case_tables import NONE, Int64Array, gathered
from filrouge.engines.case_texts import Drawn, common_lines, spread
from filrouge.engines.case_ties import for_and_against

if TYPE_CHECKING:
    from filrouge.engines.case_apart import Apart

__all__ = [
    "AdSheet", "Casebook", "ClusterBrief", "ClusterDossier", "ClusterTemplate", "ClusterTie", "Identifier", "Member",
    "NetworkDossier", "Piece", "Reason", "Segment", "SharedIdentifier", "TieSheet", "UnknownCluster",
    "UnknownNetwork",
]  # fmt: skip

T = TypeVar("T")
DRAWN_FROM: Final = 64
"""Ads of a cluster that are opened for its template."""
PAGE: Final = 10
"""Members on a page: as many full texts as one reads before the page has to be turned."""
MOST_CLUSTERS: Final = 60
"""Clusters of a network that are listed; the largest."""
WITH_TEMPLATES: Final = 20
"""Clusters of a network whose template's first words are drawn."""
MOST_TIES: Final = 400
MOST_MEMBERS: Final = 500
"""What a dossier of a network lists at most; it says how many are left."""


class Casebook(CasePairs):
    """What a reader of one case may see of a view of a workspace.

    Example:
        ```python
        book = Casebook(Workspace.open("unit"), "case-12")
        for lead in book.leads.head(20).iter_rows(named=True):
            print(lead["name"], lead["ads"], book.why(lead["kind"], lead["id"]))
        ```

    Args:
        ws: the workspace, as of now or of a past day.
        case: whose ads are seen.
        opened: whether identifiers, names and texts are shown in the clear.
        jobs: cores to use.
        apart: what people of the case keep apart though a run put it together.
    """

    def with_apart(self, apart: Apart) -> Casebook:
        """The same casebook where something else is kept apart; what it rests on is not read again."""
        if apart == self.apart:
            return self
        other = Casebook(self.ws, self.case, opened=self.opened, jobs=self.jobs, apart=apart)
        for name in AS_RUN:
            other.__dict__[name] = getattr(self, name)
        return other

    def opened_with(self, opened: bool) -> Casebook:
        """The same casebook, masked or in the clear; nothing is reckoned again."""
        if opened == self.opened:
            return self
        other = Casebook(self.ws, self.case, opened=opened, jobs=self.jobs, apart=self.apart)
        for name in SHARED:
            other.__dict__[name] = getattr(self, name)
        return other

    def warmed(self) -> Casebook:
        """Itself, with all that its pages rest on at hand: seconds now rather than on somebody's first page."""
        for name in SHARED:
            getattr(self, name)
        _ = self._recent
        if not self._tables.ads.is_empty():
            self._identifiers.of_units(np.zeros(1, np.int64), False, 1)
            self._ties.within(np.zeros(1, np.int64), 1)
        return self

    def _lately(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, or gave lately; what is shown in the clear is not kept."""
        return make() if self.opened else self._recent.of(key, make)

    @cached_property
    def _recent(self) -> Recent:
        return Recent()

    # -- the case as a whole ------------------------------------------------------------------------------

    def lead(self, kind: str, id: int) -> dict[str, Any] | None:
        """The row of a lead, None if it is none."""
        at = self._lead_rows.get((kind, id))
        return None if at is None else self.leads.row(at, named=True)

    def why(self, kind: str, id: int) -> list[Reason]:
        """Why a lead is here; nothing if it is no lead.

        Raises:
            UnknownCluster, UnknownNetwork: if this case holds no such thing.
        """
        at = self._lead_rows.get((kind, id))
        if at is None:
            self._rows_of(kind, id)
            return []
        counts = self._leads.counts.row(at, named=True)
        lead = self.leads.row(at, named=True)
        indicators = self._known.indicators(id, lead["ads"], self._tables) if kind == "network" else []
        return reasons(lead, counts, indicators)

    # -- networks -----------------------------------------------------------------------------------------

    def network(self, id: int) -> NetworkDossier:
        """All that the case may see of a network.

        Raises:
            UnknownNetwork: if it is no lead of this case.
        """
        return self._lately(("network", id), lambda: self._network(id))

    def _network(self, id: int) -> NetworkDossier:
        lead = self.lead("network", id)
        if lead is None:
            raise UnknownNetwork(id)
        tables, units = self._tables, np.flatnonzero(self._tables.network_of_unit == id)
        ads = tables.ads[np.sort(tables.rows_of_units(units))]
        sizes = tables.units.ads[units]
        clusters = units[tables.cluster_of_unit[units] >= 0]
        clusters = clusters[np.argsort(-tables.units.ads[clusters], kind="stable")]
        singles = units[(tables.cluster_of_unit[units] < 0) & (sizes > 0)]
        ties, ties_left = self._ties.within(units, MOST_TIES)
        identifiers = self._identifiers.of_units(units, self.opened, MOST_IDENTIFIERS)
        counts = self._leads.counts.row(self._lead_rows["network", id], named=True)
        why = self.why("network", id)
        pro, contra = for_and_against(ties)
        newest = ads.sort("posted", "ad", descending=True, nulls_last=True).head(MOST_MEMBERS)
        pure = id not in tables.mixed_networks and not tables.is_stale
        return NetworkDossier(
            id=id,
            name=f"N{id}",
            lead=lead,
            reasons=tuple(why),
            clusters=self._briefs(clusters[:MOST_CLUSTERS]),
            clusters_left=max(clusters.size - MOST_CLUSTERS, 0),
            single_ads=tuple(tables.number[tables.units.head[singles]].tolist()),
            ties=tuple(ties),
            ties_left=ties_left,
            identifiers=identifiers.shown,
            identifiers_left=identifiers.left,
            timeline=timeline(ads),
            places=itinerary(ads),
            stays=stays(ads),
            strength_parts=parts_of(lead, counts),
            for_=pro,
            against=contra,
            holds_together=self._holds_together(id) if pure else None,
            members=newest.select("ad", "cluster", "agency", "posted", "location", "bits"),
            members_left=max(ads.height - MOST_MEMBERS, 0),
            indicators=tuple(reason for reason in why if reason.kind == "indicator"),
        )

    def _holds_together(self, id: int) -> dict[str, Any] | None:
        found = self._known.holds_together(id)
        if found is not None and not self._tables.is_alone:
            # How rare an identifier is was counted among the ads of all cases.
            found |= {"fewest_bits": None, "is_least": None}
        return found

    def _briefs(self, clusters: Int64Array) -> tuple[ClusterBrief, ...]:
        tables = self._tables
        rows = [tables.rows_of_units(np.array([unit])) for unit in clusters.tolist()]
        of = [gathered(tables.ads, some, "ad", "agency", "place", "posted", "bits") for some in rows]
        # The two that the template saves most stand for the others; part of a cluster may be one ad.
        shown = [k for k, ads in enumerate(of[:WITH_TEMPLATES]) if ads.height > 1]
        two = [
            of[k]["ad"].to_numpy()[np.argsort(-of[k]["bits"].to_numpy(), kind="stable")[:2]] for k in shown
        ]
        opened = self._opened_ads(np.concatenate([*two, np.zeros(0, np.int64)]))
        lines = dict(zip(shown, common_lines(opened, self._masks(opened)), strict=True))
        return tuple(
            brief_of(int(tables.cluster_of_unit[unit]), ads, lines.get(k, ""))
            for k, (unit, ads) in enumerate(zip(clusters.tolist(), of, strict=True))
        )

    # -- clusters -----------------------------------------------------------------------------------------

    def cluster(self, id: int, page: int = 1) -> ClusterDossier:
        """All that the case may see of a cluster.

        Args:
            id: of the cluster.
            page: of its members, from 1; the last one if there are fewer.

        Raises:
            UnknownCluster: if the case holds less than two ads of it.
        """
        return self._lately(("cluster", id, page), lambda: self._cluster(id, page))

    def _cluster(self, id: int, page: int) -> ClusterDossier:
        rows = self._rows_of("cluster", id)
        tables = self._tables
        ads = tables.ads[rows].sort("bits", "ad", descending=[True, False])
        units = np.unique(tables.units.of[rows]).astype(np.int64)
        pages = -(-ads.height // PAGE)
        page = min(max(page, 1), pages)
        sample, drawn = self._drawn(ads, DRAWN_FROM)
        there = ads[(page - 1) * PAGE : page * PAGE]
        beyond = there.filter(~pl.col("ad").is_in(sample["ad"].implode()))
        if beyond.height:
            # The page's own members stand beside the template too, which is then drawn from them as well.
            both = pl.concat([sample, beyond]).sort("bits", "ad", descending=[True, False])
            sample, drawn = self._drawn(both, both.height)
        one = np.full(tables.units.count, NONE, np.int64)
        one[units] = id
        found = facts(tables, self._known, one)
        lead = self._facts_of_cluster(id, ads, found)
        network = int(tables.network_of_unit[units[np.argmax(tables.units.ads[units])]])
        return ClusterDossier(
            id=id,
            name=f"C{id}",
            network=network if ("network", network) in self._lead_rows else NONE,
            ads=ads.height,
            opened=drawn.opened,
            lead=lead,
            reasons=tuple(reasons(found.row(0, named=True), found.row(0, named=True), []))
            if found.height
            else (),
            template=drawn.template(),
            members=self._members(drawn, there),
            page=page,
            pages=pages,
            identifiers=self._identifiers.of_units(units, self.opened, MOST_IDENTIFIERS).shown,
            timeline=timeline(ads),
            places=itinerary(ads),
            history=self._history(id),
        )

    def template(self, id: int) -> ClusterTemplate:
        """The template of a cluster, without all else that its dossier says.

        Raises:
            UnknownCluster: if the case holds less than two ads of it.
        """
        return self._lately(("template", id), lambda: self._template(id))

    def _template(self, id: int) -> ClusterTemplate:
        ads = self._tables.ads[self._rows_of("cluster", id)].sort("bits", "ad", descending=[True, False])
        _sample, drawn = self._drawn(ads, DRAWN_FROM)
        return ClusterTemplate(id, f"C{id}", ads.height, drawn.template())

    def _facts_of_cluster(self, id: int, ads: pl.DataFrame, found: pl.DataFrame) -> dict[str, Any]:
        if found.height:
            row: dict[str, Any] = {**found.drop("group").row(0, named=True), "indicators": []}
        else:
            row = {
                "ads": ads.height,
                "n_agencies": ads["agency"].n_unique(),
                "strength": 0.0,
                "signs": [],
                "indicators": [],
                "agencies": commonest(ads, "agency"),
                "places": commonest(ads.filter(pl.col("place") != ""), "place")[:6],
                "n_places": ads.filter(pl.col("place") != "")["place"].n_unique(),
                "first": ads["posted"].min(),
                "last": ads["posted"].max(),
                "languages": [],
                "newest_seq": ads["seq"].max(),
            }
        return {"kind": "cluster", "id": id, "name": f"C{id}", **row}

    def _members(self, drawn: Drawn, there: pl.DataFrame) -> tuple[Member, ...]:
        wanted = there["ad"].to_list()
        found = drawn.members(wanted)
        return tuple(found[ad] for ad in wanted)

    def _drawn(self, ads: pl.DataFrame, most: int) -> tuple[pl.DataFrame, Drawn]:
        """Those of some ads of a cluster that are opened, and the template that is drawn from them."""
        some = ads[np.sort(spread(np.arange(ads.height), most))]
        opened = self._opened_ads(some["ad"].to_numpy())
        return some, Drawn(opened, some["bits"].to_numpy(), self._prices, self._reach, self._masks(opened))

    def _history(self, id: int) -> pl.DataFrame:
        """What runs wrote of a cluster that is of this case alone."""
        at = {row.seq: row.at for row in self.ws.snapshots()}
        told = self._events.filter(pl.col("of") == "cluster", (pl.col("id") == id))
        if id in self._tables.mixed:
            told = told.clear()
        return told.select(
            "seq",
            pl.col("seq").replace_strict(at, return_dtype=pl.Datetime("us", "UTC")).alias("at"),
            "kind",
            "ads",
        )
