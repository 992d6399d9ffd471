"""What scripts do as judges: opinions, second opinions that are given blind, rulings; and how well people agree."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Path, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from filrouge.casework import agreement, blind, judging, lessons
from filrouge.casework.blind_sight import sight_of
from filrouge.casework.cases import belonging
from filrouge.casework.errors import NotThere
from filrouge.casework.held_back import HeldBack
from filrouge.casework.judging import Answer
from filrouge.casework.lineage import What as Named
from filrouge.casework.models import BlindTask, Lesson, User
from filrouge.casework.models import Opinion as OpinionRow
from filrouge.casework.verdicts import Judged, Said, as_said
from filrouge.reports.judging import name_of
from filrouge.web.api.entry import Confirming, Judging, Leading, Reading, Script
from filrouge.web.api.said import (
    CASE_AS_IT_IS,
    CSV,
    IN_CASE,
    OPENING,
    WRITES_IN_CASE,
    Limit,
    Offset,
    Page,
    Row,
    routes,
)
from filrouge.web.api.shapes_of_house import LessonOut, WouldTeach
from filrouge.web.api.shapes_of_work import (
    AgreementOut,
    BlindAd,
    BlindTemplate,
    Judgement,
    Labelled,
    Of,
    Opinion,
    OpinionOfMany,
    OpinionOut,
    TakenBack,
    TaskOut,
    Waiting,
    What,
)
from filrouge.web.judged import ads_in, newest_seq
from filrouge.web.rooms.lessons import folder_of, pairs_of, table

router: Final = routes("judging")
Id = Annotated[int, Path(ge=0, le=10**15 - 1)]


@router.get("/cases/{case_id}/labels", **IN_CASE)
def labels(here: Reading, offset: Offset = 0, limit: Limit = 100) -> Page[Judgement]:
    """What was judged in the case, what was said last first."""
    some = sorted(here.board.judged.values(), key=lambda one: -one.rows[-1].id)
    some = [one for one in some if (one.of, one.number) not in here.held]
    return Page(total=len(some), items=[_judgement(here, one) for one in some[offset : offset + limit]])


@router.post("/cases/{case_id}/labels", status_code=201, **WRITES_IN_CASE)
def label_many(here: Judging, opinion: OpinionOfMany) -> Labelled:
    """Say the same of several; what is not a lead of the case, or has to be judged blind, is passed over."""
    seq, book = newest_seq(here), here.casebook
    known = {(one.of, one.number): book.lead(one.of, one.number) for one in opinion.of}
    ads_of: dict[Named, int] = {what: int(lead["ads"]) for what, lead in known.items() if lead is not None}

    def act(db: Session) -> Labelled:
        batch, passed = judging.give_to_many(db, here.user, here.the_case, ads_of, _answer(opinion), seq=seq)
        others = [*passed, *(what for what, lead in known.items() if lead is None)]
        return Labelled(
            batch=batch, labelled=len(ads_of) - len(passed), passed=[name_of(*what) for what in others]
        )

    return here.once(Labelled, act, opinion)


@router.post("/cases/{case_id}/labels/batches/{batch}/undo", **WRITES_IN_CASE)
def undo_batch(here: Judging, batch: Row) -> TakenBack:
    """Take back what you said of several at once."""
    return here.once(
        TakenBack,
        lambda db: TakenBack(count=judging.take_back_batch(db, here.user, here.the_case, batch)),
    )


@router.get("/cases/{case_id}/labels/{of}/{number}", **IN_CASE)
def judgement(here: Reading, of: Of, number: Id) -> Judgement:
    """What was said of a cluster or network, and what it comes to, as far as you may see it."""
    what = _known(here, of, number)
    return _judgement(here, here.board.of(what))


@router.post("/cases/{case_id}/labels/{of}/{number}", status_code=201, **WRITES_IN_CASE)
def label(here: Judging, of: Of, number: Id, opinion: Opinion) -> OpinionOut:
    """Give an opinion. It replaces yours of before; others' stay beside it."""
    return _said_of(here, _free(here, of, number), opinion, judging.give)


@router.post("/cases/{case_id}/labels/{of}/{number}/ruling", status_code=201, **WRITES_IN_CASE)
def rule(here: Leading, of: Of, number: Id, opinion: Opinion) -> OpinionOut:
    """Settle between two opinions that differ, as a supervisor who gave neither."""
    return _said_of(here, _known(here, of, number), opinion, judging.rule)


