"""The ads of one case as tables: who, where, when, in which cluster and network, and what they carry.

Nothing of other cases is in them. A cluster or network is seen as far as the case's own ads make one: what holds
one ad of the case alone is no cluster to its readers, and no number here counts an ad of another case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.tokens import SLOT_KINDS
from filrouge.corpus.results import RUN, membership, network_of
from filrouge.engines.prepare import place_of
from filrouge.engines.rows_by import RowsBy
from filrouge.networks.edges import components
from filrouge.networks.organisation import agency_identifiers
from filrouge.networks.units import TYING, Units, held_by_units, with_turns
from filrouge.networks.weighing import with_bits

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

Int64Array = NDArray[np.int64]
NONE: Final = -1
COLUMNS: Final = ("case", "agency", "posted", "location", "source", "row")


@dataclass(frozen=True)
class CaseTables:
    """The tables of one case.

    Attributes:
        case: its name.
        ads: ad, agency, posted, location, source, row, seq, cluster, network (-1 for none), bits, place ("" for none),
            by ascending `ad`.
        mixed: ids of clusters that hold ads of other cases too; mixed_networks: of networks. What runs recorded of
            these is of no use to the case. Never to be shown.
        is_alone: whether what runs recorded came from ads of the case alone.
        is_stale: whether ads were destroyed since the run that recorded it: it may have come from these.
        split: ids of networks of which parts were taken off; see `remembered.split_networks`.
        loose: ids of clusters that were taken off a network.
    """

    case: str
    ads: pl.DataFrame
    mixed: frozenset[int]
    mixed_networks: frozenset[int]
    is_alone: bool
    is_stale: bool
    _identifiers: pl.DataFrame
    split: frozenset[int] = frozenset()
    loose: frozenset[int] = frozenset()

    @classmethod
    def of(cls, ws: Workspace, case: str) -> CaseTables:
        """The tables of a case as a view has them."""
        every = ws.ads(COLUMNS)
        numbers = every["ad"].to_numpy()
        members = membership(ws)
        cluster, network = members.of(numbers), network_of(ws, numbers)
        own = (every["case"] == case).to_numpy()
        mine = every.filter(pl.Series(own)).drop("case")
        mixed = np.intersect1d(cluster[own & (cluster >= 0)], cluster[~own & (cluster >= 0)])
        stale = _destroyed_since(ws)
        theirs = (network >= 0) & (~own | stale)
        mixed_networks = np.intersect1d(network[own & (network >= 0)], network[theirs])
        seen = at_least_two(cluster[own])
        mine = mine.with_columns(
            pl.Series("cluster", seen, pl.Int64),
            pl.Series("network", at_least_two(network[own]), pl.Int64),
            pl.Series("bits", np.where(seen >= 0, members.bits_of(numbers[own]), 0), pl.Float32),
            places(mine["location"]).alias("place"),
        )
        rows = ws.table("identifiers", ["ad", "kind", "pseudonym"]) if ws.has("identifiers") else None
        return cls(
            case,
            mine,
            frozenset(mixed.tolist()),
            frozenset(mixed_networks.tolist()),
            bool(own.all()) and not stale,
            stale,
            _named(rows, mine["ad"]),
        )

    def without_networks(self, units: NDArray[np.bool_], split: frozenset[int]) -> CaseTables:
        """The same tables where some voices are in no network; `split`: the networks that they were in."""
        off = units[self.units.of]
        network = np.where(off, NONE, self.ads["network"].to_numpy())
        loose = np.unique(self.ads["cluster"].to_numpy()[off])
        return replace(
            self,
            ads=self.ads.with_columns(pl.Series("network", at_least_two(network), pl.Int64)),
            split=split,
            loose=frozenset(loose[loose >= 0].tolist()),
        )

    @cached_property
    def number(self) -> Int64Array:
        """int64: the numbers of the ads, ascending."""
        numbers: Int64Array = self.ads["ad"].to_numpy()
        return numbers

    def at(self, ads: Int64Array) -> Int64Array:
        """In which rows some ads of the case are; -1 for an ad that is none of the case's."""
        rows = np.searchsorted(self.number, ads)
        there = rows < self.number.size
        there[there] = self.number[rows[there]] == ads[there]
        out: Int64Array = np.where(there, rows, NONE).astype(np.int64)
        return out

    @cached_property
    def units(self) -> Units:
        """The voices of the case: its clusters, and each ad in none. `of` is by row.

        Of a cluster that the run found several hands to use, what is in one network is one voice.
        """
        cluster = self.ads["cluster"].to_numpy()
        dense = np.full(cluster.size, NONE, np.int32)
        inside = cluster >= 0
        dense[inside] = np.unique(cluster[inside], return_inverse=True)[1]
        part = self.ads.select(pl.col("network").rank("dense").over("cluster").cast(pl.Int32) - 1)
        parts = np.where(inside, part.to_series().to_numpy(), 0).astype(np.int32)
        return Units.of_clusters(dense, self.ads["bits"].to_numpy(), part=parts)

    @cached_property
    def cluster_of_unit(self) -> Int64Array:
        """int64: the id of the cluster that each voice is, -1 for a single ad."""
        out: Int64Array = self.ads["cluster"].to_numpy()[self.units.head]
        return out

    @cached_property
    def network_of_unit(self) -> Int64Array:
        """int64: the network of each voice, -1 for none."""
        out: Int64Array = self.ads["network"].to_numpy()[self.units.head]
        return out

    @cached_property
    def is_mixed(self) -> NDArray[np.bool_]:
        """bool, shape (units,): whether ads of other cases are in the cluster that a voice is."""
        mixed = np.isin(self.cluster_of_unit, np.array(sorted(self.mixed), np.int64))
        return mixed | self.is_stale

    def unit_of(self, voices: Int64Array, networks: Int64Array) -> Int64Array:
        """The voices that runs know by ids of clusters, or by -1 - ad, and their network; -1 for none of the case."""
        names, units = self._names_of_units
        if not names.size:
            return np.full(voices.size, NONE, np.int64)
        wanted = _together(voices, networks)
        at = np.minimum(np.searchsorted(names, wanted), names.size - 1)
        out: Int64Array = np.where(names[at] == wanted, units[at], NONE)
        return out

    @cached_property
    def _names_of_units(self) -> tuple[Int64Array, Int64Array]:
        cluster = self.cluster_of_unit
        voice = np.where(cluster >= 0, cluster, -1 - self.number[self.units.head])
        name = _together(voice, self.network_of_unit)
        order = np.argsort(name, kind="stable")
        return name[order], order

    def parts_joined_by(self, a: Int64Array, b: Int64Array, joins: NDArray[np.bool_]) -> Int64Array:
        """A number for each voice, the same for those of one network that some ties or identifiers in common join."""
        units = self.units.count
        network = self.network_of_unit
        holding = self.held.select(
            "unit", pl.Series("network", network[self.held["unit"].to_numpy()]), "kind", "value"
        ).filter(pl.col("network") >= 0)
        node = holding.select(pl.struct("network", "kind", "value").rank("dense").cast(pl.Int64)).to_series()
        together = joins & (network[a] == network[b])
        ends = (
            np.concatenate([holding["unit"].to_numpy().astype(np.int64), a[together]]),
            np.concatenate([units + node.to_numpy(), b[together]]),
        )
        count = units + holding.height + 1
        out: Int64Array = components(count, *(end.astype(np.int32) for end in ends))[:units].astype(np.int64)
        return out

    @cached_property
    def identifiers(self) -> pl.DataFrame:
        """What ads carry: row (of `ads`, Int32), kind, value (pseudonym), each once; agencies' own included."""
        return self._identifiers

    @cached_property
    def of_agencies(self) -> pl.DataFrame:
        """kind, value: the identifiers that belong to an agency, by the ads of this case."""
        cluster = self.cluster_of_unit[self.units.of].astype(np.int32)
        return agency_identifiers(self.identifiers.rename({"row": "ad"}), cluster, self.ads["agency"])

    @cached_property
    def held(self) -> pl.DataFrame:
        """Which voice holds which identifier, as in `units.held_by_units`; by the ads of this case."""
        return held_by_units(self.identifiers.rename({"row": "ad"}), self.units, self.ads, self.of_agencies)

    @cached_property
    def _held_by_unit(self) -> RowsBy:
        return RowsBy(self.held["unit"].to_numpy())

    @cached_property
    def _held_by_value(self) -> RowsBy:
        return RowsBy(self.held["value"].to_numpy())

    @cached_property
    def _rows_by_unit(self) -> RowsBy:
        return RowsBy(self.units.of)

    def rows_of_units(self, units: Int64Array) -> Int64Array:
        """The rows of the ads of some voices."""
        return self._rows_by_unit.of(np.unique(units))

    def held_of(self, units: Int64Array) -> pl.DataFrame:
        """The rows of `held` of some voices."""
        return self.held[self._held_by_unit.of(np.unique(units))]

    def held_by(self, units: Int64Array) -> pl.DataFrame:
        """What some voices hold, as in `units.holdings`, with `bits`; by the ads of this case."""
        # Turns and bits are by all who hold it. A pseudonym is that of a value of one kind.
        values = self.held_of(units)["value"].unique().to_numpy()
        held = with_bits(with_turns(self.held[self._held_by_value.of(values)]), self.units.count)
        wanted = pl.DataFrame({"unit": np.unique(units).astype(np.int32)})
        return held.join(wanted, on="unit", how="semi", maintain_order="left")


