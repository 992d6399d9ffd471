"""Search for scripts: the answers of the page "Compare", and the ads in a flat list."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from filrouge.casework import searches
from filrouge.engines.asking import Near
from filrouge.engines.case_answers import IDENTIFIER, TEXT, WORDS, Answer, Found, Group, Tied
from filrouge.engines.masking import is_pseudonym
from filrouge.reports.html.words import tie_kind
from filrouge.web.api.entry import Reading, Script
from filrouge.web.api.said import OPENING, routes
from filrouge.web.api.shapes import IdentifierOut, SharedOut
from filrouge.web.api.shapes_of_answers import (
    AnswerOut,
    FoundOut,
    GroupOut,
    HitOut,
    Hits,
    NetworkLine,
    Question,
    StretchOut,
    TiedOut,
    TiePart,
    Together,
)
from filrouge.web.asked import Asked, ask, note_search
from filrouge.web.found import card, networks_of, note_of, said_of, strangers, title_of, why_of

router: Final = routes("reading")
NEAR: Final = "near"
"""How scripts call `TEXT`."""


@router.post("/cases/{case_id}/search", **OPENING)
def search(here: Reading, question: Question) -> Hits:
    """What a case holds that is near one text or each of several, holds words, or carries an identifier.

    As on the page "Compare", by cluster and network, with what ties it and why; `hits` are ads one by one.
    """
    # Ends of lines and spaces around as on the page.
    texts = [text for one in question.text for text in searches.split_ads(one, searches.Split.ONE) or [""]]
    places = [place for place, text in enumerate(texts, 1) if text]
    asked = ask(here, [text for text in texts if text], TEXT if question.how == NEAR else question.how)
    hits = [
        HitOut.model_validate({**asdict(hit), "place": place})
        for place, text, found in zip(places, asked.texts, asked.answers, strict=True)
        for hit in _flat(here, text, found.how, question.top)
    ]
    note_search(here, asked, [hit.ad for hit in hits])
    return Hits(
        cut=here.index.cuts.near,
        hits=hits,
        answers=[_answer(place, found) for place, found in zip(places, asked.answers, strict=True)],
        together=_together(asked, places),
    )


def _flat(here: Script, text: str, how: str, top: int) -> list[Near]:
    """The ads that a text leads to, one by one, as they may be shown."""
    index, book = here.index, here.casebook
    if how == IDENTIFIER and is_pseudonym(text):
        hits = index.shown(index.these(book.carriers(text)), top)
    elif how == IDENTIFIER:
        hits = index.by_identifier(text, top)
    elif how == WORDS:
        hits = index.by_words(searches.straight(text), top)
    else:
        hits = index.nearest(text, top)
    # How near the ads are that one is to judge blind is told after one has judged them.
    kept_back = book.unweighed([hit.ad for hit in hits])
    return book.hits([hit for hit in hits if hit.ad not in kept_back])


def _answer(place: int, found: Answer) -> AnswerOut:
    return AnswerOut(
        place=place,
        how=found.how,
        said=said_of(found).words,
        only_words=found.only_words,
        compared=found.compared,
        ads=found.ads,
        named=[IdentifierOut.model_validate(one) for one in found.named],
        networks=[NetworkLine(name=f"N{row['id']}", **row) for row in networks_of(found)],
        groups=[_group(group, found) for group in found.groups],
        left=found.left,
    )


def _group(group: Group, found: Answer) -> GroupOut:
    of_cluster, first = group.cluster >= 0, group.best[0]
    return GroupOut(
        kind="cluster" if of_cluster else "ad",
        id=group.cluster if of_cluster else first.hit.ad,
        cluster=group.cluster,
        network=group.network,
        what=title_of(group, found),
        why=why_of(group, found),
        tied=first.tied is not None,
        same_template=group.claims,
        ads=group.ads,
        found=group.found,
        agencies=group.agencies,
        first=group.first,
        last=group.last,
        best=[_found(one) for one in group.best],
    )


def _found(found: Found) -> FoundOut:
    hit, shown = found.hit, card(found, "")
    return FoundOut(
        ad=hit.ad,
        id=hit.id,
        agency=hit.agency,
        posted=hit.posted,
        location=hit.location,
        # As the page has it: of what was not weighed, what is in common is not told.
        equal=shown["equal"],
        stretches=[StretchOut.model_validate(piece) for piece in shown["stretches"]],
        tie=_tie(found.tied) if found.tied else None,
    )


def _tie(tied: Tied) -> TiedOut:
    return TiedOut(
        total=tied.total,
        claimed=tied.claimed,
        words=tied.verbal(),
        strangers=strangers(tied.strangers),
        parts=[
            TiePart(kind=kind, bits=bits, name=tie_kind(kind), why=note_of(kind)) for kind, bits in tied.parts
        ],
        shared=[SharedOut.model_validate(one) for one in tied.shared],
        of_agencies=[IdentifierOut.model_validate(one) for one in tied.of_agencies],
    )


def _together(asked: Asked, places: list[int]) -> list[Together]:
    """What several texts lead to, which are numbered as they were sent."""
    return [
        Together(
            kind="network" if name[0] == "N" else "cluster",
            id=int(name[1:]),
            name=name,
            places=[places[which - 1] for which in led],
        )
        for name, led in asked.together
    ]
