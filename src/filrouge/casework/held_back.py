"""A casebook for a person who was asked for a second opinion: without what the machine made of what they judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.casework.errors import Refused
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.casework.lineage import What
    from filrouge.engines.casebook import (
        AdSheet,
        Casebook,
        ClusterDossier,
        ClusterTemplate,
        NetworkDossier,
        Reason,
        TieSheet,
    )


class HeldBack(Refused):
    """Something that a person may not see until they have given the opinion that they were asked for."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "You were asked for a second opinion on this. Give it first, in the room Judge: until then, what the "
                "program and others think of it is not shown to you."
            )
        )


def without(book: Casebook, held: frozenset[What]) -> Casebook:
    """The casebook without bits, strength, rank and signs of some clusters and networks; their ads stay."""
    return cast("Casebook", _HoldingBack(book, held)) if held else book


def must_show(book: Casebook, of: str, numbers: Sequence[int]) -> None:
    """Refuse what would tell of something that is held back: itself, what it is part of, and its ads.

    Args:
        book: as `without` gives it.
        of: "cluster", "network" or "ads". numbers: which.

    Raises:
        HeldBack: then.
    """
    if not isinstance(book, _HoldingBack):
        return
    if of == "ads":
        if book.unweighed(numbers):
            raise HeldBack
        return
    book._let(of, *numbers)


class _HoldingBack:
    """Answers as the casebook does, but for what is held back."""

    def __init__(self, book: Casebook, held: frozenset[What]) -> None:
        self._book = book
        asked = {number for of, number in held if of == "network"}
        clusters = {number for of, number in held if of == "cluster"}
        within = book.ads.filter(pl.col("network").is_in(list(asked)))["cluster"]
        around = book.ads.filter(pl.col("cluster").is_in(list(clusters)))["network"]
        # A network's page shows the bits of its clusters, and a cluster's page those that count in its network.
        self._clusters = (clusters | set(within.to_list())) - {-1}
        self._networks = (asked | set(around.to_list())) - {-1}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)

    def opened_with(self, opened: bool) -> Casebook:
        """As the casebook does."""
        other = _HoldingBack(self._book.opened_with(opened), frozenset())
        other._clusters, other._networks = self._clusters, self._networks
        return cast("Casebook", other)

    def _is_held(self, kind: str, id_: int) -> bool:
        return id_ in (self._clusters if kind == "cluster" else self._networks)

    def _let(self, kind: str, *ids: int) -> None:
        if any(self._is_held(kind, id_) for id_ in ids):
            raise HeldBack

    @property
    def _held(self) -> pl.Expr:
        return pl.col("cluster").is_in(list(self._clusters)) | pl.col("network").is_in(list(self._networks))

    def _of_ads(self, *ads: int) -> pl.DataFrame:
        return self._book.ads.filter(pl.col("ad").is_in(list(ads)))

    @cached_property
    def leads(self) -> pl.DataFrame:
        """Without those held back, and so without their rank."""
        held = ((pl.col("kind") == "cluster") & pl.col("id").is_in(list(self._clusters))) | (
            (pl.col("kind") == "network") & pl.col("id").is_in(list(self._networks))
        )
        return self._book.leads.filter(~held)

    @cached_property
    def ads(self) -> pl.DataFrame:
        """All ads; those of what is held back are in no cluster and no network."""
        return self._shut(self._book.ads)

    def where(self, ads: NDArray[np.int64]) -> pl.DataFrame:
        """As the casebook does; what is held back is in no cluster and no network."""
        return self._shut(self._book.where(ads))

    def _shut(self, ads: pl.DataFrame) -> pl.DataFrame:
        out = {"cluster": -1, "network": -1, "bits": 0}
        return ads.with_columns(
            pl.when(self._held).then(none).otherwise(pl.col(name)).alias(name) for name, none in out.items()
        )

    def unweighed(self, ads: Sequence[int]) -> frozenset[int]:
        """Those of some ads that are held back."""
        return frozenset(self._of_ads(*ads).filter(self._held)["ad"].to_list())

    def lead(self, kind: str, id: int) -> dict[str, Any] | None:
        """As the casebook does."""
        return None if self._is_held(kind, id) else self._book.lead(kind, id)

    def why(self, kind: str, id: int) -> list[Reason]:
        """As the casebook does."""
        self._let(kind, id)
        return self._book.why(kind, id)

    def network(self, id: int) -> NetworkDossier:
        """As the casebook does."""
        self._let("network", id)
        return self._book.network(id)

    def cluster(self, id: int, page: int = 1) -> ClusterDossier:
        """As the casebook does."""
        self._let("cluster", id)
        return self._book.cluster(id, page)

    def template(self, id: int) -> ClusterTemplate:
        """As the casebook does."""
        self._let("cluster", id)
        return self._book.template(id)

    def ad(self, ad: int) -> AdSheet:
        """As the casebook does; the ads themselves are what is to be judged."""
        sheet = self._book.ad(ad)
        if self._is_held("cluster", sheet.cluster) or self._is_held("network", sheet.network):
            return replace(sheet, cluster=-1, network=-1)
        return sheet

    def tie(self, one: int, other: int) -> TieSheet:
        """As the casebook does."""
        for row in self._of_ads(one, other).iter_rows(named=True):
            self._let("cluster", row["cluster"])
            self._let("network", row["network"])
        return self._book.tie(one, other)

    def tie_of_clusters(self, one: int, other: int) -> TieSheet:
        """As the casebook does."""
        self._let("cluster", one, other)
        return self._book.tie_of_clusters(one, other)
