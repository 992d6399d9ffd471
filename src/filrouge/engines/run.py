"""A run over a workspace: the new ads are compared with all, and what that changes is written down.

The first run compares all ads with each other. Later ones let the clusters grow (`filrouge.compare.growth`), unless
there is so much new, or so little at all, that to compare everything is as fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.compare.identity import Event, named
from filrouge.compare.stages import Stages
from filrouge.corpus.results import (
    RUN,
    SCHEMAS,
    Membership,
    events,
    last_run,
    membership,
    network_of,
    next_network,
)
from filrouge.engines.comparing import as_it_was, compared, held_in, named_by
from filrouge.engines.kept import Kept, forget, keep, read_kept
from filrouge.engines.local import Clock
from filrouge.engines.recall import findings_of
from filrouge.engines.remembering import Found, to_remember
from filrouge.errors import FilrougeError
from filrouge.i18n import N_, _
from filrouge.progress import Silent

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.workspace import Workspace
    from filrouge.progress import Progress

FEW_ENOUGH: Final = 300_000
"""Ads up to which a run also seeks networks unless told otherwise: to weigh all ties of more takes minutes."""
ALIKE: Final = 0.05
"""Bits by which an ad's weight must change to be written down."""


class RunOvertaken(FilrougeError):
    """Another run was written while this one worked."""

    def __init__(self) -> None:
        super().__init__(
            _("Another run of this workspace finished meanwhile, so this one wrote nothing. Run it again.")
        )


@dataclass(frozen=True)
class RunSummary:
    """What a run found.

    Attributes:
        snapshot: that it wrote; None if there was nothing new.
        whole: whether all ads were compared with each other, rather than the new ones with the known.
        ads: that could be read; new: of them those that no run had seen.
        tied: ads in a cluster; clusters: how many there are.
        networks: how many there are; None if they were not sought.
        began, ended, merged, split: clusters of which this is true since the last run.
        seconds: of each stage.
    """

    snapshot: Snapshot | None
    whole: bool
    ads: int
    new: int
    tied: int
    clusters: int
    networks: int | None = None
    began: int = 0
    ended: int = 0
    merged: int = 0
    split: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def run(
    ws: Workspace,
    *,
    anew: bool = False,
    networks: bool | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    stages: Stages | None = None,
) -> RunSummary:
    """Compare the ads that came since the last run with all of the workspace.

    Args:
        ws: the workspace as it is now.
        anew: compare all ads with each other, even if it takes long.
        networks: whether to weigh all ties and find networks, for which all ads are opened; None: if they are
            `FEW_ENOUGH`.
        jobs: cores to use; the result is the same.
        stages: who compares all ads with each other, where that is done; these cores if not given.
        progress: told how far the work is.

    Raises:
        RunOvertaken: if another run was written meanwhile; nothing was changed.
    """
    clock = Clock(progress or Silent())
    clock.stage("open", N_("Opening"))
    before, known = last_run(ws), membership(ws, as_written=True)
    lost = _lost_since(ws, before)
    held = held_in(ws, int(before.details["through"]) if before else -1, jobs)
    ads, new = held.ads, int((~held.seen).sum())
    wanted = ads.size <= FEW_ENOUGH if networks is None else networks
    written = ws.has("found_weights")
    lacking = wanted and before is not None and not (before.details["networks"] and written)
    same = not (new or lost or anew)
    if not before and not new:
        return RunSummary(None, False, 0, 0, 0, 0)
    if before and same and not lacking:
        tied = int((known.of(ads) >= 0).sum())
        return RunSummary(None, False, ads.size, 0, tied, int(before.details["clusters"]))
    clock.stage("compare", N_("Comparing"))
    kept = read_kept(ws, before.batch) if before and not anew else None
    if same and kept is not None:
        found, whole = as_it_was(held, known, kept), False
    else:
        found, whole = compared(held, known, kept, before, jobs, stages)
    left = found.kept
    cluster, bits = found.cluster[held.text], found.bits[held.text]
    linked = _networks(ws, ads, cluster, bits, left, jobs, clock) if wanted else _Linked.none()
    clock.stage("write", N_("Writing"))
    with ws.begin(RUN) as batch:
        batch.write("membership", _changed(ads, cluster, bits, known))
        gone = _over(ws, "cluster", known.of(ads)) if lost else []
        for of, told in (("cluster", [*found.events, *gone]), ("network", linked.events)):
            batch.write("events", _event_rows(of, told, lost))
        for table, rows in linked.rows.items():
            batch.write(table, rows)
        keep(ws, batch.id, left)
        counts = {
            "readable": int(ads.size),
            "new": new,
            "tied": int((cluster >= 0).sum()),
            "clusters": left.ids.size,
        }
        details = {
            **counts,
            "through": ws.snapshot.seq,
            "whole": whole,
            "texts_whole": held.texts.sizes.size if whole or not before else before.details["texts_whole"],
            "next_id": left.next_id,
            "reach": [left.reach.place, left.reach.scale, left.reach.ads],
            "among": [left.among.place, left.among.scale, left.among.ads],
            "networks": wanted,
            "next_network": linked.next_id if wanted else next_network(ws),
        }
        snapshot = batch.commit(details, check=lambda now, _batch: _not_overtaken(now, before))
        forget(ws, batch.id)
    clock.stop()
    became = [event.kind for event in found.events]
    return RunSummary(
        snapshot, whole, ads.size, new, counts["tied"], counts["clusters"], linked.count if wanted else None,
        became.count("began"), became.count("ended"), became.count("merged"), became.count("split"), clock.seconds,
    )  # fmt: skip


