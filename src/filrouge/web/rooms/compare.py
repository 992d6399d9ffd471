"""The page of a case: paste an ad, and see what is near it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from filrouge.casework import searches, triage
from filrouge.casework.access import Permission
from filrouge.casework.searches import Split
from filrouge.engines.case_answers import WAYS
from filrouge.i18n import _
from filrouge.web.asked import AUTO, Asked, ask, note_search
from filrouge.web.found import answer_view
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.recalled import Search

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]


@router.get("/cases/{case_id}")
def home(here: Reader) -> Response:
    """The page with the box."""
    return here.page(
        "compare/home.html", **_around(here), asked=None, search=Search("", AUTO, AUTO), leads=_leads(here)
    )


@router.post("/cases/{case_id}/search")
def search(
    here: Reader,
    text: Annotated[str, Form()] = "",
    how: Annotated[str, Form()] = AUTO,
    split: Annotated[str, Form()] = AUTO,
) -> Response:
    """What is near the text of the box."""
    wanted = Search(text, how if how in WAYS else AUTO, split if split in list(Split) else AUTO)
    asked = _asked(here, wanted)
    note_search(here, asked)
    if here.session is not None:
        here.house.recalled.keep(here.session.id, here.the_case.id, wanted)
    if here.partial:
        # So that one comes back to it from an ad: the address says that something was searched for, never what.
        done = here.part(
            "compare/results.html", **_around(here), asked=_shown(here, asked, wanted), search=wanted
        )
        done.headers["HX-Push-Url"] = f"/cases/{here.the_case.id}/search"
        return done
    shown = _shown(here, asked, wanted)
    return here.page("compare/home.html", **_around(here), asked=shown, search=wanted, leads=None)


@router.get("/cases/{case_id}/search")
def search_again(here: Reader) -> Response:
    """What was found a moment ago."""
    last = here.house.recalled.of(here.session.id, here.the_case.id) if here.session else None
    if last is None:
        said = _("That search is no longer remembered. Paste the text again.")
        return here.go(f"/cases/{here.the_case.id}", said, "info")
    shown = _shown(here, _asked(here, last), last)
    return here.page("compare/home.html", **_around(here), asked=shown, search=last, leads=None)


@router.post("/cases/{case_id}/forget")
def forget(here: Reader) -> Response:
    """Forget what was searched for."""
    if here.session is not None:
        here.house.recalled.forget(here.session.id, here.the_case.id)
    return here.go(f"/cases/{here.the_case.id}")


def _leads(here: Here) -> dict[str, Any] | None:
    """How many leads there are and which is the strongest, for who comes with nothing to paste; None for none."""
    leads = triage.ranked(here.casebook.leads, here.board)
    if leads.is_empty():
        return None
    kind, id, name = leads.select("kind", "id", "name").row(0)
    return {"count": leads.height, "name": name, "href": f"/cases/{here.the_case.id}/{kind}s/{id}"}


def _around(here: Here) -> dict[str, Any]:
    from filrouge.corpus.results import last_run

    return {
        "base": f"/cases/{here.the_case.id}",
        "held_ads": here.casebook.ads.height,
        "compared": last_run(here.casebook.ws) is not None,
        "can_open": here.may(Permission.OPEN),
        "can_bring": here.may(Permission.BRING),
        "can_assist": here.may(Permission.ASSIST),
    }


def _asked(here: Here, search: Search) -> Asked:
    """What the box holds, ad by ad, each with what is near it."""
    return ask(here, searches.split_ads(search.text, Split(search.split)), search.how)


def _shown(here: Here, asked: Asked, search: Search) -> dict[str, Any]:
    """The same for the templates."""
    base = f"/cases/{here.the_case.id}"
    return {
        "parts": [
            {"place": place, "first": searches.first_words(text), **answer_view(found, base)}
            for place, (text, found) in enumerate(zip(asked.texts, asked.answers, strict=True), 1)
        ],
        "together": asked.together,
        "could_split": len(asked.texts) == 1
        and search.split == AUTO
        and searches.has_blank_lines(search.text),
    }
