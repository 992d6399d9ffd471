"""The page of a case: paste an ad, and see what is near it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from filrouge.casework import searches, triage
from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.casework.searches import LONGEST, MOST_ADS, Split
from filrouge.engines.case_answers import WAYS, WORDS, answer
from filrouge.i18n import _, number
from filrouge.web.found import answer_view
from filrouge.web.gate import allowed
from filrouge.web.here import Here
from filrouge.web.recalled import Search

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]
AUTO: Final = "auto"


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
    if asked["parts"]:
        _note(here, asked)
    if here.session is not None:
        here.house.recalled.keep(here.session.id, here.the_case.id, wanted)
    if here.partial:
        # So that one comes back to it from an ad: the address says that something was searched for, never what.
        done = here.part("compare/results.html", **_around(here), asked=asked, search=wanted)
        done.headers["HX-Push-Url"] = f"/cases/{here.the_case.id}/search"
        return done
    return here.page("compare/home.html", **_around(here), asked=asked, search=wanted, leads=None)


@router.get("/cases/{case_id}/search")
def search_again(here: Reader) -> Response:
    """What was found a moment ago."""
    last = here.house.recalled.of(here.session.id, here.the_case.id) if here.session else None
    if last is None:
        said = _("That search is no longer remembered. Paste the text again.")
        return here.go(f"/cases/{here.the_case.id}", said, "info")
    return here.page("compare/home.html", **_around(here), asked=_asked(here, last), search=last, leads=None)


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


def _asked(here: Here, search: Search) -> dict[str, Any]:
    """What the box holds, ad by ad, each with what is near it."""
    ads = searches.split_ads(search.text, Split(search.split))
    if len(ads) > MOST_ADS:
        raise Refused(
            _(
                "These are {count} ads, and at most {most} can be compared at once. Bring more as a file."
            ).format(count=number(len(ads)), most=number(MOST_ADS))
        )
    if any(len(ad) > LONGEST for ad in ads):
        raise Refused(
            _(
                "One of these texts is longer than {most} characters. Paste one ad, or bring it as a file."
            ).format(most=number(LONGEST))
        )
    base = f"/cases/{here.the_case.id}"
    parts, results = [], []
    for place, ad in enumerate(ads, 1):
        how = search.how if search.how != AUTO else searches.way_of(ad)
        said = searches.straight(ad) if how == WORDS else ad
        found = answer(here.casebook, here.index, said, how)
        results.append(found)
        parts.append({"place": place, "first": searches.first_words(ad), **answer_view(found, base)})
    return {
        "parts": parts,
        "texts": ads,
        "ways": sorted({found.how for found in results}),
        "found": sum(found.ads for found in results),
        "shown": sorted({ad for found in results for ad in found.numbers}),
        "together": _together(results),
        "could_split": len(ads) == 1 and search.split == AUTO and searches.has_blank_lines(search.text),
    }


def _together(results: list[Any]) -> list[tuple[str, list[int]]]:
    """Clusters and networks to which several of the ads pasted lead: their name, and which ads."""
    led: dict[tuple[int, int], list[int]] = {}
    for place, found in enumerate(results, 1):
        if found.only_words or found.how == WORDS:
            continue
        ends = {(1, group.cluster) for group in found.groups if group.cluster >= 0}
        ends |= {(0, group.network) for group in found.groups if group.network >= 0}
        for end in ends:
            led.setdefault(end, []).append(place)
    return [(f"{'NC'[kind]}{id}", places) for (kind, id), places in sorted(led.items()) if len(places) > 1]


def _note(here: Here, asked: dict[str, Any]) -> None:
    """The trail says that a search was made, and what proves later which; never the text."""
    pepper = here.casebook.ws.pepper
    here.note(
        "case.searched",
        ways=asked["ways"],
        ads=len(asked["texts"]),
        characters=sum(len(text) for text in asked["texts"]),
        found=asked["found"],
        proofs=[searches.proof(pepper, text) for text in asked["texts"]],
        **({"in_the_clear": asked["shown"]} if here.opened else {}),
    )
