"""How well people agree, and what their labels could teach: two pages that change nothing by themselves."""

from __future__ import annotations

from collections import Counter
from math import isnan
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from filrouge.casework import agreement, lessons
from filrouge.casework.access import Permission
from filrouge.casework.audit import note
from filrouge.casework.lessons import WRONG, Pair
from filrouge.evidence.agreement import SURE, TENTATIVE
from filrouge.i18n import _, decimals, ngettext, number
from filrouge.reports.judging import kind_words
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.judged import newest_seq

router: Final = APIRouter()
Judge = Annotated[Here, allowed(Permission.JUDGE)]
Supervisor = Annotated[Here, allowed(Permission.LEAD)]


@router.get("/cases/{case_id}/agreement")
def agreement_page(here: Judge) -> Response:
    """Krippendorff's alpha, and on how many double opinions it rests."""
    found = agreement.measured(here.board)
    return here.page(
        "judge/agreement.html",
        rows=[_agreement(one) for one in found],
        units=found[0].units,
        few=agreement.FEW,
    )


@router.get("/cases/{case_id}/lessons")
def lessons_page(here: Supervisor) -> Response:
    """What would be learned from the labels, and what was handed over before."""
    pairs = pairs_of(here)
    with here.reading() as db:
        before = lessons.lessons_of(db, here.the_case)
    measured = lessons.measured(pairs)
    return here.page(
        "judge/lessons.html",
        kinds=[
            (_label(label), number(count), _("one source") if label != WRONG else _("two sources"))
            for label, count in sorted(Counter(pair.label for pair in pairs).items())
        ],
        pairs=len(pairs),
        cllr=[decimals(value, 3) for value in measured] if measured else None,
        before=before,
    )


@router.post("/cases/{case_id}/lessons")
def hand_over(here: Supervisor) -> Response:
    """Write the judged pairs to a table. No weight changes."""
    here.must_be_today()
    pairs, seq = pairs_of(here), newest_seq(here)
    with here.writing() as db:
        lesson = lessons.hand_over(db, here.user, here.the_case, pairs, seq=seq, folder=folder_of(here))
    return here.go(
        f"/cases/{here.the_case.id}/lessons",
        ngettext(
            "{count} pair was written to a table. No weight was changed.",
            "{count} pairs were written to a table. No weight was changed.",
            lesson.pairs,
        ).format(count=number(lesson.pairs)),
    )


@router.get("/cases/{case_id}/lessons/{lesson}/table")
def table(here: Supervisor, lesson: int) -> Response:
    """The table of judged pairs: ids, bits, and what people said."""
    with here.writing() as db:
        found = next((one for one in lessons.lessons_of(db, here.the_case) if one.id == lesson), None)
        if found is None:
            raise HTTPException(404)
        content = lessons.table_of(folder_of(here), found)
        note(db, here.user, "labels.downloaded", case=here.case, subject=f"lesson:{lesson}")
    name = lessons.path_of(Path(), found).name
    return Response(
        content, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def pairs_of(here: Here) -> list[Pair]:
    """The pairs that the labels of the case speak of."""
    book = here.house.desk.casebook(here.the_case.name, here.as_of)
    return lessons.judged_pairs(book, here.board, here.apart)


def folder_of(here: Here) -> Path:
    """Where the tables of judged pairs are kept."""
    return here.house.settings.workspace.derived("casework")


def _label(label: str) -> str:
    words = _("wrong joins") if label == WRONG else kind_words(label)
    return words[:1].upper() + words[1:]


def _agreement(one: agreement.Agreement) -> dict[str, Any]:
    words = _("What it is above all") if one.kind == agreement.MAIN else kind_words(one.kind)
    known = not isnan(one.alpha)
    return {
        "kind": words[:1].upper() + words[1:],
        "level": _("codes (nominal)") if one.level == "nominal" else _("steps (ordinal)"),
        "alpha": _signed(one.alpha) if known else "–",
        "interval": _("{least} to {most}").format(least=_signed(one.least), most=_signed(one.most))
        if not isnan(one.least)
        else "–",
        "units": number(one.units),
        "said": _meaning(one),
    }


def _meaning(one: agreement.Agreement) -> str:
    if isnan(one.alpha):
        return _("Nothing can be said: too few, or all said the same.")
    if one.is_few:
        return _("Too few to read anything into it.")
    if one.alpha >= SURE:
        return _("Good.")
    return _("For tentative conclusions only.") if one.alpha >= TENTATIVE else _("Too low to build on.")


def _signed(value: float) -> str:
    return decimals(value, 2).replace("-", "\u2212")
