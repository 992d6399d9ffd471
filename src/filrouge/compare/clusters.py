"""Clusters: ads that are cheaper to write with one template than alone.

Pairs only suggest where to look. Labels spread along strong pairs (which, unlike connected
components, does not chain two groups through one ad that holds both texts), each group gets
its consensus, and then every ad near it is weighed against that consensus, which keeps what
noise took from any single pair. An ad stays only while the template saves it more bits than
strangers reach by chance among that many ads.

Source: label propagation, Raghavan, Albert & Kumara (Phys. Rev. E 76, 2007); the expected
number of chance alignments as in Karlin & Altschul (PNAS 87, 1990).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from filrouge.compare.align import pair_bits
from filrouge.compare.candidates import candidate_pairs
from filrouge.compare.consensus import Consensus, consensus
from filrouge.compare.copies import nearly_equal_pairs
from filrouge.compare.labels import HALF, Pairs, best_candidates, near_clusters, neighbourhoods, united
from filrouge.compare.reach import Reach, strangers_reach, templates_reach, whole_bits
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.strangers import Corpus, prices, voices_of

KEPT = 12
"""Candidates of an ad that are compared exactly: those that most runs propose."""
FAR_LESS = 8
"""A pair that is proposed so many times less often than other pairs of both its ads is not compared."""
ROUNDS = 2


@dataclass(frozen=True)
class Clustering:
    """Which cluster each text is in, and what ties it there.

    Attributes:
        label: int32, shape (texts,); -1 for a text that nothing ties.
        bits: float32, shape (texts,): saved by the cluster's template, 0 for those.
        templates: per label its consensus.
        price: float32, shape (words,): what each word would cost a stranger.
        pairs: the pairs of texts that were compared exactly, int32, shape (pairs, 2).
        exact_bits: float32, shape (pairs,): bits between them.
        cut: bits that tie two ads: of such ties one in `ONE_IN` is between strangers.
    """

    label: Int32Array
    bits: Float32Array
    templates: list[Consensus]
    price: Float32Array
    pairs: Int32Array
    exact_bits: Float32Array
    cut: float


def _first_prices(corpus: Corpus) -> Float32Array:
    """Prices before any cluster is known: a third of the rarity of the three words that end here.

    A conditional price would make a template's own repetitions cheap; a third, because each
    word takes part in three runs.
    """
    everyone = np.arange(corpus.ads, dtype=np.int32)
    df = voices_of(corpus.triples, corpus.offsets, everyone, everyone, corpus.sizes[2])
    rarity = np.log2(max(corpus.ads, 2) / np.maximum(df, 1)).astype(np.float32) / np.float32(3)
    return np.where(corpus.said, rarity[corpus.triples], np.float32(0)).astype(np.float32)


def _compact(label: Int32Array, sizes: Int64Array) -> Int32Array:
    """The same clusters, numbered from 0 in the order of their first text; of one ad alone becomes -1."""
    counts = np.bincount(label[label >= 0], sizes[label >= 0], minlength=1)
    alone = (label < 0) | (counts[np.maximum(label, 0)] < 2)
    out = np.full(label.size, -1, np.int32)
    kept = label[~alone]
    if kept.size:
        unique, first, inverse = np.unique(kept, return_index=True, return_inverse=True)
        rank = np.empty(unique.size, np.int32)
        rank[np.argsort(first)] = np.arange(unique.size, dtype=np.int32)
        out[~alone] = rank[inverse]
    return out


def _members(label: Int32Array) -> list[Int32Array]:
    order = np.argsort(label, kind="stable").astype(np.int32)
    order = order[label[order] >= 0]
    if not order.size:
        return []
    return np.split(order, np.cumsum(np.bincount(label[order]))[:-1])


def find_clusters(corpus: Corpus, sizes: Int64Array, threads: int = 1) -> Clustering:
    """Cluster all texts; see the module's text for how.

    Args:
        corpus: the different texts.
        sizes: int64, shape (texts,): how many ads have each.
        threads: how many threads to use; the result is the same.
    """
    n = corpus.ads
    reach = among = Reach(0.0, 0.0, int(sizes.sum()))
    cut = chance = reach.pair
    with ThreadPoolExecutor(min(threads, 2)) as pool:
        copied = pool.submit(nearly_equal_pairs, corpus)
        first, second, times = pool.submit(candidate_pairs, corpus).result()
        copies = copied.result()
    chosen = best_candidates(first, second, times, n, KEPT, FAR_LESS)
    first, second, times = first[chosen], second[chosen], times[chosen]
    price = _first_prices(corpus)
    close = _close_pairs(corpus, price, first, second, cut, threads).with_others(*copies)
    first, second, times = _with_copies(first, second, times, copies[0], copies[1])
    degree = np.bincount(close.first, close.weight, n) + np.bincount(close.second, close.weight, n)
    label = np.full(n, -1, np.int32)
    all_begins, all_neighbours, all_times = neighbourhoods(n, first, second, times)

    writers = _Templates(corpus, degree, threads)
    for turn in range(ROUNDS):
        free = label < 0
        if turn:
            # What the last round left over may be clusters of its own, by prices that are better known now.
            left = free[first] & free[second]
            close = _close_pairs(corpus, price, first[left], second[left], chance, threads)
        label = _compact(np.where(free, close.labels() + n, label).astype(np.int32), sizes)
        price = _prices_of(corpus, label, threads)
        writers.weigh_again()
        templates, own = writers.of(label, price, cut)
        merged = _compact(_merge(corpus, label, templates, all_begins, all_neighbours, cut, threads), sizes)
        if not np.array_equal(merged, label):
            label = merged
            # Words that both parts had are dearer now. Other clusters hardly notice and keep their weights.
            price = _prices_of(corpus, label, threads)
            templates, own = writers.of(label, price, cut)
        reach = strangers_reach(corpus, price, label, sizes, all_begins, all_neighbours, threads)
        cut = reach.pair
        near = near_clusters(all_begins, all_neighbours, all_times, label, 3)
        ads = _ads_of(label, sizes, len(templates))
        if ads.size:
            # Whom no run proposes to anybody may follow the template that made its words too common.
            near[near[:, 0] < 0, 0] = np.argmax(ads)
        saved = _near_bits(corpus, price, label, templates, near, threads)
        among = templates_reach(corpus, price, near, saved, templates, reach)
        needed = _needed(own, label, ads, reach, among)
        label = _compact(_assign(label, own, near, saved, needed), sizes)
    price = _prices_of(corpus, label, threads)
    writers.weigh_again()
    templates, own = writers.of(label, price, cut)
    label = _paying(label, own, templates, sizes, reach, among)
    kept = np.unique(label[label >= 0])
    templates = [templates[k] for k in kept]
    label = np.where(label >= 0, np.searchsorted(kept, label), -1).astype(np.int32)
    own = np.where(label >= 0, own, 0).astype(np.float32)
    pairs = np.stack([first, second], axis=1)
    inside = (label[first] >= 0) & (label[first] == label[second])
    exact = np.zeros(first.size, np.float32)
    exact[inside] = pair_bits(first[inside], second[inside], corpus.words, price, corpus.offsets, threads)
    return Clustering(label, own, templates, price, pairs, exact, cut)


def _close_pairs(
    corpus: Corpus, price: Float32Array, first: Int32Array, second: Int32Array, cut: float, threads: int
) -> Pairs:
    """Those of the pairs that save more than `cut`, weighed by the part that is explained of both.

    An ad that holds two templates is so no centre of either.
    """
    bits = pair_bits(first, second, corpus.words, price, corpus.offsets, threads)
    whole = whole_bits(corpus, price)
    share = (bits / np.maximum(whole[first], whole[second])).astype(np.float32)
    strong = bits > cut
    return Pairs(first[strong], second[strong], share[strong], corpus.ads)


def _with_copies(
    first: Int32Array, second: Int32Array, times: Int32Array, one: Int32Array, other: Int32Array
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """The candidates and those pairs of copies that are not among them, sorted by pair."""
    known = first.astype(np.int64) << 32 | second
    new = np.setdiff1d(one.astype(np.int64) << 32 | other, known, assume_unique=True)
    keys = np.concatenate([known, new])
    order = np.argsort(keys, kind="stable")
    weights = np.concatenate([times, np.full(new.size, KEPT, np.int32)])[order]
    return (keys[order] >> 32).astype(np.int32), (keys[order] & 0xFFFFFFFF).astype(np.int32), weights


class _Templates:
    """The consensus of each cluster; what was found before is not sought again.

    Clusters that were seen before with the same members keep their words, and are only weighed
    again when that is asked for.
    """

    def __init__(self, corpus: Corpus, degree: np.ndarray, threads: int) -> None:
        self._corpus, self._degree, self._threads = corpus, degree, threads
        self._known: dict[bytes, Consensus] = {}
        self._weighed: dict[bytes, Consensus] = {}
        self._price = np.zeros(0, np.float32)

    def weigh_again(self) -> None:
        """Weigh every cluster anew at the prices to come."""
        self._weighed = {}

    def of(self, label: Int32Array, price: Float32Array, cut: float) -> tuple[list[Consensus], Float32Array]:
        """The consensus of each cluster, begun at its best connected member, and what it saves each ad."""
        self._price = price
        groups = _members(label)

        def share(part: list[Int32Array]) -> list[Consensus]:
            head = np.full(self._corpus.sizes[0], -1, np.int32)
            return [self._consensus(members, cut, head) for members in part]

        with ThreadPoolExecutor(self._threads) as pool:
            parts = list(pool.map(share, (groups[k :: self._threads] for k in range(self._threads))))
        templates = [parts[k % self._threads][k // self._threads] for k in range(len(groups))]
        own = np.zeros(self._corpus.ads, np.float32)
        for members, found in zip(groups, templates, strict=True):
            own[members] = found.bits
        return templates, own

    def _consensus(self, members: Int32Array, cut: float, head: Int32Array) -> Consensus:
        name = members.tobytes()
        if name in self._weighed:
            return self._weighed[name]
        if name in self._known:
            words, rounds = self._known[name].words, 0
        else:
            start = members[int(np.argmax(self._degree[members]))]
            words = self._corpus.words[self._corpus.offsets[start] : self._corpus.offsets[start + 1]]
            rounds = 2
        found = consensus(self._corpus, self._price, members, words, head, cut, rounds)
        self._known[name] = self._weighed[name] = found
        return found


def _ads_of(label: Int32Array, sizes: Int64Array, found: int) -> np.ndarray:
    """How many ads each cluster has."""
    return np.bincount(label[label >= 0], sizes[label >= 0], minlength=found)


@dataclass(frozen=True)
class _Needed:
    """Bits that tie an ad to each cluster.

    Attributes:
        whole: for an ad that holds at least half of what the middle member holds.
        half: of what the middle member holds.
        part: for an ad that holds less: as much as ties two single ads.
    """

    whole: np.ndarray
    half: np.ndarray
    part: float

    def by(self, saved: np.ndarray, cluster: Int32Array) -> np.ndarray:
        """Bits needed by ads that a cluster's template saves so much."""
        at = np.maximum(cluster, 0)
        needed: np.ndarray = np.where(
            saved < self.half[at], np.maximum(self.part, self.whole[at]), self.whole[at]
        )
        return needed


