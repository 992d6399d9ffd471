"""A survivor's request: a person, or who acts for them, asks for their own ads and gets these and nothing else.

Nothing here is ever in the clear, whatever was opened elsewhere: no number, no name, no cluster, no network, no bits.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from filrouge import i18n
from filrouge.casework import survivors
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.models import SurvivorRequest, User, now
from filrouge.i18n import _
from filrouge.web import helping
from filrouge.web.forms import day_of, whole_number
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.posted import Posted
from filrouge.web.render import shown_day

router: Final = APIRouter()
Helper = Annotated[Here, allowed(Permission.ASSIST)]


@router.get("/cases/{case_id}/survivor")
def room(here: Helper) -> Response:
    """What this is, and the requests that were made."""
    with here.reading() as db:
        requests = survivors.of_case(db, here.user, here.the_case)
        names = {user.id: user.name for one in requests if (user := db.get(User, one.made_by))}
    return here.page(
        "survivor/room.html",
        base=_base(here),
        requests=[{**helping.facts(one), "by": names.get(one.made_by, "")} for one in requests],
    )


@router.get("/cases/{case_id}/survivor/new")
def consent_page(here: Helper) -> Response:
    """The first step: who asks, and that the person agreed."""
    here.must_be_today()
    return here.page("survivor/consent.html", base=_base(here), given={}, wrong="", today=now().date())


@router.post("/cases/{case_id}/survivor/new")
def consented(
    here: Helper,
    reference: Annotated[str, Form()] = "",
    asker: Annotated[str, Form()] = "",
    consent_on: Annotated[str, Form()] = "",
    consent_form: Annotated[str, Form()] = "",
    witness: Annotated[str, Form()] = "",
    agreed: Annotated[str, Form()] = "",
) -> Response:
    """Begin a request."""
    here.must_be_today()
    given = {
        "reference": reference, "asker": asker, "consent_on": consent_on, "consent_form": consent_form,
        "witness": witness,
    }  # fmt: skip
    try:
        with here.writing() as db:
            made = survivors.begin(
                db, here.user, here.the_case, reference=reference, asker=asker, consent_on=day_of(consent_on),
                consent_form=consent_form, witness=witness, agreed=agreed == "yes",
            )  # fmt: skip
    except Refused as wrong:
        return here.page(
            "survivor/consent.html", 400, base=_base(here), given=given, wrong=str(wrong), today=now().date()
        )
    return here.go(f"{_base(here)}/{made.id}")


@router.get("/cases/{case_id}/survivor/{request_id}")
def request_page(here: Helper, request_id: int) -> Response:
    """The step that a request is at."""
    with here.reading() as db:
        request = helping.request_of(here, db, request_id)
    return _step(here, request)


@router.post("/cases/{case_id}/survivor/{request_id}/search")
def search(
    here: Helper,
    request_id: int,
    kind: Annotated[str, Form()] = helping.IDENTIFIER,
    identifier: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
) -> Response:
    """Look for the ads that carry what is the person's own."""
    here.must_be_today()
    kind = helping.TEXT if kind == helping.TEXT else helping.IDENTIFIER
    with here.reading() as db:
        request = helping.request_of(here, db, request_id)
    try:
        proof, ads = helping.looked_for(
            here, request, kind, (text if kind == helping.TEXT else identifier).strip()
        )
    except Refused as wrong:
        return _step(here, request, 400, wrong=str(wrong))
    with here.writing() as db:
        request = helping.request_of(here, db, request_id)
        survivors.found(db, here.user, here.the_case, request, kind, proof, ads)
    if not ads:
        return _step(here, request, nothing_found=True)
    return here.go(f"{_base(here)}/{request_id}")


@router.post("/cases/{case_id}/survivor/{request_id}/confirm")
def confirm(here: Helper, request_id: int, posted: Posted) -> Response:
    """Take what the person says of each ad."""
    here.must_be_today()
    said = {
        ad: str(value)
        for name, value in posted.items()
        if name.startswith("ad-") and (ad := whole_number(name.removeprefix("ad-"))) is not None
    }
    with here.writing() as db:
        request = helping.request_of(here, db, request_id)
        survivors.confirm(db, here.user, here.the_case, request, said)
    return here.go(f"{_base(here)}/{request_id}")


@router.post("/cases/{case_id}/survivor/{request_id}/package")
def make_package(here: Helper, request_id: int) -> Response:
    """The person's own ads as a package, which names nobody."""
    here.must_be_today()
    name, content = helping.packaged(here, request_id, i18n.language())
    return Response(
        content,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/cases/{case_id}/survivor/{request_id}/close")
def close(here: Helper, request_id: int) -> Response:
    """End a request that is done."""
    return _end(here, request_id, "done", _("The request is closed. Which ads were found is forgotten."))


@router.post("/cases/{case_id}/survivor/{request_id}/stop")
def stop(here: Helper, request_id: int) -> Response:
    """End a request because the person wants to stop; no reason is asked."""
    return _end(here, request_id, "stopped", _("Stopped. Which ads were found is forgotten."))


def _end(here: Here, request_id: int, outcome: str, said: str) -> Response:
    here.must_be_today()
    with here.writing() as db:
        request = helping.request_of(here, db, request_id)
        survivors.end(db, here.user, here.the_case, request, outcome)
    return here.go(_base(here), said)


def _base(here: Here) -> str:
    return f"/cases/{here.the_case.id}/survivor"


def _step(
    here: Here, request: SurvivorRequest, status: int = 200, *, wrong: str = "", nothing_found: bool = False
) -> Response:
    stage = survivors.stage_of(request)
    return here.page(
        "survivor/request.html",
        status,
        base=_base(here),
        request=request,
        stage=stage,
        wrong=wrong,
        nothing_found=nothing_found,
        cards=_cards(here, request) if stage in ("confirm", "package", "search") else [],
        searches=len(request.asked),
        past=here.as_of is not None,
    )


def _cards(here: Here, request: SurvivorRequest) -> list[dict[str, Any]]:
    return [
        {
            "ad": sheet.ad, "agency": sheet.agency, "location": sheet.location, "said": said,
            "posted": sheet.posted.date().isoformat() if sheet.posted else "",
            "posted_shown": shown_day(sheet.posted), "text": text,
        }
        for sheet, said, text in helping.shown(here, request)
    ]  # fmt: skip