@router.post("/cases/{case_id}/opinions/{opinion}/undo", status_code=201, **WRITES_IN_CASE)
def take_back(here: Judging, opinion: Row) -> OpinionOut:
    """Take an opinion back; or put it back, by taking back the taking back. The history keeps all."""

    def act(db: Session) -> OpinionOut:
        return _opinion(here, db, judging.take_back(db, here.user, here.the_case, opinion))

    return here.once(OpinionOut, act)


@router.get("/cases/{case_id}/agreement", **IN_CASE)
def agreed(here: Judging) -> list[AgreementOut]:
    """How well people agree: Krippendorff's alpha with its interval (95 %), null where nothing can be said."""
    return [
        AgreementOut(
            kind=one.kind, level=one.level, alpha=_said(one.alpha), least=_said(one.least), most=_said(one.most),
            units=one.units, few=one.is_few,
        )
        for one in agreement.measured(here.board)
    ]  # fmt: skip


# -- second opinions ------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/second-opinions", **CASE_AS_IT_IS)
def waiting(here: Judging) -> Waiting:
    """What waits: second opinions, and differences to be settled."""
    with here.reading() as db:
        mine = blind.current(db, here.user, here.the_case)
        offered = len(blind.offered(db, here.user, here.the_case))
    differ = judging.waiting_for_ruling(here.board, here.held)
    return Waiting(
        tasks=[task.id for task in mine],
        offered=offered,
        wanted=len(here.board.wanted),
        differ=[name_of(one.of, one.number) for one in differ],
    )


@router.post("/cases/{case_id}/second-opinions", **WRITES_IN_CASE)
def take(here: Confirming, what: What | None = None) -> TaskOut:
    """Take the second opinion that is wanted next, or the one on a cluster or network.

    From then until you have answered, what the program and others think of it is held back from you everywhere.
    """
    here.must_be_today()
    with here.writing() as db:
        task = blind.take(db, here.user, here.the_case, (what.of, what.number) if what else None)
    return _task(here, task, 1)


