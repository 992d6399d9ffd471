"""What runs found, as tables: which cluster and network each ad is in, and what became of clusters and networks.

A run writes only what changed. What holds as of a snapshot is the last that was written of each ad up to then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.errors import FilrougeError
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.workspace import Workspace

RUN: Final = "run"
"""The kind of a snapshot that a run wrote."""
NONE: Final = -1

SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "membership": {"ad": pl.Int64, "cluster": pl.Int64, "bits": pl.Float32},
    "network_members": {"ad": pl.Int64, "network": pl.Int64},
    "events": {
        "of": pl.String, "kind": pl.String, "id": pl.Int64, "other": pl.Int64, "ads": pl.Int64, "why": pl.String,
    },
}  # fmt: skip
"""`cluster` and `network` are ids, -1 for none; `events`: see `compare.identity.Event`, of a "cluster" or "network"."""


class NoRunYet(FilrougeError):
    """A view whose ads no run has compared."""

    def __init__(self, where: str) -> None:
        super().__init__(
            _(
                "{where}: no run has compared the ads of this workspace yet. Start one: filrouge run {where}"
            ).format(where=where)
        )


def last_run(ws: Workspace) -> Snapshot | None:
    """The last run that a view holds; None if there was none."""
    runs = [row for row in ws.snapshots() if row.kind == RUN]
    return runs[-1] if runs else None


@dataclass(frozen=True)
class Membership:
    """The cluster of each ad that any run named; arrays by the number of the ad, for all numbers up to the greatest.

    Attributes:
        cluster: int64, id of the cluster, -1 for none.
        bits: float32, what the cluster's template saves the ad.
    """

    cluster: NDArray[np.int64]
    bits: NDArray[np.float32]

    def of(self, ads: NDArray[np.int64]) -> NDArray[np.int64]:
        """The clusters of some ads."""
        return _looked_up(self.cluster, ads, np.int64(NONE))

    def bits_of(self, ads: NDArray[np.int64]) -> NDArray[np.float32]:
        """What its template saves each of some ads."""
        return _looked_up(self.bits, ads, np.float32(0))

    def among(self, seen: NDArray[np.bool_]) -> Membership:
        """The same of some ads alone, bool by ad number. What holds one of these only is no cluster of theirs."""
        inside = np.zeros(self.cluster.size, bool)
        some = min(seen.size, inside.size)
        inside[:some] = seen[:some]
        cluster, bits = _of_two(np.where(inside, self.cluster, NONE), self.bits)
        return Membership(cluster, bits)


def _looked_up(values: NDArray[Any], ads: NDArray[np.int64], missing: Any) -> NDArray[Any]:
    out = np.full(ads.size, missing, values.dtype)
    known = ads < values.size
    out[known] = values[ads[known]]
    return out


def membership(ws: Workspace, *, as_written: bool = False) -> Membership:
    """The clusters of the ads of a view, as its last run left them.

    Args:
        ws: the view.
        as_written: also clusters of which all but one ad were destroyed since. Nothing is left of these, though no run
            has said so yet.
    """
    rows = _rows(ws, "membership")
    cluster = _last(rows, "cluster", np.int64(NONE))
    bits = _last(rows, "bits", np.float32(0))
    if not as_written:
        cluster, bits = _of_two(cluster, bits)
    return Membership(cluster, bits)


def _of_two(
    cluster: NDArray[np.int64], bits: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Without clusters of one ad."""
    alone = np.append(np.bincount(cluster[cluster >= 0]), 0)[cluster] < 2
    return np.where(alone, NONE, cluster), np.where(alone, np.float32(0), bits)


def _last(rows: pl.DataFrame, column: str, missing: Any) -> NDArray[Any]:
    """What was written last of each ad, by its number, for all numbers up to the greatest."""
    ads, values = rows["ad"].to_numpy(), rows[column].to_numpy()
    out = np.full(int(ads.max()) + 1 if ads.size else 0, missing, values.dtype)
    # Rows come in the order of their runs, and of those for one ad the last stays.
    out[ads] = values
    return out


def written(ws: Workspace, of: Literal["cluster", "network"]) -> pl.DataFrame:
    """All that runs wrote of which cluster or network each ad is in: ad, id (-1 for none), seq; the oldest first."""
    rows = _rows(ws, "membership" if of == "cluster" else "network_members")
    return rows.select("ad", pl.col(of).alias("id"), "seq")


def network_of(ws: Workspace, ads: NDArray[np.int64]) -> NDArray[np.int64]:
    """The network of each of some ads, as the last run of a view that sought networks left them; -1 for none."""
    return _looked_up(_last(_rows(ws, "network_members"), "network", NONE), ads, np.int64(NONE))


def next_network(ws: Workspace) -> int:
    """The first id of a network that was never used."""
    run = last_run(ws)
    return int(run.details["next_network"]) if run else 0


def events(ws: Workspace) -> pl.DataFrame:
    """What became of clusters and networks: of, kind, id, other, ads, why, seq; the oldest first."""
    return _rows(ws, "events")


def _rows(ws: Workspace, table: str) -> pl.DataFrame:
    if not ws.tables.exists(table):
        return pl.DataFrame(schema={**SCHEMAS[table], "seq": pl.Int64})
    return ws.table(table)
