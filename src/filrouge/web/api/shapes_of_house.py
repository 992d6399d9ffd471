"""What the interface for scripts gives and takes of files, jobs, packages, cases and accounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from filrouge.casework.access import Role
from filrouge.web.api.said import Page
from filrouge.web.api.shapes import Body, CaseOut, Shape, Utc, Words

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


class InboxFile(BaseModel):
    """A file of the folder that the administrator set aside, by its name in it."""

    name: str
    bytes: int


class FromInbox(Body):
    """Files of that folder, by their names in it."""

    names: list[Annotated[str, Field(min_length=1, max_length=1_000)]] = Field(min_length=1, max_length=100)


class SourceOut(Shape):
    """A file that ads of the case came from; `seq`: the case's own number of the snapshot, see `snapshots`."""

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


class WouldTeach(BaseModel):
    """What would be handed over now: how many judged pairs, and by label; how far off the bits are on them (Cllr)."""

    pairs: int
    labels: dict[str, int]
    cllr: float | None
    least_cllr: float | None


# -- the house ------------------------------------------------------------------------------------------------


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


class Entries(Page[EntryOut]):
    """Entries of the audit trail, the earliest first."""

    unreadable: list[int] = Field(
        description="The numbers of those among them that cannot be read, since somebody changed them from outside."
    )


class HeadOut(Shape):
    """The head of the trail as a snapshot of the ledger keeps it: how many entries, and the digest of the last."""

    snapshot: int
    entries: int
    digest: str


class Verified(BaseModel):
    """Whether the trail is as it was written: how many entries, the digest of the last, where it is not.

    `heads`: those that the ledger keeps, the first first.
    """

    entries: int
    digest: str
    broken: list[str]
    heads: list[HeadOut]
