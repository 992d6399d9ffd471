"""What a package is made of: the findings on the case's ads, and which of them it is about.

All numbers are worked out here, from the ads of the case as of the snapshot and from nothing else. So they can be
worked out again whenever the snapshot can be read, and no ad of another case has a part in them. What screens show
comes from the run, which saw all cases: the two may differ a little, and the README says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.reach import Reach
from filrouge.corpus.results import NoRunYet, last_run
from filrouge.engines.recall import findings_of
from filrouge.networks.units import Units
from filrouge.networks.weighing import Weighed
from filrouge.reports.package.what import MOST_ADS, Ads, Book, Cluster, NothingToPackage, TooManyAds, What

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.local import Findings
    from filrouge.networks.graph import Graph
    from filrouge.progress import Progress

Int64Array = NDArray[np.int64]
Int32Array = NDArray[np.int32]


@dataclass(frozen=True)
class Gathered:
    """The case's ads as findings, and those that the package holds.

    Attributes:
        ws: the view; case: whose ads they are; what: what was asked for; run: that said which ad is in which cluster.
        apart: how many joins of the run people of the case took apart; clusters and networks are what they left.
        findings: on all ads of the case that can be read.
        ads: int64: the number in the workspace of each ad of the findings.
        cluster: int64: the id in the workspace of the cluster of each, -1 for none.
        network: int64: the same for networks.
        bits: float32: what its template saves each, as the run wrote it.
        members: int64: the ads that the package is about, as places in the findings, by their numbers.
        rows: int64: these, and after them ads that only stand for a voice of theirs.
        units: int32: the voices of the members.
    """

    ws: Workspace
    case: str
    what: What
    run: Snapshot
    apart: int
    findings: Findings
    ads: Int64Array
    cluster: Int64Array
    network: Int64Array
    bits: NDArray[np.float32]
    members: Int64Array
    rows: Int64Array
    units: Int32Array

    @property
    def voices(self) -> Units:
        """All voices of the case."""
        return self.findings.networks.units

    @property
    def weighed(self) -> Weighed:
        """The ties between voices of the case."""
        return self.findings.networks.weighed

    @property
    def graph(self) -> Graph:
        """What networks are built of."""
        return self.findings.networks.graph

    @cached_property
    def clusters(self) -> list[int]:
        """The clusters of the members, by their ids."""
        found = np.unique(self.cluster[self.members])
        return [int(k) for k in found[found >= 0]]

    def voice(self, unit: int) -> str:
        """A voice's name: that of its cluster, with a number where several hands use it; or that of its only ad."""
        units = self.voices
        head = int(units.head[unit])
        if unit >= units.clusters:
            return f"A{self.ads[head]}"
        part = f".{units.part[unit]}" if units.divided[unit] else ""
        return f"C{self.cluster[head]}{part}"


def gathered(book: Book, what: What, *, jobs: int = 1, progress: Progress | None = None) -> Gathered:
    """Open the case's ads and find what ties them.

    Raises:
        NoRunYet: if nothing was compared.
        NothingToPackage, TooManyAds: see `what`.
    """
    ws, case = book.ws, _Case.of(book)
    if isinstance(what, Ads) and what.alone:
        case = case.of_these(what)
    chosen = case.chosen(what)
    # How many ads other cases hold has no part in what strangers reach in this one.
    reach, among = (
        replace(Reach(*case.run.details[name]), ads=int(case.ads.size)) for name in ("reach", "among")
    )
    findings = findings_of(
        ws, case.ads, case.cluster, case.bits, (reach, among), jobs=jobs, progress=progress
    )
    members = chosen[np.argsort(case.ads[chosen])]
    units = np.unique(findings.networks.units.of[members])
    heads = np.setdiff1d(findings.networks.units.head[units], members)
    rows = np.concatenate([members, heads[np.argsort(case.ads[heads])]]).astype(np.int64)
    return Gathered(
        ws,
        book.case,
        what,
        case.run,
        case.apart,
        findings,
        case.ads,
        case.cluster,
        case.network,
        case.bits,
        members,
        rows,
        units,
    )


def ads_of(book: Book, what: What) -> Int64Array:
    """The numbers of the ads that a package would be about, without opening any.

    Raises:
        NoRunYet: if nothing was compared.
        NothingToPackage, TooManyAds: see `what`.
    """
    case = _Case.of(book)
    return np.sort(case.ads[case.chosen(what)])


@dataclass(frozen=True)
class _Case:
    """The case's ads, and in which clusters and networks a reader of the case sees them."""

    name: str
    run: Snapshot
    apart: int
    ads: Int64Array
    cluster: Int64Array
    network: Int64Array
    bits: NDArray[np.float32]

    @classmethod
    def of(cls, book: Book) -> _Case:
        ws = book.ws
        run = last_run(ws)
        if run is None:
            raise NoRunYet(ws.files.where)
        ads = book.ads.sort("seq", "source", "row")
        columns = (ads[name].to_numpy() for name in ("ad", "cluster", "network", "bits"))
        return cls(book.case, run, len(book.apart), *columns)

    def of_these(self, what: Ads) -> _Case:
        """The case as if it held these ads alone, each by itself."""
        mine = self.chosen(what)
        none = np.full(mine.size, -1, np.int64)
        return _Case(self.name, self.run, 0, self.ads[mine], none, none, np.zeros(mine.size, np.float32))

    def chosen(self, what: What) -> Int64Array:
        """The places of the ads that are asked for."""
        chosen = np.flatnonzero(_is_of(what, self.ads, self.cluster, self.network))
        if not chosen.size or (isinstance(what, Ads) and chosen.size < len(set(what.ads))):
            raise NothingToPackage(what.name, self.name)
        if chosen.size > MOST_ADS:
            raise TooManyAds(what.name, int(chosen.size))
        return chosen


def _is_of(what: What, ads: Int64Array, cluster: Int64Array, network: Int64Array) -> NDArray[np.bool_]:
    if isinstance(what, Ads):
        return np.isin(ads, np.array(what.ads, np.int64))
    mine: NDArray[np.bool_] = (cluster if isinstance(what, Cluster) else network) == what.id
    return mine
