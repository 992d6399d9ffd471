"""The register of wrong leads: what was joined wrongly, and what was done about it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from filrouge.casework import wrong_joins
from filrouge.casework.access import Permission
from filrouge.casework.models import WrongJoin
from filrouge.casework.wrong_joins import Decision
from filrouge.i18n import _
from filrouge.reports.judging import name_of
from filrouge.web.forms import whole_number
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.judged import newest_seq
from filrouge.web.posted import Posted
from filrouge.web.rooms.cases import back

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]
Judge = Annotated[Here, allowed(Permission.JUDGE)]


@router.get("/cases/{case_id}/wrong-leads")
def register(here: Reader) -> Response:
    """All that was ever reported, and what was done."""
    book = here.casebook
    with here.reading() as db:
        rows = [_told(here, row) for row in wrong_joins.register(db, here.the_case, book)]
    return here.page("judge/wrong_leads.html", rows=rows, done=done_words())


@router.post("/cases/{case_id}/wrong-leads")
def report(here: Judge, form: Posted) -> Response:
    """Report a wrong join."""
    here.must_be_today()
    decision = Decision(str(form.get("what", "")), _number(form.get("one")), _number(form.get("other")))
    wrong_joins.must_be_of_case(here.whole_casebook, here.held, decision)
    with here.writing() as db:
        join = wrong_joins.report(
            db, here.user, here.the_case, decision, seq=newest_seq(here), text=str(form.get("text", ""))
        )
    said = _("{join}: kept apart from now on, on all pages of this case.").format(join=join_words(decision))
    undo_it = (f"/cases/{here.the_case.id}/wrong-leads/{join.id}/undo", _("Undo"))
    return here.go(_after(here, decision, str(form.get("next", ""))), said, undo=undo_it)


@router.post("/cases/{case_id}/wrong-leads/{join}/undo")
def undo(here: Judge, join: int) -> Response:
    """Say that the join was right."""
    here.must_be_today()
    with here.writing() as db:
        wrong_joins.undo(db, here.user, here.the_case, join)
    return here.go(
        f"/cases/{here.the_case.id}/wrong-leads", _("Put together again. The register keeps both.")
    )


@router.post("/cases/{case_id}/wrong-leads/{join}/entry")
def write(here: Judge, join: int, form: Posted) -> Response:
    """Write what was done about it."""
    here.must_be_today()
    with here.writing() as db:
        wrong_joins.write(
            db, here.user, here.the_case, join, str(form.get("kind", "")), str(form.get("text", ""))
        )
    return here.go(f"/cases/{here.the_case.id}/wrong-leads", _("Noted."))


def join_words(decision: Decision) -> str:
    """What is kept apart."""
    one, other = decision.one, decision.other
    return {
        "ad": _("ad {one} out of {other}").format(one=one, other=name_of("cluster", other)),
        "cluster": _("{one} out of {other}").format(
            one=name_of("cluster", one), other=name_of("network", other)
        ),
        "pair": _("{one} and {other}").format(one=name_of("cluster", one), other=name_of("cluster", other)),
        "ads": _("ads {one} and {other}").format(one=one, other=other),
        "network": _("the parts of {one}").format(one=name_of("network", one)),
    }[decision.what]


def done_words() -> list[tuple[str, str]]:
    """What can be written about one."""
    return [
        ("told", _("Somebody who relied on it was told")),
        ("corrected", _("Something that had left was corrected")),
        ("note", _("Note")),
    ]


def _told(here: Here, row: WrongJoin) -> dict[str, Any]:
    one, other = wrong_joins.today(row, here.board.lineage)
    words = {"reported": _("reported"), "undone": _("put together again"), **dict(done_words())}
    decision = Decision(row.what, row.one, row.other)
    return {
        "id": row.id,
        "join": join_words(decision),
        "stands": wrong_joins.stands(row),
        "merged": row.what == "pair" and one == other,
        "done": any(entry.kind in ("told", "corrected") for entry in row.told),
        "entries": [
            {"who": entry.user.name, "at": entry.at, "kind": words[entry.kind], "text": entry.text}
            for entry in row.told
        ],
    }


def _number(text: object) -> int:
    found = whole_number(text)
    return -1 if found is None else found


def _after(here: Here, decision: Decision, path: str) -> str:
    # The page of a network that is taken apart is there no more.
    return f"/cases/{here.the_case.id}/wrong-leads" if decision.what == "network" else back(here, path)
