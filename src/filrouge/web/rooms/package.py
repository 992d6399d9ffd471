"""The room of packages: evidence leaves the house here, written down each time; and packages are checked here."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from filrouge import i18n
from filrouge.casework import packages
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.models import MadePackage
from filrouge.casework.packages import Asked
from filrouge.errors import FilrougeError
from filrouge.i18n import _, ngettext, number
from filrouge.web.forms import day_of, whole_number
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.packaging import asked_for, may_fetch, package_of, put_away, taken_along
from filrouge.web.posted import Posted
from filrouge.web.rooms.work import shown as shown_job

router: Final = APIRouter()
Packager = Annotated[Here, allowed(Permission.PACKAGE)]
Asker = Annotated[Here, allowed(Permission.PACKAGE, budget="opening")]
_LEAD: Final = re.compile(r"([NC])\s*(\d{1,15})", re.IGNORECASE)
MOST_NUMBERS: Final = 500
"""Ads that are named one by one."""


@router.get("/cases/{case_id}/package")
def room(here: Packager, network: int | None = None, cluster: int | None = None, ads: str = "") -> Response:
    """Choose what is packaged and on which terms; and the packages that were made."""
    what = f"N{network}" if network is not None else f"C{cluster}" if cluster is not None else _ads_named(ads)
    given = {
        "what": what, "language": i18n.language(), "text": "masked", "reason": "", "recipient": "", "purpose": "",
        "as_of": here.as_of.isoformat() if here.as_of else "",
    }  # fmt: skip
    return _room(here, given)


@router.post("/cases/{case_id}/package")
def ask(here: Asker, form: Posted) -> Response:
    """Have a package made."""
    names = ("what", "language", "text", "reason", "recipient", "purpose", "as_of")
    given = {name: str(form.get(name, "")).strip() for name in names}
    try:
        asked = _asked(here, given)
        with here.writing() as db:
            row = packages.ask(db, here.user, here.the_case, asked)
    except HTTPException:
        raise
    except FilrougeError as wrong:
        return _room(here, given, wrong=str(wrong))
    return here.go(_path(here, row))


@router.get("/cases/{case_id}/package/{package}")
def one(here: Packager, package: int) -> Response:
    """A package: how far it is, or what it is, its hash, and the file."""
    row = package_of(here, package)
    return here.page(
        "package/one.html",
        row=row,
        view=_view(here, row),
        job=shown_job(here, row.job) if row.job else None,
        can_fetch=may_fetch(here, row),
    )


@router.get("/cases/{case_id}/package/{package}/file")
def fetch(here: Packager, package: int) -> Response:
    """The file. That it left the house is written down before it does."""
    return taken_along(here, package_of(here, package))


@router.post("/cases/{case_id}/package/{package}/delete")
def delete(here: Packager, package: int) -> Response:
    """Delete the file; what is known of the package stays."""
    put_away(here, package)
    again = (f"{_base(here)}/{package}/again", _("Make it again"))
    return here.go(f"{_base(here)}/{package}", _("The file is deleted. The list keeps its hash."), undo=again)


@router.post("/cases/{case_id}/package/{package}/again")
def again(here: Asker, package: int) -> Response:
    """Make the file once more."""
    row = package_of(here, package)
    if not may_fetch(here, row):
        raise HTTPException(403)
    with here.writing() as db:
        mine = packages.one_of(db, here.the_case, package)
        if mine is None:
            raise HTTPException(404)
        packages.make_again(db, here.user, here.the_case, mine)
    return here.go(_path(here, row))


# -- what was asked -------------------------------------------------------------------------------------------


def _asked(here: Here, given: dict[str, str]) -> Asked:
    of, numbers = _what(given["what"])
    day = day_of(given["as_of"]) if given["as_of"] else None
    if given["as_of"] and day is None:
        raise Refused(_("That day cannot be read: write it as 2026-12-31."))
    return asked_for(
        here, of, numbers, language=given["language"] if given["language"] in i18n.LANGUAGES else i18n.language(),
        recipient=given["recipient"], purpose=given["purpose"], opened=given["text"] == "open",
        reason=given["reason"], as_of=day,
    )  # fmt: skip


def _what(text: str) -> tuple[str, tuple[int, ...]]:
    found = _LEAD.fullmatch(text)
    if found:
        return ("network" if found[1].upper() == "N" else "cluster"), (int(found[2]),)
    numbers = [whole_number(part) for part in re.split(r"[\s,;]+", text) if part]
    ads = [number for number in numbers if number is not None]
    if ads and len(ads) == len(numbers) <= MOST_NUMBERS:
        return "ads", tuple(dict.fromkeys(ads))
    raise Refused(
        _("Say what is packaged: a network (N12), a cluster (C345), or numbers of ads (17, 18, 240).")
    )


def _ads_named(text: str) -> str:
    return ", ".join(part for part in text.split(",") if whole_number(part.strip()) is not None)


# -- as pages show it -----------------------------------------------------------------------------------------


def _room(here: Here, given: dict[str, Any], *, wrong: str = "") -> Response:
    with here.reading() as db:
        rows = [_view(here, row) for row in packages.of_case(db, here.the_case)]
    return here.page("package/room.html", 400 if wrong else 200, given=given, wrong=wrong, rows=rows)


def _view(here: Here, row: MadePackage) -> dict[str, Any]:
    job = shown_job(here, row.job) if row.job else None
    under_way = job is not None and job["open"]
    state, tone = (
        (_("ready"), "good")
        if row.stored
        else (job["state_name"], job["chip"])
        if job is not None and (under_way or not row.sha256)
        else (_("file deleted"), "")
    )
    return {
        "id": row.id,
        "href": _path(here, row),
        "name": packages.name_of(row),
        "what": what_in_words(row),
        "made": row.made,
        "by": row.user.name if row.user else _("somebody who has no account any more"),
        "recipient": row.recipient,
        "purpose": row.purpose,
        "opened": row.opened,
        "sha256": row.sha256,
        "state": state,
        "tone": tone,
        "open": under_way,
        "fetched": row.fetched,
        "failed": job is not None and not row.stored and job["state"] in ("failed", "cancelled"),
    }


def what_in_words(row: MadePackage) -> str:
    """What a package is of."""
    if row.of == "ads":
        return ngettext("{count} chosen ad", "{count} chosen ads", len(row.numbers)).format(
            count=number(len(row.numbers))
        )
    name = packages.name_of(row)
    return (
        _("Network {name}").format(name=name)
        if row.of == "network"
        else _("Cluster {name}").format(name=name)
    )


def _base(here: Here) -> str:
    return f"/cases/{here.the_case.id}/package"


def _path(here: Here, row: MadePackage) -> str:
    return f"{_base(here)}/{row.id}"
