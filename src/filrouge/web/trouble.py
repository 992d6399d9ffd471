"""Pages that say what went wrong, with the navigation of who is signed in: they need not go back to the start."""

from __future__ import annotations

import logging
import re
from typing import Final

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from filrouge import i18n
from filrouge.casework import access
from filrouge.casework.access import Permission
from filrouge.casework.models import Case
from filrouge.web.forms import whole_number
from filrouge.web.gate import come_in, next_step, who_by_cookie
from filrouge.web.here import Here
from filrouge.web.house import house_of
from filrouge.web.render import rendered

_OF_A_CASE: Final = re.compile(r"/cases/([0-9]{1,9})(?:/|$)")
_log = logging.getLogger("filrouge.web")


def trouble_page(request: Request, status: int, message: str) -> Response:
    """The page, or for htmx the part of one, that tells a person of trouble."""
    if request.headers.get("HX-Request") == "true":
        told = rendered("trouble_part.html", {"message": message, "lang": i18n.language()})
        # htmx puts only answers of success into a page, unless told otherwise.
        return HTMLResponse(told, status, {"HX-Retarget": "#flashes", "HX-Reswap": "innerHTML"})
    data = {"message": message, "status": status}
    try:
        here = here_of(request)
        if here is not None:
            return here.page("trouble.html", status, **data)
    except Exception as other:
        # What went wrong may be what the navigation is read from: the page says it without.
        _log.warning("a page of trouble without its navigation: %s", type(other).__name__)
    data |= {"lang": i18n.language(), "path": request.url.path}
    return HTMLResponse(rendered("trouble.html", data), status)


def here_of(request: Request) -> Here | None:
    """Who is signed in, and in which case of theirs; None for who has not come all the way in."""
    house = house_of(request)
    with house.database.session() as db:
        found = who_by_cookie(request, db)
        if found is None:
            return None
        user, session = found
        if next_step(house, user, session) is not None:
            return None
        named = _OF_A_CASE.match(request.url.path)
        number = whole_number(named[1], 9) if named else None
        case = db.get(Case, number) if number is not None else None
        # A case of others is not told from one that is not there, here neither.
        if case is not None and access.refusal(user, Permission.READ, case) is not None:
            case = None
        return come_in(request, db, user, session, case)
