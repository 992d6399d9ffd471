"""The page of an ad: its text, where it came from, what it is a part of, and what is near it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from filrouge.casework.access import Permission
from filrouge.corpus.errors import UnknownAdNumber
from filrouge.engines.case_answers import near_ad
from filrouge.engines.case_reading import reading_of
from filrouge.reports.html.words import kind_name
from filrouge.web.found import answer_view, days, identifier_view, sheet_view
from filrouge.web.gate import allowed
from filrouge.web.here import Here

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]


@router.get("/cases/{case_id}/ads/{ad}")
def ad_page(here: Reader, ad: int) -> Response:
    """An ad."""
    base = f"/cases/{here.the_case.id}"
    try:
        sheet = here.casebook.ad(ad)
    except UnknownAdNumber as unknown:
        raise HTTPException(404) from unknown
    if here.opened:
        here.note("ad.opened", f"ad:{ad}")
    near = near_ad(here.casebook, here.index, ad)
    reading = reading_of(here.casebook, ad)
    return here.page(
        "ads/ad.html",
        base=base,
        sheet=sheet,
        card=sheet_view(sheet, base),
        identifiers=[identifier_view(one) for one in sheet.identifiers],
        near=answer_view(near, base),
        reading=reading,
        forms=[(kind_name(kind), written, read) for kind, written, read in reading.forms],
        can_open=here.may(Permission.OPEN),
        can_assist=here.may(Permission.ASSIST),
        searched=here.session is not None
        and here.house.recalled.of(here.session.id, here.the_case.id) is not None,
        days=days,
    )
