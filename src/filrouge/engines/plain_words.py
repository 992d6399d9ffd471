"""The words that a workspace's ads write plainly: what decides how disguised words are read.

Each batch keeps how often its ads write each word, sealed with a key that is made from the workspace's pepper:
who has no key learns nothing from them, not even how many there are. The words known at a snapshot are those of
its batches together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from filrouge.ads.tokens import Vocabulary
from filrouge.corpus.blocks import BlockName, NotAsSealed, from_planes, open_block, planes, seal_block
from filrouge.corpus.keys import cipher_from

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace

TABLE: Final = "plain_words"
_FOLDER: Final = "index/words"
_MANY: Final = 4
"""Batches whose words may lie apart."""


def none_known() -> Vocabulary:
    """No words."""
    return Vocabulary(np.zeros(0, np.uint64), np.zeros(0, np.int64))


def together(vocabularies: Iterable[Vocabulary]) -> Vocabulary:
    """The words of several corpora as of one."""
    every = [v for v in vocabularies if v.keys.size]
    if len(every) < 2:
        return every[0] if every else none_known()
    keys, place = np.unique(np.concatenate([v.keys for v in every]), return_inverse=True)
    counts = np.zeros(keys.size, np.int64)
    np.add.at(counts, place, np.concatenate([v.counts for v in every]))
    return Vocabulary(keys, counts)


def known_words(ws: Workspace) -> Vocabulary:
    """The words that the ads of a workspace write plainly, at its snapshot; by these a search reads its text."""
    if not ws.tables.exists(TABLE):
        return none_known()
    kept_to, kept = _kept(ws)
    files = ws.view.files(TABLE).filter(pl.col("at") > kept_to)
    rows = ws.tables.read(TABLE, files["path"].to_list(), ["words"])
    known = together([kept, *(_opened(sealed, ws.pepper, ws.id) for sealed in rows["words"].to_list())])
    if rows.height > _MANY:
        _keep(ws, known)
    return known


def _kept(ws: Workspace) -> tuple[int, Vocabulary]:
    """The last snapshot not after this one whose words lie together on this machine, and these; -1 if none."""
    found = {int(path.stem): path for path in ws.derived(_FOLDER).glob("*.words") if path.stem.isdecimal()}
    for number in sorted((n for n in found if n <= ws.snapshot.seq), reverse=True):
        try:
            return number, _opened(found[number].read_bytes(), ws.pepper, ws.id)
        except (OSError, NotAsSealed):
            continue  # it can be made again
    return -1, none_known()


def _keep(ws: Workspace, words: Vocabulary) -> None:
    """Keep the words of this snapshot together, sealed, so that not all batches are opened again."""
    path = ws.derived(_FOLDER) / f"{ws.snapshot.seq}.words"
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(_sealed(words, ws.pepper, ws.id))
    beside.replace(path)
    for older in path.parent.glob("*.words"):
        if older.stem.isdecimal() and int(older.stem) < ws.snapshot.seq:
            older.unlink(missing_ok=True)


def sealed_words(words: Vocabulary, pepper: bytes, workspace: str) -> pl.DataFrame:
    """The row of the table that keeps the words of a batch."""
    return pl.DataFrame({"words": [_sealed(words, pepper, workspace)]}, schema={"words": pl.Binary})


def _sealed(words: Vocabulary, pepper: bytes, workspace: str) -> bytes:
    fields = [planes(np.diff(words.keys, prepend=np.uint64(0))), planes(words.counts.astype(np.uint32))]
    return seal_block(fields, _name(workspace), cipher_from(pepper, workspace, "plain words"))


def _opened(sealed: bytes, pepper: bytes, workspace: str) -> Vocabulary:
    gaps, counts = open_block(sealed, _name(workspace), cipher_from(pepper, workspace, "plain words"))
    keys = np.cumsum(from_planes(gaps, np.uint64), dtype=np.uint64)
    return Vocabulary(keys, from_planes(counts, np.uint32).astype(np.int64))


def _name(workspace: str) -> BlockName:
    return BlockName(workspace, "", 0, 0, "plain words")
