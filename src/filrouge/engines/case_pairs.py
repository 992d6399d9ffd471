"""The part of a casebook that shows single ads, and what ties two ads or two clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.engines.case_searching import CaseSearching
from filrouge.engines.case_sheets import AdSheet, Piece, SharedIdentifier, TieSheet
from filrouge.engines.case_texts import beside, shown_text
from filrouge.engines.case_ties import bits_of
from filrouge.engines.case_weights import OF_TWO_TEXTS
from filrouge.networks.learning import KINDS
from filrouge.networks.units import TYING

if TYPE_CHECKING:
    from filrouge.corpus.opening import Opened

MOST_IDENTIFIERS: Final = 200
"""Identifiers that a page lists."""


class CasePairs(CaseSearching):
    """The part of a casebook that is about ads one by one and two by two."""

    def ad(self, ad: int) -> AdSheet:
        """The sheet of an ad.

        Raises:
            UnknownAdNumber: if there is none of that number in this case.
        """
        self._row(ad)
        opened = self._opened_ads(np.array([ad], np.int64))
        masks = self._masks(opened)
        return self._sheet(opened, 0, shown_text(opened, 0, masks))

    def tie(self, one: int, other: int) -> TieSheet:
        """What ties two ads, by their own words and identifiers.

        Raises:
            UnknownAdNumber: if one of them is none of this case.
        """
        rows = np.array([self._row(one), self._row(other)])
        return self._tie("ads", one, other, self._identifiers.shared_by_ads(rows))

    def tie_of_clusters(self, one: int, other: int) -> TieSheet:
        """What ties two clusters; the sheets are those of the ads that stand for them.

        Raises:
            UnknownCluster: if the case holds less than two ads of one of them.
        """
        units = [
            np.unique(self._tables.units.of[self._rows_of("cluster", id)]).astype(np.int64)
            for id in (one, other)
        ]
        size = self._tables.units.ads
        # Of a cluster in several hands the largest part stands for it.
        first = [int(some[np.argmax(size[some])]) for some in units]
        heads = self._tables.number[self._tables.units.head[first]].tolist()
        shared = self._identifiers.shared_by_units(*units)
        return self._tie("clusters", heads[0], heads[1], shared, self._ties.between(*units))

    def _tie(
        self,
        of: str,
        one: int,
        other: int,
        shared: pl.DataFrame,
        recorded: tuple[NDArray[np.float64], bool, bool] | None = None,
    ) -> TieSheet:
        opened = self._opened_ads(np.array([one, other], np.int64))
        found = beside(opened, self._prices, self._masks(opened))
        sheets = [self._sheet(opened, k, found.pieces[k]) for k in (0, 1)]
        named = self._identifiers.named(shared, self.opened, MOST_IDENTIFIERS).shown
        worth = dict(zip(shared["value"], shared["worth"], strict=True))
        weights = self._weights
        weighed: tuple[str, ...] = OF_TWO_TEXTS
        level = weights.level[int(sheets[0].agency == sheets[1].agency)]
        bits = bits_of(max(found.bits - level, 0.0), zip(shared["kind"], shared["worth"], strict=True))
        if recorded is not None and recorded[1]:
            # All ads of both are the case's: what needs the habits of many is known, too.
            own = [KINDS.index(kind) for kind in TYING]
            ours, bits = bits, recorded[0]
            if not self._tables.is_alone:
                bits[own] = ours[own]
            weighed = KINDS
        parts = weights.waterfall(bits)
        total, claimed = (float(made(bits[None])[0]) for made in (weights.model.total, weights.model.bounded))
        clusters = sheets[0].cluster, sheets[1].cluster
        networks = sheets[0].network, sheets[1].network
        return TieSheet(
            one=sheets[0],
            other=sheets[1],
            of=of,
            clusters=clusters,
            same_cluster=clusters[0] >= 0 and clusters[0] == clusters[1],
            same_network=networks[0] >= 0 and networks[0] == networks[1],
            text_bits=round(found.bits, 1),
            cut=round(self._reach.pair, 1),
            waterfall=parts,
            weighed=weighed,
            total=round(total, 2),
            claimed=round(claimed, 2),
            checked=weights.model.is_fitted,
            strangers=weights.reach(total),
            shared=tuple(SharedIdentifier(i, round(worth.get(i.number, i.bits), 1)) for i in named),
            possible=recorded is not None and recorded[2],
        )

    def _sheet(self, opened: Opened, k: int, pieces: tuple[Piece, ...]) -> AdSheet:
        row = opened.ads.row(k, named=True)
        at = self._row(row["ad"])
        own = self.ads.row(at, named=True)
        source = self._sources.get((own["seq"], own["source"]), ("", "", None, ""))
        return AdSheet(
            ad=row["ad"],
            id=row["id"],
            agency=row["agency"],
            posted=row["posted"],
            location=row["location"],
            case=self.case,
            cluster=own["cluster"],
            network=own["network"],
            stretches=pieces,
            identifiers=self._identifiers.of_ads(np.array([at]), self.opened).shown,
            source=source[0],
            row=own["row"],
            sha256=source[1],
            received=source[2],
            receiver=source[3],
            seq=own["seq"],
        )
