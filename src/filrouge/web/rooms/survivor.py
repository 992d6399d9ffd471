"""A survivor's request: a person, or who acts for them, asks for their own ads and gets these and nothing else.

Nothing here is ever in the clear, whatever was opened elsewhere: no number, no name, no cluster, no network, no bits.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, HTTPException
from sqlalchemy.orm import Session
from starlette.responses import Response

from filrouge import i18n
from filrouge.casework import searches, survivors
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.models import SurvivorRequest, User, now
from filrouge.corpus.errors import UnknownAdNumber
from filrouge.engines import own_ads
from filrouge.engines.casebook import Casebook
from filrouge.i18n import _
from filrouge.reports.html.words import kind_name
from filrouge.reports.package.make import package
from filrouge.reports.package.what import Ads, Terms
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
        requests=[
            {"id": one.id, "reference": one.reference, "made": one.made, "stage": survivors.stage_of(one),
             "outcome": one.outcome, "own": one.own, "by": names.get(one.made_by, "")}
            for one in requests
        ],
    )  # fmt: skip


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
        request = _request(here, db, request_id)
    return _step(here, request)


@router.post("/cases/{case_id}/survivor/{request_id}/search")
def search(
    here: Helper,
    request_id: int,
    kind: Annotated[str, Form()] = "identifier",
    identifier: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
) -> Response:
    """Look for the ads that carry what is the person's own."""
    here.must_be_today()
    with here.reading() as db:
        request = _request(here, db, request_id)
    survivors.may_search(request)
    said = (text if kind == "text" else identifier).strip()
    wrong = _not_to_be_searched(kind, said)
    if wrong:
        return _step(here, request, 400, wrong=wrong)
    look = own_ads.by_text if kind == "text" else own_ads.by_identifier
    found = look(_masked(here), here.house.desk.index(here.the_case.name), said)
    if found.shared:
        here.note("survivor.not_told", f"survivor:{request_id}", kind=kind)
        return _step(here, request, 400, wrong=_shared(kind))
    proof = searches.proof(_masked(here).ws.pepper, said, "survivor")
    with here.writing() as db:
        request = _request(here, db, request_id)
        survivors.found(db, here.user, here.the_case, request, kind, proof, found.ads)
    if not found.ads:
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
        request = _request(here, db, request_id)
        survivors.confirm(db, here.user, here.the_case, request, said)
    return here.go(f"{_base(here)}/{request_id}")


@router.post("/cases/{case_id}/survivor/{request_id}/package")
def make_package(here: Helper, request_id: int) -> Response:
    """The person's own ads as a package, which names nobody."""
    here.must_be_today()
    with here.writing() as db:
        request = _request(here, db, request_id)
        survivors.packaging(db, here.user, here.the_case, request)
        trail = survivors.trail_of(db, here.the_case, request)
    made = package(
        _masked(here),
        Ads(survivors.own_ads(request), alone=True),
        Terms(
            made_by=here.user.name,
            made_at=now(),
            recipient=request.reference,
            purpose=_("The person asked for their own ads."),
            language=i18n.language(),
            authority=here.the_case.authority,
        ),
        audit=trail,
        jobs=here.house.settings.jobs,
    )
    with here.writing() as db:
        request = _request(here, db, request_id)
        survivors.packaged(db, here.user, here.the_case, request, made.sha256)
    name = f"filrouge-own-ads-{request_id}.zip"
    return Response(
        made.content,
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
        request = _request(here, db, request_id)
        survivors.end(db, here.user, here.the_case, request, outcome)
    return here.go(_base(here), said)


def _request(here: Here, db: Session, number: int) -> SurvivorRequest:
    found = survivors.find(db, here.user, here.the_case, number) if number < 2**31 else None
    if found is None:
        raise HTTPException(404)
    return found


def _base(here: Here) -> str:
    return f"/cases/{here.the_case.id}/survivor"


def _masked(here: Here) -> Casebook:
    return here.house.desk.casebook(here.the_case.name)


def _not_to_be_searched(kind: str, said: str) -> str:
    if not said:
        return _("Nothing was written yet.")
    if len(said) > searches.LONGEST:
        return _("That is too long for one ad.")
    if kind != "text" and (len(said.split()) > 12 or len(searches.identifiers_in(said)) > 1):
        return _("One number, address or account at a time, please: each is looked up by itself.")
    return ""


def _shared(kind: str) -> str:
    if kind == "text":
        return _(
            "A text this short, or this common, is written by many people. Please use the whole text of the ad."
        )
    return _(
        "Many ads of different people carry this: it belongs to an agency, a site or a switchboard. So none can be "
        "given as the person's own. Please try their own number, or the text of one of their ads."
    )


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
    """The ads that were found, with all that names anybody taken out; no way leads on from them."""
    book, out = _masked(here), []
    for ad, said in sorted(request.ads.items(), key=lambda item: int(item[0])):
        try:
            sheet = book.ad(int(ad))
        except UnknownAdNumber:
            continue  # destroyed meanwhile
        out.append(
            {
                "ad": int(ad), "agency": sheet.agency, "location": sheet.location, "said": said,
                "posted": sheet.posted.date().isoformat() if sheet.posted else "",
                "posted_shown": shown_day(sheet.posted),
                "text": [(f"[{kind_name(piece)}]" if gone else piece, gone) for piece, gone in own_ads.shut(sheet)],
            }
        )  # fmt: skip
    return out
