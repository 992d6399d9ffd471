"""The accounts of this house, for administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException
from sqlalchemy.orm import Session
from starlette.responses import Response

from filrouge.casework import accounts, people
from filrouge.casework.access import Permission, Role
from filrouge.casework.errors import Refused
from filrouge.casework.models import User
from filrouge.i18n import _
from filrouge.web.gate import allowed
from filrouge.web.here import Here, role_name

router: Final = APIRouter()
Looking = Annotated[Here, allowed(Permission.MANAGE_PEOPLE)]
Acting = Annotated[Here, allowed(Permission.MANAGE_PEOPLE, again=True)]


@router.get("/people")
def list_people(here: Looking) -> Response:
    """Who has an account."""
    with here.reading() as db:
        everybody = accounts.everybody(db)
    return here.page("people/list.html", people=everybody, role_name=role_name, is_locked=people.is_locked)


@router.get("/people/new")
def new_page(here: Acting) -> Response:
    """The page for a new account."""
    return here.page("people/new.html", given={}, roles=_roles())


@router.post("/people/new")
def make(
    here: Acting,
    login: Annotated[str, Form()],
    role: Annotated[str, Form()],
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
) -> Response:
    """Make an account, and show its one-time password this once."""
    given = {"login": login, "name": name, "email": email, "role": role}
    try:
        with here.writing() as db:
            user, password = accounts.make(
                db, here.user, login=login, name=name, role=_role(role), email=email
            )
    except Refused as wrong:
        return here.page("people/new.html", 400, wrong=str(wrong), given=given, roles=_roles())
    return here.page("people/password.html", person=user, password=password)


@router.get("/people/{user_id}")
def person_page(here: Acting, user_id: int) -> Response:
    """One account, and what can be done with it."""
    with here.reading() as db:
        return _page(here, _found(db, user_id))


@router.post("/people/{user_id}")
def change(
    here: Acting,
    user_id: int,
    role: Annotated[str, Form()],
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
) -> Response:
    """Another name or role."""

    def act(db: Session, user: User) -> None:
        if user.id == here.user.id and role != user.role:
            raise Refused(_("Your own role is changed by another administrator."))
        accounts.change(db, here.user, user, name=name, email=email, role=_role(role))

    return _done(here, user_id, act, _("The account was changed."))


@router.post("/people/{user_id}/password")
def give_password(here: Acting, user_id: int) -> Response:
    """Make a one-time password for somebody who forgot theirs, and show it this once."""
    with here.writing() as db:
        user = _found(db, user_id)
        _must_be_another(here, user)
        if not user.password:
            raise Refused(_("This person signs in with the account of their organisation."))
        password = accounts.give_password(db, here.user, user)
    return here.page("people/password.html", person=user, password=password)


@router.post("/people/{user_id}/unlock")
def unlock(here: Acting, user_id: int) -> Response:
    """End the pause after wrong passwords."""

    def act(db: Session, user: User) -> None:
        accounts.unlock(db, here.user, user)

    return _done(here, user_id, act, _("The pause was ended: the person can sign in now."))


@router.post("/people/{user_id}/factor")
def reset_factor(here: Acting, user_id: int) -> Response:
    """Take the second factor of somebody who lost it away."""

    def act(db: Session, user: User) -> None:
        _must_be_another(here, user)
        accounts.reset_factor(db, here.user, user)

    said = _("The second factor was taken away. The person is offered to set up another at the next sign-in.")
    return _done(here, user_id, act, said)


@router.post("/people/{user_id}/deactivate")
def deactivate(here: Acting, user_id: int) -> Response:
    """Let somebody no more come in."""

    def act(db: Session, user: User) -> None:
        _must_be_another(here, user)
        accounts.deactivate(db, here.user, user)

    undo = (f"/people/{user_id}/activate", _("Undo"))
    return _done(here, user_id, act, _("The person can no longer sign in, and was signed out."), undo)


@router.post("/people/{user_id}/activate")
def activate(here: Acting, user_id: int) -> Response:
    """Let somebody come in: again, or at last."""

    def act(db: Session, user: User) -> None:
        accounts.activate(db, here.user, user)

    return _done(here, user_id, act, _("The person can sign in."))


def _done(
    here: Here,
    user_id: int,
    act: Callable[[Session, User], None],
    said: str,
    undo: tuple[str, str] | None = None,
) -> Response:
    """Do something with an account, and come back to its page."""
    try:
        with here.writing() as db:
            act(db, _found(db, user_id))
    except Refused as wrong:
        with here.reading() as db:
            return _page(here, _found(db, user_id), 400, str(wrong))
    return here.go(f"/people/{user_id}", said, undo=undo)


def _page(here: Here, user: User, status: int = 200, wrong: str = "") -> Response:
    return here.page(
        "people/person.html", status, person=user, wrong=wrong, roles=_roles(), role_name=role_name,
        locked=people.is_locked(user), myself=user.id == here.user.id,
    )  # fmt: skip


def _found(db: Session, user_id: int) -> User:
    user = db.get(User, user_id)
    if user is None:
        raise HTTPException(404)
    return user


def _must_be_another(here: Here, user: User) -> None:
    if user.id == here.user.id:
        raise Refused(_("That is your own account: see to it on the page of your account."))


def _role(role: str) -> Role:
    if role not in set(Role):
        raise Refused(_("There is no such role."))
    return Role(role)


def _roles() -> list[tuple[str, str, str]]:
    """The roles: code, name, what they may do."""
    says = {
        Role.ANALYST: _(
            "Brings files, compares, opens texts with a reason, judges, packages evidence, in their cases."
        ),
        Role.SUPERVISOR: _(
            "As an analyst; and makes cases, chooses their members, sees their trail and other cases' supervisors."
        ),
        Role.PARTNER: _("Reads masked findings in the cases they are in."),
        Role.AUDITOR: _("Reads and verifies the trail of all that was done. Sees no ads."),
        Role.ADMINISTRATOR: _("Makes accounts and cases. Sees no ads."),
    }
    return [(role.value, role_name(role.value), said) for role, said in says.items()]
