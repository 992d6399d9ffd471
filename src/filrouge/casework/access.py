"""Who may do what: the one place that decides it.

A role says what a person may do at all; to do it in a case they must also be a member of it. Administrators see to
accounts and cases and see no ads; auditors read the trail of all cases and see no ads either.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from filrouge.casework.models import Case, User


class Role(StrEnum):
    """What a person is in this house."""

    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    PARTNER = "partner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What can be allowed."""

    ENTER = "enter"  # be signed in: one's own account, the list of one's cases
    READ = "read"  # see masked ads, clusters, networks of a case
    OPEN = "open"  # see texts and identifiers in the clear, with a reason
    BRING = "bring"  # bring files, start runs
    JUDGE = "judge"  # labels, notes, wrong joins, watches, saved views
    CONFIRM = "confirm"  # give the second opinion
    PACKAGE = "package"  # let evidence leave the house
    LEAD = "lead"  # deconfliction, the trail of one's case
    ASSIST = "assist"  # a survivor's request
    TIP = "tip"  # ask whether anything is held on an identifier
    MAKE_CASES = "make_cases"
    SEE_TO_CASES = "see_to_cases"  # a case's members, how long it keeps its ads, closing it
    MANAGE_PEOPLE = "manage_people"
    AUDIT = "audit"  # read and verify the trail


OUTSIDE_CASES: Final = frozenset(
    {
        Permission.ENTER,
        Permission.TIP,
        Permission.MAKE_CASES,
        Permission.MANAGE_PEOPLE,
        Permission.AUDIT,
    }
)
"""Permissions that are not about one case."""

NOT_IN_CLOSED: Final = frozenset(
    {Permission.BRING, Permission.JUDGE, Permission.CONFIRM, Permission.LEAD, Permission.ASSIST}
)
"""What changes a case: not allowed once it is closed. It can still be read, opened with a reason, and packaged."""

_P = Permission
PERMISSIONS_OF: Final[dict[Role, frozenset[Permission]]] = {
    Role.ANALYST: frozenset(
        {_P.ENTER, _P.READ, _P.OPEN, _P.BRING, _P.JUDGE, _P.CONFIRM, _P.PACKAGE, _P.ASSIST, _P.TIP}
    ),
    Role.SUPERVISOR: frozenset(
        {
            _P.ENTER, _P.READ, _P.OPEN, _P.BRING, _P.JUDGE, _P.CONFIRM, _P.PACKAGE, _P.LEAD, _P.ASSIST, _P.TIP,
            _P.MAKE_CASES, _P.SEE_TO_CASES,
        }
    ),
    Role.PARTNER: frozenset({_P.ENTER, _P.READ}),
    Role.AUDITOR: frozenset({_P.ENTER, _P.AUDIT}),
    Role.ADMINISTRATOR: frozenset({_P.ENTER, _P.MAKE_CASES, _P.SEE_TO_CASES, _P.MANAGE_PEOPLE}),
}  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """Why something is not allowed: not in one's role, or the case is not one's own."""

    hidden: bool
    """Whether even that the case exists must not be told."""


def permissions(user: User) -> Collection[Permission]:
    """All that a person's role allows."""
    return PERMISSIONS_OF[Role(user.role)] if user.active else frozenset()


def is_member(user: User, case: Case) -> bool:
    """Whether a person works on a case."""
    return any(member.user_id == user.id for member in case.members)


def refusal(user: User, permission: Permission, case: Case | None = None) -> Refusal | None:
    """Why a person may not do something; None if they may.

    Args:
        user: who wants to.
        permission: what they want.
        case: in which case; None for what is outside cases.
    """
    allowed = permission in permissions(user)
    if case is None:
        # What is about a case can't be allowed without one.
        return None if allowed and permission in OUTSIDE_CASES else Refusal(hidden=False)
    if permission is Permission.SEE_TO_CASES and Role(user.role) is Role.ADMINISTRATOR and allowed:
        # Of cases that they are in no member of: they see its name, purpose and members, never its ads.
        return None
    if not is_member(user, case):
        return Refusal(hidden=True)
    return None if allowed else Refusal(hidden=False)


def may(user: User, permission: Permission, case: Case | None = None) -> bool:
    """Whether a person may do something; see `refusal`."""
    return refusal(user, permission, case) is None
