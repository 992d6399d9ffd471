"""From `ReportData` to the file's text."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from filrouge import i18n
from filrouge.i18n import _, number

if TYPE_CHECKING:
    from jinja2 import Environment

    from filrouge.reports.html.view import Matrix, ReportData

GLANCE_ROWS: Final = 12


@cache
def _environment() -> Environment:
    # Jinja takes a tenth of a second to import, which a search in the terminal need not pay.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("filrouge.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_report(report: ReportData, language: Literal["en", "fr"] | str) -> str:
    """The report as one HTML page: no script, no network, everything from the ads escaped.

    Args:
        report: what to say.
        language: of the page; the language spoken elsewhere stays as it is.

    Raises:
        ValueError: if filrouge does not speak `language`.
    """
    before = i18n.language()
    i18n.set_language(language)
    try:
        template = _environment().get_template("report.html.j2")
        page = template.render(**_content(report), language=language)
    finally:
        i18n.set_language(before)
    # A half of a surrogate pair, from a file name say, cannot be written as UTF-8.
    return page.encode("utf-8", "replace").decode("utf-8")


def _content(report: ReportData) -> dict[str, Any]:
    """What the template needs, in the language spoken now."""
    from filrouge.reports.alerts import alerts_in_words, duties
    from filrouge.reports.html import charts, drawing, groups, view, words

    organised = [record for record in report.records if record["organisation"]]
    bars, step = charts.binned(report.weeks)
    whole = _whole(report)
    tied = sum(record["ads"] for record in report.records)
    matrix = view.agency_matrix(report.records)
    drawn = groups.draw_groups(organised, report.members, whole)
    return {
        "_": _,
        "number": number,
        "decimal": words.decimal,
        "shown": drawing.shown,
        "words": words,
        "report": report,
        "rejected": report.rejects.height,
        "tied": tied,
        "organised": len(organised),
        "summary": words.summary(
            report.ads, tied, len(report.records), len(organised), view.agencies_of(report.records)
        ),
        "matrix": matrix,
        "shade": shades(matrix),
        "bars": bars,
        "bar_weeks": step,
        "top": charts.round_up(max((tied + alone for _week, tied, alone in bars), default=1)),
        "timeline": _timeline(bars, step),
        "undated": report.ads - sum(tied + alone for _week, tied, alone in bars),
        "whole": whole,
        "groups": drawn,
        "glance": organised[: len(drawn)],
        "glance_rows": GLANCE_ROWS,
        "listed": organised[len(drawn) : len(drawn) + groups.LISTED_GROUPS],
        "unlisted": max(0, len(organised) - len(drawn) - groups.LISTED_GROUPS),
        # Said to those who hear the page. Here, because nobody looks for words to translate in a style sheet.
        "added": _("added:"),
        "missing": _("missing:"),
        "kinds": [(kind, words.kind_name(kind)) for kind in words.KINDS],
        "rejects": view.reject_counts(report.rejects),
        "alerts": alerts_in_words(report.alerts, i18n.language()) if report.alerts is not None else [],
        "duties": duties(),
        **_networks(report, {group.record["cluster"] for group in drawn}),
    }


def _networks(report: ReportData, anchors: set[str]) -> dict[str, Any]:
    """What the template needs of networks; `anchors`: the groups that the page has a section for."""
    from filrouge.reports.html import maps, network_words, networks

    found = report.networks
    blocks = networks.draw_networks(found, anchors, i18n.language()) if found else []
    return {
        "networks": found,
        "network_words": network_words,
        "tenth": lambda value: i18n.decimals(value, 1).replace("-", "−"),
        "network_blocks": blocks,
        "network_rows": found.records[: networks.LISTED_NETWORKS] if found else [],
        "network_summary": network_words.summary(len(found.records), found.others) if found else [],
        "outlines": maps.outlines() if any(block.map for block in blocks) else "",
        "disguises": networks.disguise_rows(found) if found else [],
        "anchors": anchors,
    }


def _timeline(bars: list[tuple[str, int, int]], step: int) -> str:
    from filrouge.reports.html import charts

    if not bars:
        return ""
    peak = max(bars, key=lambda bar: bar[1] + bar[2])
    said = _("From {first} to {last}. Most ads, {count}, from {peak} on.").format(
        first=bars[0][0], last=bars[-1][0], count=number(peak[1] + peak[2]), peak=peak[0]
    )
    return charts.timeline(bars, _("Ads over time"), said)


def _whole(report: ReportData) -> tuple[str, str] | None:
    """The first and the last day of what is known: the weeks of all ads, or the groups' own dates."""
    days = [record[end] for record in report.records for end in ("first", "last") if record[end]]
    days += [week for week, _tied, _alone in report.weeks]
    return (min(days), max(days)) if days else None


def shades(matrix: Matrix) -> list[list[int]]:
    """For each cell of the matrix 0 (nothing) to 5 (the most that two agencies share).

    An agency's own templates, on the diagonal, are not shared: they stay 0.
    """
    size = range(len(matrix.counts))
    most = max((matrix.counts[i][j] for i in size for j in size if i != j), default=0)
    return [[0 if i == j or not most else -(-5 * matrix.counts[i][j] // most) for j in size] for i in size]
