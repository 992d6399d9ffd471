"""Groups as people read them: the template in words, its slots' values, who posted it where and when."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from filrouge.compare.comparison import Comparison
from filrouge.compare.templates import Slot, Template, is_identifier
from filrouge.networks.organisation import agency_identifiers, signs_of_organisation
from filrouge.networks.values import SlotValues

WORDING_FROM = 5
"""Members whose spelling of a constant is looked at; the commonest is shown."""
IDENTIFIER_KINDS = ("phone", "email", "url", "handle", "payment")


@dataclass(frozen=True)
class Texts:
    """The ads with their words' places in the raw text.

    Attributes:
        ads: the ads table.
        start, end: int32, raw character offsets of each word of all ads.
        offsets: int64, where each ad's words begin.
        kind_names: names of the slot kinds; a word of kind k is `kind_names[k - 1]`.
        values: what the words that stand for identifiers, places and names mean.
    """

    ads: pl.DataFrame
    start: np.ndarray
    end: np.ndarray
    offsets: np.ndarray
    kind_names: Sequence[str]
    values: SlotValues


class Groups:
    """Builds each cluster's record (a line of templates.jsonl) and its members' stretches for the report."""

    def __init__(
        self, comparison: Comparison, texts: Texts, identifiers: pl.DataFrame, places: pl.DataFrame
    ) -> None:
        self._found = comparison
        self._texts = texts
        self._raw: list[str] = texts.ads["text"].to_list()
        self._ids: list[str] = texts.ads["id"].to_list()
        self._agency: list[str] = texts.ads["agency"].to_list()
        self._posted = texts.ads["posted"].dt.strftime("%Y-%m-%d").to_list()
        self._location: list[str] = texts.ads["location"].to_list()
        # The first ad of each different text stands for its words.
        first = np.full(comparison.sizes.size, -1, np.int64)
        first[comparison.text[::-1]] = np.arange(comparison.text.size - 1, -1, -1)
        self._first = first
        by_text = np.argsort(comparison.text, kind="stable")
        self._ads_of_text = (
            np.split(by_text, np.cumsum(comparison.sizes)[:-1]) if comparison.sizes.size else []
        )
        order = np.argsort(comparison.cluster, kind="stable")
        order = order[comparison.cluster[order] >= 0]
        counts = (
            np.bincount(comparison.cluster[order], minlength=len(comparison.templates))
            if order.size
            else np.zeros(0)
        )
        self.ads_of: list[np.ndarray] = (
            np.split(order, np.cumsum(counts)[:-1].astype(int)) if order.size else []
        )
        self._identifiers = _lists(
            identifiers.filter(pl.col("kind").is_in(IDENTIFIER_KINDS)), ("kind", "value")
        )
        self._places = _lists(places, ("value",))
        saved = [float(comparison.bits[ads].sum()) for ads in self.ads_of]
        names = [self._ids[int(ads[0])] for ads in self.ads_of]
        self.rank = sorted(range(len(saved)), key=lambda k: (-round(saved[k], 3), names[k]))
        self._wording: dict[int, list[str]] = {}
        self._agencys = {
            (kind, value)
            for kind, value in agency_identifiers(
                identifiers.filter(pl.col("kind").is_in(IDENTIFIER_KINDS)),
                comparison.cluster,
                texts.ads["agency"],
            ).iter_rows()
        }
        self.number = {k: i + 1 for i, k in enumerate(self.rank)}

    def name(self, cluster: int) -> str:
        """The cluster's name in this run: C and its rank by evidence."""
        width = max(4, len(str(len(self.rank))))
        return f"C{self.number[cluster]:0{width}d}"

    @cached_property
    def template_names(self) -> list[str]:
        """Per cluster T and a hash of the template's words: one template has one name in every run."""
        return [
            "T" + hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]
            for words in map(self.wording, range(len(self._found.templates)))
        ]

    def wording(self, cluster: int) -> list[str]:
        """The constants of a template as they are spelled: lower case, each as most of its members do."""
        if cluster not in self._wording:
            self._wording[cluster] = self._spelled(self._found.templates[cluster])
        return self._wording[cluster]

    def _spelled(self, template: Template) -> list[str]:
        spellings: list[dict[str, int]] = [{} for _ in range(template.words.size)]
        for text, places in zip(
            template.members[:WORDING_FROM].tolist(), template.places[:WORDING_FROM], strict=True
        ):
            ad = int(self._first[text])
            raw, begin = self._raw[ad], int(self._texts.offsets[ad])
            starts = self._texts.start[begin : begin + places.size].tolist()
            ends = self._texts.end[begin : begin + places.size].tolist()
            for place, start, end in zip(places.tolist(), starts, ends, strict=True):
                if place >= 0:
                    word, counts = raw[start:end].lower(), spellings[place]
                    counts[word] = counts.get(word, 0) + 1
        return [
            min(counts, key=lambda word: (-counts[word], len(word), word))
            if len(counts) > 1
            else next(iter(counts), "") or self._example(template, j)
            for j, counts in enumerate(spellings)
        ]

    def _example(self, template: Template, j: int) -> str:
        """Constant `j` as some member spells it, where none of the first does."""
        at = int(template.examples[j])
        text = int(np.searchsorted(self._found.corpus.offsets, at, side="right") - 1)
        ad, start, end = self._places_of(text, at, at + 1)[0]
        return self._raw[ad][start:end].lower()

    def _places_of(self, text: int, first: int, last: int) -> list[tuple[int, int, int]]:
        """Where the words `first` to `last` of a text stand in each of its ads: (ad, start, end), raw."""
        base = int(self._found.corpus.offsets[text])
        out = []
        # Equal texts differ in their identifiers, so each ad is asked.
        for ad in self._ads_of_text[text].tolist():
            shift = int(self._texts.offsets[ad]) - base
            out.append((ad, int(self._texts.start[first + shift]), int(self._texts.end[last - 1 + shift])))
        return out

    def _values(self, template: Template, slot: Slot) -> dict[str, int]:
        spans = [
            span
            for member, first, last in slot.fillings.tolist()
            for span in self._places_of(int(template.members[member]), first, last)
        ]
        known: list[str | None] = [None] * len(spans)
        if slot.kind:
            where = np.array(spans, np.int64).reshape(-1, 3)
            known = self._texts.values.of(where[:, 0], where[:, 1], slot.kind - 1)
        return _ordered(
            Counter(
                value if value is not None else " ".join(self._raw[ad][start:end].split()).lower()
                for value, (ad, start, end) in zip(known, spans, strict=True)
            )
        )

    def _ads_in(self, template: Template) -> int:
        return int(self._found.sizes[template.members].sum())

    def _kind(self, slot: Slot) -> str:
        kinds = self._texts.kind_names
        kind = kinds[slot.kind - 1] if slot.kind else "free"
        return "handle" if kind in ("email", "payment") else kind

    def parts(self, cluster: int) -> list[dict[str, Any]]:
        """The template as constant runs and slots, in order."""
        template, wording = self._found.templates[cluster], self.wording(cluster)
        stands_for = (self._found.kinds[template.examples] > 0).tolist()
        out: list[dict[str, Any]] = []
        run: list[str] = []
        at = 0
        # A slot stands before the constant of its number; the words up to there come first.
        for slot in (*template.slots, None):
            stop = slot.after if slot else len(wording)
            run.extend(
                word
                for word, is_slot in zip(wording[at:stop], stands_for[at:stop], strict=True)
                if not is_slot
            )
            at = stop
            if slot:
                kind, values = self._kind(slot), self._values(template, slot)
                if kind == "free" and len(values) == 1 and sum(values.values()) == self._ads_in(template):
                    # A number that all of them have is wording.
                    run.extend(values)
                    continue
            if run:
                out.append({"type": "text", "text": " ".join(run)})
                run = []
            if slot:
                out.append({"type": "slot", "kind": kind, "values": values})
        return out

    def record(self, cluster: int) -> dict[str, Any]:
        """The cluster's line of templates.jsonl."""
        ads = self.ads_of[cluster]
        identifiers: dict[str, Counter[str]] = {kind: Counter() for kind in IDENTIFIER_KINDS}
        of_agencies: dict[str, Counter[str]] = {kind: Counter() for kind in IDENTIFIER_KINDS}
        places: Counter[str] = Counter()
        for ad in ads.tolist():
            for kind, value in set(self._identifiers.get(ad, ())):
                (of_agencies if (kind, value) in self._agencys else identifiers)[kind][value] += 1
            here = {value for (value,) in self._places.get(ad, ())} or (
                {self._location[ad]} if self._location[ad] else set()
            )
            places.update(here)
        dates = sorted(d for d in (self._posted[ad] for ad in ads.tolist()) if d)
        parts = self.parts(cluster)
        agencies = Counter(self._agency[ad] for ad in ads.tolist())
        names: dict[str, int] = {}
        for part in parts:
            if part["type"] == "slot" and part["kind"] == "name" and len(part["values"]) > len(names):
                names = part["values"]
        signs = signs_of_organisation(identifiers, names, len(agencies), int(ads.size))
        return {
            "cluster": self.name(cluster),
            "template": self.template_names[cluster],
            "ads": int(ads.size),
            "bits": round(float(self._found.bits[ads].sum()), 2),
            "agencies": _ordered(agencies),
            "places": _ordered(places),
            "first": dates[0] if dates else None,
            "last": dates[-1] if dates else None,
            "parts": parts,
            "identifiers": {kind: _ordered(values) for kind, values in identifiers.items()},
            "agency_identifiers": {kind: _ordered(values) for kind, values in of_agencies.items() if values},
            "signs": signs,
            # One person who posts an own ad again and again is nobody's business.
            "organisation": bool(signs),
        }

    def members(self, cluster: int, most: int) -> list[dict[str, Any]]:
        """The first `most` members by bits, each as stretches that together give back its raw text."""
        template = self._found.templates[cluster]
        position = {int(text): k for k, text in enumerate(template.members.tolist())}
        ads = self.ads_of[cluster]
        order = sorted(ads.tolist(), key=lambda ad: (-float(self._found.bits[ad]), self._ids[ad]))[:most]
        return [
            {
                "id": self._ids[ad],
                "agency": self._agency[ad],
                "posted": self._posted[ad],
                "location": self._location[ad],
                "bits": round(float(self._found.bits[ad]), 1),
                "spans": self._spans(cluster, position[int(self._found.text[ad])], ad),
            }
            for ad in order
        ]

    def _spans(self, cluster: int, k: int, ad: int) -> list[dict[str, Any]]:
        template, wording = self._found.templates[cluster], self.wording(cluster)
        raw = self._raw[ad]
        places = template.places[k]
        begin = int(self._texts.offsets[ad])
        base = int(self._found.corpus.offsets[int(template.members[k])])
        in_slot: dict[int, str] = {}
        for slot in template.slots:
            for _member, first, last in slot.fillings[slot.fillings[:, 0] == k].tolist():
                in_slot.update(dict.fromkeys(range(first - base, last - base), self._kind(slot)))
        spans: list[dict[str, Any]] = []

        def add(op: str, text: str, kind: str | None = None) -> None:
            if not text:
                return
            if spans and spans[-1]["op"] == op and spans[-1].get("kind") == kind:
                spans[-1]["text"] += text
            else:
                spans.append({"op": op, "text": text} | ({"kind": kind} if kind else {}))

        at, before, last = 0, -1, "insert"
        for i, place in enumerate(places.tolist()):
            start, end = int(self._texts.start[begin + i]), int(self._texts.end[begin + i])
            op = "slot" if i in in_slot else ("same" if place >= 0 else "insert")
            # What stands between two words of one kind is of that kind; else it is nobody's.
            add(op if op == last else "same", raw[at:start], in_slot.get(i) if op == last else None)
            if place > before + 1 and before >= 0:
                lost = [
                    wording[j]
                    for j in range(before + 1, place)
                    if not is_identifier(template, self._found.kinds, j)
                ]
                add("delete", " ".join(lost))
            before = place if place >= 0 else before
            add(op, raw[max(at, start) : end], in_slot.get(i))
            at, last = max(at, end), op
        add("insert" if last == "insert" else "same", raw[at:])
        return spans


def _ordered(values: Counter[str]) -> dict[str, int]:
    return dict(sorted(values.items(), key=lambda item: (-item[1], item[0])))


def _lists(frame: pl.DataFrame, columns: tuple[str, ...]) -> dict[int, list[tuple[str, ...]]]:
    """Per ad number the rows of `columns`."""
    out: dict[int, list[tuple[str, ...]]] = {}
    for row in frame.select("ad", *columns).iter_rows():
        out.setdefault(row[0], []).append(row[1:])
    return out
