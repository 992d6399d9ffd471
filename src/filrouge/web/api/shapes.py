"""What the interface for scripts gives and takes, as JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


def _written(moment: object) -> object:
    return moment.isoformat() if isinstance(moment, datetime) else moment


Posted = Annotated[str | None, BeforeValidator(_written)]
"""A time as an ad says it: in no known zone."""
Utc = Annotated[
    datetime,
    BeforeValidator(
        lambda at: at.replace(tzinfo=UTC) if isinstance(at, datetime) and at.tzinfo is None else at
    ),
]
"""A time of the workspace, which is UTC and does not say so."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class Shape(BaseModel):
    """Read from the attributes of what the program works with."""

    model_config = ConfigDict(from_attributes=True)


class Body(BaseModel):
    """What a script sends: nothing that is not known."""

    model_config = ConfigDict(extra="forbid")


class Me(Shape):
    """Whose token it is, and what it may be used for."""

    login: str
    name: str
    role: str
    scopes: list[str]


class CaseOut(Shape):
    """A case."""

    id: int
    name: str
    title: str
    purpose: str
    authority: str
    keep_until: date


class ReasonOut(Shape):
    """Why a lead is here: codes and numbers, and the same in words."""

    kind: str
    code: str
    count: int
    ads: int
    bits: float
    tells_nothing: bool
    text: str


class Lead(Shape):
    """A network, or a cluster in none, with signs of organisation."""

    kind: Literal["network", "cluster"]
    id: int
    name: str
    ads: int
    clusters: int
    agencies: list[str]
    n_agencies: int
    places: list[str]
    n_places: int
    first: date | None
    last: date | None
    languages: list[str]
    identifiers: int
    strength: float
    signs: list[str]
    indicators: list[str]


class IdentifierOut(Shape):
    """An identifier; `shown` is its pseudonym unless it was opened with a reason."""

    kind: str
    shown: str
    pseudonym: str
    ads: int
    holders: int
    clusters: list[int]
    first: date | None
    last: date | None
    bits: float
    of_agency: bool


class PieceOut(Shape):
    """A piece of a text."""

    text: str
    common: bool
    slot: str | None
    masked: bool
    lost: bool


class AdOut(Shape):
    """An ad, where it came from, and what it carries."""

    ad: int
    id: str
    agency: str
    posted: Posted
    location: str
    cluster: int
    network: int
    text: str
    stretches: list[PieceOut]
    identifiers: list[IdentifierOut]
    source: str
    row: int
    sha256: str
    received: Posted


class SegmentOut(Shape):
    """A piece of a template: words, or a slot with its commonest values."""

    text: str
    slot: str | None
    values: list[tuple[str, int]]
    different: int
    filled: int


class MemberOut(Shape):
    """An ad of a cluster."""

    ad: int
    id: str
    agency: str
    posted: Posted
    location: str
    bits: float
    stretches: list[PieceOut]


class ClusterOut(Shape):
    """A cluster: its template, a page of its members, its identifiers."""

    id: int
    name: str
    network: int
    ads: int
    opened: int
    reasons: list[ReasonOut]
    template: list[SegmentOut]
    members: list[MemberOut]
    page: int
    pages: int
    identifiers: list[IdentifierOut]
    timeline: list[dict[str, Any]]
    places: list[dict[str, Any]]
    history: list[dict[str, Any]]


class BriefOut(Shape):
    """A cluster in one line."""

    id: int
    name: str
    ads: int
    agencies: list[str]
    places: list[str]
    first: date | None
    last: date | None
    template: str


class TieOut(Shape):
    """What ties two clusters, or a cluster and a single ad (-1)."""

    one: int
    other: int
    one_ad: int
    other_ad: int
    bits: float
    claimed: float
    parts: list[tuple[str, float]]
    possible: bool


class NetworkOut(Shape):
    """A network: clusters, ties, identifiers, what speaks for and against."""

    id: int
    name: str
    reasons: list[ReasonOut]
    clusters: list[BriefOut]
    clusters_left: int
    single_ads: list[int]
    ties: list[TieOut]
    ties_left: int
    identifiers: list[IdentifierOut]
    identifiers_left: int
    strength_parts: dict[str, float]
    for_: list[tuple[str, float]] = Field(serialization_alias="for")
    against: list[tuple[str, float]]
    timeline: list[dict[str, Any]]
    places: list[dict[str, Any]]
    members: list[dict[str, Any]]
    members_left: int


class SharedOut(Shape):
    """An identifier in common, and the bits that sharing it is worth."""

    identifier: IdentifierOut
    bits: float


class TieSheetOut(Shape):
    """Two ads or two clusters side by side: the waterfall of bits, for and against."""

    one: AdOut
    other: AdOut
    of: str
    clusters: tuple[int, int]
    same_cluster: bool
    same_network: bool
    text_bits: float
    cut: float
    waterfall: list[tuple[str, float]]
    weighed: list[str]
    total: float
    claimed: float
    checked: bool
    words: str
    shared: list[SharedOut]
    possible: bool


class Tip(BaseModel):
    """A question about an identifier."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=500)


class TipAnswer(Shape):
    """Yes or no, in which of one's own cases, and who may tell."""

    held: bool
    mine: dict[int, int]
    ask: list[str]


class SnapshotOut(Shape):
    """What changed what is read in a case: "ingest", "run", "retention"; `seq`: the case's own number of it, from 1."""

    seq: int
    at: datetime
    kind: str


# -- movement -------------------------------------------------------------------------------------------------


class Selected(BaseModel):
    """A network or cluster of a selection."""

    kind: Literal["network", "cluster"]
    id: int
    name: str
    ads: int


class Place(BaseModel):
    """A place that is known, and when ads of the selection were there."""

    place: str
    lat: float
    lon: float
    ads: int
    first: date | None
    last: date | None


class Move(BaseModel):
    """From one place to the next: `of`, the name of a network or cluster."""

    of: str
    day: date
    from_: str = Field(serialization_alias="from")
    to: str


class DayAt(BaseModel):
    """Ads of one of the selection at a place on a day."""

    of: str
    day: date
    place: str
    ads: int


class MovementOut(BaseModel):
    """Where the ads of a selection were posted for, and in which order; `unplaced` ads name no place."""

    of: list[Selected]
    places: list[Place]
    moves: list[Move]
    moves_left: int
    days: list[DayAt]
    unplaced: int
