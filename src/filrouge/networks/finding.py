"""From ads, clusters and identifiers to networks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from filrouge.ads.tokens import Tokens
from filrouge.compare.comparison import Comparison
from filrouge.networks.counts import places_of_ads
from filrouge.networks.division import parts_of_clusters
from filrouge.networks.graph import Graph, Partition, graph_of, networks_of
from filrouge.networks.groups import Groups
from filrouge.networks.movement import presences
from filrouge.networks.possible import with_shared_templates
from filrouge.networks.records import Networks
from filrouge.networks.sources import Sources
from filrouge.networks.units import Units, order_of
from filrouge.networks.weighing import Weighed, Weigher


@dataclass(frozen=True)
class FoundNetworks:
    """The networks of a corpus, and all that they were found by.

    Attributes:
        presence: who was where when, of the units; see `movement.presences`.
        networks: those with signs of organisation, as records.
        language: int8, shape (ads,): the language of each ad, see `languages`.
        level: bits that strangers' texts save on two agencies, and on one.
    """

    units: Units
    weighed: Weighed
    graph: Graph
    partition: Partition
    presence: pl.DataFrame
    networks: Networks
    language: np.ndarray
    level: np.ndarray

    @cached_property
    def of_ad(self) -> np.ndarray:
        """int32, shape (ads,): the rank of each ad's network among those shown, -1 for none."""
        out: np.ndarray = self.networks.of_unit[self.units.of]
        return out


def find_networks(
    found: Comparison,
    ads: pl.DataFrame,
    tokens: Tokens,
    identifiers: pl.DataFrame,
    located: pl.DataFrame,
    masked: pl.DataFrame,
    groups: Groups,
) -> FoundNetworks:
    """Weigh all that ties voices, and find the networks that it holds together.

    Args:
        found: the comparison of the ads.
        ads: the ads table.
        tokens: their words.
        identifiers: `ad`, `kind`, `value`.
        located: `ad`, `value`: the place that the location column names.
        masked: `ad`, `start`, `end`, `kind`, `value` of identifiers, places and names: what is no habit of writing.
        groups: the clusters as records.
    """
    order, names = order_of(ads), masked.filter(pl.col("kind") == "name")
    voices = Units.of_clusters(found.cluster, found.bits).count
    # Such a division is sought among all voices, and has to be as rare as one of them.
    part = parts_of_clusters(found.cluster, ads, identifiers, names, located, float(np.log2(max(voices, 2))))
    units = Units.of_clusters(found.cluster, found.bits, part=part, order=order)
    holders = pl.DataFrame({"ad": np.arange(ads.height, dtype=np.int32), "unit": units.of})
    presence = presences(holders, ads, located)
    weigher = Weigher(found, ads, tokens, identifiers, masked, presence, units, order)
    weighed = weigher.weigh()
    graph = graph_of(weighed)
    partition = with_shared_templates(networks_of(graph), weighed)
    sources = Sources(ads, places_of_ads(located, ads["location"]), groups, presence, names)
    networks = Networks(weighed, graph, partition, sources)
    return FoundNetworks(
        units, weighed, graph, partition, presence, networks, weigher.language, weigher.level
    )
