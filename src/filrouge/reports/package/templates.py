"""The templates of a package as people read them: what is constant, and what varies, as the reader may see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from filrouge.reports.package.gather import Gathered
from filrouge.reports.package.shown import Shown, slot_kind
from filrouge.reports.package.texts import PackagedTexts

SPELLED_BY: int = 5
"""Members whose spelling of a constant is looked at; the commonest is shown."""


@dataclass(frozen=True)
class Part:
    """A stretch of a template.

    Attributes:
        text: what is constant; "" for a slot.
        slot: the kind of what varies, "free" for words of no kind; "" for what is constant.
        values: what stands in the slot, and in how many of the case's ads of the cluster, the commonest first.
    """

    text: str = ""
    slot: str = ""
    values: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ShownTemplate:
    """A template: its cluster's id, its parts in order, how many ads of the package have it."""

    cluster: int
    parts: tuple[Part, ...]
    ads: int

    @property
    def line(self) -> str:
        """On one line, slots in brackets."""
        return " ".join(part.text or f"[{part.slot}]" for part in self.parts)


def shown_template(found: Gathered, texts: PackagedTexts, shown: Shown, cluster: int) -> ShownTemplate:
    """The template of a cluster, from the ads of it that the package holds."""
    template = found.findings.comparison.templates[texts.template(cluster)]
    kinds = found.findings.comparison.corpus.kinds
    of_text: dict[int, list[int]] = {}
    rows = [row for row in found.members.tolist() if found.cluster[row] == cluster]
    for row in rows:
        of_text.setdefault(int(found.findings.comparison.text[row]), []).append(row)
    members = {k: of_text[text] for k, text in enumerate(template.members.tolist()) if text in of_text}
    spelled = _spelled(
        template.words.size, {k: (template.places[k], mine[0]) for k, mine in members.items()}, shown
    )
    values = _values(found, texts, shown, template, members)
    parts: list[Part] = []
    run: list[str] = []
    at = 0

    def constants(until: int) -> None:
        run.extend(spelled[j] for j in range(at, until) if kinds[template.words[j]] == 0 and spelled[j])

    for number, slot in enumerate(template.slots):
        constants(slot.after)
        at = slot.after
        if not values[number]:
            continue
        kind = slot_kind(slot.kind) or "free"
        if kind == "free" and len(values[number]) == 1 and sum(values[number].values()) == len(rows):
            run.extend(values[number])  # what all of them have is wording
            continue
        if run:
            parts.append(Part(text=" ".join(run)))
            run = []
        parts.append(Part(slot=kind, values=values[number]))
    constants(template.words.size)
    if run:
        parts.append(Part(text=" ".join(run)))
    return ShownTemplate(cluster, tuple(parts), len(rows))


def _spelled(size: int, members: dict[int, tuple[np.ndarray, int]], shown: Shown) -> list[str]:
    """Each constant as most of some members spell it, in lower case; "" where none of the package has it."""
    votes: list[Counter[str]] = [Counter() for _ in range(size)]
    for places, row in members.values():
        for word, constant in enumerate(places.tolist()):
            if constant >= 0 and votes[constant].total() < SPELLED_BY:
                votes[constant][shown.spelled(row, word, word + 1).lower()] += 1
    return [min(found, key=lambda word: (-found[word], len(word), word)) if found else "" for found in votes]


def _values(found, texts, shown, template, members) -> list[dict[str, int]]:  # type: ignore[no-untyped-def]
    """What stands in each slot, the commonest first."""
    canonical = _canonical(found, shown)
    out = []
    for slot in template.slots:
        counts: Counter[str] = Counter()
        for k, first, past in slot.fillings.tolist():
            for row in members.get(k, ()):
                base = texts.here(row).start
                start = int(found.findings.tokens.start[found.findings.tokens.offsets[row] + first - base])
                said = canonical.get((row, start, slot_kind(slot.kind)))
                counts[said or shown.spelled(row, first - base, past - base).lower()] += 1
        out.append(dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))
    return out


def _canonical(found: Gathered, shown: Shown) -> dict[tuple[int, int, str], str]:
    """What is shown for an identifier or name by its ad, where it begins and its kind, however the ad writes it."""
    findings = found.findings
    rows = set(found.rows.tolist())
    out = {}
    for kind, value, ad, start in findings.identifiers.select("kind", "value", "ad", "start").iter_rows():
        if ad in rows:
            out[ad, start, kind] = shown.value(kind, value)
    for value, ad, start in findings.names.select("value", "ad", "start").iter_rows():
        if ad in rows:
            out[ad, start, "name"] = (
                shown.value("name", value).removeprefix("name:")
                if shown.is_open
                else shown.value("name", value)
            )
    return out
