"""The tables of people's data. Each is imported here, so that migrations see them all."""

from filrouge.casework.models.audit import AuditEntry
from filrouge.casework.models.base import Base, now
from filrouge.casework.models.cases import Case, Member
from filrouge.casework.models.jobs import BroughtFile, Job
from filrouge.casework.models.judging import (
    BlindTask,
    Lesson,
    Opinion,
    SavedView,
    SeenLead,
    TriageState,
    WrongJoin,
    WrongJoinEntry,
)
from filrouge.casework.models.meetings import Allowance
from filrouge.casework.models.packages import MadePackage
from filrouge.casework.models.people import DeskState, SignedIn, User
from filrouge.casework.models.survivors import SurvivorRequest
from filrouge.casework.models.tokens import ApiRepeat, ApiToken
from filrouge.casework.models.watching import (
    AlertSeen,
    Hook,
    MailWish,
    Notice,
    Watch,
    WatchAlert,
    WatchMuted,
)

__all__ = [
    "AlertSeen",
    "Allowance",
    "ApiRepeat",
    "ApiToken",
    "AuditEntry",
    "Base",
    "BlindTask",
    "BroughtFile",
    "Case",
    "DeskState",
    "Hook",
    "Job",
    "Lesson",
    "MadePackage",
    "MailWish",
    "Member",
    "Notice",
    "Opinion",
    "SavedView",
    "SeenLead",
    "SignedIn",
    "SurvivorRequest",
    "TriageState",
    "User",
    "Watch",
    "WatchAlert",
    "WatchMuted",
    "WrongJoin",
    "WrongJoinEntry",
    "now",
]
