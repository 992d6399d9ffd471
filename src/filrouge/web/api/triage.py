"""What scripts do in triage: leads by filters, seen marks, saved views."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from filrouge.casework import triage
from filrouge.casework.access import Permission
from filrouge.casework.errors import NotThere
from filrouge.casework.models import SavedView
from filrouge.casework.triage import Filters
from filrouge.web.api.entry import Reading, Script
from filrouge.web.api.said import CASE_AS_IT_IS, IN_CASE, WRITES_IN_CASE, Row, routes
from filrouge.web.api.shapes_of_work import (
    Filter,
    LeadWanted,
    Marked,
    Marks,
    TriageLead,
    TriagePage,
    View,
    ViewOut,
)
from filrouge.web.judged import newest_seq

router: Final = routes("triage")


@router.post("/cases/{case_id}/leads/search", **IN_CASE)
def filtered_leads(here: Reading, wanted: LeadWanted) -> TriagePage:
    """The leads that pass filters, a page of them, with the labels that you may see.

    The filters of the page of triage stay as they are, and no visit of yours is written.
    """
    with here.reading() as db:
        seen = triage.seen_by(db, here.user, here.the_case)
    found = triage.page_of(
        here.casebook.leads, _filters(wanted.filters), here.board, here.user.id, seen, sort=wanted.sort,
        page=wanted.page, size=wanted.size,
    )  # fmt: skip
    items = [
        TriageLead.model_validate(
            {**row, "labels": dict(here.board.labels((row["kind"], row["id"]), here.user.id))}
        )
        for row in found.rows
    ]
    return TriagePage(
        total=found.total, all=found.all, let_go=found.let_go, page=found.page, pages=found.pages, items=items
    )


@router.post("/cases/{case_id}/leads/seen", **WRITES_IN_CASE)
def mark(here: Reading, marks: Marks) -> Marked:
    """Write that you have opened some leads, or that they look new to you again; what is none is passed over."""
    book, seq = here.casebook, newest_seq(here)
    named = [(one.of, one.number) for one in marks.of]
    some = [what for what in dict.fromkeys(named) if book.lead(*what) is not None]

    def act(db: Session) -> Marked:
        if marks.seen:
            triage.mark_seen(db, here.user, here.the_case, some, seq)
        else:
            triage.mark_unseen(db, here.user, here.the_case, some)
        return Marked(count=len(some))

    return here.once(Marked, act, marks)


@router.get("/cases/{case_id}/views", **CASE_AS_IT_IS)
def views(here: Reading) -> list[ViewOut]:
    """The saved views that you may use: yours, and those that others of the case share."""
    with here.reading() as db:
        return [_view(here, view) for view in triage.views_of(db, here.user, here.the_case)]


@router.post("/cases/{case_id}/views", status_code=201, **WRITES_IN_CASE)
def save_view(here: Reading, view: View) -> ViewOut:
    """Keep filters under a name; sharing them needs the scope `judge`."""

    def act(db: Session) -> ViewOut:
        saved = triage.save_view(
            db, here.user, here.the_case, view.name, _filters(view.filters),
            view.sort if view.sort.lstrip("-") in triage.SORTS else "",
            shared=view.shared and here.may(Permission.JUDGE),
        )  # fmt: skip
        db.refresh(saved, ["user"])
        return _view(here, saved)

    return here.once(ViewOut, act, view)


@router.delete("/cases/{case_id}/views/{view}", status_code=204, **CASE_AS_IT_IS)
def delete_view(here: Reading, view: Row) -> None:
    """Delete a view of yours."""
    with here.writing() as db:
        if triage.view_of(db, here.user, here.the_case, view) is None:
            raise NotThere
        triage.delete_view(db, here.user, here.the_case, view)


def _filters(given: Filter) -> Filters:
    return Filters.of(given.model_dump(mode="json"))


def _view(here: Script, view: SavedView) -> ViewOut:
    return ViewOut(
        id=view.id, name=view.name, by=view.user.name, mine=view.user_id == here.user.id, shared=view.shared,
        filters=view.filters, sort=view.sort,
    )  # fmt: skip
