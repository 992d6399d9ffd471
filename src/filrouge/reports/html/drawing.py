"""Ads and templates as markup. Everything that comes from an ad is escaped here, before it is markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from filrouge.i18n import _, number
from filrouge.reports.html.marks import HIDDEN, code_point
from filrouge.reports.html.words import KINDS, kind_name

INLINE_VALUES: Final = 3
"""Values of a slot that stand in the text of the template; the others are folded away."""
FOLDED_VALUES: Final = 40
FOLDED_CHARACTERS: Final = 12_000
"""Markup of the values that are folded away under one template: bounds the file."""
LONGEST_VALUE: Final = 60
LONGEST_TEXT: Final = 4_000
"""Characters of one ad or template that are drawn: enough for any real ad, and bounds the file."""
SHORT: Final = 24
SLOT_WEIGHT: Final = 100
"""Characters that a slot counts for: its markup is longer than its words."""
_EMPTY_LINES: Final = re.compile(r"(?:[^\S\n]*\n){4,}")


def shown(text: str) -> Markup:
    """`text` escaped, its hidden characters as visible marks with their numbers."""
    text = text.replace("\r\n", "\n")
    if HIDDEN.search(text) is None:
        return escape(text)
    pieces: list[str] = []
    at = 0
    for found in HIDDEN.finditer(text):
        pieces.append(str(escape(text[at : found.start()])))
        pieces.append(f"<u>{code_point(found[0])}</u>")
        at = found.end()
    pieces.append(str(escape(text[at:])))
    return Markup("".join(pieces))


def kind_class(kind: str | None) -> str:
    """The style class of a slot kind: one of ours, whatever the data says."""
    return kind if kind in KINDS else "free"


def member_text(spans: Sequence[Mapping[str, Any]]) -> Markup:
    """An ad beside its template: slots marked by kind, additions as <ins>, what it lacks as <del>."""
    out: list[str] = []
    left = LONGEST_TEXT
    for span in spans:
        if left <= 0:
            out.append(f'<span class="note">{escape(_("… the rest is in the input file"))}</span>')
            break
        text, op = str(span["text"])[:left], span["op"]
        left -= len(text)
        text = _EMPTY_LINES.sub("\n\n\n", text.replace("\r\n", "\n"))
        if op == "same" or not text.strip():
            out.append(str(shown(text)))
            continue
        # Space and line ends around the words stay outside, so that no colour or line is drawn under them.
        core = text.strip()
        begin = text.index(core)
        lead, tail = text[:begin], text[begin + len(core) :]
        words = str(shown(core))
        if op == "delete":
            gap = "" if not out or out[-1][-1:].isspace() else " "
            out.append(f"{gap}<del>{words}</del> ")
        elif op == "slot":
            # A short value stays on one line with the name of its kind.
            short = " o" if len(core) <= SHORT else ""
            out.append(f'{lead}<span class="s {kind_class(span.get("kind"))}{short}">{words}</span>{tail}')
        else:
            out.append(f"{lead}<ins>{words}</ins>{tail}")
    return Markup("".join(out))


def template_text(parts: Sequence[Mapping[str, Any]]) -> Markup:
    """The template in running text: its constant words, and each slot with its commonest values."""
    out: list[str] = []
    left = LONGEST_TEXT
    for part in parts:
        if left <= 0:
            out.append(f'<span class="note">{escape(_("… the rest is in templates.jsonl"))}</span>')
            break
        if part["type"] == "text":
            text = part["text"][:left]
            left -= len(text)
            out.append(str(shown(text)))
        elif part["values"]:
            out.append(_slot(part))
            left -= SLOT_WEIGHT
    return Markup(" ".join(out))


def _slot(part: Mapping[str, Any]) -> str:
    values = list(part["values"].items())
    first = ", ".join(_value(value, count) for value, count in values[:INLINE_VALUES])
    more = ""
    if len(values) > INLINE_VALUES:
        others = _("+{count} more").format(count=number(len(values) - INLINE_VALUES))
        more = f' <span class="more">{escape(others)}</span>'
    kind = kind_class(part["kind"])
    return f'<span class="slot {kind}"><b>{escape(kind_name(kind))}</b> {first}{more}</span>'


def _value(value: str, count: int) -> str:
    short = value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"
    return f"<bdi>{shown(short)}</bdi>&nbsp;<small>×{number(count)}</small>"


@dataclass(frozen=True)
class SlotValues:
    """A slot's values as a list. `css`: its style class. `left_out`: values that are not in `listed`."""

    css: str
    kind: str
    listed: Markup
    count: int
    left_out: int


def slot_values(parts: Sequence[Mapping[str, Any]]) -> list[SlotValues]:
    """The slots that have more values than the drawn template shows."""
    out = []
    left = FOLDED_CHARACTERS
    for part in parts:
        if part["type"] != "slot" or len(part["values"]) <= INLINE_VALUES:
            continue
        listed: list[str] = []
        for value, count in list(part["values"].items())[:FOLDED_VALUES]:
            if left <= 0:
                break
            listed.append(_value(value, count))
            left -= len(listed[-1])
        kind = kind_class(part["kind"])
        size = len(part["values"])
        out.append(SlotValues(kind, kind_name(kind), Markup(", ".join(listed)), size, size - len(listed)))
        if left <= 0:
            break
    return out
