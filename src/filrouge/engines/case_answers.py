"""What a search finds in a case: ads by what they were written from, with the bits between each and the question.

A cluster is one answer, however many of its ads are near: "these 41 ads were written from one template". What is found
is near (it has the question's words, or more of them than strangers reach, or an identifier that the question names),
or it only holds some of the words, and `Answer.only_words` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from filrouge.corpus.results import last_run
from filrouge.engines.asking import Near, Ranked
from filrouge.engines.case_sheets import Identifier, SharedIdentifier
from filrouge.engines.case_tables import NONE
from filrouge.engines.case_ties import bits_of
from filrouge.engines.masking import is_pseudonym
from filrouge.evidence.scale import verbal

if TYPE_CHECKING:
    from filrouge.compare.runs import Int64Array
    from filrouge.engines.ask import SearchIndex
    from filrouge.engines.casebook import Casebook
    from filrouge.engines.voices import Reach

GROUPS: Final = 12
"""Clusters and single ads that are shown for a question."""
SHOWN: Final = 3
"""Ads that are shown of a cluster, the nearest."""
ASKED: Final = 30
"""Ads that the index is asked for at least."""
TEXT, IDENTIFIER, WORDS = "text", "identifier", "words"
WAYS: Final = (TEXT, IDENTIFIER, WORDS)


@dataclass(frozen=True)
class Tied:
    """What ties an ad to the question.

    Attributes:
        parts: bits by kind; "once" is what is counted once, with the start.
        total: their sum; claimed: as much of it as the corpus bears out.
        strangers: what pairs of strangers reach; None where no run measured it.
        shared: identifiers in common that tie, the strongest first; of_agencies: those that an agency has put there.
    """

    parts: tuple[tuple[str, float], ...]
    total: float
    claimed: float
    strangers: Reach | None
    shared: tuple[SharedIdentifier, ...]
    of_agencies: tuple[Identifier, ...]

    def verbal(self, language: str | None = None) -> str:
        """What may be claimed, in words of the scale."""
        return verbal(self.claimed, language)


@dataclass(frozen=True)
class Found:
    """An ad that was found, as it may be shown. `tied`: None where nothing was weighed."""

    hit: Near
    tied: Tied | None


@dataclass(frozen=True)
class Group:
    """Ads of one cluster that were found, or a single ad.

    Attributes:
        cluster, network: ids, -1 for none.
        ads: of the case in the cluster; found: of these, how many the question led to.
        agencies: how many; first, last: days of their posting.
        best: the nearest ads.
        claims: whether the question belongs to the cluster as an ad would.
    """

    cluster: int
    network: int
    ads: int
    found: int
    agencies: int
    first: date | None
    last: date | None
    best: tuple[Found, ...]
    claims: bool = False


@dataclass(frozen=True)
class Answer:
    """What was found.

    Attributes:
        how: "text", "identifier" or "words".
        groups: the nearest first; left: groups that are not shown; ads: that the question led to, in all groups.
        networks: id, ads, agencies (how many), first, last: of the networks of the groups shown, in their order.
        only_words: whether nothing is near, and these merely hold some of the words.
        compared: whether a run has compared anything: without one there are no clusters and no networks.
        named: identifiers of the case that the question names.
    """

    how: str
    groups: tuple[Group, ...]
    left: int
    ads: int
    networks: pl.DataFrame
    only_words: bool
    compared: bool
    named: tuple[Identifier, ...] = ()

    @property
    def numbers(self) -> list[int]:
        """The ads that are shown."""
        return [found.hit.ad for group in self.groups for found in group.best]


def answer(book: Casebook, index: SearchIndex, text: str, how: str) -> Answer:
    """What a case holds that is near a text, carries an identifier, or holds words.

    Args:
        book, index: of one case and one view.
        text: as pasted.
        how: one of `WAYS`.
    """
    if how == IDENTIFIER and is_pseudonym(text):
        ranked = index.these(book.carriers(text))
        return _grouped(book, index, ranked, how, named=_named_by(book, text, ranked))
    if how == IDENTIFIER:
        ranked = index.carrying(text)
        return _grouped(book, index, ranked, how, named=_named(book, ranked))
    if how == WORDS:
        ranked = index.holding(text, ASKED)
        if ranked.ads.size:
            return _grouped(book, index, ranked, how)
        return _grouped(book, index, index.holding(_plain(text), ASKED, False), how, only_words=True)
    ranked = index.ranked(index.question(text), ASKED)
    named = _named(book, ranked)
    own = {(one.kind, one.number) for one in named if not one.of_agency}
    carry = [
        ad for ad, shared in ranked.shared.items() if any((s.kind, int(s.value, 16)) in own for s in shared)
    ]
    near = ranked.equal | ranked.tied | np.isin(ranked.ads, np.array(carry, np.int64))
    if near.any():
        return _grouped(book, index, ranked.at(near), how, named=named, weighed=True)
    return _grouped(book, index, index.holding(_plain(text), ASKED, False), how, only_words=True)


def near_ad(book: Casebook, index: SearchIndex, ad: int) -> Answer:
    """What is near an ad of the case by its words; itself left out."""
    ranked = index.beside(ad, ASKED)
    return _grouped(book, index, ranked.at(ranked.equal | ranked.tied), TEXT, weighed=True)


def _plain(text: str) -> str:
    """Without quotation marks: some of the words are enough, wherever they stand."""
    return text.replace('"', " ")


def _named(book: Casebook, ranked: Ranked) -> tuple[Identifier, ...]:
    """The identifiers that the question names and the case holds."""
    every = {(s.kind, int(s.value, 16)) for shared in ranked.shared.values() for s in shared}
    return tuple(sorted(book.identified(sorted(every)).values(), key=lambda one: (-one.bits, one.pseudonym)))


def _named_by(book: Casebook, text: str, ranked: Ranked) -> tuple[Identifier, ...]:
    for ad in ranked.ads[:1].tolist():
        return tuple(one for one in book.ad(ad).identifiers if one.pseudonym == text.strip().lower())
    return ()


def _grouped(
    book: Casebook,
    index: SearchIndex,
    ranked: Ranked,
    how: str,
    *,
    named: tuple[Identifier, ...] = (),
    only_words: bool = False,
    weighed: bool = False,
) -> Answer:
    where = book.where(ranked.ads)
    ads = where["ad"].to_list()
    clusters, networks = where["cluster"].to_list(), where["network"].to_list()
    # A single ad is a group of its own.
    members: dict[tuple[int, int], list[int]] = {}
    network_of: dict[tuple[int, int], int] = {}
    for ad, cluster, network in zip(ads, clusters, networks, strict=True):
        key = (cluster, NONE) if cluster >= 0 else (NONE, ad)
        members.setdefault(key, []).append(ad)
        # Of a cluster in several hands, that of the nearest ad.
        network_of.setdefault(key, network)
    shown = list(members)[:GROUPS]
    wanted = np.array([ad for key in shown for ad in members[key][:SHOWN]], np.int64)
    hits = {hit.ad: hit for hit in index.shown(replace(ranked, ads=wanted), wanted.size)}
    found = _weighed(book, [hits[ad] for ad in wanted.tolist() if ad in hits], weighed)
    about = {row["id"]: row for row in book.sizes("cluster", _ids(clusters, shown)).iter_rows(named=True)}
    day = {ad: at.date() if at else None for ad, at in zip(where["ad"], where["posted"], strict=True)}
    groups = []
    for key in shown:
        cluster, single = key
        best = tuple(found[ad] for ad in members[key][:SHOWN] if ad in found)
        if not best:
            continue  # destroyed since the index was opened
        size = about.get(cluster) or {
            "ads": 1, "agencies": 1, "first": day.get(single), "last": day.get(single),
        }  # fmt: skip
        groups.append(
            Group(
                cluster, network_of[key], size["ads"], len(members[key]), size["agencies"], size["first"],
                size["last"], best, weighed and cluster >= 0 and cluster == ranked.claimed,
            )
        )  # fmt: skip
    return Answer(
        how,
        tuple(groups),
        max(len(members) - GROUPS, 0),
        len(ads),
        _networks(book, groups),
        only_words,
        last_run(book.ws) is not None,
        named,
    )


def _ids(clusters: Sequence[int], shown: Sequence[tuple[int, int]]) -> Int64Array:
    return np.array(sorted({cluster for cluster, _ad in shown if cluster >= 0}), np.int64)


def _networks(book: Casebook, groups: Sequence[Group]) -> pl.DataFrame:
    ids = list(dict.fromkeys(group.network for group in groups if group.network >= 0))
    order = pl.DataFrame({"id": ids}, schema={"id": pl.Int64})
    return order.join(
        book.sizes("network", np.array(ids, np.int64)), on="id", how="left", maintain_order="left"
    )


def _weighed(book: Casebook, hits: Sequence[Near], weighed: bool) -> dict[int, Found]:
    """The hits as they may be shown, each with what ties it to the question."""
    named = book.identified([(s.kind, int(s.value, 16)) for hit in hits for s in hit.shared])
    blind = book.unweighed([hit.ad for hit in hits])
    out = {}
    for raw, hit in zip(hits, book.hits(hits), strict=True):
        of = [named.get((s.kind, int(s.value, 16))) for s in raw.shared]
        held = [one for one in of if one is not None]
        tied = _tied(book, hit.bits, held) if weighed and hit.ad not in blind else None
        out[hit.ad] = Found(hit, tied)
    return out


def _tied(book: Casebook, text_bits: float, held: Sequence[Identifier]) -> Tied:
    own = sorted((one for one in held if not one.of_agency), key=lambda one: (-one.bits, one.pseudonym))
    # Where the question was published is not known: what strangers of one agency save is taken off.
    bits = bits_of(max(text_bits - max(book.weights.level), 0.0), ((one.kind, one.bits) for one in own))[None]
    model = book.weights.model
    total, claimed = float(model.total(bits)[0]), float(model.bounded(bits)[0])
    return Tied(
        book.weights.waterfall(bits[0]),
        round(total, 1),
        round(claimed, 1),
        book.weights.reach(total),
        tuple(SharedIdentifier(one, one.bits) for one in own),
        tuple(one for one in held if one.of_agency),
    )
