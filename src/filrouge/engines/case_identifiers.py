"""The identifiers of a case's ads as pages show them: by pseudonym, or in the clear where ads are opened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.corpus.pseudonyms import identifier_pseudonym
from filrouge.engines.case_sheets import Identifier
from filrouge.engines.case_tables import CaseTables, Int64Array
from filrouge.engines.masking import pseudonym
from filrouge.engines.rows_by import RowsBy
from filrouge.networks.weighing import PASSED_ON

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

CLUSTERS_NAMED: Final = 50
MOST_LOOKED_AT: Final = 20_000
"""Ads of one identifier that are asked for their clusters."""


@dataclass(frozen=True)
class Shown:
    """Identifiers as they may be shown, and how many are left out."""

    shown: tuple[Identifier, ...]
    left: int = 0


class Identifiers:
    """Looks identifiers of a case up."""

    def __init__(self, ws: Workspace, tables: CaseTables) -> None:
        self._ws, self._tables = ws, tables

    def of_ads(self, rows: Int64Array, opened: bool) -> Shown:
        """Those that some ads carry."""
        return self.named(self._counted(rows), opened, None)

    def of_units(self, units: Int64Array, opened: bool, most: int) -> Shown:
        """Those that some voices carry: those of most voices and then of most ads first, agencies' own last."""
        counted = self._counted(self._tables.rows_of_units(units))
        ordered = counted.with_columns(self._about(counted["value"])["of_agency"]).sort(
            pl.col("of_agency"), -pl.col("units").cast(pl.Int64), -pl.col("count"), "kind", "value"
        )
        return self.named(ordered, opened, most)

    def shared_by_ads(self, rows: Int64Array) -> pl.DataFrame:
        """kind, value, count, worth: what two ads both carry, the strongest first."""
        both = self._counted(rows).filter(pl.col("count") == np.unique(rows).size)
        own = both.filter(~self._about(both["value"])["of_agency"])
        return self._by_worth(own.with_columns(pl.lit(False).alias("passed_on")))

    def shared_by_units(self, one: Int64Array, other: Int64Array) -> pl.DataFrame:
        """The same of two sets of voices, by what they hold; less for what was passed on after a long silence."""
        side = np.zeros(self._tables.units.count, np.int8)
        side[other], side[one] = 2, 1
        held = self._tables.held_by(np.concatenate([one, other]))
        held = held.with_columns(pl.Series("side", side[held["unit"].to_numpy()])).filter(pl.col("side") > 0)
        both = (
            held.group_by("kind", "value")
            .agg(
                pl.col("side").n_unique().alias("units"),
                pl.col("ads").sum().alias("count"),
                (pl.col("turn").n_unique() > 1).alias("passed_on"),
            )
            .filter(pl.col("units") == 2)
        )
        return self._by_worth(both.drop("units"))

    def _by_worth(self, both: pl.DataFrame) -> pl.DataFrame:
        units = self._tables.units.count
        worth = (units / pl.col("voices")).log(2) * pl.when("passed_on").then(PASSED_ON).otherwise(1.0)
        return (
            both.with_columns(self._about(both["value"])["voices"])
            .with_columns(worth=worth)
            .select("kind", "value", "count", "worth")
            .sort("worth", "kind", "value", descending=[True, False, False])
        )

    @cached_property
    def _every(self) -> pl.DataFrame:
        """Of each identifier of the case, by ascending value: value, holders (ads), voices, first, last, ad, of_agency.

        A pseudonym is that of a value of one kind, so it stands for both.
        """
        tables = self._tables
        at = tables.identifiers["row"].to_numpy()
        agencys = tables.of_agencies.select("value", pl.lit(True).alias("of_agency"))
        return (
            tables.identifiers.select("value")
            .with_columns(
                pl.Series("unit", tables.units.of[at]),
                tables.ads["posted"].gather(at).cast(pl.Date).alias("day"),
                pl.Series("ad", tables.number[at]),
            )
            .group_by("value")
            .agg(
                pl.len().cast(pl.Int64).alias("holders"),
                pl.col("unit").n_unique().cast(pl.Int64).alias("voices"),
                pl.col("day").min().alias("first"),
                pl.col("day").max().alias("last"),
                pl.col("ad").min(),
            )
            .join(agencys, on="value", how="left")
            .with_columns(pl.col("of_agency").fill_null(False))
            .sort("value")
        )

    @cached_property
    def _values(self) -> NDArray[np.uint64]:
        return self._every["value"].to_numpy()

    def are_held(self, values: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of some identifiers an ad of the case carries."""
        at = np.minimum(np.searchsorted(self._values, values), max(self._values.size - 1, 0))
        return self._values[at] == values if self._values.size else np.zeros(values.size, bool)

    def _about(self, values: pl.Series) -> pl.DataFrame:
        """The rows of `_every` of some identifiers."""
        return self._every[np.searchsorted(self._values, values.to_numpy())]

    @cached_property
    def _by_row(self) -> RowsBy:
        return RowsBy(self._tables.identifiers["row"].to_numpy())

    @cached_property
    def _by_value(self) -> RowsBy:
        return RowsBy(self._tables.identifiers["value"].to_numpy())

    def _counted(self, rows: Int64Array) -> pl.DataFrame:
        """kind, value, count: ads of these that carry each; units: voices."""
        carried = self._tables.identifiers[self._by_row.of(np.unique(rows).astype(np.int32))]
        unit = pl.Series("unit", self._tables.units.of[carried["row"].to_numpy()])
        counted = carried.with_columns(unit).group_by("kind", "value")
        return counted.agg(
            pl.len().cast(pl.Int64).alias("count"), pl.col("unit").n_unique().alias("units")
        ).sort("count", "kind", "value", descending=[True, False, False])

    def _clusters(self, value: int) -> tuple[int, ...]:
        """Clusters in which an identifier is."""
        at = self._by_value.of(np.array([value], np.uint64))[:MOST_LOOKED_AT]
        rows = self._tables.identifiers["row"].to_numpy()[at]
        clusters = np.unique(self._tables.ads["cluster"].to_numpy()[rows])
        return tuple(clusters[clusters >= 0][:CLUSTERS_NAMED].tolist())

    def named(self, rows: pl.DataFrame, opened: bool, most: int | None) -> Shown:
        """Identifiers as they may be shown.

        Args:
            rows: kind, value, count; in the order in which they are to stand.
            opened: whether in the clear.
            most: so many at most.
        """
        some = rows if most is None else rows.head(most)
        if some.is_empty():
            return Shown(())
        about = self._about(some["value"])
        clear = self._in_the_clear(about["ad"].to_numpy()) if opened else {}
        out = []
        each = zip(some["kind"], some["value"], some["count"], about.iter_rows(named=True), strict=True)
        for kind, value, count, row in each:
            words = pseudonym(kind, value)
            out.append(
                Identifier(
                    kind=kind,
                    shown=clear.get((kind, value), words),
                    pseudonym=words,
                    number=value,
                    ads=count,
                    holders=row["holders"],
                    # An agency's own are everywhere.
                    clusters=() if row["of_agency"] else self._clusters(value),
                    voices=row["voices"],
                    first=row["first"],
                    last=row["last"],
                    bits=round(float(np.log2(self._tables.units.count / row["voices"])), 1),
                    of_agency=row["of_agency"],
                )
            )
        return Shown(tuple(out), rows.height - some.height)

    def _in_the_clear(self, ads: Int64Array) -> dict[tuple[str, int], str]:
        """The values that some ads carry, by kind and pseudonym."""
        found = self._ws.texts(np.unique(ads)).identifiers.select("kind", "value").unique()
        return {(k, identifier_pseudonym(k, v, self._ws.pepper)): v for k, v in found.iter_rows()}
