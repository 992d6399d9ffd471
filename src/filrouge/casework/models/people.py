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
        recovery: SHA-256 of the recovery codes that are left.
        offered: whether the second factor was offered, so that it is not at every sign-in.
        subject: issuer and subject of OpenID Connect.
        waiting: whether an administrator has yet to admit them: who came by OpenID Connect alone.
        must_change: whether the password was given by somebody else; password_until: it is worth nothing after.
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
    recovery: Mapped[list[str]] = mapped_column(default=list)
    offered: Mapped[bool] = mapped_column(default=False)
    subject: Mapped[str | None] = mapped_column(unique=True, default=None)
    waiting: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    must_change: Mapped[bool] = mapped_column(default=False)
    password_until: Mapped[datetime | None] = mapped_column(default=None)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(default=None)
    created: Mapped[datetime] = mapped_column(default=now)
    signed_in: Mapped[datetime | None] = mapped_column(default=None)


class SignedIn(Base):
    """A session of a browser.

    Attributes:
        token: SHA-256 of the cookie's value; the value itself is nowhere.
        csrf: what forms of this session must bring along.
        seen: when a request came last; made: when the person signed in; turned: when the token was last changed.
        passed: whether the second factor was given, where one is set.
        checked: when the person last showed who they are, by password, code, or at their organisation.
        agent: the browser, in two words, so that a person knows their sessions apart.
        pending: the secret of a second factor that is being set up, sealed.
    """

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    before: Mapped[str] = mapped_column(default="", index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str]
    passed: Mapped[bool] = mapped_column(default=True)
    checked: Mapped[datetime] = mapped_column(default=now)
    agent: Mapped[str] = mapped_column(default="")
    pending: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
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
