"""The page of a case: paste an ad, and see what is near it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter
from starlette.responses import Response

from filrouge.casework.access import Permission
from filrouge.web.here import Here, allowed

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]


@router.get("/cases/{case_id}")
def home(here: Reader) -> Response:
    """The page with the box."""
    return here.page("compare/home.html")
