"""What `verify` and `vacuum` print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from filrouge.i18n import _, ngettext, number
from filrouge.reports.terminal import Page
from filrouge.reports.workspace import FILES_SHOWN, show_more, size

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.vacuum import Cleared
    from filrouge.corpus.verify import Finding


def show_findings(findings: Sequence[Finding], rows: Sequence[Snapshot]) -> None:
    """Print what `verify` found, and the fingerprint of the ledger."""
    page = Page()
    if findings:
        page.line(
            (
                ngettext(
                    "{count} thing is not as it was written:",
                    "{count} things are not as they were written:",
                    len(findings),
                ).format(count=number(len(findings))),
                "bold red",
            )
        )
        for finding in findings:
            page.line(f"    {finding.where}: {finding.what}")
        page.line()
        page.line(_("Restore what is listed from a copy, and do not use these ads as evidence until then."))
        return
    page.line(
        (
            ngettext(
                "All is as it was written, in {count} snapshot.",
                "All is as it was written, in {count} snapshots.",
                len(rows),
            ).format(count=number(len(rows))),
            "bold",
        )
    )
    page.line(
        _("Fingerprint of the ledger up to snapshot {seq}: {fingerprint}").format(
            seq=rows[-1].seq, fingerprint=rows[-1].fingerprint()
        )
    )


def show_damage(what: str) -> None:
    """Print what is so damaged that the rest cannot be looked at."""
    page = Page()
    page.line((_("The workspace is altered so far that the rest cannot be checked:"), "bold red"))
    page.line(f"    {what}")


def show_cleared(cleared: Cleared, dry_run: bool) -> None:
    """Print what `vacuum` cleared away."""
    page = Page()
    if not cleared.files:
        page.line(_("There is nothing to clear away."))
    else:
        count = len(cleared.files)
        said = (
            ngettext("{count} file would be cleared away ({size}).",
                     "{count} files would be cleared away ({size}).", count)
            if dry_run
            else ngettext("{count} file was cleared away ({size}).",
                          "{count} files were cleared away ({size}).", count)
        )  # fmt: skip
        page.line(said.format(count=number(count), size=size(cleared.bytes)))
        if dry_run:
            for file in cleared.files[:FILES_SHOWN]:
                page.line(f"    {file}")
            show_more(page, count - FILES_SHOWN)
    if cleared.finished:
        page.line(
            ngettext(
                "{count} destruction that had been cut off was carried out.",
                "{count} destructions that had been cut off were carried out.",
                cleared.finished,
            ).format(count=number(cleared.finished))
        )
    if cleared.writing:
        page.line(
            ngettext(
                "{count} batch seems to be written now, and was left alone.",
                "{count} batches seem to be written now, and were left alone.",
                cleared.writing,
            ).format(count=number(cleared.writing))
        )
