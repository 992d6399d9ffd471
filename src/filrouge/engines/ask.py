"""A workspace's ads asked: which are near a pasted text, which name an identifier, which hold words.

The index proposes, by rare runs that a text shares with the query; what it proposes is opened and weighed by the exact
cost of copying, and that alone decides. Then come the ads of the same clusters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from filrouge.compare.lookup import Texts, carriers, equal_texts, holding_all, holding_some, sharing_runs
from filrouge.compare.reach import Reach
from filrouge.compare.runs import Float32Array, Int64Array, UInt64Array
from filrouge.compare.segments import Segment
from filrouge.corpus.errors import DamagedPack, KeyDestroyed, UnknownAdNumber
from filrouge.corpus.glimpse import glimpse
from filrouge.corpus.indexing import bring_up, index_folder, merge_in_background, ranges
from filrouge.corpus.pseudonyms import identifier_pseudonyms
from filrouge.corpus.results import Membership, last_run
from filrouge.corpus.results import membership as membership_of
from filrouge.engines.asking import (
    Near,
    Prices,
    Question,
    Rarity,
    equal_ones,
    question_of,
    shown,
    weighed,
)
from filrouge.engines.kept import read_kept
from filrouge.engines.plain_words import known_words
from filrouge.engines.stored import Shared
from filrouge.networks.ties import TYING_KINDS

if TYPE_CHECKING:
    from filrouge.corpus.opening import Opened
    from filrouge.corpus.reading import Words
    from filrouge.corpus.workspace import Workspace

WEIGHED: Final = 32
"""Texts that are opened and weighed for a question."""
PHRASES_LOOKED_AT: Final = 2_000
"""Ads that hold all words of a phrase and are opened to see whether they hold it as such; the newest ones."""
TELLING: Final = 5.0
"""An identifier that more than 1 ad in 2**this carries, a switchboard's, puts no ad before others."""
MOST_CARRIERS: Final = 10_000
"""Ads that carry an identifier and are looked at; the newest ones."""
_PHRASE: Final = re.compile(r'"([^"]+)"')


class Clusters:
    """Which cluster each ad is in, and which ads each cluster has.

    Args:
        membership: of a view, see `filrouge.corpus.results`.
    """

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    def of(self, ads: Int64Array) -> Int64Array:
        """The cluster of each of the ads; -1 for none."""
        return self._membership.of(ads)

    def members(self, cluster: int, most: int) -> Int64Array:
        """The ads of a cluster, at most so many, those that its template saves most for first."""
        order, clusters = self._by_cluster
        a, b = np.searchsorted(clusters, [cluster, cluster + 1])
        members: Int64Array = order[a : min(b, a + most)]
        return members

    @cached_property
    def _by_cluster(self) -> tuple[Int64Array, Int64Array]:
        cluster, bits = self._membership.cluster, self._membership.bits
        ads = np.flatnonzero(cluster >= 0)
        ads = ads[np.lexsort((-bits[ads], cluster[ads]))]
        return ads, cluster[ads]


@dataclass(frozen=True)
class Ranked:
    """Ads that a question leads to, best first.

    Attributes:
        ads: their numbers.
        bits: saved by writing each with the question beside it; -1 where it was not weighed.
        equal: bool, whether the words are those of the question.
        shared: identifiers that both have.
    """

    ads: Int64Array
    bits: Float32Array
    equal: np.ndarray
    shared: dict[int, tuple[Shared, ...]]


