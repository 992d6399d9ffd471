"""The tables of people's data. Each is imported here, so that migrations see them all."""

from filrouge.casework.models.audit import AuditEntry
from filrouge.casework.models.base import Base, now
from filrouge.casework.models.cases import Case, Member
from filrouge.casework.models.jobs import BroughtFile, Job
from filrouge.casework.models.meetings import Allowance
from filrouge.casework.models.people import DeskState, SignedIn, User

__all__ = [
    "Allowance",
    "AuditEntry",
    "Base",
    "BroughtFile",
    "Case",
    "DeskState",
    "Job",
    "Member",
    "SignedIn",
    "User",
    "now",
]
