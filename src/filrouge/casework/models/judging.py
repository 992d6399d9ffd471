"""What people judge of clusters and networks: opinions, calls for a second one, wrong joins, and what it taught.

Nothing here is ever changed or deleted: who takes something back adds a row that says so. Only what was said of
ads that are destroyed goes with them, see `casework.forgetting`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from filrouge.casework.models.base import Base, now
from filrouge.casework.models.people import User


class Opinion(Base):
    """What somebody said of a cluster or network; or that they took something back.

    Attributes:
        of, number: "cluster" or "network", and its id.
        turn: "first" (no opinion of others was to be seen), "blind" (asked for, and given blind), "ruling" (a
            supervisor's, between two that differ), "open" (after others' were seen), or "undo".
        undoes: the row that an undo takes back: an opinion, or another undo.
        steps: 1 (certainly not) to 5 (certainly) by kind, of those that were answered.
        unsure: whether the person could not say.
        ads, seq: the ads that it had then, and the snapshot that was looked at.
        batch: the same for what was given in one click; 0 for one alone.
    """

    __tablename__ = "opinions"
    __table_args__ = (Index("ix_opinions_of_what", "case_id", "of", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    of: Mapped[str]
    number: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    turn: Mapped[str]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("opinions.id"), default=None)
    steps: Mapped[dict[str, Any]] = mapped_column(default=dict)
    unsure: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    ads: Mapped[int] = mapped_column(default=0)
    seq: Mapped[int] = mapped_column(default=0)
    batch: Mapped[int] = mapped_column(default=0)
    user: Mapped[User] = relationship(lazy="joined")


class BlindTask(Base):
    """A second opinion that is wanted of somebody who has not seen the first.

    Attributes:
        user_id: who took it; None while nobody has.
        taken, done: when; withdrawn: when it was no more wanted, or given up.
        opinion_id: what they said.
        seen_before: whether they had opened the page of the lead before they took it.
    """

    __tablename__ = "blind_tasks"
    __table_args__ = (Index("ix_blind_tasks_of_what", "case_id", "of", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    of: Mapped[str]
    number: Mapped[int] = mapped_column(BigInteger)
    made: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), default=None, index=True)
    taken: Mapped[datetime | None] = mapped_column(default=None)
    done: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn: Mapped[datetime | None] = mapped_column(default=None)
    opinion_id: Mapped[int | None] = mapped_column(ForeignKey("opinions.id"), default=None)
    seen_before: Mapped[bool] = mapped_column(default=False)


class WrongJoin(Base):
    """Two things that a run put together and that a person says do not belong together.

    Attributes:
        what: "ad" (one: ad, other: its cluster), "cluster" (one: cluster, other: its network), "pair" (two
            clusters), "ads" (two ads), or "network" (one: network, of which nothing belongs together).
    """

    __tablename__ = "wrong_joins"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    what: Mapped[str]
    one: Mapped[int] = mapped_column(BigInteger)
    other: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(default=0)
    told: Mapped[list[WrongJoinEntry]] = relationship(order_by="WrongJoinEntry.id", lazy="selectin")


class WrongJoinEntry(Base):
    """What was done about a wrong join.

    Attributes:
        kind: "reported", "undone" (it was right), "told" (who relied on it was told), "corrected", "note".
        text: in words.
    """

    __tablename__ = "wrong_join_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    join_id: Mapped[int] = mapped_column(ForeignKey("wrong_joins.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    user: Mapped[User] = relationship(lazy="joined")


class Lesson(Base):
    """That a supervisor let labels be learned from: what was handed over, and what it rested on.

    Attributes:
        pairs: rows of the table that was written; sha256: of its bytes.
        last_opinion: nothing after it was in it.
    """

    __tablename__ = "lessons"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    seq: Mapped[int]
    pairs: Mapped[int]
    sha256: Mapped[str]
    last_opinion: Mapped[int]
    user: Mapped[User] = relationship(lazy="joined")


class SeenLead(Base):
    """That a person has opened a lead. `seq`: what was the newest snapshot then."""

    __tablename__ = "seen_leads"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    of: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)


class TriageState(Base):
    """How a person has set the triage of a case, and when they were there.

    Attributes:
        filters: by name.
        visited: when they last looked; seq: the newest snapshot then; seq_before: that of the visit before.
    """

    __tablename__ = "triage_states"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    visited: Mapped[datetime] = mapped_column(default=now)
    seq: Mapped[int] = mapped_column(default=-1)
    seq_before: Mapped[int] = mapped_column(default=-1)


class SavedView(Base):
    """Filters of triage that a person keeps under a name; `shared`: with all members of the case."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("case_id", "user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    filters: Mapped[dict[str, Any]]
    sort: Mapped[str] = mapped_column(default="")
    shared: Mapped[bool] = mapped_column(default=False)
    made: Mapped[datetime] = mapped_column(default=now)
    user: Mapped[User] = relationship(lazy="joined")
