"""Brings the search index up to the workspace: what it lacks is built, what is destroyed goes, what is small merges."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from filrouge.ads.tokens import SLOT_KINDS
from filrouge.compare.fingerprints import SAMPLE, run_keys, usual_runs
from filrouge.compare.runs import Int64Array, UInt64Array
from filrouge.compare.segments import built
from filrouge.corpus.index import MOST_SEGMENTS, IndexFolder, missing
from filrouge.networks.ties import TYING_KINDS

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

FOLDER: Final = "index"
PORTION: Final = 500_000
"""Ads of one segment when many are missing: four million make as many segments as may stay."""
LARGEST: Final = 1_000_000
"""The most ads of one segment that is built, when still more are missing: it takes 2 GB."""
LEARN_AGAIN: Final = 4
"""Usual runs are learned anew when a portion has so many times the texts that they were learned from."""


def index_folder(ws: Workspace) -> IndexFolder:
    """Where the index of a workspace lies."""
    return IndexFolder(ws.derived(FOLDER), ws.id)


def ranges(ws: Workspace) -> list[tuple[int, int]]:
    """The ad numbers that a view holds, as ascending ranges: [first, past the last]."""
    return [(row.first_ad, row.first_ad + row.ads) for row in ws.snapshots() if row.ads]


def bring_up(ws: Workspace, index: IndexFolder, *, jobs: int = 1, portion: int = 0) -> None:
    """Take out of the index what was destroyed, and build what it lacks of a view.

    Args:
        ws: the workspace.
        index: its index.
        jobs: segments that are built at once.
        portion: the most ads of a segment; by how many are missing if 0.
    """
    _forget(ws, index)
    there = ranges(ws)
    source = _Source(ws)
    while lacking := missing(index.manifest().covered, there):
        several = sum(past - first for first, past in lacking)
        size = portion or min(max(PORTION, -(-several // MOST_SEGMENTS)), LARGEST)
        portions = [(at, min(at + size, past)) for first, past in lacking for at in range(first, past, size)]
        # The first one by itself: it may learn what the others need.
        _build(source, index, *portions[0])
        with ThreadPoolExecutor(max(1, jobs)) as pool:
            list(pool.map(lambda ends: _build(source, index, *ends), portions[1:]))


@dataclass(frozen=True)
class _Source:
    """What segments are built from."""

    ws: Workspace

    @cached_property
    def readable(self) -> Int64Array:
        """The ads that can be read, ascending."""
        return np.sort(self.ws.ads(["ad"])["ad"].to_numpy().astype(np.int64))

    @cached_property
    def carried(self) -> tuple[Int64Array, UInt64Array]:
        """Ads, ascending, and the identifiers that they carry."""
        kinds = [SLOT_KINDS.index(kind) for kind in TYING_KINDS]
        rows = self.ws.table("identifiers", ["ad", "kind", "pseudonym"])
        rows = rows.filter(pl.col("kind").is_in(kinds)).sort("ad")
        return rows["ad"].to_numpy().astype(np.int64), rows["pseudonym"].to_numpy()


def _build(source: _Source, index: IndexFolder, first: int, past: int) -> None:
    manifest = index.manifest()
    a, b = np.searchsorted(source.readable, [first, past])
    found = source.ws.words(source.readable[a:b])
    texts = min(found.ad.size, SAMPLE)
    usual = index.usual(manifest)
    if usual is None or texts >= LEARN_AGAIN * usual.texts:
        usual = usual_runs(run_keys(found.words, found.keys, found.offsets), found.offsets)
        index.learn(usual)
    ads, pseudonyms = source.carried
    a, b = np.searchsorted(ads, [first, past])
    carried = ads[a:b], pseudonyms[a:b]
    segment = built(found.ad, found.words, found.keys, found.offsets, usual.stock, carried)
    index.add(segment, first, past, manifest.forgot)


def _forget(ws: Workspace, index: IndexFolder) -> None:
    """Take out the ads that are destroyed."""
    seqs = ws.destroyed()["seq"]
    if seqs.is_empty() or index.manifest().forgot >= (seq := int(seqs.max())):  # type: ignore[arg-type]
        return
    # As of the last time that something was destroyed: what came later is not there, and was not.
    then = ws.at(seq)
    readable = np.sort(then.ads(["ad"])["ad"].to_numpy().astype(np.int64))
    there = np.array(ranges(then), np.int64).reshape(-1, 2)

    def gone(ads: Int64Array) -> Int64Array:
        at = np.searchsorted(there[:, 0], ads, side="right") - 1
        held = (at >= 0) & (ads < there[np.maximum(at, 0), 1]) if len(there) else np.zeros(ads.size, bool)
        return ads[held & ~np.isin(ads, readable)]

    index.forget(gone, seq)


def merge_all(index: IndexFolder) -> None:
    """Merge segments until there are few, and delete what was left behind."""
    while index.merge():
        pass
    index.tidy()


def merge_in_background(index: IndexFolder) -> subprocess.Popen[bytes]:
    """Merge in a process of its own, which needs no key: nobody waits for it, and it may be killed."""
    command = [sys.executable, "-m", "filrouge.corpus.indexing", str(index.folder), index.workspace]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def main(arguments: Iterable[str]) -> None:
    """Merge the index in a folder: what `merge_in_background` runs."""
    folder, workspace = arguments
    merge_all(IndexFolder(Path(folder), workspace))


if __name__ == "__main__":
    main(sys.argv[1:])
