"""The data files of a package: ads, sources, ties, and all that the checker reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl

from filrouge.compare.align import EXTRA, GO_ON, JUMP, LONGEST, REACH, STEP
from filrouge.compare.reach import Reach
from filrouge.compare.strangers import IN_PASSING
from filrouge.evidence.fitting import DAMPED_FROM, PARTS
from filrouge.evidence.scale import AT
from filrouge.networks.calibrated import calibration
from filrouge.networks.counts import places_of_ads
from filrouge.networks.graph import CUT, WEAK
from filrouge.networks.near import SHARE_OF_EXACT
from filrouge.networks.units import TYING
from filrouge.networks.weighing import PASSED_ON, SEARCHED
from filrouge.reports.package.custody import Custody, audit_columns
from filrouge.reports.package.gather import Gathered
from filrouge.reports.package.shown import Shown
from filrouge.reports.package.templates import ShownTemplate, shown_template
from filrouge.reports.package.texts import PackagedTexts
from filrouge.reports.package.ties import Ties
from filrouge.reports.package.what import Terms
from filrouge.reports.package.written import csv_bytes, json_bytes, lines_bytes

GIVEN_KINDS: Final = ("image", "style", "movement", "against")
"""Kinds of evidence between voices whose bits the checker takes as given."""
GIVEN: Final = (
    "which words an ad has (evidence/words.jsonl), as the program split its text, and which words a template has",
    "the counts of voices (prices.csv), ads and voices that hold an identifier: they are of all ads of the case",
    "the weights of the kinds of evidence, which were fitted on the case, and the bits of pairs of strangers",
    "the level of strangers' texts, and what near identifiers are expected by chance",
    "the bits of image, style, movement and against between two voices (evidence/ties_voices.jsonl, in `bits`)",
    "report.pdf, report.docx, README.md and the exports: only that they are as they were made",
)
"""Sentences for the checker, in English as it is."""
Row = dict[str, Any]


class Data:
    """The data files of a package.

    Args:
        found: what was gathered.
        terms: of the package.
        audit: rows of the audit trail that go with it.
    """

    def __init__(self, found: Gathered, terms: Terms, audit: Sequence[Mapping[str, Any]]) -> None:
        self.found, self.terms, self.audit = found, terms, audit
        self.texts = PackagedTexts(found)
        self.shown = Shown(found, terms.is_open)
        self.ties = Ties(found, self.texts, self.shown)
        self.custody = Custody(found, terms)

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The content of each file by its name."""
        ads, ties, custody = self.ads, self.ties, self.custody
        out = {
            "ads.csv": csv_bytes(ads, list(ads[0])),
            "ads.jsonl": lines_bytes(ads),
            "sources.csv": csv_bytes(custody.sources, _SOURCES),
            "custody.csv": csv_bytes(custody.steps, _CUSTODY),
            "ledger.jsonl": lines_bytes(custody.ledger),
            "history.csv": csv_bytes(custody.history, _HISTORY),
            "timeline.csv": csv_bytes(self.timeline, _TIMELINE),
            "audit.csv": csv_bytes(self.audit, audit_columns(self.audit) or ["at"]),
            "audit.jsonl": lines_bytes(self.audit),
            "evidence/parameters.json": json_bytes(self.parameters),
            "evidence/words.jsonl": lines_bytes(self._words()),
            "evidence/prices.csv": csv_bytes(self.texts.prices(), _PRICES),
            "evidence/templates.jsonl": lines_bytes(self._templates()),
            "evidence/members.csv": csv_bytes(self.members, _MEMBERS),
            "evidence/identifiers.csv": csv_bytes(ties.identifiers, _IDENTIFIERS),
            "evidence/voices.jsonl": lines_bytes(ties.voices),
            "evidence/holdings.csv": csv_bytes(ties.holdings, _HOLDINGS),
            "evidence/near.csv": csv_bytes(ties.near, _NEAR),
            "evidence/strangers.csv": csv_bytes(
                [{"bits": float(b)} for b in ties.strangers.tolist()], ["bits"]
            ),
            "evidence/network_edges.csv": csv_bytes(ties.edges, _EDGES),
        }
        for name, rows in (("ads", ties.of_ads), ("voices", ties.of_voices)):
            out[f"evidence/ties_{name}.jsonl"] = lines_bytes(rows)
            out[f"evidence/ties_{name}.csv"] = csv_bytes([_flat(row) for row in rows], _TIES[name])
        return out

    @cached_property
    def ads(self) -> list[Row]:
        """The ads as they are shown, by their numbers; those that only stand for a voice at the end."""
        found, table = self.found, self.found.findings.read.ads
        where = found.ws.ads(["source", "row"]).filter(
            pl.col("ad").is_in(pl.Series(found.ads[found.rows]).implode())
        )
        origin = {row["ad"]: row for row in where.iter_rows(named=True)}
        known = found.ws.table("sources", ["source", "name", "sha256"])
        names = {(seq, source): (name, sha) for source, name, sha, seq in known.iter_rows()}
        members = set(found.members.tolist())
        out = []
        for row in found.rows.tolist():
            ad, shown = int(found.ads[row]), self.shown.ads[row]
            at = origin[ad]
            posted = table["posted"][row]
            name, sha256 = names[at["seq"], at["source"]]
            about: Row = {
                "ad": ad,
                "id": shown.id,
                "agency": table["agency"][row],
                "posted": posted.isoformat(timespec="seconds") if posted else None,
                "place": self.places[row],
                "location": shown.location,
                "cluster": f"C{found.cluster[row]}" if found.cluster[row] >= 0 else None,
                "network": f"N{found.network[row]}" if found.network[row] >= 0 else None,
                "voice": found.voice(int(found.voices.of[row])),
                "member": row in members,
                "source": name,
                "source_sha256": sha256,
                "row": at["row"],
                "snapshot": at["seq"],
                "text": shown.text,
            }
            out.append(about | ({"image": table["image"][row]} if self.terms.is_open else {}))
        return out

    @cached_property
    def places(self) -> dict[int, str]:
        """The place of each ad, "" for none; by place in the findings."""
        findings, rows = self.found.findings, self.found.rows.tolist()
        every = places_of_ads(findings.located, findings.read.ads["location"])
        known = set(findings.located["ad"].to_list())
        return {row: every[row] if row in known else self.shown.ads[row].location for row in rows}

    @cached_property
    def timeline(self) -> list[Row]:
        """How many ads came on which day, by voice, agency and place."""
        found, table = self.found, self.found.findings.read.ads
        rows = pl.DataFrame(
            {
                "day": table["posted"].cast(pl.Date).gather(found.members),
                "voice": [found.voice(int(found.voices.of[row])) for row in found.members.tolist()],
                "agency": table["agency"].gather(found.members),
                "place": [self.places[row] for row in found.members.tolist()],
            },
            schema_overrides={"voice": pl.String, "place": pl.String},
        )
        counted = rows.group_by("day", "voice", "agency", "place").len("ads")
        return list(
            counted.sort("day", "voice", "agency", "place", nulls_last=True)
            .with_columns(pl.col("day").cast(pl.String))
            .iter_rows(named=True)
        )

    @cached_property
    def members(self) -> list[Row]:
        """What its template saves each ad."""
        found = self.found
        out = []
        for cluster in found.clusters:
            for row, bits in self.texts.saved_by_template(cluster).items():
                out.append(
                    {
                        "cluster": f"C{cluster}",
                        "ad": int(found.ads[row]),
                        "bits": round(bits, 4),
                        "bits_of_run": round(float(found.bits[row]), 2),
                    }
                )
        return out

    @cached_property
    def templates(self) -> list[ShownTemplate]:
        """The templates of the clusters, those with most ads first."""
        every = [
            shown_template(self.found, self.texts, self.shown, cluster) for cluster in self.found.clusters
        ]
        return sorted(every, key=lambda template: (-template.ads, template.cluster))

    @cached_property
    def parameters(self) -> Row:
        """All that bits rest on and that is no row of a table."""
        found = self.found
        weighed, clustering = found.weighed, found.findings.comparison.clustering
        level = np.asarray(found.findings.networks.level, float).tolist()
        has_images = bool((found.findings.read.ads["image"].fill_null("") != "").any())
        return {
            "counts": {
                "ads": int(found.ads.size),
                "voices": weighed.units.count,
                "different_texts": found.findings.comparison.corpus.ads,
                "clusters": len(found.findings.comparison.templates),
            },
            "copying": {
                "go_on": float(GO_ON), "step": float(STEP), "extra": float(EXTRA), "reach": REACH, "longest": LONGEST,
                "jump": JUMP, "in_passing": float(IN_PASSING),
            },
            "text": {
                "cut": float(clustering.cut),
                "reach": _reach(clustering.reach),
                "reach_of_templates": _reach(clustering.among),
                "strangers_level": dict(zip(("two_agencies", "one_agency"), level, strict=True)),
            },
            "identifiers": {"kinds": list(TYING), "passed_on": PASSED_ON, "near_share": SHARE_OF_EXACT},
            "model": {**weighed.model.to_dict(), "pieces_end_at": list(PARTS), "damped_from": DAMPED_FROM},
            "network": {
                "searched": SEARCHED, "cut_share": CUT, "weak_share": WEAK,
                "cut": round(float(found.findings.networks.partition.cut_bits), 4),
            },
            "verbal_scale_begins_at": list(AT),
            "calibration": calibration(weighed, has_images=has_images),
            "taken_as_given": {"kinds": list(GIVEN_KINDS), "sentences": list(GIVEN)},
        }  # fmt: skip

    def _words(self) -> list[Row]:
        numbered, found = self.texts.numbered, self.found
        return [
            {
                "ad": int(found.ads[row]),
                "words": numbered.words[row],
                "runs": numbered.runs[row],
                "spans": self.shown.ads[row].spans.tolist(),
            }
            for row in found.rows.tolist()
        ]

    def _templates(self) -> list[Row]:
        return [
            {
                "cluster": f"C{template.cluster}",
                "ads": template.ads,
                "words": self.texts.numbered.templates[template.cluster],
                "parts": [
                    {"text": part.text} if part.text else {"slot": part.slot, "values": part.values}
                    for part in template.parts
                ],
            }
            for template in self.templates
        ]


