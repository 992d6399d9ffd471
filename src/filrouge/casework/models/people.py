"""Who may sign in, and who is signed in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from filrouge.casework.models.base import Base, now


class User(Base):
    """A person with an account.

    Attributes:
        login: what is typed to sign in, in small letters.
        name: as shown to others.
        role: see `access.Role`.
        password: hash by argon2id; "" for who signs in elsewhere (OpenID Connect).
        totp: the secret of the second factor, sealed; None where there is none.
        totp_step: the last time step whose code was used, so that none is used twice.
        subject: issuer and subject of OpenID Connect.
        failures: wrong passwords in a row; locked_until: no attempt is heard before.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password: Mapped[str] = mapped_column(default="")
    totp: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    totp_step: Mapped[int] = mapped_column(default=0)
    subject: Mapped[str | None] = mapped_column(unique=True, default=None)
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    must_change: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(default=None)
    created: Mapped[datetime] = mapped_column(default=now)


class SignedIn(Base):
    """A session of a browser.

    Attributes:
        token: SHA-256 of the cookie's value; the value itself is nowhere.
        csrf: what forms of this session must bring along.
        seen: when a request came last; made: when the person signed in; turned: when the token was last changed.
        passed: whether the second factor was given, where one is set.
    """

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    before: Mapped[str] = mapped_column(default="", index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str]
    passed: Mapped[bool] = mapped_column(default=True)
    made: Mapped[datetime] = mapped_column(default=now)
    turned: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime] = mapped_column(default=now)
    user: Mapped[User] = relationship(lazy="joined")
    desks: Mapped[list[DeskState]] = relationship(cascade="all, delete-orphan", lazy="select")


class DeskState(Base):
    """What a session has set for a case: the day as of which it is read, and until when it is opened.

    Attributes:
        as_of: a day of the past; None for now.
        opened_until: texts and identifiers are shown in the clear until then; reason: why.
    """

    __tablename__ = "desk_states"

    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    as_of: Mapped[date | None] = mapped_column(default=None)
    opened_until: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
