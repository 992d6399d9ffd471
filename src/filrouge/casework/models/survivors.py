"""Requests of people for their own ads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from filrouge.casework.models.base import Base, now


class SurvivorRequest(Base):
    """A person, or who acts for them, asks for their own ads. No name, no number and no text of theirs is here.

    Attributes:
        reference: by which the people outside know it, such as a file number; never a name.
        by: "person", "lawyer" or "advocate".
        consent_on: the day on which the person agreed; consent_form: "written", "spoken" or "lawyer"; witness: who of
            the house, or of the lawyer's, was there.
        asked: what was searched by, one entry each: {"kind": "identifier" or "text", "proof": keyed hash, "found": n}.
        ads: by number what the person said of each ad that was found: "", "own", "not" or "unsure". Emptied at the end.
        own: how many they said are their own.
        packaged: when the package was made; package: SHA-256 of it.
        ended: when it was closed; outcome: "done" or "stopped".
    """

    __tablename__ = "survivor_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made: Mapped[datetime] = mapped_column(default=now)
    reference: Mapped[str]
    by: Mapped[str]
    consent_on: Mapped[date]
    consent_form: Mapped[str]
    witness: Mapped[str]
    asked: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ads: Mapped[dict[str, Any]] = mapped_column(default=dict)
    own: Mapped[int] = mapped_column(default=0)
    packaged: Mapped[datetime | None] = mapped_column(default=None)
    package: Mapped[str] = mapped_column(default="")
    ended: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[str] = mapped_column(default="")
