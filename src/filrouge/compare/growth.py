"""Clusters that grow: new ads are compared with all that is known, without comparing the known ads again.

What is known stands for itself by few texts: each cluster by its template, each ad that nothing ties by its own words.
New texts meet those with which they share telling runs (`meeting`). They join the template that saves them enough;
those left over, with the single ads that they met, may be clusters of their own. Then all clusters that were touched
are written anew with all their members, merged where their templates are one, and cut to the members that they pay
for, as in `clusters`: so what a day changes is decided as if all had come at once, by prices to which the day's words
are added (`language`).

Source: incremental templates by description length as in Vajiac et al., DeltaShield (ACM TKDD 2023), which keeps no
members and so cannot split or merge; here touched clusters are decided whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from filrouge.compare.belonging import Needed, ads_of, assign, halves, near_bits, paying
from filrouge.compare.candidates import candidate_pairs
from filrouge.compare.clusters import FAR_LESS, ROUNDS
from filrouge.compare.copies import nearly_equal_pairs
from filrouge.compare.joining import KEPT, close_pairs, compact, merged
from filrouge.compare.known import ALONE, NEW, Grown, State, Texts
from filrouge.compare.labels import near_clusters, neighbourhoods
from filrouge.compare.language import Ledger
from filrouge.compare.meeting import best_met, meetings
from filrouge.compare.models import Members, Models, best_connected, members_of, revise_models
from filrouge.compare.reach import Reach
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array
from filrouge.compare.stages import Threads
from filrouge.compare.strangers import Corpus, copy_slices, gathered, spread

NEAR = 3
"""Templates that are tried for each text."""
SETTLED = 8
"""A cluster of so many texts is written anew only when it has grown by a quarter."""
STEP = np.log(1.25)


def grow(texts: Texts, state: State, asked: np.ndarray, threads: int = 1) -> Grown:
    """Compare the texts that are asked about with all that are known.

    Args:
        texts: all different texts.
        state: what is known of them.
        asked: bool, shape (texts,): the texts that came, those that were alone and have more ads now, and all
            members of clusters that lost some.
        threads: how many to use; the result is the same.
    """
    return _Growth(texts, state, asked, threads).result()


class _Growth:
    def __init__(self, texts: Texts, state: State, asked: np.ndarray, threads: int) -> None:
        self.texts, self.before, self.threads = texts, state, threads
        self.label = np.where(state.label == NEW, ALONE, state.label).astype(np.int32)
        self.bits = state.bits.copy()
        self.models = Models(
            state.words, state.price, state.begins, Members(np.zeros(0, np.int32), np.zeros(1, np.int64)),
            np.zeros(0, np.float32),
        )  # fmt: skip
        ads = int(texts.sizes.sum())
        self.reach, self.among = replace(state.reach, ads=ads), replace(state.among, ads=ads)
        self.chance = Reach(0.0, 0.0, ads).pair
        self.clusters = len(self.models)
        self.half = halves(self.bits, self.label, self.clusters)
        self.touched = np.zeros(self.clusters, np.bool_)
        self.asked = np.flatnonzero(asked)
        self.touched[self.label[self.asked][self.label[self.asked] >= 0]] = True
        self.pool = asked.copy()

    def result(self) -> Grown:
        self._meet()
        self._attach()
        self._found(self._free_pairs(), first=True)
        model = self.before.model
        for turn in range(ROUNDS):
            if turn:
                self._found(self._free_pairs(), first=False)
            self._write()
            self._merge()
            self._assign()
        self._write()
        self._pay()
        if self.here.size:
            model = self.ledger.grown(self.local)
        label = self.label
        bits = np.where(label >= 0, self.bits, 0).astype(np.float32)
        models = self.models
        state = State(label, bits, models.words, models.price, models.begins, model, self.reach, self.among)
        return Grown(state, np.flatnonzero(self.touched))

    def _meet(self) -> None:
        """The graph of who met whom: templates, then single texts, then those asked about."""
        alone = np.flatnonzero((self.label == ALONE) & ~self.pool)
        self.node_text = np.concatenate([np.full(self.clusters, -1), alone, self.asked]).astype(np.int64)
        here = self.node_text[self.clusters :]
        offsets, words = gathered(
            self.texts.words, self.texts.begins[here], self.texts.lengths[here], self.threads
        )
        words = np.concatenate([self.models.words, words])
        offsets = np.concatenate([self.models.begins, self.models.begins[-1] + offsets[1:]])
        first, second, times = meetings(words, offsets, self.clusters + alone.size, self.threads)
        chosen = best_met(first, second, times, self.node_text.size, KEPT, FAR_LESS)
        self.first, self.second = first[chosen], second[chosen]
        self.graph = neighbourhoods(self.node_text.size, self.first, self.second, times[chosen])
        self.root = np.arange(self.clusters)

    def _node_labels(self) -> Int32Array:
        of_text = np.where(self.node_text >= 0, self.label[np.maximum(self.node_text, 0)], ALONE)
        alive = self._ads() > 0
        of_text[: self.root.size] = np.where(alive[self.root], self.root, ALONE)
        return of_text.astype(np.int32)

    def _near(self, which: np.ndarray) -> Int32Array:
        """Templates near some of the texts: int32, shape (texts, NEAR), -1 for none."""
        near = near_clusters(*self.graph, self._node_labels(), NEAR, self.threads)
        if self.clusters:
            # Whom no run proposes to anybody may follow the template that made its words too common.
            near[near[:, 0] < 0, 0] = np.argmax(self._ads())
        of_text = np.full((self.texts.sizes.size, NEAR), -1, np.int32)
        nodes = self.node_text >= 0
        of_text[self.node_text[nodes]] = near[nodes]
        near_these: Int32Array = of_text[which]
        return near_these

    def _ads(self) -> np.ndarray:
        return ads_of(self.label, self.texts.sizes, self.clusters)

    def _needed(self) -> Needed:
        return Needed(self.among.needed(self._ads()), self.half, self.reach.pair)

    def _attach(self) -> None:
        """Texts that a template saves enough become its members."""
        loose = self.asked[self.label[self.asked] == ALONE]
        if not self.clusters or not loose.size:
            return
        corpus = self.texts.corpus(loose, self.threads)
        price = Ledger(self.before.model, corpus, self.texts.key_of_word, threads=self.threads).prices()
        none = np.full(loose.size, ALONE, np.int32)
        near = self._near(loose)
        saved = near_bits(corpus, price, none, self.models, near, self.threads)
        found = assign(none, np.zeros(loose.size, np.float32), near, saved, self._needed())
        self._join(loose, found, np.where(near == found[:, None], saved, 0).max(axis=1))

    def _join(self, which: np.ndarray, found: Int32Array, saved: Float32Array) -> None:
        """Give the texts their clusters. Those that grew are touched, unless they are large and grew by little."""
        was = ads_of(self.label, np.ones_like(self.texts.sizes), self.clusters)
        self.label[which] = found
        self.bits[which] = saved
        now = ads_of(self.label, np.ones_like(self.texts.sizes), self.clusters)
        grown = now != was
        settled = (was >= SETTLED) & (
            np.floor(np.log(np.maximum(now, 1)) / STEP) == np.floor(np.log(np.maximum(was, 1)) / STEP)
        )
        self.touched |= grown & ~settled

    def _free_pairs(self) -> tuple[Int64Array, Int32Array, Int32Array]:
        """The free texts of the pool with the single texts that they met, and the pairs among them by place."""
        nodes = self.node_text >= 0
        at = np.maximum(self.node_text, 0)
        loose = nodes & (self.label[at] == ALONE)
        ours = loose & self.pool[at]
        met = loose[self.first] & loose[self.second] & (ours[self.first] | ours[self.second])
        one, other = self.node_text[self.first[met]], self.node_text[self.second[met]]
        among = self.pool & (self.label == ALONE)
        among[one] = among[other] = True
        free = np.flatnonzero(among)
        place = np.empty(among.size, np.int32)
        place[free] = np.arange(free.size, dtype=np.int32)
        pairs = place[one], place[other]
        return free, np.minimum(*pairs), np.maximum(*pairs)

    def _found(self, among: tuple[Int64Array, Int32Array, Int32Array], *, first: bool) -> None:
        """Found new clusters among free texts."""
        free, one, other = among
        if free.size < 2 and not (self.texts.sizes[free] > 1).any():
            return
        corpus = self.texts.corpus(free, self.threads)
        # Members that a cluster let go were never paired; their words may be a template of their own.
        let_go = np.flatnonzero(self.before.label[free] >= 0).astype(np.int32)
        if let_go.size > 1:
            a, b, _ = candidate_pairs(corpus.only(let_go), KEPT, FAR_LESS, threads=self.threads)
            one, other = np.concatenate([one, let_go[a]]), np.concatenate([other, let_go[b]])
        ledger = self._ledger(corpus, free)
        none = np.full(free.size, ALONE, np.int32)
        if first:
            held = np.maximum(ledger.now(none)[2].voices, 1)
            everyone = max(self.clusters + int((self.label == ALONE).sum()), 2)
            rarity = (np.maximum(np.log2(everyone / held), 0) / 3).astype(np.float32)
            table = np.where(corpus.said[corpus.runs.word], rarity, np.float32(0)).astype(np.float32)
            price = spread(corpus, table, self.threads)
        else:
            price = ledger.prices(none)
        close = close_pairs(corpus, price, one, other, self.chance, Threads(self.threads))
        if first:
            close = close.with_others(*nearly_equal_pairs(corpus, self.threads))
        found = compact(close.labels(), self.texts.sizes[free])
        fresh = int(found.max(initial=-1)) + 1
        joined = found >= 0
        self.label[free[joined]] = found[joined] + self.clusters
        # A new cluster begins at its best connected text.
        degree = np.bincount(close.first, close.weight, free.size) + np.bincount(
            close.second, close.weight, free.size
        )
        self._add_models(corpus, best_connected(members_of(found), degree), price, fresh)

    def _add_models(self, corpus: Corpus, starts: Int32Array, price: Float32Array, fresh: int) -> None:
        lengths = np.diff(corpus.offsets)[starts]
        begins, words = gathered(corpus.words, corpus.offsets[starts], lengths)
        _begins, costs = gathered(price, corpus.offsets[starts], lengths)
        models = self.models
        self.models = replace(
            models,
            words=np.concatenate([models.words, words]),
            price=np.concatenate([models.price, costs]),
            begins=np.concatenate([models.begins, models.begins[-1] + begins[1:]]),
        )
        self.clusters += fresh
        self.half = np.concatenate([self.half, np.zeros(fresh)])
        self.touched = np.concatenate([self.touched, np.ones(fresh, np.bool_)])

    def _ledger(self, corpus: Corpus, which: Int64Array) -> Ledger:
        return Ledger(
            self.before.model, corpus, self.texts.key_of_word, self.before.label[which], self.threads
        )

    def _write(self) -> None:
        """Write the templates of all touched clusters anew, with all their members."""
        touched = self.touched
        inside = (self.label >= 0) & touched[np.maximum(self.label, 0)]
        was = self.before.label
        inside |= (was >= 0) & touched[np.maximum(was, 0)]
        inside |= self.pool & (self.label == ALONE)
        self.here = np.flatnonzero(inside)
        self.names = np.flatnonzero(touched & (self._ads() > 0))
        number = np.full(self.clusters + 1, ALONE, np.int32)
        number[self.names] = np.arange(self.names.size)
        # A text that went to a settled cluster is one of its voice from now on; here it only gives up its own.
        self.local = number[self.label[self.here]]  # a label of -1 is the last of the numbers
        self.corpus = self.texts.corpus(self.here, self.threads)
        self.ledger = self._ledger(self.corpus, self.here)
        self._weigh()

    def _weigh(self) -> None:
        self.price = self.ledger.prices(self.local)
        members = members_of(self.local)
        start, words = gathered(
            self.models.words, self.models.begins[:-1][self.names], self.models.sizes[self.names]
        )
        fresh = revise_models(self.corpus, self.price, members, words, start, self.reach.pair, self.threads)
        self.bits[self.here[members.texts]] = fresh.bits
        self.fresh = fresh
        self.models = _with_models(self.models, self.names, fresh)
        self.half[self.names] = halves(self.bits[self.here], self.local, self.names.size)

    def _merge(self) -> None:
        """Make clusters one whose templates are one; those that were not touched yet are drawn in with all
        their members.
        """
        nodes = self._node_labels()
        joined = merged(nodes, self.models, self.graph[0], self.graph[1], self.reach.pair, self.threads)
        if np.array_equal(joined, nodes):
            return
        root = np.arange(self.clusters)
        known = nodes >= 0
        root[nodes[known]] = joined[known]
        moved = np.flatnonzero(root != np.arange(self.clusters))
        self.touched[moved] = self.touched[root[moved]] = True
        self.root = root[self.root]
        self.label = np.where(self.label >= 0, root[np.maximum(self.label, 0)], ALONE).astype(np.int32)
        self._write()

    def _assign(self) -> None:
        """Give each text of the touched clusters, and each free one, to the template that saves it most."""
        label = self.label[self.here]
        near = self._near(self.here)
        saved = near_bits(self.corpus, self.price, label, self.models, near, self.threads)
        own = np.where(label >= 0, self.bits[self.here], 0).astype(np.float32)
        found = assign(label, own, near, saved, self._needed())
        best = np.where(near == found[:, None], saved, 0).max(axis=1)
        self._join(self.here, found, np.where(found == label, own, best).astype(np.float32))
        self._scatter_small()

    def _scatter_small(self) -> None:
        few = self._ads() < 2
        lost = (self.label >= 0) & few[np.maximum(self.label, 0)]
        self.label[lost] = ALONE
        self.pool |= (self.label == ALONE) & (self.before.label >= 0)

    def _pay(self) -> None:
        """Cut each touched cluster to the members that it pays for."""
        own = self.bits[self.here]
        self.local = paying(self.local, own, self.fresh, self.texts.sizes[self.here], self.reach, self.among)
        was = self.label[self.here]
        elsewhere = (was >= 0) & ~self.touched[np.maximum(was, 0)]
        names = np.append(self.names, ALONE)
        self.label[self.here] = np.where(elsewhere, was, names[self.local])


def _with_models(models: Models, names: np.ndarray, fresh: Models) -> Models:
    """The models with those of some clusters replaced."""
    sizes = models.sizes.copy()
    sizes[names] = fresh.sizes
    begins = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    words = np.empty(begins[-1], np.int32)
    price = np.empty(begins[-1], np.float32)
    stays = np.ones(sizes.size, np.bool_)
    stays[names] = False
    old = np.flatnonzero(stays)
    for source, froms, group in ((models, models.begins[:-1][old], old), (fresh, fresh.begins[:-1], names)):
        copy_slices(source.words, froms, words, begins[:-1][group], sizes[group])
        copy_slices(source.price, froms, price, begins[:-1][group], sizes[group])
    return replace(models, words=words, price=price, begins=begins)
