"""Cases and their members."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from filrouge.casework.models.base import Base, now
from filrouge.casework.models.people import User


class Case(Base):
    """An inquiry with a stated purpose, a legal authority and members.

    Attributes:
        name: that of the case in the workspace, by which its ads are sealed.
        keep_until: the day after which its ads have to go.
        closed: when it was closed; nothing is written in it since.
    """

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    purpose: Mapped[str]
    authority: Mapped[str]
    keep_until: Mapped[date]
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made: Mapped[datetime] = mapped_column(default=now)
    closed: Mapped[datetime | None] = mapped_column(default=None)
    members: Mapped[list[Member]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class Member(Base):
    """A person who works on a case, or leads it."""

    __tablename__ = "members"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    added: Mapped[datetime] = mapped_column(default=now)
    user: Mapped[User] = relationship(lazy="joined")
