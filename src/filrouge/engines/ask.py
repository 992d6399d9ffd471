"""A workspace's ads asked: which are near a pasted text, which name an identifier, which hold words.

The index proposes, by rare runs that a text shares with the query; what it proposes is opened and weighed by the exact
cost of copying, and that alone decides. Then come the ads of the same clusters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.fingerprints import KEPT
from filrouge.compare.labels import HALF
from filrouge.compare.language import LanguageModel, Without
from filrouge.compare.lookup import Texts, carriers, equal_texts, holding_all, holding_some, sharing_runs
from filrouge.compare.reach import Reach
from filrouge.compare.runs import Float32Array, Int64Array, UInt64Array
from filrouge.compare.segments import Segment
from filrouge.corpus.errors import DamagedPack, KeyDestroyed, UnknownAdNumber
from filrouge.corpus.glimpse import Glimpse, glimpse
from filrouge.corpus.workspace import Workspace
from filrouge.engines.asking import (
    Cuts,
    Near,
    Prices,
    Question,
    Ranked,
    Rarity,
    Weighed,
    Weigher,
    as_it_stands,
    equal_ones,
    fills_of,
    question_of,
    shown,
)
from filrouge.engines.claims import Clusters, Templates
from filrouge.engines.plain_words import known_words
from filrouge.engines.sight import Sight
from filrouge.engines.stored import Shared

if TYPE_CHECKING:
    from filrouge.corpus.reading import Words

CLAIMING: Final = 8
"""Clusters of the nearest ads that may claim a question as theirs."""
WEIGHED: Final = 24
"""Texts that are opened and weighed for a question."""
SENTENCE: Final = KEPT
"""Words of a question that is taken to be a piece of an ad."""
FRAGMENT: Final = 2 * KEPT
"""Words of one that is taken to be a piece if no ad that was found by runs holds half of it."""
FEW: Final = 8
"""Texts that are weighed because they hold the words of such a piece; they tie if they save half of it."""
LISTED: Final = 60_000
"""Entries of the lists of its words that are looked at for them, those of the rarest words first."""
PHRASES_LOOKED_AT: Final = 2_000
"""Ads that hold all words of a phrase and are opened to see whether they hold it as such; the newest ones."""
TELLING: Final = 5.0
"""An identifier that more than 1 ad in 2**this carries, a switchboard's, puts no ad before others."""
MOST_CARRIERS: Final = 10_000
"""Ads that carry an identifier and are looked at; the newest ones."""
MOST_TIMES: Final = 16
"""So many times more entries of lists are read at most, for who sees only some of the ads."""
Read = TypeVar("Read")
_PHRASE: Final = re.compile(r'"([^"]+)"')