def _reach(reach: Reach) -> Row:
    return {"place": reach.place, "scale": reach.scale, "ads": reach.ads}


def _flat(row: Row) -> Row:
    """A tie as a row of CSV: what each kind claims is a column of its own."""
    return {
        **row,
        **{f"claims_{kind}": part for kind, part in row["parts"].items()},
        "strangers_that_reach_it": row["strangers"][0],
        "pairs_of_strangers": row["strangers"][1],
        "shared": "; ".join(shared["identifier"] for shared in row["shared"]),
    }


_SOURCES = ("name", "sha256", "bytes", "rows", "rows_used", "received_at", "receiver", "snapshot")
_CUSTODY = ("at", "what", "by", "snapshot", "fingerprint", "details")
_HISTORY = ("name", "snapshot", "at", "event", "other", "why")
_TIMELINE = ("day", "voice", "agency", "place", "ads")
_PRICES = (
    "run", "is_word", "length", "word", "total", "pair", "after_one", "ways_one", "triple", "after_two", "ways_two",
    "price",
)  # fmt: skip
_MEMBERS = ("cluster", "ad", "bits", "bits_of_run")
_IDENTIFIERS = ("ad", "kind", "identifier", "holders", "bits")
_HOLDINGS = ("voice", "kind", "identifier", "turn", "holders", "bits")
_NEAR = ("kind", "one", "other", "how", "by_chance", "holders_one", "holders_other", "bits")
_EDGES = ("one", "other", "type", "kind", "bits", "possible")
_END = (
    *(f"claims_{kind}" for kind in ("text", *TYING, "near", *GIVEN_KINDS, "once")),
    "total", "claimed", "level", "strangers_that_reach_it", "pairs_of_strangers", "shared",
)  # fmt: skip
_TIES = {
    "ads": ("one", "other", "other_with_one", "one_with_other", "cut", "reaches_cut", *_END),
    "voices": ("one", "other", "weighed", *_END),
}
