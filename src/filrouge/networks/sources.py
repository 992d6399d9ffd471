"""What the records of networks are made of."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from filrouge.networks.groups import Groups


@dataclass(frozen=True)
class Sources:
    """What the records are made of.

    Attributes:
        ads: the ads table.
        places: of each ad, see `counts.places_of_ads`.
        groups: the clusters as records.
        presence: see `movement.presences`, of the units.
        names: `ad`, `value`: the names in the texts.
    """

    ads: pl.DataFrame
    places: pl.Series
    groups: Groups
    presence: pl.DataFrame
    names: pl.DataFrame
