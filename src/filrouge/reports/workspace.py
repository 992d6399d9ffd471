"""What the commands of a workspace print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filrouge.i18n import _, ngettext, number
from filrouge.reports.html.words import ads, decimal
from filrouge.reports.terminal import Page, show_hits

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.engines.asking import Near
    from filrouge.engines.ingest import IngestSummary
    from filrouge.engines.run import RunSummary
    from filrouge.reports.workspace_export import Exported

REJECTS_SHOWN: Final = 10
"""Rejected rows that are quoted; more of them nobody reads in a terminal."""
FILES_SHOWN: Final = 20


def local_time(at: datetime) -> str:
    """A time of the ledger as this machine's clock shows it, to the minute."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def snapshot_name(snapshot: Snapshot) -> str:
    """A snapshot in words."""
    return _("snapshot {seq}").format(seq=snapshot.seq)


def size(count: int) -> str:
    """How many bytes, in words."""
    if count < 1000:
        return _("{count} bytes").format(count=count)
    if count < 999_500:
        return _("{count} kB").format(count=decimal(count / 1e3))
    if count < 999_500_000:
        return _("{count} MB").format(count=decimal(count / 1e6))
    return _("{count} GB").format(count=decimal(count / 1e9))


def table(page: Page, head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Print rows in columns without lines around them, so that they read well in a pipe too.

    Args:
        page: where to.
        head: of the columns.
        rows: the cells.
        right: the columns that are numbers.
    """
    from rich.cells import cell_len

    from filrouge.reports.html.marks import visible

    cells = [[visible(cell).replace("\n", " ") for cell in row] for row in (head, *rows)]
    widths = [max(cell_len(row[k]) for row in cells) for k in range(len(head))]

    def padded(row: Sequence[str]) -> str:
        out = []
        for k, cell in enumerate(row):
            room = " " * (widths[k] - cell_len(cell))
            out.append(room + cell if k in right else cell + room)
        return "  ".join(out).rstrip()

    page.line((padded(cells[0]), "bold"))
    for row in cells[1:]:
        page.line(padded(row))


def show_as_of(snapshot: Snapshot) -> None:
    """Say that what follows is a view of the past."""
    Page().line(
        (
            _("As of {when} (snapshot {seq}): what was known then.").format(
                when=local_time(snapshot.at), seq=snapshot.seq
            ),
            "bold",
        )
    )


def show_made(where: str, key: Path | None) -> None:
    """Say that a workspace was made, and where its key is.

    Args:
        where: the workspace.
        key: the key file; None if the key is in the environment.
    """
    page = Page()
    page.line(_("A new workspace is in {where}").format(where=where))
    page.line(
        (_("Its key: {file}").format(file=key.absolute() if key else _("the variable FILROUGE_KEY")), "bold")
    )
    page.line()
    page.line(_("Whoever loses the key loses the ads: without it nobody can read them, ever."))
    page.line(
        _("Keep a copy of it apart from the workspace, where only those who may read the ads can take it.")
    )
    page.line()
    page.line(_("Next: {command}").format(command=f"filrouge ingest {where} FILE... --case NAME"))


def show_ingest(summary: IngestSummary, where: str, case: str) -> None:
    """Print what became of files."""
    page = Page()
    files = ngettext("{count} file", "{count} files", len(summary.sources)).format(
        count=number(len(summary.sources))
    )
    page.line(
        _("{ads} in {files}, read in {seconds} s.").format(
            ads=ads(summary.read), files=files, seconds=decimal(summary.seconds)
        )
    )
    said = [*(guess.sentence() for guess in summary.guessed), *summary.notes]
    for sentence in said[:FILES_SHOWN]:
        page.line(f"    {sentence}")
    show_more(page, len(said) - FILES_SHOWN)
    page.line()
    page.line(
        (ngettext("{count} ad is new.", "{count} ads are new.", summary.added).format(
            count=number(summary.added)), "bold")
    )  # fmt: skip
    if summary.held:
        page.line(
            ngettext("{count} was held already.", "{count} were held already.", summary.held).format(
                count=number(summary.held)
            )
        )
    if summary.rejects:
        page.line(
            ngettext(
                "{count} thing in the files was not taken as it stands:",
                "{count} things in the files were not taken as they stand:",
                len(summary.rejects),
            ).format(count=number(len(summary.rejects)))
        )
        for reject in summary.rejects[:REJECTS_SHOWN]:
            row = _("row {row}").format(row=reject.row) if reject.row else ""
            place = ", ".join(piece for piece in (reject.file, row, reject.field) if piece)
            page.line(f"    {place}: {reject.reason}")
        show_more(page, len(summary.rejects) - REJECTS_SHOWN)
    page.line()
    if summary.snapshot is None:
        page.line(_("Nothing is new, so the workspace is as it was."))
        return
    page.line(
        _("They are in the case “{case}”, as of snapshot {seq}.").format(case=case, seq=summary.snapshot.seq)
    )
    page.line(_("Next: {command}").format(command=f"filrouge run {where}"))


def show_run(summary: RunSummary, where: str) -> None:
    """Print what a run found."""
    page = Page()
    if summary.snapshot is None:
        page.line(_("No ad came since the last run, so there was nothing to do."))
        page.line(_("--anew compares all ads with each other."))
        return
    took = decimal(sum(summary.seconds.values()))
    if summary.whole:
        said = ngettext(
            "{count} ad, compared with each other in {seconds} s.",
            "{count} ads, compared with each other in {seconds} s.",
            summary.ads,
        ).format(count=number(summary.ads), seconds=took)
    else:
        said = ngettext(
            "{count} new ad, compared with all {ads} in {seconds} s.",
            "{count} new ads, compared with all {ads} in {seconds} s.",
            summary.new,
        ).format(count=number(summary.new), ads=number(summary.ads), seconds=took)
    page.line(said)
    page.line()
    page.line((templates(summary.tied, summary.clusters), "bold"))
    if summary.networks is None:
        page.line(_("Networks were not sought: --networks does that too."))
    elif summary.networks:
        page.line((networks(summary.networks), "bold"))
    for kind, count in (
        ("began", summary.began), ("merged", summary.merged), ("split", summary.split), ("ended", summary.ended),
    ):  # fmt: skip
        if count:
            page.line("    " + became(kind, count))
    page.line()
    page.line(
        _("This is snapshot {seq}. What became of each cluster: {command}").format(
            seq=summary.snapshot.seq, command=f"filrouge history {where}"
        )
    )


def templates(tied: int, clusters: int) -> str:
    """How many ads follow how many templates, in words."""
    if not clusters:
        return _("No two ads were written from one template.")
    return ngettext(
        "{tied} ads were written from one template.",
        "{tied} ads were written from one of {count} templates.",
        clusters,
    ).format(tied=number(tied), count=number(clusters))


def networks(count: int) -> str:
    """How many networks there are, in words."""
    return ngettext(
        "Ties of all kinds hold {count} network together.",
        "Ties of all kinds hold {count} networks together.",
        count,
    ).format(count=number(count))


def became(kind: str, count: int) -> str:
    """How many clusters began, were taken into others, were parted or ended, in words."""
    said = {
        "began": lambda: ngettext("{count} cluster began.", "{count} clusters began.", count),
        "merged": lambda: ngettext(
            "{count} cluster was taken into another.", "{count} clusters were taken into others.", count
        ),
        "split": lambda: ngettext(
            "{count} cluster parted from another.", "{count} clusters parted from others.", count
        ),
        "ended": lambda: ngettext("{count} cluster ended.", "{count} clusters ended.", count),
    }
    return said[kind]().format(count=number(count))


def show_near(hits: Sequence[Near], *, how: str, masked: bool, past: bool) -> None:
    """Print the ads of a workspace that a question found, best first.

    Args:
        hits: as they may be shown, see `filrouge.reports.masking`.
        how: "near", "words" or "identifier": what was asked.
        masked: whether pseudonyms stand for identifiers and names.
        past: whether they are those of a past day.
    """
    none = {"words": _("No ad holds all these words."), "identifier": _("No ad carries such an identifier.")}
    if not hits and how in none:
        Page().line(none[how])
        return
    count = len(hits)
    found = {
        "words": ngettext("{count} ad holds all these words.", "{count} ads hold all these words.", count),
        "identifier": ngettext(
            "{count} ad carries such an identifier.", "{count} ads carry such an identifier.", count
        ),
    }.get(how, "")
    near = sum(hit.equal or hit.tied or bool(hit.shared) for hit in hits)
    show_hits(
        "",
        # Of the report's groups, which have names of their own, a workspace has none.
        [replace(hit, cluster="") for hit in hits],
        found=found.format(count=number(count)) or _how_near(near, count - near),
        beside=[_beside(hit) for hit in hits],
    )
    page = Page()
    if how == "near" and not near:
        page.line(_("For the ads that hold all its words, however usual these are: --words"))
    if not hits:
        return
    page.line()
    if past and how == "near":
        page.line(_("The ads are those of then; how many bits they share is by what words cost today."))
    if masked:
        page.line(
            _(
                "Identifiers, and the names that are known as such, are shown by pseudonyms. "
                "To open them, say why: --open REASON"
            )
        )


def _how_near(near: int, others: int) -> str:
    """How many ads are tied to a question, and how many have no more in common with it than a stranger's may."""
    told = ngettext("{count} ad is near this text.", "{count} ads are near this text.", near)
    if not others:
        return told.format(count=number(near))
    if not near:
        only = ngettext(
            "{count} ad has words in common with this text, but no more than strangers' ads may have.",
            "{count} ads have words in common with this text, but no more than strangers' ads may have.",
            others,
        )
        return only.format(count=number(others))
    more = ngettext(
        "{count} more has words in common with it, but no more than strangers' ads may have.",
        "{count} more have words in common with it, but no more than strangers' ads may have.",
        others,
    )
    return f"{told.format(count=number(near))} {more.format(count=number(others))}"


def _beside(hit: Near) -> str:
    """The ad's number, its cluster, and whether its words tie it."""
    cluster = f"{_('cluster')} {hit.cluster}" if hit.cluster else ""
    tied = _("the same words") if hit.equal else _("tied by its words") if hit.tied else ""
    return " · ".join(piece for piece in (_("ad {number}").format(number=hit.ad), cluster, tied) if piece)


def show_snapshots(rows: Sequence[Snapshot]) -> None:
    """Print the ledger as a table, the oldest first."""
    head = (_("number"), _("when"), _("what"), _("by"), _("version"), _("ads"), _("why"))
    table(
        Page(),
        head,
        [
            (
                str(row.seq),
                local_time(row.at),
                kind_of_snapshot(row.kind),
                row.by,
                row.code,
                _ads_of(row),
                str(row.details.get("why", "")),
            )
            for row in rows
        ],
        right=(0, 5),
    )


def show_exported(done: Exported) -> None:
    """Print where an export comes from."""
    Page().line(
        _(
            "All ads in this folder are in the clear. It is as of snapshot {seq}, by the run of snapshot {run}."
        ).format(seq=done.snapshot, run=done.run)
    )


def kind_of_snapshot(kind: str) -> str:
    """What was done, in words."""
    return {
        "init": _("made"),
        "ingest": _("ads taken in"),
        "run": _("compared"),
        "retention": _("ads destroyed"),
        "opened": _("ads opened"),
        "packaged": _("evidence packaged"),
        "trail": _("head of the trail noted"),
    }.get(kind, kind)


def _ads_of(row: Snapshot) -> str:
    if row.kind == "retention":
        return f"\u2212{number(destroyed_by(row))}"
    if row.kind == "ingest":
        return f"+{number(row.ads - int(row.details.get('dropped', 0)))}"
    counts = {"run": "new", "opened": "opened"}
    return number(int(row.details.get(counts[row.kind], 0))) if row.kind in counts else ""


def destroyed_by(row: Snapshot) -> int:
    """How many ads a row of the ledger says are destroyed."""
    keys = sum(sum(key["ads"].values()) for key in row.details.get("destroyed_keys", []))
    return int(keys + sum(len(some) for some in row.details.get("destroyed_ads", {}).values()))


def show_more(page: Page, count: int) -> None:
    if count > 0:
        page.line("    " + _("… and {count} more.").format(count=number(count)))
