"""What `retention` prints: what would be destroyed, what was, and what was before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from filrouge.i18n import _, ngettext, number
from filrouge.reports.html.words import span_of_dates
from filrouge.reports.terminal import Page
from filrouge.reports.workspace import local_time, table

if TYPE_CHECKING:
    from filrouge.casework.forgetting import Forgotten
    from filrouge.corpus.retention import Destroyed
    from filrouge.corpus.workspace import Workspace


def show_planned(ws: Workspace, planned: Destroyed, *, written: bool = False) -> None:
    """Print what would become unreadable; `written`: whether people may have written of it in the workbench."""
    page = Page()
    page.line(
        (
            ngettext(
                "{count} ad would become unreadable, for everybody and for good:",
                "{count} ads would become unreadable, for everybody and for good:",
                planned.ads,
            ).format(count=number(planned.ads)),
            "bold",
        )
    )
    if planned.keys:
        counts = dict(ws.ads(["key_id"]).group_by("key_id").len().iter_rows())
        _by_case(page, [(key.case, key.month, counts.get(key.key_id, 0)) for key in planned.keys])
    page.line(_("Their texts, words, identifiers and clusters go, in every view of the past too."))
    if written:
        page.line(
            _(
                "What people wrote of them in the workbench goes too: labels, notes, watches, alerts, wrong joins, "
                "files of packages."
            )
        )
    page.line(
        _(
            "Copies elsewhere are not reached: the files that were taken in, exports, copies of this workspace."
        )
    )


def show_done(destroyed: Destroyed, where: str) -> None:
    """Print what can no longer be read."""
    page = Page()
    if destroyed.snapshot is None:
        show_nothing_to_do()
        return
    page.line(
        (
            ngettext(
                "{count} ad can no longer be read.", "{count} ads can no longer be read.", destroyed.ads
            ).format(count=number(destroyed.ads)),
            "bold",
        )
    )
    if destroyed.keys:
        months = [key.month for key in destroyed.keys]
        page.line(
            _("Cases: {cases}; months: {months}.").format(
                cases=", ".join(sorted({key.case for key in destroyed.keys})),
                months=span_of_dates(min(months), max(months)),
            )
        )
    page.line(
        _("Snapshot {seq} of the ledger says who did it, when and why.").format(seq=destroyed.snapshot.seq)
    )
    page.line(_("Next, to take them out of the clusters: {command}").format(command=f"filrouge run {where}"))


def show_forgotten(gone: Forgotten) -> None:
    """Print what went of what people wrote of destroyed ads; nothing if nothing did."""
    if not gone:
        return
    counts = [
        ngettext("{count} opinion", "{count} opinions", gone.opinions).format(count=number(gone.opinions)),
        ngettext("{count} wrong join", "{count} wrong joins", gone.wrong_joins).format(
            count=number(gone.wrong_joins)
        ),
        ngettext("{count} watch", "{count} watches", gone.watches).format(count=number(gone.watches)),
        ngettext("{count} alert", "{count} alerts", gone.alerts).format(count=number(gone.alerts)),
        ngettext("{count} file of a package", "{count} files of packages", gone.packages).format(
            count=number(gone.packages)
        ),
    ]
    Page().line(
        _("What was written of them in the workbench went too: {what}.").format(what=", ".join(counts))
    )


def show_nothing_to_do() -> None:
    """Print that the rule names no ad."""
    Page().line(_("No ad falls under this rule. Nothing was destroyed."))


def show_refused() -> None:
    """Print that the person said no."""
    Page().line(_("Nothing was destroyed."))


def show_past(ws: Workspace) -> None:
    """Print what was destroyed so far: when, by whom, why, and how many ads."""
    page = Page()
    rows = ws.destroyed()
    if rows.is_empty():
        page.line(_("Nothing was destroyed."))
        return
    grouped = (
        rows.with_columns(case=pl.when(pl.col("key_id") == "").then(pl.lit(None)).otherwise("case"))
        .group_by("seq", "at", "by", "why", "case")
        .agg(pl.col("month").min().alias("first"), pl.col("month").max().alias("last"), pl.col("ads").sum())
        .sort("seq", "case")
    )
    table(
        page,
        (_("when"), _("by"), _("case"), _("months"), _("ads"), _("why")),
        [
            (
                local_time(row["at"]),
                row["by"],
                _("single ads") if row["case"] is None else row["case"],
                span_of_dates(row["first"], row["last"]),
                number(row["ads"]),
                row["why"],
            )
            for row in grouped.iter_rows(named=True)
        ],
        right=(4,),
    )


def _by_case(page: Page, keys: Sequence[tuple[str, str, int]]) -> None:
    """A table of what keys seal: case, month, ads of each."""
    cases: dict[str, list[tuple[str, int]]] = {}
    for case, month, count in keys:
        cases.setdefault(case, []).append((month, count))
    rows = [
        (case, span_of_dates(min(mine)[0], max(mine)[0]), number(sum(count for _month, count in mine)))
        for case, mine in sorted(cases.items())
    ]
    table(page, (_("case"), _("months"), _("ads")), rows, right=(2,))
