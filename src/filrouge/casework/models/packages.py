"""Evidence packages that were made: on which terms, for whom, and what became of the file."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from filrouge.casework.models.base import Base, now
from filrouge.casework.models.jobs import Job
from filrouge.casework.models.people import User


class MadePackage(Base):
    """A package that somebody asked for. The row stays when the file is gone: what left the house is known for good.

    Attributes:
        of, numbers: "network" or "cluster" and its id, or "ads" and their numbers.
        opened: whether identifiers, names and texts stand in the clear; reason: why.
        as_of: the day as of which the case is read; None for the day on which it was made.
        seq: the snapshot that is packaged; audit_seq: the last entry of the trail that goes along. With both and `made`
            the same package can be made again, byte for byte.
        name, sha256, bytes, signed_by, ads: of the file, once it is there.
        stored: the name of the sealed file; "" before it is there, and when it is gone.
        keep_until: when the file is deleted. gone: when it was.
    """

    __tablename__ = "packages"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    made: Mapped[datetime] = mapped_column(default=now)
    of: Mapped[str]
    numbers: Mapped[list[int]] = mapped_column(JSON)
    language: Mapped[str]
    opened: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    recipient: Mapped[str]
    purpose: Mapped[str]
    as_of: Mapped[date | None] = mapped_column(default=None)
    seq: Mapped[int]
    audit_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(default="")
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    signed_by: Mapped[str] = mapped_column(default="")
    ads: Mapped[int] = mapped_column(default=0)
    stored: Mapped[str] = mapped_column(default="", index=True)
    keep_until: Mapped[datetime | None] = mapped_column(default=None)
    gone: Mapped[datetime | None] = mapped_column(default=None)
    fetched: Mapped[int] = mapped_column(default=0)
    user: Mapped[User | None] = relationship(lazy="joined")
    job: Mapped[Job | None] = relationship(lazy="joined")
