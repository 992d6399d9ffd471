"""What a workspace holds, looked up and printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from filrouge.corpus.results import last_run, membership, network_of
from filrouge.i18n import _, ngettext, number
from filrouge.reports.html.words import ads as ads_in_words
from filrouge.reports.html.words import agencies as agencies_in_words
from filrouge.reports.html.words import span_of_dates
from filrouge.reports.terminal import Page
from filrouge.reports.workspace import local_time, networks, size, table, templates

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.workspace import Workspace

DERIVED: Final = ("index", "model")
"""Folders of what can be made again; of a workspace in an object store they are in this user's cache."""
PARTS: Final = ("packs", "tables", "keys", *DERIVED)
CASES_SHOWN: Final = 30


@dataclass(frozen=True)
class CaseHeld:
    """A case: how many readable ads it has, and from which month to which ("YYYY-MM")."""

    name: str
    ads: int
    first: str
    last: str


@dataclass(frozen=True)
class Status:
    """What a view of a workspace holds.

    Attributes:
        ads: that can be read.
        agencies: how many published them.
        cases: by name.
        months: different months of the ads.
        tied: readable ads in a cluster with another one; clusters: how many such clusters there are.
        networks: with two readable ads or more.
        last_ingest, last_run: snapshots; None if there was none.
        unseen: readable ads that came after the last run.
        destroyed: ads of this view that cannot be read any more.
        sizes: bytes on disk by part, now; "" is what belongs to none.
    """

    ads: int
    agencies: int
    cases: list[CaseHeld]
    months: int
    tied: int
    clusters: int
    networks: int
    last_ingest: Snapshot | None
    last_run: Snapshot | None
    unseen: int
    destroyed: int
    sizes: Mapping[str, int]


def status_of(ws: Workspace) -> Status:
    """Look up what a view holds."""
    ads = ws.ads(["ad", "agency", "key_id"])
    ingests = [row for row in ws.snapshots() if row.kind == "ingest"]
    run = last_run(ws)
    through = int(run.details["through"]) if run else -1
    held, months = _cases(ws, ads)
    numbers = ads["ad"].to_numpy().astype(np.int64)
    clusters, linked = membership(ws).of(numbers), network_of(ws, numbers)
    sizes = np.bincount(clusters[clusters >= 0])
    return Status(
        ads=ads.height,
        agencies=ads["agency"].n_unique(),
        cases=held,
        months=months,
        tied=int(sizes[sizes > 1].sum()),
        clusters=int((sizes > 1).sum()),
        networks=int((np.bincount(linked[linked >= 0]) > 1).sum()),
        last_ingest=ingests[-1] if ingests else None,
        last_run=run,
        unseen=ads.filter(pl.col("seq") > through).height,
        destroyed=ws.unreadable(),
        sizes=_sizes(ws),
    )


def _cases(ws: Workspace, ads: pl.DataFrame) -> tuple[list[CaseHeld], int]:
    """The cases, and how many different months their ads are of."""
    months: dict[str, dict[str, int]] = {}
    for key_id, count in ads.group_by("key_id").len().iter_rows():
        key = ws.ring.get(key_id)
        mine = months.setdefault(key.case, {})
        mine[key.month] = mine.get(key.month, 0) + count
    cases = [CaseHeld(case, sum(m.values()), min(m), max(m)) for case, m in sorted(months.items())]
    return cases, len({month for mine in months.values() for month in mine})


def _sizes(ws: Workspace) -> dict[str, int]:
    sizes = dict.fromkeys((*PARTS, ""), 0)
    for path, count, _written in ws.files.list():
        part = path.split("/", 1)[0]
        sizes[part if part in PARTS else ""] += count
    if ws.files.folder is None:
        for part in DERIVED:
            files = [path for path in ws.derived(part).rglob("*") if path.is_file()]
            sizes[part] += sum(path.stat().st_size for path in files)
    return sizes


def show_status(where: str, status: Status) -> None:
    """Print what a workspace holds."""
    page = Page()
    months = ngettext("{count} month", "{count} months", status.months).format(count=number(status.months))
    page.line(
        (
            _("{where}: {ads} of {agencies}, from {months}.").format(
                where=where,
                ads=ads_in_words(status.ads),
                agencies=agencies_in_words(status.agencies),
                months=months,
            )
            if status.ads
            else _("{where}: no ads.").format(where=where),
            "bold",
        )
    )
    _show_runs(page, where, status)
    _show_destroyed(page, status)
    if status.cases:
        page.line()
        shown = status.cases[:CASES_SHOWN]
        table(
            page,
            (_("case"), _("ads"), _("months")),
            [(case.name, number(case.ads), span_of_dates(case.first, case.last)) for case in shown],
            right=(1,),
        )
        if len(status.cases) > CASES_SHOWN:
            page.line(_("… and {count} more.").format(count=number(len(status.cases) - CASES_SHOWN)))
    page.line()
    names = {
        "packs": _("texts and words, sealed"),
        "tables": _("tables"),
        "keys": _("keys"),
        "index": _("search index"),
        "model": _("kept for the next run"),
        "": _("other"),
    }
    rows = [(names[part], size(count)) for part, count in status.sizes.items() if count]
    total = sum(status.sizes.values())
    table(page, (_("on disk now"), size(total)), rows, right=(1,))


def _show_runs(page: Page, where: str, status: Status) -> None:
    if status.last_ingest is not None:
        page.line(
            _("Ads came last on {when}, by {by} (snapshot {seq}).").format(
                when=local_time(status.last_ingest.at), by=status.last_ingest.by, seq=status.last_ingest.seq
            )
        )
    else:
        page.line(_("Next: {command}").format(command=f"filrouge ingest {where} FILE... --case NAME"))
        return
    if status.last_run is None:
        page.line(_("They were never compared: {command}").format(command=f"filrouge run {where}"))
        return
    page.line(
        _("They were compared last on {when}, by {by} (snapshot {seq}).").format(
            when=local_time(status.last_run.at), by=status.last_run.by, seq=status.last_run.seq
        ),
        " ",
        templates(status.tied, status.clusters),
        *((" ", networks(status.networks)) if status.networks else ()),
    )
    if status.unseen:
        page.line(
            ngettext(
                "{count} ad came since and was not compared yet: {command}",
                "{count} ads came since and were not compared yet: {command}",
                status.unseen,
            ).format(count=number(status.unseen), command=f"filrouge run {where}")
        )


def _show_destroyed(page: Page, status: Status) -> None:
    if status.destroyed:
        page.line(
            ngettext(
                "{count} ad was destroyed and cannot be read any more.",
                "{count} ads were destroyed and cannot be read any more.",
                status.destroyed,
            ).format(count=number(status.destroyed))
        )
    else:
        page.line(_("None of its ads were destroyed."))
