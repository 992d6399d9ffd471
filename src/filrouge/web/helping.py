"""A survivor's request as pages and scripts do it: the same steps, and the same that stays shut.

Nothing here is ever in the clear, whatever was opened elsewhere: no number, no name, no cluster, no network, no bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from filrouge.casework import searches, survivors
from filrouge.casework.errors import NotThere, Refused
from filrouge.casework.models import SurvivorRequest, now
from filrouge.corpus.errors import UnknownAdNumber
from filrouge.engines import own_ads
from filrouge.engines.casebook import Casebook
from filrouge.i18n import _
from filrouge.reports.html.words import kind_name
from filrouge.reports.package.make import package
from filrouge.reports.package.what import Ads, Terms

if TYPE_CHECKING:
    from filrouge.engines.case_sheets import AdSheet
    from filrouge.web.here import Here

TEXT, IDENTIFIER = "text", "identifier"


def request_of(here: Here, db: Session, number: int) -> SurvivorRequest:
    """A request of the case that the person may see.

    Raises:
        NotThere: if there is none of that number.
    """
    found = survivors.find(db, here.user, here.the_case, number)
    if found is None:
        raise NotThere
    return found


def looked_for(here: Here, request: SurvivorRequest, kind: str, said: str) -> tuple[str, tuple[int, ...]]:
    """What proves later what was looked for, and the ads of the case that carry it, or whose text it is.

    Raises:
        Refused: if it cannot be one person's own, or the request has been searched enough.
    """
    survivors.may_search(request)
    _must_be_searchable(kind, said)
    book, look = _masked(here), own_ads.by_text if kind == TEXT else own_ads.by_identifier
    found = look(book, here.house.desk.index(here.the_case.name), said)
    proof = searches.proof(book.ws.pepper, said, "survivor")
    if found.shared:
        with here.writing() as db:
            survivors.not_told(db, here.user, here.the_case, request_of(here, db, request.id), kind, proof)
        raise Refused(_shared(kind))
    return proof, found.ads


def packaged(here: Here, number: int, language: str) -> tuple[str, bytes]:
    """The person's own ads as a package, which names nobody: the name of the file, and the file."""
    with here.writing() as db:
        request = request_of(here, db, number)
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
            language=language,
            authority=here.the_case.authority,
        ),
        audit=trail,
        jobs=here.house.settings.jobs,
    )
    with here.writing() as db:
        survivors.packaged(db, here.user, here.the_case, request_of(here, db, number), made.sha256)
    return f"filrouge-own-ads-{number}.zip", made.content


def shown(here: Here, request: SurvivorRequest) -> list[tuple[AdSheet, str, list[tuple[str, bool]]]]:
    """The ads that were found, what the person said of each, and its text in pieces that were taken out or not.

    All that names anybody is taken out; no way leads on from them.
    """
    book, out = _masked(here), []
    for ad, said in sorted(request.ads.items(), key=lambda item: int(item[0])):
        try:
            sheet = book.ad(int(ad))
        except UnknownAdNumber:
            continue  # destroyed meanwhile
        text = [(f"[{kind_name(piece)}]" if gone else piece, gone) for piece, gone in own_ads.shut(sheet)]
        out.append((sheet, str(said), text))
    return out


def facts(request: SurvivorRequest) -> dict[str, Any]:
    """What is kept of a request for ever, and where it stands; no ad of it."""
    return {
        "id": request.id, "reference": request.reference, "made": request.made,
        "stage": survivors.stage_of(request), "outcome": request.outcome, "own": request.own,
    }  # fmt: skip


def _masked(here: Here) -> Casebook:
    return here.house.desk.casebook(here.the_case.name)


def _must_be_searchable(kind: str, said: str) -> None:
    if not said:
        raise Refused(_("Nothing was written yet."))
    if len(said) > searches.LONGEST:
        raise Refused(_("That is too long for one ad."))
    if kind != TEXT and (len(said.split()) > 12 or len(searches.identifiers_in(said)) > 1):
        raise Refused(_("One number, address or account at a time, please: each is looked up by itself."))


def _shared(kind: str) -> str:
    if kind == TEXT:
        return _(
            "A text this short, or this common, is written by many people. Please use the whole text of the ad."
        )
    return _(
        "Many ads of different people carry this: it belongs to an agency, a site or a switchboard. So none can be "
        "given as the person's own. Please try their own number, or the text of one of their ads."
    )
