"""Triage: which leads a person looks at, in which order, and which of them they have seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from filrouge.casework.cases import belonging
from filrouge.casework.errors import Refused
from filrouge.casework.judging import Board
from filrouge.casework.lineage import What
from filrouge.casework.models import Case, SavedView, SeenLead, TriageState, User, now
from filrouge.casework.verdicts import KINDS, Verdict
from filrouge.i18n import _

PAGE: Final = 50
AWAY: Final = timedelta(minutes=30)
"""Who comes back after so long has begun a new visit."""
SORTS: Final[Mapping[str, str]] = {
    "strength": "strength", "name": "id", "ads": "ads", "clusters": "clusters", "agencies": "n_agencies",
    "places": "n_places", "identifiers": "identifiers", "first": "first", "last": "last", "new": "newest_seq",
}  # fmt: skip
"""What leads can be sorted by, and the column that it is."""
USUAL: Final = "-strength"
LABELS: Final = (*KINDS, "waiting", "differ", "unsure", "mine", "any", "none")
MOST_VIEWS: Final = 50


@dataclass(frozen=True)
class Filters:
    """Which leads are looked at; what is empty keeps nothing away.

    Attributes:
        name: such as N12, or the beginning of it.
        kind: "network" or "cluster".
        agency, place, language, sign, indicator: which the lead has among its own.
        first, last: days, 2026-11-27; the lead's days overlap with them.
        least, most: ads.
        label: one of `LABELS`.
        unseen: only what the person has not opened since it last grew; new: only what came since their last visit.
        let_go: also what is agreed to be independent.
    """

    name: str = ""
    kind: str = ""
    agency: str = ""
    place: str = ""
    language: str = ""
    sign: str = ""
    indicator: str = ""
    first: str = ""
    last: str = ""
    least: int = 0
    most: int = 0
    label: str = ""
    unseen: bool = False
    new: bool = False
    let_go: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Filters:
        """The filters of a form or of a row; what makes no sense is left out."""
        out: dict[str, Any] = {}
        for field in fields(cls):
            value = given.get(field.name)
            if field.type == "bool":
                out[field.name] = bool(value)
            elif field.type == "int":
                text = str(value or "").strip()
                out[field.name] = int(text) if text.isdecimal() and len(text) < 10 else 0
            elif isinstance(value, str):
                out[field.name] = value.strip()[:200]
        for day in ("first", "last"):
            if _day(out.get(day, "")) is None:
                out[day] = ""
        if out.get("kind") not in ("", "network", "cluster"):
            out["kind"] = ""
        if out.get("label") not in LABELS:
            out["label"] = ""
        return cls(**out)

    def given(self) -> dict[str, Any]:
        """Those that are set."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Seen:
    """What a person has opened, and when they were there.

    Attributes:
        rows: kind, id, seq (the newest snapshot when they opened it).
        since: the newest snapshot of their last visit; -1 if this is their first.
    """

    rows: pl.DataFrame
    since: int


@dataclass(frozen=True)
class Page:
    """A page of leads.

    Attributes:
        rows: as in `Casebook.leads`, with `is_seen` and `is_new`.
        total: leads that pass the filters; all: leads of the case; let_go: of these, agreed to be independent.
        page, pages: from 1.
    """

    rows: list[dict[str, Any]]
    total: int
    all: int
    let_go: int
    page: int
    pages: int


