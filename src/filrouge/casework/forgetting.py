"""What people wrote of ads that were destroyed goes with them: opinions, notes, watches, alerts, wrong joins, packages.

Of a cluster or network of which some ads can still be read, what was written stays. One of which no ad is left is
gone, and with it all that was said of it. The trail keeps that things were done, by whom and when: it never had words.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Collection
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal, cast

import polars as pl
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from filrouge.casework import jobs, packages, watches
from filrouge.casework.audit import note
from filrouge.casework.errors import Refused
from filrouge.casework.models import (
    AuditEntry,
    BlindTask,
    Case,
    MadePackage,
    Opinion,
    SeenLead,
    SurvivorRequest,
    Watch,
    WatchAlert,
    WrongJoin,
)
from filrouge.casework.spool import Spool
from filrouge.casework.watching import became
from filrouge.corpus.results import written
from filrouge.corpus.retention import KIND

if TYPE_CHECKING:
    from filrouge.casework.database import Database
    from filrouge.casework.lineage import What
    from filrouge.corpus.workspace import Workspace

FORGOTTEN: Final = "ads.forgotten"
"""The action of the entries of the trail that say so; `through`: the last destruction that they follow."""
_OF: Final[tuple[Literal["cluster"], Literal["network"]]] = ("cluster", "network")


@dataclass(frozen=True)
class Forgotten:
    """How much of what people wrote is gone.

    Attributes:
        opinions: labels and notes on clusters and networks, with calls for a second one.
        wrong_joins, watches, alerts: those of which nothing is left.
        packages: files of packages that held one of the ads; that they were made, and for whom, stays known.
    """

    opinions: int = 0
    wrong_joins: int = 0
    watches: int = 0
    alerts: int = 0
    packages: int = 0

    def __add__(self, other: Forgotten) -> Forgotten:
        return Forgotten(*(getattr(self, name) + getattr(other, name) for name in asdict(self)))

    def __bool__(self) -> bool:
        return any(asdict(self).values())


@dataclass(frozen=True)
class Left:
    """What can still be read of a case.

    Attributes:
        ads: numbers.
        groups: clusters and networks that any of these was ever in.
    """

    ads: frozenset[int]
    groups: frozenset[What]

    @classmethod
    def of(cls, ws: Workspace, case: str) -> Left:
        """As the workspace is now."""
        own = ws.ads(["case"]).filter(pl.col("case") == case)["ad"]
        groups: set[What] = set()
        for of in _OF:
            rows = written(ws, of).filter(pl.col("id") >= 0, pl.col("ad").is_in(own.implode()))
            groups.update((of, id) for id in rows["id"].unique())
        return cls(frozenset(own), frozenset(groups))

    def has(self, of: str, number: int) -> bool:
        """Whether anything is left of an ad, a cluster or a network."""
        return number in self.ads if of == "ad" else (of, number) in self.groups


def is_behind(database: Database, ws: Workspace) -> bool:
    """Whether ads were destroyed that people may have written of."""
    with database.session() as db:
        return _last(ws) > _through(db)


def forget(database: Database, ws: Workspace, by: str = "") -> Forgotten:
    """Take away what people wrote of ads that were destroyed since this was done last; safe to be cut off.

    Args:
        database: of people's data.
        ws: the workspace as it is now.
        by: who destroyed them, for the trail.
    """
    through = _last(ws)
    with database.session() as db:
        if through <= _through(db):
            return Forgotten()
        cases = list(db.scalars(select(Case).order_by(Case.id)).unique())
        # Reading packages takes a while, and nobody else may write meanwhile: so it is done before.
        left = {case.id: Left.of(ws, case.name) for case in cases}
        stored = db.scalars(select(MadePackage).where(MadePackage.stored != "")).unique()
        holding = {row.id for row in stored if _holds_others(ws, row, left[row.case_id].ads)}
    files: list[str] = []
    total = Forgotten()
    with database.writing() as db:
        for case in cases:
            found = _forget_in(db, ws, case, left[case.id])
            for row in db.scalars(select(MadePackage).where(MadePackage.case_id == case.id)).unique():
                if row.id in holding and row.stored:
                    files.append(packages.forget(db, by, row))
                    found += Forgotten(packages=1)
            if found:
                note(db, by, FORGOTTEN, case=case, **asdict(found))
            total += found
        note(db, by, FORGOTTEN, through=through)
    for name in files:
        Spool(ws, packages.FOLDER).delete(name)
    return total


@jobs.chore
def follow(database: Database, ws: Workspace) -> None:
    """Take away what was left where ads were destroyed by somebody who did not name this database."""
    now = ws.refreshed()
    if is_behind(database, now):
        forget(database, now)


def _forget_in(db: Session, ws: Workspace, case: Case, left: Left) -> Forgotten:
    opinions = 0
    for table in (BlindTask, SeenLead, Opinion):
        rows = db.execute(select(table.of, table.number).where(table.case_id == case.id).distinct())
        for of, number in rows.all():
            if not left.has(of, number):
                gone = delete(table).where(table.case_id == case.id, table.of == of, table.number == number)
                count = cast("CursorResult[tuple[()]]", db.execute(gone)).rowcount
                opinions += count if table is Opinion else 0
    joins = [
        row
        for row in db.scalars(select(WrongJoin).where(WrongJoin.case_id == case.id))
        if _is_gone(row, left)
    ]
    ids = [row.id for row in joins]
    db.execute(delete(WrongJoin).where(WrongJoin.id.in_(ids)))
    mine = list(db.scalars(select(Watch).where(Watch.case_id == case.id)).unique())
    over = [watch.id for watch in mine if _is_over(ws, watch, left)]
    db.execute(delete(Watch).where(Watch.id.in_(over)))
    alerts = 0
    for alert in db.scalars(select(WatchAlert).where(WatchAlert.case_id == case.id)).unique():
        kept = [ad for ad in alert.ads if ad in left.ads]
        if not kept:
            alerts += 1
            db.delete(alert)
        elif len(kept) < len(alert.ads):
            alert.ads = kept
    for request in db.scalars(select(SurvivorRequest).where(SurvivorRequest.case_id == case.id)):
        request.ads = {ad: word for ad, word in request.ads.items() if int(ad) in left.ads}
    return Forgotten(opinions, len(ids), len(over), alerts)


def _is_gone(join: WrongJoin, left: Left) -> bool:
    """Whether one of the two that were joined is gone, so that there is nothing to keep apart."""
    of_one, of_other = {
        "ad": ("ad", "cluster"), "cluster": ("cluster", "network"), "pair": ("cluster", "cluster"),
        "ads": ("ad", "ad"), "network": ("network", ""),
    }[join.what]  # fmt: skip
    return not left.has(of_one, join.one) or bool(of_other and not left.has(of_other, join.other))


def _is_over(ws: Workspace, watch: Watch, left: Left) -> bool:
    """Whether what is watched is gone: a cluster, a network, the ad whose text it is; or all ads of the case."""
    if not left.ads:
        return True
    if watch.kind in _OF:
        return not any(left.has(watch.kind, id) for id in became(ws, watch.kind, watch.number, watch.made_at))
    ad = watches.opened(ws, watch).ad
    return ad >= 0 and ad not in left.ads


def _holds_others(ws: Workspace, row: MadePackage, readable: Collection[int]) -> bool:
    """Whether the file of a package holds an ad that cannot be read any more."""
    try:
        content = Spool(ws, packages.FOLDER).read(row.stored)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            lines = archive.read("ads.jsonl").decode().splitlines()
    except (Refused, zipfile.BadZipFile, KeyError):
        # What cannot be looked into cannot be kept.
        return True
    return any(json.loads(line)["ad"] not in readable for line in lines)


def _last(ws: Workspace) -> int:
    return max((row.seq for row in ws.rows() if row.kind == KIND), default=-1)


def _through(db: Session) -> int:
    last = db.scalar(
        select(AuditEntry)
        .where(AuditEntry.action == FORGOTTEN, AuditEntry.case_id.is_(None))
        .order_by(AuditEntry.seq.desc())
        .limit(1)
    )
    return int(last.details["through"]) if last is not None else -1