def _needed(own: Float32Array, label: Int32Array, ads: np.ndarray, reach: Reach, among: Reach) -> _Needed:
    """What each cluster of so many ads needs."""
    order = np.lexsort((own, label))
    order = order[label[order] >= 0]
    counts = np.bincount(label[order], minlength=ads.size)
    middle = np.cumsum(counts) - counts + np.maximum(counts - 1, 0) // 2
    return _Needed(among.needed(ads), HALF * own[order][middle], reach.pair)


def _paying(
    label: Int32Array,
    own: Float32Array,
    templates: list[Consensus],
    sizes: Int64Array,
    reach: Reach,
    among: Reach,
) -> Int32Array:
    """Without the ads that their template does not save enough, and the clusters that do not pay for it.

    A template has to be written once; what its members save above that must be more than
    strangers reach.
    """
    found = len(templates)
    if not found:
        return label
    needed = _needed(own, label, _ads_of(label, sizes, found), reach, among)
    stays = (label >= 0) & (own > needed.by(own, label))
    kept = np.where(stays, label, -1).astype(np.int32)
    ads = _ads_of(kept, sizes, found)
    saved = np.bincount(kept[stays], own[stays] * sizes[stays], found)
    cost = np.array([float(template.price.sum()) for template in templates])
    pays = (ads >= 2) & (saved - cost > reach.pair)
    return np.where(stays & pays[np.maximum(kept, 0)], kept, -1).astype(np.int32)


