"""A form as it was sent, for routes whose fields are not known beforehand."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData


async def _posted(request: Request) -> FormData:
    # The gate has read it already, to look for its token; it is kept.
    return await request.form()


Posted = Annotated[FormData, Depends(_posted)]
"""The fields; named after the gate in a route's arguments, so that it is asked first."""
