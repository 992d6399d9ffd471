"""The whole comparison of a corpus: equal texts, clusters, templates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from filrouge.compare.clusters import Clustering, find_clusters
from filrouge.compare.runs import Float32Array, Int32Array, Int64Array, UInt64Array
from filrouge.compare.stages import Stages
from filrouge.compare.strangers import Corpus, number_runs
from filrouge.compare.templates import Template, build_templates


@dataclass(frozen=True)
class Comparison:
    """What the comparison of a corpus found.

    Attributes:
        cluster: int32, shape (ads,): the cluster of each ad, -1 for none.
        bits: float32, shape (ads,): saved by the cluster's template.
        templates: per cluster; their members are texts, see `text`.
        text: int32, shape (ads,): which different text each ad has.
        corpus: the different texts.
        kinds: uint8, per word of the corpus.
        clustering: of the different texts.
        sizes: ads per different text.
    """

    cluster: Int32Array
    bits: Float32Array
    templates: list[Template]
    text: Int32Array
    corpus: Corpus
    kinds: np.ndarray
    clustering: Clustering
    sizes: np.ndarray


@njit(cache=True, nogil=True)
def _text_keys(keys, offsets):  # type: ignore[no-untyped-def]  # pragma: no cover
    out = np.empty(offsets.size - 1, np.uint64)
    for ad in range(out.size):
        h = np.uint64(0xCBF29CE484222325)
        for t in range(offsets[ad], offsets[ad + 1]):
            h = (h ^ keys[t]) * np.uint64(0x100000001B3)
            h ^= h >> np.uint64(31)
        out[ad] = h
    return out


def compare(
    keys: UInt64Array,
    kinds: np.ndarray,
    offsets: Int64Array,
    threads: int = 1,
    stages: Stages | None = None,
) -> Comparison:
    """Find the clusters of a corpus and their templates.

    Args:
        keys: comparison key of each word, shape (words,).
        kinds: uint8, shape (words,): 0 for a word, else one more than its slot kind.
        offsets: where each ad begins, shape (ads + 1,).
        threads: how many threads to use; the result is the same.
        stages: who does the steps that can be shared, see `Stages`; these threads if None.
    """
    # In the order of their hashes, so that the order of the ads decides nothing.
    different, place = np.unique(_text_keys(keys, offsets), return_inverse=True)
    text, found = place.astype(np.int32), different.size
    first = np.full(found, -1, np.int64)
    first[text[::-1]] = np.arange(text.size - 1, -1, -1)
    lengths = np.diff(offsets)[first] if found else np.zeros(0, np.int64)
    begins = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    flat = (
        np.repeat(offsets[first] - begins[:-1], lengths) + np.arange(begins[-1])
        if found
        else np.zeros(0, np.int64)
    )
    corpus = number_runs(keys[flat], kinds[flat], begins)
    kinds = kinds[flat]
    sizes = np.bincount(text, minlength=found)
    clustering = find_clusters(corpus, sizes, threads, stages)
    label, bits, consensus = clustering.label, clustering.bits, clustering.templates
    order = np.argsort(label, kind="stable").astype(np.int32)
    order = order[label[order] >= 0]
    groups = np.split(order, np.cumsum(np.bincount(label[order]))[:-1]) if order.size else []
    templates = build_templates(corpus, clustering.price, kinds, groups, consensus, threads)
    empty = np.diff(offsets) == 0
    cluster = np.where(empty, -1, label[text]).astype(np.int32) if found else np.zeros(0, np.int32)
    return Comparison(
        cluster,
        np.where(cluster >= 0, bits[text], 0).astype(np.float32) if found else np.zeros(0, np.float32),
        templates,
        text,
        corpus,
        kinds,
        clustering,
        sizes,
    )