class SearchIndex:
    """A workspace's index, opened: one reader, fixed to what its view holds.

    Args:
        ws: the workspace, as of now or of a past day.
        segments: of its index; what they hold beyond the view is not seen.
        prices: what words cost a stranger, from the last run; by rarity if there is none.
        clusters: of the last run, if there was one.
        cut: bits that tie two ads, from the last run; if there was none, as many as chance reaches among so many ads.
    """

    def __init__(
        self,
        ws: Workspace,
        segments: Sequence[Segment],
        *,
        prices: Prices,
        clusters: Clusters | None = None,
        cut: float | None = None,
    ) -> None:
        self._ws = ws
        self._segments = list(segments)
        self._there = np.array(ranges(ws), np.int64).reshape(-1, 2)
        self._prices = prices
        self._clusters = clusters
        self._vocabulary = known_words(ws)
        self.ads = int((self._there[:, 1] - self._there[:, 0]).sum())
        self.cut = Reach(0.0, 0.0, self.ads).pair if cut is None else cut

    def nearest(self, text: str, top: int = 10) -> list[Near]:
        """The ads nearest to a text, best first.

        An ad is near by its words (bits saved when it is written with the text beside it) or by an identifier that
        the text names. Ads with just these words come first, then those with an identifier, then by bits.
        """
        return self._shown(question := self.question(text), self.ranked(question, top), top)

    def nearest_each(self, texts: Iterable[str], top: int = 10) -> list[list[Near]]:
        """The same for many texts, one after another."""
        return [self.nearest(text, top) for text in texts]

    def near_ads(self, ad: int, top: int = 10) -> list[Near]:
        """The ads nearest to a held one, which is left out; none if it can't be read."""
        opened = self._opened(np.array([ad], np.int64))
        if not opened.ad.size:
            return []
        question = Question(opened.keys[opened.words], (), np.zeros(0, np.uint64))
        ranked = self.ranked(question, top + 1)
        other = ranked.ads != ad
        left = Ranked(ranked.ads[other], ranked.bits[other], ranked.equal[other], ranked.shared)
        return self._shown(question, left, top)

    def by_identifier(self, text: str, top: int = 10) -> list[Near]:
        """The ads that carry an identifier of the text, those with the rarest first, then the newest."""
        question = self.question(text)
        if not question.kinds:
            # Named as it stands, without the words that would say what it is.
            alone = text.strip().lower()
            values = identifier_pseudonyms(TYING_KINDS, [alone] * len(TYING_KINDS), self._ws.pepper)
            question = Question(question.keys, TYING_KINDS, values)
        shared = self._holders(question)
        ads = np.array(sorted(shared, key=lambda ad: (-max(s.bits for s in shared[ad]), -ad)), np.int64)
        return self._shown(question, _unweighed(ads, shared), top)

    def by_words(self, text: str, top: int = 10, every: bool = True) -> list[Near]:
        """The ads that hold all words of the text, the newest first.

        Args:
            text: words; those in "double quotes" must stand so, one after another.
            top: at most so many.
            every: False: some of the words are enough, and ads with more of them, and rarer ones, come first.
        """
        question = self.question(text)
        words = question.words
        if every:
            found = holding_all(self._segments, words)
        else:
            found = holding_some(self._segments, words, self.ads).best(max(4 * top, 1_000))
        phrases = [self.question(phrase).keys for phrase in _PHRASE.findall(text)]
        order = np.lexsort((-found.ad, -found.score))
        ads: list[int] = []
        for some in np.array_split(order, max(1, -(-order.size // 512))):
            ads += [ad for k in some.tolist() for ad in self._group(found, k).tolist()]
            if len(ads) >= (PHRASES_LOOKED_AT if phrases else top):
                break
        kept = np.array(ads, np.int64)
        if phrases:
            kept = self._with_phrases(kept[:PHRASES_LOOKED_AT], phrases)
        return self._shown(question, _unweighed(kept, {}), top, words_only=True)

    def question(self, text: str) -> Question:
        """A text as the index sees it."""
        return question_of(text, self._ws.pepper, self._vocabulary)

    def ranked(self, question: Question, top: int = 10) -> Ranked:
        """The ads that a question leads to, best first: at least `top`, if there are so many."""
        shared = self._holders(question)
        telling = [ad for ad, found in shared.items() if max(s.bits for s in found) >= TELLING]
        ads, bits, equal = self._weighed_texts(question)
        tied = bits >= self.cut
        if self._clusters is not None and tied.sum() < top:
            more = self._of_clusters(ads[tied], bits[tied], 2 * top)
            ads, bits, equal = self._with(question, ads, bits, equal, more)
        newest = np.sort(np.array(telling, np.int64))[::-1][: 2 * top]
        ads, bits, equal = self._with(question, ads, bits, equal, newest)
        strength = np.maximum(
            bits, [max((s.bits for s in shared.get(ad, ())), default=0) for ad in ads.tolist()]
        )
        named = np.isin(ads, telling)
        order = np.lexsort((ads, -strength, ~named, ~equal))
        order = order[(strength[order] > 0) | equal[order]]
        return Ranked(ads[order], bits[order], equal[order], shared)

    def _weighed_texts(self, question: Question) -> tuple[Int64Array, Float32Array, np.ndarray]:
        """The ads of the texts that share most with the question: number, bits, whether they are equal."""
        nothing = np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, bool)
        if not question.keys.size:
            return nothing
        same = equal_texts(self._segments, question.whole)
        near = sharing_runs(self._segments, question.runs, self.ads)
        near = self._seen(near).best(WEIGHED)
        texts = _both(self._seen(same), near)
        if not len(texts):
            return nothing
        # One ad speaks for all that have its text: the first that may be seen.
        groups = [self._group(texts, k) for k in range(len(texts))]
        speaks, back = np.unique([group[0] for group in groups], return_inverse=True)
        opened = self._opened(speaks)
        found = np.full(speaks.size, -1, np.float32)
        alike = np.zeros(speaks.size, bool)
        at = np.searchsorted(speaks, opened.ad)
        found[at] = weighed(question.keys, opened, self._prices)
        alike[at] = equal_ones(question.keys, opened)
        sizes = [group.size for group in groups]
        ads, first = np.unique(np.concatenate(groups), return_index=True)
        bits, equal = np.repeat(found[back], sizes)[first], np.repeat(alike[back], sizes)[first]
        known = bits >= 0
        return ads[known], bits[known], equal[known]

    def _opened(self, ads: Int64Array) -> Words:
        """The words of those of the ads, which ascend, that can be read still."""
        try:
            return self._ws.words(ads)
        except (UnknownAdNumber, KeyDestroyed, DamagedPack):
            # Destroyed since the index was opened.
            now = self._ws.refreshed()
            return now.words(ads[np.isin(ads, now.ads(["ad"])["ad"].to_numpy())])

    def _with(
        self, question: Question, ads: Int64Array, bits: Float32Array, equal: np.ndarray, more: Int64Array
    ) -> tuple[Int64Array, Float32Array, np.ndarray]:
        """The ads, and more of them weighed too."""
        more = np.setdiff1d(self._visible(more), ads)
        if not more.size:
            return ads, bits, equal
        opened = self._opened(more)
        found = weighed(question.keys, opened, self._prices)
        alike = equal_ones(question.keys, opened)
        return np.append(ads, opened.ad), np.append(bits, found), np.append(equal, alike)

    def _of_clusters(self, ads: Int64Array, bits: Float32Array, most: int) -> Int64Array:
        """Members of the clusters of some ads, those of the best ad's cluster first."""
        assert self._clusters is not None
        clusters = self._clusters.of(ads[np.argsort(-bits, kind="stable")])
        members = [
            self._clusters.members(cluster, most)
            for cluster in dict.fromkeys(clusters[clusters >= 0].tolist())
        ]
        return np.concatenate([*members, np.zeros(0, np.int64)])[: 2 * most]

    def _holders(self, question: Question) -> dict[int, tuple[Shared, ...]]:
        """The ads that carry an identifier of the question, and which."""
        out: dict[int, tuple[Shared, ...]] = {}
        found = carriers(self._segments, question.pseudonyms) if question.kinds else []
        for kind, pseudonym, ads in zip(question.kinds, question.pseudonyms.tolist(), found, strict=True):
            seen = self._visible(ads)
            bits = round(float(np.log2(max(self.ads, 1) / max(seen.size, 1))), 1)
            one = Shared(kind, f"{pseudonym:016x}", int(seen.size), bits)
            # Of a switchboard's thousands the newest are enough.
            for ad in seen[-MOST_CARRIERS:].tolist():
                out[ad] = (*out.get(ad, ()), one)
        return out

    def _shown(self, question: Question, ranked: Ranked, top: int, words_only: bool = False) -> list[Near]:
        ads = ranked.ads[:top]
        if not ads.size:
            return []
        clusters: dict[int, str] = {}
        if self._clusters is not None:
            numbers = self._clusters.of(ads)
            clusters = {ad: str(c) for ad, c in zip(ads.tolist(), numbers.tolist(), strict=True) if c >= 0}
        opened = self._glimpse(ads)
        hits = shown(question.keys, opened, self._prices, ranked.shared, clusters, self.cut)
        place = {hit.ad: k for k, hit in enumerate(hits)}
        return [hits[place[ad]] for ad in ads.tolist() if ad in place]

    def _glimpse(self, ads: Int64Array) -> Opened:
        """Those of the ads that can be read still, in the clear."""
        try:
            return glimpse(self._ws, ads)
        except (UnknownAdNumber, KeyDestroyed, DamagedPack):
            return glimpse(now := self._ws.refreshed(), ads[np.isin(ads, now.ads(["ad"])["ad"].to_numpy())])

    def _with_phrases(self, ads: Int64Array, phrases: Sequence[UInt64Array]) -> Int64Array:
        """Those of the ads that hold all phrases, in their order."""
        opened = self._opened(np.sort(ads))
        held = []
        for k in range(opened.ad.size):
            keys = opened.keys[opened.words[opened.offsets[k] : opened.offsets[k + 1]]]
            if all(_holds(keys, phrase) for phrase in phrases):
                held.append(int(opened.ad[k]))
        return ads[np.isin(ads, held)]

    def _is_visible(self, ads: Int64Array) -> np.ndarray:
        if not len(self._there):
            return np.zeros(ads.size, bool)
        at = np.searchsorted(self._there[:, 0], ads, side="right") - 1
        seen: np.ndarray = (at >= 0) & (ads < self._there[np.maximum(at, 0), 1])
        return seen

    def _visible(self, ads: Int64Array) -> Int64Array:
        seen: Int64Array = ads[self._is_visible(ads)]
        return seen

    def _seen(self, texts: Texts) -> Texts:
        """Those texts of which an ad may be seen."""
        seen = self._is_visible(texts.ad)
        for k in np.flatnonzero(~seen).tolist():
            seen[k] = self._group(texts, k).size > 0
        return Texts(texts.segment[seen], texts.place[seen], texts.ad[seen], texts.score[seen])

    def _group(self, texts: Texts, k: int) -> Int64Array:
        """The ads of a text that may be seen, ascending."""
        return self._visible(self._segments[int(texts.segment[k])].ads_of(int(texts.place[k])))


def _unweighed(ads: Int64Array, shared: dict[int, tuple[Shared, ...]]) -> Ranked:
    return Ranked(ads, np.full(ads.size, -1, np.float32), np.zeros(ads.size, bool), shared)


def _both(first: Texts, second: Texts) -> Texts:
    return Texts(
        np.append(first.segment, second.segment),
        np.append(first.place, second.place),
        np.append(first.ad, second.ad),
        np.append(first.score, second.score),
    )


def _holds(keys: UInt64Array, phrase: UInt64Array) -> bool:
    n = phrase.size
    return any(np.array_equal(keys[k : k + n], phrase) for k in range(keys.size - n + 1))


def open_index(
    ws: Workspace,
    *,
    prices: Prices | None = None,
    membership: Membership | None = None,
    cut: float | None = None,
    jobs: int = 1,
    merge: bool = True,
) -> SearchIndex:
    """The index of a workspace, with what it lacked built.

    Args:
        ws: the workspace, as of now or of a past day.
        prices, membership, cut: to be taken in place of what the last run of the view left.
        jobs: segments that are built at once, where there are several.
        merge: whether a process is begun that merges small segments, if there are many.
    """
    index = index_folder(ws)
    bring_up(ws, index, jobs=jobs)
    manifest, segments = index.opened()
    if merge and index.crowded():
        merge_in_background(index)
    run = last_run(ws)
    kept = read_kept(ws, run.batch) if run else None
    if kept is not None:
        prices = prices or kept.model
        cut = kept.reach.pair if cut is None else cut
    if membership is None and run is not None:
        membership = membership_of(ws)
    return SearchIndex(
        ws,
        segments,
        prices=prices or Rarity(index.usual(manifest)),
        clusters=None if membership is None else Clusters(membership),
        cut=cut,
    )
