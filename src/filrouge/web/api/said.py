"""What OpenAPI says of all operations alike: how they refuse, and the parameters that the gate reads."""

from __future__ import annotations

from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from filrouge.web.api.entry import MOST_KEY, MOST_REASON, REASON, REPEAT

T = TypeVar("T")
Number = Annotated[int, Path(ge=0, le=2**53)]
"""The number of something, in a path."""
Row = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The same of what people wrote, not runs."""
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="How many to pass over.")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="How many to give at most.")]


class Trouble(BaseModel):
    """Why something was not done, in words."""

    detail: str


class Page(BaseModel, Generic[T]):
    """Some of several, and how many there are in all."""

    total: int
    items: list[T]


def _refusal(words: str) -> dict[str, Any]:
    return {"model": Trouble, "description": words}


REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: _refusal("The body is no JSON, or no form, at all."),
    401: _refusal("No valid token."),
    403: _refusal("The token, or its owner's role, does not allow it."),
    404: _refusal("There is no such thing, or it is not yours to see."),
    409: _refusal("It was understood, and the rules of the house do not allow it as things stand."),
    422: _refusal("Something is missing or cannot be read."),
    429: _refusal("Too many requests in a short time: `Retry-After` says how long to wait, in seconds."),
}
_CASE: Final = {
    "name": "case_id", "in": "path", "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
}  # fmt: skip
_AS_OF: Final = {
    "name": "as_of", "in": "query", "schema": {"type": "string", "format": "date"},
    "description": "A past day, at whose end the case is read.",
}  # fmt: skip
_REASON: Final = {
    "name": REASON, "in": "header",
    "schema": {"type": "string", "pattern": "^([!-~] ?){5,200}$", "maxLength": MOST_REASON},
    "description": "Why texts and identifiers have to be shown in the clear; the audit trail keeps it.",
}  # fmt: skip
_REPEAT: Final = {
    "name": REPEAT, "in": "header", "schema": {"type": "string", "pattern": "^[!-~]+$", "maxLength": MOST_KEY},
    "description": "Your name for this request: sent again within a day, it is answered as before and not done again.",
}  # fmt: skip


def _said(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"responses": REFUSALS, "openapi_extra": {"parameters": list(parameters)} if parameters else {}}


ANYWHERE: Final = _said()
"""Of an operation outside cases, `**` into its decorator."""
WRITES: Final = _said(_REPEAT)
"""Of one that writes outside cases."""
IN_CASE: Final = _said(_CASE, _AS_OF)
"""Of one that reads in a case."""
OPENING: Final = _said(_CASE, _AS_OF, _REASON)
"""Of one that reads what can be opened."""
CASE_AS_IT_IS: Final = _said(_CASE)
"""Of one that reads in a case what has no past."""
WRITES_IN_CASE: Final = _said(_CASE, _REPEAT)
"""Of one that writes in a case."""


def _file(said: dict[str, Any], kind: str, words: str) -> dict[str, Any]:
    content = {kind: {"schema": {"type": "string", "format": "binary"}}}
    return {**said, "responses": {**said["responses"], 200: {"description": words, "content": content}}}


ZIP: Final = _file(CASE_AS_IT_IS, "application/zip", "The package, a ZIP file.")
"""Of one that gives a package."""
CSV: Final = _file(CASE_AS_IT_IS, "text/csv", "The table.")
"""Of one that gives a table as a file."""


def routes(tag: str) -> APIRouter:
    """A part of the interface; its operations are called as their functions are."""
    return APIRouter(prefix="/api/v1", tags=[tag], generate_unique_id_function=lambda route: route.name)
