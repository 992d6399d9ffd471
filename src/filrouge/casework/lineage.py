"""What became of clusters and networks since they were judged, as runs wrote it down: merged into others, split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from filrouge.corpus.results import events

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

What = tuple[str, int]
"""("cluster" | "network", id)"""


@dataclass(frozen=True)
class Lineage:
    """Where labels go when runs merge or split what they were given to.

    Attributes:
        into: what each id that is gone was merged into, by the last run that said so.
        split_from: what each new id was split from.
    """

    into: dict[What, What]
    split_from: dict[What, What]

    @classmethod
    def of(cls, ws: Workspace) -> Lineage:
        """As a view has it."""
        told = events(ws).filter(pl.col("kind").is_in(["merged", "split"]), pl.col("other") >= 0)
        into: dict[What, What] = {}
        split: dict[What, What] = {}
        for of, kind, id_, other in told.select("of", "kind", "id", "other").iter_rows():
            (into if kind == "merged" else split)[of, id_] = (of, other)
        return cls(into, split)

    def now(self, what: What) -> What:
        """What a thing is today: itself, or what it was merged into, and that in turn."""
        passed = {what}
        while what in self.into:
            what = self.into[what]
            if what in passed:
                break
            passed.add(what)
        return what
