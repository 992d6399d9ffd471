"""Groups as the report draws them, each cut to what a person reads and a browser bears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from markupsafe import Markup

from filrouge.i18n import _
from filrouge.reports.html import charts, drawing, words

DRAWN_GROUPS: Final = 200
LISTED_GROUPS: Final = 2_000
"""Groups beyond the drawn ones that stand in a table."""
OPEN_MEMBERS: Final = 12
DRAWN_MEMBERS: Final = 40
BUDGET: Final = 10_500_000
"""Bytes of markup for all groups: with the networks it keeps the file under 15 MB. Ads get what the rest leaves."""
MEMBER_BYTES: Final = 350
ROW_BYTES: Final = 130
GROUP_BYTES: Final = 3_500
"""What the frame of an ad, of a row and of a group costs in markup."""
OPEN_ROWS: Final = 8
FOLDED_ROWS: Final = 40
LONGEST_IDENTIFIER: Final = 100


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
    agencys: list[Markup]
    agency_form: bool
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
    groups = [_group(record, members.get(record["cluster"], ()), whole) for record in records[:DRAWN_GROUPS]]
    left = BUDGET - sum(_weight(group) for group in groups)
    # The strongest ad of each group comes first, then what is seen at once, then what is folded away.
    for first, last in ((0, 1), (1, OPEN_MEMBERS), (OPEN_MEMBERS, DRAWN_MEMBERS)):
        for group in groups:
            for about in members.get(group.record["cluster"], ())[first:last]:
                if left <= 0 and first > 0:
                    break
                text = drawing.member_text(about["spans"])
                left -= _bytes(text) + MEMBER_BYTES
                (group.open if first < OPEN_MEMBERS else group.folded).append(Drawn(about, text))
    return groups


def _group(
    record: Mapping[str, Any], members: Sequence[Mapping[str, Any]], whole: tuple[str, str] | None
) -> Group:
    """All of a group but its ads."""
    strip = None
    dates = words.span_of_dates(record["first"], record["last"])
    if whole and dates:
        strip = charts.strip(
            [member["posted"] for member in members if member["posted"]],
            record["first"],
            record["last"],
            whole,
            _("{dates}; all ads: {first} to {last}").format(dates=dates, first=whole[0], last=whole[1]),
        )
    return Group(
        record=record,
        dates=dates,
        strip=strip,
        signs=words.signs(record),
        agency_form=record["agency_form"],
        agencys=[
            short(value)
            for values in record["agency_identifiers"].values()
            for value in islice(values, OPEN_ROWS)
        ],
        template=drawing.template_text(record["parts"]),
        slots=drawing.slot_values(record["parts"]),
        identifiers=identifier_rows(record["identifiers"]),
        places=counted_rows(record["places"]),
        agencies=counted_rows(record["agencies"]),
        open=[],
        folded=[],
    )


def identifier_rows(identifiers: Mapping[str, Mapping[str, int]]) -> Rows:
    """The values of each kind as rows: style class, kind, value, ads."""
    rows = [
        (drawing.kind_class(kind), words.kind_name(kind), short(value), count)
        for kind, values in identifiers.items()
        for value, count in islice(values.items(), OPEN_ROWS + FOLDED_ROWS)
    ]
    return _rows(rows, sum(map(len, identifiers.values())))


def counted_rows(values: Mapping[str, int]) -> Rows:
    """Values with their counts as rows."""
    first = islice(values.items(), OPEN_ROWS + FOLDED_ROWS)
    return _rows([(short(value or _("unknown")), count) for value, count in first], len(values))


def _rows(rows: list[tuple[Any, ...]], count: int) -> Rows:
    last = OPEN_ROWS + FOLDED_ROWS
    return Rows(rows[:OPEN_ROWS], rows[OPEN_ROWS:last], max(0, count - last))


def _weight(group: Group) -> int:
    """Bytes of a group's markup without its ads, near enough."""
    pieces = [group.template, *(slot.listed for slot in group.slots)]
    rows = [
        row for part in (group.identifiers, group.places, group.agencies) for row in part.open + part.folded
    ]
    return sum(map(_bytes, pieces)) + sum(ROW_BYTES + _bytes(str(row[-2])) for row in rows) + GROUP_BYTES


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def short(value: str) -> Markup:
    """A value as it is shown: cut if it is long, escaped."""
    cut = value if len(value) <= LONGEST_IDENTIFIER else value[: LONGEST_IDENTIFIER - 1] + "…"
    return drawing.shown(cut)
