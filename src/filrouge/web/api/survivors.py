"""What scripts do of a survivor's request, once a person has seen to the consent; see `web.helping`.

Whether somebody agrees, only a person sees: a request is begun on its page. No answer that is kept for a
script that asks again holds an ad: which were found is forgotten when the request ends, everywhere.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from filrouge.casework import survivors
from filrouge.casework.errors import Refused
from filrouge.casework.models import SurvivorRequest, User
from filrouge.i18n import _
from filrouge.web import helping
from filrouge.web.api.entry import Assisting, Script
from filrouge.web.api.said import CASE_AS_IT_IS, WRITES_IN_CASE, ZIP, Row, routes
from filrouge.web.api.shapes_of_survivors import (
    OwnAd,
    OwnAnswers,
    OwnFound,
    OwnPackage,
    OwnPiece,
    OwnSearch,
    SurvivorRequestOut,
    SurvivorRequestWithAds,
)

router: Final = routes("survivors")


@router.get("/cases/{case_id}/survivor-requests", **CASE_AS_IT_IS)
def survivor_requests(here: Assisting) -> list[SurvivorRequestOut]:
    """The requests that you began, and all of the case if you lead it, the newest first."""
    with here.reading() as db:
        return [_request(db, one) for one in survivors.of_case(db, here.user, here.the_case)]


# Not in OpenAPI, since it is never done: it is here so that a script is told what to do instead.
@router.post("/cases/{case_id}/survivor-requests", include_in_schema=False)
def begin_request(here: Assisting) -> None:
    """Refused: that a person agreed, another person sees or hears, and says so on the page."""
    raise Refused(
        _(
            "Whether a person agrees, another person has to see or hear. Begin the request on the page “A survivor's "
            "request”; from then on a script may take part."
        )
    )


@router.get("/cases/{case_id}/survivor-requests/{request}", **CASE_AS_IT_IS)
def survivor_request(here: Assisting, request: Row) -> SurvivorRequestWithAds:
    """A request, and the ads that were found, with all that names anybody taken out: a reason opens nothing here."""
    with here.reading() as db:
        found = helping.request_of(here, db, request)
        told = _request(db, found)
    ads = [
        OwnAd(
            ad=sheet.ad, agency=sheet.agency, posted=sheet.posted, location=sheet.location, said=said,  # type: ignore[arg-type]
            text=[OwnPiece(text=text, taken_out=gone) for text, gone in pieces],
        )
        for sheet, said, pieces in helping.shown(here, found)
    ]  # fmt: skip
    return SurvivorRequestWithAds(**told.model_dump(), ads=ads)


@router.post("/cases/{case_id}/survivor-requests/{request}/search", **WRITES_IN_CASE)
def look_for_own_ads(here: Assisting, request: Row, wanted: OwnSearch) -> OwnFound:
    """Look for the ads that carry what is the person's own. What it was is not kept, but for a keyed hash."""
    here.must_be_today()
    with here.reading() as db:
        found = helping.request_of(here, db, request)
    proof, ads = helping.looked_for(here, found, wanted.kind, wanted.text)

    def act(db: Session) -> OwnFound:
        mine = helping.request_of(here, db, request)
        survivors.found(db, here.user, here.the_case, mine, wanted.kind, proof, ads)
        return OwnFound(found=len(ads), stage=survivors.stage_of(mine), searches=len(mine.asked))  # type: ignore[arg-type]

    return here.once(OwnFound, act, wanted)


@router.put("/cases/{case_id}/survivor-requests/{request}/answers", **CASE_AS_IT_IS)
def keep_answers(here: Assisting, request: Row, told: OwnAnswers) -> SurvivorRequestOut:
    """Write down what the person says of each ad. It is theirs to say: no program may answer for them."""

    def act(db: Session) -> SurvivorRequestOut:
        mine = helping.request_of(here, db, request)
        said = {one.ad: one.said for one in told.answers}
        survivors.confirm(db, here.user, here.the_case, mine, said)
        return _request(db, mine)

    return here.once(SurvivorRequestOut, act, told)


@router.post("/cases/{case_id}/survivor-requests/{request}/package", response_class=Response, **ZIP)
def package_own_ads(here: Assisting, request: Row, wanted: OwnPackage) -> Response:
    """The person's own ads as a package, which names nobody: the file. Each time that it is made is in the trail."""
    here.must_be_today()
    name, content = helping.packaged(here, request, wanted.language)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/zip", headers=headers)


@router.post("/cases/{case_id}/survivor-requests/{request}/close", **WRITES_IN_CASE)
def close_request(here: Assisting, request: Row) -> SurvivorRequestOut:
    """End a request that is done: which ads were found is forgotten."""
    return _end(here, request, "done")


@router.post("/cases/{case_id}/survivor-requests/{request}/stop", **WRITES_IN_CASE)
def stop_request(here: Assisting, request: Row) -> SurvivorRequestOut:
    """End a request because the person wants to stop, at any step; no reason is asked. What was found is forgotten."""
    return _end(here, request, "stopped")


def _end(here: Script, number: int, outcome: str) -> SurvivorRequestOut:
    def act(db: Session) -> SurvivorRequestOut:
        mine = helping.request_of(here, db, number)
        survivors.end(db, here.user, here.the_case, mine, outcome)
        return _request(db, mine)

    return here.once(SurvivorRequestOut, act)


def _request(db: Session, one: SurvivorRequest) -> SurvivorRequestOut:
    maker = db.get(User, one.made_by)
    told: dict[str, Any] = helping.facts(one)
    return SurvivorRequestOut(
        **told, by=maker.name if maker else "", asker=one.by, consent_on=one.consent_on,
        consent_form=one.consent_form, witness=one.witness, searches=len(one.asked), packaged=one.packaged,
        package=one.package, ended=one.ended,
    )  # fmt: skip
