"""Watches, the alerts that they raised, who has seen them, and what was sent outside about them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from filrouge.casework.models.base import Base, now
from filrouge.casework.models.people import User


class Watch(Base):
    """Something of which a case wants to know when new ads have it.

    Attributes:
        kind: "text" (ads near it), "words" (ads that hold them), "identifier", "cluster" or "network".
        number: of the cluster or network; 0 for the others.
        sealed: the text or identifier, and the name that people gave it, as JSON under a key of the workspace.
        pseudonyms: of the identifiers, "kind:" and 16 hexadecimal digits each.
        through: ads of later snapshots than this are new. run: the last run that was looked at; made_at: the newest
            snapshot when it was made, after which merges are followed.
        deleted: when somebody put it away; it can be put back.
    """

    __tablename__ = "watches"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    made: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str]
    number: Mapped[int] = mapped_column(BigInteger, default=0)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    pseudonyms: Mapped[list[str]] = mapped_column(default=list)
    made_at: Mapped[int]
    through: Mapped[int]
    run: Mapped[int] = mapped_column(index=True)
    deleted: Mapped[datetime | None] = mapped_column(default=None)
    user: Mapped[User | None] = relationship(lazy="joined")


class WatchAlert(Base):
    """New ads that match a watch, as one run found them. `run`: its snapshot; `ads`: their numbers."""

    __tablename__ = "watch_alerts"
    __table_args__ = (UniqueConstraint("watch_id", "run"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    watch_id: Mapped[int] = mapped_column(ForeignKey("watches.id", ondelete="CASCADE"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    run: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
    ads: Mapped[list[int]] = mapped_column(JSON)
    watch: Mapped[Watch] = relationship(lazy="joined")


class AlertSeen(Base):
    """That a person has seen an alert."""

    __tablename__ = "alerts_seen"

    alert_id: Mapped[int] = mapped_column(ForeignKey("watch_alerts.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class WatchMuted(Base):
    """That a person does not want to be told of a watch's alerts; they are listed all the same."""

    __tablename__ = "watches_muted"

    watch_id: Mapped[int] = mapped_column(ForeignKey("watches.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


class MailWish(Base):
    """That a person wants to be told by e-mail of a case's alerts."""

    __tablename__ = "mail_wishes"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


class Hook(Base):
    """Where another program is told of a case's alerts. `turn`: counts the keys with which that is signed."""

    __tablename__ = "hooks"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str]
    turn: Mapped[int] = mapped_column(default=1)


class Notice(Base):
    """Something to be sent outside: that there are alerts in a case, how many, and nothing else.

    Attributes:
        kind: "mail" (to `user_id`) or "hook".
        count: of the alerts.
        state: "waiting", "sent" or "failed"; tries: how often it was tried; due: when it is tried next.
        trouble: a code that says why it was not sent, see `notices.trouble_in_words`.
    """

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    count: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[datetime] = mapped_column(default=now)
    trouble: Mapped[str] = mapped_column(default="")
    user: Mapped[User | None] = relationship(lazy="joined")
