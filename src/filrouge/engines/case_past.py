"""What was known when: the days on which something changed for a case, and what changed since a day."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from filrouge.corpus.results import RUN, written

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.engines.casebook import Casebook

MOST_CHANGES: Final = 200
"""Clusters and networks that are listed, those that changed most."""


@dataclass(frozen=True)
class Step:
    """A snapshot that changed something for a case.

    Attributes:
        seq, at: of the snapshot.
        kind: "ingest", "run" or "retention".
        ads: that came and can be read still; whose cluster or network a run decided; that were destroyed.
        files: that came.
    """

    seq: int
    at: datetime
    kind: str
    ads: int
    files: int = 0

    @property
    def day(self) -> date:
        """The day on which it was, by this machine's clock, as views of the past count days."""
        return self.at.astimezone().date()


def steps_of(book: Casebook) -> list[Step]:
    """The snapshots that changed something for the case, the newest first; of others nothing is told."""
    ws = book.ws
    came = dict(book.ads.group_by("seq").len().iter_rows())
    sources = ws.table("sources", ["case"]).filter(pl.col("case") == book.case)
    files = dict(sources.group_by("seq").len().iter_rows())
    decided = _decided(book)
    out, waiting = [], False
    for row in ws.snapshots():
        if row.seq in files:
            out.append(Step(row.seq, row.at, "ingest", int(came.get(row.seq, 0)), int(files[row.seq])))
            waiting = True
        elif row.kind == RUN and (waiting or decided.get(row.seq)):
            out.append(Step(row.seq, row.at, "run", decided.get(row.seq, 0)))
            waiting = False
        elif gone := _destroyed(row, book.case):
            out.append(Step(row.seq, row.at, "retention", gone))
            waiting = True
    return out[::-1]


@dataclass(frozen=True)
class Numbers:
    """A case's own numbers of snapshots: 1 for the first that changed something for it, and so on without a gap.

    Gaps in the numbers of the ledger would tell readers of one case that something happens in others. Where ads were
    destroyed, later snapshots may have smaller numbers than before.

    Attributes:
        seqs: the numbers in the ledger, ascending.
    """

    seqs: tuple[int, ...]

    def of(self, seq: int) -> int:
        """The case's number of a snapshot: of the last one up to it that changed something; 0 for none."""
        return bisect_right(self.seqs, seq)

    def seq(self, number: int) -> int | None:
        """The number in the ledger of a snapshot by its number in the case; None if there is none."""
        return self.seqs[number - 1] if 0 < number <= len(self.seqs) else None


def _decided(book: Casebook) -> dict[int, int]:
    """Of how many of the case's ads each run wrote anything."""
    mine = book.ads.select("ad")
    rows = [written(book.ws, of).join(mine, on="ad", how="semi") for of in ("cluster", "network")]
    counted = pl.concat([frame.select("seq", pl.col("ad").cast(pl.Int64)) for frame in rows])
    return dict(counted.unique().group_by("seq").len().iter_rows())


def _destroyed(row: Snapshot, case: str) -> int:
    keys = row.details.get("destroyed_keys", [])
    return sum(sum(key["ads"].values()) for key in keys if key["case"] == case)


def changes(then: Casebook, now: Casebook) -> pl.DataFrame:
    """The case's clusters and networks that are not as they were.

    Returns:
        kind, id, ads_then, ads_now (0 where there was or is none), agencies_then, agencies_now, went (where most of the
        ads are now of what is no more: an id of the same kind, -1 for none); those that changed most first.
    """
    tables = [_changed(then.ads, now.ads, kind) for kind in ("network", "cluster")]
    moved = (pl.col("ads_now") - pl.col("ads_then")).abs()
    return (
        pl.concat(tables)
        .filter(
            (pl.col("ads_then") != pl.col("ads_now")) | (pl.col("agencies_then") != pl.col("agencies_now"))
        )
        .sort(pl.col("kind") != "network", -moved, "id")
    )


def _changed(then: pl.DataFrame, now: pl.DataFrame, kind: str) -> pl.DataFrame:
    def counted(ads: pl.DataFrame, when: str) -> pl.DataFrame:
        return (
            ads.filter(pl.col(kind) >= 0)
            .group_by(pl.col(kind).alias("id"))
            .agg(
                pl.len().cast(pl.Int64).alias(f"ads_{when}"),
                pl.col("agency").n_unique().cast(pl.Int64).alias(f"agencies_{when}"),
            )
        )

    both = counted(then, "then").join(counted(now, "now"), on="id", how="full", coalesce=True)
    went = (
        then.filter(pl.col(kind) >= 0)
        .select("ad", pl.col(kind).alias("id"))
        .join(now.select("ad", pl.col(kind).alias("went")), on="ad")
        .filter(pl.col("went") >= 0)
        .group_by("id", "went")
        .len()
        .sort("len", "went", descending=[True, False])
        .unique("id", keep="first", maintain_order=True)
    )
    return (
        both.with_columns(pl.col("^(ads|agencies)_.*$").fill_null(0))
        .join(went.select("id", "went"), on="id", how="left")
        .select(
            pl.lit(kind).alias("kind"),
            "id",
            "ads_then",
            "ads_now",
            "agencies_then",
            "agencies_now",
            pl.when(pl.col("ads_now") == 0)
            .then(pl.col("went").fill_null(-1))
            .otherwise(-1)
            .cast(pl.Int64)
            .alias("went"),
        )
    )
