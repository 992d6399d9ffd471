"""The report's drawings: small SVGs without scripts, whose colours come from the page's style sheet.

They are written by hand: a chart library would set sizes and fonts that do not follow a phone's width, and
colours that do not follow the dark page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup, escape

from filrouge.reports.html.view import Week

MOST_BARS: Final = 130
HEIGHT: Final = 100
ROUND: Final = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80)


def binned(weeks: Sequence[Week], most: int = MOST_BARS) -> tuple[list[Week], int]:
    """Weeks without gaps, several together where there are more than `most`.

    Returns:
        The bars, each named by the Monday on which it begins, and how many weeks a bar stands for.
    """
    if not weeks:
        return [], 1
    first, last = (date.fromisoformat(weeks[k][0]) for k in (0, -1))
    count = (last - first).days // 7 + 1
    step = -(-count // most)
    bars = [[0, 0] for _bar in range(-(-count // step))]
    for week, tied, alone in weeks:
        bar = bars[(date.fromisoformat(week) - first).days // 7 // step]
        bar[0] += tied
        bar[1] += alone
    named = [
        ((first + timedelta(weeks=k * step)).isoformat(), tied, alone) for k, (tied, alone) in enumerate(bars)
    ]
    return named, step


def round_up(value: int) -> int:
    """The next number that is easy to read and to halve, such as 1, 8, 24 or 160; at least 1."""
    unit = 1
    while value > 80 * unit:
        unit *= 10
    steps = (1, 2, 4, 6, 8, *ROUND) if unit == 1 else ROUND
    return next(step * unit for step in steps if value <= step * unit)


def timeline(bars: Sequence[Week], title: str, description: str) -> Markup:
    """Stacked bars, stretched to the width of the page; labels stand beside it in HTML.

    Below, the ads that follow a template; above, hatched, those that follow none.
    """
    top = round_up(max((tied + alone for _week, tied, alone in bars), default=1))
    width = len(bars) * 10
    tied_bars, alone_bars = [], []
    for k, (_week, tied, alone) in enumerate(bars):
        low, high = tied * HEIGHT / top, alone * HEIGHT / top
        if tied:
            tied_bars.append(f"M{k * 10 + 1},{HEIGHT}h8v-{low:.2f}h-8z")
        if alone:
            alone_bars.append(f"M{k * 10 + 1},{HEIGHT - low:.2f}h8v-{high:.2f}h-8z")
    grid = "".join(f"M0,{HEIGHT * (1 - share):.0f}h{width}" for share in (0, 0.5, 1))
    return Markup(
        f'<svg class="bars" viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-labelledby="timeline-title timeline-desc">'
        f'<title id="timeline-title">{escape(title)}</title>'
        f'<desc id="timeline-desc">{escape(description)}</desc>'
        f'<path class="grid" d="{grid}"/>'
        f'<path class="alone" d="{"".join(alone_bars)}"/><path class="tied" d="{"".join(tied_bars)}"/></svg>'
    )


def strip(days: Sequence[str], first: str, last: str, whole: tuple[str, str], label: str) -> Markup:
    """A thread from `first` to `last` on the scale of the whole corpus, a stitch for each day in `days`."""
    begin = date.fromisoformat(whole[0])
    length = max((date.fromisoformat(whole[1]) - begin).days, 1)

    def at(day: str) -> float:
        return 4 + 992 * min(max((date.fromisoformat(day) - begin).days / length, 0), 1)

    stitches = "".join(f"M{at(day):.1f},4v16" for day in sorted(set(days)))
    return Markup(
        f'<svg class="strip" viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}">'
        f'<path class="rail" d="M4,12H996"/><path class="thread" d="M{at(first):.1f},12H{at(last):.1f}"/>'
        f'<path class="stitch" d="{stitches}"/></svg>'
    )


def week_bars(weeks: Sequence[Week], label: str) -> Markup:
    """Bars for the ads of each week, or of several weeks where there are many, stretched to the page's width."""
    bars, _step = binned(weeks)
    top = max((tied + alone for _week, tied, alone in bars), default=1) or 1
    drawn = "".join(
        f"M{k * 10 + 1},{HEIGHT}h8v-{(tied + alone) * HEIGHT / top:.1f}h-8z"
        for k, (_week, tied, alone) in enumerate(bars)
        if tied + alone
    )
    return Markup(
        f'<svg class="bars weeks" viewBox="0 0 {max(len(bars), 1) * 10} {HEIGHT}" preserveAspectRatio="none" '
        f'role="img" aria-label="{escape(label)}"><path class="grid" d="M0,{HEIGHT}h{max(len(bars), 1) * 10}"/>'
        f'<path class="tied" d="{drawn}"/></svg>'
    )
