"""Groups as people read them: the template in words, its slots' values, who posted it where and when."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np
import polars as pl

from filrouge.compare.comparison import Comparison
from filrouge.compare.runs import Int32Array
from filrouge.compare.templates import Slot
from filrouge.networks.counts import agency_counts, days_of, identifier_counts, place_counts, places_of_ads
from filrouge.networks.fillings import filled, slot_values
from filrouge.networks.organisation import agency_identifiers, signs_of_organisation
from filrouge.networks.stretches import stretches
from filrouge.networks.texts import Texts
from filrouge.networks.wording import wordings

MOST_OF_AN_AGENCY = 0.8
"""A group that has this share of an agency's ads, and no other, may be strangers who filled in one form."""
IDENTIFIER_KINDS = ("phone", "email", "url", "handle", "payment")


class Groups:
    """Builds each cluster's record (a line of templates.jsonl) and its members' stretches for the report."""

    def __init__(
        self, comparison: Comparison, texts: Texts, identifiers: pl.DataFrame, places: pl.DataFrame
    ) -> None:
        self._found = comparison
        self._texts = texts
        self._ids: list[str] = texts.ads["id"].to_list()
        order = np.argsort(comparison.cluster, kind="stable")
        order = order[comparison.cluster[order] >= 0]
        counts = np.bincount(comparison.cluster[order], minlength=len(comparison.templates))
        self.ads_of: list[np.ndarray] = np.split(order, np.cumsum(counts)[:-1]) if order.size else []
        self._saved = [float(comparison.bits[ads].sum()) for ads in self.ads_of]
        names = [self._ids[int(ads[0])] for ads in self.ads_of]
        self.rank = sorted(range(len(names)), key=lambda k: (-round(self._saved[k], 3), names[k]))
        self.number = {k: i + 1 for i, k in enumerate(self.rank)}
        self._wording = wordings(comparison, texts)
        self._values = slot_values(comparison, texts)
        kept = identifiers.filter(pl.col("kind").is_in(IDENTIFIER_KINDS))
        agency = texts.ads["agency"]
        of_agencies = agency_identifiers(kept, comparison.cluster, agency)
        self._identifiers, self._of_agencies = identifier_counts(
            kept, of_agencies, comparison, IDENTIFIER_KINDS
        )
        self._places = place_counts(places_of_ads(places, texts.ads["location"]), comparison)
        self._agencies = agency_counts(agency, comparison)
        self._ads_of_agency: dict[str, int] = dict(agency.value_counts().iter_rows())
        self._days = days_of(texts.ads["posted"], comparison)

    def name(self, cluster: int) -> str:
        """The cluster's name in this run: C and its rank by evidence."""
        width = max(4, len(str(len(self.rank))))
        return f"C{self.number[cluster]:0{width}d}"

    @cached_property
    def template_names(self) -> list[str]:
        """Per cluster T and a hash of the template's words: one template has one name in every run."""
        return ["T" + hashlib.sha256(" ".join(words).encode()).hexdigest()[:12] for words in self._wording]

    def _kind(self, slot: Slot) -> str:
        kinds = self._texts.kind_names
        kind = kinds[slot.kind - 1] if slot.kind else "free"
        return "handle" if kind in ("email", "payment") else kind

    def _said(self, cluster: int) -> list[bool]:
        """Per constant whether it stands for itself: one that stands for an identifier is shown as a slot."""
        said: list[bool] = (self._found.kinds[self._found.templates[cluster].examples] == 0).tolist()
        return said

    def parts(self, cluster: int) -> list[dict[str, Any]]:
        """The template as constant runs and slots, in order."""
        template, wording = self._found.templates[cluster], self._wording[cluster]
        said = self._said(cluster)
        size = int(self._found.sizes[template.members].sum())
        out: list[dict[str, Any]] = []
        run: list[str] = []
        at = 0
        for slot, values in zip(template.slots, self._values[cluster], strict=True):
            # A slot stands before the constant of its number; the words up to there come first.
            run.extend(compress(wording[at : slot.after], said[at : slot.after]))
            at, kind = slot.after, self._kind(slot)
            if kind == "free" and len(values) == 1 and sum(values.values()) == size:
                # A number that all of them have is wording.
                run.extend(values)
                continue
            if run:
                out.append({"type": "text", "text": " ".join(run)})
                run = []
            out.append({"type": "slot", "kind": kind, "values": values})
        run.extend(compress(wording[at:], said[at:]))
        if run:
            out.append({"type": "text", "text": " ".join(run)})
        return out

    def names(self, cluster: int) -> dict[str, int]:
        """The names in the template's slot that has most of them, with how many ads have each."""
        at = self._slot_of_names(cluster)
        return {} if at is None else dict(self._values[cluster][at])

    def _slot_of_names(self, cluster: int) -> int | None:
        slots, values = self._found.templates[cluster].slots, self._values[cluster]
        of_names = [at for at, slot in enumerate(slots) if self._kind(slot) == "name"]
        return max(of_names, key=lambda at: len(values[at]), default=None)

    def names_by_ad(self, clusters: Sequence[int]) -> pl.DataFrame:
        """What the ads of some clusters have in the slot for a name that `names` is about: ad, value."""
        wanted = [(cluster, self._slot_of_names(cluster)) for cluster in clusters]
        slots = [
            (cluster, self._found.templates[cluster].slots[at]) for cluster, at in wanted if at is not None
        ]
        return filled(self._found, self._texts, slots).select("ad", "value")

    def record(self, cluster: int) -> dict[str, Any]:
        """The cluster's line of templates.jsonl."""
        size = int(self.ads_of[cluster].size)
        agencies = self._agencies[cluster]
        identifiers = {kind: self._identifiers[cluster].get(kind, {}) for kind in IDENTIFIER_KINDS}
        first, last = self._days[cluster]
        parts = self.parts(cluster)
        signs = signs_of_organisation(identifiers, self.names(cluster), len(agencies), size)
        return {
            "cluster": self.name(cluster),
            "template": self.template_names[cluster],
            "ads": size,
            "bits": round(self._saved[cluster], 2),
            "agencies": agencies,
            "places": self._places[cluster],
            "first": first,
            "last": last,
            "parts": parts,
            "identifiers": identifiers,
            "agency_identifiers": self._of_agencies[cluster],
            "agency_form": bool(self.form_of(cluster)),
            "signs": signs,
            # One person who posts an own ad again and again is nobody's business.
            "organisation": bool(signs),
        }

    def form_of(self, cluster: int) -> str:
        """The agency whose own form the template may be: one of several, and this is most of its ads. "" for none."""
        agencies = self._agencies[cluster]
        if len(agencies) != 1 or len(self._ads_of_agency) < 2:
            return ""
        ((agency, ads),) = agencies.items()
        return agency if ads >= MOST_OF_AN_AGENCY * self._ads_of_agency[agency] else ""

    def members(self, cluster: int, most: int) -> list[dict[str, Any]]:
        """The first `most` members by bits, each as stretches that together give back its raw text."""
        bits = self._found.bits
        saved = dict(zip(self.ads_of[cluster].tolist(), bits[self.ads_of[cluster]].tolist(), strict=True))
        return self.members_at(cluster, sorted(saved, key=lambda ad: (-saved[ad], self._ids[ad]))[:most])

    def members_at(self, cluster: int, drawn: list[int]) -> list[dict[str, Any]]:
        """Some members by the rows of their ads, each as stretches that together give back its raw text."""
        template, saved = self._found.templates[cluster], self._found.bits
        position = {text: k for k, text in enumerate(template.members.tolist())}
        members = [position[text] for text in self._found.text[drawn].tolist()]
        in_slots: dict[int, list[tuple[int, int, str]]] = {k: [] for k in members}
        for slot in template.slots:
            theirs = slot.fillings[np.isin(slot.fillings[:, 0], members)]
            for k, first, last in theirs.tolist():
                in_slots[k].append((first, last, self._kind(slot)))
        said = self._said(cluster)
        constants = [
            word if is_said else "" for word, is_said in zip(self._wording[cluster], said, strict=True)
        ]
        about = self._texts.ads[drawn].select(
            "id", "agency", pl.col("posted").dt.strftime("%Y-%m-%d"), "location"
        )
        return [
            {
                **row,
                "bits": round(float(saved[ad]), 1),
                "spans": self._stretches(ad, template.places[k], in_slots[k], constants),
            }
            for ad, k, row in zip(drawn, members, about.iter_rows(named=True), strict=True)
        ]

    def _stretches(
        self, ad: int, places: Int32Array, in_slots: list[tuple[int, int, str]], constants: list[str]
    ) -> list[dict[str, Any]]:
        texts = self._texts
        words = slice(int(texts.offsets[ad]), int(texts.offsets[ad + 1]))
        base = int(self._found.corpus.offsets[self._found.text[ad]])
        slots: list[str | None] = [None] * places.size
        for first, last, kind in in_slots:
            slots[first - base : last - base] = [kind] * (last - first)
        spans = list(zip(texts.start[words].tolist(), texts.end[words].tolist(), strict=True))
        return stretches(texts.raw(np.array([ad]))[0], spans, places.tolist(), slots, constants)
