"""As of: what was known when, how to read the case as of a past day, and what changed since."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from filrouge.casework import held_back
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.engines.case_past import MOST_CHANGES, Step, changes
from filrouge.i18n import _, ngettext, number
from filrouge.web.forms import day_of
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.render import shown_day, shown_time

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]


@router.get("/cases/{case_id}/as-of")
def days_page(here: Reader) -> Response:
    """The days on which something changed, each to be gone back to."""
    today = date.today()
    steps = here.house.desk.steps(here.the_case.name)
    days = [
        {
            "day": day.isoformat(),
            "shown": shown_day(day, "full"),
            "steps": [_in_words(step, here.numbers.of(step.seq)) for step in some],
            "past": day < today,
            "chosen": day == here.as_of,
        }
        for day, some in ((day, list(group)) for day, group in groupby(steps, key=lambda step: step.day))
    ]
    return here.page(
        "past/days.html",
        base=_base(here),
        days=days,
        first=min((step.day for step in steps), default=today).isoformat(),
        today=today.isoformat(),
        chosen=here.as_of.isoformat() if here.as_of else "",
    )


@router.get("/cases/{case_id}/as-of/since")
def since_page(here: Reader, day: str = "") -> Response:
    """What of the case's clusters and networks is not as it was at the end of a day."""
    here.must_be_today()
    wanted = day_of(day)
    if wanted is None or wanted >= date.today():
        raise Refused(_("Choose a day of the past."))
    then = held_back.without(here.house.desk.casebook(here.the_case.name, wanted), here.held)
    now = here.casebook
    rows = changes(then, now)
    return here.page(
        "past/since.html",
        base=_base(here),
        case_base=f"/cases/{here.the_case.id}",
        day=day,
        shown=shown_day(wanted, "long"),
        sums=[
            (_("Ads"), *(number(book.ads.height) for book in (then, now))),
            (_("Clusters"), *(number(_different(book, "cluster")) for book in (then, now))),
            (_("Networks"), *(number(_different(book, "network")) for book in (then, now))),
        ],
        changes=[_change(row, here) for row in rows.head(MOST_CHANGES).iter_rows(named=True)],
        left=max(rows.height - MOST_CHANGES, 0),
    )


def _base(here: Here) -> str:
    return f"/cases/{here.the_case.id}/as-of"


def _different(book: Any, column: str) -> int:
    ids = book.ads[column]
    return int(ids.filter(ids >= 0).n_unique())


def _in_words(step: Step, seq: int) -> dict[str, str]:
    """What a snapshot did, in words."""
    count = number(step.ads)
    said = {
        "ingest": lambda: ngettext(
            "{count} ad came in {files}", "{count} ads came in {files}", step.ads
        ).format(
            count=count,
            files=ngettext("{count} file", "{count} files", step.files).format(count=number(step.files)),
        ),
        "run": lambda: (
            ngettext(
                "Compared: {count} ad was put in its place",
                "Compared: {count} ads were put in their places",
                step.ads,
            )
            if step.ads
            else _("Compared: all stayed in its place")
        ).format(count=count),
        "retention": lambda: ngettext(
            "{count} ad was destroyed", "{count} ads were destroyed", step.ads
        ).format(count=count),
    }[step.kind]()
    return {"said": said, "at": shown_time(step.at), "seq": number(seq)}


def _change(row: dict[str, Any], here: Here) -> dict[str, Any]:
    letter = "N" if row["kind"] == "network" else "C"
    name = f"{letter}{row['id']}"
    if not row["ads_then"]:
        what = _("is new")
    elif not row["ads_now"]:
        what = (
            _("is no more; most of its ads are in {name} now").format(name=f"{letter}{row['went']}")
            if row["went"] >= 0
            else _("is no more")
        )
    elif row["ads_now"] > row["ads_then"]:
        what = _("grew")
    elif row["ads_now"] < row["ads_then"]:
        what = _("shrank")
    else:
        what = _("spans other agencies")
    return {
        "name": name,
        "title": _("Network {name}").format(name=name)
        if letter == "N"
        else _("Cluster {name}").format(name=name),
        "href": f"/cases/{here.the_case.id}/{row['kind']}s/{row['id']}" if row["ads_now"] else "",
        "what": what,
        "ads": (number(row["ads_then"]), number(row["ads_now"])),
        "agencies": (number(row["agencies_then"]), number(row["agencies_now"])),
    }
