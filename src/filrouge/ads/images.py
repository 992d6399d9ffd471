"""Perceptual hashes of images, as a column of a file holds them: which cells are such, in one way of writing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

HEX_DIGITS: Final = (16, 64)
"""Lengths of hashes that are read: pHash (64 bits) and PDQ (256 bits)."""
_BETWEEN: Final = r"[\s;,|\[\]\"']+"
_ONE: Final = "|".join(f"[0-9a-f]{{{digits}}}" for digits in HEX_DIGITS)
_PREFIXED: Final = f"(?:0x)?(?:{_ONE})"
_ALL: Final = f"^(?:{_PREFIXED}(?: {_PREFIXED})*)?$"
_HASH: Final = re.compile(f"(?:0x)?({_ONE})")
_LETTER: Final = re.compile("[a-f]")


def look_like_hashes(cells: Sequence[str]) -> bool | None:
    """Whether at least half of the cells that are filled hold hashes and nothing else; None if none is filled.

    Numbers of 16 digits alone do not: a hash without any letter is one in two thousand.
    """
    pieces = [found for cell in cells if (found := _pieces(cell))]
    if not pieces:
        return None
    hashes = [cell for cell in pieces if all(map(_HASH.fullmatch, cell))]
    return 2 * len(hashes) >= len(pieces) and any(_LETTER.search(cell[0]) for cell in hashes)


def read_hashes(cells: pl.Series) -> tuple[pl.Series, list[tuple[int, str]]]:
    """The hashes in each cell, and what is none.

    Several in one cell may be set apart by spaces, semicolons, commas or bars, or be a JSON list; "0x" before
    one is allowed.

    Returns:
        The cells with their hashes in small letters, set apart by a space; "" where there is none. And for
        each cell that holds something else: its place, and the first such piece.
    """
    import polars as pl

    plain = cells.str.to_lowercase().str.replace_all(_BETWEEN, " ").str.strip_chars()
    hashes = plain.str.replace_all("0x", "", literal=True)
    places = (~plain.str.contains(_ALL)).arg_true().to_list()
    if not places:
        return hashes, []
    kept, wrong = hashes.to_list(), []
    for place in places:
        pieces = _pieces(cells[place])
        kept[place] = " ".join(found[1] for piece in pieces if (found := _HASH.fullmatch(piece)))
        # There may be none: control characters are blank to Python alone.
        wrong += [(place, piece) for piece in pieces if not _HASH.fullmatch(piece)][:1]
    return pl.Series(cells.name, kept, dtype=pl.String), wrong


def _pieces(cell: str) -> list[str]:
    return [piece for piece in re.split(_BETWEEN, cell.lower()) if piece]
