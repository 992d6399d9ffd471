"""Texts that were broken before they came here: HTML entities, wrongly decoded bytes, loose Korean letters.

Slow, so only texts that `fold_kernels.measure` suspects come here. Every step keeps, for each character,
the raw characters it stands for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Final

import numpy as np
from numpy.typing import NDArray

_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# One alone is never what is left of a character: that took two bytes or more.
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f](?:[^\x00-\x7f]|(?<=\u00c3) (?=\S))+")
_JAMO: Final = re.compile(r"[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?")
_ENTITY_ROUNDS: Final = 3  # "&amp;amp;eacute;" has been seen; deeper nesting is somebody's game


@dataclass(frozen=True, slots=True)
class Mended:
    """A mended text; its character k stands for the raw characters start[k] to end[k]."""

    text: str
    start: NDArray[np.int32]
    end: NDArray[np.int32]


Piece = tuple[str, "NDArray[np.int32] | None"]
"""What a match becomes, and how many characters of the match each of its characters took (None: all of them)."""


def mend(text: str) -> Mended | None:
    """The text with entities decoded, mojibake undone and Korean letters joined; None if nothing was broken."""
    whole = np.arange(len(text) + 1, dtype=np.int32)
    mended = Mended(text, whole[:-1], whole[1:])
    for _ in range(_ENTITY_ROUNDS):
        if (better := _rewrite(mended, _ENTITY.finditer(mended.text), _decode_entity)) is mended:
            break
        mended = better
    repaired = _rewrite(mended, _BEYOND_ASCII.finditer(mended.text), _undo_mojibake)
    if repaired is not mended:
        # ftfy is wary of short runs; in a text that was surely broken, they are read as the rest was.
        repaired = _rewrite(repaired, _BEYOND_ASCII.finditer(repaired.text), _reread)
    mended = repaired
    mended = _rewrite(mended, _JAMO.finditer(mended.text), _join_jamo)
    return None if mended.text == text else mended


def _rewrite(old: Mended, matches: Iterable[re.Match[str]], become: Callable[[str], Piece]) -> Mended:
    """The text with each match replaced by what it becomes; `old` itself if that changes nothing."""
    pieces: list[str] = []
    starts: list[NDArray[np.int32]] = []
    ends: list[NDArray[np.int32]] = []
    done = 0
    for begin, end, (text, widths) in _changes(matches, become):
        pieces += [old.text[done:begin], text]
        if widths is None:
            start = old.start[begin : begin + 1].repeat(len(text))
            stop = old.end[end - 1 : end].repeat(len(text))
        else:
            edge = begin + np.cumsum(widths)
            start, stop = old.start[edge - widths], old.end[edge - 1]
        starts += [old.start[done:begin], start]
        ends += [old.end[done:begin], stop]
        done = end
    if not pieces:
        return old
    pieces.append(old.text[done:])
    starts.append(old.start[done:])
    ends.append(old.end[done:])
    return Mended("".join(pieces), np.concatenate(starts), np.concatenate(ends))


def _changes(
    matches: Iterable[re.Match[str]], become: Callable[[str], Piece]
) -> Iterator[tuple[int, int, Piece]]:
    for match in matches:
        piece = become(match[0])
        if piece[0] != match[0]:
            yield match.start(), match.end(), piece


def _decode_entity(entity: str) -> Piece:
    return unescape(entity), None


def _join_jamo(letters: str) -> Piece:
    return unicodedata.normalize("NFC", letters), None


@lru_cache(maxsize=1 << 16)
def _undo_mojibake(run: str) -> Piece:
    """A run of characters beyond ASCII, decoded as it was meant.

    ftfy gives no map. Where each character of the run stood for one byte of UTF-8, the widths of the decoded
    characters give it exactly; otherwise each decoded character stands for the whole run.
    """
    if any("\ud800" <= c <= "\udfff" for c in run):
        return run, None
    from ftfy import fix_encoding

    return _with_widths(run, fix_encoding(run))


@lru_cache(maxsize=1 << 16)
def _reread(run: str) -> Piece:
    """A run as UTF-8 if, taken for Windows-1252 or Windows-1251, its characters are valid UTF-8."""
    import ftfy.bad_codecs  # noqa: F401  registers the sloppy codecs

    for codec in ("sloppy-windows-1252", "sloppy-windows-1251"):
        try:
            return _with_widths(run, run.encode(codec).decode("utf-8"))
        except UnicodeError:
            continue
    return run, None


def _with_widths(run: str, fixed: str) -> Piece:
    widths = np.array([len(c.encode("utf-8", "surrogatepass")) for c in fixed], np.int32)
    return fixed, widths if widths.sum() == len(run) else None
