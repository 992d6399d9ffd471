"""What is to be judged blind, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filrouge.casework import blind_sight as sight
from filrouge.web.render import shown_day
from filrouge.web.rooms.inspect import segment_view

if TYPE_CHECKING:
    from filrouge.casework.lineage import What
    from filrouge.engines.casebook import AdSheet, Casebook


@dataclass(frozen=True)
class Shown:
    """`casework.blind_sight.Sight` for the macros of pages."""

    ads: int
    agencies: int
    places: int
    first: Any
    last: Any
    templates: list[tuple[int, list[dict[str, Any]]]]
    left: int
    shown: list[dict[str, Any]]
    page: int
    pages: int


def blind_sight(book: Casebook, what: What, page: int = 1) -> Shown:
    """What may be seen of a cluster or network by who judges it blind."""
    found = sight.sight_of(book, what, page)
    plain = {name: getattr(found, name) for name in Shown.__dataclass_fields__}
    plain["templates"] = [
        (count, [segment_view(piece) for piece in pieces]) for count, pieces in found.templates
    ]
    plain["shown"] = [_card(sheet) for sheet in found.shown]
    return Shown(**plain)


def _card(sheet: AdSheet) -> dict[str, Any]:
    return {
        "ad": sheet.ad, "href": "", "agency": sheet.agency, "location": sheet.location, "bits": None,
        "posted": sheet.posted.date().isoformat() if sheet.posted else "",
        "posted_shown": shown_day(sheet.posted), "text": sheet.text, "masked": False,
    }  # fmt: skip
