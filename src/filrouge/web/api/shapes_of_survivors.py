"""What the interface for scripts gives and takes of a survivor's request: never an identifier, a name or a tie."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from filrouge.casework.searches import LONGEST
from filrouge.web.api.shapes import Body, Posted

Stage = Literal["search", "confirm", "package", "ended"]


class SurvivorRequestOut(BaseModel):
    """A request: that the person agreed and who was there, what comes next (`stage`), and what is kept for ever.

    `own` says how many ads the person called their own; `searches`, by how many things was looked for them.
    """

    id: int
    reference: str
    made: datetime
    by: str
    asker: str
    consent_on: date
    consent_form: str
    witness: str
    stage: Stage
    searches: int
    own: int
    packaged: datetime | None
    package: str
    ended: datetime | None
    outcome: str


class OwnPiece(BaseModel):
    """A piece of a text; `taken_out` if it named anybody, and says what stood there."""

    text: str
    taken_out: bool


class OwnAd(BaseModel):
    """An ad that was found; `said`: what the person said of it, "" for nothing yet."""

    ad: int
    agency: str
    posted: Posted
    location: str
    said: Literal["", "own", "not", "unsure"]
    text: list[OwnPiece]


class SurvivorRequestWithAds(SurvivorRequestOut):
    """The same, with the ads that were found; once it has ended, none."""

    ads: list[OwnAd]


class OwnSearch(Body):
    """What is the person's own: one phone, e-mail address or account, or the whole text of one of their ads."""

    kind: Literal["identifier", "text"] = "identifier"
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]


class OwnFound(BaseModel):
    """How many ads carry it, and what comes next."""

    found: int
    stage: Stage
    searches: int


class OwnAnswer(Body):
    """What the person said of an ad: that it is their own, that it is not, or that they are not sure."""

    ad: int = Field(ge=0, le=10**15 - 1)
    said: Literal["own", "not", "unsure"]


class OwnAnswers(Body):
    """What the person said of the ads that were found; what is said of others is not heard."""

    answers: list[OwnAnswer] = Field(min_length=1, max_length=2_000)


class OwnPackage(Body):
    """In which language the report of the package is."""

    language: Literal["en", "fr"] = "en"
