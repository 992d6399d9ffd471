"""What scripts are refused by design, and told so in plain words: what only a person can see to, at a browser.

None of it stands in OpenAPI: nothing can be asked there. The reference lists it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.i18n import _
from filrouge.web.api.entry import Script, allowed
from filrouge.web.api.said import routes

router: Final = routes("by hand")


@dataclass(frozen=True)
class ByHand:
    """Something that a script may not do.

    Attributes:
        method, path: at which it would be asked for.
        permission: with which a person does it, on its page.
        what: they do there, for the reference.
        why: a script may not.
    """

    method: str
    path: str
    permission: Permission
    what: str
    why: Callable[[], str]


def consent() -> str:
    """Why no script begins a survivor's request."""
    return _(
        "Whether a person agrees, another person has to see or hear. Begin the request on the page of survivors' "
        "requests; from then on a script may take part."
    )


def who_one_is() -> str:
    """Why no script sees to accounts and tokens."""
    return _(
        "For this you have to show again who you are, which a token cannot. Do it in a browser: whoever finds a token "
        "must not become somebody else by it."
    )


_P = Permission.MANAGE_PEOPLE
BY_HAND: Final = (
    ByHand("POST", "/cases/{case_id}/survivor-requests", Permission.ASSIST, "beginning a survivor's request", consent),
    ByHand("POST", "/tokens", Permission.ENTER, "making a token", who_one_is),
    ByHand("POST", "/people", _P, "making an account", who_one_is),
    ByHand("PUT", "/people/{user}", _P, "changing the name, the e-mail or the role of somebody", who_one_is),
    ByHand("POST", "/people/{user}/password", _P, "giving somebody a one-time password", who_one_is),
    ByHand("POST", "/people/{user}/unlock", _P, "ending the pause after wrong passwords", who_one_is),
    ByHand("DELETE", "/people/{user}/factor", _P, "taking somebody's second factor away", who_one_is),
    ByHand("POST", "/people/{user}/deactivate", _P, "letting somebody no more come in", who_one_is),
    ByHand("POST", "/people/{user}/activate", _P, "letting somebody come in", who_one_is),
)  # fmt: skip


def _refuses(one: ByHand) -> Callable[..., None]:
    # Not `Annotated`: annotations are text here, and the permission is a value of this function alone.
    def refuse(here: Script = allowed(one.permission)) -> None:  # noqa: B008
        raise Refused(one.why())

    return refuse


for _one in BY_HAND:
    router.add_api_route(_one.path, _refuses(_one), methods=[_one.method], include_in_schema=False)
