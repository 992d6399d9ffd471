"""What runs wrote down of clusters and networks, as one case may use it; see `remembering`.

A tie is of use to a case only if all of its voices' ads are the case's own; else a part of it is reckoned again
(`case_ties`) or left out.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.tokens import SLOT_KINDS
from filrouge.engines.case_sheets import Reason
from filrouge.engines.case_tables import NONE, CaseTables, Int64Array
from filrouge.engines.case_weights import Weights
from filrouge.engines.remembering import TIE, UNITS_OF_BITS, latest
from filrouge.engines.rows_by import RowsBy
from filrouge.evidence.joint import JointModel
from filrouge.networks.languages import LANGUAGES
from filrouge.networks.learning import KINDS
from filrouge.networks.units import TYING

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

MET: Final = ("near", "image", "movement")
"""What ties two voices beside a contact, a text and a style; see `networks.records`."""
OTHERS: Final = tuple(k for k, kind in enumerate(KINDS) if kind not in TYING)
"""Kinds of tie that are no identifier."""


class Ties:
    """The ties that runs recorded between voices of a case.

    Attributes:
        a, b: int64: rows of `CaseTables.units`, a < b.
        bits: float64, shape (ties, kinds): evidence of each kind, before the weights.
        possible: bool: whether the run cut the link as one weak tie.
        pure: bool: whether all ads of both voices were of the case.
    """

    def __init__(self, rows: pl.DataFrame, tables: CaseTables) -> None:
        ends = (("one", "of_one"), ("other", "of_other"))
        a, b = (tables.unit_of(rows[voice].to_numpy(), rows[network].to_numpy()) for voice, network in ends)
        there = (a >= 0) & (b >= 0) & (a != b)
        rows, a, b = rows.filter(pl.Series(there)), a[there], b[there]
        self.a: Int64Array = np.minimum(a, b)
        self.b: Int64Array = np.maximum(a, b)
        self.bits: NDArray[np.float64] = rows.select(KINDS).to_numpy().astype(np.float64) / UNITS_OF_BITS
        self.possible: NDArray[np.bool_] = rows["possible"].to_numpy()
        mixed = tables.is_mixed
        self.pure: NDArray[np.bool_] = ~mixed[self.a] & ~mixed[self.b]
        self._by_a, self._by_b = RowsBy(self.a), RowsBy(self.b)

    def touching(self, units: Int64Array) -> Int64Array:
        """The ties of which one end is among these voices."""
        return np.unique(np.concatenate([self._by_a.of(units), self._by_b.of(units)]))


class ByAd:
    """Rows about ads, of which those of a few ads are found without looking at all."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self._rows, self._by_ad = rows, RowsBy(rows["ad"].to_numpy())

    def of(self, ads: pl.Series) -> pl.DataFrame:
        """The rows of some ads."""
        return self._rows[self._by_ad.of(np.unique(ads.to_numpy()))]


