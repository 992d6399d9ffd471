"""The application: its rooms put together behind one gate."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from filrouge import __version__
from filrouge.casework.errors import NotThere
from filrouge.casework.work import where
from filrouge.corpus.errors import NoSuchSnapshot
from filrouge.errors import FilrougeError
from filrouge.i18n import _
from filrouge.web.api import apart, judging, reading, searching
from filrouge.web.api import files as files_api
from filrouge.web.api import house as house_api
from filrouge.web.api import packages as packages_api
from filrouge.web.api import survivors as survivors_api
from filrouge.web.api import triage as triage_api
from filrouge.web.api import watches as watches_api
from filrouge.web.gate import SignInFirst, guards, public, who_by_cookie
from filrouge.web.headers import Faults, KnownHost, SafeHeaders, Speaking
from filrouge.web.house import House, Settings
from filrouge.web.keeping import KeepsSessions
from filrouge.web.render import STATIC
from filrouge.web.rooms import (
    account,
    ads,
    case_settings,
    cases,
    check_package,
    compare,
    elsewhere,
    files,
    inspect,
    judge,
    lessons,
    meetings,
    package,
    past,
    people,
    signin,
    survivor,
    tie,
    tokens,
    trail,
    triage,
    watches,
    work,
    wrong_leads,
)
from filrouge.web.trouble import trouble_page
from filrouge.web.warming import Warmer
from filrouge.web.worker import WorkerProcess

ROOMS: Final = (
    signin,
    elsewhere,
    account,
    cases,
    case_settings,
    people,
    trail,
    compare,
    ads,
    tie,
    past,
    survivor,
    files,
    inspect,
    meetings,
    judge,
    wrong_leads,
    watches,
    package,
    check_package,
    tokens,
    work,
    triage,
    lessons,
)
"""Each has a `router`."""
PARTS: Final = (
    reading,
    searching,
    triage_api,
    judging,
    apart,
    files_api,
    packages_api,
    survivors_api,
    watches_api,
    house_api,
)
"""Of the interface for scripts."""
API: Final = "/api/"
_log = logging.getLogger("filrouge.web")


def create_app(settings: Settings) -> FastAPI:
    """The application over a workspace.

    Raises:
        RuntimeError: if a route does not say who may call it.
    """
    house = House(settings)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        worker = WorkerProcess(settings) if settings.work else None
        if worker is not None:
            worker.start()
        app.state.worker = worker
        warmer = Warmer(house)
        warmer.start()
        yield
        warmer.end()
        if worker is not None:
            worker.end()
        house.close()

    app = FastAPI(
        title="filrouge",
        version=__version__,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(SafeHeaders, secure=settings.secure),
            Middleware(Speaking, secure=settings.secure),
            Middleware(Faults, told=_fault, raising=settings.options.get("raise_faults", False)),
            Middleware(KnownHost, hosts=settings.hosts),
            Middleware(KeepsSessions, house=house),
        ],
    )
    app.state.house = house
    app.state.who = who_by_cookie
    app.mount("/static", Static(directory=STATIC), name="static")
    app.get("/healthz", include_in_schema=False)(healthz)
    app.get("/api/v1/openapi.json", include_in_schema=False)(openapi)
    for room in ROOMS:
        app.include_router(room.router, include_in_schema=False)
    for part in PARTS:
        app.include_router(part.router)
    app.state.guards = guards(app)
    app.add_exception_handler(SignInFirst, _sign_in_first)  # type: ignore[arg-type]
    app.add_exception_handler(FilrougeError, _refused)  # type: ignore[arg-type]
    app.add_exception_handler(StarletteHTTPException, _http_trouble)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _not_understood)  # type: ignore[arg-type]
    app.add_exception_handler(DataError, _not_kept)  # type: ignore[arg-type]
    app.add_exception_handler(OperationalError, _not_written)  # type: ignore[arg-type]
    return app


def healthz(_nobody: Annotated[None, public()]) -> dict[str, str]:
    """Whether the application answers."""
    return {"status": "ok"}


def openapi(request: Request, _nobody: Annotated[None, public()]) -> dict[str, Any]:
    """What scripts can ask, as OpenAPI says it; it holds no data."""
    said: dict[str, Any] = request.app.openapi()
    return said


class Static(StaticFiles):
    """Files of ours, whose addresses change with them, so that browsers may keep them."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        """A file."""
        answer = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        scope: Scope = arguments[2]  # type: ignore[assignment]
        fixed = b"v=" in scope.get("query_string", b"")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fixed else "no-cache"
        return answer


# -- when something is wrong ----------------------------------------------------------------------------------


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith(API)


def _told(request: Request, status: int, message: str) -> Response:
    if _wants_json(request):
        return JSONResponse({"detail": message}, status)
    return trouble_page(request, status, message)


def _sign_in_first(request: Request, trouble: SignInFirst) -> Response:
    if _wants_json(request):
        return JSONResponse({"detail": _("Sign in first.")}, 401)
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": trouble.to})
    return RedirectResponse(trouble.to, 303)


def _refused(request: Request, trouble: FilrougeError) -> Response:
    # A day before the first snapshot is a place where nothing is.
    if isinstance(trouble, (NoSuchSnapshot, NotThere)):
        return _told(request, 404, str(trouble))
    # What was sent was well formed, which scripts tell from what was not (422).
    return _told(request, 409 if _wants_json(request) else 400, str(trouble))


def _http_trouble(request: Request, trouble: HTTPException) -> Response:
    messages = {
        403: _("Your role, or this page, does not allow that. If the page was open for long, load it again."),
        404: _("There is nothing here, or it is not yours to see."),
        405: _("That cannot be done here."),
        429: _("Too many requests in a short time. Wait a moment, and try again."),
    }
    if _wants_json(request):
        # No page of a script's was open for long.
        messages[403] = _("Your role does not allow that here.")
    said = trouble.detail if trouble.detail != HTTPStatus(trouble.status_code).phrase else ""
    message = said or messages.get(trouble.status_code, HTTPStatus(trouble.status_code).phrase)
    answer = _told(request, trouble.status_code, message)
    for name, value in (trouble.headers or {}).items():
        answer.headers[name] = value
    return answer


def _not_understood(request: Request, trouble: RequestValidationError) -> Response:
    # Of an item of a list, the name of the list.
    named = ([part for part in error["loc"] if isinstance(part, str)] for error in trouble.errors())
    fields = sorted({parts[-1] for parts in named if parts})
    return _told(
        request, 422, _("Something is missing or cannot be read: {fields}.").format(fields=", ".join(fields))
    )


def _not_kept(request: Request, _trouble: DataError) -> Response:
    # PostgreSQL takes no NUL into a text, and no number longer than its column; SQLite takes both.
    said = _("This holds a character or a number that cannot be kept. Take it out, and send it again.")
    return _told(request, 422 if _wants_json(request) else 400, said)


def _not_written(request: Request, trouble: OperationalError) -> Response:
    kind = getattr(trouble.orig, "sqlite_errorname", type(trouble.orig).__name__)
    _log.error("the database could not be used: %s at %s", kind, where(trouble))
    said = _(
        "The database of this workbench cannot be reached, or takes nothing more: its disk may be full. Nothing was "
        "changed. Tell an administrator."
    )
    return _told(request, 503, said)


def _fault(request: Request, number: str) -> Response:
    return _told(
        request,
        500,
        _("Something went wrong in filrouge. The number of this fault is {number}.").format(number=number),
    )
