"""Deconfliction: cases that touch one network, and who may learn of it; and what is held on an identifier.

Nothing of another case's ads is ever told here. A supervisor learns that another case touches the same network and whom
to speak to; its members learn no more than both supervisors allow.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from filrouge.casework import wrong_joins
from filrouge.casework.access import Role, is_member
from filrouge.casework.audit import note
from filrouge.casework.errors import NotThere
from filrouge.casework.models import Allowance, Case, User
from filrouge.corpus.results import membership, network_of
from filrouge.engines.asking import named_identifiers
from filrouge.engines.plain_words import known_words

if TYPE_CHECKING:
    from filrouge.casework.desk import Desk
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.case_apart import Apart


class Level(StrEnum):
    """What the members of another case may know."""

    NOTHING = "nothing"
    EXISTS = "exists"  # that the case exists, and whom to ask
    WHERE = "where"  # also in which networks and clusters both have ads


KINDS: Final = ("network", "cluster")
_ORDER = (Level.NOTHING, Level.EXISTS, Level.WHERE)


@dataclass(frozen=True)
class Meeting:
    """Another case that touches the networks of a case.

    Attributes:
        other: the case.
        networks, clusters: ids of the leads of one's own case in which the other one has ads, too.
        people: whom to speak to: the other case's supervisors.
        mine, theirs: what each lets the other's members know; both: what its members do know.
    """

    other: Case
    networks: tuple[int, ...]
    clusters: tuple[int, ...]
    people: tuple[User, ...]
    mine: Level
    theirs: Level

    @property
    def both(self) -> Level:
        """What both allow."""
        return min(self.mine, self.theirs, key=_ORDER.index)


@dataclass(frozen=True)
class Touching:
    """Which cases have ads in which networks and clusters: rows of case, id."""

    networks: pl.DataFrame
    clusters: pl.DataFrame


def touching(ws: Workspace) -> Touching:
    """Which cases have ads in which networks and clusters of a view."""
    ads = ws.ads(["case"])
    numbers = ads["ad"].to_numpy()
    held = membership(ws)
    found = ads.select("case").with_columns(
        network=pl.Series(network_of(ws, numbers)), cluster=pl.Series(held.of(numbers))
    )
    return Touching(
        *(
            found.filter(pl.col(of) >= 0).select("case", pl.col(of).alias("id")).unique().sort("case", "id")
            for of in ("network", "cluster")
        )
    )


def meetings(db: Session, desk: Desk, case: Case) -> list[Meeting]:
    """The open cases that touch the leads of a case, those with most networks in common first.

    What people of either case keep apart, they do not meet by.
    """
    touched, lineage = desk.touching(), desk.lineage()
    leads = desk.casebook(case.name, apart=wrong_joins.apart(db, case, lineage)).leads
    mine = {kind: set(leads.filter(pl.col("kind") == kind)["id"]) for kind in KINDS}
    shared: dict[str, tuple[list[int], list[int]]] = {}
    for place, (kind, frame) in enumerate(zip(KINDS, (touched.networks, touched.clusters), strict=True)):
        theirs = frame.filter(pl.col("case") != case.name, pl.col("id").is_in(list(mine[kind])))
        for name, id in theirs.iter_rows():
            shared.setdefault(name, ([], []))[place].append(id)
    if not shared:
        return []
    others = db.scalars(select(Case).where(Case.name.in_(shared), Case.closed.is_(None))).unique().all()
    for other in others:
        left = _taken_out(desk, other, wrong_joins.apart(db, other, lineage))
        shared[other.name] = tuple(  # type: ignore[assignment]
            [id for id in ids if (kind, id) not in left]
            for kind, ids in zip(KINDS, shared[other.name], strict=True)
        )
    others = [other for other in others if any(shared[other.name])]
    allowed = _allowed(db, case)
    found = [
        Meeting(
            other,
            tuple(shared[other.name][0]),
            tuple(shared[other.name][1]),
            supervisors(other),
            allowed.get((case.id, other.id), Level.NOTHING),
            allowed.get((other.id, case.id), Level.NOTHING),
        )
        for other in others
    ]
    return sorted(found, key=lambda one: (-len(one.networks), -len(one.clusters), one.other.id))


def _taken_out(desk: Desk, case: Case, apart: Apart) -> set[tuple[str, int]]:
    """The networks and clusters in which a case has no part any more, by what its people keep apart."""
    if not apart:
        return set()
    before, after = desk.casebook(case.name).ads, desk.casebook(case.name, apart=apart).ads
    return {(kind, id) for kind in KINDS for id in set(before[kind]) - set(after[kind])}


def told_to_members(found: Sequence[Meeting], kind: str, id: int) -> list[Meeting]:
    """Of the meetings of a case those that all its members may be told of on the page of a network or cluster."""
    return [
        one
        for one in found
        if one.both is Level.WHERE and id in (one.networks if kind == "network" else one.clusters)
    ]


def as_told(found: Sequence[Meeting], *, leads: bool) -> list[Meeting]:
    """Of the meetings of a case what its members may know; all of it for who leads it."""
    if leads:
        return list(found)
    return [
        one if one.both is Level.WHERE else replace(one, networks=(), clusters=())
        for one in found
        if one.both is not Level.NOTHING
    ]


def met(db: Session, desk: Desk, case: Case, other: int) -> Case:
    """Another case that touches the leads of a case.

    Raises:
        NotThere: if it does not.
    """
    for one in meetings(db, desk, case):
        if one.other.id == other:
            return one.other
    raise NotThere


def allow(db: Session, by: User, case: Case, other: Case, level: Level) -> None:
    """Let the members of another case know something of this one, from now on."""
    row = db.get(Allowance, (case.id, other.id))
    if row is None:
        row = Allowance(case_id=case.id, other_id=other.id, level=level.value, by=by.id)
        db.add(row)
    row.level, row.by = level.value, by.id
    note(db, by, "meeting.allowed", case=case, subject=f"case:{other.id}", level=level.value)


def _allowed(db: Session, case: Case) -> dict[tuple[int, int], Level]:
    rows = db.scalars(
        select(Allowance).where(or_(Allowance.case_id == case.id, Allowance.other_id == case.id))
    )
    return {(row.case_id, row.other_id): Level(row.level) for row in rows}


def supervisors(case: Case) -> tuple[User, ...]:
    """Whom to ask about a case: its supervisors, else all its members."""
    people = [member.user for member in case.members if member.user.active]
    leading = [user for user in people if user.role == Role.SUPERVISOR]
    return tuple(sorted(leading or people, key=lambda user: user.name))


# -- a tip ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What is held on an identifier: yes or no, and who may tell.

    Attributes:
        held: whether any ad of any open case carries one of them.
        mine: one's own cases that hold some, with how many ads.
        ask: supervisors of other cases that hold some.
    """

    held: bool
    mine: tuple[tuple[Case, int], ...]
    ask: tuple[User, ...]


