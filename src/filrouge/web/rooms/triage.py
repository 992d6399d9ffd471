"""Triage: the leads of a case, the strongest first, made for the keyboard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final
from weakref import WeakKeyDictionary

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from filrouge.casework import held_back, judging, triage
from filrouge.casework.access import Permission
from filrouge.casework.lineage import What
from filrouge.casework.models import TriageState
from filrouge.casework.triage import Filters
from filrouge.casework.verdicts import KINDS, STEPS
from filrouge.i18n import _, ngettext, number
from filrouge.reports.casebook_words import indicator_name, reason_in_words
from filrouge.reports.judging import kind_words, name_of, step_words
from filrouge.web.forms import whole_number
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.judged import OF, answer_of, chips_of, newest_seq
from filrouge.web.posted import Posted

if TYPE_CHECKING:
    from filrouge.engines.casebook import Casebook, Reason

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]
Judge = Annotated[Here, allowed(Permission.JUDGE)]
LISTS: Final = ("agencies", "places", "languages", "signs", "indicators")
_choices: WeakKeyDictionary[Casebook, dict[str, list[tuple[str, int]]]] = WeakKeyDictionary()
_reasons: WeakKeyDictionary[Casebook, dict[What, list[Reason]]] = WeakKeyDictionary()


@router.get("/cases/{case_id}/triage")
def leads(here: Reader, sort: str = "", page: int = 1) -> Response:
    """The leads that pass the filters that the person has set."""
    # Masked or not, the leads are the same; the masked book is kept, and so is what was made of it.
    whole = here.house.desk.casebook(here.the_case.name, here.as_of, apart=here.apart)
    book, seq = held_back.without(whole, here.held), newest_seq(here)
    with here.reading() as db:
        state = db.get(TriageState, (here.user.id, here.the_case.id))
        needs_visit = here.as_of is None and triage.needs_visit(state, seq)
    if needs_visit:
        with here.writing() as db:
            triage.visit(db, here.user, here.the_case, seq)
    with here.reading() as db:
        seen = triage.seen_by(db, here.user, here.the_case)
        views = triage.views_of(db, here.user, here.the_case)
    filters = Filters.of(state.filters if state else {})
    sort = sort if sort.lstrip("-") in triage.SORTS else triage.USUAL
    found = triage.page_of(book.leads, filters, here.board, here.user.id, seen, sort=sort, page=page)
    return here.page(
        "triage/leads.html",
        wide=True,
        base=f"/cases/{here.the_case.id}",
        found=found,
        rows=[_row(here, book, row) for row in found.rows],
        filters=filters,
        active=len(filters.given()),
        choices=_choices_of(book),
        columns=_columns(sort),
        sort=sort,
        views=[
            {"id": view.id, "name": view.name, "shared": view.shared, "mine": view.user_id == here.user.id,
             "who": view.user.name, "current": view.filters == filters.given()}
            for view in views
        ],
        said=_said(found, filters),
        kinds=[(kind, kind_words(kind)) for kind in (*KINDS, "unsure")],
        steps=[(step, f"{step} · {step_words(step)}") for step in STEPS],
    )  # fmt: skip


@router.post("/cases/{case_id}/triage/filters")
def set_filters(here: Reader, form: Posted) -> Response:
    """Set the filters, kept for the person and the case: they hold data, and so stand in no address."""
    filters = Filters() if form.get("clear") else Filters.of(dict(form))
    with here.writing() as db:
        triage.state_of(db, here.user, here.the_case).filters = filters.given()
    return here.go(_path(here, form))


@router.post("/cases/{case_id}/triage/label")
def label(here: Judge, form: Posted) -> Response:
    """Say the same of all that were ticked."""
    here.must_be_today()
    chosen = _chosen(form)
    if not chosen:
        return here.go(_path(here, form), _("Tick the rows first."), kind="info")
    book, seq = here.casebook, newest_seq(here)
    ads_of = {what: lead["ads"] for what in chosen if (lead := book.lead(*what)) is not None}
    answer = answer_of(form)
    if answer.unsure:
        answer = replace(answer, steps={})
    with here.writing() as db:
        batch, passed = judging.give_to_many(db, here.user, here.the_case, ads_of, answer, seq=seq)
    count = len(ads_of) - len(passed)
    said = ngettext("{count} was labelled.", "{count} were labelled.", count).format(count=number(count))
    if passed:
        said += " " + _("Passed over, since a second opinion is wanted, blind: {names}.").format(
            names=", ".join(name_of(*what) for what in passed[:8]) + (" …" if len(passed) > 8 else "")
        )
    undo = (f"/cases/{here.the_case.id}/triage/undo/{batch}", _("Undo")) if count else None
    return here.go(_path(here, form), said, kind="good" if count else "warn", undo=undo)


@router.post("/cases/{case_id}/triage/undo/{batch}")
def undo(here: Judge, batch: int) -> Response:
    """Take back what one click said of many."""
    here.must_be_today()
    with here.writing() as db:
        count = judging.take_back_batch(db, here.user, here.the_case, batch)
    said = ngettext("{count} label was taken back.", "{count} labels were taken back.", count)
    return here.go(_path(here), said.format(count=number(count)))


@router.post("/cases/{case_id}/triage/seen")
def seen(here: Reader, form: Posted) -> Response:
    """Mark the ticked as seen, or as not."""
    some = [what for what in _chosen(form) if here.casebook.lead(*what) is not None]
    with here.writing() as db:
        if form.get("as") == "unseen":
            triage.mark_unseen(db, here.user, here.the_case, some)
        else:
            triage.mark_seen(db, here.user, here.the_case, some, newest_seq(here))
    return here.go(_path(here, form))


@router.post("/cases/{case_id}/triage/views")
def save_view(here: Reader, form: Posted) -> Response:
    """Keep the filters that are set under a name."""
    with here.writing() as db:
        filters = Filters.of(triage.state_of(db, here.user, here.the_case).filters)
        triage.save_view(
            db, here.user, here.the_case, str(form.get("name", "")), filters, _sort(form),
            shared=bool(form.get("shared")) and here.may(Permission.JUDGE),
        )  # fmt: skip
    return here.go(_path(here, form), _("The view is saved."))


@router.post("/cases/{case_id}/triage/views/{view}")
def use_view(here: Reader, view: int) -> Response:
    """Set the filters that are kept under a name."""
    with here.writing() as db:
        found = triage.view_of(db, here.user, here.the_case, view)
        if found is None:
            raise HTTPException(404)
        triage.state_of(db, here.user, here.the_case).filters = dict(found.filters)
        sort = found.sort
    return here.go(_path(here, sort=sort))


@router.post("/cases/{case_id}/triage/views/{view}/delete")
def delete_view(here: Reader, view: int) -> Response:
    """Delete one's own view."""
    with here.writing() as db:
        triage.delete_view(db, here.user, here.the_case, view)
    return here.go(_path(here), _("The view is deleted. Its filters stay set until you change them."))


