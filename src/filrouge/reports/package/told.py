"""What the commands say of a package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from filrouge.i18n import _, ngettext, number
from filrouge.reports.html.words import ads as ads_in_words
from filrouge.reports.terminal import Page
from filrouge.reports.workspace import size

if TYPE_CHECKING:
    from filrouge.reports.package.make import Made
    from filrouge.reports.package.verify import Verdict

SHOWN: Final = 40
"""Problems that are told one by one."""


def show_made(made: Made, out: Path, ads: int) -> None:
    """Say what a package holds and how it is checked."""
    page, said = Page(), made.manifest
    page.line((f"{out}", "bold"), f": {said['what']['name']}, {ads_in_words(ads)}, {size(len(made.content))}")
    masked = said["terms"]["text"] == "masked"
    page.line(
        _("Identifiers, names and texts are masked.")
        if masked
        else _(
            "Identifiers, names and texts stand in the clear. The reason is in the ledger and in the package."
        )
    )
    apart = said["what"].get("joins_kept_apart", 0)
    if apart:
        page.line(
            ngettext(
                "The people of this case took {count} join apart, as wrong. The package follows them.",
                "The people of this case took {count} joins apart, as wrong. The package follows them.",
                apart,
            ).format(count=number(apart))
        )
    page.line(
        _("As of snapshot {seq}. SHA-256 of the file: {sha256}").format(
            seq=said["snapshot"]["seq"], sha256=made.sha256
        )
    )
    page.line(_("Signed by the key {fingerprint}").format(fingerprint=said["signed_by"]))
    page.line()
    page.line(_("Tell the recipient this fingerprint by another way than the package. To check it:"))
    page.line(f"    filrouge verify-package {out.name} --signed-by {said['signed_by'][:16]}")


def show_verdict(found: Verdict, path: Path) -> None:
    """Say what agrees in a package and what does not."""
    page = Page()
    about = found.manifest.get("terms", {})
    if found.manifest:
        page.line(
            (f"{path}", "bold"),
            f": {found.manifest.get('what', {}).get('name', '')}, "
            + _("made by {who} on {when} for {recipient}").format(
                who=about.get("made_by", "?"),
                when=about.get("made_at", "?"),
                recipient=about.get("recipient") or "–",
            ),
        )
        page.line(
            _("Signed by the key {fingerprint}").format(fingerprint=found.manifest.get("signed_by", "?"))
        )
    for sentence in found.done:
        page.line(_("checked: {what}").format(what=sentence))
    for problem in found.problems[:SHOWN]:
        page.line((f"{problem}", "bold red"))
    if len(found.problems) > SHOWN:
        page.line(_("… and {count} more.").format(count=number(len(found.problems) - SHOWN)))
    if found.problems:
        page.line(
            ngettext(
                "{count} thing does not agree. Do not rely on this package.",
                "{count} things do not agree. Do not rely on this package.",
                len(found.problems),
            ).format(count=number(len(found.problems)))
        )
        return
    page.line(_("Taken as given, and not worked out again:"))
    for sentence in found.given:
        page.line(f"    {sentence}")
    page.line((_("Everything agrees."), "bold"))
