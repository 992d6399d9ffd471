"""What templates ask about watches, and what a form says is to be watched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from fastapi import HTTPException

from filrouge.ads.tokens import SLOT_KINDS
from filrouge.casework import watches
from filrouge.casework.errors import Refused
from filrouge.casework.held_back import HeldBack
from filrouge.casework.searches import Split, split_ads
from filrouge.casework.watches import CLUSTER, IDENTIFIER, LONGEST, NETWORK, TEXT, WORDS, Secret
from filrouge.engines.asking import named_identifiers, question_of
from filrouge.engines.masking import HIDDEN, is_pseudonym, least_number
from filrouge.engines.plain_words import known_words
from filrouge.i18n import _
from filrouge.web.forms import whole_number

if TYPE_CHECKING:
    from filrouge.web.here import Here

_KEPT = "filrouge_watched"


def in_templates() -> dict[str, Any]:
    """Names for templates: `is_watched(here, kind, number)`, also of identifiers by their pseudonyms."""
    return {"is_watched": is_watched}


def is_watched(here: Here, kind: str, number: int = 0, pseudonym: str = "") -> bool:
    """Whether the case watches a cluster, a network or an identifier; asked of the database once a page."""
    known: frozenset[tuple[str, int]] | None = getattr(here.request.state, _KEPT, None)
    if known is None:
        with here.reading() as db:
            rows = watches.of_case(db, here.the_case)
        known = frozenset(
            (IDENTIFIER, int(one.partition(":")[2], 16) >> HIDDEN)
            if row.kind == IDENTIFIER
            else (row.kind, row.number)
            for row in rows
            for one in (row.pseudonyms if row.kind == IDENTIFIER else [""])
        )
        setattr(here.request.state, _KEPT, known)
    if kind == IDENTIFIER:
        return is_pseudonym(pseudonym) and (IDENTIFIER, least_number(pseudonym)[1]) in known
    return (kind, number) in known


def wanted(here: Here, form: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """What a form says is to be watched: its kind, and the rest for `watches.make`.

    Raises:
        HTTPException: 404 if the case has no such thing.
        Refused: if it cannot be watched.
    """
    kind, text = str(form.get("kind", "")), str(form.get("text", "")).strip()
    if form.get("search"):
        text = _searched(here, str(form["search"]), str(form.get("place", ""))).strip()
    number = str(form.get("number", ""))
    ad = str(form.get("ad", ""))
    if len(text) > LONGEST:
        raise Refused(_("This is too long to be watched."))
    if kind in (CLUSTER, NETWORK):
        return kind, {"number": _lead(here, kind, number)}
    if kind == IDENTIFIER:
        return kind, _identifier(here, text)
    if kind not in (TEXT, WORDS):
        raise HTTPException(422)
    if ad:
        text = _text_of(here, ad)
    of = int(ad) if ad else -1
    if len(text) < 3:
        raise Refused(_("There is nothing to watch: the text is empty."))
    if kind == WORDS:
        return kind, {"secret": Secret(text, ad=of)}
    ws = here.house.desk.view()
    named = question_of(text, ws.pepper, known_words(ws))
    return kind, {"secret": Secret(text, ad=of), "pseudonyms": _spelled(named.kinds, named.pseudonyms)}


def _lead(here: Here, kind: str, number: str) -> int:
    found = whole_number(number)
    if found is None:
        raise HTTPException(404)
    if (kind, found) in here.held:
        raise HeldBack
    ads = here.whole_casebook.ads
    if ads.filter(pl.col(kind) == found).is_empty():
        raise HTTPException(404)
    return found


def _identifier(here: Here, text: str) -> dict[str, Any]:
    if is_pseudonym(text):
        return {"pseudonyms": [_whole(here, text)]}
    kinds, numbers = _named(here, text)
    if not kinds:
        raise Refused(_("Write one phone number, e-mail address, account or link."))
    return {"secret": Secret(text), "pseudonyms": _spelled(kinds, numbers)}


def _whole(here: Here, pseudonym: str) -> str:
    """The identifier of which a page shows the beginning of its pseudonym, among those of the case's ads."""
    ws = here.house.desk.view()
    kind, least = least_number(pseudonym)
    rows = ws.table("identifiers", ["ad", "kind", "pseudonym"]).filter(
        pl.col("kind") == SLOT_KINDS.index(kind), pl.col("pseudonym") // (1 << HIDDEN) == least
    )
    rows = rows.join(here.whole_casebook.ads.select("ad"), on="ad", how="semi")
    if rows.is_empty():
        raise Refused(_("No ad of this case carries it."))
    return f"{kind}:{int(rows['pseudonym'][0]):016x}"


def _named(here: Here, text: str) -> tuple[tuple[str, ...], Any]:
    ws = here.house.desk.view()
    return named_identifiers(text, ws.pepper, known_words(ws))


def _spelled(kinds: tuple[str, ...], numbers: Any) -> list[str]:
    pairs = zip(kinds, numbers.tolist(), strict=True)
    return list(dict.fromkeys(f"{kind}:{number:016x}" for kind, number in pairs))


def _searched(here: Here, name: str, place: str) -> str:
    """An ad of the last search, which the page names instead of repeating its text."""
    last = here.house.recalled.of(here.session.id, here.the_case.id) if here.session else None
    nth = whole_number(place)
    texts = split_ads(last.text, Split(last.split)) if last is not None and last.name == name else []
    if nth is None or not 1 <= nth <= len(texts):
        raise Refused(_("That search is no longer remembered. Paste the text again."))
    return texts[nth - 1]


def _text_of(here: Here, ad: str) -> str:
    number = whole_number(ad)
    book = here.whole_casebook
    if number is None or book.ads.filter(pl.col("ad") == number).is_empty():
        raise HTTPException(404)
    opened = book.ws.texts(np.array([number], np.int64), marks=False)
    return str(opened.ads["text"][0])