def _prices_of(corpus: Corpus, label: Int32Array, threads: int) -> Float32Array:
    """The prices when each cluster is one voice, and each ad alone is one."""
    n = corpus.ads
    return prices(corpus, np.where(label >= 0, label, np.arange(n) + n).astype(np.int32), threads)


def _near_bits(
    corpus: Corpus,
    price: Float32Array,
    label: Int32Array,
    templates: list[Consensus],
    near: Int32Array,
    threads: int,
) -> Float32Array:
    """What each near template but its own saves each ad: float32, the shape of `near`."""
    saved = np.zeros(near.shape, np.float32)
    # Templates and ads end to end, so that a template is the first text of a pair and an ad the second.
    count = len(templates)
    words = np.concatenate([*(template.words for template in templates), corpus.words])
    costs = np.concatenate([*(template.price for template in templates), price])
    sizes = np.concatenate([[template.words.size for template in templates], np.diff(corpus.offsets)])
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    for k, column in enumerate(near.T):
        asked = np.flatnonzero((column >= 0) & (column != label)).astype(np.int32)
        asked = asked[np.argsort(column[asked], kind="stable")]
        saved[asked, k] = pair_bits(column[asked], asked + np.int32(count), words, costs, offsets, threads)
    return saved


def _assign(
    label: Int32Array, own: Float32Array, near: Int32Array, saved: Float32Array, needed: _Needed
) -> Int32Array:
    """The label of the near template that saves each ad most, or none where none saves enough.

    A member stays for half of what a newcomer needs: a copy that was let go too early would
    speak as a stranger, and make the words of its own template look common. `_paying` has the
    last word.
    """
    if not needed.whole.size:
        return label
    stays = (label >= 0) & (own > needed.by(own, label) / 2)
    enough = np.where((near >= 0) & (saved > needed.by(saved, near)), saved, 0)
    best = enough.argmax(axis=1)[:, None]
    most = np.take_along_axis(enough, best, 1)[:, 0]
    nearest = np.take_along_axis(near, best, 1)[:, 0]
    new: Int32Array = np.where(most > np.where(stays, own, 0), nearest, np.where(stays, label, -1))
    return new


def _merge(
    corpus: Corpus,
    label: Int32Array,
    templates: list[Consensus],
    begins: Int64Array,
    neighbour: Int32Array,
    cut: float,
    threads: int,
) -> Int32Array:
    """Join clusters whose templates are one: either explains at least half of the other."""
    count = len(templates)
    if count < 2:
        return label
    source = np.repeat(np.arange(corpus.ads), np.diff(begins))
    a, b = label[source], label[neighbour]
    across = (a >= 0) & (b > a)
    keys = np.unique(a[across].astype(np.int64) << 32 | b[across])
    if not keys.size:
        return label
    sizes = np.array([t.words.size for t in templates])
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    flat = np.concatenate([t.words for t in templates])
    cost = np.concatenate([t.price for t in templates])
    first, second = (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
    forth = pair_bits(first, second, flat, cost, offsets, threads)
    whole = np.bincount(np.repeat(np.arange(count), sizes), cost, count)
    least = np.minimum(whole[first], whole[second])
    same = (forth > cut) & (forth > HALF * least)
    root = united(np.arange(count), first[same].astype(np.int64), second[same].astype(np.int64))
    return np.where(label >= 0, root[np.maximum(label, 0)], -1).astype(np.int32)
