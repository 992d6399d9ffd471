"""What the commands print: plain lines that read well in a terminal and in a pipe.

Text of ads is shown with its hidden characters as visible marks: an ad cannot move the cursor.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from filrouge.i18n import _, ngettext, number
from filrouge.reports.html.marks import visible
from filrouge.reports.html.words import decimal, kind_name

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from filrouge.engines.stored import Explanation, Hit, Shared, Stretch


class Summary(Protocol):
    """What `show_summary` needs to know of a run."""

    @property
    def out(self) -> Path: ...
    @property
    def ads(self) -> int: ...
    @property
    def tied(self) -> int: ...
    @property
    def clusters(self) -> int: ...
    @property
    def groups(self) -> int: ...
    @property
    def networks(self) -> int: ...
    @property
    def agencies(self) -> int: ...
    @property
    def rejects(self) -> int: ...
    @property
    def alerts(self) -> int: ...
    @property
    def columns(self) -> list[str]: ...
    @property
    def seconds(self) -> float: ...


class Page:
    """Standard output with styles where it can show them."""

    def __init__(self) -> None:
        from rich.console import Console

        # A terminal in an old encoding cannot show every ad; a question mark is better than a crash.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        self._console: Console = Console(highlight=False, soft_wrap=True)
        self.styled = self._console.is_terminal and not self._console.no_color

    def line(self, *pieces: str | tuple[str, str]) -> None:
        """Print pieces, each plain or with a style, as one line."""
        from rich.text import Text

        text: Text = Text()
        for piece in pieces:
            words, style = piece if isinstance(piece, tuple) else (piece, "")
            text.append(visible(words), style)
        self._console.print(text)

    def marked(self, stretches: Sequence[Stretch]) -> None:
        """Print an ad's text, indented; what it has in common is bold, or in «» where nothing can be."""
        from rich.text import Text

        text: Text = Text()
        for stretch in stretches:
            words = visible(stretch.text)
            if not stretch.common or not words.strip():
                text.append(words)
            elif self.styled:
                text.append(words, "bold red")
            else:
                core = words.strip()
                begin = words.index(core)
                text.append(f"{words[:begin]}«{core}»{words[begin + len(core) :]}")
        for line in text.split("\n", allow_blank=True):
            self._console.print(Text("    ").append_text(line) if line.plain.strip() else Text())


def show_hits(query: str, hits: Sequence[Hit], *, found: str = "", beside: Sequence[str] = ()) -> None:
    """Print the ads nearest to a text, best first, with what they have in common with it.

    Args:
        query: the text.
        hits: the ads.
        found: how many they are and why, if not because they are near.
        beside: what more to say of each ad, on its first line.
    """
    page = Page()
    if not hits:
        page.line(_("No ad has words or identifiers in common with this text that strangers' ads have not."))
        return
    near = ngettext("{count} ad is near this text.", "{count} ads are near this text.", len(hits))
    page.line(found or near.format(count=number(len(hits))))
    page.line(
        _("In bold: what it has in common with the text.")
        if page.styled
        else _("In «»: what it has in common with the text.")
    )
    for place, hit in enumerate(hits, start=1):
        page.line()
        more = f" · {beside[place - 1]}" if beside else ""
        page.line(f"{place}. ", (hit.id, "bold"), f" · {_about(hit)}{more}")
        # In a workspace, who was asked for by an identifier may have no word in common.
        if hit.bits > 0 or not (beside and hit.shared):
            page.line(f"    {_bits(hit.bits)}", *_group(hit))
        for shared in hit.shared:
            page.line("    ", *_shared(shared))
        page.marked(hit.stretches)


def show_explanation(explanation: Explanation, *, voices_tied: bool = False) -> None:
    """Print why two ads are tied, or why not: the verdict, what it rests on, and both texts.

    Args:
        explanation: of the two ads.
        voices_tied: whether other ads tie their voices, which is shown elsewhere.
    """
    page = Page()
    one, other = explanation.one, explanation.other
    page.line((_verdict(explanation, voices_tied), "bold"))
    page.line()
    page.line(
        _("Words: {bits} saved by writing one text with the other beside it; strangers reach {cut}.").format(
            bits=_bits(explanation.text_bits), cut=_bits(explanation.cut)
        )
    )
    if explanation.shared:
        page.line(_("Identifiers that both have:"))
        for shared in explanation.shared:
            page.line("    ", *_shared(shared))
    else:
        page.line(_("Identifiers that both have: none."))
    page.line(
        _("In bold: what it has in common with the other ad.")
        if page.styled
        else _("In «»: what it has in common with the other ad.")
    )
    for hit in (one, other):
        page.line()
        page.line((hit.id, "bold"), f" · {_about(hit)}", *_group(hit))
        page.marked(hit.stretches)