class Remembered:
    """What runs of a view wrote down."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    @cached_property
    def services(self) -> pl.DataFrame:
        """kind, value (pseudonym), service: where handles and ways of paying are."""
        kinds = {SLOT_KINDS.index(kind): kind for kind in TYING}
        return (
            latest(self._ws, "found_services", ["kind", "pseudonym"])
            .unique(["kind", "pseudonym"])
            .select(
                pl.col("kind").cast(pl.Int32).replace_strict(kinds, return_dtype=pl.String),
                pl.col("pseudonym").alias("value"),
                "service",
            )
        )

    @cached_property
    def _ads(self) -> pl.DataFrame:
        return latest(self._ws, "found_ads", ["ad"])

    def names_of(self, ads: pl.DataFrame) -> pl.DataFrame:
        """group, name (pseudonym), count: the names by which templates of some groups are signed.

        Args:
            ads: ad, group.
        """
        signed = self._signed.of(ads["ad"]).join(ads.select("ad", "group"), on="ad")
        return signed.unique().group_by("group", "name").agg(pl.len().cast(pl.Int64).alias("count"))

    @cached_property
    def names(self) -> frozenset[int]:
        """What stands for all names by which templates are signed; never to be shown."""
        return frozenset(self._ads["name"].unique().to_list())

    def languages_of(self, ads: pl.DataFrame) -> pl.DataFrame:
        """group, language: a row for each ad whose language is known.

        Args:
            ads: ad, group.
        """
        names = dict(enumerate(LANGUAGES))
        return ads.select("ad", "group").join(self._spoken.of(ads["ad"]), on="ad").select(
            "group", pl.col("language").cast(pl.Int32).replace_strict(names, return_dtype=pl.String)
        )  # fmt: skip

    @cached_property
    def _signed(self) -> ByAd:
        return ByAd(self._ads.filter(pl.col("name") > 0).select("ad", "name"))

    @cached_property
    def _spoken(self) -> ByAd:
        return ByAd(self._ads.filter(pl.col("language") >= 0).select("ad", "language").unique("ad"))

    @cached_property
    def _indicators(self) -> pl.DataFrame:
        keys = ["network", "case", "indicator"]
        return latest(self._ws, "found_indicators", keys).filter(pl.col("ads") > 0)

    def indicators_of_networks(self, tables: CaseTables) -> pl.DataFrame:
        """network, indicators: ids of the guide, of those that tell something; the most unusual first."""
        return (
            self._indicators.filter(
                pl.col("case") == tables.case,
                ~pl.col("tells_nothing"),
                ~pl.col("network").is_in(list(tables.split)),
            )
            .sort("network", "lift", "indicator", descending=[False, True, False], nulls_last=True)
            .group_by("network", maintain_order=True)
            .agg(pl.col("indicator").alias("indicators"))
        )

    def indicators(self, network: int, ads: int, tables: CaseTables) -> list[Reason]:
        """The indicators seen in the case's ads of a network, those that tell something first.

        Args:
            network: its id.
            ads: of the case in it.
            tables: of the case.
        """
        # Of a network whose ads of this case are not all together, what was counted is of another sum of ads.
        rows = self._indicators.filter(
            pl.col("network") == network, pl.col("case") == tables.case, pl.lit(network not in tables.split)
        ).sort("tells_nothing", "lift", "indicator", descending=[False, True, False], nulls_last=True)
        return [
            # Ads may have been destroyed since.
            Reason("indicator", indicator, min(count, ads), ads, 0.0, _finite(lift), nothing)
            for indicator, count, lift, nothing in rows.select(
                "indicator", "ads", "lift", "tells_nothing"
            ).iter_rows()
        ]

    @cached_property
    def _tie_rows(self) -> pl.DataFrame:
        return latest(self._ws, "found_ties", TIE).filter(~pl.col("gone"))

    def ties(self, tables: CaseTables) -> Ties:
        """The ties between voices of a case."""
        return Ties(self._tie_rows, tables)

    @cached_property
    def _held_together(self) -> pl.DataFrame:
        return latest(self._ws, "found_networks", ["network"]).filter(pl.col("about") != "")

    def holds_together(self, network: int) -> dict[str, Any] | None:
        """What holds a network together, as in networks.jsonl; None where no run looked."""
        rows = self._held_together.filter(pl.col("network") == network)
        if rows.is_empty():
            return None
        out: dict[str, Any] = {"fewest_bits": None, "is_least": None, "fewest": [], "without": []}
        for about in map(json.loads, rows["about"].to_list()):
            for name, value in about.items():
                if isinstance(out[name], list):
                    out[name].append(value)
                else:
                    out[name] = value
        return out

    def weights(self, cut: float) -> Weights:
        """What makes one number of the bits of all kinds.

        Args:
            cut: bits that strangers reach with their texts, where no run measured more.
        """
        rows = self._ws.table("found_weights") if self._ws.has("found_weights") else None
        if rows is None or rows.is_empty():
            return Weights.cautious(cut)
        about = json.loads(rows["about"][-1])
        one, same = about["level"]
        bits, times = about["strangers"]
        strangers = np.repeat(np.array(bits, np.float64), np.array(times, np.int64))
        return Weights(JointModel.from_dict(about["model"]), (one, same), strangers)


def _finite(lift: float | None) -> float | None:
    return None if lift is None or not np.isfinite(lift) else round(lift, 2)


def split_networks(tables: CaseTables, known: Remembered) -> CaseTables:
    """The tables of a case in which a network is only what the case's own ads hold together.

    Of a network that ads of other cases hold together too, the largest part that the own ads join stays; the rest
    are clusters. Else two parts without a tie would tell that something is between them.
    """
    if not tables.mixed_networks:
        return tables
    ties = known.ties(tables)
    joined = tables.parts_joined_by(ties.a, ties.b, (ties.bits[:, OTHERS] > 0).any(axis=1) & ~ties.possible)
    network = tables.network_of_unit
    mixed = np.isin(network, list(tables.mixed_networks))
    size = pl.DataFrame({"network": network, "part": joined, "ads": tables.units.ads}).filter(
        pl.Series(mixed)
    )
    largest = (
        size.group_by("network", "part")
        .agg(pl.col("ads").sum())
        .sort("network", "ads", "part", descending=[False, True, False])
        .unique("network", keep="first", maintain_order=True)
    )
    stays = np.isin(joined, largest["part"].to_numpy())
    off = mixed & ~stays
    if not off.any():
        return tables
    return tables.without_networks(off, frozenset(np.unique(network[off]).tolist()) - {NONE})
