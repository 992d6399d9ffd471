"""Brings the search index up to the workspace: what it lacks is built, what is destroyed goes, what is small merges."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.fingerprints import SAMPLE, run_keys, usual_runs
from filrouge.compare.runs import Int32Array, Int64Array, UInt64Array
from filrouge.compare.segments import built
from filrouge.corpus.index import IndexFolder, missing

PORTION: Final = 500_000
"""Ads of one segment when many are missing: four million make as many segments as are never merged."""
LEARN_AGAIN: Final = 4
"""Usual runs are learned anew when a portion has so many times the texts that they were learned from."""


class OpenedWords(Protocol):
    """The words of some ads, those of ad `ad[k]` at `offsets[k]` to `offsets[k + 1]`."""

    @property
    def ad(self) -> Int64Array:
        """Numbers of the ads."""

    @property
    def words(self) -> Int32Array:
        """Places in `keys`, end to end."""

    @property
    def keys(self) -> UInt64Array:
        """Pseudonyms of words."""

    @property
    def offsets(self) -> Int64Array:
        """Where the words of each ad begin."""


class Archive(Protocol):
    """What an index needs of a workspace."""

    @property
    def id(self) -> str:
        """Whose it is."""

    def words(self, ads: Int64Array | None = None) -> OpenedWords:
        """The words of those of the ads that can be read."""


def bring_up(
    archive: Archive,
    index: IndexFolder,
    there: Sequence[tuple[int, int]],
    *,
    jobs: int = 1,
    portion: int = PORTION,
) -> None:
    """Build what the index lacks.

    Args:
        archive: the workspace.
        index: its index.
        there: ascending ranges of ad numbers, [first, past the last].
        jobs: segments that are built at once.
        portion: the most ads of a segment.
    """
    while lacking := missing(index.manifest().covered, there):
        portions = [
            (at, min(at + portion, past)) for first, past in lacking for at in range(first, past, portion)
        ]
        # The first one by itself: it may learn what the others need.
        _build(archive, index, *portions[0])
        with ThreadPoolExecutor(max(1, jobs)) as pool:
            list(pool.map(lambda ends: _build(archive, index, *ends), portions[1:]))


def _build(archive: Archive, index: IndexFolder, first: int, past: int) -> None:
    manifest = index.manifest()
    found = archive.words(np.arange(first, past, dtype=np.int64))
    texts = min(found.ad.size, SAMPLE)
    usual = index.usual(manifest)
    if usual is None or texts >= LEARN_AGAIN * usual.texts:
        usual = usual_runs(run_keys(found.words, found.keys, found.offsets), found.offsets)
        index.learn(usual)
    segment = built(found.ad, found.words, found.keys, found.offsets, usual.stock)
    index.add(segment, first, past, manifest.forgot)


def forget(index: IndexFolder, readable: NDArray[np.int64], seq: int) -> None:
    """Take out the ads that are destroyed.

    Args:
        index: of the workspace.
        readable: the ads that can be read, ascending.
        seq: the place in the ledger at which that was so.
    """

    def gone(ads: Int64Array) -> Int64Array:
        if not readable.size:
            return ads
        at = np.minimum(np.searchsorted(readable, ads), readable.size - 1)
        return ads[readable[at] != ads]

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
