"""The ads of one person who asks for their own: those that carry what is theirs, or are their text, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from filrouge.ads.fold import fold_texts
from filrouge.engines.case_sheets import AdSheet, Piece
from filrouge.engines.masking import is_pseudonym

if TYPE_CHECKING:
    from filrouge.engines.ask import SearchIndex
    from filrouge.engines.casebook import Casebook

MOST: Final = 200
"""More ads than that carry nobody's own number: it is a switchboard's, or a site's."""
LEAST_WORDS: Final = 5
"""A shorter text is written by many."""


@dataclass(frozen=True)
class OwnAds:
    """What was found.

    Attributes:
        ads: numbers, ascending.
        shared: whether what was asked by is shared by many people, so that the ads can't be said to be one person's.
    """

    ads: tuple[int, ...]
    shared: bool = False


def by_identifier(book: Casebook, index: SearchIndex, identifier: str) -> OwnAds:
    """The ads that carry an identifier, which is written out: what stands for it on pages is no proof of anything."""
    if is_pseudonym(identifier):
        return OwnAds(())
    ranked = index.carrying(identifier)
    named = book.identified([(s.kind, int(s.value, 16)) for shared in ranked.shared.values() for s in shared])
    if ranked.ads.size > MOST or any(one.of_agency for one in named.values()):
        return OwnAds((), True)
    return OwnAds(tuple(sorted(ranked.ads.tolist())))


def by_text(book: Casebook, index: SearchIndex, text: str) -> OwnAds:
    """The ads whose text this is, letter by letter but for spaces, capitals and disguises."""
    if len(text.split()) < LEAST_WORDS:
        return OwnAds((), True)
    ranked = index.ranked(index.question(text))
    if ranked.equal.sum() > MOST:
        return OwnAds((), True)
    # The letters decide, not what is equal to the index: texts that differ in nothing but the number or name are one to
    # it, and here those of two people; a town that the place of an ad makes a place is a mere word in a pasted text.
    near = np.sort(ranked.ads[ranked.bits >= 0][: MOST + 1])
    if not near.size:
        return OwnAds(())
    held = book.ws.texts(near, marks=False).ads.select("ad", "text")
    wanted = _plain([text])[0]
    same = [
        ad
        for ad, said in zip(held["ad"].to_list(), _plain(held["text"].to_list()), strict=True)
        if said == wanted
    ]
    if len(same) > MOST:
        return OwnAds((), True)
    return OwnAds(tuple(sorted(same)))


def shut(sheet: AdSheet) -> list[tuple[str, bool]]:
    """The text of a masked ad with everything that names anybody taken out: pieces, and whether one was taken out.

    Elsewhere the same mask stands for the same number, so that one can follow it; here nobody shall follow anything.
    """
    return [(_kind(piece) if piece.masked else piece.text, piece.masked) for piece in sheet.stretches]


def _kind(piece: Piece) -> str:
    return piece.text.partition(":")[0]


def _plain(texts: list[str]) -> list[str]:
    folded = fold_texts(texts)
    return ["".join(c for c in folded.text(k).lower() if c.isalnum()) for k in range(len(texts))]
