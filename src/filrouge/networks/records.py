"""Networks as people read them: who, where, when, what holds them together, what speaks against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl

from filrouge.networks.bridges import Possible
from filrouge.networks.cohesion import least_cut, without
from filrouge.networks.counts import ads_by_unit
from filrouge.networks.graph import Graph, Partition
from filrouge.networks.learning import KINDS
from filrouge.networks.lineage import Use, encoding_costs, lineage
from filrouge.networks.organisation import CONTACTS, signs_of_organisation, strength_parts
from filrouge.networks.sources import Sources
from filrouge.networks.timelines import Days, days_of_networks, stays_of_networks, uses_of_templates
from filrouge.networks.units import TYING
from filrouge.networks.waterfall import waterfall
from filrouge.networks.weighing import Weighed

STRONGEST: Final = 10
"""Ties of a network that are shown, and of those against it."""
LEAST_AGAINST: Final = 0.05
"""Bits of a kind of evidence, below 0, from which it speaks against one hand; less is shown as 0."""
EXPLAINED: Final = 200
"""Networks for which it is asked what holds them together; the strongest."""
MOST_TEMPLATES: Final = 60
"""Templates of a network whose family tree is drawn."""


class Networks:
    """The networks with signs of organisation, ranked; and how many others there are.

    A network whose ads might all be one person's is counted, and not shown.
    """

    def __init__(self, weighed: Weighed, graph: Graph, partition: Partition, sources: Sources) -> None:
        self._weighed, self._graph, self._partition, self._sources = weighed, graph, partition, sources
        # A cluster that nothing ties to another voice is a network of its own.
        lone = np.flatnonzero(partition.label[: weighed.units.clusters] < 0)
        self._label = partition.label.copy()
        self._label[lone] = int(partition.label.max(initial=-1)) + 1 + np.arange(lone.size, dtype=np.int32)
        label = self._label[: graph.units]
        order = np.argsort(label, kind="stable").astype(np.int32)
        order = order[label[order] >= 0]
        counts = np.bincount(label[order]) if order.size else np.zeros(0, np.int64)
        self._units = np.split(order, np.cumsum(counts)[:-1]) if order.size else []
        by_unit = np.argsort(weighed.units.of, kind="stable")
        self._ads_of_unit = np.split(by_unit, np.cumsum(weighed.units.ads)[:-1])
        about = [self._about(units) for units in self._units]
        ranked = [k for k, found in enumerate(about) if found["signs"]]
        ranked.sort(key=lambda k: (-about[k]["strength"], -about[k]["ads"], self._units[k][0]))
        self.shown = ranked
        self.others = len(about) - len(ranked)
        self._about_of = about

    def name(self, rank: int) -> str:
        """The name of a network by its rank from 0."""
        return f"N{rank + 1:04d}"

    def unit_name(self, unit: int) -> str:
        """A cluster's name, with a number behind it for its later parts; or the id of an ad that nothing ties."""
        units = self._weighed.units
        if unit < units.clusters:
            part = f" ({units.part[unit]})" if units.part[unit] > 1 else ""
            return f"{self._sources.groups.name(int(units.cluster[unit]))}{part}"
        return str(self._sources.ads["id"][int(self._weighed.units.head[unit])])

    @cached_property
    def of_unit(self) -> np.ndarray:
        """int32, shape (units,): the rank of each unit's network among those shown, -1 for none."""
        out = np.full(self._graph.units, -1, np.int32)
        for rank, k in enumerate(self.shown):
            out[self._units[k]] = rank
        return out

    def ads_of(self, rank: int) -> np.ndarray:
        """The ads of a network, in their order."""
        units = self._units[self.shown[rank]]
        return np.sort(np.concatenate([self._ads_of_unit[unit] for unit in units]))

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """A line of networks.jsonl for each network that is shown, the strongest first."""
        return [self._record(rank) for rank in range(len(self.shown))]

    def _about(self, units: np.ndarray) -> dict[str, Any]:
        """What decides whether and where a network is shown."""
        ads = int(self._weighed.units.ads[units].sum())
        identifiers: dict[str, Counter[str]] = {kind: Counter() for kind in TYING}
        for unit in units.tolist():
            for kind, value, count in self._held.get(unit, ()):
                identifiers[kind][value] += count
        names: Counter[str] = Counter()
        for unit in units[units < self._weighed.units.clusters].tolist():
            names.update(self._names(unit))
        agencies = self._count(units, "agency")
        places = self._count(units, "place")
        signs = signs_of_organisation(identifiers, names, len(agencies), ads)
        if self._is_one_text(units, signs) or self._are_two_people(units) or self._is_one_of_two(units):
            signs = {}
        parts = strength_parts(signs, len(agencies), len(places))
        return {
            "ads": ads,
            "agencies": agencies,
            "places": places,
            "identifiers": {kind: dict(found.most_common()) for kind, found in identifiers.items()},
            "names": dict(names.most_common()),
            "signs": signs,
            "strength": round(sum(parts.values()), 2),
            "strength_parts": parts,
        }

    def _names(self, unit: int) -> dict[str, int]:
        """The names in a cluster's slot for them, or those in the ads of one part of it."""
        units = self._weighed.units
        known = self._sources.groups.names(int(units.cluster[unit]))
        if not units.divided[unit]:
            return known
        return {name: ads for name, ads in self._names_of_parts.get(unit, {}).items() if name in known}

    @cached_property
    def _names_of_parts(self) -> dict[int, dict[str, int]]:
        """The names in the ads of each unit that is a part of a cluster, and how many ads have each."""
        units, names = self._weighed.units, self._sources.names.select("ad", "value").unique()
        of = pl.Series("unit", units.of[names["ad"].to_numpy()], pl.Int32)
        rows = names.with_columns(of).filter(pl.Series(units.divided[of.to_numpy()], dtype=pl.Boolean))
        out: dict[int, dict[str, int]] = {}
        for unit, name, ads in rows.group_by("unit", "value").len().sort("unit", "value").iter_rows():
            out.setdefault(unit, {})[name] = ads
        return out

    def _signs_of_unit(self, unit: int, beside: int) -> dict[str, int]:
        """The signs that a voice shows by itself, without what it shares with another."""
        shared = {(kind, value) for kind, value, _count in self._held.get(beside, ())}
        held: dict[str, Counter[str]] = {kind: Counter() for kind in TYING}
        for kind, value, count in self._held.get(unit, ()):
            if (kind, value) not in shared:
                held[kind][value] += count
        names = self._names(unit) if unit < self._weighed.units.clusters else {}
        # Ads with a contact lead to somebody, on however many agencies; also if the contact is another's, too.
        agencies = 0 if shared else len(self._presence.get((unit, "agency"), {}))
        return signs_of_organisation(held, names, agencies, int(self._weighed.units.ads[unit]))

    def _is_one_text(self, units: np.ndarray, signs: dict[str, int]) -> bool:
        """Whether all that there is are sites that publish one text which leads to nobody: a person does as much."""
        return units.size == 1 and list(signs) == ["agency"]

    def _are_two_people(self, units: np.ndarray) -> bool:
        """Whether all that there is are two voices without signs of their own who share a contact.

        Two people who share a flat do: one phone, beside their own. That each has a name and a phone is no
        sign of organisation.
        """
        if units.size != 2:
            return False
        one, other = units.tolist()
        shared = Counter(
            kind
            for kind, value, _count in self._held.get(one, ())
            if kind in CONTACTS and (kind, value) in {(k, v) for k, v, _n in self._held.get(other, ())}
        )
        if max(shared.values(), default=0) > 1:
            return False
        signs = self._signs_of_unit(one, other) or self._signs_of_unit(other, one)
        return not signs and not self._met_otherwise(units)

    def _is_one_of_two(self, units: np.ndarray) -> bool:
        """Whether this voice and one that the graph does not join to it are two people who share a contact.

        Where a contact is too weak to join them, it is no second phone of either.
        """
        if units.size != 1:
            return False
        unit = int(units[0])
        beside = {
            other
            for kind, value, _count in self._held.get(unit, ())
            if kind in CONTACTS
            for other in self._holders[kind, value]
        } - {unit}
        return len(beside) == 1 and self._are_two_people(np.array([unit, *beside]))

    def _met_otherwise(self, units: np.ndarray) -> bool:
        """Whether anything but a contact, a text and a style ties these two: a picture, a move, a near number."""
        return (int(units.min()), int(units.max())) in self._meetings

    @cached_property
    def _meetings(self) -> set[tuple[int, int]]:
        """The pairs of voices that a picture, a move or a near number ties."""
        weighed = self._weighed
        kinds = [KINDS.index(kind) for kind in ("near", "image", "movement")]
        met = (weighed.bits[:, kinds] > 0).any(axis=1)
        return set(zip(weighed.a[met].tolist(), weighed.b[met].tolist(), strict=True))

    def _count(self, units: np.ndarray, column: str) -> dict[str, int]:
        found: Counter[str] = Counter()
        for unit in units.tolist():
            found.update(self._presence.get((unit, column), {}))
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def _held(self) -> dict[int, list[tuple[str, str, int]]]:
        out: dict[int, list[tuple[str, str, int]]] = {}
        rows = self._weighed.held.group_by("unit", "kind", "value", maintain_order=True).agg(
            pl.col("ads").sum()
        )
        for unit, kind, value, ads in rows.iter_rows():
            out.setdefault(unit, []).append((kind, value, ads))
        return out

    @cached_property
    def _holders(self) -> dict[tuple[str, str], list[int]]:
        """The voices that hold each identifier."""
        out: dict[tuple[str, str], list[int]] = {}
        for unit, held in self._held.items():
            for kind, value, _count in held:
                out.setdefault((kind, value), []).append(unit)
        return out

    @cached_property
    def _presence(self) -> dict[tuple[int, str], dict[str, int]]:
        """How many ads each unit has on each agency and in each place."""
        sources = self._sources
        return ads_by_unit(sources.ads["agency"], sources.places, self._weighed.units.of)

    def _record(self, rank: int) -> dict[str, Any]:
        k = self.shown[rank]
        units, about = self._units[k], self._about_of[k]
        clusters = units[units < self._weighed.units.clusters]
        days = self._days[rank]
        inside = self._inside[k]
        record = {
            "network": self.name(rank),
            **{name: about[name] for name in ("ads", "signs", "strength", "strength_parts")},
            "voices": int(units.size),
            "clusters": [self.unit_name(int(unit)) for unit in clusters],
            "single_ads": [self.unit_name(int(unit)) for unit in units[clusters.size :]],
            "agencies": about["agencies"],
            "places": about["places"],
            "first": days.first,
            "last": days.last,
            "identifiers": about["identifiers"],
            "names": about["names"],
            "alone": self._case_for_one_person(about),
            "itinerary": self._stays[rank],
            "weeks": days.weeks,
            "strongest": self._strongest(inside),
            "against": self._against(inside),
            "possible": self._possible(units),
        }
        if rank < EXPLAINED and inside.size:
            record["holds_together"] = self._holds_together(inside, self._node)
            record["lineage"] = self._lineage(clusters)
        return record

    @cached_property
    def _days(self) -> list[Days]:
        of_ad = self.of_unit[self._weighed.units.of]
        return days_of_networks(self._sources.ads["posted"], of_ad, len(self.shown))

    @cached_property
    def _stays(self) -> list[list[dict[str, Any]]]:
        return stays_of_networks(self._sources.presence, self.of_unit, len(self.shown))

    @cached_property
    def _uses(self) -> dict[int, Use]:
        """The uses of the templates whose family tree is drawn."""
        units = self._weighed.units
        wanted = [
            unit
            for k in self.shown[:EXPLAINED]
            for unit in self._units[k][self._units[k] < units.clusters][:MOST_TEMPLATES].tolist()
        ]
        held = {
            unit: frozenset(f"{kind}:{value}" for kind, value, _count in self._held.get(unit, ()))
            for unit in wanted
        }
        ads = self._sources.ads.select("agency", "posted", place=self._sources.places)
        forms = {unit: self._sources.groups.form_of(int(units.cluster[unit])) for unit in wanted}
        return uses_of_templates(ads, units.of, wanted, held, forms)

    @cached_property
    def _inside(self) -> list[np.ndarray]:
        """The graph's edges that run within each network."""
        label, graph = self._label, self._graph
        same = np.flatnonzero((label[graph.a] >= 0) & (label[graph.a] == label[graph.b]))
        order = same[np.argsort(label[graph.a[same]], kind="stable")]
        counts = np.bincount(label[graph.a[order]], minlength=len(self._units))
        return np.split(order, np.cumsum(counts)[:-1]) if counts.size else []

    def _case_for_one_person(self, about: dict[str, Any]) -> list[str]:
        """What speaks for one person who works alone: of what there is only one, as ids that the report words."""
        found = [kind for kind in CONTACTS if len(about["identifiers"][kind]) == 1]
        found += [name for name in ("names", "agencies", "places") if len(about[name]) == 1]
        return found

    def _tie(self, edge: int) -> dict[str, Any]:
        graph, weighed = self._graph, self._weighed
        a, b, pair = int(graph.a[edge]), int(graph.b[edge]), int(graph.pair[edge])
        tie: dict[str, Any] = {"a": self._node(a), "b": self._node(b), "kind": graph.kind[edge]}
        tie["bits"] = round(float(graph.bits[edge]), 1)
        if pair >= 0:
            tie["kinds"] = waterfall(weighed, pair)
        return tie

    def _node(self, node: int) -> str:
        if node < self._graph.units:
            return self.unit_name(node)
        row = self._graph.identifiers.row(node - self._graph.units, named=True)
        turn = f" ({row['turn']})" if row["turn"] > 1 else ""
        return f"{row['kind']}:{row['value']}{turn}"

    def _strongest(self, inside: np.ndarray) -> list[dict[str, Any]]:
        """The strongest ties for one hand."""
        bits = self._graph.bits[inside]
        order = np.lexsort((inside, -bits))[:STRONGEST]
        return [self._tie(int(inside[k])) for k in order if bits[k] > 0]

    def _against(self, inside: np.ndarray) -> list[dict[str, Any]]:
        """The pairs of which some evidence speaks against one hand, and which count less than nothing.

        Where only the model's start does, or what was counted once, nothing was found against it.
        """
        graph, weighed = self._graph, self._weighed
        below = inside[(graph.bits[inside] < 0) & (graph.pair[inside] >= 0)]
        by_kind = weighed.model.parts(weighed.bits[graph.pair[below]])[:, : len(KINDS)]
        found = below[(by_kind <= -LEAST_AGAINST).any(axis=1)]
        order = np.lexsort((found, graph.bits[found]))[:STRONGEST]
        return [self._tie(int(edge)) for edge in found[order]]

    def _possible(self, units: np.ndarray) -> list[dict[str, Any]]:
        """Links to other networks or voices that hang on one weak tie."""
        links = self._possible_of.get(int(self._label[units[0]]), [])[:STRONGEST]
        return [
            {"a": self._node(link.a), "b": self._node(link.b), "bits": round(link.bits, 1)} for link in links
        ]

    @cached_property
    def _possible_of(self) -> dict[int, list[Possible]]:
        """The links of each network that hang on one weak tie, in their order."""
        out: dict[int, list[Possible]] = {}
        for link in self._partition.possible:
            for label in {int(self._label[link.a]), int(self._label[link.b])}:
                out.setdefault(label, []).append(link)
        return out

    def holds_together(self, rank: int, name: Callable[[int], str]) -> dict[str, Any] | None:
        """What holds a network together, None for one of which it is not asked.

        Args:
            rank: of the network.
            name: of a node of the graph.
        """
        inside = self._inside[self.shown[rank]]
        return self._holds_together(inside, name) if rank < EXPLAINED and inside.size else None

    def _holds_together(self, inside: np.ndarray, name: Callable[[int], str]) -> dict[str, Any]:
        graph = self._graph
        nodes, ends = np.unique(np.concatenate([graph.a[inside], graph.b[inside]]), return_inverse=True)
        a, b = (part.astype(np.int32) for part in np.split(ends, 2))
        is_unit, bits = nodes < graph.units, graph.bits[inside]
        cut = least_cut(nodes.size, a, b, bits, is_unit=is_unit)
        ends_of_cut = zip(cut.a, cut.b, strict=True) if cut else []
        kinds = [graph.kind[k] for k in inside]
        numbers, identifier = np.unique(graph.identifier[inside], return_inverse=True)
        through = np.where(numbers[identifier] < 0, -1, identifier).astype(np.int32)
        rest = without(
            nodes.size, a, b, bits, kinds, through, cut_bits=self._partition.cut_bits, is_unit=is_unit
        )
        return {
            "fewest_bits": round(cut.bits, 1) if cut else None,
            "is_least": cut.exact if cut else None,
            "fewest": [[name(int(nodes[i])), name(int(nodes[j]))] for i, j in ends_of_cut],
            "without": [
                {
                    "kind": one.kind,
                    "identifier": name(int(numbers[one.identifier]) + graph.units)
                    if one.identifier >= 0
                    else None,
                    "parts": one.parts,
                    "alone": one.alone,
                    "still_one": one.holds,
                }
                for one in rest
            ],
        }

    def _lineage(self, clusters: np.ndarray) -> list[dict[str, Any]]:
        """The family tree of the network's templates."""
        shown = clusters[:MOST_TEMPLATES].tolist()
        if len(shown) < 2:
            return []
        found = [self._weighed.templates[k] for k in self._weighed.units.cluster[shown]]
        alone, saved = encoding_costs([one.words for one in found], [one.price for one in found])
        descents = lineage(alone, saved, [self._uses[k] for k in shown])
        return [
            {
                "template": self.unit_name(shown[one.template]),
                "of": self.unit_name(shown[one.parent]) if one.parent >= 0 else None,
                "bits": round(one.bits, 1),
                "relation": one.relation,
                "shared": list(one.shared),
            }
            for one in descents
        ]
