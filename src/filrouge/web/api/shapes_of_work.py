"""What the interface for scripts gives and takes of people's work: labels, triage, wrong leads, meetings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from filrouge.casework.judging import LONGEST_NOTE
from filrouge.casework.meetings import Level
from filrouge.casework.verdicts import Verdict
from filrouge.web.api.shapes import Body, Lead, Posted, SegmentOut, Shape, Words

Of = Literal["cluster", "network"]
Kind = Literal["organised", "spam", "scam", "advertising", "independent"]
Step = Annotated[int, Field(ge=1, le=5)]


class What(Body):
    """A cluster or network, by its number."""

    of: Of
    number: int = Field(ge=0, le=10**15 - 1)


# -- judging --------------------------------------------------------------------------------------------------


class Opinion(Body):
    """An opinion: steps from 1 (certainly not) to 5 (certainly) by kind, or that one is unsure; and a note."""

    steps: dict[Kind, Step] = Field(default={})
    unsure: bool = False
    note: str = Field(default="", max_length=LONGEST_NOTE)


class OpinionOfMany(Opinion):
    """The same opinion of several."""

    of: list[What] = Field(min_length=1, max_length=200)


class OpinionOut(BaseModel):
    """What somebody said; `turn` is first, blind, open, ruling or undo (then of the opinion `undoes`)."""

    id: int
    of: Of
    number: int
    by: str
    at: datetime
    turn: str
    undoes: int | None
    steps: dict[str, int]
    unsure: bool
    note: str
    ads: int
    snapshot: int
    undone: bool


class Judgement(BaseModel):
    """What was said of a cluster or network, the newest first, and what it comes to, as far as you may see it.

    While a second opinion is wanted that you could be asked for, you see your own alone: then `open` is false and
    `verdicts` is empty.
    """

    of: Of
    number: int
    name: str
    open: bool
    wants_second: bool
    verdicts: dict[str, Verdict]
    merged_into: str | None
    opinions: list[OpinionOut]


class Labelled(BaseModel):
    """That several were labelled: the batch, by which all of it can be taken back, and what was passed over."""

    batch: int
    labelled: int
    passed: list[str]


class TakenBack(BaseModel):
    """How many opinions were taken back."""

    count: int


class Waiting(BaseModel):
    """What waits in a case: your tasks, how many more you may take, all that are wanted, and what differs."""

    tasks: list[int]
    offered: int
    wanted: int
    differ: list[str]


class AgreementOut(BaseModel):
    """How well people agree on a kind by its steps, or on what a thing is above all (`kind`, nominal).

    `units`: what two people judged without knowing of each other; `few`: too few for a number to mean anything.
    """

    kind: str
    level: str
    alpha: float | None
    least: float | None
    most: float | None
    units: int
    few: bool


class BlindAd(Shape):
    """An ad of what is to be judged."""

    ad: int
    agency: str
    posted: Posted
    location: str
    text: str


class BlindTemplate(BaseModel):
    """What some ads have in common."""

    ads: int
    template: list[SegmentOut]


class TaskOut(BaseModel):
    """A second opinion that you were asked for: what is to be judged, and nothing that was made of it."""

    task: int
    ads: int
    agencies: int
    places: int
    first: Posted
    last: Posted
    templates: list[BlindTemplate]
    templates_left: int
    shown: list[BlindAd]
    page: int
    pages: int


# -- triage ---------------------------------------------------------------------------------------------------


class Filter(Body):
    """Which leads are wanted; what is left out keeps nothing away."""

    name: str = Field(default="", max_length=200)
    kind: Literal["", "network", "cluster"] = ""
    agency: str = Field(default="", max_length=200)
    place: str = Field(default="", max_length=200)
    language: str = Field(default="", max_length=200)
    sign: str = Field(default="", max_length=200)
    indicator: str = Field(default="", max_length=200)
    first: date | None = None
    last: date | None = None
    least: int = Field(default=0, ge=0, le=10**9 - 1)
    most: int = Field(default=0, ge=0, le=10**9 - 1)
    label: Literal[
        "", "organised", "spam", "scam", "advertising", "independent", "waiting", "differ", "unsure", "mine", "any",
        "none",
    ] = ""  # fmt: skip
    unseen: bool = False
    new: bool = False
    let_go: bool = False


class LeadWanted(Body):
    """Filters, an order, and a page."""

    filters: Filter = Filter()
    sort: Annotated[
        str, Field(pattern="^-?(strength|name|ads|clusters|agencies|places|identifiers|first|last|new)$")
    ] = "-strength"
    page: int = Field(default=1, ge=1, le=100_000)
    size: int = Field(default=100, ge=1, le=500)


class TriageLead(Lead):
    """A lead, whether you have opened it since it grew, and the labels that you may see."""

    is_seen: bool
    is_new: bool
    labels: dict[str, Verdict]


class TriagePage(BaseModel):
    """A page of leads: `total` pass the filters, of `all`; `let_go` are agreed to be independent."""

    total: int
    all: int
    let_go: int
    page: int
    pages: int
    items: list[TriageLead]


class Marks(Body):
    """Leads, and whether you have opened them."""

    of: list[What] = Field(min_length=1, max_length=1_000)
    seen: bool = True


class Marked(BaseModel):
    """How many were marked."""

    count: int


class View(Body):
    """Filters that are kept under a name; of the same name they are written over."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"\S")]
    filters: Filter
    sort: str = Field(default="", pattern="^(-?[a-z]{2,12})?$")
    shared: bool = False


class ViewOut(BaseModel):
    """A saved view, yours or one that is shared."""

    id: int
    name: str
    by: str
    mine: bool
    shared: bool
    filters: dict[str, Any]
    sort: str


# -- wrong leads, meetings ------------------------------------------------------------------------------------


class WrongJoinIn(Body):
    """Two things that do not belong together; see `what`.

    "ad": ad `one` and its cluster `other`; "cluster": cluster `one` and its network `other`; "pair": two clusters;
    "ads": two ads; "network": network `one`, of which nothing belongs together.
    """

    what: Literal["ad", "cluster", "pair", "ads", "network"]
    one: int = Field(ge=0, le=10**15 - 1)
    other: int = Field(default=0, ge=0, le=10**15 - 1)
    text: str = Field(default="", max_length=2_000)


class JoinEntry(Body):
    """What was done about a wrong join."""

    kind: Literal["told", "corrected", "note"]
    text: Words


class JoinEntryOut(BaseModel):
    """What somebody wrote about a wrong join."""

    kind: str
    by: str
    at: datetime
    text: str


class WrongJoinOut(BaseModel):
    """A wrong join; `stands`: whether it is kept apart now."""

    id: int
    what: str
    one: int
    other: int
    stands: bool
    entries: list[JoinEntryOut]


class MeetingOut(BaseModel):
    """Another case that touches this one's leads; `mine` and `theirs` are for who leads the case."""

    other: int
    networks: list[int]
    clusters: list[int]
    ask: list[str]
    mine: Level | None
    theirs: Level | None
    both: Level


class Allowed(Body):
    """What the members of another case may know of this one."""

    level: Level
