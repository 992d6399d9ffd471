"""What the interface for scripts gives and takes of people's work: labels, triage, jobs, files, accounts, cases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from filrouge.casework.access import Role
from filrouge.casework.judging import LONGEST_NOTE
from filrouge.casework.meetings import Level
from filrouge.casework.verdicts import Verdict
from filrouge.web.api.shapes import CaseOut, Lead, Posted, SegmentOut, Shape

Of = Literal["cluster", "network"]
Kind = Literal["organised", "spam", "scam", "advertising", "independent"]
Step = Annotated[int, Field(ge=1, le=5)]
Utc = Annotated[
    datetime,
    BeforeValidator(
        lambda at: at.replace(tzinfo=UTC) if isinstance(at, datetime) and at.tzinfo is None else at
    ),
]
"""A time of the workspace, which is UTC and does not say so."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class Body(BaseModel):
    """What a script sends: nothing that is not known."""

    model_config = ConfigDict(extra="forbid")


class What(Body):
    """A cluster or network, by its number."""

    of: Of
    number: int = Field(ge=0, le=10**15 - 1)


# -- judging --------------------------------------------------------------------------------------------------


class Opinion(Body):
    """An opinion: steps from 1 (certainly not) to 5 (certainly) by kind, or that one is unsure; and a note."""

    steps: dict[Kind, Step] = {}
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


# -- jobs and files -------------------------------------------------------------------------------------------


class RunIn(Body):
    """A run; `anew` compares all ads with each other."""

    anew: bool = False


class JobOut(BaseModel):
    """Work in the background: queued, running, done, failed, cancelled; `result` is in numbers."""

    id: int
    kind: str
    title: str
    state: str
    stopping: bool
    stage: str
    done: int
    of: int | None
    message: str
    result: dict[str, Any]
    by: str
    made: datetime
    ended: datetime | None


class FileOut(BaseModel):
    """A file that was brought: waiting, taken or dropped; `columns` says which is what, where somebody said so."""

    id: int
    name: str
    bytes: int
    sha256: str
    state: str
    by: str
    made: datetime
    columns: dict[str, str | None]
    job: int | None


class Brought(BaseModel):
    """The files that wait now; `again` are those of them that waited here already, `refused` says why others do not."""

    files: list[FileOut]
    again: list[int]
    refused: list[str]


class FileLook(FileOut):
    """What a file that waits seems to be: its columns, what would become what, and what would not be taken.

    The first ads are shown to who brought it, and to who opens the case.
    """

    kind: str
    headers: list[str]
    guessed: dict[str, str]
    rejects: int
    trouble: str
    known: bool
    ads: list[dict[str, Any]]


class Mapping_(Body):
    """Which column is what; null for none, a field that is left out is guessed."""

    model_config = ConfigDict(extra="forbid", title="Mapping")

    text: str | None = Field(default=None, max_length=1_000)
    id: str | None = Field(default=None, max_length=1_000)
    agency: str | None = Field(default=None, max_length=1_000)
    posted: str | None = Field(default=None, max_length=1_000)
    location: str | None = Field(default=None, max_length=1_000)
    image: str | None = Field(default=None, max_length=1_000)


class SourceOut(Shape):
    """A file that ads of the case came from."""

    seq: int
    source: int
    name: str
    sha256: str
    bytes: int
    rows: int
    received_at: Utc
    receiver: str
    new: int
    rejects: int


class RejectOut(Shape):
    """What of a file was not taken as it stands."""

    file: str
    row: int
    field: str
    reason: str


# -- packages and lessons -------------------------------------------------------------------------------------


class PackageIn(Body):
    """What is to be packaged, for whom and why; `opened` with a reason shows texts and identifiers in the clear."""

    of: Literal["network", "cluster", "ads"]
    numbers: list[Annotated[int, Field(ge=0, le=10**15 - 1)]] = Field(min_length=1, max_length=500)
    recipient: Annotated[str, StringConstraints(pattern=r"^\S.*\S$", max_length=300)]
    purpose: Annotated[str, StringConstraints(pattern=r"^\S{2}.*\S{3}$", max_length=300)]
    language: Literal["en", "fr"] = "en"
    opened: bool = False
    reason: str = Field(default="", max_length=300)
    as_of: date | None = None


class PackageOut(BaseModel):
    """A package; `ready` says whether its file is there."""

    id: int
    of: str
    numbers: list[int]
    name: str
    language: str
    opened: bool
    reason: str
    recipient: str
    purpose: str
    as_of: date | None
    snapshot: int
    by: str
    made: datetime
    ready: bool
    job: int | None
    state: str | None
    sha256: str
    bytes: int
    signed_by: str
    ads: int
    fetched: int
    keep_until: datetime | None


class ProblemOut(Shape):
    """Something that does not agree: in which file, on which line (0: none)."""

    file: str
    line: int | None
    what: str


class Checked(BaseModel):
    """Whether a package is as it was made: what was checked, what is wrong, and whether this house signed it."""

    sha256: str
    good: bool
    ours: bool
    done: list[str]
    problems: list[ProblemOut]


class LessonOut(BaseModel):
    """A table of judged pairs that was handed over; no weight changed by it."""

    id: int
    at: datetime
    by: str
    snapshot: int
    pairs: int
    sha256: str


# -- the house ------------------------------------------------------------------------------------------------


class PersonIn(Body):
    """Who gets an account."""

    login: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._@+-]{0,63}$")]
    name: str = Field(default="", max_length=100)
    email: str = Field(default="", max_length=200)
    role: Role


class PersonChange(Body):
    """Another name, address or role."""

    name: str = Field(min_length=1, max_length=100)
    email: str = Field(default="", max_length=200)
    role: Role


class PersonOut(BaseModel):
    """An account."""

    id: int
    login: str
    name: str
    email: str
    role: Role
    active: bool
    waiting: bool
    locked: bool
    second_factor: bool
    made: datetime
    signed_in: datetime | None


class NewPerson(PersonOut):
    """A new account, and the password with which its person comes in once; it is told this once."""

    password: str


class CaseIn(Body):
    """A new case; `supervisor` is the number of its first member if you may not be one yourself."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
    title: str = Field(default="", max_length=200)
    purpose: Words
    authority: Words
    keep_until: date
    supervisor: int | None = Field(default=None, ge=1, le=2**31 - 1)


class CaseChange(Body):
    """Another title, purpose or authority."""

    title: str = Field(default="", max_length=200)
    purpose: Words
    authority: Words


class KeepUntil(Body):
    """Until when the ads of a case are kept, and why."""

    day: date
    reason: Words


class CaseMember(BaseModel):
    """A member of a case."""

    user: int
    name: str
    role: Role
    added: datetime


class CaseSettings(CaseOut):
    """A case with its members."""

    made: datetime
    closed: datetime | None
    members: list[CaseMember]


class TokenOut(Shape):
    """A token of yours."""

    id: int
    name: str
    scopes: list[str]
    made: datetime
    expires: datetime
    seen: datetime | None


class EntryOut(Shape):
    """An entry of the audit trail."""

    seq: int
    at: datetime
    actor: str
    action: str
    case_id: int | None
    subject: str
    details: dict[str, Any]
    before: str
    digest: str


class Verified(BaseModel):
    """Whether the trail is as it was written: how many entries, the digest of the last, and where it is not."""

    entries: int
    digest: str
    broken: list[str]
