"""Ads of a workspace as they may be shown: identifiers and names by pseudonyms, unless they were opened.

A pseudonym is the same for the same phone everywhere in one workspace, so a person can see that two ads share a
phone, and ask for others that carry it, without ever seeing the number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from filrouge.ads.names import given_names, ordinary_names
from filrouge.ads.tokens import SLOT_KINDS
from filrouge.corpus.pseudonyms import identifier_pseudonym
from filrouge.engines.asking import Near
from filrouge.engines.stored import Shared, Stretch
from filrouge.networks.ties import TYING_KINDS

if TYPE_CHECKING:
    from filrouge.corpus.opening import Opened
    from filrouge.corpus.workspace import Workspace

NAME: Final = "name"
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_SHOWN: Final = 8
"""Letters of a pseudonym: 40 bits, so that among a million phones one in a million has a double."""
HIDDEN: Final = 64 - 5 * _SHOWN
"""Bits of the number that a pseudonym does not show."""
_WRITTEN: Final = re.compile(rf"^({'|'.join(TYING_KINDS)}):([{_LETTERS}]{{{_SHOWN}}})$")

_WORD: Final = re.compile(r"\b[^\W\d_]+\b")
_ENDED: Final = re.compile(r"[.!?\n\u2022~*-][^\w]*$")
"""What stands before the first word of a sentence or of a line."""

_LIKE_ASCII: Final = "\u0130\u0131\u017f\u212a"
"""Letters that are no ASCII ones, and are the same as one of these where capitals make no difference."""
_NUMBER: Final = re.compile(r"[^\w\n]{1,4}\d{2}")

Mask = tuple[int, int, str]
"""Where in a raw text something begins and ends, and what stands there instead."""


def pseudonym(kind: str, number: int) -> str:
    """What is shown for an identifier or name, as in "phone:7k3f9q2m".

    Args:
        kind: one of TYING_KINDS, or "name".
        number: what stands for it in the workspace, see `filrouge.corpus.pseudonyms`.
    """
    letters = [_LETTERS[number >> 59 - 5 * k & 31] for k in range(_SHOWN)]
    return f"{kind}:{''.join(letters)}"


def is_pseudonym(text: str) -> bool:
    """Whether a text is the pseudonym of an identifier and nothing else."""
    return _WRITTEN.match(text.strip().lower()) is not None


def least_number(text: str) -> tuple[str, int]:
    """The kind of a pseudonym, and what its letters say of the number that it stands for; see `number >> HIDDEN`."""
    written = _WRITTEN.match(text.strip().lower())
    assert written is not None
    kind, letters = written.groups()
    least = 0
    for letter in letters:
        least = least << 5 | _LETTERS.index(letter)
    return kind, least


def with_pseudonyms(ws: Workspace, hits: Sequence[Near], known: Container[int] = ()) -> list[Near]:
    """The hits with pseudonyms in the place of identifiers and names; `known`: see `masks_of`."""
    if not hits:
        return []
    opened = _opened(ws, hits)
    masks = masks_of(opened, ws.pepper, known)
    return [
        replace(
            hit,
            stretches=masked(hit.stretches, masks.get(k, [])),
            shared=tuple(replace(s, value=pseudonym(s.kind, int(s.value, 16))) for s in hit.shared),
        )
        for k, hit in enumerate(hits)
    ]


def unmasked(ws: Workspace, hits: Sequence[Near]) -> list[Near]:
    """The hits with the identifiers that they share in the clear."""
    if not hits:
        return []
    found = _opened(ws, hits).identifiers.select("kind", "value").unique()
    values = {
        (kind, identifier_pseudonym(kind, value, ws.pepper)): value for kind, value in found.iter_rows()
    }
    return [
        replace(
            hit,
            shared=tuple(
                replace(s, value=values.get((s.kind, int(s.value, 16)), pseudonym(s.kind, int(s.value, 16))))
                for s in hit.shared
            ),
        )
        for hit in hits
    ]


def masked(stretches: Sequence[Stretch], masks: Sequence[Mask]) -> tuple[Stretch, ...]:
    """An ad's text, cut by what is common, with what is masked replaced.

    Args:
        stretches: the whole raw text, in order.
        masks: by ascending begin; where two overlap, the first one's words stand for both.
    """
    out: list[Stretch] = []
    size = sum(len(stretch.text) for stretch in stretches)
    at = 0
    for start, end, words in masks:
        if start < at:
            at = max(at, end)  # what sticks out of the mask before goes with it
            continue
        out += _between(stretches, at, start)
        out.append(Stretch(words, any(piece.common for piece in _between(stretches, start, end))))
        at = end
    out += _between(stretches, at, size)
    return tuple(_joined(out))


def carriers_of(ws: Workspace, text: str, top: int, *, case: str | None = None) -> list[Near]:
    """The newest ads that carry the identifier that a pseudonym stands for; see `is_pseudonym`.

    Args:
        ws: the workspace.
        text: the pseudonym.
        top: at most so many.
        case: whose ads are looked at and counted; all if None.
    """
    kind, least = least_number(text)
    rows = ws.table("identifiers", ["ad", "kind", "pseudonym"])
    rows = rows.filter(
        pl.col("kind") == SLOT_KINDS.index(kind),
        pl.col("pseudonym") // (1 << HIDDEN) == least,
    )
    held = ws.ads(["case"])
    if case is not None:
        held = held.filter(pl.col("case") == case)
    rows = rows.join(held.select("ad"), on="ad", how="semi")
    if rows.is_empty():
        return []
    number = int(rows["pseudonym"][0])
    holders = rows["ad"].n_unique()
    ads = rows["ad"].unique().sort(descending=True).head(top).to_numpy().astype(np.int64)
    bits = round(float(np.log2(max(held.height, 1) / holders)), 1)
    shared = (Shared(kind, f"{number:016x}", holders, bits),)
    return [
        Near(
            id=row["id"],
            agency=row["agency"],
            posted=row["posted"].strftime("%Y-%m-%d") if row["posted"] else None,
            location=row["location"],
            cluster="",
            template="",
            bits=0.0,
            stretches=(Stretch(row["text"], False),),
            shared=shared,
            ad=row["ad"],
            equal=False,
            tied=False,
        )
        for row in ws.texts(ads, marks=False).ads.iter_rows(named=True)
    ]


def _opened(ws: Workspace, hits: Sequence[Near]) -> Opened:
    return ws.texts(np.array([hit.ad for hit in hits], np.int64))


def masks_of(opened: Opened, pepper: bytes, known: Container[int] = ()) -> dict[int, list[Mask]]:
    """What is masked in each text, by ascending begin, the longer first.

    What was recognised in one place of an ad is masked wherever the ad says it again.

    Args:
        opened: the ads.
        pepper: of the workspace.
        known: what stands for names that are known from elsewhere: they are masked even where a sentence begins.
    """
    texts = opened.ads["text"].to_list()
    out = {
        ad: [
            (start, end, pseudonym(NAME, identifier_pseudonym(NAME, value, pepper)))
            for start, end, value, sure in capitalised_names(text)
            if sure or identifier_pseudonym(NAME, value, pepper) in known
        ]
        for ad, text in enumerate(texts)
    }
    found, names = opened.identifiers, opened.names
    tying = zip(found["ad"], found["kind"], found["value"], found["start"], found["end"], strict=True)
    marks = [mark for mark in tying if mark[1] in TYING_KINDS]
    named = zip(names["ad"], names["value"], names["start"], names["end"], strict=True)
    marks += [(ad, NAME, value, start, end) for ad, value, start, end in named]
    for ad, kind, value, start, end in marks:
        words = pseudonym(kind, identifier_pseudonym(kind, value, pepper))
        out[ad].append((start, end, words))
        out[ad] += [(first, after, words) for first, after in said_again(texts[ad], texts[ad][start:end])]
    return {ad: sorted(set(masks), key=lambda mask: (mask[0], -mask[1])) for ad, masks in out.items()}


def said_again(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Where a text says some words, as whole words, in large or small letters: begin and end of each place."""
    if not words.isascii() or not words or any(letter in text for letter in _LIKE_ASCII):
        again = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
        yield from (found.span() for found in again.finditer(text))
        return
    # The same without an expression: to compile one takes longer than all the rest.
    low, wanted = text.lower(), words.lower()
    at = low.find(wanted)
    while at >= 0:
        after = at + len(wanted)
        whole = not (at and _is_word(text[at - 1])) and not (after < len(text) and _is_word(text[after]))
        if whole:
            yield at, after
        at = low.find(wanted, after if whole else at + 1)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def capitalised_names(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Words with a capital that are on a list of given names: begin, end, folded name, whether it is one to hide.

    `filrouge.ads.names` is sure of the names that it finds, since they count as evidence. Here a name that is shown
    does more harm than a word that is hidden; only where a sentence begins, every word has a capital, and one that
    is an ordinary word too is left.
    """
    sure, doubtful = given_names(), ordinary_names()
    for found in _WORD.finditer(text):
        if not found[0][0].isupper():
            continue
        name = "".join(
            c for c in unicodedata.normalize("NFKD", found[0]) if not unicodedata.combining(c)
        ).lower()
        if name in sure or name in doubtful:
            begins = not text[: found.start()].strip() or bool(
                _ENDED.search(text[max(0, found.start() - 8) : found.start()])
            )
            # "Léa" is not the ordinary word "lea", and who stands before a number is to be asked for.
            told = found[0].lower() != name or bool(_NUMBER.match(text, found.end()))
            yield found.start(), found.end(), name, name in sure or told or not begins


def _between(stretches: Sequence[Stretch], start: int, end: int) -> Iterator[Stretch]:
    at = 0
    for stretch in stretches:
        first, last = max(start - at, 0), min(end - at, len(stretch.text))
        if first < last:
            yield Stretch(stretch.text[first:last], stretch.common)
        at += len(stretch.text)


def _joined(pieces: Sequence[Stretch]) -> Iterator[Stretch]:
    """Neighbours that are alike in being common, as one."""
    before: Stretch | None = None
    for piece in pieces:
        if before is not None and before.common == piece.common:
            before = Stretch(before.text + piece.text, before.common)
        else:
            if before is not None:
                yield before
            before = piece
    if before is not None:
        yield before