class SearchIndex:
    """A workspace's index, opened: one reader, fixed to what its view holds.

    Args:
        ws: the workspace, as of now or of a past day.
        segments: of its index; what they hold beyond the view is not seen.
        rarity: of runs, as the index has learned it.
        prices: what words cost a stranger, from the last run; by rarity if there is none.
        clusters, templates: of the last run, if there was one.
        cut: bits that tie two ads, from the last run; if there was none, as many as chance reaches among so many ads.
        among: bool, by ad number: the ads that may be seen; all if None. Others neither appear nor count, and push
            nothing out.
    """

    def __init__(
        self,
        ws: Workspace,
        segments: Sequence[Segment],
        *,
        rarity: Rarity,
        prices: Prices | None = None,
        clusters: Clusters | None = None,
        templates: Templates | None = None,
        cut: float | None = None,
        among: np.ndarray | None = None,
    ) -> None:
        self._ws, self._segments = ws, list(segments)
        self._sight = Sight(ws, self._segments, among)
        self._rarity, self.prices = rarity, prices or rarity
        self._clusters, self._templates = clusters, templates
        self._vocabulary = known_words(ws)
        self.ads = self._sight.ads
        # Of lists that hold mostly what is not seen, more is read.
        self._times = min(max(self._sight.held // max(self.ads, 1), 1), MOST_TIMES)
        cut = Reach(0.0, 0.0, self.ads).pair if cut is None else cut
        self.cuts = Cuts(cut, cut)

    def nearest(self, text: str, top: int = 10) -> list[Near]:
        """The ads nearest to a text, best first.

        An ad is near by its words (bits saved when it is written with the text beside it) or by an identifier that
        the text names. Ads with just these words come first, then those with an identifier, then by bits.
        """
        return self.shown(self.ranked(self.question(text), top), top)

    def near_ads(self, ad: int, top: int = 10) -> list[Near]:
        """The ads nearest to a held one, which is left out; none if it can't be read."""
        return self.shown(self.beside(ad, top), top)

    def beside(self, ad: int, top: int = 10) -> Ranked:
        """The ads nearest to a held one, ranked and not yet opened; at least `top`, if there are so many."""
        visible = self._sight.of(np.array([ad], np.int64))
        opened = self._opened(visible)
        fills = frozenset(fill for one in self._fills(visible) for fill in one if fill)
        question = Question(opened.keys[opened.words], (), np.zeros(0, np.uint64), fills)
        ranked = self.ranked(question, top + 1)
        return ranked.at(ranked.ads != ad)

    def by_identifier(self, text: str, top: int = 10) -> list[Near]:
        """The ads that carry an identifier of the text, those with the rarest first, then the newest."""
        return self.shown(self.carrying(text), top)

    def carrying(self, text: str) -> Ranked:
        """All ads that carry an identifier of the text, in that order, not yet opened."""
        question = self.question(text)
        if not question.kinds:
            question = Question(question.keys, *as_it_stands(text, self._ws.pepper))
        shared = self._holders(question)
        ads = np.array(sorted(shared, key=lambda ad: (-max(s.bits for s in shared[ad]), -ad)), np.int64)
        return self._unweighed(question, ads, shared)

    def by_words(self, text: str, top: int = 10, every: bool = True) -> list[Near]:
        """The ads that hold all words of the text, the newest first; see `holding`."""
        return self.shown(self.holding(text, top, every), top)

    def holding(self, text: str, top: int = 10, every: bool = True) -> Ranked:
        """The ads that hold all words of the text, the newest first, not yet opened.

        Args:
            text: words; those in "double quotes" must stand so, one after another.
            top: at least so many, if there are.
            every: False: some of the words are enough, and ads with more of them, and rarer ones, come first.
        """
        question = self.question(text)
        words = question.words
        if every:
            found = self._sight.texts(holding_all(self._segments, words))
        else:
            found = self._sight.best(holding_some(self._segments, words), max(4 * top, 1_000))
        phrases = [self.question(phrase).keys for phrase in _PHRASE.findall(text)]
        order = np.lexsort((-found.ad, -found.score))
        ads: list[int] = []
        for some in np.array_split(order, max(1, -(-order.size // 512))):
            ads += [ad for k in some.tolist() for ad in self._sight.group(found, k).tolist()]
            if len(ads) >= (PHRASES_LOOKED_AT if phrases else top):
                break
        kept = np.array(ads, np.int64)
        if phrases:
            kept = self._with_phrases(kept[:PHRASES_LOOKED_AT], phrases)
        return self._unweighed(question, kept, {})

    def these(self, ads: Int64Array) -> Ranked:
        """Some ads as they are given, as what a question led to that was asked elsewhere."""
        return self._unweighed(Question(np.zeros(0, np.uint64), (), np.zeros(0, np.uint64)), ads, {})

    def question(self, text: str) -> Question:
        """A text as the index sees it."""
        return question_of(text, self._ws.pepper, self._vocabulary)

    def ranked(self, question: Question, top: int = 10) -> Ranked:
        """The ads that a question leads to, best first: at least `top`, if there are so many."""
        shared = self._holders(question)
        telling = [ad for ad, found in shared.items() if max(s.bits for s in found) >= TELLING]
        weighed = Weighed(Weigher(question.keys, self.prices, question.fills))
        self._weigh_texts(weighed, question)
        self._weigh_those_it_may_be_of(weighed, question)
        claimed = self._claimed(weighed)
        if self._clusters is not None and self._tied(weighed, claimed).sum() < top:
            self._weigh(weighed, self._of_clusters(weighed, claimed, 2 * top))
        # Who carries what the question names comes first, whatever the bits are: so they are not weighed.
        weighed.add(sorted(telling, reverse=True)[: 2 * top], -1.0, False, 0.0)
        ads, bits, equal = weighed.ads, weighed.bits, weighed.equal
        carried = [max((s.bits for s in shared.get(ad, ())), default=0) for ad in ads.tolist()]
        strength = np.maximum(bits, carried)
        named, tied = np.isin(ads, telling), self._tied(weighed, claimed)
        order = np.lexsort((ads, -strength, ~tied, ~named, ~equal))
        order = order[(strength[order] > 0) | equal[order]]
        return Ranked(ads[order], bits[order], equal[order], tied[order], shared, claimed, weighed.weigher)

    def decide_by(self, reached: tuple[Reach, Reach] | None) -> None:
        """Tie what saves more than 1 in 100 strangers reaches with the ad, or the template, most like them."""
        if reached is None:
            return
        self.cuts = replace(self.cuts, near=max(reached[0].pair, self.cuts.plain))
        if self._templates is not None:
            self._templates.needed = reached[1].pair

    def as_stranger(self, ad: int, model: LanguageModel) -> tuple[float, float] | None:
        """What a held ad, which nothing ties, reaches with the ad and the template most like it.

        It is asked as if it came from outside and had never been seen. Who shares half of all there is to say is no
        stranger, but a copy that was not found. None if it has no words.
        """
        opened = self._opened(np.array([ad], np.int64))
        if not opened.words.size:
            return None
        question = Question(opened.keys[opened.words], (), np.zeros(0, np.uint64))
        weigher = Weigher(question.keys, Without(model, question.keys))
        weighed = Weighed(weigher)
        self._weigh_texts(weighed, question)
        own = max(weigher.alone, 1.0)
        bits = weighed.bits
        near = bits[bits < HALF * np.maximum(own, weighed.whole)].max(initial=0.0)
        _clusters, saved, cost = self._saving(weighed)
        return float(near), float(saved[saved < HALF * np.minimum(own, cost)].max(initial=0.0))

    def _unweighed(
        self, question: Question, ads: Int64Array, shared: dict[int, tuple[Shared, ...]]
    ) -> Ranked:
        no = np.zeros(ads.size, bool)
        bits = np.full(ads.size, -1, np.float32)
        return Ranked(ads, bits, no, no, shared, -1, Weigher(question.keys, self.prices, question.fills))

    def _weigh_texts(self, weighed: Weighed, question: Question) -> None:
        """Weigh the texts that share most with the question, and those that are equal to it."""
        if not question.keys.size:
            return
        same = self._sight.best(equal_texts(self._segments, question.whole, self._times), WEIGHED)
        near = sharing_runs(self._segments, *question.runs(self._rarity), self._times)
        self._weigh_groups(weighed, question, same, self._sight.best(near, WEIGHED))

    def _weigh_those_it_may_be_of(self, weighed: Weighed, question: Question) -> None:
        """Weigh the texts that a short question may be a piece of: the index may keep other runs of them."""
        words = question.keys.size
        if not 0 < words <= FRAGMENT:
            return
        half = HALF * weighed.weigher.full
        if words <= SENTENCE or weighed.bits.max(initial=0.0) < half:
            held = holding_some(self._segments, question.words, self._times * LISTED)
            # A piece made of stock words saves less than chance does among so many ads, however much of it an ad holds.
            least = min(half, float(np.log2(max(self.ads, 1))))
            self._weigh_groups(weighed, question, self._sight.best(held, FEW), least=least, ties=half)

    def _weigh_groups(
        self,
        weighed: Weighed,
        question: Question,
        *texts: Texts,
        least: float = -np.inf,
        ties: float = -np.inf,
    ) -> None:
        """Weigh texts, each for all ads that have it; keep those that save `least` bits, as slight below `ties`."""
        groups = [self._sight.group(some, k) for some in texts for k in range(len(some))]
        if not groups:
            return
        # One ad speaks for all that have its text: the first that may be seen.
        speaks = np.unique([group[0] for group in groups])
        opened = self._opened(speaks)
        found = dict(zip(opened.ad.tolist(), weighed.weigher.bits(opened).tolist(), strict=True))
        alike = dict(zip(opened.ad.tolist(), equal_ones(question.keys, opened).tolist(), strict=True))
        for group in groups:
            first = int(group[0])
            bits = found.get(first)
            if bits is not None and bits >= least:
                if bits < ties:
                    weighed.weigher.slight.update(np.setdiff1d(group, weighed.ads).tolist())
                weighed.add(group.tolist(), bits, alike[first], weighed.weigher.whole(first))

    def _weigh(self, weighed: Weighed, ads: Int64Array) -> None:
        """Weigh more ads."""
        more = np.setdiff1d(self._sight.of(ads), weighed.ads)
        if more.size:
            opened = self._opened(more)
            bits, alike = weighed.weigher.bits(opened), equal_ones(weighed.weigher.question, opened)
            for ad, saved, same in zip(opened.ad.tolist(), bits.tolist(), alike.tolist(), strict=True):
                weighed.add((ad,), saved, same, weighed.weigher.whole(ad))

    def _tied(self, weighed: Weighed, claimed: int) -> np.ndarray:
        """bool, which of the weighed ads are tied to the question, by themselves or by their cluster."""
        tied = weighed.weigher.tied(weighed.ads, weighed.bits, weighed.whole, self.cuts)
        if claimed >= 0 and self._clusters is not None:
            tied |= self._clusters.of(weighed.ads) == claimed
        return tied

    def _claimed(self, weighed: Weighed) -> int:
        """The cluster that the question belongs to, among those of the ads that are nearest; -1 for none."""
        if self._templates is None:
            return -1
        clusters, saved, _cost = self._saving(weighed)
        return self._templates.claiming(clusters, saved)

    def _saving(self, weighed: Weighed) -> tuple[Int64Array, Float32Array, NDArray[np.float64]]:
        """The clusters of the ads that are nearest, what their templates save the question, and cost themselves."""
        none = np.zeros(0, np.float32)
        if self._clusters is None or self._templates is None or not weighed.ads.size:
            return np.zeros(0, np.int64), none, np.zeros(0)
        best = np.argsort(-weighed.bits, kind="stable")
        best = best[~np.isin(weighed.ads[best], list(weighed.weigher.slight))]
        near = self._clusters.of(weighed.ads[best])
        near = np.array(list(dict.fromkeys(near[near >= 0].tolist()))[:CLAIMING], np.int64)
        clusters, models, cost = self._templates.of(near)
        return clusters, weighed.weigher.written_with(models) if models else none, cost

    def _opened(self, ads: Int64Array) -> Words:
        """The words of those of the ads, which ascend, that can be read still."""
        return self._read(Workspace.words, ads)

    def _of_clusters(self, weighed: Weighed, claimed: int, most: int) -> Int64Array:
        """Members of the clusters of the tied ads: of the one that claims the question, and then of the best ad's."""
        assert self._clusters is not None
        tied = np.flatnonzero(self._tied(weighed, claimed))
        best = tied[np.argsort(-weighed.bits[tied], kind="stable")]
        near = self._clusters.of(weighed.ads[best])
        order = dict.fromkeys([claimed, *near.tolist()])
        members = [self._clusters.members(cluster, most) for cluster in order if cluster >= 0]
        return np.concatenate([*members, np.zeros(0, np.int64)])[:most]

    def _holders(self, question: Question) -> dict[int, tuple[Shared, ...]]:
        """The ads that carry an identifier of the question, and which."""
        out: dict[int, tuple[Shared, ...]] = {}
        found = carriers(self._segments, question.pseudonyms) if question.kinds else []
        for kind, pseudonym, ads in zip(question.kinds, question.pseudonyms.tolist(), found, strict=True):
            seen = self._sight.of(ads)
            bits = round(float(np.log2(max(self.ads, 1) / max(seen.size, 1))), 1)
            one = Shared(kind, f"{pseudonym:016x}", int(seen.size), bits)
            # Of a switchboard's thousands the newest are enough.
            for ad in seen[-MOST_CARRIERS:].tolist():
                out[ad] = (*out.get(ad, ()), one)
        return out

    def shown(self, ranked: Ranked, top: int) -> list[Near]:
        """The first of what was ranked, opened, in the clear."""
        ads = ranked.ads[:top]
        if not ads.size:
            return []
        clusters: dict[int, int] = {}
        if self._clusters is not None:
            clusters = dict(zip(ads.tolist(), self._clusters.of(ads).tolist(), strict=True))
        hits = shown(ranked.weigher, self._glimpse(ads), ranked.shared, clusters, self.cuts, ranked.claimed)
        place = {hit.ad: k for k, hit in enumerate(hits)}
        return [hits[place[ad]] for ad in ads.tolist() if ad in place]

    def _fills(self, ads: Int64Array) -> Iterator[list[str]]:
        """What stands in the slots of some ads, word by word."""
        if ads.size:
            seen = self._glimpse(ads)
            offsets, tokens = seen.tokens.offsets.tolist(), seen.tokens
            for row, first, past in zip(seen.rows, offsets, offsets[1:], strict=False):
                here = slice(first, past)
                yield fills_of(row["text"], tokens.start[here], tokens.end[here], tokens.kind[here])

    def _glimpse(self, ads: Int64Array) -> Glimpse:
        """Those of the ads that can be read still, in the clear."""
        return self._read(glimpse, ads)

    def _read(self, read: Callable[[Workspace, Int64Array], Read], ads: Int64Array) -> Read:
        """What is read of those of the ads that can be read still."""
        try:
            return read(self._ws, ads)
        except (UnknownAdNumber, KeyDestroyed, DamagedPack):
            # Destroyed since the index was opened.
            now = self._ws.refreshed()
            return read(now, ads[np.isin(ads, now.ads(["ad"])["ad"].to_numpy())])

    def _with_phrases(self, ads: Int64Array, phrases: Sequence[UInt64Array]) -> Int64Array:
        """Those of the ads that hold all phrases, in their order."""
        opened = self._opened(np.sort(ads))
        held = []
        for k in range(opened.ad.size):
            keys = opened.keys[opened.words[opened.offsets[k] : opened.offsets[k + 1]]]
            if all(_holds(keys, phrase) for phrase in phrases):
                held.append(int(opened.ad[k]))
        return ads[np.isin(ads, held)]


def _holds(keys: UInt64Array, phrase: UInt64Array) -> bool:
    n = phrase.size
    return any(np.array_equal(keys[k : k + n], phrase) for k in range(keys.size - n + 1))
