"""The ties of a package with all that they follow from: of two ads, of two voices, and those of the network."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations, pairwise
from typing import Any, Final

import numpy as np
import polars as pl

from filrouge.evidence.scale import verbal_level
from filrouge.networks.calibrated import decoy_totals
from filrouge.networks.learning import KINDS
from filrouge.networks.near import near_pairs
from filrouge.networks.ties import TYING_KINDS
from filrouge.networks.weighing import shared_identifiers
from filrouge.reports.package.gather import Gathered, Int64Array
from filrouge.reports.package.shown import Shown
from filrouge.reports.package.texts import PackagedTexts

ALL_PAIRS_OF: Final = 45
"""Up to so many ads, every two of them are a tie; of more, each with the ad that stands for its cluster, and with
the one before it."""
DECIMALS: Final = 4
Row = dict[str, Any]


class Ties:
    """All ties of a package.

    Args:
        found: what was gathered.
        texts: its texts as numbers.
        shown: what is shown for identifiers.
    """

    def __init__(self, found: Gathered, texts: PackagedTexts, shown: Shown) -> None:
        self._found, self._texts, self._shown = found, texts, shown
        weighed = found.weighed
        self._units = set(found.units.tolist())
        mine = pl.Series(found.units).implode()
        holders = pl.col("unit").n_unique().over("kind", "value")
        self._held = weighed.held.with_columns(holders=holders).filter(pl.col("unit").is_in(mine))

    # -- ads ----------------------------------------------------------------------------------------------

    @cached_property
    def identifiers(self) -> list[Row]:
        """Each identifier that an ad of the package carries, and how many ads of the case do."""
        findings, rows = self._found.findings, pl.Series(self._found.rows)
        every = (
            findings.identifiers.filter(pl.col("kind").is_in(TYING_KINDS))
            .select("ad", "kind", "value")
            .unique()
        )
        counted = every.with_columns(holders=pl.len().over("kind", "value"))
        mine = counted.filter(pl.col("ad").is_in(rows.implode()))
        total = self._found.ads.size
        out = [
            {
                "ad": int(self._found.ads[ad]),
                "kind": kind,
                "identifier": self._shown.identifier(kind, value),
                "holders": holders,
                "bits": _rounded(np.log2(total / holders)),
            }
            for ad, kind, value, holders in mine.iter_rows()
        ]
        return sorted(out, key=lambda row: (row["ad"], row["identifier"]))

    @cached_property
    def of_ads(self) -> list[Row]:
        """Two ads each: what the one saves the other, and the identifiers that both carry."""
        pairs = self._pairs_of_ads()
        if not pairs.size:
            return []
        one, other = pairs.T
        there, back = self._texts.saved(one, other), self._texts.saved(other, one)
        carried: dict[int, dict[str, Row]] = {}
        for row in self.identifiers:
            carried.setdefault(row["ad"], {})[row["identifier"]] = row
        cut, number = self._found.findings.comparison.clustering.cut, self._found.ads
        agency = self._found.findings.read.ads["agency"].to_list()
        out = []
        for k, (a, b) in enumerate(zip(number[one].tolist(), number[other].tolist(), strict=True)):
            both = sorted(carried.get(a, {}).keys() & carried.get(b, {}).keys())
            best = max(float(there[k]), float(back[k]))
            bits = np.zeros(len(KINDS))
            together = int(agency[one[k]] == agency[other[k]])
            bits[KINDS.index("text")] = max(best - self._found.findings.networks.level[together], 0.0)
            for name in both:
                bits[KINDS.index(carried[a][name]["kind"])] += carried[a][name]["bits"]
            out.append(
                {
                    "one": a,
                    "other": b,
                    "other_with_one": _rounded(there[k]),
                    "one_with_other": _rounded(back[k]),
                    "cut": _rounded(cut),
                    "reaches_cut": best >= cut,
                    **self._together(bits),
                    "shared": [{"identifier": name, "bits": carried[a][name]["bits"]} for name in both],
                }
            )
        return out

    def _pairs_of_ads(self) -> Int64Array:
        rows = self._found.members
        if rows.size <= ALL_PAIRS_OF:
            pairs = list(combinations(rows.tolist(), 2))
        else:
            cluster, of, head = self._found.cluster, self._found.voices.of, self._found.voices.head
            ordered = rows[np.lexsort((rows, cluster[rows]))].tolist()
            found = {(a, b) for a, b in pairwise(ordered) if cluster[a] >= 0 and cluster[a] == cluster[b]}
            found |= {(int(head[of[row]]), row) for row in rows.tolist() if head[of[row]] != row}
            pairs = [(min(pair), max(pair)) for pair in found]
        number = self._found.ads
        pairs = sorted(
            {(a, b) if number[a] < number[b] else (b, a) for a, b in pairs},
            key=lambda pair: tuple(number[list(pair)]),
        )
        return np.array(pairs, np.int64).reshape(-1, 2)

    # -- voices -------------------------------------------------------------------------------------------

    @cached_property
    def voices(self) -> list[Row]:
        """Each voice of the package: its cluster, the ad that stands for it, its ads in the package."""
        found = self._found
        units, ads, agency = found.voices, found.ads, found.findings.read.ads["agency"]
        hands = np.bincount(units.whole)[units.whole]
        out = []
        for unit in found.units.tolist():
            head = int(units.head[unit])
            mine = [row for row in found.members.tolist() if units.of[row] == unit]
            out.append(
                {
                    "voice": found.voice(unit),
                    "cluster": f"C{found.cluster[head]}" if unit < units.clusters else None,
                    "hands": int(hands[unit]),
                    "head": int(ads[head]),
                    "agency": agency[head],
                    "ads": sorted(int(ads[row]) for row in mine),
                    "ads_of_case": int(units.ads[unit]),
                }
            )
        return out

    @cached_property
    def holdings(self) -> list[Row]:
        """Which voice holds which identifier, how many voices of the case do, and what it is worth."""
        out = [
            {
                "voice": self._found.voice(unit),
                "kind": kind,
                "identifier": self._shown.identifier(kind, value),
                "turn": turn,
                "holders": holders,
                "bits": _rounded(bits),
            }
            for unit, kind, value, turn, holders, bits in self._held.select(
                "unit", "kind", "value", "turn", "holders", "bits"
            ).iter_rows()
        ]
        return sorted(out, key=lambda row: (row["voice"], row["identifier"]))

    @cached_property
    def near(self) -> list[Row]:
        """The identifiers of the package that are nearly one with another of it."""
        weighed = self._found.weighed
        every = weighed.held.select(ad="unit", kind="kind", value="value")
        values = self._held.select("kind", "value", "holders").unique()
        found = (
            near_pairs(every, weighed.units.count)
            .join(values.rename({"value": "value_a", "holders": "h_a"}), on=["kind", "value_a"])
            .join(values.rename({"value": "value_b", "holders": "h_b"}), on=["kind", "value_b"])
        )
        out = []
        for kind, a, b, how, chance, bits, h_a, h_b in found.select(
            "kind", "value_a", "value_b", "how", "by_chance", "bits", "h_a", "h_b"
        ).iter_rows():
            sides = sorted([(self._shown.identifier(kind, a), h_a), (self._shown.identifier(kind, b), h_b)])
            (one, of_one), (other, of_other) = sides
            out.append(
                {
                    "kind": kind, "one": one, "other": other, "how": how, "by_chance": float(chance),
                    "holders_one": of_one, "holders_other": of_other, "bits": _rounded(bits),
                }
            )  # fmt: skip
        return sorted(out, key=lambda row: (row["one"], row["other"]))

    @cached_property
    def strangers(self) -> np.ndarray:
        """The bits of pairs of strangers of the case, ascending, as they stand in the package."""
        return decoy_totals(self._found.weighed).round(DECIMALS)

    @cached_property
    def of_voices(self) -> list[Row]:
        """Two voices each: bits by kind, what each kind claims, all together, what strangers reach."""
        weighed, found = self._found.weighed, self._found
        mine = np.zeros(weighed.units.count, bool)
        mine[found.units] = True
        pairs = np.flatnonzero(mine[weighed.a] & mine[weighed.b])
        a, b, bits = weighed.a[pairs], weighed.b[pairs], weighed.bits[pairs]
        rows = [self._tie(*row, True) for row in zip(a.tolist(), b.tolist(), bits, strict=True)]
        if found.units.size <= ALL_PAIRS_OF:
            known = set(zip(a.tolist(), b.tolist(), strict=True))
            rows += [
                self._tie(one, other, worth, False)
                for one, other in combinations(sorted(self._units), 2)
                if (one, other) not in known and (worth := self._by_identifiers(one, other)).any()
            ]
        return sorted(rows, key=lambda row: (-row["total"], row["one"], row["other"]))

    def _by_identifiers(self, one: int, other: int) -> np.ndarray:
        bits = np.zeros(len(KINDS))
        for kind, worth in self._shared(one, other).select("kind", "bits").iter_rows():
            bits[KINDS.index(kind)] += worth
        return bits

    def _shared(self, one: int, other: int) -> pl.DataFrame:
        held = self._held.filter(pl.col("unit").is_in([one, other]))
        return shared_identifiers(held, np.array([one], np.int32), np.array([other], np.int32))

    def _tie(self, one: int, other: int, bits: np.ndarray, weighed: bool) -> Row:
        shared = [
            {
                "identifier": self._shown.identifier(kind, value),
                "passed_on": passed_on,
                "bits": _rounded(worth),
            }
            for kind, value, passed_on, worth in self._shared(one, other)
            .select("kind", "value", "passed_on", "bits")
            .iter_rows()
        ]
        return {
            "one": self._found.voice(one),
            "other": self._found.voice(other),
            "weighed": weighed,
            **self._together(bits),
            "shared": sorted(shared, key=lambda row: str(row["identifier"])),
        }

    def _together(self, bits: np.ndarray) -> Row:
        """All kinds together: bits, what each claims, the total, what may be claimed, what strangers reach."""
        model = self._found.weighed.model
        parts = model.parts(bits[None])[0]
        total, claimed = _rounded(parts.sum()), float(model.bounded(bits[None])[0])
        named = zip((*KINDS, "once"), parts, strict=True)
        return {
            "bits": {kind: _rounded(worth) for kind, worth in zip(KINDS, bits, strict=True) if worth},
            "parts": {kind: _rounded(part) for kind, part in named if abs(part) >= 10**-DECIMALS},
            "total": total,
            "claimed": _rounded(claimed),
            "level": verbal_level(claimed),
            "strangers": [int((self.strangers >= total - 1e-9).sum()), int(self.strangers.size)],
        }

    @cached_property
    def edges(self) -> list[Row]:
        """The ties that the network was built of: between voices and identifiers, and between two voices."""
        graph, found = self._found.graph, self._found
        inside = np.zeros(graph.nodes, bool)
        inside[found.units] = True
        holds = np.flatnonzero(inside[graph.a] & (graph.b >= graph.units))
        identifiers = np.zeros(graph.nodes, bool)
        identifiers[graph.b[holds]] = True
        between = np.flatnonzero((graph.a >= graph.units) & identifiers[graph.a] & identifiers[graph.b])
        pairs = np.flatnonzero((graph.pair >= 0) & inside[graph.a] & inside[graph.b])
        cut = {(link.a, link.b) for link in found.findings.networks.partition.possible}
        out = []
        for edge, type in [
            *((k, "holds") for k in holds.tolist()),
            *((k, "passed on") for k in between.tolist()),
            *((k, "pair") for k in pairs.tolist()),
        ]:
            a, b = int(graph.a[edge]), int(graph.b[edge])
            out.append(
                {
                    "one": self._node(a),
                    "other": self._node(b),
                    "type": type,
                    "kind": graph.kind[edge],
                    "bits": _rounded(graph.bits[edge]),
                    "possible": (a, b) in cut,
                }
            )
        return sorted(out, key=lambda row: (row["type"], row["one"], row["other"]))

    def _node(self, node: int) -> str:
        if node < self._found.graph.units:
            return self._found.voice(node)
        kind, value, turn = self._found.graph.identifiers.row(node - self._found.graph.units)
        return f"{self._shown.identifier(kind, value)}#{turn}"


def _rounded(value: float) -> float:
    # Adding 0.0 makes a nought of a negative nought.
    return round(float(value), DECIMALS) + 0.0
