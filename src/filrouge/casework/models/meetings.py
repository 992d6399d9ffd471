"""What the supervisors of two cases that touch one network let each other's members know."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from filrouge.casework.models.base import Base, now


class Allowance(Base):
    """What a case lets the members of another one know of it.

    Attributes:
        case_id: whose supervisor allows it. other_id: the case whose members may know it.
        level: see `meetings.Level`.
        by: who allowed it.
    """

    __tablename__ = "allowances"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    level: Mapped[str]
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)
