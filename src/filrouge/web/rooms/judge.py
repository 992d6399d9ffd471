"""Judging: labels, what waits for a second opinion or a ruling, and the history of what was said."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from filrouge.casework import blind, judging
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.held_back import HeldBack
from filrouge.casework.lineage import What
from filrouge.casework.verdicts import Judged, Said, Verdict
from filrouge.i18n import _
from filrouge.reports import judging as words
from filrouge.web.blind_sight import blind_sight
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.judged import (
    OF,
    ads_in,
    answer_of,
    box_of,
    chips_of,
    in_templates,
    kinds,
    newest_seq,
    steps,
    what_of,
)
from filrouge.web.posted import Posted
from filrouge.web.render import environment
from filrouge.web.rooms.cases import back

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]
Judge = Annotated[Here, allowed(Permission.JUDGE)]
Second = Annotated[Here, allowed(Permission.CONFIRM)]
Supervisor = Annotated[Here, allowed(Permission.LEAD)]
RECENT: Final = 30

environment().globals.update(in_templates())


@router.get("/cases/{case_id}/judge")
def room(here: Judge) -> Response:
    """What waits for this person: second opinions, differences; and what was said lately."""
    with here.reading() as db:
        mine = blind.current(db, here.user, here.the_case)
        offered = len(blind.offered(db, here.user, here.the_case))
    board = here.board
    differ = [
        {
            "name": words.name_of(one.of, one.number),
            "history": f"{_base(here)}/judge/{one.of}/{one.number}",
            "kinds": [words.kind_words(kind) for kind in one.kinds_that_are(Verdict.DIFFER)],
            "mine": judging.can_be_ruled_by(here.user, here.the_case, one),
        }
        for one in judging.waiting_for_ruling(board, here.held)
    ]
    return here.page(
        "judge/room.html",
        mine=mine,
        offered=offered,
        waiting=len(board.wanted),
        differ=differ,
        recent=_recent(here),
    )


@router.post("/cases/{case_id}/judge/label")
def label(here: Judge, form: Posted) -> Response:
    """Give an opinion that is not blind."""
    here.must_be_today()
    what = what_of(form)
    if what in here.held:
        raise HeldBack
    ads, seq = ads_in(here, what), newest_seq(here)
    with here.writing() as db:
        said = judging.give(db, here.user, here.the_case, what, answer_of(form), ads=ads, seq=seq)
        one = judging.judged_now(db, here.the_case, what)
    told = _("Your opinion on {name} is noted.").format(name=words.name_of(*what))
    if one.wants_second(here.the_case.id):
        told += " " + _("Somebody else is asked for a second one, blind.")
    undo_it = (f"{_base(here)}/judge/undo/{said.id}", _("Undo"))
    return here.go(back(here, str(form.get("next", ""))), told, undo=undo_it)


@router.post("/cases/{case_id}/judge/undo/{opinion}")
def undo(here: Judge, opinion: int, form: Posted) -> Response:
    """Take an opinion back, or put it back."""
    here.must_be_today()
    with here.writing() as db:
        undone = judging.take_back(db, here.user, here.the_case, opinion)
    again = (f"{_base(here)}/judge/undo/{undone.id}", _("Undo"))
    path = str(form.get("next", "")) or f"{_base(here)}/judge/{undone.of}/{undone.number}"
    return here.go(back(here, path), _("Taken back. The history keeps it."), undo=again)


@router.get("/cases/{case_id}/judge/{of}/{number}")
def history(here: Reader, of: str, number: int) -> Response:
    """What was said of a cluster or network, as far as the person may see it, and what became of it."""
    what = _known(here, of, number)
    board = here.board
    one, open_ = board.of(what), board.is_open_to(here.user.id, what)
    told = board.lineage.into.get(what)
    return here.page(
        "judge/history.html",
        box=box_of(here, of, number),
        name=words.name_of(of, number),
        what=what,
        rows=[_told(here, row, one) for row in judging.history(one, here.user.id, open_=open_)],
        hidden=not open_ and what in board.wanted,
        merged_into=words.name_of(*told) if told else "",
        merged_path=f"{_base(here)}/judge/{told[0]}/{told[1]}" if told else "",
        ruling=judging.can_be_ruled_by(here.user, here.the_case, one) and open_ and one.wants_ruling,
        differ=one.to_settle if open_ else (),
        verdicts=[
            (words.kind_words(kind), words.verdict_words(kind, verdict), words.verdict_tone(kind, verdict))
            for kind, verdict in one.verdicts.items()
        ]
        if open_
        else [],
    )


@router.post("/cases/{case_id}/judge/{of}/{number}/rule")
def rule(here: Supervisor, of: str, number: int, form: Posted) -> Response:
    """Settle between two opinions that differ."""
    here.must_be_today()
    what = _known(here, of, number)
    ads, seq = ads_in(here, what), newest_seq(here)
    with here.writing() as db:
        said = judging.rule(db, here.user, here.the_case, what, answer_of(form), ads=ads, seq=seq)
    undo_it = (f"{_base(here)}/judge/undo/{said.id}", _("Undo"))
    return here.go(
        f"{_base(here)}/judge/{of}/{number}", _("Settled. Both opinions stay in the history."), undo=undo_it
    )


# -- second opinions ------------------------------------------------------------------------------------------


@router.post("/cases/{case_id}/judge/take")
def take(here: Second, form: Posted) -> Response:
    """Take the next second opinion that is wanted, or that on a given cluster or network."""
    here.must_be_today()
    what = what_of(form) if form.get("number") else None
    with here.writing() as db:
        task = blind.take(db, here.user, here.the_case, what)
    return here.go(f"{_base(here)}/blind/{task.id}")


@router.get("/cases/{case_id}/blind/{task}")
def blind_page(here: Second, task: int, page: int = 1) -> Response:
    """The ads and the template of what is to be judged, and nothing that was made of them."""
    return _blind_page(here, task, page)


@router.post("/cases/{case_id}/blind/{task}")
def answer_blind(here: Second, task: int, form: Posted) -> Response:
    """Give the second opinion."""
    here.must_be_today()
    with here.reading() as db:
        found = blind.own_task(db, here.user, here.the_case, task)
    if found is None:
        raise HTTPException(404)
    what = found.of, found.number
    ads, seq = ads_in(here, what), newest_seq(here)
    try:
        with here.writing() as db:
            mine = blind.own_task(db, here.user, here.the_case, task)
            if mine is None:
                raise HTTPException(404)
            judging.give_blind(db, here.user, here.the_case, mine, answer_of(form), ads=ads, seq=seq)
    except Refused as wrong:
        return _blind_page(here, task, 1, wrong=str(wrong), given=answer_of(form))
    return here.go(
        f"{_base(here)}/judge/{what[0]}/{what[1]}", _("Thank you. Now you see what the first opinion was.")
    )


@router.post("/cases/{case_id}/blind/{task}/hand-back")
def hand_back(here: Second, task: int) -> Response:
    """Hand a task back unanswered: one is not asked again."""
    here.must_be_today()
    with here.writing() as db:
        mine = blind.own_task(db, here.user, here.the_case, task)
        if mine is None:
            raise HTTPException(404)
        judging.hand_back(db, here.user, here.the_case, mine)
    return here.go(f"{_base(here)}/judge", _("Handed back. Somebody else is asked."))


def _blind_page(
    here: Here, task: int, page: int, *, wrong: str = "", given: judging.Answer | None = None
) -> Response:
    with here.reading() as db:
        found = blind.own_task(db, here.user, here.the_case, task)
    if found is None:
        raise HTTPException(404)
    seen = blind_sight(here.whole_casebook, (found.of, found.number), page)
    return here.page(
        "judge/blind.html", 400 if wrong else 200, task=found, seen=seen, wrong=wrong, given=given, kinds=kinds(),
        steps=steps(),
    )  # fmt: skip


# -- words ----------------------------------------------------------------------------------------------------


def _base(here: Here) -> str:
    return f"/cases/{here.the_case.id}"


def _known(here: Here, of: str, number: int) -> What:
    what = (of, number)
    if of not in OF or number < 0 or number >= 10**15:
        raise HTTPException(404)
    if what in here.held:
        raise HeldBack
    # What was judged and is gone since, merged into something else, still has its history.
    if what not in here.board.judged:
        ads_in(here, what)
    return what


def _told(here: Here, row: Said, one: Judged) -> dict[str, Any]:
    undone = row.id in one.undone
    return {
        "id": row.id,
        "who": row.name,
        "at": row.at,
        "turn": words.turn_words(row),
        "is_undo": row.is_undo,
        "said": words.said_words(row),
        "note": row.note,
        "ads": row.ads,
        "undone": undone,
        "can_undo": not undone
        and here.as_of is None
        and here.may(Permission.JUDGE)
        and (row.by == here.user.id or here.may(Permission.LEAD)),
    }


def _recent(here: Here) -> list[dict[str, Any]]:
    """What was judged last, of what is open to the person."""
    board = here.board
    some = sorted(board.judged.values(), key=lambda one: -one.rows[-1].id)
    return [
        {
            "name": words.name_of(one.of, one.number),
            "history": f"{_base(here)}/judge/{one.of}/{one.number}",
            "at": one.rows[-1].at,
            "chips": chips_of(here, one.of, one.number),
        }
        for one in some
        if (one.of, one.number) not in here.held
    ][:RECENT]
