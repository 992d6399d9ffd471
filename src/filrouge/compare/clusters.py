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

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from filrouge.compare.align import pair_bits
from filrouge.compare.belonging import ads_of, assign, needed_bits, paying
from filrouge.compare.joining import KEPT, close_pairs, compact, merged, with_copies
from filrouge.compare.labels import near_clusters, neighbourhoods
from filrouge.compare.models import ModelBook, Models
from filrouge.compare.reach import Reach, strangers_reach, templates_reach, whole_bits
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.stages import Stages, Threads
from filrouge.compare.strangers import Corpus, PriceBook, count_voices, first_prices

FAR_LESS = 8
"""A pair that is proposed so many times less often than other pairs of both its ads is not compared."""
ROUNDS = 2


NEAR_SAMPLE = 200_000
"""Texts at most by which it is measured what foreign templates reach."""


@dataclass(frozen=True)
class Clustering:
    """Which cluster each text is in, and what ties it there.

    Attributes:
        label: int32, shape (texts,); -1 for a text that nothing ties.
        bits: float32, shape (texts,): saved by the cluster's template, 0 for those.
        templates: per label its consensus.
        price: float32, shape (words,): what each word would cost a stranger.
        first, second: int32, shape (pairs,): the pairs of texts that were looked at, sorted.
        cut: bits that tie two ads: of such ties one in `ONE_IN` is between strangers.
        reach: what strangers reach with each other; among: with templates.
        corpus: the texts.
        threads: how many threads to use for what is asked later.
    """

    label: Int32Array
    bits: Float32Array
    templates: Models
    price: Float32Array
    first: Int32Array
    second: Int32Array
    cut: float
    reach: Reach
    among: Reach
    corpus: Corpus
    threads: int = 1

    @property
    def pairs(self) -> Int32Array:
        """The pairs of texts that were looked at: int32, shape (pairs, 2)."""
        return np.stack([self.first, self.second], axis=1)

    @cached_property
    def exact_bits(self) -> Float32Array:
        """Bits between the texts of each pair, float32, shape (pairs,); 0 for a pair of two clusters.

        Worked out when they are first asked for: of millions of ads nobody wants all.
        """
        first, second = self.first, self.second
        inside = (self.label[first] >= 0) & (self.label[first] == self.label[second])
        exact = np.zeros(first.size, np.float32)
        exact[inside] = pair_bits(
            first[inside], second[inside], self.corpus.words, self.price, self.corpus.offsets, self.threads
        )
        return exact


def find_clusters(
    corpus: Corpus, sizes: Int64Array, threads: int = 1, stages: Stages | None = None
) -> Clustering:
    """Cluster all texts; see the module's text for how.

    Args:
        corpus: the different texts.
        sizes: int64, shape (texts,): how many ads have each.
        threads: how many threads to use; the result is the same.
        stages: who does the steps that can be shared; these threads if not given. The result is the same.
    """
    stages = stages or Threads(threads)
    n = corpus.ads
    reach = among = Reach(0.0, 0.0, int(sizes.sum()))
    cut = chance = reach.pair
    voices = count_voices(corpus, None, threads)
    first, second, times = stages.candidates(corpus, KEPT, FAR_LESS, voices.triples)
    copies = stages.copies(corpus)
    price = first_prices(corpus, voices, threads)
    del voices
    close = close_pairs(corpus, price, first, second, cut, stages).with_others(*copies)
    first, second, times = with_copies(first, second, times, copies[0], copies[1])
    del copies
    degree = np.bincount(close.first, close.weight, n) + np.bincount(close.second, close.weight, n)
    label = np.full(n, -1, np.int32)
    spread = close.labels()
    del close
    begins, neighbours, votes = neighbourhoods(n, first, second, times)
    del times

    book, price_book = ModelBook(corpus, degree, stages), PriceBook(corpus, threads)
    for turn in range(ROUNDS):
        free = label < 0
        if turn:
            # What the last round left over may be clusters of its own, by prices that are better known now.
            left = free[first] & free[second]
            spread = close_pairs(corpus, price, first[left], second[left], chance, stages).labels()
        label = compact(np.where(free, spread + n, label).astype(np.int32), sizes)
        price = price_book.of(label)
        book.weigh_again()
        models = book.of(label, price, cut)
        joined = compact(merged(label, models, begins, neighbours, cut, threads), sizes)
        if not np.array_equal(joined, label):
            label = joined
            # Words that both parts had are dearer now. Other clusters hardly notice and keep their weights.
            price = price_book.of(label)
            models = book.of(label, price, cut)
        reach = strangers_reach(corpus, price, label, sizes, begins, neighbours, threads)
        cut = reach.pair
        near = near_clusters(begins, neighbours, votes, label, 3, threads)
        label, among = belonging(corpus, price, label, models, near, sizes, reach, stages)
        label = compact(label, sizes)
    price = price_book.of(label)
    book.weigh_again()
    models = book.of(label, price, cut)
    own = models.by_text(n)
    label = paying(label, own, models, sizes, reach, among)
    kept = np.unique(label[label >= 0])
    label = np.where(label >= 0, np.searchsorted(kept, label), -1).astype(np.int32)
    own = np.where(label >= 0, own, 0).astype(np.float32)
    models = models.kept(kept.astype(np.int64))
    return Clustering(label, own, models, price, first, second, cut, reach, among, corpus, threads)


def belonging(
    corpus: Corpus,
    price: Float32Array,
    label: Int32Array,
    models: Models,
    near: Int32Array,
    sizes: Int64Array,
    reach: Reach,
    stages: Stages,
) -> tuple[Int32Array, Reach]:
    """Each ad's label when it goes to the template that saves it most, and what foreign templates reach.

    Args:
        corpus: all texts.
        price: bits per word, float32, shape (words,).
        label: int32, shape (texts,): which template each has now, -1 for none.
        models: the templates.
        near: int32, shape (texts, any): the templates near each text, -1 for none.
        sizes: int64, shape (texts,): how many ads have each text.
        reach: what strangers reach.
        stages: who weighs the ads against the templates.
    """
    n = corpus.ads
    own = models.by_text(n)
    ads = ads_of(label, sizes, len(models))
    if ads.size:
        # Whom no run proposes to anybody may follow the template that made its words too common.
        near[near[:, 0] < 0, 0] = np.argmax(ads)
    asked = np.arange(n, dtype=np.int32)
    if n > NEAR_SAMPLE:
        asked = np.sort(np.random.default_rng(1).permutation(n)[:NEAR_SAMPLE]).astype(np.int32)
    saved = stages.near_bits(corpus, price, label[asked], models, near[asked], texts=asked)
    among = templates_reach(
        whole_bits(corpus, price, stages.threads)[asked], near[asked], saved, models, reach
    )
    needed = needed_bits(own, label, ads, reach, among)
    if n > NEAR_SAMPLE:
        saved = stages.near_bits(corpus, price, label, models, near, floor=needed.floor(label, own, near))
    return assign(label, own, near, saved, needed), among
