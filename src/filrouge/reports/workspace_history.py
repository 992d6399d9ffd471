"""What became of the clusters of a workspace, looked up and printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from filrouge.corpus.results import RUN, cluster_rows, events
from filrouge.errors import FilrougeError
from filrouge.i18n import _, ngettext, number
from filrouge.reports.html.words import ads as ads_in_words
from filrouge.reports.terminal import Page
from filrouge.reports.workspace import became, local_time, snapshot_name

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.workspace import Workspace

EVENTS_SHOWN: Final = 40
"""Of one run, of those that are told one by one."""
TOLD: Final = ("merged", "split", "ended")
"""Events that concern a cluster which somebody may know; those that began are only counted."""


class NoRun(FilrougeError):
    """A workspace whose ads were never compared."""

    def __init__(self, where: str) -> None:
        super().__init__(
            _(
                "{where}: no ads were compared by then, so there are no clusters. First: filrouge run {where}"
            ).format(where=where)
        )


class UnknownCluster(FilrougeError):
    """A number that no cluster had."""

    def __init__(self, where: str, cluster: int, following: int) -> None:
        super().__init__(
            _("{where}: there was no cluster {cluster}; their numbers go from 0 to {last}.").format(
                where=where, cluster=cluster, last=following - 1
            )
            if following
            else _("{where}: there was no cluster {cluster}, nor any other.").format(
                where=where, cluster=cluster
            )
        )


@dataclass(frozen=True)
class Step:
    """What a run did to a cluster.

    Attributes:
        run: its snapshot.
        events: kind, id, other, ads, why.
        joined, left: ads that are there still and came into the cluster, or went out of it.
        ads: it held then, of those that are there still.
    """

    run: Snapshot
    events: Sequence[Mapping[str, object]]
    joined: int
    left: int
    ads: int


@dataclass(frozen=True)
class History:
    """What became of a cluster, run by run."""

    cluster: int
    steps: list[Step]


def history_of(ws: Workspace, where: str, cluster: int) -> History:
    """What became of a cluster.

    Raises:
        NoRun: if nothing was compared.
        UnknownCluster: if no cluster had the number.
    """
    runs = _runs(ws, where)
    following = int(runs[-1].details["next_id"])
    if cluster >= following:
        raise UnknownCluster(where, cluster, following)
    told = events(ws).filter(
        pl.col("of") == "cluster", (pl.col("id") == cluster) | (pl.col("other") == cluster)
    )
    moved = {seq: (joined, left) for seq, joined, left in _moves(ws, cluster).iter_rows()}
    steps, ads = [], 0
    for run in runs:
        joined, left = moved.get(run.seq, (0, 0))
        mine = told.filter(pl.col("seq") == run.seq).to_dicts()
        ads += joined - left
        if mine or joined or left:
            steps.append(Step(run, mine, joined, left, ads))
    return History(cluster, steps)


def _runs(ws: Workspace, where: str) -> list[Snapshot]:
    runs = [row for row in ws.snapshots() if row.kind == RUN]
    if not runs:
        raise NoRun(where)
    return runs


def _moves(ws: Workspace, cluster: int) -> pl.DataFrame:
    """How many ads came into a cluster and went out of it, by the snapshot of the run: seq, joined, left."""
    rows = cluster_rows(ws)
    ever = rows.filter(pl.col("cluster") == cluster).select("ad").unique()
    rows = rows.join(ever, on="ad", how="semi").sort("ad", "seq", maintain_order=True)
    before = pl.col("cluster").shift(1).over("ad").fill_null(-1)
    return (
        rows.with_columns(before=before)
        .group_by("seq")
        .agg(
            joined=((pl.col("cluster") == cluster) & (pl.col("before") != cluster)).sum().cast(pl.Int64),
            left=((pl.col("cluster") != cluster) & (pl.col("before") == cluster)).sum().cast(pl.Int64),
        )
        .sort("seq")
    )


def show_history(history: History) -> None:
    """Print what became of a cluster."""
    page = Page()
    page.line((_("Cluster {cluster}").format(cluster=history.cluster), "bold"))
    for step in history.steps:
        said = [_said(event, history.cluster) for event in step.events]
        moves = []
        if step.joined:
            moves.append(
                ngettext("{count} ad came in", "{count} ads came in", step.joined).format(
                    count=number(step.joined)
                )
            )
        if step.left:
            moves.append(
                ngettext("{count} ad went out", "{count} ads went out", step.left).format(
                    count=number(step.left)
                )
            )
        if moves:
            said.append(_("{moves}: {ads} now").format(moves=", ".join(moves), ads=ads_in_words(step.ads)))
        page.line()
        page.line(f"{local_time(step.run.at)} · {snapshot_name(step.run)}")
        for sentence in said:
            page.line(f"    {sentence}")
    if not history.steps:
        page.line(_("None of its ads can be read any more."))


def show_runs(ws: Workspace, where: str) -> None:
    """Print what each run changed.

    Raises:
        NoRun: if nothing was compared.
    """
    page = Page()
    every = events(ws).filter(pl.col("of") == "cluster")
    for place, run in enumerate(_runs(ws, where)):
        if place:
            page.line()
        page.line((f"{local_time(run.at)} · {snapshot_name(run)}", "bold"))
        mine = every.filter(pl.col("seq") == run.seq)
        began = mine.filter(pl.col("kind") == "began").height
        if began:
            page.line("    " + became("began", began))
        told = mine.filter(pl.col("kind").is_in(TOLD))
        for event in told.head(EVENTS_SHOWN).iter_rows(named=True):
            page.line("    " + _said(event, None))
        if told.height > EVENTS_SHOWN:
            page.line("    " + _("… and {count} more.").format(count=number(told.height - EVENTS_SHOWN)))
        if mine.is_empty():
            page.line("    " + _("No cluster began, ended or changed its number."))


def _said(event: Mapping[str, object], about: int | None) -> str:
    """What became of a cluster, as a sentence about it, or about none where others are told of too."""
    kind, one, other = str(event["kind"]), event["id"], event["other"]
    whose = "none" if about is None else "one" if about == one else "other"
    said = {
        ("began", "one"): _("began"),
        ("ended", "one"): _("ended; it had {ads}"),
        ("ended", "none"): _("cluster {id} ended; it had {ads}"),
        ("merged", "one"): _("went into cluster {other}, with {ads}"),
        ("merged", "other"): _("took in cluster {id}, with {ads}"),
        ("merged", "none"): _("cluster {id} went into cluster {other}, with {ads}"),
        ("split", "one"): _("parted from cluster {other}, with {ads}"),
        ("split", "other"): _("cluster {id} parted from it, with {ads}"),
        ("split", "none"): _("cluster {id} parted from cluster {other}, with {ads}"),
    }[kind, whose]
    sentence = said.format(id=one, other=other, ads=ads_in_words(int(str(event["ads"]))))
    why = {"ads came": _("ads came"), "ads were destroyed": _("ads were destroyed")}
    reason = str(event["why"] or "")
    return f"{sentence} ({why.get(reason, reason)})" if reason else sentence
