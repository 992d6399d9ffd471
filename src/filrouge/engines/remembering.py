"""What a run that sought networks writes down of them, so that a page shows it without comparing again.

Tables of the run's batch, so they are seen together with who is in which network, and in each view of the past as
they were. Like membership, a run writes only what changed: what holds is the last that was written of a thing.
Identifiers and names are in them as pseudonyms, in rows that name an ad which carries them (`ad`), so that they go
when that ad is destroyed. Numbers are those of evidence, before the weights: the weights are those of the view's last
run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.tokens import SLOT_KINDS
from filrouge.corpus.pseudonyms import identifier_pseudonym, identifier_pseudonyms
from filrouge.engines.masking import NAME, pseudonym
from filrouge.guide import load_indicators
from filrouge.networks.calibrated import decoy_totals
from filrouge.networks.indicators import observe
from filrouge.networks.learning import KINDS

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.local import Findings

Int64Array = NDArray[np.int64]
UNITS_OF_BITS: Final = 100
"""Bits of ties are written in hundredths."""
ALIKE: Final = 0.25
"""Bits by which one kind of a tie must change to be written again."""
TIE: Final = ["one", "other", "of_one", "of_other"]
"""What tells ties apart."""
BY_SERVICE: Final = ("handle", "payment")
"""Kinds of which an advertiser may well have one at each service."""
SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "found_ads": {"ad": pl.Int64, "language": pl.Int8, "name": pl.UInt64},
    "found_services": {"ad": pl.Int64, "kind": pl.UInt8, "pseudonym": pl.UInt64, "service": pl.String},
    "found_ties": {
        "one": pl.Int64, "other": pl.Int64, "of_one": pl.Int64, "of_other": pl.Int64,
        "possible": pl.Boolean, "gone": pl.Boolean,
        **dict.fromkeys(KINDS, pl.Int32),
    },
    "found_networks": {"network": pl.Int64, "ad": pl.Int64, "about": pl.String},
    "found_indicators": {
        "network": pl.Int64, "case": pl.String, "indicator": pl.String, "ads": pl.Int32, "lift": pl.Float32,
        "tells_nothing": pl.Boolean,
    },
    "found_weights": {"about": pl.String},
}  # fmt: skip
"""found_ads: the ads of networks; `name`: one by which its template is signed, 0 for none; several rows for several.
found_services: where a handle or a way of paying is ("telegram").
found_ties: between voices: `one` < `other` are ids of clusters, or -1 - ad for a single ad; `of_one` and `of_other` the
networks in which they are, since a cluster that several hands use may be in several; bits of each kind.
found_networks: pieces of what holds a network together, as JSON; one piece "" where nothing is known any more.
found_indicators: what is seen in the ads of one case in a network; 0 ads where it is seen no more.
found_weights: of all kinds in one number, and what strangers reach, as JSON."""


@dataclass(frozen=True)
class Found:
    """What a run found, and by which numbers the workspace knows it.

    Attributes:
        findings: of the run.
        ads: int64: the number of each ad of the findings.
        cluster: int64: the id of the cluster of each ad, -1 for none.
        network: int64: the id of the network of each ad, -1 for none.
    """

    findings: Findings
    ads: Int64Array
    cluster: Int64Array
    network: Int64Array


def to_remember(ws: Workspace, found: Found) -> dict[str, pl.DataFrame]:
    """The rows that are to be written, by table: what differs from what the view has."""
    fresh = {
        "found_ads": _ads(ws, found),
        "found_services": _services(ws, found),
        "found_ties": _ties(found),
        "found_networks": _networks(ws, found),
        "found_indicators": _indicators(ws, found),
        "found_weights": _weights(found),
    }
    return {name: CHANGES[name](ws, frame) for name, frame in fresh.items()}


def voices(found: Found) -> Int64Array:
    """int64, shape (units,): the id of the cluster that each unit is (a part of), or -1 - ad for a single ad."""
    heads = found.findings.networks.units.head
    cluster = found.cluster[heads]
    out: Int64Array = np.where(cluster >= 0, cluster, -1 - found.ads[heads])
    return out


def _ads(ws: Workspace, found: Found) -> pl.DataFrame:
    inside = np.flatnonzero(found.network >= 0)
    cluster = found.findings.comparison.cluster[inside]
    names = found.findings.groups.names_by_ad(np.unique(cluster[cluster >= 0]).tolist())
    names = names.select(
        pl.col("ad").cast(pl.Int64).alias("at"),
        pl.Series("name", identifier_pseudonyms([NAME] * names.height, names["value"].to_list(), ws.pepper)),
    )
    number = pl.Series("ad", found.ads)
    ads = pl.DataFrame({"at": inside, "language": found.findings.networks.language[inside]})
    return (
        ads.join(names, on="at", how="left")
        .with_columns(pl.lit(number).gather("at").alias("ad"), pl.col("name").fill_null(0))
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMAS["found_ads"].items())
        .unique()
        .sort("ad", "name")
    )


def _services(ws: Workspace, found: Found) -> pl.DataFrame:
    """Where handles and ways of paying are; each with the first ad that carries it."""
    rows = (
        found.findings.identifiers.filter(pl.col("kind").is_in(BY_SERVICE))
        .select(pl.col("ad").cast(pl.Int64).alias("at"), "kind", "value")
        .group_by("kind", "value")
        .agg(pl.col("at").min())
    )
    kinds, values = rows["kind"].to_list(), rows["value"].to_list()
    return pl.DataFrame(
        {
            "ad": found.ads[rows["at"].to_numpy()],
            "kind": [SLOT_KINDS.index(kind) for kind in kinds],
            "pseudonym": identifier_pseudonyms(kinds, values, ws.pepper),
            "service": [value.partition(":")[0] for value in values],
        },
        schema=SCHEMAS["found_services"],
    ).sort("kind", "pseudonym")


def _ties(found: Found) -> pl.DataFrame:
    """The ties within networks, and the weak ones that were cut; of several between two voices the strongest."""
    of_unit, weighed = found.findings.networks.networks.of_unit, found.findings.networks.weighed
    graph, voice = found.findings.networks.graph, voices(found)
    links = found.findings.networks.partition.possible
    cut = {(min(link.a, link.b), max(link.a, link.b)) for link in links if max(link.a, link.b) < graph.units}
    pairs = list(zip(weighed.a.tolist(), weighed.b.tolist(), strict=True))
    possible = np.fromiter((pair in cut for pair in pairs), bool, len(pairs))
    inside = (of_unit[weighed.a] >= 0) & (of_unit[weighed.a] == of_unit[weighed.b])
    shown = (of_unit[weighed.a] >= 0) | (of_unit[weighed.b] >= 0)
    kept = np.flatnonzero((inside | (possible & shown)) & (voice[weighed.a] != voice[weighed.b]))
    one, other = voice[weighed.a[kept]], voice[weighed.b[kept]]
    network = found.network[found.findings.networks.units.head]
    of_one, of_other = network[weighed.a[kept]], network[weighed.b[kept]]
    first = one < other
    bits = np.rint(weighed.bits[kept] * UNITS_OF_BITS).astype(np.int32)
    return (
        pl.DataFrame(
            {
                "one": np.minimum(one, other), "other": np.maximum(one, other), "possible": possible[kept],
                "of_one": np.where(first, of_one, of_other), "of_other": np.where(first, of_other, of_one),
                "gone": np.zeros(kept.size, bool), **{kind: bits[:, k] for k, kind in enumerate(KINDS)},
                "total": weighed.model.total(weighed.bits[kept]),
            }
        )
        .sort(*TIE, "total", descending=[*[False] * len(TIE), True])
        .unique(TIE, keep="first", maintain_order=True)
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMAS["found_ties"].items())
    )  # fmt: skip


def _networks(ws: Workspace, found: Found) -> pl.DataFrame:
    """What holds each network together, in pieces, each with an ad that it is about."""
    networks, graph = found.findings.networks.networks, found.findings.networks.graph
    voice = voices(found)
    carrying = _carrying(found)
    said: dict[int, tuple[str, int]] = {}

    def name(node: int) -> str:
        if node < graph.units:
            return f"C{voice[node]}" if voice[node] >= 0 else f"ad:{-1 - voice[node]}"
        if node not in said:
            kind, value, _turn = graph.identifiers.row(node - graph.units)
            shown = pseudonym(kind, identifier_pseudonym(kind, value, ws.pepper))
            said[node] = shown, carrying[kind, value]
        return said[node][0]

    of_ad = found.findings.networks.of_ad
    inside = np.flatnonzero(of_ad >= 0)[::-1]
    first = np.full(len(networks.shown), -1, np.int64)
    first[of_ad[inside]] = inside
    rows = []
    for rank in range(len(networks.shown)):
        held = networks.holds_together(rank, name)
        if held is None:
            continue
        id, head = int(found.network[first[rank]]), int(found.ads[first[rank]])
        ad_of = dict(said.values())
        pieces: list[tuple[int, dict[str, Any]]] = [
            (head, {"fewest_bits": held["fewest_bits"], "is_least": held["is_least"]})
        ]
        for ends in held["fewest"]:
            pieces.append((next((ad_of[end] for end in ends if end in ad_of), head), {"fewest": ends}))
        for one in held["without"]:
            pieces.append((ad_of.get(one["identifier"], head), {"without": one}))
        rows += [(id, ad, json.dumps(about)) for ad, about in pieces]
    return pl.DataFrame(rows, schema=SCHEMAS["found_networks"], orient="row")


def _carrying(found: Found) -> dict[tuple[str, str], int]:
    """The number of the first ad that carries each identifier."""
    rows = found.findings.identifiers.group_by("kind", "value").agg(pl.col("ad").min())
    numbers = found.ads[rows["ad"].to_numpy()].tolist()
    return dict(zip(zip(rows["kind"].to_list(), rows["value"].to_list(), strict=True), numbers, strict=True))


def _indicators(ws: Workspace, found: Found) -> pl.DataFrame:
    """What is seen in the ads of each case in each network, as if it were a network of its own."""
    findings, networks = found.findings, found.findings.networks
    every = ws.ads(["case"])
    case = every["case"].gather(np.searchsorted(every["ad"].to_numpy(), found.ads))
    parts = pl.DataFrame({"unit": networks.units.of, "network": found.network, "case": case})
    numbered = parts.with_columns(
        pl.struct("unit", "case").rank("dense").cast(pl.Int32).alias("voice") - 1,
        pl.when(pl.col("network") >= 0)
        .then(pl.struct("network", "case").rank("dense").over(pl.col("network") >= 0).cast(pl.Int32) - 1)
        .otherwise(-1)
        .alias("group"),
    )
    groups = numbered.filter(pl.col("group") >= 0).unique("group").select("group", "network", "case")
    seen = observe(
        load_indicators(),
        findings.read.ads,
        numbered["voice"].to_numpy(),
        numbered["group"].to_numpy(),
        findings.identifiers,
        findings.located,
        findings.names,
        listed=findings.listed,
    ).filter(pl.col("of") == "network")
    return (
        seen.select(
            pl.col("number").alias("group"), "indicator", "ads", "tells_nothing", lift="lift_independents"
        )
        .join(groups, on="group")
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMAS["found_indicators"].items())
        .sort("network", "case", "indicator")
    )


def _weights(found: Found) -> pl.DataFrame:
    networks = found.findings.networks
    totals, counts = np.unique(decoy_totals(networks.weighed).round(1), return_counts=True)
    about = {
        "model": networks.weighed.model.to_dict(),
        "level": networks.level.tolist(),
        "strangers": [totals.tolist(), counts.tolist()],
    }
    return pl.DataFrame({"about": [json.dumps(about)]}, schema=SCHEMAS["found_weights"])


# -- what changed -----------------------------------------------------------------------------------------


def latest(ws: Workspace, table: str, keys: list[str]) -> pl.DataFrame:
    """The rows of a view that were written last of each thing that `keys` tell apart."""
    schema = SCHEMAS[table]
    if not ws.tables.exists(table):
        return pl.DataFrame(schema=schema)
    rows = ws.table(table)
    return rows.filter(pl.col("seq") == pl.col("seq").max().over(keys)).drop("seq").select(*schema)


def _changed_rows(table: str, keys: list[str]) -> Any:
    """All rows of each thing of which a row is new or lost one since."""

    def changed(ws: Workspace, fresh: pl.DataFrame) -> pl.DataFrame:
        known = latest(ws, table, keys)
        rest = [column for column in fresh.columns if column not in keys]
        before = known.group_by(keys).agg(pl.struct(rest).hash().sort().alias("before"))
        now = fresh.group_by(keys).agg(pl.struct(rest).hash().sort().alias("now"))
        both = now.join(before, on=keys, how="left", nulls_equal=True)
        new = both.filter(pl.col("before").is_null() | (pl.col("before") != pl.col("now"))).select(keys)
        return fresh.join(new, on=keys, how="semi", nulls_equal=True, maintain_order="left")

    return changed


def _new_services(ws: Workspace, fresh: pl.DataFrame) -> pl.DataFrame:
    keys = ["kind", "pseudonym"]
    return fresh.join(latest(ws, "found_services", keys), on=keys, how="anti", maintain_order="left")


def _changed_ties(ws: Workspace, fresh: pl.DataFrame) -> pl.DataFrame:
    keys = TIE
    known = latest(ws, "found_ties", keys).filter(~pl.col("gone"))
    both = fresh.join(known, on=keys, how="left", suffix="_before", maintain_order="left")
    least = round(ALIKE * UNITS_OF_BITS)
    other = [(pl.col(kind) - pl.col(f"{kind}_before")).abs() > least for kind in KINDS]
    new = both.filter(
        pl.col("gone_before").is_null()
        | (pl.col("possible") != pl.col("possible_before"))
        | pl.any_horizontal(other)
    )
    gone = known.join(fresh, on=keys, how="anti").with_columns(
        pl.lit(True).alias("gone"), *(pl.lit(0, pl.Int32).alias(kind) for kind in KINDS)
    )
    return pl.concat([new.select(fresh.columns), gone.select(fresh.columns)])


def _changed_networks(ws: Workspace, fresh: pl.DataFrame) -> pl.DataFrame:
    known = latest(ws, "found_networks", ["network"])
    gone = (
        known.filter(pl.col("about") != "").select("network").unique().join(fresh, on="network", how="anti")
    )
    over = gone.select("network", pl.lit(-1, pl.Int64).alias("ad"), pl.lit("").alias("about"))
    changed: pl.DataFrame = _changed_rows("found_networks", ["network"])(ws, fresh)
    return pl.concat([changed, over.sort("network")])


def _changed_indicators(ws: Workspace, fresh: pl.DataFrame) -> pl.DataFrame:
    keys = ["network", "case", "indicator"]
    known = latest(ws, "found_indicators", keys).filter(pl.col("ads") > 0)
    gone = known.join(fresh, on=keys, how="anti").with_columns(pl.lit(0, pl.Int32).alias("ads"))
    both = fresh.join(known, on=keys, how="left", suffix="_before", maintain_order="left")
    # How usual something is elsewhere changes a little with every ad.
    ratio = (pl.col("lift") / pl.col("lift_before")).log(2).abs().fill_null(0.0).fill_nan(0.0)
    new = both.filter(
        pl.col("ads_before").is_null()
        | (pl.col("ads") != pl.col("ads_before"))
        | (pl.col("tells_nothing") != pl.col("tells_nothing_before"))
        | (pl.col("lift").is_null() != pl.col("lift_before").is_null())
        | (ratio > ALIKE)
    )
    return pl.concat([new.select(fresh.columns), gone.select(fresh.columns)])


CHANGES: Final[dict[str, Any]] = {
    "found_ads": _changed_rows("found_ads", ["ad"]),
    "found_services": _new_services,
    "found_ties": _changed_ties,
    "found_networks": _changed_networks,
    "found_indicators": _changed_indicators,
    "found_weights": lambda _ws, fresh: fresh,
}
"""What of the rows of each table is to be written."""
