"""The audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from filrouge.casework.models.base import Base


class AuditEntry(Base):
    """One thing that somebody did; never changed and never deleted.

    Attributes:
        seq: from 1, without a gap.
        actor: the login; "" for the program itself.
        action: what was done, a short code such as "ad.opened".
        case_id: of the case that it was done in; None outside cases.
        subject: what it was done to, such as "network:12"; never words of an ad or an identifier.
        before, digest: SHA-256 of the entry before, and of this one; hexadecimal.
    """

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(index=True)
    case_id: Mapped[int | None] = mapped_column(index=True)
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    before: Mapped[str]
    digest: Mapped[str]