def page_of(
    leads: pl.DataFrame,
    filters: Filters,
    board: Board,
    person: int,
    seen: Seen,
    *,
    sort: str = USUAL,
    page: int = 1,
    size: int = PAGE,
) -> Page:
    """A page of the leads that pass the filters."""
    gone = _let_go(leads, board)
    some = leads if filters.let_go else _without(leads, gone)
    some = some.filter(*_conditions(filters, seen))
    if filters.label:
        some = _labelled(some, board, person, filters.label)
    if filters.unseen:
        some = some.join(_fresh(seen.rows, some), on=["kind", "id"], how="anti")
    some = sorted_by(some, sort)
    pages = max(-(-some.height // size), 1)
    page = min(max(page, 1), pages)
    rows = some[(page - 1) * size : page * size]
    is_seen = set(_fresh(seen.rows, rows).rows())
    return Page(
        [
            {
                **row,
                "is_seen": (row["kind"], row["id"]) in is_seen,
                "is_new": 0 <= seen.since < row["newest_seq"],
            }
            for row in rows.iter_rows(named=True)
        ],
        some.height,
        leads.height,
        len(gone),
        page,
        pages,
    )


def ranked(leads: pl.DataFrame, board: Board) -> pl.DataFrame:
    """The leads as they are listed when nothing is filtered, the strongest first."""
    return _without(leads, _let_go(leads, board))


def sorted_by(leads: pl.DataFrame, sort: str) -> pl.DataFrame:
    """The leads in an order: a name of `SORTS`, with a "-" for what is greatest first."""
    column = SORTS.get(sort.lstrip("-"))
    if column is None or sort == USUAL:
        return leads  # they come in that order
    by = [column] if column != "id" else ["kind", "id"]
    return leads.sort(*by, descending=sort.startswith("-"), nulls_last=True, maintain_order=True)


def _conditions(filters: Filters, seen: Seen) -> list[pl.Expr]:
    out: list[pl.Expr] = [pl.lit(True)]
    if filters.name:
        out.append(pl.col("name").str.to_lowercase().str.starts_with(filters.name.lower()))
    if filters.kind:
        out.append(pl.col("kind") == filters.kind)
    for value, column in (
        (filters.agency, "agencies"), (filters.place, "places"), (filters.language, "languages"),
        (filters.sign, "signs"), (filters.indicator, "indicators"),
    ):  # fmt: skip
        if value:
            out.append(pl.col(column).list.contains(value))
    # What has no day is kept: nobody knows that it is out of the span.
    if (day := _day(filters.first)) is not None:
        out.append((pl.col("last") >= day).fill_null(True))
    if (day := _day(filters.last)) is not None:
        out.append((pl.col("first") <= day).fill_null(True))
    if filters.least:
        out.append(pl.col("ads") >= filters.least)
    if filters.most:
        out.append(pl.col("ads") <= filters.most)
    if filters.new:
        out.append(pl.col("newest_seq") > seen.since)
    return out


def _let_go(leads: pl.DataFrame, board: Board) -> set[What]:
    """The leads that are agreed to be independent."""
    if not board.independent:
        return set()
    now_ = leads.join(_frame(board.independent), on=["kind", "id"], how="semi").select("kind", "id", "ads")
    return {(kind, id_) for kind, id_, ads in now_.iter_rows() if board.independent[kind, id_].is_let_go(ads)}


def _labelled(leads: pl.DataFrame, board: Board, person: int, label: str) -> pl.DataFrame:
    known = {board.lineage.now(what) for what in board.judged}
    if label in ("none", "any"):
        with_any = {what for what in known if board.labels(what, person)}
        return _without(leads, with_any) if label == "none" else _among(leads, with_any)
    if label == "mine":
        return _among(leads, {what for what in known if board.of(what).own(person) is not None})
    if label == "unsure":
        return _among(
            leads, {what for what in known if board.of(what).is_unsure and board.is_open_to(person, what)}
        )
    state = {"waiting": Verdict.WAITING, "differ": Verdict.DIFFER}.get(label)
    wanted = {
        what
        for what in known
        for kind, verdict in board.labels(what, person)
        if (verdict is state if state is not None else kind == label)
    }
    if label == "waiting":
        wanted |= board.wanted
    return _among(leads, wanted)


def _frame(some: Collection[What]) -> pl.DataFrame:
    return pl.DataFrame(list(some), schema={"kind": pl.String, "id": pl.Int64}, orient="row")


def _among(leads: pl.DataFrame, some: Collection[What]) -> pl.DataFrame:
    return leads.join(_frame(some), on=["kind", "id"], how="semi", maintain_order="left")


def _without(leads: pl.DataFrame, some: Collection[What]) -> pl.DataFrame:
    if not some:
        return leads
    return leads.join(_frame(some), on=["kind", "id"], how="anti", maintain_order="left")


def _fresh(seen: pl.DataFrame, leads: pl.DataFrame) -> pl.DataFrame:
    """kind, id: those of some leads that did not grow since they were opened."""
    both = leads.select("kind", "id", "newest_seq").join(seen, on=["kind", "id"])
    return both.filter(pl.col("seq") >= pl.col("newest_seq")).select("kind", "id")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# -- choices for the filters ----------------------------------------------------------------------------------


def choices(leads: pl.DataFrame, column: str, most: int = 400) -> list[tuple[str, int]]:
    """The values that a list column of the leads has, and how many leads have each; the commonest first."""
    counted = (
        leads.select(pl.col(column).explode(empty_as_null=False).alias("value"))
        .drop_nulls()
        .group_by("value")
        .len()
    )
    return list(counted.sort("len", "value", descending=[True, False]).head(most).iter_rows())


# -- what a person has seen, and where they were ---------------------------------------------------------------


def seen_by(db: Session, user: User, case: Case) -> Seen:
    """What a person has opened, and when they were last there."""
    rows = db.execute(
        select(SeenLead.of, SeenLead.number, SeenLead.seq).where(
            SeenLead.user_id == user.id, SeenLead.case_id == case.id
        )
    ).all()
    state = db.get(TriageState, (user.id, case.id))
    return Seen(
        pl.DataFrame(
            [tuple(row) for row in rows],
            schema={"kind": pl.String, "id": pl.Int64, "seq": pl.Int64},
            orient="row",
        ),
        state.seq_before if state else -1,
    )


def mark_seen(db: Session, user: User, case: Case, some: Collection[What], seq: int) -> None:
    """Write that a person has opened some leads."""
    for of, number in some:
        db.merge(SeenLead(user_id=user.id, case_id=case.id, of=of, number=number, seq=seq, at=now()))


def mark_unseen(db: Session, user: User, case: Case, some: Collection[What]) -> None:
    """Write that they look new to a person again."""
    for of, number in some:
        db.execute(
            delete(SeenLead).where(
                SeenLead.user_id == user.id,
                SeenLead.case_id == case.id,
                SeenLead.of == of,
                SeenLead.number == number,
            )
        )


def is_seen(db: Session, user: User, case: Case, what: What, seq: int) -> bool:
    """Whether a person has opened a lead when this was the newest snapshot."""
    row = db.get(SeenLead, (user.id, case.id, *what))
    return row is not None and row.seq >= seq


def needs_visit(state: TriageState | None, seq: int) -> bool:
    """Whether that a person looks has to be written."""
    return state is None or state.seq != seq or now() - state.visited > timedelta(minutes=1)


def visit(db: Session, user: User, case: Case, seq: int) -> None:
    """Write that a person looks at the leads as of a snapshot."""
    state = state_of(db, user, case)
    if state.seq < 0:
        state.seq = state.seq_before = seq
    elif now() - state.visited > AWAY:
        state.seq_before = state.seq
    state.visited, state.seq = now(), seq


def state_of(db: Session, user: User, case: Case) -> TriageState:
    """How a person has set the triage of a case; a new row if nothing yet."""
    state = db.get(TriageState, (user.id, case.id))
    if state is None:
        state = TriageState(
            user_id=user.id, case_id=case.id, filters={}, seq=-1, seq_before=-1, visited=now()
        )
        db.add(state)
    return state


# -- saved views ------------------------------------------------------------------------------------------------


def views_of(db: Session, user: User, case: Case) -> Sequence[SavedView]:
    """The views that a person may use: their own, and those that others of the case share."""
    return db.scalars(
        select(SavedView)
        .where(SavedView.case_id == case.id, (SavedView.user_id == user.id) | SavedView.shared)
        .order_by(SavedView.name, SavedView.id)
    ).all()


def save_view(
    db: Session, user: User, case: Case, name: str, filters: Filters, sort: str, *, shared: bool
) -> SavedView:
    """Keep filters under a name; one of the same name is written over.

    Raises:
        Refused: without a name, or with too many.
    """
    name = " ".join(name.split())[:80]
    if not name:
        raise Refused(_("Give the view a name."))
    mine = db.scalars(
        select(SavedView).where(SavedView.case_id == case.id, SavedView.user_id == user.id)
    ).all()
    view = next((one for one in mine if one.name == name), None)
    if view is None:
        if len(mine) >= MOST_VIEWS:
            raise Refused(_("You have {most} views. Delete one first.").format(most=MOST_VIEWS))
        view = SavedView(case_id=case.id, user_id=user.id, name=name, filters={})
        db.add(view)
    view.filters, view.sort, view.shared = filters.given(), sort, shared
    db.flush()
    return view


def view_of(db: Session, user: User, case: Case, view_id: int) -> SavedView | None:
    """A view that a person may use."""
    view = belonging(db, case, SavedView, view_id)
    if view is None or not (view.shared or view.user_id == user.id):
        return None
    return view


def delete_view(db: Session, user: User, case: Case, view_id: int) -> None:
    """Delete one's own view.

    Raises:
        Refused: if it is none of one's own.
    """
    view = view_of(db, user, case, view_id)
    if view is None or view.user_id != user.id:
        raise Refused(_("Only who saved a view deletes it."))
    db.delete(view)
