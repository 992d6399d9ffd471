"""What `explain` prints of the tie between two voices: its evidence by kind, as a waterfall of characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from filrouge.evidence.scale import verbal
from filrouge.i18n import _, decimals, number
from filrouge.reports.html.words import kind_name, tie_kind
from filrouge.reports.terminal import Page

if TYPE_CHECKING:
    from filrouge.engines.voices import Reach, VoiceTie

WIDTH: Final = 40
"""Characters of the widest waterfall."""
MOST_SHARED: Final = 10
"""Identifiers of both voices that are listed."""
CONTACTS: Final = ("phone", "email", "handle", "payment", "url")


def show_tie(tie: VoiceTie) -> None:
    """Print what ties the voices of two ads, how sure that is, and in which networks they are."""
    page = Page()
    page.line()
    page.line((_("What ties the two voices"), "bold"))
    if tie.same_voice:
        page.line(
            _(
                "Both ads are of one voice, by their template. Ties are weighed between voices, so there is none."
            )
        )
    elif tie.reach is None:
        page.line(
            _(
                "This pair of voices was not weighed, for nothing proposed it: no contact or link that both "
                "hold or nearly hold, no image, no itinerary. Words that ads share make groups."
            )
        )
    else:
        _show_weights(page, tie, tie.reach)
    _show_networks(page, tie)


def _show_weights(page: Page, tie: VoiceTie, reach: Reach) -> None:
    if not tie.weighed:
        page.line(
            _(
                "This pair of voices was not weighed by itself: many hold what they share, and hang together "
                "by it. What that is worth alone:"
            )
        )
    for row in waterfall_lines(tie.parts, tie.total):
        page.line("    ", row)
    if tie.shared:
        page.line(_("Both voices hold (bits before they are weighed with the rest):"))
    for held in tie.shared[:MOST_SHARED]:
        passed = _("passed on after a long silence") if held.passed_on else ""
        worth = _("{bits} bits").format(bits=signed(held.bits))
        page.line(
            "    ",
            f"{kind_name(held.kind)} ",
            (held.value, "bold"),
            f" · {worth}",
            f" · {passed}" if passed else "",
        )
    if len(tie.shared) > MOST_SHARED:
        page.line("    ", _("and {count} more").format(count=number(len(tie.shared) - MOST_SHARED)))
    if not tie.checked:
        page.line(
            _(
                "Of this, {bits} bits may be claimed: a cautious limit, for there is too little here to check it."
            ).format(bits=signed(tie.claimed))
        )
    elif abs(tie.claimed - tie.total) < 0.005:
        page.line(_("All of it may be claimed: this corpus bears it out."))
    else:
        page.line(
            _("Of this, {bits} bits may be claimed: this corpus bears out no more.").format(
                bits=signed(tie.claimed)
            )
        )
    page.line(_("In words: {words}.").format(words=verbal(tie.claimed)))
    page.line(reach_in_words(reach))
    if any(kind in CONTACTS and bits > 0 for kind, bits in tie.parts):
        page.line(
            _(
                "Pairs of strangers are drawn so that they share no contact of few: of the contacts this says "
                "little."
            )
        )


def _show_networks(page: Page, tie: VoiceTie) -> None:
    one, other = tie.networks
    if one and one == other:
        page.line(_("Both are in the network {network}.").format(network=one))
    else:
        for ad, network in ((tie.one, one), (tie.other, other)):
            page.line(
                _("{ad} is in the network {network}.").format(ad=ad, network=network)
                if network
                else _("{ad} is in no network that is ranked.").format(ad=ad)
            )
    if tie.possible is not None:
        page.line(
            _("The link between them is only possible: it hangs on one weak tie of {bits} bits.").format(
                bits=signed(tie.possible)
            )
        )


def reach_in_words(reach: Reach) -> str:
    """How many pairs of strangers reach so many bits, in a sentence."""
    if reach.strangers == 0:
        return _("No pairs of strangers could be drawn from this corpus.")
    if reach.one_in is None:
        return _(
            "Of {strangers} pairs of strangers on this corpus, none reaches this: at most 1 in {least} (95 %)."
        ).format(strangers=number(reach.strangers), least=number(int(reach.at_least_one_in)))
    return _(
        "Of {strangers} pairs of strangers on this corpus, 1 in {one_in} reaches this: at most 1 in {least} (95 %)."
    ).format(
        strangers=number(reach.strangers),
        one_in=number(round(reach.one_in)),
        least=number(int(reach.at_least_one_in)),
    )


def waterfall_lines(parts: Sequence[tuple[str, float]], total: float) -> list[str]:
    """A line for each part and the total: its name, its bits, and a bar that begins where the last one ended."""
    steps, at = [], 0.0
    for kind, bits in parts:
        steps.append((tie_kind(kind), bits, at, at + bits))
        at += bits
    steps.append((_("total"), total, 0.0, total))
    low = min(0.0, *(min(begin, end) for _name, _bits, begin, end in steps))
    high = max(0.0, *(max(begin, end) for _name, _bits, begin, end in steps))
    scale = WIDTH / (high - low) if high > low else 0.0
    names = max(len(name) for name, *_rest in steps)
    numbers = max(len(signed(bits)) for _name, bits, *_rest in steps)
    lines = []
    for name, bits, begin, end in steps:
        first, last = (round((edge - low) * scale) for edge in sorted((begin, end)))
        bar = " " * min(first, WIDTH - 1) + ("█" if bits >= 0 else "▒") * max(last - first, 1)
        lines.append(f"{name:<{names}}  {signed(bits):>{numbers}}  {bar}")
    return lines


def signed(bits: float) -> str:
    """Bits with two decimals, as they are in the files, and a true minus."""
    return decimals(bits, 2).replace("-", "−")
