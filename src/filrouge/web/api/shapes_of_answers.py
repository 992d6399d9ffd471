"""What a search gives to scripts, as JSON: for each text the clusters and single ads that it leads to, with why."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, WithJsonSchema

from filrouge.casework.searches import LONGEST, MOST_ADS
from filrouge.engines.case_answers import WAYS
from filrouge.web.api.shapes import Body, IdentifierOut, Shape, SharedOut

_ONE: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_SEVERAL: Final[dict[str, Any]] = {"type": "array", "items": _ONE, "minItems": 1, "maxItems": MOST_ADS}


def _listed(said: object) -> object:
    return [said] if isinstance(said, str) else said


# The most is told here and checked with the search, as on the page: its refusal says what to do.
Texts = Annotated[
    list[Annotated[str, StringConstraints(min_length=1)]],
    Field(min_length=1),
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [_ONE, _SEVERAL]}),
]
"""One text, or several as a list."""


class Question(Body):
    """What is sought: one text or several at once."""

    text: Texts = Field(
        description="An ad, words, or an identifier; or a list of these, each looked for by itself."
    )
    how: Literal["near", "words", "identifier", "auto"] = Field(
        "near",
        description="Ads near the text; that hold its words; that carry its identifier; or as fits each text: "
        "an identifier by itself is looked up, a few words or words in quotes are looked for, all else is an ad.",
    )
    top: int = Field(10, ge=1, le=200, description="How many ads `hits` holds at most for each text.")


class StretchOut(Shape):
    """A piece of a found ad, and whether the question has it too."""

    text: str
    common: bool


class SharedHit(Shape):
    """An identifier that the question names and the ad carries, by its pseudonym or, opened, by itself."""

    kind: str
    value: str
    holders: int
    bits: float


class HitOut(Shape):
    """An ad that was found, in the flat list."""

    ad: int
    id: str
    agency: str
    posted: str | None
    location: str
    cluster: str
    bits: float
    equal: bool
    tied: bool
    stretches: list[StretchOut]
    shared: list[SharedHit]
    place: int = Field(1, description="Which of the texts led to it, from 1.")


class TiePart(BaseModel):
    """Evidence of one kind between a text and an ad."""

    kind: str = Field(description='As in ties: "text", "phone" …; "once" is what is counted once.')
    bits: float
    name: str = Field(description="The kind in words.")
    why: str = Field(description="What it rests on, in a sentence.")


class TiedOut(BaseModel):
    """What ties an ad to a text, for and against."""

    total: float = Field(description="The sum of the parts, in bits.")
    claimed: float = Field(description="As much of it as the ads that are held bear out.")
    words: str = Field(description="What may be claimed, in words of the scale.")
    strangers: str = Field(
        description="How many pairs of strangers reach as much, in a sentence; empty where no run measured it."
    )
    parts: list[TiePart]
    shared: list[SharedOut] = Field(description="Identifiers in common that tie, the strongest first.")
    of_agencies: list[IdentifierOut] = Field(
        description="Those that an agency has put there: they tie nobody."
    )


class FoundOut(BaseModel):
    """An ad that was found, in its cluster or by itself."""

    ad: int
    id: str
    agency: str
    posted: str | None
    location: str
    equal: bool = Field(description="Whether it has just the words of the text.")
    stretches: list[StretchOut]
    tie: TiedOut | None = Field(
        description="Nothing where nothing was weighed: of words, of an identifier, of what you have yet to judge."
    )


class GroupOut(BaseModel):
    """What was written from one template, however many ads of it were found; or a single ad."""

    kind: Literal["cluster", "ad"]
    id: int = Field(description="The number of the cluster, or of the single ad.")
    cluster: int = Field(description="-1: in none.")
    network: int = Field(description="-1: in none.")
    what: str = Field(description="What it is, in words.")
    why: str = Field(
        description="Why it was found, in a sentence on its nearest ad; empty for what you have yet to judge."
    )
    tied: bool = Field(
        description="Whether anything ties it to the text; what and how strongly is told in `best`."
    )
    same_template: bool = Field(description="Whether the text belongs to the cluster as an ad would.")
    ads: int = Field(description="The case's ads in the cluster.")
    found: int = Field(description="How many of these the text led to.")
    agencies: int
    first: date | None
    last: date | None
    best: list[FoundOut] = Field(description="The nearest ads, at most three.")


class NetworkLine(BaseModel):
    """A network to which a text leads."""

    id: int
    name: str
    ads: int
    agencies: int
    first: date | None
    last: date | None


class AnswerOut(BaseModel):
    """What was found for one of the texts, as the page shows it: grouped by cluster, the nearest first."""

    place: int = Field(description="Which of the texts it answers, from 1; blank ones have no answer.")
    how: str = Field(description="As what the text was taken.", json_schema_extra={"enum": [*WAYS]})
    said: str = Field(description="What is to be said of it as a whole; empty where the groups say it all.")
    only_words: bool = Field(
        description="Whether nothing is near, and these ads merely hold some of the words."
    )
    compared: bool = Field(
        description="Whether the ads were compared yet: before, there are no clusters or networks."
    )
    ads: int = Field(description="The ads that the text led to, in all groups.")
    named: list[IdentifierOut] = Field(description="Identifiers of the text that ads of the case carry.")
    networks: list[NetworkLine] = Field(description="Those of the groups.")
    groups: list[GroupOut]
    left: int = Field(description="Groups, less near, that are not given.")


class Together(BaseModel):
    """A cluster or network to which several of the texts lead."""

    kind: Literal["network", "cluster"]
    id: int
    name: str
    places: list[int] = Field(description="Which texts, from 1.")


class Hits(BaseModel):
    """What was found: `answers` as the page gives them, and `hits`, ads one by one, less near ones among them."""

    cut: float = Field(description="The bits that strangers reach.")
    hits: list[HitOut] = Field(description="Ads, best first, of one text after the other.")
    answers: list[AnswerOut] = Field(description="One for each text.")
    together: list[Together] = Field(description="What several of the texts lead to.")
