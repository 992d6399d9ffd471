"""What scripts can read: cases, leads, networks, clusters, ads, ties; and search."""

from __future__ import annotations

import hmac
from dataclasses import asdict
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

import polars as pl
from fastapi import APIRouter, HTTPException, Path, Query
from sqlalchemy import select

from filrouge.casework.meetings import holders_by_case, tell_tip
from filrouge.casework.models import AuditEntry
from filrouge.corpus.errors import UnknownAdNumber
from filrouge.engines.casebook import Reason, TieSheet, UnknownCluster, UnknownNetwork
from filrouge.engines.masking import unmasked, with_pseudonyms
from filrouge.reports.casebook_words import reason_in_words
from filrouge.web.api.entry import Auditing, Entering, Reading, Tipping
from filrouge.web.api.shapes import (
    AdOut,
    CaseOut,
    ClusterOut,
    EntryOut,
    Hits,
    Lead,
    Leads,
    Me,
    NetworkOut,
    Question,
    TieSheetOut,
    Tip,
    TipAnswer,
)

router: Final = APIRouter(prefix="/api/v1", tags=["reading"])
Number = Annotated[int, Path(ge=0, le=2**53)]
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    401: {"description": "No valid token."},
    403: {"description": "The token, or its owner's role, does not allow it."},
    404: {"description": "There is no such thing, or it is not yours to see."},
    400: {"description": "It cannot be done; the message says what to do."},
}
IN_CASE: Final[dict[str, Any]] = {"responses": REFUSALS, "openapi_extra": {
    "parameters": [
        {
            "name": "case_id", "in": "path", "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": 2**31},
        },
        {"name": "as_of", "in": "query", "schema": {"type": "string", "format": "date"}, "description": "A past day."},
    ]
}}  # fmt: skip
"""What routes of a case say of their parameters, which the gate reads."""


@router.get("/me", responses=REFUSALS)
def me(here: Entering) -> Me:
    """Whose token it is."""
    user = here.user
    return Me(login=user.login, name=user.name, role=user.role, scopes=sorted(here.scopes))


@router.get("/cases", responses=REFUSALS)
def cases(here: Entering) -> list[CaseOut]:
    """One's open cases."""
    return [CaseOut.model_validate(case) for case in here.cases]


@router.get("/cases/{case_id}/leads", **IN_CASE)
def leads(
    here: Reading,
    kind: Literal["network", "cluster"] | None = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Leads:
    """Networks and clusters with signs of organisation, the strongest first."""
    found = here.casebook.leads
    if kind is not None:
        found = found.filter(pl.col("kind") == kind)
    rows = found.slice(offset, limit).iter_rows(named=True)
    return Leads(total=found.height, leads=[Lead.model_validate(row) for row in rows])


@router.get("/cases/{case_id}/networks/{network}", **IN_CASE)
def network(here: Reading, network: Number) -> NetworkOut:
    """A network."""
    try:
        found = here.casebook.network(network)
    except UnknownNetwork as unknown:
        raise HTTPException(404, str(unknown)) from unknown
    plain = {name: getattr(found, name) for name in NetworkOut.model_fields if hasattr(found, name)}
    plain |= {
        "reasons": _reasons(found.reasons),
        **{name: _rows(getattr(found, name)) for name in ("timeline", "places", "members")},
    }
    return NetworkOut.model_validate(plain)


@router.get("/cases/{case_id}/clusters/{cluster}", **IN_CASE)
def cluster(
    here: Reading, cluster: Number, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1
) -> ClusterOut:
    """A cluster, and a page of its members."""
    try:
        found = here.casebook.cluster(cluster, page)
    except UnknownCluster as unknown:
        raise HTTPException(404, str(unknown)) from unknown
    plain = {name: getattr(found, name) for name in ClusterOut.model_fields if hasattr(found, name)}
    plain |= {
        "reasons": _reasons(found.reasons),
        **{name: _rows(getattr(found, name)) for name in ("timeline", "places", "history")},
    }
    return ClusterOut.model_validate(plain)


@router.get("/cases/{case_id}/ads/{ad}", **IN_CASE)
def ad(here: Reading, ad: Number) -> AdOut:
    """An ad; masked unless the header X-Open-Reason says why it must be opened."""
    try:
        return AdOut.model_validate(here.casebook.ad(ad))
    except UnknownAdNumber as unknown:
        raise HTTPException(404) from unknown


@router.get("/cases/{case_id}/ties", **IN_CASE)
def tie(
    here: Reading,
    one: Annotated[int, Query(ge=0, le=2**53)],
    other: Annotated[int, Query(ge=0, le=2**53)],
    of: Literal["ads", "clusters"] = "ads",
) -> TieSheetOut:
    """What ties two ads or two clusters, and what speaks against it."""
    try:
        found = here.casebook.tie(one, other) if of == "ads" else here.casebook.tie_of_clusters(one, other)
    except (UnknownAdNumber, UnknownCluster) as unknown:
        raise HTTPException(404) from unknown
    return tie_out(found)


@router.post("/cases/{case_id}/search", **IN_CASE)
def search(here: Reading, question: Question) -> Hits:
    """The ads of a case that are near a text, hold words, or carry an identifier."""
    index = here.index
    ask = {"near": index.nearest, "words": index.by_words, "identifier": index.by_identifier}[question.how]
    hits = ask(question.text, question.top)
    shown = unmasked(here.casebook.ws, hits) if here.opened else with_pseudonyms(here.casebook.ws, hits)
    asked = hmac.new(here.casebook.ws.pepper, b"search:" + question.text.encode(), sha256).hexdigest()[:32]
    here.note(
        "search.made",
        subject=f"search:{asked}",
        how=question.how,
        length=len(question.text),
        hits=len(hits),
        by="api",
    )
    return Hits.model_validate({"cut": index.cuts.near, "hits": [asdict(hit) for hit in shown]})


@router.post("/tip", responses=REFUSALS)
def tip(here: Tipping, asked: Tip) -> TipAnswer:
    """Is anything held on an identifier: yes or no, and who may tell."""
    ws = here.house.desk.view()
    counts = holders_by_case(ws, asked.text)
    with here.writing() as db:
        answer = tell_tip(db, here.user, asked.text, counts, ws.pepper)
    return TipAnswer(
        held=answer.held,
        mine={case.id: count for case, count in answer.mine},
        ask=[user.name for user in answer.ask],
    )


@router.get("/audit", responses=REFUSALS)
def trail(
    here: Auditing,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> list[EntryOut]:
    """Entries of the audit trail, by number."""
    with here.reading() as db:
        found = db.scalars(
            select(AuditEntry).where(AuditEntry.seq > after).order_by(AuditEntry.seq).limit(limit)
        )
        return [EntryOut.model_validate(entry) for entry in found]


def tie_out(found: TieSheet) -> TieSheetOut:
    """A tie as JSON."""
    plain = {name: getattr(found, name) for name in TieSheetOut.model_fields if hasattr(found, name)}
    return TieSheetOut.model_validate({**plain, "words": found.verbal()})


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind, "code": one.code, "count": one.count, "ads": one.ads, "bits": one.bits,
            "tells_nothing": one.tells_nothing, "text": reason_in_words(one),
        }
        for one in reasons
    ]  # fmt: skip


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return list(frame.iter_rows(named=True))
