"""What scripts can read: cases, leads, networks, clusters, ads, ties."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

import polars as pl
from fastapi import HTTPException, Query
from pydantic import Field

from filrouge.casework import held_back
from filrouge.casework.errors import Refused
from filrouge.casework.meetings import holders_by_case, tell_tip
from filrouge.casework.models import now
from filrouge.corpus.errors import UnknownAdNumber
from filrouge.engines import case_past
from filrouge.engines.casebook import Reason, TieSheet, UnknownCluster, UnknownNetwork
from filrouge.i18n import _
from filrouge.reports.casebook_words import reason_in_words
from filrouge.web import moving
from filrouge.web.api.entry import Entering, Reading, Tipping
from filrouge.web.api.said import (
    ANYWHERE,
    CASE_AS_IT_IS,
    IN_CASE,
    OPENING,
    Limit,
    Number,
    Offset,
    Page,
    routes,
)
from filrouge.web.api.shapes import (
    AdOut,
    CaseOut,
    ClusterOut,
    DayAt,
    Lead,
    Me,
    Move,
    MovementOut,
    NetworkOut,
    Place,
    Selected,
    SnapshotOut,
    TieSheetOut,
    Tip,
    TipAnswer,
)
from filrouge.web.api.shapes_of_watches import ChangeOut
from filrouge.web.judged import mark_opened

router: Final = routes("reading")


@router.get("/me", **ANYWHERE)
def me(here: Entering) -> Me:
    """Whose token it is."""
    user = here.user
    return Me(login=user.login, name=user.name, role=user.role, scopes=sorted(here.scopes))


@router.get("/cases", **ANYWHERE)
def cases(here: Entering) -> list[CaseOut]:
    """One's open cases."""
    return [CaseOut.model_validate(case) for case in here.cases]


@router.get("/cases/{case_id}/leads", **IN_CASE)
def leads(
    here: Reading,
    kind: Literal["network", "cluster"] | None = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Page[Lead]:
    """Networks and clusters with signs of organisation, the strongest first."""
    found = here.casebook.leads
    if kind is not None:
        found = found.filter(pl.col("kind") == kind)
    rows = found.slice(offset, limit).iter_rows(named=True)
    return Page(total=found.height, items=[Lead.model_validate(row) for row in rows])


@router.get("/cases/{case_id}/networks/{network}", **OPENING)
def network(here: Reading, network: Number) -> NetworkOut:
    """A network. It counts as opened by you, as on its page."""
    try:
        found = here.casebook.network(network)
    except UnknownNetwork as unknown:
        raise HTTPException(404, str(unknown)) from unknown
    mark_opened(here, "network", network)
    plain = {name: getattr(found, name) for name in NetworkOut.model_fields if hasattr(found, name)}
    plain |= {
        "reasons": _reasons(found.reasons),
        **{name: _rows(getattr(found, name)) for name in ("timeline", "places", "members")},
    }
    return NetworkOut.model_validate(plain)


@router.get("/cases/{case_id}/clusters/{cluster}", **OPENING)
def cluster(
    here: Reading, cluster: Number, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1
) -> ClusterOut:
    """A cluster, and a page of its members. It counts as opened by you, as on its page."""
    try:
        found = here.casebook.cluster(cluster, page)
    except UnknownCluster as unknown:
        raise HTTPException(404, str(unknown)) from unknown
    mark_opened(here, "cluster", cluster)
    plain = {name: getattr(found, name) for name in ClusterOut.model_fields if hasattr(found, name)}
    plain |= {
        "reasons": _reasons(found.reasons),
        **{name: _rows(getattr(found, name)) for name in ("timeline", "places", "history")},
    }
    plain["history"] = [{**row, "seq": here.numbers.of(row["seq"])} for row in plain["history"]]
    return ClusterOut.model_validate(plain)


@router.get("/cases/{case_id}/ads/{ad}", **OPENING)
def ad(here: Reading, ad: Number) -> AdOut:
    """An ad; masked unless the header X-Open-Reason says why it must be opened."""
    try:
        return AdOut.model_validate(here.casebook.ad(ad))
    except UnknownAdNumber as unknown:
        raise HTTPException(404) from unknown


@router.get("/cases/{case_id}/ties", **OPENING)
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


_Ids = Annotated[list[Annotated[int, Field(ge=0, le=2**53)]], Query(max_length=50)]


@router.get("/cases/{case_id}/movement", **IN_CASE)
def movement(here: Reading, network: _Ids = [], cluster: _Ids = []) -> MovementOut:  # noqa: B006
    """Places and routes over time of some networks and clusters; of the strongest leads, if none of them is one."""
    chosen = [("network", id) for id in network] + [("cluster", id) for id in cluster]
    selection, ads = moving.selected(here.casebook, chosen)
    found = moving.map_of_ads(ads)
    return MovementOut(
        of=[Selected(**one) for one in selection],
        places=[Place(**one) for one in found.data["places"]],
        moves=[
            Move(of=one["cluster"], day=one["day"], from_=one["from"], to=one["to"])
            for one in found.data["moves"]
        ],
        moves_left=found.moves_left,
        days=[
            DayAt(of=one["cluster"], day=one["day"], place=one["place"], ads=one["ads"])
            for one in found.data["days"]
        ],
        unplaced=found.unplaced,
    )


@router.post("/tip", **ANYWHERE)
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


@router.get("/cases/{case_id}/snapshots", **CASE_AS_IT_IS)
def snapshots(here: Reading, offset: Offset = 0, limit: Limit = 100) -> Page[SnapshotOut]:
    """What changed what is read in this case, the newest first: a day from here is one to read it `as_of`."""
    rows = here.house.desk.steps(here.the_case.name)
    some = [
        SnapshotOut(seq=here.numbers.of(row.seq), at=row.at, kind=row.kind)
        for row in rows[offset : offset + limit]
    ]
    return Page(total=len(rows), items=some)


@router.get("/cases/{case_id}/changes", **CASE_AS_IT_IS)
def changes(here: Reading, since: date, offset: Offset = 0, limit: Limit = 100) -> Page[ChangeOut]:
    """What of the case's clusters and networks is not as it was at the end of a day, what changed most first."""
    here.must_be_today()
    if since >= now().date():
        raise Refused(_("Choose a day of the past."))
    then = held_back.without(here.house.desk.casebook(here.the_case.name, since), here.held)
    found = case_past.changes(then, here.casebook)
    rows = found.slice(offset, limit).iter_rows(named=True)
    return Page(total=found.height, items=[ChangeOut.model_validate(row) for row in rows])


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