@router.get("/cases/{case_id}/second-opinions/{task}", **OPENING)
def task(here: Confirming, task: Row, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> TaskOut:
    """What is to be judged: the ads, in the order of their days, and what they have in common."""
    with here.reading() as db:
        return _task(here, _own(db, here, task), page)


@router.post("/cases/{case_id}/second-opinions/{task}", status_code=201, **WRITES_IN_CASE)
def answer(here: Confirming, task: Row, opinion: Opinion) -> OpinionOut:
    """Give the second opinion: of "organised" and "independent" at least, or that you are unsure."""
    here.must_be_today()
    with here.reading() as db:
        found = belonging(db, here.the_case, BlindTask, task)
        if found is None or found.user_id != here.user.id:
            raise NotThere
    ads, seq = ads_in(here, (found.of, found.number)), newest_seq(here)

    def act(db: Session) -> OpinionOut:
        mine = _own(db, here, task)
        row = judging.give_blind(db, here.user, here.the_case, mine, _answer(opinion), ads=ads, seq=seq)
        return _opinion(here, db, row)

    return here.once(OpinionOut, act, opinion)


@router.delete("/cases/{case_id}/second-opinions/{task}", status_code=204, **CASE_AS_IT_IS)
def hand_back(here: Confirming, task: Row) -> None:
    """Hand a task back unanswered: you are not asked again, somebody else is."""
    here.must_be_today()
    with here.writing() as db:
        judging.hand_back(db, here.user, here.the_case, _own(db, here, task))


# -- lessons --------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/lessons", **CASE_AS_IT_IS)
def lessons_handed_over(here: Leading) -> list[LessonOut]:
    """The tables of judged pairs that were handed over."""
    with here.reading() as db:
        return [_lesson(here, one) for one in lessons.lessons_of(db, here.the_case)]


@router.get("/cases/{case_id}/lessons/now", **IN_CASE)
def would_teach(here: Leading) -> WouldTeach:
    """What would be learned from the labels, if it were handed over now."""
    pairs = pairs_of(here)
    off = lessons.measured(pairs)
    return WouldTeach(
        pairs=len(pairs),
        labels=dict(sorted(Counter(pair.label for pair in pairs).items())),
        cllr=off[0] if off else None,
        least_cllr=off[1] if off else None,
    )


@router.get("/cases/{case_id}/lessons/{lesson}/table", response_class=Response, **CSV)
def lesson_table(here: Leading, lesson: Row) -> Response:
    """The table of judged pairs that was handed over: ids, bits, and what people said."""
    return table(here, lesson)


@router.post("/cases/{case_id}/lessons", status_code=201, **WRITES_IN_CASE)
def hand_lesson_over(here: Leading) -> LessonOut:
    """Write the judged pairs to a table, from which weights may be learned elsewhere. No weight changes."""
    here.must_be_today()
    pairs, seq = pairs_of(here), newest_seq(here)

    def act(db: Session) -> LessonOut:
        made = lessons.hand_over(db, here.user, here.the_case, pairs, seq=seq, folder=folder_of(here))
        made.user = db.get_one(User, here.user.id)
        return _lesson(here, made)

    return here.once(LessonOut, act)


# -- as JSON --------------------------------------------------------------------------------------------------


def _answer(opinion: Opinion) -> Answer:
    return Answer({str(kind): step for kind, step in opinion.steps.items()}, opinion.unsure, opinion.note)


def _free(here: Script, of: Of, number: int) -> Named:
    if (of, number) in here.held:
        raise HeldBack
    return of, number


def _known(here: Script, of: Of, number: int) -> Named:
    what = _free(here, of, number)
    # What was judged and is gone since, merged into something else, still has its history.
    if what not in here.board.judged:
        ads_in(here, what)
    return what


def _own(db: Session, here: Script, number: int) -> BlindTask:
    found = blind.own_task(db, here.user, here.the_case, number)
    if found is None:
        raise NotThere
    return found


def _said_of(here: Script, what: Named, opinion: Opinion, say: Callable[..., OpinionRow]) -> OpinionOut:
    """What comes of saying something of a cluster or network: `judging.give` or `judging.rule`."""
    ads, seq = ads_in(here, what), newest_seq(here)

    def act(db: Session) -> OpinionOut:
        return _opinion(here, db, say(db, here.user, here.the_case, what, _answer(opinion), ads=ads, seq=seq))

    return here.once(OpinionOut, act, opinion)


def _opinion(here: Script, db: Session, row: OpinionRow) -> OpinionOut:
    db.refresh(row, ["user"])
    return _said_out(here, as_said(row), undone=False)


def _said_out(here: Script, row: Said, *, undone: bool) -> OpinionOut:
    return OpinionOut(
        id=row.id, of=row.of, number=row.number, by=row.name, at=row.at, turn=row.turn, undoes=row.undoes,  # type: ignore[arg-type]
        steps=dict(row.steps), unsure=row.unsure, note=row.note, ads=row.ads,
        snapshot=here.numbers.of(row.seq), undone=undone,
    )  # fmt: skip


def _judgement(here: Script, one: Judged) -> Judgement:
    board, what = here.board, (one.of, one.number)
    open_ = board.is_open_to(here.user.id, what)
    told = board.lineage.into.get(what)
    return Judgement(
        of=one.of,  # type: ignore[arg-type]
        number=one.number,
        name=name_of(*what),
        open=open_,
        wants_second=what in board.wanted,
        verdicts=one.verdicts if open_ else {},
        merged_into=name_of(*told) if told else None,
        opinions=[
            _said_out(here, row, undone=row.id in one.undone)
            for row in judging.history(one, here.user.id, open_=open_)
        ],
    )


def _task(here: Script, task: BlindTask, page: int) -> TaskOut:
    seen = sight_of(here.whole_casebook, (task.of, task.number), page)
    return TaskOut(
        task=task.id, ads=seen.ads, agencies=seen.agencies, places=seen.places, first=seen.first, last=seen.last,  # type: ignore[arg-type]
        templates=[BlindTemplate(ads=ads, template=list(pieces)) for ads, pieces in seen.templates],  # type: ignore[arg-type]
        templates_left=seen.left, shown=[BlindAd.model_validate(ad) for ad in seen.shown],
        page=seen.page, pages=seen.pages,
    )  # fmt: skip


def _lesson(here: Script, one: Lesson) -> LessonOut:
    return LessonOut(
        id=one.id,
        at=one.at,
        by=one.user.name,
        snapshot=here.numbers.of(one.seq),
        pairs=one.pairs,
        sha256=one.sha256,
    )


def _said(value: float) -> float | None:
    return None if math.isnan(value) else value
