"""Requests of people for their own ads: begun with their consent, theirs to stop at any moment, forgotten at the end.

The record says that somebody asked, who saw that they agreed, and how it ended. What they asked by is kept as a keyed
hash alone; which ads were found, only until the request ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from filrouge.casework import access, searches
from filrouge.casework.access import Permission
from filrouge.casework.audit import note
from filrouge.casework.cases import belonging
from filrouge.casework.errors import Refused
from filrouge.casework.models import AuditEntry, Case, SurvivorRequest, User, now
from filrouge.i18n import _

ASKERS: Final = ("person", "lawyer", "advocate")
FORMS: Final = ("written", "spoken", "lawyer")
SAID: Final = ("own", "not", "unsure")
MOST_SEARCHES: Final = 10
"""Numbers, addresses and texts that one person is asked for."""


def begin(
    db: Session, by: User, case: Case, *, reference: str, asker: str, consent_on: date | None, consent_form: str,
    witness: str, agreed: bool,
) -> SurvivorRequest:  # fmt: skip
    """Begin a request.

    Raises:
        Refused: if the consent is not all there.
    """
    reference, witness = " ".join(reference.split()), " ".join(witness.split())
    if not agreed:
        raise Refused(_("Nothing can be looked for before the person has agreed to it. There is no hurry."))
    if asker not in ASKERS or consent_form not in FORMS:
        raise Refused(_("Choose who asks, and how the person agreed."))
    if consent_on is None or consent_on > now().date():
        raise Refused(
            _("Write the day on which the person agreed, as 2026-12-31; it can't lie in the future.")
        )
    if not reference or not witness:
        raise Refused(_("A reference and the one who was there when the person agreed are needed."))
    if searches.identifiers_in(reference):
        raise Refused(
            _("The reference looks like a number or an address of somebody. Use a file number instead.")
        )
    made = SurvivorRequest(
        case_id=case.id, made_by=by.id, reference=reference[:120], by=asker, consent_on=consent_on,
        consent_form=consent_form, witness=witness[:120],
    )  # fmt: skip
    db.add(made)
    db.flush()
    note(
        db, by, "survivor.begun", case=case, subject=_subject(made), asker=asker, consent_form=consent_form,
        consent_on=consent_on.isoformat(),
    )  # fmt: skip
    return made


def of_case(db: Session, user: User, case: Case) -> list[SurvivorRequest]:
    """The requests that a person may see, the newest first: their own, and all of the case for who leads it."""
    wanted = select(SurvivorRequest).where(SurvivorRequest.case_id == case.id)
    if not access.may(user, Permission.LEAD, case):
        wanted = wanted.where(SurvivorRequest.made_by == user.id)
    return list(db.scalars(wanted.order_by(SurvivorRequest.id.desc())))


def find(db: Session, user: User, case: Case, number: int) -> SurvivorRequest | None:
    """A request, if the person may see it."""
    found = belonging(db, case, SurvivorRequest, number)
    if found is None or (found.made_by != user.id and not access.may(user, Permission.LEAD, case)):
        return None
    return found


def stage_of(request: SurvivorRequest) -> str:
    """What comes next: "search", "confirm", "package" or "ended"."""
    if request.ended is not None:
        return "ended"
    if not request.ads:
        return "search"
    if any(not said for said in request.ads.values()):
        return "confirm"
    return "package" if "own" in request.ads.values() else "search"


def may_search(request: SurvivorRequest) -> None:
    """Refuse another search where there were many, or the request is over.

    Raises:
        Refused: then.
    """
    _still_open(request)
    if len(request.asked) >= MOST_SEARCHES:
        raise Refused(
            _(
                "This request has been searched by {most} things already. Close it, and begin another one."
            ).format(most=MOST_SEARCHES)
        )


def found(
    db: Session, by: User, case: Case, request: SurvivorRequest, kind: str, proof: str, ads: Sequence[int]
) -> None:
    """Write down what was found by an identifier or a text, which itself is not kept."""
    _count(request, kind, proof, len(ads))
    request.ads = {**{str(ad): "" for ad in ads}, **request.ads}
    note(
        db,
        by,
        "survivor.searched",
        case=case,
        subject=_subject(request),
        kind=kind,
        proof=proof,
        found=len(ads),
    )


def not_told(db: Session, by: User, case: Case, request: SurvivorRequest, kind: str, proof: str) -> None:
    """Write down that many people share what was asked by, so that nothing is shown; it counts as a search, too."""
    _count(request, kind, proof, 0)
    note(db, by, "survivor.not_told", case=case, subject=_subject(request), kind=kind, proof=proof)


def confirm(db: Session, by: User, case: Case, request: SurvivorRequest, said: Mapping[int, str]) -> None:
    """Write down what the person says of the ads that were found; what they say of others is not heard."""
    _still_open(request)
    told = {str(ad): word for ad, word in said.items() if word in SAID and str(ad) in request.ads}
    request.ads = {**request.ads, **told}
    request.own = sum(word == "own" for word in request.ads.values())
    counts = {word: sum(one == word for one in request.ads.values()) for word in SAID}
    note(db, by, "survivor.confirmed", case=case, subject=_subject(request), **counts)


def own_ads(request: SurvivorRequest) -> tuple[int, ...]:
    """The ads that the person said are their own."""
    return tuple(sorted(int(ad) for ad, said in request.ads.items() if said == "own"))


def packaging(db: Session, by: User, case: Case, request: SurvivorRequest) -> None:
    """Write down that the person's own ads are about to be packaged.

    Raises:
        Refused: if none is theirs, or not all were looked at.
    """
    _still_open(request)
    if stage_of(request) != "package":
        raise Refused(_("First say of each ad whether it is the person's own."))
    note(db, by, "survivor.packaging", case=case, subject=_subject(request), ads=len(own_ads(request)))


def packaged(db: Session, by: User, case: Case, request: SurvivorRequest, sha256: str) -> None:
    """Write down that they were packaged."""
    request.packaged, request.package = now(), sha256
    note(db, by, "survivor.packaged", case=case, subject=_subject(request), sha256=sha256, ads=request.own)


def end(db: Session, by: User, case: Case, request: SurvivorRequest, outcome: str) -> None:
    """End a request, "done" or "stopped": which ads were found is forgotten. One that has ended stays as it is."""
    if request.ended is not None:
        return
    request.ended, request.outcome, request.ads = now(), outcome, {}
    note(db, by, "survivor.ended", case=case, subject=_subject(request), outcome=outcome, own=request.own)


def trail_of(db: Session, case: Case, request: SurvivorRequest) -> list[dict[str, Any]]:
    """What the audit trail says of a request, as it goes into its package: no login, no case of others."""
    entries = db.scalars(
        select(AuditEntry)
        .where(AuditEntry.case_id == case.id, AuditEntry.subject == _subject(request))
        .order_by(AuditEntry.seq)
    )
    return [
        {"seq": one.seq, "at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}", "action": one.action, "subject": one.subject}
        for one in entries
    ]


def _count(request: SurvivorRequest, kind: str, proof: str, found: int) -> None:
    may_search(request)
    number = str(len(request.asked) + 1)
    request.asked = {**request.asked, number: {"kind": kind, "proof": proof, "found": found}}


def _still_open(request: SurvivorRequest) -> None:
    if request.ended is not None:
        raise Refused(_("This request has ended. Begin another one if the person wants it."))


def _subject(request: SurvivorRequest) -> str:
    return f"survivor:{request.id}"