def show_summary(summary: Summary) -> None:
    """Print what a run found and where it lies."""
    page = Page()
    read = ngettext("{count} ad", "{count} ads", summary.ads).format(count=number(summary.ads))
    agencies = ngettext("{count} agency", "{count} agencies", summary.agencies).format(
        count=number(summary.agencies)
    )
    page.line(
        _("{ads} of {agencies}, compared in {seconds} s.").format(
            ads=read, agencies=agencies, seconds=decimal(summary.seconds)
        )
    )
    for sentence in summary.columns:
        page.line(f"    {sentence}")
    page.line()
    if summary.clusters:
        tied = ngettext(
            "{tied} ads were written from one template.",
            "{tied} ads were written from one of {count} templates.",
            summary.clusters,
        )
        page.line(tied.format(tied=number(summary.tied), count=number(summary.clusters)))
    else:
        page.line(_("No two ads were written from one template."))
    if summary.groups:
        groups = ngettext(
            "{count} group shows signs of organisation.",
            "{count} groups show signs of organisation.",
            summary.groups,
        )
        page.line((groups.format(count=number(summary.groups)), "bold"))
    else:
        page.line((_("No group of ads shows signs of organisation."), "bold"))
    if summary.networks:
        networks = ngettext(
            "{count} network shows signs of organisation.",
            "{count} networks show signs of organisation.",
            summary.networks,
        )
        page.line((networks.format(count=number(summary.networks)), "bold"))
    if summary.rejects:
        rejects = ngettext(
            "{count} thing in the files was not taken as it stands: see {file}",
            "{count} things in the files were not taken as they stand: see {file}",
            summary.rejects,
        )
        page.line(rejects.format(count=number(summary.rejects), file=summary.out / "rejects.csv"))
    if summary.alerts:
        alerts = ngettext(
            "{count} ad must be read by a person now: the report says why and what to do, {file} which.",
            "{count} ads must be read by a person now: the report says why and what to do, {file} which.",
            summary.alerts,
        )
        page.line((alerts.format(count=number(summary.alerts), file=summary.out / "alerts.csv"), "bold"))
    page.line()
    page.line(_("Report:"), " ", (str(summary.out / "report.html"), "bold"))


def _verdict(explanation: Explanation, voices_tied: bool) -> str:
    if explanation.same_cluster:
        return _("{one} and {other} were written from one template ({cluster}).").format(
            one=explanation.one.id, other=explanation.other.id, cluster=explanation.one.cluster
        )
    if explanation.text_bits > explanation.cut:
        return _(
            "{one} and {other} share more words than strangers do, "
            "but no template was found that both follow."
        ).format(one=explanation.one.id, other=explanation.other.id)
    if explanation.shared:
        return _("{one} and {other} are tied by what they name, not by their words.").format(
            one=explanation.one.id, other=explanation.other.id
        )
    if voices_tied:
        return _(
            "{one} and {other} have no more in common than strangers' ads, but their voices are tied: see below."
        ).format(one=explanation.one.id, other=explanation.other.id)
    return _("Nothing ties {one} and {other}: they have no more in common than strangers' ads.").format(
        one=explanation.one.id, other=explanation.other.id
    )


def _about(hit: Hit) -> str:
    """Who posted it, when and where, as far as known."""
    return " · ".join(piece for piece in (hit.agency, hit.posted, hit.location) if piece) or _(
        "nothing more known"
    )


def _group(hit: Hit) -> tuple[str, ...]:
    return (" · ", _("group {cluster}").format(cluster=hit.cluster)) if hit.cluster else ()


def _shared(shared: Shared) -> tuple[str | tuple[str, str], ...]:
    held = ngettext("{count} ad has it", "{count} ads have it", shared.holders)
    # A pseudonym says itself of what kind it is.
    kind = "" if shared.value.startswith(f"{shared.kind}:") else f"{kind_name(shared.kind)} "
    return (
        kind,
        (shared.value, "bold"),
        f" · {_bits(shared.bits)} · {held.format(count=number(shared.holders))}",
    )


def _bits(bits: float) -> str:
    return _("{bits} bits").format(bits=decimal(bits))
