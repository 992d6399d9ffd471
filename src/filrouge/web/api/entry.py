"""How scripts come in: with a token that says what it may be used for.

The same gate as that of the pages, `filrouge.casework.access`; the token can only take away from what its owner may do.
Past days are asked for by the parameter `as_of`; texts and identifiers are opened by the header `X-Open-Reason`, whose
words go to the audit trail. What a script writes is noted there with the number of its token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy.orm import Session

from filrouge.casework import repeats, tokens
from filrouge.casework.access import Permission
from filrouge.casework.audit import CIRCUMSTANCES
from filrouge.casework.cases import cases_of
from filrouge.casework.models import ApiToken, now
from filrouge.i18n import _
from filrouge.web.forms import day_of
from filrouge.web.gate import case_of, let_through
from filrouge.web.here import Here
from filrouge.web.house import house_of

bearer: Final = HTTPBearer(
    auto_error=False, description="A token from your account's page, as `Bearer frt_…`."
)
REASON: Final = "X-Open-Reason"
LEAST_REASON: Final = 5
"""Characters of a reason."""
MOST_REASON: Final = 500
REPEAT: Final = "Idempotency-Key"
MOST_KEY: Final = 100
M = TypeVar("M", bound=BaseModel)


@dataclass
class Script(Here):
    """A request of a script.

    Attributes:
        token: the number of its token; scopes: what that may be used for.
        day: as of which it reads; None for now.
        reason: for which texts and identifiers are opened; "" for masked.
    """

    token: int = 0
    scopes: frozenset[Permission] = frozenset()
    day: date | None = None
    reason: str = ""

    @property
    def as_of(self) -> date | None:
        """The day as of which the case is read; None for now."""
        return self.day

    @cached_property
    def opened(self) -> bool:
        """Whether texts and identifiers are shown in the clear; that they were is noted, once for the request."""
        if not self.reason or self.case is None:
            return False
        if not self.may(Permission.OPEN):
            raise HTTPException(403, _("This token may not open texts and identifiers."))
        self.house.limits.count("opening.script", str(self.user.id))
        self.note("case.opened", reason=self.reason)
        return True

    def may(self, permission: Permission) -> bool:
        """Whether the script may do something here."""
        return permission in self.scopes and super().may(permission)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction for writing; what is noted in it says that a script did it, and with which token."""
        with self.house.database.writing() as db:
            db.info[CIRCUMSTANCES] = {"by": "api", "token": self.token}
            yield db

    def once(self, shape: type[M], act: Callable[[Session], M], asked: BaseModel | None = None) -> M:
        """Do something in a transaction for writing; a request that is repeated with its key is not done again.

        Args:
            shape: of the answer.
            act: does it, and gives the answer.
            asked: the body of the request.
        """
        self.must_be_today()
        key = self.request.headers.get(REPEAT, "").strip()
        if len(key) > MOST_KEY:
            raise HTTPException(
                422, _("An Idempotency-Key has {most} characters at most.").format(most=MOST_KEY)
            )
        ws = self.house.settings.workspace
        if "snapshot" in shape.model_fields:
            # Worked out here: nothing is computed while nobody else may write.
            _ready = self.numbers
        with self.writing() as db:
            if not key:
                return act(db)
            body = asked.model_dump(mode="json") if asked else None
            request = repeats.named(ws, self.request.method, self.request.url.path, body)
            before = repeats.answered(db, ws, self.token, key, request)
            if before is not None:
                return shape.model_validate(before)
            answer = act(db)
            repeats.keep(db, ws, self.token, key, request, answer.model_dump(mode="json"))
            return answer


def allowed(permission: Permission) -> Any:
    """Lets a script through whose token may be used for this, and whose owner may do it here."""

    def gate(
        request: Request,
        credentials: HTTPAuthorizationCredentials | None = Security(bearer),  # noqa: B008
    ) -> Script:
        house = house_of(request)
        with house.database.session() as db:
            token = tokens.find(db, credentials.credentials) if credentials else None
            if token is None:
                raise HTTPException(401, _("A valid token is needed."), {"WWW-Authenticate": "Bearer"})
            script = _script(request, db, token)
        let_through(request, script.user, permission, script.case)
        if permission not in script.scopes:
            raise HTTPException(
                403, _("This token may not be used for that: it lacks {scope}.").format(scope=permission)
            )
        if tokens.is_stale(token):
            with house.database.writing() as db:
                db.get_one(ApiToken, token.id).seen = now()
        return script

    gate.guard = permission  # type: ignore[attr-defined]
    return Depends(gate)


def _script(request: Request, db: Session, token: ApiToken) -> Script:
    case, day = case_of(request, db), None
    wanted = request.query_params.get("as_of")
    if wanted:
        day = day_of(wanted)
        if day is None:
            raise HTTPException(422, _("That day cannot be read: write it as 2026-12-31."))
        if day >= now().date():
            day = None
    reason = " ".join(request.headers.get(REASON, "").split())
    if reason and not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise HTTPException(
            422, _("Opening texts and identifiers needs a reason, which the audit trail keeps.")
        )
    return Script(
        request, house_of(request), token.user, None, case, None, cases_of(db, token.user),
        token=token.id, scopes=tokens.scopes_of(token), day=day, reason=reason,
    )  # fmt: skip


Entering = Annotated[Script, allowed(Permission.ENTER)]
Reading = Annotated[Script, allowed(Permission.READ)]
Bringing = Annotated[Script, allowed(Permission.BRING)]
Judging = Annotated[Script, allowed(Permission.JUDGE)]
Confirming = Annotated[Script, allowed(Permission.CONFIRM)]
Packaging = Annotated[Script, allowed(Permission.PACKAGE)]
Leading = Annotated[Script, allowed(Permission.LEAD)]
Assisting = Annotated[Script, allowed(Permission.ASSIST)]
Tipping = Annotated[Script, allowed(Permission.TIP)]
Auditing = Annotated[Script, allowed(Permission.AUDIT)]
MakingCases = Annotated[Script, allowed(Permission.MAKE_CASES)]
SeeingTo = Annotated[Script, allowed(Permission.SEE_TO_CASES)]
ManagingPeople = Annotated[Script, allowed(Permission.MANAGE_PEOPLE)]
