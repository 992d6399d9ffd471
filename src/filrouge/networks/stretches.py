"""An ad beside its template, as stretches of its raw text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def stretches(
    raw: str,
    words: Sequence[tuple[int, int]],
    places: Sequence[int],
    slots: Sequence[str | None],
    constants: Sequence[str],
) -> list[dict[str, Any]]:
    """The ad cut where it begins and ends to follow the template, and what it lacks of it.

    Args:
        raw: the text as it was read.
        words: where each word stands in it, first and last character (exclusive).
        places: per word, the constant that it was copied from, or -1.
        slots: per word, the kind of the slot that it stands in, or None.
        constants: as they are spelled; "" for one that stands for an identifier.

    Returns:
        Stretches with `op` ("same", "slot", "insert" or "delete"), `text` and, in a slot, `kind`. Without
        those of "delete" their texts give back `raw`.
    """
    out: list[dict[str, Any]] = []

    def add(op: str, kind: str | None, text: str) -> None:
        if not text:
            return
        if out and out[-1]["op"] == op and out[-1].get("kind") == kind:
            out[-1]["text"] += text
        else:
            out.append({"op": op, "text": text} | ({"kind": kind} if kind else {}))

    now: tuple[str, str | None] = ("insert", None)
    begun, at, before = 0, 0, -1
    for (start, end), place, kind in zip(words, places, slots, strict=True):
        here: tuple[str, str | None] = ("slot", kind) if kind else ("same" if place >= 0 else "insert", None)
        lost = ""
        if place > before + 1 and before >= 0:
            lost = " ".join(filter(None, constants[before + 1 : place]))
        if here != now or lost:
            add(*now, raw[begun:at])
            # What stands between two words of one kind is of that kind; else it is nobody's.
            between = here if here[0] == now[0] else ("same", None)
            add(*between, raw[at:start])
            add("delete", None, lost)
            now, begun = here, max(at, start)
        at = max(at, end)
        before = place if place >= 0 else before
    add(*now, raw[begun:at])
    add("insert" if now[0] == "insert" else "same", None, raw[at:])
    return out
