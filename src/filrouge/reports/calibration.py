"""What `calibrate` prints: the weights of a run, and whether its bits mean what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from filrouge.evidence.scale import verbal
from filrouge.i18n import _, decimals, ngettext, number
from filrouge.reports.html.words import tie_kind
from filrouge.reports.terminal import Page
from filrouge.reports.ties import signed

WIDTH: Final = 41
"""Characters of the reliability plot, from 0 to 1."""
FEW: Final = 100
"""Pairs of an answer below which a measure is said to be rough."""

Record = Mapping[str, Any]


def show_calibration(found: Record) -> None:
    """Print how sure a run is.

    Args:
        found: see `filrouge.engines.calibrated.calibration_of`.
    """
    page = Page()
    record = found["calibration"]
    _show_weights(page, found["weights"], record["kinds"])
    _show_silent(page, record)
    for check in record["checks"]:
        _show_check(page, check)
    _show_strangers(page, record["strangers"], found["reach"])
    _show_style(page, record["style"])
    if "planted" in found:
        _show_planted(page, found["planted"])


def _show_weights(page: Page, weights: Record, kinds: Sequence[Record]) -> None:
    page.line((_("Weights"), "bold"))
    if weights["same"]:
        page.line(
            _(
                "Fitted on {same} pairs of one hand (they share a contact) and {strangers} pairs of strangers."
            ).format(same=number(weights["same"]), strangers=number(weights["strangers"]))
        )
    else:
        page.line(
            _("Nothing was fitted, for there are too few pairs of a known answer: the weights are cautious.")
        )
    rows = [
        [_("kind"), _("first 8 bits"), _("next 8"), _("beyond"), _("in common"), _("pairs"), ""],
        *(
            [
                tie_kind(kind["kind"]),
                *(decimals(slope, 2) for slope in kind["slope"]),
                decimals(kind["shared"], 2),
                number(kind["pairs"]),
                _("learned") if kind["learned"] else _("cautious"),
            ]
            for kind in kinds
        ),
    ]
    _show_rows(page, rows)
    page.line(_("Start: {bits} bits.").format(bits=signed(weights["start"])))
    page.line(
        (
            _("This corpus bears out claims from {least} to {most} bits.")
            if weights["same"]
            else _("Claims are kept from {least} to {most} bits: there is too little here to check them.")
        ).format(least=signed(weights["least"]), most=signed(weights["most"]))
    )


def _show_silent(page: Page, record: Record) -> None:
    silent = [kind for kind in record["kinds"] if kind["silent"]]
    if not silent:
        return
    page.line()
    page.line((_("Silent"), "bold"))
    for kind in silent:
        why = _why(kind["silent"], record)
        page.line("    ", _("{kind}: {why}").format(kind=tie_kind(kind["kind"]), why=why))


def _why(reason: str, record: Record) -> str:
    owners = record["phone_owners"]
    return {
        "no_images": lambda: _("no column with fingerprints of images came with the ads"),
        "few_owners": lambda: ngettext(
            "phones join only {count} group of voices, too few to learn from",
            "phones join only {count} groups of voices, too few to learn from",
            owners,
        ).format(count=number(owners)),
        "tells_nothing": lambda: _("on hands that it had not learned from, it did not tell one from two"),
        "no_pair": lambda: _("no pair of voices that was weighed has any"),
    }[reason]()


def _show_check(page: Page, check: Record) -> None:
    page.line()
    page.line((_("Check: one hand where they share {kinds}").format(kinds=_kinds(check["label"])), "bold"))
    page.line(
        _(
            "{same} pairs of one hand and {strangers} of strangers taught nothing. Hidden from the bits: {kinds}."
        ).format(
            same=number(check["same"]), strangers=number(check["strangers"]), kinds=_kinds(check["hidden"])
        )
    )
    if check["cllr"] is None:
        page.line(_("One of the answers is missing, so nothing can be measured."))
        return
    if min(check["same"], check["strangers"]) < FEW:
        page.line(_("So few pairs measure roughly: mind the intervals."))
    page.line(
        _("Cllr {cllr} (0 perfect, 1 worth nothing); at least {least}, if only the order counted.").format(
            cllr=decimals(check["cllr"], 2), least=decimals(check["least_cllr"], 2)
        )
    )
    page.line(_("Expected calibration error: {error}.").format(error=decimals(check["error"], 2)))
    page.line(_("Of the pairs of such a probability at even odds, so many are of one hand:"))
    rows = [[_("said"), _("seen"), "95 %", _("pairs"), ""]]
    for row in check["reliability"]:
        interval = f"{decimals(row['least'], 2)}–{decimals(row['most'], 2)}"
        said, seen = decimals(row["predicted"], 2), decimals(row["observed"], 2)
        rows.append([said, seen, interval, number(row["pairs"]), reliability_line(row)])
    _show_rows(page, rows)
    page.line("    ", _("x said, o seen, * both, - the interval; from 0 at the left to 1 at the right"))


def _show_strangers(page: Page, strangers: Record, reach: Sequence[Record]) -> None:
    page.line()
    page.line((_("What strangers reach"), "bold"))
    if not strangers["pairs"]:
        page.line(_("No pairs of strangers could be drawn from this corpus."))
        return
    page.line(
        _("{pairs} pairs of strangers were drawn, {held_out} of them kept from the fit.").format(
            pairs=number(strangers["pairs"]), held_out=number(strangers["held_out"])
        )
    )
    for share, bits in strangers["bits"].items():
        page.line(
            "    ",
            _("{share} % stay at or below {bits} bits").format(
                share=_percent(float(share)), bits=signed(bits)
            ),
        )
    header = [_("from (bits)"), _("reached by"), _("by movement alone"), _("at most"), _("in words")]
    rows = [
        [
            signed(row["bits"]),
            _("1 in {count}").format(count=number(round(row["one_in"]))) if row["one_in"] else _("none"),
            number(row["by_movement"]) if row["reach"] else "",
            _("1 in {count}").format(count=number(int(row["at_least_one_in"]))),
            verbal(row["bits"]),
        ]
        for row in reach
    ]
    _show_rows(page, [header, *rows])
    page.line(_("“At most” is what the number of pairs bears out (95 %)."))
    if any(row["by_movement"] for row in reach):
        page.line(
            _(
                "Those who reach it by movement alone may truly be of one hand: no chain of identifiers joins "
                "them, and nothing but the evidence itself could tell."
            )
        )


def _show_style(page: Page, style: Record | None) -> None:
    if style is None:
        return
    page.line()
    page.line((_("Writing style"), "bold"))
    page.line(
        _(
            "On hands that it had not learned from, it puts one hand above two in {auc} % of the cases (AUC {share}; "
            "surely above {least})."
        ).format(
            auc=number(round(100 * style["auc"])),
            share=decimals(style["auc"], 2),
            least=decimals(style["auc_least"], 2),
        )
    )
    page.line(
        _("It learned from {owners} owners of phones, and says between {least} and {most} bits.").format(
            owners=number(style["owners"]), least=signed(style["least"]), most=signed(style["most"])
        )
    )


def _show_planted(page: Page, planted: Sequence[Record]) -> None:
    page.line()
    page.line((_("Planted operations"), "bold"))
    if not any(row["planted"] for row in planted):
        page.line(_("There are too few single ads with a day and a phone to plant any."))
        return
    page.line(
        _(
            "Of three single ads each, by different writers. They were put into a copy of the corpus; no result "
            "holds them."
        )
    )
    header = [_("joined by"), _("planted"), _("found"), _("in part"), _("strangers drawn in")]
    rows = [
        [tie_kind(row["kind"]), *(number(row[name]) for name in ("planted", "found", "partly", "strangers"))]
        for row in planted
    ]
    _show_rows(page, [header, *rows])


def reliability_line(row: Record) -> str:
    """What was said and what was seen, on a line from 0 to 1."""

    def place(share: float) -> int:
        return round(share * (WIDTH - 1))

    line = [" "] * WIDTH
    for at in range(place(row["least"]), place(row["most"]) + 1):
        line[at] = "-"
    said, seen = place(row["predicted"]), place(row["observed"])
    line[seen] = "o"
    line[said] = "*" if said == seen else "x"
    return "|" + "".join(line) + "|"


def _show_rows(page: Page, rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns: numbers to the right, words to the left."""
    columns = list(zip(*rows, strict=True))
    wide = [max(len(cell) for cell in column) for column in columns]
    right = [all(cell[:1].isdigit() or cell[:1] == "−" for cell in column[1:]) for column in columns]
    for row in rows:
        cells = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, wide, right, strict=True)
        ]
        page.line("    ", "  ".join(cells).rstrip())


def _kinds(kinds: Sequence[str]) -> str:
    return ", ".join(tie_kind(kind) for kind in kinds)


def _percent(share: float) -> str:
    digits = 1 if round(1000 * share) % 10 else 0
    return decimals(100 * share, digits)
