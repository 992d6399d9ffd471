"""How an ad hides what it says: the disguises it uses, and, where ads are opened, what was made of its characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from filrouge.ads.fold import fold_texts
from filrouge.networks.disguises import disguise_book
from filrouge.networks.ties import TYING_KINDS

if TYPE_CHECKING:
    from filrouge.engines.casebook import Casebook


@dataclass(frozen=True)
class Reading:
    """How an ad was read.

    Attributes:
        disguises: those it uses, each with an example that is none of its own.
        forms: kind, as written, as read: of its identifiers that are not written plainly; nothing where it is masked.
        read: the text as its words are compared; "" where it is masked, or hides nothing.
    """

    disguises: tuple[tuple[str, str], ...]
    forms: tuple[tuple[str, str, str], ...] = ()
    read: str = ""


def reading_of(book: Casebook, ad: int) -> Reading:
    """How an ad of the case was read.

    Raises:
        UnknownAdNumber: if there is none of that number in this case.
    """
    book.ad(ad)
    opened = book.ws.texts(np.array([ad], np.int64))
    ads = opened.ads.select("text", "agency", "posted")
    found = disguise_book(ads, opened.identifiers.with_columns(pl.col("ad").cast(pl.Int32)))
    disguises = tuple(found.select("name", "example").iter_rows())
    if not book.opened or not disguises:
        return Reading(disguises)
    text = ads["text"][0]
    rows = opened.identifiers.filter(pl.col("kind").is_in(TYING_KINDS)).select(
        "kind", "value", "start", "end"
    )
    forms = [
        (kind, text[start:end], value)
        for kind, value, start, end in rows.iter_rows()
        if _bare(text[start:end]) != _bare(value)
    ]
    return Reading(disguises, tuple(dict.fromkeys(forms)), fold_texts([text]).text(0))


def _bare(text: str) -> str:
    """Letters and digits alone; of a number its last digits, since a country's code is often left out."""
    bare = "".join(c for c in text.lower() if c.isascii() and c.isalnum())
    return bare[-8:] if bare.isdigit() else bare