@dataclass(frozen=True)
class _Linked:
    """Networks: the rows of tables that changed, what became of networks, how many there are."""

    rows: dict[str, pl.DataFrame]
    events: list[Event]
    count: int
    next_id: int

    @classmethod
    def none(cls) -> _Linked:
        return cls({}, [], 0, 0)


def _networks(
    ws: Workspace,
    ads: NDArray[np.int64],
    cluster: NDArray[np.int64],
    bits: NDArray[np.float32],
    kept: Kept,
    jobs: int,
    clock: Clock,
) -> _Linked:
    """The networks that ties of all kinds hold together, and the ids that they keep."""
    clock.stage("recall", N_("Opening"))
    reaches = kept.reach, kept.among
    findings = findings_of(ws, ads, cluster, bits, reaches, jobs=jobs, progress=clock.progress)
    clock.stop()
    clock.seconds |= findings.seconds
    clock.stage("remember", N_("Writing down what was found"))
    now, was = findings.networks.of_ad.astype(np.int64), network_of(ws, ads)
    names = named(was, now, next_network(ws))
    ids = named_by(names.ids, now)
    changed = ids != was
    members = pl.DataFrame({"ad": ads[changed], "network": ids[changed]}, schema=SCHEMAS["network_members"])
    rows = {"network_members": members, **to_remember(ws, Found(findings, ads, cluster, ids))}
    clock.stop()
    return _Linked(rows, [*names.events, *_over(ws, "network", was)], names.ids.size, names.next_id)


def _not_overtaken(now: Workspace, before: Snapshot | None) -> None:
    last = last_run(now)
    if (last.seq if last else -1) != (before.seq if before else -1):
        raise RunOvertaken


def _lost_since(ws: Workspace, before: Snapshot | None) -> bool:
    """Whether ads that the last run had seen were destroyed since."""
    if before is None:
        return False
    since = [row for row in ws.snapshots() if row.seq > int(before.details["through"])]
    return any(row.details.get("destroyed_keys") or row.details.get("destroyed_ads") for row in since)


def _over(ws: Workspace, of: str, held: NDArray[np.int64]) -> list[Event]:
    """The end of the groups of which no ad is left, where ads were destroyed.

    Args:
        ws: the view.
        of: "cluster" or "network".
        held: the group of before of each ad that is left, -1 for none.
    """
    told = events(ws).filter(pl.col("of") == of)
    began = told.filter(pl.col("kind").is_in(["began", "split"]))["id"].unique()
    over = told.filter(pl.col("kind").is_in(["ended", "merged"]))["id"].unique()
    left = pl.Series(np.unique(held))
    gone = began.filter(~began.is_in(over.implode()) & ~began.is_in(left.implode()))
    return [Event("ended", id, -1, 0) for id in gone.sort().to_list()]


def _changed(
    ads: NDArray[np.int64], cluster: NDArray[np.int64], bits: NDArray[np.float32], known: Membership
) -> pl.DataFrame:
    """The rows of the table of members that say something new."""
    new = (cluster != known.of(ads)) | ((cluster >= 0) & (np.abs(bits - known.bits_of(ads)) > ALIKE))
    rows = {"ad": ads[new], "cluster": cluster[new], "bits": bits[new].round(2)}
    return pl.DataFrame(rows, schema=SCHEMAS["membership"])


def _event_rows(of: str, told: list[Event], lost: bool) -> pl.DataFrame:
    why = "ads were destroyed" if lost else "ads came"
    rows = [(of, *event, why) for event in told]
    return pl.DataFrame(rows, schema=SCHEMAS["events"], orient="row")
