"""Tokens with which scripts come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from filrouge.casework.models.base import Base, now
from filrouge.casework.models.people import User


class ApiToken(Base):
    """A token of a person's scripts.

    Attributes:
        digest: SHA-256 of the token; the token itself is shown once and is nowhere.
        name: what it is for, as its owner calls it.
        scopes: what it may be used for: values of `access.Permission`, never more than its owner's role allows.
        expires: when it ends. ended: when its owner ended it before.
        seen: when it was used last.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    scopes: Mapped[list[str]]
    made: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
    ended: Mapped[datetime | None] = mapped_column(default=None)
    seen: Mapped[datetime | None] = mapped_column(default=None)
    user: Mapped[User] = relationship(lazy="joined")


class ApiRepeat(Base):
    """What a script was answered that named its request, so that the same request is done once.

    Attributes:
        key: as the script called it. request: SHA-256 of what was asked.
        answer: sealed; see `casework.repeats`.
    """

    __tablename__ = "api_repeats"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id", ondelete="CASCADE"))
    key: Mapped[str]
    request: Mapped[str]
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=now, index=True)