# -- what the page shows --------------------------------------------------------------------------------------


def _row(here: Here, book: Casebook, row: dict[str, Any]) -> dict[str, Any]:
    of, id_ = row["kind"], row["id"]
    why = [reason for reason in _why(book, of, id_) if not reason.tells_nothing]
    return {
        **row,
        "href": f"/cases/{here.the_case.id}/{of}s/{id_}",
        "value": f"{of}:{id_}",
        "why": [reason_in_words(reason) for reason in why if reason.kind != "indicator"],
        "indicators": [reason_in_words(reason) for reason in why if reason.kind == "indicator"],
        "chips": chips_of(here, of, id_),
        "agencies": row["agencies"][:2],
        "places": row["places"][:1],
    }


def _why(book: Casebook, of: str, id_: int) -> list[Reason]:
    kept = _reasons.setdefault(book, {})
    found = kept.get((of, id_))
    if found is None:
        found = kept[of, id_] = book.why(of, id_)
    return found


def _choices_of(book: Casebook) -> dict[str, list[tuple[str, str]]]:
    found = _choices.get(book)
    if found is None:
        found = _choices[book] = {name: triage.choices(book.leads, name) for name in LISTS}
    words = {"indicators": indicator_name, "signs": sign_name, "languages": language_name}
    return {
        name: [
            ("", _("any")),
            *((value, _counted(words.get(name, str)(value), count)) for value, count in values),
        ]
        for name, values in found.items()
    }


def _counted(text: str, count: int) -> str:
    return f"{text} ({number(count)})"


def sign_name(sign: str) -> str:
    """What a sign of organisation is about."""
    return {
        "phone": _("several phones"),
        "email": _("several e-mail addresses"),
        "handle": _("several accounts at one service"),
        "payment": _("several accounts to pay to"),
        "name": _("several names"),
        "agency": _("several agencies, and no contact in the ads"),
    }[sign]


def language_name(code: str) -> str:
    """A language in the language spoken; its code where it has no name."""
    from babel import Locale

    from filrouge.i18n import language

    return str(Locale.parse(language()).languages.get(code, code))


def _columns(sort: str) -> list[dict[str, Any]]:
    named = [
        ("", _("Choose"), False, False), ("name", _("Lead"), False, False), ("", _("Why it is here"), False, False),
        ("ads", _("Ads"), True, True), ("agencies", _("Agencies"), False, True),
        ("places", _("Places"), False, True),
        ("last", _("Last day"), False, True), ("strength", _("Strength"), True, True),
    ]  # fmt: skip
    out = []
    for k, (key, label_, is_number, falling) in enumerate(named):
        column: dict[str, Any] = {"label": label_, "number": is_number, "hidden": k == 0}
        if key:
            now = sort.lstrip("-") == key
            first = f"-{key}" if falling else key
            other = key if falling else f"-{key}"
            column["sort_href"] = f"?sort={other if sort == first else first}"
            column["sorted"] = ("descending" if sort.startswith("-") else "ascending") if now else None
        out.append(column)
    return out


def _said(found: triage.Page, filters: Filters) -> str:
    if filters.given():
        return _("{shown} of {all} leads").format(shown=number(found.total), all=number(found.all))
    return ngettext("{count} lead", "{count} leads", found.total).format(count=number(found.total))


def _chosen(form: Posted) -> list[What]:
    out: list[What] = []
    for said in form.getlist("lead"):
        of, _colon, id_ = str(said).partition(":")
        id = whole_number(id_)
        if of in OF and id is not None:
            out.append((of, id))
    return list(dict.fromkeys(out))


def _sort(form: Posted | None) -> str:
    sort = str(form.get("sort", "")) if form is not None else ""
    return sort if sort.lstrip("-") in triage.SORTS else ""


def _path(here: Here, form: Posted | None = None, sort: str = "") -> str:
    sort = sort or _sort(form)
    page = whole_number(form.get("page"), 6) if form is not None else None
    asked = [f"sort={sort}"] if sort and sort != triage.USUAL else []
    asked += [f"page={page}"] if page is not None and page != 1 else []
    return f"/cases/{here.the_case.id}/triage" + ("?" + "&".join(asked) if asked else "")
