"""Texts that any program reads: without the characters that XML forbids and databases refuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

REPLACEMENT: Final = "\ufffd"
"""What a forbidden character becomes, so that a reader sees that something stood there."""

_FORBIDDEN: Final = r"[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]"
"""XML 1.0 (fifth edition), production 2: what is no Char, apart from lone surrogates."""
_FORBIDDEN_OR_LONE: Final = re.compile(_FORBIDDEN[:-1] + "\ud800-\udfff]")
_ESCAPES: Final[dict[str, str]] = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;",
}  # fmt: skip
"""Line breaks too: within an attribute a parser would make spaces of them."""


def legible(cells: pl.Expr, *, escaped: bool) -> pl.Expr:
    """Texts without forbidden characters; if `escaped`, ready to stand in XML, also within quotes."""
    clean = cells.str.replace_all(_as_rust(_FORBIDDEN), REPLACEMENT)
    return clean.str.replace_many(list(_ESCAPES), list(_ESCAPES.values())) if escaped else clean


def plain_text(text: str) -> str:
    """`text` without forbidden characters."""
    return _FORBIDDEN_OR_LONE.sub(REPLACEMENT, text)


def xml_text(text: str) -> str:
    """`text` without forbidden characters, ready to stand in XML, also within quotes."""
    return plain_text(text).translate({ord(c): s for c, s in _ESCAPES.items()})


def _as_rust(pattern: str) -> str:
    return re.sub(r"\\u([0-9A-F]{4})", r"\\x{\1}", pattern)
