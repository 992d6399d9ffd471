"""What scripts do about the house: cases and their members, who has an account, tokens, the trail.

What pages ask one to show again who one is for (making and changing accounts, a new token) needs a browser: a token
cannot show that, and whoever finds one must not become somebody else by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated, Final

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from filrouge.casework import accounts, audit, cases, people, tokens, trail
from filrouge.casework.access import Role
from filrouge.casework.errors import NotThere
from filrouge.casework.models import ApiToken, Case, User
from filrouge.casework.trail import Unreadable, Wanted
from filrouge.reports.trail import broken_in_words
from filrouge.web.api.entry import (
    Auditing,
    Entering,
    Leading,
    MakingCases,
    ManagingPeople,
    Script,
    SeeingTo,
)
from filrouge.web.api.said import (
    ANYWHERE,
    CASE_AS_IT_IS,
    WRITES,
    WRITES_IN_CASE,
    Limit,
    Offset,
    Page,
    Row,
    routes,
)
from filrouge.web.api.shapes import CaseOut
from filrouge.web.api.shapes_of_house import (
    CaseChange,
    CaseIn,
    CaseMember,
    CaseSettings,
    Entries,
    EntryOut,
    HeadOut,
    KeepUntil,
    PersonOut,
    TokenOut,
    Verified,
)

router: Final = routes("the house")


# -- cases ----------------------------------------------------------------------------------------------------


@router.get("/cases/closed", **ANYWHERE)
def closed_cases(here: Entering) -> list[CaseOut]:
    """The closed cases that you worked on."""
    with here.reading() as db:
        return [CaseOut.model_validate(case) for case in cases.closed_cases_of(db, here.user)]


@router.get("/cases/all", **ANYWHERE)
def all_cases(here: ManagingPeople) -> list[CaseSettings]:
    """All cases of the house, for administrators: names, purposes and members, no ads."""
    with here.reading() as db:
        return [_case(case) for case in cases.all_cases(db)]


@router.post("/cases", status_code=201, **WRITES)
def make_case(here: MakingCases, wanted: CaseIn) -> CaseSettings:
    """Make a case, with you as its first member if you may see ads, else with a supervisor whom you name."""
    held = here.house.desk.names()

    def act(db: Session) -> CaseSettings:
        if cases.works_on_ads(here.user):
            first = [db.get_one(User, here.user.id)]
        else:
            first = cases.as_first(db, wanted.supervisor)
        return _case(
            cases.make_case(
                db, here.user, name=wanted.name, title=wanted.title, purpose=wanted.purpose,
                authority=wanted.authority, keep_until=wanted.keep_until, members=first,
                held=held,
            )
        )  # fmt: skip

    return here.once(CaseSettings, act, wanted)


@router.get("/cases/{case_id}/settings", **CASE_AS_IT_IS)
def case_settings(here: SeeingTo) -> CaseSettings:
    """A case and its members."""
    with here.reading() as db:
        return _case(db.get_one(Case, here.the_case.id))


@router.put("/cases/{case_id}/settings", **CASE_AS_IT_IS)
def change_case(here: SeeingTo, wanted: CaseChange) -> CaseSettings:
    """Give a case another title, purpose or authority; the trail keeps those of before."""

    def act(db: Session, case: Case) -> None:
        cases.change_case(
            db, here.user, case, title=wanted.title, purpose=wanted.purpose, authority=wanted.authority
        )

    return _seen_to(here, act)


@router.put("/cases/{case_id}/keep-until", **CASE_AS_IT_IS)
def keep_until(here: SeeingTo, wanted: KeepUntil) -> CaseSettings:
    """Keep the ads of a case longer, or shorter."""
    return _seen_to(here, lambda db, case: cases.keep_until(db, here.user, case, wanted.day, wanted.reason))


@router.put("/cases/{case_id}/members/{user}", **CASE_AS_IT_IS)
def add_member(here: SeeingTo, user: Row) -> CaseSettings:
    """Let a person work on a case."""
    return _seen_to(here, lambda db, case: cases.add_member(db, here.user, case, _person(db, user)))


@router.delete("/cases/{case_id}/members/{user}", **CASE_AS_IT_IS)
def remove_member(here: SeeingTo, user: Row) -> CaseSettings:
    """Let a person no more work on a case."""
    return _seen_to(here, lambda db, case: cases.remove_member(db, here.user, case, _person(db, user)))


@router.post("/cases/{case_id}/close", **WRITES_IN_CASE)
def close_case(here: SeeingTo) -> CaseSettings:
    """Close a case: it can be read, and nothing in it be changed."""
    return _seen_to(here, lambda db, case: cases.close_case(db, here.user, case))


@router.post("/cases/{case_id}/reopen", **WRITES_IN_CASE)
def reopen_case(here: SeeingTo) -> CaseSettings:
    """Open a closed case again."""
    return _seen_to(here, lambda db, case: cases.reopen_case(db, here.user, case))


# -- accounts -------------------------------------------------------------------------------------------------


@router.get("/people", **ANYWHERE)
def everybody(here: ManagingPeople, offset: Offset = 0, limit: Limit = 100) -> Page[PersonOut]:
    """All accounts: those who wait first, then those who come in."""
    with here.reading() as db:
        found = accounts.everybody(db)
    return Page(total=len(found), items=[_account(user) for user in found[offset : offset + limit]])


@router.get("/people/{user}", **ANYWHERE)
def account(here: ManagingPeople, user: Row) -> PersonOut:
    """An account. Making or changing one needs a browser, in which you show again who you are."""
    with here.reading() as db:
        return _account(_anybody(db, user))


# -- tokens ---------------------------------------------------------------------------------------------------


@router.get("/tokens", **ANYWHERE)
def my_tokens(here: Entering) -> list[TokenOut]:
    """Your tokens that may be used. Making one needs a browser."""
    with here.reading() as db:
        return [TokenOut.model_validate(token) for token in tokens.of(db, here.user)]


@router.delete("/tokens/{token}", status_code=204, **ANYWHERE)
def end_token(here: Entering, token: Row) -> None:
    """End a token of yours, perhaps the one that you are using."""
    with here.writing() as db:
        found = db.get(ApiToken, token)
        if found is None or found.user_id != here.user.id:
            raise NotThere
        tokens.end(db, here.user, token)


# -- the trail ------------------------------------------------------------------------------------------------

Action = Annotated[str | None, Query(pattern="^[a-z_]{1,40}([.][a-z_]{1,40})?$")]
OfCase = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The number of a case.")]
Actor = Annotated[str | None, Query(max_length=64, description="A login.")]


def _asked(
    after: Annotated[int, Query(ge=0, le=2**53, description="Only entries with a greater number.")] = 0,
    actor: Actor = None,
    action: Action = None,
    since: date | None = None,
    until: date | None = None,
) -> Wanted:
    return Wanted(actor, action, None, since, until, after)


Asked = Annotated[Wanted, Depends(_asked)]


@router.get("/audit", **ANYWHERE)
def house_trail(here: Auditing, asked: Asked, case: OfCase = None, limit: Limit = 100) -> Entries:
    """Entries of the audit trail of the house, the earliest first; `total` are those after the number."""
    return _entries(here, replace(asked, case=case), limit)


@router.get("/cases/{case_id}/audit", **CASE_AS_IT_IS)
def case_trail(here: Leading, asked: Asked, limit: Limit = 100) -> Entries:
    """Entries of the audit trail of a case, for its supervisors."""
    return _entries(here, replace(asked, case=here.the_case.id), limit)


@router.post("/audit/verify", **ANYWHERE)
def verify_trail(here: Auditing) -> Verified:
    """Work out the chain of the trail again, and what the ledger says of it."""
    ws = here.house.settings.workspace.refreshed()
    with here.reading() as db:
        broken = trail.verify(db, ws)
        count, digest = audit.head(db)
    here.note("audit.verified", broken=len(broken), entries=count, head=digest)
    return Verified(
        entries=count,
        digest=digest,
        broken=[broken_in_words(one) for one in broken],
        heads=[HeadOut.model_validate(head) for head in trail.noted_heads(ws)],
    )


@router.post("/audit/note", **ANYWHERE)
def note_head(here: Auditing) -> HeadOut:
    """Write the head of the trail into the ledger of the workspace, a chain of its own: no end can be cut off then."""
    with here.reading() as db:
        head = trail.note_head(db, here.house.settings.workspace.refreshed(), here.user.login)
    here.house.desk.look_again()
    return HeadOut.model_validate(head)


# -- as JSON --------------------------------------------------------------------------------------------------


def _entries(here: Script, wanted: Wanted, limit: int) -> Entries:
    with here.reading() as db:
        found = trail.first(db, wanted, limit)
        return Entries(
            total=trail.count(db, wanted),
            items=[EntryOut.model_validate(entry) for entry in found if not isinstance(entry, Unreadable)],
            unreadable=[entry.seq for entry in found if isinstance(entry, Unreadable)],
        )


def _seen_to(here: Script, act: Callable[[Session, Case], None]) -> CaseSettings:
    def done(db: Session) -> CaseSettings:
        case = db.get_one(Case, here.the_case.id)
        act(db, case)
        db.flush()
        return _case(case)

    return here.once(CaseSettings, done)


def _anybody(db: Session, number: int) -> User:
    user = db.get(User, number)
    if user is None:
        raise NotThere
    return user


def _person(db: Session, number: int) -> User:
    user = _anybody(db, number)
    if not user.active:
        raise NotThere
    return user


def _account(user: User) -> PersonOut:
    return PersonOut(
        id=user.id, login=user.login, name=user.name, email=user.email, role=Role(user.role), active=user.active,
        waiting=user.waiting, locked=people.is_locked(user), second_factor=user.totp is not None, made=user.created,
        signed_in=user.signed_in,
    )  # fmt: skip


def _case(case: Case) -> CaseSettings:
    return CaseSettings(
        id=case.id, name=case.name, title=case.title, purpose=case.purpose, authority=case.authority,
        keep_until=case.keep_until, made=case.made, closed=case.closed,
        members=[
            CaseMember(user=one.user_id, name=one.user.name, role=Role(one.user.role), added=one.added)
            for one in sorted(case.members, key=lambda member: member.user.name)
        ],
    )  # fmt: skip
