"""Signing in at the organisation's own provider."""

from __future__ import annotations

import logging
from typing import Annotated, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from filrouge.casework import accounts
from filrouge.corpus.keys import cipher_from
from filrouge.i18n import _
from filrouge.web import cookies
from filrouge.web.gate import public
from filrouge.web.house import House, house_of
from filrouge.web.provider import GOOD_FOR, Provider, ProviderTrouble, seal, unseal
from filrouge.web.rooms.signin import address_of, bare_page, begin_session

router: Final = APIRouter()
Nobody = Annotated[None, public()]
KEPT: Final = "elsewhere"
"""The cookie that keeps what has to be known when the person comes back."""
_log = logging.getLogger("filrouge.security")


@router.get("/sign-in/elsewhere")
def go(request: Request, _nobody: Nobody, again: bool = False) -> Response:
    """Go to the provider; `again`: to show anew who one is."""
    house, provider = _provider(request)
    house.limits.count("signin.address", address_of(request))
    scheme = "https" if house.settings.secure else "http"
    try:
        where, kept = provider.begin(f"{scheme}://{request.headers['host']}/sign-in/back", again=again)
    except ProviderTrouble as trouble:
        return _not_in(request, trouble)
    answer = RedirectResponse(where, 303)
    # Lax: the provider, another site, leads back to us, and this cookie has to come along.
    cookies.put(
        answer, KEPT, seal(_cipher(house), kept), house.settings.secure, seconds=GOOD_FOR, samesite="lax"
    )
    return answer


@router.get("/sign-in/back")
def come_back(request: Request, _nobody: Nobody) -> Response:
    """Come back from the provider."""
    house, provider = _provider(request)
    house.limits.count("signin.address", address_of(request))
    kept = unseal(_cipher(house), cookies.sent(request.headers, KEPT, house.settings.secure) or "")
    try:
        if kept is None:
            raise ProviderTrouble("nothing kept")
        person = provider.finish(kept, dict(request.query_params))
    except ProviderTrouble as trouble:
        return _not_in(request, trouble)
    with house.database.writing() as db:
        user = accounts.from_elsewhere(
            db, issuer=person.issuer, subject=person.subject, name=person.name, email=person.email,
            role=provider.newcomers,
        )  # fmt: skip
    if not user.active:
        said = _("You are not let in yet, or no more. Ask an administrator of this workbench.")
        answer: Response = bare_page(request, "signin/not_in.html", 403, message=said)
    else:
        answer = begin_session(request, user, quiet=True)
    cookies.forget(answer, KEPT, house.settings.secure)
    return answer


def _provider(request: Request) -> tuple[House, Provider]:
    house = house_of(request)
    if house.settings.oidc is None:
        raise HTTPException(404)
    return house, house.settings.oidc


def _not_in(request: Request, trouble: ProviderTrouble) -> Response:
    _log.warning("signing in elsewhere: %s", trouble.why)
    answer = bare_page(request, "signin/not_in.html", 400, message=str(trouble))
    cookies.forget(answer, KEPT, house_of(request).settings.secure)
    return answer


def _cipher(house: House) -> AESGCM:
    return cipher_from(house.settings.workspace.pepper, house.settings.workspace.id, "sign-in elsewhere")