def gathered(frame: pl.DataFrame, rows: Int64Array, *columns: str) -> pl.DataFrame:
    """Some columns of some rows, in the order given: much less work than whole rows of a frame of many columns."""
    return pl.DataFrame([frame[name].gather(rows) for name in columns])


def places(locations: pl.Series) -> pl.Series:
    """The place of each ad by its location: as the gazetteer writes it, or else as it stands; "" for none."""
    each = locations.fill_null("").unique()
    known = {where: place_of(where) for where in each.to_list() if where}
    label = {where: place.label if place else where for where, place in known.items()}
    return locations.fill_null("").replace(label)


def _named(rows: pl.DataFrame | None, ads: pl.Series) -> pl.DataFrame:
    schema = {"row": pl.Int32, "kind": pl.String, "value": pl.UInt64}
    if rows is None:
        return pl.DataFrame(schema=schema)
    own = pl.DataFrame({"ad": ads}).with_row_index("row")
    wanted = {SLOT_KINDS.index(kind): kind for kind in TYING}
    return (
        rows.filter(pl.col("kind").is_in(list(wanted)))
        .join(own, on="ad")
        .select(
            pl.col("row").cast(pl.Int32),
            pl.col("kind").cast(pl.Int32).replace_strict(wanted, return_dtype=pl.String),
            pl.col("pseudonym").alias("value"),
        )
    )


def _destroyed_since(ws: Workspace) -> bool:
    """Whether ads were destroyed since the last run of a view that sought networks; of all views alike."""
    sought = [row.seq for row in ws.snapshots() if row.kind == RUN and row.details["networks"]]
    later = [row for row in ws.rows() if row.seq > max(sought, default=-1)]
    return any(row.details.get("destroyed_keys") or row.details.get("destroyed_ads") for row in later)


def _together(voice: Int64Array, network: Int64Array) -> Int64Array:
    """A voice and its network as one number; both are far below 2**31."""
    out: Int64Array = (voice << 31) + network + 1
    return out


def at_least_two(group: Int64Array) -> Int64Array:
    """The groups of which there are two ads; one ad makes none."""
    size = np.append(np.bincount(group[group >= 0]), 0)
    out: Int64Array = np.where(size[group] >= 2, group, NONE)
    return out
