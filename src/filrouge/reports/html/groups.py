"""Groups as the report draws them, each cut to what a person reads and a browser bears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from filrouge.i18n import _
from filrouge.reports.html import charts, drawing, words

DRAWN_GROUPS: Final = 200
LISTED_GROUPS: Final = 2_000
"""Groups beyond the drawn ones that stand in a table."""
OPEN_MEMBERS: Final = 12
DRAWN_MEMBERS: Final = 40
MEMBERS_BUDGET: Final = 8_000_000
"""Bytes of markup for the ads of all groups: keeps the file under 15 MB."""
OPEN_ROWS: Final = 8
FOLDED_ROWS: Final = 60
LONGEST_IDENTIFIER: Final = 120


@dataclass(frozen=True)
class Drawn:
    """A member: what is known of it, and its text beside the template."""

    about: Mapping[str, Any]
    text: Markup


@dataclass(frozen=True)
class Rows:
    """A list cut in three: what is shown, what is folded away, and how many more there are."""

    open: list[tuple[Any, ...]]
    folded: list[tuple[Any, ...]]
    left_out: int


@dataclass(frozen=True)
class Group:
    """One group, ready to be drawn."""

    record: Mapping[str, Any]
    dates: str
    strip: Markup | None
    signs: list[str]
    template: Markup
    slots: list[drawing.SlotValues]
    identifiers: Rows
    places: Rows
    agencies: Rows
    open: list[Drawn]
    folded: list[Drawn]

    @property
    def left_out(self) -> int:
        """Members that are not drawn."""
        return int(self.record["ads"]) - len(self.open) - len(self.folded)


def draw_groups(
    records: Sequence[Mapping[str, Any]],
    members: Mapping[str, Sequence[Mapping[str, Any]]],
    whole: tuple[str, str] | None,
) -> list[Group]:
    """The first groups of `records`, with those of their members that there is room for.

    Args:
        records: groups that show signs of organisation, ranked.
        members: per cluster, its members, strongest first.
        whole: the first and the last day of all ads; None if no ad has a date.
    """
    records = records[:DRAWN_GROUPS]
    drawn: dict[str, list[Drawn]] = {record["cluster"]: [] for record in records}
    left = MEMBERS_BUDGET
    # The strongest ad of each group comes first, then what is seen at once, then what is folded away.
    for first, last in ((0, 1), (1, OPEN_MEMBERS), (OPEN_MEMBERS, DRAWN_MEMBERS)):
        for record in records:
            for about in members.get(record["cluster"], ())[first:last]:
                if left <= 0 and first > 0:
                    break
                text = drawing.member_text(about["spans"])
                left -= len(text.encode("utf-8", "replace")) + 200
                drawn[record["cluster"]].append(Drawn(about, text))
    return [_group(record, drawn[record["cluster"]], whole) for record in records]


def _group(record: Mapping[str, Any], drawn: list[Drawn], whole: tuple[str, str] | None) -> Group:
    strip = None
    dates = words.span_of_dates(record["first"], record["last"])
    if whole and dates:
        days = [member.about["posted"] for member in drawn if member.about["posted"]]
        strip = charts.strip(
            days,
            record["first"],
            record["last"],
            whole,
            _("{dates}; all ads: {first} to {last}").format(dates=dates, first=whole[0], last=whole[1]),
        )
    identifiers = [
        (drawing.kind_class(kind), words.kind_name(kind), _short(value), count)
        for kind, values in record["identifiers"].items()
        for value, count in values.items()
    ]
    return Group(
        record=record,
        dates=dates,
        strip=strip,
        signs=words.signs(record),
        template=drawing.template_text(record["parts"]),
        slots=drawing.slot_values(record["parts"]),
        identifiers=_rows(identifiers),
        places=_rows([(_short(place), count) for place, count in record["places"].items()]),
        agencies=_rows([(_short(a or _("unknown")), count) for a, count in record["agencies"].items()]),
        open=drawn[:OPEN_MEMBERS],
        folded=drawn[OPEN_MEMBERS:],
    )


def _rows(rows: list[tuple[Any, ...]]) -> Rows:
    last = OPEN_ROWS + FOLDED_ROWS
    return Rows(rows[:OPEN_ROWS], rows[OPEN_ROWS:last], max(0, len(rows) - last))


def _short(value: str) -> Markup:
    cut = value if len(value) <= LONGEST_IDENTIFIER else value[: LONGEST_IDENTIFIER - 1] + "…"
    return drawing.shown(cut)
