"""What became of the clusters and networks of a workspace, looked up and printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from filrouge.corpus.results import RUN, NoRunYet, events, written
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


Of = Literal["cluster", "network"]


def of_name(of: str) -> str:
    """The word for a cluster or a network."""
    return _("network") if of == "network" else _("cluster")


class UnknownGroup(FilrougeError):
    """A number that no cluster, or no network, had."""

    def __init__(self, where: str, of: Of, number: int, following: int) -> None:
        there = (
            _("Their numbers go from 0 to {last}.").format(last=following - 1)
            if following
            else _("There was none at all.")
        )
        super().__init__(
            _("{where}: there was no {what} {number}. {there}").format(
                where=where, what=of_name(of), number=number, there=there
            )
        )


@dataclass(frozen=True)
class Step:
    """What a run did to a cluster or network.

    Attributes:
        run: its snapshot.
        events: kind, id, other, ads, why.
        joined, left: ads that are there still and came into it, or went out of it.
        ads: it held then, of those that are there still.
    """

    run: Snapshot
    events: Sequence[Mapping[str, object]]
    joined: int
    left: int
    ads: int


@dataclass(frozen=True)
class History:
    """What became of a cluster or network, run by run."""

    of: Of
    id: int
    steps: list[Step]


def history_of(ws: Workspace, where: str, of: Of, id: int) -> History:
    """What became of a cluster or network.

    Raises:
        NoRunYet: if nothing was compared.
        UnknownGroup: if none had the number.
    """
    runs = _runs(ws, where)
    following = int(runs[-1].details["next_id" if of == "cluster" else "next_network"])
    if id >= following:
        raise UnknownGroup(where, of, id, following)
    told = events(ws).filter(pl.col("of") == of, (pl.col("id") == id) | (pl.col("other") == id))
    moved = {seq: (joined, left) for seq, joined, left in _moves(ws, of, id).iter_rows()}
    steps, ads = [], 0
    for run in runs:
        joined, left = moved.get(run.seq, (0, 0))
        mine = told.filter(pl.col("seq") == run.seq).to_dicts()
        ads += joined - left
        if mine or joined or left:
            steps.append(Step(run, mine, joined, left, ads))
    return History(of, id, steps)


def _runs(ws: Workspace, where: str) -> list[Snapshot]:
    runs = [row for row in ws.snapshots() if row.kind == RUN]
    if not runs:
        raise NoRunYet(where)
    return runs


def _moves(ws: Workspace, of: Of, id: int) -> pl.DataFrame:
    """How many ads came into it and went out of it, by the snapshot of the run: seq, joined, left."""
    rows = written(ws, of)
    ever = rows.filter(pl.col("id") == id).select("ad").unique()
    rows = rows.join(ever, on="ad", how="semi").sort("ad", "seq", maintain_order=True)
    before = pl.col("id").shift(1).over("ad").fill_null(-1)
    return (
        rows.with_columns(before=before)
        .group_by("seq")
        .agg(
            joined=((pl.col("id") == id) & (pl.col("before") != id)).sum().cast(pl.Int64),
            left=((pl.col("id") != id) & (pl.col("before") == id)).sum().cast(pl.Int64),
        )
        .sort("seq")
    )


def show_history(history: History) -> None:
    """Print what became of a cluster or network."""
    page = Page()
    page.line((f"{of_name(history.of)} {history.id}", "bold"))
    for step in history.steps:
        said = [_said(event, history.id) for event in step.events]
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
    if not history.steps or not history.steps[-1].ads:
        page.line()
        page.line(_("It holds no ad that can be read."))


def show_runs(ws: Workspace, where: str) -> None:
    """Print what each run changed.

    Raises:
        NoRunYet: if nothing was compared.
    """
    page = Page()
    every = events(ws)
    for place, run in enumerate(_runs(ws, where)):
        if place:
            page.line()
        page.line((f"{local_time(run.at)} · {snapshot_name(run)}", "bold"))
        mine = every.filter(pl.col("seq") == run.seq)
        for of, sentence in (("cluster", clusters_began), ("network", networks_began)):
            began = mine.filter(pl.col("of") == of, pl.col("kind") == "began").height
            if began:
                page.line("    " + sentence(began))
        told = mine.filter(pl.col("kind").is_in(TOLD))
        for event in told.head(EVENTS_SHOWN).iter_rows(named=True):
            page.line("    " + _said(event, None))
        if told.height > EVENTS_SHOWN:
            page.line("    " + _("… and {count} more.").format(count=number(told.height - EVENTS_SHOWN)))
        if mine.is_empty():
            page.line("    " + _("None began, ended or changed its number."))


def clusters_began(count: int) -> str:
    """How many clusters began, in words."""
    return became("began", count)


def networks_began(count: int) -> str:
    """How many networks began, in words."""
    return ngettext("{count} network began.", "{count} networks began.", count).format(count=number(count))


def _said(event: Mapping[str, object], about: int | None) -> str:
    """What became of a cluster or network, as a sentence about it, or about none where others are told of too."""
    kind, one, other = str(event["kind"]), event["id"], event["other"]
    whose = "none" if about is None else "one" if about == one else "other"
    said = {
        ("began", "one"): _("began"),
        ("ended", "one"): _("ended; it had {ads}"),
        ("ended", "none"): _("{what} {id} ended; it had {ads}"),
        ("merged", "one"): _("went into {what} {other}, with {ads}"),
        ("merged", "other"): _("took in {what} {id}, with {ads}"),
        ("merged", "none"): _("{what} {id} went into {what} {other}, with {ads}"),
        ("split", "one"): _("parted from {what} {other}, with {ads}"),
        ("split", "other"): _("{what} {id} parted from it, with {ads}"),
        ("split", "none"): _("{what} {id} parted from {what} {other}, with {ads}"),
        # Of a group whose ads were all destroyed nobody knows any more how many they were.
        ("gone", "one"): _("ended; all its ads were destroyed"),
        ("gone", "none"): _("{what} {id} ended; all its ads were destroyed"),
    }["gone" if kind == "ended" and not event["ads"] else kind, whose]
    sentence = said.format(
        what=of_name(str(event["of"])), id=one, other=other, ads=ads_in_words(int(str(event["ads"])))
    )
    why = {"ads came": _("ads came"), "ads were destroyed": _("ads were destroyed")}
    reason = str(event["why"] or "") if kind != "ended" or event["ads"] else ""
    return f"{sentence} ({why.get(reason, reason)})" if reason else sentence
