"""What a case's analysts look at: its networks and clusters that show signs of organisation, the strongest first.

The signs are those of `networks.organisation`, by the rules of `networks.records`, counted on the case's own ads.
A network is a lead only if the run found signs in it and the case's own ads show some: who, as far as the case
goes, may be one person is nobody's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from filrouge.engines.case_sheets import Reason
from filrouge.engines.case_tables import NONE, CaseTables, Int64Array
from filrouge.engines.remembered import MET, Remembered, Ties
from filrouge.engines.remembering import BY_SERVICE
from filrouge.networks.learning import KINDS
from filrouge.networks.organisation import CONTACTS, SLIPS, signs_of_organisation, strength_parts
from filrouge.networks.units import TYING

PLACES_SHOWN: Final = 6
SIGNS: Final = (*CONTACTS, "name", "agency")
SCHEMA: Final[dict[str, Any]] = {
    "kind": pl.String, "id": pl.Int64, "name": pl.String, "ads": pl.Int64, "clusters": pl.Int64,
    "agencies": pl.List(pl.String), "n_agencies": pl.Int64, "places": pl.List(pl.String), "n_places": pl.Int64,
    "first": pl.Date, "last": pl.Date, "languages": pl.List(pl.String), "identifiers": pl.Int64,
    "strength": pl.Float64, "signs": pl.List(pl.String), "indicators": pl.List(pl.String), "newest_seq": pl.Int64,
}  # fmt: skip
COUNTS: Final = tuple(f"n_{sign}" for sign in SIGNS)
"""How many of each sign a lead shows, in the order of `SIGNS`; 0 for none."""


@dataclass(frozen=True)
class Leads:
    """The leads of a case.

    Attributes:
        table: the columns of `SCHEMA`.
        counts: kind, id and `COUNTS`, a row for each of `table`.
    """

    table: pl.DataFrame
    counts: pl.DataFrame


def leads_of(tables: CaseTables, known: Remembered, *, clusters: bool) -> Leads:
    """The leads.

    Args:
        tables: of the case.
        known: what runs remembered of it.
        clusters: whether clusters in no network are leads too: where the last run sought networks, it found no signs
            of organisation in these.
    """
    unit_network, unit_cluster = tables.network_of_unit, tables.cluster_of_unit
    # What was taken off a network is a cluster of the case by itself.
    loose = np.isin(unit_cluster, np.array(sorted(tables.loose), np.int64))
    alone = np.where(clusters | loose, unit_cluster, NONE)
    # Networks have even numbers, clusters odd ones.
    group = np.where(unit_network >= 0, 2 * unit_network, np.where(alone >= 0, 2 * alone + 1, NONE))
    found = facts(tables, known, group)
    found = _without_possible_people(tables, known, found, group)
    kind = pl.when(pl.col("group") % 2 == 0).then(pl.lit("network")).otherwise(pl.lit("cluster"))
    letter = pl.when(pl.col("kind") == "network").then(pl.lit("N")).otherwise(pl.lit("C"))
    indicators = known.indicators_of_networks(tables).select(
        (2 * pl.col("network")).alias("group"), "indicators"
    )
    table = (
        found.join(indicators, on="group", how="left")
        .with_columns(pl.col("indicators").fill_null([]))
        .with_columns(kind.alias("kind"), (pl.col("group") // 2).alias("id"))
        .with_columns(pl.concat_str(letter, pl.col("id").cast(pl.String)).alias("name"))
        .sort("strength", "ads", "group", descending=[True, True, False])
    )
    return Leads(
        table.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()),
        table.select("kind", "id", *COUNTS),
    )


def facts(tables: CaseTables, known: Remembered, group_of_unit: Int64Array) -> pl.DataFrame:
    """What there is to say of groups of voices, of those alone that show a sign.

    Args:
        tables: of the case.
        known: what runs remembered.
        group_of_unit: the group of each voice, -1 for none.

    Returns:
        `group`, the columns of `SCHEMA` but kind, id, name and indicators, and `COUNTS`.
    """
    units = np.flatnonzero(group_of_unit >= 0)
    inside = np.sort(tables.rows_of_units(units))
    group = group_of_unit[tables.units.of[inside]]
    ads = tables.ads.select("ad", "agency", "posted", "place", "cluster", "seq")[inside].with_columns(
        pl.Series("group", group)
    )
    held = _of_groups(tables, group_of_unit)
    basic = ads.group_by("group").agg(
        pl.len().cast(pl.Int64).alias("ads"),
        pl.col("cluster").filter(pl.col("cluster") >= 0).n_unique().cast(pl.Int64).alias("clusters"),
        pl.col("agency").n_unique().cast(pl.Int64).alias("n_agencies"),
        pl.col("posted").min().cast(pl.Date).alias("first"),
        pl.col("posted").max().cast(pl.Date).alias("last"),
        pl.col("seq").max().alias("newest_seq"),
        pl.col("place").filter(pl.col("place") != "").n_unique().cast(pl.Int64).alias("n_places"),
    )
    identifiers = held.group_by("group").agg(pl.len().cast(pl.Int64).alias("identifiers"))
    signs = _signs(held, known.names_of(ads.select("ad", "group")), known.services, basic)
    found = (
        basic.join(identifiers, on="group", how="left")
        .join(signs, on="group", how="left")
        .with_columns(pl.col("identifiers", *COUNTS[:-1]).fill_null(0))
        .with_columns(
            pl.when((pl.col("n_agencies") > 1) & (pl.col("identifiers") == 0))
            .then("n_agencies")
            .otherwise(0)
            .alias("n_agency")
        )
        .filter(pl.max_horizontal(COUNTS) > 0)
    )
    kept = ads.join(found.select("group"), on="group", how="semi")
    return (
        found.join(_listed(kept, "agency", "agencies", None), on="group", how="left")
        .join(
            _listed(kept.filter(pl.col("place") != ""), "place", "places", PLACES_SHOWN),
            on="group",
            how="left",
        )
        .join(_languages(kept, known), on="group", how="left")
        .with_columns(pl.col("agencies", "places", "languages").fill_null([]))
        .with_columns(signs=_named_signs(), strength=_strength())
    )


def _of_groups(tables: CaseTables, group_of_unit: Int64Array) -> pl.DataFrame:
    """group, kind, value, count: the identifiers of each group, and how many of its ads carry each."""
    units = np.flatnonzero(group_of_unit >= 0)
    held = tables.held_of(units) if units.size < tables.units.count else tables.held
    group = pl.Series("group", group_of_unit[held["unit"].to_numpy()])
    return (
        held.select("kind", "value", "ads")
        .with_columns(group)
        .filter(pl.col("group") >= 0)
        .group_by("group", "kind", "value")
        .agg(pl.col("ads").sum().alias("count"))
    )


def _several(count: pl.Expr, ads: pl.Expr) -> pl.Expr:
    """As `organisation._are_several`."""
    return (count.sum() - count.max()) > pl.max_horizontal(SLIPS * ads.first(), 1.0)


def _signs(
    held: pl.DataFrame, names: pl.DataFrame, services: pl.DataFrame, basic: pl.DataFrame
) -> pl.DataFrame:
    """The signs of each group but that of agencies; groups without any are left out.

    Without its service, of which a run may have written nothing, a handle is no sign.
    """
    sized = basic.select("group", pl.col("ads").alias("size"))
    contacts = held.filter(pl.col("kind").is_in(CONTACTS)).join(services, on=["kind", "value"], how="left")
    contacts = contacts.filter(~pl.col("kind").is_in(BY_SERVICE) | pl.col("service").is_not_null())
    by_service = (
        contacts.with_columns(pl.col("service").fill_null(""))
        .join(sized, on="group")
        .group_by("group", "kind", "service")
        .agg(pl.len().cast(pl.Int64).alias("n"), _several(pl.col("count"), pl.col("size")).alias("several"))
        .filter("several")
        .group_by("group", "kind")
        .agg(pl.col("n").max())
    )
    by_name = (
        names.join(sized, on="group")
        .group_by("group")
        .agg(pl.len().cast(pl.Int64).alias("n"), _several(pl.col("count"), pl.col("size")).alias("several"))
        .filter("several")
        .select("group", pl.lit("name").alias("kind"), "n")
    )
    rows = pl.concat([by_service, by_name])
    return rows.group_by("group").agg(
        pl.col("n").filter(pl.col("kind") == sign).max().fill_null(0).alias(f"n_{sign}")
        for sign in SIGNS[:-1]
    )


def _named_signs() -> pl.Expr:
    each = [pl.when(pl.col(f"n_{sign}") > 0).then(pl.lit(sign)) for sign in SIGNS]
    return pl.concat_list(each).list.drop_nulls()


def _strength() -> pl.Expr:
    """As `organisation.strength_parts`, summed."""
    agencies = pl.when(pl.col("n_agency") > 0).then(0).otherwise("n_agencies")
    parts = [pl.col(name) for name in COUNTS] + [agencies, pl.col("n_places")]
    doublings = [
        pl.when(part > 1).then(part.cast(pl.Float64).log(2).round(2)).otherwise(0.0) for part in parts
    ]
    return pl.sum_horizontal(doublings).round(2)


def _listed(ads: pl.DataFrame, column: str, name: str, most: int | None) -> pl.DataFrame:
    """The values of each group, those of most ads first."""
    counted = (
        ads.group_by("group", column).len().sort("group", "len", column, descending=[False, True, False])
    )
    values = pl.col(column) if most is None else pl.col(column).head(most)
    return counted.group_by("group", maintain_order=True).agg(values.alias(name))


def _languages(ads: pl.DataFrame, known: Remembered) -> pl.DataFrame:
    return _listed(known.languages_of(ads), "language", "languages", None)


# -- who may be one person, or two ------------------------------------------------------------------------


def _without_possible_people(
    tables: CaseTables, known: Remembered, found: pl.DataFrame, group_of_unit: Int64Array
) -> pl.DataFrame:
    """Without groups of one or two voices that may be one or two people, by the rules of `networks.records`."""
    order = np.argsort(group_of_unit, kind="stable")
    order = order[np.searchsorted(group_of_unit[order], 0) :]
    voices = np.bincount(group_of_unit[order]) if order.size else np.zeros(0, np.int64)
    group = found["group"].to_numpy()
    size = voices[group] if group.size else np.zeros(0, np.int64)
    only_agencies = (found["n_agency"] > 0).to_numpy()
    gone = set(group[(size == 1) & only_agencies].tolist())
    first = np.searchsorted(group_of_unit[order], group)
    beside = _beside(tables)
    pairs = {}
    for g, at, n in zip(group.tolist(), first.tolist(), size.tolist(), strict=True):
        if n == 2:
            pairs[g] = (int(order[at]), int(order[at + 1]))
        elif n == 1 and int(order[at]) in beside:
            pairs[g] = (int(order[at]), beside[int(order[at])])
    people = _People(tables, known, [unit for pair in pairs.values() for unit in pair])
    gone |= {g for g, pair in pairs.items() if people.are_two(*pair)}
    return found.filter(~pl.col("group").is_in(list(gone)))


def _beside(tables: CaseTables) -> dict[int, int]:
    """The other voice, for each voice that shares contacts with exactly one."""
    contacts = tables.held.filter(pl.col("kind").is_in(CONTACTS)).select("unit", "kind", "value").unique()
    shared = contacts.with_columns(holders=pl.len().over("kind", "value")).filter(pl.col("holders") > 1)
    many = shared.filter(pl.col("holders") > 2).select("unit").unique()
    two = shared.filter(pl.col("holders") == 2).select("unit", "kind", "value")
    pairs = (
        two.join(two, on=["kind", "value"])
        .filter(pl.col("unit") != pl.col("unit_right"))
        .group_by("unit")
        .agg(pl.col("unit_right").n_unique().alias("n"), pl.col("unit_right").first().alias("other"))
        .filter(pl.col("n") == 1)
        .join(many, on="unit", how="anti")
    )
    return dict(pairs.select("unit", "other").iter_rows())


def _meetings(ties: Ties) -> set[tuple[int, int]]:
    """The pairs of voices that a picture, a move or a near number ties."""
    kinds = [KINDS.index(kind) for kind in MET]
    met = (ties.bits[:, kinds] > 0).any(axis=1) & ties.pure
    return set(zip(ties.a[met].tolist(), ties.b[met].tolist(), strict=True))


class _People:
    """Whether two voices may be two people who share a contact, as those of one flat do."""

    def __init__(self, tables: CaseTables, known: Remembered, units: list[int]) -> None:
        wanted = pl.DataFrame({"unit": pl.Series(sorted(set(units)), dtype=pl.Int32)})
        rows = tables.held.join(wanted, on="unit", how="semi")
        services = known.services
        counted = (
            rows.group_by("unit", "kind", "value")
            .agg(pl.col("ads").sum())
            .join(services, on=["kind", "value"], how="left")
        )
        self._held: dict[int, dict[tuple[str, str], int]] = {}
        for unit, kind, value, ads, service in counted.select(
            "unit", "kind", "value", "ads", "service"
        ).iter_rows():
            # One whose service is unknown is taken for the only one there.
            where = f"{service or value}:" if kind in BY_SERVICE else ""
            self._held.setdefault(unit, {})[kind, f"{where}{value}"] = ads
        every = tables.ads.select("ad", "agency", pl.Series("group", tables.units.of)).join(
            wanted.rename({"unit": "group"}), on="group", how="semi"
        )
        self._agencies = dict(every.group_by("group").agg(pl.col("agency").n_unique()).iter_rows())
        clusters = tables.cluster_of_unit
        self._names: dict[int, dict[str, int]] = {}
        for unit, name, count in (
            known.names_of(every.select("ad", "group")).select("group", "name", "count").iter_rows()
        ):
            if clusters[unit] >= 0:
                self._names.setdefault(unit, {})[str(name)] = count
        self._size = tables.units.ads
        self._met = _meetings(known.ties(tables))

    def are_two(self, one: int, other: int) -> bool:
        """As `networks.records.Networks._are_two_people`."""
        mine, yours = self._held.get(one, {}), self._held.get(other, {})
        shared = set(mine) & set(yours)
        contacts = Counter(kind for kind, _value in shared if kind in CONTACTS)
        if max(contacts.values(), default=0) > 1:
            return False
        if self._signs(one, shared) or self._signs(other, shared):
            return False
        return (min(one, other), max(one, other)) not in self._met

    def _signs(self, unit: int, shared: set[tuple[str, str]]) -> Mapping[str, int]:
        held: dict[str, dict[str, int]] = {kind: {} for kind in TYING}
        for (kind, value), ads in self._held.get(unit, {}).items():
            if (kind, value) not in shared:
                held[kind][value] = ads
        agencies = 0 if shared else self._agencies.get(unit, 0)
        return signs_of_organisation(held, self._names.get(unit, {}), agencies, int(self._size[unit]))


# -- why a lead is here ------------------------------------------------------------------------------------


def parts_of(lead: Mapping[str, Any], counts: Mapping[str, int]) -> dict[str, float]:
    """What adds to a lead's strength, in doublings."""
    signs = {sign: counts[f"n_{sign}"] for sign in SIGNS if counts[f"n_{sign}"]}
    return strength_parts(signs, lead["n_agencies"], lead["n_places"])


def reasons(lead: Mapping[str, Any], counts: Mapping[str, int], indicators: list[Reason]) -> list[Reason]:
    """Why a lead is here: its signs, what adds to its strength, and the indicators seen in it."""
    parts, ads = parts_of(lead, counts), int(lead["ads"])
    out = [
        Reason("sign", sign, counts[f"n_{sign}"], ads, parts.get(sign, 0.0))
        for sign in SIGNS
        if counts[f"n_{sign}"]
    ]
    for size in ("agencies", "places"):
        if size in parts:
            out.append(Reason("size", size, int(lead[f"n_{size}"]), ads, parts[size]))
    return out + indicators