def holders_by_case(ws: Workspace, text: str) -> dict[str, int]:
    """How many ads of each case carry an identifier that a text names, or that it is."""
    kinds, pseudonyms = named_identifiers(text, ws.pepper, known_words(ws))
    if not kinds:
        return {}
    ads = ws.holders(pseudonyms)["ad"].unique().to_numpy()
    held = ws.ads(["case"])
    of = held.filter(pl.col("ad").is_in(pl.Series(np.sort(ads)).implode()))
    return dict(of.group_by("case").len().sort("case").iter_rows())


def tell_tip(db: Session, by: User, text: str, counts: dict[str, int], pepper: bytes) -> Answer:
    """What is held on the identifiers that a text names; the question goes to the trail, as a keyed hash.

    Args:
        db: a transaction of `Database.writing`.
        by: who asks.
        text: a phone, an address, an account.
        counts: see `holders_by_case`, which is asked before, since it takes a while.
        pepper: of the workspace.
    """
    holding = db.scalars(select(Case).where(Case.name.in_(counts), Case.closed.is_(None))).unique().all()
    mine = tuple((case, counts[case.name]) for case in holding if is_member(by, case))
    others = [case for case in holding if not is_member(by, case)]
    ask = {user.id: user for case in others for user in supervisors(case)}
    # Who holds the workspace's secret can prove later that a number was, or was not, asked about.
    asked_for = hmac.new(pepper, b"tip:" + " ".join(text.split()).lower().encode(), sha256).hexdigest()[:32]
    note(
        db, by, "tip.asked", subject=f"tip:{asked_for}", held=bool(holding),
        cases=[case.id for case in holding],
    )  # fmt: skip
    return Answer(bool(holding), mine, tuple(sorted(ask.values(), key=lambda user: user.name)))
