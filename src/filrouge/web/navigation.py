"""The rooms of the application as its navigation lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from filrouge.casework import jobs, watches
from filrouge.casework.access import OUTSIDE_CASES, Permission
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.web.here import Here


@dataclass(frozen=True)
class Room:
    """A line of the navigation.

    Attributes:
        path: below `/cases/N` for a room of a case, else from the root.
        label: gives its name in the language spoken.
        needs: what one must be allowed to see it.
        count: how much waits there, asked at every page: it must be quick.
        holds: paths of pages that one comes to from this room.
    """

    path: str
    label: Callable[[], str]
    needs: Permission
    count: Callable[[Here], int | None] | None = None
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Rooms for one kind of work.

    Attributes:
        title: gives the heading over them.
        rooms: in the order of the work.
    """

    title: Callable[[], str]
    rooms: tuple[Room, ...]


def jobs_under_way(here: Here) -> int | None:
    """How many background jobs of the case are not over."""
    with here.reading() as db:
        return jobs.under_way(db, here.the_case) or None


def alerts_unseen(here: Here) -> int | None:
    """How many alerts of the case's watches the person has not seen."""
    with here.reading() as db:
        return watches.unseen(db, here.user, here.the_case) or None


ROOMS: Final[list[Group]] = [
    Group(
        lambda: _("Find"),
        (
            Room("", lambda: _("Compare"), Permission.READ, holds=("/ads", "/tie")),
            Room("/triage", lambda: _("Triage"), Permission.READ, holds=("/networks", "/clusters")),
            Room("/map", lambda: _("Map"), Permission.READ),
            Room("/watches", lambda: _("Watches"), Permission.READ, count=alerts_unseen),
            Room("/as-of", lambda: _("As of a past day"), Permission.READ),
        ),
    ),
    Group(
        lambda: _("Decide"),
        (
            Room("/judge", lambda: _("Judge"), Permission.JUDGE, holds=("/blind", "/agreement", "/lessons")),
            Room("/wrong-leads", lambda: _("Wrong leads"), Permission.READ),
        ),
    ),
    Group(
        lambda: _("Bring in"),
        (
            Room("/files", lambda: _("Files"), Permission.BRING),
            Room("/work", lambda: _("Work"), Permission.READ, holds=("/jobs",), count=jobs_under_way),
        ),
    ),
    Group(
        lambda: _("Pass on"),
        (
            Room("/package", lambda: _("Package"), Permission.PACKAGE),
            Room("/meetings", lambda: _("Other cases"), Permission.READ),
            Room("/survivor", lambda: _("Survivor's request"), Permission.ASSIST),
        ),
    ),
    Group(
        lambda: _("Oversee"),
        (
            Room("/audit", lambda: _("Trail"), Permission.LEAD),
            Room("/settings", lambda: _("This case"), Permission.SEE_TO_CASES),
        ),
    ),
]
"""Rooms of a case, by what one comes to do. Each room's module adds no line: they are all listed here."""
BESIDE: Final = Group(
    lambda: _("Beyond this case"),
    (
        Room("/cases", lambda: _("Cases"), Permission.ENTER),
        Room("/tip", lambda: _("Answer a tip"), Permission.TIP),
        Room("/check-package", lambda: _("Check a package"), Permission.ENTER),
        Room("/people", lambda: _("People"), Permission.MANAGE_PEOPLE),
        Room("/audit", lambda: _("Trail"), Permission.AUDIT),
    ),
)
"""Rooms outside cases."""


def rooms_of(here: Here) -> list[dict[str, Any]]:
    """The rooms that a person may enter, in groups, as the skeleton of pages shows them."""
    path = here.request.url.path
    groups: list[tuple[Group, list[tuple[str, Room]]]] = []
    if here.case is not None:
        base = f"/cases/{here.case.id}"
        for group in ROOMS:
            groups.append((group, [(base + room.path, room) for room in group.rooms if here.may(room.needs)]))
    open_here = [room for room in BESIDE.rooms if room.needs in OUTSIDE_CASES and here.may(room.needs)]
    groups.append((BESIDE, [(room.path, room) for room in open_here]))
    nearest = max((_fit(path, href, room) for _group, lines in groups for href, room in lines), default=0)
    return [
        {
            "title": group.title(),
            "rooms": [
                {
                    "href": href,
                    "label": room.label(),
                    "current": _fit(path, href, room) == nearest > 0,
                    "count": room.count(here) if room.count else None,
                }
                for href, room in lines
            ],
        }
        for group, lines in groups
        if lines
    ]


def _fit(path: str, href: str, room: Room) -> int:
    """How much of a page's path says that it belongs to a room."""
    base = href.removesuffix(room.path)
    places = (href, *(base + held for held in room.holds))
    return max((len(place) for place in places if path == place or path.startswith(place + "/")), default=0)
