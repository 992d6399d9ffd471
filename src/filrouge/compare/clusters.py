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

from filrouge.compare.belonging import ads_of, assign, needed_bits, paying
from filrouge.compare.joining import KEPT, close_pairs, compact, merged, with_copies
from filrouge.compare.labels import near_clusters, neighbourhoods
from filrouge.compare.models import ModelBook, Models
from filrouge.compare.reach import Reach, strangers_reach, templates_reach
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.stages import Stages, Threads
from filrouge.compare.strangers import Corpus, first_prices, prices_of_labels

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
        reach: what strangers reach with each other; among: with templates.
    """

    label: Int32Array
    bits: Float32Array
    templates: Models
    price: Float32Array
    pairs: Int32Array
    exact_bits: Float32Array
    cut: float
    reach: Reach
    among: Reach


def find_clusters(
    corpus: Corpus, sizes: Int64Array, threads: int = 1, stages: Stages | None = None
) -> Clustering:
    """Cluster all texts; see the module's text for how.

    Args:
        corpus: the different texts.
        sizes: int64, shape (texts,): how many ads have each.
        threads: how many threads to use; the result is the same.
        stages: who does the steps that can be shared; these threads if None. The result is the same.
    """
    stages = stages or Threads(threads)
    n = corpus.ads
    reach = among = Reach(0.0, 0.0, int(sizes.sum()))
    cut = chance = reach.pair
    with ThreadPoolExecutor(min(threads, 2)) as pool:
        copied = pool.submit(stages.copies, corpus)
        first, second, times = pool.submit(stages.candidates, corpus, KEPT, FAR_LESS).result()
        copies = copied.result()
    price = first_prices(corpus)
    close = close_pairs(corpus, price, first, second, cut, stages).with_others(*copies)
    first, second, times = with_copies(first, second, times, copies[0], copies[1])
    degree = np.bincount(close.first, close.weight, n) + np.bincount(close.second, close.weight, n)
    label = np.full(n, -1, np.int32)
    all_begins, all_neighbours, all_times = neighbourhoods(n, first, second, times)

    book = ModelBook(corpus, degree, stages)
    for turn in range(ROUNDS):
        free = label < 0
        if turn:
            # What the last round left over may be clusters of its own, by prices that are better known now.
            left = free[first] & free[second]
            close = close_pairs(corpus, price, first[left], second[left], chance, stages)
        label = compact(np.where(free, close.labels() + n, label).astype(np.int32), sizes)
        price = prices_of_labels(corpus, label, stages)
        book.weigh_again()
        models = book.of(label, price, cut)
        joined = compact(merged(label, models, all_begins, all_neighbours, cut, threads), sizes)
        if not np.array_equal(joined, label):
            label = joined
            # Words that both parts had are dearer now. Other clusters hardly notice and keep their weights.
            price = prices_of_labels(corpus, label, stages)
            models = book.of(label, price, cut)
        own = models.by_text(n)
        reach = strangers_reach(corpus, price, label, sizes, all_begins, all_neighbours, stages)
        cut = reach.pair
        near = near_clusters(all_begins, all_neighbours, all_times, label, 3)
        ads = ads_of(label, sizes, len(models))
        if ads.size:
            # Whom no run proposes to anybody may follow the template that made its words too common.
            near[near[:, 0] < 0, 0] = np.argmax(ads)
        saved = stages.near_bits(corpus, price, label, models, near)
        among = templates_reach(corpus, price, near, saved, models, reach)
        needed = needed_bits(own, label, ads, reach, among)
        label = compact(assign(label, own, near, saved, needed), sizes)
    price = prices_of_labels(corpus, label, stages)
    book.weigh_again()
    models = book.of(label, price, cut)
    own = models.by_text(n)
    label = paying(label, own, models, sizes, reach, among)
    kept = np.unique(label[label >= 0])
    label = np.where(label >= 0, np.searchsorted(kept, label), -1).astype(np.int32)
    own = np.where(label >= 0, own, 0).astype(np.float32)
    pairs = np.stack([first, second], axis=1)
    inside = (label[first] >= 0) & (label[first] == label[second])
    exact = np.zeros(first.size, np.float32)
    exact[inside] = stages.pair_bits(corpus, price, first[inside], second[inside])
    return Clustering(label, own, models.kept(kept.astype(np.int64)), price, pairs, exact, cut, reach, among)
